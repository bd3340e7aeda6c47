"""Google Workspace: what the intruder gave to an application or a delegate, and what these could then read unseen.

Scopes: https://developers.google.com/workspace/gmail/api/auth/scopes. Token log:
https://developers.google.com/workspace/admin/reports/v1/appendix/activity/token; domain-wide delegation is in the admin
log as AUTHORIZE_API_CLIENT_ACCESS (.../appendix/activity/admin-domain-settings).
"""

import re

from unsealed.expose import standing
from unsealed.expose.ways.google_records import Said, said
from unsealed.query import Engine

FOREVER = 1 << 62
_ITEM_LOG = "google_gmail_items"
_READS = ("https://mail.google.com/", "auth/gmail.readonly", "auth/gmail.modify", "auth/gmail", "feeds/atom")
_UNDONE = "remove|delete|revoke|disable"
_SCOPES = ("scope", "scope_name", "api_scopes")


def widen(db: Engine) -> None:
    """Count what an application or delegate did in a mailbox after the intruder let it in, until it was put out."""
    for mailbox, app, start, end, event in _applications(db):
        if mailbox:
            _count(db, 'app_id = ? AND "user" = ?', [app, mailbox], start, end, event)
    delegates = list(_delegates(db))
    for owner, delegate, start, end, event in delegates:
        _count(db, '"user" = ? AND mailbox = ?', [delegate, owner], start, end, event)
    until, last = standing.until(db, _ITEM_LOG), standing.last(db)
    for owner, delegate, start, end, event in delegates:
        db.execute(
            """
            INSERT INTO came (mailbox, way, source, us, event_id)
            SELECT ?, 'google', 'google_gmail', unnest([?, ?]), ?
            UNION SELECT ?, 'google', source, us, event_id FROM act
            WHERE inside AND "user" = ? AND mailbox = ? AND us BETWEEN ? AND ?""",
            [
                *(owner, start, max(start, min(end, until.get(owner, last))), event.event_id),
                *(owner, delegate, owner, start, end),
            ],
        )


def granted(db: Engine) -> None:
    """What lay in a mailbox while an application with mail scope, or a delegate, could read it: no log names what it read."""
    logged = standing.until(db, _ITEM_LOG)
    for mailbox, app, start, end, event in _applications(db):
        domain = "@" + (event.user or "").rpartition("@")[2]
        who = f"the application {event.first('app_name', 'api_client_name') or app}, let in by the intruder"
        _could(db, mailbox, domain, start, end, event, who)
    for owner, delegate, start, end, event in _delegates(db):
        if owner not in logged:
            _could(db, owner, "", start, end, event, f"the delegate {delegate}, made by the intruder")


def _applications(db: Engine) -> list[tuple[str | None, str, int, int, Said]]:
    """Give mailbox (None: all of the domain), application, from, to, and the grant."""
    found: list[tuple[str | None, str, int, int, Said]] = []
    tokens = said(db, "google_token", "^(authorize|revoke)")
    for grant in tokens:
        if grant.theirs and grant.operation.startswith("authorize") and grant.user and _mail(grant):
            app = grant.app_id or grant.first("client_id") or grant.first("app_name") or "(not named)"
            ends = [one for one in tokens if one.user == grant.user and one.app_id == grant.app_id]
            found.append((grant.user, app, grant.us, _end(grant, ends, "revoke"), grant))
    clients = said(db, "google_admin", "^(authorize|remove)_api_client_access")
    for grant in clients:
        if grant.theirs and grant.operation.startswith("authorize") and _mail(grant):
            app = grant.first("api_client_name") or "(not named)"
            ends = [one for one in clients if one.first("api_client_name") == app]
            found.append((None, app, grant.us, _end(grant, ends, "remove"), grant))
    return found


def _delegates(db: Engine) -> list[tuple[str, str, int, int, Said]]:
    """Give owner, delegate, from, to, and the grant."""
    found = []
    for source in ("google_gmail", "google_user_accounts", "google_admin"):
        grants = said(db, source, "delegat")
        for grant in grants:
            if not grant.theirs or re.search(_UNDONE, grant.operation):
                continue
            owner = (grant.addresses("user_email", "affected_email_address", "target_user") or [grant.user or ""])[0]
            for delegate in grant.addresses(*(name for name in grant.told if "delegate" in name)):
                if delegate != owner and owner:
                    ends = [one for one in grants if delegate in str(one.told)]
                    found.append((owner, delegate, grant.us, _end(grant, ends, _UNDONE), grant))
    return found


def _end(grant: Said, events: list[Said], word: str) -> int:
    """Give when a grant was taken back; never, where no record says so."""
    return next((one.us for one in events if one.us > grant.us and re.search(word, one.operation)), FOREVER)


def _mail(grant: Said) -> bool:
    """Tell whether a grant's scopes let mail be read."""
    scopes = [scope for name in _SCOPES for value in grant.told.get(name, []) for scope in re.split(r"[\s,]+", value)]
    return any(scope.rstrip("/").endswith(tuple(read.rstrip("/") for read in _READS)) for scope in scopes)


def _count(db: Engine, where: str, values: list[str], start: int, end: int, event: Said) -> None:
    db.execute(
        f"""
        INSERT INTO act
        SELECT e.event_id, e.operation, e.client_ip, e."user", e.mailbox, e.source, epoch_us(e.time), TRUE, 'google',
               'let in by the intruder: ' || ?
        FROM events e WHERE e.source LIKE 'google_%' AND {where} AND epoch_us(e.time) BETWEEN ? AND ?
          AND e.outcome IS DISTINCT FROM 'failure' AND e.event_id NOT IN (SELECT event_id FROM act)""",
        [f"{event.operation} {event.event_id}", *values, start, end],
    )


def _could(db: Engine, mailbox: str | None, domain: str, start: int, end: int, event: Said, who: str) -> None:
    db.execute(
        """
        INSERT INTO grounds
        SELECT c.n, 'in_reach', 'no_item_log', ?, ? || ', could read this mailbox, and no log names what it read', NULL,
               greatest(?, coalesce(c.arrived, 0))
        FROM copies c WHERE (c.mailbox = ? OR (? IS NULL AND suffix(c.mailbox, ?)))
          AND coalesce(c.arrived <= ?, TRUE) AND coalesce(c.gone >= ?, TRUE)""",
        [event.event_id, who, start, mailbox, mailbox, domain, end, start],
    )
