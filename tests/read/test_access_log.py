"""Access logs of Apache and nginx before a webmail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from logs import checked, taken_by

from unsealed.read.access_log import READER

if TYPE_CHECKING:
    from pathlib import Path

TIME = "[01/May/2023:10:02:03 +0900]"


def read(tmp_path: Path, *lines: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    path = tmp_path / "access.log"
    path.write_text("".join(f"{line}\n" for line in lines))
    return checked(READER, path, 50, 333)


def test_a_request_in_the_combined_format(tmp_path: Path) -> None:
    line = f'203.0.113.7 - Ren@cspa.go.jp.example {TIME} "POST /roundcube/?_task=mail&_uid=7 HTTP/1.1" 200 512 "https://mail/" "Mozilla/5.0 \\"x\\""'  # noqa: E501
    (event,), skipped = read(tmp_path, line)
    assert not skipped
    assert (event["time"], event.get("time_basis")) == (1682902923000000, None)
    assert (event["operation"], event["user"], event["client_ip"]) == ("POST", "ren@cspa.go.jp.example", "203.0.113.7")
    assert (event["workload"], event["outcome"], event["bytes_out"]) == ("webmail", "success", 512)
    assert event["target"] == "/roundcube/?_task=mail&_uid=7"
    assert event["client"] == 'Mozilla/5.0 \\"x\\"'
    assert json.loads(event["raw"])["message"] == line


@pytest.mark.parametrize(
    "line",
    [
        f'203.0.113.7 - - {TIME} "GET /owa/ HTTP/1.0" 401 3401',
        f'mail.cspa.go.jp.example:443 203.0.113.7 - - {TIME} "GET /owa/ HTTP/1.0" 401 - "-" "-"',
        f'203.0.113.7 - Hoshino Ren {TIME} "GET /owa/ HTTP/1.0" 401 3401 "-" "x"',
        f'203.0.113.7 CSPA\\ren - {TIME} "GET /owa/ HTTP/1.0" 401 3401 "-" "x" 0.003 "more"',
    ],
)
def test_forms_of_a_line(tmp_path: Path, line: str) -> None:
    (event,), _ = read(tmp_path, line)
    assert (event["client_ip"], event["workload"], event["outcome"]) == ("203.0.113.7", "owa", "failure")


def test_no_request_at_all_and_lines_that_are_none(tmp_path: Path) -> None:
    line = f'203.0.113.7 - - {TIME} "-" 408 - "-" "-"'
    events, skipped = read(tmp_path, line, line, "[error] x", f'203.0.113.7 - - {TIME} "\\x16\\x03" 400 1 "-" "-"')
    assert [event["operation"] for event in events] == [None, None, None]
    assert [row["reason"] for row in skipped] == ["not_a_record"]


def test_other_logs_are_left_to_others(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("May  1 01:02:03 mx1 dovecot: imap-login: Login: user=<ren>, rip=203.0.113.7\n" * 3)
    assert taken_by(path) != READER.name
