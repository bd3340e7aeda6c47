"""Consents and permissions of applications: which mailboxes an application was let into by a record of Entra's log.

Permissions: https://learn.microsoft.com/graph/permissions-reference. Operations:
https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities. The same act is in the unified
audit log (ModifiedProperties, Target) and in Entra's own (targetResources), and both are read.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from unsealed.expose import cmdlets
from unsealed.expose.m365.ledger import Grant, Ledger

Row = Mapping[str, Any]
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ENTRY = re.compile(r"\[([^\[\]]*)\]")
_SCOPE = re.compile(r"Scope:\s*([^,\]]*)")
_PART = re.compile(r"(PrincipalId|ConsentType):\s*([^,\]]*)")
CONSENT = "consent to application"
_DELEGATED = ("add delegated permission grant", "add oauth2permissiongrant")
_ROLE = "add app role assignment to service principal"
_ENDS_DELEGATED = ("remove delegated permission grant", "remove oauth2permissiongrant")
_ENDS_ROLE = "remove app role assignment from service principal"
_ENDS_ALL = ("remove service principal", "hard delete service principal", "disable service principal")
_CHANGE = "update service principal"
_ENDS = (*_ENDS_DELEGATED, _ENDS_ROLE, *_ENDS_ALL, _CHANGE)
NAMES = (CONSENT, *_DELEGATED, _ROLE, *_ENDS, "add service principal")
"""Operations, in lower case and without the full stop that some exports have at their end."""
FULL = {
    "mail.read",
    "mail.readwrite",
    "mail.read.shared",
    "mail.readwrite.shared",
    "mail.read.all",
    "mail.readwrite.all",
    "full_access_as_app",
    "full_access_as_user",
    "ews.accessasuser.all",
    "eas.accessasuser.all",
    "imap.accessasuser.all",
    "imap.accessasapp",
    "pop.accessasuser.all",
    "pop.accessasapp",
    "mailboxitem.read",
    "mailboxitem.read.all",
    "mailboxitem.importexport",
    "mailboxitem.importexport.all",
}
HEADERS = {"mail.readbasic", "mail.readbasic.all", "mail.readbasic.shared"}
"""These show who wrote to whom, when and under what subject: no body, no attachment."""
_ROLE_IDS = {
    "810c84a8-4a9e-49e6-bf7d-12d183f40d01": "mail.read",
    "e2a3a72e-5f79-4c64-b1b1-878b674786c9": "mail.readwrite",
    "6be147d2-ea4f-4b5a-a3fa-3eab6f3c140a": "mail.readbasic",
    "693c5e45-0940-467d-9b8a-1022fb9d42ef": "mail.readbasic.all",
    "dc890d15-9560-4a4c-9b7f-a736ec74ec40": "full_access_as_app",
}


class Change(NamedTuple):
    """A directory record in one form, whichever log it is from."""

    new: dict[str, str]
    """Properties by lower-case name, as they were then."""
    old: dict[str, str]
    objects: tuple[str, ...]
    """Object ids of what was acted on, in their order."""
    name: str
    """The first one's display name."""
    people: dict[str, str]
    """Accounts by object id, as far as the record tells."""


def operation(name: str) -> str:
    """Give an operation's name as it is compared."""
    return name.strip().rstrip(".").strip().casefold()


def change(record: Mapping[str, Any]) -> Change:
    """Bring a record of either log to one form."""
    fields = {key.lower(): cmdlets.opened(value) for key, value in record.items()}
    inner = fields.get("properties")
    if isinstance(inner, dict) and "targetresources" not in fields and "modifiedproperties" not in fields:
        fields |= {key.lower(): cmdlets.opened(value) for key, value in inner.items()}
    if "targetresources" in fields:
        return _of_graph(fields)
    new, old = _properties(fields.get("modifiedproperties"))
    target, actor = _ids(fields.get("target")), _ids(fields.get("actor"))
    objects = tuple(text for kind, text in target if kind == "2" and _GUID.fullmatch(text))
    name = next((text for kind, text in target if kind == "1"), "")
    who = next((text.lower() for kind, text in actor if "@" in text), "")
    people = {text.lower(): who for kind, text in actor if who and _GUID.fullmatch(text)}
    return Change(new, old, objects, name, people)


def _of_graph(fields: Mapping[str, Any]) -> Change:
    new, old = dict[str, str](), dict[str, str]()
    found = [one for one in _list(fields.get("targetresources")) if isinstance(one, dict)]
    targets = [{key.lower(): value for key, value in one.items()} for one in found]
    for one in reversed(targets):
        then, before = _properties(one.get("modifiedproperties"))
        new |= then
        old |= before
    by = fields.get("initiatedby")
    user = cmdlets.opened(by.get("user")) if isinstance(by, dict) else None
    people = {}
    for one in (user, *found):
        if isinstance(one, dict) and one.get("id") and one.get("userPrincipalName"):
            people[str(one["id"]).lower()] = str(one["userPrincipalName"]).lower()
    name = next((str(one["displayname"]) for one in targets if one.get("displayname")), "")
    return Change(new, old, tuple(str(one.get("id") or "") for one in targets), name, people)


