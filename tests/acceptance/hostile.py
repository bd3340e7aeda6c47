"""Inputs that an intruder, a bad disk or a hasty hand left behind, each a small builder.

`python tests/acceptance/hostile.py --keep DIR [--only NAME ...]` builds them beside good mail,
runs the product and prints what is wrong.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import random
import socket
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

from hostile_zip import GIB, bomb, locked, matryoshka

if TYPE_CHECKING:
    from collections.abc import Callable

UNSEALED = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "unsealed"
PEAK_KIB = 2 * 1024 * 1024
SECONDS = 600
WATCH = """
import os, resource, signal, subprocess, sys
child = subprocess.Popen(sys.argv[3:], start_new_session=True)
try:
    code = child.wait(float(sys.argv[2]))
except subprocess.TimeoutExpired:
    os.killpg(child.pid, signal.SIGKILL)
    code = child.wait()
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
open(sys.argv[1], "w").write(f"{code} {peak}")
"""


@dataclass
class Trap:
    """A hostile input: how it is made, if it must be in `skipped`, what in it must still be read."""

    make: Callable[[Path], None]
    skipped: bool = True
    letters: tuple[str, ...] = ()
    records: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What the product made of a folder of traps."""

    code: int
    peak_kib: int
    said: str
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)


def letter(mid: str, body: str = "Good morning.\n", subject: str = "A good letter") -> bytes:
    """Write a small letter."""
    return (
        f"Received: from a.example by mx.example.org; Mon, 05 Jun 2023 09:00:00 +0000\n"
        f"Date: Mon, 05 Jun 2023 09:00:00 +0000\n"
        f"From: Ann <ann@partner.example>\nTo: alice@example.org\nSubject: {subject}\n"
        f"Message-ID: <{mid}@hostile.example>\n"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{body}"
    ).encode()


def mbox(*mids: str) -> bytes:
    """Write a small mbox."""
    return b"".join(b"From ann@partner.example Mon Jun  5 09:00:00 2023\n" + letter(mid) + b"\n" for mid in mids)


def record(number: int) -> dict[str, Any]:
    """Make a sign-in with a telling id."""
    return {
        "CreationTime": f"2023-06-05T09:{number % 60:02}:00", "Id": f"00000000-0000-4000-8000-{number:012}",
        "Operation": "UserLoggedIn", "OrganizationId": "0873ee4d-d342-44f2-8961-74c442a2fad2",
        "RecordType": 15, "ResultStatus": "Success", "UserKey": "k", "UserType": 0, "Version": 1,
        "Workload": "AzureActiveDirectory",
        "ClientIP": "192.0.2.9", "ObjectId": "Unknown", "UserId": "alice@example.org",
    }  # fmt: skip


def ids(*numbers: int) -> tuple[str, ...]:
    """Give the ids of some records."""
    return tuple(str(record(number)["Id"]) for number in numbers)


def sheet(*numbers: int) -> str:
    """Write an audit export as a sheet."""
    rows = ['UserLoggedIn,alice@example.org,"' + json.dumps(record(n)).replace('"', '""') + '"' for n in numbers]
    return "\r\n".join(["Operations,UserIds,AuditData", *rows, ""])


def big_header(path: Path) -> None:
    """Write a header of 200 MB."""
    head, _, tail = letter("bighead").partition(b"\n")
    with path.open("wb") as out:
        out.write(head + b"\nX-Long: ")
        for _ in range(200):
            out.write(b"a" * 1_000_000)
        out.write(b"\n" + tail)


def deep_mime(path: Path) -> None:
    """Nest 300 parts."""
    opening = b"".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n'.encode() for n in range(300))
    closing = b"".join(f"\n--b{n}--\n".encode() for n in reversed(range(300)))
    head = letter("deep").partition(b"Content-Type")[0]
    path.write_bytes(head + opening + b"Content-Type: text/plain\n\nat the bottom\n" + closing)


