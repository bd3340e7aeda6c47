"""Archives of Outlook for Mac (`.olm`): mail, contacts, calendar, tasks and notes, a zip of XML.

https://support.microsoft.com/office/export-items-to-an-archive-file-in-outlook-for-mac-281a62bf-cc42-46b1-9ad5-6bda80ca3106
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace

from unsealed.errors import BadRecord
from unsealed.read.intake import places
from unsealed.read.mail import message
from unsealed.read.outlook import mac
from unsealed.read.outlook.item import MAX_ATTACHMENT
from unsealed.read.reader import Part, Place, Row, guarded, skip

_MARK = b"com.microsoft.__"
_FOLDER = re.compile(r"(?:^|/)com\.microsoft\.__Messages/(.*)/[^/]*$")
_PASSED = re.compile(r"com\.microsoft\.__Attachments/|(?:^|/)Categories\.xml$")
MAX_MEMBERS = 2_000_000
RANGE, MAX_RANGES = 16 << 20, 256


class Olm:
    """A mailbox that Outlook for Mac exported."""

    name = "olm"
    version = "4"
    kind = "mail"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of a zip whose first members lie in Outlook's own folders."""
        if not head.startswith(b"PK\x03\x04"):
            return 0
        return 95 if _MARK in head else 70 if shown.lower().endswith(".olm") else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut evenly: a range's members are those that begin in it."""
        del path
        count = max(1, min(size // RANGE, MAX_RANGES))
        return [(size * number // count, size * (number + 1) // count) for number in range(count)]

    def read(self, part: Part) -> Iterator[Row]:
        """Give the items of the members that begin in the range."""
        try:
            with zipfile.ZipFile(part.path) as archive:
                names = {info.filename: info for info in archive.infolist()[:MAX_MEMBERS]}
                for info in names.values():
                    if part.start <= info.header_offset < part.end and not info.is_dir():
                        yield from _member(archive, info, names, part)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            if part.start == 0:
                detail = f"the archive can't be read further: {error}"
                yield skip(part, f"byte:0+{part.size}", "damaged_archive", detail)

    def item(self, part: Part, locator: str) -> list[Row]:
        """Give one member's item again, by the member's name."""
        try:
            with zipfile.ZipFile(part.path) as archive:
                names = {info.filename: info for info in archive.infolist()[:MAX_MEMBERS]}
                wanted = locator.removeprefix("member:")
                info = names.get(wanted) or names.get(wanted.rpartition("#")[0])
                return list(_member(archive, info, names, part)) if info else []
        except (zipfile.BadZipFile, OSError, ValueError):
            return []


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, names: dict[str, zipfile.ZipInfo], part: Part
) -> Iterator[Row]:
    locator = f"member:{info.filename}"
    if _PASSED.search(info.filename):
        return
    if not info.filename.lower().endswith(".xml"):
        yield skip(part, locator, "unrecognised", "not mail or a log that is known; it was left unread")
        return
    yield from guarded(_records(archive, info, names, part, locator), part, locator)


def _records(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, names: dict[str, zipfile.ZipInfo], part: Part, locator: str
) -> Iterator[Row]:
    data = _content(archive, info)
    if not data.strip():
        return

    def attached(name: str) -> bytes:
        found = names.get(name)
        if found is None:
            raise BadRecord("attachment_missing", "its bytes are not in the archive")
        return _content(archive, found)

    here = replace(part, place=_place(info.filename, part.place))
    for number, record in enumerate(mac.records(data, attached)):
        place = f"{locator}#{number}" if number else locator
        notes = list(record.notes)
        for reason, detail in record.trouble:
            notes.append(reason)
            yield skip(part, place, reason, detail)
        yield from message.built(record.block, record.parts, here, place, info.file_size, notes)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.flag_bits & 1:
        raise BadRecord("encrypted", "it has a password")
    try:
        with archive.open(info) as stream:
            data = stream.read(MAX_ATTACHMENT + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise BadRecord("damaged_item", f"it can't be unpacked: {error}") from error
    if len(data) > MAX_ATTACHMENT:
        raise BadRecord("message_too_large", f"more than {MAX_ATTACHMENT:,} bytes")
    return data


def _place(name: str, place: Place) -> Place:
    """Tell mailbox and folder: `Accounts/ADDRESS/com.microsoft.__Messages/FOLDER/message_00000.xml`."""
    found = _FOLDER.search(name)
    folder = found.group(1) if found else "/".join(name.split("/")[:-1]).removeprefix("Local/")
    steps = name.split("/")
    owner = places.address_in(steps[1]) if steps[0] == "Accounts" and len(steps) > 2 else None
    if found is None and owner:
        folder = "/".join(steps[2:-1])
    if owner and place.basis != "given":
        return Place(owner, "path", folder or None, owner)
    return replace(place, folder=folder or None)


READER = Olm()
