"""The stages in order, what each reads and writes, and the whole line from evidence to report.

Stages never call each other; they meet at tables on disk. A stage whose inputs have not changed since its last full
run is not run again.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from unsealed.case import Case
from unsealed.custody import sha256_file
from unsealed.errors import IndicatorError
from unsealed.progress import progress
from unsealed.version import __version__


@dataclass(frozen=True)
class Stage:
    """One stage: its question, the tables it reads and those it writes."""

    name: str
    question: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


STAGES = (
    Stage("read", "What have we got?", (), ("evidence", "messages", "attachments", "events", "accesses", "skipped")),
    Stage(
        "hunt",
        "When did they get in, when were they out?",
        ("events", "accesses", "messages", "attachments"),
        ("findings", "activity", "coverage", "intrusion"),
    ),
    Stage(
        "expose",
        "Which letters did they open?",
        ("activity", "accesses", "events", "messages", "coverage"),
        ("exposures",),
    ),
)
_BY_NAME = {stage.name: stage for stage in STAGES}


def run(
    folder: Path,
    paths: list[Path],
    *,
    indicators: list[Path] | None = None,
    mailbox: str | None = None,
    workers: int | None = None,
    quiet: bool = True,
    command: str = "run",
    passwords: Path | None = None,
    mappings: Sequence[Path] = (),
    ocr: bool = False,
) -> dict[str, Any]:
    """Make the case if it is not there, take `paths` in, run every stage, write the report; give the summary.

    Raises:
        UnsealedError: as its subclasses say; what was done until then stays done.
    """
    from unsealed.report import facts, html

    case = Case.open(folder) if (folder / "case.toml").exists() else Case.create(folder, folder.resolve().name)
    _ = case.config
    with case.lock():
        keep_indicators(case, indicators or [])
        if paths:
            told: dict[str, Any] = {"passwords": passwords, "mappings": mappings, "ocr": ocr}
            read(case, paths, mailbox=mailbox, workers=workers, quiet=quiet, command=command, **told)
        hunt(case)
        expose(case)
        report = html.write(case)
    return {**facts.facts(case), "report": str(report)}


def read(
    case: Case,
    paths: list[Path],
    *,
    mailbox: str | None = None,
    workers: int | None = None,
    quiet: bool = True,
    command: str = "read",
    passwords: Path | None = None,
    mappings: Sequence[Path] = (),
    ocr: bool = False,
) -> None:
    """Take evidence in and read it; the case is locked by the caller."""
    from unsealed.read import read as stage
    from unsealed.read import settings

    settings.keep(case, passwords=passwords, mappings=mappings, ocr=ocr)
    with progress("Reading", quiet=quiet) as bar:
        stage(case, paths, mailbox=mailbox, workers=workers, progress=bar, command=command)


def fetch(case: Case, address: str, password: str, *, ca_file: Path | None = None, quiet: bool = True) -> Path:
    """Fetch a mailbox over IMAP into the case, changing nothing there; give what is then to be read.

    Raises:
        UsageError: if the server can't be reached or does not let us in.
    """
    from unsealed.read.imap import Server
    from unsealed.read.imap import fetch as run_fetch

    with progress("Fetching", quiet=quiet) as bar:
        return run_fetch(case, Server.parse(address), password, ca_file=ca_file, progress=bar)


def hunt(case: Case) -> None:
    """Hunt with every indicator file that the case holds; the case is locked by the caller."""
    files = _indicator_files(case)

    def stage() -> None:
        from unsealed.hunt import hunt as run_stage

        case.journal.set_note("hunted", json.dumps(asdict(run_stage(case, files))))

    _once(case, "hunt", stage, *(file.parent.name for file in files))


def expose(case: Case) -> None:
    """Judge every letter; the case is locked by the caller."""

    def stage() -> None:
        from unsealed.expose import expose as run_stage

        run_stage(case)

    _once(case, "expose", stage)


def keep_indicators(case: Case, files: list[Path]) -> None:
    """Copy indicator files into the case, so that every later hunt uses them too; each is logged in custody once.

    Raises:
        IndicatorError: if a file can't be read.
    """
    for file in files:
        if not file.is_file():
            raise IndicatorError(f"{file}: no such file. Check the path given with --indicators.")
        digest = sha256_file(file)
        folder = case.folder / "indicators" / digest[:16]
        if any(folder.glob("[!.]*")):
            continue
        _usable(file)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / ".copy.tmp")
        case.log({"action": "indicators", "evidence_id": digest, "path": str(file), "size": file.stat().st_size})
        (folder / ".copy.tmp").replace(folder / (re.sub(r"[^\w.-]", "_", file.name).lstrip(".") or "indicators"))


def _indicator_files(case: Case) -> list[Path]:
    """Give the indicator files that the case holds; a copy that was cut short is none."""
    return sorted((case.folder / "indicators").glob("*/[!.]*"))


def _usable(file: Path) -> None:
    from unsealed.hunt.indicators import load

    load(file)


def _once(case: Case, name: str, stage: Callable[[], None], *more: str) -> None:
    """Run a stage unless its inputs, rules and outputs are those of its last full run."""
    known, version = _BY_NAME[name], _rules(name)
    now = case.fingerprint(known.reads, *more)
    last = case.journal.stage(name)
    if last and last[:2] == (version, now) and all(case.parts(table) for table in known.writes):
        return
    stage()
    case.journal.finish(name, version, now)


def _rules(stage: str) -> str:
    """Tell the rules of a stage by a hash of its own source: other rules, another answer."""
    digest = hashlib.sha256(__version__.encode())
    for file in sorted(Path(__file__).parent.joinpath(stage).rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def due(case: Case) -> list[str]:
    """Name the stages that would have something to do now."""
    waiting: list[str] = []
    for stage in STAGES[1:]:
        last = case.journal.stage(stage.name)
        files = _indicator_files(case) if stage.name == "hunt" else []
        now = case.fingerprint(stage.reads, *(file.parent.name for file in files))
        if waiting or not last or last[:2] != (_rules(stage.name), now):
            waiting.append(stage.name)
    return waiting
