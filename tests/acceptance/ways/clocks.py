"""Clocks that are wrong by minutes, and letters close to the borders that decide.

Case `store`: a Dovecot server's log is 7 minutes fast (or slow) against the Received fields, which another host wrote. The
same log says when it stored each letter (lmtp, msgid=), so the difference can be measured from hundreds of letters, and
verdicts at the border are strict from one minute on (closer: both sides', O11). The log's own times already decide: a
letter whose lmtp line comes before the logout was there.
Case `alone`: the audit log of Microsoft 365 and Received fields with nothing in common: within 10 minutes around the last
trace both verdicts are right (O11); outside, strict. The Date header is wrong by hours or days, and must not matter.
Case `gateway`: mx1's own clock is off; hops of other hosts around it tell. Within 15 minutes of a border: open (O11).
"""

from __future__ import annotations

import random as randoms
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from . import common
from .common import DAY, HOUR, MINUTE, Box, Case, Copy, World, toml
from .dovecot import Server, counts
from .office import Office

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build the three cases."""
    return [_store(rng, root), _alone(rng, root), _gateway(rng, root)]


def near(world: World, box: Box, border: datetime, minutes: list[float], folder: str) -> list[tuple[Copy, float]]:
    """Lay letters so many minutes after a border."""
    return [(world.lay(box, folder, border + timedelta(minutes=gap)), gap) for gap in minutes]


def _store(rng: random.Random, root: Path) -> Case:
    server = Server(rng, root / "store")
    skew = rng.choice([7, -7]) * MINUTE + rng.randint(0, 20) * (MINUTE / 60)
    boxes = [server.box(name, "INBOX", "Sent", "Archive") for name in ("one", "two", "three")]
    ips = []
    for number, box in enumerate(boxes):
        last = server.at(50) + number * DAY
        box.borders = [last + HOUR / 2]
        server.fill(box, 110, margin=2 * HOUR)
        ip = f"203.0.113.{120 + number}"
        ips.append(ip)
        for day in (24, 37):
            server.imap(box, server.at(day) + skew, ip, 20, counts(9, 90_000, 40))
        # True times: in at `last`, out half an hour later; both written by the fast clock.
        server.imap(box, last + skew, ip, 30, counts(30, 200_000, 60))
        out = last + 30 * MINUTE
        for copy, gap in near(
            server, box, out, [-14, -11, -9, -6, -4, -3, -2, -1.2, -0.2, 0.2, 1.2, 2, 3, 4, 6, 9, 11, 14], "INBOX"
        ):
            copy.verdict = "in_reach|out_of_reach" if abs(gap) < 1 else "in_reach" if gap < 0 else "out_of_reach"
            copy.why = f"{gap:+} minutes from the last logout by true time; the log's clock is off by {skew.total_seconds():+.0f}s"
        box.dark.append((server.start + 24 * DAY, out, "IMAP sessions that fetched bodies"))
    for box in boxes:
        for copy in box.copies:
            if not copy.sent and copy.arrived > server.start:
                server.log(
                    copy.arrived + skew + timedelta(seconds=1),
                    server.stored(copy),
                )
        ip = server.ips.setdefault(box.address, f"192.0.2.{10 + len(server.ips)}")
        for day in range(0, server.days, 2):
            server.imap(box, server.at(day) + skew, ip, 20, counts(3, 9000, 3), innocent=True)
        # A sent letter or one that came before the log has nothing to measure by, and is far from the border.
    return server.close(f"clocks store {skew.total_seconds():+.0f}s", ips)


def _alone(rng: random.Random, root: Path) -> Case:
    office = Office(rng, root / "alone")
    boxes = [office.box(name, logged=False) for name in ("one", "two", "three")]
    hands = []
    wrong = randoms.Random(rng.random())
    for number, box in enumerate(boxes):
        visits = [office.at(22), office.at(41) + number * DAY]
        box.borders = visits
        office.fill(box, 110, margin=2 * HOUR)
        hand = office.intruder(box.address)
        hands.append(hand.ip)
        for visit in visits:
            office.sign_in(box, hand, visit)
        for copy, gap in near(
            office, box, visits[-1], [-40, -25, -16, -12, -7, -3, -1, 1, 3, 7, 12, 16, 25, 40], "Inbox"
        ):
            open_ = abs(gap) <= 10
            copy.verdict = "in_reach|out_of_reach" if open_ else "in_reach" if gap < 0 else "out_of_reach"
            copy.why = f"{gap:+} minutes from the last trace" + (" (O11)" if open_ else "")
        office.live(box, mail_items=False)
    case = office.close("clocks alone", indicators=hands)
    _wrong_dates(case, wrong)
    return case


def _wrong_dates(case: Case, rng: random.Random) -> None:
    """Give one letter in three a Date that its sender's clock made up."""
    for path in sorted((case.evidence / "mail").rglob("*.mbox")):
        held = path.parent.name, path.stem
        text = b""
        for copy in case.copies:
            if (copy.mailbox, copy.last_folder) == held:
                made = common.entry(copy)
                if not copy.sent and rng.random() < 0.33:
                    off = copy.arrived + rng.choice([-1, 1]) * rng.choice([3 * HOUR, 2 * DAY, 40 * DAY])
                    made = made.replace(
                        f"Date: {format_datetime(copy.arrived - timedelta(seconds=5))}".encode(),
                        f"Date: {format_datetime(off)}".encode(),
                    )
                text += made
        path.write_bytes(text)


def _gateway(rng: random.Random, root: Path) -> Case:
    world = World(rng, root / "gateway")
    low, high = world.at(22), world.at(58)
    skew = rng.choice([9, -9]) * MINUTE
    box = world.box("one")
    box.borders = [low, high]
    world.fill(box, 250, margin=HOUR)
    for border in (low, high):
        for gap in (-45, -30, -20, -8, -3, 3, 8, 20, 30, 45):
            world.lay(box, "Inbox", border + gap * MINUTE)
    mx1 = f"mx1.{world.domain}"
    for copy in box.copies:
        if copy.sent:
            copy.verdict = "out_of_reach|in_reach"
            continue
        at, host = copy.arrived, "out." + copy.letter.sender.split("@")[1]
        passed = format_datetime(at - timedelta(seconds=2) + skew)
        copy.hops = [
            f"from {mx1} ({mx1} [10.0.0.5]) by store.{world.domain} with LMTP id {rng.getrandbits(30):X}; {format_datetime(at)}",
            f"from {host} ({host} [192.0.2.240]) by {mx1} (Postfix) with ESMTPS id {rng.getrandbits(30):X}; {passed}",
            f"from desk.{host} by {host} with ESMTPA id {rng.getrandbits(30):X}; {format_datetime(at - timedelta(seconds=6))}",
        ]
        close = min(abs(at - low), abs(at - high)) <= 15 * MINUTE
        copy.verdict = "in_reach|out_of_reach" if close else "in_reach" if low < at < high else "out_of_reach"
        copy.why = (
            f"passed mx1 at {at:%m-%d %H:%M} by true time; mx1's clock is off by {skew.total_seconds():+.0f}s"
            + (" (O11)" if close else "")
        )
    snippet = toml("reach", kind="gateway", name=mx1, from_=low, to=high, basis="the maker's report")
    return world.case(f"clocks gateway {skew.total_seconds():+.0f}s", snippet=snippet)
