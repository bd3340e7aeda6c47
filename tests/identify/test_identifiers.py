"""Every identifier finds what its examples say, and nothing in its near misses, with Hyperscan and without."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unsealed.identify import dates
from unsealed.identify.identifiers import identifiers
from unsealed.identify.identifiers.api_key_prefixed import PREFIXES
from unsealed.identify.normalise import normalise
from unsealed.identify.scan import Scanner

KNOWN = identifiers()
FOLDER = Path(__file__).parents[2] / "src" / "unsealed" / "identify" / "identifiers"
ALONE: dict[Any, Scanner] = {name: Scanner({name: one}) for name, one in KNOWN.items()}
ALONE |= {(name, "plain"): Scanner({name: one}, plain=True) for name, one in KNOWN.items()}
ENGINES = {"anchored": Scanner(), "plain": Scanner(plain=True)}


def marked(example: str) -> tuple[str, list[tuple[int, int]]]:
    """Give an example without its brackets, and where the values between them stand."""
    text, spans, start = "", [], 0
    for piece in re.split("([⟦⟧])", example):
        if piece == "⟦":
            start = len(text)
        elif piece == "⟧":
            spans.append((start, len(text)))
        else:
            text += piece
    return text, spans


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", KNOWN)
def test_examples_are_found_and_near_misses_are_not(name: str, engine: str) -> None:
    one, scanner = KNOWN[name], ENGINES[engine]
    assert one.hits
    assert one.misses
    for example in one.hits:
        text, spans = marked(example)
        assert spans
        found = [(found.start, found.end) for found in scanner.scan([text]) if found.identifier == name]
        assert found == spans, example
    for text in one.misses:
        assert [found for found in scanner.scan([text]) if found.identifier == name] == [], text


SECRETS = {"api_key", "connection_string", "passport_mrz", "password", "password_hash", "private_key", "session_cookie"}
WORDS_OF_LISTS = {"classification_marking", "health_term", "salary_term"}
PUBLIC = re.compile(
    r"(?:AKIA|ASIA|gh[pousr]_|github_pat_|AIza|GOCSPX-|ya29\.|xox[abeoprs]-|xapp-|hooks\.slack\.com/services/|[sr]k_(?:live|test)_|"
    r"whsec_|[A-Za-z][A-Za-z0-9+.-]{0,24}://)?\*\*\*"
)
"""All that may be seen of a secret: what is written in every one of its kind, in each provider's own words."""


def shown(masked: str) -> int:
    """Count the letters and digits that a mask leaves."""
    return sum(map(str.isalnum, masked))


