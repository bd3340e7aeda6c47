"""Indicators in every form that they come in; what can't be used is told with its file, place and reason.

Plain text (defanged or not), CSV, JSON and JSON lines, STIX 2.0 and 2.1, MISP events and feeds; a file, a folder, a zip or a gzip.
Known kinds: addresses and networks, domains, URLs, mail addresses, hashes, names and subjects, user agents, application and session ids.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from unsealed.errors import IndicatorError
from unsealed.hunt.indicators import folder, records, rows, text
from unsealed.hunt.indicators.indicator import Indicator, Unusable, refang
from unsealed.hunt.indicators.kinds import KINDS

__all__ = ["KINDS", "Indicator", "Unusable", "items", "load", "merge", "refang"]

MAX_INDICATORS = 1_000_000
"""Of one file, folder or archive."""
MAX_TOLD = 100_000
"""Places that are told as unusable one by one; of more than that the number."""
_ALWAYS = datetime.max.replace(tzinfo=UTC)
_NEVER = datetime.min.replace(tzinfo=UTC)


def load(path: Path) -> tuple[list[Indicator], list[Unusable]]:
    """Read one indicator file, or all in a folder or zip; the form is recognised by content.

    Raises:
        IndicatorError: if it can't be read, holds no indicator at all, or is larger than the bounds.
    """
    found: list[Indicator] = []
    unusable: list[Unusable] = []
    more = size = 0
    for name, data in folder.files(path):
        size += 1 if isinstance(data, folder.Left) else len(data.strip())
        for item in _of(name, data):
            if isinstance(item, Indicator):
                found.append(item)
            elif len(unusable) < MAX_TOLD:
                unusable.append(item)
            else:
                more += 1
            if len(found) > MAX_INDICATORS:
                raise IndicatorError(
                    f"{path}: more than {MAX_INDICATORS:,} indicators ({item.source}). Give them in several files."
                )
    if more:
        unusable.append(Unusable(path.name, "", f"{more:,} more that can't be used"))
    if not found and (size or path.is_dir()):
        raise IndicatorError(_nothing(path, unusable))
    return merge(found), unusable


def _nothing(path: Path, unusable: list[Unusable]) -> str:
    why = f" The first that could not be used: {unusable[0].source}: {unusable[0].reason}." if unusable else ""
    return f"{path}: no indicator found.{why} Plain text, CSV, JSON lines, STIX 2 and MISP are read."


def _of(name: str, data: bytes | folder.Left) -> Iterator[Indicator | Unusable]:
    if isinstance(data, folder.Left):
        yield Unusable(name, "", f"not read: {data}")
        return
    decoded = data.decode(_encoding(data), "replace")
    if decoded.lstrip()[:5].lower() == "<?xml" or decoded.lstrip()[:6].lower() == "<stix:":
        yield Unusable(name, "", "XML (STIX 1, OpenIOC) is not read; export it as STIX 2, CSV or text")
        return
    yield from items(decoded, name)


def _encoding(data: bytes) -> str:
    """Tell UTF-16, with or without its mark, from UTF-8."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    sample = data[:1000]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = sample[start::2].count(0)
        if len(sample) > 8 and zeros * 3 > len(sample):
            return encoding
    return "utf-8-sig"


def items(content: str, name: str) -> Iterator[Indicator | Unusable]:
    """Read the text of one file, whatever its form; never fails on any text."""
    documents = records.documents(content)
    if documents is not None:
        yield from records.read(documents, name)
        return
    lines: list[tuple[int, str]] = []
    comments: list[str] = []
    for number, line in enumerate(content.splitlines(), start=1):
        if line.lstrip().startswith(("#", "//", ";")):
            comments += [line] if not lines else []
        elif line.strip():
            lines.append((number, line))
    table = rows.header_of(lines, comments)
    if table:
        header, first = table
        yield from rows.read(lines[1:] if first else lines, header, name)
        return
    yield from text.read(lines, name)


def merge(found: Iterable[Indicator]) -> list[Indicator]:
    """Make one of equal indicators: the first, with the widest validity and no more doubt than the surest of them has."""
    known: dict[tuple[str, str, str], Indicator] = {}
    for item in found:
        key = (item.kind, item.value, item.group)
        before = known.get(key)
        known[key] = item if before is None else _wider(before, item)
    return list(known.values())


def _wider(one: Indicator, other: Indicator) -> Indicator:
    start = min(one.valid_from or _NEVER, other.valid_from or _NEVER)
    end = max(one.valid_until or _ALWAYS, other.valid_until or _ALWAYS)
    start_told, end_told = (start if start != _NEVER else None), (end if end != _ALWAYS else None)
    doubt = one.doubt if one.doubt and other.doubt else ""
    if (start_told, end_told, doubt) == (one.valid_from, one.valid_until, one.doubt):
        return one
    return replace(one, valid_from=start_told, valid_until=end_told, doubt=doubt)
