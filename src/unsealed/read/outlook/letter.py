"""An Outlook item as the letter it stands for: a header block as RFC 5322 writes it, a body, attachments.

Headers that came over the wire (PidTagTransportMessageHeaders) are kept; what they lack is rebuilt from properties.
MS-OXCMAIL tells which property stands for which header.
"""

import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from unsealed.errors import BadRecord
from unsealed.read.mail import headers, message, unwrap
from unsealed.read.mail.parts import Leaf
from unsealed.read.outlook import personal, rtf
from unsealed.read.outlook.item import MAX_DEPTH, Attached, Item, Narrow, Values, first_text, label, subject
from unsealed.read.reader import Part, Row, skip

if TYPE_CHECKING:
    from mimetypes import MimeTypes

_FOREIGN = re.compile(r"[^\x00-\x7f]+(?:\s+[^\x00-\x7f]+)*")
_BREAKS = re.compile(r"[\x00-\x20\x7f]+")
_UNFOLD = re.compile(r"\r?\n[ \t]+")
_BLANK = re.compile(r"\r?\n[ \t]*\r?\n")
_NAME = re.compile(r"([!-9;-~]{1,76})[ \t]*:[ \t]*(.*)", re.DOTALL)
_ADDRESS = re.compile(r"[^\s<>@,;:\"()]+@[^\s<>@,;:\"()]+")
_REBUILT = {"subject", "content-type", "content-transfer-encoding", "content-disposition", "mime-version"}
_PEOPLE = ("To", "Cc", "Bcc")
_SHOWN_TO = {"To": 0x0E04, "Cc": 0x0E03, "Bcc": 0x0E02}
_REFERENCES = {2, 3, 4, 7}
"""Ways of attaching that keep only where the file lies (PidTagAttachMethod)."""
_OLE = 6
MAX_PACKED = 32 << 20
"""Bytes of attachments that are kept in an attached message's own bytes."""


def rows(item: Item, part: Part, locator: str, size: int, notes: list[str] | None = None) -> Iterator[Row]:
    """Give the rows of an item."""
    letter = Letter(item)
    notes = [*(notes or ()), *letter.notes]
    for reason, detail in letter.trouble:
        notes.append(reason)
        yield skip(part, locator, reason, detail)
    yield from message.built(letter.block, letter.parts, part, locator, size, list(dict.fromkeys(notes)))


