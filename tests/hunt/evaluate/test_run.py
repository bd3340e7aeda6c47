"""Rules over a case's tables: what is read of which rows, messages too, and many kinds of rows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engines import Engines, resolve, rule

from unsealed import schema
from unsealed.hunt import logsources, tree
from unsealed.hunt.evaluate import fire, plan, read, run
from unsealed.hunt.evaluate.keywords import Sieve
from unsealed.hunt.logsources import KEYS, Field, Variant
from unsealed.hunt.tree import FALSE, TRUE, And, Not, Or
from unsealed.hunt.tree import Test as Atom
from unsealed.query import engine, replace


@pytest.fixture
def engines(tmp_path: Path) -> Engines:
    return Engines(tmp_path)


OPERATION = [Atom("operation", "equals", name) for name in ("A", "B", "C")]
DEEP = Variant("deep", "events", TRUE, {}, ("/Event/Data/{name}", "/{name}", "/Event/List/[Name={name}]/#text"))


def one_group(bounds: list[plan.Bound], *operations: str | None) -> list[plan.Group]:
    return plan.group(bounds, [("test", None, operation) for operation in operations], KEYS)


def test_rules_are_settled_by_the_key_columns_before_anything_is_read() -> None:
    fields = plan.Fields()
    nodes = [
        And((OPERATION[0], Atom("x", "exists"))),
        Or((And((OPERATION[1], Atom("y", "exists"))), And((OPERATION[0], Not(Atom("z", "exists")))))),
        OPERATION[2],
        And((OPERATION[0], OPERATION[1])),
    ]
    bounds = plan.bind([rule(node, number) for number, node in enumerate(nodes)], resolve, fields)
    groups = {group.classes[0][2]: group for group in one_group(bounds, "A", "B", "C", "D", None)}
    needed = {
        name: ({fields.by_name[held].paths[0] for held in group.fields}, set(group.rules))
        for name, group in groups.items()
    }
    assert needed == {"A": ({"/x", "/z"}, {0, 1}), "B": ({"/y"}, {1}), "C": (set(), {2})}


def test_a_field_that_a_log_has_not_makes_its_test_false() -> None:
    nowhere = Variant("bare", "events", TRUE, {"x": Field("operation")}, ())
    fields = plan.Fields()
    assert plan.bound(Atom("nowhere", "contains", "x"), nowhere, fields) == FALSE
    assert plan.bound(Not(Atom("nowhere", "exists")), nowhere, fields) == TRUE
    assert plan.bound(Atom("x", "fieldref", "nowhere"), nowhere, fields) == FALSE


def test_records_of_several_forms_in_one_class(engines: Engines) -> None:
    engines.log(
        {"v": "x"},
        {"Event": {"Data": {"v": "x"}}},
        {"Event": {"Data": {"v": None}}, "v": "x"},
        {"Event": {"List": [{"Name": "V", "#text": "x"}]}},
        {"Event": {"Data": '{"v": "x"}'}},
        {"Event": '{"Data": "{\\"v\\": \\"x\\"}"}'},
        {"Event": {"Data": {"v": "y"}}, "v": "x"},
        {"Event": {"Data": ["v"]}},
        "not JSON",
        '{"v": "x", "broken": ',
    )
    names = [f"v{number}" for number in range(read.COMMON)]
    node = tree.all_of([Atom("v", "equals", "x"), *(Not(Atom(name, "equals", "w")) for name in names)])
    with engine(engines.case) as db:
        fire(db, [rule(node)], lambda *_: (DEEP,))
        found = db.rows("SELECT event_id FROM sigma_hits ORDER BY 1")
        fields = plan.Fields()
        bounds = plan.bind([rule(node)], lambda *_: (DEEP,), fields)
        reader = read.Reader(db, "events", fields, KEYS, plan.group(bounds, run.key_classes(db, "events")[1]))
        flat, marked = reader.pointers
    assert [int(row["event_id"][1:]) for row in found] == [0, 1, 2, 3, 4, 5]
    assert set(flat) < set(marked)
    assert not any(pointer.startswith("/Event") for pointer in flat)


def test_batches_are_of_one_group_and_hold_every_row_once(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "BATCH_ROWS", 7)
    monkeypatch.setattr(read, "PENDING_BYTES", 200)
    engines.log(*({"x": n, "y": n} for n in range(60)), columns=[{"operation": "ABCD"[n % 4]} for n in range(60)])
    fields = plan.Fields()
    nodes = [And((OPERATION[0], Atom("x", "exists"))), And((OPERATION[1], Atom("y", "exists"))), OPERATION[2]]
    bounds = plan.bind([rule(node, number) for number, node in enumerate(nodes)], resolve, fields)
    with engine(engines.case, threads=1) as db:
        keys, classes = run.key_classes(db, "events")
        groups = plan.group(bounds, classes, keys)
        reader = read.Reader(db, "events", fields, keys, groups)
        rows: list[tuple[str | None, str]] = []
        for part, batch in reader.batches(Sieve({})):
            operations = {values[2] for values in groups[part // 2].classes}
            rows += [
                (None if len(operations) > 1 else next(iter(operations)), e)
                for e in batch.column("event_id").to_pylist()
            ]
    assert sorted(event for _, event in rows) == [f"e{n:04}" for n in range(60) if n % 4 < 3]
    assert all(operation == "ABCD"[int(event[1:]) % 4] for operation, event in rows)


@pytest.mark.parametrize("most", [0, 300])
def test_records_of_every_spelling_of_an_operation_and_of_none_are_read(
    engines: Engines, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Records are read apart from those of which only columns are asked: none may fall between the two."""
    monkeypatch.setattr(read, "MOST_NAMED", most)
    names = ["A", "a", "É", "é", None, "C", "ß", "İ"]
    engines.log(*({"x": n} for n in range(16)), columns=[{"operation": names[n % 8]} for n in range(16)])
    asks = And((Or(tuple(Atom("operation", "equals", name) for name in ("a", "é", "ß", "İ"))), Atom("x", "exists")))
    nobody = And((Not(Atom("operation", "exists")), Atom("x", "exists")))
    found = [rule(asks, 0), rule(And((OPERATION[2], Atom("source", "equals", "test"))), 1)]
    assert engines.hits(*found) == [[0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 14, 15], [5, 13]]
    assert engines.hits(*found, rule(nobody, 2))[2] == [4, 12]


