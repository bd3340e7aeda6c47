"""What would differ under other assumptions, in lines for a terminal, in the reader's language."""

from typing import Any

from unsealed.i18n import current_language
from unsealed.report import words
from unsealed.report.plain import shown
from unsealed.report.terminal import cells, pad
from unsealed.schema import VERDICTS

MAX_CHANGES = 25
MAX_SUBJECT = 60

Row = dict[str, Any]


def lines(found: Row) -> list[str]:
    """Give the lines of what `unsealed.whatif.answer` found."""
    _ = words.translator(current_language())
    told = [_("Assumed, and not kept:"), *(f"  {line}" for line in _assumed(found["assumed"], _)), ""]
    told += [*_counts(found, _), ""]
    changes = found["changes"]
    if not changes:
        told.append(_("No verdict would change."))
    else:
        told.append(_("{n:,} copies would be judged otherwise:").format(n=len(changes)))
        names = words.verdict_names(_)
        for row in found["changed"][:MAX_CHANGES]:
            told.append(
                "  " + _("{n:,} in {mailbox}: {before} -> {after}").format(
                    n=row["copies"], mailbox=shown(row["mailbox"]) or _("(no mailbox known)"),
                    before=_verdict(row["from"], names, _), after=_verdict(row["to"], names, _),
                )
            )  # fmt: skip
        told += ["", *(f"  {_change(row, names, _)}" for row in changes[:MAX_CHANGES])]
        if len(changes) > MAX_CHANGES:
            told.append("  " + _("{n:,} more are in --json").format(n=len(changes) - MAX_CHANGES))
    bounds = _bounds(found["intrusion"], _)
    return [*told, *([""] if bounds else []), *bounds]


def _assumed(assumed: Row, _: words.Translate) -> list[str]:
    kinds = words.reach_names(_)
    told = [
        _("{kind} {name} open from {start} to {end}").format(
            kind=kinds.get(row["kind"], row["kind"]),
            name=shown(row["name"]),
            start=words.day(row["from"]),
            end=words.day(row["to"]),
        )
        for row in assumed["reach"]
    ]
    for row in assumed["intruder"]:
        match = ", ".join(f"{key} {shown(row[key])}" for key in row if key not in {"from", "to", "basis"})
        told.append(_("the intruder's: {match}").format(match=match))
    states = words.state_names(_)
    told += [f"{shown(row['subject'])}: {states[row['state']]}" for row in assumed["decide"]]
    return told + [f"{key}: {words.day(value)}" for key, value in assumed["incident"].items()]


def _counts(found: Row, _: words.Translate) -> list[str]:
    """Give copies and letters by verdict, before and after, as a table."""
    names = words.verdict_names(_)
    rows = [["", _("copies"), "", _("letters"), ""], ["", _("before"), _("after"), _("before"), _("after")]]
    for verdict in VERDICTS:
        numbers = [found[what][when][verdict] for what in ("verdicts", "letters") for when in ("before", "after")]
        rows.append([names[verdict], *(f"{number:,}" for number in numbers)])
    widths = [max(cells(row[column]) for row in rows) for column in range(5)]
    return [
        "  ".join([pad(row[0], widths[0]), *(pad(row[n], widths[n], right=True) for n in range(1, 5))]).rstrip()
        for row in rows
    ]


def _change(row: Row, names: dict[str, str], _: words.Translate) -> str:
    subject = shown(row["subject"]) or shown(row["internet_message_id"])
    subject = subject if len(subject) <= MAX_SUBJECT else subject[: MAX_SUBJECT - 1] + "…"
    where = " / ".join(shown(row[key]) for key in ("mailbox", "folder") if row[key])
    what = f"{_verdict(row['from'], names, _)} -> {_verdict(row['to'], names, _)}"
    return f"{what}: {subject} ({where}) {row['message_id'] or shown(row['internet_message_id'])}"


def _verdict(verdict: str | None, names: dict[str, str], _: words.Translate) -> str:
    return names[verdict] if verdict else _("not judged")


def _bounds(bounds: Row, _: words.Translate) -> list[str]:
    """Say which bounds of the intrusion would move."""
    before, after = bounds["before"] or {}, bounds["after"] or {}
    told = [
        f"  {key}: {_bound(before.get(key))} -> {_bound(after.get(key))}"
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]
    return [_("The intrusion's bounds would move:"), *told] if told else []


def _bound(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}"
    return words.day(value) if isinstance(value, str) else "?"
