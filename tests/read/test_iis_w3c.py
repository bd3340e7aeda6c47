"""The web server's log: what a responder looks for in it, and what servers and crashes make of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from logs import checked, read, taken_by

from unsealed.read.iis_w3c import READER

if TYPE_CHECKING:
    from pathlib import Path

TOP = "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2023-05-01 00:00:00\r\n"
FIELDS = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes time-taken"  # noqa: E501
HEADER = f"{TOP}#Fields: {FIELDS}\r\n"


def micros(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def line(
    stem: str = "/owa/",
    query: str = "-",
    *,
    time: str = "2023-05-01 01:02:03",
    method: str = "GET",
    user: str = "-",
    ip: str = "203.0.113.7",
    agent: str = "Mozilla/5.0+(Windows+NT+10.0)",
    status: str = "200",
    size: str = "512",
) -> str:
    return f"{time} 10.0.0.1 {method} {stem} {query} 443 {user} {ip} {agent} - {status} 0 0 {size} 15\r\n"


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def one(tmp_path: Path, text: str) -> dict[str, object]:
    events, skipped = checked(READER, written(tmp_path / "u_ex230501.log", HEADER + text))
    assert not skipped
    return events[0]


def test_a_request_with_all_that_it_tells(tmp_path: Path) -> None:
    found = one(tmp_path, line("/owa/", "ae=Item&t=IPM.Note", user="CSPA\\Hoshino.Ren", ip="2001:db8::7%12"))
    assert found["time"] == micros("2023-05-01T01:02:03")
    assert found["operation"] == "GET"
    assert found["workload"] == "owa"
    assert found["user"] == "cspa\\hoshino.ren"
    assert found["client_ip"] == "2001:db8::7"
    assert found["client"] == "Mozilla/5.0 (Windows NT 10.0)"
    assert found["target"] == "/owa/?ae=Item&t=IPM.Note"
    assert found["outcome"] == "success"
    assert found["bytes_out"] == 512
    assert found["time_basis"] is None
    assert json.loads(str(found["raw"]))["cs-username"] == "CSPA\\Hoshino.Ren"


@pytest.mark.parametrize(
    ("stem", "workload"),
    [
        ("/EWS/Exchange.asmx", "ews"),
        ("/Microsoft-Server-ActiveSync/default.eas", "activesync"),
        ("/ecp/default.aspx", "ecp"),
        ("/autodiscover/autodiscover.json", "autodiscover"),
        ("/mapi/emsmdb/", "mapi"),
        ("/rpc/rpcproxy.dll", "rpc"),
        ("/OAB/1/oab.xml", "oab"),
        ("/PowerShell/", "powershell"),
        ("/aspnet_client/system_web/x.aspx", "web"),
    ],
)
def test_the_service_is_told_by_the_address(tmp_path: Path, stem: str, workload: str) -> None:
    assert one(tmp_path, line(stem))["workload"] == workload


@pytest.mark.parametrize(
    ("stem", "query", "mailbox"),
    [
        ("/owa/Kaede@cspa.go.jp.example/", "-", "kaede@cspa.go.jp.example"),
        (
            "/Microsoft-Server-ActiveSync",
            "Cmd=Sync&User=kaede%40cspa.go.jp.example&DeviceId=A1",
            "kaede@cspa.go.jp.example",
        ),
        ("/Microsoft-Server-ActiveSync", "User=CSPA%5Ckaede&DeviceId=A1&Cmd=Sync", None),
        ("/mapi/emsmdb/", "MailboxId=df2fe8fa-492b-4000-a93b-0ce83db65e43@cspa.go.jp.example", None),
        (
            "/autodiscover/autodiscover.json",
            "@evil.example/owa/?&Email=autodiscover/autodiscover.json%3F@evil.example",
            None,
        ),
    ],
)
def test_the_mailbox_is_named_only_where_the_address_names_one(
    tmp_path: Path, stem: str, query: str, mailbox: str | None
) -> None:
    assert one(tmp_path, line(stem, query))["mailbox"] == mailbox


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("200", "success"), ("302", "success"), ("401", "failure"), ("440", "failure"), ("503", "failure")],
)
def test_the_status_tells_the_outcome(tmp_path: Path, status: str, outcome: str) -> None:
    assert one(tmp_path, line(status=status))["outcome"] == outcome


def test_the_session_is_read_from_cookies(tmp_path: Path) -> None:
    text = f'{TOP}#Fields: date time c-ip cs-method cs-uri-stem cs(Cookie) sc-status\r\n2023-05-01 01:02:03 203.0.113.7 GET /owa/ ClientId=X;+OutlookSession="{{A-1}}";+x=y 200\r\n'  # noqa: E501
    (found,), _ = checked(READER, written(tmp_path / "x.log", text))
    assert found["session_id"] == "{A-1}"


def test_columns_change_in_the_middle_of_a_file(tmp_path: Path) -> None:
    other = "#Software: x\r\n#Date: 2023-05-02 00:00:00\r\n#Fields: date time c-ip cs-method cs-uri-stem sc-status\r\n"
    text = (
        HEADER
        + line() * 3
        + other
        + "2023-05-02 01:00:00 203.0.113.8 POST /ecp/ 401\r\n" * 3
        + f"#Fields: {FIELDS}\r\n"
        + line("/ews/")
    )
    events, skipped = checked(READER, written(tmp_path / "x.log", text), 50, 97, 400)
    assert [event["client_ip"] for event in events] == ["203.0.113.7"] * 3 + ["203.0.113.8"] * 3 + ["203.0.113.7"]
    assert not skipped


def test_the_same_line_twice_in_one_second_is_two_requests_wherever_the_file_is_cut(tmp_path: Path) -> None:
    text = HEADER + "".join(line(time=f"2023-05-01 01:02:{n // 20:02d}") for n in range(100))
    events, _ = checked(READER, written(tmp_path / "x.log", text), 131, 1000)
    assert len(events) == 100


def test_the_columns_in_effect_are_found_far_before_a_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from unsealed.read import fields_log

    monkeypatch.setattr(fields_log, "RANGE", 500)
    text = (
        HEADER
        + line() * 5
        + "#Fields: date time c-ip cs-method cs-uri-stem sc-status\r\n"
        + "2023-05-02 01:00:00 203.0.113.8 GET /x 200\r\n" * 200
    )
    events, skipped = checked(READER, written(tmp_path / "x.log", text), 333, 1200)
    assert len(events) == 205
    assert not skipped


def test_dates_that_the_lines_leave_out_are_counted_from_the_header(tmp_path: Path) -> None:
    text = (
        "#Date: 2023-05-01 23:58:00\r\n#Fields: time c-ip cs-method cs-uri-stem sc-status\r\n"
        "23:58:01 203.0.113.7 GET / 200\r\n23:57:59 203.0.113.7 GET / 200\r\n00:00:02 203.0.113.7 GET / 200\r\n"
    )
    events, _ = checked(READER, written(tmp_path / "x.log", text))
    assert [event["time"] for event in events] == [
        micros("2023-05-01T23:58:01"), micros("2023-05-01T23:57:59"), micros("2023-05-02T00:00:02"),
    ]  # fmt: skip
    assert {event["time_basis"] for event in events} == {"date"}
    assert READER.ranges(str(tmp_path / "x.log"), 50 << 20) == [(0, 50 << 20)]


def test_a_log_without_any_date_is_named_as_unread(tmp_path: Path) -> None:
    text = "#Fields: time c-ip cs-method cs-uri-stem sc-status\r\n23:58:01 203.0.113.7 GET / 200\r\n"
    events, skipped = checked(READER, written(tmp_path / "x.log", text))
    assert not events
    assert [row["reason"] for row in skipped] == ["no_date"]


def test_lines_without_a_header_are_read_by_their_shape(tmp_path: Path) -> None:
    text = (
        line("/owa/", user="CSPA\\kaede")
        + "2023-05-01 01:02:04 W3SVC1 MX1 10.0.0.1 POST /ews/ - 443 - 203.0.113.8 HTTP/1.1 Agent - - mx1 200 0 0 9 8 7\r\n"
    )
    events, skipped = checked(READER, written(tmp_path / "x.log", text))
    assert [(event["workload"], event["client_ip"], event["outcome"]) for event in events] == [
        ("owa", "203.0.113.7", "success"), ("ews", "203.0.113.8", "success"),
    ]  # fmt: skip
    assert not skipped


def test_room_that_the_server_set_aside_is_no_record(tmp_path: Path) -> None:
    zeros = b"\x00" * 70_000
    text = HEADER.encode() + line().encode() + zeros + line("/ecp/").encode() + zeros
    events, skipped = checked(READER, written(tmp_path / "x.log", text), 1000)
    assert [event["workload"] for event in events] == ["owa", "ecp"]
    assert not skipped


def test_a_last_line_that_was_cut_is_named(tmp_path: Path) -> None:
    events, skipped = checked(READER, written(tmp_path / "x.log", HEADER + line() + line()[:60]), 100)
    assert len(events) == 1
    assert [row["reason"] for row in skipped] == ["truncated"]


def test_a_huge_line_costs_itself(tmp_path: Path) -> None:
    events, skipped = checked(
        READER, written(tmp_path / "x.log", HEADER + line() + "x" * (3 << 20) + "\r\n" + line("/ecp/"))
    )
    assert [event["workload"] for event in events] == ["owa", "ecp"]
    assert [row["reason"] for row in skipped] == ["line_too_long"]


def test_spaces_in_a_name_do_not_shift_the_columns(tmp_path: Path) -> None:
    found = one(tmp_path, line(user="CSPA\\Hoshino Ren"))
    assert (found["client_ip"], found["outcome"]) == ("203.0.113.7", "success")
    assert one(tmp_path, line(user=" CSPA\\ren"))["user"] == "cspa\\ren"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be", "utf-16"])
def test_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = HEADER + line("/owa/星野") + line("/ecp/")
    path = written(tmp_path / "x.log", text.encode(encoding))
    events, skipped = checked(READER, path)
    assert [event["target"] for event in events] == ["/owa/星野", "/ecp/"]
    assert not skipped
    start, length = (int(number) for number in str(events[1]["locator"])[5:].split("+"))
    wide = "utf-8" if encoding == "utf-8-sig" else "utf-16-be" if encoding == "utf-16-be" else "utf-16-le"
    assert "/ecp/" in path.read_bytes()[start : start + length].decode(wide)


def test_bytes_that_are_no_text_are_kept_apart(tmp_path: Path) -> None:
    path = written(
        tmp_path / "x.log", HEADER.encode() + line("/owa/XX").encode().replace(b"XX", b"\x90\xaf") + line().encode()
    )
    events, skipped = checked(READER, path, 64)
    assert len(events) == 2
    assert not skipped


def test_other_files_are_left_to_others(tmp_path: Path) -> None:
    for text in (
        "time,c-ip,status\r\n1,2,3\r\n",
        "#Fields: a b c\r\n1 2 3\r\n",
        "May  1 01:02:03 mx1 postfix/smtpd[1]: connect\n",
    ):
        assert taken_by(written(tmp_path / "x.log", text)) != READER.name


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.binary(max_size=60), st.sampled_from([HEADER.encode(), line().encode(), b"#Fields: date time\n"]))
    )
)
def test_whatever_is_in_it_nothing_raises_and_no_line_is_lost(tmp_path: Path, pieces: list[bytes]) -> None:
    path = written(tmp_path / "x.log", HEADER.encode() + b"\n".join(pieces) + b"\n")
    events, skipped = read(READER, path)
    data = path.read_bytes()
    if b"\x00" not in data:
        told = [text for text in data.split(b"\n") if text.strip(b"\r\x00 ") and not text.startswith(b"#")]
        assert len(events) + len(skipped) == len(told)
    assert read(READER, path, 37) == (events, skipped)


def test_real_logs(shared: Path) -> None:
    counts = {}
    for path in sorted((shared / "logs" / "iis").glob("iis*.log")):
        events, skipped = checked(READER, path)
        counts[path.name] = (len(events), len(skipped))
    assert counts == {
        "iis10.log": (1, 0), "iis10_cookies.log": (3, 0), "iis10_edge_cases.log": (15, 0), "iis6.log": (12, 0),
        "iis7_owa.log": (3, 0), "iis7_sqli.log": (2, 0), "iis_without_date.log": (11, 0),
    }  # fmt: skip
