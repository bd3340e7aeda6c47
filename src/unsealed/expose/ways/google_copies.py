"""Google Workspace: bulk copies of mail. Takeout, Vault exports, mailbox dumps, email monitors, forwarding.

https://developers.google.com/workspace/admin/reports/v1/appendix/activity/takeout, .../vault, .../user-accounts,
.../admin-user-settings (CREATE_EMAIL_MONITOR, REQUEST_MAILBOX_DUMP); what Gmail forwards:
https://support.google.com/mail/answer/10957 (all new mail but spam).
"""

from datetime import UTC, datetime

from unsealed.expose.copies import NOT_ARRIVED
from unsealed.expose.ways import google_query
from unsealed.expose.ways.google_grants import FOREVER
from unsealed.expose.ways.google_records import Said, said
from unsealed.query import Engine, literal

_OUTGOING = ", ".join(map(literal, NOT_ARRIVED))
_PEOPLE = 'list_concat(m."to", m.cc, m.bcc)'
_CAME = f"""(coalesce(c.folder_key NOT IN ({_OUTGOING}), TRUE)
    AND (m.from_address IS DISTINCT FROM c.mailbox OR c.folder_key = 'inbox'
         OR len(list_filter({_PEOPLE}, lambda p: p.address = c.mailbox)) > 0))"""
_WENT = "(c.folder_key = 'sent items' OR (m.from_address = c.mailbox AND coalesce(c.folder_key <> 'drafts', TRUE)))"


def takeout(db: Engine) -> None:
    """All mail of an account whose Takeout with mail the intruder asked for, as it lay there then."""
    events = said(db, "google_takeout", "takeout")
    for ask in events:
        products = (ask.first("products_requested", "product", "products") or "mail").lower()
        if not ask.theirs or "initiat" not in ask.operation or not ("mail" in products or "all" in products):
            continue
        same = [one for one in events if one.us >= ask.us and _same(ask, one)]
        done = next((one for one in same if "complet" in one.operation or "download" in one.operation), None)
        fetched = any("download" in one.operation for one in same)
        what = "a Google Takeout with mail that the intruder asked for"
        doubt = "" if fetched else "; no download of it is logged" if done else "; that it was ever made is not logged"
        for mailbox in ask.addresses("user_email", "target_user") or [ask.user or ""]:
            _held(db, ask, mailbox, what, ask.us, done.us if done else None, doubt=doubt)


def _same(ask: Said, other: Said) -> bool:
    number = ask.first("takeout_id", "job_id")
    told = other.first("takeout_id", "job_id")
    return number == told if number and told else ask.user == other.user


def vault(db: Engine) -> None:
    """What a Vault export of the intruder's held: the accounts that it names, as far as its query can be judged."""
    events = said(db, "google_vault", "export")
    for ask in events:
        if not ask.theirs or not ask.operation.startswith("create_export") or ask.operation.endswith("_end"):
            continue
        same = [one for one in events if one.us >= ask.us and _same_export(ask, one)]
        done = any(one.operation.endswith("_end") for one in same)
        fetched = any("download" in one.operation for one in same)
        what, doubt = "a Vault export that the intruder made", "" if fetched else "; no download of it is logged"
        named: list[str | None] = [
            *ask.addresses(
                "target_user", "user_email", "accounts", "account", "additional_details", "organizational_units"
            )
        ]
        sure, may = google_query.condition(ask.first("query") or "")
        for mailbox in named or [None]:
            end = ask.us if done or fetched else None
            _held(db, ask, mailbox, what, ask.us, end, sure=sure, may=may, doubt=doubt)


def _same_export(ask: Said, other: Said) -> bool:
    keys = ("matter_id", "resource_name")
    return all(ask.first(key) == other.first(key) for key in keys if ask.first(key) and other.first(key))


def dumps(db: Engine) -> None:
    """A copy of a mailbox that the intruder asked for as an administrator."""
    for ask in said(db, "google_admin", "^request_mailbox_dump"):
        if not ask.theirs or "header" in (ask.first("email_export_package_content") or "").lower():
            continue
        low, high = _moment(ask.first("begin_date_time")), _moment(ask.first("end_date_time"))
        sure, may = google_query.condition(ask.first("search_query_for_dump") or "")
        span = " AND ".join(
            [f"coalesce(c.arrived >= {low}, TRUE)"] * (low is not None)
            + [f"coalesce(c.arrived <= {high}, TRUE)"] * (high is not None)
        )
        may = f"({may}) AND {span}" if span else may
        for mailbox in ask.addresses("user_email", "target_user"):
            _held(db, ask, mailbox, "a mailbox dump that the intruder asked for", ask.us, ask.us, sure=sure, may=may)


