"""The closing summary: at most 25 lines that say what to look at first and what to type next."""

import re
import shutil
from typing import Any

from unsealed.i18n import current_language
from unsealed.report import kinds, words
from unsealed.report import persons as register

MAX_LINES = 25
MAX_MAILBOXES = 7
MAX_KINDS = 10
SHOWN = ("accessed", "copied", "quoted", "in_reach", "not_accessed", "out_of_reach")


def summary(facts: dict[str, Any]) -> list[str]:
    """Give the lines of the summary, plain text, in the reader's language."""
    _ = words.translator(current_language())
    width = min(shutil.get_terminal_size((100, 24)).columns, 110)
    evidence = facts["evidence"]
    read = _("{messages:,} messages ({letters:,} letters), {events:,} log records, from {files:,} files").format(
        **evidence
    )
    lines = [f"{facts['case']}: {read}", ""]
    for sentence in [*words.sentences(facts, _), register.sentence(facts["persons"], _)]:
        lines += _wrapped(sentence or "", width)
    next_ = [_("Look first at {report}").format(report=facts["report"])] if facts.get("report") else []
    next_ += [_("Then type: {command}").format(command=command) for command in facts["next"][:3]]
    room = MAX_LINES - len(lines) - 2
    table = _table(facts, _, max(3, min(MAX_MAILBOXES, room - min(3, len(next_)) - 2)))
    return [*lines, "", *table, "", *next_[: max(2, room - len(table))]]


def persons(facts: dict[str, Any]) -> list[str]:
    """Give whose data was in the letters: the sentence, persons by verdict and tier, and what data of theirs."""
    _ = words.translator(current_language())
    found = facts["persons"]
    width = min(shutil.get_terminal_size((100, 24)).columns, 110)
    lines = _wrapped(register.sentence(found, _) or "", width)
    verdicts, tiers, names = words.verdict_names(_), kinds.tier_names(_), kinds.kind_names(_)
    counts = [(verdicts[verdict], found["verdicts"][verdict]) for verdict in facts["told"]]
    counts += [(_("harm: {tier}").format(tier=tiers[tier]), n) for tier, n in found["tiers"].items()]
    counts.append((_("shared mailboxes"), found["shared"]))
    lines += ["", *(f"  {n:>8,}  {what}" for what, n in counts), ""]
    for row in found["kinds"][:MAX_KINDS]:
        told = _("{kind}: {persons:,} persons, {letters:,} letters; {nobodys:,} mentions of nobody")
        lines.append("  " + told.format(**{**row, "kind": names.get(row["kind"], row["kind"])}))
    return lines


def _table(facts: dict[str, Any], _: words.Translate, most: int) -> list[str]:
    """Give the mailboxes, a line each; those after the first `most` as one."""
    boxes = [row for row in facts["mailboxes"] if row["accessed"] + row["copied"] + row["quoted"] + row["in_reach"]]
    if not boxes:
        return []
    heads = [_("opened"), _("copied"), _("quoted"), _("in reach"), _("not opened"), _("out of reach")]
    rows = [
        [row["mailbox"] or _("(no mailbox known)"), *(f"{row[verdict]:,}" for verdict in SHOWN)] for row in boxes[:most]
    ]
    if len(boxes) > most:
        rest = boxes[most:]
        rows.append(
            [_("{n:,} more").format(n=len(rest)), *(f"{sum(row[verdict] for row in rest):,}" for verdict in SHOWN)]
        )
    rows.insert(0, [_("mailbox"), *heads])
    widths = [max(cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            [
                pad(row[0], widths[0]),
                *(pad(cell, width, right=True) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]


def cells(text: str) -> int:
    """Tell how many columns of a terminal a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Pad a text to a width in columns."""
    gap = " " * max(width - cells(text), 0)
    return gap + text if right else text + gap


_PIECES = re.compile(r"\s+|[\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]|[^\s\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]+")


def _wrapped(text: str, width: int) -> list[str]:
    """Break a sentence into lines: words stay whole, Japanese may break anywhere."""
    lines, line = [], ""
    for piece in _PIECES.findall(text):
        if cells(line + piece.rstrip()) > width and line.strip():
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line] if line.strip() else lines
