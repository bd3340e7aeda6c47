"""Which clocks are off, in sentences: what a responder must know before comparing times of two sources."""

from typing import Any

from unsealed.query import Engine
from unsealed.report.words import Translate

_HALF_HOUR, _NEAR = 1800, 120


def sentences(db: Engine, _: Translate) -> list[str]:
    """Say of each source whose clock is off by how much, against what, and what was done about it.

    Args:
        db: the case.
        _: translates into the reader's language.
    """
    return [_sentence(row, _) for row in db.rows("SELECT * FROM clocks WHERE used ORDER BY source, against")]


def _sentence(row: dict[str, Any], _: Translate) -> str:
    ahead = row["offset_seconds"] > 0
    host = row["source"].removeprefix("received:") if row["source"].startswith("received:") else None
    if host:
        text = (
            _(
                "The clock of {source} is {length} ahead: its Received fields were compared with {against} in {pairs} letters."
            )
            if ahead
            else _(
                "The clock of {source} is {length} behind: its Received fields were compared with {against} in {pairs} letters."
            )
        )
    else:
        text = (
            _("The clock of {source} is {length} ahead of {against}, by {pairs} records that both have.")
            if ahead
            else _("The clock of {source} is {length} behind {against}, by {pairs} records that both have.")
        )
    said = text.format(
        source=host or row["source"],
        against=_against(row["against"], _),
        length=length(row["offset_seconds"], _),
        pairs=f"{row['pairs']:,}",
    )
    if not host and zoned(row["offset_seconds"]):
        return said + " " + _("Was it read in the wrong time zone? Then give --timezone and read it again.")
    return said + " " + _("Verdicts reckon with that.")


def _against(name: str, _: Translate) -> str:
    return {"date": _("the senders' dates"), "received": _("the letters' Received fields")}.get(name, name)


def zoned(seconds: float) -> bool:
    """Tell whether an offset is one of time zones: half hours, near enough."""
    zone = round(seconds / _HALF_HOUR) * _HALF_HOUR
    return zone != 0 and abs(seconds - zone) <= _NEAR


def length(seconds: float, _: Translate) -> str:
    """Give a length of time in the unit that suits it."""
    size = abs(seconds)
    if size >= 7200 or zoned(seconds):
        return _("{count} hours").format(count=f"{round(size / 360) / 10:g}")
    if size >= 120:
        return _("{count} minutes").format(count=f"{round(size / 6) / 10:g}")
    return _("{count} seconds").format(count=f"{round(size):g}")
