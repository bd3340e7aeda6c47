"""What the intruder gave others to read, and what these then read: it counts as the intruder's own.

A record of a read counts where it falls under a permission that the intruder gave, unless the account or application had
been let into the same mailbox by somebody else before, or had read mail in it before: then what it reads is its habit.
The permission itself is a presence in the mailbox, from then until it was taken away. One that nobody took away ends with
the intruder's last trace, or the last dark stretch after it, where an item log shows who reads the mailbox. Where none does
it stands on, until responders say that the incident was contained, else as far as the evidence goes.
"""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from unsealed.expose import cmdlets, standing
from unsealed.expose.copies import bare
from unsealed.expose.folder_names import meant, same_folder
from unsealed.expose.m365 import consents, permissions, roles
from unsealed.expose.m365.ledger import ANYBODY, Grant, Ledger
from unsealed.expose.m365.people import SOURCES, names, tenant
from unsealed.query import Engine, literal

READS = "('MailItemsAccessed', 'AttachmentAccess')"
DOES = "('MailItemsAccessed', 'AttachmentAccess', 'Send', 'SendAs', 'SendOnBehalf', 'Create')"
ITEM_LOG = "m365_mail_items"
NOT_MAIL = ("calendar", "contacts", "tasks", "notes", "予定表", "連絡先", "タスク", "メモ", "kalender", "kontakte")
"""Folders without letters: who reads these has no habit of reading mail."""
_FOREVER = 1 << 62


def widened(db: Engine) -> None:
    """Add what was read by the intruder's permissions and consents to `act`, and the permissions themselves to `came`.

    Makes `widened` (a row a permission that the intruder gave), and `kept_out`: reads under one that are a habit.
    """
    found = _grants(db)
    db.register("widened", _table(found))
    if found:
        _reads(db, found)
        _count(db)
        _came(db, found)


def _grants(db: Engine) -> list[Grant]:
    """Follow all permissions in time, and give those that the intruder gave."""
    if not _giving(db, "act WHERE inside"):
        return []
    cmdlet_names = {*permissions.OPERATIONS, *roles.OPERATIONS}
    wanted = _giving(db, f"events WHERE source IN {SOURCES}")
    rows = db.rows(f"""
        SELECT event_id, epoch_us(time) AS us, operation, "user", mailbox, target, raw,
               event_id IN (SELECT event_id FROM act WHERE inside) AS by_intruder
        FROM events
        WHERE source IN {SOURCES} AND outcome IS DISTINCT FROM 'failure' AND operation IN ({", ".join(map(literal, wanted)) or "''"})
        ORDER BY time, event_id""")
    if not any(row["by_intruder"] for row in rows):
        return []
    ledger, known, people = Ledger(), consents.Directory(), names(db)
    directory: dict[str, consents.Change] = {}
    for row in rows:
        if row["operation"] not in cmdlet_names:
            directory[row["event_id"]] = consents.change(cmdlets.parse(row["raw"]))
            known.learn(consents.operation(row["operation"]), directory[row["event_id"]])
    for row in rows:
        if row["event_id"] in directory:
            consents.read(ledger, row, directory[row["event_id"]], known)
        elif row["operation"] in roles.OPERATIONS:
            roles.read(ledger, row, cmdlets.parse(row["raw"]), people, known.apps)
        else:
            permissions.read(ledger, row, cmdlets.parse(row["raw"]), people)
    return list(ledger.intruders())


def _giving(db: Engine, records: str) -> list[str]:
    """Give those operations of some records that give, change or end a permission."""
    cmdlet_names = {*permissions.OPERATIONS, *roles.OPERATIONS}
    said = db.rows(f"SELECT DISTINCT operation FROM {records} AND operation IS NOT NULL ORDER BY 1")
    names_ = (row["operation"] for row in said)
    return [name for name in names_ if name in cmdlet_names or consents.operation(name) in consents.NAMES]


