"""A case with persons in it, laid as tables, and the temporary tables that the register is made from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from unsealed import schema
from unsealed.identify.register import register
from unsealed.query import Engine, engine, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unsealed.case import Case

Row = dict[str, Any]
START = datetime(2023, 3, 1, tzinfo=UTC)
TEXT, FLAG, NAMES = pa.string(), pa.bool_(), pa.list_(pa.string())
PEOPLE = pa.schema(
    [
        schema.TABLES["persons"].schema.field(name)
        for name in (
            *(
                "person_id",
                "names",
                "addresses",
                "phones",
                "organisation",
                "internal",
                "language",
                "country",
                "partner",
            ),
            *("merges", "minor", "vulnerable"),
        )
    ]
)
STANDS = pa.schema([(name, TEXT) for name in ("person_id", "message_id", "attachment_id", "role")])
SHARED = pa.schema(
    [schema.TABLES["shared_mailboxes"].schema.field(name) for name in ("address", "names", "organisation", "internal", "partner", "reason")]
)  # fmt: skip


class Crowd:
    """A case under construction; `register` makes the register of it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.rows: dict[str, list[Row]] = {
            name: []
            for name in ("messages", "attachments", "exposures", "mentions", "activity", "findings", "people", "stands", "shared")
        }  # fmt: skip

    def letter(self, mid: str, verdict: str = "accessed", day: int = 0, **more: Any) -> str:
        """Lay a copy of a letter; `letter` tells which letter where it is not its own."""
        letter = more.pop("letter", mid)
        when = START + timedelta(days=day)
        row = {
            "message_id": mid, "internet_message_id": f"<{letter}@x>" if letter else None, "content_hash": f"h-{letter}",
            "date": when, "arrived": when, "subject": f"About {mid}", "text": "", "mailbox": "alice@example.org",
            "from_address": "someone@else.example", "to": [], "cc": [], "bcc": [], "evidence_id": "e1", "locator": f"byte:{day}+9",
        }  # fmt: skip
        self.rows["messages"].append(row | more)
        told = {
            "message_id": mid,
            "internet_message_id": row["internet_message_id"],
            "mailbox": row["mailbox"],
            "subject": row["subject"],
        }
        grounds = [{"how": "sent_by_intruder" if more.get("folder") == "forged" else "bind"}]
        self.rows["exposures"].append(
            told | {"verdict": verdict, "content_verdict": verdict, "date": when, "grounds": grounds}
        )
        return mid

    def person(self, name: str, *addresses: str, **more: Any) -> str:
        """Lay a person; their id is their name."""
        row = {"person_id": name, "names": [name.title()], "addresses": list(addresses), "phones": [], "merges": []}
        self.rows["people"].append(row | {"internal": False, "minor": False, "vulnerable": False} | more)
        return name

    def stand(self, person: str, mid: str, role: str = "to", attachment: str | None = None) -> None:
        """Let a person stand in a letter."""
        self.rows["stands"].append({"person_id": person, "message_id": mid, "attachment_id": attachment, "role": role})

    def mention(self, mid: str, kind: str, person: str | None = None, **more: Any) -> None:
        """Lay a mention."""
        row = {"message_id": mid, "kind": kind, "person_id": person, "part": "text", "start": 0, "end": 3}
        basis = "own_name" if person else None
        self.rows["mentions"].append(
            row | {"value_masked": "***", "value_hash": f"{kind}-{len(self.rows['mentions'])}", "basis": basis} | more
        )

    def write(self) -> None:
        """Write the tables."""
        for name in ("messages", "attachments", "exposures", "mentions", "activity", "findings"):
            replace(self.case, name, pa.Table.from_pylist(self.rows[name], schema.TABLES[name].schema))

    def lay(self, db: Engine) -> None:
        """Make the temporary tables that parts before the register make."""
        for name, wanted in (("people", PEOPLE), ("stands", STANDS), ("shared", SHARED)):
            db.register(f"{name}_given", pa.Table.from_pylist(self.rows[name], wanted))
            db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {name}_given")

    def register(self) -> int:
        """Write the tables and make the register; give the number of persons."""
        self.write()
        with engine(self.case) as db:
            self.lay(db)
            return register(db)

    def table(self, name: str) -> list[Row]:
        """Give a table's rows."""
        with engine(self.case) as db:
            return db.rows(f'SELECT * FROM "{name}"')

    def __getitem__(self, person: str) -> Row:
        (row,) = (row for row in self.table("persons") if row["person_id"] == person)
        return row

    def ids(self) -> Iterator[str]:
        """Give the ids of the register, in its order."""
        return (row["person_id"] for row in self.table("persons"))
