"""What a file of a way in has to say of it."""

from collections.abc import Callable
from dataclasses import dataclass

from unsealed.query import Engine

Step = Callable[[Engine], None]


@dataclass(frozen=True)
class Way:
    """One way into mailboxes: the logs that show who came by it, and how its records become grounds.

    Every step is SQL over the temporary tables that `copies.prepare` describes; `took` and `could` put rows in `grounds`.
    """

    sources: tuple[str, ...]
    """The `source` of the events that show who came by it."""
    items: str | None = None
    """The `source` in `coverage` of the log that names every letter which is read on this way, where it has one."""
    widens: tuple[Step, ...] = ()
    """What gave the intruder more to reach, and by whom else they then read: adds rows to `act` and `came`."""
    took: tuple[Step, ...] = ()
    """What its records say was opened or copied."""
    could: tuple[Step, ...] = ()
    """What could be read unseen by those who came on it, where no item log tells; all that was there, where empty."""
