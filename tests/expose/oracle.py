"""The table of verdicts once more, in plain loops and straight from the design: slow, and independent of the product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from replay import lay, records

Row = dict[str, Any]
RANK = ["accessed", "copied", "quoted", "in_reach", "not_accessed", "out_of_reach"]
OPENS = {"bind", "fetch", "attachment", "send", "create"}
NOT_DELIVERED = {"Sent Items", "Drafts"}


class Oracle:
    """Judges all copies of a scene, but for quotations."""

    def __init__(self, tables: dict[str, list[Row]], toml: list[Row]) -> None:
        self.tables, self.reach = tables, toml
        self.events = {row["event_id"]: row for row in tables["events"]}
        self.theirs = {row["event_id"] for row in tables["activity"] if row["state"] != "rejected" and row["inside"]}

    def verdicts(self) -> dict[tuple[str, str], str]:
        """Give the verdict of each copy by (message id, mailbox), and of each message that only the log names."""
        found = {}
        held = set()
        for copy in self.tables["messages"]:
            held.add((copy["internet_message_id"], copy["mailbox"]))
            found[copy["message_id"], copy["mailbox"]] = self.judge(copy | self._known_by_log(copy))
        for row in self.tables["accesses"]:
            key = row["internet_message_id"], row["mailbox"]
            if key[0] and key not in held and self._matters(row):
                found[key] = self.judge(self._ghost(*key))
        return found

    def _known_by_log(self, copy: Row) -> Row:
        """What a log names was there by then, unless it was sent; what evidence from before a deletion holds is gone since."""
        mid, box = copy["internet_message_id"], copy["mailbox"]
        if not mid or not box:
            return {}
        named = [r for r in self.tables["accesses"] if (r["internet_message_id"], r["mailbox"]) == (mid, box)]
        times = [self.events[row["event_id"]]["time"] for row in named if row["access"] != "send"]
        told: Row = {"arrived": min([copy["arrived"], *times])} if copy["arrived"] else {}
        ends = records(self.tables, mid, box)
        if ends and not lay(self.tables, copy, datetime.max.replace(tzinfo=UTC))[0]:
            told["gone"] = ends[-1][0]
        return told

    def judge(self, copy: Row) -> str:
        """Give the strongest verdict that the table supports for a copy."""
        found = ["out_of_reach"]
        first, last = self.presence(copy["mailbox"])
        if last and self._there(copy, first, last):
            found.append("not_accessed")
            scopes = [row for row in self._item_log() if row["scope"] == copy["mailbox"]]
            if all(row["state"] == "absent" for row in scopes):
                found.append("in_reach")
            for row in scopes:
                if row["state"] == "gap" and row["from"] <= last and row["to"] >= first:
                    begins = max(row["from"], first)
                    found += ["in_reach"] * self._there(copy, begins, min(row["to"], last))
        for row in self._item_log():
            if last and row["scope"] == copy["mailbox"] and row["state"] == "throttled":
                overlaps = row["from"] <= last and row["to"] >= first
                found += ["in_reach"] * (overlaps and self._there(copy, max(row["from"], first), row["to"]))
        found += [self._access(copy, row) for row in self.tables["accesses"] if row["event_id"] in self.theirs]
        found += [self._forward(copy, row) for row in self.tables["events"]]
        found += [self._known(copy, line) for line in self.reach]
        return min((verdict for verdict in found if verdict), key=RANK.index)

    def presence(self, mailbox: str | None) -> tuple[datetime | None, datetime | None]:
        """Give when the intruder was first and last seen in a mailbox."""
        rows = [self.events[key] for key in self.theirs]
        times = [row["time"] for row in rows if mailbox and mailbox in (row["mailbox"], row["user"])]
        return min(times, default=None), max(times, default=None)

    def _item_log(self) -> list[Row]:
        return [row for row in self.tables["coverage"] if row["source"] == "m365_mail_items"]

    def _matters(self, row: Row) -> bool:
        boxes = {copy["mailbox"] for copy in self.tables["messages"]} | {line["name"] for line in self.reach}
        return row["event_id"] in self.theirs or row["mailbox"] in boxes or bool(self.presence(row["mailbox"])[0])

    def _ghost(self, mid: str, mailbox: str | None) -> Row:
        rows = [r for r in self.tables["accesses"] if (r["internet_message_id"], r["mailbox"]) == (mid, mailbox)]
        times = sorted(
            (self.events[row["event_id"]]["time"], self.events[row["event_id"]]["operation"]) for row in rows
        )
        gone = times[-1][0] if any(t == times[-1][0] and what == "HardDelete" for t, what in times) else None
        folder = min((row["folder"] for row in rows if row["folder"]), default=None)
        ghost = {"internet_message_id": mid, "mailbox": mailbox, "folder": folder, "arrived": None, "received": []}
        return ghost | {"gone": gone, "from_address": None}

    @staticmethod
    def _there(copy: Row, begins: datetime, ends: datetime) -> bool:
        came = copy["arrived"] is None or copy["arrived"] <= ends
        return came and (copy.get("gone") is None or copy["gone"] >= begins)

    def _access(self, copy: Row, row: Row) -> str | None:
        if row["mailbox"] != copy["mailbox"]:
            return None
        when = self.events[row["event_id"]]["time"]
        if row["access"] in OPENS and row["internet_message_id"] == copy["internet_message_id"]:
            return "accessed"
        if row["access"] != "sync" or not self._there(copy, when, when):
            return None
        if not copy["internet_message_id"] or not copy["mailbox"]:
            there, folder, sure = True, copy["folder"], True
        else:
            there, folder, sure = lay(self.tables, copy, when)
        if not there or (row["folder"] and folder and row["folder"] != folder and self._tells(copy)):
            return None
        return "copied" if sure and row["folder"] and row["folder"] == folder else "in_reach"

    def _tells(self, copy: Row) -> bool:
        """Tell whether the evidence of a mailbox names its folders as mailboxes do."""
        kept = {row["folder"] for row in self.tables["messages"] if row["mailbox"] == copy["mailbox"]}
        return not kept - {None} or bool(kept & {"Inbox", "Sent Items"})

    def _forward(self, copy: Row, row: Row) -> str | None:
        """Random scenes have rules without conditions, each with a name of its own."""
        if row["operation"] != "New-InboxRule" or row["event_id"] not in self.theirs or "message_id" not in copy:
            return None
        name = row["target"]
        ends = [r["time"] for r in self.events.values() if r["operation"] == "Remove-InboxRule" and r["target"] == name]
        end = min((time for time in ends if time > row["time"]), default=row["time"] + timedelta(days=9999))
        if row["user"] != copy["mailbox"] or copy["folder"] in NOT_DELIVERED:
            return None
        if copy["arrived"] is None:
            return "in_reach"
        return "copied" if row["time"] <= copy["arrived"] < end else None

    @staticmethod
    def _known(copy: Row, line: Row) -> str | None:
        if line["kind"] == "mailbox":
            came = copy["arrived"] is None or copy["arrived"] <= line["to"]
            came = came and (copy.get("gone") is None or copy["gone"] >= line["from"])
            return "in_reach" if copy["mailbox"] == line["name"] and came else None
        passed = [
            hop
            for hop in copy["received"]
            if line["name"] in (hop["by"], hop["from"])
            and line["from"] <= (hop["time"] or copy["date"] or copy["arrived"]) <= line["to"]
        ]
        return "in_reach" if passed else None
