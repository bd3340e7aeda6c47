"""Names in Japanese letters, written by hand: ⟦ ⟧ are around the names, all else is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unsealed.identify.names.japanese import LONGEST, Japanese

pytest.importorskip("sudachipy")

LETTERS = """
⟦田中⟧様
お世話になっております。株式会社サンプルの⟦佐藤⟧です。
⟦鈴木 一郎⟧様
いつもお世話になっております。⟦高橋⟧と申します。
添付の名簿を⟦山田花子⟧さんに送ってください。
担当：⟦渡辺⟧
氏名：⟦伊藤 健太⟧
フリガナ：⟦イトウ ケンタ⟧
本田技研工業の件でご連絡いたします。
山口県の支店に確認します。
松本市役所に提出しました。
⟦山口⟧部長に確認をお願いします。
三菱銀行の口座に振り込みました。
⟦小林さくら⟧は明日休みです。
昨日、⟦加藤⟧さんと⟦吉田⟧さんが来社されました。
株式会社山本製作所 営業部 ⟦中村 美咲⟧
ご担当者様
お客様各位
皆様お疲れ様です。
関係者各位
東京都千代田区霞が関
⟦斎藤⟧先生の診察を受けました。
患者名：⟦木村 拓也⟧ 様
以上、よろしくお願いいたします。
福岡支店の⟦井上⟧です。
⟦髙橋⟧氏が出席します。
⟦ジョン・スミス⟧氏が来日します。
マイクロソフト社のライセンス
千葉工場の設備
⟦長谷川⟧と⟦阿部⟧が対応します。
大丈夫です。
本日は晴天です。
可能です。
伊藤忠商事様
⟦松田⟧です。
差出人: ⟦清水 太一⟧
宛先: ⟦森田 由美⟧
トヨタ自動車のディーラー
⟦たかし⟧くんの保護者の方へ
参加者：⟦岡田⟧、⟦後藤⟧、⟦村上⟧
⟦大谷 翔⟧（総務部）
名前：⟦近藤 真由美⟧
緊急連絡先：⟦坂本 勇⟧（父）
お名前　：　⟦石井 亮⟧
サービスセンターより
三井住友銀行新宿支店
⟦工藤⟧課長代理
⟦藤井 聡太⟧より
秋田の出張
⟦宮崎⟧様、
宮崎に出張します
⟦髙橋秀雄⟧が来ます
営業部 ⟦木村 葵⟧
⟦小川 さくら⟧様
⟦小川⟧ より連絡
総務部の⟦林⟧です。
ここは林です。
㈱田中の請求書です
⟦河野 太郎⟧は承知しました
"""


def found(text: str, finder: Japanese | None = None) -> list[str]:
    return [text[spot.start : spot.end] for spot in (finder or Japanese()).find(text)]


@pytest.mark.parametrize("marked", LETTERS.strip().splitlines())
def test_names_in_letters(marked: str) -> None:
    kana = "です。\n"  # a heading or an address alone may be Chinese, too
    assert found(kana + re.sub("[⟦⟧]", "", marked)) == re.findall("⟦(.*?)⟧", marked)


def test_correspondents_are_found_without_any_kana_and_whatever_their_name() -> None:
    known = Japanese({"海幸大": "full", "海": "family", "幸大": "given", "東海林": "family"})
    assert found("出席 海幸大 確認", known) == ["海幸大"]
    assert found("確認 東海林様", known) == ["東海林"]
    assert found("東海林業", known) == []
    assert found("出席 海幸大 確認") == []


def test_what_is_not_japanese_is_left_alone() -> None:
    assert found("王小明先生 您好") == []
    assert found("Dear Anna") == []


@pytest.mark.parametrize(("line", "how"), [("差出人: 清水 太一 <t@w.example>", "header"), ("氏名: 清水 太一", "field")])
def test_who_wrote_a_quoted_letter_heads_no_record(line: str, how: str) -> None:
    assert [spot.how for spot in Japanese().find(f"{line}\nよろしくお願いします。\n")] == [how]


def test_long_lines_are_cut_at_a_full_stop() -> None:
    line = "本日は晴天です。" * (LONGEST // 8) + "山田花子さんが来ます。"
    assert found(line) == ["山田花子"]
    assert found("あ" * (3 * LONGEST)) == []


def test_a_line_gives_the_same_the_second_time() -> None:
    finder = Japanese()
    text = "担当は山田花子です。\n担当は山田花子です。"
    assert found(text, finder) == found(text, finder) == ["山田花子", "山田花子"]


PIECES = [
    "山田",
    "花子",
    "様",
    "です",
    "。",
    "\n",
    " ",
    "　",
    "氏名：",
    "・",
    "ジョン",
    "A",
    "\ud800",
    "と申します",
    "㈱",
    "髙",
]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_names_are_inside_their_lines(pieces: list[str]) -> None:
    text, last = "".join(pieces), 0
    for spot in Japanese().find(text):
        assert last <= spot.start < spot.end <= len(text)
        assert "\n" not in text[spot.start : spot.end]
        last = spot.end


FAMILY = [
    "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "小林", "加藤", "佐々木", "山口", "松本", "井上",
    "斎藤", "山崎", "橋本", "阿部", "石川", "中島", "前田", "長谷川", "後藤", "青木", "西村", "五十嵐",
]  # fmt: skip
GIVEN = ["太郎", "花子", "健一", "美咲", "翔太", "大輔", "さくら", "由美子", "拓也", "葵", "亮", "めぐみ"]  # fmt: skip
PEOPLE = [
    "{f}様", "{f}さんから連絡がありました。", "お世話になっております。{f}です。", "{f}と申します。", "担当：{f}", "営業部の{f}です。",
    "{f}先生", "昨日{f}さんと会いました。", "{f}氏によると", "{f}部長に確認してください。", "氏名：{f} {g}", "{f}　{g}様", "{f}{g}さんの件",
    "{f}{g}は欠席です。", "株式会社サンプル {f} {g}", "本人確認のため{f}{g}の住所を確認", "宛先：{f}{g}", "患者名：{f}{g}",
]  # fmt: skip
NOBODY = [
    "{f}市役所に提出", "{f}駅で待ち合わせ", "株式会社{f}の見積書", "{f}工業より請求書が届きました", "{f}銀行の口座", "{f}大学病院",
    "有限会社{f}商店です",
]  # fmt: skip


def test_frames_and_names_of_every_kind() -> None:
    finder, right, wrong, missed = Japanese(), 0, [], []
    for place, family in enumerate(FAMILY):
        given_name = GIVEN[place % len(GIVEN)]
        for frame in PEOPLE + NOBODY:
            text = "です。\n" + frame.format(f=family, g=given_name)
            apart = " " if "{f} {g}" in frame else "　" if "{f}　{g}" in frame else ""
            name = family + apart + given_name if "{g}" in frame else family
            expected = [name] if frame in PEOPLE else []
            told = found(text, finder)
            right += told == expected != []
            wrong += [(text, one) for one in told if one not in expected]
            missed += [(text, one) for one in expected if one not in told]
    assert right / (right + len(wrong)) >= 0.97, wrong
    assert right / (right + len(missed)) >= 0.95, missed
