"""Queries of content searches against letters: random ones against plain Python, and how they are written."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scene import ALICE, BOB, Scene, at

from unsealed.expose import kql, opath
from unsealed.query import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unsealed.expose.asks import Ask

NOW = int(datetime(2023, 3, 20, 12, tzinfo=UTC).timestamp() * 1e6)
WORDS = ["invoice", "payment", "draft", "secret", "報告書", "plan"]
PEOPLE = ["ann@partner.example", "bob@example.org", "carl@mail.partner.example"]
DAYS = ["2023-03-02", "2023-03-05", "2023-03-09"]
Letter = dict[str, Any]


def letters() -> list[Letter]:
    """Give letters that differ in all that is asked."""
    return [
            {
                "mid": f"l{number}",
                "subject": f"{WORDS[number % 6]} {WORDS[(number // 2) % 6].upper()}s, {number}",
                "text": f"The {WORDS[(number // 3) % 6]}.\n{WORDS[(number // 5) % 6]}-ing (plan)" if number % 4 else "",
                "from": PEOPLE[number % 3],
                "to": [PEOPLE[(number + 1) % 3]] if number % 5 else [],
                "day": None if number == 7 else number / 2,
                "attachments": number % 3 if number != 9 else None,
                "size": 1_000 * 4**(number % 6),
            }
        for number in range(24)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    scene = Scene(tmp_path_factory.mktemp("kql") / "case")
    for one in letters():
        scene.letter(
            one["mid"],
            one["day"],
            ALICE,
            subject=one["subject"],
            text=one["text"],
            from_address=one["from"],
            from_name=one["from"].split("@")[0].title(),
            to=[{"address": address, "name": None} for address in one["to"]],
            attachment_count=one["attachments"],
            size_bytes=one["size"],
        )
    scene.write()
    engine = Engine(scene.case)
    engine.execute("CREATE TEMP TABLE copies AS SELECT message_id, folder, epoch_us(arrived) AS arrived FROM messages")
    yield engine
    engine.close()


def answers(db: Engine, ask: Ask) -> dict[str, bool | None]:
    rows = db.rows(
        f"SELECT m.internet_message_id AS mid, {ask.sql} AS met FROM copies c JOIN messages m USING (message_id)", [*ask.values]
    )
    return {row["mid"][1:-3]: row["met"] for row in rows}


# -- against plain Python ------------------------------------------------------------------------------------------


def has(text: str, word: str) -> bool:
    if not word.isascii():
        return word in text
    return word.lower() in re.split(r"[^a-z0-9]+", re.sub(r"[^\x00-\x7f]+", " ", text.lower()))


def day_of(letter: Letter) -> str | None:
    return None if letter["day"] is None else at(letter["day"]).strftime("%Y-%m-%d")


def in_domain(address: str, domain: str) -> bool:
    return address.endswith(("@" + domain, "." + domain))


def everywhere(letter: Letter) -> str:
    people = [letter["from"], letter["from"].split("@")[0], *letter["to"]]
    return " ".join([letter["subject"], letter["text"], *people])


def compare(letter: Letter, sign: str, day: str) -> bool | None:
    came = day_of(letter)
    if came is None:
        return None
    return {">=": came >= day, "<=": came <= day, ">": came > day, "<": came < day, ":": came == day}[sign]


def always(value: bool | None) -> Any:
    """Give an answer for every letter."""
    return lambda _: value


ATOMS: list[tuple[str, Any]] = [
    *((word, lambda one, w=word: has(everywhere(one), w)) for word in WORDS),
    *((f"subject:{word}", lambda one, w=word: has(one["subject"], w)) for word in WORDS),
    ('subject:"plan plans"', lambda one: bool(re.search(r"\bplan\W+plans\b", one["subject"].lower()))),
    ("inv*", lambda one: bool(re.search(r"\binv", everywhere(one).lower()))),
    *((f"from:{who}", lambda one, w=who: one["from"] == w) for who in PEOPLE),
    ("from:partner.example", lambda one: in_domain(one["from"], "partner.example")),
    ("to:bob", lambda one: any(who.startswith("bob@") for who in one["to"])),
    ("participants:example.org", lambda one: any(in_domain(w, "example.org") for w in [one["from"], *one["to"]])),
    ("hasattachment:true", lambda one: None if one["attachments"] is None else one["attachments"] > 0),
    ("category:red", always(None)),
    ("kind:email", always(True)),
    *(
        (f"received{sign}{day}", lambda one, s=sign, d=day: compare(one, s, d))
        for sign in (">=", "<=", ">", "<", ":")
        for day in DAYS
    ),
    ("received:2023-03-03..2023-03-06", lambda one: None if one["day"] is None else 2 <= one["day"] < 6),
    ("size>100000", lambda one: one["size"] > 100_000),
]


def negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def both(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


Tree = tuple[str, Any]
atoms = st.sampled_from([(text, truth) for text, truth in ATOMS])


def joined(parts: list[Tree], word: str) -> Tree:
    text = f" {word} ".join(f"({part[0]})" for part in parts)
    if word == "OR":
        return text, lambda one: negated(both([negated(part[1](one)) for part in parts]))
    return text, lambda one: both([part[1](one) for part in parts])


trees = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(joined, st.lists(inner, min_size=1, max_size=3), st.sampled_from(["AND", "OR", ""])),
        st.builds(lambda part: (f"NOT ({part[0]})", lambda one: negated(part[1](one))), inner),
        st.builds(lambda part: (f"-({part[0]})", lambda one: negated(part[1](one))), inner),
    ),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(trees)
def test_random_queries_agree_with_plain_python(db: Engine, tree: Tree) -> None:
    query, truth = tree
    assert answers(db, kql.ask(query, NOW)) == {one["mid"]: truth(one) for one in letters()}, query


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="ab\"':()*<>=. ANDORT-+報\n", max_size=40))
def test_any_text_gives_an_answer(db: Engine, text: str) -> None:
    assert len(answers(db, kql.ask(text, NOW))) == 24
    assert len(answers(db, opath.ask(text))) == 24


# -- how they are written ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("invoice secret", "invoice AND secret"),
        ("from:ann@partner.example from:bob@example.org", "from:ann@partner.example OR from:bob@example.org"),
        ("invoice NOT draft", "invoice AND -draft"),
        ("invoice -draft", "invoice AND NOT draft"),
        ("secret OR invoice AND plan", "secret OR (invoice AND plan)"),
        ("subject:(invoice OR plan)", "subject:invoice OR subject:plan"),
        ("invoice(c:c)(received=2023-03-01..2023-03-06)", "invoice AND received:2023-03-01..2023-03-06"),
        ("(subjecttitle:invoice)(c:s)(plan)", "subject:invoice OR plan"),
        ('received>="03/05/2023"', "received>=2023-03-05"),
        ("received:yesterday", "received:2023-03-19"),
        ('received:"this month"', "received>=2023-03-01"),
        ("from<>ann@partner.example", "NOT from:ann@partner.example"),
        ("", "kind:email"),
    ],
)
def test_two_ways_to_write_the_same(db: Engine, one: str, other: str) -> None:
    assert answers(db, kql.ask(one, NOW)) == answers(db, kql.ask(other, NOW))
    if one:
        assert len(set(answers(db, kql.ask(one, NOW)).values())) > 1 or "yesterday" in one or "month" in one


@pytest.mark.parametrize(
    "query", ["(invoice", "invoice)", "AND invoice", "invoice OR", "NOT", '"open', "subject:", "(" * 60 + "a" + ")" * 60]
)
def test_what_is_not_well_formed_cannot_be_told(db: Engine, query: str) -> None:
    ask = kql.ask(query, NOW)
    assert set(answers(db, ask).values()) == {None}
    assert ask.unknown


def test_lower_case_operators_are_words(db: Engine) -> None:
    assert True not in answers(db, kql.ask("invoice and secret", NOW)).values()


def test_near_is_no_where_a_word_is_missing_and_open_where_both_stand(db: Engine) -> None:
    both_there = answers(db, kql.ask("invoice AND plan", NOW))
    near = answers(db, kql.ask("invoice NEAR(3) plan", NOW))
    assert {mid for mid, met in near.items() if met is None} == {mid for mid, met in both_there.items() if met}
    assert True not in near.values()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Subject -like '*invoice*'", lambda one: "invoice" in one["subject"].lower()),
        ("Subject -notlike 'invoice*'", lambda one: not one["subject"].lower().startswith("invoice")),
        ("(Sender -eq 'BOB@example.org') -or (To -like '*@example.org')",
         lambda one: one["from"] == BOB or BOB in one["to"]),
        ("-not (Body -like '*plan*') -and Subject -like '*s*'",
         lambda one: "plan" not in one["text"].lower() and "s" in one["subject"].lower()),
        ("Received -ge '2023-03-05' -and Received -lt '03/07/2023'",
         lambda one: None if one["day"] is None else 4 <= one["day"] < 6),
        ("HasAttachment -eq $true", lambda one: None if one["attachments"] is None else one["attachments"] > 0),
        ("IsRead -eq 'true'", always(None)),
        ("Subject -like", always(None)),
        ("{Subject -eq 'it''s'}", always(False)),
    ],
)  # fmt: skip
def test_filters_of_mailbox_exports(db: Engine, text: str, wanted: Any) -> None:
    assert answers(db, opath.ask(text)) == {one["mid"]: wanted(one) for one in letters()}


def test_words_in_attachments_count_and_what_was_not_read_stays_open(scene: Scene) -> None:
    read, shut, none = (scene.letter(name, 1) for name in ("read", "shut", "none"))
    for number, (letter, text, status) in enumerate([(read, "the merger", "read"), (shut, None, "encrypted")]):
        row = {"attachment_id": f"a{number}", "message_id": letter, "filename": f"{letter}.pdf", "text": text}
        scene.attachments.append({**row, "text_status": status})
    del none
    scene.write()
    engine = Engine(scene.case)
    engine.execute("CREATE TEMP TABLE copies AS SELECT message_id, folder, epoch_us(arrived) AS arrived FROM messages")
    assert answers(engine, kql.ask("merger", NOW)) == {"read": True, "shut": None, "none": False}
    assert answers(engine, kql.ask(f"attachmentnames:{shut}", NOW)) == {"read": False, "shut": True, "none": False}
    engine.close()
