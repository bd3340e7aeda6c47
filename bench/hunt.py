"""Hunting beside Zircolite on real Windows events, and on a million audit records; hooked in by `bench/run.py --only hunt`.

What is fetched by hand, once, outside the repository:

- `--sigma DIR`: a checkout of https://github.com/SigmaHQ/sigma (the rules);
- `--events DIR`: a checkout of https://github.com/OTRF/Security-Datasets (its archives of JSON lines; others left out);
- `--zircolite DIR`: a checkout of https://github.com/wagga40/Zircolite with its requirements in `DIR/.venv`.

What is not given is left out, and that is said. Zircolite runs on a tenth of the events, its rules converted before; its
CPU seconds are multiplied by what of the events it was given. "With reading" is evidence to hits; a re-hunt begins at the
tables that reading has left. All on one thread.
"""

import json
import random
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import make
from measure import HERE, WORK, cpu, fresh, unsealed, watched

SHARE = 10
"""Zircolite gets one in so many files."""
HEAD = 1 << 20


def hunt(evidence: Path, scale: int, sigma: Path | None, events: Path | None, zircolite: Path | None) -> None:
    """Race on Windows events, then hunt in audit records."""
    if sigma is None:
        print("\nhunt: public rules are left out (--sigma DIR is not given): only ours are tried on audit records")
    if sigma and events:
        windows(sigma, events, zircolite, scale)
    else:
        print("\nhunt, Windows events: left out, since --sigma DIR or --events DIR is not given")
    audit(evidence, 1_000_000 // scale, sigma)


def windows(sigma: Path, events: Path, zircolite: Path | None, scale: int) -> None:
    """Race on real Windows events."""
    folder, files = WORK / "windows", []
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, (name, data) in enumerate(archived(events)):
        if number % scale == 0:
            path = folder / f"{number:03}-{name}"
            path.write_bytes(data)
            files.append(path)
    rules = [path for path in windows_rules(sigma) if path.is_dir()]
    case = fresh("windows-case")
    read, _ = cpu([unsealed(), "read", case, str(folder), "--workers", "0", "--quiet"])
    command = once(case, rules)
    first, _ = cpu(command)
    again, _ = cpu(command)
    told, peak = watched(command)
    found = json.loads(told)
    count = found["events"]
    size = sum(path.stat().st_size for path in files)
    print(
        f"\nhunt, Windows: {count:,} events, {size / 1e9:.2f} GB of JSON lines, {found['rules']:,} public rules, {found['hits']:,} hits"
    )
    print(f"  unsealed read --workers 0                 {read:8.1f} CPU s")
    print(f"  first hunt (rules read, start-up counted) {first:8.1f} CPU s")
    print(
        f"  re-hunt (what was read of rules is kept)  {again:8.1f} CPU s; of it rules {found['load']:.1f}, tables {found['hunt']:.1f}"
    )
    print(f"  peak memory of a hunt                     {peak / (1 << 20):8,.0f} MiB (bar: 2,048)")
    if zircolite is None:
        print("  Zircolite: left out, since --zircolite DIR is not given")
        return
    theirs, part = peer(zircolite, rules, files)
    shutil.rmtree(folder)
    whole = theirs * count / part
    print(f"  Zircolite, {part:,} events: {theirs:.1f} CPU s; scaled to all: {whole:,.0f} CPU s")
    print(
        f"  re-hunt: 1/{whole / again:.0f} of Zircolite's (bar: 1/60); with reading: 1/{whole / (read + first):.0f} (bar: 1/12)"
    )


def archived(root: Path) -> Iterator[tuple[str, bytes]]:
    """Give name and content of the JSON lines in archives, sorted; what is no archive, or broken, is left out and told."""
    for path in sorted(root.rglob("*")):
        try:
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as held:
                    names = [name for name in held.namelist() if name.endswith(".json") and "__MACOSX" not in name]
                    yield from ((Path(name).name, held.read(name)) for name in names)
            elif path.name.endswith(".tar.gz"):
                with tarfile.open(path) as packed:
                    for member in packed:
                        stream = packed.extractfile(member) if member.name.endswith(".json") else None
                        if stream and not Path(member.name).name.startswith("._"):
                            yield Path(member.name).name, stream.read()
        except (zipfile.BadZipFile, tarfile.TarError, RuntimeError, EOFError) as error:
            print(f"  {path.name} is left out: {error}", file=sys.stderr)


def windows_rules(sigma: Path) -> list[Path]:
    """Give the folders of public rules for Windows."""
    return [sigma / "rules" / "windows", sigma / "rules-emerging-threats", sigma / "rules-threat-hunting" / "windows"]


def once(case: str, rules: list[Path], *more: str) -> list[str]:
    """Give the command of one hunt."""
    return [
        sys.executable,
        str(HERE / "hunt_once.py"),
        case,
        *(word for path in rules for word in ("--rules", str(path))),
        *more,
    ]


def peer(zircolite: Path, rules: list[Path], files: list[Path]) -> tuple[float, int]:
    """Run Zircolite on some of the files; give its CPU seconds and how many events it was given."""
    folder = WORK / "zircolite"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "events").mkdir(parents=True)
    ours = zircolite / ".venv" / "bin" / "python"
    common = [
        str(ours if ours.exists() else sys.executable),
        str(zircolite / "zircolite.py"),
        "-j",
        "--no-parallel",
        "-n",
    ]
    common += [
        "-c",
        str(zircolite / "config" / "config.yaml"),
        "-l",
        str(folder / "log"),
        "-o",
        str(folder / "out.json"),
    ]
    tiny = folder / "tiny.json"
    tiny.write_bytes(files[0].read_bytes()[:HEAD].rpartition(b"\n")[0])
    wanted = [str(path) for path in rules]
    cpu([*common, "-e", str(tiny), "-p", "sysmon", "windows-logsources", "-sr", "-r", *wanted], folder=folder)
    converted = [str(path) for path in sorted(folder.glob("*.json")) if path not in {tiny, folder / "out.json"}]
    chosen = sorted(files, key=lambda path: path.stat().st_size)[SHARE // 2 :: SHARE]
    for path in chosen:
        (folder / "events" / path.name).symlink_to(path)
    used, _ = cpu([*common, "-e", str(folder / "events"), "-r", *converted], folder=folder)
    return used, sum(path.read_bytes().count(b"\n") for path in chosen)


def audit(evidence: Path, records: int, sigma: Path | None) -> None:
    """Hunt in audit records with every cloud rule and ours, then with indicators."""
    path = WORK / "audit.jsonl"
    size = make.audit_lines(path, evidence, records)
    case = fresh("audit-hunt")
    read, _ = cpu([unsealed(), "read", case, str(path), "--workers", "0", "--quiet"])
    rules = [sigma / "rules" / "cloud", sigma / "rules-threat-hunting" / "cloud"] if sigma else []
    told, peak = watched(once(case, rules, "--own"))
    found = json.loads(told)
    print(f"\nhunt, audit log: {found['events']:,} records, {size / records:,.0f} bytes each; reading {read:.1f} CPU s")
    print(
        f"  {found['rules']:,} rules: {found['hunt']:.2f} CPU s, {found['events'] / found['hunt']:,.0f} records/s a core (bar: 200,000)"
    )
    print(
        f"  {found['hits']:,} hits, peak {peak / (1 << 20):,.0f} MiB (bar: 2,048), reading the rules {found['load']:.1f} CPU s"
    )
    listed = WORK / "indicators.txt"
    listed.write_text("\n".join(known(100_000)) + "\n")
    told, peak = watched([*once(case, []), "--indicators", str(listed)])
    found = json.loads(told)
    print(
        f"  {found['known']:,} indicators: {found['hunt']:.2f} CPU s (bar: 2), reading them {found['load']:.2f} CPU s"
    )
    print(f"  {found['hits']:,} findings, peak {peak / (1 << 20):,.0f} MiB")
    path.unlink()


def known(count: int) -> Iterator[str]:
    """Give indicators as feeds have them: mostly addresses, then domains and hashes."""
    chance = random.Random("unsealed")
    for number in range(count):
        if number % 10 < 6:
            yield f"{chance.randrange(1, 224)}.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
        elif number % 10 < 9:
            yield f"{chance.randbytes(6).hex()}.example.{chance.choice(['com', 'net', 'org'])}"
        else:
            yield chance.randbytes(32).hex()
