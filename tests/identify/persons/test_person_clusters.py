"""Records to persons: one row a person, two people in two rows, whatever the order; people's word comes first."""

from __future__ import annotations

import json
import random
from itertools import combinations, count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_made import crowd, pairwise

from unsealed.identify.persons.cluster import Person, _scored, cluster, conflicts
from unsealed.identify.persons.decisions import MERGED, SPLIT, Links, links
from unsealed.identify.persons.record import Record
from unsealed.identify.persons.score import Lore, Together

if TYPE_CHECKING:
    from collections.abc import Sequence

SEEDS = 8


def at(
    address: str, *names: str, letters: int = 5, wrote: int = 2, phones: Sequence[str] = (), others: Sequence[str] = ()
) -> Record:
    return Record(
        f"a:{address}",
        dict.fromkeys(names, letters),
        address=address,
        letters=letters,
        wrote=wrote,
        phones=frozenset(phones),
        others=frozenset(others),
    )


def row(name: str, apart: str, scope: str = "hr@example.com", **more: Any) -> Record:
    return Record(f"n:{name}|{apart}", {name: 1}, letters=1, scope=scope, **more)


def groups(people: Sequence[Person]) -> set[frozenset[str]]:
    return {frozenset(record.key[2:] for record in person.records) for person in people}


def together(*records: Record, links: Links | None = None, met: Together | None = None) -> bool:
    """Tell whether records come out as one person."""
    return len(cluster(records, links, lambda pairs: dict.fromkeys(pairs, met) if met else {})) == 1


def decided(*steps: tuple[str, list[list[str]]]) -> Links:
    number = count(1)
    return links(
        {"state": state, "subject": json.dumps(sides), "who": "ann@desk", "at": f"2026-01-0{next(number)}T00:00:00"}
        for state, sides in steps
    )


def test_spelling_noise_is_seen_through() -> None:
    found, truth = list[Person](), dict[str, int]()
    for seed in range(SEEDS):
        made = crowd(seed)
        for person in cluster(made.records, together=made.together):
            person.records = [_told_apart(record, seed) for record in person.records]
            found.append(person)
        truth |= {f"{seed}/{key}": 1_000 * seed + number for key, number in made.truth.items()}
    precision, recall = pairwise(found, truth)
    assert precision >= 0.98
    assert recall >= 0.9


def _told_apart(record: Record, seed: int) -> Record:
    return Record(f"{seed}/{record.key}")


@pytest.mark.parametrize(
    "records",
    [
        (at("kenneth.lay@x.example"), at("klay@x.example")),
        (
            at("kenneth.lay@x.example"),
            at("ken.lay@x.example"),
            at("ken_lay@x.example"),
            at("lay.kenneth@mail.x.example"),
        ),
        (
            at("james.d.steffes@x.example"),
            at("d..steffes@x.example"),
            at("jsteffe@x.example"),
            at("james.steffes@x.example"),
        ),
        (at("vince.kaminski@x.example"), at("vkamins@x.example")),
        (at("taro.tanaka@x.example"), at("t-tanaka@x.example", "田中 太郎"), at("tanakat@x.example", "タナカタロウ")),
        (at("s.ohno@x.example", "大野 慎二"), at("sohno@x.example")),
        (at("a1@x.example", "Jürgen Müller"), at("a2z@x.example", "Mueller, Juergen")),
        (at("quill@x.example"), at("nora.quill@x.example")),
        (at("ken.lay+opera@x.example"), at("ken.lay@x.example")),
        (at("knut.hasselblad@x.example"), at("khasselblad3@gmail.com", "Knut Hasselblad")),
        (at("a@x.example", "Ann Holt", phones=["+4930123456"]), at("b@y.example", "A. Holt", phones=["+4930123456"])),
    ],
)
def test_one_person_is_one(records: tuple[Record, ...]) -> None:
    assert together(*records)


@pytest.mark.parametrize(
    "records",
    [
        (at("john.smith@x.example"), at("jane.smith@x.example")),
        (at("a@x.example", "John Smith"), at("b@y.example", "John Smith")),
        (at("john.smith@x.example", "John Smith"), at("john.smith2@x.example", "John Smith")),
        (at("john.a.smith@x.example"), at("john.b.smith@x.example")),
        (at("john.smith@x.example"), at("john.smith77@gmail.com", "John Smith")),
        (at("tana.jones@x.example"), at("tomas.jones@x.example")),
        (at("sue.nord@x.example"), at("sue.ford@x.example")),
        (at("kenneth.lay@x.example"), at("rosalee.fleming@x.example", "Ken Lay")),
        (at("david.port@x.example"), at("david.portz@x.example")),
        (at("a@x.example", "Ann Holt", phones=["+4930123456"]), at("b@x.example", "Bo Reed", phones=["+4930123456"])),
        (row("Ann Holt", "1", others=frozenset({"us_ssn:1"})), row("Ann Holt", "2", others=frozenset({"us_ssn:2"}))),
        (row("Ann Holt", "1"), row("Ann Holt", "2", scope="other@y.example")),
        (at("knut.hasselblad@x.example"), at("dagny.hasselblad@gmail.com", "Dagny Hasselblad")),
    ],
)
def test_two_people_stay_two(records: tuple[Record, Record]) -> None:
    assert not together(*records)


