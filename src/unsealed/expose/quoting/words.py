"""A letter's words, and which of them are its own: what it quotes and how it is signed are told apart.

Words are compared without regard to line breaks, marks of quotation, case and punctuation; Japanese, Chinese and Korean
text character by character.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import groupby
from zlib import crc32

WORDS, CHARACTERS = 5, 8
"""Letters are compared in runs of so many words, or so many Japanese, Chinese and Korean characters."""
SIGNATURE_LINES = 12
NOTHING, FOOTER, QUOTED, SHARED, OWN = range(5)
"""What a word is: a gap between letters; of a signature or footer; quoted; the letter's own, in a line that many
conversations share; its own. What a run is, is the least of its words."""
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_ASIAN = re.compile(f"[{_CJK}]+")
_WORD = re.compile(rf"[^\W_{_CJK}]+")
_EITHER = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_APOSTROPHES = str.maketrans("", "", "'\u2019\u02bc")
_SPACED = str.maketrans({chr(n): " " for n in range(128) if not chr(n).isalnum()} | {"'": None})
"""None, and not an empty text: with that, translating falls back to a look-up for each character."""
_MARKED = re.compile(r"[ \t]*(?:[>|＞│┃]|\w{1,4}>)")
_MARKS = re.compile(r"[ \t]*(?:(?:[>|＞│┃:]|\w{1,4}>)[ \t]?)+")
_COLONS = re.compile(r"(?m)^:.*\n(?::.*\n){2}")
_COLON_MARKED = re.compile(r"[ \t]*(?:[>|＞│┃:]|\w{1,4}>)")
_RULE = re.compile(r"[ \t]*(?:--+|[-_=*~+#━─―─＝＊・･*]{5,})[ \t]*")

_DIVIDER = re.compile(
    r"[ \t]*(?:"
    r"-{2,}[ \t]*(?:original (?:message|appointment)|(?:begin )?forwarded (?:message|by [^\n]{1,120})|reply message|"
    r"ursprüngliche nachricht|weitergeleitete nachricht|message d'origine|message original|message transféré|"
    r"mensaje original|mensaje reenviado|mensagem original|messaggio originale|oorspronkelijk bericht|"
    r"originalmeddelande|元のメッセージ|オリジナルメッセージ|転送メッセージ|転送されたメッセージ|原始邮件|原始郵件|转发的邮件|"
    r"원본 메시지|original)[ \t]*-{0,}"
    r"|begin forwarded message:|-{5,} ?forwarded by [^\n]{1,160}|(?:_{20,}|-{20,})"
    r")[ \t]*",
    re.IGNORECASE,
)
"""Lines after which another's letter stands; a bare rule is one only where headers follow it."""
_BARE_RULE = re.compile(r"[ \t]*[-_]+[ \t]*")
_SENDER = re.compile(
    r"[ \t]*\*?(?:from|von|de|da|van|från|fra|差出人|送信者|发件人|寄件者|寄件人|보낸 사람|보낸사람)\*?[ \t]?[:：]",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"[ \t]*\*?(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|date|à|objet|enviado(?: el)?|fecha|para|asunto|"
    r"assunto|inviato|data|oggetto|verzonden|aan|onderwerp|skickat|till|ämne|reply-to|"
    r"送信日時|日時|送信日|宛先|件名|发送时间|收件人|主题|寄件日期|收件者|主旨|보낸 날짜|받는 사람|제목)\*?[ \t]?[:：]",
    re.IGNORECASE,
)
_ANY_FIELD = re.compile(r"[ \t]*\*?[^\W\d_][\w-]{1,11}(?: [\w-]{1,8}){0,2}\*?[ \t]?[:：](?:[ \t]|$)")
_WROTE = re.compile(
    r"(?:\bwrote|\bwrites|\bsaid|\bschrieb(?:[ \t][^:\n]{1,80})?|\ba écrit|\bescribió|\bescreveu|\bha scritto|\bschreef"
    r"(?:[ \t][^:\n]{1,80})?|\bskrev(?:[ \t][^:\n]{1,80})?|のメール|さんは書きました|は書きました|写道|寫道|님이 작성|>)[ \t]?[:：][ \t]*$"
)
_WHEN = re.compile(
    r"\b(?:1[3-9]|[0-2]?\d)[:.h][0-5]\d\b|\b(?:19|20)\d\d\b|\d+年\d+月\d+日|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\d+月\d+日"
)
_MOMENT = re.compile(r"\d{4}.{0,16}\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[:.]\d\d\b.{0,16}\d{4}")
_OPENING = re.compile(
    r"[ \t]*(?:on|at|am|le|el|em|il|op|den|in a message dated|in article)\b|[ \t]*(?:19|20)?\d\d[年/.-]|[ \t]*\d{1,2}月",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"(?m)^[ \t]*(?:[:>|＞│┃]|\w{1,4}>)|[:：][ \t]*$|>>>[ \t]*$|^[ \t]*(?:[-_]{2}|begin forwarded)"
    r"|^[ \t]*\*?[^\W\d_][^:：\n]{1,19}[:：]",
    re.IGNORECASE,
)
MAX_ATTRIBUTION = 3
"""Lines over which "On ... wrote:" may be wrapped."""
FIELDS = 2
"""So many headers must follow the sender's."""
SOON = 6
"""Where "Bob wrote:" is followed by marks within so many lines, these tell what is quoted."""
MAX_HEADERS = 8
"""Lines within which the second header of a quoted letter must come."""


