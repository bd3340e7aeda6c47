"""Headers: found, unfolded, decoded."""

import base64
import email.header
import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from work import growth

from unsealed.read.mail import headers

TOKYO = ZoneInfo("Asia/Tokyo")
LOCAL = st.text("abcdefghijklmnopqrstuvwxyz0123456789.+_-", min_size=1, max_size=12).filter(lambda s: s.strip(".-"))
ADDRESS = st.builds(lambda local, host: f"{local}@{host}.example.org", LOCAL, st.text("abcxyz", min_size=1, max_size=8))
NAME = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), blacklist_characters='"\\<>=?'), max_size=15
)


@given(st.binary(max_size=600))
def test_any_header_block_is_survived(block: bytes) -> None:
    head, body, _ = headers.split(block)
    assert 0 <= body <= len(block)
    for values in headers.collect(head).values():
        for value in values:
            text = headers.text(value)
            headers.decoded(text).encode("utf-8")
            headers.addresses(text)
            headers.message_ids(text)
            headers.moment(text, UTC)
            headers.hop(text, UTC)


@given(st.text(max_size=300))
def test_any_text_is_survived_as_any_header(value: str) -> None:
    headers.decoded(value)
    headers.addresses(value)
    headers.moment(value, UTC)
    headers.message_ids(value)
    headers.hop(value, UTC)


