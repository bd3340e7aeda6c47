"""`make bench`: ours beside a named peer in one run, on the same input, one core each; then memory on a large mbox.

Figures are CPU seconds of whole processes (start-up included) and bytes or records by them; the ratio is what to
quote. Peak memory is the sum of what all our processes hold at once (proportional set size), sampled.
"""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path

import hunt
import identify
import join
import make
import outlook
from measure import HERE, WORK, cpu, fresh, unsealed, watched


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


def memory(letters: list[bytes], evidence: Path, scale: int) -> None:
    """Read a large mbox and a large log, and watch what all our processes hold."""
    path = WORK / "large.mbox"
    make.mbox(path, letters, 10_000_000_000 // scale)
    held("mbox", path, "messages")
    path = WORK / "large.csv"
    make.audit_csv(path, evidence, 1_200_000 // scale)
    held("audit log CSV", path, "events")


def held(what: str, path: Path, kind: str) -> None:
    """Read one large file with two workers; say how much our processes held together at most."""
    command = [unsealed(), "read", fresh("large"), str(path), "--workers", "2", "--json"]
    start = time.perf_counter()
    told, peak = watched(command)
    wall = time.perf_counter() - start
    read = json.loads(told)["evidence"][kind]
    print(
        f"\nmemory: {what} of {path.stat().st_size / 1e9:.2f} GB, {read:,} {kind}, two workers, {wall:.0f} s: "
        f"peak {peak / (1 << 20):,.0f} MiB in all processes together (bar: 2,048)"
    )
    path.unlink()
    shutil.rmtree(WORK / "large")


def main() -> None:
    """Run all benchmarks; `--quick` makes them small."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="small inputs, for a look")
    options.add_argument("--only", choices=["mail", "audit", "syslog", "outlook", "hunt", "identify", "join", "memory"])
    for name, what in (
        ("sigma", "SigmaHQ/sigma"),
        ("events", "OTRF/Security-Datasets"),
        ("zircolite", "wagga40/Zircolite"),
    ):
        options.add_argument(f"--{name}", type=Path, metavar="DIR", help=f"a checkout of {what}; see hunt.py")
    options.add_argument("--presidio", type=Path, metavar="PYTHON", help="where Presidio is installed; see identify.py")
    options.add_argument("--mail", type=Path, metavar="DIR", help="real mail to find personal data in")
    options.add_argument("--outlook", type=Path, metavar="DIR", help="a folder of .pst files")
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
    if chosen.only in {None, "outlook"}:
        outlook.outlook(chosen.outlook)
    if chosen.only in {None, "hunt"}:
        hunt.hunt(evidence, scale, chosen.sigma, chosen.events, chosen.zircolite)
    if chosen.only in {None, "identify"}:
        identify.identify(evidence, chosen.mail, chosen.presidio, scale)
    if chosen.only in {None, "join"}:
        join.join(scale)
    if chosen.only in {None, "memory"}:
        memory([make.fat(letter, 20_000) for letter in letters[:1000]], evidence, scale)


if __name__ == "__main__":
    main()
