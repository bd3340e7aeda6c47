"""Rich text in Outlook: unpacked, and brought back to the HTML or plain text that it was made from.

MS-OXRTFCP (compression), MS-OXRTFEX (HTML and plain text encapsulated in RTF), the RTF 1.9.1 specification.
"""

import re
from dataclasses import dataclass

from unsealed.read.mail import charsets

MAX_RTF = 32 << 20
MAX_GROUPS = 2_000
_WINDOW = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbol"
    rb"ArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_DESTINATIONS = frozenset(
    (
        b"fonttbl colortbl stylesheet info pict object objdata themedata colorschememapping datastore latentstyles "
        b"listtable listoverridetable rsidtbl generator xmlnstbl filetbl fldinst header footer headerl headerr "
        b"footerl footerr mhtmltag blipuid shpinst"
    ).split()
)
_SIGNS = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"row": "\n",
    b"cell": "\t",
    b"tab": "\t",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    b"bullet": "\u2022",
    b"endash": "\u2013",
    b"emdash": "\u2014",
    b"enspace": "\u2002",
    b"emspace": "\u2003",
}
_SYMBOLS = {b"~": "\u00a0", b"_": "\u2011", b"-": "", b"\n": "\n", b"\r": "\n"}
_FONT_PAGES = {
    0: 0,
    1: 0,
    77: 10000,
    128: 932,
    129: 949,
    130: 1361,
    134: 936,
    136: 950,
    161: 1253,
    162: 1254,
    163: 1258,
    177: 1255,
    178: 1256,
    186: 1257,
    204: 1251,
    222: 874,
    238: 1250,
}


def unpack(data: bytes) -> bytes:
    """Undo the compression; what is broken gives what could be unpacked so far."""
    if len(data) < 16:
        return b""
    size, kind = int.from_bytes(data[4:8], "little"), data[8:12]
    if kind == b"MELA":
        return data[16 : 16 + size]
    if kind != b"LZFu":
        return data if data.startswith(b"{\\rtf") else b""
    out, place, limit, start = bytearray(_WINDOW), 16, min(size, MAX_RTF) + len(_WINDOW), len(_WINDOW)
    while place < len(data) and len(out) < limit:
        flags = data[place]
        place += 1
        for bit in range(8):
            if place + (flags >> bit & 1) >= len(data):
                return bytes(out[start:limit])
            if not flags >> bit & 1:
                out.append(data[place])
                place += 1
                continue
            token = data[place] << 8 | data[place + 1]
            place += 2
            # the window is a ring of 4,096 bytes; what is told is a place in it, so how far back it lies
            back = (len(out) - (token >> 4)) % 4096
            if back == 0:
                return bytes(out[start:limit])
            for _ in range((token & 15) + 2):
                out.append(out[-back] if back <= len(out) else 32)
    return bytes(out[start:limit])


@dataclass
class _State:
    skip: bool = False
    """Inside a destination that is no text."""
    tag: bool = False
    """Inside a piece of the original HTML."""
    hidden: bool = False
    """Inside `\\htmlrtf`: what only RTF readers are to see."""
    page: int = 0
    wide: int = 1
    """Characters that stand in for a Unicode character, and are to be passed over."""

    def copy(self) -> "_State":
        return _State(self.skip, self.tag, self.hidden, self.page, self.wide)


def to_text(rtf: bytes) -> tuple[str, str]:
    """Give the media type and the text that rich text holds: the HTML or plain text it was made from, else its words."""
    rtf = rtf[:MAX_RTF]
    head = rtf[:2048]
    made = "html" if b"\\fromhtml" in head else "text" if b"\\fromtext" in head else ""
    found = _Reader(made, rtf).read()
    return ("text/html" if made == "html" else "text/plain"), found


