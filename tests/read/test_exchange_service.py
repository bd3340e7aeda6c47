"""What Exchange's services log behind the front door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from logs import checked

from unsealed.read.exchange_service import READER

if TYPE_CHECKING:
    from pathlib import Path

TOP = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: {}\r\n#Date: 2023-05-01T00:00:00.000Z\r\n#Fields: {}\r\n"
AT = "2023-05-01T01:02:03.456Z"
EWS = "DateTime,RequestId,AuthenticationType,AuthenticatedUser,UserAgent,ClientIpAddress,SoapAction,HttpStatus,ResponseSize,ErrorCode,ImpersonatedUser,ActAsUser"  # noqa: E501
MAPI = "DateTime,RequestId,RequestType,HttpStatusCode,AuthenticatedUserEmail,UPN,MailboxId,ClientIP,SessionCookie,MapiClientInfo,ClientSoftware,AuthenticatedUser,GenericErrors"  # noqa: E501
RPC = "date-time,session-id,seq-number,client-name,organization-info,client-software,client-ip,protocol,application-id,operation,rpc-status,operation-specific,failures"  # noqa: E501


def one(tmp_path: Path, kind: str, fields: str, line: str) -> dict[str, Any]:
    path = tmp_path / "x.LOG"
    path.write_text(TOP.format(kind, fields) + f"{AT},{line}\r\n", newline="")
    (event,), skipped = checked(READER, path, 80)
    assert not skipped
    assert event["time"] == 1682902923456000
    return event


def test_ews(tmp_path: Path) -> None:
    event = one(
        tmp_path,
        "EWS Logs",
        EWS,
        "r-1,Negotiate,CSPA\\Svc,python-requests/2.28,203.0.113.7,GetItem,200,960,,Ren@cspa.go.jp.example,",
    )
    assert (event["source"], event["operation"], event["workload"]) == ("exchange_ews", "GetItem", "ews")
    assert (event["user"], event["mailbox"]) == ("cspa\\svc", "ren@cspa.go.jp.example")
    assert (event["client_ip"], event["outcome"], event["bytes_out"]) == ("203.0.113.7", "success", 960)
    event = one(tmp_path, "EWS Logs", EWS, "r-1,Negotiate,CSPA\\Svc,x,203.0.113.7,GetItem,200,960,ErrorAccessDenied,,")
    assert event["outcome"] == "failure"


def test_mapi_over_http(tmp_path: Path) -> None:
    line = "r-2,Execute,200,ren@cspa.go.jp.example,,6f1c2a3b-1111-4222-8333-944455566677@cspa.go.jp.example,203.0.113.7,MAPIAAAA,{A}:1,OUTLOOK.EXE,Anonymous,"  # noqa: E501
    event = one(tmp_path, "MAPI Http Logs", MAPI, line)
    assert (event["source"], event["operation"], event["user"]) == (
        "exchange_mapi",
        "Execute",
        "ren@cspa.go.jp.example",
    )
    assert (event["session_id"], event["client"], event["mailbox"]) == ("MAPIAAAA", "OUTLOOK.EXE", None)


def test_rpc(tmp_path: Path) -> None:
    line = "12,3,/o=First/cn=Ren,,OUTLOOK.EXE,203.0.113.7,ncacn_http,Client=MSExchangeRPC,OwnerLogon,0,Logon: Owner,"
    event = one(tmp_path, "RCA Protocol Logs", RPC, line)
    assert (event["source"], event["operation"], event["user"]) == ("exchange_rpc", "OwnerLogon", "/o=first/cn=ren")
    assert (event["outcome"], event["session_id"]) == ("success", "12")


@pytest.mark.parametrize("kind", ["ECP Server Log", "ECP Activity Context Log"])
def test_ecp(tmp_path: Path, kind: str) -> None:
    line = "MX1,ECP.Request,S:TIME=13;S:SID=s-1;'S:CMD=Set-OabVirtualDirectory.ExternalUrl=''http://x''';S:URL=/ecp/DDI/DDIService.svc/SetObject;S:PSA=<PII>admin@cspa.go.jp.example</PII>"
    event = one(tmp_path, kind, "TimeStamp,ServerName,EventId,EventData", line)
    assert str(event["operation"]).startswith("Set-OabVirtualDirectory")
    assert (event["user"], event["workload"], event["session_id"]) == ("admin@cspa.go.jp.example", "ecp", "s-1")
    assert event["target"] == "/ecp/DDI/DDIService.svc/SetObject"


def test_commands_of_administrators(tmp_path: Path) -> None:
    fields = "DateTime,RequestId,AuthenticatedUser,Cmdlet,Parameters,ExecutionResult"
    event = one(
        tmp_path,
        "Rps Cmdlet Logs",
        fields,
        'r-3,CSPA\\Admin,New-MailboxExportRequest,"-Mailbox ""ren"" -FilePath ""\\\\x\\c$\\a.aspx""",Success',
    )
    assert (event["source"], event["operation"], event["outcome"]) == (
        "exchange_cmdlet",
        "New-MailboxExportRequest",
        "success",
    )
    assert "a.aspx" in str(event["target"])
    audit = "Timestamp,Server,TenantId,RecordType,Data,UserKey,RecordId,Operation,Workload,ResultStatus"
    path = tmp_path / "audit.LOG"
    path.write_text(
        f"#Software: Microsoft Exchange\r\n#Log-type: audit\r\n#Fields: {audit}\r\n"
        f'{AT},MX1,0,ExchangeAdmin,"{{""a"":1}}",CSPA\\Admin,id-1,Set-Mailbox,Exchange,True\r\n'
    )
    (event,), _ = checked(READER, path)
    assert (event["source"], event["operation"], event["user"]) == ("exchange_audit", "Set-Mailbox", "cspa\\admin")
    assert (event["outcome"], event["record_id"]) == ("success", "id-1")


def test_a_line_that_is_broken_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.LOG"
    path.write_text(
        TOP.format("EWS Logs", EWS) + f"never,x,y\r\n{AT},r-1,,a,b,203.0.113.7,GetItem,200,1,,,\r\n", newline=""
    )
    events, skipped = checked(READER, path)
    assert len(events) == 1
    assert [row["reason"] for row in skipped] == ["broken_row"]
