"""Archives of Outlook for Mac."""

from pathlib import Path

from outlook_samples import olm
from samples import rows

from unsealed.read.intake import unpack
from unsealed.read.olm import READER

FOLDER = "Accounts/ren@cspa.go.jp.example/com.microsoft.__Messages/Inbox/案件"
LETTER = """<?xml version="1.0" encoding="UTF-8"?><emails elementCount="1"><email>
<OPFMessageCopyBody>plain words</OPFMessageCopyBody>
<OPFMessageCopyFromAddresses><emailAddress OPFContactEmailAddressAddress="Bob@Example.com"
 OPFContactEmailAddressName="Bob, B."/></OPFMessageCopyFromAddresses>
<OPFMessageCopyToAddresses><emailAddress OPFContactEmailAddressAddress="ren@cspa.go.jp.example"/></OPFMessageCopyToAddresses>
<OPFMessageCopyMessageID>1@example.com</OPFMessageCopyMessageID>
<OPFMessageCopySentTime>2023-06-13T00:43:20</OPFMessageCopySentTime>
<OPFMessageCopyReceivedTime>2023-06-13T00:44:20</OPFMessageCopyReceivedTime>
<OPFMessageCopySubject>見積り &#11; 件</OPFMessageCopySubject>
<OPFMessageCopyAttachmentList><messageAttachment OPFAttachmentName="a.txt" OPFAttachmentContentType="text/plain"
 OPFAttachmentURL="Accounts/x/com.microsoft.__Attachments/a_0000"/>
<messageAttachment OPFAttachmentName="gone.txt" OPFAttachmentURL="nowhere"/></OPFMessageCopyAttachmentList>
</email></emails>"""
CONTACTS = """<contacts><contact><OPFContactCopyDisplayName>Ren Hoshino</OPFContactCopyDisplayName>
<OPFContactCopyCellPhone>+81 90 1234 5678</OPFContactCopyCellPhone></contact></contacts>"""
SAMPLE = olm(
    {
        f"{FOLDER}/message_00000.xml": LETTER.encode(),
        "Accounts/x/com.microsoft.__Attachments/a_0000": b"attached",
        "Local/Address Book/Contacts.xml": CONTACTS.encode(),
        f"{FOLDER}/message_00001.xml": b"<emails><email><OPFMess",
        f"{FOLDER}/message_00002.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><emails>&a;</emails>',
        "Local/thing.bin": b"?",
    }
)


def test_mail_contacts_and_what_can_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.olm"
    path.write_bytes(SAMPLE)
    assert unpack.kind(SAMPLE[:65536]) is None
    assert READER.detect(SAMPLE[:65536], "x") >= 90
    found = rows(READER, path)
    letter, contact = found["messages"]
    assert (letter["mailbox"], letter["mailbox_basis"], letter["folder"]) == (
        "ren@cspa.go.jp.example",
        "path",
        "Inbox/案件",
    )
    assert (letter["subject"], letter["text"]) == ("見積り 件", "plain words")
    assert (letter["from_address"], letter["from_name"]) == ("bob@example.com", "Bob, B.")
    assert letter["internet_message_id"] == "<1@example.com>"
    assert (letter["date"], letter["arrived"]) == (1_686_617_000_000_000, 1_686_617_060_000_000)
    assert letter["locator"] == f"member:{FOLDER}/message_00000.xml"
    assert [(each["filename"], each["size_bytes"]) for each in found["attachments"]] == [("a.txt", 8), ("gone.txt", 0)]
    assert contact["text"] == "Display Name: Ren Hoshino\nCell Phone: +81 90 1234 5678"
    assert contact["notes"][0] == "contact"
    assert sorted(row["reason"] for row in found["skipped"]) == [
        "attachment_missing",
        "damaged_item",
        "damaged_item",
        "unrecognised",
    ]


def test_a_broken_archive_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.olm"
    path.write_bytes(SAMPLE[:300])
    assert [row["reason"] for row in rows(READER, path)["skipped"]] == ["damaged_archive"]


def test_other_zips_are_left_to_the_archive_reader() -> None:
    other = olm({"a.eml": b"Subject: x\n\n"})
    assert unpack.kind(other) == "zip"
    assert READER.detect(other, "a.zip") == 0
