"""Take a display name apart: whose name it is, in one form for all its spellings, and what else is in it.

`Lay, Kenneth L.`, `Kenneth Lay/Corp/Enron@ENRON`, `Dr. Kenneth Lay (Enron)` and `kenneth lay` are one name; so are
`TANAKA Taro`, `タナカ タロウ` and `Tanaka, Tarou`.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from unsealed.identify.persons import nicknames
from unsealed.identify.persons.kana import has_han, has_kana, is_kana, loose, one_kanji, reading, romaji, without_umlaut
from unsealed.identify.persons.wordlist import words

MAX_NAME = 120
"""Characters of a display name that are looked at."""
MAX_TOKENS = 6
"""What has more words is no name of a person."""

_TITLES = words("""
    mr mrs ms miss mx dr prof professor sir madam herr frau hr dipl ing doz mme mlle monsieur madame sra srta rev capt
    col maj lt sgt judge ambassador senator""")
_SUFFIXES = words("jr sr ii iii iv phd md esq cpa cfa mba llm llb jd msc bsc cissp cisa pmp obe mbe frs dphil")
_PARTICLES = words("van von der den de la le du da di del della dos das el al bin ibn ter ten zu zur")
_NOT_NAMES = words("""
    unknown undisclosed recipients recipient distribution list user owner none null nil n/a test mail email e-mail me
    and the of for to via from behalf""")
_JAPANESE_TITLES = re.compile(
    r"(?:様|さま|さん|殿|氏|先生|教授|准教授|助教|博士|君|ちゃん|部長|課長|係長|社長|専務|常務|取締役|主任|主査|室長|局長|所長|次長|補佐|弁護士|医師)+$"
)
_COMPANY = re.compile(
    r"(?:株式会社|有限会社|合同会社|合資会社|一般社団法人|一般財団法人|公益財団法人|公益社団法人|独立行政法人|国立大学法人|学校法人|医療法人"
    r"|社会福祉法人|特定非営利活動法人|\(株\)|\(有\)|㈱|㈲)"
)
_UNIT = re.compile(
    r"(?:部|課|係|室|局|省|庁|署|会|学|院|所|社|班|店|校|園|センター|グループ|チーム|事業部|本部|支社|支店|営業所|事務所)$"
)
_BRACKETS = re.compile(
    r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]|\{[^{}]{0,80}\}|【[^【】]{0,80}】|<[^<>]{0,80}>|「[^「」]{0,80}」"
)
_BEHIND = re.compile(r"(?i)\s(?:via|on behalf of|c/o|im auftrag von|- sent by|by way of)\s.{0,100}$")
_NOTES = re.compile(r"^([^/@]{2,60}?)(?:/[^/@]{1,40}){1,5}(?:@.{1,60})?$|^([^/@]{2,60}?)@[^@\s.]{1,40}$")
_WORDS = re.compile(r"[^\W\d_]+(?:['’`´][^\W\d_]+)*")
_ADDRESS = re.compile(r"[^\s@\"'<>]{1,64}@[^\s@\"'<>]{1,190}")
_SPLIT = re.compile(r"[\s.,_/・·･\-‐‑–—=]+")
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})


class Name(NamedTuple):
    """A name of a person, in the form in which it is compared."""

    written: str
    """As it is to be shown: without titles, brackets and quotes."""
    tokens: tuple[str, ...]
    """Its words in Latin letters, in one form for all romanisations; of one letter: an initial."""
    raw: tuple[str, ...]
    """The same words as they are written, lower case, without accents."""
    ordered: bool
    """`tokens` ends with the family name: the writing says so (a comma, capitals, kanji)."""
    han: str
    """The name in kanji, without spaces; empty where it is not in kanji."""
    key: str
    """The same for all spellings of one name, whatever its order."""

    @property
    def full(self) -> bool:
        """Tell whether it has a given and a family name, or two initials for the given one."""
        whole = sum(len(token) > 1 for token in self.tokens)
        return whole > 1 or (whole == 1 and len(self.tokens) > 2) or len(self.han) > 2

    @property
    def family(self) -> str:
        """Give the family name as far as the order tells: the last whole word."""
        whole = [token for token in self.tokens if len(token) > 1]
        return whole[-1] if whole else ""


def fold(text: str) -> str:
    """Give a text in lower case and without accents."""
    if text.isascii():
        return text.lower()
    lower = text.casefold().translate(_STROKES)
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


def make(written: str, words: list[str], *, ordered: bool = False, han: str = "") -> Name | None:
    """Make a name of words in lower case without accents, the family name last where `ordered`."""
    raw = tuple(word for word in words if word)
    tokens = tuple(_compared(word) for word in raw)
    if not tokens and not han:
        return None
    key = han or " ".join(sorted(tokens))
    return Name(written, tokens, raw, ordered, han, key)


def _compared(word: str) -> str:
    """Give the form in which a word is compared; that of a known given name is itself, or without the digraph of an umlaut."""
    if not nicknames.known(word):
        return loose(word)
    plain = without_umlaut(word)
    return plain if nicknames.known(plain) else word


@lru_cache(100_000)
def parse(display: str | None) -> Name | None:
    """Take a display name apart; None where it holds no name: an address, a department, nothing.

    Args:
        display: as it stands in a header, a signature or a field; encoded words are open.
    """
    text = clean(display)
    if not text or _ADDRESS.search(text):
        return None
    if has_han(text) or has_kana(text):
        return _japanese(text)
    return _western(text)


@lru_cache(20_000)
def clean(display: str | None) -> str:
    """Take quotes, brackets, titles of a list ("via ...") and directory paths from a display name."""
    text = unicodedata.normalize("NFKC", (display or "")[:MAX_NAME])
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    text = text.strip(" '\"`“”‘’„«»<>,;:*|")
    if found := _NOTES.match(text):
        text = (found[1] or found[2]).strip()
    text = _BEHIND.sub("", " " + text)
    before = None
    while before != text:
        before, text = text, _BRACKETS.sub(" ", text)
    return " ".join(text.split()).strip(" '\"`“”‘’„«»<>,;:*|-/")


def _western(text: str) -> Name | None:
    last, comma, first = text.partition(",")
    ordered = False
    if comma and (rest := _words(first)) and not all(word in _SUFFIXES for word in map(fold, rest)):
        first, _, behind = first.partition(",")
        words, ordered = [*_words(first), *_words(last)], True
        if len(_words(last)) > 3 or not _words(first) or any(fold(word) in _NOT_NAMES for word in words):
            return None
        if any(fold(word) not in _SUFFIXES for word in _words(behind)):
            ordered = False
        family = len(_words(last))
    else:
        words, family = _words(last if comma else text), 0
        capital = [word for word in words if len(word) > 1 and word.isupper()]
        if len(words) > 1 and len(capital) == 1 and words[0] == capital[0] and any(c.islower() for c in text):
            words, ordered = [*words[1:], words[0]], True
    folded = [fold(word).replace("'", "").replace("’", "").replace("`", "") for word in words]
    if any(word in _NOT_NAMES for word in folded):
        return None
    while len(folded) > 1 and folded[0] in _TITLES and len(folded[0]) > 1:
        folded, words = folded[1:], words[1:]
    # suffixes stand behind the whole, or behind the family name that a comma follows
    kept = [
        i for i, word in enumerate(folded) if not (i > 0 and word in _SUFFIXES and (len(word) > 1 or i == len(folded)))
    ]
    folded = [folded[i] for i in kept]
    if not folded or len(folded) > MAX_TOKENS or (len(folded) == 1 and len(folded[0]) < 2):
        return None
    folded = _joined_particles(folded)
    written = " ".join(words) if ordered and family else text
    return make(_cased(written), folded, ordered=ordered)


def _joined_particles(words: list[str]) -> list[str]:
    """Join `van der Berg` to one word: people write its parts together, apart, or leave them out."""
    out: list[str] = []
    held = ""
    for index, word in enumerate(words):
        if word in _PARTICLES and index + 1 < len(words) and (out or index) and len(word) > 1:
            held += word
        else:
            out.append(held + word)
            held = ""
    return out


def _words(text: str) -> list[str]:
    return [word for piece in _SPLIT.split(text) for word in _WORDS.findall(piece)]


def _cased(text: str) -> str:
    """Write a name in capitals or small letters only as names are written."""
    return text.title() if text.isascii() and (text.isupper() or text.islower()) and len(text) > 3 else text


def _japanese(text: str) -> Name | None:
    pieces = [piece for piece in re.split(r"[\s/,、・|｜:：]+", text) if piece]
    pieces = [piece for piece in pieces if not _COMPANY.search(piece)]
    pieces = [trimmed for piece in pieces if (trimmed := _JAPANESE_TITLES.sub("", piece))]
    while len(pieces) > 1 and (_UNIT.search(pieces[0]) and len(pieces[0]) > 2):
        pieces = pieces[1:]
    if not pieces or len(pieces) > 4:
        return None
    if not any(has_han(piece) for piece in pieces):
        return _kana(pieces)
    han = [piece for piece in pieces if has_han(piece)]
    latin = [word for piece in pieces if piece.isascii() for word in _words(piece)]
    joined = one_kanji("".join(piece for piece in pieces if has_han(piece) or is_kana(piece)))
    if len(joined) > 8 or (len(han) == 1 and _UNIT.search(joined) and len(joined) > 3) or len(joined) < 2:
        return None
    words = [fold(word) for word in latin] if len(latin) > 1 else _read(joined, pieces)
    if words is None:
        return None
    return make(" ".join(piece for piece in pieces if not piece.isascii()), words, ordered=True, han=joined)


def _read(joined: str, pieces: list[str]) -> list[str] | None:
    """Give the reading of a name in kanji, given name first; None where the words are no name."""
    parts = reading(joined)
    if not parts:
        return []
    people = [part for part in parts if part[0] != "no_name"]
    if not people and len(pieces) < 2:
        return None
    if len(pieces) == 2:
        halves = ["".join(part[1] for part in reading(one_kanji(piece))) for piece in pieces]
        return [halves[1], halves[0]]
    family = "".join(sound for kind, sound in parts if kind == "family") or parts[0][1]
    given = "".join(sound for kind, sound in parts if kind != "family") if len(parts) > 1 else ""
    return [word for word in (given, family) if word]


def _kana(pieces: list[str]) -> Name | None:
    words = [romaji(piece) if is_kana(piece) else fold(piece) for piece in pieces]
    if any(not word.isascii() or not word for word in words) or len("".join(words)) < 4:
        return None
    japanese = len(words) == 2
    return make(" ".join(pieces), [words[1], words[0]] if japanese else words, ordered=False)
