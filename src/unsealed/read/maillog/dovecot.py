"""Dovecot: who signed in from where, what they did to which letter, how much they took, and what was delivered.

https://doc.dovecot.org/latest/core/plugins/mail_log.html, https://doc.dovecot.org/latest/core/admin/logging.html
"""

import re
from typing import Any

from unsealed.read.maillog.found import Found, address, listed, mailbox, message_id, name, pairs
from unsealed.read.values import number

SERVICES = (
    "imap-login|pop3-login|managesieve-login|submission-login|imap-hibernate|imap-urlauth|imap|pop3|managesieve|submission|"
    "lmtp|lda|deliver|dovecot-lda|dict|auth-worker|auth|dovecot-auth|doveadm|indexer-worker|indexer|anvil|master|"
    "stats|config|ssl-params|quota-status|replicator|sieve"
)
BARE = re.compile(rf"(?:{SERVICES})(?:\([^)]*\))?(?:<[^>]*>)*: ")
"""How a line of Dovecot's own log file begins after the time."""
_HEAD = re.compile(
    rf"(?:(?:Info|Warning|Error|Fatal|Panic|Debug): )?({SERVICES})(?:\(([^)]*)\))?((?:<[^>]*>)*): "
    r"(?:(Info|Warning|Error|Fatal|Panic|Debug): )?"
)
_FAILED = re.compile(r"auth[ _]failed|failed|tried to use|Password mismatch|unknown user|aborted", re.IGNORECASE)
_BACKEND = re.compile(r"(?:^|: )(\w[\w-]*)\(([^,)]*)(?:,([0-9A-Fa-f.:]+))?,?(?:<?([^>)]*)>?)?\): (.*)")
_ITEM = re.compile(
    r"(?:session=<?[^ >]*>? )?(delete|undelete|expunge|copy|move|save|append|flag_change|deleted|expunged|copied|fetch|mail_read)"
    r"(?: from ([^:]+)| -> ([^:]+))?: (?=.*\b(?:box|uid|msgid)=)"
)
_ITEM_KEYS = re.compile(r"(?:^|, )(box|uid|msgid|size|vsize|from|subject|flags|uidvalidity|psize|dest)=")
_BOX = re.compile(r"Mailbox (created|deleted|renamed|subscribed|unsubscribed): (.*)")
_STORED = re.compile(r"msgid=(<.*>|[^:\s]*)(?: \([^)]*\))?: (.*)")
_INTO = re.compile(r"(?:saved mail to|stored mail into mailbox) '?(.+?)'?(?: \(|$)")
_FORWARD = re.compile(r"(?:forwarded to|sent vacation response to|redirected? to) <([^>]*)>", re.IGNORECASE)
_ENDS = ("Logged out", "Disconnected", "Connection closed", "Server shutting down", "Internal error occurred. Refer")
_BEFORE_TRAFFIC = re.compile(r",? (?:in|out|bytes|top|retr|rset|del)=")
_WORDS = {"deleted": "delete", "expunged": "expunge", "copied": "copy"}
_ACCESS = {
    "delete": "delete",
    "expunge": "delete",
    "copy": "move",
    "move": "move",
    "save": "create",
    "append": "create",
    "flag_change": "update",
    "undelete": "update",
    "fetch": "fetch",
    "mail_read": "fetch",
}
_DELIVERY = {"lmtp", "lda", "deliver", "dovecot-lda"}


def parse(text: str) -> Found:
    """Read one message; of a letter touched, `fields["access"]` names how."""
    text = text.removeprefix("dovecot: ")
    head = _HEAD.match(text)
    if head is None:
        fields: dict[str, Any] = pairs(text) if "rhost=" in text else {}
        return _pam(fields) if fields else ({"operation": "other"}, {})
    service, inner, tags, level = head.groups()
    rest = text[head.end() :]
    if service.endswith("-login"):
        columns, fields = _signing_in(rest)
    elif service.startswith("auth") or service == "dovecot-auth":
        columns, fields = _auth(inner, tags, rest)
    else:
        columns, fields = _session(service, inner, tags, rest)
    fields["service"] = service
    if columns["operation"] == "other" and level in {"Warning", "Error", "Fatal", "Panic"}:
        columns |= {"operation": level.lower(), "outcome": "failure" if level != "Warning" else None}
    return columns, fields


