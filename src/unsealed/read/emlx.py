"""Apple Mail's `.emlx`: a count of bytes, the message, and a property list of flags behind it.

https://www.loc.gov/preservation/digital/formats/fdd/fdd000615.shtml; `.partial.emlx` keeps attachments in files beside it.
Flags: https://www.jwz.org/blog/2005/07/emlx-flags/
"""

import re
from collections.abc import Iterator
from pathlib import Path

from unsealed import schema
from unsealed.read import eml
from unsealed.read.mail import message
from unsealed.read.reader import Part, Row, guarded, skip

_COUNT = re.compile(rb"[ \t]*(\d{1,10})[ \t]*\r?\n")
_FLAGS = re.compile(rb"<key>flags</key>\s*<integer>(\d{1,19})</integer>")
_APART = re.compile(rb"(?im)^x-apple-content-length:")
_DELETED = 1 << 1
_NOTES = schema.TABLES["messages"].schema.get_field_index("notes")


class Emlx:
    """One message a file, as Apple Mail keeps it."""

    name = "emlx"
    version = "4"
    kind = "mail"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of a line with a count of bytes, with the headers of a mail message under it."""
        count = _COUNT.match(head)
        if not count:
            return 0
        sure = eml.READER.detect(head[count.end() :], shown)
        return sure + 10 if sure else 60 if shown.lower().endswith(".emlx") else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Leave the file whole."""
        del path
        return [(0, size)]

    def read(self, part: Part) -> Iterator[Row]:
        """Give the message, and the note that it was deleted where its flags say so."""
        with Path(part.path).open("rb") as stream:
            data = stream.read(message.MAX_MESSAGE + (1 << 20))
        count = _COUNT.match(data)
        if not count:
            yield skip(part, f"byte:0+{part.size}", "binary", "no count of bytes where an .emlx has one")
            return
        begin, length = count.end(), int(count.group(1))
        end = begin + length
        tail = data[end:].lstrip()
        if end > len(data) or (tail and not tail.startswith((b"<?xml", b"<!DOCTYPE", b"<plist", b"bplist"))):
            found = data.rfind(b"<?xml", begin)  # the count is wrong: the property list tells where the message ends
            end = found if found > begin and b"<plist" in data[found:] else len(data)
        locator = f"byte:{begin}+{end - begin}"
        if begin + length > part.size and end == len(data):
            yield skip(part, locator, "truncated", f"{length:,} bytes were to come, {part.size - begin:,} are there")
        raw = data[begin:end]
        apart = len(_APART.findall(raw))
        if apart and part.shown.lower().endswith(".partial.emlx"):
            yield skip(
                part, locator, "attachment_apart", f"{apart:,} attachments lie in files beside it, in `Attachments`"
            )
        flags = _FLAGS.search(data, end)
        gone = bool(flags and int(flags.group(1)) & _DELETED)
        for table, row in guarded(message.rows(raw, part, locator), part, locator):
            if table == "messages" and gone:
                notes = row[_NOTES]
                yield table, (*row[:_NOTES], [*notes, "deleted"], *row[_NOTES + 1 :])
            else:
                yield table, row


READER = Emlx()
