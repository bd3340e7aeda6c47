"""Whose a mention is: by which reason, and that it stays nobody's where two could be meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unsealed.identify.key import keyed_hash
from unsealed.identify.names import NAMED, Names, canonical, learn, spotted
from unsealed.identify.owners import NOBODYS, attribute
from unsealed.query import Engine, engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unsealed.case import Case

KEY = b"k" * 32
PEOPLE = {
    "p-anna": ("Anna Kowalski", "anna.kowalski@example.org", "+442079460001"),
    "p-zeno": ("Zeno Quimby", "zeno.quimby@example.org", "+442079460002"),
    "p-yamada": ("山田太郎", "t.yamada@example.jp", "+81312345678"),
    "p-anna2": ("Anna Oberhuber", "anna.o@partner.example", "+81312345678"),
}
NAMES = Names(KEY, learn([(name, address) for name, address, _ in PEOPLE.values()]))
MARKS = re.compile(r"⟦(\w+)=(.*?)⟧", re.DOTALL)
HOLDER = {"message_id": "m1", "attachment_id": None, "part": "text"}
Place = tuple[dict[str, Any], str]
"""Where a text is held, and the text; data in it is marked `⟦kind=value⟧`."""


@pytest.fixture
def db(empty_case: Case) -> Iterator[Engine]:
    with engine(empty_case) as opened:
        yield opened


def owners(
    db: Engine, *places: Place, stands: tuple[str, ...] = ("p-anna", "p-zeno"), more: dict[str, str] | None = None
) -> dict[str, Any]:
    """Give for each value in the texts whose it is, and why."""
    holders, mentions, batches, values = [], [], [], {}
    for k, (holder, marked) in enumerate(places):
        text, found = _unmarked(marked)
        holders.append({"k": k, **holder})
        batches.append(NAMES.find([k], [text]))
        for start, end, kind in found:
            values[k, start, kind] = text[start:end]
            mentions.append(_mention(holder, start, end, kind, text[start:end]))
        mentions += [
            {
                **holder,
                "start": row["start"],
                "end": row["end"],
                "kind": "person_name",
                "identifier": "person_name",
                "value_hash": row["value_hash"],
            }
            for row in batches[-1].to_pylist()
        ]
        values |= {(k, row["start"], "person_name"): row["name"] for row in batches[-1].to_pylist()}
    _tables(db, holders, mentions, pa.Table.from_batches(batches, NAMED), stands, more or {})
    attribute(db, KEY)
    by = {(h["message_id"], h["attachment_id"] or "", h["part"]): h["k"] for h in holders}
    rows = db.rows("SELECT * FROM owners")
    keys = {(by[row["message_id"], row["attachment_id"], row["part"]], row["start"], row["kind"]): row for row in rows}
    assert len(keys) == len(rows)
    return {values[key]: (row["person_id"], row["basis"]) for key, row in keys.items()}


def _unmarked(marked: str) -> tuple[str, list[tuple[int, int, str]]]:
    text, found, last = "", [], 0
    for mark in MARKS.finditer(marked):
        text += marked[last : mark.start()]
        found.append((len(text), len(text) + len(mark[2]), mark[1]))
        text += mark[2]
        last = mark.end()
    return text + marked[last:], found


def _mention(holder: dict[str, Any], start: int, end: int, kind: str, value: str) -> dict[str, Any]:
    plain = "".join(filter(str.isdigit, value)) if kind == "phone_number" else value.lower()
    return {
        **holder,
        "start": start,
        "end": end,
        "kind": kind,
        "identifier": kind,
        "value_hash": keyed_hash(KEY, kind, plain),
    }


def _tables(
    db: Engine, holders: list[Any], mentions: list[Any], named: pa.Table, stands: tuple[str, ...], more: dict[str, str]
) -> None:
    text, number = pa.string(), pa.int64()
    held = pa.schema([("k", number), ("message_id", text), ("attachment_id", text), ("part", text)])
    db.register("_holders", pa.Table.from_pylist(holders, held))
    db.execute("CREATE OR REPLACE TEMP TABLE holders AS SELECT * FROM _holders")
    columns = ("message_id", "attachment_id", "part", "kind", "identifier", "value_hash")
    schema = pa.schema([*((name, text) for name in columns), ("start", number), ("end", number)])
    db.register("found", pa.Table.from_pylist(mentions, schema))
    path = db.case.folder / "named.parquet"
    import pyarrow.parquet as pq

    pq.write_table(named, path)
    spotted(db, path)
    path.unlink()
    keys = [
        {"person_id": person, "kind": kind, "key": key}
        for person, (name, address, phone) in PEOPLE.items()
        for kind, key in (("name", canonical(name)), ("address", address), ("phone", phone))
    ]
    keys += [{"person_id": person, "kind": "name", "key": canonical(name)} for person, name in more.items()]
    db.register("person_keys", pa.Table.from_pylist(keys))
    where = [
        {"person_id": person, "message_id": letter, "attachment_id": None, "role": "to"}
        for person in stands
        for letter in sorted({holder["message_id"] for holder in holders})
    ]
    db.register(
        "stands",
        pa.Table.from_pylist(
            where, pa.schema([(name, text) for name in ("person_id", "message_id", "attachment_id", "role")])
        ),
    )
    db.execute("CREATE OR REPLACE TEMP VIEW found_mentions AS SELECT * FROM found")
    db.execute("CREATE OR REPLACE TEMP VIEW mentions AS SELECT * FROM found")


def letter(text: str, **holder: str) -> Place:
    return {**HOLDER, **holder}, text


def test_own_addresses_phones_and_names(db: Engine) -> None:
    told = owners(
        db,
        letter(
            "x ⟦email_address=Anna.Kowalski@example.org⟧\n\ny ⟦phone_number=+44 20 7946 0002⟧\n\nAnna Kowalski met Zeno."
        ),
    )
    assert told == {
        "Anna.Kowalski@example.org": ("p-anna", "own_address"),
        "+44 20 7946 0002": ("p-zeno", "own_phone"),
        "Anna Kowalski": ("p-anna", "own_name"),
        "Zeno": ("p-zeno", "own_name"),
    }


def test_a_phone_that_two_share_is_nobodys(db: Engine) -> None:
    assert owners(db, letter("call ⟦phone_number=+81 3 1234 5678⟧")) == {}


def test_attachments_of_one_letter_are_apart(db: Engine) -> None:
    table = letter("Name\tBorn\nAnna Kowalski\t⟦date_of_birth=1980-01-02⟧\n", attachment_id="a1", part="attachment")
    other = letter("Day\tTime\nMonday morning\t⟦date_of_birth=1990-03-04⟧\n", attachment_id="a2", part="attachment")
    told = owners(db, table, other)
    assert told["1980-01-02"] == ("p-anna", "same_row")
    assert "1990-03-04" not in told


def test_a_first_name_that_two_of_the_letter_bear_is_nobodys(db: Engine) -> None:
    text = letter("We asked Anna about ⟦date_of_birth=1980-01-02⟧.")
    assert owners(db, text, stands=("p-anna",))["1980-01-02"] == ("p-anna", "near_name")
    assert owners(db, text, stands=("p-anna", "p-anna2")) == {}


def test_a_whole_name_counts_where_its_bearer_stands_elsewhere(db: Engine) -> None:
    assert owners(db, letter("Anna Oberhuber left"))["Anna Oberhuber"] == ("p-anna2", "own_name")
    assert owners(db, letter("Oberhuber left")) == {}
    assert owners(db, letter("Anna Oberhuber left"), more={"p-other": "Anna Oberhuber"}) == {}


def test_rows_are_the_persons_who_head_them(db: Engine) -> None:
    table = (
        "Name\tBorn\tPIN\nAnna Kowalski\t⟦date_of_birth=1980-01-02⟧\t⟦password=hunter2⟧\n"
        "Zeno Quimby\t⟦date_of_birth=1990-03-04⟧\t⟦password=swordfish⟧\nNobody\t⟦date_of_birth=1991-01-01⟧\t1\n"
    )
    told = owners(db, letter(table, attachment_id="a1", part="attachment"))
    assert told["1980-01-02"] == told["hunter2"] == ("p-anna", "same_row")
    assert told["1990-03-04"] == told["swordfish"] == ("p-zeno", "same_row")
    assert "1991-01-01" not in told


def test_whose_a_group_is_may_be_told(db: Engine) -> None:
    table = letter("Name\tBorn\nAnna Kowalski\t⟦date_of_birth=1980-01-02⟧\nAnna Kowalski\t⟦date_of_birth=1990-03-04⟧\n")
    assert "1990-03-04" not in owners(db, table, stands=("p-anna", "p-other"), more={"p-other": "Anna Kowalski"})
    rows = [{"person_id": person, **HOLDER, "grp": grp} for grp, person in enumerate(("p-anna", "p-other"))]
    text = pa.string()
    schema = pa.schema([*((name, text) for name in ("person_id", "message_id", "attachment_id", "part")), ("grp", pa.int64())])
    db.register("headed", pa.Table.from_pylist(rows, schema))
    attribute(db, KEY, headed="headed")
    told = db.rows("SELECT person_id, basis FROM owners WHERE kind = 'date_of_birth' ORDER BY start")
    assert told == [{"person_id": "p-anna", "basis": "same_row"}, {"person_id": "p-other", "basis": "same_row"}]


def test_fields_and_signatures(db: Engine) -> None:
    form = "Patient: Anna Kowalski\nBorn: ⟦date_of_birth=1980-01-02⟧\nNHS: ⟦uk_nhs_number=943 476 5919⟧\n\nBorn: ⟦date_of_birth=1999-09-09⟧"
    told = owners(db, letter(form))
    assert told["1980-01-02"] == told["943 476 5919"] == ("p-anna", "same_fields")
    assert "1999-09-09" not in told
    signed = "as said\n\nRegards,\nZeno Quimby\nTel. ⟦phone_number=+44 20 7946 0777⟧\nToken ⟦api_key=sk-live-1⟧\n"
    told = owners(db, letter(signed))
    assert told["+44 20 7946 0777"] == ("p-zeno", "signature")
    assert "sk-live-1" not in told


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Anna Kowalski was born on ⟦date_of_birth=1980-01-02⟧.", "p-anna"),
        ("about Anna Kowalski:\n⟦date_of_birth=1980-01-02⟧", "p-anna"),
        ("山田太郎さんの生年月日は⟦date_of_birth=1980-01-02⟧です。", "p-yamada"),
        ("about Anna Kowalski:\n\n⟦date_of_birth=1980-01-02⟧", None),
        ("about Anna Kowalski:\nand then\n⟦date_of_birth=1980-01-02⟧", None),
        ("Anna Kowalski and Zeno Quimby: ⟦date_of_birth=1980-01-02⟧", None),
        ("Zeno Quimby says:\nAnna Kowalski, ⟦date_of_birth=1980-01-02⟧", "p-anna"),
        ("Anna Kowalski and Mr. Wolanski: ⟦date_of_birth=1980-01-02⟧", None),
        ("⟦date_of_birth=1980-01-02⟧\nAnna Kowalski", None),
    ],
)
def test_the_nearest_name_of_line_and_paragraph(db: Engine, text: str, owner: str | None) -> None:
    told = owners(db, letter(text), stands=("p-anna", "p-zeno", "p-yamada"))
    assert told.get("1980-01-02") == (owner and (owner, "near_name"))


@pytest.mark.parametrize("kind", NOBODYS)
def test_secrets_are_nobodys_because_of_a_name_beside_them(db: Engine, kind: str) -> None:
    assert "s3cret" not in owners(db, letter(f"Anna Kowalski: ⟦{kind}=s3cret⟧"))


def test_a_subject_or_a_file_name_may_name_the_one_it_is_about(db: Engine) -> None:
    subject = letter("Anna Kowalski", part="subject")
    body = "It was found on Monday.\n\nDiagnosis: ⟦health_term=diabetes⟧, call ⟦phone_number=+44 20 7946 0999⟧\n\nZeno Quimby may know."
    assert owners(db, subject, letter(body))["diabetes"] == ("p-anna", "only_person")
    assert "+44 20 7946 0999" not in owners(db, subject, letter(body))
    assert "diabetes" not in owners(db, letter("Anna Kowalski, Zeno Quimby", part="subject"), letter(body))
    assert "diabetes" not in owners(db, subject, letter(body.replace("Monday.\n\nD", "Monday by Zeno Quimby.\nIt took long.\nD")))
    file = letter("CV Anna Kowalski 2023.pdf", attachment_id="a1", part="filename")
    inside = letter("born ⟦date_of_birth=1980-01-02⟧", attachment_id="a1", part="attachment")
    beside = letter("born ⟦date_of_birth=1980-01-03⟧", attachment_id="a2", part="attachment")
    told = owners(db, file, inside, beside)
    assert told["1980-01-02"] == ("p-anna", "only_person")
    assert "1980-01-03" not in told


SNIPPETS = [
    "Anna Kowalski was born on ⟦date_of_birth={}⟧.",
    "Name: Zeno Quimby\nBorn: ⟦date_of_birth={}⟧",
    "Born: ⟦date_of_birth={}⟧",
    "Anna and Zeno, ⟦date_of_birth={}⟧",
    "Regards,\nZeno Quimby\n⟦date_of_birth={}⟧",
    "Name\tBorn\nAnna Kowalski\t⟦date_of_birth={}⟧\nZeno Quimby\t2",
]
UNRELATED = [
    "Nothing to see.",
    "Zeno Quimby was there.",
    "Mr. Wolanski, 5 May",
    "Anna Kowalski",
    "山田太郎様",
    "Name: Anna Oberhuber",
]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=3), st.sampled_from(UNRELATED), st.integers(0, 3))
def test_another_paragraph_changes_no_owner(db: Engine, snippets: list[str], other: str, place: int) -> None:
    paragraphs = [snippet.format(f"1980-01-0{number}") for number, snippet in enumerate(snippets)]
    everybody = tuple(PEOPLE)[:3]
    before = owners(db, letter("\n\n\n".join(paragraphs)), stands=everybody)
    paragraphs.insert(place, other)
    after = owners(db, letter("\n\n\n".join(paragraphs)), stands=everybody)
    dates = {value for value in after if value.startswith("1980")}
    assert {value: before.get(value) for value in dates} == {value: after[value] for value in dates}
    assert {value for value in before if value.startswith("1980")} == dates


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SNIPPETS), st.sampled_from(SNIPPETS), st.booleans())
def test_no_owner_comes_from_another_text(db: Engine, one: str, other: str, same_letter: bool) -> None:
    elsewhere = letter(other.format("1990-01-01"), attachment_id="a1", part="attachment")
    if not same_letter:
        elsewhere = letter(other.format("1990-01-01"), message_id="m2")
    alone = owners(db, letter(one.format("1980-01-01")))
    together = owners(db, letter(one.format("1980-01-01")), elsewhere)
    assert together.get("1980-01-01") == alone.get("1980-01-01")
