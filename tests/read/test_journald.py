"""The systemd journal, exported."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from samples import part, rows, spot

from unsealed.read.journald import READER

RECORD = {
    "__CURSOR": "s=1;i=2",
    "__REALTIME_TIMESTAMP": "1686564000123456",
    "SYSLOG_IDENTIFIER": "postfix/smtpd",
    "_PID": "7",
    "MESSAGE": "connect from h[192.0.2.9]",
}


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "journal.json"
    second = {
        **RECORD,
        "__CURSOR": "3",
        "SYSLOG_IDENTIFIER": "dovecot",
        "MESSAGE": list(b"imap(bob): delete: box=A, uid=1, msgid=<x@y>"),
    }
    path.write_text("\n".join(json.dumps(one) for one in (RECORD, second)) + '\n{"broken\n{"a": 1}\n')
    assert READER.detect(path.read_bytes(), "x") >= 90
    found = rows(READER, path)
    first, deleted = found["events"]
    assert (first["time"], first["source"], first["operation"], first["client_ip"]) == (
        1686564000123456, "postfix", "connect", "192.0.2.9",
    )  # fmt: skip
    assert json.loads(first["raw"]) == RECORD
    assert json.loads(spot(path, first["locator"])) == RECORD
    assert deleted["operation"] == "delete"
    assert [(row["mailbox"], row["access"]) for row in found["accesses"]] == [("bob", "delete")]
    assert [row["reason"] for row in found["skipped"]] == ["invalid_json", "not_a_record"]
    cut = [row for at in range(0, path.stat().st_size, 50) for row in READER.read(part(path, at, at + 50))]
    assert len(cut) == len(list(READER.read(part(path))))


def test_export(tmp_path: Path) -> None:
    path = tmp_path / "journal.export"
    text = "connect from h[192.0.2.9]\nsecond line"
    first = "".join(f"{key}={value}\n" for key, value in RECORD.items()).encode()
    second = first.split(b"MESSAGE")[0] + b"MESSAGE\n" + len(text).to_bytes(8, "little") + text.encode() + b"\n"
    path.write_bytes(first + b"\n" + second.replace(b"i=2", b"i=3") + b"\n")
    assert READER.detect(path.read_bytes(), "x") >= 90
    found = rows(READER, path)["events"]
    assert [row["client_ip"] for row in found] == ["192.0.2.9", "192.0.2.9"]
    assert spot(path, found[0]["locator"]) == first
    path.write_bytes(second[:-20])
    assert [row["reason"] for row in rows(READER, path)["skipped"]] == ["truncated"]


def test_docker(tmp_path: Path) -> None:
    path = tmp_path / "x-json.log"
    line = {
        "log": "Mar  1 06:25:41 mx postfix/qmgr[1]: 9BECF3F19D: removed\n",
        "stream": "stdout",
        "time": "2023-03-01T06:25:41.5Z",
    }
    path.write_text(json.dumps(line, separators=(",", ":")) + "\n")
    assert READER.detect(path.read_bytes(), "x") >= 60
    (row,) = rows(READER, path)["events"]
    assert (row["source"], row["operation"], row["time"]) == ("postfix", "removed", 1677651941_500000)


@given(st.binary(max_size=300))
def test_detection_never_raises(data: bytes) -> None:
    READER.detect(data, "x")
    assert READER.detect(b'{"a": 1}', "x") == READER.detect(b"From a@b", "x") == 0
