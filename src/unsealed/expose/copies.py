"""What is judged: every message copy in the evidence, and every message that only a log names."""

from collections.abc import Sequence

import pyarrow as pa

from unsealed.expose import accounts, stays, traces
from unsealed.expose.numbered import NOBODY, OWN, SPOT, number
from unsealed.expose.ways import taken, ways
from unsealed.query import Engine

NOT_ARRIVED = ("sent items", "drafts", "outbox")
"""Folders whose letters did not come in from outside; no forwarding rule saw them arrive."""


def bare(column: str) -> str:
    """Give SQL for a Message-ID as it is compared: without case, space and angle brackets; null where empty."""
    # Trimming costs a microsecond a text: most stand in their brackets and have nothing else about them.
    usual = f"regexp_full_match({column}, '(?s)<[^ <>\\t\\n\\r].*[^ <>\\t\\n\\r]>')"
    trimmed = f"nullif(lower(trim({column}, ' <>' || chr(9) || chr(10) || chr(13))), '')"
    return f"CASE WHEN {usual} THEN lower(substring({column}, 2, length({column}) - 2)) ELSE {trimmed} END"


LETTER = "coalesce(c.mid, c.content_hash, c.message_id)"
"""What the copies of one letter have in common."""


def prepare(db: Engine, reached: Sequence[str] = ()) -> None:
    """Make the temporary tables that all grounds are found from.

    Args:
        db: the case.
        reached: mailboxes that responders know were reachable.

    Times of `presence` and `copies` are put right by what `clocks` says of their source, and stretched by its spread.

    `act`: the intruder's events that count; `way` is the way in by which they came, `because` says in words why an event
    counts that is not in `activity`. `came`: when somebody of theirs was in which mailbox, on which way, by which record.
    `presence`: from when to when they were seen in each mailbox, a row a way; `items` is the item log of that way in
    `coverage`, if any.
    `seats`: `act` with the mailbox `box` that each event was in; `resolved`: names in logs and the mailboxes that they are.
    `copies`: what is judged, one row a copy, numbered; `box` and `m` are the numbers of its mailbox and of its Message-ID,
    as records of items have them (`numbered.py`). `stays`: where each lay when. `grounds`: empty, to be filled.
    """
    by_hops = _skew(db)
    _came(db)
    held = number(db, bare("raw"), reached)
    stays.met(db)
    _named(db)
    _copies(db, by_hops=by_hops)
    stays.prepare(db, held)
    for done in ("named", "ids", "spots"):
        db.execute(f"DROP TABLE {done}")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE grounds (
            n BIGINT, verdict VARCHAR, how VARCHAR, event_id VARCHAR, note VARCHAR, message_id VARCHAR, us BIGINT)""")


def _skew(db: Engine) -> bool:
    """Make `skew`: by how much the clocks of logs and servers are off; tell whether any is known by what servers received."""
    skew = db.table("""
        SELECT source, (offset_seconds * 1000000)::BIGINT AS shift, (spread_seconds * 1000000)::BIGINT AS margin
        FROM (SELECT c.source, max(c.spread_seconds) AS spread_seconds, arg_max(c.offset_seconds, c.pairs) AS offset_seconds
              FROM clocks c WHERE c.used GROUP BY c.source)""")
    db.register("skew", skew)
    return any(source.startswith("received:") for source in skew["source"].to_pylist())


def _copies(db: Engine, *, by_hops: bool) -> None:
    """Make `copies`, but for what `stays` finds out of them.

    Args:
        db: the case, with `named` and the tables of numbers.
        by_hops: whether the clock of any server that received mail is known to be off.
    """
    hop = "lower(list_filter(m.received, lambda h: h.time IS NOT NULL)[1].by)"
    clock = f"LEFT JOIN skew s ON s.source = 'received:' || {hop}" if by_hops else ""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE copies AS
        WITH held AS (
                SELECT message_id, {bare("m.internet_message_id")} AS mid, internet_message_id, m.mailbox, m.folder,
                       k.key AS folder_key,
                       epoch_us(arrived) - {"coalesce(s.shift, 0)" if by_hops else 0} AS arrived, NULL::BIGINT AS gone,
                       conversation_id, subject, from_address, date, content_hash, b.box, i.m
                FROM messages m JOIN boxes b ON b.mailbox IS NOT DISTINCT FROM m.mailbox
                LEFT JOIN (SELECT mid, m FROM ids WHERE r = m) i ON i.mid = {bare("m.internet_message_id")}
                LEFT JOIN folder_keys k ON k.folder IS NOT DISTINCT FROM m.folder
                {clock}),
             since AS (
                SELECT h.* REPLACE (least(h.arrived, CASE WHEN h.arrived IS NOT NULL THEN n.first END) AS arrived)
                FROM held h LEFT JOIN named n ON n.m = h.m AND n.box = h.box AND n.box <> {NOBODY}),
             lone AS (SELECT n.* FROM named n ANTI JOIN held h ON h.m = n.m AND h.box = n.box),
             called AS (
                SELECT s.box, i.m, min(a.subject) AS subject
                FROM accesses a JOIN ids i ON i.raw = a.internet_message_id JOIN {SPOT} WHERE a.subject IS NOT NULL AND {OWN}
                GROUP BY s.box, i.m),
             only_named AS (
                SELECT NULL AS message_id, i.mid, i.raw AS internet_message_id, b.mailbox, f.name AS folder, NULL AS folder_key,
                       NULL::BIGINT AS arrived, l.gone, NULL AS conversation_id, c.subject, NULL AS from_address,
                       NULL::TIMESTAMPTZ AS date, NULL AS content_hash, l.box, l.m
                FROM lone l JOIN ids i ON i.r = l.r JOIN boxes b ON b.box = l.box
                LEFT JOIN names f ON f.f = l.f LEFT JOIN called c ON c.box = l.box AND c.m = l.m)
        SELECT row_number() OVER (ORDER BY mailbox NULLS LAST, arrived NULLS LAST, mid NULLS LAST,
                                           message_id NULLS LAST) AS n, *
        FROM (SELECT * FROM since UNION ALL SELECT * FROM only_named)""")


