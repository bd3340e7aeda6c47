"""Grade the product on cases it has not seen: `python tests/acceptance/exam.py --seeds 1 2 3 --keep DIR`."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

import cases

if TYPE_CHECKING:
    from truth import Case, Truth

Row = dict[str, Any]
UNSEALED = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "unsealed"
TABLES = ("exposures", "messages", "activity", "events", "intrusion", "skipped")
BAR = 0.99
DONE = (0, 3)
SHOWN = 20
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
STRONG = {"accessed", "copied"}


class ProductError(Exception):
    """The product did not run as its contract says."""


@dataclass
class Sheet:
    """What one case earned."""

    seed: int
    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    confusion: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def score(self) -> float:
        """The share of verdicts that are right."""
        return sum(self.right.values()) / max(1, sum(self.total.values()))

    @property
    def passed(self) -> bool:
        """Whether the bar is met."""
        return self.score >= BAR and not self.faults

    def mark(self, scene: str, want: str, got: str, story: str) -> None:
        """Enter one verdict."""
        self.total[scene] += 1
        if want == got:
            self.right[scene] += 1
        else:
            self.wrong.append(f"{want} -> {got}: {story}")
            self.confusion[f"{want} -> {got}"] += 1


def call(*args: str | Path, timeout: int = 900) -> subprocess.CompletedProcess[str]:
    """Run the product as a user would."""
    command = [str(UNSEALED), *(str(a) for a in args)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=timeout, check=False)


def _must(*args: str | Path) -> str:
    done = call(*args)
    if done.returncode not in DONE:
        said = (done.stderr or done.stdout)[-2000:]
        raise ProductError(f"exit {done.returncode}: unsealed {' '.join(str(a) for a in args)}\n{said}")
    return done.stdout


def run(case: Case) -> dict[str, list[Row]]:
    """Make a case of the evidence and give its tables."""
    home = case.root / "case"
    _must("new", home, "--name", f"Examination {case.truth.seed}", "--domain", case.domain)
    with (home / "case.toml").open("a", encoding="utf-8") as settings:
        settings.write(case.snippet)
    known = ["--indicators", str(case.indicators)] if case.indicators else []
    _must("run", home, case.evidence, *known)
    return {name: read_table(home, name) for name in TABLES}


def read_table(home: Path, name: str) -> list[Row]:
    """Read one table, a JSON object a line."""
    text = _must("table", home, name, "--format", "jsonl")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def _key(mailbox: object, mid: object) -> tuple[str, str]:
    return str(mailbox or "").lower(), str(mid or "").strip().strip("<>")


def grade_verdicts(sheet: Sheet, truth: Truth, tables: dict[str, list[Row]]) -> None:
    """Compare each copy's verdict, and each message's that only a log names."""
    letters = {row["message_id"]: row for row in tables["messages"]}
    found: dict[tuple[str, str], set[str]] = {}
    strongest: dict[str, set[str]] = {}
    for row in tables["exposures"]:
        letter = letters.get(row["message_id"], row)
        key = _key(row["mailbox"] or letter["mailbox"], letter["internet_message_id"])
        found.setdefault(key, set()).add(str(row["verdict"]))
        strongest.setdefault(key[1], set()).add(str(row.get("content_verdict")))
    for copy in truth.copies:
        if copy.verdict:
            got = "/".join(sorted(found.get(_key(copy.mailbox, copy.letter.mid), {"no row"})))
            story = f"[{copy.scene}] {copy.mailbox} {copy.folder} {copy.letter.mid} {copy.letter.source}"
            sheet.mark(copy.scene, copy.verdict, got, f"{story} {copy.arrival:%m-%d %H:%M}: {copy.reason}")
    for mid, mailbox, verdict in truth.absent:
        got = "/".join(sorted(found.get(_key(mailbox, mid), {"no row"})))
        sheet.mark("only in the log", verdict, got, f"{mailbox} {mid}")
    known = {_key(c.mailbox, c.letter.mid) for c in truth.copies} | {_key(box, mid) for mid, box, _ in truth.absent}
    false = [key for key, verdicts in found.items() if key not in known and verdicts & STRONG]
    if false:
        sheet.faults.append(f"{len(false)} messages that only the owner opened or that nobody did: {false[:3]}")
    off = [m for m, want in truth.contents.items() if strongest.get(m.strip("<>"), {want}) != {want}]
    sheet.notes.append(f"content_verdict wrong for {len(off)} of {len(truth.contents)} messages: {off[:3]}")


def grade_letters(sheet: Sheet, truth: Truth, tables: dict[str, list[Row]]) -> None:
    """Compare which letters were read, and into which folders."""
    want = {_key(c.mailbox, c.letter.mid): c for c in truth.copies}
    rows = Counter(_key(row["mailbox"], row["internet_message_id"]) for row in tables["messages"])
    lost = [key for key in want if key not in rows]
    extra = [key for key in rows if key not in want]
    twice = [key for key, count in rows.items() if count > 1]
    folders = {_key(r["mailbox"], r["internet_message_id"]): str(r["folder"]) for r in tables["messages"]}
    moved = [
        f"{want[k].folder} as {folders[k]}" for k in want if k in folders and not _same(want[k].folder, folders[k])
    ]
    sheet.notes.append(
        f"letters: {len(rows)} of {len(want)} read, {len(lost)} lost {lost[:3]}, "
        f"{len(extra)} unknown {extra[:3]}, "
        f"{len(twice)} twice, {len(moved)} in another folder {sorted(set(moved))[:4]}",
    )
    if lost:
        sheet.faults.append(f"{len(lost)} letters were not read")


def _same(want: str, got: str) -> bool:
    return re.split(r"[\\/]", got.strip("\\/"))[-1].lower() == want.lower()


def grade_activity(sheet: Sheet, truth: Truth, tables: dict[str, list[Row]]) -> None:
    """Compare whose records were taken for the intruder's."""
    mine = set(truth.intruder) | set(truth.owner) | truth.noise
    ids: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for row in tables["events"]:
        raw = row["raw"] if isinstance(row["raw"], str) else json.dumps(row["raw"])
        hits = {guid for guid in GUID.findall(raw) if guid in mine}
        if hits:
            ids[row["event_id"]] = min(hits)
            seen[min(hits)] += 1
    active = {ids.get(row["event_id"], "") for row in tables["activity"] if row["state"] != "rejected"}
    owners = sorted(active & set(truth.owner))
    others = sorted(active & truth.noise)
    missed = sorted(set(truth.intruder) - active)
    unread = mine - set(seen)
    twice = [guid for guid, count in seen.items() if count > 1]
    sheet.notes.append(
        f"activity: {len(active)} records, {len(truth.intruder)} are the intruder's, {len(missed)} missed"
    )
    sheet.notes.append(f"events: {len(seen)} of {len(mine)} known records read, {len(twice)} twice")
    if owners:
        sheet.faults.append(f"{len(owners)} of the owner's records counted as the intruder's: {_name(owners, truth)}")
    if others:
        sheet.faults.append(f"{len(others)} records of others counted as the intruder's: {others[:3]}")
    if len(missed) > (1 - BAR) * len(truth.intruder):
        sheet.faults.append(f"{len(missed)} of the intruder's records missed: {_name(missed, truth)}")
    if unread:
        sheet.faults.append(f"{len(unread)} records of the log not read: {sorted(unread)[:3]}")
    if twice:
        sheet.faults.append(f"{len(twice)} records kept twice: {twice[:3]}")


