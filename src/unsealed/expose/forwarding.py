"""Mail that the intruder had sent on: inbox rules, mailbox forwarding and transport rules, from creation to removal.

Parameters: https://learn.microsoft.com/powershell/module/exchange/new-inboxrule, .../set-mailbox,
.../new-transportrule. Desktop Outlook writes UpdateInboxRules instead, with the rule in OperationProperties.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

_FORWARDS = {
    "forwardto",
    "redirectto",
    "forwardasattachmentto",
    "blindcopyto",
    "redirectmessageto",
    "copyto",
    "addtorecipients",
}
_WORDS = {
    "subjectcontainswords": ("subject",),
    "bodycontainswords": ("text",),
    "subjectorbodycontainswords": ("subject", "text"),
    "from": ("sender",),
    "fromaddresscontainswords": ("sender",),
    "sentto": ("recipients",),
    "recipientaddresscontainswords": ("recipients",),
}
_NO_CONDITION = _FORWARDS | {
    "name",
    "identity",
    "mailbox",
    "force",
    "confirm",
    "enabled",
    "priority",
    "stopprocessingrules",
    "deletemessage",
    "movetofolder",
    "copytofolder",
    "markasread",
    "markimportance",
    "alwaysdeleteoutlookrulesblob",
    "description",
    "domaincontroller",
    "applycategory",
    "pinmessage",
    "softdeletemessage",
    "whatif",
    "comments",
    "mode",
    "stopruleprocessing",
    "ruleerroraction",
    "senderaddresslocation",
    "setauditseverity",
    "rulesubtype",
    "state",
}
_CREATE = {
    "New-InboxRule",
    "Set-InboxRule",
    "Enable-InboxRule",
    "New-TransportRule",
    "Set-TransportRule",
    "Enable-TransportRule",
}
_REMOVE = {"Remove-InboxRule", "Disable-InboxRule", "Remove-TransportRule", "Disable-TransportRule"}
OPERATIONS = (*sorted(_CREATE | _REMOVE), "UpdateInboxRules", "Set-Mailbox")
_ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class Forward:
    """One rule or setting that sends mail on, while it stood."""

    mailbox: str | None
    """None: every mailbox (a transport rule)."""
    kind: str
    name: str
    targets: tuple[str, ...]
    start: int
    event_id: str
    by_intruder: bool
    end: int | None = None
    conditions: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    """(fields, words): one of the words stands in one of the fields; all pairs must hold."""
    unknown: tuple[str, ...] = field(default=())
    """Conditions that can't be judged from a letter."""

    def matches(self, letter: dict[str, str]) -> bool:
        """Tell whether a letter (`subject`, `text`, `sender`, `recipients`, folded) meets the conditions."""
        return all(any(word in letter[name] for name in fields for word in words) for fields, words in self.conditions)

    def told(self) -> str:
        """Say in words what it is."""
        what = {"inbox": "inbox rule", "mailbox": "mailbox forwarding", "transport": "transport rule"}[self.kind]
        return f"{what} {self.name!r} to {', '.join(self.targets) or 'an address not named'}"


def forwards(rows: list[dict[str, Any]], mailboxes: set[str]) -> list[Forward]:
    """Follow all records of rules and settings in time, and give what stood, from when to when.

    Args:
        rows: events of `OPERATIONS` in order of time, with `us`, `event_id`, `operation`, `user`, `mailbox`, `raw`,
            and `by_intruder`.
        mailboxes: the mailboxes that are known, by which an alias is resolved.
    """
    standing: list[Forward] = []
    for row in rows:
        record = json.loads(row["raw"])
        parameters = _parameters(record)
        if row["operation"] == "Set-Mailbox":
            standing = _mailbox_setting(standing, row, record, parameters, mailboxes)
        elif row["operation"] == "UpdateInboxRules":
            standing = _outlook_rule(standing, row, record)
        elif row["operation"] in _REMOVE:
            kind = "transport" if "Transport" in row["operation"] else "inbox"
            standing = _removed(
                standing, row, kind, _owner(row, record, parameters, mailboxes), _identity(record, parameters)
            )
        else:
            standing = _rule(standing, row, record, parameters, mailboxes)
    return [forward for forward in standing if forward.by_intruder]