def _came(db: Engine) -> None:
    """Make `act`, `came` and `presence`."""
    known = [(source, name, way.items) for name, way in ways().items() for source in way.sources]
    columns = zip(*known, strict=True)
    names = ("source", "way", "items")
    db.register(
        "ways", pa.table({key: pa.array(value, pa.string()) for key, value in zip(names, columns, strict=True)})
    )
    db.execute("""
        CREATE OR REPLACE TEMP TABLE act AS
        SELECT e.event_id, e.operation, e.client_ip, e."user", e.mailbox, e.source, epoch_us(e.time) AS us, a.inside,
               coalesce(w.way, e.source) AS way, NULL::VARCHAR AS because
        FROM events e JOIN activity a USING (event_id) LEFT JOIN ways w ON w.source = e.source
        WHERE a.state <> 'rejected'""")
    accounts.came(db)
    for way in taken(db).values():
        for step in way.widens:
            step(db)
    db.execute("""
        CREATE OR REPLACE TEMP TABLE presence AS
        SELECT c.mailbox, c.way, any_value(w.items) AS items, min(c.source) AS source,
               min(c.us - coalesce(k.shift + k.margin, 0)) AS first, max(c.us - coalesce(k.shift - k.margin, 0)) AS last
        FROM came c LEFT JOIN skew k ON k.source = c.source
        LEFT JOIN (SELECT DISTINCT way, items FROM ways) w USING (way) GROUP BY c.mailbox, c.way""")
    traces.make(db)


def _named(db: Engine) -> None:
    """Make `named`: messages that a log names, in mailboxes that the intruder reached or that the evidence holds.

    `first` is when it was there at the latest, by the records of its being opened, moved or deleted; one of sending tells
    of no copy that the evidence dates later. `gone` is when its last copy was deleted for good, or moved to another
    mailbox, where nothing names it again.
    """
    db.execute("""
        CREATE OR REPLACE TEMP TABLE named AS
        WITH each AS (SELECT *, kind = 'purge' OR (kind = 'move' AND away) AS out FROM met)
        SELECT box, m, min(r) AS r, min(f) AS f, min(first) FILTER (NOT sent) AS first,
               CASE WHEN max(last) FILTER (out) = max(last) AND count(*) FILTER (out) > count(*) FILTER (kind = 'copy')
                    THEN max(last) END AS gone
        FROM each GROUP BY box, m""")
