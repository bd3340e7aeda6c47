# ruff: noqa: E501, ISC004 - lines of logs, as they are
"""Mail server logs through syslog: whose program, what it says, and when it was where the year is left out."""

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import spot

from unsealed import schema
from unsealed.read import reader
from unsealed.read.maillog import dovecot, exim, others, postfix, records, sendmail
from unsealed.read.syslog import READER

HEAD = "Mar  1 06:25:41 mx1 "
EVENTS = tuple(schema.TABLES["events"].schema.names)


def first(value: Any) -> Any:
    """Give the value of a batch's only row."""
    return value.to_pylist()[0] if isinstance(value, pa.Array) else value[0] if isinstance(value, list) else value


def read(
    path: Path, cuts: tuple[int, ...] = (), incident: str | None = "2023-06-15", zone: str = "UTC"
) -> dict[str, list[Any]]:
    size = path.stat().st_size
    found: dict[str, list[Any]] = {"events": [], "accesses": [], "skipped": []}
    edges = [0, *cuts, size]
    for start, end in pairwise(edges):
        part = reader.Part(
            str(path), path.name, "e", size, start, end, reader.Place(), zone, reader.Settings(incident=incident)
        )
        for made in READER.read(part):
            if isinstance(made, reader.Batch):
                for number in range(made.length):
                    row = {name: first(value) for name, value in made.take([number]).columns.items()}
                    found["events"].append({name: row.get(name) for name in EVENTS})
            else:
                names = schema.TABLES[made[0]].schema.names
                found[made[0]].append(dict(zip(names, made[1], strict=True)))
    return found


def one(tmp_path: Path, line: str) -> dict[str, Any]:
    path = tmp_path / "mail.log"
    path.write_text(line + "\n", encoding="utf-8")
    (row,) = read(path)["events"]
    assert spot(path, row["locator"]).decode().rstrip("\n") == line
    assert json.loads(row["raw"])["message"] == line
    return dict(row)


POSTFIX = [
    (
        "smtpd[1]: connect from a.example[192.0.2.9]",
        {"operation": "connect", "client_ip": "192.0.2.9", "client": "a.example"},
    ),
    ("smtpd[1]: connect from unknown[2001:db8::1]", {"client_ip": "2001:db8::1"}),
    (
        "submission/smtpd[1]: 4TwNdH5zwCz7fxV: client=a.example[192.0.2.9], sasl_method=PLAIN, sasl_username=Bob@Example.org",
        {"operation": "sasl_login", "user": "bob@example.org", "queue_id": "4TwNdH5zwCz7fxV", "outcome": "success"},
    ),
    (
        "smtpd[1]: warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=bob",
        {"operation": "sasl_failed", "client_ip": "192.0.2.9", "outcome": "failure", "user": "bob"},
    ),
    ("cleanup[1]: 9BECF3F19D: message-id=<X@y>", {"operation": "message_id", "internet_message_id": "<X@y>"}),
    (
        "qmgr[1]: 9BECF3F19D: from=<A@b.example>, size=5, nrcpt=1 (queue active)",
        {"operation": "queued", "sender": "a@b.example"},
    ),
    ("qmgr[1]: 9BECF3F19D: from=<>, size=5, nrcpt=1 (queue active)", {"sender": ""}),
    (
        "qmgr[1]: 9BECF3F19D: from=<a@b>, status=expired, returned to sender",
        {"operation": "expired", "outcome": "failure"},
    ),
    ("qmgr[1]: 9BECF3F19D: removed", {"operation": "removed", "queue_id": "9BECF3F19D"}),
    (
        "smtp[1]: 9BECF3F19D: to=<Bob@x.example>, orig_to=<all@x.example>, relay=mx.x.example[192.0.2.7]:25, delay=1, "
        "delays=1/0/0/0, dsn=4.3.1, status=deferred (host mx said: 452, status=no (x))",
        {
            "operation": "deferred",
            "outcome": "partial",
            "recipients": ["bob@x.example", "all@x.example"],
            "target": "mx.x.example[192.0.2.7]:25",
        },
    ),
    (
        "smtpd[1]: NOQUEUE: reject: RCPT from u[192.0.2.9]: 554 5.7.1 <c@d>: Relay access denied; from=<a@b> to=<c@d> proto=ESMTP helo=<h.example>",
        {
            "operation": "reject",
            "client_ip": "192.0.2.9",
            "client": "h.example",
            "sender": "a@b",
            "recipients": ["c@d"],
            "queue_id": None,
        },
    ),
    (
        "postscreen[1]: PREGREET 14 after 0.08 from [192.0.2.2]:59415: EHLO x",
        {"operation": "pregreet", "client_ip": "192.0.2.2"},
    ),
    (
        "smtp[1]: connect to mx.example[192.0.2.3]:25: Connection timed out",
        {"operation": "connect_to", "client_ip": None},
    ),
    ("anvil[1]: statistics: max cache size 1 at Oct 26 18:13:50", {"operation": "statistics"}),
    ("smtpd[1]: something never seen before", {"operation": "other"}),
]


