"""Mail that the intruder had sent on: inbox rules, mailbox forwarding and transport rules, from creation to removal.

Parameters: https://learn.microsoft.com/powershell/module/exchange/new-inboxrule, .../set-mailbox,
.../new-transportrule. Desktop Outlook writes UpdateInboxRules instead, with the rule in OperationProperties.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from unsealed.expose import cmdlets, outlook_rules
from unsealed.expose.asks import Ask
from unsealed.expose.conditions import Setting, conditions, is_condition

_FORWARDS = (
    "addtorecipients",
    "blindcopyto",
    "copyto",
    "forwardasattachmentto",
    "forwardto",
    "redirectmessageto",
    "redirectto",
)
_SETTINGS = ("forwardingsmtpaddress", "forwardingaddress")
_CMDLETS = tuple(f"{verb}-{rule}" for rule in ("InboxRule", "TransportRule") for verb in ("New", "Set", "Enable"))
_REMOVALS = tuple(f"{verb}-{rule}" for rule in ("InboxRule", "TransportRule") for verb in ("Remove", "Disable"))
OPERATIONS = (*_CMDLETS, *_REMOVALS, "UpdateInboxRules", "Set-Mailbox")
"""Records that make, change or end forwarding."""
_NUMBER = re.compile(r"-?\d{5,}|[{]?[0-9a-f]{8}-[0-9a-f-]{27}[}]?")
_KINDS = {"inbox": "inbox rule", "mailbox": "mailbox forwarding", "transport": "transport rule"}


class Forward(NamedTuple):
    """One rule or setting that sends mail on, while it stood."""

    mailbox: str | None
    """None: every mailbox (a transport rule)."""
    kind: str
    name: str
    targets: tuple[str, ...]
    start: int
    end: int | None
    event_id: str
    by_intruder: bool
    asks: Ask
    """What it asks of a letter."""
    unknown: tuple[str, ...]
    """Conditions that can't be judged from a letter."""

    def told(self) -> str:
        """Say in words what it is."""
        return f"{_KINDS[self.kind]} {self.name!r} to {', '.join(self.targets) or 'an address not named'}"


@dataclass
class _Rule:
    """What is known of a rule or setting at one moment."""

    kind: str
    owner: str | None
    label: str
    names: set[str]
    targets: tuple[str, ...] = ()
    sends: bool = False
    enabled: bool = True
    numbered: bool = False
    """Whether its number is among its names."""
    by_intruder: bool = False
    """Whether the intruder set where it sends mail to; a rule of the owner's own stays the owner's."""
    given: dict[str, str] = field(default_factory=dict)
    """The parameters that hold its conditions."""
    doubts: tuple[str, ...] = ()
    standing: "Forward | None" = None
    """The stretch of time that is not over."""


def forwards(
    rows: Iterable[Mapping[str, Any]], names: Mapping[str, tuple[str, ...]], domains: tuple[str, ...] = ()
) -> list[Forward]:
    """Follow all records of rules and settings in time, and give what the intruder had standing, from when to when.

    Args:
        rows: events of `OPERATIONS` in order of time, with `us`, `event_id`, `operation`, `user`, `mailbox`, `target`,
            `raw`, and `by_intruder`.
        names: mailboxes by alias and by display name, folded.
        domains: the organisation's own.
    """
    book = _Book(names, domains)
    for row in rows:
        book.read(row)
    return book.close()