class Vocabulary(dict[str, int]):
    """Numbers for words, the same on every machine."""

    MOST = 1_000_000

    def __missing__(self, word: str) -> int:
        """Number a new word."""
        if len(self) > self.MOST:
            self.clear()
        number = self[word] = crc32(word.encode("utf-8", "surrogatepass"))
        return number


def tokens(text: str) -> tuple[list[str], list[str]]:
    """Give the words of a text, folded, and its Japanese, Chinese and Korean characters, with single words among them.

    A few words between such characters are read with these; where more stand together, they are words.
    """
    if text.isascii():
        return text.lower().translate(_SPACED).split(), []
    text = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    if not _ASIAN.search(text):
        return _WORD.findall(text), []
    words, characters = list[str](), list[str]()
    for asian, found in groupby(_EITHER.findall(text), _starts_asian):
        said = list(found)
        if asian:
            characters.extend("".join(said))
        else:
            (words if len(said) >= WORDS else characters).extend(said)
    return words, characters


def _starts_asian(said: str) -> bool:
    return _ASIAN.match(said) is not None


def split(text: str, common: Collection[int] = ()) -> Iterator[tuple[int, str]]:
    """Tell what a letter says itself from what it quotes and from its signature: pieces of text, and what each is.

    Quoted are lines with marks, and what follows a line such as "-----Original Message-----", the headers of another
    letter, or "On Monday, Bob wrote:" without marks after it.

    Args:
        text: the letter.
        common: hashes of lines that many conversations share; at a letter's end they are a footer.
    """
    lines = text.splitlines()
    kinds = bytearray((OWN,)) * len(lines)
    if _HINT.search(text):
        marks = _COLON_MARKED if _COLONS.search(text) else _MARKED
        _quotations(lines, kinds, marks)
    _signature(lines, kinds)
    if common:
        _footer(lines, kinds, common)
    start = 0
    for n in range(1, len(lines) + 1):
        if n == len(lines) or kinds[n] != kinds[start]:
            piece = lines[start:n]
            if kinds[start] == QUOTED:
                piece = [_MARKS.sub("", line, count=1) if _COLON_MARKED.match(line) else line for line in piece]
            yield kinds[start], "\n".join(piece)
            start = n


def _quotations(lines: list[str], kinds: bytearray, marks: re.Pattern[str]) -> None:
    """Mark what is quoted; where that would be everything, what bears no marks is the letter's own."""
    spoken, until = False, 0
    for n, line in enumerate(lines):
        if marks.match(line) and not (line.endswith(">>>") and line.strip("> \t")):
            kinds[n] = QUOTED
            continue
        if n < until or not line.strip():
            continue
        end = _head(lines, n)
        if end:
            end = _after_fields(lines, end)
            marked = _next(lines, end)
            if marked is not None and marks.match(lines[marked]):
                kinds[n:end] = bytes((QUOTED,)) * (end - n)
            elif spoken and not (_WROTE.search(line) and any(map(marks.match, lines[end : end + SOON]))):
                kinds[n:] = bytes((QUOTED,)) * (len(lines) - n)
                return
            else:
                kinds[n:end] = bytes((QUOTED,)) * (end - n)
            until = end
            continue
        spoken = True


