"""Where links lead, whatever their words say."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import read

from unsealed.read.mail import links, parts


def letter(html: str, plain: str | None = None, cte: str = "quoted-printable") -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"] = "bob@example.com", "x"
    if plain is not None:
        made.set_content(plain)
        made.add_alternative(html, subtype="html", cte=cte)
    else:
        made.set_content(html, subtype="html", cte=cte)
    return bytes(made)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a href="https://evil.example/a?b=1&amp;c=2">your bank</a>', ["https://evil.example/a?b=1&c=2"]),
        ("<A HREF='http://x.example/'>1</A><a href='http://x.example/'>2</a>", ["http://x.example/"]),
        ("<a href=http://bare.example/p>x</a>", ["http://bare.example/p"]),
        ('<a href="https://a.example/\n  b">broken over lines</a>', ["https://a.example/  b"]),
        ('<form action="https://post.example/login">', ["https://post.example/login"]),
        ('<a href="#top"></a><a href="mailto:a@b"></a><a href="javascript:x()"></a><a href=""></a><a href=', []),
        ("<p>no link</p>", []),
    ],
)
@pytest.mark.parametrize("cte", ["quoted-printable", "base64"])
def test_targets_are_kept(html: str, found: list[str], cte: str) -> None:
    assert read(letter(html, cte=cte))[0]["links"] == found


def test_plain_text_that_is_read_instead_does_not_hide_the_links_of_its_html() -> None:
    row = read(letter('<p>See <a href="https://evil.example/">here</a></p>', plain="See here"))[0]
    assert (row["text"], row["links"]) == ("See here", ["https://evil.example/"])


def test_a_flood_of_links_is_bounded() -> None:
    html = "".join(f'<a href="http://x.example/{n}{"y" * 5000}">' for n in range(2 * links.MAX_LINKS))
    found = read(letter(html))[0]["links"]
    assert len(found) == links.MAX_LINKS
    assert max(map(len, found)) <= links.MAX_LINK


@given(st.binary(max_size=200).map(lambda tail: b"<a href=" + tail + b" href='" + tail))
def test_any_html_has_links_or_none(data: bytes) -> None:
    taken = links.Links()
    taken.take(parts.Leaf.of_bytes("text/html", "", "", False, data))
    assert all(0 < len(link) <= links.MAX_LINK for link in taken.found)
