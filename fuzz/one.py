"""Fuzzes one reader, guided by coverage: `python fuzz/one.py READER SEEDS [libFuzzer options]`.

A reader may skip what it is given, and must say so; it may not raise, hang, or give rows that the tables refuse.
What it dies of is kept by libFuzzer (`-artifact_prefix`), and belongs into `tests/evidence/READER/` once it is mended.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["unsealed.read"]):
    from unsealed.read import collect
    from unsealed.read.engine import readers
    from unsealed.read.reader import Batch, Part, Place, Settings

BROKEN = {"reader_failed", "unreadable"}
"""What the engine's guard says where a reader raised."""


def check(name: str, data: bytes, path: Path) -> None:
    """Read the bytes as one file.

    Raises:
        AssertionError: if a record made the reader raise.
    """
    reader = readers()[name]
    reader.detect(data[: 64 << 10], "evidence.bin")
    if not data:
        return
    path.write_bytes(data)
    rows: dict[str, list[tuple[object, ...]]] = {}
    for start, end in reader.ranges(str(path), len(data)):
        part = Part(
            str(path), "evidence.bin", "0" * 64, len(data), start, end, Place(), "Asia/Tokyo", Settings(("password",))
        )
        for made in reader.read(part):
            if isinstance(made, Batch):
                collect.columns(made)
            else:
                rows.setdefault(made[0], []).append(made[1])
    broken = [row for row in rows.pop("skipped", []) if row[3] in BROKEN]
    if broken:
        raise AssertionError(broken[0])
    for table, found in rows.items():
        collect.batch(table, found)


def main() -> None:
    """Run libFuzzer until its options say stop."""
    name = sys.argv.pop(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evidence"
        atheris.Setup(sys.argv, lambda data: check(name, data, path))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
