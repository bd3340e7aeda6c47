"""What have we got? Evidence files to `evidence`, `messages`, `attachments`, `events`, `accesses` and `skipped`."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from unsealed.case import Case
from unsealed.errors import UsageError
from unsealed.journal import UnitRecord
from unsealed.progress import Progress, Silent
from unsealed.read.engine import Pool, Result, Unit
from unsealed.read.intake.walk import walk
from unsealed.read.planner import Planner
from unsealed.read.settle import settle

__all__ = ["read"]
STAGE = "read"


def read(
    case: Case,
    paths: list[Path],
    *,
    mailbox: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    command: str = "read",
) -> None:
    """Take in files, folders and archives, and read everything in them that is mail or a log.

    Args:
        case: the case, locked by the caller.
        paths: what to take in; kinds are recognised by content.
        mailbox: whose mailbox it is, where neither names nor headers tell.
        workers: processes to read with; all cores if None.
        progress: told the bytes to read and those read.
        command: what the custody log says this was.

    Raises:
        UsageError: if a path does not exist.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder. Check the spelling; nothing was read.")
    progress = progress or Silent()
    shutil.rmtree(case.work, ignore_errors=True)
    _forget_older_readers(case)
    _sweep(case)
    planner = Planner(case, mailbox, progress, command)
    with Pool(os.cpu_count() or 1 if workers is None else workers) as pool:
        for result in pool.map(planner.units(walk(paths, case.folder))):
            _keep(case, result)
            planner.finished(result.unit)
            progress.advance(result.unit.size)
    planner.close()
    shutil.rmtree(case.work, ignore_errors=True)
    settle(case)


def _forget_older_readers(case: Case) -> None:
    """Read everything again that an older version of a reader has read: its rows would not be ours."""
    now = " ".join(sorted(_versions().values()))
    then = case.journal.note("readers")
    if (
        then
        and {word.rpartition(".")[0]: word for word in then.split()}.items()
        - {word.rpartition(".")[0]: word for word in now.split()}.items()
    ):
        case.journal.reset(STAGE)
    case.journal.set_note("readers", now)


def _sweep(case: Case) -> None:
    """Remove what a killed run left half done: part files that the journal does not know, and temporary files."""
    known = case.journal.part_files()
    for table in ("messages", "attachments", "events", "accesses"):
        folder = case.tables / table
        if folder.is_dir():
            for file in folder.iterdir():
                if (table, file.name) not in known:
                    file.unlink()
    for spill in case.folder.glob(".sql-*"):
        shutil.rmtree(spill, ignore_errors=True)


def _keep(case: Case, result: Result) -> None:
    """Record a unit that is in place."""
    unit = result.unit
    version = _versions()[unit.reader]
    record = UnitRecord(files=result.files, skipped=[_skipped(row) for _, row in result.skipped])
    lost: dict[int, int] = {}
    for number, _ in result.skipped:
        lost[number] = lost.get(number, 0) + 1
    for number, part in enumerate(unit.parts):
        record.done.append((part.evidence_id, f"{version}:{part.key}"))
        record.evidence.append(
            {
                "evidence_id": part.evidence_id,
                "path": part.shown,
                "kind": version.split(":")[0],
                "reader": unit.reader,
                "size_bytes": part.size,
                "records": result.records[number],
                "skipped": lost.get(number, 0),
                "mailbox": part.place.mailbox,
                "mailbox_basis": part.place.basis,
                "folder": part.place.folder,
                "duplicate": 0,
                "grp": part.place.group,
            }
        )
    case.journal.record(STAGE, "", record)


def _skipped(row: Iterable[object]) -> dict[str, object]:
    return dict(zip(("evidence_id", "path", "locator", "reason", "detail"), row, strict=True))


def _versions() -> dict[str, str]:
    from unsealed.read.engine import readers

    return {name: f"{reader.kind}:{name}.{reader.version}" for name, reader in readers().items()}
