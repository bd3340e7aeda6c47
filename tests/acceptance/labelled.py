"""Try public rules and ours on labelled events of another project: `python tests/acceptance/labelled.py PANTHER --sigma SIGMA`.

PANTHER is a checkout of https://github.com/panther-labs/panther-analysis, whose rules for Google Workspace, Entra and
Microsoft 365 each come with events on which they must fire and with such on which they must not. The events are written
as their services write them, read by our readers and hunted. Of the true ones that concern accounts, sign-in, mail,
forwarding, delegation or grants the share that is found is told, and of all false ones the share that is. What is false for
one rule may be, word for word, true for another of the same project: of the wrong hits these are told apart, too.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from unsealed import pipeline
from unsealed.case import Case
from unsealed.hunt import correlation, sigma
from unsealed.query import engine

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = Path(__file__).resolve().parents[2] / "src" / "unsealed" / "hunt" / "rules"
FOUND, WRONG = 0.70, 0.05
"""The bars: of the true ones, at least; of the false ones, at most."""
NOT_OURS = re.compile(r"Calendar|Doc|Drive|Device|Mobile|GroupBanned|GoogleAccess|GSuite\.Rule$|Sharing|Windows|Graph\.Passthrough")
"""Rules on documents, calendars, devices and alerts of other products."""
START = datetime(2024, 3, 5, 8, 0, tzinfo=UTC)
Event = dict[str, Any]


@dataclass
class Labelled:
    """A test of one rule: its events and whether the rule must fire on them."""

    rule: str
    name: str
    true: bool
    ours: bool
    family: str
    events: list[Event] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


def family(types: list[str], event: Event) -> str:
    """Tell which service wrote an event; empty if none of ours."""
    told = str(event.get("p_log_type") or (types[0] if len(types) == 1 else ""))
    if told.startswith("GSuite"):
        return "google"
    if told == "Azure.Audit":
        return "entra"
    return "m365" if told.startswith("Microsoft365.Audit") else ""


def tests(root: Path) -> Iterator[Labelled]:
    """Give every test of a rule for one of the services."""
    moment = START
    for file in sorted((root / "rules").rglob("*.yml")):
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(told, dict) or told.get("AnalysisType") != "rule":
            continue
        rule, types = str(told.get("RuleID")), [str(kind) for kind in told.get("LogTypes") or []]
        for number, test in enumerate(told.get("Tests") or []):
            log = test.get("Log")
            log = json.loads(log) if isinstance(log, str) else log
            kind = family(types, log) if isinstance(log, dict) else ""
            if kind:
                one = Labelled(rule, str(test.get("Name")), bool(test["ExpectedResult"]), not NOT_OURS.search(rule), kind)
                for copy in range(int(told.get("Threshold") or 1)):
                    moment += timedelta(seconds=7)
                    one.ids.append(f"{rule}-{number}-{copy}".lower())
                    one.events.append(_WRITTEN[kind](log, one.ids[-1], moment))
                moment += timedelta(hours=3)
                yield one


def google(log: Event, unique: str, moment: datetime) -> Event:
    """Write an event as an activity of the Reports API."""
    inner = {key: log[key] for key in ("type", "name") if key in log}
    inner["parameters"] = [_parameter(name, value) for name, value in (log.get("parameters") or {}).items()]
    outer = {key: value for key, value in log.items() if key not in {"type", "name", "parameters"} and not key.startswith("p_")}
    given = outer.get("id") if isinstance(outer.get("id"), dict) else {}
    outer["id"] = {**given, "time": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "uniqueQualifier": unique}
    return {"kind": "admin#reports#activity", **outer, "events": [inner]}


def _parameter(name: str, value: object) -> Event:
    if isinstance(value, bool):
        return {"name": name, "boolValue": value}
    if isinstance(value, int):
        return {"name": name, "intValue": str(value)}
    if isinstance(value, list) and all(isinstance(one, dict) for one in value) and value:
        told = [{"parameter": [_parameter(key, held) for key, held in one.items()]} for one in value]
        return {"name": name, "multiMessageValue": told}
    if isinstance(value, list):
        return {"name": name, "multiValue": [str(one) for one in value]}
    if isinstance(value, dict):
        return {"name": name, "messageValue": {"parameter": [_parameter(key, held) for key, held in value.items()]}}
    return {"name": name, "value": value}


def entra(log: Event, unique: str, moment: datetime) -> Event:
    """Write an event as Azure Monitor streams it."""
    made = {key: value for key, value in log.items() if not key.startswith("p_")}
    made["time"] = moment.isoformat()
    inner = {**(log.get("properties") or {}), "id": unique}
    for name in ("createdDateTime", "activityDateTime"):
        if name in inner:
            inner[name] = moment.isoformat()
    return {**made, "properties": inner}


def m365(log: Event, unique: str, moment: datetime) -> Event:
    """Write an event as the Management Activity API gives it."""
    made = {_NAMES.get(key, key): value for key, value in log.items() if not key.startswith("p_")}
    return {**made, "Id": unique, "CreationTime": moment.strftime("%Y-%m-%dT%H:%M:%S")}


_NAMES = {
    name.lower(): name
    for name in (
        "AppAccessContext", "AppId", "ApplicationId", "Actor", "ActorContextId", "ActorIpAddress", "AzureActiveDirectoryEventType",
        "ClientAppId", "ClientIP", "ClientIPAddress", "ClientInfoString", "CreationTime", "DeviceProperties", "ErrorNumber",
        "ExtendedProperties", "ExternalAccess", "Id", "InterSystemsId", "IntraSystemId", "LogonError", "LogonType", "MailboxGuid",
        "MailboxOwnerUPN", "ModifiedProperties", "ObjectId", "Operation", "OrganizationId", "OrganizationName",
        "OriginatingServer", "Parameters", "RecordType", "ResultStatus", "SessionId", "Target", "TargetContextId", "UserId",
        "UserKey", "UserType", "Version", "Workload",
    )
}  # fmt: skip
"""Some of the events have lost the case of their names."""
_WRITTEN = {"google": google, "entra": entra, "m365": m365}


def hunted(folder: Path, labelled: list[Labelled], rules: list[Path]) -> dict[str, set[str]]:
    """Read and hunt; give the rules that hit, by the id of a record."""
    evidence = folder / "evidence"
    evidence.mkdir(parents=True)
    for kind in _WRITTEN:
        lines = [json.dumps(event, default=str) for one in labelled if one.family == kind for event in one.events]
        (evidence / f"{kind}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    loaded = sigma.load(rules)
    case = Case.create(folder / "case", "labelled")
    with case.lock():
        pipeline.read(case, [evidence])
    found: dict[str, set[str]] = defaultdict(set)
    with engine(case) as db:
        print(f"{db.value('SELECT count(*) FROM events'):,} events of {sum(len(one.events) for one in labelled):,} read, "
              f"{db.value('SELECT count(*) FROM skipped'):,} skipped; {len(loaded.rules):,} rules")
        correlation.find(db, loaded)
        told = [*loaded.rules, *loaded.correlations]
        for row in db.rows("SELECT DISTINCT rule, record_id FROM sigma_hits JOIN events USING (event_id)"):
            one = told[row["rule"]]
            if one.rule_id not in loaded.silent:
                found[row["record_id"].lower()].add(f"{one.level}: {one.title}")
    return found


def main() -> int:
    """Run all of it; fail below the bars."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("panther", type=Path, help="a checkout of panther-labs/panther-analysis")
    options.add_argument("--sigma", type=Path, help="a checkout of SigmaHQ/sigma: its cloud rules are tried, too")
    options.add_argument("--all-levels", action="store_true", help="count informational findings")
    chosen = options.parse_args()
    rules = [OURS]
    if chosen.sigma:
        rules += [chosen.sigma / "rules" / "cloud", chosen.sigma / "rules-threat-hunting" / "cloud"]
    labelled = list(tests(chosen.panther))
    with tempfile.TemporaryDirectory() as folder:
        found = hunted(Path(folder), labelled, rules)
    hit: dict[int, set[str]] = {}
    for one in labelled:
        titles = {title for unique in one.ids for title in found.get(unique, ())}
        hit[id(one)] = {title for title in titles if chosen.all_levels or not title.startswith("informational")}
    return tell(labelled, hit)