def assert_masked(kind: str, value: str, masked: str) -> None:
    """Check by the kind what a mask may leave; the identifiers are not asked."""
    letters = shown(value)
    if kind in SECRETS:
        assert PUBLIC.fullmatch(masked) or masked.removesuffix("***") in PREFIXES
        if "***" not in value:
            assert value.startswith(masked.removesuffix("***"))
    elif kind == "email_address":
        local = re.split(r"[\s@\[({<]", value.lower())[0]
        assert re.fullmatch(r"[^@]?\*\*\*@[^@]+", masked)
        assert shown(masked.partition("@")[0]) <= (1 if len(local) > 3 else 0)
        assert "at" in masked or not local.startswith("at") or local not in masked
    elif kind == "date_of_birth":
        assert re.fullmatch(r"[0-9]{4}-\*\*-\*\*|\*\*\*", masked)
    elif kind == "postal_address":
        assert re.fullmatch(r"(?:\*\*\* )?(?:[A-Z]{0,2}\**|[0-9]{2}\*\*\*|[一-龠]{0,4}\*\*\*)", masked)
    elif kind == "ip_address":
        assert re.fullmatch(r"[0-9]{1,3}\.\*\.\*\.\*|[0-9a-fA-F]{0,4}:\*\*\*", masked)
    elif kind == "salary_term":
        assert not re.search("[0-9]{2}", re.sub("(?i)w-2", "", masked))
    elif kind not in WORDS_OF_LISTS:
        assert shown(masked) <= min(4 if kind in {"iban", "payment_card"} else 2, letters // 4)


@pytest.mark.parametrize("name", KNOWN)
def test_the_mask_of_an_example_shows_no_more_than_its_kind_may(name: str) -> None:
    one = KNOWN[name]
    for example in one.hits:
        text, spans = marked(example)
        for start, end in spans:
            value = normalise(text[start:end]).text
            assert_masked(one.kind, value, one.mask(value))


@pytest.mark.parametrize("name", KNOWN)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_of_anything_that_a_pattern_takes_no_mask_shows_too_much_and_no_anchor_is_missing(
    name: str, data: st.DataObject
) -> None:
    one = KNOWN[name]
    text = data.draw(st.from_regex(one.expression))[:3_000]
    for match in one.expression.finditer(text):
        value = match.group(one.expression.groupindex.get("v", 0))
        assert_masked(one.kind, value, one.mask(value))
    word = data.draw(st.sampled_from(["", *(marked(example)[0] for example in one.hits)]))
    assert ALONE[name].scan([f"{word} {text}"]) == ALONE[name, "plain"].scan([f"{word} {text}"])


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("connection_string", "Server=db;Uid=sa;Password=tcp://Hunter2", "***"),
        ("connection_string", "postgres://app:http://x@db.example.org/", "postgres://***"),
        ("email_obfuscated", "cat.at.home at example.org", "c***@example.org"),
        ("api_key_aws", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "***"),
        ("api_key_stripe", "whsec_0123456789abcdefABCDEF01", "whsec_***"),
        ("address_uk", "10 Downing Street, London SW1A2AA", "*** SW**"),
        ("date_of_birth", "昭和55年4月1日", "***"),
        ("payment_card", "4111 1111 1111 1234", "**** **** **** 1234"),
    ],
)
def test_masks_that_once_showed_too_much(name: str, value: str, masked: str) -> None:
    assert KNOWN[name].mask(value) == masked


def test_a_prefix_that_is_shown_is_no_part_of_a_key() -> None:
    for prefix in PREFIXES:
        assert len(prefix) <= 20
        assert len(re.sub("(?:[A-Za-z]+|v[0-9]|[0-9])[-_.]?", "", prefix)) == 0 or prefix.endswith(("-", "_", ".")), prefix
    assert KNOWN["api_key_prefixed"].mask("glpat-tFrjFXD7soVU2fqxuDMh") == "glpat-***"


def canonical(name: str, value: str) -> str:
    return KNOWN[name].canonical(normalise(value).text)


@pytest.mark.parametrize("name", KNOWN)
def test_spellings_of_one_value_are_joined_and_others_are_not(name: str) -> None:
    one = KNOWN[name]
    for first, second in one.same:
        assert canonical(name, first) == canonical(name, second), (first, second)
    for first, second in one.different:
        assert canonical(name, first) != canonical(name, second), (first, second)
    # one that has signs between its groups has spellings, so it must say which of them are one
    spelled = one.canonical is not str or any("-" in marked(hit)[0] for hit in one.hits if one.proves)
    assert not spelled or one.same


@pytest.mark.parametrize(
    "texts",
    [
        ("Tel 020 7946 0123", "call +44 20 7946 0123", "+44 (0)20 7946 0123", "0044 20 7946 0123", "phone (020) 7946 0123"),
        ("(212) 555-0187", "+1 212 555 0187 x12", "001-212-555-0187", "212.555.0187 ext 4", "1-212-555-0187"),
        ("TEL 03-1234-5678", "+81 3 1234 5678", "０３（１２３４）５６７８", "+81-(0)3-1234-5678"),
        ("DOB 1975-03-12", "born on 12 March 1975", "生年月日 昭和50年3月12日", "S50.3.12生まれ", "Geburtsdatum 12.03.1975"),
        ("from 2001:db8::1 port", "from 2001:0DB8:0:0:0:0:0:1 port"),
        ("jo.doe@example.org", "jo.doe [at] example [dot] org", "Jo.Doe at example.org"),
    ],
)
def test_what_several_identifiers_find_has_one_hash(texts: tuple[str, ...]) -> None:
    found = [ENGINES["anchored"].scan([text]) for text in texts]
    assert [len(one) for one in found] == [1] * len(texts)
    assert len({(KNOWN[one.identifier].kind, KNOWN[one.identifier].canonical(one.value)) for (one,) in found}) == 1


