"""Records that name the letter: opened, its attachment opened, or sent by the intruder; the same on every way in."""

from unsealed.expose.copies import bare
from unsealed.query import Engine


def items(db: Engine) -> None:
    """A record that names the item: opened, its attachment opened, or sent by the intruder."""
    db.execute(
        f"""
        INSERT INTO grounds
        WITH met AS (
            SELECT a.mailbox, {bare("a.internet_message_id")} AS mid, a.event_id,
                   CASE a.access WHEN 'attachment' THEN 'attachment' WHEN 'bind' THEN 'bind' WHEN 'fetch' THEN 'fetch'
                        ELSE 'sent_by_intruder' END AS how,
                   act.operation || coalesce(' from ' || act.client_ip, '') || coalesce('; ' || act.because, '') AS note,
                   act.us
            FROM accesses a JOIN act USING (event_id)
            WHERE a.access IN ('bind', 'fetch', 'attachment', 'send', 'create') AND act.inside)
        SELECT DISTINCT c.n, 'accessed', how, event_id, note, NULL, us
        FROM met JOIN copies c ON c.mid = met.mid AND c.mailbox IS NOT DISTINCT FROM met.mailbox"""
    )
