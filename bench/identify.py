"""Score and time the identifiers: on sets in the form of presidio-research, on our Japanese set, and beside peers.

    python bench/identify.py [SET.json ...]

A set is a list of texts with labelled spans (`full_text`, `spans`); `data/synth_dataset_v2.json` and
`tests/data/generated_large.json` of microsoft/presidio-research are two. A place counts only if it is exact.

`bench/run.py --only identify` times the scan beside peers, each where it is there: Presidio (`--presidio PYTHON`, the Python of
an environment with presidio-analyzer and a model of spaCy's), bulk_extractor (on the path). The texts are those of the letters
in `--mail DIR`, as `unsealed read` gives them, or the demo's. Figures are CPU seconds of one process without its start, ours
the best of five; Presidio gets a sample, and its ratio is to ours on that sample.
"""

import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import make
import pyarrow.parquet as pq
from measure import HERE, WORK, cpu, fresh, unsealed, watched

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
LEFT_OUT = {"us_drivers_licence"}
"""Scored, but no kind to race on: what is taken for one differs too much."""
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
    """Give megabytes a second, in batches as the stage scans them."""
    batches: list[list[str]] = [[]]
    size = 0
    for text in texts:
        if size > 2 << 20:
            batches.append([])
            size = 0
        batches[-1].append(text)
        size += len(text)
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for batch in batches:
            scanner.scan(batch)
        best = min(best, time.process_time() - start)
    return _size(texts) / best


def _size(texts: list[str]) -> float:
    return sum(len(text.encode()) for text in texts) / 1e6


def _texts(mail: Path) -> list[str]:
    """Give the different texts of letters and attachments in a folder of mail, in an order by chance that is always the same."""
    case = Path(fresh("identify"))
    cpu([unsealed(), "read", str(case), str(mail), "--quiet"])
    found: set[str] = set()
    for table in ("messages", "attachments"):
        for part in sorted((case / "tables" / table).glob("*.parquet")):
            found.update(text for text in pq.read_table(part, columns=["text"])["text"].to_pylist() if text)
    return sorted(found, key=lambda text: (hash_of(text), text))


def hash_of(text: str) -> str:
    """Give an order that has nothing to do with what a text says."""
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def identify(evidence: Path, mail: Path | None, presidio: Path | None, scale: int) -> None:
    """Time the scan beside its peers, then the stage on a large mailbox."""
    texts = _texts(mail or evidence)
    everything = Scanner()
    matched = Scanner({name: one for name, one in everything.known.items() if one.kind in {*KINDS.values()} - LEFT_OUT})
    whose = "letters in " + str(mail) if mail else "the demo's letters"
    print(f"\nidentify, {whose}: {len(texts):,} different texts, {_size(texts):.1f} MB; one core, text to findings")
    ours = speed(matched, texts)
    for what, rate in (
        (f"all {len(everything.known)} identifiers", speed(everything, texts)),
        (f"the {len(matched.known)} of the kinds that all know", ours),
    ):
        print(f"  {'unsealed, ' + what:<60} {rate:9.2f} MB/s")
    _beside_presidio(matched, texts, presidio, scale)
    _beside_bulk_extractor(ours, texts)
    _stage(texts, scale)


def _beside_presidio(matched: Scanner, texts: list[str], presidio: Path | None, scale: int) -> None:
    if not presidio:
        print("  Presidio: not timed; give the Python of its environment with --presidio PYTHON")
        return
    sample, size = [], 0
    for text in texts:
        if len(text) < 100_000 and size < 400_000 // scale:  # it refuses texts of more than a million characters
            sample.append(text)
            size += len(text)
    path = WORK / "texts.jsonl"
    path.write_text("".join(json.dumps(text) + "\n" for text in sample), encoding="utf-8")
    ours = speed(matched, sample * 10)
    for how in ([], ["--patterns"]):
        kinds = ",".join(sorted(kind for kind, our in KINDS.items() if our not in LEFT_OUT))
        command = [str(presidio), str(HERE / "peer_presidio.py"), str(path), kinds, *how]
        one_core = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=one_core)
        if done.returncode:
            sys.exit(f"{command}: exit {done.returncode}\n{done.stderr[-2000:]}")
        told = json.loads(done.stdout.splitlines()[-1])
        rate = _size(sample) / told["seconds"]
        what = f"Presidio, the same kinds, model: {told['model']}"
        print(f"  {what:<60} {rate:9.2f} MB/s  ours {ours / rate:,.0f} x, on the same {_size(sample):.2f} MB")
    path.unlink()


def _beside_bulk_extractor(ours: float, texts: list[str]) -> None:
    if not shutil.which("bulk_extractor"):
        print("  bulk_extractor: not timed; it is not on the path")
        return
    path, out = WORK / "texts.txt", WORK / "bulk_extractor"
    path.write_text("\n".join(texts), encoding="utf-8", errors="replace")
    shutil.rmtree(out, ignore_errors=True)
    used, _ = cpu(["bulk_extractor", "-q", "-j1", "-E", "email", "-e", "accts", "-o", str(out), str(path)])
    rate = path.stat().st_size / 1e6 / used
    print(f"  {'bulk_extractor -j1, email and accts (with its start)':<60} {rate:9.2f} MB/s  ours {ours / rate:,.1f} x")
    path.unlink()
    shutil.rmtree(out, ignore_errors=True)


def _mailbox(path: Path, texts: list[str], size: int) -> int:
    """Write an mbox of about `size` bytes of letters of 40 KB, no two of one text; give the number of letters."""
    count = written = 0
    with path.open("wb") as out:
        while written < size:
            for text in texts:
                body = f"No. {count}\n{text[:20_000]}".encode("utf-8", "replace")
                head = f"Message-ID: <{count}@bench.example>\nFrom: a@bench.example\nSubject: letter {count}\n"
                kind = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
                raw = (
                    make.FROM
                    + make.fat((head + kind).encode() + body, 40_000).replace(b"\nFrom ", b"\n>From ")
                    + b"\n\n"
                )
                written += out.write(raw)
                count += 1
                if written >= size:
                    break
    return count


def _stage(texts: list[str], scale: int) -> None:
    """Read a mailbox, then find personal data in all its letters with two workers; say how long and how much memory."""
    path, case = WORK / "identify.mbox", fresh("identify")
    count = _mailbox(path, texts, 1_000_000_000 // scale)
    start = time.perf_counter()
    watched([unsealed(), "read", case, str(path), "--workers", "2", "--quiet"])
    read = time.perf_counter() - start
    script = WORK / "stage.py"
    script.write_text(
        "import sys; from pathlib import Path; from unsealed.case import Case; from unsealed.identify import identify\n"
        "if __name__ == '__main__': print(identify(Case.open(Path(sys.argv[1])), everything=True, workers=2))",
        encoding="utf-8",
    )
    start = time.perf_counter()
    told, peak = watched([sys.executable, str(script), case])
    wall = time.perf_counter() - start
    print(
        f"  stage: mbox of {path.stat().st_size / 1e6:,.0f} MB, {count:,} letters, two workers: read {read:.1f} s, "
        f"identify {wall:.1f} s, {int(told):,} mentions, peak {peak / (1 << 20):,.0f} MiB in all processes (bar: 2,048)"
    )
    path.unlink()
    script.unlink()
    shutil.rmtree(case)


def main() -> None:
    """Print a line a kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path)
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


if __name__ == "__main__":
    main()
