"""What if? The same stages over the same evidence, under other assumptions, and what that changes; the case stays as it is.

An overlay is a case folder of its own inside the case: its tables of evidence are links to the case's, its hunt and its
verdicts are its own. It is gone when the answer is there; one that a killed run left is removed by the next.
"""

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from unsealed import pipeline
from unsealed.case import Case
from unsealed.config import Assumed, assume
from unsealed.errors import ConfigError
from unsealed.kept import KINDS
from unsealed.query import Engine, engine, literal
from unsealed.report.plain import plain, typed
from unsealed.schema import VERDICTS

_PREFIX = ".assume-"
_SHARED = (*KINDS, "mappings", "passwords.txt")
"""What people gave, which the overlay reads where it lies."""
_PARSED = ".rules"
"""Rules that were parsed already: copied, since the hunt writes there and through a link would write into the case."""
_READ = pipeline.STAGES[0].writes
_COPY = "coalesce(x.message_id, concat_ws('|', coalesce(x.mailbox, ''), lower(x.internet_message_id)))"
"""What a row of `exposures` is about: our id of the copy, else mailbox and Message-ID."""

Row = dict[str, Any]


def answer(case: Case, file: Path) -> Row:
    """Answer again under the assumptions of a file, and say what differs; the case is locked by the caller.

    Returns:
        `assumed` (what was assumed), `verdicts` (copies by verdict, `before` and `after`), `letters` (the same of letters),
        `changed` (rows of `mailbox`, `from`, `to`, `copies`), `changes` (a row a copy) and `intrusion` (`before` and
        `after`). Times are ISO 8601, UTC.

    Raises:
        ConfigError: if the file says what can't be used, or names no session or event of the case.
    """
    told = assume(file, case.config)
    decided = _decided(case, file, told)
    with _baseline(case) as before, overlay(case, told, decided) as after, engine(after) as db:
        return {"assumed": _assumed(case, told), **_difference(db, before)}


def recompute(case: Case, rows: list[Row], proofs: list[Row]) -> None:
    """Replace what proofs say of rejected sessions by what the stages say; the case is locked by the caller.

    Args:
        case: the case.
        rows: the rows of `exposures` that were asked for.
        proofs: the proofs of the first of them (`unsealed.report.proof`), with `changes`; changed in place.
    """
    pairs = list(zip(rows, proofs, strict=False))
    told = [change for _, proof in pairs for change in proof["changes"] if change["kind"] == "reject"]
    for sessions in dict.fromkeys(tuple(change["sessions"]) for change in told):
        decided = [(session, "rejected", pipeline.events_of(case, session)) for session in sessions]
        with overlay(case, Assumed(case.config), decided) as after, engine(after) as db:
            for row, proof in pairs:
                for change in proof["changes"]:
                    if change["kind"] == "reject" and tuple(change["sessions"]) == sessions:
                        change.update(_now(db, row))


def _now(db: Engine, row: Row) -> Row:
    """Give what a row of `exposures` has become; a message that only a log names may have no row any more."""
    found = db.rows(
        "SELECT verdict, grounds FROM exposures WHERE message_id IS NOT DISTINCT FROM ?"
        " AND mailbox IS NOT DISTINCT FROM ? AND internet_message_id IS NOT DISTINCT FROM ?",
        [row["message_id"], row["mailbox"], row["internet_message_id"]],
    )
    told: Row = found[0] if found else {"verdict": "out_of_reach", "grounds": [{"how": "not_reached", "note": None}]}
    grounds = [{"how": ground["how"], "note": ground["note"]} for ground in told["grounds"]]
    return {"verdict": told["verdict"], "grounds": grounds, "certain": True, "basis": "recomputed"}


# -- the overlay -----------------------------------------------------------------------------------------------------


@contextmanager
def overlay(case: Case, told: Assumed, decided: list[tuple[str, str, list[str]]]) -> Iterator[Case]:
    """Give a case that shares the evidence of this one and is judged on other assumptions, while the block runs.

    Args:
        case: the case, locked by the caller.
        told: what its case.toml would say.
        decided: what a person would have decided besides: subject, state, and the events that it stands for.
    """
    for left in case.folder.glob(f"{_PREFIX}*"):
        if left.name not in _LIVE:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=case.folder))
    _LIVE.add(folder.name)
    try:
        made = _made(case, folder, told, decided)
        try:
            pipeline.hunt(made)
            pipeline.expose(made)
            yield made
        finally:
            made.journal.close()
    finally:
        _LIVE.discard(folder.name)
        shutil.rmtree(folder, ignore_errors=True)


_LIVE: set[str] = set()
"""Overlays of this process: two may be open at once."""


