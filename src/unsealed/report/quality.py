"""How good the search was, reckoned from people's answers about a sample: precision and recall, with their intervals.

**Precision** of a kind: the share of its mentions that are what they are said to be. **Owners**: the share of those with a person
that are that person's. Both weigh each stratum of the sample by its size.

**Recall** of a kind: of all that there is of it in the passages drawn, the share that was found; passages stand for all texts
that are to be told about and could be read. What nobody could read, and what the reader of a passage overlooks, is in no figure.

Intervals are Wilson's at 95 % (E. B. Wilson, JASA 22, 1927) on an effective number of answers, as Korn and Graubard reckon with
surveys (Survey Methodology 24, 1998): of shares, Kish's (sum of weights)² / (sum of squared weights), put right for a finite
population; of recall, R(1 - R) by the linearised variance of a ratio over passages, since what stands in one passage is found or
missed together; where nothing or all was missed, and that says nothing, the number of passages that have some.
"""

import csv
import io
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from unsealed.case import Case
from unsealed.errors import UsageError
from unsealed.i18n import LANGUAGES, _
from unsealed.report import kinds, words
from unsealed.report.plain import typed
from unsealed.report.sample import ANSWERS, ASKED, MENTION, PIECE, drawn, known_headings

Z = 1.959964
"""Of the normal distribution, for 95 %."""
MAX_FILE = 64 << 20
_YES = {"y", "yes", "1", "true", "はい", "○", "〇", "j", "ok"}
_NO = {"n", "no", "0", "false", "いいえ", "×", "✕"}
_NONE = {"0", "none", "no", "n", "-", "なし", "無し", "無"}
_COUNTED = re.compile(r"(?:(?P<before>\d+)\s*[x×*]?\s*)?(?P<name>.*?)(?:\s*[x×*]?\s*(?P<behind>\d+))?")
ANY = ""
"""The kind of what was missed where an answer says only how many."""

Row = dict[str, Any]


class Share(NamedTuple):
    """An estimated share, its interval, and on how many answers it rests; None where there is none."""

    value: float | None
    low: float | None
    high: float | None
    answers: int


NOTHING = Share(None, None, None, 0)


# -- answers -------------------------------------------------------------------------------------------------------------


def take(case: Case, path: Path) -> Row:
    """Take the answers of a file, keep them in the case, and give what `estimate` reckons from all that there are.

    Answers may come bit by bit: a later file outweighs an earlier one, and an empty cell takes nothing back.

    Raises:
        UsageError: if no sample was drawn, the file can't be read, rows are missing, doubled, of another sample or out of step, or
            an answer is none; nothing of the file is then kept.
    """
    sample = drawn(case)
    if sample is None:
        raise UsageError(f"No sample was drawn in this case yet: `{typed('sample', case.folder)}` draws one.")
    answers: dict[str, Row] = json.loads(case.journal.note(ANSWERS) or "{}")
    known = {row["row"]: row for row in sample["rows"]}
    for identity, given in _answers(path, known).items():
        if given:
            answers[identity] = answers.get(identity, {}) | given
    case.journal.set_note(ANSWERS, json.dumps(answers, ensure_ascii=False))
    return estimate(sample, answers)


