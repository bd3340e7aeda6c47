"""Indicator files: what is understood, and what is told with its line."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from unsealed.errors import IndicatorError
from unsealed.hunt import indicators
from unsealed.hunt.indicators import Indicator, Unusable, load, refang
from unsealed.hunt.indicators.indicator import About, guess, one, plain

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "indicators"
GUID = "27922004-5251-4030-b22d-91ecd9a37ea4"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def read(tmp_path: Path, text: str | bytes) -> tuple[set[tuple[str, str]], list[Unusable]]:
    path = tmp_path / "leads.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found, unusable = load(path)
    return {(item.kind, item.value) for item in found}, unusable


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        ("203.0.113.7", "ip", "203.0.113.7"),
        ("203[.]0[.]113[.]7", "ip", "203.0.113.7"),
        ("203.0.113.7:443", "ip", "203.0.113.7"),
        ("[2001:db8::7]:443", "ip", "2001:db8::7"),
        ("2001:DB8:0:0::7", "ip", "2001:db8::7"),
        ("2001[:]db8[:][:]7", "ip", "2001:db8::7"),
        ("::ffff:203.0.113.7", "ip", "203.0.113.7"),
        ("fe80::1%eth0", "ip", "fe80::1"),
        ("203.0.113.9/24", "network", "203.0.113.0/24"),
        ("2001:db8::/32", "network", "2001:db8::/32"),
        ("evil.example", "domain", "evil.example"),
        ("EVIL(dot)Example", "domain", "evil.example"),
        ("xn--80ak6aa92e.xn--p1ai", "domain", "xn--80ak6aa92e.xn--p1ai"),
        ("Thief@Evil.example", "email", "thief@evil.example"),
        ("thief[at]evil[.]example", "email", "thief@evil.example"),
        (GUID.upper(), "guid", GUID),
        (SHA256.upper(), "sha256", SHA256),
        ("python-requests/2.28.1", "user_agent", "python-requests/2.28.1"),
        ("Mozilla/5.0 (X11; Linux; rv:1) # not a note", "user_agent", "Mozilla/5.0 (X11; Linux; rv:1) # not a note"),
        ("ip: 203.0.113.7", "ip", "203.0.113.7"),
        ("session_id = 0af3-91", "session_id", "0af3-91"),
        ("app_id\t" + GUID, "app_id", GUID),
        ("user-agent: axios/1.2", "user_agent", "axios/1.2"),
        ("domain,evil.example", "domain", "evil.example"),
        ("203.0.113.7   # seen by the provider", "ip", "203.0.113.7"),
        ('"203.0.113.7"', "ip", "203.0.113.7"),
    ],
)
def test_one_line_of_plain_text(tmp_path: Path, line: str, kind: str, value: str) -> None:
    assert read(tmp_path, line + "\n") == ({(kind, value)}, [])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("value,entity_type,description\n203.0.113.7,ipaddress,C2\nevil.example,hostname,C2\n", 2),
        ("type;indicator\nip-dst;203.0.113.7\ndomain;evil[.]example\n", 2),
        ('"Indicator","Note"\n"203.0.113.7","a, b"\n"evil.example",""\n', 2),
        ("ip,user_agent\n203.0.113.7,axios/1.2\n", 2),
        ("ioc\n203.0.113.7\nevil.example\n", 2),
        ("indicator\ttype\n203.0.113.7\tip\nevil.example\tdomain\n", 2),
        ('{"type": "ip-src", "value": "203.0.113.7"}\n{"type": "domain", "value": "evil.example"}\n', 2),
        ('{"ip": "203.0.113.7", "domain": "evil.example"}\n', 2),
        ('["203.0.113.7", "evil.example"]', 2),
        (
            '[{"type": "ip-dst|port", "value": "203.0.113.7|443"}, {"type": "domain|ip", "value": "evil.example|::1"}]',
            3,
        ),
        ('{"Event": {"Attribute": [{"type": "ip-dst", "value": "203.0.113.7"}, {"ip": "203.0.113.8"}]}}', 2),
        ("203.0.113.7, evil.example", 2),
        (f"# a comment\n\n// another\n; a third\n203.0.113.7\n{SHA256}\n", 2),
        ("host,first seen\n203.0.113.7,2023\nevil.example,2023\n", 2),
    ],
)
def test_files_of_many_forms(tmp_path: Path, text: str, wanted: int) -> None:
    found, _ = read(tmp_path, text)
    assert len(found) == wanted, found
    assert found >= {("ip", "203.0.113.7")}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
def test_utf_16_and_byte_order_marks_are_read(tmp_path: Path, encoding: str) -> None:
    found, unusable = read(tmp_path, "203.0.113.7 # 事業者の回答\r\nevil.example\r\n".encode(encoding))
    assert found == {("ip", "203.0.113.7"), ("domain", "evil.example")}
    assert not unusable


def test_what_cannot_be_used_is_told_with_its_line(tmp_path: Path) -> None:
    text = "203.0.113.7\nnonsense here\n203.0.113.999\nd41d8cd98f00b204\nhttp://\nua: x\n"
    found, unusable = read(tmp_path, text)
    assert found == {("ip", "203.0.113.7")}
    assert [re.sub(r"\D+", "", item.source) for item in unusable] == ["2", "3", "4", "5", "6"]


def test_a_broken_line_of_csv_or_json_does_not_stop_the_others(tmp_path: Path) -> None:
    found, unusable = read(tmp_path, '{"ip": "203.0.113.7"}\n{broken\n{"ip": "203.0.113.8"}\n')
    assert len(found) == 2
    assert [item.source for item in unusable] == ["leads.txt line 2"]
    found, unusable = read(tmp_path, "value,type\n203.0.113.7,ip\n" + "x" * 200_000 + ",ip\n203.0.113.8,ip\n")
    assert len(found) == 2
    assert [item.source for item in unusable] == ["leads.txt line 3"]


def test_a_declared_kind_is_held_to(tmp_path: Path) -> None:
    found, unusable = read(tmp_path, "type,value\nip,203.0.113.7\nemail,203.0.113.8\nsha256,evil.example\n")
    assert found == {("ip", "203.0.113.7")}
    assert len(unusable) == 2


def test_a_file_without_any_indicator_is_an_error_that_names_the_first_line(tmp_path: Path) -> None:
    with pytest.raises(IndicatorError, match=r"leads\.txt line 2"):
        read(tmp_path, "# only words\nnothing of use\n")
    with pytest.raises(IndicatorError, match="Check the path"):
        load(tmp_path / "absent.txt")
    assert read(tmp_path, "\n# nothing yet\n"[:1]) == (set(), [])


def test_the_same_indicator_twice_is_one(tmp_path: Path) -> None:
    assert len(read(tmp_path, "203.0.113.7\n203[.]0.113.7 # again\n")[0]) == 1


# -- properties ------------------------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.ip_addresses().map(str),
    st.ip_addresses(v=4).map(lambda ip: f"{ip}/24"),
    st.from_regex(r"[a-z]{3,12}\.(example|test|com)", fullmatch=True),
    st.from_regex(r"[a-z]{3,12}@[a-z]{3,12}\.example", fullmatch=True),
    st.uuids().map(str),
)


@st.composite
def defanged(draw: st.DrawFn) -> tuple[str, str]:
    value = draw(VALUES)
    dot = draw(st.sampled_from([".", "[.]", "(.)", "[dot]", "(dot)", "{.}", "\\.", " [.] ".strip()]))
    sign = draw(st.sampled_from(["@", "[at]", "[@]", "(at)"]))
    colon = draw(st.sampled_from([":", "[:]"])) if value.count(":") < 7 or "::" not in value else ":"
    quote = draw(st.sampled_from(["", '"', "'", "`"]))
    return value, quote + value.replace(".", dot).replace("@", sign).replace(":", colon) + quote


@given(defanged())
def test_a_defanged_indicator_means_what_the_plain_one_means(pair: tuple[str, str]) -> None:
    plain, spoiled = pair
    assert refang(spoiled) == plain
    first, other = (one(text, "", About("x")) for text in (plain, spoiled))
    assert isinstance(first, Indicator)
    assert first == other


@given(
    st.one_of(
        VALUES,
        st.text(alphabet="0123456789abcdef.-_", max_size=70),
        st.from_regex(r"\A[0-9]{1,3}(\.[0-9]{1,3}){2,4}\Z"),
    )
)
@example("9.0.0.0")
@example("01.2.3.4")
@example("1.2.3.4.")
@example("a" * 63 + ".example")
@example("a" * 64 + ".example")
@example("readme.md")
@settings(max_examples=400)
def test_the_short_way_tells_what_the_long_way_tells(text: str) -> None:
    short = plain(text)
    assert short is None or short == guess(text)


@given(st.one_of(st.text(max_size=300), st.text(alphabet='{}[]",:;=#/.@0123456789abcdef\n\t ', max_size=200)))
@example('[{"value": 1}]')
@example('value,type\n"unclosed')
@example("0.0.0.0/-1\n::/999\n1%/2")
@settings(max_examples=400)
def test_no_text_at_all_makes_it_fail(text: str) -> None:
    for item in indicators.items(text, "x"):
        assert isinstance(item, Indicator | Unusable)
        if isinstance(item, Indicator) and item.kind in {"ip", "network"}:
            assert ipaddress.ip_network(item.value)


def test_public_samples_are_read(tmp_path: Path) -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"{SAMPLES} is not here")
    del tmp_path
    found, _ = load(SAMPLES / "maltrail" / "apt_unc4841.txt")
    assert sum(item.kind == "ip" for item in found) > 50
    found, _ = load(SAMPLES / "volexity" / "iocs.csv")
    assert sum(item.kind == "ip" for item in found) > 3
    assert sum(item.kind == "sha256" for item in found) > 3
    for path in sorted([*(SAMPLES / "misp").glob("*.json"), *(SAMPLES / "stix").glob("*.json")]):
        assert load(path)[0], path
