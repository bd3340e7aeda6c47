"""`winmail.dat` saved as a file: the letter and the attachments that Outlook put into it.

https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxtnef
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from unsealed.errors import BadRecord
from unsealed.read.mail import unwrap
from unsealed.read.mail.parts import Leaf
from unsealed.read.outlook import letter, stream
from unsealed.read.reader import Part, Row, guarded, skip

MAX_FILE = 512 << 20


class Tnef:
    """One TNEF stream."""

    name = "tnef"
    version = "4"
    kind = "mail"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of the signature and a first attribute that is one."""
        del shown
        return 95 if head.startswith(stream.SIGNATURE) and (len(head) < 7 or head[6] in {1, 2}) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Leave the file whole."""
        del path
        return [(0, size)]

    def read(self, part: Part) -> Iterator[Row]:
        """Give the letter."""
        locator = f"byte:0+{part.size}"
        if part.size > MAX_FILE:
            yield skip(part, locator, "message_too_large", f"{part.size:,} bytes: more than any mail system takes")
            return
        yield from guarded(_rows(part, locator), part, locator)


def _rows(part: Part, locator: str) -> Iterator[Row]:
    yield from letter.rows(stream.item(Path(part.path).read_bytes()), part, locator, part.size)


def opened(leaf: Leaf, trouble: list[tuple[str, str]]) -> list[Leaf]:
    """Give what is in a `winmail.dat` that hangs on a MIME message: the body and the attachments it hides.

    Args:
        leaf: the attachment.
        trouble: takes what could not be read, as (code, sentence).
    """
    try:
        inside = letter.Letter(stream.item(leaf.content()))
    except (BadRecord, struct.error) as error:
        trouble.append(("damaged_item", f"winmail.dat can't be opened: {error}"))
        return []
    trouble += inside.trouble
    return inside.parts


unwrap.OPENERS["application/ms-tnef"] = opened
READER = Tnef()
