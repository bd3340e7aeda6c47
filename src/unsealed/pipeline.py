"""The stages in order, what each reads and writes, and the whole line from evidence to report.

Stages never call each other; they meet at tables on disk. A stage whose inputs have not changed since its last full
run is not run again.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unsealed.case import ABOUT_ACTIVITY, ABOUT_PERSONS, Case
from unsealed.errors import UsageError
from unsealed.progress import progress
from unsealed.version import __version__

if TYPE_CHECKING:
    from unsealed.warn.duties import Outcome


@dataclass(frozen=True)
class Stage:
    """One stage: its question, the tables it reads and those it writes."""

    name: str
    question: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    decided: tuple[str, ...] = ABOUT_ACTIVITY
    """States of the decisions that it heeds."""
    asked: bool = False
    """Runs only when it is asked for: until then it is not waited for."""


STAGES = (
    Stage("read", "What have we got?", (), ("evidence", "messages", "attachments", "events", "accesses", "skipped")),
    Stage(
        "hunt",
        "When did they get in, when were they out?",
        ("events", "accesses", "messages", "attachments"),
        ("findings", "activity", "coverage", "clocks", "intrusion"),
    ),
    Stage(
        "expose",
        "Which letters did they open?",
        ("activity", "accesses", "events", "messages", "attachments", "coverage", "clocks"),
        ("exposures", "searches", "accounts"),
    ),
    Stage(
        "identify",
        "Whose data was in them?",
        ("exposures", "messages", "attachments", "activity", "findings"),
        ("mentions", "persons", "appearances", "shared_mailboxes"),
        ABOUT_PERSONS,
    ),
    Stage(
        "warn",
        "Who must be told, by when?",
        ("persons", "mentions", "exposures", "intrusion"),
        ("duties",),
        asked=True,
    ),
)
_BY_NAME = {stage.name: stage for stage in STAGES}


def run(
    folder: Path,
    paths: list[Path],
    *,
    indicators: Sequence[Path] = (),
    rules: Sequence[Path] = (),
    allow: Sequence[Path] = (),
    places: Sequence[Path] = (),
    default_rules: bool | None = None,
    mailbox: str | None = None,
    workers: int | None = None,
    quiet: bool = True,
    command: str = "run",
    passwords: Path | None = None,
    mappings: Sequence[Path] = (),
    ocr: bool = False,
) -> dict[str, Any]:
    """Make the case if it is not there, take `paths` in, run every stage, write the report; give the summary.

    What is given for the hunt and for reading is as `keep` and `unsealed.read.settings.keep` say.

    Raises:
        UnsealedError: as its subclasses say; what was done until then stays done.
    """
    from unsealed.report import facts, html

    case = Case.open(folder) if (folder / "case.toml").exists() else Case.create(folder, folder.resolve().name)
    _ = case.config
    with case.lock():
        keep(case, indicators=indicators, rules=rules, allow=allow, places=places, default_rules=default_rules)
        if paths:
            told: dict[str, Any] = {"passwords": passwords, "mappings": mappings, "ocr": ocr}
            read(case, paths, mailbox=mailbox, workers=workers, quiet=quiet, command=command, **told)
        hunt(case)
        expose(case)
        identify(case, workers=workers)
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
    """Hunt with all that the case holds for it; the case is locked by the caller.

    What an older version of a reader has read is read again first: rules ask for columns that it may not have written.
    """
    from unsealed.kept import KINDS, kept
    from unsealed.read import outdated

    if outdated(case):
        read(case, [], command="hunt")

    own = case.journal.note("default_rules") != "off"
    given = {kind: kept(case, kind) for kind in KINDS}

    def stage() -> None:
        from unsealed.hunt import hunt as run_stage

        told = run_stage(
            case,
            given["indicators"],
            rules=given["rules"],
            allowed=given["allow"],
            places=given["places"],
            default_rules=own,
        )
        case.journal.set_note("hunted", json.dumps(asdict(told), default=str))

    _once(case, "hunt", stage, *_hunted_with(case))


def _hunted_with(case: Case) -> list[str]:
    """Name what the hunt depends on beside its tables."""
    from unsealed.kept import KINDS, kept

    names = [f"{kind}/{path.parent.name}" for kind in KINDS for path in kept(case, kind)]
    return [*names, f"default_rules={case.journal.note('default_rules') or 'on'}"]


def expose(case: Case) -> None:
    """Judge every letter; the case is locked by the caller."""

    def stage() -> None:
        from unsealed.expose import expose as run_stage

        run_stage(case)

    _once(case, "expose", stage)


def identify(case: Case, *, everything: bool | None = None, workers: int | None = None, afresh: bool = False) -> Path:
    """Find whose data was in the letters, and write the register; give its path. The case is locked by the caller.

    Args:
        case: the case.
        everything: search letters that nobody has to be told about, too, from now on; as before if None.
        workers: worker processes; as many as there are cores if None.
        afresh: write the register even where nothing changed.
    """
    from unsealed.report import register, words

    if everything is not None:
        case.journal.set_note("identify_everything", "on" if everything else "off")

    def stage() -> None:
        from unsealed.identify import identify as run_stage

        run_stage(case, everything=case.journal.note("identify_everything") == "on", workers=workers)

    ran = _once(case, "identify", stage, *_identified_with(case))
    language = words.language_of(case)
    path = case.out / f"{register.NAME}.xlsx"
    if ran or afresh or not path.exists() or case.journal.note("register") != language:
        path = register.write(case, language)
        case.journal.set_note("register", language)
    return path


def _identified_with(case: Case) -> list[str]:
    """Name what identifying depends on beside its tables."""
    return [f"everything={case.journal.note('identify_everything') or 'off'}"]


def warn(case: Case, *, regulators: Sequence[Path] = (), language: str | None = None) -> "list[Outcome]":
    """Say who must be told, by when; the case is locked by the caller.

    Args:
        case: the case.
        regulators: regimes of a person's own, files or folders; kept in the case.
        language: of the calendar and the forms; the environment's or else the organisation's first if None.

    Raises:
        ConfigError: if a regime or an answer in `case.toml` can't be used.
        UsageError: if nothing is where `regulators` say.
    """
    from unsealed import warn as stage
    from unsealed.kept import keep as keep_one
    from unsealed.report.words import language_of

    stage.check(regulators)
    for path in regulators:
        keep_one(case, stage.KIND, path)
    found = stage.warn(case, language or language_of(case))
    known = _BY_NAME["warn"]
    now = case.fingerprint(known.reads, *_warned_with(case), decided=known.decided)
    case.journal.finish("warn", _rules("warn"), now)
    return found


def _warned_with(case: Case) -> list[str]:
    """Name the regimes that a person gave."""
    from unsealed.kept import kept

    return [f"regulators/{path.parent.name}" for path in kept(case, "regulators")]


def keep(
    case: Case,
    *,
    indicators: Sequence[Path] = (),
    rules: Sequence[Path] = (),
    allow: Sequence[Path] = (),
    places: Sequence[Path] = (),
    default_rules: bool | None = None,
) -> None:
    """Copy what a person gives the hunt into the case, so that every later hunt uses it too.

    Args:
        case: the case, locked by the caller.
        indicators: files, folders or archives of indicators.
        rules: Sigma rules, a file or a folder each.
        allow: lists of what is known to be harmless.
        places: files that tell where addresses are.
        default_rules: whether to use our own rules from now on; as before if None.

    Raises:
        IndicatorError: if one of them can't be read.
        UsageError: if nothing is there, no rule is in what should hold some, or no place.
    """
    from unsealed.kept import keep as keep_one

    given = {"indicators": indicators, "rules": rules, "allow": allow, "places": places}
    for kind, paths in given.items():
        for path in paths:
            if path.exists():
                _usable(kind, path)
            keep_one(case, kind, path)
    if default_rules is not None:
        case.journal.set_note("default_rules", "on" if default_rules else "off")


def _usable(kind: str, path: Path) -> None:
    """Complain about what can't be used before it is copied."""
    if kind == "indicators":
        from unsealed.hunt.indicators import load

        load(path)
    elif kind == "allow":
        from unsealed.hunt.allow import load as load_allowed

        load_allowed(path)
    elif kind == "places":
        from unsealed.hunt.places import check

        check(path)
    elif kind == "rules":
        from unsealed.hunt.sigma import load as load_rules

        if not (loaded := load_rules([path])).rules:
            why = f": {loaded.unusable[0].source}: {loaded.unusable[0].reason}" if loaded.unusable else ""
            raise UsageError(f"{path}: no Sigma rule that can be used is in there{why}.")