def _answers(path: Path, known: Mapping[str, Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for number, row in enumerate(_table(path), start=2):
        where = f"{path}, row {number}"
        if not any(row.values()):
            continue
        identity = row["row"]
        if identity not in known:
            raise UsageError(
                f"{where}: {identity[:40]!r} is no row of the sample that this case holds. Nothing was kept."
            )
        if row["again"] != identity:
            raise UsageError(
                f"{where}: its first and last cell differ: part of the file was sorted or moved. Nothing was kept."
            )
        if identity in found:
            raise UsageError(f"{where}: {identity} stands there twice. Nothing was kept.")
        found[identity] = _judged(row, known[identity]["task"], where)
    if missing := sorted(set(known) - set(found)):
        raise UsageError(
            f"{path}: {len(missing):,} rows of the sample are missing ({', '.join(missing[:3])} …). Leave what is not judged "
            "empty, but in the file. Nothing was kept."
        )
    return found


def _judged(row: Mapping[str, str], task: str, where: str) -> Row:
    told: Row = {}
    for key in ASKED:
        given = row[key].strip()
        if not given:
            continue
        if (key in {"right", "theirs"}) != (task == MENTION):
            raise UsageError(f"{where}: {key} is not asked of a {task}. Nothing was kept.")
        told[key] = {"given": given, "is": _yes(given, where) if task == MENTION else _listed(given, where)}
    return told


def _yes(given: str, where: str) -> bool:
    word = given.lower().removesuffix(".0")
    if word not in _YES | _NO:
        raise UsageError(f"{where}: {given[:20]!r} is neither y nor n. Nothing was kept.")
    return word in _YES


def _listed(given: str, where: str) -> dict[str, int]:
    """Read kinds, each with how many where it is more than one, as `2 phone_number, iban`; a number alone is of any kind."""
    if given.lower().removesuffix(".0") in _NONE:
        return {}
    names = {
        name.lower(): kind
        for language in LANGUAGES
        for kind, name in kinds.kind_names(words.translator(language)).items()
    }
    found = Counter[str]()
    for piece in re.split(r"[,;、，；\n]", given):
        if not piece.strip():
            continue
        if re.fullmatch(r"\d{1,4}(?:\.0)?", piece.strip()):
            found[ANY] += int(piece.strip().removesuffix(".0"))
            continue
        match = _COUNTED.fullmatch(piece.strip().lower())
        name = match["name"] if match else ""
        kind = name if name in names.values() else names.get(name)
        if not match or kind is None:
            raise UsageError(
                f"{where}: {piece.strip()[:40]!r} is no kind of data: the register has them all, in its sheet of kinds. Nothing was kept."
            )
        found[kind] += min(int(match["before"] or match["behind"] or 1), 9_999)
    return dict(found)


def _table(path: Path) -> Iterable[dict[str, str]]:
    """Give the rows of the file by column."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise UsageError(f"{path}: it is larger than any sample of ours.")
        rows = _sheet(path) if path.suffix.lower() == ".xlsx" else _csv(path.read_bytes())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: it can't be read: {error}.") from error
    heads = known_headings()
    columns = [heads.get(head.strip()) for head in rows[0]] if rows else []
    if missing := {"row", "again", *ASKED} - set(columns):
        raise UsageError(f"{path}: it is no sample of ours: there is no column for {', '.join(sorted(missing))}.")
    for row in rows[1:]:
        cells = {key: cell.strip() for key, cell in zip(columns, row, strict=False) if key}
        yield dict.fromkeys(("row", "again", *ASKED), "") | cells


def _sheet(path: Path) -> list[list[str]]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as error:
        raise UsageError(f"{path}: it can't be read as a workbook: {error}.") from error
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def _csv(data: bytes) -> list[list[str]]:
    """Read CSV as spreadsheets save it: UTF-8 or, in Japan, code page 932; with commas, semicolons or tabs."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp932")
    head = text.split("\n", maxsplit=1)[0]
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True))


# -- estimates -----------------------------------------------------------------------------------------------------------


def estimate(sample: Row, answers: Mapping[str, Row]) -> Row:
    """Reckon precision, owners and recall from the answers that there are.

    Returns:
        `rows`, `answered`, `seed`, `stale`, and `precision`, `owners` and `recall`, each with `overall` and `kinds`: shares with
        `value`, `low`, `high` (0 to 1, None where nothing tells) and `answers`.
    """
    rows = [{**row, "answer": answers.get(row["row"], {})} for row in sample["rows"]]
    mentions = [row for row in rows if row["task"] == MENTION]
    passages = [row for row in rows if row["task"] == PIECE and "missed" in row["answer"]]
    found = {row["kind"] for row in mentions} | {kind for row in passages for kind in row["found"]}
    found |= {kind for row in passages for kind in row["answer"]["missed"]["is"] if kind}
    every = sorted(found)
    return {
        "rows": len(rows),
        "answered": sum(bool(row["answer"]) for row in rows),
        "seed": sample["seed"],
        "stale": sample["stale"],
        "precision": _told(every, lambda kind: share(_strata(mentions, "right", kind))),
        "owners": _told(every, lambda kind: share(_strata(mentions, "theirs", kind))),
        "recall": _told(every, lambda kind: recall(passages, kind)),
    }


def _told(every: Sequence[str], of: Any) -> Row:  # noqa: ANN401 - a function of a kind, or of None for all
    return {"overall": of(None)._asdict(), "kinds": {kind: of(kind)._asdict() for kind in every}}


def _strata(mentions: Iterable[Row], key: str, kind: str | None) -> list[tuple[int, int, int]]:
    """Give size, answers and good answers of each stratum."""
    strata: dict[str, list[int]] = {}
    for row in mentions:
        if kind is None or row["kind"] == kind:
            told = strata.setdefault(row["stratum"], [row["of"], 0, 0])
            if key in row["answer"]:
                told[1] += 1
                told[2] += row["answer"][key]["is"]
    return [(size, asked, good) for size, asked, good in strata.values() if asked]


