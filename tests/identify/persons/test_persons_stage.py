"""The stage: from the tables of a case to `people`, `person_keys`, `stands`, `shared`; and what people decide, by command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from unsealed import schema
from unsealed.case import Case
from unsealed.cli import main
from unsealed.errors import UsageError
from unsealed.identify.key import keyed_hash
from unsealed.identify.persons import build, decide
from unsealed.query import engine, replace

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"k" * 32
PARTNER = '\n[[partner]]\nname = "Ally CERT"\ndomains = ["cert.example.net"]\n'
SPOTTED = """CREATE TEMP TABLE spotted(message_id VARCHAR, attachment_id VARCHAR, part VARCHAR, start BIGINT, "end" BIGINT, name VARCHAR,
    how VARCHAR, grp BIGINT)"""
GROUPS = 'CREATE TEMP TABLE groups(message_id VARCHAR, attachment_id VARCHAR, part VARCHAR, grp BIGINT, start BIGINT, "end" BIGINT)'


def letter(number: int, sender: tuple[str, str], *to: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {
        "message_id": f"m{number}",
        "content_hash": f"h{number}",
        "conversation_id": f"c{number}",
        "from_address": sender[0],
        "from_name": sender[1],
        "to": [{"address": address, "name": name} for address, name in to],
        "text": "",
        **more,
    }


def lay(case: Case, letters: list[dict[str, Any]], verdicts: dict[str, str] | None = None) -> Case:
    """Put letters into a case; all are to be told about unless `verdicts` says otherwise."""
    replace(case, "messages", pa.Table.from_pylist(letters, schema.TABLES["messages"].schema))
    told = [
        {"message_id": one["message_id"], "content_verdict": (verdicts or {}).get(one["message_id"], "accessed")}
        for one in letters
    ]
    replace(case, "exposures", pa.Table.from_pylist(told, schema.TABLES["exposures"].schema))
    return Case.open(case.folder)


def built(
    case: Case, spotted: list[tuple[Any, ...]] | None = None, groups: list[tuple[Any, ...]] | None = None
) -> dict[str, list[Any]]:
    """Give the rows of the temporary tables."""
    with engine(case) as db:
        if spotted is not None:
            db.execute(SPOTTED)
            db.execute(GROUPS)
            for row in spotted:
                db.execute("INSERT INTO spotted VALUES (?, ?, ?, ?, ?, ?, ?, ?)", list(row))
            for row in groups or []:
                db.execute("INSERT INTO groups VALUES (?, ?, ?, ?, ?, ?)", list(row))
        build(db, case, KEY)
        return {
            name: db.rows(f"SELECT * FROM {name} ORDER BY ALL")
            for name in ("people", "person_keys", "stands", "shared", "headed")
        }


def by_address(found: dict[str, list[Any]], address: str) -> dict[str, Any]:
    (row,) = [one for one in found["people"] if address in one["addresses"]]
    assert isinstance(row, dict)
    return row


@pytest.fixture
def case(empty_case: Case) -> Case:
    toml = empty_case.folder / "case.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + PARTNER, encoding="utf-8")
    return Case.open(empty_case.folder)


HOLT, HOLT_TOO = ("ann.holt@example.org", "Holt, Ann"), ("aholt@hq.example.org", "Ann Holt")
REED, NEWS = ("bo.reed@cert.example.net", "Bo Reed"), ("newsletter@shop.example", "The Shop")


def test_people_of_headers_with_all_that_is_said_of_them(case: Case) -> None:
    text = "Dear Bo,\nplease find the report that you asked for.\n\n-- \nAnn Holt\nHolt & Partners Ltd.\n"
    text += "Tel: +49 30 90182 0000\nFax: +49 30 90182 0001\n"
    letters = [
        letter(1, HOLT, REED, text=text),
        letter(2, HOLT_TOO, REED, ("aholt@hq.example.org", ""), NEWS),
        letter(
            3, REED, HOLT, reply_to="Bo.Reed@cert.example.net", cc=[{"address": "info@cert.example.net", "name": ""}]
        ),
        letter(4, ("secret@never.example", "Not Told"), HOLT),
    ]
    found = built(lay(case, letters, {"m4": "out_of_reach"}))
    assert len(found["people"]) == 2
    ann, bo = by_address(found, HOLT[0]), by_address(found, REED[0])
    assert ann["addresses"] == [HOLT[0], HOLT_TOO[0]] or ann["addresses"] == [HOLT_TOO[0], HOLT[0]]
    assert set(ann["names"]) == {"Holt, Ann", "Ann Holt"}
    assert ann["phones"] == ["+4930901820000"], "a fax is nobody's phone"
    assert (ann["internal"], ann["organisation"], ann["partner"]) == (True, "Example Agency", None)
    assert (ann["language"], ann["country"]) == ("en", "DE")
    assert (bo["internal"], bo["organisation"], bo["partner"]) == (False, "Ally CERT", "Ally CERT")
    (merge,) = ann["merges"]
    assert {merge["one"], merge["other"]} == {HOLT[0], HOLT_TOO[0]}
    assert merge["reason"]
    roles = {(row["message_id"], row["role"]) for row in found["stands"] if row["person_id"] == ann["person_id"]}
    assert roles == {("m1", "from"), ("m2", "from"), ("m2", "to"), ("m3", "to")}
    assert {row["role"] for row in found["stands"] if row["person_id"] == bo["person_id"]} == {"from", "to", "reply_to"}
    assert {row["address"]: row["reason"] for row in found["shared"]} == {
        "info@cert.example.net": 'a role: "info" is the address',
        "newsletter@shop.example": 'a role: "newsletter" is the address',
    }
    keys = {(row["kind"], row["key"]) for row in found["person_keys"] if row["person_id"] == ann["person_id"]}
    assert {("address", HOLT[0]), ("phone", "+4930901820000"), ("name", "ann holt"), ("record", f"a:{HOLT[0]}")} <= keys


def test_a_name_in_a_text_is_that_of_the_one_in_the_headers_who_has_it_unless_their_own_address_is_another(case: Case) -> None:
    text = "Name: Bo Reed\nRoom: 7\n"
    letters = [letter(1, HOLT, REED, text=text), letter(2, HOLT, ("c.poe@w.example", "Cy Poe"), text=text)]
    spotted = [(f"m{n}", None, "text", 6, 13, "Bo Reed", "field", 0) for n in (1, 2)]
    groups = [(f"m{n}", None, "text", 0, 0, len(text)) for n in (1, 2)]
    found = built(lay(case, letters), spotted, groups)
    bo = by_address(found, REED[0])
    others = [one for one in found["people"] if one["names"] == ["Bo Reed"] and one is not bo]
    assert [merge["reason"].rpartition("; ")[2] for merge in bo["merges"]] == ["in a letter of that address or to it"]
    assert len(others) == 1, "who that is whom the second letter names can't be told"


def test_an_address_that_many_write_to_and_that_never_writes_is_a_list_unless_it_has_a_persons_name(case: Case) -> None:
    friends, quiet, dave = ("fork@x.example", "FoRK"), ("lee@x.example", "Lee Nakano"), ("dl@x.example", "Dave Long")
    writers = [(f"w{n}.writer@y{n}.example", f"Ann{'abcde'[n]} Writer{'abcde'[n]}") for n in range(5)]
    letters = [letter(n, writer, friends, quiet, dave) for n, writer in enumerate(writers)]
    found = built(lay(case, letters))
    assert {row["address"]: row["reason"] for row in found["shared"]} == {
        "fork@x.example": "a mailing list: 5 addresses wrote to it, and it never wrote"
    }
    assert by_address(found, quiet[0])
    assert by_address(found, dave[0])


def test_two_of_a_common_name_in_one_mass_mailing_stay_two(case: Case) -> None:
    smiths = [("john.smith12@gmail.com", "John Smith"), ("jsmith77@yahoo.com", "John Smith")]
    crowd = [(f"p{n}.q{n}@y{n}.example", "") for n in range(40)]
    found = built(lay(case, [letter(1, HOLT, *smiths, *crowd)]))
    assert by_address(found, smiths[0][0]) != by_address(found, smiths[1][0])


def test_a_firm_in_a_signature_is_told_without_the_name_beside_it(case: Case) -> None:
    text = "資料を送ります。\n\n-- \n上野 早苗 東雲保守サービス株式会社\n"
    sender = ("ueno@shinonome.example", "上野 早苗")
    found = built(lay(case, [letter(n, sender, REED, text=text) for n in (1, 2)]))
    assert by_address(found, sender[0])["organisation"] == "東雲保守サービス株式会社"


def test_copies_of_a_letter_count_once_and_every_copy_is_stood_in(case: Case) -> None:
    letters = [
        letter(1, HOLT, REED),
        {**letter(2, HOLT, REED), "content_hash": "h1"},
        letter(3, HOLT_TOO, REED),
        letter(4, HOLT_TOO, REED),
    ]
    found = built(lay(case, letters))
    ann = by_address(found, HOLT[0])
    assert ann["addresses"] == [HOLT_TOO[0], HOLT[0]], "the one most used first"
    assert len({row["message_id"] for row in found["stands"] if row["person_id"] == ann["person_id"]}) == 4


def test_names_in_both_scripts_and_a_language_of_their_own(case: Case) -> None:
    text = "お世話になっております。田中です。資料をお送りします。\n\n--------\n田中 太郎 (Taro Tanaka)\n例株式会社\n"
    text += "TEL 03-3123-4567\n--------\n"
    letters = [
        letter(1, ("t-tanaka@rei.example.jp", ""), HOLT, text=text),
        letter(2, HOLT, ("taro.tanaka@rei.example.jp", "Taro Tanaka")),
    ]
    taro = by_address(built(lay(case, letters)), "t-tanaka@rei.example.jp")
    assert set(taro["addresses"]) == {"t-tanaka@rei.example.jp", "taro.tanaka@rei.example.jp"}
    assert "田中 太郎" in taro["names"]
    assert taro["phones"] == ["+81331234567"]
    assert (taro["organisation"], taro["language"], taro["country"]) == ("例株式会社", "ja", "JP")


def test_quoted_signatures_are_somebody_elses(case: Case) -> None:
    text = "Fine.\n\nOn Monday Bo Reed wrote:\n> hello\n\n-----Original Message-----\nFrom: Bo Reed\n\nBo Reed\n+49 30 90182 0000\n"
    ann = by_address(built(lay(case, [letter(1, HOLT, REED, text=text), letter(2, HOLT, REED, text=text)])), HOLT[0])
    assert ann["phones"] == []
    assert ann["names"] == ["Holt, Ann"]


def rows_of(case: Case, table: str, mentions: list[tuple[str, str]], kinds: dict[str, str]) -> None:
    """Lay a sheet on letter m1, and what was found in it: (kind, value)."""
    sheet = {"attachment_id": "a1", "message_id": "m1", "filename": "list.csv", "text": table}
    replace(case, "attachments", pa.Table.from_pylist([sheet], schema.TABLES["attachments"].schema))
    found = []
    for kind, value in mentions:
        start = table.index(value)
        found.append(
            {
                "message_id": "m1",
                "attachment_id": "a1",
                "part": "attachment",
                "kind": kind,
                "value_hash": keyed_hash(KEY, kind, value),
                "start": start,
                "end": start + len(value),
                "identifier": kinds.get(kind, kind),
            }
        )
    replace(case, "mentions", pa.Table.from_pylist(found, schema.TABLES["mentions"].schema))


TABLE = (
    "Ann Holt,ann.holt@example.org,078-05-1120\nCy Quill,cy@quill.example,age 12\nBo Reed (guardian of Cy Quill, age 12),030 901820,\n"
    "Di Vance,,safeguarding case\n"
)


def test_people_who_only_stand_in_a_table(case: Case) -> None:
    case = lay(case, [letter(1, HOLT, REED)])
    rows_of(
        case,
        TABLE,
        [("email_address", "ann.holt@example.org"), ("us_ssn", "078-05-1120"), ("email_address", "cy@quill.example")],
        {},
    )
    spotted, groups, at = [], [], 0
    for number, (line, name) in enumerate(
        zip(TABLE.splitlines(), ("Ann Holt", "Cy Quill", "Bo Reed", "Di Vance"), strict=True)
    ):
        spotted.append(("m1", "a1", "attachment", at, at + len(name), name, "row", number))
        groups.append(("m1", "a1", "attachment", number, at, at + len(line)))
        at += len(line) + 1
    found = built(case, spotted, groups)
    ann, cy = by_address(found, HOLT[0]), by_address(found, "cy@quill.example")
    (di,) = [one for one in found["people"] if one["names"] == ["Di Vance"]]
    assert (cy["names"], cy["minor"], cy["vulnerable"]) == (["Cy Quill"], True, False)
    assert (ann["minor"], ann["vulnerable"], di["minor"], di["vulnerable"]) == (False, False, False, True)
    assert not any(one["minor"] for one in found["people"] if "Bo Reed" in one["names"]), "the guardian is no child"
    headed = {row["grp"]: row["person_id"] for row in found["headed"]}
    assert (headed[0], headed[1], headed[3]) == (ann["person_id"], cy["person_id"], di["person_id"])
    assert ("m1", "a1", "named") in {
        (row["message_id"], row["attachment_id"], row["role"])
        for row in found["stands"]
        if row["person_id"] == cy["person_id"]
    }
    again = built(case, spotted[::-1], groups[::-1])
    assert again["people"] == found["people"]


def test_an_address_in_a_text_that_nobody_wrote_to_is_somebody(case: Case) -> None:
    case = lay(case, [letter(1, HOLT, REED)])
    rows_of(
        case,
        "write to Dora.Vance@y.example or info@y.example",
        [("email_address", "Dora.Vance@y.example"), ("email_address", "info@y.example")],
        {},
    )
    found = built(case, [], [])
    dora = by_address(found, "dora.vance@y.example")
    assert dora["names"] == ["Dora Vance"]
    assert not any("info@y.example" in one["addresses"] for one in found["people"])
    assert {
        (row["attachment_id"], row["role"]) for row in found["stands"] if row["person_id"] == dora["person_id"]
    } == {("a1", "named")}


# -- what people decide ------------------------------------------------------------------------------------------------


def register(case: Case) -> list[dict[str, Any]]:
    """Build, and keep `persons` as the register does."""
    rows: list[dict[str, Any]] = built(case)["people"]
    replace(case, "persons", pa.Table.from_pylist(rows, schema.TABLES["persons"].schema))
    return rows


def said(case: Case, *words: str) -> str:
    done = CliRunner().invoke(main, ["decide", str(case.folder), *words])
    assert done.exit_code == 0, done.output
    return done.output


def homes(case: Case) -> dict[str, str]:
    return {address: row["person_id"] for row in register(case) for address in row["addresses"]}


def test_people_merge_and_split_by_command_and_it_outlives_every_run(case: Case) -> None:
    other = ("a.h@elsewhere.example", "Anna")
    case = lay(case, [letter(1, HOLT, REED), letter(2, HOLT_TOO, other)])
    before = homes(case)
    assert before[HOLT[0]] == before[HOLT_TOO[0]] != before[other[0]]
    said(case, "merge", before[HOLT[0]][:12], other[0])
    assert len({homes(case)[one] for one in (HOLT[0], HOLT_TOO[0], other[0])}) == 1
    said(case, "split", other[0], HOLT_TOO[0])
    after = homes(case)
    assert after[HOLT[0]] == after[other[0]] != after[HOLT_TOO[0]]
    case = lay(
        case, [letter(1, HOLT, REED), letter(2, HOLT_TOO, other), letter(3, ("ann_holt@example.org", "Ann Holt"), REED)]
    )
    later = homes(case)
    assert later[HOLT[0]] == later[other[0]] != later[HOLT_TOO[0]]
    said(case, "merge", HOLT[0], HOLT_TOO[0])
    final = homes(case)
    assert final[HOLT[0]] == final[HOLT_TOO[0]] == final[other[0]]
    logged = [entry for entry in case.custody.entries() if entry.get("action") == "decide"]
    assert [entry["state"] for entry in logged] == ["merged", "split", "merged"]
    assert case.verify().broken_at is None


def test_two_people_behind_one_address_are_split_by_name(case: Case) -> None:
    box = "family@quill.example"
    case = lay(
        case,
        [
            letter(1, HOLT, (box, "Cy Quill")),
            letter(2, HOLT, (box, "Dora Quill")),
            letter(3, HOLT, (box, "")),
            letter(4, HOLT, (box, box)),
        ],
    )
    assert len([row for row in register(case) if box in row["addresses"]]) == 1
    said(case, "split", box, "Dora Quill")
    found = built(case)
    named = {row["names"][0]: row["person_id"] for row in found["people"] if box in row["addresses"]}
    assert set(named) == {"Cy Quill", "Dora Quill"}
    assert {row["message_id"] for row in found["stands"] if row["person_id"] == named["Dora Quill"]} == {"m2"}
    assert {row["message_id"] for row in found["stands"] if row["person_id"] == named["Cy Quill"]} == {
        "m1",
        "m3",
        "m4",
    }


def test_a_word_that_names_nobody_or_several_is_refused(case: Case) -> None:
    case = lay(case, [letter(1, HOLT, ("x@a.example", "Cy Quill")), letter(2, HOLT, ("y@b.example", "Cy Quill"))])
    rows = register(case)
    with pytest.raises(UsageError, match="no such person"):
        decide.find(rows, "Nobody Here")
    with pytest.raises(UsageError, match="2 persons have it"):
        decide.find(rows, "Quill, Cy")
    with pytest.raises(UsageError, match="Nothing would stay"):
        decide.split(case, rows, [HOLT[0], HOLT[0]])
    with pytest.raises(UsageError, match="one person already"):
        decide.merge(case, rows, [HOLT[0], "Ann Holt"])
    assert case.journal.decisions() == []


def test_a_case_without_letters_has_no_people(empty_case: Case, tmp_path: Path) -> None:
    assert tmp_path.exists()
    assert built(empty_case) == {"people": [], "person_keys": [], "stands": [], "shared": [], "headed": []}
