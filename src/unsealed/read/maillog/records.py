"""From lines of many programs to rows: each to the module of its program, gathered by the column."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from hashlib import sha256
from typing import Any

import orjson

from unsealed.read.events import event
from unsealed.read.maillog import dovecot, exim, others, postfix, sendmail
from unsealed.read.maillog.envelope import Envelope
from unsealed.read.maillog.found import Found
from unsealed.read.reader import Batch, Part, Row

SIZE = 4_000
"""Rows of one batch."""
_FILLED = (
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


class Records:
    """Gathers the events of one range; a line that stands there twice in one moment is two events."""

    def __init__(self, part: Part, shape: str) -> None:
        self.part, self.shape = part, shape
        self._rows: list[tuple[Any, ...]] = []
        self._moment: int | None = None
        self._seen: dict[str, int] = {}

    def count(self, line: str, time: int | None) -> int:
        """Tell how often this line was met in this moment before."""
        if time != self._moment:
            self._moment, self._seen = time, {line: 1}
            return 0
        nth = self._seen.get(line, 0)
        self._seen[line] = nth + 1
        return nth

    def add(self, line: str, locator: str, taken: Envelope) -> Iterable[Batch | Row]:
        """Take one line; give a batch when one is full, and rows at once where a letter was touched."""
        time, basis, host, program, pid, text = taken
        if time == self._moment:
            nth = self._seen.get(line, 0)
            self._seen[line] = nth + 1
        else:
            self._moment, self._seen, nth = time, {line: 1}, 0
        source, daemon = source_of(program)
        columns, fields = found(source, daemon, text)
        record = {"message": line, "host": host, "program": program, "pid": pid, **fields}
        raw = orjson.dumps(record).decode()
        if "access" in fields:
            return self._touched(f"{line}\n{nth}" if nth else line, locator, source, columns, raw, time, basis)
        data = f"{source}\0{line}\0{nth}" if nth else f"{source}\0{line}"
        get = columns.get
        self._rows.append(
            (
                sha256(data.encode("utf-8", "surrogatepass")).hexdigest()[:32],
                locator,
                time,
                basis,
                source,
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
        )
        return self.flush() if len(self._rows) >= SIZE else ()

    def _touched(
        self,
        identity: str,
        locator: str,
        source: str,
        columns: dict[str, Any],
        raw: str,
        time: int | None,
        basis: str | None,
    ) -> Iterator[Row]:
        """A letter by its Message-ID: a row of `events`, and one of `accesses`."""
        row = event(
            self.part,
            locator,
            source,
            identity,
            **columns,
            raw=raw,
            time=time,
            time_basis=basis,
            shape=self.shape,
            workload="dovecot",
        )
        yield row
        access = orjson.loads(raw)["access"]
        yield (
            "accesses",
            (
                row[1][0],
                columns.get("mailbox"),
                columns.get("target"),
                columns.get("internet_message_id"),
                access,
                False,
                orjson.loads(raw).get("subject"),
            ),
        )

    def flush(self) -> Iterator[Batch]:
        """Give what is gathered."""
        if self._rows:
            names = ("event_id", "locator", "time", "time_basis", "source", "workload", "raw", *_FILLED)
            columns: dict[str, Any] = {
                name: list(values) for name, values in zip(names, zip(*self._rows, strict=True), strict=True)
            }
            columns |= {"evidence_id": self.part.evidence_id, "shape": self.shape}
            count, self._rows = len(self._rows), []
            yield Batch("events", count, columns)
