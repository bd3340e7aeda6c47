"""Run our own rules over a real audit log and real mail, and print what they find and how loud they are.

`python tests/acceptance/audit_log.py [EVIDENCE ...]`; without any, the audit log, the ham and the phish of the shared data.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import corpus

from unsealed.case import Case
from unsealed.hunt import correlation, sigma
from unsealed.hunt.detections import OWN
from unsealed.query import engine
from unsealed.read import read

BAR = 0.03
"""Of the records of a real audit log so many may carry a finding that a responder must look at."""
LEVELS = ("critical", "high", "medium", "low", "informational")
DEFAULT = ("logs/m365_audit", "mail/ham_spamassassin", "mail/phishing_pot")
SHOWN = 3


def findings(evidence: Path, folder: Path) -> tuple[list[dict[str, Any]], int]:
    """Give what the rules find: level, title and what it is about; and how many records and letters there are."""
    case = Case.create(folder, "Audit log", ())
    with case.lock():
        read(case, [evidence], workers=0)
    loaded = sigma.load([OWN])
    every = [*loaded.rules, *loaded.correlations]
    with engine(case) as db:
        correlation.find(db, loaded)
        hits = db.rows("""
            SELECT h.rule, coalesce(h.event_id, h.message_id) AS id, coalesce(e.operation, m.subject) AS what,
                   coalesce(e."user", m.from_address) AS who, e.target
            FROM sigma_hits h LEFT JOIN events e USING (event_id) LEFT JOIN messages m ON m.message_id = h.message_id""")
        count = db.value("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM messages)")
    told = [{**hit, "level": every[hit["rule"]].level, "title": every[hit["rule"]].title} for hit in hits]
    return [hit for hit in told if every[hit["rule"]].rule_id not in loaded.silent], int(count)


def show(name: str, found: list[dict[str, Any]], count: int) -> float:
    """Print the findings by rule; give the share of records with one that a responder must look at."""
    print(f"\n{name}: {count:,} records")
    for (level, title), times in sorted(
        Counter((hit["level"], hit["title"]) for hit in found).items(), key=lambda pair: (LEVELS.index(pair[0][0]), -pair[1])
    ):
        examples = [f"{hit['what']} {hit['who']}" for hit in found if hit["title"] == title][:SHOWN]
        print(f"  {level:13} {times:6,}  {title}\n{'':23}  {'; '.join(examples)[:160]}")
    for wanted in (LEVELS[:2], LEVELS[:3]):
        share = len({hit["id"] for hit in found if hit["level"] in wanted}) / max(count, 1)
        print(f"  {wanted[-1]} and above: {share:.2%} of the records")
    return len({hit["id"] for hit in found if hit["level"] in LEVELS[:2]}) / max(count, 1)


def main() -> int:
    """Run; fail where a log is louder than the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("evidence", nargs="*", type=Path, default=[corpus.DATA / name for name in DEFAULT])
    loud = []
    for path in parser.parse_args().evidence:
        with tempfile.TemporaryDirectory() as folder:
            share = show(path.name, *findings(path, Path(folder) / "case"))
        if share > BAR and path.name != "phishing_pot":
            loud.append(path.name)
    print(f"\ntoo loud: {', '.join(loud)}" if loud else "\nnone is too loud")
    return 1 if loud else 0


if __name__ == "__main__":
    sys.exit(main())
