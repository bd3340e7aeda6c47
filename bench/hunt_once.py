"""One hunt in one process, on one thread: `hunt_once.py CASE [--rules PATH]... [--indicators FILE]`; prints JSON.

CPU seconds are told apart: `load` for reading rules or indicators, `hunt` for the work on the case's tables.
"""

import argparse
import json
import time
from pathlib import Path

from unsealed.case import Case
from unsealed.hunt import correlation, detections, indicators, match
from unsealed.query import engine


def main() -> None:
    """Hunt and tell."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("case", type=Path)
    options.add_argument("--rules", type=Path, action="append", default=[])
    options.add_argument("--own", action="store_true", help="our own rules, too")
    options.add_argument("--indicators", type=Path)
    chosen = options.parse_args()
    case, told = Case.open(chosen.case), {}
    with engine(case, threads=1) as db:
        events = db.value("SELECT count(*) FROM events")
        start = time.process_time()
        if chosen.indicators:
            known = indicators.merge(indicators.load(chosen.indicators)[0])
            loaded = time.process_time()
            match.find(db, case.config, known)
            told = {"known": len(known), "hits": db.value("SELECT count(*) FROM found")}
        else:
            rules = detections.load(chosen.rules, own=chosen.own, folder=chosen.case / ".rules")
            loaded = time.process_time()
            correlation.find(db, rules)
            told = {"rules": len(rules.rules), "hits": db.value("SELECT count(*) FROM sigma_hits")}
        done = time.process_time()
    print(json.dumps({"events": events, "load": loaded - start, "hunt": done - loaded, **told}))


if __name__ == "__main__":
    main()
