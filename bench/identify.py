"""Score and time the identifiers: on sets in the form of presidio-research, and on our Japanese set.

    python bench/identify.py [SET.json ...] [--text FILE ...]

A set is a list of texts with labelled spans (`full_text`, `spans`); `data/synth_dataset_v2.json` and
`tests/data/generated_large.json` of microsoft/presidio-research are two. A place counts only if it is exact. Figures of speed
are CPU seconds of one process, the best of three.
"""

import argparse
import importlib
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from unsealed.identify.scan import Scanner

KINDS = {
    "CREDIT_CARD": "payment_card",
    "IBAN_CODE": "iban",
    "US_SSN": "us_ssn",
    "EMAIL_ADDRESS": "email_address",
    "PHONE_NUMBER": "phone_number",
    "IP_ADDRESS": "ip_address",
    "US_DRIVER_LICENSE": "us_drivers_licence",
}
Spans = list[tuple[int, int, str]]


def score(scanner: Scanner, items: list[tuple[str, Spans]], kinds: set[str]) -> list[tuple[str, int, float, float]]:
    """Give for each kind how often it is there, precision and recall."""
    found: list[set[tuple[int, int, str]]] = [set() for _ in items]
    for one in scanner.scan([text for text, _ in items]):
        found[one.text].add((one.start, one.end, scanner.known[one.identifier].kind))
    right, told, there = Counter[str](), Counter[str](), Counter[str]()
    for (_, spans), here in zip(items, found, strict=True):
        right.update(kind for _, _, kind in here & {*spans})
        told.update(kind for _, _, kind in here)
        there.update(kind for _, _, kind in spans)
    return [
        (k, there[k], right[k] / max(1, told[k]), right[k] / max(1, there[k]))
        for k in sorted(kinds)
        if there[k] or told[k]
    ]


def labelled(path: Path) -> list[tuple[str, Spans]]:
    """Give the texts of a set and what stands in them, of the kinds that both know."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [
        (
            row["full_text"],
            [
                (span["start_position"], span["end_position"], KINDS[span["entity_type"]])
                for span in row["spans"]
                if span["entity_type"] in KINDS
            ],
        )
        for row in rows
    ]


def speed(scanner: Scanner, texts: list[str]) -> float:
    """Give megabytes a second."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        scanner.scan(texts)
        best = min(best, time.process_time() - start)
    return sum(len(text.encode()) for text in texts) / 1e6 / best


def main() -> None:
    """Print a line a kind, and the speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--text", nargs="*", type=Path, default=[])
    given = parser.parse_args()
    everything = Scanner()
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "identify"))
    ours = importlib.import_module("japanese_set")
    japanese = [*ours.numbers(), *ours.addresses(), *ours.others(), *ours.nothing()]
    sets = {str(path): (labelled(path), set(KINDS.values())) for path in given.sets}
    sets["tests/identify/japanese_set.py"] = (japanese, {one.kind for one in everything.known.values()})
    for name, (items, kinds) in sets.items():
        print(f"\n{name}: {len(items):,} texts")
        for kind, count, precision, recall in score(everything, items, kinds):
            print(f"  {kind:<24} {count:6,}  precision {precision:.3f}  recall {recall:.3f}")
    if given.text:
        texts = [path.read_text(encoding="utf-8", errors="replace")[:4_000_000] for path in given.text]
        matched = Scanner({name: one for name, one in everything.known.items() if one.kind in KINDS.values()})
        print(f"\nall {len(everything.known)} identifiers {speed(everything, texts):.1f} MB/s, ", end="")
        print(f"the {len(matched.known)} of the kinds above {speed(matched, texts):.1f} MB/s")


if __name__ == "__main__":
    main()
