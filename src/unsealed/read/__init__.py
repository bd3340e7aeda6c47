"""What have we got? Evidence files to `evidence`, `messages`, `attachments`, `events`, `accesses` and `skipped`."""

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from unsealed.case import Case
from unsealed.errors import UsageError
from unsealed.journal import UnitRecord
from unsealed.progress import Progress, Silent
from unsealed.read import settings
from unsealed.read.engine import Pool, Result
from unsealed.read.intake.walk import show, walk
from unsealed.read.planner import Planner
from unsealed.read.settle import settle

__all__ = ["outdated", "read"]
STAGE = "read"
_SKIPPED = ("evidence_id", "path", "locator", "reason", "detail")


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
    again = _forget_older_readers(case)
    _sweep(case)
    _remember(case, paths, mailbox)
    versions = _versions(case)
    with Pool(os.cpu_count() or 1 if workers is None else workers) as pool:
        for whose, given in [*again, (mailbox, paths)]:
            planner = Planner(case, whose, progress, command, soon=pool.start)
            for result in pool.map(planner.units(walk(given, case.folder))):
                _keep(case, result, versions)
                planner.finished(result.unit)
                progress.advance(result.unit.size)
            planner.close()
    case.journal.set_note("readers", " ".join(sorted(versions.values())))
    shutil.rmtree(case.work, ignore_errors=True)
    _sweep(case)
    settle(case)


def _remember(case: Case, paths: list[Path], mailbox: str | None) -> None:
    """Keep what was given to read, so that a newer version can read it all again."""
    given = json.loads(case.journal.note("given") or "[]")
    fresh = [pair for path in paths if (pair := [mailbox, os.path.abspath(path)]) not in given]  # noqa: PTH100 - links stay
    if fresh:
        case.journal.set_note("given", json.dumps([*given, *fresh]))


def outdated(case: Case) -> bool:
    """Tell whether an older version of a reader read what is in the case, and all of it is still there to be read again."""
    given = json.loads(case.journal.note("given") or "[]")
    return bool(_older(case) and given) and all(os.path.lexists(path) for _, path in given)


def _older(case: Case) -> set[str]:
    """Name the readers that have changed since they read for this case."""
    now, then = _versions(case).values(), (case.journal.note("readers") or "").split()
    return {word.rpartition(".")[0] for word in then} & {word.rpartition(".")[0] for word in now if word not in then}


def _forget_older_readers(case: Case) -> list[tuple[str | None, list[Path]]]:
    """Forget what an older version of a reader has read, and give what is to be read again: its rows are not ours."""
    if not _older(case):
        return []
    case.journal.reset(STAGE)
    again = [(mailbox, Path(path)) for mailbox, path in json.loads(case.journal.note("given") or "[]")]
    gone = [str(path) for _, path in again if not os.path.lexists(path)]
    detail = (
        "read by an older version of unsealed, and no longer there: its rows are gone; bring it back and read it again"
    )
    rows = [dict(zip(_SKIPPED, (None, show(path), "", "evidence_gone", detail), strict=True)) for path in gone]
    case.journal.record(STAGE, "", UnitRecord(skipped=rows))
    return [(mailbox, [path]) for mailbox, path in again if str(path) not in gone]


def _sweep(case: Case) -> None:
    """Remove what a killed run left half done: part files that the journal does not know, and temporary files."""
    known = case.journal.part_files()
    for table in ("messages", "attachments", "events", "accesses"):
        folder = case.tables / table
        if folder.is_dir():
            for file in folder.iterdir():
                if (table, file.name) not in known:
                    file.unlink()
    for pattern in (".sql-*", ".open-*", ".assume-*"):
        for left in case.folder.glob(pattern):
            shutil.rmtree(left, ignore_errors=True)


def _keep(case: Case, result: Result, versions: dict[str, str]) -> None:
    """Record a unit that is in place."""
    unit = result.unit
    version = versions[unit.reader]
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
    """Name the columns; half characters, which a database refuses, stand as `?`."""
    told = [word.encode("utf-8", "replace").decode() if isinstance(word, str) else word for word in row]
    return dict(zip(_SKIPPED, told, strict=True))


def _versions(case: Case) -> dict[str, str]:
    from unsealed.read.engine import readers

    told = settings.load(case)
    return {name: settings.version(reader, told) for name, reader in readers().items()}