def _table(found: Iterable[Grant]) -> pa.Table:
    """Give the permissions with a number each, for SQL."""
    grants = list(found)
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        "g": (pa.int64(), list(range(len(grants)))),
        "kind": (pa.string(), [grant.kind for grant in grants]),
        "who": (pa.string(), [grant.who for grant in grants]),
        "mailbox": (pa.string(), [grant.mailbox for grant in grants]),
        "folder": (pa.string(), [grant.folder for grant in grants]),
        "first": (pa.int64(), [grant.start for grant in grants]),
        "until": (pa.int64(), [_FOREVER if grant.end is None else grant.end for grant in grants]),
        "since": (pa.int64(), [grant.since or -_FOREVER for grant in grants]),
        "whole": (pa.bool_(), [grant.folder is None and grant.reads_bodies for grant in grants]),
        "held": (pa.bool_(), [grant.held_before for grant in grants]),
        "event_id": (pa.string(), [grant.event_id for grant in grants]),
        "told": (pa.string(), [_told(grant) for grant in grants]),
    }
    return pa.table({name: pa.array(values, kind) for name, (kind, values) in columns.items()})


def _told(grant: Grant) -> str:
    headers = "" if grant.reads_bodies else ", which shows headers alone"
    return f"{grant.told}{headers}"


