"""Invented people with the spellings, addresses and phones that real ones have, and who is who."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from unsealed.identify.persons.record import Record
from unsealed.identify.persons.score import Together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from unsealed.identify.persons.cluster import Person


def lines(words: str) -> list[str]:
    return words.split()


GIVEN = lines(
    "Kenneth/Ken Robert/Bob William/Bill Elizabeth/Liz Margaret/Peggy Steven/Steve Christopher/Chris Katherine/Kate James/Jim "
    "Jennifer/Jen Richard/Rick Michael/Mike Thomas/Tom Daniel/Dan Susan/Sue Deborah/Deb Gregory/Greg Patricia/Pat Vincent/Vince "
    "Rosalind Ingrid Yolanda Matteo Priya Anselm Dagny Florian Noemi Tibor Jürgen Søren André Zoë"
)
FAMILY = lines(
    "Harrowgate Pemberton Quillfeather Abernathy Castellan Drumgoole Eversholt Fotheringay Glenmorran Hasselblad Ingersole "
    "Jankowiak Kirkbride Lindqvist Mortensen Norquist Oyelaran Prendergast Rasmussen Stavrakis Thistlewood Underhill Vandermeer "
    "Wetherby Yarborough Zimmerlin Müllenhoff Gonçalves Bäckström Kovačević O'Halloran Smith Jones Brown"
)
JAPANESE = lines(
    "田中/たなか/Tanaka 佐藤/さとう/Sato "
    "高橋/たかはし/Takahashi 小野寺/おのでら/Onodera 長谷川/はせがわ/Hasegawa 大野/おおの/Ohno "
    "藤原/ふじわら/Fujiwara "
    "千葉/ちば/Chiba 土屋/つちや/Tsuchiya 伊藤/いとう/Ito"
)
JAPANESE_GIVEN = lines(
    "太郎/たろう/Taro 花子/はなこ/Hanako 健一/けんいち/Kenichi 由美子/ゆみこ/Yumiko 翔平/しょうへい/Shohei 優子/ゆうこ/Yuko "
    "慎二/しんじ/Shinji "
    "久美子/くみこ/Kumiko"
)
FIRMS = (
    "northgas.example",
    "kestrel-bank.example",
    "u-alder.example",
    "ministry.example",
    "tsukuba-ken.example",
    "orrin.example",
)
_KUNREI = {
    "Fujiwara": "Huziwara",
    "Chiba": "Tiba",
    "Tsuchiya": "Tutiya",
    "Shinji": "Sinzi",
    "Ohno": "Ōno",
    "Taro": "Tarou",
    "Sato": "Satoh",
}


@dataclass
class Crowd:
    """Records, whose each is, and where they stand together."""

    records: list[Record] = field(default_factory=list)
    truth: dict[str, int] = field(default_factory=dict)
    met: dict[tuple[str, str], Together] = field(default_factory=dict)

    def together(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Together]:
        return {pair: self.met[pair] for pair in pairs if pair in self.met}


def plain(text: str) -> str:
    """Give a name as addresses have it."""
    lower = text.lower().replace("ø", "o").replace("'", "")
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


def typo(text: str, random_: random.Random) -> str:
    """Make a slip of the keys inside a word."""
    at = random_.randrange(2, max(3, len(text) - 1))
    return random_.choice(
        (
            text[:at] + text[at + 1 :],
            text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :] if at < len(text) else text,
        )
    )


def crowd(seed: int, size: int = 150) -> Crowd:
    """Make a crowd; a few have somebody else's name, elsewhere or in the same firm."""
    random_ = random.Random(seed)
    made, taken = Crowd(), set[str]()
    known: list[tuple[tuple[str, ...], str]] = []
    for number in range(size):
        firm = random_.choice(FIRMS)
        who = _somebody(random_)
        if known and random_.random() < 0.04:
            who, other = random_.choice(known)
            firm = random_.choice([one for one in FIRMS if one != other])
        if any(_alike(name, who) and place == firm for name, place in known):
            continue  # no rule could tell these two apart
        known.append((who, firm))
        _records(made, number, who, firm, random_, taken)
    return made


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return (one[1], one[-1]) == (other[1], other[-1])


