"""The commands, one function each: words in, tables and files out, an exit code that says how it went."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from unsealed.errors import UnsealedError, UsageError
from unsealed.i18n import _
from unsealed.version import __version__

DONE, FAILED, USAGE, SKIPPED = 0, 1, 2, 3
"""Exit codes; 4, the case is locked, comes with its error."""
CASE = click.argument("case", type=click.Path(path_type=Path))
PATHS = click.Path(path_type=Path)


class Output:
    """Where a command speaks: one JSON document on standard output, or plain lines; talk goes to standard error."""

    def __init__(self, as_json: bool, quiet: bool) -> None:
        self.as_json, self.quiet = as_json, quiet

    def answer(self, document: dict[str, Any], lines: list[str]) -> None:
        """Give the command's answer."""
        if self.as_json:
            click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))
        elif not self.quiet:
            for line in lines:
                click.echo(line)

    def talk(self, line: str) -> None:
        """Say something by the way."""
        if not self.quiet:
            click.echo(line, err=True)


def command(**options: Any) -> Callable[[Callable[..., int | None]], click.Command]:  # noqa: ANN401 - click's own options
    """Make a command with `--json` and `--quiet`, whose errors become a sentence and an exit code."""

    def decorate(function: Callable[..., int | None]) -> click.Command:
        @wraps(function)
        def run(*, as_json: bool, quiet: bool, **arguments: Any) -> None:  # noqa: ANN401 - click hands over what was declared
            out = Output(as_json, quiet)
            try:
                code = function(out=out, **arguments)
            except UnsealedError as error:
                if as_json:
                    click.echo(json.dumps({"error": str(error), "kind": type(error).__name__, "exit": error.exit_code}))
                click.echo(f"unsealed: {error}", err=True)
                code = error.exit_code
            except KeyboardInterrupt:
                click.echo(_("unsealed: stopped. Nothing is lost: the same command carries on."), err=True)
                code = 130
            except BrokenPipeError:
                sys.stderr.close()
                code = DONE
            sys.exit(code or DONE)

        run = click.option("--json", "as_json", is_flag=True, help=_("One JSON document on standard output."))(run)
        run = click.option("--quiet", is_flag=True, help=_("Say nothing but errors."))(run)
        return main.command(**options)(run)

    return decorate


