"""Programs that stand beside a mail server: filters, policy servers, sign-in services, and other IMAP servers."""

import re
from collections.abc import Callable
from typing import Any

from unsealed.read.maillog.found import Found, address, mailbox, message_id, name, pairs
from unsealed.read.values import number

_QUEUE = re.compile(r"([0-9A-F]{8,17}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{12,20}): ")
_IP = re.compile(
    r"(?:(?:client-ip|client_address|rhost|rip|ip|addr|raddr|from_ip)[=:] ?|\bfrom (?:\S+ )?|[\w.-]*)"
    r"\[?((?:\d{1,3}\.){3}\d{1,3}|(?:[0-9A-Fa-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}))(?:/\d+)?\]?"
)
_SSH = re.compile(r"(Accepted|Failed) (\S+) for (?:invalid user )?(.*) from (\S+) port \d+(?: ssh\d)?(?:: |$)")
_SSH_REFUSED = re.compile(
    r"(?:(?:Invalid user|maximum authentication attempts exceeded for(?: invalid user)?|[Uu]ser) (\S*) (?:from )?|REFUSED FROM |"
    r"(?:closed by|reset by|Disconnected from|Disconnecting)(?: (?:authenticating|invalid) user (\S*))? )([0-9A-Fa-f.:]{3,45})\b"
)
_AMAVIS = re.compile(
    r"\([\w/-]+\) (Passed|Blocked) (\S+).*?(?:\[([0-9A-Fa-f.:]+)\]:?\d* .*?)?<([^>]*)> -> ((?:<[^>]*>,?)+)"
)
_RSPAMD = re.compile(r"id: <([^>]*)>.*?(?:qid: <([^>]*)>)?.*?ip: ([0-9A-Fa-f.:]+)")
_CYRUS = re.compile(r"(login|badlogin): (\S*?) ?\[([0-9A-Fa-f.:]+)\] (?:(\S+) )?(\S*)(.*)")
_WORD = re.compile(r"[a-z][a-z_]{2,20}")
_FAILURE = re.compile(r"\b(?:fail(?:ed|ure|s)?|denied|reject(?:ed)?|invalid|blocked|badlogin)\b", re.IGNORECASE)


def parse(source: str, text: str) -> Found:
    """Read one message of a program that is none of the large four."""
    return _BY_SOURCE.get(source, _plain)(text)


def guessed(text: str) -> Found:
    """Read a message of a filter that did not give its own name."""
    return _spamd(text) if text.startswith("spamd: ") else _policy(text)


def general(program: str, text: str) -> Found:
    """Read a line of a program that has nothing to do with mail: its name, and a sign-in where it is one."""
    if text.startswith(("badlogin: ", "login: ")) and "[" in text:
        return _cyrus(text)
    columns: dict[str, Any] = {"operation": program.lower()}
    if ssh := _SSH.search(text):
        columns |= {
            "outcome": "success" if ssh[1] == "Accepted" else "failure",
            "user": name(ssh[3]),
            "client_ip": address(ssh[4]),
        }
    elif program == "sshd" and (refused := _SSH_REFUSED.search(text)):
        columns |= {"outcome": "failure", "user": name(refused[1] or refused[2]), "client_ip": address(refused[3])}
    elif " from " in text or "rhost=" in text:
        found = _IP.search(text)
        columns["client_ip"] = address(found[1]) if found else None
    return columns, {}


def _plain(text: str) -> Found:
    """Whatever the program: a queue id, an address, a sender, a recipient, a user where they stand as `key=value`."""
    fields: dict[str, Any] = pairs(text)
    columns: dict[str, Any] = {"operation": "other"}
    if queue := _QUEUE.match(text):
        columns["queue_id"] = queue[1]
    ip = address(fields.get("client-ip") or fields.get("client_address") or fields.get("rhost") or fields.get("ip"))
    if ip is None and (found := _IP.search(text)):
        ip = address(found[1])
    to = fields.get("recipient") or fields.get("to")
    sent = [fields[key] for key in ("envelope-from", "sender", "from") if fields.get(key) or fields.get(key) == ""]
    columns |= {
        "client_ip": ip,
        "client": fields.get("helo") or fields.get("client_name") or None,
        "sender": mailbox(sent[0]) if sent else None,
        "recipients": [to.lower()] if to else None,
        "user": name(fields.get("user") or fields.get("sasl_username")),
        "internet_message_id": message_id(fields.get("mid") or fields.get("message-id") or fields.get("msgid")),
    }
    if _FAILURE.search(text):
        columns["outcome"] = "failure"
    return columns, fields


