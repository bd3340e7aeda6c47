"""One item as Outlook keeps it: a bag of MAPI properties, recipients, attachments.

https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxprops (the properties by number)
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from unsealed.read.mail import charsets

MAX_DEPTH = 12
"""Messages attached to messages attached to messages."""
MAX_ATTACHMENT = 150 << 20
"""Bytes of one attachment; Exchange Online's own limit."""
MAX_RECIPIENTS = 5_000
MAX_ATTACHMENTS = 2_000
_EPOCH = 116_444_736_000_000_000
_YEAR_3000 = 32_503_680_000_000_000
_PREFIX = re.compile(r"\A\x01.", re.DOTALL)


class Narrow(bytes):
    """Text in the code page of its item (PtypString8)."""

    __slots__ = ()


Value = str | bytes | int | float | bool | None
Values = dict[int, Value]
"""Properties by number; named ones by their number in their own set (0x8000 and above)."""


@dataclass
class Attached:
    """One attachment: its properties, and its bytes or the message that it is."""

    values: Values
    content: Callable[[], bytes]
    embedded: "Callable[[], Item] | None" = None
    codepage: int = 0

    def text(self, *numbers: int) -> str:
        """Give the first of some properties that holds text."""
        return first_text(self.values, numbers, self.codepage)


@dataclass
class Item:
    """One message, contact, appointment or task."""

    values: Values
    recipients: list[Values] = field(default_factory=list)
    attachments: list[Attached] = field(default_factory=list)
    trouble: list[tuple[str, str]] = field(default_factory=list)
    """What could not be read of it: code and sentence."""
    codepage: int = 0
    """The container's code page, for items that do not name theirs."""

    def text(self, *numbers: int) -> str:
        """Give the first of some properties that holds text."""
        return first_text(self.values, numbers, self.page)

    def number(self, number: int) -> int | None:
        """Give a property that is a whole number or a time."""
        value = self.values.get(number)
        return value if isinstance(value, int) else None

    def data(self, number: int) -> bytes:
        """Give a property's bytes."""
        value = self.values.get(number)
        return value if isinstance(value, bytes) else b""

    @property
    def page(self) -> int:
        """The code page of its narrow text: its own, its container's, that of its language, else that of its HTML."""
        return self.number(0x3FFD) or self.codepage or _of_locale(self.number(0x3FF1) or 0) or self.number(0x3FDE) or 0

    @property
    def message_class(self) -> str:
        """What it is (PidTagMessageClass), in lower case."""
        return self.text(0x001A).lower()


def first_text(values: Values, numbers: tuple[int, ...], codepage: int) -> str:
    """Give the first of some properties that holds text."""
    for number in numbers:
        value = values.get(number)
        if value:
            if isinstance(value, str):
                return value.rstrip("\x00")
            if isinstance(value, Narrow):
                return charsets.decode(value.rstrip(b"\x00"), label(codepage))
    return ""


def label(codepage: int) -> str:
    """Name a Windows code page as mail does."""
    if codepage in {0, 20127}:
        return ""
    return _PAGES.get(codepage, f"cp{codepage}")


_PAGES = {
    65001: "utf-8",
    65000: "utf-7",
    1200: "utf-16-le",
    1201: "utf-16-be",
    28591: "iso-8859-1",
    28592: "iso-8859-2",
    28593: "iso-8859-3",
    28594: "iso-8859-4",
    28595: "iso-8859-5",
    28596: "iso-8859-6",
    28597: "iso-8859-7",
    28598: "iso-8859-8",
    28599: "iso-8859-9",
    28603: "iso-8859-13",
    28605: "iso-8859-15",
    38598: "iso-8859-8",
    20866: "koi8-r",
    21866: "koi8-u",
    20932: "euc-jp",
    51932: "euc-jp",
    50220: "iso-2022-jp",
    50221: "iso-2022-jp",
    50222: "iso-2022-jp",
    50225: "iso2022_kr",
    51949: "euc-kr",
    51936: "gb2312",
    52936: "hz",
    54936: "gb18030",
    10000: "mac-roman",
}


def _of_locale(locale: int) -> int:
    """Give the code page that Windows had for a language (MS-LCID); 0 for no language."""
    if locale & 0x3FF == 0x04:
        return 936 if locale in {0x804, 0x1004} else 950
    if locale in {0x81A, 0x141A, 0x41A, 0x101A}:
        return 1250
    return _LANGUAGES.get(locale & 0x3FF, 1252) if locale else 0


_LANGUAGES = {
    **dict.fromkeys((0x02, 0x19, 0x1A, 0x22, 0x23, 0x2F), 1251),
    **dict.fromkeys((0x05, 0x0E, 0x15, 0x18, 0x1B, 0x1C, 0x24), 1250),
    **dict.fromkeys((0x25, 0x26, 0x27), 1257),
    **dict.fromkeys((0x01, 0x20, 0x29), 1256),
    0x08: 1253,
    0x0D: 1255,
    0x11: 932,
    0x12: 949,
    0x1E: 874,
    0x1F: 1254,
    0x2A: 1258,
}


def decode(kind: int, raw: bytes) -> Value:
    """Give a property's value from its type (MS-OXCDATA 2.11.1) and its bytes; None for what we do not use."""
    if kind == 0x1F:
        return raw.decode("utf-16-le", "replace")
    if kind == 0x1E:
        return Narrow(raw)
    if kind in {0x102, 0x0D, 0x48, 0xFB}:
        return raw
    if kind == 0x40:
        return filetime(raw)
    if kind == 0x0B:
        return bool(raw[:2].strip(b"\x00"))
    form = _NUMBERS.get(kind)
    return struct.unpack_from(form, raw)[0] if form and len(raw) >= struct.calcsize(form) else None


_NUMBERS = {0x02: "<h", 0x03: "<i", 0x14: "<q", 0x05: "<d", 0x04: "<f"}


def filetime(raw: bytes) -> int | None:
    """Give a FILETIME as microseconds since 1970 UTC; None for the zeros and ends of time that mean nothing."""
    if len(raw) < 8:
        return None
    ticks = int.from_bytes(raw[:8], "little")
    micros = (ticks - _EPOCH) // 10
    return micros if ticks and micros < _YEAR_3000 and micros > -_EPOCH // 10 + 86_400_000_000 * 366 else None


def subject(item: Item) -> str:
    """Give the subject without the two control characters that tell its prefix's length."""
    whole = _PREFIX.sub("", item.text(0x0037))
    if whole:
        return whole
    topic = _PREFIX.sub("", item.text(0x0E1D))
    return f"{item.text(0x003D)}{topic}" if topic else item.text(0x0070)
