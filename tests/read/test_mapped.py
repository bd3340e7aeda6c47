"""Logs that a person has explained: the example of the how-to, every way to say a column, and every mistake."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import Row, tables
from work import growth

from unsealed import schema
from unsealed.errors import UsageError
from unsealed.plugins import discover
from unsealed.read import read
from unsealed.read import settings as kept
from unsealed.read.intake.looks import unrecognised
from unsealed.read.mapped import READER
from unsealed.read.mapping import load
from unsealed.read.reader import Part, Place, Settings

if TYPE_CHECKING:
    from unsealed.case import Case

HOW_TO = (Path(__file__).parents[2] / "docs" / "how-to" / "map-a-log.md").read_text(encoding="utf-8")
LOG = re.findall(r"```\n(Time;.*?)```", HOW_TO, re.DOTALL)[0]
MAPPING = re.findall(r"```toml\n(.*?)```", HOW_TO, re.DOTALL)[0]
NINE = int(datetime(2023, 5, 1, 9, 0, 4, tzinfo=UTC).timestamp() * 1_000_000)
LEAST = 'source = "x1"\n[recognise]\n{}\n[columns]\ntime = "t"\noperation = "o"\n'


def mapped(folder: Path, text: str, data: bytes | str, timezone: str = "UTC", step: int = 0) -> dict[str, list[Row]]:
    mapping, log = folder / f"{abs(hash(text))}.toml", folder / "log.txt"
    mapping.write_text(text, encoding="utf-8")
    log.write_bytes(data.encode() if isinstance(data, str) else data)
    told = Settings(mappings=(str(mapping),))
    size = log.stat().st_size
    assert READER.detect(log.read_bytes()[:65536], "log.txt") == 0
    assert READER.recognise(log.read_bytes()[:65536], "in/log.txt", told) == 100
    found: dict[str, list[Row]] = {name: [] for name in ("events", "accesses", "skipped")}
    cuts = [(at, min(at + step, size)) for at in range(0, size, step)] if step else READER.ranges(str(log), size)
    for start, end in cuts:
        part = Part(str(log), "in/log.txt", "e", size, start, end, Place(), timezone, told)
        for table, row in READER.read(part):  # type: ignore[misc]  # this reader gives rows
            found[table].append(dict(zip(schema.TABLES[table].schema.names, row, strict=True)))
    return found


def test_the_example_of_the_how_to(tmp_path: Path) -> None:
    found = mapped(tmp_path, MAPPING, LOG)
    assert not found["skipped"]
    one, two = found["events"]
    assert (one["time"], one["time_basis"], one["source"]) == (NINE, None, "acme_webmail")
    assert (one["operation"], one["user"], one["client_ip"]) == ("READ", "hoshino.ren", "203.0.113.9")
    assert (one["outcome"], two["outcome"], two["operation"]) == ("success", "failure", "LOGIN")
    (access,) = found["accesses"]
    assert (access["access"], access["internet_message_id"], access["folder"]) == (
        "fetch",
        "<plan-1@partner.example>",
        "INBOX",
    )
    assert access["event_id"] == one["event_id"]


def test_the_whole_way_through_a_case(tmp_path: Path, empty_case: Case) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "webmail.csv").write_text(LOG)
    (tmp_path / "webmail.toml").write_text(MAPPING)
    with empty_case.lock():
        read(empty_case, [evidence], workers=0)
        (unread,) = tables(empty_case, "skipped")["skipped"]
        assert (unread["reason"], "--mapping" in unread["detail"]) == ("unrecognised", True)
        kept.keep(empty_case, mappings=[tmp_path / "webmail.toml"])
        read(empty_case, [evidence], workers=2)
    assert len(tables(empty_case, "events")["events"]) == 2


def test_json_by_paths(tmp_path: Path) -> None:
    text = """
        source = "filter"
        [recognise]
        keys = ["when", "actor.email"]
        [columns]
        time = "when"
        operation = { value = "view" }
        user = "actor.email"
        client_ip = { from = "note", match = 'from (\\S+)' }
        recipients = "to"
        sender = { from = ["envelope.from", "from"] }
        bytes_out = "size"
        record_id = "n"
        """
    line = '{"when": 1682931604, "actor": {"email": "Ren@X"}, "note": "from 203.0.113.9 ok", "to": ["A@x", "b@x"],'
    found = mapped(tmp_path, text, line + ' "from": "C@x", "size": 12, "n": 5}\n{"when": 1}\n' + line + '"n": 6}\n')
    one = found["events"][0]
    assert (one["time"], one["user"], one["client_ip"]) == (NINE, "ren@x", "203.0.113.9")
    assert (one["recipients"], one["sender"], one["bytes_out"]) == (["a@x", "b@x"], "c@x", 12)
    assert (len(found["events"]), [row["reason"] for row in found["skipped"]]) == (2, ["not_a_record"])


def test_a_csv_without_a_header_in_a_vendors_encoding(tmp_path: Path) -> None:
    text = """
        source = "filter"
        [recognise]
        file = "log.*"
        [csv]
        header = ["at", "who", "did"]
        separator = "|"
        encoding = "cp932"
        [columns]
        time = "at"
        operation = "did"
        user = "who"
        """
    found = mapped(tmp_path, text, "2023/05/01 18:00:04|星野|閲覧\n".encode("cp932"), "Asia/Tokyo")
    (one,) = found["events"]
    assert (one["time"], one["time_basis"]) == (NINE, "zone")
    assert (one["user"], one["operation"]) == ("星野", "閲覧")


def test_what_does_not_fit_is_told(tmp_path: Path) -> None:
    text = LEAST.format('columns = ["t", "o"]') + 'user = "Acount"\n'
    found = mapped(tmp_path, text, "t,o,Account\nsoon,x,a\n2023-05-01T09:00:04Z,,a\n2023-05-01T09:00:04Z,x,a\n")
    assert [row["reason"] for row in found["skipped"]] == ["mapping_column_missing", "unreadable_time", "not_a_record"]
    assert "'Acount'" in found["skipped"][0]["detail"]
    assert "t, o, Account" in found["skipped"][0]["detail"]
    assert [event["operation"] for event in found["events"]] == ["x"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("source = ", "not valid TOML"),
        ("", "source must be a short name"),
        ('source = "A B"', "source must be a short name"),
        ('source = "x1"', "[recognise] must tell the log"),
        (LEAST.format("columns = 5"), "[recognise] columns must be text"),
        (LEAST.format('columns = ["a"]\nkey = 1'), "[recognise] key is not known here; known are columns, file, keys"),
        ('source = "x1"\n[recognise]\ncolumns = ["a"]\n[columns]\ntime = "t"', "must say where the operation stands"),
        (LEAST.format('columns = ["a"]') + "user = 5", '[columns] user must be "Column"'),
        (LEAST.format('columns = ["a"]') + "usr = 'x'", "[columns] usr is not known here"),
        (LEAST.format('columns = ["a"]') + "user = {from = 'x', match = '('}", "is no regular expression"),
        (LEAST.format('columns = ["a"]') + "user = {from = 'x', timezone = 'Y'}", "user: timezone is not known here"),
        (LEAST.format('columns = ["a"]') + "outcome = {from = 'x', otherwise = 'ok'}", "otherwise must be"),
        (LEAST.format('columns = ["a"]').replace('"t"', '{from = "t", timezone = "Tokio"}'), "'Tokio' is no time zone"),
        (LEAST.format('columns = ["a"]') + "[csv]\nencoding = 'sjiss'", "'sjiss' is no encoding"),
        (LEAST.format('columns = ["a"]') + "[accesses]\naccess = 'read'", "[accesses] access must be one of bind"),
        (LEAST.format('columns = ["a"]') + "[accesses]\naccess = 'bind'", "needs internet_message_id"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load(str(path))
    assert str(caught.value).startswith(f"{path}: ")
    assert told in str(caught.value)


def test_a_mapping_takes_only_its_own_files(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING)
    told = Settings(mappings=(str(tmp_path / "m.toml"),))
    for head in (b"Time,Account\n1,2\n", b'{"Time": 1, "Account": 2}', b"From: x\n\ny", b"", b"\x00" * 100):
        assert READER.recognise(head, "x.csv", told) == 0


def test_who_is_told_of_mappings() -> None:
    assert "--mapping" in unrecognised(b"a,b,c\n1,2,3\n", "x")
    assert "--mapping" in unrecognised(b'{"a": 1}\n', "x")
    assert "--mapping" not in unrecognised(b"MZ\x90\x00\x03\x00\x00\x00", "x")
    assert "--mapping" not in unrecognised(b"dear all, this, is a note\nwith lines\n", "x")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\r\n\x00'), max_size=30)))
def test_nothing_is_lost(tmp_path: Path, lines: list[str]) -> None:
    lines = [line for line in lines if line.strip(",;\t| ")]
    text = LEAST.format('columns = ["t", "o"]')
    found = mapped(tmp_path, text, "\n".join(["t,o", *lines, "2023-05-01T09:00:04Z,end"]) + "\n")
    places = {row["locator"] for row in found["events"] + found["skipped"]}
    assert len(places) == len(lines) + 1


HOSTILE = (
    b" " * 65536,
    b"\n" * 65536,
    b"[" * 65536,
    b'{"d":' * 13000,
    b'"' * 65536,
    b"," * 65536,
    b'{"value":[' * 6000,
)


@pytest.mark.parametrize("name", ["entra_logs", "google_reports", "message_trace"])
@pytest.mark.parametrize("head", HOSTILE, ids=range(len(HOSTILE)))
def test_work_of_detection_grows_no_faster_than_what_is_looked_at(name: str, head: bytes) -> None:
    reader = discover("unsealed.read", "READER")[name]
    assert reader.detect(head, "x") == 0
    unrecognised(head, "x")
    assert growth(lambda size: head[:size], lambda part: (reader.detect(part, "x"), unrecognised(part, "x")), 4_096) < 6


def test_a_mapping_with_a_mistake_is_not_taken_into_the_case(tmp_path: Path, empty_case: Case) -> None:
    (tmp_path / "m.toml").write_text(MAPPING.replace("acme_webmail", "Acme Webmail"))
    with empty_case.lock(), pytest.raises(UsageError, match="source must be a short name"):
        kept.keep(empty_case, mappings=[tmp_path / "m.toml"])
    assert not kept.load(empty_case).mappings
