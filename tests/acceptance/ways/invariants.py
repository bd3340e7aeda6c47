"""What must hold whatever the evidence: `python -m tests.acceptance.ways.invariants --seed N [--only WAY]... [--src DIR]`.

On the cases of the ways, through the command line:
 more      what is known of the intruder, given in part and then whole, and then with an owner's network added as theirs:
           no verdict is weaker than before.
 reject    a session of the intruder's is rejected: no verdict is stronger than before.
 order     the same records split over other files, in another order, read in two goes, logs first: the same verdicts.
 grounds   every verdict but out_of_reach has a ground, and every ground leads to an event, a letter or a line of case.toml.
"""

from __future__ import annotations

import argparse
import importlib
import json
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import grade
from .__main__ import WAYS
from .common import toml

if TYPE_CHECKING:
    from .common import Case

Verdicts = dict[tuple[str, str], str]


class Trial:
    """One case, run in many ways."""

    def __init__(self, case: Case, src: Path) -> None:
        """Run it as it is."""
        self.case, self.src, self.number = case, src, 0
        self.home = self.start(case.indicators)
        self.base = self.verdicts(self.home)

    def start(self, known: list[str], more: str = "", evidence: tuple[Path, ...] = ()) -> Path:
        """Make a case folder of its own and run it."""
        self.number += 1
        home, kept, snippet = self.case.root / f"trial{self.number}", self.case.indicators, self.case.snippet
        self.case.indicators, self.case.snippet = known, snippet + more
        try:
            options = grade.prepare(self.case, self.src, home)
        finally:
            self.case.indicators, self.case.snippet = kept, snippet
        for path in evidence:
            grade.run(self.src, "read", home, path, "--workers", "1")
        grade.run(self.src, "run", home, *([] if evidence else [self.case.evidence]), "--workers", "1", *options)
        return home

    def verdicts(self, home: Path) -> Verdicts:
        """The verdict of every copy."""
        return {key: row["verdict"] for key, row in grade.answers(self.src, home).items()}

    def more(self) -> list[str]:
        """Give less, then more."""
        said, known = [], self.case.indicators
        if len(known) > 1:
            part = self.verdicts(self.start(known[: len(known) // 2]))
            said += _weaker(part, self.base, "half of the indicators, then all")
        if self.case.innocent_ips:
            line = toml("intruder", client_ip=min(self.case.innocent_ips), basis="as a trial")
            said += _weaker(self.base, self.verdicts(self.start(known, line)), "an owner's network added")
        return said

    def reject(self) -> list[str]:
        """Reject what was proposed, session by session: the first, and then all."""
        rows = [row for row in grade.table(self.src, self.home, "activity") if row["state"] == "proposed"]
        sessions = sorted({row["session"] or row["event_id"] for row in rows})
        said, before = [], self.base
        for chosen in (sessions[:1], sessions[1:]):
            if chosen:
                grade.run(self.src, "decide", self.home, "reject", *chosen)
                grade.run(self.src, "run", self.home, "--workers", "1")
                after = self.verdicts(self.home)
                said += _weaker(after, before, f"{len(chosen)} sessions rejected")
                before = after
        return said

    def order(self) -> list[str]:
        """Read the same records from other files in another order."""
        other = self.case.root / "other"
        shutil.rmtree(other, ignore_errors=True)
        for path in sorted(self.case.evidence.rglob("*")):
            if path.is_file() and path.relative_to(self.case.evidence).parts[0] != "mail":
                for number, text in enumerate(split(path)):
                    target = other / f"{1 - number}" / path.relative_to(self.case.evidence)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text, "utf-8", newline="")
        logs = (other,) if other.exists() else ()
        again = self.verdicts(self.start(self.case.indicators, evidence=(*logs, self.case.evidence / "mail")))
        off = sorted(key for key in {*self.base, *again} if self.base.get(key) != again.get(key))
        return (
            [
                f"order: {len(off)} verdicts differ: "
                + ", ".join(f"{key} {self.base.get(key)} / {again.get(key)}" for key in off[:3])
            ]
            if off
            else []
        )

    def grounds(self) -> list[str]:
        """Follow every ground."""
        events = {row["event_id"] for row in grade.table(self.src, self.home, "events")}
        letters = {row["message_id"] for row in grade.table(self.src, self.home, "messages")}
        lines = "[[reach]]" in self.case.snippet or "[[intruder]]" in self.case.snippet
        bare, lost = [], []
        for row in grade.table(self.src, self.home, "exposures"):
            grounds = row["grounds"] if isinstance(row["grounds"], list) else json.loads(row["grounds"] or "[]")
            lost += [f"{row['internet_message_id']} {g}" for g in grounds if _lost(g, events, letters)]
            if row["verdict"] != "out_of_reach" and not any(_leads(g, lines=lines) for g in grounds):
                bare.append(f"{row['mailbox']} {row['internet_message_id']} {row['verdict']} {grounds}")
        said = [f"grounds: {len(bare)} verdicts lead nowhere: {bare[:2]}"] if bare else []
        return said + ([f"grounds: {len(lost)} name what is not there: {lost[:2]}"] if lost else [])


def _lost(ground: dict[str, Any], events: set[str], letters: set[str]) -> bool:
    event, letter = ground.get("event_id"), ground.get("message_id")
    return bool(event and event not in events) or bool(letter and letter not in letters)


def _leads(ground: dict[str, Any], *, lines: bool) -> bool:
    return bool(ground.get("event_id") or ground.get("message_id") or (lines and ground.get("note")))


def _weaker(before: Verdicts, after: Verdicts, what: str) -> list[str]:
    """Name verdicts that are weaker after than before."""
    off = [
        key for key, one in before.items() if grade.RANK.index(after.get(key, grade.RANK[0])) < grade.RANK.index(one)
    ]
    return (
        [
            f"{what}: {len(off)} verdicts weaker: "
            + ", ".join(f"{key} {before[key]} / {after.get(key)}" for key in off[:3])
        ]
        if off
        else []
    )


def split(path: Path) -> tuple[str, str]:
    """Give a log as two files of the same kind, every other record in each, backwards where the kind has no order."""
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        held = json.loads(text)
        name = next((key for key in ("items", "value") if isinstance(held, dict) and key in held), "")
        rows = held[name] if name else held
        halves = [rows[number::2][::-1] for number in (0, 1)]
        first, second = (json.dumps({**held, name: half} if name else half) for half in halves)
        return first, second
    lines = text.splitlines(keepends=True)
    head = [line for line in lines if line.startswith("#")] or (lines[:1] if path.suffix == ".csv" else [])
    body = lines[len(head) :]
    step = -1 if path.suffix in (".jsonl", ".csv") else 1
    first, second = ("".join([*head, *body[number::2][::step]]) for number in (0, 1))
    return first, second


def main() -> int:
    """Try the cases of the seed and ways that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.ways.invariants", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--case", default="")
    parser.add_argument("--src", type=Path, default=grade.ROOT / "src")
    parser.add_argument("--what", action="append", default=[], choices=["grounds", "order", "more", "reject"])
    options = parser.parse_args()
    broken = 0
    with tempfile.TemporaryDirectory() as scratch:
        for way in [way for way in WAYS if not options.only or any(way.startswith(one) for one in options.only)]:
            module = importlib.import_module(f"{__package__}.{way}")
            for case in module.build(random.Random(f"ways {way} {options.seed}"), Path(scratch) / way):
                if options.case not in case.name:
                    continue
                try:
                    trial = Trial(case, options.src.resolve())
                    said = [
                        line
                        for what in options.what or ("grounds", "order", "more", "reject")
                        for line in getattr(trial, what)()
                    ]
                except grade.ProductError as error:
                    said = [str(error)]
                broken += len(said)
                print(f"{case.name}: {'holds' if not said else ''}", *said, sep="\n  ", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
