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

IDENTIFIER = Identifier(
    kind="postal_address",
    what="postal address, Japan",
    pattern=(
        f"(?<![0-9〒])(?P<v>(?:〒? ?[0-9]{{3}}-?[0-9]{{4}}[ \\n]{{0,2}})?(?:(?:{_PREFECTURES}) ?"
        f"(?:{_PLACE}{{1,9}}?[市区町村郡] ?){{1,3}}{_PLACE}{{0,14}}? ?{_BLOCK}|(?<![ァ-ヶー一-龠々])"
        f"(?!市区町村)(?:(?![はがをにで]){_PLACE}){{1,6}}?[市区]"
        f"(?:{_PLACE}{{1,4}}区)? ?{_PLACE}{{1,12}}? ?{_NUMBER} ?(?:丁目|番地?|"
        f"-) ?{_BLOCK}){_BUILDING})(?![0-9])"
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
    canonical=lambda value: re.sub(
        "(?:丁目|番地の?|番|号|[の ])", "-", value.replace("\n", "").partition("〒")[2] or value.replace("\n", "")
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
    misses=("東京都の人口", "市区町村1-2", "電話 03-1234-5678", "昨日、区役所で1時間", "2丁目の夕日"),
)
