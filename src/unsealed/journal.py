"""The journal: what is done, so that a killed run is carried on, and what people decided, which outlives every run.

A unit of work is written in one order: its part files are renamed into place, then one transaction records the
unit, its part files, its evidence counts and what it skipped. A part file that no transaction names is rubbish of a
killed run; `read` removes it before it starts.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS done (evidence_id TEXT, part TEXT, stage TEXT, version TEXT, at TEXT,
    PRIMARY KEY (evidence_id, part, stage)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS part_file (table_name TEXT, file TEXT, PRIMARY KEY (table_name, file)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS evidence (evidence_id TEXT, path TEXT, kind TEXT, reader TEXT, size_bytes INTEGER,
    records INTEGER, skipped INTEGER, mailbox TEXT, mailbox_basis TEXT, folder TEXT, duplicate INTEGER, grp TEXT,
    PRIMARY KEY (evidence_id, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS skipped (evidence_id TEXT, path TEXT, locator TEXT, reason TEXT, detail TEXT,
    PRIMARY KEY (path, locator, reason)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decision (n INTEGER PRIMARY KEY, at TEXT, who TEXT, subject TEXT, state TEXT, events TEXT);
CREATE TABLE IF NOT EXISTS stage (stage TEXT PRIMARY KEY, version TEXT, fingerprint TEXT, at TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS taken (evidence_id TEXT, path TEXT, PRIMARY KEY (evidence_id, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS note (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
_EVIDENCE = (
    "evidence_id",
    "path",
    "kind",
    "reader",
    "size_bytes",
    "records",
    "skipped",
    "mailbox",
    "mailbox_basis",
    "folder",
    "duplicate",
    "grp",
)
_SAME = "mailbox IS excluded.mailbox AND folder IS excluded.folder AND reader IS excluded.reader"
_NAMED = "mailbox_basis IS 'given' AND excluded.mailbox_basis IS NOT 'given'"
_COUNTED = ", ".join(
    (
        *(
            f"{n} = CASE WHEN {_SAME} THEN {n} + excluded.{n} WHEN {_NAMED} THEN {n} ELSE excluded.{n} END"
            for n in ("records", "skipped")
        ),
        *(
            f"{n} = CASE WHEN {_NAMED} THEN {n} ELSE excluded.{n} END"
            for n in ("mailbox", "mailbox_basis", "folder", "reader", "kind", "grp")
        ),
        "duplicate = 0",
    )
)
"""More ranges of a file add up; a file read anew for another mailbox starts again, and a mailbox once given stays."""
_SKIPPED = ("evidence_id", "path", "locator", "reason", "detail")


@dataclass
class UnitRecord:
    """What one unit of reading leaves in the journal, in one transaction."""

    done: list[tuple[str, str]] = field(default_factory=list)
    """(evidence_id, part) pairs that need not be read again."""
    files: list[tuple[str, str]] = field(default_factory=list)
    """(table, part file) pairs that are now in place."""
    evidence: list[dict[str, Any]] = field(default_factory=list)
    """Evidence rows whose records and skipped are added to what is there."""
    seen: list[dict[str, Any]] = field(default_factory=list)
    """Evidence rows that change nothing where the file is known already."""
    skipped: list[dict[str, Any]] = field(default_factory=list)
    """Rows of `skipped`."""


class Journal:
    """The journal of one case (SQLite, one writer)."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # -- reading -------------------------------------------------------------------------------------------------

    def done(self, stage: str, version: str) -> set[tuple[str, str]]:
        """Give the (evidence_id, part) pairs that a stage of this version has done."""
        rows = self._db.execute("SELECT evidence_id, part FROM done WHERE stage = ? AND version = ?", (stage, version))
        return {(row[0], row[1]) for row in rows}

    def record(self, stage: str, version: str, unit: UnitRecord) -> None:
        """Record one unit of reading: all of it or nothing."""
        now = _now()
        with self._transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?, ?)",
                [(evidence, part, stage, version, now) for evidence, part in unit.done],
            )
            db.executemany("INSERT OR IGNORE INTO part_file VALUES (?, ?)", unit.files)
            insert = f"INTO evidence VALUES ({', '.join('?' * len(_EVIDENCE))})"
            db.executemany(
                f"INSERT OR IGNORE {insert}", [tuple(row.get(column) for column in _EVIDENCE) for row in unit.seen]
            )
            db.executemany(
                f"INSERT {insert} ON CONFLICT (evidence_id, path) DO UPDATE SET {_COUNTED}",
                [tuple(row.get(column) for column in _EVIDENCE) for row in unit.evidence],
            )
            db.executemany(
                "INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?, ?)",
                [tuple(row.get(column) for column in _SKIPPED) for row in unit.skipped],
            )

    def reset(self, stage: str) -> None:
        """Forget all that a stage has read, so that it is read again; custody and decisions stay."""
        with self._transaction() as db:
            db.execute("DELETE FROM done WHERE stage = ?", (stage,))
            for table in ("part_file", "evidence", "skipped"):
                db.execute(f"DELETE FROM {table}")

    def forget_skipped(self, reason: str, path: str) -> None:
        """Forget what could not be read for one reason under a path: it is about to be tried again."""
        with self._transaction() as db:
            db.execute("DELETE FROM skipped WHERE reason = ? AND substr(path, 1, ?) = ?", (reason, len(path), path))

    def taken(self) -> set[tuple[str, str]]:
        """Give the (evidence_id, path) pairs that the custody log holds."""
        return {(row[0], row[1]) for row in self._db.execute("SELECT evidence_id, path FROM taken")}

    def take(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Remember that the custody log holds these (evidence_id, path) pairs."""
        with self._transaction() as db:
            db.executemany("INSERT OR IGNORE INTO taken VALUES (?, ?)", pairs)

    def part_files(self) -> set[tuple[str, str]]:
        """Give the (table, file) pairs that completed units have left."""
        return {(row[0], row[1]) for row in self._db.execute("SELECT table_name, file FROM part_file")}

    def evidence(self) -> list[dict[str, Any]]:
        """Give all evidence rows, ordered by path."""
        rows = self._db.execute("SELECT * FROM evidence ORDER BY path, evidence_id")
        return [{**dict(row), "duplicate": bool(row["duplicate"])} for row in rows]

    def skipped(self) -> list[dict[str, Any]]:
        """Give all rows of `skipped`, ordered by path and place."""
        return [dict(row) for row in self._db.execute("SELECT * FROM skipped ORDER BY path, locator, reason")]

    # -- whole stages --------------------------------------------------------------------------------------------

    def stage(self, stage: str) -> tuple[str, str, str] | None:
        """Give (version, fingerprint of its inputs, when) of a stage's last full run."""
        row = self._db.execute("SELECT version, fingerprint, at FROM stage WHERE stage = ?", (stage,)).fetchone()
        return (row[0], row[1], row[2]) if row else None

    def finish(self, stage: str, version: str, fingerprint: str) -> None:
        """Record that a stage has run over these inputs."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO stage VALUES (?, ?, ?, ?)", (stage, version, fingerprint, _now()))

    # -- people --------------------------------------------------------------------------------------------------

    def decide(self, who: str, decisions: Iterable[tuple[str, str, list[str]]]) -> None:
        """Keep what a person decided: (session or event id, state, the events it stood for at the time)."""
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO decision (at, who, subject, state, events) VALUES (?, ?, ?, ?, ?)",
                [(_now(), who, subject, state, json.dumps(events)) for subject, state, events in decisions],
            )

    def decisions(self) -> list[dict[str, Any]]:
        """Give all decisions, oldest first; a later one outweighs an earlier one."""
        rows = self._db.execute("SELECT * FROM decision ORDER BY n")
        return [{**dict(row), "events": json.loads(row["events"])} for row in rows]

    # -- notes ---------------------------------------------------------------------------------------------------

    def note(self, key: str) -> str | None:
        """Give a remembered value."""
        row = self._db.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_note(self, key: str, value: str) -> None:
        """Remember a value."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (key, value))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