def _signing_in(rest: str) -> Found:
    """A `…-login` service: the sign-in, or why there was none."""
    # What the client sent may stand in the reason: only what follows the last of these is Dovecot's own.
    begin = max(rest.rfind(": user=<"), rest.rfind(": rip="), rest.rfind(": method="), -2)
    fields = listed(rest[begin + 2 :])
    columns: dict[str, Any] = {
        "user": name(fields.get("user")),
        "mailbox": name(fields.get("user")),
        "client_ip": address(fields.get("rip")),
        "session_id": fields.get("session") or None,
    }
    if rest.startswith("Login: "):
        columns |= {"operation": "login", "outcome": "success"}
    elif rest.startswith("proxy("):
        who = rest[6:].partition(")")[0].split(",")[0]
        columns |= {"operation": "proxy", "user": name(who), "mailbox": name(who)}
    elif "no auth attempts" in rest or "before auth was ready" in rest or "during TLS handshake" in rest:
        columns |= {"operation": "disconnect", "outcome": "failure"}
        fields["reason"] = rest.partition(": user=<")[0]
    elif _FAILED.search(rest):
        columns |= {"operation": "login_failed", "outcome": "failure"}
        fields["reason"] = rest.partition(": user=<")[0]
        if attempts := re.search(r"auth failed, (\d+) attempts", rest):
            fields["attempts"] = number(attempts[1])
    else:
        columns["operation"] = (
            "disconnect" if rest.startswith(("Disconnected", "Aborted", "Login aborted")) else "other"
        )
    return columns, fields


def _auth(inner: str | None, tags: str, rest: str) -> Found:
    """The `auth` services: what a password database said of whom."""
    if "rhost=" in rest:
        return _pam(pairs(rest))
    fields: dict[str, Any] = {}
    who = ip = session = None
    if backend := _BACKEND.search(rest):
        fields["backend"] = backend[1]
        who, ip, session, reason = backend[2], backend[3], backend[4], backend[5]
    elif inner and "," in inner:
        who, ip, *_ = inner.split(",")
        session, reason = tags.strip("<>"), rest
    else:
        return {"operation": "other"}, fields
    fields["reason"] = reason
    lowered = reason.lower()
    bad = any(
        word in lowered
        for word in ("mismatch", "unknown user", "fail", "invalid", "denied", "not known", "disabled", "expired")
    )
    columns = {
        "operation": "auth_failed" if bad else "auth",
        "outcome": "failure" if bad else None,
        "user": name(who),
        "mailbox": name(who),
        "client_ip": address(ip),
        "session_id": (session or "").strip("<>") or None,
    }
    return columns, fields


def _pam(fields: dict[str, Any]) -> Found:
    user = name(fields.get("user") or fields.get("ruser"))
    ip = address(fields.get("rhost"))
    return {"operation": "auth_failed", "outcome": "failure", "user": user, "mailbox": user, "client_ip": ip}, fields


