"""The commands about persons: whose data was in the letters, and how far the answer can be relied on."""

from pathlib import Path

import click

from unsealed.cli.base import CASE, DONE, PATHS, Output, command
from unsealed.i18n import _
from unsealed.report.plain import typed


@command(name="identify", help=_("Find whose data was in the letters, and write the register of persons."))
@CASE
@click.option(
    "--everything/--told",
    default=None,
    help=_("Search every letter from now on, or only those that are to be told about; as before if not given."),
)
@click.option("--workers", type=click.IntRange(0, 256), help=_("Processes to search with; all cores if not given."))
def identify(case: Path, everything: bool | None, workers: int | None, out: Output) -> int:
    """Identify."""
    from unsealed import pipeline
    from unsealed.case import Case
    from unsealed.report import facts, terminal

    opened = Case.open(case)
    with opened.lock():
        register = pipeline.identify(opened, everything=everything, workers=workers, afresh=True)
    known = facts.persons_of(opened)
    lines = terminal.persons(known)
    lines += [
        _("The register: {path}").format(path=register),
        _("Then type: {command}").format(command=typed("sample", case)),
    ]
    out.answer({**known, "register": str(register)}, lines)
    return DONE


@command(
    name="sample",
    help=_("Draw letters at random for people to judge what was found, and reckon from their answers how good it is."),
)
@CASE
@click.option("--size", type=click.IntRange(20, 20_000), help=_("Rows to judge; 300 if not given."))
@click.option("--seed", type=click.IntRange(0), help=_("Draws another sample; 1 if not given."))
@click.option("--answers", type=PATHS, metavar="FILE", help=_("The sample with the answers filled in."))
@click.option("--out", "path", type=PATHS, help=_("Where to; .xlsx or .csv; out/sample.xlsx in the case if not given."))
def sample(case: Path, size: int | None, seed: int | None, answers: Path | None, path: Path | None, out: Output) -> int:
    """Draw a sample, or take its answers."""
    from unsealed.case import Case
    from unsealed.errors import UsageError
    from unsealed.report import quality, sample

    opened = Case.open(case)
    if answers and (size or seed is not None or path):
        raise UsageError(_("--answers takes nothing beside it: the sample that was drawn is in the case."))
    if answers:
        with opened.lock():
            known = quality.take(opened, answers)
        out.answer(known, quality.lines(known))
        return DONE
    with opened.lock():
        drawn = sample.draw(opened, size, seed, path)
    lines = [
        _("{rows:,} rows to judge in {path}. It shows what stands in letters: keep it as safe as the evidence.").format(
            **drawn
        ),
        _("Fill in the yellow columns, then: {command}").format(
            command=typed("sample", case, "--answers", drawn["path"])
        ),
    ]
    out.answer(drawn, lines)
    return DONE
