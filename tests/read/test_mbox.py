"""mbox in all its dialects."""

from __future__ import annotations

import itertools
import mailbox
import re
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import mail, mbox, messages, part, rows, spot

from unsealed.read import reader as protocol
from unsealed.read.mbox import READER

# Counted by hand: `From ` lines with a date and a clock, at a line's beginning, with a header line behind.
EDGE = {
    "hyperkitty_2016_april.mbox": 3,
    "hyperkitty_2016_march.mbox": 1,
    "mbox_complex.mbox": 2,
    "mbox_iso8859_encoding.mbox": 1,
    "mbox_multipart.mbox": 2,
    "mbox_no_fields.mbox": 6,
    "mbox_single.mbox": 1,
    "mbox_unixfrom_encoding.mbox": 1,
    "mbox_unknown_encoding.mbox": 1,
    "n47hcfdt6z70tqxvnhgn3zrdwqgg36yl.mbox": 1,
    "pipermail_2015_november.mbox": 4,
    "pipermail_2016_april.mbox": 3,
    "pipermail_2016_march.mbox": 1,
    "users_ponymail_apache_org_2019-09.mbox": 4,
    "users_ponymail_apache_org_2022-01.mbox": 6,
}


def test_letters_come_out_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "Inbox"
    found = messages(READER, path, mbox(mail(n) for n in range(5)))
    assert [row["subject"] for row in found] == [f"Letter {n}" for n in range(5)]
    for row in found:
        assert spot(path, row["locator"]).startswith(b"From bob@example.com")
        assert f"Subject: {row['subject']}".encode() in spot(path, row["locator"])
    assert found[0]["text"] == "This is letter 0."


def test_from_in_a_body_is_no_border(tmp_path: Path) -> None:
    body = "Hello,\n\nFrom here on it is text.\nFrom me\n\nFrom Monday on, 3 people\nwill come.\nFrom: not a header line either\n"
    found = messages(READER, tmp_path / "m", mbox([mail(1, body), mail(2)]))
    assert len(found) == 2
    assert "From Monday on" in found[0]["text"]


def test_quoted_from_lines_are_unquoted(tmp_path: Path) -> None:
    found = messages(READER, tmp_path / "m", mbox([mail(1, "a\n>From here\n>>From there\n>Not quoted\n")]))
    assert found[0]["text"] == "a\nFrom here\n>From there\n>Not quoted"


@pytest.mark.parametrize(
    "line",
    [
        "From bob@example.com Mon Mar  1 10:00:00 2021",
        "From bob at example.com  Mon Mar  1 10:00:00 2021",
        "From MAILER-DAEMON Mon Mar  1 10:00:00 2021",
        "From 1234567890@xxx Mon Mar 01 10:00:00 +0000 2021",
        "From bob@example.com Mon Mar  1 10:00 JST 2021",
        "From - Mon Mar 01 10:00:00 2021",
        "From bob@example.com",
        "From bob@example.com  Mon, 1 Mar 2021 10:00:00 +0900",
        "From ",
        "From -",
        '"From bob" x',
    ],
)
def test_from_lines_of_many_programs(tmp_path: Path, line: str) -> None:
    data = b"\n".join(line.encode() + b"\n" + mail(n) for n in (1, 2))
    expected = 2 if line.startswith("From") else 0
    assert len(messages(READER, tmp_path / "m", data)) == expected
    assert (READER.detect(data, "m") >= 20) == bool(expected)


def test_line_ends_of_windows(tmp_path: Path) -> None:
    data = mbox([mail(1), mail(2, "a\n\nb\n")]).replace(b"\n", b"\r\n")
    assert [row["text"] for row in messages(READER, tmp_path / "m", data)] == ["This is letter 1.", "a\n\nb"]


def test_a_content_length_that_lies_loses_nothing(tmp_path: Path) -> None:
    letters = [mail(1, Content_Length="99999"), mail(2, Content_Length="3"), mail(3, Content_Length="x"), mail(4)]
    assert len(messages(READER, tmp_path / "m", mbox(letters))) == 4


