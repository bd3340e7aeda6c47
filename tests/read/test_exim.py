# ruff: noqa: ISC004 - lines of logs, as they are
"""Exim's own log files."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import spot
from test_syslog import EVENTS, first

from unsealed import schema
from unsealed.read import reader
from unsealed.read.exim import READER

LINES = (
    '2023-06-12 10:00:00 1b2ADP-0007HH-TD <= Alice@ex.org H=mail.ex.org (helo.ex) [192.0.2.9]:5000 I=[198.51.100.1]:587 P=esmtpsa '
    'A=login:Alice@ex.org S=1234 id=abc@ex.org T="H=(x) [203.0.113.1]" from <alice@ex.org> for bob@ex.net carol@ex.net',
    '2023-06-12 10:00:01 1b2ADP-0007HH-TD => bob <Bob@ex.net> R=dnslookup T=remote_smtp H=mx.ex.net [198.51.100.7] C="250 OK"',
    "2023-06-12 10:00:01 1b2ADP-0007HH-TD == c@ex.net R=dnslookup T=remote_smtp defer (-53): retry time not reached",
    "2023-06-12 10:00:01 1b2ADP-0007HH-TD ** d@ex.net: Unrouteable address",
    "2023-06-12 10:00:02 1b2ADP-0007HH-TD Completed",
    "2023-06-12 10:00:03 login authenticator failed for (ylmf-pc) [192.0.2.8]: 535 Incorrect authentication data (set_id=bob)",
    "2023-06-12 10:00:04 +0900 [77] H=(x) [192.0.2.7]:5 I=[198.51.100.1]:25 F=<e@x.org> rejected RCPT <f@ex.net>: relay not permitted\n"
    "Envelope-from: <e@x.org>\nP Received: from x",
)  # fmt: skip


def read(path: Path, *cuts: int) -> list[dict[str, Any]]:
    size, found = path.stat().st_size, []
    edges = [0, *cuts, size]
    for start, end in pairwise(edges):
        part = reader.Part(str(path), path.name, "e", size, start, end, reader.Place())
        for made in READER.read(part):
            if isinstance(made, reader.Batch):
                for number in range(made.length):
                    row = {name: first(value) for name, value in made.take([number]).columns.items()}
                    found.append({name: row.get(name) for name in EVENTS})
            else:
                found.append(dict(zip(schema.TABLES[made[0]].schema.names, made[1], strict=True)))
    return found


def test_a_mainlog(tmp_path: Path) -> None:
    path = tmp_path / "mainlog"
    path.write_text("\n".join(LINES) + "\n")
    assert READER.detect(path.read_bytes(), "x") >= 80
    rows = read(path)
    assert [row["operation"] for row in rows] == [
        "arrival",
        "delivery",
        "deferral",
        "failure",
        "completed",
        "auth_failed",
        "reject",
    ]
    first = rows[0]
    assert (first["client_ip"], first["client"], first["user"]) == ("192.0.2.9", "helo.ex", "alice@ex.org")
    assert (first["internet_message_id"], first["recipients"]) == ("<abc@ex.org>", ["bob@ex.net", "carol@ex.net"])
    assert (first["time"], first["time_basis"]) == (1686564000_000000, "zone")
    assert rows[1]["recipients"] == ["bob@ex.net"]
    assert (rows[5]["user"], rows[5]["client_ip"], rows[5]["outcome"]) == ("bob", "192.0.2.8", "failure")
    assert (rows[6]["time"], rows[6]["time_basis"], rows[6]["sender"]) == (1686531604_000000, None, "e@x.org")
    assert [spot(path, row["locator"]).decode().rstrip("\n") for row in rows] == list(LINES)
    assert [json.loads(row["raw"])["message"] for row in rows] == list(LINES)


@pytest.mark.parametrize("step", [1, 37, 300])
def test_ranges_do_not_matter(tmp_path: Path, step: int) -> None:
    path = tmp_path / "mainlog"
    path.write_text("\n".join(LINES) + "\n")
    assert read(path, *range(step, path.stat().st_size, step)) == read(path)


def test_what_is_no_exim_log() -> None:
    for other in (
        b"2023-06-12 10:00:00 GET / 200\n",
        b"Mar  1 06:25:41 mx exim[1]: x\n",
        b"From a@b Mon\n",
        b'{"a": 1}',
        b"",
    ):
        assert READER.detect(other, "mainlog") < 20


@given(st.binary(max_size=300))
def test_detection_never_raises(data: bytes) -> None:
    READER.detect(data, "x")
