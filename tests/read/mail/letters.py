"""Reading one letter in tests."""

from samples import Row

from unsealed import schema
from unsealed.read.mail import message
from unsealed.read.reader import Part, Place

PART = Part("x", "x", "00" * 32, 0, 0, 0, Place("alice@example.org", "given", "Inbox"))


def read(raw: bytes) -> tuple[Row, list[Row], list[Row]]:
    """Give the message, its attachments and what was skipped."""
    found: dict[str, list[Row]] = {"messages": [], "attachments": [], "skipped": []}
    for table, row in message.rows(raw, PART, "byte:0+1"):
        found[table].append(dict(zip(schema.TABLES[table].schema.names, row, strict=True)))
    return found["messages"][0], found["attachments"], found["skipped"]