def _head(lines: list[str], n: int) -> int:
    """Give the line after the words that announce a quotation, where they begin at this one; else 0."""
    line = lines[n]
    last = line.rstrip()[-1:]
    first = line.lstrip()[:1]
    if first in {"-", "_", "B", "b"} and _DIVIDER.fullmatch(line):
        if not _BARE_RULE.fullmatch(line):
            return n + 1
        after = _next(lines, n + 1)
        return n + 1 if after is not None and (_SENDER.match(lines[after]) or _letter_head(lines, after)) else 0
    if last == ">" and line.rstrip().endswith(">>>") and _WHEN.search(line):  # GroupWise: "Name" date >>>
        return n + 1
    if last in {":", "："} and _WROTE.search(line) and (_WHEN.search(line) or "@" in line or _OPENING.match(line)):
        return n + 1
    if _letter_head(lines, n):
        return n + 1
    if last not in {":", "："} and _OPENING.match(line) and _WHEN.search(line):
        for more in range(n + 1, min(n + MAX_ATTRIBUTION, len(lines))):
            if not lines[more].strip() or _MARKED.match(lines[more]):
                return 0
            if _WROTE.search(lines[more]):
                return more + 1
    return 0


def _letter_head(lines: list[str], n: int) -> bool:
    """Tell whether another letter's headers stand here.

    In languages that are known its sender and at least two more fields; in any, three fields in a row, one of them a
    date with a time, another an address.
    """
    if ":" not in lines[n][:20] and "：" not in lines[n][:20]:
        return False
    after = lines[n + 1 : n + MAX_HEADERS]
    if _SENDER.match(lines[n]) and sum(1 for line in after if _FIELD.match(line)) >= FIELDS:
        return True
    block = [lines[n], *after]
    while block and not _ANY_FIELD.match(block[-1]):
        block.pop()
    if len(block) <= FIELDS or not all(map(_ANY_FIELD.match, block[: FIELDS + 1])):
        return False
    return any(map(_MOMENT.search, block)) and any("@" in line or " at " in line for line in block)


def _next(lines: list[str], n: int) -> int | None:
    return next((m for m in range(n, len(lines)) if lines[m].strip()), None)


def _after_fields(lines: list[str], n: int) -> int:
    """Give the line after the headers that stand here, if any do."""
    first = _next(lines, n)
    while first is not None and first < n + MAX_HEADERS and _ANY_FIELD.match(lines[first]):
        n = first + 1
        while n < len(lines) and lines[n][:1] in {"\t", " "} and lines[n].strip() and not _MARKED.match(lines[n]):
            n += 1
        first = n if n < len(lines) else None
    return n


def _signature(lines: list[str], kinds: bytearray) -> None:
    """Mark a signature: from a rule near the end of what the letter says, with something said before it."""
    spoken = [n for n, line in enumerate(lines) if kinds[n] == OWN and line.strip()]
    if not spoken:
        return
    near = [n for n in spoken[1:][-SIGNATURE_LINES:] if _RULE.fullmatch(lines[n])]
    begun = next((n for n in near if lines[n].strip() == "--"), near[0] if near else len(lines))
    for n in range(begun, len(lines)):
        if kinds[n] == OWN:
            kinds[n] = FOOTER


def _footer(lines: list[str], kinds: bytearray, common: Collection[int]) -> None:
    """Mark the lines that many conversations share: a footer at the end, where the letter says something without."""
    rare = [n for n, line in enumerate(lines) if kinds[n] == OWN and line.strip() and hash(line.strip()) not in common]
    words, characters = tokens("\n".join(lines[n] for n in rare))
    last = rare[-1] if len(words) >= WORDS or len(characters) >= CHARACTERS else len(lines)
    for n, line in enumerate(lines):
        if kinds[n] == OWN and hash(line.strip()) in common:
            kinds[n] = FOOTER if n > last else SHARED


def line_hashes(text: str) -> set[int]:
    """Give hashes of a letter's lines, for finding those that many share; good within one process."""
    return {hash(line) for line in map(str.strip, text.splitlines()) if len(line) > 3}