@pytest.mark.parametrize(("line", "wanted"), POSTFIX)
def test_postfix(tmp_path: Path, line: str, wanted: dict[str, Any]) -> None:
    row = one(tmp_path, f"{HEAD}postfix/{line}")
    assert row["source"] == "postfix"
    assert {name: row[name] for name in wanted} == wanted


OTHERS = [
    (
        "dovecot: imap-login: Login: user=<Bob>, method=PLAIN, rip=::ffff:192.0.2.9, lip=1.1.1.1, mpid=7, TLS, session=<abc>",
        {"source": "dovecot", "operation": "login", "user": "bob", "client_ip": "192.0.2.9", "session_id": "abc", "outcome": "success"},
    ),
    (
        "dovecot: pop3-login: Disconnected (auth failed, 2 attempts in 9 secs): user=<bob>, method=PLAIN, rip=192.0.2.9, lip=1.1.1.1",
        {"operation": "login_failed", "outcome": "failure", "user": "bob"},
    ),
    (
        "dovecot: imap-login: Disconnected: x: user=<eve>, rip=9.9.9.9 (auth failed, 1 attempts): user=<bob>, method=PLAIN, rip=192.0.2.9",
        {"client_ip": "192.0.2.9", "user": "bob"},
    ),
    ("dovecot: imap(bob)<1><s>: Logged out in=12 out=345", {"operation": "logout", "bytes_out": 345, "session_id": "s", "mailbox": "bob"}),
    ("dovecot: pop3(bob): Disconnected: Logged out top=0/0, retr=1/1234, del=0/3, size=56", {"bytes_out": 1234}),
    (
        "dovecot: lmtp(bob@x)<1><s>: sieve: msgid=<a: discarded: b@c>: forwarded to <eve@evil.example>",
        {"operation": "forwarded", "target": "eve@evil.example", "internet_message_id": "<a: discarded: b@c>", "user": None},
    ),
    ("dovecot: auth: sql(bob,192.0.2.9,<s>): Password mismatch", {"operation": "auth_failed", "user": "bob", "client_ip": "192.0.2.9"}),
    ("exim[9]: 1b2ADP-0007HH-TD <= a@b H=h (helo) [192.0.2.9]:5 P=esmtpsa A=login:bob S=1 id=x@y", {"source": "exim", "user": "bob", "internet_message_id": "<x@y>"}),
    ("sm-mta[9]: 55HIbcGI002794: from=<a@b>, size=1, msgid=<x@y>, relay=h [192.0.2.9]", {"source": "sendmail", "operation": "queued", "client_ip": "192.0.2.9"}),
    ("sm-mta[9]: 55HIbcGI002794: to=<a@b>,<c@d>, mailer=esmtp, relay=h. [192.0.2.7], dsn=2.0.0, stat=Sent (ok)", {"operation": "sent", "recipients": ["a@b", "c@d"]}),
    ("postgrey[9]: action=greylist, reason=new, client_name=h, client_address=192.0.2.9/32, sender=a@b, recipient=c@d", {"operation": "greylist", "client_ip": "192.0.2.9"}),
    ("sshd[9]: Accepted publickey for root from 192.0.2.9 port 5 ssh2", {"source": "syslog", "operation": "sshd", "user": "root", "outcome": "success"}),
    ("CRON[9]: (root) CMD (true)", {"source": "syslog", "operation": "cron"}),
    ("last message repeated 3 times", {"source": "syslog", "operation": "repeated"}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "wanted"), OTHERS)
