"""Exchange's front door: who reached whose mailbox through which service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from logs import checked, read, taken_by

from unsealed.read.exchange.headless import PROXY
from unsealed.read.exchange_httpproxy import READER

if TYPE_CHECKING:
    from pathlib import Path

NAMES = PROXY.fields
TOP = "#Software: Microsoft Exchange Server\r\n#Version: 15.02.1118.007\r\n#Log-type: HttpProxy Logs\r\n#Date: 2023-05-01T00:00:00.000Z\r\n"
HEADER = f"{TOP}#Fields: {','.join(NAMES)}\r\n"


def line(**given: str) -> str:
    values = {
        "DateTime": "2023-05-01T01:02:03.456Z", "RequestId": "5e58f5e5-1ddc-48d3-82c6-0199bc121640", "MajorVersion": "15",
        "MinorVersion": "2", "BuildVersion": "1118", "RevisionVersion": "7", "Protocol": "Owa", "UrlHost": "mail.cspa.go.jp.example",
        "UrlStem": "/owa/", "AuthenticatedUser": "CSPA\\Kaede", "UserAgent": "Mozilla/5.0", "ClientIpAddress": "203.0.113.7",
        "HttpStatus": "200", "BackEndStatus": "200", "Method": "GET", "ResponseBytes": "5400", **given,
    }  # fmt: skip
    cells = [values.get(name, "") for name in NAMES]
    return ",".join('"' + c.replace('"', '""') + '"' if set(c) & set(',"\n') else c for c in cells) + "\r\n"


def written(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_a_request_with_all_that_it_tells(tmp_path: Path) -> None:
    text = HEADER + line(
        AnchorMailbox="SMTP:Kaede@cspa.go.jp.example", UrlQuery="?ae=Item", ClientIpAddress="fe80::1%9"
    )
    (found,), skipped = checked(READER, written(tmp_path / "x.LOG", text), 100)
    assert not skipped
    assert found["time"] == 1682902923456000
    assert (found["operation"], found["workload"], found["outcome"]) == ("GET", "owa", "success")
    assert (found["user"], found["mailbox"]) == ("cspa\\kaede", "kaede@cspa.go.jp.example")
    assert (found["client_ip"], found["bytes_out"]) == ("fe80::1", 5400)
    assert found["target"] == "/owa/?ae=Item"
    assert found["record_id"] == "5e58f5e5-1ddc-48d3-82c6-0199bc121640"
    assert "EdgeTraceId" not in json.loads(found["raw"])


@pytest.mark.parametrize(
    ("anchor", "mailbox"),
    [
        ("SMTP:a@example.org", "a@example.org"),
        ("Smtp~a@example.org", "a@example.org"),
        ("A@Example.org", "a@example.org"),
        ("Sid~S-1-5-21-1-2-3-4343", None),
        ("MailboxGuid~0aa89cf8-aa07-4103-8a1d-ca9e619f223e", None),
        ("MailboxGuid~0aa89cf8-aa07-4103-8a1d-ca9e619f223e@example.org", None),
        ("ServerInfo~a]@exch01.example.org:444/autodiscover/autodiscover.xml?#", None),
        ("Database~fb7adba2-51f4-47e3-b170-fd39f85aaf35~~2023-02-08T18:59:59~example.org", None),
        ("", None),
    ],
)
def test_only_an_anchor_that_is_an_address_names_a_mailbox(tmp_path: Path, anchor: str, mailbox: str | None) -> None:
    (found,), _ = checked(READER, written(tmp_path / "x.LOG", HEADER + line(AnchorMailbox=anchor)))
    assert found["mailbox"] == mailbox
    assert json.loads(found["raw"]).get("AnchorMailbox", "") == anchor


@pytest.mark.parametrize(
    ("protocol", "stem", "workload"),
    [
        ("Eas", "/Microsoft-Server-ActiveSync", "activesync"),
        ("RpcHttp", "/rpc/rpcproxy.dll", "rpc"),
        ("Ews", "/EWS/x", "ews"),
    ],
)
def test_services_have_the_names_that_the_web_server_gives_them(
    tmp_path: Path, protocol: str, stem: str, workload: str
) -> None:
    (found,), _ = checked(
        READER, written(tmp_path / "x.LOG", HEADER + line(Protocol=protocol, UrlStem=stem, HttpStatus="401"))
    )
    assert (found["workload"], found["outcome"]) == (workload, "failure")


def test_the_plain_header_before_or_after_the_others_is_no_record(tmp_path: Path) -> None:
    plain = ",".join(NAMES) + "\r\n"
    for text in (
        plain + line(),
        plain + HEADER + line(),
        HEADER + plain + line() + plain + HEADER + line(HttpStatus="500"),
    ):
        events, skipped = checked(READER, written(tmp_path / "x.LOG", "\ufeff" + text), 500)
        assert len(events) == text.count("2023-05-01T01")
        assert not skipped


def test_a_header_that_was_lost(tmp_path: Path) -> None:
    (found,), _ = checked(READER, written(tmp_path / "x.LOG", line()))
    assert (found["user"], found["client_ip"]) == ("cspa\\kaede", "203.0.113.7")


def test_a_quoted_field_that_goes_over_lines_is_one_record_wherever_it_is_cut(tmp_path: Path) -> None:
    error = 'System.Net.WebException: "no"\n   at A.B()\n   at C.D(), and more'
    text = HEADER + (line(GenericErrors=error, ClientRequestId="1") + line(ClientRequestId="2")) * 4
    events, skipped = read(READER, written(tmp_path / "x.LOG", text))
    assert len(events) == 8
    assert not skipped
    assert json.loads(events[0]["raw"])["GenericErrors"] == error
    assert [e["locator"] for e in read(READER, tmp_path / "x.LOG", 61)[0]] == [e["locator"] for e in events]


def test_a_last_line_that_was_cut_is_named(tmp_path: Path) -> None:
    events, skipped = checked(READER, written(tmp_path / "x.LOG", HEADER + line() + line(RequestId="2")[:150]), 90)
    assert len(events) == 1
    assert [row["reason"] for row in skipped] == ["truncated"]


def test_others_of_the_family_are_left_to_others(tmp_path: Path) -> None:
    text = "#Software: Microsoft Exchange Server\r\n#Log-type: x\r\n#Fields: date-time,a,b\r\n2023-05-01T01:02:03.456Z,1,2\r\n"
    assert taken_by(written(tmp_path / "x.LOG", text)) == "exchange_service"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60), st.sampled_from([line().encode(), HEADER.encode(), b'2023-05-01T01:02:03Z,"x'])
        ),
        max_size=12,
    )
)
def test_whatever_is_in_it_nothing_raises_and_ranges_agree(tmp_path: Path, pieces: list[bytes]) -> None:
    path = tmp_path / "x.LOG"
    path.write_bytes(HEADER.encode() + b"\n".join(pieces) + b"\n")
    events, skipped = read(READER, path)
    again, too = read(READER, path, 97)
    assert [e["locator"] for e in again] == [e["locator"] for e in events]
    assert too == skipped