def events_of(case: Case, subject: str) -> list[str]:
    """Give the events that a session or an event id stands for now, as `decide` takes it; nothing where there is none."""
    from unsealed.query import engine

    with engine(case) as db:
        rows = db.rows(
            "SELECT event_id FROM activity WHERE session = ? OR event_id = ? UNION "
            "SELECT event_id FROM events WHERE event_id = ? OR session_id = ? ORDER BY 1",
            [subject] * 4,
        )
    return [row["event_id"] for row in rows]


def _once(case: Case, name: str, stage: Callable[[], None], *more: str) -> bool:
    """Run a stage unless its inputs, rules and outputs are those of its last full run; tell whether it was run."""
    known, version = _BY_NAME[name], _rules(name)
    now = case.fingerprint(known.reads, *more, decided=known.decided)
    last = case.journal.stage(name)
    if last and last[:2] == (version, now) and all(case.parts(table) for table in known.writes):
        return False
    stage()
    case.journal.finish(name, version, now)
    return True


def _rules(stage: str) -> str:
    """Tell the rules of a stage by a hash of its own source: other rules, another answer."""
    digest = hashlib.sha256(__version__.encode())
    for file in sorted(Path(__file__).parent.joinpath(stage).rglob("*")):
        if file.suffix in {".py", ".yml", ".toml"}:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _nothing(_case: Case) -> list[str]:
    return []


_WITH = {"hunt": _hunted_with, "identify": _identified_with, "warn": _warned_with}
"""What a stage depends on beside its tables."""


def due(case: Case) -> list[str]:
    """Name the stages that would have something to do now."""
    from unsealed.read import outdated

    waiting = ["read"] if outdated(case) else []
    for stage in STAGES[1:]:
        last = case.journal.stage(stage.name)
        if stage.asked and not last:
            continue
        now = case.fingerprint(stage.reads, *_WITH.get(stage.name, _nothing)(case), decided=stage.decided)
        if waiting or not last or last[:2] != (_rules(stage.name), now):
            waiting.append(stage.name)
    return waiting
