"""Every place that a reader writes down can be opened again: the record stands there, and nothing of another does."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import shutil
import struct
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import py7zr
import pytest
from evtx_sample import event, log
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outlook_samples import LETTER, UNICODE, msg, olm, tnef
from samples import Row, mail, mbox, take_in

from unsealed import plugins
from unsealed.read.locate import Opener, Record, Wanted
from unsealed.read.locate import spot as spots
from unsealed.read.reader import Itemised

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unsealed.case import Case

TOKEN = re.compile(r"tok\d{3}q")
"""A word of each record's own: where it stands, the record stands."""


def tok(number: int) -> str:
    return f"tok00{number}q"


def of_its_own(data: bytes, number: int) -> bytes:
    """Give a file's records words that no other file's have: the same record in two files is read once."""
    one, other = "tok00", f"tok{number:02}"
    return data.replace(one.encode(), other.encode()).replace(one.encode("utf-16-le"), other.encode("utf-16-le"))


def unified(number: int) -> Row:
    return {
        "CreationTime": f"2023-05-01T10:00:{number:02}", "Id": f"id-{tok(number)}", "Operation": "Send", "RecordType": 2,
        "Workload": "Exchange", "UserId": "ren@cspa.go.jp.example", "ClientIPAddress": "203.0.113.7", "Subject": "見積",
    }  # fmt: skip


def search_csv(encoding: str) -> bytes:
    lines = ["RecordType,CreationDate,UserIds,Operations,AuditData"]
    for n in (1, 2, 3):
        data = json.dumps(unified(n), ensure_ascii=False).replace('"', '""')
        lines.append(f'2,5/1/2023 10:00:0{n} AM,ren@cspa.go.jp.example,Send,"{data}"')
    return "\r\n".join([*lines, ""]).encode(encoding)


def graph(number: int) -> Row:
    person = {"emailAddress": {"name": "Bob", "address": "bob@example.com"}}
    return {
        "id": f"A{number}", "receivedDateTime": "2021-03-01T10:00:07Z", "sentDateTime": "2021-03-01T10:00:00Z",
        "internetMessageId": f"<{tok(number)}@example.com>", "subject": f"見積 {tok(number)}", "from": person,
        "body": {"contentType": "text", "content": "本文"}, "toRecipients": [person],
    }  # fmt: skip


def letter(number: int) -> bytes:
    return mail(number, f"日本語 {tok(number)}\n", Subject=f"S {tok(number)}", Message_ID=f"<{tok(number)}@example.com>")


def windows_xml(number: int) -> str:
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        "<Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4624</EventID>"
        "<TimeCreated SystemTime='2023-05-01T01:02:03.456789000Z'/>"
        f"<EventRecordID>{number}</EventRecordID><Channel>Security</Channel><Computer>{tok(number)}</Computer></System>"
        f"<EventData><Data Name='TargetUserName'>{tok(number)}</Data><Data Name='TargetDomainName'>星野</Data></EventData></Event>"
    )


def windows_json(number: int) -> Row:
    system = {
        "Provider": {"#attributes": {"Name": "Microsoft-Windows-Security-Auditing"}}, "EventID": 4625,
        "TimeCreated": {"#attributes": {"SystemTime": "2023-05-01T01:02:03.456789Z"}}, "EventRecordID": number,
        "Channel": "Security", "Computer": tok(number),
    }  # fmt: skip
    return {"Event": {"System": system, "EventData": {"TargetUserName": tok(number)}}}


def journal(number: int) -> Row:
    return {
        "__CURSOR": f"s=1;i={number}", "__REALTIME_TIMESTAMP": f"168656400012345{number}", "SYSLOG_IDENTIFIER": "postfix/smtpd",
        "MESSAGE": f"connect from {tok(number)}.example[192.0.2.{number}]",
    }  # fmt: skip


def exported(number: int) -> str:
    return "".join(f"{key}={value}\n" for key, value in journal(number).items()) + "\n"


