"""Rules on rows by the columns, by SQL and by the oracle: whoever asks gets one answer, and a failure where they differ."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parent))

import sigma_oracle

from unsealed import schema
from unsealed.case import Case
from unsealed.hunt import sql
from unsealed.hunt.evaluate import fire, plan
from unsealed.hunt.evaluate.plan import Fields
from unsealed.hunt.evaluate.read import RELATIONS
from unsealed.hunt.logsources import Field, Variant
from unsealed.hunt.sigma import Loaded, Rule, load
from unsealed.hunt.tree import Node, Test
from unsealed.query import engine, replace

START = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
LOG = Variant(
    "test",
    "events",
    Test("source", "equals", "test"),
    {
        "nested": Field(paths=("/x/y",)),
        "deep": Field(paths=("/x/y/k",)),
        "named": Field(paths=("/p/[Name=Foo]/v", "/p/[Name.k=foo]/v")),
        "each": Field(paths=("/list/*/k",)),
        "every": Field(paths=("/x/*",)),
        "first": Field(paths=("/list/0",)),
        "either": Field("operation", ("/a", "/x/y")),
    },
    ("/{name}",),
)
"""A log in which a field stands in the record under its own name, but for some that stand deeper."""
HEAD = """
title: A rule
id: 11111111-1111-4111-8111-{number:012}
status: test
level: high
logsource: {{product: test}}
detection:
"""


def resolve(product: str | None, _category: str | None, _service: str | None) -> tuple[Variant, ...]:
    return (LOG,) if product == "test" else ()


def rule(node: Node, number: int = 0) -> Rule:
    return Rule(f"rule {number}", "A rule", "high", (), "test", None, None, node, "here:1")


class Engines:
    """A case of one log, and rules on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.case = Case.create(folder / "case", "Example Agency", ("example.org",))
        self._made = 0
        self.rows: list[dict[str, Any]] = []

    def load(self, text: str) -> Loaded:
        """Load a file of rules."""
        self._made += 1
        file = self._folder / f"rules{self._made}.yml"
        file.write_text(text, encoding="utf-8")
        return load([file])

    def detection(self, text: str) -> Rule:
        """Load one rule, of which only the detection is given."""
        indented = "\n".join("    " + line for line in text.strip("\n").splitlines())
        loaded = self.load(HEAD.format(number=0) + indented)
        assert not loaded.unusable, loaded.unusable
        return loaded.rules[0]

    def log(self, *records: dict[str, Any] | str, columns: list[dict[str, Any]] | None = None) -> None:
        """Write the log's records, each a minute after the other; `columns` adds to the rows of the table."""
        self.rows = [
            {
                "event_id": f"e{number:04}",
                "source": "test",
                "time": START + timedelta(minutes=number),
                "raw": record if isinstance(record, str) else json.dumps(record, ensure_ascii=False),
                **(columns[number] if columns else {}),
            }
            for number, record in enumerate(records)
        ]
        replace(self.case, "events", pa.Table.from_pylist(self.rows, schema.TABLES["events"].schema))

    def hits(self, *rules: Rule) -> list[list[int]]:
        """Give the rows that each rule fires on, after all three have said the same."""
        with engine(self.case, threads=1) as db:
            fire(db, rules, resolve)
            found: list[list[int]] = [[] for _ in rules]
            for row in db.rows("SELECT rule, event_id FROM sigma_hits ORDER BY ALL"):
                found[row["rule"]].append(int(row["event_id"][1:]))
            said = [self._sql(db, one) for one in rules]
        assert said == found
        wanted = [[at for at, row in enumerate(self.rows) if sigma_oracle.holds(one.tree, row, LOG.field)] for one in rules]
        assert found == wanted
        return found

    @staticmethod
    def _sql(db: Any, one: Rule) -> list[int]:
        fields = Fields()
        bound = plan.bind([one], resolve, fields)
        if not bound:
            return []
        listed = frozenset({"recipients"})
        where = sql.predicate(bound[0].tree, fields.by_name, listed)
        rows = db.rows(f"SELECT event_id FROM ({RELATIONS['events']}) WHERE {where} ORDER BY ALL")
        return [int(row["event_id"][1:]) for row in rows]

    def verdict(self, detection: str, *records: dict[str, Any] | str) -> list[bool]:
        """Tell of each record whether a rule fires on it."""
        self.log(*records)
        hits = self.hits(self.detection(detection))[0]
        return [number in hits for number in range(len(records))]


__all__ = ["LOG", "START", "Engines", "Field", "resolve", "rule"]