def test_too_many_kinds_of_operation_are_not_told_apart(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MAX_CLASSES", 5)
    engines.log(*({"x": n} for n in range(30)), columns=[{"operation": f"op{n}"} for n in range(30)])
    with engine(engines.case) as db:
        assert run.key_classes(db, "events") == (("source", "workload"), [("test", None)])
    assert engines.hits(rule(And((Atom("operation", "equals", "OP7"), Atom("x", "number", 7))))) == [[7]]


def test_letters_and_their_attachments(engines: Engines) -> None:
    letters: list[dict[str, Any]] = [
        {"message_id": "m1", "subject": "Invoice", "text": "see attached", "from_address": "a@x.example"},
        {"message_id": "m2", "subject": "Hello", "text": "an invoice"},
    ]
    attached = [
        {"attachment_id": "1", "message_id": "m1", "filename": "a.txt", "text": "evil"},
        {"attachment_id": "2", "message_id": "m1", "filename": "a.exe", "text": "good"},
    ]
    replace(engines.case, "messages", pa.Table.from_pylist(letters, schema.TABLES["messages"].schema))
    replace(engines.case, "attachments", pa.Table.from_pylist(attached, schema.TABLES["attachments"].schema))
    mail = Variant(
        "mail",
        "messages",
        TRUE,
        {n: Field(n) for n in ("subject", "text", "attachment_filename", "attachment_text")},
        keywords=("subject", "text"),
    )
    exe, evil = Atom("attachment_filename", "endswith", ".exe"), Atom("attachment_text", "contains", "evil")
    nodes = [exe, And((exe, evil)), Atom(None, "contains", "INVOICE"), Not(Atom("attachment_text", "exists"))]
    with engine(engines.case) as db:
        fire(db, [rule(node, number) for number, node in enumerate(nodes)], lambda *_: (mail,))
        rows = db.rows("SELECT rule, message_id FROM sigma_hits ORDER BY ALL")
    assert [(row["rule"], row["message_id"]) for row in rows] == [(0, "m1"), (2, "m1"), (2, "m2"), (3, "m2")]


def test_columns_and_times_are_texts_as_well(engines: Engines) -> None:
    engines.log({}, {}, columns=[{"bytes_out": 2500, "recipients": ["a@x", "b@x"]}, {"recipients": []}])
    nodes = [
        Atom("bytes_out", "gt", 1000),
        Atom("recipients", "equals", "b@x"),
        Not(Atom("recipients", "exists")),
        Atom("time", "hour", 7),
    ]
    with engine(engines.case) as db:
        fire(db, [rule(node, number) for number, node in enumerate(nodes)], resolve)
        rows = db.rows("SELECT rule, event_id FROM sigma_hits ORDER BY ALL")
    assert [(row["rule"], row["event_id"]) for row in rows] == [
        (0, "e0000"),
        (1, "e0000"),
        (2, "e0001"),
        (3, "e0000"),
        (3, "e0001"),
    ]


def test_a_column_that_the_keys_make_needless_is_not_missed(engines: Engines) -> None:
    other = And((OPERATION[1], Atom("recipients", "contains", "b")))
    engines.log({"x": 1}, {"x": 2}, columns=[{"operation": "A"}, {"operation": "A"}])
    assert engines.hits(rule(Or((And((OPERATION[0], Atom("x", "number", 2))), other)))) == [[1]]


def test_an_empty_case_and_no_rules(engines: Engines) -> None:
    with engine(engines.case) as db:
        for rules in ([], [rule(OPERATION[0])]):
            fire(db, rules, resolve)
            assert db.rows("SELECT * FROM sigma_hits") == []


def test_the_rules_own_log_sources_are_asked_by_default(engines: Engines) -> None:
    record = json.dumps({"Operation": "New-InboxRule"})
    row = {
        "event_id": "e1",
        "source": "m365_audit",
        "operation": "New-InboxRule",
        "workload": "Exchange",
        "raw": record,
    }
    replace(engines.case, "events", pa.Table.from_pylist([row], schema.TABLES["events"].schema))
    text = "title: x\nlogsource: {product: m365, service: audit}\ndetection: {s: {Operation: new-inboxrule}, condition: s}\n"
    loaded = engines.load(text)
    assert logsources.find("m365", None, "audit")
    with engine(engines.case) as db:
        fire(db, loaded.rules)
        assert db.value("SELECT count(*) FROM sigma_hits") == 1
