"""What can only be told when all is read: one row a record, whose mailbox it is, which letters are one conversation.

Part files are rewritten in place (temporary name, rename) and only where something changes, so settling can be
killed and repeated at any point.
"""

from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unsealed import schema
from unsealed.case import Case
from unsealed.query import Engine, engine, literal, replace
from unsealed.read import collect
from unsealed.read.conversations import conversations

_SHAPE_RANK = "CASE shape WHEN 'record' THEN 0 WHEN 'sentinel' THEN 1 ELSE 2 END"


def settle(case: Case) -> None:
    """Bring the read tables into their final state."""
    with engine(case) as db:
        _one_row_a_record(case, db)
        _one_row_a_copy(case, db)
        owners = _owners(db)
        mailboxes = _mailbox_names(db)
        _messages(case, db, owners)
    _names_for_guids(case, mailboxes)
    rows = [{**row, **_owner(row, owners)} for row in case.journal.evidence()]
    replace(case, "evidence", pa.Table.from_pylist(rows, schema.TABLES["evidence"].schema))
    replace(case, "skipped", pa.Table.from_pylist(case.journal.skipped(), schema.TABLES["skipped"].schema))


def _one_row_a_record(case: Case, db: Engine) -> None:
    """Where exports overlap, keep the fullest form of each record, and of equals the first by file and row."""
    parts = case.parts("events")
    if not parts:
        return
    db.refresh("events")
    db.execute(
        "CREATE OR REPLACE TEMP TABLE again AS SELECT event_id FROM events GROUP BY event_id HAVING count(*) > 1"
    )
    if not db.value("SELECT count(*) FROM again"):
        return
    files = ", ".join(literal(str(part)) for part in parts)
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE twice AS SELECT file, line, event_id FROM ("
        f"  SELECT filename AS file, file_row_number AS line, event_id, row_number() OVER (PARTITION BY event_id "
        f"  ORDER BY {_SHAPE_RANK}, filename, file_row_number) AS nth "
        f"  FROM read_parquet([{files}], filename = true, file_row_number = true) SEMI JOIN again USING (event_id)"
        f") WHERE nth > 1"
    )
    for file in db.rows("SELECT DISTINCT file FROM twice ORDER BY file"):
        part = Path(file["file"])
        gone = db.table("SELECT line, event_id FROM twice WHERE file = ?", [file["file"]])
        accesses = case.tables / "accesses" / part.name
        if accesses.exists():
            table = pq.read_table(accesses)
            _rewrite(accesses, table.filter(pc.invert(pc.is_in(table["event_id"], gone["event_id"]))))
        table = pq.read_table(part)
        lines = pa.array(range(table.num_rows), pa.int64())
        _rewrite(part, table.filter(pc.invert(pc.is_in(lines, gone["line"].cast(pa.int64())))))


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
        WITH unnamed AS (SELECT "group" AS grp, owner_hints, from_address, "to", cc FROM messages
                         WHERE mailbox_basis IS NULL OR mailbox_basis = 'inferred'),
             sizes AS (SELECT grp, count(*) AS n FROM unnamed GROUP BY grp),
             hints AS (SELECT grp, unnest(list_distinct(owner_hints)) AS address FROM unnamed),
             people AS (
                SELECT grp, unnest(list_distinct(list_concat([from_address],
                    list_transform("to", lambda x: x.address), list_transform(cc, lambda x: x.address)))) AS address
                FROM unnamed),
             counted AS (
                SELECT grp, address, count(*) AS n, 1 AS sure FROM hints GROUP BY ALL
                UNION ALL SELECT grp, address, count(*), 0 FROM people GROUP BY ALL)
        SELECT grp, address FROM counted JOIN sizes USING (grp)
        WHERE address IS NOT NULL AND address <> '' AND (sure = 0 OR counted.n * 3 >= sizes.n)
        QUALIFY row_number() OVER (PARTITION BY grp ORDER BY sure DESC, counted.n DESC, address) = 1""")
    return {row["grp"]: row["address"] for row in votes}


def _messages(case: Case, db: Engine, owners: dict[str, str]) -> None:
    """Write conversations and inferred owners into the messages, a part file at a time."""
    parts = case.parts("messages")
    if not parts:
        return
    names = conversations(db, parts)
    for part in parts:
        table = pq.read_table(part)
        changed = _column(table, "conversation_id", pa.array(islice(names, table.num_rows), pa.string()))
        changed = _named(changed, owners)
        if not changed.equals(table):
            _rewrite(part, changed)


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
    with collect.writer(temporary, part.parent.name) as opened:
        opened.write_table(table)
    temporary.replace(part)
