"""Prove that a built case is sound, with the standard library alone and without the product."""

from __future__ import annotations

import csv
import gzip
import io
import ipaddress
import json
import lzma
import mailbox
import re
import tarfile
import tempfile
import tomllib
import zipfile
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truth import Case

Record = dict[str, Any]
WITHIN = timedelta(hours=2)
GUIDS = {"session_id", "app_id"}


def _unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    """Give the files within a file, by name."""
    raw = path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            yield from ((f"{path}/{name}", archive.read(name)) for name in archive.namelist())
    elif path.name.endswith(".tar.gz"):
        with tarfile.open(path) as tar:
            for member in tar.getmembers():
                content = tar.extractfile(member)
                yield f"{path}/{member.name}", content.read() if content else b""
    elif path.suffix == ".gz":
        yield str(path.with_suffix("")), gzip.decompress(raw)
    elif path.suffix == ".xz":
        yield str(path.with_suffix("")), lzma.decompress(raw)
    else:
        yield str(path), raw


def _letters(name: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
    if not raw.startswith(b"From "):
        yield name, raw
        return
    with tempfile.NamedTemporaryFile() as scratch:
        scratch.write(raw)
        scratch.flush()
        box = mailbox.mbox(scratch.name)
        yield from [(name, box.get_bytes(key)) for key in box.keys()]  # noqa: SIM118
        box.close()


def letters(case: Case) -> set[tuple[str, str, str]]:
    """Read every letter back: its mailbox, its folder, its id."""
    found: set[tuple[str, str, str]] = set()
    for path in sorted(case.evidence.rglob("*")):
        if not path.is_file() or "logs" in path.parts:
            continue
        for inner, raw in _unpacked(path):
            for name, letter in _letters(inner, raw):
                parts = [p for p in Path(name).parts if p not in ("cur", "new")]
                address = next(p for p in parts if p.endswith("@" + case.domain) or p.split("@")[-1] == case.domain)
                folder = parts[-2] if re.match(r"\d{4,}\.", parts[-1]) else parts[-1].removesuffix(".mbox")
                mids = message_from_bytes(letter).get_all("message-id") or []
                found |= {(address, folder, str(mid)) for mid in mids}
    return found


def _rows(raw: bytes, name: str) -> list[Record]:
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    if name.endswith(".csv"):
        csv.field_size_limit(1 << 30)
        text = re.sub(r"\A#TYPE.*\r\n", "", text)
        sheet = csv.DictReader(io.StringIO(text, newline=""))
        return [json.loads(row["AuditData"]) if "AuditData" in row else _plain(row) for row in sheet]
    values: list[Any] = []
    at = 0
    while at < len(text):
        value, at = json.JSONDecoder().raw_decode(text, at)
        values += value if isinstance(value, list) else [value]
        at += len(text[at:]) - len(text[at:].lstrip())
    if "value" in values[0]:
        values = [row["auditData"] for row in values[0]["value"]]
    return [_plain(row) if "OfficeId" in row else row for row in values]


def _plain(row: Record) -> Record:
    """Give a Sentinel row its usual names."""
    names = {"OfficeId": "Id", "TimeGenerated": "CreationTime", "Client_IPAddress": "ClientIPAddress"}
    return {names.get(key, key): value for key, value in row.items() if value != ""}


def records(case: Case) -> dict[str, Record]:
    """Read every record of the log back, by id."""
    found: dict[str, Record] = {}
    for path in sorted((case.evidence / "logs").iterdir()):
        for name, raw in _unpacked(path):
            found |= {row["Id"]: row for row in _rows(raw, name)}
    return found


def _address(row: Record) -> str:
    raw = str(row.get("ClientIPAddress") or row.get("ClientIP") or "")
    bare = re.sub(r"^\[(.*)\]:\d+$|^(\d+\.\d+\.\d+\.\d+):\d+$", lambda m: m[1] or m[2], raw)
    return str(ipaddress.ip_address(bare)) if bare else ""


def _time(row: Record) -> datetime:
    return datetime.fromisoformat(str(row["CreationTime"]).removesuffix("Z") + "+00:00")


def _known(case: Case) -> tuple[set[str], list[Record]]:
    """Read the leads back: plain values, and lines all of which must match."""
    lines = tomllib.loads(case.snippet).get("intruder", [])
    values: set[str] = set()
    text = case.indicators.read_text("utf-8") if case.indicators else ""
    for line in text.splitlines():
        bare = json.loads(line)["value"] if line.startswith("{") else re.split(r"  #|,", line)[0]
        values.add(bare.replace("[.]", ".").replace("(.)", ".").strip())
    return values - {""}, lines


def _in(address: str, network: str) -> bool:
    return bool(address) and ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)


def _matches(row: Record, values: set[str], networks: list[str], lines: list[Record]) -> bool:
    address = _address(row)
    apps = {row.get("AppId"), row.get("ClientAppId")}
    if address in values or row.get("SessionId") in values or apps & values or any(_in(address, n) for n in networks):
        return True
    return any(
        ("client_ip" not in line or _in(address, line["client_ip"]))
        and ("user" not in line or line["user"].lower() == str(row["UserId"]).lower())
        and ("session_id" not in line or line["session_id"] == row.get("SessionId"))
        and ("app_id" not in line or line["app_id"] in apps)
        and ("from" not in line or line["from"] <= _time(row) <= line["to"])
        for line in lines
    )


def derive(case: Case, log: dict[str, Record]) -> set[str]:
    """Find the intruder's records from the leads alone, by the contract's rule."""
    values, lines = _known(case)
    networks = [value for value in values if re.fullmatch(r"[\da-fA-F.:]+/\d+", value)]
    rows = {guid: row for guid, row in log.items() if not str(row["UserId"]).startswith("NT AUTHORITY")}
    found = {guid for guid, row in rows.items() if _matches(row, values, networks, lines)}
    while True:
        sessions = {rows[guid].get("SessionId") for guid in found} - {None}
        hands: dict[tuple[Any, ...], list[datetime]] = {}
        for guid in found:
            hands.setdefault(_hand(rows[guid]), []).append(_time(rows[guid]))
        more = {
            guid
            for guid, row in rows.items()
            if row.get("SessionId") in sessions
            or (row.get("ClientInfoString") and any(abs(_time(row) - t) <= WITHIN for t in hands.get(_hand(row), [])))
        }
        if more <= found:
            return {guid for guid in found if rows[guid]["Operation"] != "UserLoginFailed"}
        found |= more


def _hand(row: Record) -> tuple[Any, ...]:
    return _address(row), row.get("ClientInfoString"), row.get("AppId"), row.get("ClientAppId")


def problems(case: Case) -> list[str]:
    """Name whatever is unsound about a case."""
    truth = case.truth
    want = {(c.mailbox, c.folder, c.letter.mid) for c in truth.copies}
    found = letters(case)
    log = records(case)
    known = set(truth.intruder) | set(truth.owner) | truth.noise
    guess = derive(case, log)
    said: list[tuple[set[Any], str]] = [
        (want - found, "letters not found"),
        (found - want, "letters unknown"),
        (known - set(log), "records not found"),
        (guess - set(truth.intruder), "found from the leads, yet not the intruder's"),
        (set(truth.intruder) - guess, "the intruder's, yet not found from the leads"),
    ]
    return [f"{len(group)} {what}: {sorted(group)[:3]}" for group, what in said if group]