def reading(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Add the options of every command that reads evidence."""
    for option in (
        click.option("--ocr", is_flag=True, help=_("Read the words in images too, where tesseract is installed.")),
        click.option(
            "--mapping",
            "mappings",
            multiple=True,
            type=PATHS,
            help=_("How to read a log of another kind (TOML); kept in the case."),
        ),
        click.option(
            "--passwords", type=PATHS, help=_("Passwords to try on what is encrypted, one a line; kept in the case.")
        ),
        click.option(
            "--workers", type=click.IntRange(0, 256), help=_("Processes to read with; all cores if not given.")
        ),
        click.option("--mailbox", help=_("Whose mailbox this is, where neither names nor headers tell.")),
    ):
        function = option(function)
    return function


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=_("After a mail breach: which letters were opened, with the evidence behind every answer."),
    epilog=_("Start with: unsealed demo. Then: unsealed run CASE PATH --indicators FILE"),
)
@click.version_option(__version__, prog_name="unsealed")
def main() -> None:
    """Be the group that all commands hang on."""


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
        f"  unsealed run {case} PATH --indicators FILE",
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
            _("Nothing to read. Name files or folders: {command}").format(command=f"unsealed read {case} PATH")
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
    known = facts.facts(opened)
    document = {"evidence": known["evidence"], "skipped": known["skipped"], "next": known["next"]}
    evidence = known["evidence"]
    lines = [
        _("{messages:,} messages ({letters:,} letters), {events:,} log records, from {files:,} files").format(
            **evidence
        )
    ]
    lines += _skipped_lines(known["skipped"])
    lines.append(_("Then type: {command}").format(command=f"unsealed run {case} --indicators FILE"))
    out.answer(document, lines)
    return SKIPPED if known["skipped"]["places"] else DONE


@command(name="hunt", help=_("Find the intruder's activity in what was read."))
@CASE
@click.option(
    "--indicators", multiple=True, type=PATHS, help=_("Text, CSV or JSON lines; may be repeated; kept in the case.")
)
def hunt(case: Path, indicators: tuple[Path, ...], out: Output) -> int:
    """Hunt."""
    from unsealed import pipeline
    from unsealed.case import Case
    from unsealed.report import facts, words

    opened = Case.open(case)
    with opened.lock():
        pipeline.keep_indicators(opened, list(indicators))
        pipeline.hunt(opened)
    known = facts.facts(opened)
    _unusable(known, out)
    document = {key: known[key] for key in ("intrusion", "activity", "dark", "hunted", "next")}
    lines = [*words.sentences(known, _)[:1], *_sessions(known["activity"]["sessions"])]
    lines.append(_("Then type: {command}").format(command=f"unsealed expose {case}"))
    out.answer(document, lines)
    return DONE


@command(name="expose", help=_("Judge every letter: was it opened?"))
@CASE
def expose(case: Path, out: Output) -> int:
    """Judge."""
    from unsealed import pipeline
    from unsealed.case import Case
    from unsealed.report import facts, terminal

    opened = Case.open(case)
    with opened.lock():
        pipeline.expose(opened)
    known = facts.facts(opened)
    out.answer({key: known[key] for key in ("verdicts", "letters", "mailboxes", "next")}, terminal.summary(known))
    return DONE


@command(name="run", help=_("Everything: make the case if it is not there, read PATHs, hunt, expose, report."))
@CASE
@click.argument("paths", nargs=-1, type=PATHS)
@click.option(
    "--indicators", multiple=True, type=PATHS, help=_("Text, CSV or JSON lines; may be repeated; kept in the case.")
)
@reading
def run(
    case: Path,
    paths: tuple[Path, ...],
    indicators: tuple[Path, ...],
    out: Output,
    **how: Any,  # noqa: ANN401 - `reading` declares them
) -> int:
    """Run the whole line."""
    from unsealed import pipeline
    from unsealed.report import terminal

    known = pipeline.run(case, list(paths), indicators=list(indicators), quiet=out.quiet or out.as_json, **how)
    _unusable(known, out)
    code = SKIPPED if known["skipped"]["places"] else DONE
    out.answer({**known, "exit": code}, terminal.summary(known))
    return code


@command(
    name="decide", help=_("Confirm or reject activity, by session or event; kept for good, counted at the next run.")
)
@CASE
@click.argument("state", type=click.Choice(["confirm", "reject"]))
@click.argument("subjects", nargs=-1, required=True, metavar="SESSION_OR_EVENT...")
def decide(case: Path, state: str, subjects: tuple[str, ...], out: Output) -> int:
    """Keep a person's decision."""
    from unsealed.case import Case
    from unsealed.query import engine

    opened = Case.open(case)
    with opened.lock():
        with engine(opened) as db:
            found: dict[str, list[str]] = {}
            for subject in subjects:
                rows = db.rows(
                    "SELECT event_id FROM activity WHERE session = ? OR event_id = ? UNION "
                    "SELECT event_id FROM events WHERE event_id = ? OR session_id = ? ORDER BY 1",
                    [subject] * 4,
                )
                if not rows:
                    raise UsageError(
                        f"{subject}: no such session or event. `unsealed table {case} activity` lists them."
                    )
                found[subject] = [row["event_id"] for row in rows]
        opened.decide("confirmed" if state == "confirm" else "rejected", found)
    events = sum(len(ids) for ids in found.values())
    lines = [
        _("Kept: {n:,} events. They count from the next run on: {command}").format(
            n=events, command=f"unsealed run {case}"
        )
    ]
    out.answer({"decided": state, "subjects": {key: len(ids) for key, ids in found.items()}}, lines)
    return DONE


@command(name="status", help=_("What is in, what is done, what was skipped, what to do next."))
@CASE
@click.option(
    "--verify", is_flag=True, help=_("Prove the custody log, and hash again the evidence that still lies where it lay.")
)
def status(case: Path, verify: bool, out: Output) -> int:
    """Tell how a case stands."""
    from unsealed import pipeline
    from unsealed.case import Case
    from unsealed.report import facts, terminal

    opened = Case.open(case)
    known = facts.facts(opened)
    known["due"] = pipeline.due(opened) if known["evidence"]["files"] else []
    lines = [*terminal.summary(known), *_skipped_lines(known["skipped"])[:6]]
    if known["due"]:
        lines.append(_("To be run again, since something changed: {stages}").format(stages=", ".join(known["due"])))
    code = DONE
    if verify:
        checked, files = opened.verify(), opened.verify_evidence()
        known["custody"] = {
            "lines": checked.lines,
            "head": checked.head,
            "broken_at": checked.broken_at,
            "why": checked.why,
            **{name: len(paths) for name, paths in files.items()},
            "changed_paths": files["changed"],
        }
        code = FAILED if checked.broken_at or files["changed"] else DONE
        lines += _custody_lines(known["custody"])
    out.answer(known, lines)
    return code


def _custody_lines(custody: dict[str, Any]) -> list[str]:
    lines = [
        _("Custody log: {lines:,} lines, chain whole, head {head}").format(**custody)
        if not custody["broken_at"]
        else _("Custody log: BROKEN at line {broken_at}: {why}").format(**custody)
    ]
    lines.append(
        _("Evidence files: {same:,} unchanged, {changed:,} changed, {gone:,} no longer there").format(**custody)
    )
    return lines + [_("CHANGED: {path}").format(path=path) for path in custody["changed_paths"][:10]]


@command(name="table", help=_("Give a table's rows, for people and other programs."))
@CASE
@click.argument("name")
@click.option(
    "--format", "form", type=click.Choice(["csv", "json", "jsonl", "parquet", "xlsx"]), help=_("csv if not given.")
)
@click.option("--where", metavar="SQL", help=_("A condition, such as: verdict = 'accessed'"))
@click.option("--limit", type=click.IntRange(0), help=_("So many rows at most."))
@click.option("--out", "path", type=PATHS, help=_("A file instead of standard output."))
def table(
    case: Path, name: str, form: str | None, where: str | None, limit: int | None, path: Path | None, out: Output
) -> int:
    """Give a table."""
    from unsealed.case import Case
    from unsealed.report import sheets

    opened = Case.open(case)
    form = form or (
        "json"
        if out.as_json
        else path.suffix.lstrip(".")
        if path and path.suffix.lstrip(".") in sheets.FORMATS
        else "csv"
    )
    sql = sheets.query(name, where, limit)
    if path:
        rows = sheets.to_file(opened, sql, form, path)
        out.talk(_("{rows:,} rows in {path}").format(rows=rows, path=path))
    elif form in sheets.BINARY and sys.stdout.isatty():
        raise UsageError(f"{form} is no text for a terminal: add --out FILE.")
    else:
        sheets.write(opened, sql, form, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    return DONE


@command(name="report", help=_("Write the report: one HTML file that opens from disk."))
@CASE
@click.option("--out", "path", type=PATHS, help=_("Where to; out/report.html in the case if not given."))
@click.option("--lang", "language", type=click.Choice(["en", "ja"]), help=_("Its language."))
def report(case: Path, path: Path | None, language: str | None, out: Output) -> int:
    """Write the report."""
    from unsealed.case import Case
    from unsealed.report import html

    written = html.write(Case.open(case), path, language)
    out.answer({"report": str(written)}, [_("Look first at {report}").format(report=written)])
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


@command(name="doctor", help=_("Say what this machine has and lacks for the work."))
def doctor(out: Output) -> int:
    """Look at the machine."""
    from unsealed.report import doctor as checks

    found = checks.examine()
    lines = [
        f"{'✓' if row['ok'] else '✗'} {row['what']}: {row['found']}" + ("" if row["ok"] else f". {row['mend']}")
        for row in found
    ]
    out.answer({"checks": found}, lines)
    return DONE if all(row["ok"] or row["optional"] for row in found) else FAILED


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


def _skipped_lines(skipped: dict[str, Any]) -> list[str]:
    if not skipped["places"]:
        return []
    lines = [_("Not read: {n:,} places").format(n=skipped["places"])]
    return lines + [
        f"  {row['places']:>6,}  {row['reason']}: {row['detail']} ({row['examples'][0]})"
        for row in skipped["reasons"][:8]
    ]


def _sessions(sessions: list[dict[str, Any]]) -> list[str]:
    lines = []
    for row in sorted(sessions, key=lambda row: -row["events"])[:12]:
        users = ", ".join(filter(None, row["users"] or []))[:50]
        lines.append(
            f"  {row['session']}  {row['state']}  {row['events']:>5,}  {row['first'][:16]}  {users}  {row['reason'][:60]}"
        )
    return lines


def _unusable(known: dict[str, Any], out: Output) -> None:
    for row in known["hunted"]["unusable"][:5]:
        out.talk(_("Indicator not used: {source}: {reason}").format(source=row["source"], reason=row["reason"]))
    rest = len(known["hunted"]["unusable"]) - 5
    if rest > 0:
        out.talk(_("… and {n:,} more indicators not used").format(n=rest))
