"""Exchange's protocol logs: what mail programs asked for over IMAP and POP, and every SMTP conversation.

https://learn.microsoft.com/exchange/clients/pop3-and-imap4/configure-protocol-logging,
https://learn.microsoft.com/exchange/mail-flow/connectors/protocol-logging
"""

import re

from unsealed.read.exchange.headless import MAIL_PROGRAM, SMTP
from unsealed.read.exchange.log import Columns, ExchangeLog, Fields, lower, mailbox
from unsealed.read.fields_log import Header
from unsealed.read.values import ip_address, message_id, number

_MAIL_PROGRAM = frozenset({"sessionid", "seqnumber", "cip", "command", "user"})
_SMTP = frozenset({"connector-id", "session-id", "sequence-number", "remote-endpoint", "event"})
_EVENTS = {"+": "connect", "-": "disconnect", "*": "information"}
_ANSWER = re.compile(r'R="?([^;"]*)"?', re.IGNORECASE)
_NAME = re.compile(r'\s*"?([^\s"*]+)"?')
_ENVELOPE = re.compile(r"(MAIL FROM|RCPT TO):\s?<([^>]*)>", re.IGNORECASE)
_ID = re.compile(r"(?:InternetMessageId|250 2\.[06]\.0(?: OK)?) (<[^<>\s]+>)")
_REFUSED = re.compile(r"[45]\d\d[ -]")
_TAKEN = re.compile(r"[23]\d\d[ -]")


def _knows(names: frozenset[str], header: Header) -> int:
    del header
    return 95 if names >= _MAIL_PROGRAM or names >= _SMTP else 0


def _source(names: frozenset[str], header: Header) -> str:
    told = header.log_type.lower()
    if names >= _SMTP:
        return "exchange_smtp_send" if "send" in told else "exchange_smtp_receive"
    return "exchange_pop" if "pop" in told else "exchange_imap"


def _columns(fields: Fields, source: str) -> Columns:
    return _smtp(fields, source) if source.startswith("exchange_smtp") else _mail_program(fields, source)


def _mail_program(fields: Fields, source: str) -> Columns:
    command, parameters, context = (fields.get(name, "") for name in ("command", "parameters", "context"))
    user = fields.get("user")
    given = _NAME.match(parameters) if command.lower() in {"login", "user"} else None
    answer = _ANSWER.search(context)
    return {
        "operation": command or None,
        "user": lower(user or (given[1] if given else None)),
        "mailbox": mailbox(user, given[1] if given else None),
        "client_ip": ip_address(fields.get("cip", "")),
        "session_id": fields.get("sessionid"),
        "outcome": _outcome(answer[1], context) if answer else "failure" if "ErrMsg" in context else None,
        "workload": source.removeprefix("exchange_"),
        "target": parameters.strip() or None,
        "bytes_out": number(fields.get("rpsize")),
    }


def _outcome(answer: str, context: str) -> str:
    """Tell from the answer to a command, `OK` or the line that was sent, whether it was done."""
    words = answer.upper().replace('"', "").split()
    refused = {"NO", "BAD", "-ERR"} & set(words[:2])
    return "failure" if refused or "AuthFailed" in context or "LogonFailed" in context else "success"


def _smtp(fields: Fields, source: str) -> Columns:
    """Give the columns of one line of a conversation; the client is who began it."""
    mark, data, context = (fields.get(name, "") for name in ("event", "data", "context"))
    sent = source == "exchange_smtp_send"
    envelope = _ENVELOPE.match(data)
    found = _ID.search(data) or _ID.search(context)
    authenticated = mark == "*" and context.lower() == "authenticated"
    return {
        "operation": _EVENTS.get(mark) or (data.split(" ", 1)[0].partition(":")[0] or None),
        "user": lower(data) if authenticated else None,
        "client_ip": ip_address(fields.get("local-endpoint" if sent else "remote-endpoint", "")),
        "session_id": fields.get("session-id"),
        "outcome": "failure" if _REFUSED.match(data) else "success" if authenticated or _TAKEN.match(data) else None,
        "workload": "smtp",
        "target": (data or context) or None,
        "internet_message_id": message_id(found[1]) if found else None,
        "sender": lower(envelope[2]) if envelope and envelope[1][:1] in "mM" else None,
        "recipients": [envelope[2].lower()] if envelope and envelope[1][:1] in "rR" and envelope[2] else None,
    }


READER = ExchangeLog("exchange_protocol", "1", _knows, _source, _columns, (MAIL_PROGRAM, SMTP))