def _properties(value: object) -> tuple[dict[str, str], dict[str, str]]:
    new, old = dict[str, str](), dict[str, str]()
    for pair in _list(value):
        if isinstance(pair, dict):
            said = {key.lower(): text for key, text in pair.items()}
            name = str(said.get("name") or said.get("displayname") or "").lower()
            new[name], old[name] = _plain(said.get("newvalue")), _plain(said.get("oldvalue"))
    return new, old


def _plain(value: object) -> str:
    """Give a value without the JSON that some exports wrap it in."""
    text = "" if value is None else str(value).strip()
    inner = cmdlets.opened(text)
    if isinstance(inner, list) and all(isinstance(one, (str, bool, int)) for one in inner):
        return " ".join(str(one) for one in inner)
    return text.strip('"')


def _list(value: object) -> list[Any]:
    value = cmdlets.opened(value)
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []


def _ids(value: object) -> list[tuple[str, str]]:
    return [(str(one.get("Type")), str(one.get("ID") or "")) for one in _list(value) if isinstance(one, dict)]


# -- who is meant --------------------------------------------------------------------------------------------------


class Directory:
    """Applications and accounts by object id, as all records together tell."""

    def __init__(self) -> None:
        self.apps: dict[str, str] = {}
        """Application ids by object id and by name, folded."""
        self.people: dict[str, str] = {}
        self.names: dict[str, str] = {}
        """Applications' names by their ids."""

    def learn(self, name: str, record: Change) -> None:
        """Take in what a record tells of names and ids."""
        self.people |= record.people
        client = record.new.get("serviceprincipal.objectid", "").lower()
        app = _guid(record.new.get("serviceprincipal.appid") or record.new.get("serviceprincipal.name", ""))
        if client and app:
            self.apps[client] = app
        if name in {CONSENT, *_ENDS_ALL, _CHANGE, "add service principal"}:
            app = _guid(record.new.get("targetid.serviceprincipalnames", ""))
            if app and record.name:
                self.names[app] = record.name
            for key in (*record.objects, record.name) if app else ():
                if cmdlets.folded(key) and cmdlets.folded(key) != app:
                    self.apps.setdefault(cmdlets.folded(key), app)

    def app(self, name: str, row: Row, record: Change) -> str:
        """Give the application that a record is about: its id, else its object's id."""
        client = record.new.get("serviceprincipal.objectid", "").lower()
        if not client and name in {CONSENT, *_ENDS_ALL, _CHANGE}:
            found = _guid(record.new.get("targetid.serviceprincipalnames", "")) or next(
                (self.apps[one.lower()] for one in record.objects if one.lower() in self.apps), ""
            )
            return found or _guid(str(row["target"] or "")) or next((one.lower() for one in record.objects), "")
        app = _guid(record.new.get("serviceprincipal.appid") or record.new.get("serviceprincipal.name", ""))
        if not app and not client:
            client = next((one.lower() for one in reversed(record.objects) if one), "")
        return app or self.apps.get(client, client)


def _guid(text: str) -> str:
    match = _GUID.search(text)
    return match.group().lower() if match else ""


# -- what they say -------------------------------------------------------------------------------------------------


def read(ledger: Ledger, row: Row, record: Change, known: Directory) -> None:
    """Take one record in."""
    name = operation(row["operation"])
    app = known.app(name, row, record)
    if not app:
        return
    if row["by_intruder"] and (name in {CONSENT, _ROLE, *_DELEGATED}):
        ledger.hand("app", app, row["user"], row["us"])
    if name in _ENDS:
        _end(ledger, row, record, known, app)
    elif name == CONSENT:
        for entry in _entries(record.new.get("consentaction.permissions", "")):
            _delegated(ledger, row, record, known, (app, *entry))
    elif name in _DELEGATED:
        everybody, who = _consent_type(record, known)
        for scopes, before in ((_scopes(record.old), True), (_scopes(record.new), False)):
            _delegated(ledger, row, record, known, (app, everybody, who, scopes, before))
    elif name == _ROLE:
        _role(ledger, row, record, app)


def _entries(permissions: str) -> Iterator[tuple[bool, str, set[str], bool]]:
    """Give what a consent's list of permissions holds: for everybody, whose, which, and whether it was so before."""
    was, arrow, now = permissions.rpartition("=>")
    for text, before in ((was, True), (now, False)) if arrow else ((permissions, False),):
        for entry in _ENTRY.findall(text):
            parts = {key.lower(): value.strip() for key, value in _PART.findall(entry)}
            scope = _SCOPE.search(entry)
            everybody = parts.get("consenttype", "").lower() == "allprincipals"
            yield everybody, parts.get("principalid", "").lower(), _words(scope.group(1) if scope else ""), before