@dataclass
class Letter:
    """What an item says, as mail."""

    item: Item
    depth: int = 0
    notes: list[str] = field(default_factory=list)
    trouble: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Compose the header block and the parts."""
        self.trouble += self.item.trouble
        self.kind = personal.kind(self.item)
        if self.kind:
            self.notes.append(self.kind)
        self.lines = self._headers()
        self.block = "\n".join(f"{name}: {value}" for name, value in self.lines).encode("ascii", "replace")
        self.parts = [*self._body(), *self._attachments()]

    def _headers(self) -> list[tuple[str, str]]:
        item = self.item
        lines = [line for line in transport(item) if line[0].lower() not in _REBUILT]
        given = {name.lower() for name, value in lines if value}
        readable = any(headers.moment(value, UTC)[0] is not None for name, value in lines if name.lower() == "date")
        lines.append(("Subject", worded(subject(item))))
        if not readable:
            lines = [line for line in lines if line[0].lower() != "date"]
            sent = item.number(0x0039) or (personal.moment(item) if self.kind else None)
            if sent:
                lines.append(("Date", stamp(sent)))
        if not any(has_address(value) for name, value in lines if name.lower() == "from"):
            lines = [line for line in lines if line[0].lower() != "from"] + self._sender()
        for name in _PEOPLE:
            if not any(has_address(value) for each, value in lines if each.lower() == name.lower()):
                value = ", ".join(self._people(name))
                if value:
                    lines = [line for line in lines if line[0].lower() != name.lower()] + [(name, value)]
        return lines + self._path(given)

    def _path(self, given: set[str]) -> list[tuple[str, str]]:
        """Give what tells the letter's thread and its way, where no header does."""
        item, lines = self.item, list[tuple[str, str]]()
        for name, number in (("Message-ID", 0x1035), ("In-Reply-To", 0x1042), ("References", 0x1039)):
            value = _BREAKS.sub(" ", item.text(number)).strip()
            if name.lower() not in given and value:
                lines.append((name, worded(value)))
        index = item.data(0x0071)
        if "thread-index" not in given and len(index) >= 22:
            lines.append(("Thread-Index", binascii.b2a_base64(index, newline=False).decode()))
        arrived = item.number(0x0E06)
        if "received" not in given and arrived and not self.kind:
            lines.append(("Received", f"; {stamp(arrived)}"))
            self.notes.append("arrival_from_properties")
        owner = self._owner()
        return [*lines, ("Delivered-To", owner)] if owner and "delivered-to" not in given else lines

    def _sender(self) -> list[tuple[str, str]]:
        """Give From: whom the letter speaks for, else who sent it; an address that stands in place of a name is none."""
        item, known = self.item, list[tuple[str, str]]()
        for numbers in ((0x5D02, 0x0065, 0x0042, 0x0064), (0x5D01, 0x0C1F, 0x0C1A, 0x0C1E)):
            smtp, address, name, _ = (item.text(number) for number in numbers)
            tried = (smtp, address, self._by_exchange(address), name)
            known.append((next((each for each in tried if has_address(each)), ""), name))
        found = next((address for address, _ in known if address), "")
        names = [name for address, name in known if not found or not address or address.lower() == found.lower()]
        spoken = [name for name in names if name and (" " in name or name.lower() != found.lower())]
        value = person(found, next(iter(spoken), ""))
        return [("From", value)] if value else []

    def _by_exchange(self, address: str) -> str:
        """Resolve an Exchange address through the recipients of the same letter."""
        if not address.startswith("/"):
            return ""
        for values in self.item.recipients:
            if first_text(values, (0x3003,), self.item.page).lower() == address.lower():
                return self._smtp(values)
        return ""

    def _smtp(self, values: Values) -> str:
        page = self.item.page
        numbers = (0x39FE, 0x5D02, 0x403E, 0x3003, 0x5FF6, 0x3001)
        return next((each for number in numbers if has_address(each := first_text(values, (number,), page))), "")

    def _people(self, header: str) -> list[str]:
        item, wanted = self.item, _PEOPLE.index(header) + 1
        found = []
        for values in item.recipients:
            role = values.get(0x0C15)
            if ((role & 0xF) if isinstance(role, int) else 1) == wanted:
                found.append(person(self._smtp(values), first_text(values, (0x3001, 0x5FF6, 0x3A20), item.page)))
        shown = item.text(_SHOWN_TO[header])
        if not item.recipients and shown:
            found = [
                person(each if has_address(each) else "", "" if has_address(each) else each)
                for each in (piece.strip(" '\x00") for piece in shown.split(";"))
                if each
            ]
        return [each for each in found if each]

    def _owner(self) -> str:
        """Say in whose mailbox it arrived, where the store says so."""
        for number in (0x5D07, 0x0076, 0x5D08, 0x0078):
            value = self.item.text(number)
            if _ADDRESS.fullmatch(value) and value.isascii():
                return value
        return ""

    def _body(self) -> Iterator[Leaf]:
        item = self.item
        plain, html = item.text(0x1000).replace("\r\n", "\n"), self._html()
        shown: list[Leaf] = []
        if plain.strip():
            shown = [_text(plain)]
            if html and len(plain) * 12 < len(html.content()) and 2 * len(plain) < len(html.text()):
                shown = [html]
        elif html and html.text():
            shown = [html]
        elif packed := item.data(0x1009):
            shown = self._rich(packed)
        if self.kind:
            yield from (_text(each) for each in [personal.describe(item)] if each)
        yield from shown

    def _html(self) -> Leaf | None:
        value = self.item.values.get(0x1013)
        if isinstance(value, str):
            return Leaf.of_bytes("text/html", "", "utf-8", False, value.rstrip("\x00").encode("utf-8", "replace"))
        if isinstance(value, bytes) and value:
            page = self.item.page if isinstance(value, Narrow) else self.item.number(0x3FDE) or 0
            return Leaf.of_bytes("text/html", "", label(page), False, bytes(value.rstrip(b"\x00")))
        return None

    def _rich(self, packed: bytes) -> list[Leaf]:
        media_type, text = rtf.to_text(rtf.unpack(packed))
        return [Leaf.of_bytes(media_type, "", "utf-8", False, text.encode("utf-8", "replace"))] if text else []

    def _attachments(self) -> Iterator[Leaf]:
        for attached in self.item.attachments:
            name = _BREAKS.sub(" ", attached.text(0x3707, 0x3704)).strip()
            try:
                leaf = self._embedded(attached, name) if attached.embedded else self._file(attached, name)
            except BadRecord as error:
                self.trouble.append((error.reason, f"attachment {name or '(unnamed)'}: {error.detail}"))
                leaf = Leaf.of_bytes(_media_type(attached, name), name, "", True, b"")
            yield from self._signed(leaf) if self.item.message_class.startswith("ipm.note.smime") else [leaf]

    def _signed(self, leaf: Leaf) -> list[Leaf]:
        """Give what lies in the one attachment of a signed letter; an opaque one is opened as in any mail."""
        data = leaf.content()
        if leaf.media_type == "multipart/signed" or data[:13].lower() == b"content-type:":
            inside = unwrap.structure(data, self.trouble)
            said = bool(self.item.text(0x1000).strip())
            return [each for each in inside if each.attached or not said] or [leaf]
        return [leaf if leaf.filename else Leaf.of_bytes("application/pkcs7-mime", "smime.p7m", "", True, data)]

    def _file(self, attached: Attached, name: str) -> Leaf:
        method = attached.values.get(0x3705)
        if method in _REFERENCES:
            self.notes.append("attachment_by_reference")
            name = name or attached.text(0x3708, 0x370D)
            return Leaf.of_bytes("application/octet-stream", name, "", True, b"")
        if method == _OLE:
            self.notes.append("ole_object")
        return Leaf.of_bytes(_media_type(attached, name), name or attached.text(0x3001), "", True, attached.content())

    def _embedded(self, attached: Attached, name: str) -> Leaf:
        """Give a message that hangs on this one as an attachment, with all its words, and its own bytes rebuilt."""
        if self.depth >= MAX_DEPTH or not attached.embedded:
            raise BadRecord("mime_too_deep", f"messages attached more than {MAX_DEPTH} deep are not read")
        inner = Letter(attached.embedded(), self.depth + 1)
        self.trouble += inner.trouble
        named = name or f"{_BREAKS.sub(' ', attached.text(0x3001)).strip() or subject(inner.item)}.msg"
        told = [value for key in ("From", "To", "Date", "Subject") for each, value in inner.lines if each == key]
        words = [headers.decoded(value) for value in told]
        words += [leaf.text() for leaf in inner.parts if leaf.is_text]
        words += [leaf.filename for leaf in inner.parts if leaf.attached and leaf.filename]
        return Leaf.of_bytes("message/rfc822", named, "", True, rendition(inner)).with_text("\n".join(words))


