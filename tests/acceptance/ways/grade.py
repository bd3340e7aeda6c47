"""Run the product on a case and compare its verdicts with the truth."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .common import Case

ROOT = Path(__file__).resolve().parents[3]
UNSEALED = ROOT / ".venv" / "bin" / "unsealed"
RANK = ["out_of_reach", "not_accessed", "in_reach", "quoted", "copied", "accessed"]
OPENED = {"accessed", "copied", "quoted"}
RIGHT, WEAK = 0.99, 0.002
Row = dict[str, Any]


class ProductError(Exception):
    """The product did not run as its contract says."""


@dataclass
class Sheet:
    """What one case earned."""

    name: str
    total: int = 0
    right: int = 0
    open_sets: int = 0
    weak: list[str] = field(default_factory=list)
    opened_weak: int = 0
    strong: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    pairs: Counter[str] = field(default_factory=Counter)
    wants: Counter[str] = field(default_factory=Counter)
    contents_off: int = 0
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the issue's bar is met."""
        return not self.faults and self.right >= RIGHT * self.total and len(self.weak) <= WEAK * self.total


def run(src: Path, *words: str | Path) -> str:
    """Run the product as a user would, from a checkout."""
    done = subprocess.run(
        [str(UNSEALED), *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(src)},
        timeout=1800,
    )
    if done.returncode not in (0, 3):
        raise ProductError(
            f"exit {done.returncode}: unsealed {' '.join(map(str, words))}\n{(done.stderr or done.stdout)[-1500:]}"
        )
    return done.stdout


def table(src: Path, home: Path, name: str) -> list[Row]:
    """Read one table."""
    return [json.loads(line) for line in run(src, "table", home, name, "--format", "jsonl").split("\n") if line.strip()]


def prepare(case: Case, src: Path, home: Path) -> list[str | Path]:
    """Make the case folder with the responders' lines; give the options of `run`."""
    run(src, "new", home, "--name", "Exam", "--domain", case.domain, "--timezone", case.timezone)
    with (home / "case.toml").open("a", encoding="utf-8") as settings:
        settings.write(case.snippet)
    if not case.indicators:
        return []
    known = case.root / "indicators.txt"
    known.write_text("\n".join(case.indicators) + "\n", "utf-8")
    return ["--indicators", known]


def key(mailbox: object, mid: object) -> tuple[str, str]:
    """Name a copy."""
    return str(mailbox or "").lower(), str(mid or "").strip().strip("<>")


def answers(src: Path, home: Path) -> dict[tuple[str, str], Row]:
    """Give the strongest row of each copy."""
    boxes = {row["message_id"]: row["mailbox"] for row in table(src, home, "messages")}
    found: dict[tuple[str, str], Row] = {}
    for row in table(src, home, "exposures"):
        name = key(row["mailbox"] or boxes.get(row["message_id"]), row["internet_message_id"])
        if name not in found or RANK.index(row["verdict"]) > RANK.index(found[name]["verdict"]):
            found[name] = row
    return found


def check_truth(case: Case) -> list[str]:
    """Name truths that are weaker than what really happened: the exam itself would be wrong."""
    return [
        f"{copy.letter.mid} was opened and is called {copy.verdict}: {copy.why}"
        for copy in case.copies
        if copy.opened
        and min(RANK.index(one) for one in copy.verdict.split("|")) < RANK.index("in_reach")
        and "in_reach" not in copy.verdict
    ]


def mark(sheet: Sheet, want: str, got: str, story: str) -> None:
    """Enter one verdict."""
    accepted = want.split("|")
    sheet.total += 1
    sheet.open_sets += len(accepted) > 1
    sheet.wants[want] += 1
    if got in accepted:
        sheet.right += 1
        return
    sheet.pairs[f"{want} -> {got}"] += 1
    place = RANK.index(got) if got in RANK else -1
    line = f"{want} -> {got}: {story}"
    if place < min(RANK.index(one) for one in accepted):
        sheet.weak.append(line)
        sheet.opened_weak += set(accepted) <= OPENED
    else:
        sheet.strong.append(line)