class _Reader:
    """One pass over the tokens, with a stack of groups."""

    def __init__(self, made: str, rtf: bytes) -> None:
        self.html, self.rtf = made == "html", rtf
        match = re.search(rb"\\ansicpg(\d{1,5})", rtf[:4096])
        self.default = int(match.group(1)) if match else 1252
        self.fonts: dict[int, int] = {}
        self.font = 0
        self.state, self.stack, self.out = _State(), list[_State](), list[str]()
        self.narrow = bytearray()
        self.narrow_page = 0
        self.passing = 0
        self.high = 0
        self.ignorable = False
        self.deep = 0

    def read(self) -> str:
        place, data = 0, self.rtf
        while place < len(data):
            match = _TOKEN.match(data, place)
            if not match:
                break
            place = match.end()
            code, word, number, symbol, brace, plain = match.groups()
            if brace:
                self._brace(brace)
            elif word:
                if word == b"bin" and number:
                    place += max(int(number), 0)
                else:
                    self._word(word, int(number) if number else None)
            elif symbol == b"*":
                self.ignorable = True
            elif symbol:
                self._symbol(symbol)
            elif code or plain:
                self._bytes(bytes((int(code, 16),)) if code else plain, escaped=bool(code))
        self._flush()
        return charsets.clean("".join(self.out))

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self.ignorable, self.passing = False, 0
        if brace == b"{":
            if len(self.stack) >= MAX_GROUPS:
                self.deep += 1
            else:
                self.stack.append(self.state)
                self.state = self.state.copy()
        elif self.deep:
            self.deep -= 1
        elif self.stack:
            self.state = self.stack.pop()

    def _word(self, word: bytes, number: int | None) -> None:
        ignorable, self.ignorable = self.ignorable, False
        if word == b"u" and number is not None:
            self._unicode(number & 0xFFFF)
            return
        if word != b"uc":
            self.passing = 0
        if word in _SIGNS:
            self._say(_SIGNS[word] if not self.html or word not in _NEW_LINES else "\r\n")
        elif word in _DESTINATIONS or (ignorable and word not in _HEARD):
            self.state.skip = True
        elif number is not None and word in {b"uc", b"f", b"fcharset"}:
            self._font(word, number)
        else:
            self._turn(word, number)

    def _font(self, word: bytes, number: int) -> None:
        if word == b"uc":
            self.state.wide = min(max(number, 0), 16)
        elif word == b"f":
            self.state.page, self.font = self.fonts.get(number, 0), number
        else:
            self.fonts[self.font] = _FONT_PAGES.get(number, 0)

    def _turn(self, word: bytes, number: int | None) -> None:
        """Take a word that changes what is heard."""
        if word == b"htmlrtf" or (word == b"v" and not self.html):
            self._flush()
            self.state.hidden = number != 0
        elif word == b"htmltag":
            self._flush()
            self.state.tag = True
        elif word == b"plain":
            self.state.page = 0

    def _symbol(self, symbol: bytes) -> None:
        if symbol in b"\\{}":
            self._bytes(symbol, escaped=True)
        elif symbol in _SYMBOLS:
            self.passing = 0
            self._say(_SYMBOLS[symbol])

    def _bytes(self, data: bytes, *, escaped: bool) -> None:
        if self.passing:
            passed = 1 if escaped else min(self.passing, len(data))
            data, self.passing = data[passed:], self.passing - passed
        if not data or not self._heard():
            return
        page = self.state.page or self.default
        if page != self.narrow_page:
            self._flush()
            self.narrow_page = page
        self.narrow += data

    def _unicode(self, number: int) -> None:
        self.passing = self.state.wide
        if 0xD800 <= number < 0xDC00:
            self.high = number
            return
        if 0xDC00 <= number < 0xE000:
            number = 0x10000 + ((self.high & 0x3FF) << 10 | number & 0x3FF) if self.high else 0xFFFD
        self.high = 0
        self._say(chr(number))

    def _say(self, text: str) -> None:
        if self._heard():
            self._flush()
            self.out.append(text)

    def _heard(self) -> bool:
        state = self.state
        return not state.skip and (state.tag or not state.hidden)

    def _flush(self) -> None:
        if self.narrow:
            data = bytes(self.narrow)
            name = charsets.codec_name(f"cp{self.narrow_page}") or "cp1252"
            self.out.append(data.decode("ascii") if data.isascii() else data.decode(name, "replace"))
            self.narrow.clear()


_NEW_LINES = {b"par", b"line"}
_HEARD = {b"htmltag", b"shppict", b"fldrslt"}
"""Destinations that a reader may pass over, with words in them all the same."""
