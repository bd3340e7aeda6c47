"""A proof in lines for a terminal, in the reader's language: verdict, grounds with their places, what would change it."""

from collections.abc import Iterator
from typing import Any

from unsealed.i18n import current_language
from unsealed.report import words
from unsealed.report.plain import plain, shown, typed
from unsealed.report.retell import retelling

MAX_GROUNDS = 10
"""Grounds that are told; the rest is counted, and in `--json`."""
MAX_SESSIONS = 12
"""Sessions that are named in one command; more are in `--json`."""
MAX_TEXT = 600
"""Characters of a record that are shown."""

Row = dict[str, Any]


def lines(document: Row, case: str) -> list[str]:
    """Give the lines of what `unsealed why` found."""
    _ = words.translator(current_language())
    told: list[str] = []
    for proof in document["letters"]:
        told += [*([""] if told else []), *_letter(proof, _), "", *_verdict(proof, _)]
        for number, ground in enumerate(proof["grounds"][:MAX_GROUNDS], start=1):
            told += ["", *_ground(ground, number, proof, _)]
        if len(proof["grounds"]) > MAX_GROUNDS:
            told += ["", _("{n:,} more grounds are in --json").format(n=len(proof["grounds"]) - MAX_GROUNDS)]
        told += [*_facts(proof, _), *_changes(proof, case, _)]
    if document["copies"] > len(document["letters"]):
        told += [
            "",
            _("{n:,} more copies: ask for them by our id").format(n=document["copies"] - len(document["letters"])),
        ]
    return told


def _letter(proof: Row, _: words.Translate) -> Iterator[str]:
    yield _("Letter {message_id}").format(message_id=shown(proof["internet_message_id"]) or proof["message_id"])
    where = " / ".join(shown(proof[key]) for key in ("mailbox", "folder") if proof[key])
    if proof["message_id"]:
        yield "  " + _("our id {message_id}, in {where}").format(
            message_id=proof["message_id"], where=where or _("(no mailbox known)")
        )
    else:
        yield "  " + _("named by the log alone, in {where}").format(where=where or _("(no mailbox known)"))
    subject = shown(proof["subject"]) or _("(no subject)")
    yield "  " + ", ".join(word for word in (subject, shown(proof["from_address"]), _moment(proof["date"])) if word)
    if proof["record"]:
        yield from _place(proof["record"], _)


def _verdict(proof: Row, _: words.Translate) -> Iterator[str]:
    names, meanings = words.verdict_names(_), words.verdict_meanings(_)
    yield _("Verdict: {name} ({verdict}): {meaning}").format(
        name=names[proof["verdict"]], verdict=proof["verdict"], meaning=meanings[proof["verdict"]]
    )
    if proof["content_verdict"] != proof["verdict"]:
        yield "  " + _("The letter as a whole: {name} ({verdict}), by another copy of it:").format(
            name=names[proof["content_verdict"]], verdict=proof["content_verdict"]
        )
        for copy in proof["copies"]:
            where = " / ".join(shown(copy[key]) for key in ("mailbox", "folder") if copy[key])
            yield f"    {copy['message_id'] or '-'}  {where}: {_note(copy['note'], _)}"


def _ground(ground: Row, number: int, proof: Row, _: words.Translate) -> Iterator[str]:
    name = words.ground_names(_).get(ground["how"], ground["how"])
    yield _("Ground {n}: {name}: {note}").format(n=number, name=name, note=_note(ground["note"], _))
    for record in ground["records"]:
        yield f"  {_said(record)}"
        if record is not proof["record"]:
            yield from _place(record, _, text=number <= 3)
        if record.get("session"):
            yield "  " + _taken(record, _)
    for copy in ground.get("through", ())[:1]:
        yield "  " + _("That letter is {name}: unsealed why … {message_id}").format(
            name=words.verdict_names(_)[copy["verdict"]],
            message_id=copy["message_id"] or shown(copy["internet_message_id"]),
        )
    for line in ground["reach"]:
        yield "  " + _("said in {file}, line {line}; SHA-256 {sha256}").format(
            file=shown(line["file"]), line=line["line"] or "?", sha256=line["evidence_id"]
        )


