"""A Japanese set to score on: numbers made by the rules of the law, addresses and the rest written by hand, near misses.

Nothing here knows the product: check digits are reckoned again, after the texts that the identifiers name.
"""

from __future__ import annotations

import random
import re

Item = tuple[str, list[tuple[int, int, str]]]
"""A text, and what stands in it: from where to where, of which kind."""


def my_number(body: str) -> str:
    """総務省令第85号 art. 5, as it is written there: P1 is the lowest digit of the eleven."""
    total = sum(int(body[-n]) * (n + 1 if n <= 6 else n - 5) for n in range(1, 12))
    rest = total % 11
    return body + str(0 if rest <= 1 else 11 - rest)


def licence(body: str, issued: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(body, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2], strict=True))
    rest = 11 - total % 11
    return body + str(0 if rest > 9 else rest) + issued


def insurer(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        product = int(digit) * (2 if place % 2 == 0 else 1)
        total += product // 10 + product % 10
    return body + str((10 - total % 10) % 10)


def card(body: str) -> str:
    return insurer(body)


def wrong(number: str, place: int) -> str:
    """Mistype the digit at a place."""
    return number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]


_FULL = str.maketrans("0123456789-", "０１２３４５６７８９－")


def spelled(number: str, groups: tuple[int, ...], how: int) -> str:
    """Write a number in one of the ways that people write them."""
    parts, at = [], 0
    for size in groups:
        parts.append(number[at : at + size])
        at += size
    joined = (
        number,
        "-".join(parts),
        " ".join(parts),
        "-".join(parts).translate(_FULL),
        "ー".join(parts),
        "‐".join(parts),
    )
    return [*joined, number.translate(_FULL), "-\n".join(parts)][how % 8]


_SAYS = {
    "jp_my_number": (
        "マイナンバー：{}",
        "個人番号は{}です。",
        "扶養家族の個人番号（{}）を登録",
        "My Number: {}",
        "【マイナンバー】\n{}",
    ),
    "jp_drivers_licence": (
        "運転免許証番号 {}",
        "免許証番号：{} 有効期限あり",
        "本人確認（運転免許）{}",
        "免許番号は{}でした",
    ),
    "payment_card": ("カード番号：{}", "クレジットカード {} の明細", "ご利用カードは{}です", "Visa {}"),
}
_SAYS_NOTHING = ("伝票番号 {}", "注文{}の件", "管理番号：{}", "お問い合わせ番号は{}です", "ロット {} を出荷")


def _item(frame: str, value: str, kind: str | None) -> Item:
    at = frame.index("{}")
    return frame.format(value), [(at, at + len(value), kind)] if kind else []


def numbers() -> list[Item]:
    """Give numbers with check digits: right ones where the text says what they are, wrong ones, and right ones elsewhere."""
    dice, items = random.Random(20230804), list[Item]()
    for n in range(48):
        body = str(dice.randrange(10**10, 10**11))
        mine = my_number(body)
        frame = dice.choice(_SAYS["jp_my_number"])
        items.append(_item(frame, spelled(mine, (4, 4, 4), n), "jp_my_number"))
        if n % 2:
            items.append(_item(frame, spelled(wrong(mine, 11), (4, 4, 4), n), None))
            items.append(_item(dice.choice(_SAYS_NOTHING), spelled(mine, (4, 4, 4), n), None))
    for n in range(40):
        body = f"{dice.choice((30, 43, 62, 10, 54))}{dice.randrange(10**7, 10**8)}"
        mine = licence(body, "0")
        frame = dice.choice(_SAYS["jp_drivers_licence"])
        items.append(_item(frame, spelled(mine, (4, 4, 4), n), "jp_drivers_licence"))
        if n % 2:
            items.append(_item(frame, spelled(wrong(mine, 10), (4, 4, 4), n), None))
    for n in range(40):
        start = dice.choice(("4", "51", "3528", "62"))
        mine = card(start + "".join(dice.choice("0123456789") for _ in range(15 - len(start))))
        frame = dice.choice(_SAYS["payment_card"])
        items.append(_item(frame, spelled(mine, (4, 4, 4, 4), n), "payment_card"))
        if n % 2:
            items.append(_item(frame, spelled(wrong(mine, 15), (4, 4, 4, 4), n), None))
    for n in range(24):
        mine = insurer(f"{dice.choice(('06', '01', '31'))}{dice.randrange(1, 48):02d}{dice.randrange(100, 1000)}")
        value = mine.translate(_FULL) if n % 3 == 0 else mine
        items.append(_item("保険者番号：{}", value, "jp_health_insurance"))
        if n % 2:
            items.append(_item("保険者番号：{}", wrong(mine, 7), None))
    return items