def outlook_mac(number: int) -> bytes:
    return f"""<emails elementCount="1"><email><OPFMessageCopyBody>words</OPFMessageCopyBody>
<OPFMessageCopyFromAddresses><emailAddress OPFContactEmailAddressAddress="bob@example.com"/></OPFMessageCopyFromAddresses>
<OPFMessageCopyMessageID>{tok(number)}@example.com</OPFMessageCopyMessageID>
<OPFMessageCopySentTime>2023-06-13T00:43:20</OPFMessageCopySentTime>
<OPFMessageCopySubject>S {tok(number)}</OPFMessageCopySubject></email></emails>""".encode()


def lined(form: str, top: str = "", encoding: str = "utf-8", end: str = "\n") -> bytes:
    return (top + "".join(form.replace("{t}", tok(n)).replace("{n}", str(n)) + end for n in (1, 2, 3))).encode(encoding)


def jsons(made: Callable[[int], Row], *, wrap: str = "lines", encoding: str = "utf-8") -> bytes:
    rows = [made(n) for n in (1, 2, 3)]
    if wrap == "lines":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(encoding)
    value: Any = {"value": {"value": rows, "@odata.nextLink": "x"}}["value"] if wrap == "value" else rows
    return json.dumps(value, ensure_ascii=False, indent=2 if wrap == "printed" else None).encode(encoding)


EXCHANGE = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: {}\r\n#Fields: {}\r\n"
IMAP = "dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context,puid"
IIS = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status"
POSTFIX = "Mar  1 06:25:41 mx1 postfix/smtpd[{n}]: connect from {t}.example[192.0.2.{n}] 星"

_FILES: dict[str, bytes] = {
    "alice@example.org/Inbox/1.eml": letter(1),
    "alice@example.org/Sent.mbox": mbox(letter(n) for n in (1, 2, 3)),
    "alice@example.org/2.emlx": str(len(letter(2))).encode() + b"\n" + letter(2) + b"<?xml version='1.0'?><plist/>",
    "alice@example.org/item.msg": msg({**LETTER, (0x0037, UNICODE): f"S {tok(1)}"}),
    "alice@example.org/winmail.dat": tnef({**LETTER, (0x0037, UNICODE): f"S {tok(2)}"}),
    "alice@example.org/mac.olm": olm(
        {f"Accounts/ren@example.org/com.microsoft.__Messages/Inbox/message_{n}.xml": outlook_mac(n) for n in (1, 2)}
    ),
    "alice@example.org/graph.json": jsons(graph, wrap="array"),
    "alice@example.org/answer.json": jsons(graph, wrap="value", encoding="utf-16"),
    "alice@example.org/batch.json": json.dumps(
        {"responses": [{"id": "1", "status": 200, "body": {"value": [graph(n)]}} for n in (1, 2, 3)]}
    ).encode(),
    "logs/audit.json": jsons(unified, wrap="printed"),
    "logs/audit-wide.json": jsons(unified, wrap="array", encoding="utf-16"),
    "logs/audit.jsonl": jsons(unified),
    "logs/audit.csv": search_csv("utf-8-sig"),
    "logs/audit-wide.csv": search_csv("utf-16"),
    "logs/mail.log": lined(POSTFIX),
    "logs/mail-wide.log": lined(POSTFIX, encoding="utf-16"),
    "logs/journal.json": jsons(journal),
    "logs/journal.export": "".join(exported(n) for n in (1, 2, 3)).encode(),
    "logs/mainlog": lined("2023-06-12 10:00:0{n} 1b2ADP-0007HH-T{n} <= alice@ex.org H={t}.ex.org [192.0.2.9] P=esmtps S=12"),
    "logs/access.log": lined('203.0.113.{n} - - [01/May/2023:10:02:03 +0900] "GET /owa/?u={t} HTTP/1.1" 200 512 "-" "M/5.0"'),
    "logs/u_ex230501.log": lined(
        "2023-05-01 01:02:0{n} 10.0.0.1 GET /owa/ u={t} 443 - 203.0.113.7 M/5.0 200 0 0",
        f"#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2023-05-01 00:00:00\r\n#Fields: {IIS}\r\n",
        end="\r\n",
    ),
    "logs/u_in230501.log": lined(
        "203.0.113.{n}, CSPA\\{t}, 5/1/2023, 10:02:03, W3SVC1, MX1, 10.0.0.1, 16, 769, 143, 200, 0, GET, /owa/, ae=Item,",
        end="\r\n",
    ),
    "logs/imap.LOG": lined(
        "2023-05-01T01:02:0{n}.456Z,000000000000000B,{n},10.0.0.1:993,203.0.113.7:50002,{t},42,30,45,fetch,1:10 (FLAGS),R=OK,",
        EXCHANGE.format("IMAP4 Protocol Log", IMAP),
        end="\r\n",
    ),
    "logs/events.xml": "\r\n".join(windows_xml(n) for n in (1, 2, 3)).encode(),
    "logs/events-wide.xml": ("<Events>" + "\r\n".join(windows_xml(n) for n in (1, 2, 3)) + "</Events>").encode("utf-16"),
    "logs/events.json": jsons(windows_json),
    "logs/security.evtx": log(
        [(n, event(n, TargetUserName=tok(n))) for n in (1, 2)], [(n, event(n, TargetUserName=tok(n))) for n in (3, 4)]
    ),
}  # fmt: skip
FILES = {name: of_its_own(data, number) for number, (name, data) in enumerate(_FILES.items())}
SHOWN = ("text", "subject", "raw", "internet_message_id")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        path = tmp_path / "evidence" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "evidence"


