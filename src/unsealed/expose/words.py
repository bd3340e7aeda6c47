"""A letter's words: its runs, which of them are its own, and how many of those stand in another letter.

Words are compared in runs of five, Japanese, Chinese and Korean text in runs of eight characters, without regard to
line breaks, quote marks, case and punctuation.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

WORDS, CHARACTERS = 5, 8
SIGNATURE_LINES = 12
BLANKS = " \t\r"
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
_ASIAN = re.compile(f"[{_CJK}]+")
_WORD = re.compile(rf"[^\W_{_CJK}]+(?:['’][^\W_]+)?")
_MARKED = re.compile(r"[ \t]*(?:[>|＞]|\w{1,4}>)")
_MARKS = re.compile(r"^(?:[ \t]*[>|＞])+[ \t]?", re.MULTILINE)
_DIVIDER = re.compile(
    r"^[ \t]*(?:-{2,}[ \t]*(?:original message|forwarded message|元のメッセージ|転送メッセージ|ursprüngliche nachricht|"
    r"message d'origine|mensaje original|原始邮件|原始郵件|원본 메시지)[ \t]*-{2,}|_{20,}|begin forwarded message:)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_RULE = re.compile(r"[ \t]*(?:--|[-_=*~+#━─―─＝＊・･*]{5,})[ \t]*")

Run = tuple[str, ...] | str
_GAP = "\0"


def flat(text: str) -> tuple[list[str], str]:
    """Give the words of a text and its Japanese, Chinese and Korean characters, folded."""
    return _WORD.findall(text.casefold()), "" if text.isascii() else "".join(_ASIAN.findall(text))


def unmarked(text: str) -> str:
    """Give a text without the marks of quotation at the beginning of lines."""
    return _MARKS.sub("", text)


def runs(*pieces: str) -> set[Run]:
    """Give the runs of a text; none goes over the end of a piece."""
    found: set[Run] = set()
    for piece in pieces:
        words, characters = flat(piece)
        found.update(zip(*(words[i:] for i in range(WORDS)), strict=False))
        found.update(characters[i : i + CHARACTERS] for i in range(len(characters) - CHARACTERS + 1))
    return found


def in_one(text: str) -> tuple[str, str]:
    """Give a text's words in one string, and its characters: a part of a text is part of both."""
    words, characters = flat(text)
    return f" {' '.join(words)} ", characters


@dataclass(frozen=True)
class Own:
    """What a letter says itself, in pieces that a quotation or a left-out line parts."""

    pieces: list[str]
    """Without its footer."""
    whole: list[str]
    """With it."""
    rare: list[str]
    """Without any line that many conversations share."""


def own(text: str, common: Collection[str] = ()) -> Own:
    """Tell what a letter says itself: without its quotations and its signature.

    Quotations are lines with marks, and what follows an "Original Message" line.

    Args:
        text: the letter.
        common: lines that many conversations share; at a letter's end they are a footer.
    """
    divider = _DIVIDER.search(text)
    if divider and text[: divider.start()].strip():
        text = text[: divider.start()]
    lines = [_GAP if _MARKED.match(line) else line for line in text.splitlines()]
    lines = lines[: _signature(lines)]
    whole = _pieces(lines)
    if not common:
        return Own(whole, whole, whole)
    rare = [_GAP if line.strip(BLANKS) in common else line for line in lines]
    end = max((n for n, line in enumerate(rare, start=1) if line != _GAP and line.strip()), default=0)
    return Own(_pieces(lines[:end]), whole, _pieces(rare))


def _pieces(lines: list[str]) -> list[str]:
    """Put lines together that nothing parts."""
    return [piece for piece in "\n".join(lines).split(_GAP) if piece.strip()]


def _signature(lines: list[str]) -> int:
    """Give where a signature begins: at a rule near the end, with something said before it."""
    last = max((n for n, line in enumerate(lines) if line != _GAP and line.strip()), default=0)
    for n in range(max(1, last - SIGNATURE_LINES), last):
        if _RULE.fullmatch(lines[n]) and any(line != _GAP and line.strip() for line in lines[:n]):
            return n
    return len(lines)
