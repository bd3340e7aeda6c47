"""The identifiers: a file for each kind of personal data that is looked for."""

from collections.abc import Sequence

from unsealed.identify.identifier import Identifier
from unsealed.plugins import discover

__all__ = ["identifiers"]


def identifiers(countries: Sequence[str] = ()) -> dict[str, Identifier]:
    """Give every identifier by the name of its file.

    Args:
        countries: those that a case's letters come from (ISO 3166-1 alpha-2, in capitals), the likeliest first: what a phone
            number without its country's code, and a date of birth in figures, is read as. Without them a number is read as
            its digits are grouped, and a date as the words near it have it.
    """
    known: dict[str, Identifier] = discover("unsealed.identify.identifiers", "IDENTIFIER")
    return {name: one.regional(one, countries) if countries and one.regional else one for name, one in known.items()}
