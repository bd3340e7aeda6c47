"""Reads evidence into a case from a process of its own, so that a test can kill it; `python drive.py CASE WORKERS PATH...`."""

import sys
from pathlib import Path

from unsealed.case import Case
from unsealed.read import planner, read, reader

if __name__ == "__main__":
    planner.BUNDLE_FILES, reader.RANGE = 4, 20_000  # many small units, so that a kill falls between them
    case = Case.open(Path(sys.argv[1]))
    with case.lock():
        print("begun", flush=True)
        read(case, [Path(path) for path in sys.argv[3:]], workers=int(sys.argv[2]))
    print("done", flush=True)