@pytest.mark.parametrize("read", [headers.addresses, headers.decoded, headers.message_ids, headers.moment, headers.hop])
@pytest.mark.parametrize(
    "unit", [" ", "<", "< ", '"', "(", "a ", "=?", "=?utf-8?b?44GC?= ", "a@b, ", "Mon, ", "by ", "a", "a:", "at "]
)
@pytest.mark.parametrize("head", ["", "<", "by "])
def test_work_grows_no_faster_than_a_header(
    monkeypatch: pytest.MonkeyPatch, head: str, unit: str, read: Callable[..., object]
) -> None:
    """A hostile header must not stop a reader; what has a bound of its own may grow up to there."""
    monkeypatch.setattr(headers, "MAX_SPOT", 50)
    zone = [UTC] if read in {headers.moment, headers.hop} else []
    made = growth(lambda size: head + unit * (size // len(unit)), lambda text: read(text, *zone), 2_500)
    assert made < 6


@settings(max_examples=100)
@given(
    st.text(st.sampled_from("日本語の手紙ABC é€①"), min_size=1, max_size=30),
    st.data(),
    st.sampled_from(["utf-8", "iso-2022-jp", "cp932", "euc-jp"]),
    st.sampled_from("bBqQ"),
)
def test_characters_split_over_encoded_words_come_back(text: str, data: st.DataObject, charset: str, way: str) -> None:
    text = text.replace("é", "e").replace("€", "E") if charset != "utf-8" else text
    text = text.replace("①", "1") if charset in {"iso-2022-jp", "euc-jp"} else text
    raw = text.encode(charset)
    cuts = sorted({0, len(raw), *data.draw(st.lists(st.integers(0, len(raw)), max_size=4))})
    words = []
    for begin, end in itertools.pairwise(cuts):
        piece = raw[begin:end]
        packed = base64.b64encode(piece).decode() if way in "bB" else "".join(f"={byte:02X}" for byte in piece)
        words.append(f"=?{charset}?{way}?{packed}?=")
    assert headers.decoded("\r\n ".join(words).replace("\r\n", "")) == text.strip()


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Zs", "Cn", "Co")), min_size=1, max_size=40))
def test_subjects_written_by_the_standard_library_come_back(text: str) -> None:
    written = email.header.Header(text, "utf-8").encode(maxlinelen=60).replace("\n", "")
    assert headers.decoded(written) == text


@given(
    st.lists(
        st.tuples(
            ADDRESS, NAME, st.sampled_from(['"{n}" <{a}>', "{a}", "<{a}>", "=?utf-8?b?{b}?= <{a}>", "{a} ({p})"])
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([", ", ",", "; ", " ,\t"]),
)
def test_no_address_is_lost(people: list[tuple[str, str, str]], between: str) -> None:
    pieces = [
        form.format(
            n=name, a=address, b=base64.b64encode(name.encode()).decode(), p=name.replace("(", "").replace(")", "")
        )
        for address, name, form in people
    ]
    assert [address for address, _ in headers.addresses(between.join(pieces))] == [address for address, _, _ in people]


@pytest.mark.parametrize(
    ("value", "pairs"),
    [
        ("bob at example.com (Bob B.)", [("bob@example.com", "Bob B.")]),
        ("bob AT example.com", [("bob@example.com", "")]),
        ("ripley at stats.ox.ac.uk (Prof Brian Ripley)", [("ripley@stats.ox.ac.uk", "Prof Brian Ripley")]),
        ('"Doe, Jane" <JANE@Example.ORG>', [("jane@example.org", "Doe, Jane")]),
        ("Team: a@x.org, B <b@x.org>;", [("a@x.org", ""), ("b@x.org", "B")]),
        ("undisclosed-recipients:;", []),
        ("山田 太郎 <yamada@example.jp>", [("yamada@example.jp", "山田 太郎")]),
        ("<mailto:a@x.org>", [("a@x.org", "")]),
        ('"a@x.org" <b@x.org>', [("b@x.org", "a@x.org")]),
        ("Just A Name", [("", "Just A Name")]),
        ("", []),
        ("a@x.org b@x.org", [("a@x.org", ""), ("b@x.org", "")]),
        ("a@x.org b", [("a@x.org", "")]),
        ("bob @ example.com", [("bob@example.com", "")]),
        ('"john doe"@x.org', [('"john doe"@x.org', "")]),
        ("=?iso-2022-jp?B?GyRCOzNFRBsoQg==?= <y@x.jp>", [("y@x.jp", "山田")]),
        ("'quoted@x.org' <quoted@x.org>", [("quoted@x.org", "quoted@x.org")]),
        ("a@x.org,,, ,b@x.org", [("a@x.org", ""), ("b@x.org", "")]),
    ],
)
def test_addresses_as_they_are_met(value: str, pairs: list[tuple[str, str]]) -> None:
    assert headers.addresses(value) == pairs


def test_raw_shift_jis_in_a_header_is_read_with_the_bodys_charset() -> None:
    raw = "テストの件名：会議のお知らせ".encode("cp932")
    assert headers.text(raw, "shift_jis") == "テストの件名：会議のお知らせ"
    assert headers.text(raw) == "テストの件名：会議のお知らせ"


@pytest.mark.parametrize(
    ("value", "utc", "assumed"),
    [
        ("Mon, 01 Mar 2021 10:00:00 +0900", "2021-03-01T01:00:00", False),
        ("1 Mar 2021 10:00:00 -0500 (EST)", "2021-03-01T15:00:00", False),
        ("Mon, 1 Mar 21 10:00 GMT", "2021-03-01T10:00:00", False),
        ("Mon, 1 Mar 99 10:00:00 EST", "1999-03-01T15:00:00", False),
        ("Mon, 1 Mar 2021 10:00:00 JST", "2021-03-01T01:00:00", False),
        ("Mon, 1 Mar 2021 10:00:00 Z", "2021-03-01T10:00:00", False),
        ("Monday, 1 March 2021 10:00:00 +09:00", "2021-03-01T01:00:00", False),
        ("2021-03-01T10:00:00+09:00", "2021-03-01T01:00:00", False),
        ("2021-03-01 10:00:00", "2021-03-01T01:00:00", True),
        ("Mon, 1 Mar 2021 10:00:00", "2021-03-01T01:00:00", True),
        ("Mon, 1 Mar 2021 10:00:60 +0000", "2021-03-01T10:00:59", False),
        ("Mon Mar  1 10:00:00 2021", "2021-03-01T01:00:00", True),
    ],
)
def test_dates_as_they_are_met(value: str, utc: str, assumed: bool) -> None:
    micros, told = headers.moment(value, TOKYO)
    assert micros is not None
    assert datetime.fromtimestamp(micros / 1e6, UTC).replace(tzinfo=None).isoformat() == utc
    assert told == assumed


@pytest.mark.parametrize("value", ["", "yesterday", "Mon, 45 Mar 2021 10:00:00 +0000", "99 99 9999", "0" * 500])
def test_what_is_no_date_is_none(value: str) -> None:
    assert headers.moment(value, UTC)[0] is None


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_dates_come_back(stamp: datetime, minutes: int) -> None:
    sign, shift = "-" if minutes < 0 else "+", abs(minutes)
    written = stamp.strftime("%a, %d %b %Y %H:%M:%S ") + f"{sign}{shift // 60:02}{shift % 60:02}"
    expected = int(stamp.replace(tzinfo=UTC, microsecond=0).timestamp()) - minutes * 60
    assert headers.moment(written, UTC) == (expected * 1_000_000, False)


def test_hops_name_both_ends_and_the_time() -> None:
    value = "from mail.EXAMPLE.com (mail [192.0.2.1]) by mx1.example.go.jp. (Postfix) with ESMTP id 1; Mon, 1 Mar 2021 10:00:00 +0900"
    by, sender, when, seen = headers.hop(value, UTC)
    assert (by, sender, seen) == ("mx1.example.go.jp", "mail.example.com", "192.0.2.1")
    assert when == 1614560400 * 1_000_000


@pytest.mark.parametrize(
    ("clause", "seen"),
    [
        ("from helo (HELO x) (203.0.113.9)", "203.0.113.9"),  # qmail
        ("from AM0PR.example (2603:10a6:20b::15) by y with HTTPS", "2603:10a6:20b::15"),  # Exchange Online
        ("from [IPv6:2001:db8::1] (port=4)", "2001:db8::1"),
        ("from x (unknown [999.1.1.1])", None),
        ("from mail.example.com by y (8.14.4/8.14.4) with ESMTP", None),
        ("by 10.2.3.4 with SMTP", None),
    ],
)
def test_a_hop_keeps_the_address_that_the_receiver_saw(clause: str, seen: str | None) -> None:
    assert headers.hop(f"{clause} by mx; Mon, 1 Mar 2021 10:00:00 +0900", UTC)[3] == seen


def test_ids_are_found_with_and_without_brackets() -> None:
    assert headers.message_ids("<a@x> (was: b)\n <c@x> <a@x>") == ["<a@x>", "<c@x>"]
    assert headers.message_ids("bare@x") == ["<bare@x>"]
    assert headers.message_ids("Your message of Monday") == []


def test_an_endless_header_is_cut_and_the_body_still_found() -> None:
    raw = b"Subject: x\nX-Long: " + b"a" * (headers.MAX_HEADER + 10) + b"\nFrom: late@x.org\n\nbody"
    block, body, cut = headers.split(raw)
    assert cut
    assert len(block) == headers.MAX_HEADER
    assert raw[body:] == b"body"
