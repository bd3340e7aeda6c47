"""Names taken apart, and written in one way whatever their spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsealed.identify.names.forms import canonical, from_address, initials, parse


@pytest.mark.parametrize(
    ("written", "given_names", "family"),
    [
        ("Anna Kowalski", ("Anna",), ("Kowalski",)),
        ("Kowalski, Anna B.", ("Anna", "B"), ("Kowalski",)),
        ("'Anna Kowalski'", ("Anna",), ("Kowalski",)),
        ("Dr. Anna Kowalski, PhD", ("Anna",), ("Kowalski",)),
        ("Anna Kowalski (Finance)", ("Anna",), ("Kowalski",)),
        ("Anna B Kowalski/LON/EXAMPLE@EXAMPLE", ("Anna", "B"), ("Kowalski",)),
        ("Anna van der Berg", ("Anna",), ("van", "der", "Berg")),
        ("KOWALSKI Anna", ("Anna",), ("KOWALSKI",)),
        ("山田 太郎", ("太郎",), ("山田",)),
        ("山田　太郎（総務部）", ("太郎",), ("山田",)),
        ("佐藤花子様", (), ("佐藤花子",)),
    ],
)
def test_display_names_are_taken_apart(written: str, given_names: tuple[str, ...], family: tuple[str, ...]) -> None:
    person = parse(written)
    assert person is not None
    assert (person.given, person.family) == (given_names, family)


@pytest.mark.parametrize(
    "written",
    ["Example Corp", "Support Team", "info@example.org", "Anna", "Example Bank Ltd.", "株式会社サンプル", "総務部", "The Perl Review",
     "ニュース配信", "Order 12345", "", "a" * 500, "Sales, EMEA"],
)  # fmt: skip
def test_organisations_and_roles_are_no_people(written: str) -> None:
    assert parse(written) is None


@pytest.mark.parametrize(
    "spellings",
    [
        ("Anna Kowalski", "Kowalski, Anna", "ANNA KOWALSKI", "Ms. Anna B. Kowalski", "Anna\u00a0Kowalski"),
        ("José García", "Garcia, Jose", "JOSÉ GARCÍA"),
        ("山田太郎", "山田 太郎", "山田　太郎 様", "山田太郎さん"),
        ("やまだ たろう", "ヤマダ　タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
    ],
)
def test_spellings_of_one_name_are_one(spellings: tuple[str, ...]) -> None:
    assert len({canonical(one) for one in spellings}) == 1


def test_different_names_stay_different() -> None:
    names = ["Anna Kowalski", "Hanna Kowalski", "Anna Kowalska", "Anna", "Kowalski", "山田太郎", "山田次郎", "山田"]
    assert len({canonical(name) for name in names}) == len(names)


def test_local_parts_spell_names() -> None:
    anna = from_address("anna.kowalski@example.org")
    assert anna is not None
    assert anna.written == "Anna Kowalski"
    for address in ("info.desk@example.org", "akowalski@example.org", "sales_team@example.org", "x.y@example.org"):
        assert from_address(address) is None


def test_what_is_shown_of_a_name_does_not_tell_it() -> None:
    assert initials("Anna B. Kowalski") == "A. B. K."
    assert initials("Dr. Anna Kowalski") == "A. K."
    assert initials("山田 太郎") == "山***"


@given(st.text(max_size=120))
def test_any_text_is_taken(text: str) -> None:
    parse(text)
    from_address(text)
    assert canonical(canonical(text)) == canonical(text)
    if sum(map(str.isalpha, text)) > 8:
        assert text not in initials(text)