def _said(record: Row) -> str:
    if record.get("kind") == "letter":
        return " ".join(shown(record[key]) for key in ("internet_message_id", "subject") if record[key])
    words_ = (_moment(record.get("time")), record.get("source"), record.get("operation"), record.get("user"))
    told = " ".join(shown(word) for word in words_ if word)
    return f"{told} {shown(record['client_ip'])}" if record.get("client_ip") else told or record["event_id"]


def _taken(record: Row, _: words.Translate) -> str:
    state = words.state_names(_).get(record["state"], record["state"])
    return _("taken for the intruder's: session {session}, {state}: {reason}").format(
        session=shown(record["session"]), state=state, reason=_note(record["reason"], _)
    )


def _place(record: Row, _: words.Translate, *, text: bool = False) -> Iterator[str]:
    """Say where a record stands, and whether it was found there."""
    opened = record.get("opened") or {}
    path = shown((record.get("paths") or [None])[0]) or _("(a file that the case does not list)")
    yield "    " + _("file    {path}").format(path=path)
    proved = {
        ("found", True): _("hashed again: the same"),
        ("found", False): _("not hashed again"),
    }.get((opened.get("state", ""), bool(opened.get("verified"))), shown(opened.get("why")))
    yield f"    SHA-256 {record.get('evidence_id') or '?'}" + (f" ({proved})" if proved else "")
    place = [record.get("locator") or "?"]
    if opened.get("line"):
        place.insert(0, _("line {n}").format(n=opened["line"]))
    yield "    " + _("place   {place}").format(place=shown(", ".join(place)))
    if opened.get("bytes_sha256"):
        yield "    " + _("bytes   {length:,}, their SHA-256 {sha256}").format(
            length=opened["length"], sha256=opened["bytes_sha256"]
        )
    if opened.get("shows"):
        names = words.mark_names(_)
        yield "    " + _("in it   {marks}").format(marks=", ".join(names.get(one, one) for one in opened["shows"]))
    if text and opened.get("text"):
        said = opened["text"].strip()
        yield from (f"    | {line}" for line in (said[:MAX_TEXT] + (" …" if len(said) > MAX_TEXT else "")).splitlines())
    for key, value in opened.get("fields", {}).items() if text else ():
        yield f"    | {key}: {shown(str(value))[:MAX_TEXT]}"


def _facts(proof: Row, _: words.Translate) -> Iterator[str]:
    facts = proof["facts"]
    presence = facts["presence"]
    if proof["verdict"] in {"accessed", "copied"}:
        return
    yield ""
    yield _("What holds it up")
    if not presence:
        yield "  " + _("no trace of the intruder in this mailbox")
    else:
        yield "  " + _("the intruder was seen in this mailbox from {first} to {last}, in {n:,} records").format(
            first=_moment(presence["first"]), last=_moment(presence["last"]), n=presence["events"]
        )
        for name in ("first_record", "last_record"):
            if presence.get(name) and (name == "first_record" or presence["events"] > 1):
                yield f"  {_said(presence[name])}"
                yield from _place(presence[name], _)
    states = words.state_names(_)
    for row in facts["coverage"][:8]:
        yield "  " + _("log {source}: {state} from {start} to {end}: {note}").format(
            source=row["source"], state=states.get(row["state"], row["state"]), start=_moment(row["from"]),
            end=_moment(row["to"]), note=_note(row["note"], _),
        )  # fmt: skip
    if facts["named_count"]:
        yield "  " + _("{n:,} other records of the log name the letter; none of them is a ground:").format(
            n=facts["named_count"]
        )
        for row in facts["named"]:
            yield f"  {_said(row)}"
            yield from _place(row, _)