def _made(case: Case, folder: Path, told: Assumed, decided: list[tuple[str, str, list[str]]]) -> Case:
    (folder / "tables").mkdir()
    (folder / "out").mkdir()
    for name in _READ:
        if (case.tables / name).is_dir():
            (folder / "tables" / name).symlink_to((case.tables / name).resolve(), target_is_directory=True)
    for name in _SHARED:
        if (case.folder / name).exists():
            (folder / name).symlink_to((case.folder / name).resolve())
    if (case.folder / _PARSED).is_dir():
        shutil.copytree(case.folder / _PARSED, folder / _PARSED)
    if case.custody.path.is_file():
        shutil.copyfile(
            case.custody.path, folder / case.custody.path.name
        )  # a link would let the overlay write into it
    own = (case.folder / "case.toml").read_bytes()
    (folder / "case.toml").write_bytes(own + f"\n# assumed: {told!r}\n".encode("utf-8", "backslashreplace"))
    with (
        closing(sqlite3.connect(case.folder / "journal.sqlite")) as source,
        closing(sqlite3.connect(folder / "journal.sqlite")) as copy,
    ):
        source.backup(copy)
    made = Case(folder)
    made.__dict__["config"] = told.config
    if decided:
        made.journal.decide("assumed", [(subject, state, events) for subject, state, events in decided])
    return made


@contextmanager
def _baseline(case: Case) -> Iterator[Case]:
    """Give the case itself, or, where its verdicts are behind its evidence and decisions, what they would be now."""
    if {"hunt", "expose"} & set(pipeline.due(case)):
        with overlay(case, Assumed(case.config), []) as made:
            yield made
    else:
        yield case


def _decided(case: Case, file: Path, told: Assumed) -> list[tuple[str, str, list[str]]]:
    found = []
    for state, subject, where in told.decisions:
        events = pipeline.events_of(case, subject)
        if not events:
            raise ConfigError(
                f"{file}: {where} should be a session or event of the case, and {subject!r} is none: "
                f"`{typed('table', case.folder, 'activity')}` lists them."
            )
        found.append((subject, state, events))
    return found


# -- the difference --------------------------------------------------------------------------------------------------


def _assumed(case: Case, told: Assumed) -> Row:
    own = case.config
    return {
        "reach": [
            {
                "kind": each.kind,
                "name": each.name,
                "from": plain(each.start),
                "to": plain(each.end),
                "basis": each.basis,
            }
            for each in told.config.reach
            if each not in own.reach
        ],
        "intruder": [
            {**each.match, "from": plain(each.start), "to": plain(each.end), "basis": each.basis}
            for each in told.config.intruders[len(own.intruders) :]
        ],
        "decide": [{"state": state, "subject": subject} for state, subject, _ in told.decisions],
        "incident": {
            key: plain(getattr(told.config, key))
            for key in ("discovered", "contained")
            if getattr(told.config, key) != getattr(own, key)
        },
    }


def _difference(db: Engine, before: Case) -> Row:
    """Compare the verdicts of two cases over the same evidence."""
    for name in ("exposures", "intrusion"):
        files = ", ".join(literal(str(part)) for part in before.parts(name))
        db.execute(f"CREATE TEMP VIEW before_{name} AS SELECT * FROM read_parquet([{files}])")
    db.execute(f"""
        CREATE TEMP TABLE difference AS
        WITH old AS (SELECT {_COPY} AS copy, * FROM before_exposures x),
             new AS (SELECT {_COPY} AS copy, * FROM exposures x)
        SELECT coalesce(new.message_id, old.message_id) AS message_id,
               coalesce(new.internet_message_id, old.internet_message_id) AS internet_message_id,
               coalesce(new.mailbox, old.mailbox) AS mailbox, coalesce(new.folder, old.folder) AS folder,
               coalesce(new.subject, old.subject) AS subject, coalesce(new.from_address, old.from_address) AS from_address,
               coalesce(new.date, old.date) AS date, old.verdict AS "from", new.verdict AS "to",
               new.grounds[1].how AS how, new.grounds[1].note AS note
        FROM old FULL JOIN new USING (copy) WHERE old.verdict IS DISTINCT FROM new.verdict""")
    changed = db.rows(f"""
        SELECT mailbox, "from", "to", count(*) AS copies FROM difference GROUP BY mailbox, "from", "to"
        ORDER BY {_rank('"to"')}, {_rank('"from"')}, mailbox NULLS LAST""")
    rows = db.rows(f"""
        SELECT * FROM difference
        ORDER BY {_rank('"to"')}, {_rank('"from"')}, mailbox NULLS LAST, date NULLS LAST, message_id, internet_message_id""")
    pair = ("before_exposures", "before"), ("exposures", "after")
    bounds = ("before_intrusion", "before"), ("intrusion", "after")
    return {
        "verdicts": {name: _counts(db, table, "count(*)", "verdict") for table, name in pair},
        "letters": {name: _counts(db, table, _LETTERS, "content_verdict") for table, name in pair},
        "changed": changed,
        "changes": [plain(row) for row in rows],
        "intrusion": {name: next(iter(plain(db.rows(f"SELECT * FROM {table}"))), None) for table, name in bounds},
    }


_LETTERS = "count(DISTINCT coalesce(lower(internet_message_id), message_id))"


def _counts(db: Engine, table: str, what: str, column: str) -> dict[str, int]:
    found = {row["v"]: row["n"] for row in db.rows(f"SELECT {column} AS v, {what} AS n FROM {table} GROUP BY 1")}
    return {verdict: found.get(verdict, 0) for verdict in VERDICTS}


def _rank(column: str) -> str:
    return f"coalesce(list_position({json.dumps(list(VERDICTS)).replace(chr(34), chr(39))}, {column}), 9)"