def grade(case: Case, src: Path, home: Path) -> Sheet:
    """Compare every copy's verdict, and whose records were counted."""
    sheet = Sheet(case.name, faults=check_truth(case)[:3])
    found = answers(src, home)
    known = set()
    for copy in case.copies:
        name = key(copy.mailbox, copy.letter.mid)
        known.add(name)
        if not copy.verdict:
            continue
        got = found[name]["verdict"] if name in found else "no row"
        if got == "no row" and not copy.kept:
            # A letter that is gone, and that no log names as opened, needs no row.
            got = "out_of_reach" if {"out_of_reach", "not_accessed"} & set(copy.verdict.split("|")) else got
            got = "not_accessed" if got == "out_of_reach" and "out_of_reach" not in copy.verdict else got
        mark(
            sheet,
            copy.verdict,
            got,
            f"{copy.mailbox} {copy.last_folder} {copy.letter.mid} {copy.arrived:%m-%d %H:%M}: {copy.why}",
        )
    for mailbox, mid, want, why in case.ghosts:
        known.add(key(mailbox, mid))
        got = found[key(mailbox, mid)]["verdict"] if key(mailbox, mid) in found else "no row"
        mark(sheet, want, got, f"{mailbox} {mid} only in the log: {why}")
    extra = [name for name, row in found.items() if name not in known and row["verdict"] in OPENED]
    if extra:
        sheet.faults.append(f"{len(extra)} letters counted that only owners or services opened: {extra[:3]}")
    innocent(sheet, case, src, home)
    contents(sheet, found)
    return sheet


def innocent(sheet: Sheet, case: Case, src: Path, home: Path) -> None:
    """See that nothing of the owners' or the services' counts as the intruder's."""
    active = {row["event_id"]: row for row in table(src, home, "activity") if row["state"] != "rejected"}
    false = []
    for row in table(src, home, "events"):
        if row["event_id"] in active:
            text = row["raw"] if isinstance(row["raw"], str) else json.dumps(row["raw"])
            if row["client_ip"] in case.innocent_ips or any(one in text for one in case.innocent_ids):
                false.append(
                    f"{row['operation']} of {row['user']} from {row['client_ip']}: {active[row['event_id']]['reason']}"
                )
    if false:
        sheet.faults.append(f"{len(false)} records of owners or services counted: {false[:3]}")


def contents(sheet: Sheet, found: dict[tuple[str, str], Row]) -> None:
    """Count letters whose content_verdict is not the strongest of their copies' verdicts."""
    best: dict[str, str] = {}
    for (_, mid), row in found.items():
        if RANK.index(row["verdict"]) > RANK.index(best.get(mid, RANK[0])):
            best[mid] = row["verdict"]
    sheet.contents_off = sum(
        1 for (_, mid), row in found.items() if RANK.index(row["content_verdict"]) < RANK.index(best.get(mid, RANK[0]))
    )
    if sheet.contents_off:
        sheet.faults.append(f"{sheet.contents_off} rows whose content_verdict is weaker than a copy's verdict")


def examine(case: Case, src: Path) -> Sheet:
    """Run and grade one case; a run that fails late is graded by what it left, and is a fault."""
    home, begun, failed = case.root / "case", time.monotonic(), []
    try:
        options = prepare(case, src, home)
        try:
            run(src, "run", home, case.evidence, "--workers", "1", *options)
            reject(case, src, home)
        except ProductError as error:
            failed.append(str(error))
        sheet = grade(case, src, home)
    except ProductError as error:
        sheet = Sheet(case.name, faults=[] if failed else [str(error)])
    sheet.faults += failed
    sheet.seconds = time.monotonic() - begun
    return sheet


def reject(case: Case, src: Path, home: Path) -> None:
    """Reject what was proposed of a user whom the responders know to be at work, and run again."""
    rows = [row for row in table(src, home, "activity") if case.reject_user and row["user"] == case.reject_user]
    if rows:
        run(src, "decide", home, "reject", *sorted({row["session"] or row["event_id"] for row in rows}))
        run(src, "run", home, "--workers", "1")


def show(sheet: Sheet, shown: int = 8) -> str:
    """Give a sheet as text."""
    total = max(1, sheet.total)
    first = (
        f"{sheet.name}: right {sheet.right / total:.2%} of {sheet.total}; too weak {len(sheet.weak) / total:.2%} "
        f"(opened: {sheet.opened_weak}); too strong {len(sheet.strong) / total:.2%}; open sets {sheet.open_sets}; "
        f"{sheet.seconds:.0f} s; {'PASSED' if sheet.passed else 'FAILED'}"
    )
    lines = [first]
    lines += ["  truth: " + ", ".join(f"{want} {count}" for want, count in sheet.wants.most_common())]
    lines += [f"  FAULT {fault}" for fault in sheet.faults]
    lines += [f"  {count:5} x {pair}" for pair, count in sheet.pairs.most_common(10)]
    per: Counter[str] = Counter()
    for line in [*sheet.weak, *sheet.strong]:
        pair = line.split(":", 1)[0]
        per[pair] += 1
        if per[pair] <= max(2, shown // 2):
            lines.append(f"  {line}")
    return "\n".join(lines)
