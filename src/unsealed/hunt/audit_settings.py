"""Which settings and licences switched the item log of Microsoft 365 off and on again, of whom, and from when to when.

Rules: https://learn.microsoft.com/purview/audit-mailboxes (AuditEnabled, which default auditing overrides; AuditOwner and its
like; AuditBypassEnabled, which hides all that one account does; AuditDisabled, which ends it for all),
https://learn.microsoft.com/purview/audit-log-enable-disable (UnifiedAuditLogIngestionEnabled), and
https://learn.microsoft.com/purview/audit-premium (who has M365_ADVANCED_AUDITING). What is ignored shows itself: a record that
the setting would have suppressed, more than a day after it, proves that the log was on.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from unsealed.query import Engine, literal

ADVANCED = "2f442157-a11c-46b9-ae5b-6e39ff4e5849"
"""The service plan M365_ADVANCED_AUDITING."""
_PLAN = "m365_advanced_auditing"
_PREMIUM = re.compile(
    r"(?:^|[^a-z])(?:e5|a5|g5|f5_comp|f5_seccomp|f5_sec_comp|enterprisepremium|premium_edu|e5_compliance)"
)
_LICENCE = re.compile(r"skuname=([^,\]]*).*?disabledplans=\[([^\]]*)\]", re.DOTALL)
_ENABLED = {"0", "1", "enabled", "warning", ""}
_TRUE, _FALSE = {"true", "$true", "1"}, {"false", "$false", "0"}
_KINDS = {"auditowner": "owner", "auditdelegate": "delegate", "auditadmin": "admin"}
_BYPASS = "set-mailboxauditbypassassociation"
_CMDLETS = ("set-mailbox", _BYPASS, "set-adminauditlogconfig", "set-organizationconfig")
_LICENCES = ("change user license", "update user")
_ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_EDITED = re.compile(r"(add|remove)\s*[=:]\s*(.*?)(?=;?\s*(?:add|remove)\s*[=:]|$)", re.DOTALL)
EVERYONE = "*"


@dataclass(frozen=True)
class Switch:
    """A change that an event shows: of which setting, of whom, to off or on; `hides` is whose doings it keeps out."""

    us: int
    setting: str
    scope: str
    """A mailbox, or an account that is bypassed; `*` for all."""
    hides: str
    """`owner`, `delegate` or `admin` in that mailbox, `all` in it, or `account`: all that the account does anywhere."""
    off: bool
    event_id: str
    words: str


@dataclass(frozen=True)
class Off:
    """A stretch in which records were not written: in microseconds; `high` is None where nothing switched it on again."""

    low: int
    high: int | None
    switch: Switch


def switches(db: Engine) -> list[Switch]:
    """Give every change of what the item log holds, oldest first."""
    names = _spelled(db, (*_CMDLETS, *_LICENCES))
    rows = db.rows(f"""
        SELECT event_id, epoch_us(time) AS us, lower(trim(operation, ' .')) AS operation, mailbox, target, raw
        FROM events WHERE operation IN ({names}) AND source IN ('m365_audit', 'entra_audit')
          AND outcome IS DISTINCT FROM 'failure' AND (raw ILIKE '%audit%' OR raw ILIKE '%assigned%')
        ORDER BY time, event_id""")
    if not rows:
        return []
    known = _names(db)
    return [switch for row in rows for switch in _read(row, _record(row["raw"]), known)]


def _spelled(db: Engine, names: Collection[str]) -> str:
    """Give operations as the logs spell them, as a list in SQL: so the text of other records is not even read."""
    rows = db.rows("SELECT DISTINCT operation FROM events WHERE operation IS NOT NULL ORDER BY operation")
    found = [row["operation"] for row in rows if row["operation"].strip(" .").lower() in names]
    return ", ".join(map(literal, found)) or "''"


def grants(db: Engine) -> list[tuple[str, str]]:
    """Give the mailboxes to which an account was given full access in the time of the log, with the account."""
    rows = db.rows(f"""
        SELECT event_id, target, raw FROM events
        WHERE operation IN ({_spelled(db, ("add-mailboxpermission",))}) AND source = 'm365_audit'
          AND outcome IS DISTINCT FROM 'failure' ORDER BY time, event_id""")
    known = _names(db) if rows else {}
    found = []
    for row in rows:
        given = _parameters(_record(row["raw"]))
        people = _owners({"identity": given.get("user", "")}, {"target": None}, known)
        found += [(box, who) for box in _owners(given, row, known) for who in people]
    return found


def stretches(found: Iterable[Switch]) -> list[Off]:
    """Bring each switching off together with the next switching on of the same setting."""
    open_: dict[tuple[str, str, str], Switch] = {}
    made = []
    for switch in found:
        key = (switch.setting, switch.scope, switch.hides)
        if switch.off:
            open_.setdefault(key, switch)
        elif key in open_:
            begun = open_.pop(key)
            made.append(Off(begun.us, switch.us, begun))
    made += [Off(switch.us, None, switch) for switch in open_.values()]
    return sorted(made, key=lambda off: (off.low, off.switch.event_id))


def _read(row: dict[str, Any], record: dict[str, Any], known: dict[str, set[str]]) -> Iterator[Switch]:
    if row["operation"] in _LICENCES:
        yield from _licence(row, record)
        return
    given = _parameters(record)
    told = _tenant(row["operation"], given)
    for who in _owners(given, row, known) if row["operation"] in {"set-mailbox", _BYPASS} else ():
        told += _mailbox(row["operation"], given, who)
    for setting, scope, hides, off, words in told:
        yield Switch(row["us"], setting, scope, hides, off, row["event_id"], words)


_Told = list[tuple[str, str, str, bool, str]]


def _tenant(operation: str, given: dict[str, str]) -> _Told:
    """Read what a cmdlet sets for everyone."""
    told: _Told = []
    if operation == "set-adminauditlogconfig" and (on := _flag(given, "unifiedauditlogingestionenabled")) is not None:
        words = "Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled false: nothing was logged for anyone"
        told.append(("ingestion", EVERYONE, "all", not on, words))
    if operation == "set-organizationconfig" and (off := _flag(given, "auditdisabled")) is not None:
        words = "Set-OrganizationConfig -AuditDisabled true: mailbox auditing was off for everyone"
        told.append(("organisation", EVERYONE, "all", off, words))
    return told


def _mailbox(operation: str, given: dict[str, str], who: str) -> _Told:
    """Read what a cmdlet sets for a mailbox or an account."""
    told: _Told = []
    if operation == _BYPASS:
        if (off := _flag(given, "auditbypassenabled")) is not None:
            words = f"Set-MailboxAuditBypassAssociation: nothing that {who} did in mailboxes was logged"
            told.append(("bypass", who, "account", off, words))
        return told
    if (on := _flag(given, "auditenabled")) is not None:
        words = "Set-Mailbox -AuditEnabled false: the auditing of this mailbox was switched off"
        told.append(("enabled", who, "all", not on, words))
    for name, kind in _KINDS.items():
        listed = _listed(given.get(name), given.get("defaultauditset"), kind)
        if listed is not None:
            words = f"Set-Mailbox -Audit{kind.capitalize()}: MailItemsAccessed of its {kind} was no longer logged"
            told.append((name, who, kind, not listed, words))
    return told


def _listed(value: str | None, default: str | None, kind: str) -> bool | None:
    """Tell whether MailItemsAccessed is logged after a change of what is logged; None where that is left as it was."""
    if default and kind in default.lower():
        return True
    if value is None:
        return None
    told = value.lower()
    edits = dict(_EDITED.findall(told))
    if edits:
        if "mailitemsaccessed" in edits.get("remove", ""):
            return False
        return True if "mailitemsaccessed" in edits.get("add", "") else None
    return "mailitemsaccessed" in told


def _licence(row: dict[str, Any], record: dict[str, Any]) -> Iterator[Switch]:
    """Read what a change of licences does to Audit (Premium); only "Update user." tells the licences themselves."""
    for name, old, new in _changes(record):
        if name.lower() not in {"assignedlicense", "assignedplan", "assignedlicenses", "assignedplans"}:
            continue
        before, after = premium(old), premium(new)
        for who in _ADDRESS.findall(str(row["target"] or row["mailbox"] or _upn(record)).lower())[:1]:
            if before != after:
                words = "the licence with Audit (Premium) was taken away, which MailItemsAccessed came with"
                yield Switch(row["us"], "licence", who, "all", before, row["event_id"], words)
                return


def premium(value: object) -> bool:
    """Tell whether licences or plans, as an audit record writes them, include Audit (Premium)."""
    text = value if isinstance(value, str) else json.dumps(value)
    for name, disabled in _LICENCE.findall(text.lower()):
        if _PREMIUM.search(name) and _PLAN not in disabled and ADVANCED not in disabled:
            return True
    try:
        plans = json.loads(text)
    except ValueError:
        return False
    for plan in plans if isinstance(plans, list) else [plans]:
        told = plan if isinstance(plan, dict) else {}
        status = str(told.get("CapabilityStatus", "")).lower()
        if str(told.get("ServicePlanId", "")).lower() == ADVANCED and status in _ENABLED:
            return True
    return False


def _changes(record: dict[str, Any]) -> Iterator[tuple[str, object, object]]:
    """Give what changed, with the values before and after, in the form of either log."""
    places = [record, *_list(record.get("targetResources")), *_list(record.get("TargetResources"))]
    for place in places:
        for pair in (*_list(place.get("ModifiedProperties")), *_list(place.get("modifiedProperties"))):
            name = pair.get("Name") or pair.get("displayName") or pair.get("DisplayName") or ""
            old = pair.get("OldValue", pair.get("oldValue")) or ""
            yield str(name), old, pair.get("NewValue", pair.get("newValue")) or ""


def _upn(record: dict[str, Any]) -> str:
    targets = [*_list(record.get("targetResources")), *_list(record.get("TargetResources"))]
    return " ".join(str(target.get("userPrincipalName") or "") for target in targets)


def _owners(given: dict[str, str], row: dict[str, Any], known: dict[str, set[str]]) -> list[str]:
    """Tell whose mailbox or account a cmdlet names: by address, alias, display name or path."""
    for word in (given.get("identity", ""), str(row["target"] or "")):
        found = _ADDRESS.findall(word.lower())
        if found:
            return found[:1]
        last = re.split(r"[\\/]", word)[-1].strip().casefold()
        if last in known:
            return sorted(known[last])
    return []


def _names(db: Engine) -> dict[str, set[str]]:
    """Give the known mailboxes by alias, and by the name under which their owners write."""
    rows = db.rows("""
        WITH boxes AS (SELECT DISTINCT mailbox FROM messages WHERE mailbox LIKE '%@%'
                       UNION SELECT DISTINCT mailbox FROM events WHERE mailbox LIKE '%@%'
                       UNION SELECT DISTINCT "user" FROM events WHERE "user" LIKE '%@%')
        SELECT split_part(mailbox, '@', 1) AS name, mailbox FROM boxes
        UNION SELECT DISTINCT lower(trim(from_name)), from_address FROM messages
        WHERE length(trim(from_name)) > 2 AND from_address IN (SELECT mailbox FROM boxes)""")
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["name"].casefold(), set()).add(row["mailbox"])
    return found


def _parameters(record: dict[str, Any]) -> dict[str, str]:
    raw = record.get("Parameters")
    if isinstance(raw, str) and raw.lstrip()[:1] not in {"[", "{"}:
        found = re.findall(r"-(\w+)[ :]+(@\{[^}]*\}|\"[^\"]*\"|'[^']*'|[^-\s]\S*)", raw)
        return {name.lower(): value.strip("\"'") for name, value in found}
    return {str(pair.get("Name", "")).lower(): _text(pair.get("Value")) for pair in _list(raw)}


def _flag(given: dict[str, str], name: str) -> bool | None:
    told = given.get(name, "").strip().lower()
    return True if told in _TRUE else False if told in _FALSE else None


def _record(raw: str | None) -> dict[str, Any]:
    try:
        record = json.loads(raw or "")
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    if isinstance(value, dict):
        value = [{"Name": name, "Value": inner} for name, inner in value.items()]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return ";".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
