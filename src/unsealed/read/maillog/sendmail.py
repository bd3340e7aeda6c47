"""sendmail: arrivals, deliveries, sign-ins and refusals.

https://www.sendmail.org/~ca/email/doc8.12/op-sh-2.html
"""

import re
from typing import Any

from unsealed.read.maillog.found import Found, address, mailbox, message_id, name
from unsealed.read.values import number

_QUEUE = re.compile(r"([0-9A-Za-z]{10,16}|NOQUEUE): ")
_KEYS = re.compile(r"(?:^|, |: )([A-Za-z][A-Za-z0-9]{1,11})=")
_RELAY = re.compile(r"\[((?:IPv6:)?[0-9A-Fa-f.:]{2,45})\]")
_OUTCOMES = {"Sent": ("sent", "success"), "Deferred": ("deferred", "partial"), "queued": ("queued", None)}


def parse(text: str) -> Found:
    """Read one message."""
    queue = _QUEUE.match(text)
    rest = text[queue.end() :] if queue else text
    fields = _fields(rest)
    relay = _RELAY.search(fields.get("relay", "")) or _RELAY.search(rest)
    inbound: dict[str, Any] = {"client_ip": address(relay[1]) if relay else None}
    if relay and (host := fields.get("relay", rest)[: relay.start()].split(" ")[0].strip()) and "=" not in host:
        inbound["client"] = host
    if "from" in fields and "stat" not in fields:
        columns: dict[str, Any] = {"operation": "queued", "sender": mailbox(fields["from"]), **inbound}
        columns["internet_message_id"] = message_id(fields.get("msgid"))
        fields["size"] = number(fields.get("size")) or fields.get("size")
    elif "to" in fields and "stat" in fields:
        columns = _delivery(fields)
    elif "AUTH failure" in rest or ("AUTH" in rest and ("authentication failure" in rest or "auth failed" in rest)):
        columns = {
            "operation": "auth_failed",
            "outcome": "failure",
            "user": name(fields.get("user") or fields.get("authid")),
        }
        columns |= inbound
    elif fields.get("AUTH") == "server":
        columns = {"operation": "auth", "outcome": "success", "user": name(fields.get("authid")), **inbound}
    elif "reject" in fields or "reject=" in rest:
        rcpt = fields.get("arg1") if fields.get("ruleset") in {"check_rcpt", "check_compat"} else None
        sent = fields.get("arg1") if fields.get("ruleset") == "check_mail" else fields.get("from")
        columns = {"operation": "reject", "outcome": "failure", "sender": mailbox(sent), **inbound}
        columns["recipients"] = [mailbox(rcpt)] if rcpt and "@" in rcpt else None
    elif "STARTTLS" in fields:
        columns = {"operation": "tls", **inbound}
    else:
        columns = {"operation": _word(rest), **inbound}
    if queue and queue[1] != "NOQUEUE":
        columns["queue_id"] = queue[1]
    return columns, fields


def _fields(rest: str) -> dict[str, Any]:
    keys = list(_KEYS.finditer(rest))
    ends = [*(key.start() for key in keys[1:]), len(rest)][: len(keys)]
    return {key[1]: rest[key.end() : end] for key, end in zip(keys, ends, strict=True)}


def _delivery(fields: dict[str, Any]) -> dict[str, Any]:
    stat = fields["stat"]
    word, outcome = _OUTCOMES.get(stat.split(" ")[0].rstrip(":"), ("bounced", "failure"))
    to = [mailbox(one) for one in fields["to"].split(",") if one.strip()]
    return {
        "operation": word,
        "outcome": outcome,
        "recipients": to,
        "target": fields.get("relay") or fields.get("mailer"),
    }


def _word(rest: str) -> str:
    if "did not issue" in rest or "lost input channel" in rest:
        return "lost_connection"
    if "User unknown" in rest:
        return "user_unknown"
    if "rejecting" in rest or "Rejecting" in rest:
        return "reject"
    return "other"