def test_what_two_may_have_is_nobodys() -> None:
    kenneth, kevin, account = at("kenneth.lay@x.example"), at("kevin.lay@x.example"), at("klay@x.example")
    assert groups(cluster([kenneth, kevin, account])) == {
        frozenset({"kenneth.lay@x.example"}),
        frozenset({"kevin.lay@x.example"}),
        frozenset({"klay@x.example"}),
    }
    noise = at("kevin.lay@x.example", letters=1, wrote=0)
    assert frozenset({"kenneth.lay@x.example", "klay@x.example"}) in groups(
        cluster([at("kenneth.lay@x.example", letters=900), noise, account])
    )


def test_a_rare_name_that_two_have_joins_neither_to_a_private_address() -> None:
    private = at("hasselblad@gmail.com", "Knut Hasselblad")
    assert len(cluster([at("knut.hasselblad@x.example"), at("knut.hasselblad@y.example"), private])) == 3


def test_no_chain_of_likenesses_joins_two() -> None:
    people = cluster(
        [at("jan.moore@x.example"), at("jmoore@x.example"), at("janet.b.moore@x.example"), at("john.moore@x.example")]
    )
    assert all(not conflicts(person) for person in people)
    homes = {record.key[2:]: number for number, person in enumerate(people) for record in person.records}
    assert homes["john.moore@x.example"] != homes["jan.moore@x.example"]


def test_a_phone_of_many_is_no_evidence() -> None:
    line = ["+4930123456"]
    people = [
        at(f"{name.lower()}@x{i}.example", f"{name} Holt", phones=line)
        for i, name in enumerate(("Ann", "Bo", "Cy", "Di"))
    ]
    more = at("a.h@y.example", "A. Holt", phones=line)
    assert len(cluster([*people, more])) == 5
    assert together(people[0], more)


def test_letters_tell() -> None:
    ours, private = at("vince.kaminski@x.example"), at("vkaminski@aol.com")
    assert not together(ours, private)
    assert together(ours, private, met=Together(sent=3, beside=3, threads=0))
    assert together(
        at("a@x.example", "Ann Quillfeather"), at("b@y.example", "Ann Quillfeather"), met=Together(threads=1)
    )
    two = (at("don.moore@x.example", letters=20), at("donald.moore@x.example", letters=20))
    assert together(*two)
    assert not together(*two, met=Together(beside=8)), "who gets the same letters twice is two"
    assert not together(at("quill@x.example"), at("nora.quill@x.example"), met=Together(sent=1)), (
        "nobody writes to herself"
    )


def test_rows_of_tables_find_their_people() -> None:
    holt = at("ann.holt@x.example", "Ann Holt")
    listed = row("Ann Holt", "1", mail=frozenset({"ann.holt@x.example"}))
    assert together(holt, listed)
    assert not together(holt, row("Bo Reed", "1", mail=frozenset({"ann.holt@x.example"})))
    same = frozenset({"us_ssn:1"})
    assert together(row("Ann Holt", "1", others=same), row("Holt, Ann", "2", scope="b@y.example", others=same))


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_records_does_not_matter(seed: int) -> None:
    made = crowd(seed, 80)
    expected = cluster(made.records, together=made.together)
    mixed = list(made.records)
    random.Random(seed).shuffle(mixed)
    again = cluster(mixed, together=made.together)
    assert groups(again) == groups(expected)
    assert [person.person_id for person in again] == [person.person_id for person in expected]
    assert [person.merges for person in again] == [person.merges for person in expected]


@pytest.mark.parametrize("seed", range(3))
def test_every_merge_has_its_reason_and_none_joins_what_is_in_conflict(seed: int) -> None:
    made = crowd(seed, 80)
    for person in cluster(made.records, together=made.together):
        assert len(person.merges) == len(person.records) - 1
        assert all(merge.reason and 0.5 < merge.score <= 1 for merge in person.merges)
        assert conflicts(person) == []


