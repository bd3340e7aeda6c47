"""What would change a verdict: a session that turns out to be nobody's, a log that is found, a line of case.toml.

What is told here is worked out from the grounds that would remain. `certain` is False where the hunt, run again, might
draw in less than it did, or where more grounds were found than are kept: running the stages again on the assumption
(`unsealed.whatif`) answers it for sure.
"""

from typing import Any

from unsealed.query import Engine
from unsealed.schema import VERDICTS

VERDICT_OF = {
    "bind": "accessed",
    "attachment": "accessed",
    "fetch": "accessed",
    "sent_by_intruder": "accessed",
    "sync": "copied",
    "export": "copied",
    "forwarded": "copied",
    "download": "copied",
    "quoted": "quoted",
    "throttled": "in_reach",
    "no_item_log": "in_reach",
    "log_gap": "in_reach",
    "gateway": "in_reach",
    "unnamed_folder": "in_reach",
    "log_whole": "not_accessed",
    "not_reached": "out_of_reach",
}
"""The verdict that each kind of ground leads to (`docs/explanation/verdicts.md`)."""
MAX_SESSIONS = 5
KEPT = 200
"""As many grounds are kept with a letter; one that has so many may have more (`expose/verdict.py`)."""
_WEAK, _QUOTED = VERDICTS.index("not_accessed"), VERDICTS.index("quoted")

Row = dict[str, Any]


def changes(proof: Row) -> list[Row]:
    """Give what would change the verdict of a letter, that which rests on people's judgement first.

    Each has a `kind`: `reject` (with `sessions`, `verdict`, `grounds` that would remain, `certain`; each of the first
    sessions by itself, then all together), `reach` (with `name`, `line` and the same), `log` (with `mailbox`, `from`, `to`:
    the item log that would tell), `record` (a record of the intruder that names the letter), `presence` (activity in this
    mailbox from `from` on). `was` is the verdict as it is.
    """
    every = sessions(proof)
    found = [_rejected(proof, {session}) for session in every[:MAX_SESSIONS]]
    if len(every) > 1:
        found.append(_rejected(proof, set(every)))
    found += _unreached(proof)
    found += _logs(proof)
    if proof["verdict"] == "not_accessed":
        found.append({"kind": "record", "mailbox": proof["mailbox"], "verdict": "accessed"})
    if proof["verdict"] == "out_of_reach":
        found.append(_absent(proof))
    return [{"was": proof["verdict"], "basis": "grounds", **change} for change in found]


def sessions(proof: Row) -> list[str]:
    """Give the sessions that the verdict rests on: those of its records, else those seen in the mailbox."""
    by_record = [
        record["session"]
        for ground in proof["grounds"]
        for record in ground["records"]
        if decides(ground) and record.get("session")
    ]
    for ground in proof["grounds"]:
        by_record += [through["session"] for through in ground.get("via", ())]
    present = proof["facts"]["presence"]
    in_mailbox = [each["session"] for each in present["sessions"]] if present else []
    rests = proof["verdict"] in VERDICTS[: _WEAK + 1]
    resting = any(not decides(ground) and not ground["reach"] for ground in proof["grounds"])
    return list(dict.fromkeys([*by_record, *(in_mailbox if rests and resting else [])]))


def via(db: Engine, proof: Row) -> None:
    """Add to each `quoted` ground the sessions by which the quoting letter was opened (`via`)."""
    for ground in proof["grounds"]:
        opening = [one for copy in ground.get("through", ()) for one in copy["grounds"] if _opens(one)]
        ids = sorted({one["event_id"] for one in opening})
        ground["via"] = (
            db.rows(
                """
                SELECT session, count(*) AS events, bool_or(len(finding_ids) > 0 OR state = 'confirmed') AS alone
                FROM activity WHERE event_id IN (SELECT unnest(?)) GROUP BY session ORDER BY session""",
                [ids],
            )
            if ids
            else []
        )


def decides(ground: Row) -> bool:
    """Tell whether a ground stands or falls with its record; not where the record only shows a presence that others show too."""
    return bool(ground["event_id"]) and not ground.get("trace")


def _opens(ground: Row) -> bool:
    return bool(ground["event_id"]) and VERDICT_OF.get(ground["how"]) in {"accessed", "copied"}


# -- a session that is rejected ---------------------------------------------------------------------------------------


def _rejected(proof: Row, gone: set[str]) -> Row:
    """Tell what would be left without some sessions."""
    present, left = proof["facts"]["presence"], _without(proof["facts"]["presence"], gone)
    same = bool(present and left and (left["first"], left["last"]) == (present["first"], present["last"]))
    kept, certain = list[Row](), len(proof["grounds"]) < KEPT and _alone(proof, gone)
    for ground in proof["grounds"]:
        stays, sure = _stays(ground, gone, left is not None, present=present is not None, same=same)
        certain = certain and sure
        if stays:
            kept.append(ground)
    kept = [ground for ground in kept if _rank(ground) < _WEAK]
    certain = certain and not _may_be_quoted(proof, kept)
    told: Row = {"kind": "reject", "sessions": sorted(gone)}
    if kept:
        best = min(kept, key=_rank)
        return {**told, **_outcome(best["how"], kept), "certain": certain and best["how"] in VERDICT_OF}
    verdict, sure = _without_grounds(proof, left)
    how = "log_whole" if verdict == "not_accessed" else "not_reached"
    return {**told, "verdict": verdict, "grounds": [{"how": how, "note": None}], "certain": certain and sure}


