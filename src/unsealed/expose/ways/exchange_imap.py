"""Exchange's IMAP4 and POP3 protocol logs: every command, its answer and its size; letters by number, not by name.

https://learn.microsoft.com/exchange/clients/pop3-and-imap4/configure-protocol-logging (`rpsize` is the answer's size in
bytes; `context` holds `R=` the answer and `Rows=` how many letters it was of), https://www.rfc-editor.org/rfc/rfc9051#section-6.4.5
(what FETCH gives), https://www.rfc-editor.org/rfc/rfc1939 (RETR gives a whole letter of the inbox, TOP its beginning).
"""

from unsealed.expose import unseen
from unsealed.expose.told import field
from unsealed.expose.ways.way import Way
from unsealed.query import Engine

SOURCES = ("exchange_imap", "exchange_pop")
_HEADS = r"(?i)body(?:\.peek)?\[[\d.]*(?:header|mime)[^\]]*\]"
_BODY = r"(?i)\brfc822(?:\.text)?(?:[\s)\"]|$)|body(?:\.peek)?\[|binary(?:\.peek)?\["
"""What of FETCH gives contents, once sections of headers are taken away: not flags, sizes, structure."""
_ROWS = "TRY_CAST(regexp_extract({0}, '(?i)Rows=(\\d+)', 1) AS BIGINT)"


def commands(db: Engine) -> None:
    """Take each command that gives letters for a visit of its own, bounded by its answer, and judge what was there."""
    unseen.begin(db)
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE asked AS
        WITH mine AS (SELECT s.event_id, s.box FROM seats s
                      WHERE s.way = 'exchange_imap' AND s.inside AND s.box IS NOT NULL),
             sessions AS (SELECT e.source, e.session_id, min(m.box) AS box FROM mine m JOIN events e USING (event_id)
                          WHERE e.session_id IS NOT NULL GROUP BY ALL)
        SELECT coalesce(m.box, s.box) AS box, e.source, e.session_id AS session, e.event_id, epoch_us(e.time) AS us,
               m.event_id IS NOT NULL AS mine,
               lower(regexp_replace(trim(e.operation), '^(?i)uid ', '')) AS command, coalesce(e.target, '') AS parameters,
               e.bytes_out AS bytes, e.outcome, {_ROWS.format(field("context"))} AS rows,
               last_value(CASE WHEN command IN ('select', 'examine')
                               THEN upper(trim(split_part(parameters, ' (', 1), ' "')) = 'INBOX' END IGNORE NULLS)
                   OVER (PARTITION BY e.source, coalesce(e.session_id, e.event_id)
                         ORDER BY us, try_cast({field("seqnumber")} AS BIGINT)) AS inbox
        FROM events e LEFT JOIN sessions s ON s.source = e.source AND s.session_id = e.session_id
        LEFT JOIN mine m ON m.event_id = e.event_id
        WHERE s.box IS NOT NULL OR (m.box IS NOT NULL AND e.source IN ('exchange_imap', 'exchange_pop'))""")
    db.execute(r"""
        INSERT INTO visits (mailbox, low, high, bytes, whole, event_id)
        SELECT box, us, us, CASE WHEN command = 'retr' THEN bytes END, TRUE, event_id FROM asked
        WHERE mine AND source = 'exchange_pop' AND command IN ('retr', 'top') AND outcome IS DISTINCT FROM 'failure'""")
    db.execute(f"""
        INSERT INTO visits (mailbox, low, high, bytes, whole, event_id, inbox)
        SELECT box, us, us, bytes, FALSE, event_id, coalesce(inbox, FALSE) FROM asked
        WHERE mine AND source = 'exchange_imap' AND outcome IS DISTINCT FROM 'failure' AND rows IS DISTINCT FROM 0
          AND command IN ('fetch', 'uid')
          AND (regexp_matches(regexp_replace(parameters, '{_HEADS}', '', 'g'), '{_BODY}') OR parameters = '')""")
    _whole_inbox(db)
    unseen.judge(db, "exchange_imap", "IMAP or POP")


def _whole_inbox(db: Engine) -> None:
    """A POP session that fetched as many different letters as STAT or LIST told there were: the whole inbox."""
    db.execute("""
        CREATE OR REPLACE TEMP TABLE fetched AS
        SELECT box, session, min(us) AS low, arg_max(event_id, us) FILTER (command = 'retr') AS event_id,
               count(DISTINCT parameters) FILTER (mine AND command = 'retr' AND outcome IS DISTINCT FROM 'failure') AS taken,
               max(rows) FILTER (command IN ('stat', 'list', 'uidl') AND (command = 'stat' OR parameters = '')) AS held
        FROM asked WHERE source = 'exchange_pop' AND session IS NOT NULL GROUP BY box, session""")
    db.execute("""
        INSERT INTO grounds
        SELECT c.n, 'copied', 'download', f.event_id,
               format('the whole inbox was fetched by POP: {:,} letters', f.taken), NULL, f.low
        FROM fetched f JOIN copies c ON c.mailbox = f.box AND c.folder_key = 'inbox'
        WHERE f.taken > 0 AND f.taken = f.held AND c.arrived <= f.low AND coalesce(c.gone >= f.low, TRUE)""")
    db.execute("""
        UPDATE visits SET strict = TRUE WHERE whole AND event_id IN (
            SELECT a.event_id FROM asked a JOIN fetched f USING (box, session)
            JOIN (SELECT f.session, f.box FROM fetched f JOIN copies c ON c.mailbox = f.box
                       AND coalesce(c.folder_key = 'inbox', TRUE) AND coalesce(c.arrived <= f.low, TRUE)
                       AND coalesce(c.gone >= f.low, TRUE)
                  GROUP BY f.session, f.box
                  HAVING count(*) = any_value(f.held) AND bool_and(c.folder_key = 'inbox')) USING (box, session))""")


WAY = Way(sources=SOURCES, could=(commands,))
