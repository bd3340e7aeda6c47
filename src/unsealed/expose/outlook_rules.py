"""Inbox rules as desktop Outlook leaves them in the log: UpdateInboxRules, with the rule in OperationProperties."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from unsealed.expose import cmdlets

CONDITION = "outlook"
"""Under this name a rule's condition text is kept."""
_SENDS = re.compile(r"forward|redirect|bounce", re.IGNORECASE)
_ANY = re.compile(r"\(?Exists\(\w+\)\)?")
_SENDER = re.compile(r"\(?SenderSearchKey Equal SMTP:([^\s()]+?)\)", re.IGNORECASE)
_WORDS = re.compile(r"\(?SubString \w+\((Subject|Body)\w*\)=((?:[^()]|\([^()]*\))*)\)", re.IGNORECASE)
_NOTHING = re.compile(r"[\s(){}&]*")


class Said(NamedTuple):
    """What one record says of a rule; None where it says nothing."""

    number: str
    name: str
    ends: bool
    enabled: bool | None
    sends: bool | None
    targets: tuple[str, ...]
    condition: str | None


def read(record: Mapping[str, Any]) -> Said:
    """Read an UpdateInboxRules record."""
    properties = {
        str(pair.get("Name", "")).lower(): str(pair.get("Value") or "").strip()
        for pair in cmdlets.pairs(record.get("OperationProperties"))
    }
    state = properties.get("rulestate", "").lower()
    actions = properties.get("ruleactions", "")
    return Said(
        number=cmdlets.folded(properties.get("ruleid", "")),
        name=cmdlets.folded(properties.get("rulename", "")),
        ends=properties.get("ruleoperation", "").lower().startswith(("remove", "delete")),
        enabled="enabled" in state if state else None,
        sends=bool(_SENDS.search(actions)) if actions else None,
        targets=cmdlets.targets(actions),
        condition=properties.get("rulecondition") or None,
    )


def conditions(text: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], bool]]:
    """Give (fields, words, whole) for each condition; one without fields can't be judged from a letter.

    The text is a formula of Outlook's: `(&((SenderSearchKey Equal SMTP:A@B.C))(SubString IgnoreCase(Subject)=word))`.
    """
    senders = tuple(cmdlets.folded(address) for address in _SENDER.findall(text))
    words = [(where.lower(), cmdlets.folded(word)) for where, word in _WORDS.findall(text)]
    rest = _WORDS.sub("", _SENDER.sub("", _ANY.sub("", text)))
    either = "|" in rest
    kinds = bool(senders) + len({where for where, _ in words})
    if not _NOTHING.fullmatch(rest.replace("|", "")) or (either and kinds > 1):
        yield (), (text.strip()[:80],), False
        return
    if senders:
        yield ("sender",), senders, True
    for where in sorted({where for where, _ in words}):
        terms = tuple(word for at, word in words if at == where)
        fields = ("subject",) if where == "subject" else ("text",)
        for group in [terms] if either else [(term,) for term in terms]:
            yield fields, group, False
