"""What responders know was reachable, whatever the logs say: the `[[reach]]` lines of case.toml."""

from collections.abc import Iterable

from unsealed.config import Reach
from unsealed.expose import exported, gateway
from unsealed.expose.told import bounds, boxes, note, since
from unsealed.query import Engine


def mailbox(db: Engine, reach: Reach) -> None:
    """Every letter that was in a mailbox by the end of the time in which it was open to the intruder."""
    low, high = bounds(reach)
    db.execute(
        """
        INSERT INTO grounds
        SELECT c.n, 'in_reach', 'no_item_log', NULL, ?, NULL, ?::BIGINT
        FROM copies c WHERE c.mailbox = ? AND coalesce(c.arrived <= ?, TRUE) AND coalesce(c.gone >= ?, TRUE)""",
        [note(reach, "the mailbox was open"), since(reach), reach.name, high, low],
    )


def server(db: Engine, reach: Reach) -> None:
    """Every letter that lay on a server while it was open; copied, where its database, disk or backup was carried away."""
    low, high = bounds(reach)
    verdict, how, what = (
        ("copied", "export", f"a copy of {reach.name} was taken, and it held the letter")
        if reach.taken
        else ("in_reach", "no_item_log", f"it lay on {reach.name}")
    )
    db.execute(
        f"""
        INSERT INTO grounds
        SELECT c.n, ?, ?, NULL, ?, NULL, ?::BIGINT FROM copies c
        WHERE {boxes(reach.mailboxes)} AND coalesce(c.arrived <= ?, TRUE) AND coalesce(c.gone >= ?, TRUE)""",
        [verdict, how, note(reach, what), since(reach), high, low],
    )


def named_mailboxes(reaches: Iterable[Reach]) -> list[str]:
    """Give the mailboxes that these lines name by their addresses."""
    found = [reach.name for reach in reaches if reach.kind == "mailbox"]
    return found + [box for reach in reaches for box in reach.mailboxes if not box.startswith(("*", "@"))]


KINDS = {"gateway": gateway.gateway, "mailbox": mailbox, "server": server, "export": exported.export}