def evil_zip(path: Path) -> None:
    """Name members so that a careless hand writes them outside."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(
            ["../../evil.eml", "/etc/evil-x", "C:\\evil.eml", "CON", "aux.eml", "a/../../../evil2.eml"]
        ):
            archive.writestr(zipfile.ZipInfo(name), letter(f"evil{number}"))


def evil_tar(path: Path) -> None:
    """Put links, devices and absolute names in a tar."""
    with tarfile.open(path, "w") as archive:
        for number, name in enumerate(["../../evil3.eml", "/etc/evil-y", "plain.eml"]):
            raw = letter(f"tar{number}")
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
        for name, kind in (
            ("link.eml", tarfile.SYMTYPE),
            ("hard.eml", tarfile.LNKTYPE),
            ("pipe", tarfile.FIFOTYPE),
            ("zero", tarfile.CHRTYPE),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)


def _broken_lines(path: Path) -> None:
    good = [json.dumps(record(n)) for n in (1, 2, 4, 5)]
    path.write_text("\n".join([*good[:2], json.dumps(record(3))[:150], *good[2:]]) + "\n", "utf-8")


def _broken_array(path: Path) -> None:
    parts = [json.dumps(record(n)) for n in (11, 12, 13, 14)]
    parts[2] = parts[2].replace('"Operation":', '"Operation" oops', 1)
    path.write_text("[" + ",\n".join(parts) + "]", "utf-8")


def _cut_array(path: Path) -> None:
    path.write_text(("[" + ",\n".join(json.dumps(record(n)) for n in (21, 22, 23)))[:-90], "utf-8")


def _cut_sheet(path: Path) -> None:
    path.write_text(sheet(31, 32, 33)[:-120], "utf-8")


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path.name)
    finally:
        os.chdir(here)


def _unreadable(path: Path) -> None:
    path.write_bytes(letter("unreadable"))
    path.chmod(0)


def _odd_name(path: Path) -> None:
    raw = os.fsencode(path.parent) + b"/caf\xe9-\xff\x81.eml"
    descriptor = os.open(raw, os.O_WRONLY | os.O_CREAT, 0o644)
    os.write(descriptor, letter("oddname"))
    os.close(descriptor)


def _loop(path: Path) -> None:
    path.mkdir()
    (path / "again").symlink_to(path, target_is_directory=True)
    (path / "nowhere.eml").symlink_to(path / "missing")


def _junk(path: Path) -> None:
    path.write_bytes(random.Random(path.name).randbytes(70_000))


def _cut_gzip(path: Path) -> None:
    path.write_bytes(
        gzip.compress(mbox(*(f"gz{n}" for n in range(400))) + random.Random(1).randbytes(40_000))[:-30_000]
    )


def _flood_gzip(path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    with path.open("wb") as out:
        out.write(packer.compress(mbox("flood")))
        block = b"A" * 63 + b"\n"
        for _ in range(1024):
            out.write(packer.compress(block * 16384))
        out.write(packer.flush())


def _nulls(path: Path) -> None:
    path.write_bytes(letter("nulls").replace(b"Good", b"Go\0\0od") + b"\0" * 500)


def _write(raw: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(raw)

    return make


TRAPS: dict[str, Trap] = {
    "bomb.zip": Trap(bomb),
    "flood.mbox.gz": Trap(_flood_gzip, skipped=False),
    "three.zip": Trap(matryoshka(3, letter("three")), skipped=False, letters=("three",)),
    "forty.zip": Trap(matryoshka(40, letter("forty"))),
    "deep.eml": Trap(deep_mime),
    "bighead.eml": Trap(big_header),
    "evil.zip": Trap(evil_zip, skipped=False),
    "evil.tar": Trap(evil_tar, skipped=False, letters=("tar2",)),
    "broken-lines.jsonl": Trap(_broken_lines, records=ids(1, 2, 4, 5)),
    "broken-array.json": Trap(_broken_array, records=ids(11, 12)),
    "cut-array.json": Trap(_cut_array, records=ids(21, 22)),
    "cut-sheet.csv": Trap(_cut_sheet, records=ids(31, 32)),
    "empty.eml": Trap(_write(b""), skipped=False),
    "empty.mbox": Trap(_write(b""), skipped=False),
    "empty.csv": Trap(_write(b""), skipped=False),
    "empty.json": Trap(_write(b""), skipped=False),
    "empty.zip": Trap(_write(b""), skipped=False),
    "junk.eml": Trap(_junk),
    "junk.mbox": Trap(_junk),
    "junk.csv": Trap(_junk),
    "junk.json": Trap(_junk),
    "sheet.mbox": Trap(_write(sheet(41, 42).encode()), skipped=False, records=ids(41, 42)),
    "mbox.csv": Trap(_write(mbox("wrong1", "wrong2")), skipped=False, letters=("wrong1", "wrong2")),
    "letter.json": Trap(_write(letter("wrong3")), skipped=False, letters=("wrong3",)),
    "nulls.eml": Trap(_nulls, skipped=False, letters=("nulls",)),
    "cut.mbox": Trap(_write(mbox("cut1", "cut2", "cut3")[:-120]), skipped=False, letters=("cut1", "cut2")),
    "cut.mbox.gz": Trap(_cut_gzip),
    "locked.zip": Trap(locked(letter("locked"))),
    "pipe.eml": Trap(os.mkfifo, skipped=False),
    "socket.eml": Trap(_socket, skipped=False),
    "unreadable.eml": Trap(_unreadable, skipped=os.geteuid() != 0),
    "odd-name": Trap(_odd_name, skipped=False, letters=("oddname",)),
    "loop": Trap(_loop, skipped=False),
    "x" * 240 + ".eml": Trap(_write(letter("longname")), skipped=False, letters=("longname",)),
}
GOOD = ("good1", "good2", "good3", "good4")


def build(root: Path, only: list[str] | None = None) -> Path:
    """Lay the traps and the good mail into a folder of evidence."""
    evidence = root / "evidence"
    home = evidence / "alice@example.org"
    home.mkdir(parents=True)
    (home / "Inbox.mbox").write_bytes(mbox("good1", "good2", "good3"))
    (evidence / "zz-good.eml").write_bytes(letter("good4"))
    (evidence / "zz-good.csv").write_text(sheet(91, 92), "utf-8")
    for name, trap in TRAPS.items():
        if not only or name in only:
            trap.make(evidence / name)
    return evidence


def run(root: Path, evidence: Path) -> Outcome:
    """Run the product on the folder, watched."""
    outside = {name: root / name for name in ("home", "tmp", "here")}
    for folder in outside.values():
        folder.mkdir()
    watched, case = root / "watched", root / "case"
    env = os.environ | {"HOME": str(outside["home"]), "TMPDIR": str(outside["tmp"])}
    product = [str(UNSEALED), "run", str(case), str(evidence)]
    before = _everything(root)
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(watched), str(SECONDS), *product],
        env=env,
        cwd=outside["here"],
        capture_output=True,
        check=False,
    )
    code, peak = map(int, watched.read_text().split())
    outcome = Outcome(code, peak, (done.stdout + done.stderr).decode("utf-8", "replace")[-3000:])
    new = _everything(root) - before
    allowed = (str(case), str(watched), str(outside["home"]))
    outcome.strays = sorted(name for name in new if not name.startswith(allowed))
    outcome.strays += [str(p) for p in (Path("/etc/evil-x"), Path("/etc/evil-y"), Path("/evil.eml")) if p.exists()]
    if code in (0, 3):
        for table in ("skipped", "evidence", "messages", "events"):
            shown = subprocess.run(
                [str(UNSEALED), "table", str(case), table, "--format", "jsonl"],
                capture_output=True,
                check=True,
            )
            lines = shown.stdout.decode("utf-8", "surrogateescape").split("\n")
            outcome.tables[table] = [json.loads(line) for line in lines if line.strip()]
    return outcome


def _everything(root: Path) -> set[str]:
    return {str(Path(at) / name) for at, dirs, files in os.walk(root) for name in dirs + files}


def complaints(outcome: Outcome, name: str) -> list[str]:
    """Say what the product failed to do about one trap."""
    trap, tables = TRAPS[name], outcome.tables
    if not tables:
        return ["no tables"]
    shown = "caf" if name == "odd-name" else name
    paths = {row["evidence_id"]: str(row["path"]) for row in tables["evidence"]}
    told = [f"{paths.get(row['evidence_id'], '')} {row['locator']} {row['detail']}" for row in tables["skipped"]]
    faults = []
    if trap.skipped and not any(shown in text for text in told):
        faults.append("not named in `skipped`")
    listed = any(shown in text for text in [*told, *paths.values()])
    if not listed and name != "loop":
        faults.append("neither in `skipped` nor in `evidence`")
    read = {str(row["internet_message_id"]).strip("<>").split("@")[0] for row in tables["messages"]}
    faults += [f"letter {mid} not read" for mid in trap.letters if mid not in read]
    raw = "\n".join(str(row["raw"]) for row in tables["events"])
    return faults + [f"record {guid} not read" for guid in trap.records if guid not in raw]


def general(outcome: Outcome) -> list[str]:
    """Say what the product failed to do on the whole."""
    faults = [] if outcome.code == 3 else [f"exit code {outcome.code}, should be 3: {outcome.said[-600:]}"]
    if outcome.peak_kib > PEAK_KIB:
        faults.append(f"peak memory {outcome.peak_kib / 1024:,.0f} MiB")
    faults += [f"written outside the case: {name}" for name in outcome.strays]
    read = {str(row["internet_message_id"]).strip("<>").split("@")[0] for row in outcome.tables.get("messages", [])}
    faults += [f"good letter {mid} not read" for mid in GOOD if mid not in read]
    raw = "\n".join(str(row["raw"]) for row in outcome.tables.get("events", []))
    faults += [f"good record {guid} not read" for guid in ids(91, 92) if guid not in raw]
    if any("root:x:0:0" in str(row.get("text")) for row in outcome.tables.get("messages", [])):
        faults.append("a link in an archive was followed")
    return faults


def main() -> int:
    """Build, run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--build-only", action="store_true")
    options = parser.parse_args()
    if not options.build_only and not UNSEALED.exists():
        parser.error(f"the product is not installed: {UNSEALED}")
    root = Path(tempfile.mkdtemp(dir=options.keep)) if options.keep else Path(tempfile.mkdtemp())
    evidence = build(root, options.only)
    print(f"{evidence}: a zip that unpacks to {10 * GIB:,} bytes among them")
    if options.build_only:
        return 0
    outcome = run(root, evidence)
    faults = general(outcome)
    print(f"exit {outcome.code}, peak {outcome.peak_kib / 1024:,.0f} MiB")
    for name in options.only or TRAPS:
        faults += [f"{name[:40]}: {fault}" for fault in complaints(outcome, name)]
    print("\n".join(faults) or "nothing to complain about")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
