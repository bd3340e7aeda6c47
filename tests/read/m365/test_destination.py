"""Where a letter was moved to, as the record of the move tells it."""

from __future__ import annotations

from typing import Any

import pytest

from unsealed.read.m365 import records
from unsealed.read.m365.record import of_dict

LETTER = {"InternetMessageId": "<a@x>", "ParentFolder": {"Path": "\\Inbox"}}
ALICE = "alice@example.org"


def moved(operation: str = "Move", **fields: Any) -> list[tuple[Any, ...]]:
    """Give folder, access and destination of what a record names."""
    record = of_dict({"Operation": operation, "AffectedItems": [LETTER], **fields})
    return [(row[2], row[4], row[7]) for row in records.accesses(record, operation, "e", ALICE)]


@pytest.mark.parametrize("operation", ["Move", "Copy", "MoveToDeletedItems"])
@pytest.mark.parametrize(
    ("folder", "wanted"),
    [
        ({"Path": "\\Archive\\2023", "Name": "2023"}, "Archive/2023"),
        ({"Path": "Not Available", "Name": "2023"}, "2023"),
        ('{"Path": "\\\\Archive"}', "Archive"),
        (None, None),
        (5, None),
    ],
)
def test_a_move_tells_from_where_and_to_where(operation: str, folder: Any, wanted: str | None) -> None:
    assert moved(operation, DestFolder=folder) == [("Inbox", "move", wanted)]


def test_another_mailbox_stands_before_the_folder() -> None:
    there = {"DestFolder": {"Path": "\\Inbox"}}
    assert moved(**there, DestMailboxOwnerUPN="Bob@example.org") == [("Inbox", "move", "//bob@example.org/Inbox")]
    assert moved(**there, DestMailboxGuid="B-1", MailboxGuid="a-1") == [("Inbox", "move", "//guid:b-1/Inbox")]
    assert moved(DestMailboxGuid="B-1", MailboxGuid="a-1") == [("Inbox", "move", "//guid:b-1/")]


def test_the_own_mailbox_is_no_other() -> None:
    there = {"DestFolder": {"Path": "\\Inbox"}}
    assert moved(**there, DestMailboxOwnerUPN="Alice@example.org") == [("Inbox", "move", "Inbox")]
    assert moved(**there, DestMailboxGuid="A-1", MailboxGuid="a-1") == [("Inbox", "move", "Inbox")]


def test_what_is_deleted_goes_nowhere() -> None:
    assert moved("SoftDelete", DestFolder={"Path": "\\Archive"}) == [("Inbox", "delete", None)]