@settings(max_examples=15)
@given(st.integers(0, 3), st.data())
def test_one_more_record_never_joins_what_is_in_conflict(seed: int, data: st.DataObject) -> None:
    made = crowd(seed, 40)
    left = data.draw(st.sampled_from(made.records))
    more = data.draw(st.sampled_from(["Ken Pemberton", "K. Smith", "田中太郎", "Smith", "tanaka", ""]))
    extra = at(
        data.draw(st.sampled_from(["ksmith", "smith", "k..smith", "ttanaka", "pemberton"])) + "@northgas.example",
        *[more] if more else [],
    )
    for records in ([one for one in made.records if one is not left], [*made.records, extra]):
        unique = {record.key: record for record in records}
        assert all(not conflicts(person) for person in cluster(list(unique.values()), together=made.together))


@settings(max_examples=25)
@given(st.integers(0, 2), st.data())
def test_what_people_decide_holds(seed: int, data: st.DataObject) -> None:
    made = crowd(seed, 30)
    keys = sorted(record.key for record in made.records)
    pairs = st.lists(st.sampled_from(keys), min_size=2, max_size=2, unique=True)
    steps = data.draw(st.lists(st.tuples(st.sampled_from([MERGED, SPLIT]), pairs), min_size=1, max_size=5))
    known = decided(*((state, [[one], [other]]) for state, (one, other) in steps))
    people = cluster(made.records, known, made.together)
    home = {record.key: number for number, person in enumerate(people) for record in person.records}
    state, (one, other) = steps[-1]
    assert (home[one] == home[other]) == (state == MERGED)
    for first, second in combinations(keys, 2):
        if known.apart(first, second):
            assert home[first] != home[second]


def test_decisions_outweigh_all_rules_and_the_later_one_wins() -> None:
    kenneth, account, john = at("kenneth.lay@x.example"), at("klay@x.example"), at("john.roe@y.example")
    a, b, c = kenneth.key, account.key, john.key
    assert groups(cluster([kenneth, account, john], decided((SPLIT, [[a], [b]])))) == {
        frozenset({one[2:]}) for one in (a, b, c)
    }
    joined = cluster([kenneth, account, john], decided((MERGED, [[a], [c]])))
    assert groups(joined) == {frozenset({a[2:], b[2:], c[2:]})}
    reasons = [merge.reason for person in joined for merge in person.merges if merge.score == 1]
    assert reasons == ["ann@desk joined them on 2026-01-01"]
    again = decided((SPLIT, [[a], [b]]), (MERGED, [[a], [b]]))
    assert together(kenneth, account, links=again)
    assert not together(kenneth, account, links=decided((MERGED, [[a], [b]]), (SPLIT, [[a], [b]])))


def test_what_was_split_stays_apart_when_more_comes_in() -> None:
    kenneth, account = at("kenneth.lay@x.example"), at("klay@x.example")
    known = decided((SPLIT, [[kenneth.key], [account.key]]))
    more = [at("ken.lay@x.example"), at("k.lay@x.example", "Kenneth Lay"), at("klay@mail.x.example", "Ken Lay")]
    people = cluster([kenneth, account, *more], known)
    assert not any({kenneth.key, account.key} <= {record.key for record in person.records} for person in people)


def test_an_id_stays_while_evidence_grows() -> None:
    (before,) = cluster([at("kenneth.lay@x.example")])
    (after,) = cluster([at("kenneth.lay@x.example", "Ken Lay", phones=["+17138536773"]), at("klay@x.example")])
    assert before.person_id == after.person_id


def test_the_surest_pairs_come_first() -> None:
    made = crowd(0, 60)
    scored = [pair[:3] for pair in _scored(sorted(made.records, key=lambda one: one.key), made.together, Lore())]
    assert scored == sorted(scored, key=lambda pair: (-pair[0], pair[1], pair[2]))
    assert len({pair[0] for pair in scored}) > 3


def test_a_block_of_many_is_not_compared_each_with_each() -> None:
    from unsealed.identify.persons import blocks

    asked = 0
    records = [at(f"u{number:05}@x.example", "Kim Smith") for number in range(2_000)]
    for _ in blocks.pairs(records):
        asked += 1
    assert asked < 40 * len(records)


def test_two_addresses_of_one_name_whose_rows_hold_different_numbers_are_two_peoples() -> None:
    rows = [
        row("佐藤 健", number, mail=frozenset({mail}), others=frozenset({f"jp_my_number:{number}"}))
        for number, mail in (("1", "ken.sato@x.example"), ("2", "sato.ken@x.example"))
    ]
    headers = [
        Record(f"a:{mail}", {"佐藤 健": 1}, address=mail, letters=1)
        for mail in ("ken.sato@x.example", "sato.ken@x.example")
    ]
    assert groups(cluster([*rows, *headers])) == {
        frozenset({"佐藤 健|1", "ken.sato@x.example"}),
        frozenset({"佐藤 健|2", "sato.ken@x.example"}),
    }
