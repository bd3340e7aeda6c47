"""Regimes are data: every file says where it comes from and in both languages; a mistake is named by file and key."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

from unsealed.errors import ConfigError
from unsealed.identify.identifiers import identifiers
from unsealed.schema import VERDICTS
from unsealed.warn.regulator import OWN, Regulator, Text, common_questions, load, questions, regulators, walk

KNOWN = regulators()
GIVEN = (OWN / "uk_gdpr.toml").read_text(encoding="utf-8")


def texts(of: object) -> list[Text]:
    """Give every text in a regime."""
    if isinstance(of, Text):
        return [of]
    if isinstance(of, msgspec.Struct):
        return [text for field in of.__struct_fields__ for text in texts(getattr(of, field))]
    return [text for each in of for text in texts(each)] if isinstance(of, tuple) else []


@pytest.mark.parametrize("regime", KNOWN.values(), ids=lambda one: one.id)
def test_every_regime_says_where_it_comes_from_and_in_both_languages(regime: Regulator) -> None:
    law = regime.law
    assert law.source.startswith(("https://", "http://"))
    assert date(2026, 1, 1) <= law.read
    assert law.version <= law.read
    assert law.status != "in_force" or law.since <= law.read
    assert law.status != "not_yet" or law.since > law.read
    assert law.basis == "statute" or regime.unconfirmed or regime.doubts
    for text in texts(regime):
        assert text.en.isascii() or "–" in text.en
        assert re.search(r"[぀-ヿ一-鿿]|What |For |Form 8-K|NIS2|SEC|Art|CIRCIA|SHIELD|GDPR|PIPEDA", text.ja), text.ja
        assert text.tell("de") == text.tell("en") == text.en
        assert text.tell("ja") == text.ja


@pytest.mark.parametrize("regime", KNOWN.values(), ids=lambda one: one.id)
def test_every_duty_can_be_done_and_every_kind_can_be_found(regime: Regulator) -> None:
    known = {one.kind for one in identifiers().values()}
    for duty in regime.duty:
        assert duty.article
        assert "final" in {deadline.step for deadline in duty.deadline}
        for condition in walk(duty.when):
            if condition.persons:
                assert set(condition.persons.kinds) <= known
                assert set(condition.persons.verdicts) <= set(VERDICTS)


def test_a_question_is_asked_in_the_same_words_everywhere() -> None:
    seen = dict(common_questions())
    for regime in KNOWN.values():
        for question in regime.question:
            assert seen.setdefault(question.key, question) == question
    assert questions(KNOWN) == seen


def test_no_question_is_asked_for_nothing() -> None:
    used = {"other_kinds"}
    for regime in KNOWN.values():
        for duty in regime.duty:
            conditions = [duty.when, duty.unless, regime.applies, *(one.when for one in duty.deadline)]
            used |= {one.answer for each in conditions if each for one in walk(each) if one.answer}
            used.add(duty.clock.removeprefix("answer:"))
    assert set(questions(KNOWN)) <= used


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("read = 2026-11-24\n", "", "law: Object missing required field `read`"),
        ('source = "', 'source = "see ', "law.source: Expected `str` matching regex"),
        ("version = 2021-01-01", 'version = "2021"', "law.version: Invalid RFC3339"),
        ('status = "in_force"', 'status = "maybe"', "law.status: Invalid enum value 'maybe'"),
        ('article = "Art. 33"\n', "", "duty[0]: Object missing required field `article`"),
        ('unit = "hours"', 'unit = "weeks"', "duty[0].deadline[0].unit: Invalid enum value 'weeks'"),
        ("within = 72", "within = 0", "duty[0].deadline[0].within: Expected `int` >= 1"),
        ('answer = "risk_unlikely"', 'answer = "risk"', "duty[0]: no [[question]] of type `yes_no` has the key risk"),
        ("persons = {}, at_least = 1", "persons = {}", "duty[0].when: `persons` needs `more_than` or `at_least`"),
        ('territory = ["GB"]', 'teritory = ["GB"]', "applies: Object contains unknown field `teritory`"),
        ('zone = "Europe/London"', 'zone = "Europe/Londn"', "days.zone: no time zone is called Europe/Londn"),
        ('country = "GB"', 'country = "XQ"', "days.country: the public holidays of XQ are not known"),
        ('id = "persons"', 'id = "authority"', "duty[1].id: authority stands twice"),
        ('clock = "discovered"', 'clock = "answer:high_risk"', "duty[0].clock: should be `discovered`"),
        ("[law]", "[law", "Expected"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "mine.toml"
    assert old in GIVEN
    path.write_text(GIVEN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as failed:
        load(path)
    assert str(failed.value).startswith(f"{path}: ")
    assert told in str(failed.value)
    assert "docs/how-to/duties.md" in str(failed.value)


def test_a_file_of_ones_own_comes_beside_ours_or_in_the_place_of_one(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "mars_act.toml").write_text(GIVEN, encoding="utf-8")
    (folder / "uk_gdpr.toml").write_text(GIVEN.replace("within = 72", "within = 24"), encoding="utf-8")
    found = regulators([folder])
    assert set(found) == {*KNOWN, "mars_act"}
    assert [found[name].duty[0].deadline[0].within for name in ("mars_act", "uk_gdpr")] == [72, 24]
    assert KNOWN["uk_gdpr"].duty[0].deadline[0].within == 72


def test_what_is_no_regime_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no file of a regime"):
        regulators([tmp_path])
    with pytest.raises(ConfigError, match="the file's name is the regime's id"):
        load(tmp_path / "My Law.toml")
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "law.toml")


def test_every_regime_and_question_is_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "regulators.md").read_text(encoding="utf-8")
    for name, regime in KNOWN.items():
        assert f"\n## {name}\n" in page
        assert regime.law.source in page
        assert all(f"\n### {name}: {duty.name.en}\n" in page for duty in regime.duty)
        assert all(text.en in page for text in (*regime.doubts, *regime.unconfirmed))
    assert all(f"| `{key}` |" in page for key in questions(KNOWN))
