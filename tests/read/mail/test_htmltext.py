"""HTML to text: words and blocks whole, hidden text apart; and text that flows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import read

from unsealed.read.mail import flowed, htmltext

WORDS = st.text("abcdefgh", min_size=1, max_size=6)


@given(st.lists(st.tuples(WORDS, st.sampled_from(["b", "i", "span", "font", "a", "em", "u", "strong"])), min_size=1))
def test_inline_tags_never_split_a_word(pieces: list[tuple[str, str]]) -> None:
    html = "".join(f"<{tag}>{word}</{tag}>" for word, tag in pieces)
    assert htmltext.to_text(html) == "".join(word for word, _ in pieces)


@given(
    st.lists(
        st.tuples(WORDS, st.sampled_from(["p", "div", "li", "h1", "blockquote", "td", "th", "dd", "section"])),
        min_size=1,
    )
)
def test_blocks_and_cells_never_join_words(pieces: list[tuple[str, str]]) -> None:
    html = "".join(
        f"<table><tr><{tag}>{word}</{tag}></tr></table>" if tag in {"td", "th"} else f"<{tag}>{word}</{tag}>"
        for word, tag in pieces
    )
    assert htmltext.to_text(html).split() == [word for word, _ in pieces]


@given(st.text(max_size=300) | st.text("<>/!-abp=\"' styledisplay:none;", max_size=300))
def test_anything_is_some_html(html: str) -> None:
    for text in htmltext.texts(html):
        assert isinstance(text, str)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b<br/>c", "a b c"),
        ("<td>a</td><td>b</td>", "a b"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b c"),
        ("caf&eacute; &amp; &#x3042;&#12356; &nbsp; x", "café & あい x"),
        ("<head><title>t</title></head><body>x<script>s()</script><style>p{}</style><!-- c --></body>", "x"),
        ("<!--[if mso]>word only<![endif]--><![if !mso]>shown<![endif]>", "shown"),
        ("x<title>in the middle</title>y", "x y"),
        ("<noscript>without scripts</noscript>", "without scripts"),
        ("one<html><body>two</body></html>three", "one two three"),
        ("seen <!--#never closed> still here", "seen #never closed> still here"),
        ("<frameset><frame src=x><noframes>no frames</noframes></frameset> footer", "no frames footer"),
        ("ac\u00adcount pay\u200bpal \ufeff", "account paypal"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("<p>one\ntwo</p>\n<p>three</p>", "one two three"),
        ("<iframe src=x><p>never</iframe>y", "y"),
    ],
)
def test_what_a_reader_sees(html: str, text: str) -> None:
    assert htmltext.to_text(html).split() == text.split()


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">unseen</div>',
        '<div style="DISPLAY : NONE !important">unseen</div>',
        "<span style='visibility:hidden'>unseen</span>",
        '<span style="font-size:0px">unseen</span>',
        '<span style="font-size:1px;color:#fff"><b>unseen</b></span>',
        '<font color="#FFFFFF">unseen</font>',
        '<div style="background:#fff"><p style="color: rgb(255, 255, 255)">unseen</p></div>',
        "<p hidden>unseen</p>",
        '<div style="max-height:0;overflow:hidden">unseen</div>',
        '<div style="opacity:0">unseen</div>',
    ],
)
def test_hidden_text_is_kept_apart(hidden: str) -> None:
    assert htmltext.texts(f"<p>seen</p>{hidden}<p>too</p>") == ("seen\n\ntoo", "unseen")


@pytest.mark.parametrize(
    "shown",
    [
        '<td style="font-size:0"><span style="font-size:14px">seen</span></td>',
        '<td bgcolor="#0055aa"><font color="white">seen</font></td>',
        '<td style="background-image:url(x)"><b style="color:#fff">seen</b></td>',
        '<div style="color:#fff"><p style="color:black">seen</p></div>',
        '<div style="visibility:hidden"><p style="visibility:visible">seen</p></div>',
        '<div style="overflow:hidden">seen</div>',
        '<div style="display:block" hidden>seen</div>',
        '<style>.dark{background:#000}</style><div class="dark"><font color="#ffffff">seen</font></div>',
        '<body style="display:none">seen</body>',
    ],
)
def test_what_only_looks_hidden_is_shown(shown: str) -> None:
    assert htmltext.texts(f"<table><tr>{shown}</table>" if shown[1] == "t" else f"<div>{shown}</div>") == ("seen", "")


def test_noise_between_letters_goes() -> None:
    html = 'P<span style="font-size:0">xx</span>ay<i style="display:none">7</i>Pal'
    assert htmltext.texts(html) == ("PayPal", "xx 7")
    row, _, _ = read(b"Subject: s\nContent-Type: text/html\n\n" + html.encode())
    assert (row["text"], row["hidden_text"]) == ("PayPal", "xx 7")


def test_a_document_of_a_million_nodes_is_bounded() -> None:
    assert len(htmltext.texts("<b hidden></b>" + "<i>x</i>" * 300_000)[0]) == 300_000


@pytest.mark.parametrize(
    ("text", "kind", "unwrapped"),
    [
        ("one \ntwo\nthree", "format=flowed", "one two\nthree"),
        ("> a \n> b\nc", "format=flowed", "> a b\nc"),
        ("> a \nb", "format=flowed", "> a \nb"),
        ("日本 \n語\n", 'format="flowed"; delsp=yes', "日本語\n"),
        ("body \n-- \nBob", "format=flowed", "body \n-- \nBob"),
        (" From here", "format=flowed", "From here"),
    ],
)
def test_text_that_flows(text: str, kind: str, unwrapped: str) -> None:
    assert flowed.unwrap(text, kind) == unwrapped


@given(st.text("ab> -\n", max_size=100))
def test_flowing_loses_no_letter(text: str) -> None:
    for kind in ("format=flowed", "format=flowed; delsp=yes"):
        assert [c for c in flowed.unwrap(text, kind) if c in "ab"] == [c for c in text if c in "ab"]


def test_text_enriched_is_read_without_its_commands() -> None:
    row, _, _ = read(
        b"Subject: s\nContent-Type: text/enriched\n\n<bold>Now</bold> is <color><param>red</param>the</color> <<time>\n"
    )
    assert row["text"] == "Now is the <time>"