def _policy(text: str) -> Found:
    columns, fields = _plain(text)
    verdict = re.search(r"Received-SPF: (\w+)|^(\w+); identity=", text)
    word = fields.get("action") or ("spf_" + (verdict[1] or verdict[2]).lower() if verdict else "other")
    columns |= {"operation": word, "outcome": "failure" if word in {"reject", "spf_fail"} else None}
    return columns, fields


def _spamd(text: str) -> Found:
    columns, fields = _plain(text)
    word = re.match(
        r"(?:spamd: )?(result|connection|processing|identified|clean|creating|handled|server|prefork)", text
    )
    columns["operation"] = word[1] if word else "other"
    if word and word[1] == "processing" and (mid := re.search(r"message (<[^>]*>|\S+@\S+)", text)):
        columns["internet_message_id"] = message_id(mid[1])
    columns["outcome"] = None
    return columns, fields


def _amavis(text: str) -> Found:
    columns, fields = _plain(text)
    if told := _AMAVIS.search(text):
        queue = re.search(r"Queue-ID: (\w+)", text)
        mid = re.search(r"Message-ID: (<[^>]*>)", text)
        columns |= {
            "operation": told[1].lower(),
            "outcome": "success" if told[1] == "Passed" else "failure",
            "client_ip": address(told[3]),
            "sender": mailbox(told[4]),
            "recipients": [one.lower() for one in re.findall(r"<([^>]*)>", told[5])],
            "queue_id": queue[1] if queue else None,
            "internet_message_id": message_id(mid[1]) if mid else None,
        }
        fields["verdict"] = told[2]
    return columns, fields


def _rspamd(text: str) -> Found:
    columns, fields = _plain(text)
    if told := _RSPAMD.search(text):
        queue = re.search(r"qid: <([^>]*)>", text)
        sender = re.search(r"\bfrom: <([^>]*)>", text)
        columns |= {
            "operation": "scanned",
            "internet_message_id": message_id(told[1] if told[1] != "undef" else None),
            "queue_id": queue[1] if queue else None,
            "client_ip": address(told[3]),
            "sender": mailbox(sender[1]) if sender else None,
        }
    columns["outcome"] = None
    return columns, fields


def _cyrus(text: str) -> Found:
    columns, fields = _plain(text)
    if told := _CYRUS.match(text):
        good = told[1] == "login"
        columns |= {
            "operation": "login" if good else "login_failed",
            "outcome": "success" if good else "failure",
            "client_ip": address(told[3]),
            "client": told[2] or None,
        }
        user = (told[4] if good else None) or columns["user"]
        columns |= {"user": name(user), "mailbox": name(user)}
    return columns, fields


def _courier(text: str) -> Found:
    columns, fields = _plain(text)
    word = text.partition(",")[0].strip().lower().replace(" ", "_")
    known = {"login": "success", "login_failed": "failure", "logout": None, "disconnected": None, "timeout": None}
    if word in known:
        columns |= {"operation": word, "outcome": known[word], "mailbox": columns["user"]}
        columns["bytes_out"] = number(fields.get("sent"))
    return columns, fields


def _saslauthd(text: str) -> Found:
    fields: dict[str, Any] = dict(re.findall(r"\[(\w+)=([^\]]*)\]", text))
    bad = "fail" in text.lower()
    columns = {"operation": "auth_failed" if bad else "auth", "user": name(fields.get("user"))}
    return columns | {"outcome": "failure" if bad else None}, fields


_BY_SOURCE: dict[str, Callable[[str], Found]] = {
    "policyd": _policy,
    "postgrey": _policy,
    "spamd": _spamd,
    "amavis": _amavis,
    "rspamd": _rspamd,
    "cyrus": _cyrus,
    "courier": _courier,
    "saslauthd": _saslauthd,
}