def share(strata: Sequence[tuple[int, int, int]]) -> Share:
    """Estimate a share from the size, the answers and the good answers of each stratum."""
    asked, whole = sum(n for _, n, _ in strata), sum(size for size, _, _ in strata)
    if not asked:
        return NOTHING
    value = sum(size * good / n for size, n, good in strata) / whole
    effective = whole**2 / sum(n * (size / n) ** 2 for size, n, _ in strata)
    if asked >= whole:
        return Share(value, value, value, asked)
    return Share(value, *wilson(value, effective * (whole - 1) / (whole - asked)), asked)


def recall(passages: Sequence[Row], kind: str | None) -> Share:
    """Estimate which share of what there is was found, of a kind or of all kinds."""
    strata: dict[str, list[tuple[int, int]]] = defaultdict(list)
    sizes = dict[str, int]()
    for row in passages:
        answer, sizes[row["stratum"]] = row["answer"], row["of"]
        wrong, missed = answer.get("wrong", {}).get("is", {}), answer["missed"]["is"]
        good = max(_of(row["found"], kind) - _of(wrong, kind), 0)
        strata[row["stratum"]].append((good, good + _of(missed, kind)))
    having = sum(there > 0 for pairs in strata.values() for _, there in pairs)
    there_all = sum(there for pairs in strata.values() for _, there in pairs)
    whole = sum(sizes[name] * sum(there for _, there in pairs) / len(pairs) for name, pairs in strata.items())
    if not whole:
        return NOTHING
    value = sum(sizes[name] * sum(good for good, _ in pairs) / len(pairs) for name, pairs in strata.items()) / whole
    variance = sum(
        sizes[name] ** 2 * (1 - len(pairs) / sizes[name]) * _spread([g - value * t for g, t in pairs]) / len(pairs)
        for name, pairs in strata.items()
    ) / (whole**2)
    if all(len(pairs) >= sizes[name] for name, pairs in strata.items()):
        return Share(value, value, value, having)
    varied = 0 < value < 1 and variance > 0
    effective = min(value * (1 - value) / variance, there_all) if varied else having
    return Share(value, *wilson(value, max(effective, 1)), having)


def _of(counts: Mapping[str, int], kind: str | None) -> int:
    return sum(counts.values()) if kind is None else counts.get(kind, 0)


def _spread(values: Sequence[float]) -> float:
    """Give the variance of a sample; of one value its square, since nothing else tells."""
    if len(values) < 2:
        return sum(value**2 for value in values)
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def wilson(share_: float, answers: float) -> tuple[float, float]:
    """Give Wilson's interval of a share on so many answers."""
    over = Z**2 / answers
    middle = (share_ + over / 2) / (1 + over)
    reach = Z / (1 + over) * math.sqrt(share_ * (1 - share_) / answers + over / (4 * answers))
    return max(min(middle - reach, share_), 0.0), min(max(middle + reach, share_), 1.0)


# -- words ---------------------------------------------------------------------------------------------------------------


def lines(known: Row) -> list[str]:
    """Say what was reckoned, for a terminal."""
    from unsealed.report.terminal import pad

    told = [_("Judged: {answered:,} of {rows:,} rows.").format(**known)]
    if known["stale"]:
        told.append(_("The case was identified again since the sample was drawn: this is about what was found then."))
    names = kinds.kind_names(_)
    table: list[tuple[str, ...]] = [("", _("precision"), _("whose it is"), _("recall"))]
    for kind in [None, *known["precision"]["kinds"]]:
        cells = [
            known[what]["kinds"][kind] if kind else known[what]["overall"] for what in ("precision", "owners", "recall")
        ]
        if any(cell["answers"] for cell in cells):
            table.append((names.get(kind, kind) if kind else _("all kinds"), *map(_cell, cells)))
    told += ["  ".join(pad(cell, 26) for cell in row).rstrip() for row in table]
    return [
        *told,
        _(
            "Recall is of what stands in the passages that were drawn, as their reader saw it; 95 % intervals in brackets."
        ),
    ]


def _cell(share_: Row) -> str:
    if share_["value"] is None:
        return "–"
    return f"{share_['value']:.3f} ({share_['low']:.3f}–{share_['high']:.3f}) n={share_['answers']:,}"
