"""Fill the slots of the phrases: days, sums, places and invented personal data."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_FAMILY = (
    ("瀬川", "Segawa"),
    ("柏木", "Kashiwagi"),
    ("広瀬", "Hirose"),
    ("長谷部", "Hasebe"),
    ("真鍋", "Manabe"),
    ("相沢", "Aizawa"),
    ("久保田", "Kubota"),
    ("宇佐美", "Usami"),
    ("仁科", "Nishina"),
    ("榎本", "Enomoto"),
    ("三枝", "Saegusa"),
    ("早瀬", "Hayase"),
    ("堀川", "Horikawa"),
    ("滝沢", "Takizawa"),
)
_GIVEN = (
    ("健一", "Kenichi"),
    ("由香里", "Yukari"),
    ("翔太", "Shota"),
    ("真理子", "Mariko"),
    ("裕介", "Yusuke"),
    ("恵美", "Emi"),
    ("和也", "Kazuya"),
    ("智子", "Tomoko"),
    ("剛", "Tsuyoshi"),
    ("沙織", "Saori"),
    ("慎吾", "Shingo"),
    ("千夏", "Chinatsu"),
)
_ENGLISH = (
    "Nora Lindqvist",
    "Amir Castellane",
    "Joan Petherick",
    "Elias Brandvold",
    "Grace Umeh",
    "Hugo Tarrant",
)
_PLACES_JA = (
    "青海埠頭",
    "北浜支所",
    "若葉変電所",
    "みなと第三ターミナル",
    "白樺大学病院",
    "中央合同庁舎",
    "東雲データセンター",
)
_PLACES_EN = (
    "Havnegade",
    "Port Ellery",
    "the Quayside annex",
    "Stormont House",
    "the Lindholm site",
    "Fort Wexley",
)
_SYSTEMS = (
    "文書管理システム",
    "境界メール装置",
    "遠隔保守装置",
    "認証基盤",
    "職員ポータル",
    "通報受付システム",
    "資産台帳",
)
_SYSTEMS_EN = (
    "mail gateway",
    "remote maintenance box",
    "identity service",
    "ticket desk",
    "file exchange",
    "badge system",
)
_DOCUMENTS = (
    "対処要領",
    "年次報告書",
    "安全基準等策定指針",
    "注意喚起文",
    "情報共有規程",
    "業務継続計画",
    "想定問答",
)
_ROOMS = ("5階小会議室", "本館302号室", "別館講堂", "第2執務室", "西棟打合せ卓", "地下防災室")
_STREETS = ("港南見本町1丁目2番3号", "若葉台見本2丁目4番6号", "緑が丘架空3丁目10番地", "川端例示町5番8号")
_CITIES = ("見本市", "例示区", "架空市")
_WEEKDAYS_JA = "月火水木金土日"


def person_name(rng: Random) -> tuple[str, str]:
    """Return an invented person's name, in Japanese and in Latin letters."""
    family, family_en = rng.choice(_FAMILY)
    given, given_en = rng.choice(_GIVEN)
    return f"{family} {given}", f"{given_en} {family_en}"


def phone(rng: Random) -> str:
    """Return a Tokyo number in an exchange that does not exist."""
    return f"03-0000-{rng.randrange(10000):04d}"


def mobile(rng: Random) -> str:
    """Return a mobile number in a block that is not given out."""
    return f"090-0000-{rng.randrange(10000):04d}"


def postal(rng: Random) -> str:
    """Return an impossible postal code."""
    return f"〒000-{rng.randrange(10000):04d}"


def street(rng: Random) -> str:
    """Return an invented street address."""
    return f"{rng.choice(_CITIES)}{rng.choice(_STREETS)}"


def passport(rng: Random) -> str:
    """Return a passport number of a series that does not exist."""
    return f"ZZ{rng.randrange(10_000_000):07d}"


def bank(rng: Random) -> str:
    """Return an account at a bank that does not exist."""
    branch = rng.choice(("本店営業部", "みなと支店", "若葉台支店"))
    return f"翡翠銀行 {branch}(店番{rng.randrange(900, 999)})普通 {rng.randrange(1_000_000):07d}"


def _shared(rng: Random) -> dict[str, str]:
    return {
        "n": str(rng.randrange(2, 9)),
        "n2": str(rng.randrange(11, 49)),
        "percent": f"{rng.randrange(4, 38)}%",
        "case": f"CS-2023-{rng.randrange(1000):04d}",
        "version": f"{rng.randrange(2, 9)}.{rng.randrange(10)}.{rng.randrange(1, 20)}",
        "staff": f"{rng.randrange(100_000):05d}",
        "passport": passport(rng),
    }


def japanese(rng: Random, near: datetime) -> dict[str, str]:
    """Return the slots of a Japanese letter written on the given day."""
    day = near + timedelta(days=rng.randrange(1, 20))
    weekday = _WEEKDAYS_JA[day.weekday()]
    name, romaji = person_name(rng)
    born = datetime(rng.randrange(1962, 1999), rng.randrange(1, 13), rng.randrange(1, 28), tzinfo=near.tzinfo)
    return _shared(rng) | {
        "day": f"{day.month}月{day.day}日({weekday})",
        "weekday": f"{rng.choice(_WEEKDAYS_JA[:5])}曜日",
        "hour": f"{rng.randrange(9, 18)}時{rng.choice(('', '30分'))}",
        "room": rng.choice(_ROOMS),
        "amount": f"{rng.randrange(12, 980) * 10_000:,}円",
        "system": rng.choice(_SYSTEMS),
        "doc": rng.choice(_DOCUMENTS),
        "place": rng.choice(_PLACES_JA),
        "person": f"{name}さん",
        "romaji": romaji.upper(),
        "phone": phone(rng),
        "mobile": mobile(rng),
        "postal": postal(rng),
        "street": street(rng),
        "bank": bank(rng),
        "birthday": f"{born.year}年{born.month}月{born.day}日",
        "expiry": f"20{rng.randrange(25, 33)}年{rng.randrange(1, 13)}月",
    }


def english(rng: Random, near: datetime) -> dict[str, str]:
    """Return the slots of an English letter written on the given day."""
    day = near + timedelta(days=rng.randrange(1, 20))
    _, romaji = person_name(rng)
    born = datetime(rng.randrange(1962, 1999), rng.randrange(1, 13), rng.randrange(1, 28), tzinfo=near.tzinfo)
    return _shared(rng) | {
        "day": f"{day.day} {day:%B}",
        "weekday": rng.choice(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")),
        "hour": f"{rng.randrange(8, 18):02d}:{rng.choice(('00', '30'))}",
        "amount": f"EUR {rng.randrange(3, 60) * 500:,}",
        "system": rng.choice(_SYSTEMS_EN),
        "place": rng.choice(_PLACES_EN),
        "person": rng.choice(_ENGLISH),
        "romaji": romaji.upper(),
        "phone": f"+44 20 7946 0{rng.randrange(1000):03d}",
        "birthday": f"{born.day} {born:%B} {born.year}",
        "expiry": f"{rng.randrange(1, 13):02d}/20{rng.randrange(25, 33)}",
    }