def _words(one: Labelled) -> str:
    """Give what a test's first event says beside its time, its id and who acted."""
    event = json.loads(json.dumps(one.events[0], default=str))
    if one.family == "google":
        return json.dumps([event["id"].get("applicationName"), *({**inner, "parameters": _said(inner)} for inner in event["events"])])
    for name in ("time", "CreationTime", "Id"):
        event.pop(name, None)
    for name in ("id", "createdDateTime", "activityDateTime"):
        (event.get("properties") or {}).pop(name, None)
    return json.dumps(event, sort_keys=True)


def _said(inner: Event) -> list[Event]:
    return [one for one in inner["parameters"] if "email" not in one["name"].lower()]


def tell(labelled: list[Labelled], hit: dict[int, set[str]]) -> int:
    """Print shares, what is missed and what is wrongly found."""
    true, false = ([one for one in labelled if one.true is kind and (one.ours or not kind)] for kind in (True, False))
    for name, ones in (("true", true), ("false", false)):
        got = [one for one in ones if hit[id(one)]]
        by = Counter(one.family for one in ones)
        each = ", ".join(f"{kind} {sum(one.family == kind for one in got)}/{count}" for kind, count in sorted(by.items()))
        print(f"{name}: {len(got)} of {len(ones)} found, {len(got) / max(len(ones), 1):.1%} ({each})")
    known = {_words(one) for one in labelled if one.true}
    contradicted = [one for one in false if _words(one) in known]
    wrong = [one for one in false if hit[id(one)] and _words(one) not in known]
    print(
        f"false, without {len(contradicted)} that are true word for word for another rule: {len(wrong)} of "
        f"{len(false) - len(contradicted)} found, {len(wrong) / max(len(false) - len(contradicted), 1):.1%}"
    )
    for one in true:
        if not hit[id(one)]:
            print(f"  missed: {one.family} {one.rule}: {one.name}")
    for one in false:
        if hit[id(one)]:
            print(f"  wrongly: {one.family} {one.rule}: {one.name}: {sorted(hit[id(one)])}")
    share = [sum(bool(hit[id(one)]) for one in ones) / max(len(ones), 1) for ones in (true, false)]
    return int(share[0] < FOUND or share[1] > WRONG)


if __name__ == "__main__":
    sys.exit(main())
