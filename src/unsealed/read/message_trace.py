"""Exchange Online message traces: which letters went where, by which address, with their ids.

`Get-MessageTrace` and `Get-MessageTraceV2` as CSV or JSON, historical searches, the portal's reports, the reporting
web service, Graph. https://learn.microsoft.com/powershell/module/exchange/get-messagetracev2,
https://learn.microsoft.com/exchange/monitoring/trace-an-email-message/message-trace-modern-eac
"""

from collections.abc import Collection, Iterator
from typing import Any

from unsealed.read.csv_rows import fold
from unsealed.read.events import event
from unsealed.read.reader import Row
from unsealed.read.structured import Record, StructuredLog, folded, ip, lower, message_id, no_time, opened, word

_FORMS = (
    {"messagetraceid", "recipientaddress", "senderaddress"},
    {"senderaddress", "recipientaddress", "received", "status", "fromip"},
    {"senderaddress", "recipientaddress", "receiveddatetime", "status"},
    {"origintimestamputc", "senderaddress", "recipientstatus"},
    {"datetimeutc", "senderaddress", "recipientstatus", "internalmessageid"},
    {"datetimeutc", "senderaddress", "recipientaddress", "status"},
    {"messagetraceid", "date", "event", "action"},
)
_TIMES = (
    "received",
    "receiveddatetime",
    "origintimestamputc",
    "datetimeutc",
    "datereceivedutc",
    "date",
    "receiveddate",
)
_FAILED = {"failed", "fail", "quarantined", "filteredasspam", "drop", "bounce"}
_PASSED = {"delivered", "resolved", "expanded", "send", "deliver", "receive", "sendexternal"}


def _is_trace(names: Collection[str]) -> bool:
    have = {name.replace("_", "") for name in names}
    return any(form <= have for form in _FORMS)


def _fields(record: Record) -> dict[str, Any]:
    return {name.replace("_", ""): value for name, value in folded(record.fields).items()}


def _rows(record: Record) -> Iterator[Row]:
    """Give the event of a record: a row a recipient, or one for all where the report has them in one."""
    fields = _fields(record)
    micros = next((at for name in _TIMES if (at := record.time(fields.get(name))[0]) is not None), None)
    if micros is None:
        raise no_time(record, *_TIMES)
    recipients, statuses = _recipients(fields)
    trace_id = lower(fields.get("messagetraceid")) or lower(fields.get("networkmessageid"))
    trace_id = trace_id or (lower(fields.get("id")) if "receiveddatetime" in fields else None)
    status = word(fields.get("status")) or word(fields.get("event")) or word(fields.get("eventid"))
    status = status or (statuses[0] if len(set(statuses)) == 1 else None) or "MessageTrace"
    sender, letter = lower(fields.get("senderaddress")), message_id(fields.get("messageid"))
    inbound = ip(str(fields.get("fromip") or fields.get("originalclientip") or fields.get("clientip") or ""))
    yield event(
        record.part,
        record.locator,
        "message_trace",
        _identity(record, trace_id, micros, recipients, status, fields),
        time=micros,
        operation=status,
        sender=sender,
        user=sender,
        recipients=recipients or None,
        internet_message_id=letter,
        client_ip=inbound or ip(str(fields.get("toip") or "")),
        outcome=_outcome(status, statuses),
        target=word(fields.get("subject")) or word(fields.get("messagesubject")),
        record_id=trace_id,
        workload="Exchange",
        shape="columns_only" if record.tabular else "record",
        raw=record.raw,
    )


def _identity(
    record: Record, trace_id: str | None, micros: int, recipients: list[str], status: str, fields: dict[str, Any]
) -> str:
    """Name a record: Microsoft's id of the letter for one recipient, at the second, as some forms write no more."""
    if not trace_id or "internalmessageid" in fields or "action" in fields:
        return record.raw
    return "\n".join((trace_id, str(micros // 1_000_000), status.lower(), *sorted(recipients)))


def _recipients(fields: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Give recipients and what became of each: reports have `a@example.org##Receive, Deliver;b@example.org##Fail`."""
    told = fields.get("recipientaddress") or fields.get("recipients") or fields.get("recipientaddresses")
    if isinstance(told := opened(told), list):
        return [name for one in told if (name := lower(one))], []
    found = [name for one in str(told or "").split(";") if (name := lower(one))]
    pairs = [part.partition("##") for part in str(fields.get("recipientstatus") or "").split(";") if part.strip()]
    statuses = [status.rpartition(",")[2].strip() for _, mark, status in pairs if mark]
    return found or [name for one, mark, _ in pairs if mark and (name := lower(one))], statuses


def _outcome(status: str, statuses: list[str]) -> str | None:
    made = {_judge(one) for one in statuses or [status]}
    return None if None in made else made.pop() if len(made) == 1 else "partial"


def _judge(status: str) -> str | None:
    told = fold(status)
    return "failure" if told in _FAILED else "success" if told in _PASSED else None


READER = StructuredLog(
    name="message_trace",
    version="1",
    has_columns=_is_trace,
    is_record=lambda value: _is_trace([fold(key) for key in value]),
    rows=_rows,
)
