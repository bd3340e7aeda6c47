"""One message to its rows, held against the standard library."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from email import errors
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import PART, read
from samples import Row, mail

from unsealed.errors import BadRecord
from unsealed.read.mail import charsets, htmltext, message

WORD = re.compile(r"\w{2,}")
META = re.compile(rb"(?i)<meta[^>]+charset")


# -- self-made letters -----------------------------------------------------------------------------------------------


def letter(**kinds: Any) -> EmailMessage:
    """Write a letter with the standard library: `plain`, `html`, `files` as (name, media type, bytes)."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Bob <bob@example.com>", "alice@example.org", "件名 Subject"
    made["Date"], made["Message-ID"] = "Mon, 01 Mar 2021 10:00:00 +0900", "<1@example.com>"
    if "plain" in kinds:
        made.set_content(kinds["plain"], charset=kinds.get("charset", "utf-8"), cte=kinds.get("cte"))
    if "html" in kinds:
        (made.add_alternative if "plain" in kinds else made.set_content)(kinds["html"], subtype="html")
    for name, kind, data in kinds.get("files", ()):
        made.add_attachment(data, *kind.split("/"), filename=name)
    return made


@pytest.mark.parametrize("cte", ["7bit", "8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_all_transfer_encodings(cte: str, eol: str) -> None:
    text = "First line\nSecond = line\n.\nlast " + ("é" if cte != "7bit" else "e")
    made = letter(plain=text, cte=cte, charset="utf-8" if cte != "7bit" else "us-ascii")
    row, attached, skipped = read(made.as_bytes(policy=email.policy.SMTP if eol == "\r\n" else email.policy.default))
    assert row["text"] == text
    assert (attached, skipped) == ([], [])
    assert row["subject"] == "件名 Subject"


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"])
def test_japanese_letters(charset: str) -> None:
    row, _, _ = read(letter(plain="拝啓\n春暖の候。\n", charset=charset).as_bytes())
    assert row["text"] == "拝啓\n春暖の候。"


def test_plain_text_stands_for_its_html_twin() -> None:
    row, attached, _ = read(letter(plain="Hello Alice", html="<p>Hello <b>Al</b>ice</p>").as_bytes())
    assert (row["text"], attached) == ("Hello Alice", [])


def test_html_alone_is_brought_to_words() -> None:
    html = "<html><head><title>t</title><style>p{}</style></head><body><p>He<b>ll</b>o</p><p>two&nbsp;words</p><script>x()</script></body>"
    row, _, _ = read(letter(html=html).as_bytes())
    assert row["text"].split() == ["Hello", "two", "words"]


def test_a_stub_in_plain_text_gives_way_to_rich_html() -> None:
    html = "<p>" + "The real letter stands here, and it is long. " * 40 + "</p>"
    row, _, _ = read(letter(plain="Use an HTML mail program.", html=html).as_bytes())
    assert "The real letter" in row["text"]


def test_attachments_have_names_sizes_and_hashes() -> None:
    files = [
        ("見積書.pdf", "application/pdf", b"%PDF-1"),
        ("a b.txt", "text/plain", b"in a file\n"),
        ("x.bin", "application/x-y", b""),
    ]
    row, attached, _ = read(letter(plain="see files", files=files).as_bytes())
    assert row["text"] == "see files"
    assert row["attachment_count"] == 3
    assert [(a["filename"], a["media_type"], a["size_bytes"]) for a in attached] == [
        ("見積書.pdf", "application/pdf", 6),
        ("a b.txt", "text/plain", 10),
        ("x.bin", "application/x-y", 0),
    ]
    assert attached[1]["text"] == "in a file"
    assert {a["message_id"] for a in attached} == {row["message_id"]}
    assert len({a["attachment_id"] for a in attached}) == 3


def test_a_forwarded_message_is_an_attachment_with_its_text() -> None:
    made = letter(plain="fyi")
    made.add_attachment(email.message_from_bytes(mail(7, "the forwarded secret"), policy=email.policy.default))
    row, attached, _ = read(made.as_bytes())
    assert row["text"] == "fyi"
    assert [a["media_type"] for a in attached] == ["message/rfc822"]
    assert "the forwarded secret" in attached[0]["text"]
    assert "Letter 7" in attached[0]["text"]


def test_copies_of_one_letter_share_their_content_hash() -> None:
    one, _, _ = read(b"Received: from a by b; Mon, 1 Mar 2021 10:00:00 +0000\n" + mail(1))
    two, _, _ = read(b"Delivered-To: carol@example.org\n" + mail(1).replace(b"\n", b"\r\n"))
    assert one["content_hash"] == two["content_hash"]
    assert read(mail(2))[0]["content_hash"] != one["content_hash"]


def test_ids_and_hops_and_owner_hints() -> None:
    raw = mail(
        1,
        Delivered_To="Alice@Example.org",
        In_Reply_To="<0@x>",
        References="<a@x>\n <b@x>",
        Reply_To="Bob <Bob@Elsewhere.example>, x@y",
        Return_Path="<Bounce@Example.net>",
        Received="from out.example.com by mx.example.org with SMTP; Mon, 1 Mar 2021 10:05:00 +0000",
    )
    row, _, _ = read(raw)
    assert row["owner_hints"] == ["alice@example.org"]
    assert (row["reply_to"], row["return_path"]) == ("bob@elsewhere.example", "bounce@example.net")
    assert (row["in_reply_to"], row["references"]) == ("<0@x>", ["<a@x>", "<b@x>"])
    assert row["received"][0][:2] == ("mx.example.org", "out.example.com")
    assert row["arrived"] - row["date"] == 300 * 1_000_000


# -- broken and hostile letters --------------------------------------------------------------------------------------


@given(st.binary(max_size=500))
def test_any_bytes_are_a_message_or_a_bad_record(raw: bytes) -> None:
    for prefix in (b"", b"Subject: x\n", b"Content-Type: multipart/mixed; boundary=b\nFrom: a@b\n\n--b\n"):
        try:
            rows = list(message.rows(prefix + raw, PART, "byte:0+1"))
        except BadRecord:
            continue
        for _, row in rows:
            for value in row:
                if isinstance(value, str):
                    value.encode("utf-8")


def nested(depth: int) -> bytes:
    """Write a mail of so many multiparts in each other."""
    head = b"From: a@example.com\nSubject: deep\nMIME-Version: 1.0\n"
    opening = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth))
    return (
        head
        + opening
        + b"Content-Type: text/plain\n\nat the bottom\n"
        + b"".join(b"--b%d--\n" % n for n in reversed(range(depth)))
    )