def _session(service: str, inner: str | None, tags: str, rest: str) -> Found:
    """What a signed-in user did, or what was delivered to one."""
    user, ip, session = _who(inner, tags)
    columns: dict[str, Any] = {"operation": "other", "mailbox": user, "session_id": session, "client_ip": ip}
    if service not in _DELIVERY and service not in {"indexer", "indexer-worker", "master", "doveadm"}:
        columns["user"] = user
    if rest.startswith(_ENDS) and "=" in rest:
        traffic = {
            key: value.rstrip(",") for key, sign, value in (word.partition("=") for word in rest.split(" ")) if sign
        }
        out = traffic.get("out") or (traffic.get("bytes") or traffic.get("retr") or "").partition("/")[2]
        columns |= {"operation": "logout", "bytes_out": number(out)}
        return columns, {**traffic, "reason": _BEFORE_TRAFFIC.split(rest, maxsplit=1)[0]}
    if item := _ITEM.match(rest):
        return _item(service, columns, item, rest[item.end() :])
    if box := _BOX.match(rest):
        columns |= {"operation": f"mailbox_{box[1][:-1]}", "target": box[2]}
        return columns, {}
    if service in _DELIVERY or rest.startswith("sieve: ") or "msgid=" in rest:
        return _delivery(columns, user, rest)
    if rest.startswith(_ENDS):
        columns["operation"] = "logout"
    return columns, {}


def _who(inner: str | None, tags: str) -> tuple[str | None, str | None, str | None]:
    """`(user)<pid><session>`, `(user,address)`, or of old `(pid, user)`."""
    user = ip = None
    for piece in (inner or "").split(","):
        told = piece.strip()
        if (found := address(told)) is not None:
            ip = found
        elif told and not told.isdecimal():
            user = user or name(told)
    marks = re.findall(r"<([^>]*)>", tags)
    return user, ip, (marks[-1] if len(marks) > 1 or (marks and not marks[0].isdecimal()) else None) or None


def _item(service: str, columns: dict[str, Any], item: "re.Match[str]", rest: str) -> Found:
    """The mail_log plugin: a letter by its Message-ID."""
    word = _WORDS.get(item[1], item[1])
    keys = list(_ITEM_KEYS.finditer(rest))
    ends = [*(key.start() for key in keys[1:]), len(rest)][: len(keys)]
    fields: dict[str, Any] = {key[1]: rest[key.end() : end] for key, end in zip(keys, ends, strict=True)}
    if item[2]:
        fields["from_box"] = item[2]
    elif item[3]:
        fields |= {"into": item[3]} | ({"from_box": fields["box"]} if fields.get("box") else {})
    columns |= {
        "operation": word,
        "outcome": "success",
        "internet_message_id": message_id(fields.get("msgid")),
        "target": fields.get("box") or item[3],
    }
    if service not in _DELIVERY and word in _ACCESS:
        fields["access"] = _ACCESS[word]
    return columns, fields


def _delivery(columns: dict[str, Any], user: str | None, rest: str) -> Found:
    """LMTP, LDA and Sieve: where a letter was put, or sent on to."""
    told = _STORED.search(rest)
    columns["recipients"] = [user] if user else None
    if told is None:
        columns["operation"] = (
            "connect" if rest.startswith("Connect from") else "disconnect" if rest.startswith("Disconnect") else "other"
        )
        columns["client_ip"] = columns["client_ip"] or _ip_after_from(rest)
        return columns, {}
    columns["internet_message_id"] = message_id(told[1])
    fields: dict[str, Any] = {"msgid": told[1], "action": told[2]}
    if into := _INTO.search(told[2]):
        columns |= {"operation": "delivered", "outcome": "success", "target": into[1]}
    elif forward := _FORWARD.search(told[2]):
        columns |= {
            "operation": "vacation" if "vacation" in told[2] else "forwarded",
            "outcome": "success",
            "target": mailbox(forward[1]),
        }
    elif "discard" in told[2]:
        columns |= {"operation": "discarded"}
    elif "failed" in told[2] or "reject" in told[2]:
        columns |= {"operation": "rejected" if "reject" in told[2] else "delivery_failed", "outcome": "failure"}
    return columns, fields


def _ip_after_from(text: str) -> str | None:
    found = re.match(r"(?:Connect|Disconnect) from ([0-9A-Fa-f.:]+)", text)
    return address(found[1].rstrip(":")) if found else None
