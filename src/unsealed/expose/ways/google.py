"""Google Workspace: sign-ins, Gmail's own log where it is kept, and what was given away or carried off.

Gmail's log names the first opening of a letter, not the later ones
(https://developers.google.com/workspace/admin/reports/v1/appendix/activity/gmail, mail_event_type 7).
"""

from unsealed.expose.ways import google_copies, google_grants
from unsealed.expose.ways.way import Way
from unsealed.query import Engine

ITEMS = "google_gmail_items"
_FIRST = "message opened (first time)"


def opened_before(db: Engine) -> None:
    """What a log of first openings can't tell: letters that were open already, and mailboxes that it does not cover.

    A letter may have been opened before when somebody else's opening is logged before the intruder was last there, when
    it came before the log begins, or when its owner sent it. Where every view is logged, nothing is left open.
    """
    db.execute(f"""
        INSERT INTO grounds
        WITH p AS (SELECT mailbox, min(first) AS first, max(last) AS last FROM presence WHERE way = 'google' GROUP BY ALL),
             log AS (SELECT scope AS mailbox, epoch_us(min("from")) AS low FROM coverage
                     WHERE source = '{ITEMS}' AND state = 'whole' GROUP BY ALL),
             views AS (SELECT DISTINCT a.mailbox FROM accesses a JOIN events e USING (event_id)
                       WHERE e.source = 'google_gmail' AND lower(e.operation) IN ('message viewed', 'view', 'viewed')),
             met AS (SELECT a.mailbox, lower(trim(a.internet_message_id, ' <>')) AS mid, min(epoch_us(e.time)) AS us
                     FROM accesses a JOIN events e USING (event_id)
                     WHERE e.source = 'google_gmail' AND lower(e.operation) = '{_FIRST}' GROUP BY ALL)
        SELECT c.n, 'in_reach', 'no_item_log', NULL,
               CASE WHEN log.mailbox IS NULL THEN 'the intruder was in this mailbox, and no item log of it exists'
                    WHEN met.us IS NOT NULL THEN 'it had been opened before, and Gmail logs the first opening alone'
                    ELSE 'it may have been opened before, and Gmail logs the first opening alone' END, NULL, p.first
        FROM copies c JOIN p USING (mailbox) LEFT JOIN log USING (mailbox) LEFT JOIN messages m USING (message_id)
        LEFT JOIN met ON met.mailbox = c.mailbox AND met.mid = c.mid
        WHERE coalesce(c.arrived <= p.last, TRUE) AND coalesce(c.gone >= p.first, TRUE)
          AND (log.mailbox IS NULL
               OR (c.mailbox NOT IN (SELECT mailbox FROM views)
                   AND (met.us <= p.last OR coalesce(c.arrived < log.low, TRUE) OR c.folder_key = 'sent items'
                        OR m.from_address = c.mailbox)))""")


WAY = Way(
    sources=(
        "google_login",
        "google_saml",
        "google_gmail",
        "google_token",
        "google_user_accounts",
        "google_takeout",
        "google_vault",
        "google_admin",
        "google_workspace",
        "google_drive",
        "google_access_evaluation",
        "google_chat",
        "google_calendar",
    ),
    items=ITEMS,
    widens=(google_grants.widen,),
    took=(
        google_grants.granted,
        google_copies.takeout,
        google_copies.vault,
        google_copies.dumps,
        google_copies.monitors,
        google_copies.forwarding,
    ),
    could=(opened_before,),
)