def test_the_countries_of_a_case_say_what_a_number_or_a_date_means() -> None:
    for countries, phone, day in (
        ((), "+442079460123", "1980-04-01"),
        (("GB",), "+442079460123", "1980-01-04"),
        (("US",), "+442079460123", "1980-04-01"),
    ):
        known = identifiers(countries)
        assert known["phone_national"].canonical("020 7946 0123") == phone
        assert known["date_of_birth"].canonical("04/01/1980") == day
    assert identifiers(("DE",))["phone_national"].canonical("030 901820") == "+4930901820"
    assert identifiers(("IT",))["phone_national"].canonical("02 1234 5678") == "+390212345678"
    assert identifiers(("FR",))["phone_national"].canonical("0142685300") == "+33142685300"
    assert identifiers(("AT",))["phone_national"].canonical("01 42 68 53 00") == "+43142685300"
    assert identifiers()["phone_national"].canonical("01 42 68 53 00") == "+33142685300"
    assert identifiers(("AU",))["phone_jp"].canonical("03 9123 4567") == "+61391234567"
    assert identifiers(("JP",))["phone_jp"].canonical("03 9123 4567") == "+81391234567"
    assert identifiers(("GB", "FR"))["date_of_birth_european"].canonical("04/01/1980") == "1980-01-04"


@given(st.dates(dt.date(1930, 1, 1), dt.date(2029, 12, 31)))
def test_a_day_has_one_form_however_it_is_written(day: dt.date) -> None:
    month = f"{day:%B}"
    written = (
        f"{day.year}/{day.month}/{day.day}",
        f"{day.month:02d}/{day.day:02d}/{day.year}",
        f"{day.day}.{day.month}.{day.year % 100:02d}",
        f"{day.day} {month} {day.year}",
        f"{month[:3]} {day.day}, {day.year}",
        f"{day.year}年{day.month}月{day.day}日",
    )
    eras = (
        ("R", "令和", 2018, dt.date(2019, 5, 1)),
        ("H", "平成", 1988, dt.date(1989, 1, 8)),
        ("S", "昭和", 1925, dt.date(1926, 12, 25)),
    )
    short, era, before, _ = next(one for one in eras if day >= one[3])
    year = day.year - before
    first = "元" if year == 1 else year
    written += (f"{short}{year}.{day.month}.{day.day}", f"{era}{first}年{day.month}月{day.day}日")
    assert {dates.iso(one) for one in written} == {day.isoformat()}
    if day.day > 12:
        assert dates.iso(f"{day.month}/{day.day}/{day.year}", day_first=True) == day.isoformat()
    assert dates.iso(f"{day.day:02d}/{day.month:02d}/{day.year}", day_first=True) == day.isoformat()


@pytest.mark.parametrize("text", ["2023-02-29", "昭和65年1月1日", "令和0年1月1日", "31/11/1980", "1849-01-01"])
def test_a_day_that_no_calendar_has_is_none(text: str) -> None:
    assert dates.iso(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "call at 10:30", "call 10.30-11.45", "Phone 2023-04-01", "office 0900-1700", "tel: 10.2.3.4", "phone app v10.12.4",
        "mobile 12,345.00", "office in 2019-2023", "fax 20230401", "desk 12/04/2021", "cell A1 1.234.567,89", "tel 2023 04 01",
        "電話会議 10:30-11:30", "desk $12 345 678", "phone line, order 7275784461", "Phone: N/A NPI: 7275784461",
    ],
)  # fmt: skip
def test_times_dates_and_versions_are_no_phone_numbers(text: str) -> None:
    assert [one.value for one in ENGINES["anchored"].scan([text]) if KNOWN[one.identifier].kind == "phone_number"] == []


URL = re.compile(r"https://(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s,;)\"]*)?")
LAW = re.compile(
    r"(?:RFC|ISO(?:/IEC)?|GB|DIN|IEEE|ITU-T E\.|ICAO Doc|SP|§§?|art\.|Act|Rule|rule|law|No\.|Instrução Normativa RFB|NIM|第|法律|Tract|"
    r"Publication|Manual|Circular|Legea|Zákon č\.|törvény|Decreto(?:-Lei)?|Uradni list SFRJ)[^.;]{0,40}?[0-9]"
)