def _changes(proof: Row, case: str, _: words.Translate) -> Iterator[str]:
    if not proof["changes"]:
        return
    yield ""
    yield _("What would change it")
    stays = [change for change in proof["changes"] if _idle(change)]
    for change in proof["changes"]:
        if not _idle(change):
            yield f"  - {_change(change, case, _)}"
    alone = [change["sessions"][0] for change in stays if len(change["sessions"]) == 1]
    if alone:
        text = _("It would stay as it is if any one of these sessions were rejected: {sessions}")
        sure = _sure({"certain": all(change["certain"] for change in stays), "basis": stays[0]["basis"]}, _)
        yield f"  - {text.format(sessions=shown(', '.join(alone)))}{sure}"


def _idle(change: Row) -> bool:
    """Tell a rejection that would change nothing."""
    return bool(change["kind"] == "reject" and change["verdict"] == change["was"])


def _change(change: Row, case: str, _: words.Translate) -> str:
    if change["kind"] == "reject":
        sessions = shown(" ".join(change["sessions"]))
        command = typed("decide", case, "reject", *change["sessions"])
        if len(change["sessions"]) == 1:
            text = _("If session {sessions} were rejected, it would be: {name} ({ground})")
        else:
            text = _("If all its {n:,} sessions were rejected, it would be: {name} ({ground})")
        told = text.format(sessions=sessions, n=len(change["sessions"]), name=_name(change, _), ground=_left(change, _))
        return told + _sure(change, _) + (f". {shown(command)}" if len(change["sessions"]) <= MAX_SESSIONS else "")
    if change["kind"] == "reach":
        text = _("If {name} was not open then ({file}, line {line}), it would be: {verdict} ({ground})")
        if change["verdict"] == change["was"]:
            text = _("If {name} was not open then ({file}, line {line}), it would still be: {verdict} ({ground})")
        said = text.format(
            name=shown(change["name"]),
            file=shown(change["file"]),
            line=change["line"] or "?",
            verdict=_name(change, _),
            ground=_left(change, _),
        )
        return said + _sure(change, _)
    if change["kind"] == "log":
        return _(
            "The item log of {mailbox} from {start} to {end} would tell: opened if a record of the intruder names it, "
            "not opened if the log is whole and none does"
        ).format(
            mailbox=shown(change["mailbox"]), start=_moment(change["from"]) or "?", end=_moment(change["to"]) or "?"
        )
    if change["kind"] == "record":
        return _("A record of the intruder in the item log of {mailbox} that names it would make it: opened").format(
            mailbox=shown(change["mailbox"])
        )
    mailbox = shown(change["mailbox"]) or _("its mailbox")
    if change["from"]:
        return _("Activity of the intruder in {mailbox} at or after {start} would bring it in reach, or a [[reach]] line").format(
            mailbox=mailbox, start=_moment(change["from"])
        )  # fmt: skip
    return _("Activity of the intruder in {mailbox} would bring it in reach, or a [[reach]] line").format(
        mailbox=mailbox
    )


def _name(change: Row, _: words.Translate) -> str:
    return words.verdict_names(_)[change["verdict"]]


def _left(change: Row, _: words.Translate) -> str:
    names = words.ground_names(_)
    ground = change["grounds"][0] if change["grounds"] else {"how": "", "note": ""}
    name = names.get(ground["how"], ground["how"])
    return f"{name}: {_note(ground['note'], _)}" if ground["note"] else name


def _sure(change: Row, _: words.Translate) -> str:
    if change.get("basis") == "recomputed":
        return _(" [stages run again]")
    return "" if change["certain"] else _(" [by the grounds that remain; --recompute runs the stages again]")


def _moment(value: object) -> str:
    told = plain(value)
    return words.day(told) if isinstance(told, str) else ""


def _note(text: str | None, _: words.Translate) -> str:
    """Give a note of a table in the reader's language."""
    return shown(retelling(_).tell(text))