def _rule(
    standing: list[Forward],
    row: dict[str, Any],
    record: dict[str, Any],
    parameters: dict[str, str],
    mailboxes: set[str],
) -> list[Forward]:
    kind = "transport" if "Transport" in row["operation"] else "inbox"
    owner = None if kind == "transport" else _owner(row, record, parameters, mailboxes)
    name = _folded(parameters.get("name") or _identity(record, parameters))
    targets = tuple(t for key in sorted(_FORWARDS) if parameters.get(key) for t in _targets(parameters[key]))
    if not any(parameters.get(key) for key in _FORWARDS):
        emptied = any(key in parameters for key in _FORWARDS) or parameters.get("enabled", "").lower() == "false"
        return _removed(standing, row, kind, owner, name) if emptied else standing
    conditions, unknown = _conditions(parameters)
    known = [f for f in standing if f.end is None and f.kind == kind and f.mailbox == owner and _folded(f.name) == name]
    if known and not conditions and not unknown:
        conditions, unknown = known[-1].conditions, known[-1].unknown
    standing = _removed(standing, row, kind, owner, name) if known else standing
    return [
        *standing,
        Forward(
            owner,
            kind,
            parameters.get("name") or name,
            targets,
            row["us"],
            row["event_id"],
            row["by_intruder"],
            None,
            conditions,
            unknown,
        ),
    ]


def _mailbox_setting(
    standing: list[Forward],
    row: dict[str, Any],
    record: dict[str, Any],
    parameters: dict[str, str],
    mailboxes: set[str],
) -> list[Forward]:
    named = [key for key in ("forwardingsmtpaddress", "forwardingaddress") if key in parameters]
    if not named:
        return standing
    owner = _owner(row, record, parameters, mailboxes)
    standing = _removed(standing, row, "mailbox", owner, "")
    targets = tuple(target for key in named for target in _targets(parameters[key]))
    if not any(parameters[key].strip() for key in named):
        return standing
    return [*standing, Forward(owner, "mailbox", "forwarding", targets, row["us"], row["event_id"], row["by_intruder"])]


def _outlook_rule(standing: list[Forward], row: dict[str, Any], record: dict[str, Any]) -> list[Forward]:
    """Read a rule as desktop Outlook writes it; a blank change tells nothing and changes nothing."""
    properties = {
        str(p.get("Name", "")).lower(): str(p.get("Value") or "") for p in _pairs(record.get("OperationProperties"))
    }
    operation = properties.get("ruleoperation", "").lower()
    owner = row["mailbox"] or row["user"]
    name = _folded(properties.get("rulename") or properties.get("ruleid", ""))
    disabled = "enabled" not in properties.get("rulestate", "enabled").lower()
    if operation.startswith(("remove", "delete")) or (disabled and name):
        return _removed(standing, row, "inbox", owner, name)
    actions = properties.get("ruleactions", "") + " " + properties.get("serverrule", "")
    if not re.search(r"forward|redirect|bounce", actions, re.IGNORECASE):
        return standing
    conditions, unknown = _outlook_conditions(properties.get("rulecondition", ""))
    standing = (
        [*_removed(standing, row, "inbox", owner, name)] if any(_folded(f.name) == name for f in standing) else standing
    )
    return [
        *standing,
        Forward(
            owner,
            "inbox",
            properties.get("rulename") or name,
            tuple(_targets(actions)),
            row["us"],
            row["event_id"],
            row["by_intruder"],
            None,
            conditions,
            unknown,
        ),
    ]


def _outlook_conditions(text: str) -> tuple[Any, tuple[str, ...]]:
    text = re.sub(r"\(?Exists\s*\(?\s*ItemClass\s*\)?\s*\)?", "", text)  # "every message", as Outlook writes it
    senders = tuple(_folded(address) for address in re.findall(r"SenderSearchKey Equal SMTP:(\S+?)\)", text))
    if senders:
        return ((("sender",), senders),), ()
    words = re.findall(r"(Subject|Body)\w*[^()]*?Contains?\w*\s+\"?([^\")]+)\"?", text, re.IGNORECASE)
    if words:
        return tuple(
            (("subject" if where.lower() == "subject" else "text",), (_folded(word),)) for where, word in words
        ), ()
    return (), () if text.strip(" {}()") == "" else (text.strip()[:80],)


