"""What a rule asks of a letter: its conditions and exceptions as one question, with the names of what no letter shows.

Parameters: https://learn.microsoft.com/powershell/module/exchange/new-inboxrule and .../new-transportrule; conditions and
exceptions: https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/conditions-and-exceptions. All
conditions must hold, one of the values of each is enough, and no exception may hold.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from unsealed.expose import asks, cmdlets, outlook_rules
from unsealed.expose.asks import Ask

_CONTAINS: dict[str, tuple[str, ...]] = {
    "subjectcontainswords": ("subject",),
    "bodycontainswords": ("text",),
    "subjectorbodycontainswords": ("subject", "text"),
    "fromaddresscontainswords": ("sender",),
    "recipientaddresscontainswords": ("recipients",),
    "anyofrecipientaddresscontainswords": ("recipients",),
}
_IS = {
    "from": "sender",
    "sentto": "recipients",
    "anyoftoheader": "to",
    "anyofccheader": "cc",
    "anyoftoccheader": "to_cc",
}
_MATCHES: dict[str, tuple[str, ...]] = {
    "subjectmatchespatterns": ("subject",),
    "subjectorbodymatchespatterns": ("subject", "text"),
    "fromaddressmatchespatterns": ("sender",),
    "recipientaddressmatchespatterns": ("recipients",),
    "anyofrecipientaddressmatchespatterns": ("recipients",),
}
_DOMAINS = {"senderdomainis": "sender", "recipientdomainis": "recipients"}
_HEADERS: dict[str, tuple[str, ...]] = {
    "subject": ("subject",),
    "from": ("sender",),
    "to": ("to",),
    "cc": ("cc",),
    "bcc": ("bcc",),
}
_OTHER = (
    "adcomparison",
    "anyof",
    "attachment",
    "between",
    "body",
    "contentcharacter",
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
    "viaimap",
    "with",
)
"""How the names of conditions begin; whatever else a cmdlet takes says what is done, or how the rule is kept."""
_NOT_CONDITIONS = ("senderaddresslocation", "messagetypematchesjunk")
_EXCEPT = "exceptif"


class Setting(NamedTuple):
    """Where a rule stands: whose mailbox (None: everybody's), the organisation's domains, and people by name."""

    owner: str | None = None
    domains: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = {}


def is_condition(parameter: str) -> bool:
    """Tell whether a parameter of a rule's cmdlet, in lower case, narrows what the rule is for."""
    known = parameter in _CONTAINS or parameter in _IS or parameter == "importance"
    return known or (parameter.startswith(_OTHER) and parameter not in _NOT_CONDITIONS)


def conditions(given: Mapping[str, str], setting: Setting) -> Ask:
    """Give what a rule asks of a letter, from the parameters that hold its conditions."""
    found: list[Ask] = []
    for key, value in given.items():
        if key == outlook_rules.CONDITION:
            found += map(_outlook, outlook_rules.conditions(value))
        elif cmdlets.words(value) not in {(), ("false",), ("$false",)}:
            name = key.removeprefix(_EXCEPT)
            asked = _condition(name, value, given, setting) if not _is_other_half(name) else None
            if asked is not None:
                asked = asked._replace(unknown=(key,) if asked.unknown else ())
                found.append(asked if name == key else asks.none(asked))
    return asks.every(found)


def _outlook(part: tuple[tuple[str, ...], tuple[str, ...], bool]) -> Ask:
    fields, terms, whole = part
    if not fields:
        return asks.cant_tell(" ".join(terms))
    return asks.address(fields[0], *terms) if whole else asks.some(asks.contains(fields, term) for term in terms)


def _condition(name: str, value: str, given: Mapping[str, str], setting: Setting) -> Ask:
    """Give what one condition asks, whichever of its values."""
    terms = cmdlets.words(value)
    if name in _CONTAINS:
        return asks.some(asks.contains(_CONTAINS[name], term) for term in terms)
    if name in _IS:
        return _is(_IS[name], value, setting)
    if name in _MATCHES:
        return _matching(value, lambda pattern: _found(_MATCHES[name], pattern))
    if name in _DOMAINS:
        return asks.domain(_DOMAINS[name], *terms)
    if name.startswith("header"):
        return _header(name, value, given)
    for read in (_scope, _about_owner, _attached, _bounds):
        asked = read(name, value, setting)
        if asked is not None:
            return asked
    return asks.cant_tell(name)


def _is(group: str, value: str, setting: Setting) -> Ask:
    """People by address, or by a name that stands for one that is known."""
    found: list[str] = []
    for word in cmdlets.words(value):
        people = cmdlets.addresses(word) or setting.names.get(word, ())
        if not people:
            return asks.cant_tell("a name")
        found += people
    return asks.address(group, *found)


def _matching(value: str, asked: Callable[[str], Ask]) -> Ask:
    found = [pattern for pattern in _patterns(value) if pattern]
    if any(not _usable(pattern) for pattern in found):
        return asks.cant_tell("a pattern")
    return asks.some(asked(f"(?i){pattern}") for pattern in found)


def _patterns(value: str) -> list[str]:
    """Give patterns apart; a comma may be part of one."""
    quoted = re.findall(r"'([^']*)'|\"([^\"]*)\"", value) if re.fullmatch(r"[({@\s]*['\"].*['\"][)}\s]*", value) else []
    return [one or other for one, other in quoted] or [pattern.strip() for pattern in value.split(";")]


def _usable(pattern: str) -> bool:
    """Tell whether the engine's own regular expressions (RE2, linear in time) take a pattern."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern, ignore_case=True)
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return False
    return True


def _found(fields: tuple[str, ...], pattern: str) -> Ask:
    return asks.some(
        asks.matches(asks.TEXTS[field], pattern)
        if field in asks.TEXTS
        else asks.person(field, "regexp_matches(p.address, ?)", pattern)
        for field in fields
    )


def _is_other_half(name: str) -> bool:
    """Tell the parameter that only names the header which another one speaks of."""
    return name in {"headercontainsmessageheader", "headermatchesmessageheader"}


def _header(name: str, value: str, given: Mapping[str, str]) -> Ask:
    """Words or patterns in a named header; where the message's headers are not kept, or any may be meant, it's open."""
    prefix = _EXCEPT if f"{_EXCEPT}{name}" in given and name not in given else ""
    kind = "matches" if "matches" in name else "contains"
    header = cmdlets.folded(given.get(f"{prefix}header{kind}messageheader", ""))
    fields = _HEADERS.get(header)
    if fields and kind == "matches":
        return _matching(value, lambda pattern: _found(fields, pattern))
    if fields:
        return asks.some(asks.contains(fields, word) for word in cmdlets.words(value))
    if header or kind == "matches":
        return asks.cant_tell(name)
    seen = [asks.contains(("subject", "sender", "to", "cc"), word) for word in cmdlets.words(value)]
    return asks.some([*seen, asks.cant_tell(name)])


def _scope(name: str, value: str, setting: Setting) -> Ask | None:
    """Whether sender or recipients are of the organisation."""
    group = {"fromscope": "sender", "senttoscope": "recipients"}.get(name)
    if group is None:
        return None
    word = cmdlets.folded(value)
    if not setting.domains or word not in {"inorganization", "notinorganization"}:
        return asks.cant_tell(name)
    inside = " OR ".join([asks.IN_DOMAIN] * len(setting.domains))
    values = [text for one in setting.domains for text in asks.in_domain(one)]
    return asks.person(
        group, f"({inside})" if word == "inorganization" else f"(p.address LIKE '%@%' AND NOT ({inside}))", *values
    )


def _about_owner(name: str, value: str, setting: Setting) -> Ask | None:
    """Whether the mailbox's owner is among the recipients."""
    del value
    groups = {"mynameintobox": "to", "mynameinccbox": "cc", "mynameintoorccbox": "to_cc", "mynamenotintobox": "to"}
    if setting.owner is None or name not in {*groups, "sentonlytome"}:
        return None
    if name == "sentonlytome":
        return asks.everyone("to_cc", "p.address = ?", setting.owner)
    found = asks.address(groups[name], setting.owner)
    return asks.none(found) if name == "mynamenotintobox" else found


def _attached(name: str, value: str, setting: Setting) -> Ask | None:
    """Whether it has attachments, and of what name, size or words."""
    del setting
    terms = cmdlets.words(value)
    if name == "hasattachment":
        return asks.has_attachment()
    if name == "attachmentnamematchespatterns":
        return _matching(value, lambda pattern: asks.attachment("regexp_matches(a.filename, ?)", pattern))
    if name == "attachmentmatchespatterns":
        return _matching(value, lambda pattern: asks.attachment("regexp_matches(a.text, ?)", pattern, contents=True))
    if name == "attachmentcontainswords":
        return asks.some(asks.attachment("contains(lower(a.text), ?)", term, contents=True) for term in terms)
    if name == "attachmentextensionmatcheswords":
        return asks.some(asks.attachment("ends_with(lower(a.filename), ?)", "." + term.lstrip("*.")) for term in terms)
    than = asks.size(value) if name == "attachmentsizeover" else None
    return asks.attachment("a.size_bytes > ?", than) if than is not None else None


def _bounds(name: str, value: str, setting: Setting) -> Ask | None:
    """When it came, and how large it is."""
    del setting
    if name in {"receivedafterdate", "receivedbeforedate"}:
        stretch = asks.moment(value)
        if stretch is None:
            return None
        bounds = (stretch[0], None) if name == "receivedafterdate" else (None, stretch[0])
        return asks.between("c.arrived", *bounds)
    than = asks.size(value)
    if than is None:
        return None
    if name in {"withinsizerangeminimum", "messagesizeover"}:
        return asks.larger(than)
    return asks.none(asks.larger(than)) if name == "withinsizerangemaximum" else None
