"""Postfix: who connected, who signed in, which letter came from whom and where it went.

https://www.postfix.org/postconf.5.html, https://www.postfix.org/OVERVIEW.html
"""

import re
from typing import Any

from unsealed.read.maillog import others
from unsealed.read.maillog.found import HOST, Found, address, listed, mailbox, message_id, name, pairs, peer, remembered

_QUEUE = re.compile(r"(?:warning: )?([0-9A-F]{5,24}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,20}|NOQUEUE): ")
_ACTION = re.compile(
    r"((?:milter-|cleanup-|proxy-)?(?:reject|warn|hold|discard|filter|redirect|prepend|replace|info|accept|bcc|strip|delay|"
    r"client)|reject_warning|permit|permit_[a-z_]+|trigger|passthru|dunno|pass|bounce|[a-z-]*reject): "
)
_STAGE = re.compile(r"([A-Z][A-Z-]*(?: [a-z]+)?) from (\S+?)(?:: |;|$)")
_REPLY = re.compile(r"(?:^|: )([245]\d\d) (?:([245]\.\d{1,3}\.\d{1,3}) )?(.*)")
_TAIL = re.compile(r"; (?=(?:from|proto|helo|to)=)")
_SASL = re.compile(
    r"(\S*)\[([^\]]+)\](?::\d+)?: SASL (\S+) authentication (failed|aborted|failure)[:,]? ?(.*)", re.IGNORECASE
)
_SASL_USER = re.compile(r"sasl_username=<?([^>,\s]+)")
_LOST = re.compile(r"(lost connection|timeout|too many errors|improper command pipelining)(?: after (.+?))? from (\S+)")
_TLS = re.compile(
    r"(?:(\S+) TLS connection (established|reused)|[Ss]etting up TLS connection) (from|to) (\S+)(?:: (.*))?"
)
_SCREEN = re.compile(
    r"(CONNECT|PASS (?:OLD|NEW)|(?:WHITE|BLACK|ALLOW|DENY)LIST(?:ED| VETO)|PREGREET|HANGUP|DISCONNECT|DNSBL rank \d+|"
    r"NON-SMTP COMMAND|BARE NEWLINE|COMMAND (?:TIME|COUNT|LENGTH|PIPELINING)(?: LIMIT)?|BDAT without \w+)\b"
)
_LISTED = re.compile(r"addr (\S+) listed by domain (\S+) as (\S+)")
_FILTER = re.compile(r"^spamd: |\bidentity=\w+; client-ip=|^action=\w+, reason=|^whitelisted: ")
"""Policy servers and filters that write under the name of Postfix."""
_LEVELS = ("warning: ", "fatal: ", "error: ", "panic: ")
_OUTCOMES = {
    "sent": "success",
    "deliverable": "success",
    "deferred": "partial",
    "bounced": "failure",
    "expired": "failure",
    "undeliverable": "failure",
    "undeliverable-but-not-cached": "failure",
}
_OUTBOUND = {"smtp", "lmtp", "error", "relay"}


def parse(daemon: str, text: str) -> Found:
    """Read one message of one of Postfix's programs; `daemon` is the last part of its name."""
    match = _QUEUE.match(text)
    if match is None:
        return _unqueued(daemon, text)
    queue_id = match[1]
    rest = text[match.end() :]
    key = rest[:4]
    if key == "to=<" or rest.startswith("to="):
        columns, fields = _delivery(rest)
    elif rest == "removed":
        return {"operation": "removed", "queue_id": queue_id}, {}
    elif key == "from":
        columns, fields = _queued(rest)
    elif key == "clie" and rest.startswith("client="):
        columns, fields = _client(rest)
    elif rest.startswith(("message-id=", "resent-message-id=")):
        columns = {"operation": "message_id", "internet_message_id": message_id(rest.partition("=")[2])}
        fields = {}
    else:
        columns, fields = _other_queued(daemon, rest, "warning" if text.startswith("warning: ") else None)
    if queue_id != "NOQUEUE":
        columns["queue_id"] = queue_id
    return columns, fields


