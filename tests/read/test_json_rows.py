"""Records of JSON logs: whatever they are wrapped in, none lost, none made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import part, spot

from unsealed.read import json_rows
from unsealed.read.json_stream import Broken

ONE, TWO = {"ts": 1, "who": "a"}, {"ts": 2, "who": "b", "more": {"items": []}}


def known(value: dict[str, Any]) -> bool:
    return "ts" in value


def read(path: Path, data: bytes | str) -> tuple[list[Any], list[str]]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = [
        one
        for start, end in json_rows.ranges(str(path), path.stat().st_size)
        for one in json_rows.records(part(path, start, end), known)
    ]
    for one in found:
        assert spot(path, one.locator)
    return [one.value for one in found if not isinstance(one, Broken)], [
        one.reason for one in found if isinstance(one, Broken)
    ]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "wrapped",
    [
        [ONE, TWO],
        {"value": [ONE, TWO]},
        {"@odata.context": "https://x", "value": [ONE, TWO], "@odata.nextLink": "https://y"},
        {"kind": "k", "etag": '"x"', "items": [ONE, TWO], "nextPageToken": "t"},
        {"records": [ONE, TWO]},
        {"d": {"results": [ONE, TWO], "__next": "u"}},
        [{"value": [ONE]}, {"value": [TWO]}],
        [{"_raw": json.dumps(ONE)}, {"message": json.dumps(TWO)}],
        {"result": ONE, "next": 1, "results": [ONE, TWO]},
    ],
)
def test_envelopes(tmp_path: Path, wrapped: Any, indent: int | None) -> None:
    assert read(tmp_path / "a.json", json.dumps(wrapped, indent=indent)) == ([ONE, TWO], [])
    assert json_rows.recognised(json.dumps(wrapped, indent=indent).encode(), known)


def test_pages_one_after_the_other_and_utf_16(tmp_path: Path) -> None:
    page = json.dumps({"value": [ONE, TWO], "@odata.nextLink": "u"}, indent=1)
    assert read(tmp_path / "a.json", page + "\n" + page) == ([ONE, TWO, ONE, TWO], [])
    assert read(tmp_path / "b.json", page.encode("utf-16")) == ([ONE, TWO], [])


def test_lines_with_one_broken_and_one_foreign(tmp_path: Path) -> None:
    text = "\n".join([json.dumps(ONE), '{"ts": 3, "wh', json.dumps({"other": 1}), json.dumps([TWO])]) + "\n"
    values, reasons = read(tmp_path / "a.jsonl", text)
    assert values == [ONE, {"other": 1}, TWO]
    assert reasons == ["invalid_json"]


def test_a_cut_off_record_is_told(tmp_path: Path) -> None:
    values, reasons = read(tmp_path / "a.json", json.dumps({"value": [ONE, TWO]})[:-12])
    assert (values, reasons) == ([ONE], ["truncated"])


def test_an_empty_page_is_no_loss(tmp_path: Path) -> None:
    assert read(tmp_path / "a.json", '{"value": []}') == ([], [])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=200), depth=st.integers(0, 60))
def test_it_never_raises(tmp_path: Path, data: bytes, depth: int) -> None:
    read(tmp_path / "a.json", b'{"value":[' * depth + b'{"ts": 1},' + data)
    json_rows.recognised(data, known)
