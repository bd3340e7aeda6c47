"""From lines of many programs to rows: each to the module of its program, gathered by the column."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import orjson

from unsealed.read.events import Lines, event
from unsealed.read.maillog import dovecot, exim, others, postfix, sendmail
from unsealed.read.maillog.envelope import Envelope
from unsealed.read.maillog.found import Found
from unsealed.read.reader import Batch, Part, Row

_FILLED = (
    "time_basis",
    "workload",
    "raw",
    "operation",
    "user",
    "mailbox",
    "client_ip",
    "client",
    "session_id",
    "outcome",
    "target",
    "bytes_out",
    "internet_message_id",
    "queue_id",
    "sender",
    "recipients",
)
_NAMES = {
    "sendmail": "sendmail",
    "sm-mta": "sendmail",
    "sm-msp-queue": "sendmail",
    "sm-acceptingconnections": "sendmail",
    "exim": "exim",
    "exim4": "exim",
    "dovecot": "dovecot",
    "dovecot-auth": "dovecot",
    "auth": "dovecot",
    "opendkim": "opendkim",
    "opendmarc": "opendmarc",
    "amavis": "amavis",
    "amavisd": "amavis",
    "rspamd": "rspamd",
    "spamd": "spamd",
    "spamass-milter": "spamd",
    "postgrey": "postgrey",
    "policyd-spf": "policyd",
    "policyd": "policyd",
    "postfix-policyd-spf-perl": "policyd",
    "sqlgrey": "postgrey",
    "saslauthd": "saslauthd",
    "clamav-milter": "clamav",
    "clamsmtpd": "clamav",
    "mimedefang": "mimedefang",
    "milter-greylist": "postgrey",
    "roundcube": "roundcube",
    "qmail": "qmail",
    "qmail-send": "qmail",
    "smtpd": "opensmtpd",
    "perdition": "perdition",
    "imapd": "cyrus",
    "lmtpd": "cyrus",
    "lmtpunix": "cyrus",
    "deliver": "dovecot",
    "timsieved": "cyrus",
    "pop3d": "cyrus",
    "imap-login": "dovecot",
    "pop3-login": "dovecot",
    "managesieve-login": "dovecot",
    "spamd-child": "spamd",
    "vmail": "vmail",
}
_BY_START = (
    ("postfix", "postfix"),
    ("cyrus/", "cyrus"),
    ("cyrus-", "cyrus"),
    ("courier", "courier"),
    ("imapd-", "courier"),
    ("exim", "exim"),
    ("dovecot", "dovecot"),
    ("policyd", "policyd"),
    ("amavis", "amavis"),
    ("sendmail", "sendmail"),
    ("sm-", "sendmail"),
    ("rspamd", "rspamd"),
)


_REPEATED = re.compile(r"(?:last message|message) repeated (\d+) times?")


@cache
def source_of(program: str) -> tuple[str, str]:
    """Give the source that a program's lines are told under, and the last part of its name."""
    lowered = program.lower().partition("(")[0]
    daemon = lowered.rpartition("/")[2]
    for begin, source in _BY_START:
        if lowered.startswith(begin) and not lowered.startswith("postfix-policyd"):
            return source, daemon
    return _NAMES.get(lowered) or _NAMES.get(daemon) or "syslog", daemon


_PARSERS: dict[str, Callable[[str], Found]] = {"dovecot": dovecot.parse, "exim": exim.parse, "sendmail": sendmail.parse}


def found(source: str, daemon: str, text: str) -> Found:
    """Read a program's message."""
    if source == "postfix":
        return postfix.parse(daemon, text)
    if source == "syslog":
        return others.general(daemon, text) if daemon.strip("-") else _nameless(text)
    if source in {"courier", "cyrus"} and text.startswith(("LOGIN", "LOGOUT", "DISCONNECTED", "TIMEOUT")):
        source = "courier"
    parser = _PARSERS.get(source)
    return parser(text) if parser else others.parse(source, text)


def _nameless(text: str) -> Found:
    """Read a line that names no program: a count of repeats, or Postfix by its queue ids."""
    if repeated := _REPEATED.search(text):
        return {"operation": "repeated"}, {"repeated": int(repeated[1][:9])}
    columns, fields = postfix.parse("", text)
    return (columns, fields) if columns.get("queue_id") else ({"operation": "other"}, {})


def touched(event_id: object, columns: dict[str, Any], fields: dict[str, Any]) -> tuple[Any, ...]:
    """Give the row of `accesses` of a letter that a program names; `fields["access"]` says how it was touched.

    A letter that was copied or moved lay in `from_box`, and then lies in the box that the line is about.
    """
    folder, destination = columns.get("target"), None
    if fields["access"] == "move":
        folder, destination = fields.get("from_box"), fields.get("into") or folder
    letter = columns.get("internet_message_id")
    subject = fields.get("subject")
    return event_id, columns.get("mailbox"), folder, letter, fields["access"], False, subject, destination


class Records:
    """Gathers the events of one range, by source; a line that stands there twice in one moment is two events."""

    def __init__(self, part: Part, shape: str) -> None:
        self.part, self.shape = part, shape
        self._outs: dict[str, Lines] = {}

    def _out(self, source: str) -> Lines:
        out = self._outs.get(source)
        if out is None:
            out = self._outs[source] = Lines(self.part, source, self.shape, _FILLED)
        return out

    def resume(self, before: Iterable[tuple[str, Envelope]]) -> None:
        """Take note of the lines right before the range, newest first."""
        told: dict[str, list[tuple[str, int | None]]] = {}
        for line, taken in before:
            told.setdefault(source_of(taken[3])[0], []).append((line, taken[0]))
        for source, lines in told.items():
            self._out(source).resume(lines)

    def add(self, line: str, locator: str, taken: Envelope) -> Iterable[Batch | Row]:
        """Take one line; give a batch when one is full, and rows at once where a letter was touched."""
        time, basis, host, program, pid, text = taken
        source, daemon = source_of(program)
        columns, fields = found(source, daemon, text)
        out = self._outs.get(source) or self._out(source)
        raw = orjson.dumps({"message": line, "host": host, "program": program, "pid": pid, **fields}).decode()
        if "access" in fields:
            columns |= {"raw": raw, "time": time, "time_basis": basis, "workload": daemon, "shape": self.shape}
            return self._touched(out.identity(line, time), locator, source, columns, fields)
        get = columns.get
        return out.add(
            line,
            time,
            locator,
            basis,
            daemon,
            raw,
            columns["operation"],
            get("user"),
            get("mailbox"),
            get("client_ip"),
            get("client"),
            get("session_id"),
            get("outcome"),
            get("target"),
            get("bytes_out"),
            get("internet_message_id"),
            get("queue_id"),
            get("sender"),
            get("recipients"),
        )

    def _touched(
        self, identity: str, locator: str, source: str, columns: dict[str, Any], fields: dict[str, Any]
    ) -> Iterator[Row]:
        """A letter by its Message-ID: a row of `events`, and one of `accesses`."""
        row = event(self.part, locator, source, identity, **columns)
        yield row
        yield "accesses", touched(row[1][0], columns, fields)

    def flush(self) -> Iterator[Batch]:
        """Give what is gathered."""
        for out in self._outs.values():
            yield from out.flush()
