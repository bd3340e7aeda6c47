"""The register: who stands in it, what is counted once, which tier of harm, and where they are written to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from crowd import Crowd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unsealed.case import Case
from unsealed.identify.harm import FALLBACK, TIERS, harm
from unsealed.identify.identifiers import identifiers
from unsealed.schema import TOLD

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def crowd(empty_case: Case) -> Crowd:
    return Crowd(empty_case)


def test_a_letters_copies_count_once(crowd: Crowd) -> None:
    taro = crowd.person("taro", "taro@corp.example")
    for copy in ("m1", "m2"):
        crowd.letter(copy, "copied", 1, letter="one")
        crowd.stand(taro, copy, "from")
        crowd.mention(copy, "date_of_birth", taro)
        crowd.mention(copy, "date_of_birth", taro, start=9)
    crowd.letter("m3", "in_reach", 9)
    crowd.stand(taro, "m3")
    crowd.mention("m3", "date_of_birth", taro)
    crowd.mention("m3", "health_term", taro)
    assert crowd.register() == 1
    row = crowd["taro"]
    assert (row["messages_exposed"], row["worst_verdict"]) == (2, "copied")
    assert (row["first_time"].day, row["last_time"].day) == (2, 10)
    assert row["kinds"] == [
        {"kind": "health_term", "sensitivity": "special", "mentions": 1, "letters": 1},
        {"kind": "date_of_birth", "sensitivity": "private", "mentions": 3, "letters": 2},
    ]


def test_copies_without_a_message_id_are_one_letter_by_their_content(crowd: Crowd) -> None:
    crowd.person("taro")
    for copy, content in (("m1", "h"), ("m2", "h"), ("m3", "other")):
        crowd.letter(copy, letter=None, content_hash=content)
        crowd.stand("taro", copy)
    crowd.register()
    assert crowd["taro"]["messages_exposed"] == 2


def test_only_letters_to_be_told_about_make_somebody_a_person_to_tell(crowd: Crowd) -> None:
    for number, verdict in enumerate(("accessed", "quoted", "not_accessed", "out_of_reach")):
        crowd.letter(f"m{number}", verdict)
        crowd.person(f"p{number}")
        crowd.stand(f"p{number}", f"m{number}")
        crowd.stand("p0", f"m{number}")
        crowd.mention(f"m{number}", "payment_card", "p0")
    crowd.mention("m3", "payment_card", "p3")
    crowd.register()
    assert list(crowd.ids()) == ["p0", "p1"]
    assert crowd["p0"]["messages_exposed"] == 2
    assert crowd["p0"]["kinds"][0]["letters"] == 2
    assert {row["message_id"] for row in crowd.table("appearances")} == {"m0", "m1"}


def test_appearances_tell_every_role_once_and_whose_data_stands_there(crowd: Crowd) -> None:
    crowd.letter("m1", "copied")
    crowd.person("taro")
    crowd.stand("taro", "m1", "from")
    crowd.stand("taro", "m1", "from")
    crowd.mention("m1", "person_name", "taro")
    crowd.mention("m1", "payment_card", "taro", attachment_id="a1", part="attachment")
    crowd.mention("m1", "payment_card", "nobody that is known")
    crowd.register()
    found = [(row["role"], row["attachment_id"], row["verdict"]) for row in crowd.table("appearances")]
    assert sorted(found, key=str) == [("data", "a1", "copied"), ("from", None, "copied"), ("named", None, "copied")]


# -- harm ------------------------------------------------------------------------------------------------------------


def tier(crowd: Crowd, *data: tuple[str, str], flagged: bool = False) -> tuple[str, str]:
    """Give the tier and rule of somebody with data of these kinds, each in a letter of a verdict."""
    crowd.person("taro", minor=flagged)
    for number, (kind, verdict) in enumerate(data):
        crowd.letter(f"m{number}", verdict)
        crowd.stand("taro", f"m{number}")
        if kind:
            crowd.mention(f"m{number}", kind, "taro")
    crowd.register()
    return crowd["taro"]["risk"], crowd["taro"]["risk_rule"]


@pytest.mark.parametrize(
    ("data", "expected", "word"),
    [
        ([("", "accessed")], "low", "contact details alone"),
        ([("email_address", "accessed"), ("phone_number", "copied")], "low", "contact details alone"),
        ([("health_term", "accessed")], "high", "health data"),
        ([("health_term", "quoted")], "high", "health data"),
        ([("health_term", "in_reach")], "medium", "no log can tell"),
        ([("password", "copied")], "high", "password"),
        ([("payment_card", "accessed")], "high", "payment card"),
        ([("payment_card", "in_reach")], "medium", "no log can tell"),
        ([("jp_my_number", "accessed")], "medium", "official number in a letter that was opened"),
        ([("jp_my_number", "accessed"), ("date_of_birth", "copied")], "high", "together with"),
        (
            [("jp_my_number", "accessed"), ("date_of_birth", "in_reach")],
            "medium",
            "official number in a letter that was",
        ),
        ([("us_ssn", "in_reach"), ("postal_address", "in_reach")], "medium", "no log can tell"),
        ([("jp_bank_account", "copied")], "medium", "bank account"),
        ([("date_of_birth", "accessed")], "medium", "birth date"),
        ([("date_of_birth", "in_reach")], "low", "no log can tell"),
        ([("classification_marking", "accessed"), ("ip_address", "accessed")], "low", "contact details alone"),
    ],
)
def test_the_tier_follows_what_and_how(crowd: Crowd, data: list[tuple[str, str]], expected: str, word: str) -> None:
    found, rule = tier(crowd, *data)
    assert (found, word in rule) == (expected, True), rule


@pytest.mark.parametrize(("flagged", "expected"), [(True, "high"), (False, "low")])
def test_data_of_a_child_weighs_more(crowd: Crowd, flagged: bool, expected: str) -> None:
    assert tier(crowd, ("date_of_birth", "in_reach"), flagged=flagged)[0] == expected


def test_a_childs_name_alone_is_no_more_than_a_name(crowd: Crowd) -> None:
    assert tier(crowd, ("person_name", "accessed"), flagged=True)[0] == "low"


KINDS = sorted({kind for one in harm().sensitivities for kind in one.kinds})
DATA = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(TOLD)), max_size=4)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=DATA, more=DATA)
def test_more_exposed_is_never_less_harm(tmp_path_factory: Any, data: list[Any], more: list[Any]) -> None:
    def worst(*rows: tuple[str, str]) -> int:
        folder: Path = tmp_path_factory.mktemp("case") / "case"
        return TIERS.index(tier(Crowd(Case.create(folder, "x")), ("", "accessed"), *rows)[0])

    assert worst(*data, *more) <= worst(*data)


def test_every_kind_that_can_be_found_has_its_sensitivity_and_only_one() -> None:
    listed = [kind for one in harm().sensitivities for kind in one.kinds]
    assert len(listed) == len(set(listed))
    assert {one.kind for one in identifiers().values()} | {"person_name"} == set(listed)
    assert FALLBACK in {one.name for one in harm().sensitivities}


def test_rules_name_what_there_is_and_the_last_one_fits_everybody() -> None:
    known = {one.name for one in harm().sensitivities}
    for rule in harm().rules:
        assert rule.tier in TIERS
        assert {*rule.any, *rule.beside} <= known
        assert rule.verdict in TOLD
        assert rule.words
        assert rule.source
    assert [TIERS.index(rule.tier) for rule in harm().rules] == sorted(TIERS.index(rule.tier) for rule in harm().rules)
    assert not harm().rules[-1].any
    assert len({rule.words for rule in harm().rules}) == len(harm().rules)
    assert all(one.source for one in harm().sensitivities)


# -- where to write to -----------------------------------------------------------------------------------------------


def test_the_address_that_they_wrote_from_last_is_written_to(crowd: Crowd) -> None:
    crowd.person("taro", "often@a.example", "old@a.example", "new@b.example")
    crowd.letter("m1", day=1, from_address="old@a.example")
    crowd.letter("m2", "out_of_reach", day=5, from_address="new@b.example")
    crowd.letter("m3", day=9, to=[{"address": "Often@a.example", "name": None}])
    crowd.stand("taro", "m1")
    crowd.register()
    assert crowd["taro"]["best_address"] == "new@b.example"


def test_an_address_that_got_letters_is_better_than_one_that_only_stands_in_texts(crowd: Crowd) -> None:
    crowd.person("taro", "first@a.example", "got@a.example")
    crowd.letter("m1", cc=[{"address": "got@a.example", "name": None}])
    crowd.stand("taro", "m1")
    crowd.register()
    assert crowd["taro"]["best_address"] == "got@a.example"


def test_a_mailbox_that_the_intruder_was_in_comes_last_and_letters_of_the_intruders_are_no_sign(crowd: Crowd) -> None:
    crowd.person("taro", "work@a.example", "home@b.example")
    crowd.letter("m1", day=9, from_address="work@a.example")
    crowd.letter("m2", day=1, from_address="home@b.example")
    crowd.stand("taro", "m1")
    crowd.rows["activity"].append({"event_id": "e", "mailbox": "Work@a.example", "inside": True, "state": "proposed"})
    crowd.person("hana", "x@a.example", "y@a.example")
    crowd.letter("m3", day=9, from_address="x@a.example", folder="forged")
    crowd.letter("m4", day=1, from_address="y@a.example")
    crowd.stand("hana", "m3")
    crowd.register()
    assert crowd["taro"]["best_address"] == "home@b.example"
    assert crowd["hana"]["best_address"] == "y@a.example"
    crowd.rows["activity"][0]["state"] = "rejected"
    crowd.register()
    assert crowd["taro"]["best_address"] == "work@a.example"


def test_a_forged_address_and_a_shared_one_are_never_written_to(crowd: Crowd) -> None:
    crowd.person("taro", "taro@examp1e.example", "info@example.org")
    crowd.letter("m1", from_address="taro@examp1e.example")
    crowd.stand("taro", "m1")
    crowd.rows["findings"].append({"finding_id": "f", "kind": "indicator", "message_id": "m1"})
    crowd.rows["shared"].append({"address": "info@example.org", "names": [], "reason": "a role"})
    crowd.register()
    assert crowd["taro"]["best_address"] is None
    crowd.letter("m2", from_address="taro@examp1e.example")  # a letter that nothing speaks against
    crowd.register()
    assert crowd["taro"]["best_address"] == "taro@examp1e.example"


def test_shared_mailboxes_are_told_with_the_letters_that_they_stand_in(crowd: Crowd) -> None:
    crowd.letter("m1", "in_reach", from_address="info@example.org")
    crowd.letter("m2", "copied", cc=[{"address": "Info@example.org", "name": "Info"}])
    crowd.letter("m3", "copied", letter="m2", reply_to="info@example.org")
    crowd.letter("m4", "out_of_reach", from_address="list@example.org")
    for address in ("info@example.org", "list@example.org"):
        crowd.rows["shared"].append(
            {"address": address, "names": ["Info"], "internal": True, "reason": "the name of a role"}
        )
    crowd.register()
    (row,) = crowd.table("shared_mailboxes")
    assert (row["address"], row["messages_exposed"], row["worst_verdict"]) == ("info@example.org", 2, "copied")


def test_the_worst_come_first(crowd: Crowd) -> None:
    for name, kind, verdict in (("a", "", "accessed"), ("b", "health_term", "in_reach"), ("c", "password", "copied")):
        crowd.person(name)
        crowd.letter(f"m-{name}", verdict)
        crowd.stand(name, f"m-{name}")
        if kind:
            crowd.mention(f"m-{name}", kind, name)
    crowd.register()
    assert list(crowd.ids()) == ["c", "b", "a"]


def test_a_case_without_anything_has_an_empty_register(crowd: Crowd) -> None:
    assert crowd.register() == 0
    assert crowd.table("persons") == crowd.table("appearances") == crowd.table("shared_mailboxes") == []
