"""Outlook mailboxes: real ones of others, whole, in ranges, cut and damaged."""

import random
import shutil
from pathlib import Path

import pytest
from samples import Row, part, rows

from unsealed.read.outlook import veil
from unsealed.read.pst import READER
from unsealed.read.reader import Batch, Place


@pytest.fixture
def outlook(shared: Path) -> Path:
    return shared / "mail" / "outlook"


def test_only_outlooks_own_bytes_are_claimed() -> None:
    assert READER.detect(b"!BDN\0\0\0\0SM\x17\0" + b"\0" * 500, "x") >= 90
    assert READER.detect(b"!BDN\0\0\0\0AB", "a.pab") == 0
    assert READER.detect(b"From a@b", "a.pst") == 0


@pytest.mark.parametrize(
    "data", [b"!BDN\0\0\0\0SM\x17\0", b"!BDN\0\0\0\0SM\x17\0" + b"\0" * 5000, b"!BDN\0\0\0\0SM\x0e\0" + b"\xff" * 5000]
)
def test_a_ruin_is_told_once(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.pst"
    path.write_bytes(data)
    found = rows(READER, path)
    assert [row["reason"] for row in found["skipped"]] == ["damaged_mailbox"]


def test_the_cyclic_veil_is_lifted() -> None:
    # the other way round, by trying all values: the veil gives each byte a value of its own at each place
    plain, number = b"Attack at dawn", 0x1234_5678
    veiled = b""
    for place, wanted in enumerate(plain):
        veiled += next(
            bytes((value,)) for value in range(256) if veil.lift(veiled + bytes((value,)), 2, number)[place] == wanted
        )
    assert veil.lift(veiled, 2, number) == plain
    assert veil.lift(plain, 0, number) == plain
    assert sorted(veil.lift(bytes(range(256)), 1, 0)) == list(range(256))


def test_a_mailbox_with_folders_recipients_and_headers(outlook: Path) -> None:
    found = rows(READER, outlook / "testPST.pst")
    first = found["messages"][0]
    assert len(found["messages"]) == 7
    assert (first["subject"], first["from_address"]) == ("Re: Feature Generators", "kottmann@gmail.com")
    assert first["internet_message_id"] == "<530D9CAC.5080901@gmail.com>"
    assert "PreviousMapFeatureGenerator" in first["text"]
    (embedded,) = found["attachments"]
    assert (embedded["filename"], embedded["media_type"]) == ("First email.msg", "message/rfc822")
    assert embedded["text"]


def test_the_old_form_with_narrow_text(outlook: Path) -> None:
    (row,) = rows(READER, outlook / "32-bit.pst")["messages"]
    assert row["folder"] == "Calendar"
    assert len(row["to"]) == 4
    assert len(row["cc"]) == 3
    assert row["to"][0] == ("cyndy.foulkrod@stellent.com", "Cyndy Foulkrod")


def test_a_password_closes_nothing(outlook: Path) -> None:
    read = rows(READER, outlook / "passworded.pst")["messages"]
    assert {row["subject"] for row in read} >= {"contact name 1", "test dist list"}
    assert any("contact1@rjohnson.id.au" in row["text"] for row in read)


def test_all_forms_of_body(outlook: Path) -> None:
    read = rows(READER, outlook / "testPST_variousBodyTypes.pst")["messages"]
    assert {row["folder"] for row in read} == {"Inbox/tmp"}
    assert all("original email" in row["text"] for row in read)


def ranged(path: Path, count: int) -> list[Row]:
    size, found = path.stat().st_size, []
    for number in range(count):
        one = part(path, size * number // count, size * (number + 1) // count, Place("a@b.example", "given", None, "g"))
        for made in READER.read(one):
            assert not isinstance(made, Batch)
            found.append(made)
    return found  # type: ignore[return-value]  # plain rows are only compared


def test_ranges_of_any_size_give_the_same_rows(outlook: Path) -> None:
    path = outlook / "testPST.pst"
    assert ranged(path, 1) == ranged(path, 7) == ranged(path, 100)


@pytest.mark.parametrize("name", ["testPST.pst", "32-bit.pst", "passworded.pst", "testPST_variousBodyTypes.pst"])
def test_damage_never_raises_and_is_never_silent(outlook: Path, tmp_path: Path, name: str) -> None:
    path = shutil.copyfile(outlook / name, tmp_path / name)
    whole, data = len(rows(READER, path)["messages"]), path.read_bytes()
    dice = random.Random(name)  # the same damage on every run
    for _ in range(25):
        hurt = bytearray(data)
        for _ in range(40):
            place = dice.randrange(600, len(hurt))
            hurt[place : place + 16] = dice.randbytes(16)
        cut = dice.choice((len(hurt), dice.randrange(1000, len(hurt))))
        path.write_bytes(hurt[:cut])
        found = rows(READER, path)
        assert len(found["messages"]) >= whole or found["skipped"]
        assert len({row["locator"] for row in found["messages"]}) == len(found["messages"])


def test_a_broken_index_is_mended_from_the_pages(outlook: Path, tmp_path: Path) -> None:
    data = bytearray((outlook / "testPST.pst").read_bytes())
    data[0xE0:0xE8] = data[0xF0:0xF8] = b"\x11" * 8  # both trees' roots point nowhere
    path = tmp_path / "a.pst"
    path.write_bytes(data)
    found = rows(READER, path)
    assert [row["reason"] for row in found["skipped"]][:1] == ["damaged_mailbox"]
    assert {row["subject"] for row in found["messages"]} >= {"Re: Feature Generators", "Feature Generators"}