def _delivery(rest: str) -> Found:
    """`to=<a>, orig_to=<b>, relay=c[d]:25, delay=…, dsn=2.0.0, status=sent (250 …)`."""
    head, _, answer = rest.partition(", status=")
    status, _, reply = answer.partition(" ")
    fields: dict[str, Any] = {}
    key = ""
    for piece in head.split(", "):
        left, sign, value = piece.partition("=")
        if sign and left.isidentifier():
            key = left
            fields[key] = value.removeprefix("<").removesuffix(">")
        elif key:
            fields[key] += ", " + piece
    status = status.rstrip(",;")
    fields["status"] = status
    fields["reply"] = reply
    recipients = [fields["to"].lower()]
    if "orig_to" in fields and fields["orig_to"].lower() != recipients[0]:
        recipients.append(fields["orig_to"].lower())
    return {
        "operation": status or "delivery",
        "outcome": _OUTCOMES.get(status),
        "recipients": recipients,
        "target": fields.get("relay"),
    }, fields


def _queued(rest: str) -> Found:
    """`from=<a>, size=1, nrcpt=1 (queue active)`, or `status=expired, returned to sender`."""
    fields = listed(rest)
    status = fields.get("status", "").partition(" ")[0]
    columns: dict[str, Any] = {"operation": status or "queued", "sender": mailbox(fields.get("from"))}
    if status:
        columns["outcome"] = _OUTCOMES.get(status, "failure")
    return columns, fields


@remembered
def _client(rest: str) -> Found:
    """`client=name[address]`, with the SASL user where there is one."""
    fields = listed(rest)
    columns: dict[str, Any] = {"operation": "client", "user": name(fields.get("sasl_username"))}
    columns |= _host(rest[7:])
    if columns["user"]:
        columns |= {"operation": "sasl_login", "outcome": "success"}
    return columns, fields


def _other_queued(daemon: str, rest: str, level: str | None) -> Found:
    if rest.startswith("warning: "):
        rest, level = rest[9:], "warning"
    if action := _ACTION.match(rest):
        return _action(action[1], rest[action.end() :])
    if rest.startswith("uid="):
        fields: dict[str, Any] = pairs(rest)
        return {"operation": "pickup", "sender": mailbox(fields.get("from")), "user": f"uid:{fields['uid']}"}, fields
    if " notification: " in rest:
        who, _, new = rest.partition(" notification: ")
        return {"operation": "bounce_notice", "target": new.strip()}, {"bounce": new.strip(), "bounce_of": who}
    if "; from=<" in rest or " helo=<" in rest:
        columns, fields = _action(level or "note", rest)
        return columns, fields
    columns, fields = _unqueued(daemon, rest)
    if level:
        columns["operation"] = level
    if columns["operation"] == "other" and rest.startswith(
        ("placed on hold", "released from hold", "requeued", "removed")
    ):
        columns["operation"] = rest.split(" ")[0]
    return columns, fields


def _action(action: str, rest: str) -> Found:
    """A decision about a client's command: `RCPT from host[ip]: 550 5.7.1 …; from=<> to=<> proto=ESMTP helo=<>`."""
    told, *tails = _TAIL.split(rest)
    fields: dict[str, Any] = pairs(" ".join(tails))
    fields["action"] = action
    columns: dict[str, Any] = {"operation": "reject" if action.endswith("reject") else action.replace("-", "_")}
    if stage := _STAGE.match(told):
        fields["stage"] = stage[1]
        columns |= _host(told[stage.start(2) :])
        told = told[stage.end() :]
    elif told.startswith("header ") or " from " in told:
        fields["text"], _, whence = told.rpartition(" from ")
        columns |= _host(whence)
    if reply := _REPLY.search(told):
        fields |= {"code": reply[1], "dsn": reply[2], "reason": reply[3]}
    if columns["operation"] == "reject":
        columns["outcome"] = "failure"
    columns |= {
        "sender": mailbox(fields.get("from")),
        "recipients": [fields["to"].lower()] if fields.get("to") else None,
        "client": fields.get("helo") or columns.get("client"),
        "user": name(fields.get("sasl_username")),
    }
    return columns, fields


