"""What a rule asks of a letter: conditions that can be judged from the letter, and those that can't."""

from collections.abc import Mapping
from typing import NamedTuple

from unsealed.expose import cmdlets, outlook_rules

_CONTAINS: dict[str, tuple[str, ...]] = {
    "subjectcontainswords": ("subject",),
    "bodycontainswords": ("text",),
    "subjectorbodycontainswords": ("subject", "text"),
    "fromaddresscontainswords": ("sender",),
    "recipientaddresscontainswords": ("recipients",),
}
_IS: dict[str, tuple[str, ...]] = {"from": ("sender",), "sentto": ("recipients",)}
_OTHER = (
    "anyof",
    "attachment",
    "body",
    "except",
    "flagged",
    "from",
    "has",
    "header",
    "manager",
    "message",
    "my",
    "received",
    "recipient",
    "scl",
    "sender",
    "sent",
    "sensitivity",
    "subject",
    "with",
)
"""How the names of conditions begin; whatever else a cmdlet takes says what is done, or how the rule is kept."""
_NOT_CONDITIONS = ("senderaddresslocation", "messagetypematchesjunk")


class Condition(NamedTuple):
    """One of the words stands in, or is, one of the fields (`subject`, `text`, `sender`, `recipients`)."""

    fields: tuple[str, ...]
    words: tuple[str, ...]
    whole: bool = False


def is_condition(parameter: str) -> bool:
    """Tell whether a parameter of a rule's cmdlet, in lower case, narrows what the rule is for."""
    known = parameter in _CONTAINS or parameter in _IS or parameter == "importance"
    return known or (parameter.startswith(_OTHER) and parameter not in _NOT_CONDITIONS)


def conditions(given: Mapping[str, str]) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    """Give the conditions that a letter shows, all of which must hold, and the names of the others."""
    found: list[Condition] = []
    unknown: list[str] = []
    for key, value in given.items():
        if key == outlook_rules.CONDITION:
            for fields, terms, whole in outlook_rules.conditions(value):
                if fields:
                    found.append(Condition(fields, terms, whole))
                else:
                    unknown += terms
            continue
        terms = cmdlets.words(value)
        if not terms or terms in {("false",), ("$false",)}:
            continue
        people = cmdlets.addresses(value)
        if key in _CONTAINS:
            found.append(Condition(_CONTAINS[key], terms))
        elif key in _IS and len(people) == len(terms):
            found.append(Condition(_IS[key], people, whole=True))
        else:
            unknown.append(key)
    return tuple(found), tuple(unknown)
