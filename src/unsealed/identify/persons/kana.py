"""Write Japanese names so that kanji, kana and every romanisation of one name meet.

Hepburn (ALA-LC, passport) and Kunrei (Cabinet order 1 of 1954, ISO 3602) differ in a few syllables, and long vowels are
written in five ways or not at all. What is compared is one form in which all of these are the same. The kana of a name in
kanji are SudachiPy's; a kanji name has several readings, so that a reading that differs says nothing.
"""

import re
from functools import cache, lru_cache
from typing import Any

_HIRAGANA = {
    "あ": "a", "い": "i", "う": "u", "え": "e", "お": "o",
    "か": "ka", "き": "ki", "く": "ku", "け": "ke", "こ": "ko",
    "が": "ga", "ぎ": "gi", "ぐ": "gu", "げ": "ge", "ご": "go",
    "さ": "sa", "し": "shi", "す": "su", "せ": "se", "そ": "so",
    "ざ": "za", "じ": "ji", "ず": "zu", "ぜ": "ze", "ぞ": "zo",
    "た": "ta", "ち": "chi", "つ": "tsu", "て": "te", "と": "to",
    "だ": "da", "ぢ": "ji", "づ": "zu", "で": "de", "ど": "do",
    "な": "na", "に": "ni", "ぬ": "nu", "ね": "ne", "の": "no",
    "は": "ha", "ひ": "hi", "ふ": "fu", "へ": "he", "ほ": "ho",
    "ば": "ba", "び": "bi", "ぶ": "bu", "べ": "be", "ぼ": "bo",
    "ぱ": "pa", "ぴ": "pi", "ぷ": "pu", "ぺ": "pe", "ぽ": "po",
    "ま": "ma", "み": "mi", "む": "mu", "め": "me", "も": "mo",
    "や": "ya", "ゆ": "yu", "よ": "yo",
    "ら": "ra", "り": "ri", "る": "ru", "れ": "re", "ろ": "ro",
    "わ": "wa", "ゐ": "i", "ゑ": "e", "を": "o", "ん": "n", "ゔ": "vu",
    "ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o",
}  # fmt: skip
_GLIDES = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
_VOWELS = {"ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o"}
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u30fc]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々〆ヶ]")
_ROMAJI = re.compile(
    r"(?:(?:[kgsztdnhbpmrj]|[kgnhbpmr]y|sh|sy|ch|ty|ts|zy|jy|cy|w|y|f)?[aeiou]h?(?![aeiou]h)|n(?=[^aeiouy]|$)|m(?=[bpm])"
    r"|([kstpcg])(?=\1|ch))+"
)
_SAME_SOUNDS = (
    (re.compile("sy"), "sh"),
    (re.compile("si"), "shi"),
    (re.compile("ty|cy"), "ch"),
    (re.compile("ti"), "chi"),
    (re.compile("tu"), "tsu"),
    (re.compile("(?<![sc])hu"), "fu"),
    (re.compile("zy|jy"), "j"),
    (re.compile("zi|di"), "ji"),
    (re.compile("du|dzu"), "zu"),
    (re.compile("tch"), "cch"),
    (re.compile("m(?=[bpm])"), "n"),
    (re.compile("o(?:u|o|h(?![aeiouy]))+"), "o"),
    (re.compile("u(?:u|h(?![aeiouy]))+"), "u"),
    (re.compile("aa+"), "a"),
    (re.compile("ii+"), "i"),
    (re.compile("ee+"), "e"),
)
_DIGRAPHS = re.compile("(?<=[bcdfghjklmnprstvwz])([aou])e(?=[bcdfghjklmnprstvwxz])")
_OLD = str.maketrans(
    "邉邊齋齊髙﨑濵濱澤廣國眞會榮惠櫻德嶋嶌靜淸黑瀨槇桒辻", "辺辺斎斎高崎浜浜沢広国真会栄恵桜徳島島静清黒瀬槙桑辻"
)


def is_kana(text: str) -> bool:
    """Tell whether a word is nothing but hiragana and katakana."""
    return bool(_KANA.fullmatch(text))


def has_han(text: str) -> bool:
    """Tell whether a word has a Chinese character."""
    return bool(_HAN.search(text))


def has_kana(text: str) -> bool:
    """Tell whether a text has hiragana or katakana: it is Japanese."""
    return bool(_KANA.search(text))


def one_kanji(text: str) -> str:
    """Write the old and rare forms of kanji in names in their common form."""
    return text.translate(_OLD)


def romaji(kana: str) -> str:
    """Write kana in Latin letters, long vowels as they stand."""
    letters = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in kana)
    out, double = list[str](), False
    for letter in letters:
        if letter == "っ":
            double = True
            continue
        if letter == "ー":
            continue
        if letter in _GLIDES and out and len(out[-1]) > 1 and out[-1].endswith("i"):
            stem = out[-1][:-1]
            out[-1] = stem + ("" if stem.endswith(("sh", "ch", "j")) else "y") + _GLIDES[letter]
            continue
        if letter in _VOWELS and out and out[-1] in {"fu", "vu", "shi", "chi", "ji", "te", "de", "tsu", "u"}:
            out[-1] = out[-1].rstrip("aiueo") + _VOWELS[letter]
            continue
        syllable = _HIRAGANA.get(letter, "")
        out.append(syllable[0] + syllable if double and syllable else syllable)
        double = False
    return "".join(out)


@lru_cache(50_000)
def loose(word: str) -> str:
    """Give the one form of all romanisations of a Japanese word; of another word, umlauts and their digraphs as one.

    Args:
        word: lower case, without accents.
    """
    if not _ROMAJI.fullmatch(word):
        return without_umlaut(word)
    for sound, same in _SAME_SOUNDS:
        word = sound.sub(same, word)
    return word


def without_umlaut(word: str) -> str:
    """Write `juergen` as `jurgen`, as the word without its dots is written."""
    return _DIGRAPHS.sub(r"\1", word)


@lru_cache(50_000)
def reading(name: str) -> tuple[tuple[str, str], ...]:
    """Give the parts of a name in kanji with their reading in Latin letters: (`family` | `given` | `other` | `no_name`, romaji).

    Nothing where SudachiPy or its dictionary is not to be had.
    """
    tokenizer = _tokenizer()
    if tokenizer is None:
        return ()
    parts = []
    for morpheme in tokenizer.tokenize(name[:60]):
        tags = morpheme.part_of_speech()
        if not morpheme.surface().strip():
            continue
        kind = {"姓": "family", "名": "given"}.get(tags[3], "other") if tags[2] == "人名" else "no_name"
        parts.append((kind, romaji(morpheme.reading_form())))
    return tuple(parts)


@cache
def _tokenizer() -> Any:  # noqa: ANN401 - the library has no types
    """Give SudachiPy's tokenizer, loaded when the first kanji name comes along."""
    try:
        from sudachipy import Dictionary, SplitMode
    except ImportError:  # not to be had on this machine
        return None
    known = Dictionary()
    return known.tokenizer(mode=SplitMode.C) if hasattr(known, "tokenizer") else known.create(mode=SplitMode.C)
