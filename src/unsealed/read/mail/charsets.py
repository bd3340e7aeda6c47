"""Bytes to text, whatever the label says: labels of the wild, Japanese vendor rows, no label at all.

Labels and decoding tables follow the WHATWG Encoding Standard where Python's own codecs are stricter: ISO-2022-JP
with NEC row 13 and IBM extensions, `windows-1252` for what calls itself Latin-1 or ASCII but holds more.
"""

import codecs
import re
from functools import cache

import cchardet

_ALIASES = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "ms_kanji": "cp932",
    "windows-31j": "cp932",
    "cp932": "cp932",
    "ms932": "cp932",
    "csshiftjis": "cp932",
    "iso-2022-jp": "iso-2022-jp",
    "iso-2022-jp-ms": "iso-2022-jp",
    "cp50220": "iso-2022-jp",
    "cp50221": "iso-2022-jp",
    "cp50222": "iso-2022-jp",
    "csiso2022jp": "iso-2022-jp",
    "iso2022jp": "iso-2022-jp",
    "jis": "iso-2022-jp",
    "euc-jp": "euc_jp",
    "x-euc-jp": "euc_jp",
    "eucjp": "euc_jp",
    "eucjp-ms": "euc_jp",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "cp936": "gb18030",
    "euc-cn": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "cp950": "cp950",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "ksc5601": "cp949",
    "cp949": "cp949",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "utf8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "",
    "unknown-8bit": "",
    "unknown": "",
    "default": "",
    "8bit": "",
    "binary": "",
    "x-user-defined": "",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
}
_NO_CHARSET = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"}
"""Codecs of Python's own that no mail is written in; some are slow, or raise whatever they are told."""
_SEVEN_BIT = {"utf-7", "hz", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "iso2022_kr"}
"""Codecs in which bytes below 128 need not be ASCII."""
_ISO2022 = re.compile(rb"\x1b(?:\$[@B]|\$\([A-D]|\([BJI]|\$A)")
_CONTROL_BYTES = bytes((*range(9), 11, 12, *range(14, 32), 127))
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@cache
def codec_name(label: str) -> str:
    """Give the Python codec for a charset label of the wild; empty where the label says nothing."""
    cleaned = label.strip().strip("\"'").lower().split("*")[0].split(";")[0].strip()
    alias = _ALIASES.get(cleaned, _ALIASES.get(cleaned.replace("_", "-")))
    if alias is not None:
        return alias
    try:
        info = codecs.lookup(cleaned)
    except (LookupError, ValueError):
        return ""
    if info.name in _NO_CHARSET:
        return ""
    return info.name if info._is_text_encoding else ""  # noqa: SLF001 - the only way to keep `hex` and `zip` out


def decode(data: bytes, label: str = "") -> str:
    """Give the text of some bytes; never raises.

    A label is believed where the bytes agree with it, or agree best; bytes that are valid UTF-8 with non-ASCII
    characters in them are UTF-8, whatever Latin-1 or ASCII label they carry: that does not happen by chance.
    """
    if data.isascii() and b"\x1b" not in data:
        name = codec_name(label) if label else ""
        return clean(_replace(data, name)) if name in _SEVEN_BIT else data.decode("ascii")
    if _ISO2022.search(data):
        return _iso2022(data)
    name = codec_name(label)
    if name in {"", "cp1252", "utf-8", "iso2022_jp", "iso-2022-jp"}:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    if name == "cp1252":
        return _mislabelled(data) or _latin(data)
    if name and name != "iso-2022-jp":
        try:
            return data.decode(name)
        except (UnicodeDecodeError, ValueError):
            pass
        if name != "utf-8":
            return _best(data, name)
    return _guess(data)


def clean(text: str) -> str:
    """Drop control characters, which break terminals, XML and spreadsheets, and lone surrogates."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode("utf-8")
        data = text.encode("utf-8")
    # deleting bytes and comparing lengths is several times faster than searching for a class of characters
    return text if len(data.translate(None, _CONTROL_BYTES)) == len(data) else _CONTROL.sub(" ", text)


def _replace(data: bytes, name: str) -> str:
    return data.decode(name, "replace")


def _best(data: bytes, name: str) -> str:
    """Choose between a label that the bytes break and what they look like: fewer broken characters wins."""
    labelled = _replace(data, name)
    guessed = _guess(data)
    return guessed if guessed.count("\ufffd") < labelled.count("\ufffd") // 4 else labelled


def _guess(data: bytes) -> str:
    """Decode without a label: UTF-8, else what the bytes look like, else Latin-1 as Windows has it."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") * 8 < _UTF8_PAIR.subn(b"", data[:65536])[1]:
        return text  # UTF-8 that was cut or patched
    sample = data[:65536]
    lone = _lone(sample)
    if not lone and (text := _kana(sample, data)):
        return text
    found = cchardet.detect(sample)
    name = codec_name(found.get("encoding") or "")
    if name in (_WESTERN if lone else _OTHERS):
        text = _attempt(data, name)
        if text and (name not in {"cp932", "shift_jis"} or _japanese(text)):
            return text
    if not lone:
        for name in ("cp932", "euc_jp"):
            text = _attempt(data, name)
            if text and _japanese(text):
                return text
    return _latin(data)