def monitors(db: Engine) -> None:
    """Letters that an email monitor of the intruder's copied, from its making to its removal."""
    events = said(db, "google_admin", "^(create|delete)_email_monitor")
    for made in events:
        if not made.theirs or not made.operation.startswith("create"):
            continue
        for mailbox in made.addresses("user_email"):
            ends = [one.us for one in events if one.us > made.us and one.operation.startswith("delete")
                    and mailbox in one.addresses("user_email")]  # fmt: skip
            low = max(made.us, _moment(made.first("begin_date_time")) or made.us)
            high = min([*ends, _moment(made.first("end_date_time")) or FOREVER])
            for level, where in (("incoming", _CAME), ("outgoing", _WENT)):
                if "full" in (made.first(f"email_monitor_level_{level}_email") or "").lower():
                    _sent_on(
                        db, made, mailbox, low, high, where, f"an email monitor of the intruder's copied {level} mail"
                    )


def forwarding(db: Engine) -> None:
    """Letters that came while a forwarding address of the intruder's stood; and those that Gmail's log says it sent on."""
    names = "email_forwarding_destination_address"
    changes = said(db, "google_user_accounts", "forwarding")
    for made in changes:
        mailbox = made.user
        if not made.theirs or not mailbox or any(word in made.operation for word in ("disable", "remove", "delete")):
            continue
        high = next((one.us for one in changes if one.us > made.us and one.user == mailbox), FOREVER)
        to = made.first(names) or "an address not named"
        where = f"{_CAME} AND coalesce(c.folder_key <> 'junk email', TRUE)"
        _sent_on(db, made, mailbox, made.us, high, where, f"sent on by the intruder's forwarding to {to}")
        db.execute(
            """
            INSERT INTO grounds
            SELECT DISTINCT c.n, 'copied', 'forwarded', e.event_id, 'Gmail''s log says that it was forwarded to ' || ?,
                   NULL, epoch_us(e.time)
            FROM events e JOIN copies c ON c.mailbox = e.mailbox
                 AND c.mid = lower(trim(e.internet_message_id, ' <>'))
            WHERE e.source = 'google_gmail' AND lower(e.operation) LIKE '%autoforward%' AND e.mailbox = ?
              AND epoch_us(e.time) >= ? AND epoch_us(e.time) < ?""",
            [to, mailbox, made.us, high],
        )


def _held(
    db: Engine,
    ask: Said,
    mailbox: str | None,
    what: str,
    us: int,
    done: int | None,
    *,
    sure: str = "TRUE",
    may: str = "TRUE",
    doubt: str = "",
) -> None:
    """Put what lay in a mailbox (None: which ones is not known) at a moment; later until it was done it may have.

    `sure` and `may` are conditions: the copy held the letter, or can have held it. `doubt` follows in the note.
    """
    known = f"({sure}) AND c.arrived <= {us} AND {done is not None and mailbox is not None}"
    domain = "@" + (ask.user or "").rpartition("@")[2]
    db.execute(
        f"""
        INSERT INTO grounds
        SELECT c.n, CASE WHEN {known} THEN 'copied' ELSE 'in_reach' END,
               CASE WHEN {known} THEN 'export' ELSE 'no_item_log' END, ?,
               ? || CASE WHEN {known} THEN ' held it' ELSE ' may have held it' END || ?, NULL, {us}
        FROM copies c LEFT JOIN messages m USING (message_id)
        WHERE (c.mailbox = ? OR (? IS NULL AND suffix(c.mailbox, ?))) AND ({may})
          AND coalesce(c.arrived <= ?, TRUE) AND coalesce(c.gone >= ?, TRUE)""",
        [ask.event_id, what, doubt, mailbox, mailbox, domain, done or us, us],
    )


def _sent_on(db: Engine, made: Said, mailbox: str, low: int, high: int, where: str, note: str) -> None:
    db.execute(
        f"""
        INSERT INTO grounds
        SELECT c.n, CASE WHEN c.arrived IS NULL THEN 'in_reach' ELSE 'copied' END,
               CASE WHEN c.arrived IS NULL THEN 'no_item_log' ELSE 'forwarded' END, ?,
               ? || CASE WHEN c.arrived IS NULL THEN '; when it came is not known' ELSE '' END, NULL, c.arrived
        FROM copies c JOIN messages m USING (message_id)
        WHERE c.mailbox = ? AND {where} AND coalesce(c.arrived >= ? AND c.arrived < ?, TRUE)""",
        [made.event_id, note, mailbox, low, high],
    )


def _moment(text: str | None) -> int | None:
    """Give a parameter that is a time, in microseconds: ISO 8601, or the minutes that Google writes."""
    if not text:
        return None
    try:
        made = datetime.fromisoformat(text.replace("Z", "+00:00").replace("/", "-"))
    except ValueError:
        return None
    return int((made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp() * 1e6)
