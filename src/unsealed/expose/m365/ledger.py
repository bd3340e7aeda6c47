"""Who may read which mailbox, from when to when, and whether it was the intruder who gave it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from unsealed import folders

SAME_ACT = 600_000_000
"""Records of one account about one grant within ten minutes are of one act: one consent writes several, and some of them
lack the address by which they would be known for the intruder's."""
ANYBODY, NOBODY_KNOWN = "*", ""
"""Whoever is in the organisation (the members Default and Anonymous of a folder); a group or a name that leads nowhere."""


@dataclass
class Grant:
    """One permission: an account or an application may read a mailbox, a folder of it, or every mailbox."""

    kind: str
    """`user` or `app`."""
    who: str
    """The account's address, the application's id, `ANYBODY` or `NOBODY_KNOWN`; lower case."""
    mailbox: str | None
    """None: every mailbox of the tenant."""
    folder: str | None
    """None: the whole mailbox."""
    start: int
    event_id: str
    given_by: str | None
    by_intruder: bool
    told: str
    """In words: what was given."""
    sort: str = ""
    """What tells apart several grants of the same reach: the role, the kind of consent, the name of an assignment."""
    reads_bodies: bool = True
    end: int | None = None
    lives_until: int | None = None
    """From then on a policy kept it from mailboxes it was once for."""
    held_before: bool = False
    """Somebody else had given as much before, and it stood."""
    held_folders: tuple[str, ...] = ()
    """Folders that somebody else had opened to the same account before."""
    since: int | None = None
    """When an earlier permission of the same reach had ended: what was read before then is no habit."""

    @property
    def reach(self) -> tuple[str, str, str | None, str | None, str]:
        """What tells one permission from another."""
        return self.kind, self.who, self.mailbox, folders.key(self.folder) if self.folder else None, self.sort


class Ledger:
    """Keeps all permissions while the records are read in order of time; whose they are not, too."""

    def __init__(self) -> None:
        self.standing: list[Grant] = []
        self.done: list[Grant] = []
        self._ended: dict[tuple[str, str, str | None], int] = {}
        self._hands: list[tuple[str, str, str | None, int]] = []

    def give(self, new: Grant) -> None:
        """Take in that a permission was given; one that stands already is not given again.

        The intruder's own counts from its own time, also where somebody else's stood: but then what the account reads is
        what it could read before.
        """
        if new.by_intruder:
            self.hand(new.kind, new.who, new.given_by, new.start)
        else:
            new.by_intruder = any(_one_act(new, *hand) for hand in self._hands)
        same = [old for old in self.standing if old.reach == new.reach]
        if any(old.by_intruder for old in same) or (same and not new.by_intruder):
            return
        new.held_before = bool(same) or any(self._covers(old, new) for old in self.standing)
        new.held_folders = tuple(
            old.folder
            for old in self.standing
            if old.folder
            and (old.kind, old.who, old.mailbox) == (new.kind, new.who, new.mailbox)
            and not old.by_intruder
        )
        new.since = self._ended.get((new.kind, new.who, new.mailbox))
        self.standing.append(new)

    def hand(self, kind: str, who: str, actor: str | None, us: int) -> None:
        """Take in that the intruder did something about this account or application: what is of one act is theirs, too."""
        hand = (kind, who, actor, us)
        self._hands.append(hand)
        for old in self.standing:
            old.by_intruder = old.by_intruder or _one_act(old, *hand)

    def end(self, us: int, of: Callable[[Grant], bool], *, who: tuple[str, str, str | None] | None = None) -> None:
        """Take in that permissions ended: those of which `of` is true.

        Args:
            us: when.
            of: which.
            who: kind, account and mailbox of a permission from before the log that ended, too.
        """
        for grant in [grant for grant in self.standing if of(grant)]:
            self.standing.remove(grant)
            self.done.append(replace(grant, end=us))
            self._ended[grant.kind, grant.who, grant.mailbox] = us
        if who:
            self._ended[who] = us

    def intruders(self) -> Iterator[Grant]:
        """Give what the intruder gave, in order of time."""
        found = [grant for grant in (*self.done, *self.standing) if grant.by_intruder]
        yield from sorted(
            found, key=lambda grant: (grant.start, grant.event_id, grant.reach[2] or "", grant.folder or "")
        )

    @staticmethod
    def _covers(old: Grant, new: Grant) -> bool:
        """Tell whether somebody else's permission was for as much: the whole of this mailbox, or of all."""
        return (
            not old.by_intruder
            and (old.kind, old.who) == (new.kind, new.who)
            and old.folder is None
            and old.mailbox in {None, new.mailbox}
            and (old.reads_bodies or not new.reads_bodies)
        )


def _one_act(grant: Grant, kind: str, who: str, actor: str | None, us: int) -> bool:
    same = (grant.kind, grant.who, grant.given_by) == (kind, who, actor)
    return same and bool(actor and who) and abs(grant.start - us) <= SAME_ACT