_UTF8_PAIR = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")
_WESTERN = frozenset(("cp1254", "iso8859-9", "cp1250", "iso8859-2"))
"""Guesses believed of bytes above 127 that stand alone, in words of a Latin script; the rest is `windows-1252`."""
_OTHERS = frozenset(
    [
        "cp932",
        "euc_jp",
        "gb18030",
        "big5",
        "big5hkscs",
        "cp949",
        "euc_kr",
        "utf-16",
        "utf-32",
        "koi8-r",
        "koi8-u",
        "cp1251",
        "iso8859-5",
        "cp866",
        "cp1253",
        "iso8859-7",
        "cp1255",
        "iso8859-8",
        "cp1256",
        "cp874",
        "tis-620",
        "shift_jis",
        "cp1258",
    ]
)
_CJK = frozenset(("cp932", "euc_jp", "gb18030", "big5", "big5hkscs", "cp949", "euc_kr", "shift_jis"))
_KANA = re.compile("[\u3040-\u30ff]")
_KANA_OR_KANJI = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def _lone(data: bytes) -> bool:
    """Tell whether most bytes above 127 stand alone or in twos, as accents do and other scripts do not."""
    runs = _HIGH.findall(data)
    return sum(len(run) < 3 for run in runs) * 2 > len(runs) and sum(map(len, runs)) < len(data) * 0.3


def _attempt(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except (UnicodeDecodeError, ValueError):
        text = data.decode(name, "replace") if name in _CJK else ""
        return text if text.count("\ufffd") * 50 < len(text) else ""


def _kana(sample: bytes, data: bytes) -> str:
    """Give what is Japanese beyond doubt, even if too short for statistics: a fifth of it kana, and no byte amiss."""
    for name in ("euc_jp", "cp932"):
        text = _attempt(sample, name)
        high = sum(char > "\x7f" for char in text)
        if high > 1 and len(_KANA.findall(text)) * 5 >= high and _japanese(text):
            return _attempt(data, name)
    return ""


def _japanese(text: str) -> bool:
    """Tell Japanese from bytes that merely decode as Shift_JIS: those give half-width katakana and rare signs."""
    high = sum(char > "\x7f" for char in text)
    return 2 * len(_KANA_OR_KANJI.findall(text)) > high


def _latin(data: bytes) -> str:
    """Decode as windows-1252; bytes that it leaves undefined are controls (WHATWG), and go."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.translate(None, b"\x81\x8d\x8f\x90\x9d").decode("cp1252")


def _mislabelled(data: bytes) -> str:
    """Give the text of what calls itself Latin-1 or ASCII and is of another script beyond doubt; empty where it is not."""
    sample = data[:65536]
    if _lone(sample):
        return ""
    found = cchardet.detect(sample)
    name = codec_name(found.get("encoding") or "")
    return _attempt(data, name) if name in _OTHERS and (found.get("confidence") or 0) >= 0.9 else ""


def _iso2022(data: bytes) -> str:
    """Decode ISO-2022-JP as WHATWG has it, vendor rows included; 8-bit bytes between are taken for Shift_JIS."""
    try:
        return data.decode("iso2022_jp_ext")
    except UnicodeDecodeError:
        pass
    pieces, mode, start = [], b"\x1b(B", 0
    for match in _ISO2022.finditer(data):
        pieces.append(_iso2022_run(data[start : match.start()], mode))
        mode, start = match.group(), match.end()
    pieces.append(_iso2022_run(data[start:], mode))
    return "".join(pieces)


def _iso2022_run(run: bytes, mode: bytes) -> str:
    if mode in {b"\x1b$B", b"\x1b$@"}:
        # a line's end also ends a double-byte run that nobody closed
        double, newline, rest = run.partition(b"\n")
        tail = newline.decode() + _iso2022_run(rest, b"\x1b(B") if newline else ""
        return b"".join(_jis_to_sjis(double)).decode("cp932", "replace") + tail
    if mode == b"\x1b(I":
        return bytes(byte | 0x80 for byte in run).decode("cp932", "replace")
    if mode == b"\x1b$(D":
        return b"".join(b"\x8f" + bytes(byte | 0x80 for byte in run[i : i + 2]) for i in range(0, len(run), 2)).decode(
            "euc_jp", "replace"
        )
    if mode in {b"\x1b$(C", b"\x1b$A", b"\x1b$(A"}:
        codec = "cp949" if mode == b"\x1b$(C" else "gb18030"
        return bytes(byte | 0x80 for byte in run).decode(codec, "replace")
    return run.decode("cp932" if not run.isascii() else "ascii", "replace")


def _jis_to_sjis(run: bytes) -> list[bytes]:
    pairs = []
    for i in range(0, len(run) - 1, 2):
        high, low = run[i] & 0x7F, run[i + 1] & 0x7F
        if not (0x21 <= high <= 0x7E and 0x21 <= low <= 0x7E):
            pairs.append(b"?")
            continue
        row = (high - 0x21) // 2 + 0x81
        row += 0x40 if row > 0x9F else 0
        cell = low + (0x1F if low < 0x60 else 0x20) if high & 1 else low + 0x7E
        pairs.append(bytes((row, cell)))
    return pairs
