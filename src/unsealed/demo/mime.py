"""Turn letters into the bytes that mail systems keep: headers, charsets, transfer encodings, parts."""

from __future__ import annotations

import base64
import html
import quopri
import re
from datetime import timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from unsealed.demo.model import Attachment, Copy, Letter
    from unsealed.demo.world import Person

_WORD_CHARS = 11
_MAILERS = {
    "ja": ("Microsoft Outlook 16.0", "Becky! ver. 2.81.05 [ja]", "Mozilla Thunderbird"),
    "en": ("Microsoft Outlook 16.0", "Apple Mail (2.3696.120.41.1.1)", "Mozilla Thunderbird"),
}


def local_date(moment: datetime, zone: int) -> str:
    """Return a moment as a Date header in the given zone."""
    return format_datetime(moment.astimezone(timezone(timedelta(hours=zone))))


def _header_charset(letter: Letter) -> str:
    return "ISO-2022-JP" if letter.encoding[0] == "iso-2022-jp" else "UTF-8"


def encoded(text: str, charset: str) -> str:
    """Return header text as encoded words where it is not ASCII."""
    if text.isascii():
        return text
    words = []
    for start in range(0, len(text), _WORD_CHARS):
        piece = text[start : start + _WORD_CHARS]
        try:
            raw, name = piece.encode(charset), charset
        except UnicodeEncodeError:
            raw, name = piece.encode(), "UTF-8"
        words.append(f"=?{name}?B?{base64.b64encode(raw).decode()}?=")
    return "\n ".join(words)


def _addresses(people: Iterable[Person], letter: Letter) -> str:
    charset = _header_charset(letter)
    shown = []
    for person in people:
        name = person.name if letter.language == "ja" else person.name_en
        name = f'"{name}"' if name.isascii() else encoded(name, charset)
        shown.append(f"{name} <{person.address}>")
    return ",\n ".join(shown)


def _encode_text(text: str, charset: str, transfer: str) -> tuple[str, str, bytes]:
    try:
        raw = text.encode(charset)
    except UnicodeEncodeError:
        charset, transfer, raw = "utf-8", "base64", text.encode()
    if transfer == "base64":
        return charset, transfer, base64.encodebytes(raw)
    if transfer == "quoted-printable":
        return charset, transfer, quopri.encodestring(raw + b"\n")
    return charset, transfer, raw + b"\n"


def _part(kind: str, text: str, encoding: tuple[str, str]) -> bytes:
    charset, transfer, payload = _encode_text(text, *encoding)
    head = f"Content-Type: text/{kind}; charset={charset}\nContent-Transfer-Encoding: {transfer}\n\n"
    return head.encode() + payload


def _lines_html(text: str) -> str:
    return "<br>\n".join(html.escape(line, quote=False) for line in text.split("\n"))


def _page(letter: Letter) -> str:
    body = f"<div>{_lines_html(letter.own_text)}</div>"
    if letter.quoted_text:
        body += f"\n<br>\n<div>{_lines_html(letter.quote_head)}</div>"
        style = ' style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"'
        body += f"\n<blockquote{style}>{_lines_html(letter.quoted_text)}</blockquote>"
    sheet = "<style>p,div{font-family:'Meiryo','Segoe UI',sans-serif}</style>"
    return f"<html><head>{sheet}</head><body>\n{body}\n</body></html>"


def _file_name(attachment: Attachment) -> str:
    name = attachment.filename
    if name.isascii():
        return f'filename="{name}"'
    return f"filename*=UTF-8''{quote(name)}"


def _attachment(attachment: Attachment, letter: Letter) -> bytes:
    label = encoded(attachment.filename, _header_charset(letter)).replace("\n ", " ")
    head = (
        f'Content-Type: {attachment.media_type};\n name="{label}"\n'
        f"Content-Disposition: attachment;\n {_file_name(attachment)}\n"
        "Content-Transfer-Encoding: base64\n\n"
    )
    return head.encode() + base64.encodebytes(attachment.content)


def _multipart(kind: str, parts: list[bytes], mark: str) -> bytes:
    boundary = f"----=_{kind}_{mark}"
    head = f'Content-Type: multipart/{kind};\n boundary="{boundary}"\n\n'.encode()
    opened = b"".join(b"--%s\n%s\n" % (boundary.encode(), part) for part in parts)
    return head + opened + f"--{boundary}--\n".encode()


def _content(letter: Letter) -> bytes:
    mark = re.sub(r"[^A-Za-z0-9]", "", letter.message_id)[:20]
    plain = _part("plain", letter.text, letter.encoding)
    if letter.shape == "alternative":
        body = _multipart("alternative", [plain, _part("html", _page(letter), ("utf-8", "quoted-printable"))], mark)
    elif letter.shape == "html":
        body = _part("html", _page(letter), ("utf-8", "base64"))
    else:
        body = plain
    if letter.attachments:
        return _multipart("mixed", [body, *(_attachment(file, letter) for file in letter.attachments)], mark)
    return body


def render(letter: Letter) -> bytes:
    """Return the letter as its sender's system wrote it, lines ending in LF."""
    charset = _header_charset(letter)
    lines = [
        f"Message-ID: {letter.message_id}",
        f"Date: {local_date(letter.date, letter.sender.organisation.zone)}",
        f"From: {_addresses((letter.sender,), letter)}",
        f"To: {_addresses(letter.to, letter)}",
    ]
    if letter.cc:
        lines.append(f"Cc: {_addresses(letter.cc, letter)}")
    lines.append(f"Subject: {encoded(letter.subject, charset)}")
    if letter.references:
        lines.append(f"In-Reply-To: {letter.references[-1]}")
        if len(letter.references) > 1 or letter.parent is letter.root:
            lines.append("References: " + "\n ".join(letter.references))
    if letter.thread_index:
        topic = (letter.root or letter).subject
        lines.append(f"Thread-Topic: {encoded(topic, charset)}")
        lines.append("Thread-Index: " + "\n ".join(_folded(base64.b64encode(letter.thread_index).decode())))
    mailer = _MAILERS[letter.language][len(letter.message_id) % 3]
    lines += [f"X-Mailer: {mailer}", "MIME-Version: 1.0"]
    return "\n".join(lines).encode() + b"\n" + _content(letter)


def _folded(text: str) -> list[str]:
    return [text[start : start + 60] for start in range(0, len(text), 60)]


def trace(copy: Copy) -> bytes:
    """Return the lines that the systems on the way put on top of this copy."""
    lines = []
    if copy.hops:
        lines.append(f"Return-Path: <{copy.letter.sender.address}>")
    for number, hop in enumerate(reversed(copy.hops)):
        sign = f"4P{hash_of(copy.letter.message_id, hop.by):09X}"
        reader = f"\n\tfor <{copy.mailbox}>" if number == 0 else ""
        lines += [
            f"Received: from {hop.sender} ({hop.sender} [{hop.address}])",
            f"\tby {hop.by} with ESMTPS id {sign}{reader};",
            f"\t{local_date(hop.time, hop.zone)}",
        ]
    return "".join(f"{line}\n" for line in lines).encode()


def hash_of(*texts: str) -> int:
    """Return a small number that depends on the texts alone."""
    total = 7
    for char in "\0".join(texts):
        total = (total * 131 + ord(char)) % 0xFFFFFFFFF
    return total
