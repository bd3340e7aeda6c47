"""Japanese names: what SudachiPy tags as a person's name, what honorifics and fields show, what the case knows.

Once per distinct line with Japanese script in it; long lines are cut at 。 so that one line costs bounded time.
Tags are those of UniDic (https://clrd.ninjal.ac.jp/unidic/): 名詞,固有名詞,人名 with 姓, 名 or 一般.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from unsealed.identify.names.forms import HAN, HONORIFICS, KANA
from unsealed.identify.names.spot import Spot, apart
from unsealed.identify.names.words import JAPANESE_WORDS

if TYPE_CHECKING:
    from sudachipy import Tokenizer

LONGEST = 4_000
"""Characters that are tagged at a time; SudachiPy takes 49,149 bytes."""
CACHED = 100_000
"""Lines whose names are kept at hand: signatures and greetings come again and again."""
KEPT = 400
"""Characters of a line that is kept."""
LONGEST_NAME = 8
_WORTH = re.compile(f"[{HAN}・＝]|さん|さま|くん|ちゃん|[:：]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SCRIPT = re.compile(f"[{HAN}{KANA}]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_RUN = re.compile(f"[{HAN}]{{2,}}")
_HONORED = re.compile(
    f"[ 　]?(?:{HONORIFICS}|部長|課長|係長|社長|専務|常務|次長|主任|室長|所長|店長|院長|会長|理事|取締役|議員|選手|監督|博士)(?!子)"
)
_ORGANISED = re.compile(
    "株式会社|有限会社|合同会社|\\(株\\)|（株）|㈱|銀行|大学|大学院|高校|高等学校|中学|小学校|学園|病院|医院|クリニック|"
    "市|県|府|町|村|区|郡|駅|空港|港|川|山|島|"
    "橋|通り|街道|線|神社|寺|城|店|社(?!長)|軍|政権|条約|派|法|ゼミ|系|団|商店|商会|工業|産業|製作所|製薬|"
    "電機|電気|電器|自動車|建設|不動産|証券|生命|損保|組$|グループ|ホールディングス|"
    "事務所|研究所|財団|協会|工場|支店|本店|営業所|賞|杯|家$|氏族|藩|"
    "幕府|時代|駐屯地|書店|出版|新聞|放送|テレビ|球場|ビル|会館|"
    "公園|温泉|劇場|美術館|記念館|県立|市立|ホテル|食品|交通|鉄道|運輸|海運|物産|商事"
)
_BODY = re.compile("|".join(part for part in _ORGANISED.pattern.split("|") if len(part.rstrip("$")) > 1))
"""Of these, those that are no part of family names, as 橋, 川 and 村 are."""
_FIRM_BEFORE = re.compile("(?:株式会社|有限会社|合同会社|\\(株\\)|（株）|㈱)$")
_FIELD = re.compile(
    "(?:氏[ 　]*名|お?名[ 　]*前|患者名|受診者名?|契約者名?|申込者名?|申請者名?|被保険者名?|利用者名?|"
    "会員名|顧客名|ご?担当者?名?|責任者|受取人|名義人?|口座名義|ご本人|"
    "フリガナ|ふりがな|カナ氏名|氏名カナ|社員名|従業員名|生徒名|保護者名?|送信者|"
    "差出人|宛先|発信者|出席者|参加者|代表者|連絡者|緊急連絡先|配偶者)"
    f"[ 　]*[】\\])）]?[ 　]*[:：][ 　]*([{HAN}{KANA}][{HAN}{KANA}・]{{0,11}}(?:[ 　][{HAN}{KANA}]{{1,8}})?)"
    "(?=[ 　]*(?:$|[\\t,，、;（(<＜/]|様|殿|さま|さん|氏))"
)
_CORRESPONDS = re.compile("差出人|宛先|送信者|発信者")
_SAID = re.compile(
    f"(?:^|[、。のに 　])([{HAN}]{{1,4}}[ 　]?[{HAN}]{{0,4}}|[\u30a1-\u30faー]{{2,10}})"
    "(?=(?:です|でございます|と申します|と申しまして)(?:[。、．.！!\\s]|$))"
)
_TO = re.compile(
    f"^[ 　>]*((?:[{HAN}]{{1,4}}[ 　]?[{HAN}]{{1,4}})|[{HAN}]{{1,3}})[ 　]?(?:様|さん|先生|殿|さま)[ 　]*(?:[、,。]|$|へ)"
)
_PERSONAL = re.compile(
    "[ 　]?(?:様|さま|さん|氏(?!名|族|家)|先生|殿(?!下)|くん|ちゃん|部長|課長|係長|社長|"
    "専務|常務|次長|主任|室長|店長|会長|船長|監督|教授|議員)"
)
_HAN_ONLY = re.compile(f"[{HAN}]+(?:[ 　][{HAN}{KANA}]+)?")
_KANA_ONLY = re.compile(f"[{HAN}{KANA}・＝ 　]+")
_KATAKANA = re.compile("[\u30a1-\u30faー・＝]+")
_FOREIGN = re.compile("[\u30a1-\u30faー]{2,}(?:[・＝](?:[\u30a1-\u30faー]+|[A-Z]\\.?))*[・＝][\u30a1-\u30faー]{2,}")
_THING = re.compile(
    "(?:グループ|スタジアム|バンク|ホテル|クラブ|センター|システムズ?|サービス|ホールディングス|"
    "ユナイテッド|シンジケート|コンサルティング|アカデミー|セントラル|ゴルフ|プロジェクト)$"
)
_GIVEN_BEHIND = re.compile(
    f"[ 　](?!様|殿|氏|宛|発|です|ます|さま|さん|より|から|まで|への|くん|ちゃん|こと|ほか|など)([{HAN}]|[\u3041-\u3096]{{2,4}})"
    f"(?=$|[\\s、。，,（(）)<>＜＞:：/]|[ 　]?(?:{HONORIFICS}))"
)
_SHORT = re.compile(
    "(?:(?<=[の、。 　>])|^)([林森原辻堀関岡菅星谷岸泉])(?=(?:です|と申し|でございます)|様|さん(?!林|か)|氏|先生|部長|課長|係長|社長)"
)
"""Family names of one letter: all are words, too."""
_DOTS, _KIN = frozenset("・＝"), frozenset("女男妻夫子弟妹兄姉父母娘")
_BEHIND = frozenset(["", *"はがをにもとのへやで、，,。 　\n\t\r)）」』(（:：;；/／?？!！…<＜>＞〜"])
_VARIANTS = str.maketrans("髙﨑濵𠮷德邉邊齋齊濱廣澤", "高崎浜吉徳辺辺斎斉浜広沢")


@dataclass
class Japanese:
    """A tagger and the Japanese names of the case."""

    known: dict[str, str] = field(default_factory=dict)
    """Name to `full`, `family` or `given`."""
    _lines: dict[str, tuple[Spot, ...]] = field(default_factory=dict, init=False)

    def find(self, text: str) -> list[Spot]:
        """Give the Japanese names in a text, in order; nothing where no kana and no 氏名 shows that it is Japanese and none is known."""
        if text.isascii():
            return []
        japanese, found = bool(_KANA.search(text)) or "氏名" in text, list[Spot]()
        at, written = 0, _SCRIPT.search(text)
        while written:
            at = text.rfind("\n", at, written.start()) + 1 or at
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            for spot in self._of_line(text[at:end], japanese=japanese):
                found.append(spot._replace(start=spot.start + at, end=spot.end + at))
            at = end + 1
            written = _SCRIPT.search(text, at)
        return found

    def _of_line(self, line: str, *, japanese: bool) -> tuple[Spot, ...]:
        if len(line) > KEPT:
            return tuple(self._spots(line, japanese=japanese))
        key = line if japanese else f"\n{line}"
        spots = self._lines.get(key)
        if spots is None:
            if len(self._lines) >= CACHED:
                self._lines.clear()
            spots = self._lines[key] = tuple(self._spots(line, japanese=japanese))
        return spots

    def _spots(self, line: str, *, japanese: bool) -> Iterator[Spot]:
        found: list[Spot] = []
        for start, end in _pieces(line):
            piece = line[start:end]
            spots = list(self._literals(piece))
            if japanese and _WORTH.search(piece):
                spots += [*_shown(piece), *_tagged(_SURROGATE.sub("?", piece))]
            found += [spot._replace(start=spot.start + start, end=spot.end + start) for spot in spots]
        yield from apart(found)

    def _literals(self, piece: str) -> Iterator[Spot]:
        """Give names of correspondents: whole ones anywhere, family names before an honorific."""
        known = self.known
        if not known:
            return
        for run in _RUN.finditer(piece):
            at, text = 0, run[0]
            while at < len(text) - 1:
                for size in range(min(LONGEST_NAME, len(text) - at), 1, -1):
                    kind = known.get(text[at : at + size])
                    start, end = run.start() + at, run.start() + at + size
                    if kind == "full" or (kind == "family" and _HONORED.match(piece, end)):
                        yield Spot(start, end, "correspondent")
                        at += size - 1
                        break
                at += 1


def _pieces(line: str) -> Iterator[tuple[int, int]]:
    """Cut a long line at 。, and where there is none anywhere."""
    start = 0
    while len(line) - start > LONGEST:
        cut = line.rfind("。", start, start + LONGEST) + 1
        cut = cut if cut > start else start + LONGEST
        yield start, cut
        start = cut
    yield start, len(line)


def _shown(piece: str) -> Iterator[Spot]:
    """Give names that the words around them show, whatever they are."""
    for found in _FIELD.finditer(piece):
        if not _BODY.search(found[1]):
            yield Spot(*found.span(1), "header" if _CORRESPONDS.match(found[0]) else "field")
    for found in _SHORT.finditer(piece):
        yield Spot(*found.span(1), "japanese")
    for pattern, how in ((_TO, "salutation"), (_SAID, "signature")):
        for found in pattern.finditer(piece):
            name = found[1]
            if name not in JAPANESE_WORDS and not _ORGANISED.search(name) and (how == "salutation" or _is_name(name)):
                yield Spot(*found.span(1), how)


def _is_name(text: str) -> bool:
    """Tell whether all of a short text is tagged as names."""
    tags = [token.part_of_speech() for token in _tagger().tokenize(_SURROGATE.sub("?", text))]
    return all(tag[2] == "人名" or tag[0] == "空白" for tag in tags)


def _tagged(piece: str) -> Iterator[Spot]:
    tokens = [
        (token.begin(), token.end(), token.part_of_speech()) for token in _tagger().tokenize(piece.translate(_VARIANTS))
    ]
    place = 0
    while place < len(tokens):
        start, end, tags = tokens[place]
        if tags[2] != "人名":
            # 岡田 is a place, too; 岡田社長 is none.
            if (
                tags[1] == "固有名詞"
                and tags[2] == "地名"
                and end - start > 1
                and _PERSONAL.match(piece, end)
                and _is_han(piece[start:end])
            ):
                yield Spot(start, end, "japanese")
            place += 1
            continue
        last = place
        while last + 1 < len(tokens) and (step := _goes_on(piece, tokens, last)):
            last += step
        end = tokens[last][1]
        kinds = {tokens[one][2][3] for one in range(place, last + 1) if tokens[one][2][2] == "人名"}
        if found := _FOREIGN.match(piece, start) or (kinds == {"姓"} and _GIVEN_BEHIND.match(piece, end)) or None:
            end = max(end, found.end(1) if found.re is _GIVEN_BEHIND else found.end())
        if _sound(piece, start, end, kinds):
            yield Spot(start, end, "japanese")
        while place < len(tokens) and tokens[place][0] < end:
            place += 1


def _goes_on(piece: str, tokens: list[tuple[int, int, Any]], last: int) -> int:
    """Tell how many tokens further the name goes on: the next one, or the one behind a space or a middle dot."""
    if tokens[last + 1][2][2] == "人名":
        return 1
    between = piece[tokens[last + 1][0] : tokens[last + 1][1]]
    if last + 2 < len(tokens) and between in (" ", "　", "・", "＝") and tokens[last + 2][2][2] == "人名":
        return 2
    return 0


def _sound(piece: str, start: int, end: int, kinds: set[str]) -> bool:
    """Tell whether what is tagged as a name stands as one: not in an organisation or a place, not one letter alone."""
    name = piece[start:end]
    if _FIRM_BEFORE.search(piece, max(0, start - 6), start) or name in JAPANESE_WORDS:
        return False
    honored = bool(_HONORED.match(piece, end))
    if not honored and (_ORGANISED.match(piece, end) or len(name) < 2):
        return False
    before, behind = piece[start - 1 : start], piece[end : end + 1]
    if not _is_han(name) and not _KANA_ONLY.fullmatch(name):
        return honored
    if _KATAKANA.fullmatch(name):
        return (
            before not in _DOTS
            and behind not in _DOTS
            and not _THING.search(name)
            and (honored or bool(_FOREIGN.fullmatch(name)))
        )
    if kinds >= {"姓", "名"} or honored:
        return True
    if (_is_han(before) and not (kinds == {"名"} and before in _KIN)) or (before.isascii() and before.isalnum()):
        return False
    if kinds == {"一般"} and len(kinds) == 1 and name[-1] in "寺院島城守社宮庵":
        return False
    return behind in _BEHIND


def _is_han(text: str) -> bool:
    return bool(_HAN_ONLY.fullmatch(text))


_kept: list["Tokenizer"] = []


def _tagger() -> "Tokenizer":
    """Give the tokenizer of this process; it takes a moment to load."""
    if not _kept:
        from sudachipy import Dictionary, SplitMode

        _kept.append(Dictionary().tokenizer(SplitMode.C))
    return _kept[0]
