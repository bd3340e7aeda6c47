"""Exchange's front door: every request to Outlook on the web, EWS, MAPI, ActiveSync, ECP, and to whose mailbox.

The logs in the folder `HttpProxy`. https://learn.microsoft.com/exchange/architecture/architecture,
https://learn.microsoft.com/exchange/client-developer/exchange-web-services/how-to-maintain-affinity-between-group-of-subscriptions-and-mailbox-server
"""

import re

from unsealed.read.exchange.headless import PROXY
from unsealed.read.exchange.log import Columns, ExchangeLog, Fields, first, lower, mailbox
from unsealed.read.fields_log import Header
from unsealed.read.values import ip_address, number
from unsealed.read.web import request

_COLUMNS = frozenset({"requestid", "urlstem", "anchormailbox", "httpstatus"})
_ANCHOR = re.compile(r"(?:smtp|upn|smtpaddress|userbased|liveidmembername|windowsliveid)[~:](.+)", re.IGNORECASE)
"""Forms of AnchorMailbox that name an address. Others, such as `Sid~`, `Database~` and `ServerInfo~`, do not."""
_PROXY_FAILED = re.compile(r"\d{3}")


def _knows(names: frozenset[str], header: Header) -> int:
    return 95 if names >= _COLUMNS or header.log_type == "HttpProxy Logs" else 0


def _source(names: frozenset[str], header: Header) -> str:
    del names, header
    return "exchange_httpproxy"


def _columns(fields: Fields, source: str) -> Columns:
    del source
    stem, query = fields.get("urlstem", ""), fields.get("urlquery", "").lstrip("?")
    protocol = fields.get("protocol", "").lower()
    anchor = fields.get("anchormailbox", "")
    match = _ANCHOR.fullmatch(anchor)
    status = first(fields, "httpstatus", "backendstatus") or ""
    return {
        "operation": fields.get("method"),
        "user": lower(fields.get("authenticateduser")),
        "mailbox": mailbox(match[1] if match else "" if "~" in anchor else anchor) or request.mailbox(stem, query),
        "client_ip": ip_address(fields.get("clientipaddress", "")),
        "client": fields.get("useragent"),
        "outcome": request.outcome(status) if _PROXY_FAILED.fullmatch(status) else None,
        "record_id": fields.get("requestid"),
        "workload": request.service(protocol) if protocol else request.service(stem),
        "target": (f"{stem}?{query}" if query else stem) or None,
        "bytes_out": number(fields.get("responsebytes")),
    }


READER = ExchangeLog("exchange_httpproxy", "1", _knows, _source, _columns, (PROXY,))
