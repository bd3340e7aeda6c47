"""A random review set: what was found, and passages of letters, for people to judge. The answers are for `quality.py`.

Two kinds of rows are drawn, half of them each, a letter's copies counted once:

- **mentions**, in strata of kind and verdict: is the marked value what it is said to be, and whose?
- **passages**: all texts of the letters are cut into pieces of `PASSAGE` characters; pieces with and without anything found in
  them, by verdict, are strata of their own. What begins in a passage and was not found, or was found and is wrong?

Strata get rows in proportion to the square root of their size, at least one each (power allocation: Bankier, The American
Statistician 42(3), 1988), so that rare kinds are judged too; the estimates weigh each stratum by its size. The draw depends on the
seed and the tables alone. What was drawn is kept in the journal, by place, without any text of it.
"""

import json
import math
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from unsealed.case import Case
from unsealed.errors import UsageError
from unsealed.i18n import LANGUAGES
from unsealed.query import Engine, engine, literal
from unsealed.report import kinds, sheets, words
from unsealed.report.persons import LETTER
from unsealed.report.plain import typed
from unsealed.report.workbook import Book
from unsealed.schema import TOLD, content_id

SIZE, SEED = 300, 1
PASSAGE = 1_200
"""Characters."""
AROUND = 120
"""Characters shown on both sides of a mention, and behind a passage."""
NOTE, ANSWERS = "sample", "sample_answers"
"""Of the journal."""
MENTION, PIECE = "mention", "passage"
COLUMNS = (
    "row",
    "task",
    "kind",
    "whose",
    "verdict",
    "date",
    "subject",
    "text",
    "right",
    "theirs",
    "missed",
    "wrong",
    "again",
)
ASKED = ("right", "theirs", "missed", "wrong")
_WIDTHS = (13, 9, 24, 24, 18, 17, 30, 90, 9, 9, 24, 24, 13)
_TOLD = ", ".join(map(literal, TOLD))
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]+")

Row = dict[str, Any]


def headings(_: words.Translate) -> dict[str, str]:
    """Give the heading of each column."""
    told = (
        *(
            _("row"),
            _("task"),
            _("kind of data"),
            _("taken for"),
            _("verdict"),
            _("date (UTC)"),
            _("subject"),
            _("text"),
        ),
        *(_("right? y/n"), _("theirs? y/n"), _("missed: kinds, or 0"), _("wrong marks: kinds"), _("row again")),
    )
    return dict(zip(COLUMNS, told, strict=True))


def draw(case: Case, size: int | None = None, seed: int | None = None, path: Path | None = None) -> Row:
    """Draw a sample, or write again the one that was drawn, with the answers that it has; the case is locked by the caller.

    Args:
        case: the case.
        size: rows; another than before draws anew.
        seed: another than before draws anew.
        path: `.xlsx` or `.csv`; `out/sample.xlsx` in the case if None.

    Returns:
        `path`, `rows`, `mentions`, `passages`, `seed`, `answered`.

    Raises:
        UsageError: if nothing has been identified, or there are more kinds than rows.
    """
    path = path or case.out / "sample.xlsx"
    if path.suffix not in {".xlsx", ".csv"}:
        raise UsageError(f"{path}: name a file that ends in .xlsx or .csv.")
    last = drawn(case)
    with engine(case) as db:
        if last is None or last["stale"] or size not in {None, last["size"]} or seed not in {None, last["seed"]}:
            known = last or {"size": SIZE, "seed": SEED}
            last = _drawn(case, db, size or known["size"], known["seed"] if seed is None else seed)
            case.journal.set_note(NOTE, json.dumps(last))
            case.journal.set_note(ANSWERS, "{}")
        answers = json.loads(case.journal.note(ANSWERS) or "{}")
        case.log({"action": "sample", "rows": len(last["rows"]), "seed": last["seed"]})
        _write(path, _shown(db, last["rows"], answers, words.translator(words.language_of(case))), case)
    tasks = [row["task"] for row in last["rows"]]
    counts = {"mentions": tasks.count(MENTION), "passages": tasks.count(PIECE), "answered": len(answers)}
    return {"path": str(path), "rows": len(tasks), **counts, "seed": last["seed"]}