def _removed(standing: list[Forward], row: dict[str, Any], kind: str, owner: str | None, name: str) -> list[Forward]:
    """Close what a removal means: by its name; else, where the record names it by a number, the only one that stands."""
    name = _folded(name)
    open_ones = [f for f in standing if f.end is None and f.kind == kind and (f.mailbox == owner or owner is None)]
    meant = [f for f in open_ones if not name or _folded(f.name) == name]
    if not meant and len(open_ones) == 1 and re.fullmatch(r"[\d{}-]+|[0-9a-f-]{36}", name):
        meant = open_ones
    return [replace(f, end=row["us"]) if f in meant else f for f in standing]


def _conditions(
    parameters: dict[str, str],
) -> tuple[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...], tuple[str, ...]]:
    found, unknown = [], []
    for key, value in parameters.items():
        if not value.strip() or key in _NO_CONDITION:
            continue
        if key in _WORDS:
            words = tuple(_folded(_bare(word)) for word in _split(value) if word.strip())
            found.append((_WORDS[key], words))
        elif value.strip().lower() not in {"false", "$false"}:
            unknown.append(key)
    return tuple(found), tuple(unknown)


def _parameters(record: dict[str, Any]) -> dict[str, str]:
    """Give a cmdlet's parameters by lower-case name, from a list of pairs or from its command line."""
    raw = record.get("Parameters")
    if isinstance(raw, str) and raw[:1] not in "[{":
        return {
            name.lower(): value.strip().strip("\"'")
            for name, value in re.findall(r"-(\w+)[ :]+(\"[^\"]*\"|'[^']*'|\([^)]*\)|[^-\s]\S*|)", raw)
        }
    return {str(pair.get("Name", "")).lower(): _text(pair.get("Value")) for pair in _pairs(raw)}


def _pairs(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        try:
            value = json.loads(value)
        except ValueError:
            return
    if isinstance(value, dict):
        value = [{"Name": name, "Value": item} for name, item in value.items()]
    if isinstance(value, list):
        yield from (pair for pair in value if isinstance(pair, dict))


def _text(value: object) -> str:
    return ";".join(str(item) for item in value) if isinstance(value, list) else "" if value is None else str(value)


def _split(value: str) -> list[str]:
    value = value.strip().strip("(){}[]")
    return [word.strip().strip("\"'") for word in re.split(r"[;,]", value)]


def _bare(word: str) -> str:
    found = _ADDRESS.search(word)
    return found.group() if found else word.removeprefix("smtp:")


def _targets(value: str) -> list[str]:
    return list(dict.fromkeys(address.lower() for address in _ADDRESS.findall(value))) or [
        word for word in _split(value)[:3] if word and len(word) < 200 and not word.startswith(("{", '"'))
    ]


def _identity(record: dict[str, Any], parameters: dict[str, str]) -> str:
    whole = parameters.get("identity") or str(record.get("ObjectId") or "")
    return re.split(r"[\\/]", whole)[-1] if whole else ""


def _owner(row: dict[str, Any], record: dict[str, Any], parameters: dict[str, str], mailboxes: set[str]) -> str | None:
    """Tell whose mailbox a cmdlet changed: named by address or alias, else the caller's own."""
    rule = "InboxRule" in row["operation"]
    spoken = parameters.get("mailbox") or ("" if rule else parameters.get("identity", ""))
    object_id = str(record.get("ObjectId") or "")
    parts = re.split(r"[\\/]", object_id)
    hint = parts[-2] if rule and len(parts) > 1 else ("" if rule else parts[-1])
    for word in (spoken, hint):
        folded = _folded(re.split(r"[\\/]", word)[-1]) if word else ""
        if "@" in folded:
            return folded
        named = sorted(box for box in mailboxes if box.partition("@")[0] == folded) if folded else []
        if named:
            return row["user"] if row["user"] in named else named[0]
    return row["mailbox"] or row["user"]


def _folded(text: str) -> str:
    return text.strip().casefold()