def _may_be_quoted(proof: Row, kept: list[Row]) -> bool:
    """Tell whether a letter that loses its ground may still stand in another one.

    Of all letters that quote it, one is kept as a ground; of a letter that was opened itself, none.
    """
    strongest = min(map(_rank, kept), default=_WEAK)
    return bool(strongest > _QUOTED >= _rank(proof["grounds"][0]) and proof["facts"]["opened_beside"])


def _stays(ground: Row, gone: set[str], anyone: bool, *, present: bool, same: bool) -> tuple[bool, bool]:
    """Tell whether a ground would stand without some sessions, and whether that is sure."""
    if decides(ground):
        record = next(iter(ground["records"]), None)
        return (record or {}).get("session") not in gone, bool(record)
    if ground["message_id"]:
        others = [each for each in ground.get("via", ()) if each["session"] not in gone]
        return bool(others), True
    if ground["reach"] or ground["how"] == "gateway":
        return True, True
    return anyone or not present, present and (same or not anyone)


def _without(present: Row | None, gone: set[str]) -> Row | None:
    """Give the first and last trace in a mailbox without some sessions."""
    others = [each for each in present["sessions"] if each["session"] not in gone] if present else []
    if not others:
        return None
    return {"first": min(each["first"] for each in others), "last": max(each["last"] for each in others)}


def _alone(proof: Row, gone: set[str]) -> bool:
    """Tell whether the other sessions have findings of their own, so that the hunt would find them without these."""
    present = proof["facts"]["presence"]
    others = [each for each in (present["sessions"] if present else ()) if each["session"] not in gone]
    records = [
        record
        for ground in proof["grounds"]
        if decides(ground)
        for record in ground["records"]
        if record.get("session") and record["session"] not in gone
    ]
    told = {record["session"]: False for record in records}
    for record in records:
        told[record["session"]] |= bool(record["findings"]) or record.get("state") == "confirmed"
    told |= {each["session"]: told.get(each["session"], False) or each["alone"] for each in others}
    via = [each for ground in proof["grounds"] for each in ground.get("via", ()) if each["session"] not in gone]
    return all(told.values()) and all(each["alone"] for each in via)


def _without_grounds(proof: Row, left: Row | None) -> tuple[str, bool]:
    """Tell the verdict of a letter for which no ground remains."""
    if left is None:
        return "out_of_reach", True
    arrived = (proof["record"] or {}).get("arrived")
    late = arrived is not None and arrived > left["last"]
    return "out_of_reach" if late else "not_accessed", False  # a log may tell that it lay there earlier, or was moved


# -- what is known besides the logs -----------------------------------------------------------------------------------


def _unreached(proof: Row) -> list[Row]:
    """Tell what would be left without an entry of case.toml that the verdict rests on."""
    found = []
    for line in proof["facts"]["reach"]:
        kept = [ground for ground in proof["grounds"] if line not in ground["reach"] and _rank(ground) < _WEAK]
        if len(kept) == len(proof["grounds"]):
            continue
        told = {"kind": "reach", "name": line["name"], "file": line["file"], "line": line["line"]}
        told |= {"from": line["from"], "to": line["to"]}
        quoted = _may_be_quoted(proof, kept)
        if kept:
            found.append({**told, **_outcome(min(kept, key=_rank)["how"], kept), "certain": not quoted})
        else:
            verdict = "not_accessed" if proof["facts"]["presence"] else "out_of_reach"
            how = "log_whole" if verdict == "not_accessed" else "not_reached"
            sure = proof["facts"]["presence"] is None and not quoted
            found.append({**told, "verdict": verdict, "grounds": [{"how": how, "note": None}], "certain": sure})
    return found


def _logs(proof: Row) -> list[Row]:
    """Name the item log that would tell, where the verdict is that no log can."""
    dark = [ground for ground in proof["grounds"] if not decides(ground) and not ground["message_id"]]
    present = proof["facts"]["presence"]
    if proof["verdict"] != "in_reach" or not dark or not proof["mailbox"]:
        return []
    spans = [
        (max(each["from"], present["first"]), min(each["to"], present["last"]))
        for each in proof["facts"]["coverage"]
        if each["state"] != "whole" and each["scope"] == proof["mailbox"]
    ]
    if not spans and present and not all(ground["reach"] for ground in dark):
        spans = [(present["first"], present["last"])]
    if not spans:
        spans = [(line["from"], line["to"]) for line in proof["facts"]["reach"] if line["what"] == "mailbox"]
    return [{"kind": "log", "mailbox": proof["mailbox"], "from": start, "to": end} for start, end in spans]


def _absent(proof: Row) -> Row:
    """Say which activity would bring a letter in reach."""
    present, arrived = proof["facts"]["presence"], (proof["record"] or {}).get("arrived")
    late = bool(present and arrived and arrived > present["last"])
    return {"kind": "presence", "mailbox": proof["mailbox"], "from": arrived, "late": late}


def _outcome(how: str, kept: list[Row]) -> Row:
    grounds = [{"how": ground["how"], "note": ground["note"]} for ground in sorted(kept, key=_rank)]
    return {"verdict": VERDICT_OF.get(how, VERDICTS[_WEAK - 1]), "grounds": grounds}


def _rank(ground: Row) -> int:
    """Order grounds by strength; one that this version does not know counts as in reach."""
    return VERDICTS.index(VERDICT_OF.get(ground["how"], "in_reach"))
