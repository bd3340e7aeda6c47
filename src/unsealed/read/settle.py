"""What can only be told when all is read: one row a log record, whose mailbox it is, which letters are one conversation.

Part files are rewritten in place (temporary name, rename) and only where something changes, so settling can be
killed and repeated at any point.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unsealed import schema
from unsealed.case import Case
from unsealed.query import Engine, engine, replace
from unsealed.read.mail.threads import Letter, Threads, participants
from unsealed.schema import content_id

_SHAPE_RANK = "CASE shape WHEN 'record' THEN 0 WHEN 'sentinel' THEN 1 ELSE 2 END"
_THREADING = [
    "message_id",
    "internet_message_id",
    "in_reply_to",
    "references",
    "thread_index",
    "subject",
    "date",
    "from_address",
    "to",
    "cc",
]


def settle(case: Case) -> None:
    """Bring the read tables into their final state."""
    with engine(case) as db:
        _one_row_a_record(case, db)
        _one_row_a_copy(case, db)
        owners = _owners(db)
        mailboxes = _mailbox_names(db)
    _messages(case, owners)
    _names_for_guids(case, mailboxes)
    rows = [{**row, **_owner(row, owners)} for row in case.journal.evidence()]
    replace(case, "evidence", pa.Table.from_pylist(rows, schema.TABLES["evidence"].schema))
    replace(case, "skipped", pa.Table.from_pylist(case.journal.skipped(), schema.TABLES["skipped"].schema))


def _one_row_a_record(case: Case, db: Engine) -> None:
    """Where exports overlap, keep the fullest form of each record, and of equals the first by file and row."""
    parts = case.parts("events")
    if not parts:
        return
    files = ", ".join("'" + str(part).replace("'", "''") + "'" for part in parts)
    twice = db.rows(
        f"SELECT filename AS file, list(file_row_number) AS gone, list(event_id) AS ids FROM ("
        f"  SELECT filename, file_row_number, event_id, row_number() OVER (PARTITION BY event_id "
        f"  ORDER BY {_SHAPE_RANK}, filename, file_row_number) AS nth "
        f"  FROM read_parquet([{files}], filename = true, file_row_number = true)) WHERE nth > 1 GROUP BY filename"
    )
    for row in twice:
        part, gone, ids = Path(row["file"]), set(row["gone"]), pa.array(set(row["ids"]))
        accesses = case.tables / "accesses" / part.name
        if accesses.exists():
            table = pq.read_table(accesses)
            _rewrite(accesses, table.filter(pc.invert(pc.is_in(table["event_id"], ids))))
        table = pq.read_table(part)
        keep = pa.array([number not in gone for number in range(table.num_rows)])
        _rewrite(part, table.filter(keep))


def _one_row_a_copy(case: Case, db: Engine) -> None:
    """Where a person named the mailbox of a file on a second reading, drop the rows of the first."""
    db.refresh("messages")
    gone = db.rows("""
        SELECT message_id FROM messages
        QUALIFY mailbox_basis IS DISTINCT FROM 'given' AND bool_or(mailbox_basis = 'given') OVER (
            PARTITION BY evidence_id, locator, folder)
            OR row_number() OVER (PARTITION BY message_id ORDER BY evidence_id) > 1""")
    if not gone:
        return
    ids = pa.array(sorted({row["message_id"] for row in gone}), pa.string())
    for name in ("messages", "attachments"):
        for part in case.parts(name):
            table = pq.read_table(part)
            kept = table.filter(pc.invert(pc.is_in(table["message_id"], ids)))
            if kept.num_rows != table.num_rows:
                _rewrite(part, kept)


def _owners(db: Engine) -> dict[str, str]:
    """Infer whose mailbox a group of files is: whom its mail was delivered to, else who is on most of it."""
    votes = db.rows("""
        WITH unnamed AS (SELECT message_id, "group" AS grp, owner_hints, from_address, "to", cc FROM messages
                         WHERE mailbox_basis IS NULL OR mailbox_basis = 'inferred'),
             sizes AS (SELECT grp, count(*) AS n FROM unnamed GROUP BY grp),
             hints AS (SELECT grp, unnest(owner_hints) AS address, message_id FROM unnamed),
             people AS (
                SELECT grp, message_id, from_address AS address FROM unnamed
                UNION SELECT grp, message_id, unnest("to").address FROM unnamed
                UNION SELECT grp, message_id, unnest(cc).address FROM unnamed),
             counted AS (
                SELECT grp, address, count(DISTINCT message_id) AS n, 1 AS sure FROM hints GROUP BY ALL
                UNION ALL SELECT grp, address, count(DISTINCT message_id), 0 FROM people GROUP BY ALL)
        SELECT grp, address FROM counted JOIN sizes USING (grp)
        WHERE address IS NOT NULL AND address <> '' AND (sure = 0 OR counted.n * 3 >= sizes.n)
        QUALIFY row_number() OVER (PARTITION BY grp ORDER BY sure DESC, counted.n DESC, address) = 1""")
    return {row["grp"]: row["address"] for row in votes}


def _messages(case: Case, owners: dict[str, str]) -> None:
    threads = Threads()
    for part in case.parts("messages"):
        for letter in _letters(part):
            threads.add(letter)
    names = iter(threads.names())
    identities: dict[str, str] = {}
    for part in case.parts("messages"):
        table = pq.read_table(part)
        conversations = [
            identities.setdefault(name, content_id("conversation", name)) for name in islice(names, table.num_rows)
        ]
        changed = _column(table, "conversation_id", pa.array(conversations, pa.string()))
        changed = _named(changed, owners)
        if not changed.equals(table):
            _rewrite(part, changed)


def _letters(part: Path) -> Iterator[Letter]:
    for batch in pq.ParquetFile(part).iter_batches(20_000, columns=_THREADING):
        dates = batch.column("date").cast(pa.int64()).to_pylist()
        for row, date in zip(batch.drop_columns(["date"]).to_pylist(), dates, strict=True):
            people = participants(row["from_address"], row["to"], row["cc"])
            yield Letter(
                row["message_id"],
                row["internet_message_id"],
                row["in_reply_to"],
                tuple(row["references"] or ()),
                row["thread_index"],
                row["subject"] or "",
                date,
                people,
            )


def _named(table: pa.Table, owners: dict[str, str]) -> pa.Table:
    """Fill in the mailbox of rows that no path and no person named."""
    bases, groups = table["mailbox_basis"].to_pylist(), table["group"].to_pylist()
    if all(basis in {"given", "path"} for basis in bases):
        return table
    mailboxes = [
        owners.get(group) if basis in {None, "inferred"} else mailbox
        for mailbox, basis, group in zip(table["mailbox"].to_pylist(), bases, groups, strict=True)
    ]
    told = [
        "inferred" if basis in {None, "inferred"} and mailbox else basis
        for mailbox, basis in zip(mailboxes, bases, strict=True)
    ]
    table = _column(table, "mailbox", pa.array(mailboxes, pa.string()))
    return _column(table, "mailbox_basis", pa.array(told, pa.string()))


def _owner(row: dict[str, Any], owners: dict[str, str]) -> dict[str, Any]:
    """Tell an evidence row the mailbox that was inferred for it."""
    owner = owners.get(row["grp"]) if row["kind"] == "mail" and not row["mailbox"] else None
    return {"mailbox": owner, "mailbox_basis": "inferred"} if owner else {}


def _mailbox_names(db: Engine) -> dict[str, str]:
    """Learn which address a mailbox's GUID belongs to, from records that tell both."""
    rows = db.rows("""
        SELECT 'guid:' || lower(json_extract_string(raw, '$.MailboxGuid')) AS guid, min(mailbox) AS mailbox FROM events
        WHERE mailbox LIKE '%@%' AND EXISTS (SELECT 1 FROM events WHERE mailbox LIKE 'guid:%') GROUP BY guid""")
    return {row["guid"]: row["mailbox"] for row in rows if row["guid"]}


def _names_for_guids(case: Case, names: dict[str, str]) -> None:
    if not names:
        return
    for name in ("events", "accesses"):
        for part in case.parts(name):
            table = pq.read_table(part)
            mailboxes = table["mailbox"].to_pylist()
            told = [names.get(mailbox, mailbox) if mailbox else None for mailbox in mailboxes]
            if told != mailboxes:
                _rewrite(part, _column(table, "mailbox", pa.array(told, pa.string())))


def _column(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    index = table.schema.get_field_index(name)
    return table.set_column(index, table.schema.field(index), values)


def _rewrite(part: Path, table: pa.Table) -> None:
    temporary = part.with_name(f".{part.stem}.tmp")
    pq.write_table(table, temporary, compression="zstd")
    temporary.replace(part)
