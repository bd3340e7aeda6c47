"""Try the engine on SigmaHQ's own regression data: `python tests/acceptance/sigmahq.py SIGMA [--keep DIR]`.

SIGMA is a checkout of https://github.com/SigmaHQ/sigma. Every sample under `regression_data` is read by our readers,
every rule is tried on all of them by the engine, and it is told which rules fire on the sample that they come with, and
where the engine and the plain oracle of the tests do not agree.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from unsealed import pipeline
from unsealed.case import Case
from unsealed.hunt import logsources, sigma, tree
from unsealed.hunt.evaluate import fire
from unsealed.query import Engine, engine

BAR = 201
FOLDERS = ("rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance", "rules-dfir")


def samples(root: Path) -> list[tuple[str, Path]]:
    """Give rule id and sample of every regression test."""
    found: list[tuple[str, Path]] = []
    for info in sorted((root / "regression_data").rglob("info.yml")):
        told: dict[str, Any] = yaml.safe_load(info.read_text(encoding="utf-8"))
        ids = [str(rule["id"]) for rule in told.get("rule_metadata") or []]
        for test in told.get("regression_tests_info") or []:
            found += [(rule, root / test["path"]) for rule in ids if test.get("type") == "evtx"]
    return found


def hits(db: Engine, loaded: sigma.Loaded) -> dict[str, set[str]]:
    """Fire all rules; give the events that each hits, by rule id."""
    fire(db, loaded.rules)
    found: dict[str, set[str]] = defaultdict(set)
    for row in db.rows("SELECT rule, event_id FROM sigma_hits WHERE event_id IS NOT NULL"):
        found[loaded.rules[row["rule"]].rule_id].add(row["event_id"])
    return found


def by_oracle(db: Engine, loaded: sigma.Loaded) -> dict[str, set[str]]:
    """Ask the tests' oracle the same."""
    from hunt import sigma_oracle as oracle

    rows = db.rows(f"SELECT *, {', '.join(f'{sql} AS {name}' for name, sql in logsources.DERIVED.items())} FROM events")
    meant: dict[str, list[dict[str, Any]]] = {}
    found: dict[str, set[str]] = defaultdict(set)
    for rule in loaded.rules:
        for variant in logsources.find(rule.product, rule.category, rule.service):
            if variant.name not in meant:
                meant[variant.name] = [row for row in rows if oracle.holds(variant.where, row, variant.field)]
            said = tree.rebuild(rule.tree, variant.adapt)
            hit = [row for row in meant[variant.name] if oracle.holds(said, row, variant.field, variant.keywords)]
            found[rule.rule_id].update(row["event_id"] for row in hit)
    return found


def regression(root: Path, folder: Path, *, compare: bool) -> int:
    """Read the samples, hunt, tell; give how many rules fire on their own."""
    tests = samples(root)
    loaded = sigma.load([root / name for name in FOLDERS if (root / name).is_dir()])
    case = Case.create(folder / "case", "regression")
    with case.lock():
        pipeline.read(case, sorted({path for _, path in tests}))
    with engine(case) as db:
        found = hits(db, loaded)
        own: dict[str, set[str]] = defaultdict(set)
        for row in db.rows("SELECT event_id, evidence_id FROM events"):
            own[row["evidence_id"]].add(row["event_id"])
        fired = [rule for rule, path in tests if found[rule] & own[hashlib.sha256(path.read_bytes()).hexdigest()]]
        # Some samples hold the same record: it was kept once, under the name of one of them.
        fired += [rule for rule, path in tests if rule not in fired and _alone(rule, path, loaded, folder)]
        print(f"{len(fired)} of {len(tests)} rules fire on their own sample (bar: {BAR})")
        usable = {rule.rule_id for rule in loaded.rules}
        for rule, path in tests:
            if rule not in fired:
                print(f"  silent: {rule} {'' if rule in usable else '(not loaded) '}{path.parent.name}")
        total, events = sum(map(len, found.values())), db.value("SELECT count(*) FROM events")
        print(f"{total:,} hits of {sum(map(bool, found.values())):,} rules on {events:,} events")
        if compare:
            agree(found, by_oracle(db, loaded))
    return len(fired)


def _alone(rule: str, path: Path, loaded: sigma.Loaded, folder: Path) -> bool:
    """Tell whether a rule fires on a sample that is read by itself."""
    case = Case.create(folder / f"case-{rule}", "sample")
    with case.lock():
        pipeline.read(case, [path])
    with engine(case) as db:
        return bool(hits(db, replace(loaded, rules=tuple(one for one in loaded.rules if one.rule_id == rule)))[rule])


def agree(engine_says: dict[str, set[str]], oracle_says: dict[str, set[str]]) -> None:
    """Tell where the engine hits what the oracle does not, and the other way round."""
    more = {rule: events - oracle_says[rule] for rule, events in [*engine_says.items()] if events - oracle_says[rule]}
    less = {rule: events - engine_says[rule] for rule, events in [*oracle_says.items()] if events - engine_says[rule]}
    for name, differing in (("over-matching", more), ("missing", less)):
        print(f"{name}, beside the oracle: {sum(map(len, differing.values()))} hits of {len(differing)} rules")
        for rule, events in sorted(differing.items())[:20]:
            print(f"  {rule}: {sorted(events)[:3]}")


def main() -> int:
    """Run all of it; fail below the bar."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sigma", type=Path, help="a checkout of SigmaHQ/sigma")
    options.add_argument("--no-oracle", action="store_true", help="leave the comparison with the oracle out")
    options.add_argument("--keep", type=Path, help="where to keep the case")
    chosen = options.parse_args()
    if chosen.keep:
        return int(regression(chosen.sigma, chosen.keep, compare=not chosen.no_oracle) < BAR)
    with tempfile.TemporaryDirectory() as folder:
        return int(regression(chosen.sigma, Path(folder), compare=not chosen.no_oracle) < BAR)


if __name__ == "__main__":
    sys.exit(main())
