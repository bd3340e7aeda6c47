"""Rich text: its words in the charsets of its fonts, with notes, text boxes and comments, without pictures and settings.

Rich Text Format Specification 1.9.1 (Microsoft, 2008).
"""

import re
from dataclasses import dataclass, replace

from unsealed.read.attachments.outcome import MAX_TEXT
from unsealed.read.mail import charsets

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\(\r\n|[^a-zA-Z])|([{}])|([\r\n]+)|([^\\{}\r\n]+)",
    re.DOTALL,
)
_SILENT = frozenset(
    (
        b"colortbl stylesheet info pict objdata themedata colorschememapping datastore latentstyles listtable "
        b"listoverridetable rsidtbl generator xmlnstbl fldinst nonshppict sn sv bkmkstart bkmkend filetbl revtbl "
        b"objclass objname objalias pgptbl mmathPr ud do falt panose fontemb fontfile template operator wgrffmtfilter "
        b"ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn pnseclvl atnid atrfstart atrfend atndate atnref"
    ).split()
)
_SPOKEN = frozenset(
    (b"shpinst", b"shptxt", b"annotation", b"shppict", b"atnauthor", b"background", b"footnote", b"fldrslt")
)
"""Destinations that are read although older programs are told to pass them over."""
_SIGNS = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"nestrow": "\n", b"column": "\n",
    b"tab": "\t", b"cell": "\t", b"nestcell": "\t", b"emdash": "\u2014", b"endash": "\u2013", b"bullet": "\u2022",
    b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"emspace": " ",
    b"enspace": " ", b"qmspace": " ",
}  # fmt: skip
_OPENING = frozenset(
    (
        b"footnote",
        b"annotation",
        b"shptxt",
        b"header",
        b"headerl",
        b"headerr",
        b"headerf",
        b"footer",
        b"footerl",
        b"footerr",
        b"footerf",
    )
)
_SYMBOLS = {b"~": b"\xa0", b"-": b"", b"_": b"-", b"\\": b"\\", b"{": b"{", b"}": b"}"}
_FONT_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp437",
}  # fmt: skip
MAX_GROUPS = 100_000


@dataclass(frozen=True)
class _State:
    """What a group may change until it ends."""

    font: int = -1
    unicode_skip: int = 1
    silent: bool = False
    fonts: bool = False
    """Inside the table of fonts."""


def words(data: bytes) -> str:
    """Give the words of a rich text document; never raises."""
    return _Reader(data).told()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.out: list[str] = []
        self.held = bytearray()
        self.state, self.stack = _State(), [_State()]
        self.charset, self.default_font = "cp1252", -1
        self.fonts: dict[int, str] = {}
        self.fresh = self.starred = False
        self.skip = self.size = 0

    def told(self) -> str:
        place, length = 0, len(self.data)
        while place < length and self.size <= MAX_TEXT:
            match = _TOKEN.match(self.data, place)
            if match is None:  # a lone backslash at the end
                break
            place = match.end()
            number = match.lastindex
            if match.group(1):
                place += self._control(match.group(1), match.group(2))
            elif number == 3:
                self._bytes(bytes((int(match.group(3), 16),)), 1)
            elif number == 4:
                self._symbol(match.group(4))
            elif number == 5:
                if match.group(5) == b"}" and len(self.stack) <= 2 and place > 10:
                    break
                self._group(match.group(5))
            elif number == 7:
                self._bytes(match.group(7), len(match.group(7)))
        self._flush()
        text = "".join(self.out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return re.sub(r"\n{3,}", "\n\n", charsets.clean(text)).strip()

    def _group(self, brace: bytes) -> None:
        self._flush()
        self.skip = 0
        if brace == b"{":
            if len(self.stack) < MAX_GROUPS:
                self.stack.append(self.state)
            self.fresh, self.starred = True, False
        else:
            self.state = self.stack.pop() if len(self.stack) > 1 else _State()
            self.fresh = False

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self.starred = self.fresh
            return
        if symbol in (b"\n", b"\r", b"\r\n"):
            self._say("\n")
        else:
            self._bytes(_SYMBOLS.get(symbol, b""), 1)

    def _control(self, word: bytes, value: bytes | None) -> int:
        """Obey a control word; give how many bytes of binary data follow it."""
        fresh, starred = self.fresh, self.starred
        self.fresh = self.starred = False
        number = int(value) if value else 0
        if word == b"bin":
            return max(0, min(number, len(self.data)))
        if word == b"u" and value:
            self._say(chr(number & 0xFFFF))
            self.skip = self.state.unicode_skip
            return 0
        self.skip = 0
        if fresh and (word in _SILENT or (starred and word not in _SPOKEN)):
            self.state = replace(self.state, silent=True)
        elif word == b"fonttbl":
            self.state = replace(self.state, silent=True, fonts=True)
        elif word in _SIGNS:
            self._say(_SIGNS[word])
        elif word in _OPENING and fresh:
            self._say("\n")
        else:
            self._setting(word, number, given=value is not None)
        return 0

    def _setting(self, word: bytes, number: int, *, given: bool) -> None:
        if word == b"f" and given:
            self._flush()
            self.state = replace(self.state, font=number)
        elif word == b"fcharset" and self.state.fonts and number in _FONT_CHARSETS:
            self.fonts[self.state.font] = _FONT_CHARSETS[number]
        elif word == b"cpg" and self.state.fonts:
            self.fonts[self.state.font] = charsets.codec_name(f"cp{number}") or self.charset
        elif word == b"uc":
            self.state = replace(self.state, unicode_skip=max(0, min(number, 100)))
        elif word == b"ansicpg":
            self.charset = charsets.codec_name(f"cp{number}") or "cp1252"
        elif word in (b"mac", b"pc", b"pca"):
            self.charset = {b"mac": "mac_roman", b"pc": "cp437", b"pca": "cp850"}[word]
        elif word == b"deff":
            self.default_font = number
        elif word == b"plain":
            self._flush()
            self.state = replace(self.state, font=-1)

    def _bytes(self, data: bytes, length: int) -> None:
        self.fresh = False
        if self.skip:  # the same characters for programs that know no Unicode
            passed = min(self.skip, length)
            self.skip -= passed
            data = data[passed:]
        if not self.state.silent:
            self.held += data

    def _say(self, text: str) -> None:
        if not self.state.silent:
            self._flush()
            self.out.append(text)
            self.size += len(text)

    def _flush(self) -> None:
        if self.held:
            font = self.state.font if self.state.font >= 0 else self.default_font
            text = bytes(self.held).decode(self.fonts.get(font, self.charset), "replace")
            self.held.clear()
            self.out.append(text)
            self.size += len(text)
