"""Indicators against letters: who sent them, by which hosts they came, their subjects, what hangs on them."""

from unsealed import schema
from unsealed.hunt.match.events import suffix
from unsealed.query import Engine

_MARKS = r"^(\s*(re|fwd?|aw|wg|tr|sv|vs|antw|返信|転送)\s*(\[[0-9]+\])?\s*[:：])+"
_COLUMNS = schema.TABLES["messages"].schema.names
_SENDERS = [("from_address", "sender"), ("reply_to", "answers go to"), ("return_path", "returned to")]


def look(db: Engine, kinds: set[str]) -> None:
    """Add to `hits` every letter that an indicator is of."""
    for column, said in _SENDERS:
        if column in _COLUMNS:
            _by_sender(db, kinds, column, said)
    if kinds & {"domain", "ip"}:
        _by_hop(db)
    if kinds & {"sha256", "sha1", "md5"}:
        db.execute("""
            INSERT INTO hits
            SELECT k.number, NULL, a.message_id, epoch_us(m.date),
                   'attachment ' || coalesce(a.filename, 'without a name'), FALSE
            FROM (SELECT message_id, filename, unnest([sha256, sha1, md5]) AS hash FROM attachments) a
            JOIN known k ON a.hash = k.value LEFT JOIN messages m USING (message_id)
            WHERE k.kind IN ('sha256', 'sha1', 'md5')""")
    if "filename" in kinds:
        db.execute(r"""
            INSERT INTO hits
            SELECT k.number, NULL, a.message_id, epoch_us(m.date), 'attachment ' || a.filename, FALSE
            FROM (SELECT message_id, filename, trim(regexp_extract(lower(filename), '[^/\\]*$')) AS name
                  FROM attachments WHERE filename IS NOT NULL) a
            JOIN known k ON a.name = k.value LEFT JOIN messages m USING (message_id) WHERE k.kind = 'filename'""")
    if "subject" in kinds:
        db.execute(rf"""
            INSERT INTO hits
            WITH subjects AS (SELECT DISTINCT subject FROM messages WHERE subject IS NOT NULL),
                 plain AS (SELECT subject, trim(regexp_replace(lower(regexp_replace(subject, '{_MARKS}', '', 'i')),
                                                               '\s+', ' ', 'g')) AS value FROM subjects),
                 listed AS (SELECT subject, k.number FROM plain JOIN known k USING (value) WHERE k.kind = 'subject')
            SELECT number, NULL, message_id, epoch_us(date), 'subject ' || subject, FALSE
            FROM messages JOIN listed USING (subject)""")


def _by_sender(db: Engine, kinds: set[str], column: str, said: str) -> None:
    if "email" in kinds:
        db.execute(f"""
            INSERT INTO hits
            SELECT k.number, NULL, m.message_id, epoch_us(m.date), '{said} ' || m.{column}, FALSE
            FROM messages m JOIN known k ON m.{column} = k.value WHERE k.kind = 'email'""")
    if "domain" in kinds:
        db.execute(f"""
            INSERT INTO hits
            WITH hosts AS (SELECT DISTINCT split_part({column}, '@', -1) AS host FROM messages),
                 ends AS (SELECT host, {suffix("host")} AS value FROM hosts),
                 listed AS (SELECT host, number FROM ends JOIN known k USING (value)
                        WHERE k.kind = 'domain' AND k.number NOT IN (SELECT number FROM ours))
            SELECT number, NULL, m.message_id, epoch_us(m.date), '{said} ' || m.{column}, FALSE
            FROM messages m JOIN listed ON listed.host = split_part(m.{column}, '@', -1)""")


def _by_hop(db: Engine) -> None:
    """Look at the hosts and addresses that a letter passed, as its Received headers tell."""
    places = ["lower(hop.by)", 'lower(hop."from")']
    if "ip" in {field.name for field in schema.HOP}:
        places.append("hop.ip")
    db.execute(f"""
        INSERT INTO hits
        WITH hops AS (SELECT message_id, date, unnest(received) AS hop FROM messages),
             places AS (SELECT message_id, date, unnest([{", ".join(places)}]) AS host FROM hops),
             hosts AS (SELECT DISTINCT host FROM places WHERE host IS NOT NULL),
             ends AS (SELECT host, {suffix("host")} AS value, 'domain' AS kind FROM hosts
                      UNION ALL SELECT host, host, 'ip' FROM hosts),
             listed AS (SELECT host, number FROM ends JOIN known k USING (value, kind)
                        WHERE k.number NOT IN (SELECT number FROM ours))
        SELECT DISTINCT number, NULL, message_id, epoch_us(date), 'a hop of its way', FALSE
        FROM places JOIN listed USING (host)""")
