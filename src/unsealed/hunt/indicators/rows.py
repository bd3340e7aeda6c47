"""CSV, semicolons and tabs, with a header line or with the header in the last comment, as abuse.ch writes it.

Known shapes: `type,value,note` in any words and order, a column a kind, abuse.ch's URLhaus, ThreatFox and Feodo Tracker
(https://urlhaus.abuse.ch/api/, https://threatfox.abuse.ch/export/), AlienVault OTX, Microsoft Defender's and CISA's lists,
and MISP's CSV export (https://www.circl.lu/doc/misp/automation/), whose `to_ids` is respected.
"""

import csv
import io
from collections.abc import Iterator, Sequence

from unsealed.hunt.indicators import misp
from unsealed.hunt.indicators.indicator import About, Indicator, Unusable, doubt_of, guess, moment, seen_until
from unsealed.hunt.indicators.kinds import TYPES, word
from unsealed.hunt.indicators.text import cell

MAX_JOINED = 50
"""Lines that one row may run over."""
Header = tuple[str, list[str]]
_VALUES = (
    "value",
    "indicator",
    "ioc",
    "ioc_value",
    "indicator_value",
    "indicatorvalue",
    "observable",
    "observable_value",
    "artifact",
    "indicators",
)
_TYPES = ("type", "entity_type", "indicator_type", "indicatortype", "kind", "ioc_type", "observable_type", "category")
_NOTES = (
    "note",
    "notes",
    "description",
    "comment",
    "info",
    "basis",
    "context",
    "title",
    "threat",
    "malware_printable",
    "malware",
)
_FROM = ("valid_from", "validfrom", "start", "start_time")
_UNTIL = (
    "valid_until",
    "validuntil",
    "valid_to",
    "expiration",
    "expires",
    "expiration_date",
    "expirationtime",
    "expiration_time",
    "expiry",
    "end_time",
)
_FIRST = ("first_seen", "first_seen_utc", "firstseen")
_LAST = ("last_seen", "last_seen_utc", "lastseen", "last_online")
_CONFIDENCE = ("confidence", "confidence_level", "confidence_score")
_TERMS = ("tlp", "marking", "traffic_light_protocol")


def header_of(lines: Sequence[tuple[int, str]], comments: Sequence[str]) -> tuple[Header, bool] | None:
    """Find the header of a table, and whether it is the first line; None where the lines are no table."""
    if not lines:
        return None
    header = _header(lines[0][1])
    if header:
        return header, True
    for comment in reversed(comments[-5:]):
        header = _header(comment.lstrip("#;/ "))
        if header and len(_cells(lines[0][1], header[0])) == len(header[1]):
            return header, False
    return None


def _header(line: str) -> Header | None:
    for delimiter in (",", ";", "\t", "|"):
        names = [_name(text) for text in line[:10_000].split(delimiter)]
        if len(names) == 1:
            if names[0] in _VALUES and delimiter == ",":
                return ",", names
            continue
        if any(name in _VALUES for name in names):
            return delimiter, names
        if any(name in TYPES for name in names) and not any(guess(name) for name in names):
            return delimiter, names
    return None


def _name(text: str) -> str:
    told = word(text.strip().strip('"'))
    return told.replace("-", "_") if told.replace("-", "_") in TYPES else told


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(line), delimiter=delimiter, skipinitialspace=True), [])


def read(lines: Sequence[tuple[int, str]], header: Header, name: str) -> Iterator[Indicator | Unusable]:
    """Read the rows below a header; a row that is no CSV is told and does not stop the others."""
    delimiter, names = header
    at = {
        group[0]: _first(names, group)
        for group in (_VALUES, _TYPES, _NOTES, _FROM, _UNTIL, _FIRST, _LAST, _CONFIDENCE, _TERMS)
    }
    if "to_ids" in names and at["value"] is not None and at["type"] is not None:
        yield from _misp(lines, delimiter, names, name)
        return
    for number, row in _rows(lines, delimiter):
        source = f"{name} line {number}"
        if isinstance(row, str):
            yield Unusable(source, row[:200], "not a line of CSV")
            continue
        told = {key: row[place].strip() if place is not None and place < len(row) else "" for key, place in at.items()}
        about = _about(source, told)
        if at["value"] is not None:
            yield from cell(told["value"], told["type"], about)
            continue
        for column, text in zip(names, row, strict=False):
            if text.strip() and column in TYPES:
                yield from cell(text, column, about)


def _first(names: list[str], wanted: tuple[str, ...]) -> int | None:
    return next((names.index(column) for column in wanted if column in names), None)


def _rows(lines: Sequence[tuple[int, str]], delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Give each row with the number of its first line; of one that can't be read its text."""
    place = 0
    while place < len(lines):
        number, text = lines[place]
        place += 1
        if text.count('"') % 2:
            for more in range(place, min(place + MAX_JOINED, len(lines))):
                if lines[more][1].count('"') % 2:
                    text = "\n".join([text, *(line for _, line in lines[place : more + 1])])
                    place = more + 1
                    break
        try:
            yield number, _cells(text, delimiter)
        except csv.Error:
            yield number, text


def _about(source: str, told: dict[str, str]) -> About:
    return About(
        source,
        told["note"],
        moment(told["valid_from"]) or moment(told["first_seen"]),
        moment(told["valid_until"]) or seen_until(told["last_seen"]),
        doubt_of(told["confidence"]),
        f"TLP:{told['tlp'].upper().removeprefix('TLP:')}" if told["tlp"] else "",
    )


def _misp(
    lines: Sequence[tuple[int, str]], delimiter: str, names: list[str], name: str
) -> Iterator[Indicator | Unusable]:
    """Read MISP's own CSV export as the attributes that its rows are."""
    attributes = []
    for number, row in _rows(lines, delimiter):
        if isinstance(row, str):
            yield Unusable(f"{name} line {number}", row[:200], "not a line of CSV")
        else:
            attributes.append((dict(zip(names, row, strict=False)), f"{name} line {number}"))
    yield from misp.attributes(attributes, {})
