"""Runs the line on the invented breach and counts how many of the planted facts it found."""

import json
import shutil
from pathlib import Path
from typing import Any

from unsealed import pipeline
from unsealed.case import Case
from unsealed.demo import generate
from unsealed.errors import UsageError
from unsealed.i18n import _
from unsealed.query import Engine, engine
from unsealed.report.plain import plain

Check = dict[str, Any]


def run(folder: Path, *, workers: int | None = None, quiet: bool = True) -> dict[str, Any]:
    """Make the breach in `folder`, run the line over it in `folder/case`, and grade what it found.

    Raises:
        UsageError: if the folder holds other things than an earlier demo.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "truth.json").exists():
            raise UsageError(f"{folder}: it holds other things; name a new folder for the demo.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    generate(folder)
    case = folder / "case"
    Case.create(case, "demo")
    shutil.copyfile(folder / "case.toml", case / "case.toml")
    known = pipeline.run(
        case,
        [folder / "evidence"],
        indicators=[folder / "indicators.csv"],
        workers=workers,
        quiet=quiet,
        command="demo",
    )
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    checks = grade(Case.open(case), truth)
    total = {"found": sum(row["found"] for row in checks), "planted": sum(row["planted"] for row in checks)}
    return {**known, "grade": {**total, "checks": checks, "facts": truth["facts"]}}


def grade(case: Case, truth: dict[str, Any]) -> list[Check]:
    """Compare the tables of a case with what was planted; one row a kind of fact."""
    with engine(case) as db:
        checks = _verdicts(db, truth)
        checks.append(_bounds(db, truth))
        persons = [*_correspondents(db, truth), *_lists(db, truth)]
        drawn = {
            row["record_id"]
            for row in db.rows(
                "SELECT e.record_id FROM activity a JOIN events e USING (event_id) WHERE a.state <> 'rejected'"
            )
        }
    planted, owners = set(truth["activity_event_ids"]), set(truth["owner_event_ids"])
    checks += [
        _check(_("log records known to be the intruder's"), len(planted & drawn), len(planted)),
        _check(_("owners' own log records left alone"), len(owners - drawn), len(owners)),
    ]
    return [*checks, *persons]


def _correspondents(db: Engine, truth: dict[str, Any]) -> list[Check]:
    """Count correspondents who are one row of the register each, with their letters; and addresses that are no person's."""
    rows = db.rows("""
        WITH own AS (SELECT person_id, worst_verdict, unnest(addresses) AS address FROM persons),
        one AS (SELECT address, any_value(person_id) AS person_id, any_value(worst_verdict) AS verdict FROM own
                GROUP BY address HAVING count(*) = 1)
        SELECT o.address, o.verdict, count(DISTINCT m.internet_message_id) AS letters
        FROM one o JOIN appearances a ON a.person_id = o.person_id AND a.role IN ('from', 'to', 'cc')
        JOIN messages m USING (message_id) GROUP BY o.address, o.verdict""")
    found = {row["address"]: (row["verdict"], row["letters"]) for row in rows}
    shared = {row["address"] for row in db.rows("SELECT address FROM shared_mailboxes")}
    people = [row for row in truth["correspondents"] if not row["shared"]]
    roles = [row["address"] for row in truth["correspondents"] if row["shared"]]
    right = sum(found.get(row["address"]) == (row["verdict"], row["letters"]) for row in people)
    return [
        _check(_("correspondents, each one person with their letters"), right, len(people)),
        _check(_("addresses that are no person's"), len(shared & set(roles)), len(roles)),
    ]


def _lists(db: Engine, truth: dict[str, Any]) -> list[Check]:
    """Count people in lists who are one row each, and the data there that is found to be theirs."""
    rows = db.rows("""
        WITH own AS (SELECT person_id, unnest(addresses) AS address FROM persons)
        SELECT DISTINCT o.address, o.person_id, n.kind, m.internet_message_id AS id
        FROM own o LEFT JOIN mentions n ON n.person_id = o.person_id AND n.part = 'attachment'
        LEFT JOIN messages m USING (message_id)""")
    ids: dict[str, set[str]] = {}
    for row in rows:
        ids.setdefault(row["address"], set()).add(row["person_id"])
    held = {(row["address"], row["kind"], row["id"]) for row in rows}
    wanted = [
        (row["address"], kind, one["internet_message_id"])
        for one in truth["lists"]
        for row in one["rows"]
        for kind in row["kinds"]
    ]
    people = sorted({address for address, _kind, _id in wanted})
    alone = [address for address in people if len(ids.get(address, ())) == 1]
    apart = len({min(ids[address]) for address in alone})
    return [
        _check(_("people in lists, each one person"), apart, len(people)),
        _check(_("data in lists, each that person's"), len(held & set(wanted)), len(wanted)),
    ]


def _verdicts(db: Engine, truth: dict[str, Any]) -> list[Check]:
    found = {
        (row["mailbox"], row["place"], row["id"]): row["verdict"]
        for row in db.rows("""
        SELECT mailbox, CASE WHEN message_id IS NULL THEN '' ELSE coalesce(folder, '') END AS place,
               internet_message_id AS id, verdict FROM exposures""")
    }
    wanted = {(row["mailbox"], row["folder"], row["internet_message_id"]): row["verdict"] for row in truth["copies"]}
    only = {(row["mailbox"], "", row["internet_message_id"]): row["verdict"] for row in truth["log_only"]}
    names = {
        "accessed": _("letters opened"),
        "copied": _("letters copied in bulk"),
        "quoted": _("letters quoted in opened ones"),
        "in_reach": _("letters in reach, no log can tell"),
        "not_accessed": _("letters not opened"),
        "out_of_reach": _("letters out of reach"),
    }
    checks = []
    for verdict, name in names.items():
        keys = [key for key, right in wanted.items() if right == verdict]
        checks.append(_check(name, sum(found.get(key) == verdict for key in keys), len(keys)))
    checks.append(
        _check(
            _("letters that only a log names"), sum(found.get(key) == right for key, right in only.items()), len(only)
        )
    )
    return checks


def _bounds(db: Engine, truth: dict[str, Any]) -> Check:
    rows = db.rows("SELECT first_evidence, last_evidence FROM intrusion")
    row = plain(rows[0]) if rows else {}
    right = sum(row.get(key) == truth["intrusion"][key] for key in ("first_evidence", "last_evidence"))
    return _check(_("first and last trace of the intruder"), right, 2)


def _check(what: str, found: int, planted: int) -> Check:
    return {"what": what, "found": found, "planted": planted}


def lines(grade: dict[str, Any]) -> list[str]:
    """Say how many planted facts were found, a line a kind."""
    rows = [f"  {row['found']:>6,} of {row['planted']:>6,}  {row['what']}" for row in grade["checks"]]
    return [*rows, _("Planted facts found: {found:,} of {planted:,}").format(**grade)]