class _Book:
    """Keeps the state of all rules while the records are read in order of time."""

    def __init__(self, names: Mapping[str, tuple[str, ...]], domains: tuple[str, ...]) -> None:
        self.names, self.domains = names, domains
        self.rules: list[_Rule] = []
        self.done: list[Forward] = []

    def read(self, row: Mapping[str, Any]) -> None:
        """Take one record in."""
        record = cmdlets.parse(row["raw"])
        if row["operation"] == "UpdateInboxRules":
            self._outlook(row, record)
            return
        given = cmdlets.parameters(record)
        kind = "transport" if "Transport" in row["operation"] else "inbox"
        owner = None if kind == "transport" else cmdlets.owner(row, given, self.names)
        if owner is None and kind != "transport":
            return
        if row["operation"] == "Set-Mailbox":
            self._setting(row, given, owner)
            return
        name = cmdlets.rule_name(record, given, row["target"])
        verb = row["operation"].partition("-")[0]
        if verb == "New":
            label = given.get("name") or name
            rule = _Rule(kind, owner, label, {cmdlets.folded(label), name} - {""})
            self.rules.append(rule)
            self._change(rule, row, given)
        elif verb in {"Remove", "Disable"}:
            self._end(kind, owner, name, row, remove=verb == "Remove")
        else:
            self._set(kind, owner, name, row, given | ({"enabled": "True"} if verb == "Enable" else {}))

    def close(self) -> list[Forward]:
        """Give all that the intruder had standing, and what stands to this day."""
        for rule in self.rules:
            self._note(rule, None)
        return sorted((f for f in self.done if f.by_intruder), key=lambda f: (f.start, f.event_id, f.mailbox or ""))

    # -- cmdlets -------------------------------------------------------------------------------------------------

    def _set(self, kind: str, owner: str | None, name: str, row: Mapping[str, Any], given: dict[str, str]) -> None:
        found = self._find(kind, owner, name)
        if len(found) != 1 and any(given.get(key) for key in _FORWARDS):
            doubts = ("conditions from before this log",)
            found = [_Rule(kind, owner, given.get("name") or name, {name} - {""}, doubts=doubts)]
            self.rules += found
        for rule in found if len(found) == 1 else ():
            self._change(rule, row, given)

    def _change(self, rule: _Rule, row: Mapping[str, Any], given: Mapping[str, str]) -> None:
        """Bring a rule to what a record says, and begin a new stretch of time where that changes what it does."""
        before = (rule.targets, rule.sends, rule.enabled, dict(rule.given))
        named = [key for key in _FORWARDS if key in given]
        if named:
            rule.targets = tuple(dict.fromkeys(t for key in named for t in cmdlets.targets(given[key])))
            rule.sends = any(given[key] for key in named)
            rule.by_intruder = row["by_intruder"] if rule.targets != before[0] else rule.by_intruder
        if "enabled" in given:
            rule.enabled = cmdlets.folded(given["enabled"]) not in {"false", "$false", ""}
        if cmdlets.folded(given.get("mode", "")).startswith("audit"):
            rule.enabled = False
        if given.get("name"):
            rule.names.add(cmdlets.folded(given["name"]))
        rule.given |= {key: value for key, value in given.items() if is_condition(key)}
        if before != (rule.targets, rule.sends, rule.enabled, rule.given):
            self._note(rule, row)

    def _end(self, kind: str, owner: str | None, name: str, row: Mapping[str, Any], *, remove: bool) -> None:
        """End what a removal means; where it names one of several by a number, each may be the one."""
        found = self._find(kind, owner, name)
        if len(found) > 1 and not any(name in rule.names for rule in found):
            for rule in found:
                rule.doubts = (*rule.doubts, f"one of {len(found)} rules was ended, it can't be told which")
                self._note(rule, row)
            return
        for rule in found:
            rule.enabled = False
            self._note(rule, row)
            if remove:
                self.rules.remove(rule)

    def _setting(self, row: Mapping[str, Any], given: Mapping[str, str], owner: str | None) -> None:
        for key in _SETTINGS:
            if key in given:
                found = self._find("mailbox", owner, key)
                rule = found[0] if found else _Rule("mailbox", owner, "forwarding", {key})
                if not found:
                    self.rules.append(rule)
                self._change(rule, row, {"forwardto": given[key]})

    def _find(self, kind: str, owner: str | None, name: str) -> list[_Rule]:
        """Find rules by name or number; by a number that is not known, those that stand."""
        mine = [rule for rule in self.rules if rule.kind == kind and rule.owner == owner]
        found = [rule for rule in mine if name and name in rule.names]
        if not found and _NUMBER.fullmatch(name):
            found = [rule for rule in mine if rule.standing]
        return found

    # -- Outlook -------------------------------------------------------------------------------------------------

    def _outlook(self, row: Mapping[str, Any], record: Mapping[str, Any]) -> None:
        """Read a rule as desktop Outlook writes it; a blank change tells nothing and changes nothing."""
        said = outlook_rules.read(record)
        owner = row["mailbox"] or row["user"]
        mine = [rule for rule in self.rules if rule.kind == "inbox" and rule.owner == owner]
        found = [rule for rule in mine if said.number and said.number in rule.names]
        if not found:
            found = [rule for rule in mine if said.name and said.name in rule.names and not rule.numbered]
        if said.ends:
            for rule in found:
                rule.enabled = False
                self._note(rule, row)
            return
        if not found and said.sends:
            found = [_Rule("inbox", owner, said.name or said.number, set())]
            self.rules += found
        for rule in found:
            rule.names |= {said.name, said.number} - {""}
            rule.numbered = rule.numbered or bool(said.number)
            before = (rule.sends, rule.targets, rule.enabled, rule.given)
            if said.sends is not None:
                rule.by_intruder = row["by_intruder"] if (rule.targets != said.targets) else rule.by_intruder
                rule.sends, rule.targets = said.sends, said.targets
            if said.condition is not None:
                rule.given = {outlook_rules.CONDITION: said.condition}
            rule.enabled = rule.enabled if said.enabled is None else said.enabled
            if before != (rule.sends, rule.targets, rule.enabled, rule.given):
                self._note(rule, row)

    # -- time ----------------------------------------------------------------------------------------------------

    def _note(self, rule: _Rule, row: Mapping[str, Any] | None) -> None:
        """End the stretch in which a rule stood as it did, and begin another if it sends mail on."""
        if rule.standing:
            self.done.append(rule.standing._replace(end=row["us"] if row else None))
        rule.standing = None
        if row and rule.enabled and rule.sends:
            asked = conditions(rule.given, Setting(rule.owner, self.domains, self.names))
            rule.standing = Forward(
                rule.owner,
                rule.kind,
                rule.label,
                rule.targets,
                row["us"],
                None,
                row["event_id"],
                rule.by_intruder,
                asked,
                (*asked.unknown, *rule.doubts),
            )
