"""Postal addresses in Japan.

住居表示に関する法律 (Act 119 of 1962) and Japan Post: prefecture, city, ward, town or village, district, block
and house in numbers with 丁目, 番, 号 or hyphens, and often a building; the postal code of seven digits before
it. Without a prefecture, a city or ward and two numbers are asked for.
"""

import re

from unsealed.identify.identifier import Identifier

_PREFECTURES = (
    "北海道|青森県|岩手県|宮城県|秋田県|山形県|福島県|茨城県|栃木県|群馬県|埼玉県|千葉県|"
    "東京都|神奈川県|新潟県|富山県|石川県|福井県|山梨県|長野県|岐阜県|静岡県|愛知県|三重県|"
    "滋賀県|京都府|大阪府|兵庫県|奈良県|和歌山県|鳥取県|島根県|岡山県|広島県|山口県|徳島県|"
    "香川県|愛媛県|高知県|福岡県|佐賀県|長崎県|熊本県|大分県|宮崎県|鹿児島県|沖縄県"
)
_PLACE = "[ぁ-んァ-ヶー一-龠々〆ヵ]"
_KANJI = "[一二三四五六七八九十百]{1,4}"
_NUMBER = f"(?:[0-9]{{1,5}}|{_KANJI})"
_BLOCK = (
    f"(?:{_NUMBER} ?(?:丁目|番地の?|番|号|条|線|-|の) ?[東西南北]?){{0,3}}"
    f"(?:[0-9]{{1,5}}(?:番地|番|号|丁目)?|{_KANJI}(?:番地|番|号|丁目))(?:-[0-9]{{1,4}})?"
)
_FLOOR = "[0-9]{1,5}(?:号室|号|階|[Ff])?|号室"
_HOUSE = "ビル|ビルディング|タワー|ヒルズ|マンション|ハイツ|コーポ|荘|会館"
_LETTERS = f"(?:{_PLACE}|[A-Za-z]){{2,16}}"
_BUILDING = f"(?: ?{_LETTERS}?(?:{_HOUSE})(?: ?(?:{_FLOOR}))?(?!{_PLACE})| ?{_LETTERS} ?(?:{_FLOOR}))?"

_NO_PARTICLE, _NOT_BEHIND = "(?![はでにをがへも約]|から)", "(?<![はでにをがへも約])"
"""Between a city and a number no particle stands: 大阪市では3名 is a sentence."""
_NO_COUNT = "(?![0-9年月日名人件店割時万円社台個回歳])"


_DIGITS = "一二三四五六七八九"


def _counted(found: re.Match[str]) -> str:
    """Write a number of kanji, below a thousand, in figures."""
    total = 0
    for run in re.findall("([一二三四五六七八九]?)([十百]?)", found[0]):
        if any(run):
            total += (_DIGITS.find(run[0]) + 1 if run[0] else 1) * {"十": 10, "百": 100}.get(run[1], 1)
    return str(total)


def _plain(value: str) -> str:
    """Give an address without postal code and spaces, its numbers in figures with hyphens between them."""
    text = re.sub(r"^〒?[0-9]{3}-?[0-9]{4}", "", re.sub(r"\s", "", value))
    text = re.sub("[一二三四五六七八九十百]+(?=丁目|番|号|条)", _counted, text)
    text = re.sub("(?<=[0-9])(?:丁目|番地の?|番|号(?!室)|の)(?=[0-9]?)", "-", text)
    return re.sub("-+(?![0-9])", "", re.sub("--+", "-", text))


IDENTIFIER = Identifier(
    kind="postal_address",
    what="postal address, Japan",
    pattern=(
        f"(?<![0-9〒])(?P<v>(?:〒? ?[0-9]{{3}}-?[0-9]{{4}}[ \\n]{{0,2}})?(?:(?:{_PREFECTURES}) ?"
        f"(?:{_PLACE}{{1,9}}?[市区町村郡] ?){{1,3}}{_NO_PARTICLE}{_PLACE}{{0,14}}?{_NOT_BEHIND} ?{_BLOCK}{_NO_COUNT}"
        "|(?<![ァ-ヶー一-龠々])"
        f"(?!市区町村)(?:(?![はがをにで]){_PLACE}){{1,6}}?[市区]"
        f"(?:{_PLACE}{{1,4}}区)? ?{_NO_PARTICLE}{_PLACE}{{1,12}}?{_NOT_BEHIND} ?{_NUMBER} ?(?:丁目|番地?|"
        f"-) ?{_BLOCK}{_NO_COUNT}){_BUILDING})(?![0-9])"
    ),
    anchors=(
        r"(?:市|区|町|村|郡)[ \x80-\xff-]{0,60}[0-9]",
        *(rf"(?:市|区|町|村|郡)[ \x80-\xff-]{{0,60}}{unit}" for unit in ("丁目", "番", "号")),
    ),
    before=90,
    after=90,
    check=lambda value: any(map(str.isdigit, value)) or any(letter in value for letter in "一二三四五六七八九十"),
    context=("住所", "所在地", "自宅", "勤務先", "送付先", "お届け先", "address"),
    weight=58,
    mask=lambda value: next(iter(re.findall(_PREFECTURES, value)), "") + "***",
    canonical=_plain,
    same=(
        ("大阪府大阪市北区梅田三丁目1番3号", "大阪府大阪市北区梅田3-1-3"),
        ("東京都港区芝公園４丁目２－８", "東京都港区芝公園4-2-8"),
        ("〒100-8111 東京都千代田区千代田1-1", "東京都千代田区千代田1番1号"),
    ),
    different=(
        ("東京都港区芝公園4-2-8", "東京都港区芝公園4-28"),
        ("大阪府大阪市北区梅田1-2-3", "大阪府大阪市北区梅田1-2-4"),
    ),
    law="APPI art. 2(1)",
    hits=(
        "住所:⟦〒100-8111 東京都千代田区千代田1-1⟧",
        "⟦東京都港区芝公園４丁目２－８⟧です",
        "⟦大阪府大阪市北区梅田三丁目1番3号⟧",
        "自宅は⟦横浜市中区日本大通1-2-3⟧。",
        "⟦北海道札幌市中央区北1条西2丁目⟧",
        "⟦〒530-0001\n大阪府大阪市北区梅田1-2-3 グランドビル501⟧",
    ),
    misses=(
        "東京都の人口",
        "市区町村1-2",
        "電話 03-1234-5678",
        "昨日、区役所で1時間",
        "2丁目の夕日",
        "大阪府大阪市では3-4名",
        "福岡県福岡市で2023年4月",
        "神奈川県横浜市にて12月1日開催",
        "京都府京都市において10-12月に開催",
        "東京都港区の店舗で2-3日",
        "北海道札幌市には5店舗",
        "名古屋市では約3-4割",
    ),
)
