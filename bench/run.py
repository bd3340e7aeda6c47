"""`make bench`: ours beside a named peer in one run, on the same input, one core each; then memory on a large mbox.

Figures are CPU seconds of whole processes (start-up included) and bytes or records by them; the ratio is what to
quote. Peak memory is the sum of what all our processes hold at once (proportional set size), sampled.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import make

HERE = Path(__file__).parent
WORK = HERE / "work"


def cpu(command: list[str]) -> tuple[float, float]:
    """Run a command; give CPU seconds of it and its children, and wall seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in {0, 3}:
        sys.exit(f"{command}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.perf_counter() - start


def fresh(name: str) -> str:
    """Make an empty case; give its path."""
    case = WORK / name
    shutil.rmtree(case, ignore_errors=True)
    subprocess.run([unsealed(), "new", str(case), "--quiet"], check=True)
    return str(case)


def unsealed() -> str:
    """Give the path of our command."""
    return str(Path(sys.executable).with_name("unsealed"))


def mail(name: str, letters: list[bytes], size: int) -> None:
    """Race on one mbox."""
    path = WORK / f"{name}.mbox"
    count = make.mbox(path, letters, size)
    megabytes = path.stat().st_size / 1e6
    print(
        f"\nmail, {name}: {count:,} messages, {megabytes:,.0f} MB, {megabytes / count * 1000:.1f} KB each; mbox to Parquet"
    )
    ours, _ = cpu([unsealed(), "read", fresh("mail"), str(path), "--workers", "0", "--quiet"])
    rows = [("unsealed read --workers 0", ours)]
    for policy in ("compat32", "default"):
        used, _ = cpu([sys.executable, str(HERE / "peer.py"), str(path), policy, str(WORK / "peer.parquet")])
        rows.append((f"standard library, mailbox + email.policy.{policy}", used))
    for who, used in rows:
        print(
            f"  {who:<52} {used:7.2f} CPU s  {megabytes / used:7.1f} MB/s  {count / used:8,.0f} messages/s  {used / ours:6.1f} x ours"
        )
    _, one = cpu([unsealed(), "read", fresh("mail"), str(path), "--workers", "1", "--quiet"])
    _, two = cpu([unsealed(), "read", fresh("mail"), str(path), "--workers", "2", "--quiet"])
    print(f"  two workers beside one, wall time: {one / two:.2f} x")
    path.unlink()


def audit(evidence: Path, records: int) -> None:
    """Time the audit log."""
    path = WORK / "audit.csv"
    size = make.audit_csv(path, evidence, records)
    ours, _ = cpu([unsealed(), "read", fresh("audit"), str(path), "--workers", "0", "--quiet"])
    flat, _ = cpu([sys.executable, str(HERE / "peer_audit.py"), str(path)])
    print(f"\naudit log CSV: {records:,} records, {size / records:,.0f} bytes each; one core")
    print(
        f"  {'unsealed read --workers 0 (unfolded, settled, Parquet)':<60} {ours:6.2f} CPU s  {records / ours:9,.0f} records/s"
    )
    peer = "standard library, csv + json, the same fields, no Parquet"
    print(f"  {peer:<60} {flat:6.2f} CPU s  {records / flat:9,.0f} records/s  {flat / ours:4.1f} x ours")
    path.unlink()


def syslog(count: int) -> None:
    """Time a mail server's log."""
    path = WORK / "mail.log"
    size = make.maillog(path, count)
    ours, _ = cpu([unsealed(), "read", fresh("syslog"), str(path), "--workers", "0", "--quiet"])
    flat, _ = cpu([sys.executable, str(HERE / "peer_syslog.py"), str(path)])
    print(f"\nmail server log: {count:,} lines, {size / count:,.0f} bytes each; one core")
    print(f"  {'unsealed read --workers 0 (events, Parquet)':<60} {ours:6.2f} CPU s  {count / ours:9,.0f} lines/s")
    peer = "standard library, re + json, a pattern a kind, no Parquet"
    print(f"  {peer:<60} {flat:6.2f} CPU s  {count / flat:9,.0f} lines/s  {flat / ours:4.1f} x ours")
    path.unlink()


def memory(letters: list[bytes], size: int) -> None:
    """Read a large mbox and watch what all our processes hold."""
    path = WORK / "large.mbox"
    count = make.mbox(path, letters, size)
    command = [unsealed(), "read", fresh("large"), str(path), "--workers", "2", "--json"]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak: list[int] = [0]
        watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
        watcher.start()
        told, _ = process.communicate()
    wall = time.perf_counter() - start
    read = json.loads(told)["evidence"]["messages"]
    print(
        f"\nmemory: mbox of {path.stat().st_size / 1e9:.2f} GB, {count:,} messages ({read:,} read), two workers, {wall:.0f} s: "
        f"peak {peak[0] / (1 << 20):,.0f} MiB in all processes together (bar: 2,048)"
    )
    path.unlink()
    shutil.rmtree(WORK / "large")


def _watch(process: "subprocess.Popen[str]", peak: list[int]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_held(pid) for pid in _family(process.pid)))
        time.sleep(0.1)


def _family(root: int) -> list[int]:
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _held(pid: int) -> int:
    """Give a process's own memory: proportional set size, without the pages of files that are only mapped."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines[1:] if len(line.split()) > 1}
    return sizes.get("Pss_Anon", 0) + sizes.get("Pss_Shmem", 0) or sizes.get("Pss", 0)


def main() -> None:
    """Run all benchmarks; `--quick` makes them small."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="small inputs, for a look")
    options.add_argument("--only", choices=["mail", "audit", "syslog", "memory"])
    chosen = options.parse_args()
    WORK.mkdir(exist_ok=True)
    scale = 10 if chosen.quick else 1
    evidence = make.demo(WORK / "demo")
    letters = make.letters(evidence)
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; one run, same input for each")
    if chosen.only in {None, "mail"}:
        mail("small mails", letters, 120_000_000 // scale)
        mail("mails of 40 KB", [make.fat(letter, 40_000) for letter in letters[:1000]], 300_000_000 // scale)
    if chosen.only in {None, "audit"}:
        audit(evidence, 400_000 // scale)
    if chosen.only in {None, "syslog"}:
        syslog(2_000_000 // scale)
    if chosen.only in {None, "memory"}:
        memory([make.fat(letter, 20_000) for letter in letters[:1000]], 4_000_000_000 // scale)


if __name__ == "__main__":
    main()
