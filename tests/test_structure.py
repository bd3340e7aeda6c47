"""The house keeps its own rules: tests mirror the source, files and functions stay small, nothing prints."""

import ast
from pathlib import Path

import pytest

from unsealed import plugins

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "unsealed"
FILES = sorted(SOURCE.rglob("*.py"))
MADE_BY_TESTS = {
    "access_log",
    "eml",
    "emlx",
    "entra_logs",
    "evtx",
    "exchange_httpproxy",
    "exchange_protocol",
    "exchange_service",
    "exchange_tracking",
    "exim",
    "google_reports",
    "graph_messages",
    "iis_native",
    "iis_w3c",
    "journald",
    "m365_audit_csv",
    "m365_audit_json",
    "mapped",
    "mbox",
    "message_trace",
    "msg",
    "olm",
    "pst",
    "syslog",
    "tnef",
    "windows_json",
    "windows_xml",
}
"""Readers whose samples their tests write themselves."""


def named(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("reader", sorted(plugins.discover("unsealed.read", "READER")))
def test_every_reader_has_a_test_and_a_sample(reader: str) -> None:
    assert (ROOT / "tests" / "read" / f"test_{reader}.py").is_file()
    sample = ROOT / "tests" / "evidence" / reader
    assert reader in MADE_BY_TESTS or any(sample.iterdir())
    assert len((SOURCE / "read" / f"{reader}.py").read_text().splitlines()) < 200


@pytest.mark.parametrize("path", FILES, ids=named)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 500
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{node.name} is too long"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_nothing_prints(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    assert not [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"]


BROAD = {
    "read/m365/csv_columns.py", "read/syslog.py", "read/locate/opener.py", "read/engine.py", "read/exchange/log.py", "read/reader.py",
    "read/attachments/documents.py", "identify/scan.py", "identify/worker.py", "identify/names/find.py", "report/doctor.py",
}  # fmt: skip
"""Where whatever a record does to its reader becomes a row that says so, or a second, careful reading; where the words of an
error may hold the value that it is about; and where the doctor tells what is broken."""


def test_nothing_is_caught_broadly_but_where_it_is_told() -> None:
    found = {path for path in FILES if "noqa: BLE001" in path.read_text(encoding="utf-8")}
    assert {path.relative_to(SOURCE).as_posix() for path in found} == BROAD
