"""The commands that work: make a case, take evidence in, hunt, judge, decide, all of it in one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from unsealed.cli.base import CASE, DONE, FAILED, PATHS, SKIPPED, Output, command, hunting, reading, skipped_lines
from unsealed.errors import UsageError
from unsealed.i18n import _
from unsealed.report.plain import typed

if TYPE_CHECKING:
    from unsealed.case import Case


@command(name="new", help=_("Make a case folder."))
@CASE
@click.option("--name", help=_("The organisation's name; the folder's name if not given."))
@click.option("--domain", "domains", multiple=True, help=_("One of our own mail domains; may be repeated."))
@click.option(
    "--timezone", default="UTC", show_default=True, help=_("Of sources that name no zone, such as Asia/Tokyo.")
)
def new(case: Path, name: str | None, domains: tuple[str, ...], timezone: str, out: Output) -> int:
    """Make a case folder."""
    from unsealed.case import Case

    made = Case.create(case, name or case.resolve().name, domains, timezone)
    lines = [
        _("Made {case}. Say in {toml} what you know, then:").format(case=case, toml=case / "case.toml"),
        "  " + typed("run", case, "PATH", "--indicators", "FILE"),
    ]
    out.answer({"case": str(case), "name": made.config.name}, lines)
    return DONE


@command(
    name="read",
    help=_("Take in files, folders, archives, or a mailbox over IMAP; kinds are recognised by content."),
)
@CASE
@click.argument("paths", nargs=-1, metavar="PATH|imaps://USER@HOST...")
@click.option(
    "--explain", is_flag=True, help=_("Say what each PATH is taken for and why; needs no case, and writes nothing.")
)
@click.option(
    "--password-file",
    type=PATHS,
    help=_("The mailbox's password, in the first line of a file; asked for if not given."),
)
@click.option(
    "--ca-file", type=PATHS, help=_("Whose certificates of mail servers to trust besides the system's (PEM).")
)
@reading
def read(
    case: Path,
    paths: tuple[str, ...],
    explain: bool,
    password_file: Path | None,
    ca_file: Path | None,
    out: Output,
    **how: Any,  # noqa: ANN401 - `reading` declares them
) -> int:
    """Take evidence in."""
    from unsealed import pipeline
    from unsealed.case import Case
    from unsealed.read import explain as explained
    from unsealed.report import facts

    if explain:
        found = explained.explain([case, *map(Path, paths)], mailbox=how["mailbox"])
        out.answer({"files": found}, explained.lines(found))
        return DONE
    if not paths:
        raise UsageError(
            _("Nothing to read. Name files or folders: {command}").format(command=typed("read", case, "PATH"))
        )
    opened, quiet = Case.open(case), out.quiet or out.as_json
    with opened.lock():
        given = [
            pipeline.fetch(opened, word, _password(word, password_file), ca_file=ca_file, quiet=quiet)
            if "://" in word
            else Path(word)
            for word in paths
        ]
        pipeline.read(opened, given, quiet=quiet, **how)
    known = facts.taken_in(opened)
    lines = [
        _("{messages:,} messages ({letters:,} letters), {events:,} log records, from {files:,} files").format(
            **known["evidence"]
        )
    ]
    lines += skipped_lines(known["skipped"])
    lines.append(_("Then type: {command}").format(command=typed("run", case, "--indicators", "FILE")))
    out.answer(known, lines)
    return SKIPPED if known["skipped"]["places"] else DONE


@command(name="hunt", help=_("Find the intruder's activity in what was read."))
@CASE
@hunting
def hunt(case: Path, out: Output, **given: Any) -> int:  # noqa: ANN401 - `hunting` declares them
    """Hunt."""
    from unsealed import pipeline
    from unsealed.case import Case
    from unsealed.report import facts, hunting

    opened = Case.open(case)
    with opened.lock():
        pipeline.keep(opened, **given)
        pipeline.hunt(opened)
    known = facts.facts(opened)
    _unusable(known, out)
    found = hunting.findings(opened)
    document = {key: known[key] for key in ("intrusion", "activity", "dark", "hunted", "next")} | {"findings": found}
    out.answer(document, hunting.summary(known, found))
    return DONE


@command(name="expose", help=_("Judge every letter: was it opened?"))
@CASE
@click.option(
    "--assume",
    type=PATHS,
    metavar="FILE",
    help=_("Judge under other assumptions (TOML), print what would differ, and change nothing in the case."),
)
def expose(case: Path, assume: Path | None, out: Output) -> int:
    """Judge."""
    from unsealed import pipeline
    from unsealed.case import Case
    from unsealed.report import facts, terminal

    opened = Case.open(case)
    if assume:
        return _assume(opened, assume, out)
    with opened.lock():
        pipeline.expose(opened)
    known = facts.facts(opened)
    out.answer({key: known[key] for key in ("verdicts", "letters", "mailboxes", "next")}, terminal.summary(known))
    return DONE


def _assume(case: "Case", file: Path, out: Output) -> int:
    """Judge on assumptions, beside the case."""
    from unsealed import whatif
    from unsealed.report import whatif_lines

    with case.lock():
        found = whatif.answer(case, file)
    out.answer(found, whatif_lines.lines(found))
    return DONE


@command(
    name="run", help=_("Everything: make the case if it is not there, read PATHs, hunt, expose, identify, report.")
)
@CASE
@click.argument("paths", nargs=-1, type=PATHS)
@hunting
@reading
def run(
    case: Path,
    paths: tuple[Path, ...],
    out: Output,
    **how: Any,  # noqa: ANN401 - `hunting` and `reading` declare them
) -> int:
    """Run the whole line."""
    from unsealed import pipeline
    from unsealed.report import terminal

    known = pipeline.run(case, list(paths), quiet=out.quiet or out.as_json, **how)
    _unusable(known, out)
    code = SKIPPED if known["skipped"]["places"] else DONE
    out.answer({**known, "exit": code}, terminal.summary(known))
    return code


@command(
    name="decide",
    help=_(
        "Confirm or reject activity, by session or event; merge persons who are one, or split addresses or names off a person."
        " Kept for good, counted at the next run."
    ),
)
@CASE
@click.argument("state", type=click.Choice(["confirm", "reject", "merge", "split"]))
@click.argument("subjects", nargs=-1, required=True, metavar="SESSION_OR_EVENT...|PERSON...")
def decide(case: Path, state: str, subjects: tuple[str, ...], out: Output) -> int:
    """Keep a person's decision."""
    from unsealed import pipeline
    from unsealed.case import Case

    opened = Case.open(case)
    if state in {"merge", "split"}:
        return _decide_persons(opened, state, subjects, out)
    with opened.lock():
        found = {subject: pipeline.events_of(opened, subject) for subject in subjects}
        for subject, events in found.items():
            if not events:
                raise UsageError(
                    f"{subject}: no such session or event. `{typed('table', case, 'activity')}` lists them."
                )
        opened.decide("confirmed" if state == "confirm" else "rejected", found)
    count = sum(len(ids) for ids in found.values())
    lines = [
        _("Kept: {n:,} events. They count from the next run on: {command}").format(n=count, command=typed("run", case))
    ]
    out.answer({"decided": state, "subjects": {key: len(ids) for key, ids in found.items()}}, lines)
    return DONE