_BY_HAND = """
⟦東京都千代田区霞が関2丁目1番2号⟧ 中央合同庁舎
住所　⟦〒100-0013 東京都千代田区霞が関3-1-1⟧
⟦大阪府大阪市中央区大手前2-1-22⟧
⟦北海道札幌市中央区北3条西6丁目⟧
⟦神奈川県横浜市西区みなとみらい2-2-1 ランドマークタワー⟧
勤務先は⟦愛知県名古屋市中村区名駅1-1-4⟧です。
⟦京都府京都市下京区東塩小路町901番地⟧
⟦福岡県福岡市博多区博多駅中央街1-1⟧まで
⟦兵庫県神戸市中央区加納町6丁目5番1号⟧
⟦宮城県仙台市青葉区本町3丁目8番1号⟧
⟦広島県広島市中区基町10-52⟧
⟦沖縄県那覇市泉崎1-2-2⟧
⟦埼玉県さいたま市浦和区高砂3-15-1⟧
⟦千葉県千葉市中央区市場町1-1⟧
⟦茨城県つくば市天王台1-1-1⟧
⟦静岡県静岡市葵区追手町9番6号⟧
⟦新潟県新潟市中央区新光町4番地1⟧
⟦長野県長野市大字南長野字幅下692-2⟧
⟦岡山県岡山市北区内山下2-4-6⟧
⟦熊本県熊本市中央区水前寺6丁目18番1号⟧
⟦鹿児島県鹿児島市鴨池新町10番1号⟧
⟦石川県金沢市鞍月1丁目1番地⟧
⟦奈良県奈良市登大路町30⟧
⟦香川県高松市番町四丁目1番10号⟧
⟦愛媛県松山市一番町4丁目4-2⟧
⟦群馬県前橋市大手町1-1-1⟧
⟦栃木県宇都宮市塙田1-1-20⟧
⟦福島県福島市杉妻町2-16⟧
⟦山形県山形市松波2-8-1⟧
⟦秋田県秋田市山王4-1-1⟧
⟦岩手県盛岡市内丸10-1⟧
⟦青森県青森市長島1-1-1⟧
⟦富山県富山市新総曲輪1-7⟧
⟦福井県福井市大手3丁目17-1⟧
⟦山梨県甲府市丸の内1-6-1⟧
⟦岐阜県岐阜市薮田南2-1-1⟧
⟦三重県津市広明町13番地⟧
⟦滋賀県大津市京町4丁目1-1⟧
⟦和歌山県和歌山市小松原通1-1⟧
⟦鳥取県鳥取市東町1-220⟧
⟦島根県松江市殿町1⟧
⟦山口県山口市滝町1-1⟧
⟦徳島県徳島市万代町1-1⟧
⟦高知県高知市丸ノ内1-2-20⟧
⟦佐賀県佐賀市城内1-1-59⟧
⟦長崎県長崎市尾上町3-1⟧
⟦大分県大分市大手町3-1-1⟧
⟦宮崎県宮崎市橘通東2-10-1⟧
ご送付先：⟦〒５３０－０００１　大阪府大阪市北区梅田３－１－３⟧
⟦東京都新宿区西新宿二丁目8番1号⟧
⟦東京都港区六本木6-10-1 六本木ヒルズ 32階⟧
自宅：⟦横浜市港北区日吉4-1-1⟧
⟦名古屋市千種区不老町1-2⟧に移転
⟦渋谷区神南1-19-11⟧
⟦東京都八王子市南大沢1-1⟧
⟦東京都西多摩郡奥多摩町氷川215-6⟧
⟦北海道虻田郡倶知安町北1条東3丁目3番地⟧
⟦長野県上高井郡小布施町小布施1491-2⟧
お届け先 ⟦〒812-0011\\n福岡県福岡市博多区博多駅前3-2-1⟧
⟦京都市左京区吉田本町36-1⟧
"""
_OTHERS = """
電話は⟦03-3581-0101⟧です|phone_number
携帯：⟦090-1234-5678⟧|phone_number
ＴＥＬ　⟦０６－６９４１－０３５１⟧|phone_number
FAX ⟦(052)961-2111⟧|phone_number
緊急連絡先 ⟦08011112222⟧|phone_number
⟦0120-444-113⟧（フリーダイヤル）|phone_number
⟦050-3816-2787⟧|phone_number
内線ではなく⟦045-210-1111⟧へ|phone_number
連絡先：⟦+81-3-5253-2111⟧|phone_number
お電話⟦070ー2345ー6789⟧|phone_number
メール：⟦hanako.suzuki@example.co.jp⟧|email_address
連絡は⟦info2023@example.or.jp⟧まで|email_address
アドレスは⟦taro＠example.ne.jp⟧です|email_address
生年月日　⟦昭和60年1月2日⟧|date_of_birth
生年月日：⟦1990/12/31⟧|date_of_birth
⟦平成元年10月3日⟧生まれ|date_of_birth
⟦H2.4.5⟧生まれ|date_of_birth
誕生日は⟦1985年5月6日⟧|date_of_birth
旅券番号：⟦TR1234567⟧|jp_passport
パスポート番号⟦MS7654321⟧|jp_passport
在留カード番号 ⟦AB12345678CD⟧|jp_residence_card
在留カード⟦ＰＤ８７６５４３２１ＦＡ⟧|jp_residence_card
基礎年金番号 ⟦1234-567890⟧|jp_pension_number
三井住友銀行 銀座支店 ⟦普通 0123456⟧|jp_bank_account
りそな銀行 堂島支店 ⟦当座預金：7654321⟧|jp_bank_account
ゆうちょ銀行 ⟦記号10150 番号87654321⟧|jp_bank_account
振込先：横浜銀行 本店 ⟦普通預金 １２３４５６７⟧|jp_bank_account
パスワードは⟦Kabuki7788⟧です|password
初期パスワード：⟦xY9!kLm2⟧|password
PW：⟦gH5#sakura⟧|password
⟦【機密】⟧次期役員案|classification_marking
⟦取扱注意⟧の資料|classification_marking
⟦社外秘⟧|classification_marking
⟦機密性２情報⟧|classification_marking
⟦診断書⟧を添付します|health_term
⟦うつ病⟧の治療中|health_term
⟦基本給30万円⟧|salary_term
⟦源泉徴収票⟧|salary_term
"""
_NOTHING = """
市区町村コード1-2-3
東京都の人口は1400万人
2023年4月1日に区役所で1回目の説明
北海道産じゃがいも3-5個
県内3か所
第2号議案は1番目
会議室3-1で10時
平成30年度予算
売上は前年比3-5%増
型番 AB-1234-5678
2023-04-01 の議事録
伝票番号 03-1234-567
00-1234-5678
090-1234-567
０９０－１２３４－５６７８９
103-1234-5678
バージョン 10.2.3.4
普通の日
当座の資金は1234567円
銀行の普通預金について
銀行口座 12345
パスワードは別途お送りします
パスワードを変更してください
旅券番号 TK123456
型番 TK1234567
在留カード番号 AB1234567CD
年金手帳は1234-56789
生年月日：不明
昭和60年の話
1985年5月6日の会議
大阪府警察本部
第3章 2-1 を参照
社外の秘書
機密保持契約
給食の献立
健康で文化的な
個人番号カードの申請は5月まで
マイナンバー制度について
免許の更新は3月
カード会社より
保険者番号は8桁です
注文番号 1234-5678-9012
郵便番号一覧
都道府県別 1-47
市場規模 1,234
二丁目食堂
千番台
四月一日から
区切り 1-2
村の人口 1,234人
町内会 3-4月
郡山の話
代表番号はありません
メールアドレスは不要
@は使いません
タロー@ホーム
電話会議 10:30
Tel Aviv 1月
第1条 第2項 第3号
"""


def _marked(line: str, kind: str) -> Item:
    text, spans, start = "", [], 0
    for piece in re.split("([⟦⟧])", line.replace("\\n", "\n")):
        if piece == "⟦":
            start = len(text)
        elif piece == "⟧":
            spans.append((start, len(text), kind))
        else:
            text += piece
    return text, spans


def addresses() -> list[Item]:
    """Give addresses written by hand."""
    return [_marked(line, "postal_address") for line in _BY_HAND.strip().splitlines()]


def others() -> list[Item]:
    """Give the other kinds, written by hand."""
    return [_marked(*line.rsplit("|", 1)) for line in _OTHERS.strip().splitlines()]


def nothing() -> list[Item]:
    """Give texts that hold nothing, near misses by hand."""
    return [(line, []) for line in _NOTHING.strip().splitlines()]
