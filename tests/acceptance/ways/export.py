"""What responders know to have been taken: `[[reach]]` of kind export and of kind server. No log of any kind.

Case `export`: three stores were found staged. A text listing of Message-IDs; a CSV listing with other columns beside; an
mbox outside of what is read. Every copy of a letter that a listing names is copied where the letter lies in one mailbox;
its copies elsewhere are copied|out_of_reach (a listing names letters and not copies). Ids without angle brackets count.
Case `server`: a server was taken from a day to a day with one mailbox, with all of a domain, and (a second line) with all
mailboxes but much earlier. Whatever had come by `to` is copied|in_reach (the word for a taken server is the founders').
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .common import Case, World, entry, toml

if TYPE_CHECKING:
    import random
    from pathlib import Path


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build both cases."""
    return [_export(rng, root), _server(rng, root)]


def _export(rng: random.Random, root: Path) -> Case:
    world = World(rng, root / "export")
    boxes = [world.box(name) for name in ("text", "table", "mbox", "none")]
    for box in boxes:
        world.fill(box, 90)
    world.share(0.1)
    staged = world.root / "staged"
    staged.mkdir()
    taken = {box.address: [copy for copy in box.copies if rng.random() < 0.4] for box in boxes[:3]}
    text, table, mbox = taken.values()
    bare = [copy.letter.mid.strip("<>") if rng.random() < 0.3 else copy.letter.mid for copy in text]
    (staged / "listing.txt").write_text("# found on the staging host\n" + "\n".join(bare) + "\n", "utf-8")
    rows = [f'"{c.letter.subject}",{c.letter.sender},{c.letter.mid},{c.arrived:%Y-%m-%d}' for c in table]
    (staged / "items.csv").write_text("Subject,Sender,InternetMessageId,Received\n" + "\n".join(rows) + "\n", "utf-8")
    (staged / "copy.mbox").write_bytes(b"".join(entry(copy) for copy in mbox))
    mids = {copy.letter.mid for one in taken.values() for copy in one}
    own = {(copy.mailbox, copy.letter.mid) for one in taken.values() for copy in one}
    for copy in world.copies():
        if (copy.mailbox, copy.letter.mid) in own:
            alone = len(copy.letter.to) == 1
            copy.verdict, copy.why, copy.opened = (
                ("copied" if alone else "copied|out_of_reach"),
                "in what was found staged",
                alone,
            )
        elif copy.letter.mid in mids:
            copy.verdict, copy.why = "copied|out_of_reach", "another copy of a letter found staged"
    snippet = "".join(
        toml("reach", kind="export", name=name, path=str(staged / path), basis="found on the staging host")
        for name, path in (("listing", "listing.txt"), ("items", "items.csv"), ("copy", "copy.mbox"))
    )
    return world.case("export staged", snippet=snippet)


def _server(rng: random.Random, root: Path) -> Case:
    world = World(rng, root / "server")
    low, high, early = world.at(30), world.at(55), world.at(4)
    one, two = world.box("one"), world.box("two")
    other = world.box("three")
    other.address = "three@branch.example.jp"
    fourth = world.box("four")
    fourth.address = "four@branch.example.jp"
    for box in world.boxes:
        box.borders = [low, high, early]
        world.fill(box, 90)
    world.share(0.05)
    for copy in world.copies():
        by = high if copy.mailbox == one.address or copy.mailbox.endswith("@branch.example.jp") else early
        verdict = "copied|in_reach" if copy.arrived < by else "out_of_reach"
        copy.verdict, copy.why, copy.opened = (
            verdict,
            f"taken with the server by {by:%m-%d %H:%M}",
            verdict != "out_of_reach",
        )
    snippet = toml(
        "reach",
        kind="server",
        name="mbx1",
        mailboxes=[one.address, "@branch.example.jp"],
        from_=low,
        to=high,
        basis="image of the disk was copied",
    )
    snippet += toml(
        "reach", kind="server", name="backup tape", mailboxes=["*"], from_=early, to=early, basis="the tape is gone"
    )
    assert two in world.boxes
    return world.case("export server", snippet=snippet)