def _name(ids: list[str], truth: Truth) -> list[str]:
    return [f"{guid} {truth.owner.get(guid, '')}{truth.intruder.get(guid, '')}" for guid in ids[:4]]


def _moment(value: object) -> datetime | None:
    if not value:
        return None
    when = datetime.fromisoformat(str(value))
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def grade_bounds(sheet: Sheet, truth: Truth, tables: dict[str, list[Row]]) -> None:
    """Compare the first and the last evidence."""
    row = tables["intrusion"][0] if len(tables["intrusion"]) == 1 else {}
    for name, want in (("first_evidence", truth.first), ("last_evidence", truth.last)):
        got = _moment(row.get(name))
        if got != want:
            sheet.faults.append(f"{name} is {got}, should be {want}")
    ends = ("began_after", "began_before", "ended_after", "ended_before")
    began_after, began_before, ended_after, ended_before = (_moment(row.get(name)) for name in ends)
    if (began_after and began_after > truth.first) or (began_before and began_before > truth.first):
        sheet.faults.append("the bounds of the beginning exclude the first evidence")
    if (ended_before and ended_before < truth.last) or (ended_after and ended_after < truth.last):
        sheet.faults.append("the bounds of the end exclude the last evidence")


def grade(case: Case, tables: dict[str, list[Row]]) -> Sheet:
    """Grade one case."""
    sheet = Sheet(case.truth.seed)
    grade_verdicts(sheet, case.truth, tables)
    grade_letters(sheet, case.truth, tables)
    grade_activity(sheet, case.truth, tables)
    grade_bounds(sheet, case.truth, tables)
    reasons = Counter(str(row["reason"]) for row in tables["skipped"])
    sheet.notes.append(f"skipped: {dict(reasons)}")
    return sheet


def examine(seed: int, keep: Path) -> Sheet:
    """Build, run and grade the case of one seed."""
    return examined(seed, cases.build(seed, keep / f"seed{seed}"))


def examined(seed: int, case: Case) -> Sheet:
    """Run and grade a case that was built."""
    begun = time.monotonic()
    try:
        sheet = grade(case, run(case))
    except ProductError as error:
        sheet = Sheet(seed, faults=[str(error)])
    sheet.notes.append(f"the product ran {time.monotonic() - begun:.1f} s")
    return sheet


def show(sheet: Sheet) -> str:
    """Give the grade sheet of one case as text."""
    lines = [f"seed {sheet.seed}: {sheet.score:.2%} of {sum(sheet.total.values())} verdicts right"]
    lines += [f"  {name:16} {sheet.right[name]:5}/{total:<5}" for name, total in sorted(sheet.total.items())]
    lines += [f"  FAULT {fault}" for fault in sheet.faults]
    lines += [f"  note  {note}" for note in sheet.notes]
    lines += [f"  {count:5} x {pair}" for pair, count in sheet.confusion.most_common(8)]
    lines += [f"  wrong {text}" for text in sheet.wrong[:SHOWN]]
    return "\n".join([*lines, f"  {'PASSED' if sheet.passed else 'FAILED'}"])


def main() -> int:
    """Examine the seeds that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--keep", type=Path, help="keep evidence, truth and case here")
    parser.add_argument("--build-only", action="store_true", help="only write evidence and truth")
    options = parser.parse_args()
    if not options.build_only and not UNSEALED.exists():
        parser.error(f"the product is not installed: {UNSEALED}")
    sheets: list[Sheet] = []
    with tempfile.TemporaryDirectory() as scratch:
        keep: Path = options.keep or Path(scratch)
        for seed in options.seeds:
            if options.build_only:
                print(cases.build(seed, keep / f"seed{seed}").root)
                continue
            sheets.append(examine(seed, keep))
            print(show(sheets[-1]), flush=True)
    return 0 if all(sheet.passed for sheet in sheets) else 1


if __name__ == "__main__":
    sys.exit(main())
