"""Single Outlook items saved as `.msg`: mail, appointments, contacts, with what is attached to them.

https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxmsg
"""

from collections.abc import Iterator
from pathlib import Path

from unsealed.read.outlook import letter
from unsealed.read.reader import Part, Row, guarded, skip

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OWN = tuple(word.encode("utf-16-le") for word in ("__substg1.0_", "__properties_version1.0", "__nameid_version1.0"))
_OTHER = tuple(word.encode("utf-16-le") for word in ("WordDocument", "Workbook", "PowerPoint Document"))
MAX_FILE = 512 << 20


class Msg:
    """One Outlook item in a compound file."""

    name = "msg"
    version = "4"
    kind = "mail"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of a compound file that holds the streams of a message; its directory may lie far back."""
        if not head.startswith(_COMPOUND):
            return 0
        if any(word in head for word in _OWN):
            return 95
        named = shown.lower().endswith((".msg", ".oft"))
        return 60 if named and not any(word in head for word in _OTHER) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Leave the file whole."""
        del path
        return [(0, size)]

    def read(self, part: Part) -> Iterator[Row]:
        """Give the item."""
        locator = f"byte:0+{part.size}"
        if part.size > MAX_FILE:
            yield skip(part, locator, "message_too_large", f"{part.size:,} bytes: more than any mail system takes")
            return
        yield from guarded(_rows(part, locator), part, locator)


def _rows(part: Part, locator: str) -> Iterator[Row]:
    from unsealed.read.outlook.cfb import Compound

    item = Compound(Path(part.path).read_bytes()).item()
    yield from letter.rows(item, part, locator, part.size)


READER = Msg()
