"""POP: a session that took every letter of the inbox, by its own count and size.

Dovecot writes `retr=COUNT/BYTES`, `del=DELETED/LETTERS` and `size=BYTES` of the whole maildrop
(https://doc.dovecot.org/latest/core/summaries/settings.html#pop3_logout_format); POP shows the inbox as it was at sign-in
(https://www.rfc-editor.org/rfc/rfc1939#section-4).
"""

from unsealed.expose.told import field
from unsealed.query import Engine

_FRAMING = 16
"""Bytes a letter that its way over the wire may add: the end mark, dots that are doubled."""
_PART = 0.005
"""The same, as a part of all."""
_OWN = 0.02
"""How far the sizes in the evidence may be from those on the server: line ends, headers that an export adds."""


def _number(name: str, nth: int) -> str:
    return f"TRY_CAST(split_part({field(name)}, '/', {nth}) AS BIGINT)"


def whole(db: Engine) -> None:
    """Find the letters that lay in the inbox when the intruder's session began which took as many as there were.

    The line itself proves it where it tells how many letters the inbox held and how large it was; else the letters of the
    evidence must agree in number and size. A letter whose folder is not known stays in reach.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE downloads AS
        WITH mine AS (
                SELECT source, session_id, box, min(us) AS low, arg_min(event_id, us) AS signed_in FROM lines
                WHERE pop AND session_id IS NOT NULL GROUP BY source, session_id, box),
             told AS (
                SELECT m.box, m.low, m.signed_in, e.event_id, {_number("retr", 1)} AS taken, {_number("retr", 2)} AS bytes,
                       {_number("del", 2)} AS held, {_number("size", 1)} AS size
                FROM mine m JOIN events e ON e.source = m.source AND e.session_id = m.session_id
                WHERE e.operation = 'logout')
        SELECT *, coalesce(taken = held AND abs(bytes - size) <= greatest({_FRAMING} * taken, size * {_PART}), FALSE) AS proved
        FROM told""")
    _strict(db)
    db.execute(f"""
        INSERT INTO grounds
        WITH inbox AS (
                SELECT d.event_id, d.low, d.taken, d.bytes, d.held, d.proved, c.n, m.size_bytes
                FROM downloads d JOIN copies c ON c.mailbox = d.box AND c.folder_key = 'inbox'
                LEFT JOIN messages m USING (message_id)
                WHERE d.taken > 0 AND c.arrived <= d.low AND coalesce(c.gone >= d.low, TRUE)),
             agreed AS (
                SELECT event_id FROM inbox GROUP BY event_id
                HAVING bool_or(proved) OR (bool_and(held IS NULL) AND count(*) = any_value(taken)
                       AND count(size_bytes) = count(*)
                       AND abs(sum(size_bytes) - any_value(bytes)) <= {_OWN} * any_value(bytes)))
        SELECT n, 'copied', 'download', event_id,
               format('the whole inbox was fetched by POP: {{:,}} letters, {{:,}} bytes', taken, bytes), NULL, low
        FROM inbox WHERE event_id IN (SELECT event_id FROM agreed)""")


def _strict(db: Engine) -> None:
    """Find sessions whose own count of the inbox's letters is that of the evidence: then no other letter lay there."""
    db.execute(f"""
        UPDATE visits SET strict = TRUE WHERE whole AND event_id IN (
            SELECT d.signed_in
            FROM downloads d JOIN copies c ON c.mailbox = d.box AND coalesce(c.folder_key = 'inbox', TRUE)
                 AND coalesce(c.arrived <= d.low, TRUE) AND coalesce(c.gone >= d.low, TRUE)
            LEFT JOIN messages m USING (message_id)
            GROUP BY d.signed_in
            HAVING count(*) = any_value(d.held) AND bool_and(c.folder_key = 'inbox')
               AND coalesce(abs(sum(m.size_bytes) - any_value(d.size)) <= {_OWN} * any_value(d.size), TRUE))""")
