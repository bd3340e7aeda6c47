"""One record of Outlook for Mac's archive, as XML, to the letter it stands for."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from unsealed.errors import BadRecord
from unsealed.read.mail.parts import Leaf
from unsealed.read.outlook.letter import has_address, person, stamp, worded

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ILLEGAL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#x?(?:0*[0-8bBcCeEfF]|0*1[0-9a-fA-F]);")
_HTML = re.compile(r"\s*(?:<!doctype|<html|<head|<body|<div|<p\b|<meta|<\?xml|<style)", re.IGNORECASE)
_LABEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_RECORDS = {
    "email": "",
    "contact": "contact",
    "appointment": "appointment",
    "task": "task",
    "note": "note",
    "group": "contact",
}
_PEOPLE = (
    ("From", ("OPFMessageCopyFromAddresses", "OPFMessageCopySenderAddress")),
    ("To", ("OPFMessageCopyToAddresses",)),
    ("Cc", ("OPFMessageCopyCCAddresses",)),
    ("Bcc", ("OPFMessageCopyBCCAddresses",)),
)
_DULL = re.compile(r"^OPF\w*?(?:Get|Is|Can)[A-Z]|UUID|ModDate|FlagStatus|ContactImage|Type$|\bXML")


@dataclass(frozen=True)
class Record:
    """One message, contact, appointment, task or note."""

    block: bytes
    parts: list[Leaf]
    notes: list[str]
    trouble: list[tuple[str, str]]


def records(data: bytes, attached: Callable[[str], bytes]) -> Iterator[Record]:
    """Give the records of one XML member.

    Args:
        data: the member's bytes.
        attached: gives the bytes of a member by its name; raises BadRecord where it can't be had.

    Raises:
        BadRecord: if this is no XML, or XML that defines entities of its own.
    """
    for element in _root(data).iter():
        if element.tag in _RECORDS and len(element):
            yield _letter(element, attached) if element.tag == "email" else _other(element, _RECORDS[element.tag])


def _root(data: bytes) -> "Element":
    import xml.etree.ElementTree as ET

    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        raise BadRecord("damaged_item", "an XML file that defines entities; Outlook writes none")
    try:
        return ET.fromstring(data)  # noqa: S314 - entities are refused above
    except ET.ParseError:
        pass
    try:
        # Outlook writes characters that XML does not allow
        return ET.fromstring(_ILLEGAL.sub(b" ", data).decode("utf-8", "replace"))  # noqa: S314 - as above
    except (ET.ParseError, ValueError) as error:
        raise BadRecord("damaged_item", f"the XML is broken: {error}") from error


def _letter(element: "Element", attached: Callable[[str], bytes]) -> Record:
    notes, trouble = list[str](), list[tuple[str, str]]()
    lines = []
    for name, tags in _PEOPLE:
        value = next((found for tag in tags if (found := _people(element.find(tag)))), "")
        if value:
            lines.append((name, value))
    lines.append(("Subject", worded(_text(element, "OPFMessageCopySubject"))))
    sent, came = _time(element, "OPFMessageCopySentTime"), _time(element, "OPFMessageCopyReceivedTime")
    if sent or came:
        lines.append(("Date", stamp(sent or came or 0)))
    if came:
        lines.append(("Received", f"; {stamp(came)}"))
        notes.append("arrival_from_properties")
    for name, tag in (
        ("Message-ID", "OPFMessageCopyMessageID"),
        ("In-Reply-To", "OPFMessageCopyInReplyTo"),
        ("References", "OPFMessageCopyReferences"),
        ("Thread-Index", "OPFMessageCopyThreadIndex"),
    ):
        value = _text(element, tag)
        if value:
            lines.append((name, worded(value)))
    parts = [*_body(element), *_attachments(element, attached, trouble)]
    return Record(_block(lines), parts, notes, trouble)


def _body(element: "Element") -> Iterator[Leaf]:
    plain, html = _text(element, "OPFMessageCopyBody"), _text(element, "OPFMessageCopyHTMLBody")
    if plain and not _HTML.match(plain):
        yield Leaf.of_bytes("text/plain", "", "utf-8", False, plain.encode("utf-8", "replace"))
    elif html or plain:
        yield Leaf.of_bytes("text/html", "", "utf-8", False, (html or plain).encode("utf-8", "replace"))


def _attachments(
    element: "Element", attached: Callable[[str], bytes], trouble: list[tuple[str, str]]
) -> Iterator[Leaf]:
    for each in element.iter("messageAttachment"):
        name, place = each.get("OPFAttachmentName") or "", each.get("OPFAttachmentURL") or ""
        media_type = (each.get("OPFAttachmentContentType") or "").lower()
        if not re.fullmatch(r"[^\s/]+/[^\s/;]+", media_type):
            media_type = "application/octet-stream"
        data = b""
        try:
            data = attached(place) if place else b""
        except BadRecord as error:
            trouble.append((error.reason, f"attachment {name or '(unnamed)'}: {error.detail}"))
        yield Leaf.of_bytes(media_type, name, "", True, data)


def _other(element: "Element", kind: str) -> Record:
    """Give a contact, an appointment, a task or a note with all that it says, a line each."""
    said: list[str] = []
    title, html = "", list[Leaf]()
    for child in element.iter():
        value = " ".join((child.text or "").split())
        told = _LABEL.sub(" ", re.sub(r"^OPF[A-Za-z]*?(?:Copy|Attendee|Email)", "", str(child.tag)))
        address = " ".join(
            each for key, each in child.items() if key.endswith(("AddressAddress", "AddressName", "Name"))
        )
        if address:
            said.append(f"{told}: {address}")
        if not value or _DULL.search(str(child.tag)):
            continue
        if str(child.tag).endswith(("DisplayName", "Summary", "Title", "Name")) and not title:
            title = value
        if _HTML.match(value):
            html.append(Leaf.of_bytes("text/html", "", "utf-8", False, value.encode("utf-8", "replace")))
        else:
            said.append(f"{told}: {value}")
    lines = [("Subject", worded(title))]
    moment = next(
        (
            found
            for each in element
            if "StartTime" in str(each.tag) or "CreationDate" in str(each.tag) or "ModDate" in str(each.tag)
            if (found := _time(element, str(each.tag)))
        ),
        None,
    )
    if moment:
        lines.append(("Date", stamp(moment)))
    text = Leaf.of_bytes("text/plain", "", "utf-8", False, "\n".join(dict.fromkeys(said)).encode("utf-8", "replace"))
    return Record(_block(lines), [text, *html], [kind], [])


def _people(element: "Element | None") -> str:
    if element is None:
        return ""
    found = []
    for each in element.iter("emailAddress"):
        address, name = each.get("OPFContactEmailAddressAddress") or "", each.get("OPFContactEmailAddressName") or ""
        found.append(person(address if has_address(address) else "", name or address))
    return ", ".join(each for each in found if each)


def _text(element: "Element", tag: str) -> str:
    found = element.find(tag)
    return (found.text or "").strip() if found is not None else ""


def _time(element: "Element", tag: str) -> int | None:
    """Read a time; Outlook for Mac writes UTC and says nothing of it."""
    try:
        moment = datetime.fromisoformat(_text(element, tag))
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return int(moment.timestamp()) * 1_000_000


def _block(lines: list[tuple[str, str]]) -> bytes:
    return "\n".join(f"{name}: {value}" for name, value in lines).encode("ascii", "replace")
