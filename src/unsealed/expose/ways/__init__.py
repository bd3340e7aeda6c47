"""Every way in by which mail is read: a file each, that says what its records show was taken, and what they can't show."""

from unsealed.expose.ways.way import Way
from unsealed.plugins import discover

__all__ = ["Way", "ways"]


def ways() -> dict[str, Way]:
    """Give every way in by name."""
    return discover("unsealed.expose.ways", "WAY")