def _reads(db: Engine, found: list[Grant]) -> None:
    """Make `met`: what the accounts and applications concerned did in the mailboxes, a row a record and reader.

    And `fits`: the folders in the log that are the folder of a permission.
    """
    users = ", ".join(sorted({literal(grant.who) for grant in found if grant.kind == "user"})) or "''"
    apps = ", ".join(sorted({literal(grant.who) for grant in found if grant.kind == "app"})) or "''"
    opened = ", ".join(sorted({literal(str(g.mailbox)) for g in found if g.who == ANYBODY})) or "''"
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE met AS
        WITH did AS (
            SELECT event_id, epoch_us(time) AS us, operation, "user", mailbox, client_ip, source,
                   lower(app_id) AS app, lower(client_app_id) AS client_app
            FROM events
            WHERE source = 'm365_audit' AND operation IN {DOES} AND outcome IS DISTINCT FROM 'failure' AND mailbox IS NOT NULL
              AND event_id NOT IN (SELECT event_id FROM activity WHERE state = 'rejected'))
        SELECT *, 'user' AS kind, "user" AS reader FROM did
        WHERE "user" <> mailbox AND ("user" IN ({users}) OR mailbox IN ({opened}))
        UNION ALL SELECT *, 'app', app FROM did WHERE app IN ({apps})
        UNION ALL SELECT *, 'app', client_app FROM did WHERE client_app IN ({apps}) AND client_app IS DISTINCT FROM app""")
    seen = db.rows("""
        SELECT DISTINCT a.mailbox, a.folder FROM accesses a
        WHERE a.event_id IN (SELECT event_id FROM met) AND a.folder IS NOT NULL
          AND a.mailbox IN (SELECT mailbox FROM widened) ORDER BY ALL""")
    given = {number: (grant.folder,) for number, grant in enumerate(found) if grant.folder}
    held = {number: grant.held_folders for number, grant in enumerate(found) if grant.held_folders}
    for name, named in (("fits", given), ("held_fits", held)):
        pairs = [
            (number, row["folder"])
            for number, wanted in named.items()
            for row in seen
            if row["mailbox"] == found[number].mailbox and any(same_folder(row["folder"], one) for one in wanted)
        ]
        numbers, folders = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        db.register(name, pa.table({"g": pa.array(numbers, pa.int64()), "folder": pa.array(folders, pa.string())}))


def _count(db: Engine) -> None:
    """Put the reads under a permission of the intruder's into `act`, but for those that were a habit."""
    not_mail = ", ".join(map(literal, NOT_MAIL))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE under AS
        SELECT met.*, w.g, w.told, w.first, w.held, w.since, w.whole
        FROM met JOIN widened w
          ON w.kind = met.kind AND met.us >= w.first AND met.us < w.until
         AND (w.who = met.reader OR w.who = '{ANYBODY}')
         AND (w.mailbox IS NULL OR w.mailbox = met.mailbox OR (w.kind = 'app' AND w.mailbox = met."user"))
        WHERE w.folder IS NULL OR EXISTS (
            SELECT 1 FROM accesses a LEFT JOIN fits f ON f.g = w.g AND f.folder = a.folder
            WHERE a.event_id = met.event_id AND (a.folder IS NULL OR f.g IS NOT NULL))""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE habit AS
        WITH mail AS (
            SELECT kind, reader, mailbox, us FROM met
            WHERE operation IN {READS} AND event_id NOT IN (SELECT event_id FROM act)
              AND event_id NOT IN (SELECT event_id FROM under)
              AND NOT coalesce((SELECT bool_and(coalesce(lower(list_extract(string_split(a.folder, '/'), -1)), '') IN ({not_mail}))
                                FROM accesses a WHERE a.event_id = met.event_id), FALSE))
        SELECT DISTINCT u.g, u.reader, u.mailbox FROM under u JOIN mail USING (kind, reader, mailbox)
        WHERE mail.us < u.first AND mail.us >= u.since""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE counted AS
        SELECT u.* FROM under u LEFT JOIN habit h ON h.g = u.g AND h.reader = u.reader AND h.mailbox = u.mailbox
        WHERE NOT u.held AND h.g IS NULL
          AND NOT coalesce((SELECT bool_and(h.g IS NOT NULL) FROM accesses a LEFT JOIN held_fits h ON h.g = u.g
                              AND h.folder = a.folder WHERE a.event_id = u.event_id), FALSE)""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE kept_out AS
        SELECT event_id, any_value(us) AS us, mailbox, min(reader) AS reader, min(told) AS told FROM under
        WHERE event_id NOT IN (SELECT event_id FROM counted) AND event_id NOT IN (SELECT event_id FROM act)
        GROUP BY event_id, mailbox""")
    db.execute("""
        INSERT INTO act (event_id, operation, client_ip, "user", mailbox, source, us, inside, way, because)
        SELECT event_id, any_value(operation), any_value(client_ip), any_value("user"), any_value(mailbox), any_value(source),
               any_value(us), TRUE, 'm365',
               arg_min('read by what the intruder had given on ' || strftime(make_timestamptz(first), '%Y-%m-%d') || ': ' || told, g)
        FROM counted WHERE event_id NOT IN (SELECT event_id FROM act WHERE inside) GROUP BY event_id""")


def _came(db: Engine, found: list[Grant]) -> None:
    """Put the permissions on whole mailboxes into `came`: when they began, when they ended, and each read."""
    stands, until = standing.stands(db), standing.until(db, ITEM_LOG)
    everybody = tenant(db, [grant.given_by or "" for grant in found]) if any(g.mailbox is None for g in found) else []
    rows = set[tuple[str, int, str]]()
    for grant in found:
        if grant.folder is None and grant.reads_bodies:
            ended = [moment for moment in (grant.end, grant.lives_until) if moment]
            for box in [grant.mailbox] if grant.mailbox else everybody:
                till = min(ended, default=max(grant.start, until.get(box, stands)))
                rows |= {(box, grant.start, grant.event_id), (box, till, grant.event_id)}
    kinds = {"mailbox": pa.string(), "us": pa.int64(), "event_id": pa.string()}
    columns = list(zip(*sorted(rows), strict=True)) or [(), (), ()]
    made = {name: pa.array(values, kind) for (name, kind), values in zip(kinds.items(), columns, strict=True)}
    db.register("let_in", pa.table(made))
    db.execute("""
        INSERT INTO came (mailbox, way, source, us, event_id)
        SELECT mailbox, 'm365', 'm365_audit', us, event_id FROM let_in
        UNION SELECT mailbox, 'm365', 'm365_audit', us, event_id FROM counted WHERE whole AND mailbox LIKE '%@%'""")


def kept_out(db: Engine) -> None:
    """Say of a letter that an account read by habit, while the intruder's permission stood, why that does not count."""
    if not db.value("SELECT count(*) FROM widened"):
        return
    db.execute(f"""
        INSERT INTO grounds
        SELECT DISTINCT c.n, 'not_accessed', 'log_whole', k.event_id,
               k.reader || ' read it, who had read this mailbox or been let in by somebody else before the intruder gave '
               || k.told || ': not counted', NULL, k.us
        FROM kept_out k JOIN accesses a USING (event_id)
        JOIN copies c ON c.mid = {bare("a.internet_message_id")} AND c.mailbox = k.mailbox
        WHERE k.us <= (SELECT max(last) FROM presence p WHERE p.mailbox = c.mailbox)""")