def test_a_content_length_that_is_right_keeps_a_letter_in_the_letter(tmp_path: Path) -> None:
    inner = "See below.\n\nFrom carol@example.com Mon Mar  1 10:00:00 2021\nSubject: inner\n\ninner text\n"
    found = messages(READER, tmp_path / "m", mbox([mail(1, inner, Content_Length=str(len(inner))), mail(2)]))
    assert [row["subject"] for row in found] == ["Letter 1", "Letter 2"]
    assert "inner text" in found[0]["text"]


def test_cut_in_the_middle_of_a_letter(tmp_path: Path) -> None:
    data = mbox([mail(1), mail(2, "long text " * 50)])
    found = messages(READER, tmp_path / "m", data[:-200])
    assert len(found) == 2
    assert found[1]["text"].startswith("long text")


def test_bytes_before_the_first_letter_are_told(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(b"junk\n\n" + mbox([mail(1)]))
    found = rows(READER, path)
    assert len(found["messages"]) == 1
    assert [row["reason"] for row in found["skipped"]] == ["not_mail"]


def test_a_letter_without_headers_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(mbox([mail(1), b"X-Nothing: of use\n\nbody", mail(3)]))
    found = rows(READER, path)
    assert [row["subject"] for row in found["messages"]] == ["Letter 1", "Letter 3"]
    assert [row["reason"] for row in found["skipped"]] == ["no_headers"]


def test_a_hostile_from_line_does_not_take_long(tmp_path: Path) -> None:
    data = mbox([mail(1)]) + b"\nFrom " + b"Mon Jan 1 " * 100_000 + b"\n" + b"\nFrom Jan 1 a" * 50_000
    assert len(messages(READER, tmp_path / "m", data)) >= 1


MIXED = (
    mbox(
        [
            mail(1),
            mail(2, "\n\nFrom here on\n\nFrom x\n"),
            mail(3, "a\n>From b\n"),
            mail(4, "x" * 300, Content_Length="301"),
            mail(5, "See\n\nFrom c@example.com Mon Mar  1 10:00:00 2021\nSubject: in\n\nin\n", Content_Length="73"),
            mail(6),
        ]
    )
    + b"From a@b\nSubject: short\n\nend"
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(1, len(MIXED) - 1), max_size=8))
def test_any_cut_into_ranges_gives_the_same_letters(tmp_path: Path, cuts: list[int]) -> None:
    path = tmp_path / "m"
    path.write_bytes(MIXED)
    borders = sorted({0, len(MIXED), *cuts})
    found: list[Any] = []
    for begin, end in itertools.pairwise(borders):
        found += list(READER.read(part(path, begin, end)))
    assert found == list(READER.read(part(path)))


@pytest.mark.parametrize("size", [64, 500, 4096])
def test_small_ranges_give_the_same_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = tmp_path / "m"
    path.write_bytes(MIXED * 3)
    whole = rows(READER, path)
    monkeypatch.setattr(protocol, "RANGE", size)
    assert len(READER.ranges(str(path), path.stat().st_size)) > 1
    assert rows(READER, path) == whole


@pytest.mark.parametrize("name", sorted(EDGE))
def test_edge_cases_of_others(shared: Path, tmp_path: Path, name: str) -> None:
    path = shutil.copyfile(shared / "mail" / "mbox_edge" / name, tmp_path / name)
    found = rows(READER, path)
    with closing(mailbox.mbox(path)) as box:
        assert len(found["messages"]) == EDGE[name] == len(box)
    assert not found["skipped"]


@pytest.mark.parametrize(
    "name",
    [
        "r-devel_1999-July",
        "r-devel_2000-December",
        "r-devel_2001-April",
        "r-sig-mac_2017-February",
        "r-sig-mac_2018-July",
    ],
)
def test_months_of_mailing_lists(shared: Path, name: str) -> None:
    path = shared / "mail" / "threads_r_lists" / f"{name}.txt"
    data = path.read_bytes()
    by_hand = len(re.findall(rb"(?m)^From .*\d\d:\d\d:\d\d \d{4}$", data))
    found = rows(READER, path)["messages"]
    assert len(found) == by_hand
    assert sum(row["date"] is None for row in found) <= 1
    assert all("@" in (row["from_address"] or "@") for row in found)
