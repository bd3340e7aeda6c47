"""Texts against many tests at once: what is found is the same however it is searched."""

from __future__ import annotations

import itertools

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unsealed.hunt.evaluate import expressions, keywords, pieces
from unsealed.hunt.evaluate.folding import fold, folded
from unsealed.hunt.evaluate.keywords import Sieve
from unsealed.hunt.evaluate.matching import Matcher
from unsealed.hunt.tree import Test as Atom

TEXTS = st.lists(st.text(alphabet='abAB\0é\\"\n-1.', max_size=8), unique=True, max_size=12)
ATOMS = st.lists(
    st.builds(
        Atom,
        st.just("f"),
        st.sampled_from(["equals", "contains", "startswith", "endswith"]),
        st.text(alphabet='abA\0é\\"-', max_size=4),
        st.booleans(),
    ),
    max_size=12,
)


def plainly(atom: Atom, text: str) -> bool:
    value = str(atom.value)
    if not atom.cased:
        text, value = text.lower(), value.lower()
    tests = {
        "equals": text.__eq__,
        "contains": text.__contains__,
        "startswith": text.startswith,
        "endswith": text.endswith,
    }
    return bool(tests[atom.op](value))


@pytest.mark.parametrize("way", ["together", "one by one", "searched"])
@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, atoms=ATOMS)
def test_every_way_of_searching_finds_the_same(way: str, texts: list[str], atoms: list[Atom]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if way == "searched":
            patch.setattr(pieces, "hyperscan", None)
        elif pieces.hyperscan is None:
            pytest.skip("Hyperscan is not installed")
        patch.setattr(pieces, "WORTH", 0)
        patch.setattr(pieces, "LONG", 10_000 if way == "together" else 0)
        matcher = Matcher(atoms)
        for part in itertools.batched(texts, 5) if hasattr(itertools, "batched") else [texts]:
            found = matcher.match(pa.array(list(part), pa.string()))
            for atom in atoms:
                assert list(found.get(atom, [])) == [number for number, text in enumerate(part) if plainly(atom, text)]


def test_expressions_that_hyperscan_cant_read_are_tried_on_every_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expressions, "WORTH", 1)
    atoms = [Atom("f", "re", (pattern, "")) for pattern in (r"(?P<x>a)(?P=x)", r"^\pL+$", "a(?!b)", r"[^\x00-\x7f]")]
    found = Matcher(atoms).match(pa.array(["aa", "ab", "é", "a1", "\x0b"], pa.string()))
    assert [sorted(found.get(atom, [])) for atom in atoms] == [[0], [0, 1, 2], [0, 3], [2]]


@given(st.text())
def test_folding_is_the_same_for_one_and_many_and_twice(text: str) -> None:
    assert folded(pa.array([text], pa.string()))[0].as_py() == fold(text) == fold(fold(text))


@pytest.mark.parametrize(("given_", "expected"), [("İ", "i"), ("ΑΣ", "ας"[0] + "σ"), ("ẞ", "ß"), ("\u212a", "k")])
def test_folding_goes_character_by_character(given_: str, expected: str) -> None:
    assert fold(given_) == expected


RECORDS = [
    '{"a":"say \\"it\\" \\\\now"}',
    '{"a":"http:\\/\\/x\\/y"}',
    '{"a":"http://x/y"}',
    '{"a":"b\\u0061d"}',
    '{"a":"Bad"}',
    '{"a":"good"}',
    '{"a":"\u212aey"}',
    None,
    '{"a":"\\u0042AD \\u004B \\u212A \\u002f"}',
]
"""An escape matters where it may stand for a letter of the keyword, in either case."""


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("bad", [3, 4, 6, 8]),
        ('"IT" \\n', [0, 6, 8]),
        ("//x/", [1, 2, 6, 8]),
        ("key", [6, 8]),
        ("日本", [0, 1, 2, 3, 4, 5, 6, 8]),
    ],
)
@pytest.mark.parametrize("with_hyperscan", [True, False])
def test_the_sieve_lets_no_record_through_its_holes_that_holds_a_keyword(
    value: str, kept: list[int], with_hyperscan: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    if not with_hyperscan:
        monkeypatch.setattr(keywords, "hyperscan", None)
    sieve = Sieve({3: [Atom(None, "contains", value)]})
    rows = duckdb.sql(
        f"SELECT {sieve.sql(3)} AS r FROM (VALUES {', '.join('(?)' for _ in RECORDS)}) v(raw)", params=RECORDS
    )
    records = rows.to_arrow_table().column(0).combine_chunks()
    assert sieve.kept(records, [3] * len(RECORDS)).to_pylist() == kept
