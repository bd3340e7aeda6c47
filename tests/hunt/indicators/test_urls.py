"""URLs in one form, and out of the links that mail filters and redirects wrap around them."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unsealed.hunt.indicators import urls


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://Evil.Example/Path?Q=1", "evil.example/Path?Q=1"),
        ("HTTP://evil.example", "evil.example/"),
        ("http://evil.example:80/", "evil.example/"),
        ("https://evil.example:8443/x", "evil.example:8443/x"),
        ("http://user@evil.example/x#frag", "evil.example/x"),
        ("http://evil.example/x?", "evil.example/x"),
        ("http://[2001:db8::7]:443/x", "[2001:db8::7]/x"),
        ("http://evil.example./x", "evil.example/x"),
        ("//evil.example/x", "evil.example/x"),
        ("mailto:a@evil.example", None),
        ("http:///x", None),
        ("http:// x/", None),
    ],
)
def test_one_form(url: str, wanted: str | None) -> None:
    assert urls.normal(url) == wanted


@pytest.mark.parametrize(
    ("form", "host"),
    [
        ("evil.example/x", "evil.example"),
        ("evil.example:81/", "evil.example"),
        ("[2001:db8::7]:81/x", "2001:db8::7"),
        ("a.example?x", "a.example"),
    ],
)
def test_its_host(form: str, host: str) -> None:
    assert urls.host_of(form) == host


TARGET = "https://evil.example/a_b-c?x=1&y=2"
GOOGLE = "https://www.google.com/url?q=" + quote(TARGET, safe="")
WRAPPED = {
    "Safe Links": f"https://nam02.safelinks.protection.outlook.com/?url={quote(TARGET, safe='')}&data=05%7C01&reserved=0",
    "Google": f"https://www.google.com/url?q={quote(TARGET, safe='')}&sa=D",
    "Facebook": f"https://l.facebook.com/l.php?u={quote(TARGET, safe='')}&h=AT0",
    "Barracuda": f"https://linkprotect.cudasvc.com/url?a={quote(TARGET, safe='').lower()}&c=E,1",
    "in the path": f"https://secure-web.example/1abc/{quote(TARGET, safe='')}",
    "Proofpoint v2": "https://urldefense.proofpoint.com/v2/url?u=https-3A__evil.example_a-5Fb-2Dc-3Fx-3D1-26y-3D2&d=Dw&c=x&e=",
    "Proofpoint v3": f"https://urldefense.com/v3/__https://evil.example/a_b-c?x=1*y=2__;{base64.urlsafe_b64encode(b'&').decode()}!!Abc$",
    "twice": f"https://nam02.safelinks.protection.outlook.com/?url={quote(GOOGLE, safe='')}&data=1",
}


@pytest.mark.parametrize("name", WRAPPED)
def test_wrapped_links_are_unwrapped(name: str) -> None:
    assert "evil.example/a_b-c?x=1&y=2" in urls.reached(WRAPPED[name])


def test_runs_of_replaced_characters_are_put_back() -> None:
    letters = base64.urlsafe_b64encode("é&&".encode()).decode().rstrip("=")
    link = f"https://urldefense.com/v3/__https://evil.example/*?a=1**A__;{letters}!!x"
    assert "evil.example/é?a=1&&" in urls.reached(link)


def test_a_link_in_plain_letters_within_another_is_found() -> None:
    assert "evil.example/x?a=1&b=2" in urls.reached("https://redirect.example/to?u=http://evil.example/x?a=1&b=2")


def test_punctuation_after_a_link_is_no_part_of_it() -> None:
    assert "evil.example/x" in urls.reached("https://evil.example/x).")


@given(
    st.one_of(
        st.text(max_size=200),
        st.text(alphabet="htp:/%3A25-_*;!.&?=ABZ[]@#", max_size=200).map(
            lambda text: "https://urldefense.com/v3/__" + text
        ),
    )
)
@example("https://urldefense.com/v3/__https://x.example/***__;!!")
@example("http://" * 300)
def test_no_text_makes_it_fail_or_grow(text: str) -> None:
    found = urls.reached(text)
    assert len(found) <= 400
    for form in found:
        assert len(urls.host_of(form)) <= len(form)