def folders_open(db: Engine) -> None:
    """What could be read in a folder that the intruder opened to others, by its mailbox's item log; no other folder.

    The letters are those of the folder itself, without the folders below it, that were there from the permission until it
    was taken away; where a letter's folder is not known, it may be one of them.
    """
    if not db.value("SELECT count(*) FROM widened WHERE folder IS NOT NULL"):
        return
    opened = db.rows("SELECT g, mailbox, folder FROM widened WHERE folder IS NOT NULL ORDER BY g")
    held = db.rows("""
        SELECT DISTINCT mailbox, folder FROM copies WHERE mailbox IN (SELECT mailbox FROM widened WHERE folder IS NOT NULL)
        ORDER BY ALL""")
    lie = []
    for one in opened:
        sure, unsure = meant(one["folder"], [row["folder"] for row in held if row["mailbox"] == one["mailbox"]])
        lie += [(one["g"], folder) for folder in (*sure, *unsure)]
    numbers, names_ = [pair[0] for pair in lie], [pair[1] for pair in lie]
    until = standing.until(db, ITEM_LOG)
    columns = {"mailbox": pa.array(until.keys(), pa.string()), "until": pa.array(until.values(), pa.int64())}
    db.register("standing", pa.table(columns))
    db.register("lie", pa.table({"g": pa.array(numbers, pa.int64()), "folder": pa.array(names_, pa.string())}))
    db.execute(f"""
        INSERT INTO grounds
        WITH open AS (SELECT w.*, CASE WHEN w.until < {_FOREVER} THEN w.until
                                      ELSE greatest(w.first, coalesce(s.until, {standing.stands(db)})) END AS last
                      FROM widened w LEFT JOIN standing s USING (mailbox) WHERE w.folder IS NOT NULL),
             there AS (
                SELECT c.n, c.arrived, c.gone, o.* FROM open o JOIN lie l USING (g)
                JOIN copies c ON c.mailbox = o.mailbox AND c.folder IS NOT DISTINCT FROM l.folder
                WHERE coalesce(c.arrived <= o.last, TRUE) AND coalesce(c.gone >= o.first, TRUE)),
             log AS (SELECT *, epoch_us("from") AS low, epoch_us("to") AS high FROM coverage WHERE source = '{ITEM_LOG}'),
             dark AS (
                SELECT t.n, t.event_id, t.told, t.first, CASE log.state WHEN 'gap' THEN 'log_gap' ELSE 'throttled' END AS how,
                       log.note
                FROM there t JOIN log ON log.scope = t.mailbox AND log.state IN ('gap', 'throttled')
                 AND log.low <= t.last AND log.high >= t.first
                WHERE coalesce(t.arrived <= CASE WHEN log.state = 'gap' THEN least(log.high, t.last) ELSE log.high END, TRUE)
                  AND coalesce(t.gone >= greatest(log.low, t.first), TRUE)),
             unseen AS (
                SELECT t.n, t.event_id, t.told, t.first, 'no_item_log' AS how, 'no item log of this mailbox exists' AS note
                FROM there t WHERE t.mailbox NOT IN (SELECT scope FROM log WHERE state <> 'absent' AND scope IS NOT NULL))
        SELECT n, 'in_reach', how, event_id, 'the intruder gave ' || told || '; ' || note, NULL, first
        FROM (SELECT * FROM dark UNION ALL SELECT * FROM unseen)
        UNION ALL
        SELECT n, 'not_accessed', 'log_whole', event_id,
               'the intruder gave ' || told || '; the item log is whole and does not name the letter', NULL, first FROM there""")
