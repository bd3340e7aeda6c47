"""Exim: arrivals, deliveries, refusals and failed sign-ins, in its own log files and in syslog.

https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html
"""

import re
from typing import Any

from unsealed.read.maillog.found import Found, address, mailbox, message_id, name
from unsealed.read.values import number

STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4})? ")
ID = r"[0-9A-Za-z]{6}-[0-9A-Za-z]{6}(?:[0-9A-Za-z]{5})?-[0-9A-Za-z]{2}(?:[0-9A-Za-z]{2})?"
_HEAD = re.compile(rf"(?:\[\d+\] )?(?:({ID}) )?(?:(<=|=>|->|>>|\*>|==|\*\*|\(=) )?")
_FIELD = re.compile(r"(?:^| )([A-Z]{1,4}|id|id_|for|from)=(\"(?:[^\"\\]|\\.)*\"|<[^>]*>|\S+)")
_PEER = re.compile(r"(?:\((\S*?)\) )?\[([0-9A-Fa-f.:]{2,45})\](?::(\d+))?")
_AUTH = re.compile(r"(\S+) authenticator failed for (.*?)(?:: |$)")
_SET_ID = re.compile(r"\(set_id=([^)]*)\)")
_REJECTED = re.compile(
    r"(?:temporarily )?rejected (?:(RCPT|MAIL|EHLO or HELO|HELO|EHLO|AUTH|VRFY|connection|after DATA|by local_scan\(\))\b)?"
    r"\s*(<[^>]*>|[^\s:]*@[^\s:]*)?:?\s*(.*)"
)
_ARROWS = {
    "<=": ("arrival", "success"),
    "(=": ("arrival", "success"),
    "=>": ("delivery", "success"),
    "->": ("delivery", "success"),
    ">>": ("delivery", "success"),
    "*>": ("delivery_suppressed", None),
    "==": ("deferral", "partial"),
    "**": ("failure", "failure"),
}


def parse(text: str) -> Found:
    """Read what stands after the time."""
    if own := STAMP.match(text):
        text = text[own.end() :]
    head = _HEAD.match(text)
    queue_id, arrow = head.groups() if head else (None, None)
    rest = text[head.end() :] if head else text
    fields: dict[str, Any] = {key: value.strip('"') for key, value in _FIELD.findall(rest)}
    if arrow == "<=":
        columns = _arrival(rest, fields)
    elif arrow:
        columns = _delivery(rest, fields)
    else:
        columns = _other(rest, fields)
    if arrow:
        columns["operation"], columns["outcome"] = _ARROWS[arrow]
        fields["flag"] = arrow
    columns["queue_id"] = queue_id
    return columns, fields


def _arrival(rest: str, fields: dict[str, Any]) -> dict[str, Any]:
    sender = rest.partition(" ")[0]
    fields["sender"] = sender
    columns = {"sender": mailbox(sender), "internet_message_id": message_id(fields.get("id")), **_peer(rest)}
    if user := fields.get("A"):
        columns["user"] = name(user.partition(":")[2])
    elif fields.get("P") == "local" and fields.get("U"):
        columns["user"] = name(fields["U"])
    quoted = rest.rfind('"')
    start = rest.find(" for ", quoted + 1)
    if start >= 0:
        columns["recipients"] = [mailbox(one) for one in rest[start + 5 :].split() if "@" in one] or None
    fields["size"] = number(fields.get("S"))
    return columns


def _delivery(rest: str, fields: dict[str, Any]) -> dict[str, Any]:
    before = re.split(r" (?:R|T|H|P|F|SRS|X|C|QT|DT|ST)=|: ", rest, maxsplit=1)[0]
    named = [one.strip("<>,") for one in re.findall(r"<[^>]*>|\S+", before)]
    mails = list(dict.fromkeys(one.lower() for one in named if "@" in one)) or [one.lower() for one in named[:1]]
    peer = _PEER.search(rest)
    host = fields.get("H")
    fields["to"] = named[0] if named else None
    sender = fields.get("F") or fields.get("P")
    columns: dict[str, Any] = {
        "recipients": mails or None,
        "target": f"{host} [{peer[2]}]" if host and peer else fields.get("T") or host,
    }
    if sender and ("@" in sender or sender == "<>"):
        columns["sender"] = mailbox(sender)
    return columns


def _peer(rest: str) -> dict[str, Any]:
    """`H=name (helo) [address]:port`: the first address in brackets that is no `I=` of our own.

    What a client sent may stand before the last `H=` of an error.
    """
    start = rest.rfind(" H=") if rest.startswith("SMTP protocol") else rest.find("H=")
    for peer in _PEER.finditer(rest, max(start, 0)):
        if rest[max(peer.start() - 2, 0) : peer.start()] != "I=":
            host = re.search(r"H=([^\s(\[]+)", rest)
            return {"client_ip": address(peer[2]), "client": (peer[1] or (host[1] if host else None))}
    return {}


def _other(rest: str, fields: dict[str, Any]) -> dict[str, Any]:
    if rest.startswith("Completed"):
        return {"operation": "completed"}
    columns: dict[str, Any] = {"operation": "other", **_peer(rest)}
    if rest.startswith("no host name found for IP address "):
        return columns | {"client_ip": address(rest[34:].split(" ", maxsplit=1)[0])}
    if failed := _AUTH.search(rest):
        user = _SET_ID.search(rest)
        fields |= {"authenticator": failed[1], "set_id": user[1] if user else None}
        return columns | {"operation": "auth_failed", "outcome": "failure", "user": name(user[1]) if user else None}
    if sender := fields.get("F"):
        columns["sender"] = mailbox(sender)
    if rejected := _REJECTED.search(rest):
        fields |= {"stage": rejected[1], "reason": rejected[3]}
        columns |= {"operation": "reject", "outcome": "failure"}
        if rejected[2]:
            columns["recipients"] = [mailbox(rejected[2])]
    elif "AUTH command used when not advertised" in rest or "authentication mechanism not supported" in rest:
        columns |= {"operation": "auth_failed", "outcome": "failure"}
    elif "SMTP protocol" in rest or "dropped" in rest or "closed by DROP" in rest:
        columns |= {"operation": "reject", "outcome": "failure"}
    elif "SMTP connection" in rest:
        columns["operation"] = (
            "disconnect" if "closed" in rest or "lost" in rest or rest.startswith("no MAIL") else "connect"
        )
    return columns
