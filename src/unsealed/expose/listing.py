"""A list of the letters in an export: Message-IDs, or subjects with times; as text, CSV or JSON.

Column names are taken as exports write them: Message-ID, InternetMessageId, Subject, Date, Sent, Received, Mailbox.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

MOST = 256 << 20
"""A longer file is no list."""
_IDS = ("internetmessageid", "messageid", "rfc822messageid", "rfc2822messageid", "msgid", "mid")
_SUBJECTS = ("subject", "subjectortitle", "subjecttitle", "title", "betreff", "件名")
_DATES = ("date", "sent", "datesent", "senttime", "sentdatetime", "received", "datereceived", "receivedtime",
          "receiveddatetime", "emaildatesent", "emaildatereceived", "日時", "送信日時", "受信日時")  # fmt: skip
_BOXES = ("mailbox", "mailboxowner", "owner", "custodian", "account", "user", "location")
_ID = re.compile(r"<[^<>\s]+>|[^\s<>,;|\"']+@[^\s<>,;|\"']+")


class ListingError(ValueError):
    """The file is no list of letters; says why."""


class Row(NamedTuple):
    """One letter of the list."""

    mid: str | None
    """Its Message-ID, without brackets and in lower case, as copies are compared."""
    subject: str | None
    date: str | None
    """ISO 8601; with an offset where the list has one."""
    mailbox: str | None
    line: int


def read(path: Path) -> list[Row]:
    """Give the letters of a list.

    Raises:
        ListingError: if no line names a letter by its Message-ID, or by subject and date.
    """
    if path.stat().st_size > MOST:
        raise ListingError(f"too large for a list of letters (more than {MOST >> 20} MiB)")
    text = _text(path.read_bytes())
    begin = text.lstrip()[:1]
    rows = list(_json(text) if begin in {"{", "["} and begin else _table(text) or _lines(text))
    if not rows:
        raise ListingError("no line names a letter, by its Message-ID or by subject and date")
    return rows


def _text(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    return data.decode(encoding, "replace")


def _json(text: str) -> Iterator[Row]:
    """JSON lines, or one array of objects or of Message-IDs."""
    if text.lstrip().startswith("["):
        try:
            several = [(number, one) for number, one in enumerate(json.loads(text), start=1)]
        except (ValueError, RecursionError) as error:
            raise ListingError(f"it begins like JSON, and is none: {error}") from error
    else:
        several = []
        for number, line in enumerate(text.splitlines(), start=1):
            try:
                several += [(number, json.loads(line))] if line.strip() else []
            except (ValueError, RecursionError) as error:
                raise ListingError(f"line {number} is no JSON: {error}") from error
    for number, one in several:
        if isinstance(one, str) and (found := _ID.search(one)):
            yield Row(_plain(found[0]), None, None, None, number)
        elif isinstance(one, dict) and (row := _row(one, number)):
            yield row


def _table(text: str) -> list[Row]:
    """A table whose first line names a column that we know."""
    head = text.lstrip("\r\n").split("\n", 1)[0]
    mark = max(",;\t|", key=head.count)
    names = [_fold(name) for name in next(csv.reader([head], delimiter=mark), [])]
    if not any(name in _IDS or name in _SUBJECTS for name in names):
        return []
    reader = csv.DictReader(io.StringIO(text.lstrip("\r\n")), fieldnames=names, delimiter=mark)
    rows: list[Row] = []
    try:
        next(reader, None)
        for fields in reader:
            row = _row({key: value for key, value in fields.items() if isinstance(key, str)}, reader.line_num)
            rows += [row] if row else []
    except csv.Error as error:
        raise ListingError(f"line {reader.line_num}: {error}") from error
    return rows


def _lines(text: str) -> Iterator[Row]:
    """A Message-ID a line; what stands behind `#` at the beginning of a line is a comment."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.lstrip().startswith("#") and (found := _ID.search(line)):
            yield Row(_plain(found[0]), None, None, None, number)


def _row(fields: Mapping[str, object], line: int) -> Row | None:
    folded = {_fold(key): str(value).strip() for key, value in fields.items() if value not in (None, "", [])}
    named = next((folded[key] for key in _IDS if key in folded), None)
    subject = next((folded[key] for key in _SUBJECTS if key in folded), None)
    date = next((told for key in _DATES if key in folded and (told := _date(folded[key]))), None)
    box = next((folded[key].lower() for key in _BOXES if "@" in folded.get(key, "")), None)
    if named and (found := _ID.search(named)):
        return Row(_plain(found[0]), subject, date, box, line)
    return Row(None, subject, date, box, line) if subject and date else None


def _plain(told: str) -> str:
    return told.strip("<> \t").lower()


def _fold(name: object) -> str:
    return re.sub(r"[\s_./()\"-]+", "", str(name)).lower()


def _date(text: str) -> str | None:
    """Give a time as ISO 8601 from that or from the form of mail headers."""
    if re.match(r"\d{4}-\d\d-\d\d", text):
        return text
    try:
        made = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return (made.astimezone(UTC) if made.tzinfo else made).isoformat()