def test_nesting_within_bounds_is_read_and_beyond_is_told() -> None:
    row, _, skipped = read(nested(30))
    assert (row["text"], skipped) == ("at the bottom", [])
    for depth in (100, 300, 5000):
        row, _, skipped = read(nested(depth))
        assert row["subject"] == "deep"
        assert [s["reason"] for s in skipped] == ["mime_too_deep"]


def test_a_flood_of_parts_is_bounded() -> None:
    body = b"".join(b"--b\nContent-Type: text/plain\n\nx\n" for _ in range(5000))
    row, _, skipped = read(b"Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n" + body + b"--b--\n")
    assert [s["reason"] for s in skipped] == ["mime_too_many_parts"]
    assert row["subject"] == "s"


def test_an_endless_header_keeps_the_letter() -> None:
    row, _, skipped = read(b"Subject: s\nX-Flood: " + b"a" * (3 << 20) + b"\n\nthe body")
    assert (row["subject"], row["notes"]) == ("s", ["header_cut", "date_missing"])
    assert [s["reason"] for s in skipped] == ["header_too_large"]
    assert row["text"] == "the body"


def test_a_letter_beyond_the_limit_keeps_its_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message, "MAX_MESSAGE", 1000)
    row, _, skipped = read(mail(1, "x" * 2000))
    assert (row["subject"], row["text"]) == ("Letter 1", "")
    assert [s["reason"] for s in skipped] == ["message_too_large"]


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Transfer-Encoding: base64\n\nSGVsbG8gd29ybGQ",
        b"Content-Transfer-Encoding: base64\n\nSGVs\nbG8g!!d29ybGQ=",
        b"Content-Transfer-Encoding: quoted-printable\n\nHello=20world=\n",
        b'Content-Type: text/plain; charset="\n\nHello world',
        b"Content-Type: text/plain; charset=no-such\n\nHello world",
        b"Content-Type: multipart/mixed\n\nHello world",
        b"Content-Type: /\n\nHello world",
        b"Content-Type:\n\nHello world",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello world",
    ],
)
def test_broken_structure_still_gives_the_words(body: bytes) -> None:
    row, _, _ = read(b"From: a@example.com\nSubject: s\nMIME-Version: 1.0\n" + body)
    assert "Hello" in row["text"]


@pytest.mark.parametrize("charset", ["undefined", "punycode", "idna", "unicode_escape", "\\x00", "hex"])
def test_codecs_that_are_no_charsets(charset: str) -> None:
    row, _, _ = read(f"Subject: s\nContent-Type: text/plain; charset={charset}\n\nHello w\xf6rld".encode("latin-1"))
    assert row["text"] == "Hello wörld"


# -- real letters ----------------------------------------------------------------------------------------------------


class Case(NamedTuple):
    """A letter whose text lacks words that the standard library finds."""

    raw: bytes
    row: Row
    attached: list[Row]
    lacking: set[str]


def _broken_by_noise(case: Case) -> bool:
    """Tell whether most words differ only since hidden noise stood in the middle of them, and is gone."""
    hidden = _words(case.row["hidden_text"])
    return bool(hidden) and len(case.lacking - hidden) < 0.3 * len(case.lacking | _words(case.row["text"]))


