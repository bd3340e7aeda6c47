"""`make fuzz`: every reader for a set time, from seeds that tests and demo make (and real ones where they lie beside us)."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
WORK = HERE / "work"
SHARED = HERE.parents[1] / "shared" / "data"
LARGEST = 32 << 10


def seeds(names: list[str]) -> None:
    """Lay out the seeds: to each reader, the files that it takes for its own, and its samples."""
    from unsealed.demo.generate import generate
    from unsealed.read.engine import readers

    made = WORK / "demo"
    if not made.exists():
        generate(made)
    files = [path for path in made.rglob("*") if path.is_file()][:400]
    files += [path for path in (HERE.parent / "tests" / "evidence").rglob("*") if path.is_file()]
    files += [path for path in SHARED.rglob("*") if path.is_file() and not path.is_symlink()] if SHARED.is_dir() else []
    for number, path in enumerate(files):
        with path.open("rb") as stream:
            data = stream.read(LARGEST)
        for name in names:
            if readers()[name].detect(data[: 64 << 10], path.name) >= 20 or path.parent.name == name:
                folder = WORK / "seeds" / name
                folder.mkdir(parents=True, exist_ok=True)
                if len(list(folder.iterdir())) < 300:
                    (folder / f"{number:05d}").write_bytes(data)


def main() -> None:
    """Fuzz the readers one after the other; exit 1 if one was broken."""
    from unsealed.read.engine import readers

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=60, help="for each reader")
    options.add_argument("--only", action="append", help="a reader's name; may be repeated")
    chosen = options.parse_args()
    names = chosen.only or sorted(readers())
    shutil.rmtree(WORK / "seeds", ignore_errors=True)
    seeds(names)
    broken = []
    for name in names:
        corpus, found = WORK / "corpus" / name, WORK / "found" / name
        for folder in (corpus, found, WORK / "seeds" / name):
            folder.mkdir(parents=True, exist_ok=True)
        limits = [f"-max_total_time={chosen.seconds}", "-timeout=30", "-rss_limit_mb=3000", f"-max_len={LARGEST}"]
        command = [sys.executable, str(HERE / "one.py"), name, str(corpus), str(WORK / "seeds" / name)]
        done = subprocess.run(
            [*command, *limits, f"-artifact_prefix={found}/", "-print_final_stats=1"],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
        )
        runs = next((line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line), "?")
        print(f"{name:<24} {runs:>10} inputs  {'broken: see ' + str(found) if done.returncode else 'held'}", flush=True)
        if done.returncode:
            broken.append(name)
            print("\n".join(done.stderr.splitlines()[-40:]) if "--verbose" in sys.argv else done.stderr[-1500:])
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
