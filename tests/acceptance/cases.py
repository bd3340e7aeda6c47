"""Build one breach case with known truth, from real letters and records of real shape, for a seed."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING

import corpus
import layouts
import leadfiles
import life
import logfiles
import truth as answers
from quoting import deal, quoters
from records import Tenant
from scenes import App, LateLog, LogGap, NoItemLog, ReachMailbox, Scene, SignInOnly, Throttled, Whole
from scenes_bulk import Delegate, Forwarding, Hop, Sync, SyncUnnamed
from stage import DAY, MARGIN, Box, Copy, Stage
from truth import Case, Truth

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corpus import Letter

DOMAINS = ["example.go.jp", "ministry.example.org", "agency.example.net"]
PEOPLE = [
    "tanaka",
    "sato.k",
    "j.meyer",
    "m-okafor",
    "yamada",
    "liu.wei",
    "a_rossi",
    "dubois",
    "ops",
    "kimura",
    "novak",
    "secretary",
]
ALWAYS: list[type[Scene]] = [Whole, Whole, Sync, Throttled, NoItemLog, Scene, Hop]
SOMETIMES: list[type[Scene]] = [App, LogGap, Delegate, SignInOnly, LateLog, SyncUnnamed, ReachMailbox]
JAPANESE = ["受信トレイ", "送信済みアイテム", "案件"]
ENGLISH = ["Inbox", "Sent Items", "Archive"]
FURTHER = ["Projects", "Junk Email", "Budget 2023"]
DAYS = 90
_pools: dict[str, list[Letter]] = {}


def pools() -> dict[str, list[Letter]]:
    """Load the real letters once."""
    if not _pools:
        _pools.update(corpus.load())
    return _pools


@cache
def quoting_in(name: str) -> dict[str, str]:
    """Find the letters of a pool that quote what they answer, once."""
    return quoters(pools()[name])


def _boxes(seed: int, domain: str, count: int, rng: random.Random) -> list[Box]:
    boxes = []
    for number in range(count):
        names = JAPANESE if (seed + number) % 4 == 0 else ENGLISH
        folders = [*names, FURTHER[(seed + number) % len(FURTHER)]]
        layout = layouts.LAYOUTS[(seed * 5 + number) % len(layouts.LAYOUTS)]
        boxes.append(Box(f"{PEOPLE[number]}@{domain}", folders, layout))
    rng.shuffle(boxes)
    return boxes


def _scenes(stage: Stage, seed: int, domain: str) -> list[Scene]:
    rng = stage.rng
    some = [SOMETIMES[(seed * 2 + step) % len(SOMETIMES)] for step in range(3)]
    kinds = [Forwarding.kinds[(seed * 2 + step) % len(Forwarding.kinds)] for step in range(2)]
    boxes = _boxes(seed, domain, len(ALWAYS) + len(some) + len(kinds), rng)
    scenes: list[Scene] = [kind(stage, box, rng) for kind, box in zip([*ALWAYS, *some], boxes, strict=False)]
    return scenes + [Forwarding(stage, box, rng, kind) for kind, box in zip(kinds, boxes[-len(kinds) :], strict=True)]


def _allot(scenes: list[Scene], rng: random.Random) -> dict[int, list[Letter]]:
    """Give every mailbox its letters: whole threads, so that replies stand beside what they answer."""
    stock = pools()
    runs = {
        name: deal(stock[name], len(scenes), size, rng, quoting_in(name))
        for name, size in (("threads", 34), ("ham", 22))
    }
    rest = {name: rng.sample(stock[name], len(stock[name])) for name in ("phishing", "japanese", "odd")}
    share: dict[int, list[Letter]] = {}
    for number in range(len(scenes)):
        run = [*runs["threads"][number], *runs["ham"][number]]
        for name, count in (("phishing", 14), ("japanese", 4), ("odd", 6)):
            run += [rest[name].pop() for _ in range(count) if rest[name]]
        share[number] = run
    return share


def _moments(
    stage: Stage, borders: Sequence[tuple[datetime, datetime]], count: int, rng: random.Random
) -> list[datetime]:
    """Draw times of arrival, in order, none near a moment that decides."""
    moments: list[datetime] = []
    while len(moments) < count:
        early = rng.random() < 0.25
        start = stage.start - 60 * DAY if early else stage.start
        end = stage.start if early else stage.end + 2 * DAY
        at = (start + rng.random() * (end - start)).replace(microsecond=0)
        if not any(low <= at <= high for low, high in borders):
            moments.append(at)
    return sorted(moments)


def _place(stage: Stage, scenes: list[Scene], gateway: tuple[datetime, datetime] | None, rng: random.Random) -> None:
    """Lay the letters into the mailboxes, some of them into several."""
    borders = [pair for scene in scenes for pair in scene.borders]
    if gateway:
        borders += [(edge - MARGIN, edge + MARGIN) for edge in gateway]
    for number, letters in _allot(scenes, rng).items():
        scene = scenes[number]
        moments = _moments(stage, borders, len(letters), rng)
        # Threads keep their order in time; the others are dealt between them.
        chained = sum(letter.source.startswith("threads") for letter in letters)
        places = sorted(rng.sample(range(len(letters)), chained))
        spread = [i for i in range(len(letters)) if i not in set(places)]
        for letter, place in zip(letters, [*places, *spread], strict=True):
            _lay(scene.box, letter, moments[place], rng, gateway=bool(gateway) and rng.random() < 0.3)
    _share(scenes, rng)


def _lay(box: Box, letter: Letter, at: datetime, rng: random.Random, *, gateway: bool) -> None:
    weights = [10, 2, 3, 3]
    folder = rng.choices(box.folders, weights[: len(box.folders)])[0]
    sent = folder == box.folders[1]
    box.copies.append(Copy(letter, box.address, folder, at, sent=sent, gateway=gateway and not sent))


def _share(scenes: list[Scene], rng: random.Random) -> None:
    """Let one letter in ten lie in other mailboxes, too: at the same time, by the same way."""
    for scene in scenes:
        for copy in list(scene.box.copies):
            if copy.sent or copy.shared or copy.letter.refs or rng.random() > 0.12:
                continue
            copy.shared = True
            for other in rng.sample([s for s in scenes if s is not scene], rng.randint(1, 2)):
                folder = rng.choice([other.box.folders[0], other.box.folders[2]])
                at = copy.arrival + timedelta(seconds=rng.randint(0, 40))
                twin = Copy(copy.letter, other.box.address, folder, at, gateway=copy.gateway, shared=True)
                other.box.copies.append(twin)


def _gateway(stage: Stage, seed: int, domain: str) -> tuple[datetime, datetime] | None:
    if seed % 3 == 0:
        return None
    period = (stage.start - 20 * DAY, stage.start + 33 * DAY)
    line: dict[str, str | datetime] = {
        "kind": "gateway",
        "name": "mx1." + domain,
        "basis": "the maintenance firm's report",
    }
    stage.leads.reach.append(line | {"from": period[0], "to": period[1]})
    return period


def _write_mail(evidence: Path, scenes: list[Scene], domain: str, rng: random.Random) -> None:
    for scene in scenes:
        items = []
        for copy in scene.box.copies:
            zone = timedelta(hours=rng.choice([0, 0, 9, -5, 2]))
            date = (copy.arrival - timedelta(seconds=rng.randint(3, 900))) if not copy.sent else copy.arrival
            local = date.astimezone(timezone(zone))
            received = layouts.hops(copy, domain, "mx1." + domain, rng)
            keep = bool(received) and rng.random() < 0.3
            items.append((copy, corpus.render(copy.letter, local, received, keep_old=keep)))
        layouts.write(evidence, scene.box, items, rng)


def _truth(seed: int, stage: Stage, scenes: list[Scene], rows: dict[str, int]) -> Truth:
    copies = [copy for scene in scenes for copy in scene.box.copies]
    absent = [(mid, box, "accessed") for scene in scenes for mid, box in scene.absent]
    intruder = {e.record["Id"]: e.time for e in stage.events if e.who == "intruder"}
    return Truth(
        seed=seed,
        copies=copies,
        absent=absent,
        intruder=intruder,
        owner={e.record["Id"]: e.record["Operation"] for e in stage.events if e.who == "owner"},
        noise={e.record["Id"] for e in stage.events if e.who == "noise"},
        first=min(intruder.values()),
        last=max(intruder.values()),
        contents=answers.contents(copies, absent),
        records=len(stage.events),
        rows=rows,
    )


def build(seed: int, root: Path) -> Case:
    """Build the case of a seed in a folder, which is emptied first."""
    shutil.rmtree(root, ignore_errors=True)
    evidence = root / "evidence"
    evidence.mkdir(parents=True)
    rng = random.Random(f"unsealed acceptance {seed}")
    domain = DOMAINS[seed % len(DOMAINS)]
    start = datetime(2023, 1, 9, tzinfo=UTC) + rng.randint(0, 200) * DAY
    stage = Stage(rng, Tenant(domain, rng), start, start + DAYS * DAY)
    scenes = _scenes(stage, seed, domain)
    gateway = _gateway(stage, seed, domain)
    _place(stage, scenes, gateway, rng)
    for scene in scenes:
        scene.quoters = quoters([copy.letter for copy in scene.box.copies])
        scene.play()
    for scene in scenes:
        life.Owner(stage, scene, rng).live()
    life.strangers(stage, [scene.box.address for scene in scenes], rng)
    life.neighbours(stage, rng)
    life.system(stage, rng)
    answers.judge(scenes, stage, gateway)
    _write_mail(evidence, scenes, domain, rng)
    rows = logfiles.write(evidence, stage, seed, rng)
    truth = _truth(seed, stage, scenes, rows)
    known = leadfiles.indicators(root, stage.leads, leadfiles.FORMS[seed % 3], rng)
    snippet = leadfiles.snippet(stage.leads)
    (root / "snippet.toml").write_text(snippet, "utf-8")
    (root / "truth.json").write_text(json.dumps(answers.as_json(truth), indent=1, ensure_ascii=False), "utf-8")
    return Case(root, evidence, known, snippet, domain, truth)


def tally(case: Case) -> dict[str, Counter[str]]:
    """Count verdicts a scene."""
    table: dict[str, Counter[str]] = {}
    for copy in case.truth.copies:
        table.setdefault(copy.scene, Counter())[copy.verdict or "uncertain"] += 1
    return table
