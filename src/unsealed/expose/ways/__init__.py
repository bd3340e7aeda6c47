"""Every way in by which mail is read: a file each, that says what its records show was taken, and what they can't show."""

from unsealed.expose.ways.way import Way
from unsealed.plugins import discover
from unsealed.query import Engine

__all__ = ["Way", "taken", "ways"]


def ways() -> dict[str, Way]:
    """Give every way in by name."""
    return discover("unsealed.expose.ways", "WAY")


def taken(db: Engine) -> dict[str, Way]:
    """Give those ways on which the intruder was seen: nothing is to be said of the others.

    Args:
        db: the case, with the relation `act`.
    """
    seen = {row["source"] for row in db.rows("SELECT DISTINCT source FROM act")}
    return {name: way for name, way in ways().items() if seen & {*way.sources}}
