"""What is judged: every message copy in the evidence, and every message that only a log names."""

import pyarrow as pa

from unsealed import folders
from unsealed.query import Engine

NOT_ARRIVED = ("sent items", "drafts", "outbox")
"""Folders whose letters did not come in from outside; no forwarding rule saw them arrive."""


def prepare(db: Engine) -> None:
    """Make the temporary tables that all grounds are found from.

    `act`: the intruder's events that count. `presence`: from when to when the intruder was seen in each mailbox.
    `copies`: what is judged, one row a copy, numbered. `grounds`: empty, to be filled.
    """
    db.execute("""
        CREATE OR REPLACE TEMP TABLE act AS
        SELECT e.*, epoch_us(e.time) AS us, a.session, a.reason, a.inside
        FROM events e JOIN activity a USING (event_id) WHERE a.state <> 'rejected'""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE presence AS
        SELECT mailbox, min(us) AS first, max(us) AS last, count(*) AS events FROM (
            SELECT mailbox, us FROM act WHERE inside AND mailbox LIKE '%@%'
            UNION ALL SELECT "user", us FROM act WHERE inside AND "user" LIKE '%@%')
        GROUP BY mailbox""")
    db.register("folder_keys", _folder_keys(db))
    db.execute("""
        CREATE OR REPLACE TEMP TABLE copies AS
        WITH held AS (
            SELECT message_id, lower(trim(internet_message_id)) AS mid, internet_message_id, mailbox, m.folder, k.key AS folder_key,
                   epoch_us(arrived) AS arrived, conversation_id, subject, from_address, date, content_hash
            FROM messages m LEFT JOIN folder_keys k ON k.folder IS NOT DISTINCT FROM m.folder),
        named AS (
            SELECT NULL AS message_id, lower(trim(a.internet_message_id)) AS mid, min(a.internet_message_id) AS internet_message_id,
                   a.mailbox, min(a.folder) AS folder, NULL AS folder_key, NULL::BIGINT AS arrived, NULL AS conversation_id,
                   min(a.subject) AS subject, NULL AS from_address, NULL::TIMESTAMPTZ AS date, NULL AS content_hash
            FROM accesses a JOIN act USING (event_id)
            WHERE a.internet_message_id IS NOT NULL AND a.mailbox IS NOT NULL AND act.inside
            GROUP BY a.mailbox, mid)
        SELECT row_number() OVER () AS n, * FROM (
            SELECT * FROM held
            UNION ALL SELECT named.* FROM named ANTI JOIN held ON held.mid = named.mid AND held.mailbox = named.mailbox)""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE grounds (
            n BIGINT, verdict VARCHAR, how VARCHAR, event_id VARCHAR, note VARCHAR, message_id VARCHAR, us BIGINT)""")


def _folder_keys(db: Engine) -> pa.Table:
    names = [row["folder"] for row in db.rows("SELECT DISTINCT folder FROM messages ORDER BY folder")]
    keys = [folders.key(name) if name else None for name in names]
    return pa.table({"folder": pa.array(names, pa.string()), "key": pa.array(keys, pa.string())})
