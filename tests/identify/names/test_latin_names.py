"""Names in Latin letters: what is found in a text, how it was known, and what is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unsealed.identify.names.latin import Latin
from unsealed.identify.names.lexicon import learn
from unsealed.identify.names.spot import Spot

KNOWN = [
    ("Anna Kowalski", "anna.kowalski@example.org"),
    ("Quimby, Zeno K.", "zeno.quimby@example.org"),
    ("Mark Drew", "mark.drew@example.org"),
    (None, "ulrike.oberhuber@partner.example"),
    ("Talbot Systems", "sales@talbot.example"),
    ("Rufus Talbot", "rufus@elsewhere.example"),
    ("O'Brannigan, Tess", "tess.obrannigan@example.org"),
    ("Lohmar, TK", "tk.lohmar@example.org"),
]
LATIN = Latin(
    learn(KNOWN, ["please will the talbot mark this, mark that, mark all; we drew it, they drew it, she drew it"])
)


def found(text: str, near: tuple[str, ...] = ()) -> list[str]:
    return [text[spot.start : spot.end] for spot in LATIN.find(text, near)]


def how(text: str) -> list[tuple[str, str]]:
    return [(text[spot.start : spot.end], spot.how) for spot in LATIN.find(text)]


@pytest.mark.parametrize(
    "marked",
    [
        "Please ask ⟦Anna Kowalski⟧ for it.",
        "I met ⟦Kowalski⟧ and ⟦Zeno⟧ there.",
        "as ⟦Quimby, Zeno K.⟧ wrote",
        "as ⟦Quimby , Zeno⟧ wrote",
        "⟦Zeno K. Quimby⟧'s draft",
        "it was ⟦ANNA KOWALSKI⟧ again",
        "⟦Ulrike⟧ is on leave, ask ⟦Ulrike Oberhuber⟧.",
        "⟦Tess O'Brannigan⟧ and ⟦O'Brannigan, Tess⟧",
        "the draft by ⟦Anna Featherstonehaugh⟧ was late",
        "with ⟦Belinda Kowalski⟧, her sister",
        "⟦Anna\nKowalski⟧ broke over a line",
    ],
)
def test_correspondents_are_found(marked: str) -> None:
    assert found(re.sub("[⟦⟧]", "", marked)) == re.findall("⟦(.*?)⟧", marked, re.DOTALL)


@pytest.mark.parametrize(
    "text",
    [
        "mail anna.kowalski@example.org or Anna.Kowalski@example.org",
        "see http://example.org/Kowalski/index.html and /home/Anna/x",
        "the Kowalski Foundation, Kowalski Street and Kowalski Bank Ltd",
        "Mark this as read. Will it work? Drew it.",
        "I will mark it in May with Grant money",
        "Talbot Systems shipped it; Talbot is late",
        "Lake Anna and San Zeno",
        "the Anna Kowalski Foundation paid",
        "Anna_Kowalski.pdf Anna@home",
        "Hi all, Dear Sir or Madam, Thanks, Best Regards,",
        "Dear Customer,\nDear Team,\nHello World!",
        "From: Support Team <support@example.org>\nTo: undisclosed recipients\nSubject: Kindly",
        "annas kowalskis",
        "Anna66 Kowalski2 x=Anna3",
        "From: A.Wolanski@example.net\n",
        "Dear Bug Team:\n",
        "Thanks for the feedback.  Actually,\nit works",
    ],
)
def test_what_only_looks_like_a_name_is_none(text: str) -> None:
    assert found(text) == []


def test_doubtful_words_count_where_their_bearer_is_near() -> None:
    assert found("I told Mark that it is done. Mark it.") == []
    assert found("I told Mark that it is done. Mark it.", ("mark",)) == ["Mark"]
    assert found("ask TK about it", ("tk",)) == ["TK"]
    assert found("ask TK about it") == []
    assert found("I saw Mark Drew there") == ["Mark Drew"]
    assert found("Mark,\n\nplease call.") == ["Mark"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear Ms. Wolanska,\n", [("Wolanska", "salutation")]),
        ("Hi Ottokar,\n", [("Ottokar", "salutation")]),
        ("Hi Ottokar and Brunhild,\n", [("Ottokar", "salutation"), ("Brunhild", "salutation")]),
        ("Best regards,\nOttokar Wolanski\n", [("Ottokar Wolanski", "signature")]),
        ("Thanks,\n\nOttokar\n", [("Ottokar", "signature")]),
        ("Mr. Wolanski agreed", [("Wolanski", "title")]),
        ("Prof. Ottokar J. Wolanski spoke", [("Ottokar J. Wolanski", "title")]),
        ("On 1 May 2023, Ottokar Wolanski wrote:\n> x", [("Ottokar Wolanski", "header")]),
        ("From: Ottokar Wolanski <ow@example.net>\n", [("Ottokar Wolanski", "header")]),
        ("> To: Wolanski, Ottokar; Brunhild Ilves [mailto:b@x.example]\n", [("Wolanski, Ottokar", "header"), ("Brunhild Ilves", "header")]),
        ("Cc: Ottokar Wolanski/LON/EX@EX, Brunhild B Ilves/LON/EX@EX\n", [("Ottokar Wolanski", "header"), ("Brunhild B Ilves", "header")]),
        ("To: Ottokar Wolanski,\nSubject: Brunhild Ilves\n", [("Ottokar Wolanski", "header")]),
        ("\ncc: Wolanski, Ottokar,\n Ilves, Brunhild\n", [("Wolanski, Ottokar", "header"), ("Ilves, Brunhild", "header")]),
        ("Patient: Ottokar Wolanski\nBorn: 1970\n", [("Ottokar Wolanski", "field")]),
        ("Customer Name: Brunhild Ilves", [("Brunhild Ilves", "field")]),
    ],
)  # fmt: skip
def test_strangers_are_found_where_names_stand(text: str, expected: list[tuple[str, str]]) -> None:
    assert how(text) == expected


def test_a_text_teaches_its_own_names() -> None:
    text = "From: Wolanska, Brunhild\n\nWe asked Brunhild again; Wolanska said no."
    assert found(text) == ["Wolanska, Brunhild", "Brunhild", "Wolanska"]
    assert found("We asked Brunhild again.") == []


def test_records_go_as_far_as_their_block() -> None:
    text = "Hello\n\nName: Ottokar Wolanski\nBorn: 1970-01-02\nSSN: 1\nName: Brunhild Ilves\nBorn: 1971\n\nBorn: 1972"
    spots = LATIN.find(text)
    assert [text[slice(*(spot.record or (0, 0)))] for spot in spots] == [
        "Name: Ottokar Wolanski\nBorn: 1970-01-02\nSSN: 1",
        "Name: Brunhild Ilves\nBorn: 1971",
    ]
    signed = "Regards,\nOttokar Wolanski\nTel 1\nFax 2\n\n\nDear Anna,"
    (ottokar, *_) = LATIN.find(signed)
    assert signed[slice(*(ottokar.record or (0, 0)))] == "Ottokar Wolanski\nTel 1\nFax 2"


PIECES = [
    "Anna", "Kowalski", "Dear", "Hi", "Regards", "Thanks", "From", "To", "Cc", "Name", "Mr", "wrote:",
    "Quimby", "and", "Xenia", "K", "Mark",
]  # fmt: skip
SIGNS = [" ", "\n", ", ", ":", ": ", ".", "@", "> ", ";", "/", "-", "'", '"', "<", "é", "は"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES + SIGNS), max_size=60))
def test_names_are_apart_and_inside_the_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    last = 0
    for spot in LATIN.find(text, ("mark",)):
        assert isinstance(spot, Spot)
        assert last <= spot.start < spot.end <= len(text)
        assert text[spot.start : spot.end] == text[spot.start : spot.end].strip()
        if spot.record:
            assert 0 <= spot.record[0] <= spot.start < spot.end <= spot.record[1] <= len(text)
        last = spot.end
