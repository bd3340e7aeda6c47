"""What Sigma means, where tools get it wrong: each is said by the columns, by SQL and by the oracle alike."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engines import Engines

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return Engines(tmp_path_factory.mktemp("semantics"))


def check(engines: Engines, selection: str, hits: Sequence[Any], misses: Sequence[Any]) -> None:
    """Check a selection of the field A against values that it must and must not match; MISSING leaves the field out."""
    records = [{} if value is MISSING else {"A": value, "Z": 1} for value in (*hits, *misses)]
    found = engines.verdict(f"sel:\n    {selection}\ncondition: sel", *records)
    assert found == [True] * len(hits) + [False] * len(misses)


MISSING = object()


@pytest.mark.parametrize(
    ("selection", "hits", "misses"),
    [
        ("A: Cmd.Exe", ["cmd.exe", "CMD.EXE"], ["cmd.exe ", "xcmd.exe", "", None, MISSING]),
        ("A: ÉCOLE", ["école", "École"], ["ecole"]),
        ("A: ΣΑΣ", ["σασ", "ΣΑΣ"], ["σας"]),
        ("A: a_b%", ["a_b%", "A_B%"], ["axb%", "a_bc"]),
        ("A: a*c", ["ac", "abc", "a\nc", "a*c"], ["abcd", "xac"]),
        ("A: a?c", ["abc", "a?c", "a日c"], ["ac", "abbc"]),
        (r"A: a\*c", ["a*c"], ["abc", r"a\*c"]),
        (r"A: a\?c", ["a?c"], ["abc"]),
        (r"A: a\\*", [r"a\b", "a\\"], ["a*", "ab"]),
        (r"A: C:\Windows\x", [r"c:\windows\x"], ["c:windowsx"]),
        ("A: '[a-z]'", ["[a-z]", "[A-Z]"], ["b"]),
        ("A|contains: 100%", ["is 100% x"], ["is 100 x"]),
        ("A|contains: '*.exe -'", ["x.exe -a"], ["x.exe"]),
        ("A|startswith: ab", ["abc", "AB"], ["xab"]),
        ("A|endswith: bc", ["abc", "BC"], ["bcd"]),
        ("A|contains|all: [a, b]", ["ab", "b-a"], ["a", "b"]),
        ("A|contains: [a, b]", ["xa", "xb"], ["c"]),
        ("A|cased: Cmd", ["Cmd"], ["cmd", "CMD"]),
        ("A|contains|cased: Cmd", ["xCmdx"], ["xcmdx"]),
        ("A|neq: x", ["y", None, MISSING], ["x", "X"]),
        ("A: null", [None, MISSING], ["", "null", 0]),
        ("A: ''", [""], [None, MISSING, " "]),
        ("A: [null, '']", [None, MISSING, ""], ["x"]),
        ("A|exists: true", ["", "x", 0], [None, MISSING]),
        ("A|exists: false", [None, MISSING], ["", "x"]),
        ("A: '*'", ["", "x"], [None, MISSING]),
        ("A: 4624", [4624, "4624", "4624.0", "+4624"], ["46240", "x4624", True]),
        ("A: 0", [0, "0", "0.0"], ["", "00x", False, MISSING]),
        ("A|gt: 9", [10, "10", "9.5"], [9, "9", "ten", "", MISSING]),
        ("A|gte: 9", [9, "9"], ["8.9"]),
        ("A|lt: -1", [-2, "-1.5"], [-1, "-1", 5]),
        ("A|lte: 5", ["5", "-7"], ["6", "5 "]),
        ("A: true", [True, "true", "True"], [False, 1, "yes"]),
        ('A|re: "a\'b"', ["xa'by"], ["a b"]),
        ("A|re: 'say \"[a-z]+\"'", ['say "it"'], ["say it"]),
        ("A|re: ^Ab", ["Abc"], ["abc", "xAb"]),
        ("A|re|i: ^Ab", ["abc", "ABC"], ["xab"]),
        ("A|re: a.c", ["abc"], ["a\nc"]),
        ("A|re|s: a.c", ["abc", "a\nc"], ["ac"]),
        ("A|re|m: ^b$", ["b", "a\nb\nc"], ["ab"]),
        ("A|re: ^a.b$", ["a\u00e9b"], ["a\u00e9\u00e9b"]),
        (
            "A|cidr: 10.0.0.0/9",
            ["10.1.2.3", "10.127.255.255", "::ffff:10.0.0.1"],
            ["10.128.0.0", "10.1.2", "10.0.0.01"],
        ),
        ("A|cidr: 192.168.1.128/25", ["192.168.1.200"], ["192.168.1.20", "192.168.12.200"]),
        ("A|cidr: 2001:db8::/33", ["2001:db8::1", "2001:0DB8:7fff::"], ["2001:db8:8000::", "2001:db9::1", "x::1"]),
        ("A|cidr: ::1/128", ["::1", "0:0:0:0:0:0:0:1"], ["::2", "::", "1::1:"]),
        ("A|windash|contains: ' -enc'", ["x -enc", "x /enc", "x \u2013enc", "x \u2014enc", "x \u2015enc"], ["x enc"]),
        ("A|base64: foobar", ["Zm9vYmFy"], ["foobar"]),
        ("A|base64offset|contains: /bin/sh", ["xL2Jpbi9zaA==", "y9iaW4vc2", "zvYmluL3No"], ["/bin/sh"]),
        ("A|wide|base64offset|contains: ping", ["cABpAG4AZw", "AAaQBuAGcA cABpAG4AZwB"], ["cGluZw=="]),
        ("A|wide: ab", ["a\0b\0"], ["ab"]),
        ("A|utf16be: ab", ["\0a\0b"], ["a\0b\0"]),
        ("A|fieldref: Z", [1, "1"], ["2", MISSING, None]),
        ("A|fieldref|startswith: Z", ["12", "1"], ["21"]),
        ("A|fieldref|endswith: Z", ["21"], ["12"]),
        ("A|fieldref|contains: Z", ["212"], ["22", ""]),
        ("A|fieldref: Nowhere", [], ["", "x", MISSING]),
        ("A|hour: 7", ["2024-05-06T07:08:09Z", "2024-05-06 16:00:00+09:00"], ["2024-05-06T08:00:00Z", "07", 7]),
        ("A|minute: 8", ["2024-05-06T07:08:09.123456789Z", "2024-05-06T07:08"], ["2024-05-06T07:09:08Z"]),
        ("A|day: 6", ["2024-05-06T00:00:00Z", "2024-05-05T23:30:00-0100"], ["2024-06-05T00:00:00Z"]),
        ("A|month: 5", ["2024-05-06T00:00:00Z"], ["2024-06-05T00:00:00Z", "2024-13-05T00:00:00Z"]),
        ("A|year: 2024", ["2024-05-06T00:00:00Z"], ["2023-12-31T23:59:59Z"]),
        (
            "A|week: 1",
            ["2024-01-01T00:00:00Z", "2024-12-30T00:00:00Z"],
            ["2024-01-08T00:00:00Z", "2023-01-01T00:00:00Z"],
        ),
        ("A: b", [["a", "b"], ["B"]], [["a"], [], "ab"]),
        ("A|gt: 5", [[1, 9]], [[1, 2]]),
        ('A|contains: \'"k":"v"\'', [{"k": "v"}, [{"k": "v"}, 1]], [{"k": "w"}, "k v"]),
    ],
)
def test_a_value_matches_as_the_specification_says(
    engines: Engines, selection: str, hits: list[Any], misses: list[Any]
) -> None:
    check(engines, selection, hits, misses)


def test_nothing_holds_of_an_absent_field_and_its_negation_does(engines: Engines) -> None:
    found = engines.verdict(
        "sel: {A: x}\nfilter: {User|contains: admin}\ncondition: sel and not filter",
        {"A": "x"},
        {"A": "x", "User": None},
        {"A": "x", "User": "bob"},
        {"A": "x", "User": "the Admin"},
    )
    assert found == [True, True, True, False]


def test_keywords_look_into_every_value_and_into_no_name(engines: Engines) -> None:
    found = engines.verdict(
        "keywords: ['evil\"\\x', 'b*d', 4625]\ncondition: keywords",
        {"a": {"b": ['say EVIL"\\X now']}},
        {"a": "xbad"},
        {"a": "b", "c": "d"},
        {"bad": "good"},
        {"id": 4625},
        '{"a": "b\\u0061d"}',
        '{"a": "nothing"}',
    )
    assert found == [True, True, False, False, True, True, False]


def test_all_keywords_must_be_there_each_anywhere(engines: Engines) -> None:
    found = engines.verdict("sel:\n    '|all': [one, two]\ncondition: sel", {"a": "one", "b": "TWO"}, {"a": "one"})
    assert found == [True, False]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("1 of sel*", [True, True, True, False]),
        ("any of sel*", [True, True, True, False]),
        ("all of sel*", [False, False, True, False]),
        ("all of them", [False, False, False, False]),
        ("1 of them", [True, True, True, True]),
        ("sel_a and not (sel_b or other)", [True, False, False, False]),
        ("not sel_a and not sel_b", [False, False, False, True]),
        ("not (not sel_a)", [True, False, True, False]),
        ("sel_a or sel_b and other", [True, False, True, False]),
        ("not 1 of sel*", [False, False, False, True]),
    ],
)
def test_conditions_bind_as_the_specification_says(engines: Engines, condition: str, expected: list[bool]) -> None:
    detection = f"sel_a: {{A: x}}\nsel_b: {{B: x}}\nother: {{C: x}}\ncondition: {condition}"
    assert engines.verdict(detection, {"A": "x"}, {"B": "x"}, {"A": "x", "B": "x"}, {"C": "x"}) == expected


def test_maps_in_a_list_are_alternatives_and_fields_in_a_map_all_needed(engines: Engines) -> None:
    detection = "sel:\n    - {A: x, B: y}\n    - {C: z}\ncondition: sel"
    assert engines.verdict(detection, {"A": "x"}, {"A": "x", "B": "y"}, {"C": "z"}) == [False, True, True]


def test_several_conditions_are_alternatives(engines: Engines) -> None:
    assert engines.verdict("a: {A: x}\nb: {B: x}\ncondition: [a, b]", {"A": "x"}, {"B": "x"}, {}) == [True, True, False]


def test_look_around_falls_back_to_python_within_bounds(engines: Engines) -> None:
    one = engines.detection("sel: {'A|re': 'pass(?!word)'}\ncondition: sel")
    engines.log({"A": "password"}, {"A": "passkey"}, {"A": "é passkey"}, {"A": "x" * 5000 + "passkey"})
    import engines as helper

    from unsealed.hunt.evaluate import fire
    from unsealed.query import engine

    with engine(engines.case) as db:
        fire(db, [one], helper.resolve)
        assert [row["event_id"] for row in db.rows("SELECT event_id FROM sigma_hits ORDER BY 1")] == ["e0001", "e0002"]
