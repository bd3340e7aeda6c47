"""Lists of people that travel with a few letters, and whose data it is: invented persons, test numbers.

My Numbers have a right check digit and begin with 9; the cards and accounts are those that payment firms and the registry of
IBANs print as examples. Two people of one name are two; one who is in the list writes letters, too.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from unsealed.demo import world
from unsealed.demo.model import SENT, Attachment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from unsealed.demo.model import Copy, Letter

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MADE = datetime(2023, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Roster:
    """A list: its heading, its rows, and which kind of personal data stands in which column."""

    filename: str
    language: str
    verdict: str
    """It travels with a letter of this verdict."""
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kinds: Mapping[int, str]
    """Column to kind, as the product calls it."""
    mail: int
    """The column of the mail address."""


def _my_number(first: str) -> str:
    """Add the check digit to the eleven digits before it (order of Japan's ministry of internal affairs 85 of 2014, article 5)."""
    total = sum(int(digit) * (place + 2 if place < 6 else place - 4) for place, digit in enumerate(reversed(first)))
    left = total % 11
    return first + str(0 if left <= 1 else 11 - left)


_JAPANESE = (
    ("佐藤 健", "1985年4月12日", "sato.ken@kumiai.example", "90000000001"),
    ("鈴木 明子", "1978年7月30日", "a.suzuki@kumiai.example", "90000000023"),
    ("中村 直子", "1969年1月5日", "n.nakamura@kumiai.example", "90000000034"),
    ("佐藤 健", "2001年2月14日", "sato.takeru@kumiai.example", "90000000067"),
    ("高橋 実", "1982年8月9日", "m.takahashi@kumiai.example", "90000000078"),
    ("渡辺 和子", "1958年12月24日", "k.watanabe@kumiai.example", "90000000089"),
    ("伊藤 大輔", "1995年5月17日", "d.ito@kumiai.example", "90000000090"),
    ("山本 恵", "1971年10月1日", "m.yamamoto@kumiai.example", "90000000101"),
    (world.B.name, "1974年9月2日", world.B.address, "90000000056"),
)
_NAMESAKES = (
    ("佐藤 健", "1992年11月3日", "k-sato@midorigaoka.example", "90000000012"),
    ("田中 実", "1990年6月18日", "m.tanaka@midorigaoka.example", "90000000045"),
)
_ENGLISH = (
    ("John Harker", "j.harker@guild.example", "4111 1111 1111 1111", "GB82 WEST 1234 5698 7654 32"),
    ("Mary Whitlock", "m.whitlock@guild.example", "5555 5555 5555 4444", "DE89 3704 0044 0532 0130 00"),
    ("Ada Penrose", "a.penrose@guild.example", "4012 8888 8888 1881", "FR14 2004 1010 0505 0001 3M02 606"),
)
_FIELDS = ("氏名", "生年月日", "メールアドレス", "マイナンバー")
_OF_FIELDS = {1: "date_of_birth", 2: "email_address", 3: "jp_my_number"}


def _numbered(rows: Sequence[tuple[str, str, str, str]]) -> tuple[tuple[str, ...], ...]:
    return tuple((name, born, mail, _my_number(number)) for name, born, mail, number in rows)


ROSTERS = (
    Roster("名簿_2023年度.xlsx", "ja", "accessed", _FIELDS, _numbered(_JAPANESE), _OF_FIELDS, 2),
    Roster("個人票_追加.txt", "ja", "in_reach", _FIELDS, _numbered(_NAMESAKES), _OF_FIELDS, 2),
    Roster(
        "participants-2023.xlsx",
        "en",
        "copied",
        ("Name", "Email", "Card number", "IBAN"),
        _ENGLISH,
        {1: "email_address", 2: "payment_card", 3: "iban"},
        1,
    ),
)


def hand_out(copies: Sequence[Copy], judged: Mapping[Copy, str]) -> list[dict[str, Any]]:
    """Attach each list to a letter of its verdict; give for each what is whose, as `truth.json` holds it."""
    best, senders = strongest(judged), set[str]()
    truth = []
    for roster in ROSTERS:
        letter = next(
            copy.letter
            for copy in copies
            if copy in judged
            and copy.folder != SENT
            and best[copy.letter.message_id] == roster.verdict
            and copy.letter.language == roster.language
            and not copy.letter.attachments
            and copy.letter.kind not in {"lure", "forged"}
            and copy.letter.sender.address not in senders
        )
        senders.add(letter.sender.address)
        letter.attachments = (_file(roster),)
        truth.append({
            "internet_message_id": letter.message_id,
            "verdict": roster.verdict,
            "rows": [
                {"name": row[0], "address": row[roster.mail], "kinds": sorted(set(roster.kinds.values()))}
                for row in roster.rows
            ],
        })  # fmt: skip
    return truth


def strongest(judged: Mapping[Copy, str]) -> dict[str, str]:
    """Give each letter's strongest verdict."""
    order = ("accessed", "copied", "quoted", "in_reach", "not_accessed", "out_of_reach")
    best: dict[str, str] = {}
    for copy, verdict in judged.items():
        known = best.get(copy.letter.message_id, order[-1])
        best[copy.letter.message_id] = min(known, verdict, key=order.index)
    return best


def correspondents(judged: Mapping[Copy, str], log_only: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Give who stands in the headers of letters to be told about: in how many, and the strongest verdict of them."""
    best = strongest(judged) | {row["internet_message_id"]: row["verdict"] for row in log_only}
    told = ("accessed", "copied", "quoted", "in_reach")
    letters: dict[str, Letter] = {copy.letter.message_id: copy.letter for copy in judged}
    found: dict[str, dict[str, Any]] = {}
    for message, letter in letters.items():
        if best[message] not in told:
            continue
        for person in {letter.sender, *letter.recipients}:
            row = found.setdefault(
                person.address,
                {
                    "address": person.address,
                    "letters": 0,
                    "verdict": best[message],
                    "shared": person.address in _SHARED,
                },
            )
            row["letters"] += 1
            row["verdict"] = min(row["verdict"], best[message], key=told.index)
    return [found[address] for address in sorted(found) if not address.endswith(world.PHISH_DOMAIN)]


_SHARED = {
    world.LIST_ADDRESS,
    *(one.address for one in (world.DESK, world.EDITOR, world.ADMIN, *world.OUTSIDERS["kyokai"])),
}
"""Addresses of roles, lists and machines."""


def _file(roster: Roster) -> Attachment:
    """Write a list as a workbook, or as a text with a block of fields a person."""
    if roster.filename.endswith(".xlsx"):
        return Attachment(roster.filename, _XLSX, _workbook(roster))
    lines = []
    for row in roster.rows:
        lines += [f"{head}: {value}" for head, value in zip(roster.head, row, strict=True)] + [""]
    return Attachment(roster.filename, "text/plain", "\r\n".join(lines).encode("utf-8-sig"))


def _workbook(roster: Roster) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": _MADE})
    sheet = book.add_worksheet()
    for number, row in enumerate((roster.head, *roster.rows)):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    book.close()
    return buffer.getvalue()
