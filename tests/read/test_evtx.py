"""Windows event logs: what they tell of sign-ins, and what damage costs."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from evtx_sample import CHUNK, event, log
from logs import checked, read

from unsealed.read import evtx, reader
from unsealed.read.evtx import READER

if TYPE_CHECKING:
    from pathlib import Path

LET_IN = {
    "TargetUserName": "Ren",
    "TargetDomainName": "CSPA",
    "IpAddress": "::ffff:203.0.113.7",
    "TargetLogonId": "0x3e7",
}


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_sign_in(tmp_path: Path) -> None:
    (found,), skipped = checked(READER, written(tmp_path / "Security.evtx", log([(7, event(7, **LET_IN))])))
    assert not skipped
    assert found["time"] == 1682902923456789
    assert (found["source"], found["operation"], found["outcome"]) == ("windows_security", "4624", "success")
    assert (found["user"], found["client_ip"], found["session_id"]) == ("cspa\\ren", "203.0.113.7", "0x3e7")
    assert found["record_id"] == "mx1.cspa.go.jp.example/security/7"
    assert json.loads(found["raw"])["Event"]["EventData"]["TargetUserName"] == "Ren"


@pytest.mark.parametrize(
    ("event_id", "data", "user", "outcome"),
    [
        (4625, {"TargetUserName": "ren", "SubjectUserName": "MX1$"}, "ren", "failure"),
        (4720, {"TargetUserName": "new", "SubjectUserName": "admin"}, "admin", "success"),
        (4776, {"TargetUserName": "ren", "Status": "0xc000006a"}, "ren", "failure"),
        (4776, {"TargetUserName": "ren", "Status": "0x0"}, "ren", "success"),
        (4688, {"SubjectUserName": "-", "SubjectDomainName": "-"}, None, "success"),
    ],
)
def test_who_did_it_and_whether_it_was_let_happen(
    tmp_path: Path, event_id: int, data: dict[str, str], user: str | None, outcome: str
) -> None:
    (found,), _ = checked(READER, written(tmp_path / "x.evtx", log([(1, event(1, event_id, **data))])))
    assert (found["operation"], found["user"], found["outcome"]) == (str(event_id), user, outcome)


def test_a_log_is_cut_between_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = [[(n * 3 + k, event(n * 3 + k, **LET_IN)) for k in range(3)] for n in range(5)]
    path = written(tmp_path / "x.evtx", log(*chunks))
    whole, _ = checked(READER, path)
    assert len(whole) == 15
    monkeypatch.setattr(evtx, "RANGE", 2 * CHUNK)
    cuts = READER.ranges(str(path), path.stat().st_size)
    assert len(cuts) == 3
    parts = [made for start, end in cuts for made in READER.read(_part(path, start, end))]
    made = [value for batch in parts if isinstance(batch, reader.Batch) for value in batch.columns["event_id"]]
    assert made == [found["event_id"] for found in whole]


def _part(path: Path, start: int, end: int) -> reader.Part:
    from samples import part

    return part(path, start, end)


def test_a_damaged_chunk_costs_itself(tmp_path: Path) -> None:
    data = bytearray(log(*[[(n, event(n, **LET_IN))] for n in range(1, 4)]))
    data[4096 + CHUNK : 4096 + 2 * CHUNK] = random.Random(1).randbytes(CHUNK)
    events, skipped = checked(READER, written(tmp_path / "x.evtx", bytes(data)))
    assert len(events) == 2
    assert [(row["reason"], row["locator"]) for row in skipped] == [("damaged_chunk", f"byte:{4096 + CHUNK}+{CHUNK}")]


def test_a_damaged_record_costs_itself_and_is_named(tmp_path: Path) -> None:
    data = bytearray(log([(n, event(n, **LET_IN)) for n in range(1, 4)]))
    first = data.index(b"**\x00\x00")
    length = int.from_bytes(data[first + 4 : first + 8], "little")
    data[first + length + 40 : first + length + 80] = b"\xff" * 40
    events, skipped = checked(READER, written(tmp_path / "x.evtx", bytes(data)))
    assert [str(found["record_id"])[-1] for found in events] == ["1", "3"]
    assert [row["reason"] for row in skipped] == ["damaged_record"]
    assert str(skipped[0]["locator"]).startswith(f"byte:{first + length}+")


def test_without_its_header_or_its_end_a_log_is_still_read(tmp_path: Path) -> None:
    data = log([(1, event(1, **LET_IN))], [(2, event(2, **LET_IN))])
    assert len(checked(READER, written(tmp_path / "a.evtx", data[4096:]))[0]) == 2
    assert len(checked(READER, written(tmp_path / "b.evtx", data[: 4096 + CHUNK + 20_000]))[0]) == 2
    assert len(read(READER, written(tmp_path / "c.evtx", data[:4096]))[0]) == 0


def test_a_chunk_that_lost_only_its_name_is_read(tmp_path: Path) -> None:
    data = log([(1, event(1, **LET_IN))]).replace(b"ElfChnk\x00", b"XXXXXXXX")
    assert len(checked(READER, written(tmp_path / "a.evtx", data))[0]) == 1


def test_nothing_raises_whatever_is_damaged(tmp_path: Path) -> None:
    chance = random.Random(7)
    good = log([(n, event(n, **LET_IN)) for n in range(1, 6)])
    for _ in range(150):
        data = bytearray(good[: 4096 + 8192])
        for _ in range(chance.randrange(1, 30)):
            data[chance.randrange(4096, len(data))] = chance.randrange(256)
        events, skipped = read(READER, written(tmp_path / "x.evtx", bytes(data)))
        assert len(events) + len(skipped) >= 1
