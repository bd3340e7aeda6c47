"""The command that warns: who must be told, by when."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from unsealed.cli.base import CASE, DONE, PATHS, Output, command
from unsealed.i18n import _, current_language
from unsealed.report.plain import plain

if TYPE_CHECKING:
    from unsealed.warn.duties import Outcome

MARKS = {"yes": "●", "unknown": "?", "no": "–"}
WIDTH = 110


@command(
    name="warn", help=_("Say who must be told, by when: each law's duties, their dates, and what is missing to tell.")
)
@CASE
@click.option(
    "--regulators",
    multiple=True,
    type=PATHS,
    help=_("Regimes of your own (TOML), a file or a folder; kept in the case."),
)
@click.option("--all", "every", is_flag=True, help=_("List duties that are not due, too."))
@click.option("--lang", "language", type=click.Choice(["en", "ja"]), help=_("Language of the calendar and the forms."))
def warn(case: Path, regulators: tuple[Path, ...], every: bool, language: str | None, out: Output) -> int:
    """Warn."""
    from unsealed import pipeline
    from unsealed.case import Case
    from unsealed.query import engine

    opened = Case.open(case)
    with opened.lock():
        found = pipeline.warn(opened, regulators=regulators, language=language)
    with engine(opened) as db:
        rows = db.rows("SELECT * FROM duties")
    files = {"calendar": str(opened.out / "duties.ics"), "forms": str(opened.out / "forms")}
    out.answer({"duties": plain(rows), **files}, [*_lines(found, every=every), *_last(found, files, every=every)])
    return DONE


def _lines(found: "list[Outcome]", *, every: bool) -> list[str]:
    """Give the duties as a table: due, perhaps due, and if asked for not due; those with the nearest date first."""
    from rich.console import Console
    from rich.table import Table

    rows = [one for one in found if one.state != "no" or every]
    if not rows:
        return []
    table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 1, 0))
    table.add_column("")
    for head, ratio in ((_("duty"), 3), (_("by when"), 4), (_("why"), 5)):
        table.add_column(head, overflow="fold", ratio=ratio)
    order = list(MARKS)
    groups: dict[tuple[str, ...], list[Outcome]] = {}
    for one in sorted(rows, key=lambda one: (order.index(one.state), one.next is None, str(one.next))):
        apart = one.state if one.applies == "yes" else one.applies  # whether a regime applies is said once
        groups.setdefault((one.regime.id, apart, *([one.duty.id] if one.applies == "yes" else [])), []).append(one)
    for (_regime, state, *_one), group in groups.items():
        table.add_row(MARKS[state], *map(_plain, _cells(group)))
    console = Console(width=WIDTH, color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().rstrip("\n").split("\n")]


def _cells(group: "list[Outcome]") -> tuple[str, str, str]:
    """Give what a row says: of one duty all, of a regime that may not apply its duties and the first date."""
    from unsealed.warn.duties import ends

    language, first = current_language(), group[0]
    name = f"{first.regime.name.tell(language)}: " + ", ".join(one.duty.name.tell(language) for one in group)
    dates = [ends(step, end, language) for step, end in first.ends.items()]
    why = [reason.tell(language) for reason in first.reasons]
    why += [_("Missing: {what}").format(what=missing.tell(language)) for missing in first.missing]
    return name, "\n".join(dates), "\n".join(why)


def _last(found: "list[Outcome]", files: dict[str, Any], *, every: bool) -> list[str]:
    states = [one.state for one in found]
    lines = [
        _("{due:,} duties are due (●), of {unknown:,} it is not known (?), {no:,} are not due.").format(
            due=states.count("yes"), unknown=states.count("unknown"), no=states.count("no")
        )
    ]
    if states.count("no") and not every:
        lines.append(_("--all lists those that are not due, with the reason."))
    asked = sorted({missing.where for one in found for missing in one.missing if "." in missing.where})
    if asked:
        lines.append(_("Say in case.toml: {keys}").format(keys=", ".join(asked)))
    lines.append(_("Dates: {calendar}; drafts of the forms: {forms}").format(**files))
    lines.append(_("Check with counsel: this is a reading of the law, not advice."))
    return lines


def _plain(text: str) -> Any:  # noqa: ANN401 - rich is imported late
    """Keep square brackets from being markup."""
    from rich.text import Text

    return Text(text)