def _somebody(random_: random.Random) -> tuple[str, ...]:
    if random_.random() < 0.25:
        family, given = random_.choice(JAPANESE).split("/"), random_.choice(JAPANESE_GIVEN).split("/")
        return ("ja", *given, *family)
    given, _, short = random_.choice(GIVEN).partition("/")
    return ("en", given, short or given, random_.choice("ABCDEFGHJKLMNPRSTW"), random_.choice(FAMILY))


def _written(who: tuple[str, ...], random_: random.Random) -> str:
    if who[0] == "ja":
        _, given, given_kana, given_latin, family, family_kana, family_latin = who
        kana = f"{family_kana} {given_kana}"
        katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in kana)
        other = f"{_KUNREI.get(given_latin, given_latin)} {_KUNREI.get(family_latin, family_latin)}"
        return random_.choice(
            (
                f"{family}{given}",
                f"{family} {given}",
                f"{family}　{given}",
                katakana,
                kana,
                f"{given_latin} {family_latin}",
                other,
                f"{family_latin.upper()} {given_latin}",
                f"{family_latin}, {given_latin}",
                f"{family} {given} 様",
            )
        )
    _, given, short, middle, family = who
    full = random_.choice((given, given, short))
    name = random_.choice(
        (
            f"{given} {family}",
            f"{full} {family}",
            f"{family}, {full}",
            f"{family}, {given} {middle}.",
            f"{given} {middle}. {family}",
            f"{given[0]}. {family}",
            f"{given} {family} (Trading)",
            f"Dr. {given} {family}",
            f"{given} {family}".upper(),
            plain(f"{given} {family}"),
        )
    )
    return typo(name, random_) if random_.random() < 0.03 else name


def _locals(who: tuple[str, ...]) -> list[str]:
    given, family = (plain(who[3]), plain(who[6])) if who[0] == "ja" else (plain(who[1]), plain(who[4]))
    short = given if who[0] == "ja" else plain(who[2])
    return [
        f"{given}.{family}",
        f"{given[0]}{family}",
        f"{given}_{family}",
        f"{short}.{family}",
        f"{given[0]}.{family}",
        f"{family}.{given}",
    ]


def _records(
    made: Crowd, number: int, who: tuple[str, ...], firm: str, random_: random.Random, taken: set[str]
) -> None:
    own: list[Record] = []
    mobile = f"+8190{number:08d}"
    places = random_.sample(_locals(who), random_.choice((1, 1, 1, 2, 2, 3)))
    addresses = [f"{place}@{firm}" for place in places]
    if random_.random() < 0.2:
        addresses.append(f"{places[0].replace('.', '')}{random_.randrange(10, 99)}@gmail.com")
    for address in addresses:
        if address in taken:
            continue
        taken.add(address)
        names = {_written(who, random_): random_.randrange(1, 30) for _ in range(random_.choice((0, 1, 1, 2)))}
        if address.endswith("gmail.com") and not names:
            names = {_written(who, random_): 2}
        phones = {mobile} if random_.random() < 0.3 else set()
        if random_.random() < 0.2:
            phones.add(f"+8130000{FIRMS.index(firm):04d}")
        letters = max(1, sum(names.values()))
        own.append(
            Record(
                f"a:{address}", names, address=address, phones=frozenset(phones), letters=letters, wrote=letters // 2
            )
        )
    for a, b in combinations(sorted(own, key=lambda one: one.address), 2):
        if "gmail" in a.address + b.address and random_.random() < 0.7:
            made.met[a.address, b.address] = Together(sent=1, beside=1, threads=1)
    made.records += own
    made.truth |= {one.key: number for one in own}


def pairwise(people: Iterable[Person], truth: Mapping[str, int]) -> tuple[float, float]:
    """Give precision and recall over pairs of records."""
    found = {
        tuple(sorted(pair)) for person in people for pair in combinations([record.key for record in person.records], 2)
    }
    right = {tuple(sorted(pair)) for pair in combinations(sorted(truth), 2) if truth[pair[0]] == truth[pair[1]]}
    return len(found & right) / max(1, len(found)), len(found & right) / max(1, len(right))
