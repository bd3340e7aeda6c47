"""A gateway that was open: whatever passed it in its time is in reach, in both directions.

Case `hops`: Received headers tell. In by mx1; delayed on mx1 across either border; out by mx1 and back in by a list;
names that only look alike (mx10, a foreign mx1, a longer name); the name in capitals; headers stripped and no log (O10).
Case `postfix`: mx1's own syslog (cleanup message-id=, qmgr, smtp to=, relay=), beside that of mx2; headers are stripped
from every letter. A letter to two people that went to one by mx1 and to the other by mx2 is judged a copy each.
Letters sent out through mx1 stand in Sent; letters that mx1 refused never came.
Case `tracking`: the same by Exchange message tracking of server MX1 (RECEIVE, SEND), beside that of MBX2.
Nothing else is known of the intruder: no indicator, no session.
"""

from __future__ import annotations

import csv
import io
from email.utils import format_datetime
from typing import TYPE_CHECKING

from .common import HOUR, MINUTE, Case, Copy, World, toml

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build the three cases."""
    return [_hops(rng, root), _postfix(rng, root), _tracking(rng, root)]


def _frame(world: World) -> tuple[datetime, datetime]:
    return world.at(20), world.at(60)


def _reach(world: World, low: datetime, high: datetime) -> str:
    return toml("reach", kind="gateway", name="mx1." + world.domain, from_=low, to=high, basis="the maker's report")


def _hop(by: str, frm: str, at: datetime, more: str = "") -> str:
    return (
        f"from {frm} ({frm} [192.0.2.99]) by {by} (Postfix) with ESMTPS id 4Qk3{at:%d%H%M}{more}; {format_datetime(at)}"
    )


def _hops(rng: random.Random, root: Path) -> Case:
    world = World(rng, root / "hops")
    low, high = _frame(world)
    boxes = [world.box(name) for name in ("one", "two", "three")]
    for box in boxes:
        box.borders = [low, high]
        world.fill(box, 110)
    store, mx1 = f"store.{world.domain}", f"mx1.{world.domain}"
    for copy in world.copies():
        at, kind = copy.arrived, rng.random()
        host = "out." + copy.letter.sender.split("@")[1]
        inside = low < at < high
        copy.verdict, copy.why = "out_of_reach", "not by mx1"
        if copy.sent:
            # Its transit is told by no header of the sender's own copy.
            copy.verdict, copy.why = (
                "out_of_reach|in_reach" if inside else "out_of_reach",
                "sent: no header tells its way (O10)",
            )
        elif kind < 0.4:
            name = mx1.upper() if kind < 0.08 else mx1
            copy.hops = [_hop(store, name, at), _hop(name, host, at - MINUTE, f" for <{copy.mailbox}>")]
            copy.verdict, copy.why = ("in_reach" if inside else "out_of_reach"), "by mx1"
        elif kind < 0.5:
            copy.hops = [
                _hop(store, f"mx2.{world.domain}", at),
                _hop(f"mx2.{world.domain}", "lists.example.net", at - MINUTE),
                _hop("lists.example.net", mx1, at - 2 * MINUTE),
                _hop(mx1, store, at - 3 * MINUTE),
            ]
            copy.verdict, copy.why = ("in_reach" if inside else "out_of_reach"), "out by mx1, back by a list"
        elif kind < 0.62:
            alike = rng.choice(
                [
                    f"mx10.{world.domain}",
                    "mx1.example.com",
                    f"mx1.{world.domain}.example.net",
                    f"smtp-mx1.{world.domain}",
                ]
            )
            copy.hops = [_hop(store, alike, at), _hop(alike, host, at - MINUTE)]
        elif kind < 0.72:
            copy.hops = []
            copy.verdict, copy.why = (
                ("out_of_reach|in_reach" if inside else "out_of_reach"),
                "headers stripped, no log (O10)",
            )
    for number, (came, left) in enumerate(
        [
            (low - 5 * HOUR, low + 5 * HOUR),
            (high - 5 * HOUR, high + 6 * HOUR),
            (high + HOUR, high + 9 * HOUR),
            (low - 9 * HOUR, low - HOUR),
        ]
        * 4
    ):
        copy = world.lay(boxes[number % 3], "Inbox", left)
        copy.hops = [_hop(store, mx1, left), _hop(mx1, "out.slow.example", came)]
        copy.verdict, copy.why = (
            ("in_reach" if came < high and left > low else "out_of_reach"),
            f"lay on mx1 from {came:%m-%d %H:%M} to {left:%m-%d %H:%M}",
        )
    return world.case("gateway hops", snippet=_reach(world, low, high))


class Ways:
    """The letters of a case, each with the way it went: mx1, mx2 or neither."""

    def __init__(self, world: World) -> None:
        """Lay letters, and decide how each copy came or went."""
        self.world = world
        self.low, self.high = _frame(world)
        for name in ("one", "two", "three"):
            box = world.box(name)
            box.borders = [self.low, self.high]
            world.fill(box, 100)
        world.share(0.15)
        self.by: dict[Copy, str] = {}
        for copy in world.copies():
            way = world.rng.choice(["mx1", "mx1", "mx2"])
            self.by[copy], copy.hops = way, []
            inside = way == "mx1" and self.low < copy.arrived < self.high
            copy.verdict, copy.why = (
                ("in_reach" if inside else "out_of_reach"),
                f"by {way} at {copy.arrived:%m-%d %H:%M}, headers stripped (O10)",
            )

    def transits(self) -> list[tuple[Copy, str, datetime, str, str]]:
        """Give each passage: copy, host, when, sender, recipient."""
        found = []
        for copy, way in self.by.items():
            if copy.arrived > self.world.start:
                to = copy.letter.to[0] if copy.sent else copy.mailbox
                found.append((copy, way, copy.arrived - MINUTE / 20, copy.letter.sender, to))
        return sorted(found, key=lambda one: one[2])


def _postfix(rng: random.Random, root: Path) -> Case:
    world = World(rng, root / "postfix")
    ways = Ways(world)
    lines: dict[str, list[str]] = {"mx1": [], "mx2": []}
    for copy, way, at, sender, to in ways.transits():
        queue, pid = f"{rng.getrandbits(44):011X}", rng.randrange(100, 30000)
        source = f"store.{world.domain}[10.0.0.9]" if copy.sent else f"out.{sender.split('@')[1]}[192.0.2.240]"
        relay = f"mx.{to.split('@')[1]}[192.0.2.77]:25" if copy.sent else f"store.{world.domain}[10.0.0.9]:24"
        said = [
            f"smtpd[{pid}]: connect from {source}",
            f"smtpd[{pid}]: {queue}: client={source}",
            f"cleanup[{pid + 1}]: {queue}: message-id={copy.letter.mid}",
            f"qmgr[99]: {queue}: from=<{sender}>, size={len(copy.letter.body) + 700}, nrcpt=1 (queue active)",
            f"smtp[{pid + 2}]: {queue}: to=<{to}>, relay={relay}, delay=0.8, delays=0.1/0/0.3/0.4, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
            f"qmgr[99]: {queue}: removed",
        ]
        for number, text in enumerate(said):
            lines[way].append(f"{at + number * MINUTE / 300:%Y-%m-%dT%H:%M:%S.%f}+00:00 {way} postfix/{text}\n")
    for day in range(world.days):
        at = world.at(day)
        lines["mx1"].append(
            f"{at:%Y-%m-%dT%H:%M:%S.%f}+00:00 mx1 postfix/smtpd[77]: NOQUEUE: reject: RCPT from unknown[198.51.100.9]: "
            "554 5.7.1 <x@y.example>: Relay access denied; from=<a@b.example> to=<x@y.example> proto=ESMTP helo=<h.example>\n"
        )
    for way, text in lines.items():
        world.write(f"logs/{way}/mail.log", "".join(sorted(text)))
    return world.case("gateway postfix", snippet=_reach(world, ways.low, ways.high))


def _tracking(rng: random.Random, root: Path) -> Case:
    world = World(rng, root / "tracking")
    ways = Ways(world)
    fields = [
        "date-time",
        "client-ip",
        "client-hostname",
        "server-ip",
        "server-hostname",
        "source-context",
        "connector-id",
        "source",
        "event-id",
        "internal-message-id",
        "message-id",
        "network-message-id",
        "recipient-address",
        "recipient-status",
        "total-bytes",
        "recipient-count",
        "related-recipient-address",
        "reference",
        "message-subject",
        "sender-address",
        "return-path",
        "message-info",
        "directionality",
        "tenant-id",
        "original-client-ip",
        "original-server-ip",
        "custom-data",
    ]
    rows: dict[str, list[str]] = {"MX1": [], "MX2": []}
    for copy, way, at, sender, to in ways.transits():
        number = rng.randrange(10**6)
        for offset, event in ((0, "RECEIVE"), (2, "SEND")):
            host = f"{way.upper()}.{world.domain}"
            says = {
                "date-time": f"{at + offset * MINUTE / 60:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
                "client-ip": "192.0.2.240",
                "client-hostname": "out.example",
                "server-ip": "10.0.0.5",
                "server-hostname": host if event == "RECEIVE" else f"store.{world.domain}",
                "source": "SMTP",
                "event-id": event,
                "internal-message-id": str(number),
                "message-id": copy.letter.mid,
                "recipient-address": to,
                "total-bytes": str(len(copy.letter.body) + 700),
                "recipient-count": "1",
                "message-subject": copy.letter.subject,
                "sender-address": sender,
                "return-path": sender,
                "connector-id": f"{way.upper()}\\Default",
                "directionality": "Originating" if copy.sent else "Incoming",
            }
            if event == "SEND":
                says |= {"client-hostname": host, "client-ip": "10.0.0.5", "server-ip": "10.0.0.9"}
            out = io.StringIO(newline="")
            csv.writer(out).writerow([says.get(name, "") for name in fields])
            rows[way.upper()].append(out.getvalue())
    for way, text in rows.items():
        top = "#Software: Microsoft Exchange Server\r\n#Version: 15.02.1118.007\r\n#Log-type: Message Tracking Log\r\n"
        top += f"#Date: {world.start:%Y-%m-%dT%H:%M:%S}.000Z\r\n#Fields: {','.join(fields)}\r\n"
        world.write(f"logs/{way}/MSGTRK{world.start:%Y%m%d}-1.LOG", top + "".join(sorted(text)))
    return world.case("gateway tracking", snippet=_reach(world, ways.low, ways.high))
