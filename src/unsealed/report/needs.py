"""What would narrow the answer, in words: which records to ask for, of which log, for which days."""

from typing import Any

from unsealed.report.words import Facts, Translate, day

ITEMS = "m365_mail_items"
MOST = 30


def sentences(facts: Facts, _: Translate) -> list[str]:
    """Say what to ask for, a sentence each, the most telling first; what repeats by mailbox is told once."""
    order = ("earlier", "gap", "later", "items", "reach_from", "contained", "reach_to", "zone", "throttled")
    needs = sorted(facts["hunted"]["needs"], key=lambda need: order.index(need["kind"]))
    told = list(dict.fromkeys(_sentence(need, _) for need in needs))[:MOST]
    return told + [_account(row, _) for row in facts["unplaced"][: MOST - len(told)]]


def _account(row: Facts, _: Translate) -> str:
    """Ask for the mailbox of an account that the intruder used."""
    told = {
        "ambiguous": _(
            "Which mailbox {account} is: {mailboxes}? The intruder used that account from {start} to {end}."
        ),
        "unknown": _(
            "The mailbox of {account}, which is not in the evidence: the intruder used it from {start} to {end}."
        ),
    }[row["reason"]]
    start, end = _moment(row["first_time"]), _moment(row["last_time"])
    return told.format(account=row["account"], mailboxes=", ".join(row["may_be"] or ()), start=start, end=end)


def _sentence(need: dict[str, Any], _: Translate) -> str:
    start, end = _moment(need["start"]), _moment(need["end"])
    log = _log(need, _)
    return {
        "earlier": _("Records of {log} from before {end}: when the intrusion began lies there."),
        "later": _("Records of {log} from after {start}: whether it went on lies there."),
        "gap": _("Records of {log} between {start} and {end}, where it is dark."),
        "throttled": _(
            "{log} was throttled from {start} to {end}; its records of then do not exist, but the mailbox itself may tell."
        ),
        "items": _("Item records of {log} between {start} and {end}, while the intruder was in the mailbox."),
        "zone": _("The time zone of {log}: set `timezone` in case.toml."),
        "contained": _("When it was contained: set `contained` in case.toml."),
        "reach_from": _("Since when {log} was open: set `from` in case.toml."),
        "reach_to": _("Until when {log} was open: set `to` in case.toml."),
    }[need["kind"]].format(log=log, start=start, end=end)


def _log(need: dict[str, Any], _: Translate) -> str:
    if need["kind"].startswith("reach"):
        return str(need["scope"])
    name = _("the item log") if need["source"] == ITEMS else str(need["source"])
    return name if need["scope"] == "*" else _("{log} of {mailbox}").format(log=name, mailbox=need["scope"])


def _moment(value: object) -> str:
    """Give a time as people read it; the journal keeps times as text."""
    return day(str(value).replace(" ", "T")) if value else "?"