@pytest.mark.parametrize("name", KNOWN)
def test_the_source_of_a_rule_is_a_page_or_a_numbered_text(name: str) -> None:
    """Each says in its file which page, standard, law or circular its rule is from, so that a reader can open it."""
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8").split('"""')[1]
    links = re.findall(r"https?://\S+", source)
    assert all(URL.match(link) for link in links), links
    assert links or LAW.search(source), source


def test_identifiers_are_files_of_their_own() -> None:
    assert len(KNOWN) >= 75
    assert len({one.kind for one in KNOWN.values()}) >= 60
    for name, one in KNOWN.items():
        assert len((FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()) < 200
        assert one.law
        assert bool(one.anchors) != one.needs_context
        assert all(one.context)
        assert one.context or not one.needs_context
        assert one.check is not None or not one.proves


KINDS = """
    email_address phone_number postal_address date_of_birth payment_card iban jp_bank_account us_bank_routing jp_my_number
    jp_drivers_licence jp_residence_card jp_passport jp_health_insurance us_ssn us_itin us_ein us_drivers_licence uk_nino
    uk_nhs_number kr_rrn tw_id cn_id in_aadhaar in_pan be_national_number bg_egn cz_rodne_cislo de_tax_id dk_cpr ee_isikukood
    es_dni fi_hetu fr_nir gr_amka hr_oib hu_taj ie_pps it_codice_fiscale nl_bsn pl_pesel pt_nif ro_cnp se_personnummer si_emso
    at_svnr passport_mrz health_term salary_term password api_key private_key connection_string session_cookie
    classification_marking ip_address mac_address
"""


def test_every_kind_that_a_register_needs_is_looked_for() -> None:
    assert set(KINDS.split()) <= {one.kind for one in KNOWN.values()}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("カード番号 ４１１１ー１１１１－１１１１‐１１１１", "payment_card", "4111-1111-1111-1111"),
        ("card 4111-1111-\n1111-1111", "payment_card", "4111-1111-\n1111-1111"),
        ("マイナンバー １２３４\n５６７８\n９０１８", "jp_my_number", "1234\n5678\n9018"),
        ("ＩＢＡＮ ＤＥ８９３７０４００４４０５３２０１３０００", "iban", "DE89370400440532013000"),
        ("CPF 39053344705", "br_cpf", "39053344705"),
        ("文書は機密扱い ＴＬＰ：ＡＭＢＥＲ", "classification_marking", "TLP:AMBER"),
        ("taro＠example.jp", "email_address", "taro@example.jp"),
        ("taro（あっと）example.jp", "email_address", "taro(あっと)example.jp"),
        ("TEL\u200b 03\u20111234\u20115678", "phone_number", "03-1234-5678"),
    ],
)
def test_ways_to_write_a_value(text: str, kind: str, value: str) -> None:
    for engine in ENGINES.values():
        assert [(KNOWN[one.identifier].kind, one.value) for one in engine.scan([text])] == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "A123456789", "53241678-J", "AB12345678CD", "4222222222222", "JAN 4901234567894", "630427373398", "part A123456789 in stock",
        "FX12345678AB を発注", "型番 53241678-J",
    ],
)  # fmt: skip
def test_what_many_other_numbers_look_like_needs_a_word(text: str) -> None:
    assert ENGINES["anchored"].scan([text]) == []


def test_every_identifier_has_its_row_and_rule_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "identifiers.md").read_text(encoding="utf-8")
    for name, one in KNOWN.items():
        assert f"| [{name}](#{name}) | `{one.kind}` |" in page
        assert f"\n### {name}\n" in page


@pytest.mark.parametrize("name", [name for name, one in KNOWN.items() if one.proves])
def test_one_digit_mistyped_is_no_hit(name: str) -> None:
    """Of all ways to mistype one digit of an example, nearly all are caught: a check digit is there for that."""
    one = KNOWN[name]
    assert one.check is not None
    tried = caught = 0
    for example in one.hits:
        text, spans = marked(example)
        for start, end in spans:
            value = normalise(text[start:end]).text
            assert one.check(value)
            for place, letter in enumerate(value):
                for digit in "0123456789" if letter.isdigit() else "":
                    if digit != letter:
                        wrong = value[:place] + digit + value[place + 1 :]
                        tried += 1
                        caught += not one.expression.search(wrong) or not one.check(wrong)
    assert caught >= 0.84 * tried
