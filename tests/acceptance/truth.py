"""What is true of every copy, by the contract's table; None where the contract leaves it open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quoting import Book, Opened

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from scenes import Scene
    from stage import Copy, Stage

RANK = ["out_of_reach", "not_accessed", "in_reach", "quoted", "copied", "accessed"]


@dataclass
class Truth:
    """The answers of one case."""

    seed: int
    copies: list[Copy]
    absent: list[tuple[str, str, str]]
    intruder: dict[str, datetime]
    owner: dict[str, str]
    noise: set[str]
    first: datetime
    last: datetime
    contents: dict[str, str]
    records: int = 0
    rows: dict[str, int] = field(default_factory=dict)


@dataclass
class Case:
    """A case on disk, ready to be run."""

    root: Path
    evidence: Path
    indicators: Path | None
    snippet: str
    domain: str
    truth: Truth


def judge(scenes: list[Scene], stage: Stage, gateway: tuple[datetime, datetime] | None) -> None:
    """Write a verdict and a reason on every copy."""
    letters = {c.letter.mid: c.letter for s in scenes for c in s.box.copies}
    book = Book(list(letters.values()))
    opened = {s.box.address: [c.letter for c in s.box.copies if c.letter.mid in s.named] for s in scenes}
    copied: dict[str, list[Copy]] = {}
    for scene in scenes:
        last = max(
            (e.time for e in stage.events if e.who == "intruder" and e.mailbox == scene.box.address),
            default=None,
        )
        for copy in scene.box.copies:
            copy.scene = scene.name
            copy.verdict, copy.reason = _plain(scene, copy, last, gateway)
            if copy.verdict == "copied":
                copied.setdefault(scene.box.address, []).append(copy)
    for scene in scenes:
        mine = opened[scene.box.address]
        others = [x for address, group in opened.items() if address != scene.box.address for x in group]
        taken = [c.letter for c in copied.get(scene.box.address, [])]
        same = Opened(book, mine, same_box=True)
        loose = [Opened(book, group, same_box=False) for group in (others, taken)]
        for copy in scene.box.copies:
            if copy.verdict not in (None, "accessed", "copied"):
                _quote(copy, same, loose)


def _quote(copy: Copy, same: Opened, loose: list[Opened]) -> None:
    found, reason = same.judge(copy.letter)
    if found:
        copy.verdict, copy.reason = "quoted", reason
        return
    for group in [] if found is None else loose:
        found, reason = group.judge(copy.letter)
        if found is None:
            break
    if found is None:
        copy.verdict, copy.reason = None, reason


def _plain(
    scene: Scene,
    copy: Copy,
    last: datetime | None,
    gateway: tuple[datetime, datetime] | None,
) -> tuple[str | None, str]:
    """Judge a copy without its words: the strongest of the table comes first."""
    taken = _taken(scene, copy)
    if taken:
        return taken
    at = copy.arrival
    reach = [f"{why} until {end:%m-%d %H:%M}" for _, end, why in scene.dark if at < end]
    if gateway and copy.gateway and gateway[0] < at < gateway[1]:
        reach.append("came by the gateway in its time")
    if scene.reach_until and at < scene.reach_until:
        reach.append("mailbox was reachable")
    if reach:
        return "in_reach", "; ".join(reach)
    if last and at < last:
        return "not_accessed", f"the log is whole and does not name it; last trace {last:%m-%d %H:%M}"
    if any(at < forward.end for forward in scene.forwards):
        return None, "the intruder's rule outlived the last trace, and does not match"
    return "out_of_reach", f"last trace {last:%m-%d %H:%M}" if last else "nobody entered"


def _taken(scene: Scene, copy: Copy) -> tuple[str | None, str] | None:
    """Say whether a copy was opened, synchronised or sent away."""
    at = copy.arrival
    if copy.letter.mid in scene.named:
        when, how = scene.named[copy.letter.mid]
        return "accessed", f"{how} at {when:%m-%d %H:%M}"
    copies = [when for folder, when in scene.synced if folder == copy.folder]
    if any(at < when for when in copies):
        return "copied", f"sync of {copy.folder} until {max(copies):%m-%d %H:%M}"
    for forward in scene.forwards:
        match = None if copy.sent else forward.match(copy.letter)
        if forward.start < at < forward.end and match is not False:
            return ("copied" if match else None), f"forwarded, match {match}"
    return None


def contents(copies: list[Copy], absent: list[tuple[str, str, str]]) -> dict[str, str]:
    """Give the strongest verdict of each message all of whose copies are sure."""
    verdicts: dict[str, list[str | None]] = {}
    for copy in copies:
        verdicts.setdefault(copy.letter.mid, []).append(copy.verdict)
    for mid, _, verdict in absent:
        verdicts.setdefault(mid, []).append(verdict)
    return {mid: max((v for v in group if v), key=RANK.index) for mid, group in verdicts.items() if all(group)}


def as_json(truth: Truth) -> dict[str, Any]:
    """Give the truth as one document."""
    return {
        "seed": truth.seed,
        "first_evidence": truth.first.isoformat(),
        "last_evidence": truth.last.isoformat(),
        "copies": [
            {
                "mailbox": c.mailbox,
                "folder": c.folder,
                "internet_message_id": c.letter.mid,
                "verdict": c.verdict,
                "reason": c.reason,
                "scene": c.scene,
                "arrival": c.arrival.isoformat(),
                "source": c.letter.source,
            }
            for c in truth.copies
        ],
        "absent": [{"internet_message_id": m, "mailbox": b, "verdict": v} for m, b, v in truth.absent],
        "intruder_records": sorted(truth.intruder),
        "owner_records": sorted(truth.owner),
        "rows_in_log_files": truth.rows,
    }
