"""Windows events as XML, as wevtutil and Event Viewer write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from evtx_sample import event, log
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from logs import checked, read

from unsealed.read import evtx
from unsealed.read.windows_xml import READER

if TYPE_CHECKING:
    from pathlib import Path


def written(number: int = 7, name: str = "Ren", event_id: int = 4624) -> str:
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        f"<Provider Name='Microsoft-Windows-Security-Auditing' Guid='{{1}}'/><EventID>{event_id}</EventID>"
        "<Keywords>0x8020000000000000</Keywords><TimeCreated SystemTime='2023-05-01T01:02:03.456789000Z'/>"
        f"<EventRecordID>{number}</EventRecordID><Channel>Security</Channel><Computer>MX1.cspa.go.jp.example</Computer>"
        f"<Security/></System><EventData><Data Name='TargetUserName'>{name}</Data><Data Name='TargetDomainName'>CSPA</Data>"
        "<Data Name='IpAddress'>203.0.113.7</Data></EventData></Event>"
    )


def test_an_event_is_the_one_of_the_log_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text(written())
    (found,), skipped = checked(READER, path)
    assert not skipped
    (tmp_path / "x.evtx").write_bytes(
        log([(7, event(7, TargetUserName="Ren", TargetDomainName="CSPA", IpAddress="203.0.113.7"))])
    )
    (other,), _ = read(evtx.READER, tmp_path / "x.evtx")
    differ = {"shape", "locator", "evidence_id", "raw"}
    assert {k: v for k, v in found.items() if k not in differ} == {k: v for k, v in other.items() if k not in differ}
    held = json.loads(found["raw"])["Event"]["EventData"]["Data"]
    assert held[0] == {"#attributes": {"Name": "TargetUserName"}, "#text": "Ren"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("frame", ["{}", "<?xml version='1.0' standalone='yes'?>\r\n<Events>\r\n{}\r\n</Events>"])
def test_with_and_without_a_frame_in_any_encoding(tmp_path: Path, encoding: str, frame: str) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(frame.format("\r\n".join(written(n, "星野") for n in range(20))).encode(encoding))
    events, skipped = checked(READER, path, *([] if encoding == "utf-16" else [100, 777]))
    assert len(events) == 20
    assert {found["user"] for found in events} == {"cspa\\星野"}
    assert not skipped


def test_a_broken_event_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text(
        written(1)
        + written(2)[:300]
        + written(3, "a &b")
        + written(4).replace("SystemTime", "X")
        + written(5)
        + written(6)[:200]
    )
    events, skipped = checked(READER, path, 100)
    assert [str(found["record_id"])[-1] for found in events] == ["1", "5"]
    assert [row["reason"] for row in skipped] == ["broken_event"] * 4


def test_nothing_expands_and_characters_that_xml_forbids_do_not_cost_the_event(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
    path.write_text(bomb + written(1, "&b;") + written(2, "R&#x1;en\x02"))
    events, skipped = checked(READER, path)
    assert [found["user"] for found in events] == ["cspa\\r en"]
    assert [row["reason"] for row in skipped] == ["broken_event"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.text(max_size=30), st.sampled_from([written(), "<Event>", "<Event><System>", "</Event>", "<a>" * 100])
        ),
        max_size=10,
    )
)
def test_whatever_is_in_it_nothing_raises_and_ranges_agree(tmp_path: Path, pieces: list[str]) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes((written(1) + "".join(pieces)).encode("utf-8", "surrogatepass"))
    events, skipped = read(READER, path)
    again, too = read(READER, path, 83)
    assert [found["locator"] for found in again] == [found["locator"] for found in events]
    assert too == skipped
