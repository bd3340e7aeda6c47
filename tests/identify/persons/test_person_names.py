"""Names and addresses: all spellings of one name meet, and two names stay two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsealed.identify.persons import name_key
from unsealed.identify.persons.addresses import name_in, registered, spellings, take_apart
from unsealed.identify.persons.kana import loose, romaji
from unsealed.identify.persons.likeness import Level, compare
from unsealed.identify.persons.names import Name, parse
from unsealed.identify.persons.roles import different_people, shared_because


def name(written: str) -> Name:
    found = parse(written)
    assert found is not None, written
    return found


@pytest.mark.parametrize(
    "written",
    [
        "Kenneth Lay",
        "Lay, Kenneth",
        "KENNETH LAY",
        '"Lay, Kenneth"',
        "Dr. Kenneth Lay (Example Corp)",
        "Kenneth Lay/Corp/Example@EXAMPLE",
        "Kenneth Lay@EXAMPLE",
        "'Kenneth Lay'",
        "Kenneth Lay via Friends of Opera",
        "Lay, Kenneth, Jr.",
        "LAY Kenneth",
        "Kenneth Lay [Houston]",
        "Kénneth  Lay, PhD",
    ],
)
def test_spellings_of_one_name_are_one(written: str) -> None:
    assert name(written).key == "kenneth lay"


@pytest.mark.parametrize(
    "written",
    ["klay@example.com", "", "   ", "情報システム部", "事務局", "undisclosed recipients", "?", "K", "a@b (x)"],
)
def test_what_is_no_name_is_none(written: str) -> None:
    assert parse(written) is None


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("田中太郎", "Taro Tanaka", Level.SAME),
        ("田中　太郎 様", "TANAKA Tarou", Level.SAME),
        ("タナカ タロウ", "Tanaka, Tarō", Level.SAME),
        ("タナカタロウ", "田中 太郎", Level.SAME),
        ("齋藤 花子", "斎藤花子", Level.SAME),
        ("Tsuchiya Shinji", "Sinzi Tutiya", Level.SAME),
        ("Jürgen Müller", "Juergen Mueller", Level.SAME),
        ("Mary Ann Smith", "Maryann Smith", Level.SAME),
        ("van der Berg, Jan", "Jan van der Berg", Level.SAME),
        ("Kenneth Lay", "Ken Lay", Level.CLOSE),
        ("Jeff Skilling", "Jeffrey K. Skilling", Level.CLOSE),
        ("Shapiro, Richard", "Rick Shapiro", Level.CLOSE),
        ("K. Lay", "Kenneth Lay", Level.INITIAL),
        ("Kennth Lay", "Kenneth Lay", Level.TYPO),
        ("Lay", "Kenneth Lay", Level.PARTIAL),
        ("Mark Lay", "Kenneth Lay", Level.DIFFERENT),
        ("M. Lay", "Kenneth Lay", Level.DIFFERENT),
        ("John A. Smith", "John B. Smith", Level.DIFFERENT),
        ("Maria Smith", "Marie Smith", Level.DIFFERENT),
        ("Eric Holt", "Erica Holt", Level.DIFFERENT),
        ("Sue Nord", "Sue Ford", Level.DIFFERENT),
        ("田中太郎", "田中花子", Level.DIFFERENT),
        ("James Derrick", "Derrick Ross", Level.DIFFERENT),
    ],
)
def test_names_agree_as_far_as_people_would_say(one: str, other: str, level: Level) -> None:
    assert compare(name(one), name(other)) is level
    assert compare(name(other), name(one)) is level


@pytest.mark.parametrize(
    "spelled",
    [
        ("とうきょう", "toukyou", "tôkyô", "tokyo", "tohkyoh"),
        ("ちば", "chiba", "tiba"),
        ("ほんま", "honma", "homma"),
        ("しゅん", "shun", "syun"),
    ],
)
def test_all_romanisations_are_one(spelled: tuple[str, ...]) -> None:
    kana, *latin = spelled
    assert {loose(romaji(kana)), *(loose(one.replace("ô", "o")) for one in latin)} == {loose(latin[0])}


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("Ken.Lay+opera@example.com", "ken.lay@example.com"),
        ("k.lay+x@googlemail.com", "klay@gmail.com"),
        ("IMCEANOTES-Kenneth+20Lay+40EXAMPLE@example.com", "kenneth.lay@example.com"),
        ("IMCEAEX-_O=EXAMPLE_OU=NA_CN=RECIPIENTS_CN=KLAY@example.com", "klay@example.com"),
        ("ken_example.org#EXT#@tenant.onmicrosoft.com", "ken@example.org"),
        ("prvs=0123456789=ken@example.com", "ken@example.com"),
        ("srs0=ab=cd=example.com=ken@relay.example", "ken@example.com"),
        ("'ken@example.com'", "ken@example.com"),
    ],
)
def test_wrappings_of_an_address_are_undone(address: str, canonical: str) -> None:
    assert take_apart(address).canonical == canonical


def test_domains_belong_to_who_registered_them() -> None:
    assert registered("mail.example.co.jp") == "example.co.jp"
    assert registered("ect.example.com") == "example.com"
    assert registered("city.chiyoda.tokyo.jp") == "city.chiyoda.tokyo.jp"
    assert take_apart("/o=example/ou=na/cn=recipients/cn=klay").local == "klay"


def test_local_parts_tell_names() -> None:
    told = name_in("taro.tanaka")
    assert told is not None
    assert told.key == "tanaka taro"
    assert name_in("klay") is None
    words = spellings(name("Vince Kaminski"))
    assert words["vincekaminski"] == "name"
    assert {"vkaminski", "kaminskiv", "vkamins", "vkaminsk"} <= words.keys()


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("info@example.com", ()),
        ("no-reply@example.com", ()),
        ("mailer-daemon@example.com", ()),
        ("postmaster@example.com", ("Ken Lay",)),
        ("enron.announcements@example.com", ()),
        ("all.worldwide@example.com", ()),
        ("office.chairman@example.com", ()),
        ("example@example.com", ()),
        ("bounce+123=ken=example.org@lists.example.com", ()),
        ("soumu@example.co.jp", ("総務部",)),
        ("x-kai@example.jp", ("展示会事務局",)),
        ("r-devel@example.org", ("Ann Holt via r-devel", "Bo Reed via r-devel")),
        ("9f86d081884c7d659a2feaa0c55ad015@example.com", ()),
        ("dl-all@example.com", ("DL-All",)),
        ("ebay@reply.ebay.example", ("eBay",)),
    ],
)
def test_mailboxes_of_roles_lists_and_machines_are_no_persons(address: str, names: tuple[str, ...]) -> None:
    assert shared_because(take_apart(address), dict.fromkeys(names, 3))


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("kenneth.lay@example.com", ()),
        ("klay@example.com", ("Ken Lay",)),
        ("ann.press@example.com", ("Ann Press",)),
        ("sarah.office@example.com", ()),
        ("mjones7@example.com", ()),
        ("lance.schuler-legal@example.com", ()),
        ("dick.jenkins@example.com", ()),
        ("holly@email.msn.com", ()),
        ("tanaka@example.jp", ("田中太郎",)),
    ],
)
def test_people_are_people(address: str, names: tuple[str, ...]) -> None:
    assert shared_because(take_apart(address), dict.fromkeys(names, 3)) is None


def test_an_address_of_many_writers_is_shared() -> None:
    writers = {"Ann Holt": 3, "Bo Reed": 2, "Cy Young": 4, "Cy": 1}
    assert different_people(writers) == 3
    assert shared_because(take_apart("desk7@example.com"), writers, senders=3) == "3 people wrote under it"
    assert different_people({"Ken Lay": 2, "Lay, Kenneth": 2, "K. Lay": 1}) == 1


def test_a_key_of_a_name_has_no_initials() -> None:
    assert name_key("Lay, Kenneth L.") == name_key("kenneth lay") == "kenneth lay"
    assert name_key("Kenneth") == ""
    assert name_key("田中 太郎") == "田中太郎"


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_breaks_a_name(one: str, other: str) -> None:
    a, b = parse(one), parse(other)
    if a and b:
        assert compare(a, b) is compare(b, a)
        assert compare(a, a) >= Level.PARTIAL or not any(len(token) > 1 for token in a.tokens)


@given(st.text(max_size=100))
def test_no_text_breaks_an_address(text: str) -> None:
    found = take_apart(text)
    assert take_apart(found.canonical).canonical.count("@") <= found.canonical.count("@") + 1
    shared_because(found, {text: 1})
    name_in(found.local)
