"""Grade the product by ways in: `python -m tests.acceptance.ways --seed N [--only WAY]... [--src DIR]`."""

from __future__ import annotations

import argparse
import importlib
import random
import sys
import tempfile
from pathlib import Path

from . import grade

WAYS = [
    "m365_permissions",
    "m365_consents",
    "m365_exports",
    "m365_rules",
    "moved",
    "gaps",
    "google",
    "dovecot",
    "iis",
    "exchange_protocols",
    "gateway",
    "export",
    "clocks",
]


def main() -> int:
    """Build, run and grade the cases of the seeds and ways that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.ways", description=__doc__)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--only", action="append", default=[], help="a way, or the beginning of its name")
    parser.add_argument("--case", default="", help="only cases whose name holds this text")
    parser.add_argument("--src", type=Path, default=grade.ROOT / "src", help="the src folder of the checkout to grade")
    parser.add_argument("--keep", type=Path, help="keep evidence and case folders here")
    parser.add_argument("--show", type=int, default=8, help="disagreements shown")
    parser.add_argument("--build-only", action="store_true")
    options = parser.parse_args()
    ways = [way for way in WAYS if not options.only or any(way.startswith(one) for one in options.only)]
    passed = True
    with tempfile.TemporaryDirectory() as scratch:
        keep = (options.keep or Path(scratch)).resolve()
        for way in ways:
            module = importlib.import_module(f"{__package__}.{way}")
            for seed in options.seed:
                for case in module.build(random.Random(f"ways {way} {seed}"), keep / f"{way}-{seed}"):
                    if options.case not in case.name:
                        continue
                    case.name = f"{case.name} (seed {seed})"
                    if options.build_only:
                        print(case.name, len(case.copies), case.root, *grade.check_truth(case)[:5], sep="\n  ")
                        continue
                    sheet = grade.examine(case, options.src.resolve())
                    passed &= sheet.passed
                    print(grade.show(sheet, options.show), flush=True)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