def drawn(case: Case) -> Row | None:
    """Give the sample that the case holds; `stale` where the case was identified again since."""
    told = case.journal.note(NOTE)
    if not told:
        return None
    known: Row = json.loads(told)
    return {**known, "stale": known["identified"] != _identified(case)}


def _identified(case: Case) -> list[Any]:
    return [[part.name, part.stat().st_size, part.stat().st_mtime_ns] for part in case.parts("mentions")]


def _drawn(case: Case, db: Engine, size: int, seed: int) -> Row:
    if not case.parts("mentions"):
        raise UsageError(f"Nothing has been identified yet: `{typed('identify', case.folder)}` does.")
    _frame(db, seed)
    half = size // 2
    rows = [*_mentions(db, size - half), *_passages(db, half)]
    if not rows:
        raise UsageError("No text of a letter that is to be told about is in this case: nothing to judge.")
    for row in rows:
        place = (row["message_id"], row["attachment_id"], row["part"], str(row["start"]), str(row["end"]), row["kind"])
        row["row"] = "r" + content_id(str(seed), row["task"], *place)[:11]
    return {"size": size, "seed": seed, "identified": _identified(case), "rows": rows}


# -- the draw ----------------------------------------------------------------------------------------------------------


def _frame(db: Engine, seed: int) -> None:
    """Make `one`, one copy of each letter to be told about, and `lot`, what is drawn from."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE one AS
        SELECT min(m.message_id) AS message_id, any_value(x.verdict) AS verdict FROM messages m JOIN (
            SELECT message_id, min(content_verdict) AS verdict FROM exposures WHERE content_verdict IN ({_TOLD})
            GROUP BY message_id) x USING (message_id) GROUP BY {LETTER}""")
    lot = "md5(concat_ws('|', '{seed}', n.message_id, n.attachment_id, n.part, n.\"start\", {more}))"
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE mention_lots AS
        SELECT n.message_id, n.attachment_id, n.part, n."start", n."end", n.kind, n.person_id, n.basis, o.verdict,
               {lot.format(seed=seed, more='n."end", n.identifier')} AS lot
        FROM mentions n JOIN one o USING (message_id)""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE passage_lots AS
        WITH held AS (
            SELECT message_id, NULL::VARCHAR AS attachment_id, 'text' AS part, length(text) AS size, verdict
            FROM messages JOIN one USING (message_id) WHERE text <> ''
            UNION ALL SELECT message_id, NULL, 'subject', length(subject), verdict
            FROM messages JOIN one USING (message_id) WHERE subject <> ''
            UNION ALL SELECT message_id, attachment_id, 'attachment', length(text), verdict
            FROM attachments JOIN one USING (message_id) WHERE text <> ''
            UNION ALL SELECT message_id, attachment_id, 'filename', length(filename), verdict
            FROM attachments JOIN one USING (message_id) WHERE filename <> ''),
        n AS (SELECT *, unnest(range(0, size, {PASSAGE})) AS "start" FROM held),
        hit AS (
            SELECT DISTINCT message_id, attachment_id, part, "start" // {PASSAGE} * {PASSAGE} AS "start" FROM mention_lots)
        SELECT n.message_id, n.attachment_id, n.part, n."start", least(n."start" + {PASSAGE}, n.size) AS "end", n.verdict,
               hit.message_id IS NOT NULL AS hit, {lot.format(seed=seed, more="'passage'")} AS lot
        FROM n LEFT JOIN hit ON hit.message_id = n.message_id AND hit.part = n.part AND hit."start" = n."start"
             AND hit.attachment_id IS NOT DISTINCT FROM n.attachment_id""")


def _mentions(db: Engine, size: int) -> list[Row]:
    for columns in (("kind", "verdict"), ("kind",)):
        strata = _strata(db, "mention_lots", columns)
        if len(strata) * 2 <= size or columns == ("kind",):
            break
    if len(strata) > size:
        raise UsageError(f"There are {len(strata):,} kinds of data: draw at least --size {2 * len(strata):,}.")
    return [{"task": MENTION, **row} for row in _take(db, "mention_lots", columns, allocate(strata, size))]


def _passages(db: Engine, size: int) -> list[Row]:
    columns = ("hit", "verdict")
    rows = _take(db, "passage_lots", columns, allocate(_strata(db, "passage_lots", columns), size))
    found = _found(db, rows)
    return [
        {"task": PIECE, "kind": None, "person_id": None, **row, "found": found.get(number, {})}
        for number, row in enumerate(rows)
    ]


def _found(db: Engine, rows: list[Row]) -> dict[int, dict[str, int]]:
    """Count by kind what was found to begin in each passage."""
    found: dict[int, dict[str, int]] = {}
    by_place = {_place(row): number for number, row in enumerate(rows)}
    ids = ", ".join(literal(row["message_id"]) for row in rows) or "''"
    for row in db.rows(f"""
        SELECT message_id, attachment_id, part, "start" // {PASSAGE} * {PASSAGE} AS "start", kind, count(*) AS n
        FROM mention_lots WHERE message_id IN ({ids}) GROUP BY ALL"""):
        number = by_place.get(_place(row))
        if number is not None:
            found.setdefault(number, {})[row["kind"]] = row["n"]
    return found


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["message_id"], row["attachment_id"], row["part"], row["start"]


def _strata(db: Engine, table: str, columns: tuple[str, ...]) -> dict[str, int]:
    name = f"concat_ws('|', {', '.join(columns)})"
    return {
        row["name"]: row["n"]
        for row in db.rows(f"SELECT {name} AS name, count(*) AS n FROM {table} GROUP BY 1 ORDER BY 1")
    }


def _take(db: Engine, table: str, columns: tuple[str, ...], sizes: dict[str, int]) -> list[Row]:
    """Give the rows of the lowest lots of each stratum; `of` is how many the stratum has."""
    name = f"concat_ws('|', {', '.join(columns)})"
    cases = " ".join(f"WHEN {literal(stratum)} THEN {count}" for stratum, count in sizes.items())
    if not cases:
        return []
    return db.rows(f"""
        WITH drawn AS (
            SELECT * EXCLUDE (lot), {name} AS stratum, count(*) OVER s AS "of", row_number() OVER (s ORDER BY lot) AS n
            FROM {table} WINDOW s AS (PARTITION BY {name}))
        SELECT * EXCLUDE (n) FROM drawn WHERE n <= CASE stratum {cases} ELSE 0 END
        ORDER BY stratum, message_id, attachment_id NULLS FIRST, part, "start", "end" """)


def allocate(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Share `total` rows among strata by the square roots of their sizes: at least one each, and no more than there are."""
    given = dict.fromkeys(sizes, 0)
    rest = min(total, sum(sizes.values()))
    for name in sorted(sizes, key=lambda one: (-sizes[one], one))[:rest]:
        given[name] = 1
    rest -= sum(given.values())
    while rest > 0:
        # Who is furthest behind its share is next; small strata are soon full.
        open_ = [name for name in sizes if given[name] < sizes[name]]
        shares = {name: math.sqrt(sizes[name]) for name in open_}
        whole = sum(shares.values())
        before = rest
        for name in sorted(open_, key=lambda one: (-shares[one], one)):
            more = min(max(int(before * shares[name] / whole), 1), sizes[name] - given[name], rest)
            given[name] += more
            rest -= more
    return given


# -- the file ----------------------------------------------------------------------------------------------------------


def _shown(db: Engine, rows: Iterable[Row], answers: Mapping[str, Row], _: words.Translate) -> Iterator[list[Any]]:
    names, verdicts, bases = kinds.kind_names(_), words.verdict_names(_), kinds.basis_names(_)
    yield list(headings(_).values())
    tasks = {MENTION: _("mention"), PIECE: _("passage")}
    for row in rows:
        told = answers.get(row["row"], {})
        letter = _letter(db, row)
        marked = {MENTION: _marked, PIECE: _passage}[row["task"]]
        yield [
            row["row"],
            tasks[row["task"]],
            names.get(row["kind"], row["kind"]),
            " · ".join(filter(None, (letter["name"], bases.get(row.get("basis") or ""))))
            or (_("nobody") if row["task"] == MENTION else None),
            verdicts[row["verdict"]],
            letter["date"],
            letter["subject"],
            marked(db, row, letter["text"] or ""),
            *(told.get(key, {}).get("given") for key in ASKED),
            row["row"],
        ]


def _letter(db: Engine, row: Row) -> Row:
    """Give the letter of a row, and of its text what is to be shown: from `AROUND` before to `AROUND` behind."""
    column = {"text": "m.text", "subject": "m.subject", "attachment": "a.text", "filename": "a.filename"}[row["part"]]
    low = max(row["start"] - AROUND, 0) if row["task"] == MENTION else row["start"]
    (found,) = db.rows(
        f"""
        SELECT strftime(m.date, '%Y-%m-%d %H:%M') AS date, m.subject, substring({column}, ?, ?) AS text,
               (SELECT coalesce(names[1], best_address) FROM persons WHERE person_id = ?) AS name
        FROM messages m LEFT JOIN attachments a ON a.message_id = m.message_id AND a.attachment_id = ? WHERE m.message_id = ?""",
        [low + 1, row["end"] - low + AROUND, row["person_id"], row["attachment_id"], row["message_id"]],
    )
    return found


def _marked(_db: Engine, row: Row, text: str) -> str:
    start = min(row["start"], AROUND)
    end = start + row["end"] - row["start"]
    return _flat(f"{text[:start]}⟦{text[start:end]}⟧{text[end:]}")


def _passage(db: Engine, row: Row, text: str) -> str:
    """Mark in a passage what was found to begin in it; behind `‖` stands what follows it."""
    found = db.rows(
        """
        SELECT DISTINCT "start", "end", kind FROM mentions WHERE message_id = ? AND attachment_id IS NOT DISTINCT FROM ?
        AND part = ? AND "start" >= ? AND "start" < ? ORDER BY "start" DESC, "end" """,
        [row["message_id"], row["attachment_id"], row["part"], row["start"], row["start"] + PASSAGE],
    )
    length = row["end"] - row["start"]
    if text[length:]:
        text = f"{text[:length]}‖{text[length:]}"
    for one in found:
        start, end = one["start"] - row["start"], one["end"] - row["start"]
        end += end > length and "‖" in text
        text = f"{text[:start]}⟦{text[start:end]}⟧{text[end:]}"
    return _flat(text) + "".join(f" [{one['kind']}]" for one in reversed(found))


def _flat(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _write(path: Path, rows: Iterator[list[Any]], case: Case) -> None:
    """Write the file; nobody but its owner may read it."""
    head = next(rows)
    with tempfile.TemporaryDirectory(prefix=".sample-", dir=case.folder) as folder:
        made = Path(folder) / f"sample{path.suffix}"
        if path.suffix == ".xlsx":
            book = Book(made, folder)
            places = [COLUMNS.index(key) for key in ASKED]
            book.add("sample", list(zip(head, _WIDTHS, strict=True)), rows, asked=places)
            book.close()
        else:
            sheets.csv_file(made, head, rows)
        made.chmod(0o600)
        path.parent.mkdir(parents=True, exist_ok=True)
        if made.stat().st_dev == path.parent.stat().st_dev:
            made.replace(path)
        else:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(made.read_bytes())


def known_headings() -> dict[str, str]:
    """Give the column that each heading means, in every language."""
    return {head: key for language in LANGUAGES for key, head in headings(words.translator(language)).items()}
