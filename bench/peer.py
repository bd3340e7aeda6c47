"""The peer: the same work with the standard library's `mailbox` and `email`, as a careful person would write it.

Splits an mbox, parses MIME, decodes headers and charsets, brings HTML to text, parses addresses, dates and Received
hops, hashes attachments, and writes the same columns to Parquet.
"""

import email.policy
import hashlib
import mailbox
import sys
from datetime import UTC
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

BATCH = 5_000


class Text(HTMLParser):
    """HTML to text."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block."""
        del attrs
        self.hidden += tag in {"script", "style", "head"}
        if tag in {"p", "div", "br", "tr", "li", "table"}:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        self.hidden -= tag in {"script", "style", "head"}

    def handle_data(self, data: str) -> None:
        """Take text."""
        if self.hidden <= 0:
            self.parts.append(data)


def header(message: Message, name: str) -> str:
    """Decode a header."""
    value = message.get(name)
    try:
        return str(make_header(decode_header(str(value)))) if value is not None else ""
    except (LookupError, ValueError):
        return str(value)


def when(value: str) -> Any:  # noqa: ANN401 - a time or nothing
    """Parse a date."""
    try:
        stamp = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def row(message: Message) -> dict[str, Any]:
    """Do one message."""
    text: list[str] = []
    hashes = []
    for part in message.walk():
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True) or b""
        assert isinstance(data, bytes)  # noqa: S101 - the type that decode=True gives
        kind = part.get_content_type()
        if kind in {"text/plain", "text/html"} and not part.get_filename():
            charset = part.get_content_charset() or "utf-8"
            try:
                decoded = data.decode(charset, "replace")
            except LookupError:
                decoded = data.decode("utf-8", "replace")
            if kind == "text/html":
                parser = Text()
                parser.feed(decoded)
                decoded = "".join(parser.parts)
            text.append(decoded)
        else:
            hashes.append(hashlib.sha256(data).hexdigest())
    hops = []
    for value in message.get_all("received", []):
        head, _, date = str(value).rpartition(";")
        hops.append((head.split(" by ")[-1].split(" ")[0], when(date.strip())))
    senders = getaddresses([header(message, "from")])
    return {
        "internet_message_id": header(message, "message-id"),
        "date": when(str(message.get("date", ""))),
        "from_address": senders[0][1].lower() if senders else "",
        "from_name": senders[0][0] if senders else "",
        "to": [a for _, a in getaddresses([header(message, "to")])],
        "cc": [a for _, a in getaddresses([header(message, "cc")])],
        "subject": header(message, "subject"),
        "in_reply_to": header(message, "in-reply-to"),
        "references": header(message, "references").split(),
        "received": [str(hop) for hop in hops],
        "text": "\n".join(text),
        "content_hash": hashlib.sha256("\n".join(text).encode("utf-8", "replace")).hexdigest(),
        "attachments": hashes,
    }


def main() -> None:
    """Read the mbox named first, with the policy named second, into the Parquet file named third."""
    path, policy, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    chosen = email.policy.default if policy == "default" else email.policy.compat32
    rows: list[dict[str, Any]] = []
    writer = None
    factory: Any = lambda stream: email.message_from_bytes(stream.read(), policy=chosen)  # noqa: E731 - mailbox wants one
    box = mailbox.mbox(path, factory=factory, create=False)
    count = 0
    for message in box:
        rows.append(row(message))
        count += 1
        if len(rows) >= BATCH:
            writer = flush(rows, out, writer)
    if rows:
        writer = flush(rows, out, writer)
    if writer:
        writer.close()
    print(count)


def flush(rows: list[dict[str, Any]], out: Path, writer: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Write a batch."""
    if writer is None:
        schema = pa.schema(
            [
                (
                    name,
                    pa.timestamp("us", tz="UTC")
                    if name == "date"
                    else pa.list_(pa.string())
                    if name in {"to", "cc", "references", "received", "attachments"}
                    else pa.string(),
                )
                for name in rows[0]
            ]
        )
        writer = pq.ParquetWriter(out, schema, compression="zstd")
    writer.write_table(pa.Table.from_pylist(rows, writer.schema))
    rows.clear()
    return writer


if __name__ == "__main__":
    main()
