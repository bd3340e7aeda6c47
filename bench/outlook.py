"""Outlook stores: `unsealed read` beside libpst's `readpst`, where that is installed (Debian: pst-utils).

Real stores are needed: give a folder of them with `--outlook DIR`. Small ones are read many times over, each time with
other bytes behind their end, which no reader looks at, so that none is a duplicate.
"""

import json
import shutil
from pathlib import Path

from measure import WORK, cpu, fresh, unsealed, watched

WANTED = 3_000
"""Items to read in one run."""


def outlook(folder: Path | None) -> None:
    """Time the stores in a folder, if one is given."""
    if not folder:
        print("\nOutlook stores: not timed; give a folder of .pst files with --outlook DIR")
        return
    stores = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".pst", ".ost"})
    told, _ = watched([unsealed(), "read", fresh("outlook"), *map(str, stores), "--workers", "0", "--json"])
    once = json.loads(told)["evidence"]["messages"]
    if not once:
        print(f"\nOutlook stores: none in {folder} holds a message")
        return
    times = -(-WANTED // once)
    many = WORK / "stores"
    shutil.rmtree(many, ignore_errors=True)
    many.mkdir()
    for number in range(times):
        for place, store in enumerate(stores):
            (many / f"{number}-{place}.pst").write_bytes(store.read_bytes() + b"\0" * number)
    ours, _ = cpu([unsealed(), "read", fresh("outlook"), str(many), "--workers", "0", "--quiet"])
    size = sum(path.stat().st_size for path in many.iterdir()) / 1e6
    items = once * times
    print(f"\nOutlook stores: {items:,} items in {times * len(stores):,} files, {size:,.0f} MB; one core")
    print(f"  {'unsealed read --workers 0 (items, Parquet)':<52} {ours:6.2f} CPU s  {items / ours:8,.0f} items/s")
    if shutil.which("readpst"):
        out = WORK / "readpst"
        shutil.rmtree(out, ignore_errors=True)
        theirs = 0.0
        for store in sorted(many.iterdir()):
            (out / store.stem).mkdir(parents=True)
            used, _ = cpu(["readpst", "-q", "-r", "-j", "0", "-o", str(out / store.stem), str(store)])
            theirs += used
        shutil.rmtree(out)
        print(
            f"  {'readpst (to mbox, no table)':<52} {theirs:6.2f} CPU s  {items / theirs:8,.0f} items/s  {theirs / ours:4.1f} x ours"
        )
    shutil.rmtree(many)
