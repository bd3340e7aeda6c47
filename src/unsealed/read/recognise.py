"""Which reader a file is for: each is asked how sure it is, those first who settle the matter when they are sure."""

from collections.abc import Iterable, Mapping

from unsealed.read.reader import Reader, Recogniser, Settings

SURE = 20
"""How sure a reader must be to get a file."""
SETTLED = 80
"""A reader of mail that is so sure has seen headers or a signature that no log has: the logs' readers are not asked."""


class Recognition:
    """Knows the readers in the order in which they are asked: first those that heed what a person told, then mail."""

    def __init__(self, readers: Mapping[str, Reader], settings: Settings) -> None:
        told = {name: reader for name, reader in readers.items() if isinstance(reader, Recogniser)}
        rest = [(name, reader) for name, reader in readers.items() if name not in told]
        self._settings, self._told = settings, told
        self._mail = [(name, reader) for name, reader in rest if reader.kind == "mail"]
        self._logs = [(name, reader) for name, reader in rest if reader.kind != "mail"]

    def best(self, head: bytes, shown: str) -> tuple[int, str]:
        """Give the surest reader's certainty, 0 to 100, and its name; of equals the last by name.

        Args:
            head: the first 64 KiB of the file.
            shown: its name.
        """
        found = [(reader.recognise(head, shown, self._settings), name) for name, reader in self._told.items()]
        found += _asked(self._mail, head, shown)
        best = max(found)
        return best if best[0] >= SETTLED else max([best, *_asked(self._logs, head, shown)])


def _asked(readers: Iterable[tuple[str, Reader]], head: bytes, shown: str) -> list[tuple[int, str]]:
    return [(reader.detect(head, shown), name) for name, reader in readers]