def wanted(found: dict[str, list[Row]]) -> dict[Wanted, Row]:
    return {
        Wanted(row["evidence_id"], row["locator"], (("id", row["internet_message_id"] or row.get("record_id") or ""),)): row
        for row in [*found["messages"], *found["events"]]
    }


def told(record: Record) -> str:
    return record.text + " ".join(str(value) for value in record.fields.values())


def every_one_is_found(case: Case, found: dict[str, list[Row]]) -> dict[Wanted, Record]:
    places = wanted(found)
    with Opener(case) as opener:
        opened = opener.open(list(places))
    assert set(opened) == set(places)
    for place, record in opened.items():
        row = places[place]
        assert (record.state, record.verified, record.why) == ("found", True, ""), (place, record)
        own = set(TOKEN.findall(" ".join(str(row.get(name) or "") for name in SHOWN)))
        assert own, row
        assert set(TOKEN.findall(told(record))) == own, (place, record)
    assert not list(case.folder.glob(".open-*"))
    return opened


def test_every_record_of_every_reader_is_found_at_its_place_and_no_other(empty_case: Case, folder: Path) -> None:
    found = take_in(empty_case, folder)
    assert not found["skipped"], found["skipped"]
    opened = every_one_is_found(empty_case, found)
    by_path = {row["path"]: row for row in found["evidence"]}
    assert [path for path, row in by_path.items() if not row["records"]] == []
    names = {row["evidence_id"]: row["reader"] for row in by_path.values()}
    items = [place for place in opened if names[place.evidence_id] == "graph_messages"]
    assert sum("/item:" in place.locator for place in items) == 3
    assert {names[place.evidence_id] for place in opened} >= {"eml", "mbox", "evtx", "olm", "tnef", "msg", "syslog"}


def test_lines_and_bytes_are_those_of_the_file(empty_case: Case, folder: Path) -> None:
    found = take_in(empty_case, folder / "logs" / "mail.log")
    data = FILES["logs/mail.log"]
    for place, record in every_one_is_found(empty_case, found).items():
        start, length = (int(number) for number in place.locator.removeprefix("byte:").split("+"))
        assert (record.offset, record.length) == (start, length)
        assert record.bytes_sha256 == hashlib.sha256(data[start : start + length]).hexdigest()
        assert record.line is not None
        assert data.splitlines(keepends=True)[record.line - 1] == data[start : start + length]
    wide = take_in(empty_case, folder / "logs" / "mail-wide.log")
    with Opener(empty_case) as opener:
        lines = {record.line for record in opener.open(list(wanted(wide))).values()}
    assert lines >= {1, 2, 3, None}


