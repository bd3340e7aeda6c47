"""Who must be told, by when? Persons, mentions and exposures to `duties`, a calendar of the dates, and drafts of the forms."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from unsealed.case import Case
from unsealed.kept import kept
from unsealed.query import engine, replace
from unsealed.schema import TABLES
from unsealed.warn import forms, ics
from unsealed.warn.duties import STEPS, Outcome, duties, local, utc
from unsealed.warn.regulator import regulators

__all__ = ["KIND", "evaluate", "warn"]

KIND = "regulators"
"""Where a case keeps regimes that people gave."""


def evaluate(case: Case) -> list[Outcome]:
    """Hold every regime, our own and those the case keeps, against the case; nothing is written.

    Raises:
        ConfigError: if a regime's file or an answer in `case.toml` can't be used.
    """
    with engine(case) as db:
        return duties(case, db, regulators(kept(case, KIND)))


def warn(case: Case, language: str = "en") -> list[Outcome]:
    """Write `duties`, `out/duties.ics` and a draft of each form in `out/forms/`; the case is locked by the caller.

    Args:
        case: the case.
        language: of the calendar and the forms; the table is English.

    Raises:
        ConfigError: if a regime's file or an answer in `case.toml` can't be used.
    """
    with engine(case) as db:
        found = duties(case, db, regulators(kept(case, KIND)))
        rows = [row(one) for one in found]
        replace(case, "duties", pa.Table.from_pylist(rows, schema=TABLES["duties"].schema))
        ics.write(case.out / "duties.ics", case, found, language)
        forms.write(case.out / "forms", case, db, found, language)
    return found


def row(one: Outcome) -> dict[str, object]:
    """Give a duty as a row of `duties`."""
    regime, duty = one.regime, one.duty
    ends = {step: end for step in STEPS if (end := one.ends.get(step)) and end.due}
    return {
        "regime": regime.id,
        "duty": duty.id,
        "title": duty.name.en,
        "recipient": duty.to.en,
        "due": one.state,
        "why": "; ".join(reason.tell("en") for reason in one.reasons),
        "missing": [missing.tell("en") for missing in one.missing],
        "clock": duty.clock_text.en,
        "clock_start": one.clock,
        "timing": "; ".join(end.deadline.text.en for end in one.ends.values()),
        "persons": one.persons.low if one.persons else None,
        "persons_possible": one.persons.high if one.persons else None,
        "article": duty.article,
        "source": regime.law.source,
        "read": regime.law.read.isoformat(),
        "status": regime.law.status,
        **{f"{step}_due": utc(end.due) for step, end in ends.items() if end.due},
        **{f"{step}_local": local(end.due, end.deadline, "en") for step, end in ends.items() if end.due},
    }


def check(paths: Sequence[Path]) -> None:
    """Complain about regimes that can't be used, before they are kept.

    Raises:
        ConfigError: naming the file, the key, and what it should be.
    """
    regulators(path for path in paths if path.exists())