def test_other_programs(tmp_path: Path, line: str, wanted: dict[str, Any]) -> None:
    row = one(tmp_path, HEAD + line)
    assert {name: row[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("line", "access", "folder", "destination"),
    [
        ("imap(bob)<1><s>: delete: box=INBOX, uid=1, msgid=<x@y>, size=9", "delete", "INBOX", None),
        ("imap(bob)<1><s>: copy from INBOX: box=Trash, uid=1, msgid=<x@y>, size=9", "move", "INBOX", "Trash"),
        ("imap(bob): copy -> Trash: uid=1, msgid=<x@y>", "move", None, "Trash"),
        ("imap(bob): copy -> Trash: box=INBOX, uid=1, msgid=<x@y>", "move", "INBOX", "Trash"),
        (
            "imap(bob): flag_change: box=INBOX, uid=1, msgid=<x@y>, size=9, subject=a, b, flags=(\\Seen)",
            "update",
            "INBOX",
            None,
        ),
    ],
)
def test_letters_that_were_touched_are_told(
    tmp_path: Path, line: str, access: str, folder: str | None, destination: str | None
) -> None:
    path = tmp_path / "mail.log"
    path.write_text(f"{HEAD}dovecot: {line}\n", encoding="utf-8")
    found = read(path)
    (row,) = found["accesses"]
    assert (row["mailbox"], row["internet_message_id"]) == ("bob", "<x@y>")
    assert (row["access"], row["folder"], row["destination"]) == (access, folder, destination)
    assert row["event_id"] == found["events"][0]["event_id"]


@pytest.mark.parametrize(
    ("stamp", "time", "basis"),
    [
        ("Mar  1 06:25:41", 1677651941_000000, "year zone"),
        ("<22>Mar  1 06:25:41", 1677651941_000000, "year zone"),
        ("Mar 01 2019 06:25:41", 1551421541_000000, "zone"),
        ("2019-03-01 06:25:41", 1551421541_000000, "zone"),
        ("2019-03-01T06:25:41.5+09:00", 1551389141_500000, None),
        ("Fri 2019-03-01 06:25:41 UTC", 1551421541_000000, None),
        ("1551421541.25", 1551421541_250000, None),
    ],
)
def test_times(tmp_path: Path, stamp: str, time: int, basis: str | None) -> None:
    row = one(tmp_path, f"{stamp} mx1 postfix/qmgr[1]: 9BECF3F19D: removed")
    assert (row["time"], row["time_basis"], row["operation"]) == (time, basis, "removed")


def test_rfc_5424_and_containers(tmp_path: Path) -> None:
    row = one(tmp_path, '<22>1 2019-03-01T06:25:41Z mx1 postfix/qmgr 12 - [a b="c]"] 9BECF3F19D: removed')
    assert (row["time"], row["operation"]) == (1551421541_000000, "removed")
    row = one(tmp_path, "mailserver  | Mar  1 06:25:41 mx1 postfix/qmgr[1]: 9BECF3F19D: removed")
    assert row["operation"] == "removed"


def test_dovecots_own_file_has_no_host(tmp_path: Path) -> None:
    row = one(tmp_path, "Aug 30 00:10:57 auth(info@x,192.0.2.9,sasl:login)<CvN>: Info: sql: Password mismatch")
    assert (row["source"], row["operation"], row["client_ip"]) == ("dovecot", "auth_failed", "192.0.2.9")


def year_of(row: dict[str, Any]) -> int:
    return 1970 + row["time"] // (365_2425 * 86400 * 100)


def test_the_year_turns_within_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    lines = [f"{month} {day:2d} 06:25:41 mx1 postfix/qmgr[{number}]: 9BECF3F19D: removed" for number in range(40) for month, day in
             [("Nov", 3), ("Nov", 20), ("Dec", 31)][:1] if number < 20]  # fmt: skip
    lines += [f"Dec 31 06:25:{n:02d} mx1 postfix/qmgr[1]: A: x" for n in range(60)]
    lines += [f"Jan  1 06:25:{n:02d} mx1 postfix/qmgr[1]: A: x" for n in range(60)]
    lines += ["Jun 12 06:25:41 mx1 postfix/cleanup[1]: 9BECF3F19D: message-id=<20230612062541.1@x>"]
    path.write_text("\n".join(lines) + "\n")
    years = {json.loads(row["raw"])["message"][:3]: year_of(row) for row in read(path, incident="2011-01-01")["events"]}
    assert years == {"Nov": 2022, "Dec": 2022, "Jan": 2023, "Jun": 2023}


@pytest.mark.parametrize(
    ("name", "incident", "year"),
    [
        ("mail.log-20210401", "2023-06-15", 2021),
        ("mail.log", "2023-06-15", 2023),
        ("mail.log", "2023-01-15", 2023),
        ("mail.log", "2023-12-15", 2024),
    ],
)
def test_the_year_by_name_or_incident(tmp_path: Path, name: str, incident: str, year: int) -> None:
    path = tmp_path / name
    path.write_text(f"{HEAD}postfix/qmgr[1]: 9BECF3F19D: removed\n")
    (row,) = read(path, incident=incident)["events"]
    assert (year_of(row), row["time_basis"]) == (year, "year zone")


def test_ranges_do_not_matter(tmp_path: Path) -> None:
    path, chance = tmp_path / "mail.log", random.Random(1)
    rows = [f"Dec 31 23:59:{n // 9:02d} mx1 {text}" for n in range(500) for text in (OTHERS[n % len(OTHERS)][0],)]
    rows += [f"Jan  1 00:00:{n // 9 % 60:02d} mx1 postfix/{POSTFIX[n % 3][0]}" for n in range(500)] + [
        "no time here",
        "Ωμέγα",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    whole = read(path)
    assert len(whole["events"]) == len({row["event_id"] for row in whole["events"]}) == 1000
    size = path.stat().st_size
    for count in (1, 7, 60):
        cut = read(path, tuple(sorted(chance.sample(range(1, size), count))))
        assert {name: sorted(map(repr, found)) for name, found in cut.items()} == {
            name: sorted(map(repr, found)) for name, found in whole.items()
        }


def test_a_line_without_time_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text("rubbish\n")
    assert [row["reason"] for row in read(path)["skipped"]] == ["no_timestamp"]


def test_what_is_taken_for_syslog() -> None:
    lines = [f"{HEAD}postfix/{line}" for line, _ in POSTFIX]
    assert READER.detect("\n".join(lines).encode(), "x") >= 70
    assert 20 <= READER.detect(f"{HEAD}sshd[1]: x\n".encode(), "x") < 70
    for other in (
        "From a@b Mon Mar  1 06:25:41 2021\nFrom: x\n",
        "From: a@b\nDate: Mon, 01 Mar 2021 10:00:00 +0000\n\nx",
        '{"a": 1}',
        "a,b,c\n1,2,3",
        "#Software: Microsoft IIS\n#Fields: date time\n2021-03-01 06:25:41 ::1 GET / - 80",
        "2021-03-01 06:25:41 1b2ADP-0007HH-TD <= a@b H=h [1.2.3.4] P=smtp S=1",
    ):
        assert READER.detect(other.encode(), "x") < 20


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_line_makes_a_program_raise(text: str) -> None:
    for begin in (
        "",
        "9BECF3F19D: ",
        "9BECF3F19D: to=<",
        "9BECF3F19D: reject: RCPT from ",
        "warning: x[1.2.3.4]: SASL ",
    ):
        assert postfix.parse("smtpd", begin + text)[0]["operation"]
    for begin in ("", "imap-login: ", "imap(a)<1>: ", "imap(a): delete: uid=1", "lmtp(a): msgid=", "auth: sql("):
        assert dovecot.parse(begin + text)[0]["operation"]
    for begin in ("", "1b2ADP-0007HH-TD <= ", "1b2ADP-0007HH-TD => ", "H="):
        assert exim.parse(begin + text)[0]["operation"]
    for begin in ("", "55HIbcGI002794: from=", "55HIbcGI002794: to="):
        assert sendmail.parse(begin + text)[0]["operation"]
    for source in ("amavis", "rspamd", "cyrus", "courier", "saslauthd", "spamd", "policyd", "x"):
        assert others.parse(source, text)[0]["operation"]
    assert "operation" in records.found("syslog", "-", text)[0]


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_nothing_is_lost(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mail.log"
        path.write_bytes(HEAD.encode() + data + b"\n")
        kept = [line for line in path.read_bytes().split(b"\n") if line.rstrip(b"\r\x00")]
        found = read(path)
        assert len(found["events"]) + len(found["skipped"]) == len(kept)