def packed(kind: str, folder: Path, target: Path) -> Path:
    if kind == "zip":
        with zipfile.ZipFile(target / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in FILES.items():
                archive.writestr(name, data)
        return target / "all.zip"
    if kind == "tar.gz":
        with tarfile.open(target / "all.tar.gz", "w:gz") as tar:
            tar.add(folder, arcname="all")
        return target / "all.tar.gz"
    if kind == "7z":
        with py7zr.SevenZipFile(target / "all.7z", "w") as seven:
            seven.writeall(folder, "all")
        return target / "all.7z"
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("logs/mail.log.gz", gzip.compress(FILES["logs/mail.log"]))
        archive.writestr("../../logs/mail.log", FILES["logs/mail.log"])
    with zipfile.ZipFile(target / "nested.zip", "w") as archive:
        archive.writestr("a/inner.zip", inner.getvalue())
        archive.writestr("alice@example.org/Inbox.mbox", FILES["alice@example.org/Sent.mbox"])
    return target / "nested.zip"


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "7z", "nested"])
def test_records_inside_archives_are_found(empty_case: Case, folder: Path, tmp_path: Path, kind: str) -> None:
    archive = packed(kind, folder, tmp_path)
    found = take_in(empty_case, archive)
    opened = every_one_is_found(empty_case, found)
    assert {str(record.file).partition("!/")[0] for record in opened.values()} == {str(archive)}
    archive.write_bytes(archive.read_bytes() + b"\0")
    with Opener(empty_case) as opener:
        changed = opener.open(list(opened))
    assert {record.state for record in changed.values()} == {"changed"}
    assert all("was changed" in record.why for record in changed.values())


def test_a_file_that_is_gone_or_changed_is_told_with_the_hash_that_it_had(empty_case: Case, folder: Path) -> None:
    path = folder / "logs" / "audit.jsonl"
    found = take_in(empty_case, path)
    places = list(wanted(found))
    whole = path.read_bytes()
    path.write_bytes(re.sub(rb"tok\d\d2q", b"tok999q", whole))
    with Opener(empty_case) as opener:
        record = opener.open(places)[places[0]]
    assert (record.state, record.verified, record.text) == ("changed", False, "")
    assert places[0].evidence_id in record.why
    assert record.sha256_now == hashlib.sha256(path.read_bytes()).hexdigest()
    assert str(record.sha256_now) in record.why
    with Opener(empty_case, verify=False) as opener:
        record = opener.open(places)[places[1]]
    assert (record.state, record.verified, record.line) == ("found", False, None)
    assert "tok999q" in record.text
    path.write_bytes(whole[:-40])
    with Opener(empty_case, verify=False) as opener:
        opened = opener.open(places)
    assert sorted(record.state for record in opened.values()) == ["found", "found", "missing"]
    path.unlink()
    with Opener(empty_case) as opener:
        record = opener.open(places)[places[0]]
    assert (record.state, record.why) == (
        "gone", f"the file is not there any more; its SHA-256 was {places[0].evidence_id}",
    )  # fmt: skip


def test_evidence_that_moved_is_found_by_the_end_of_its_path(empty_case: Case, folder: Path, tmp_path: Path) -> None:
    found = take_in(empty_case, folder / "logs")
    places = list(wanted(found))
    shutil.move(folder, tmp_path / "archive")
    with Opener(empty_case) as opener:
        assert {record.state for record in opener.open(places).values()} == {"gone"}
    for elsewhere in (tmp_path / "archive", tmp_path / "archive" / "logs"):
        with Opener(empty_case, [elsewhere]) as opener:
            assert {(record.state, record.verified) for record in opener.open(places).values()} == {("found", True)}


def test_a_copy_that_is_still_what_it_was_stands_for_one_that_is_gone(empty_case: Case, folder: Path) -> None:
    twin = folder / "logs" / "twin.log"
    shutil.copyfile(folder / "logs" / "mail.log", twin)
    found = take_in(empty_case, folder / "logs" / "mail.log", twin)
    (folder / "logs" / "mail.log").write_bytes(b"rewritten\n")
    with Opener(empty_case) as opener:
        opened = opener.open(list(wanted(found)))
    assert {(record.state, record.file) for record in opened.values()} == {("found", str(twin))}


def test_a_file_that_the_case_does_not_know_is_no_evidence(empty_case: Case) -> None:
    place = Wanted("0" * 64, "byte:0+5")
    with Opener(empty_case) as opener:
        assert opener.open([place])[place].state == "unknown"