def transport(item: Item) -> list[tuple[str, str]]:
    """Give the headers that came over the wire, unfolded, brought to ASCII, up to the first blank line."""
    block = item.text(0x007D).lstrip("\r\n\x00 ")
    if not block:
        return []
    block = _BLANK.split(block[: headers.MAX_HEADER], 1)[0]
    found = (_NAME.match(line) for line in re.split(r"\r?\n|\r", _UNFOLD.sub(" ", block)))
    return [(match.group(1), worded(match.group(2).strip())) for match in found if match]


def worded(value: str) -> str:
    """Bring a header's value to ASCII: runs of other characters as encoded words (RFC 2047)."""
    value = _BREAKS.sub(" ", value).strip()
    return value if value.isascii() else _FOREIGN.sub(_word, value)


def _word(match: re.Match[str]) -> str:
    return f"=?utf-8?B?{binascii.b2a_base64(match.group().encode('utf-8', 'replace'), newline=False).decode()}?="


def person(address: str, name: str) -> str:
    """Write one person as an address header does."""
    found = _ADDRESS.search(address)
    address, name = (found.group() if found else ""), _BREAKS.sub(" ", name).strip(" '\"").replace('"', "'")
    name = "" if name.lower() == address.lower() else name
    if not name:
        return worded(f"<{address}>") if address else ""
    return worded(f'"{name}" <{address}>') if address else worded(f'"{name.replace("@", " at ")}"')


def has_address(value: str) -> bool:
    """Tell whether a value holds a mail address (an Exchange address is none)."""
    return "@" in value and not value.startswith("/") and bool(_ADDRESS.search(value))


def stamp(micros: int) -> str:
    """Write a time as a Date header does; what is less than a second stays out."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return f"{moment.day:02} {_MONTHS[moment.month - 1]} {moment.year:04} {moment:%H:%M:%S} +0000"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _text(text: str) -> Leaf:
    return Leaf.of_bytes("text/plain", "", "utf-8", False, text.encode("utf-8", "replace"))


def _media_type(attached: Attached, name: str) -> str:
    given = attached.text(0x370E).strip().lower()
    if re.fullmatch(r"[^\s/]+/[^\s/;]+", given):
        return given
    return _types().guess_type(f"x{name[-20:]}")[0] or "application/octet-stream"


@cache
def _types() -> "MimeTypes":
    """Give Python's own table of name endings, not that of the machine: the same evidence gives the same rows."""
    from mimetypes import MimeTypes

    return MimeTypes()


def rendition(letter: Letter) -> bytes:
    """Write an attached message as MIME, so that it can be opened and hashed: the same item gives the same bytes."""
    out = [letter.block + b"\n" if letter.block else b"", b"MIME-Version: 1.0\n"]
    mark = hashlib.sha256(letter.block).hexdigest()[:32].encode()
    out.append(b'Content-Type: multipart/mixed; boundary="' + mark + b'"\n\n')
    packed = 0
    for leaf in letter.parts:
        data = leaf.content()
        packed += len(data)
        if packed > MAX_PACKED:
            continue
        head = f"Content-Type: {leaf.media_type}"
        head += "; charset=utf-8" if leaf.charset == "utf-8" else f"; charset={leaf.charset}" if leaf.charset else ""
        head += "\nContent-Transfer-Encoding: base64"
        if leaf.attached:
            head += f'\nContent-Disposition: attachment; filename="{worded(leaf.filename.replace(chr(34), chr(39)))}"'
        out.append(b"--" + mark + b"\n" + head.encode("ascii", "replace") + b"\n\n")
        out.append(_lines(data))
    return b"".join([*out, b"--" + mark + b"--\n"])


def _lines(data: bytes) -> bytes:
    import base64

    return base64.encodebytes(data)
