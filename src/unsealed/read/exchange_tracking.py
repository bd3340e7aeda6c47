"""Exchange's message tracking: which letter went through, from whom, to whom, when; from logs or `Get-MessageTrackingLog`.

https://learn.microsoft.com/exchange/mail-flow/transport-logs/message-tracking
"""

import re
from collections.abc import Iterator

from unsealed.read.csv_rows import fold
from unsealed.read.events import event
from unsealed.read.exchange.headless import TRACKING
from unsealed.read.exchange.log import (
    Columns,
    ExchangeLog,
    Fields,
    addresses,
    first,
    lower,
    mailbox,
)
from unsealed.read.fields_log import Header
from unsealed.read.reader import Batch, Part, Row
from unsealed.read.structured import Record, StructuredLog, no_time, word
from unsealed.read.values import ip_address, message_id

_COLUMNS = frozenset({"event-id", "message-id", "recipient-address", "sender-address"})
_CSV = frozenset({"eventid", "messageid", "sender", "recipients"})
"""Folded names of properties that `Get-MessageTrackingLog` gives; `Timestamp` and `Source` it shares with others."""
_CLIENT = re.compile(r"ClientType:([^,;]+)")
_FAILED = frozenset({"FAIL", "BADMAIL", "POISONMESSAGE", "UNDELIVERABLE", "HADISCARD", "THROTTLE"})
_DONE = frozenset(
    {"DELIVER", "SEND", "RECEIVE", "SUBMIT", "DUPLICATEDELIVER", "PROCESS", "REDIRECT", "EXPAND", "RESOLVE"}
)


def _knows(names: frozenset[str], header: Header) -> int:
    del header
    return 95 if names >= _COLUMNS else 0


def _source(names: frozenset[str], header: Header) -> str:
    del names, header
    return "exchange_tracking"


def _columns(fields: Fields, source: str) -> Columns:
    del source
    return _transport(
        fields.get("event-id"),
        fields.get("source"),
        fields.get("sender-address"),
        fields.get("recipient-address"),
        ip=first(fields, "original-client-ip", "client-ip"),
        context=fields.get("source-context", ""),
    ) | {
        "internet_message_id": message_id(fields.get("message-id")),
        "queue_id": fields.get("internal-message-id"),
        "record_id": fields.get("log-id"),
        "target": fields.get("message-subject"),
    }


def _transport(
    what: str | None, service: str | None, sender: str | None, recipients: str | None, *, ip: str | None, context: str
) -> Columns:
    """Give what both forms have; the mailbox that the store took a letter from, or put it into."""
    to = addresses(recipients)
    stored = (service or "").upper() == "STOREDRIVER"
    touched = (sender if what in {"RECEIVE", "SUBMIT"} else to[0] if to and len(to) == 1 else None) if stored else None
    client = _CLIENT.search(context)
    return {
        "operation": what,
        "mailbox": mailbox(touched),
        "client_ip": ip_address(ip or ""),
        "client": client[1] if client else None,
        "outcome": "failure" if what in _FAILED else "success" if what in _DONE else None,
        "workload": service,
        "sender": lower((sender or "").strip("<>")),
        "recipients": to,
    }


_LOG = ExchangeLog("exchange_tracking", "1", _knows, _source, _columns, (TRACKING,))


def _rows(record: Record) -> Iterator[Row]:
    """Give the event of one line of `Get-MessageTrackingLog`, whose times are the console's, without a zone."""
    fields = {fold(name): value for name, value in record.fields.items() if value not in (None, "", [])}
    time, basis = record.local_time(fields.get("timestamp"))
    if time is None:
        raise no_time(record, "timestamp")
    to = fields.get("recipients")
    told = ";".join(map(str, to)) if isinstance(to, list) else re.sub(r"[{}]|, ?(?=\S+@)", ";", word(to) or "")
    columns = _transport(
        word(fields.get("eventid")),
        word(fields.get("source")),
        word(fields.get("sender")),
        "" if told.startswith("System.") else told,
        ip=word(fields.get("originalclientip")) or word(fields.get("clientip")),
        context=word(fields.get("sourcecontext")) or "",
    )
    yield event(
        record.part,
        record.locator,
        "exchange_tracking",
        record.raw,
        time=time,
        time_basis=basis,
        raw=record.raw,
        shape="get_messagetrackinglog",
        internet_message_id=message_id(word(fields.get("messageid"))),
        queue_id=word(fields.get("internalmessageid")),
        target=word(fields.get("messagesubject")),
        **columns,
    )


_TABLE = StructuredLog(
    "exchange_tracking",
    "1",
    lambda names: names >= _CSV and "timestamp" in names,
    lambda value: {"EventId", "MessageId", "Sender", "Recipients", "Timestamp"} <= value.keys(),
    _rows,
)


class ExchangeTracking:
    """Both forms."""

    name = "exchange_tracking"
    version = "1"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of the columns of either form."""
        return _LOG.detect(head, shown) or _TABLE.detect(head, shown)

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut at the beginnings of records."""
        return _form(path).ranges(path, size)

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the records of the range."""
        return _form(part.path).read(part)


def _form(path: str) -> ExchangeLog | StructuredLog:
    with open(path, "rb") as stream:  # noqa: PTH123 - a path of ours
        return _LOG if _LOG.detect(stream.read(64 << 10), "") else _TABLE


READER = ExchangeTracking()
