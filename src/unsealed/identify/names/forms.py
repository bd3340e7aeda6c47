"""Names as they are written, to their parts: `Allen, Phillip K.`, `Phillip Allen/HOU/ECT@ECT`, `山田 太郎（総務部）`."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from unsealed.identify.names.words import AFTER, NO_NAME, ORGANISATION, PARTICLES, ROLES, TITLES

__all__ = ["HONORIFICS", "Person", "canonical", "from_address", "initials", "parse"]

HONORIFICS = "様|さま|さん|サン|氏|殿|先生|教授|君|くん|ちゃん"
LONGEST = 80
"""Characters; a longer display name is a sentence."""
UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶŁĻĽŃŅŇŌŐŒŘŚŞŠŢŤŪŮŰŹŻŽΑ-ΩЁА-Я"
LETTER = "A-Za-zÀ-ÖØ-öø-ɏΑ-ώЀ-ӿ"
WORD = f"[{UPPER}][{LETTER}]*(?:['’`-][{UPPER}][{LETTER}]+)*"
"""A word with a capital; of `Smith's` the first part."""
HAN = "々〆ヵヶ\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
KANA = "\u3041-\u3096\u30a1-\u30faー"
_JAPANESE = re.compile(f"[{HAN}{KANA}]")
_JAPANESE_NAME = re.compile(f"[{HAN}{KANA}]+(?: [{HAN}{KANA}]+)?")
_JAPANESE_ORGANISATION = re.compile(
    "株式|有限|会社|法人|協会|銀行|大学|学校|学園|病院|委員|事務|センター|サービス|サポート|部$|課$|局$|省$|庁$|所$|係$|室$|店$|窓口|担当|通信|ニュース|"
    "配信|管理|運営|組合|会$|チーム|グループ|システム|メール|お知らせ|ショップ|ストア|クラブ|ご案内|自動|編集|協議|財団|研究|機構|連盟|受付"
)
_BRACKETS = re.compile(r"\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]|【[^【】]*】|<[^<>]*>|＜[^＜＞]*＞|\"[^\"]{1,30}\"(?= )")
_LATIN_PIECE = re.compile(f"[{LETTER}]+(?:['’`-][{LETTER}]+)*")
_HONORIFIC = re.compile(f"(?:{HONORIFICS})$")
_LOCAL = re.compile(r"[a-z]+(?:'[a-z]+)?")


_NO_PART = (
    ORGANISATION
    | ROLES
    | frozenset(
        [
            "the",
            "your",
            "our",
            "my",
            "his",
            "their",
            "this",
            "that",
            "for",
            "and",
            "of",
            "with",
            "from",
            "new",
            "no",
            "not",
            "you",
        ]
    )
)


class Person(NamedTuple):
    """A name in its parts, each as it is written."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    japanese: bool = False

    @property
    def written(self) -> str:
        """Give it in the order in which the language writes it."""
        return " ".join((*self.family, *self.given) if self.japanese else (*self.given, *self.family))


@lru_cache(50_000)
def canonical(name: str) -> str:
    """Write all spellings of a name in one way: no accents, case, titles, order or middle initials.

    `Allen, Phillip K.` and `PHILLIP ALLEN` give `allen phillip`; `山田　太郎 様` and `山田太郎` give `山田太郎`.
    """
    text = unicodedata.normalize("NFKC", name)
    if _JAPANESE.search(text):
        joined = re.sub(r"[\W_]+", "", _HONORIFIC.sub("", text.strip()))
        return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in joined).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    bare = bare.casefold().replace("'", "").replace("’", "").replace("`", "")
    words = [word for word in re.split(r"[\W\d_]+", bare) if word and word not in TITLES]
    long = [word for word in words if len(word) > 1 and word not in AFTER] or words
    return " ".join(sorted(set(long)))


def initials(name: str) -> str:
    """Give what may be shown of a name: `J. S.`; of a Japanese one its first character."""
    text = unicodedata.normalize("NFKC", name).strip()
    if _JAPANESE.search(text):
        return f"{text[:1]}***"
    return " ".join(f"{word[0].upper()}." for word in _LATIN_PIECE.findall(text) if word.casefold() not in TITLES)[:24]


@lru_cache(50_000)
def parse(written: str) -> Person | None:
    """Give the parts of a display name; None if it is an organisation's, a role's, or no name."""
    if len(written) > 4 * LONGEST:
        return None
    text = unicodedata.normalize("NFKC", written)
    text = _BRACKETS.sub(" ", text).strip(" \t\r\n\"'`‘’“”.,;:*")
    text = " ".join(text.split())
    if not text or len(text) > LONGEST or "@" in text.split("/")[0]:
        return None
    if _JAPANESE.search(text):
        return _japanese(text)
    text = re.split(r"[/|@]| - | via | on behalf of ", text, maxsplit=1)[0].strip()
    if any(c.isdigit() for c in text):
        return None
    given, family = _parts(text)
    words = [word.casefold() for word in (*given, *family)]
    if len(words) > 6 or any(word in _NO_PART for word in words):
        return None
    if not any(len(word) > 1 for word in family) or not given:
        return None
    return Person(tuple(given), tuple(family))


def _parts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give given and family names; no given ones where there is one word."""
    before, comma, after = text.partition(",")
    front, back = _pieces(before), _pieces(after)
    if comma and back and front and not all(word.casefold() in AFTER for word in back):
        return back, front
    given, family = front[:-1], front[-1:]
    while len(given) > 1 and given[-1].casefold() in PARTICLES:
        family, given = (given[-1], *family), given[:-1]
    if given and len(family[-1]) > 2 and not family[-1].isupper() and given[0].isupper() and len(given[0]) > 2:
        return family, given  # YAMADA Taro
    return given, family


def _pieces(text: str) -> tuple[str, ...]:
    """Give the words of a part of a name, without titles and degrees."""
    words = _LATIN_PIECE.findall(text)
    return tuple(word for word in words if word.casefold() not in TITLES and word.casefold() not in AFTER)


def _japanese(text: str) -> Person | None:
    text = _HONORIFIC.sub("", text).strip()
    if _JAPANESE_ORGANISATION.search(text):
        return None
    found = _JAPANESE_NAME.fullmatch(re.split(r"[/|＠@]", text, maxsplit=1)[0].strip().replace("・", " "))
    if not found:
        return None
    parts = found[0].split(" ")
    if len(parts) == 2 and all(1 <= len(part) <= 8 for part in parts):
        return Person((parts[1],), (parts[0],), japanese=True)
    return Person((), (parts[0],), japanese=True) if 3 <= len(parts[0]) <= 6 else None


@lru_cache(50_000)
def from_address(address: str) -> Person | None:
    """Give the name that the local part of an address spells, `given.family@`; None where it spells none."""
    local = address.partition("@")[0].casefold().strip("'\"")
    parts = [part for part in re.split(r"[._]+", local.partition("+")[0]) if part]
    if not 2 <= len(parts) <= 3 or not all(_LOCAL.fullmatch(part) for part in parts):
        return None
    if any(part in NO_NAME for part in parts) or len(parts[-1]) < 3:
        return None
    given = tuple(_capital(part) for part in parts[:-1])
    return Person(given, (_capital(parts[-1]),))


def _capital(word: str) -> str:
    """Give a word its capitals: `O'Brien`."""
    return "'".join(part[:1].upper() + part[1:] for part in word.split("'"))
