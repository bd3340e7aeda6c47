"""IMAP, POP and SMTP as Exchange logs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logs import checked

from unsealed.read.exchange_protocol import READER

if TYPE_CHECKING:
    from pathlib import Path

TOP = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: {}\r\n#Date: 2023-05-01T00:00:00.000Z\r\n#Fields: {}\r\n"
MAIL = "dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context,puid"
SMTP = "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
AT = "2023-05-01T01:02:03.456Z"


def read(tmp_path: Path, kind: str, fields: str, *lines: str) -> list[dict[str, Any]]:
    path = tmp_path / "x.LOG"
    path.write_text(TOP.format(kind, fields) + "".join(f"{AT},{line}\r\n" for line in lines), newline="")
    events, skipped = checked(READER, path, 80, 333)
    assert not skipped
    return events


def test_imap(tmp_path: Path) -> None:
    refused, let_in, fetched, gone, closed = read(
        tmp_path, "IMAP4 Protocol Log", MAIL,
        '000000000000000A,2,10.0.0.1:993,203.0.113.7:50001,,1,17,21,login, *****,"R=""a2 NO LOGIN failed."""',
        '000000000000000B,2,10.0.0.1:993,203.0.113.7:50002,ren,205,48,24,login,Ren@cspa.go.jp.example *****,"R=OK;Msg=""Proxy:MX1:1993:SSL;ProxySuccess""",',  # noqa: E501
        "000000000000000B,3,10.0.0.1:993,[2001:db8::7]:50002,ren,42,30,4500,fetch,1:10 (BODY.PEEK[]),R=OK;Rows=10,",
        '000000000000000B,4,10.0.0.1:993,203.0.113.7:50002,ren,42,30,45,fetch,1:10 (FLAGS),"R=""a4 NO The specified message set is invalid."";Rows=0"',  # noqa: E501
        "000000000000000B,5,10.0.0.1:993,203.0.113.7:50002,ren,0,61,458,CloseSession,,,",
    )  # fmt: skip
    assert {event["source"] for event in (refused, let_in, fetched, gone, closed)} == {"exchange_imap"}
    assert (refused["operation"], refused["outcome"], refused["user"]) == ("login", "failure", None)
    assert (let_in["outcome"], let_in["user"], let_in["mailbox"]) == ("success", "ren", "ren@cspa.go.jp.example")
    assert (fetched["target"], fetched["client_ip"], fetched["bytes_out"]) == (
        "1:10 (BODY.PEEK[])",
        "2001:db8::7",
        4500,
    )
    assert (fetched["session_id"], fetched["workload"]) == ("000000000000000B", "imap")
    assert gone["outcome"] == "failure"
    assert (closed["operation"], closed["outcome"]) == ("CloseSession", None)


def test_pop(tmp_path: Path) -> None:
    named, refused = read(
        tmp_path, "POP3 Protocol Log", MAIL,
        "000000000000000A,1,10.0.0.1:110,203.0.113.7:50001,ren,1,17,5,user,ren@cspa.go.jp.example,R=ok,",
        '000000000000000A,2,10.0.0.1:110,203.0.113.7:50001,ren,1,17,5,pass,*****,"R=""-ERR Logon failure: unknown user name or bad password.""",',  # noqa: E501
    )  # fmt: skip
    assert (named["source"], named["mailbox"], named["outcome"]) == (
        "exchange_pop",
        "ren@cspa.go.jp.example",
        "success",
    )
    assert (refused["operation"], refused["outcome"]) == ("pass", "failure")


def test_smtp_received(tmp_path: Path) -> None:
    ends = "10.0.0.1:587,203.0.113.7:50001"
    begun, name, who, sender, to, taken, refused = read(
        tmp_path, "SMTP Receive Protocol Log", SMTP,
        f"MX1\\Client,08DF01,0,{ends},+,,",
        f"MX1\\Client,08DF01,1,{ends},<,EHLO [10.1.1.1],",
        f"MX1\\Client,08DF01,2,{ends},*,CSPA\\Ren,authenticated",
        f"MX1\\Client,08DF01,3,{ends},<,MAIL FROM:<Ren@cspa.go.jp.example> SIZE=2048,",
        f"MX1\\Client,08DF01,4,{ends},<,RCPT TO:<bob@partner.example>,",
        f'MX1\\Client,08DF01,5,{ends},>,"250 2.6.0 <1@cspa.go.jp.example> [InternalId=1001, Hostname=MX1] Queued mail for delivery",',
        f"MX1\\Client,08DF01,6,{ends},>,535 5.7.3 Authentication unsuccessful,",
    )  # fmt: skip
    assert (begun["operation"], begun["client_ip"], begun["source"]) == (
        "connect",
        "203.0.113.7",
        "exchange_smtp_receive",
    )
    assert (name["operation"], name["target"]) == ("EHLO", "EHLO [10.1.1.1]")
    assert (who["user"], who["outcome"]) == ("cspa\\ren", "success")
    assert (sender["operation"], sender["sender"]) == ("MAIL", "ren@cspa.go.jp.example")
    assert (to["operation"], to["recipients"]) == ("RCPT", ["bob@partner.example"])
    assert (taken["internet_message_id"], taken["outcome"]) == ("<1@cspa.go.jp.example>", "success")
    assert refused["outcome"] == "failure"


def test_smtp_sent_is_begun_by_us(tmp_path: Path) -> None:
    event, told = read(
        tmp_path, "SMTP Send Protocol Log", SMTP,
        "To the internet,08DF02,3,10.0.0.1:41000,198.51.100.2:25,>,MAIL FROM:<> SIZE=2048,",
        "To the internet,08DF02,4,10.0.0.1:41000,198.51.100.2:25,*,,sending message with RecordId 12345 and InternetMessageId <2@cspa.go.jp.example>",  # noqa: E501
    )  # fmt: skip
    assert (event["source"], event["client_ip"], event["sender"]) == ("exchange_smtp_send", "10.0.0.1", None)
    assert told["internet_message_id"] == "<2@cspa.go.jp.example>"


def test_lines_whose_header_was_lost(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    for text, source in (
        (f"{AT},00000000000ABC12,2,10.0.0.1:995,203.0.113.7:6546,ren,118,31,34,pass,*****,R=OK,\n", "exchange_pop"),
        (f"{AT},00000000000ABC12,2,10.0.0.1:143,203.0.113.7:6546,ren,118,31,34,select,INBOX,R=OK,\n", "exchange_imap"),
        (f"{AT},MX1\\Default,08DC1DB8591B229A,2,10.0.0.1:25,203.0.113.7:5322,<,EHLO x,\n", "exchange_smtp_receive"),
        (f"{AT},A Send Connector,08DC1DB8591B229A,1,,10.0.0.2:2525,*,,attempting to connect\n", "exchange_smtp_send"),
    ):
        path.write_text(text)
        (event,), skipped = checked(READER, path)
        assert event["source"] == source
        assert not skipped
