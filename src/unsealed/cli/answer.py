"""The commands that answer: how a case stands, its tables, its report, what this machine lacks."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from unsealed.cli.base import CASE, DONE, FAILED, PATHS, SKIPPED, Output, command, skipped_lines
from unsealed.errors import UsageError
from unsealed.i18n import _

if TYPE_CHECKING:
    from unsealed.case import Case


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
    lines = [*terminal.summary(known), *skipped_lines(known["skipped"])[:6]]
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
@click.option(
    "--reveal",
    is_flag=True,
    help=_("Of mentions: the values themselves, out of the evidence; kept in the custody log."),
)
def table(
    case: Path,
    name: str,
    form: str | None,
    where: str | None,
    limit: int | None,
    path: Path | None,
    reveal: bool,
    out: Output,
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
    if reveal and name != "mentions":
        raise UsageError(_("--reveal is for the table mentions: other tables hide nothing."))
    sql = sheets.query(name, where, limit, reveal=reveal)
    if reveal:
        sheets.announce(opened, sql, where)
    if path:
        rows = sheets.to_file(opened, sql, form, path)
        out.talk(_("{rows:,} rows in {path}").format(rows=rows, path=path))
    elif form in sheets.BINARY and sys.stdout.isatty():
        raise UsageError(f"{form} is no text for a terminal: add --out FILE.")
    else:
        sheets.write(opened, sql, form, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    return DONE


@command(
    name="why",
    help=_("Prove one letter's verdict: every ground down to the byte, and what would change it."),
)
@CASE
@click.argument("message")
@click.option(
    "--verify/--no-verify", default=True, help=_("Hash each file again before it is believed; or say that it was not.")
)
@click.option(
    "--evidence",
    "elsewhere",
    multiple=True,
    type=PATHS,
    help=_("A folder to look in for files that no longer lie where they lay; may be repeated."),
)
@click.option(
    "--recompute", is_flag=True, help=_("Run hunt and verdicts again for each session that might be rejected.")
)
def why(case: Path, message: str, verify: bool, elsewhere: tuple[Path, ...], recompute: bool, out: Output) -> int:
    """Prove a verdict. MESSAGE is our message_id, the beginning of one, or an Internet Message-ID."""
    from unsealed import pipeline, whatif
    from unsealed.case import Case
    from unsealed.query import engine
    from unsealed.report import proof, proof_changes, proof_lines

    opened = Case.open(case)
    due = pipeline.due(opened)
    with engine(opened) as db:
        rows = proof.find(db, message)
        found = proof.proofs(opened, db, rows)
        for one in found:
            proof_changes.via(db, one)
            one["changes"] = proof_changes.changes(one)
    if recompute:
        with opened.lock():
            whatif.recompute(opened, rows, found)
    places = [place for one in found for place in proof.places(one)]
    whole = _open(opened, places, elsewhere, verify=verify, quiet=out.quiet or out.as_json)
    if due:
        out.talk(_("To be run again, since something changed: {stages}").format(stages=", ".join(due)))
    document = {"asked": message, "verified": verify, "due": due, "copies": len(rows), "letters": found}
    out.answer(proof.as_json(document), proof_lines.lines(document, str(case)))
    return DONE if whole else SKIPPED


def _open(
    case: "Case", places: list[dict[str, Any]], elsewhere: tuple[Path, ...], *, verify: bool, quiet: bool
) -> bool:
    """Open the evidence at each place, and add to it what stands there; tell whether all of it could be."""
    from dataclasses import asdict

    from unsealed.progress import progress
    from unsealed.read.locate import Opener, Wanted

    wanted = [Wanted(place["evidence_id"], place["locator"], place["marks"]) for place in places]
    with (
        progress(_("Hashing"), quiet=quiet) as bar,
        Opener(case, elsewhere, verify=verify, progress=bar) as opener,
    ):
        found = opener.open(wanted)
    for place, one in zip(places, wanted, strict=True):
        place["opened"] = asdict(found[one])
    return all(record.state == "found" for record in found.values())


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


@command(name="timeline", help=_("Write the time line as JSON lines that Timesketch reads."))
@CASE
@click.option("--out", "path", type=PATHS, help=_("Where to; out/timeline.jsonl in the case if not given."))
@click.option("--all", "every", is_flag=True, help=_("Every log record, not only those with findings."))
def timeline(case: Path, path: Path | None, every: bool, out: Output) -> int:
    """Write the time line."""
    from unsealed.case import Case
    from unsealed.report import timeline as lines

    opened = Case.open(case)
    path = path or opened.out / "timeline.jsonl"
    rows = lines.write(opened, path, every=every)
    out.answer({"timeline": str(path), "lines": rows}, [_("{rows:,} rows in {path}").format(rows=rows, path=path)])
    return DONE


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