def _host(text: str) -> dict[str, Any]:
    """Give the client that `name[address]:port` names."""
    host, ip = peer(text)
    return {"client_ip": ip, "client": host and (host.removeprefix("client=").lstrip("<") or None)} if ip else {}


@remembered
def _unqueued(daemon: str, text: str) -> Found:
    if text.startswith("connect from "):
        return {"operation": "connect", **_host(text)}, {}
    if text.startswith("disconnect from "):
        counts = (word.partition("=") for word in text[16:].split(" "))
        return {"operation": "disconnect", **_host(text)}, {key: value for key, sign, value in counts if sign}
    for level in _LEVELS:
        if text.startswith(level):
            return _warning(daemon, level[:-2], text[len(level) :])
    if lost := _LOST.search(text):
        return {"operation": lost[1].replace(" ", "_"), "outcome": "failure", **_host(lost[3])}, {"stage": lost[2]}
    if tls := _TLS.match(text):
        fields = {"trust": tls[1], "tls": tls[5]}
        ends = _host(tls[4]) if tls[3] == "from" else {"target": tls[4].rstrip(":")}
        return {"operation": "tls", **ends}, fields
    if text.startswith(("SSL_accept error from ", "TLS SNI ")):
        return {"operation": "tls_failed", "outcome": "failure", **_host(text)}, {}
    if text.startswith(("proxy-accept: ", "proxy-reject: ")):
        return _action(text[:12], text[14:])
    return _rest(daemon, text)


def _rest(daemon: str, text: str) -> Found:
    if daemon == "postscreen" and (screen := _SCREEN.match(text)):
        word = screen[1].lower().replace(" ", "_").replace("-", "_")
        return {"operation": word, **_host(text)}, {}
    if listed := _LISTED.match(text):
        fields = {"addr": listed[1], "domain": listed[2], "as": listed[3]}
        return {"operation": "listed", "client_ip": address(listed[1])}, fields
    if text.startswith("statistics: "):
        ip = re.search(r"for \((?:[0-9.]+:)?[\w/-]+:([0-9a-fA-F:.]+)\)", text)
        return {"operation": "statistics", "client_ip": address(ip[1]) if ip else None}, {}
    if _FILTER.search(text):
        return others.guessed(text)
    remote = HOST.search(text)
    if daemon in _OUTBOUND or text.startswith(("connect to ", "Used TLS for ", "host ")):
        columns: dict[str, Any] = {"operation": "other", "target": remote[0] if remote else None}
        fields = {"relay": remote[0]} if remote else {}
        if text.startswith("connect to "):
            columns |= {"operation": "connect_to", "outcome": "failure"}
        elif text.startswith("Used TLS for "):
            columns["operation"] = "tls"
        elif text.startswith("host ") and " said: " in text:
            columns["operation"] = "said"
            fields["reply"] = text.partition(" said: ")[2]
        return columns, fields
    return {"operation": "other", **(_host(text) if remote else {})}, {}


def _warning(daemon: str, level: str, text: str) -> Found:
    if sasl := _SASL.match(text):
        user = _SASL_USER.search(sasl[5])
        columns = {
            "operation": "sasl_failed",
            "outcome": "failure",
            "client_ip": address(sasl[2]),
            "client": sasl[1],
            "user": name(user[1]) if user else None,
        }
        return columns, {"sasl_method": sasl[3], "reason": sasl[5]}
    columns = {"operation": level, "outcome": "failure" if level != "warning" else None}
    if daemon not in _OUTBOUND and HOST.search(text):
        columns |= _host(text)
    elif found := re.search(
        r"(?:does not resolve to address|: address not listed for hostname|^)\s*([0-9a-fA-F.:]{7,45})(?=[:\s])", text
    ):
        columns["client_ip"] = address(found[1].rstrip(":"))
    return columns, {}
