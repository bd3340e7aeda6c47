"""What Exchange's services log behind the front door: EWS, MAPI, RPC, ECP, PowerShell, agents, admin audit, and others.

Any log of the family that names its columns.
https://learn.microsoft.com/exchange/client-developer/exchange-web-services/how-to-audit-and-trace-ews,
https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmapihttp
"""

import re

from unsealed.read.exchange.log import (
    TIMES,
    Columns,
    ExchangeLog,
    Fields,
    addresses,
    first,
    lower,
    mailbox,
)
from unsealed.read.fields_log import Header
from unsealed.read.values import ip_address, message_id, number
from unsealed.read.web.request import outcome, service

_FAMILY = ("anchormailbox", "recipient-address", "seqnumber", "sequence-number")
"""Columns of the logs that other readers take."""
_EWS = frozenset({"soapaction", "authenticateduser"})
_MAPI = frozenset({"requesttype", "mapiclientinfo"})
_RPC = frozenset({"client-software", "rpc-status"})
_CMDLET = frozenset({"cmdlet", "parameters", "authenticateduser"})
_KINDS = ((_EWS, "exchange_ews"), (_MAPI, "exchange_mapi"), (_RPC, "exchange_rpc"), (_CMDLET, "exchange_cmdlet"))
_DETAIL = re.compile(r"(?:^|;)'?(?:[A-Z][A-Za-z0-9]{0,4}):([A-Za-z.]+)=([^;]*)")
"""`S:URL=…;S:CMD=…`, as ECP and others write what belongs to a request."""
_MARKED = re.compile(r"</?PII>")
_DONE = frozenset({"true", "success", "succeeded", "ok"})
_NOT_DONE = frozenset({"false", "failure", "failed", "error"})


def _knows(names: frozenset[str], header: Header) -> int:
    if names & set(_FAMILY):
        return 0
    if any(names >= columns for columns, _ in _KINDS):
        return 90
    return 60 if header.software.startswith("Microsoft Exchange") and names & frozenset(TIMES) else 0


def _source(names: frozenset[str], header: Header) -> str:
    for columns, source in _KINDS:
        if names >= columns:
            return source
    told = re.sub(r"[^a-z0-9]+", "_", re.sub(r"\blogs?\b", "", header.log_type.lower())).strip("_")
    return f"exchange_{told[:40]}" if told else "exchange_other"


def _columns(fields: Fields, source: str) -> Columns:
    detail = _detail(fields.get("eventdata") or "")
    user = first(fields, "authenticateduser", "authenticateduseremail", "userkey", "user", "username", "client-name")
    if lower(user) is None:
        user = first(fields, "authenticateduseremail", "upn") or detail.get("PSA") or detail.get("USER")
    asked = first(fields, "soapaction", "cmdlet", "requesttype", "operation", "command") or detail.get("CMD")
    where = (
        first(fields, "urlstem", "objectid") or detail.get("URL") or first(fields, "parameters", "operation-specific")
    )
    return {
        "operation": asked or first(fields, "eventid", "event", "method", "action", "component"),
        "user": lower(_MARKED.sub("", user or "")),
        "mailbox": mailbox(*(fields.get(name) for name in ("impersonateduser", "actasuser", "proxyasuser", "mailbox"))),
        "client_ip": ip_address(
            first(fields, "clientipaddress", "clientip", "client-ip", "enteredorgfromip", "remoteendpoint", "sourceip")
            or ""
        ),
        "client": first(fields, "useragent", "client-software", "clientsoftware", "clientapplication", "clientinfo"),
        "session_id": first(fields, "sessioncookie", "session-id", "sessionid") or detail.get("SID"),
        "app_id": fields.get("application-id"),
        "outcome": _outcome(fields),
        "record_id": first(fields, "requestid", "recordid", "cmdletuniqueid"),
        "workload": fields.get("workload") or _workload(source, where or ""),
        "target": where,
        "bytes_out": number(first(fields, "responsesize", "responsebytes")),
        "internet_message_id": message_id(fields.get("messageid")),
        "sender": lower(fields.get("p1fromaddress")),
        "recipients": addresses(fields.get("recipient")),
    }


def _workload(source: str, where: str) -> str:
    plain = source.removeprefix("exchange_")
    found = service(plain.split("_", 1)[0])
    return found if found != "web" else service(where) if service(where) != "web" else plain


def _outcome(fields: Fields) -> str | None:
    """Tell from a status, a result or an error; an error outweighs a status of 200."""
    if fields.get("errorcode", "0") not in {"0", "NoError"} or first(fields, "genericerrors", "failures", "errortype"):
        return "failure"
    if status := first(fields, "httpstatus", "httpstatuscode"):
        return outcome(status)
    told = (first(fields, "resultstatus", "executionresult") or "").lower()
    if fields.get("rpc-status"):
        return "success" if fields["rpc-status"].lower() in {"0", "none"} else "failure"
    return "success" if told in _DONE else "failure" if told in _NOT_DONE else None


def _detail(text: str) -> dict[str, str]:
    return {match[1]: match[2] for match in _DETAIL.finditer(text[:65_536]) if match[2]}


READER = ExchangeLog("exchange_service", "1", _knows, _source, _columns)
