"""The identifiers: a file for each kind of personal data that is looked for."""

from unsealed.identify.identifier import Identifier
from unsealed.plugins import discover

__all__ = ["identifiers"]


def identifiers() -> dict[str, Identifier]:
    """Give every identifier by the name of its file."""
    return discover("unsealed.identify.identifiers", "IDENTIFIER")
