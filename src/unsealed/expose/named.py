"""Records that name the letter: opened, its attachment opened, or sent by the intruder; the same on every way in."""

from unsealed.expose.copies import bare
from unsealed.query import Engine


def items(db: Engine) -> None:
    """A record that names the item: opened, its attachment opened, or sent by the intruder."""
    db.execute(
        f"""
        INSERT INTO grounds
        WITH acts AS MATERIALIZED (
                SELECT row_number() OVER () AS a, * FROM (
                    SELECT DISTINCT event_id, us,
                           operation || coalesce(' from ' || client_ip, '') || coalesce('; ' || because, '') AS note
                    FROM act WHERE inside)),
             met AS (
                SELECT DISTINCT c.n, acts.a,
                       CASE x.access WHEN 'attachment' THEN 'attachment' WHEN 'bind' THEN 'bind' WHEN 'fetch' THEN 'fetch'
                            ELSE 'sent_by_intruder' END AS how
                FROM accesses x JOIN acts USING (event_id)
                JOIN copies c ON c.mid = {bare("x.internet_message_id")} AND c.mailbox IS NOT DISTINCT FROM x.mailbox
                WHERE x.access IN ('bind', 'fetch', 'attachment', 'send', 'create'))
        SELECT n, 'accessed', how, event_id, note, NULL, us FROM met JOIN acts USING (a)"""
    )