def test_a_record_is_cut_out_of_a_large_file_without_reading_what_is_before_it(
    empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mail.log"
    path.write_bytes(b"".join(POSTFIX.replace("{t}", f"tok{n % 1000:03}q").replace("{n}", str(n)).encode() + b"\n" for n in range(2000)))
    found = take_in(empty_case, path)
    place = list(wanted(found))[-1]
    read: list[int] = []
    real = spots.cut

    def counted(where: Path, span: spots.Span) -> tuple[bytes, str]:
        data, digest = real(where, span)
        read.append(len(data))
        return data, digest

    monkeypatch.setattr("unsealed.read.locate.opener.cut", counted)
    monkeypatch.setattr("unsealed.read.locate.opener.digest_and_lines", None)  # what would read it all
    with Opener(empty_case, verify=False) as opener:
        assert opener.open([place])[place].state == "found"
    assert read == [int(place.locator.partition("+")[2])]


def test_what_a_record_holds_never_steers_the_terminal(empty_case: Case, tmp_path: Path) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(mail(1, "a\x1b[2J\u202ed\x07\x9b31m\n"))
    found = take_in(empty_case, path)
    with Opener(empty_case) as opener:
        (record,) = opener.open(list(wanted(found))).values()
    assert record.shows == ["id"]
    assert "a?[2J?d?" in record.text
    assert all(char in "\n\t" or char.isprintable() for char in record.text)


def test_a_long_record_is_shown_where_it_names_what_was_looked_for() -> None:
    text = "begin " + "x" * 50_000 + " <Wanted@x> " + "y" * 50_000
    shown = spots.shown(text, ["wanted@x"])
    assert len(shown) < 2 * spots.MAX_SHOWN
    assert shown.startswith("begin")
    assert "Wanted@x" in shown
    assert spots.shows(text, (("id", "<wanted@X>"), ("none", "absent"), ("empty", ""))) == ["id"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400), st.sets(st.integers(0, 450), max_size=8))
def test_lines_are_counted_from_the_start_of_the_file(tmp_path_factory: Any, data: bytes, offsets: set[int]) -> None:
    path = tmp_path_factory.getbasetemp() / "lines"
    path.write_bytes(data)
    digest, lines = spots.digest_and_lines(path, offsets)
    assert digest == hashlib.sha256(data).hexdigest()
    assert lines == {at: data[:at].count(b"\n") + 1 for at in offsets if at < len(data)}


def test_the_nth_line_and_the_whole_file_are_places_too(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"one\ntwo\nthree")
    with path.open("rb") as stream:
        assert spots.line_span(stream, "line:2") == (4, 4, None)
        assert spots.line_span(stream, "line:9") is None
    assert spots.span("", 13) == spots.span("path:/x/y", 13) == (0, 13, None)
    assert spots.cut(path, spots.Span(4, 4)) == (b"two\n", hashlib.sha256(b"two\n").hexdigest())
    with pytest.raises(EOFError):
        spots.cut(path, spots.Span(10, 9))


def test_items_of_outlook_mailboxes_are_read_again(empty_case: Case, shared: Path) -> None:
    found = take_in(empty_case, shared / "mail" / "outlook" / "testPST.pst")
    places = wanted(found)
    assert len(places) == 7
    with Opener(empty_case) as opener:
        opened = opener.open([*places, Wanted(next(iter(places)).evidence_id, "item:0xffffff")])
    missing = opened.popitem()[1]
    assert missing.state == "missing"
    for place, record in opened.items():
        assert (record.state, record.verified) == ("found", True)
        assert record.fields["subject"] == places[place]["subject"]
        assert record.fields.get("internet_message_id") == places[place]["internet_message_id"]


def test_readers_of_items_give_nothing_for_a_place_that_is_not_there(tmp_path: Path) -> None:
    from samples import part

    readers = [one for one in plugins.discover("unsealed.read", "READER").values() if isinstance(one, Itemised)]
    assert {one.name for one in readers} == {"pst", "olm"}
    path = tmp_path / "ruin"
    path.write_bytes(b"!BDN\0\0\0\0SM\x17\0" + struct.pack("<Q", 7) * 100)
    assert [one.item(part(path), "item:0x24") for one in readers] == [[], []]
    path.write_bytes(FILES["alice@example.org/mac.olm"])
    assert next(one for one in readers if one.name == "olm").item(part(path), "member:none.xml") == []