def _words(text: str) -> set[str]:
    """Give permissions in lower case, without the address of the service before them."""
    return {word.rpartition("/")[2].lower() for word in re.split(r"[\s,;]+", text) if word}


def _scopes(properties: Mapping[str, str]) -> set[str]:
    return _words(next((text for key, text in properties.items() if key.endswith(".scope")), ""))


def _consent_type(record: Change, known: Directory) -> tuple[bool, str]:
    told = next((text.lower() for key, text in record.new.items() if key.endswith(".consenttype")), "")
    whose = next((text.lower() for key, text in record.new.items() if key.endswith(".principalid")), "")
    if told:
        return told == "allprincipals", known.people.get(whose, "") if whose else ""
    said = (record.new.get(f"consentcontext.{name}", "").lower() for name in ("onbehalfofall", "isadminconsent"))
    return next(filter(None, said), "") == "true", known.people.get(whose, "")


def _delegated(
    ledger: Ledger, row: Row, record: Change, known: Directory, what: tuple[str, bool, str, set[str], bool]
) -> None:
    """Give an application the mailbox of who consented, or of everybody who signs in to it.

    What had been permitted before the record was not given by it.
    """
    app, everybody, whose, scopes, before = what
    box = None if everybody else known.people.get(whose, "") or (whose if "@" in whose else "") or row["user"]
    reads = sorted(scopes & (FULL | HEADERS))
    if not reads or (box is None and not everybody):
        return
    name = record.new.get("serviceprincipal.displayname") or known.names.get(app) or app
    told = f"consent to the application {name} ({', '.join(reads)}) for {'every account' if everybody else box}"
    full, theirs = bool(scopes & FULL), row["by_intruder"]
    given = Grant("app", app, box, None, row["us"], row["event_id"], row["user"], theirs, told, "delegated", full)
    if before:
        # From before: not by this account, and not in this act.
        given.by_intruder, given.given_by, given.start = False, None, row["us"] - 1
    if not before or not any(old.reach == given.reach for old in ledger.standing):
        ledger.give(given)


def _role_of(record: Change) -> str:
    value = record.new.get("approle.value", "").lower() or record.old.get("approle.value", "").lower()
    return value or _ROLE_IDS.get(record.new.get("approle.id", "").lower(), "")


def _role(ledger: Ledger, row: Row, record: Change, app: str) -> None:
    """Give an application a permission of its own: every mailbox of the tenant, without anybody who signs in."""
    role = _role_of(record).rpartition("/")[2]
    if role in FULL | HEADERS:
        name = record.new.get("serviceprincipal.displayname") or app
        told, sort = f"the application permission {role} for {name} in every mailbox", f"role {role}"
        who = (row["us"], row["event_id"], row["user"], row["by_intruder"])
        ledger.give(Grant("app", app, None, None, *who, told, sort, role in FULL))


def _end(ledger: Ledger, row: Row, record: Change, known: Directory, app: str) -> None:
    """End what a record of a removal means: a consent, a role, or all that an application had."""
    name = operation(row["operation"])
    if name in _ENDS_DELEGATED:
        _end_delegated(ledger, row, record, known, app)
    elif name == _ENDS_ROLE:
        role = f"role {_role_of(record)}"
        ledger.end(row["us"], lambda g: g.kind == "app" and g.who == app and g.sort == role, who=("app", app, None))
    elif name in _ENDS_ALL or record.new.get("accountenabled", "").lower() == "false":
        ledger.end(row["us"], lambda g: g.kind == "app" and g.who == app, who=("app", app, None))


def _end_delegated(ledger: Ledger, row: Row, record: Change, known: Directory, app: str) -> None:
    """End what a removal means: of several people's consents, the one that it names, or of who removed it.

    Where that is not told, each may be the one: none is sure to stand from then on, and none to have ended.
    """
    everybody, whose = _consent_type(record, known)
    told = any(key.endswith((".consenttype", ".principalid")) for key in record.new)
    found = [g for g in ledger.standing if g.kind == "app" and g.who == app and g.sort == "delegated"]
    found = [g for g in found if not told or (g.mailbox is None) == everybody]
    named = [g for g in found if g.mailbox in {whose, row["user"]} - {"", None}]
    ended = found if everybody or len({g.mailbox for g in found}) == 1 else named
    for grant in found if not ended else ():
        grant.lives_until = grant.lives_until or row["us"]
    ledger.end(row["us"], lambda g: any(g is one for one in ended))
