"""Item-access records joined to letters, in three sizes; hooked in by `bench/run.py --only join`.

The tables are made straight, as `read` and `hunt` would have left them: a thousand mailboxes whose owners read, in a tenth
of which an intruder was, who reads letters, synchronises folders and moves some; letters that are moved and deleted; a
record names three letters. What is timed is `expose` as a whole, of a process of its own, on two threads.
"""

import json
import math
import shutil
import sys

import duckdb
from measure import HERE, WORK, cpu, watched

from unsealed import schema
from unsealed.case import Case

RECORDS, LETTERS, BOXES = 10_000_000, 1_000_000, 1_000
EACH = 3
"""Letters that a record names."""
SIZES = (10, 3, 1)


def join(scale: int) -> None:
    """Time three sizes, and fit the power of records and letters that the time grows with."""
    print("\njoin: item-access records to letters (`expose`), two threads")
    points = []
    for part in SIZES:
        records, letters = RECORDS // scale // part, LETTERS // scale // part
        case = made(records, letters)
        command = [sys.executable, str(HERE / "join_once.py"), case]
        used, wall = cpu(command)
        told, peak = watched(command)
        found = json.loads(told)
        points.append((math.log(records + letters), math.log(used)))
        print(
            f"  {records:10,} records, {letters:9,} letters: {wall:6.1f} s, {used:6.1f} CPU s, peak {peak / (1 << 20):6,.0f} MiB;"
            f" {found['exposures']:,} rows, of them {found['told']:,} to be told about"
        )
        shutil.rmtree(case)
    print(f"  grows with records + letters to the power of {slope(points):.2f} (bars: 60 s, 2,048 MiB, about 1)")


def slope(points: list[tuple[float, float]]) -> float:
    """Fit a line by least squares; give its slope."""
    x, y = (sum(point[at] for point in points) / len(points) for at in (0, 1))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def made(records: int, letters: int) -> str:
    """Make a case with tables of these sizes; give its path."""
    folder = WORK / "join"
    shutil.rmtree(folder, ignore_errors=True)
    case = Case.create(folder, "join", ("example.org",))
    with duckdb.connect(config={"memory_limit": "3GB", "threads": "2"}) as db:
        db.execute(f"CREATE MACRO box(i) AS 'user' || (i % {BOXES})::VARCHAR || '@example.org'")
        db.execute("CREATE MACRO moment(i) AS TIMESTAMPTZ '2023-03-01 00:00:00+00' + INTERVAL 1 SECOND * (i % 7776000)")
        db.execute("CREATE MACRO letter(i) AS '<' || md5(i::VARCHAR) || '@mail.example>'")
        db.execute("CREATE MACRO lies(i) AS ['Inbox', 'Archive', 'Projects', 'Deleted Items'][1 + i % 4]")
        for name, sql in _tables(records, letters).items():
            have = {row[0] for row in db.execute(f"DESCRIBE {sql}").fetchall()}
            lacking = [field.name for field in schema.TABLES[name].schema if field.name not in have]
            path = case.tables / name
            path.mkdir(parents=True, exist_ok=True)
            empty = "".join(f', NULL AS "{column}"' for column in lacking)
            order = ", ".join(
                f'"{field.name}"::{_kind(field.type)} AS "{field.name}"' for field in schema.TABLES[name].schema
            )
            db.execute(
                f"COPY (SELECT {order} FROM (SELECT *{empty} FROM ({sql}))) TO '{path / name}.parquet' (COMPRESSION zstd)"
            )
    return str(folder)


def _kind(kind: object) -> str:
    known = {
        "string": "VARCHAR",
        "timestamp[us, tz=UTC]": "TIMESTAMPTZ",
        "int64": "BIGINT",
        "bool": "BOOLEAN",
        "double": "DOUBLE",
    }
    told = str(kind)
    if told in known:
        return known[told]
    if told.startswith("list<") and "struct" not in told:
        return "VARCHAR[]"
    if "time:" in told:
        return 'STRUCT("by" VARCHAR, "from" VARCHAR, "time" TIMESTAMPTZ, ip VARCHAR)[]'
    return "STRUCT(address VARCHAR, name VARCHAR)[]"


def _tables(records: int, letters: int) -> dict[str, str]:
    """Give the tables as SELECTs; every access stands in an event of one mailbox, and letters are spread over all."""
    events = records // EACH
    kind = (
        "CASE WHEN i % 50 = 7 THEN 'MoveToDeletedItems' WHEN i % 200 = 9 THEN 'HardDelete' ELSE 'MailItemsAccessed' END"
    )
    theirs = f"(i % {BOXES}) % 10 = 3 AND i % 7 = 0"
    number = f"((i % {BOXES}) + {BOXES} * ((i // {BOXES} * {EACH} + k) * 7919 % {max(1, letters // BOXES)}))"
    return {
        "messages": f"""SELECT 'm' || i AS message_id, box(i) AS mailbox, lies(i // {BOXES}) AS folder, letter(i) AS internet_message_id,
                               moment(i * 7) AS date, moment(i * 7) AS arrived, 'sender@partner.example' AS from_address,
                               'subject ' || i AS subject, 'c' || i AS conversation_id, md5('h' || i) AS content_hash
                        FROM range({letters}) t(i)""",
        "events": f"""SELECT md5('e' || i) AS event_id, moment(i * 131) AS time, 'm365_audit' AS source, {kind} AS operation,
                             box(i) AS "user", box(i) AS mailbox, '203.0.113.7' AS client_ip, 'success' AS outcome
                      FROM range({events}) t(i)""",
        "accesses": f"""SELECT md5('e' || i) AS event_id, box(i) AS mailbox, lies({number} // {BOXES}) AS folder,
                               CASE WHEN i % 1000 = 103 THEN NULL ELSE letter({number}) END AS internet_message_id,
                               CASE WHEN i % 1000 = 103 THEN 'sync' WHEN i % 50 = 7 THEN 'move' WHEN i % 200 = 9 THEN 'delete'
                                    ELSE 'bind' END AS access, FALSE AS throttled,
                               CASE WHEN i % 50 = 7 THEN 'Deleted Items' END AS destination
                        FROM range({events}) t(i), range({EACH}) u(k)""",
        "activity": f"""SELECT md5('e' || i) AS event_id, 's' AS session, 'proposed' AS state, moment(i * 131) AS time,
                               box(i) AS "user", box(i) AS mailbox, TRUE AS inside FROM range({events}) t(i) WHERE {theirs}""",
        "coverage": f"""SELECT 'm365_mail_items' AS source, box(i) AS scope, moment(0) AS "from", moment(7775999) AS "to",
                               'whole' AS state, '' AS note FROM range({BOXES}) t(i)""",
    }
