"""Any rule on any rows: the columns, SQL and the oracle agree, with Hyperscan and without."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from engines import Engines, rule

from unsealed.hunt import sql, tree
from unsealed.hunt.evaluate import expressions, keywords, pieces
from unsealed.hunt.sigma import load
from unsealed.hunt.tree import Node
from unsealed.hunt.tree import Test as Atom

WORDS = (
    *(
        "",
        "cmd.exe",
        "CMD.EXE",
        "é",
        "É",
        "İx",
        "\u212a",
        "a_b",
        "a%b",
        "a*b",
        "a?b",
        "c:\\win",
        "c:\\\\win",
        "x\0y",
        "[a",
        "a'b",
    ),
    *(
        'say "it"',
        "foo bar",
        "5",
        "5.0",
        "-3",
        "007",
        "10.1.2.3",
        "::1",
        "2001:db8::5",
        "::ffff:10.1.2.3",
        "日本",
        "a\nb",
    ),
    *("2024-05-06T07:08:09Z", "2024-05-06 23:08+01:00", '{"y":"cmd.exe"}', '["cmd.exe"]', "null", "true", "/x/y"),
)
SCALARS = st.one_of(st.sampled_from(WORDS), st.none(), st.booleans(), st.sampled_from([5, -3, 5.5]))
VALUES = st.recursive(
    SCALARS,
    lambda more: st.one_of(
        st.lists(more, max_size=3), st.dictionaries(st.sampled_from(["y", "k", "Name", "v"]), more, max_size=2)
    ),
    max_leaves=4,
)
FIELDS = ("a", "b", "recipients", "operation", "nested", "deep", "named", "each", "every", "first", "either")
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "a": VALUES,
        "b": SCALARS,
        "x": st.one_of(VALUES, st.fixed_dictionaries({"y": VALUES})),
        "p": st.lists(
            st.fixed_dictionaries({"Name": st.sampled_from(["foo", "Foo", "bar", 5, None]), "v": VALUES}), max_size=3
        ),
        "list": st.one_of(VALUES, st.lists(st.fixed_dictionaries({"k": VALUES}), max_size=2)),
    },
)
NUMBERS = st.sampled_from([5, 5.5, -3, 7, 0])


def _texts(op: str) -> st.SearchStrategy[Atom]:
    values = (
        st.sampled_from(["*c*d?*", "?", "a?b", r"*\**", "??", r"*\\win", "c*e", "*é?*"])
        if op == "wild"
        else st.sampled_from(WORDS)
    )
    return st.builds(Atom, st.sampled_from([*FIELDS, None]), st.just(op), values, st.booleans())


ATOMS = st.one_of(
    *(_texts(op) for op in tree.TEXT_OPS),
    *(st.builds(Atom, st.sampled_from([*FIELDS, None]), st.just(op), NUMBERS) for op in (*tree.ORDER_OPS, "number")),
    *(
        st.builds(Atom, st.sampled_from(FIELDS), st.just(op), st.sampled_from([5, 6, 7, 8, 19, 22, 2024]))
        for op in tree.TIME_OPS
    ),
    *(st.builds(Atom, st.sampled_from(FIELDS), st.just(op), st.sampled_from(FIELDS)) for op in tree.REFERENCE_OPS),
    st.builds(Atom, st.sampled_from(FIELDS), st.just("exists")),
    st.builds(
        Atom,
        st.sampled_from([*FIELDS, None]),
        st.just("re"),
        st.tuples(
            st.sampled_from(["cmd", "^a.b$", r"\.exe$", "[0-9]+", "^$", "(?:foo|x)", r"C:\\", "a'b"]),
            st.sampled_from(["", "i", "s", "im"]),
        ),
    ),
    st.builds(
        Atom,
        st.sampled_from(FIELDS),
        st.just("cidr"),
        st.sampled_from(["10.0.0.0/8", "::/0", "2001:db8::/32", "::1/128", "10.1.2.3/32", "0.0.0.0/0"]),
    ),
)
NODES: st.SearchStrategy[Node] = st.recursive(
    ATOMS,
    lambda more: st.one_of(
        more.map(tree.negate),
        st.lists(more, min_size=1, max_size=3).map(tree.all_of),
        st.lists(more, min_size=1, max_size=3).map(tree.any_of),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return Engines(tmp_path_factory.mktemp("agreement"))


@pytest.fixture(params=["hyperscan", "without"])
def scanner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    for module in (pieces, expressions, keywords):
        if request.param == "without":
            monkeypatch.setattr(module, "hyperscan", None)
        elif module.hyperscan is None:
            pytest.skip("Hyperscan is not installed")
    monkeypatch.setattr(pieces, "WORTH", 0)
    monkeypatch.setattr(expressions, "WORTH", 1)
    return str(request.param)


COLUMNS = st.fixed_dictionaries(
    {
        "operation": st.sampled_from([*WORDS[1:8], None]),
        "recipients": st.one_of(st.none(), st.lists(st.sampled_from(WORDS[1:9]), max_size=2)),
    }
)


@pytest.mark.usefixtures("scanner")
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_rule_on_any_rows(engines: Engines, data: st.DataObject) -> None:
    records = data.draw(st.lists(st.tuples(RECORDS, COLUMNS, st.booleans()), min_size=1, max_size=12))
    engines.log(
        *(json.dumps(record, ensure_ascii=ascii_only) for record, _, ascii_only in records),
        columns=[columns for _, columns, _ in records],
    )
    nodes = data.draw(st.lists(NODES, min_size=1, max_size=8))
    engines.hits(*(rule(node, number) for number, node in enumerate(nodes)))


def test_look_around_cant_be_said_in_sql() -> None:
    from unsealed.hunt.logsources import Field

    with pytest.raises(ValueError, match="look-around"):
        sql.predicate(Atom("a", "re", ("a(?=b)", "")), {"a": Field("a")})


@pytest.mark.skipif("UNSEALED_SIGMA" not in os.environ, reason="UNSEALED_SIGMA names no folder of public rules")
def test_every_public_rule_on_rows_made_of_its_own_values(engines: Engines) -> None:
    """A few hundred rules at a time, on records that hold what they look for, changed a little."""
    from dataclasses import replace

    rules = load([Path(os.environ["UNSEALED_SIGMA"])]).rules
    source = random.Random(5)
    for start in range(0, len(rules), 200):
        chosen = [replace(one, product="test", category=None, service=None) for one in rules[start : start + 200]]
        atoms = [atom for one in chosen for atom in tree.tests(one.tree)]
        records: list[dict[str, Any]] = []
        for one in source.choices(chosen, k=120):
            parts = list(tree.tests(one.tree))
            records.append(
                {
                    (atom.field or "text"): changed(source, atom)
                    for atom in source.choices([*parts, *parts, *atoms[:50]], k=6)
                }
            )
        engines.log(*records)
        engines.hits(*chosen)


def changed(source: random.Random, atom: Atom) -> Any:
    """Make a value that a test may or may not like."""
    text = str(atom.value[0] if isinstance(atom.value, tuple) else atom.value)
    if atom.op == "wild":
        text = text.replace("*", source.choice(["", "xy"])).replace("?", "z")
    elif atom.op == "cidr":
        text = text.partition("/")[0]
    text = source.choice([text, text.upper(), f"C:\\x{text}", f"{text} -y", text[:-1]])
    return source.choice([text, text, [text, "other"], None])