DIFFERENCES: dict[str, Callable[[Case], bool]] = {
    "PGP armour and its checksum lines are no words of the letter": lambda case: b"-----BEGIN PGP " in case.raw,
    "what the HTML hides is kept apart": _broken_by_noise,
    "calendars, cards and reports hang on the letter, with their text": lambda case: (
        case.lacking <= _words(" ".join(each["text"] or "" for each in case.attached))
    ),
    "uuencoded and yEnc files are attachments": lambda case: (
        b"\nbegin " in case.raw and any(each["media_type"] == "application/octet-stream" for each in case.attached)
    ),
    "text/enriched is read without its commands": lambda case: b"text/enriched" in case.raw.lower(),
    "HTML names a charset itself that the part's header leaves out": lambda case: bool(META.search(case.raw)),
    "the standard library takes a header line that no RFC allows for the end of the headers": lambda case: any(
        isinstance(defect, errors.MissingHeaderBodySeparatorDefect)
        for part in email.message_from_bytes(case.raw.lstrip(b"\r\n"), policy=email.policy.compat32).walk()
        for defect in part.defects
    ),
}
"""Why words that the standard library finds may not stand in `text`, and how to know such a letter.

Not in the list because nothing is missing there: where the plain text is a mere stand-in, the HTML is added to it.
"""


def _words(text: str) -> set[str]:
    return set(WORD.findall(text))


def _careful(raw: bytes) -> str:
    """Read a letter's text with the standard library, its charsets with ours (which have tests of their own)."""
    if b"\n" not in raw[:4096]:
        raw = raw.replace(b"\r", b"\n")
    return "\n".join(_texts(email.message_from_bytes(raw.lstrip(b"\r\n"), policy=email.policy.compat32)))


def _texts(part: Message) -> list[str]:
    kind = part.get_content_type()
    if part.is_multipart():
        if kind == "message/rfc822" or kind.startswith("message/"):
            return []
        inner = [_texts(child) for child in part.get_payload()]  # type: ignore[union-attr]  # it is a list
        if kind == "multipart/alternative":
            plain = [
                t for child, t in zip(part.get_payload(), inner, strict=True) if child.get_content_type() != "text/html"
            ]  # type: ignore[union-attr]
            return next((texts for texts in plain if any(t.strip() for t in texts)), next((t for t in inner if t), []))
        return [text for texts in inner for text in texts]
    if (
        not kind.startswith("text/")
        or part.get_filename()
        or "attachment" in str(part.get("Content-Disposition") or "").lower()
    ):
        return []
    charset = part.get_param("charset")
    data = part.get_payload(decode=True) or b""
    text = charsets.decode(data, charset if isinstance(charset, str) else "")
    return [htmltext.to_text(text) if kind == "text/html" else text]


def _real_letters(folder: Path) -> list[Path]:
    kinds = (
        "ham_spamassassin/**/*",
        "phishing_pot/**/*.eml",
        "japanese/*.eml",
        "mime_*/**/*.txt",
        "mime_*/**/*.eml",
        "mbox_edge/*.eml",
    )
    found = [path for kind in kinds for path in sorted(folder.glob(kind)) if path.is_file()]
    return [path for path in found if not path.name.startswith("_") and "LICENSE" not in path.name]


def test_real_letters_have_the_words_of_a_careful_reading(shared: Path) -> None:
    letters, differing, unexplained = 0, 0, []
    for path in _real_letters(shared / "mail"):
        raw = path.read_bytes()
        try:
            row, attached, _ = read(raw)
        except BadRecord:
            continue
        letters += 1
        theirs, ours = _words(_careful(raw)), _words(row["text"])
        if len(theirs - ours) <= 0.01 * len(theirs):
            continue
        differing += 1
        if not any(judge(Case(raw, row, attached, theirs - ours)) for judge in DIFFERENCES.values()):
            unexplained.append((path.name, sorted(theirs - ours)[:5]))
    assert letters > 900
    assert differing <= letters * 0.06
    assert len(unexplained) <= letters * 0.01, unexplained
    print(f"{letters} letters, {differing} differ, {len(unexplained)} of them unexplained: {unexplained}")


def test_real_letters_lose_no_address_and_no_date(shared: Path) -> None:
    lost = []
    for path in _real_letters(shared / "mail"):
        raw = path.read_bytes().lstrip(b"\r\n")
        try:
            row, _, _ = read(raw)
        except BadRecord:
            continue
        told = email.message_from_bytes(raw, policy=email.policy.compat32)
        theirs = {
            a.lower()
            for a in re.findall(r"[\w.+-]+@[\w-]+\.[\w.-]*\w", " ".join(str(v) for v in told.get_all("To", [])))
        }
        ours = " ".join(f"{address} {name.lower()}" for address, name in row["to"])
        if any(address not in ours for address in theirs):
            lost.append((path.name, theirs, ours))
        if row["date"] is None and re.search(
            r"[A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", str(told.get("Date", ""))
        ):
            lost.append((path.name, told["Date"], None))
    assert not lost, [(n, sorted(a)[:3] if isinstance(a, set) else a, o[:150] if o else o) for n, a, o in lost]