def _decide_persons(case: "Case", state: str, subjects: tuple[str, ...], out: Output) -> int:
    """Keep that persons are one, or that addresses or names are not a person's."""
    from unsealed.identify.persons import decide as persons
    from unsealed.query import engine

    with engine(case) as db:
        people = db.rows("SELECT person_id, names, addresses FROM persons")
    with case.lock():
        kept = (persons.merge if state == "merge" else persons.split)(case, people, subjects)
    again = typed("run", case)
    line = (
        _("Kept: {n:,} persons are one. It counts from the next run on: {command}").format(n=len(kept), command=again)
        if state == "merge"
        else _("Kept: {n:,} addresses or names are somebody else's. It counts from the next run on: {command}").format(
            n=len(kept), command=again
        )
    )
    out.answer({"decided": state, "subjects": kept}, [line])
    return DONE


@command(name="demo", help=_("Make an invented breach in DIR and run the whole line on it."))
@click.argument("folder", default="demo-case", type=PATHS, metavar="[DIR]")
@click.option("--workers", type=click.IntRange(0, 256), help=_("Processes to read with; all cores if not given."))
def demo(folder: Path, workers: int | None, out: Output) -> int:
    """Show the product on an invented breach."""
    from unsealed.demo import grade
    from unsealed.report import terminal

    out.talk(_("Making an invented breach in {folder} …").format(folder=folder))
    result = grade.run(folder, workers=workers, quiet=out.quiet or out.as_json)
    code = DONE if result["grade"]["found"] == result["grade"]["planted"] else FAILED
    out.answer(result, [*terminal.summary(result), "", *grade.lines(result["grade"])])
    return code


def _password(address: str, file: Path | None) -> str:
    """Have a mailbox's password: from a file, else from the person; it is kept nowhere."""
    from unsealed.read.imap import Server

    whose = Server.parse(address).address
    if file is None:
        return str(click.prompt(_("Password of {mailbox}").format(mailbox=whose), hide_input=True, err=True))
    try:
        return file.read_text(encoding="utf-8-sig").split("\n", maxsplit=1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: the password can't be read: {error}.") from error


def _unusable(known: dict[str, Any], out: Output) -> None:
    for row in known["hunted"]["unusable"][:5]:
        out.talk(_("Indicator not used: {source}: {reason}").format(source=row["source"], reason=row["reason"]))
    rest = known["hunted"]["unusable_count"] - 5
    if rest > 0:
        out.talk(_("… and {n:,} more indicators not used").format(n=rest))
