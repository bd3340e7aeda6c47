"""The answer in sentences, in the reader's language; every number in them is in `facts`."""

from collections.abc import Callable
from typing import Any

from unsealed.case import Case
from unsealed.i18n import catalogue, current_language

Facts = dict[str, Any]
Translate = Callable[[str], str]


def translator(language: str) -> Translate:
    """Give the function that translates into a language."""
    return catalogue(language).gettext


def language_of(case: Case) -> str:
    """Choose the language of what is written for a case: what the environment asks for, else the organisation's first."""
    asked = current_language()
    return asked if asked != "en" else next((name for name in case.config.languages if name in {"en", "ja"}), "en")


def verdict_names(_: Translate) -> dict[str, str]:
    """Give each verdict's name in words."""
    return {
        "accessed": _("opened"),
        "copied": _("copied in bulk"),
        "quoted": _("quoted in an opened letter"),
        "in_reach": _("in reach, no log can tell"),
        "not_accessed": _("not opened"),
        "out_of_reach": _("out of reach"),
    }


def verdict_meanings(_: Translate) -> dict[str, str]:
    """Say what each verdict means."""
    return {
        "accessed": _("an item-by-item record shows that the intruder opened it"),
        "copied": _("a bulk copy that the intruder took contained it"),
        "quoted": _("not opened itself, but its words stand in a letter that was"),
        "in_reach": _("the intruder could open it, and no log can tell whether"),
        "not_accessed": _("the intruder was in the mailbox, the item log was on and whole, and does not name it"),
        "out_of_reach": _("never where the intruder was"),
    }


def ground_names(_: Translate) -> dict[str, str]:
    """Give each ground's name in words."""
    return {
        "bind": _("opened, item by item"),
        "attachment": _("attachment opened"),
        "fetch": _("fetched"),
        "sent_by_intruder": _("sent by the intruder"),
        "sync": _("folder synchronised"),
        "export": _("exported"),
        "forwarded": _("forwarded by a rule"),
        "download": _("downloaded"),
        "quoted": _("quoted"),
        "throttled": _("log throttled"),
        "no_item_log": _("no item log"),
        "log_gap": _("gap in the item log"),
        "gateway": _("passed an open gateway"),
        "unnamed_folder": _("folder not named"),
        "log_whole": _("item log whole, not named"),
        "not_reached": _("not reached"),
    }


def mark_names(_: Translate) -> dict[str, str]:
    """Name what of a record was found at its place in the evidence."""
    return {
        "record id": _("record id"),
        "operation": _("operation"),
        "user": _("user"),
        "address": _("address"),
        "session": _("session"),
    }


def reach_names(_: Translate) -> dict[str, str]:
    """Name what a `[[reach]]` line says was open."""
    return {"mailbox": _("mailbox"), "server": _("server"), "gateway": _("gateway"), "export": _("export")}


def state_names(_: Translate) -> dict[str, str]:
    """Give the states of activity and coverage in words."""
    return {
        "proposed": _("proposed"),
        "confirmed": _("confirmed"),
        "rejected": _("rejected"),
        "whole": _("whole"),
        "gap": _("gap"),
        "absent": _("absent"),
        "throttled": _("throttled"),
    }


def reason_names(_: Translate) -> dict[str, str]:
    """Say in a few words what each reason of `skipped` means."""
    return {
        "unrecognised": _("not mail or a known log"),
        "empty": _("empty file"),
        "unreadable": _("could not be opened"),
        "link": _("a link"),
        "not_a_file": _("not a file"),
        "encrypted": _("encrypted"),
        "damaged_archive": _("damaged archive"),
        "expands_too_much": _("a decompression bomb"),
        "nested_too_deep": _("archives nested too deep"),
        "too_many_members": _("too many files in one archive"),
        "header_too_large": _("headers too large"),
        "message_too_large": _("message too large"),
        "text_too_long": _("text too long"),
        "mime_too_deep": _("parts nested too deep"),
        "mime_too_many_parts": _("too many parts"),
        "mime_broken": _("broken structure"),
        "no_headers": _("no mail headers"),
        "not_mail": _("no mail there"),
        "binary": _("binary data"),
        "too_slow": _("took too long"),
        "reader_died": _("the reader died on it"),
        "invalid_json": _("not valid JSON"),
        "truncated": _("cut short"),
        "broken_row": _("broken row"),
        "not_a_record": _("not a log record"),
        "no_header": _("no known columns"),
        "not_fetched": _("not fetched from the server"),
        "not_exported": _("left out of the export"),
        "attachment_apart": _("attachments in other files"),
        "attachment_broken": _("broken attachment"),
        "identifier_failed": _("an identifier failed on a value"),
        "scan_too_slow": _("took too long to scan"),
        "scan_died": _("the scan died on it"),
    }


def day(value: str | None) -> str:
    """Give an ISO time to the minute, as people read it."""
    return f"{value[:10]} {value[11:16]} UTC" if value else "?"


def sentences(facts: Facts, _: Translate) -> list[str]:
    """Give the answer in three sentences: when, what, and how far to trust it."""
    return [_when(facts, _), _what(facts, _), _trust(facts, _)]


def _when(facts: Facts, _: Translate) -> str:
    row = facts["intrusion"]
    if not row:
        return _("No activity of an intruder has been found yet: give indicators, or say in case.toml what you know.")
    if not row["first_evidence"]:
        return _(
            "The logs show nothing of the intruder; by what responders know, it lasted from {start} to {end} at most."
        ).format(start=day(row["began_after"]), end=day(row["ended_before"]))
    text = _("The intruder is seen inside from {first} to {last} ({days:.0f} days).").format(
        first=day(row["first_evidence"]), last=day(row["last_evidence"]), days=row["dwell_days_min"] or 0
    )
    earliest = day(row["began_after"]) if row["began_after"] else _("a day before the logs begin")
    latest = day(row["ended_before"]) if row["ended_before"] else _("a day that nothing bounds yet")
    return (
        text
        + _(" ")
        + _("It may have begun as early as {earliest}, and ended as late as {latest}.").format(
            earliest=earliest, latest=latest
        )
    )


def _what(facts: Facts, _: Translate) -> str:
    letters = facts["letters"]
    total = sum(letters[verdict] for verdict in facts["verdicts"])
    if not total:
        return _("No letter has been judged yet.")
    text = _(
        "Of {total:,} letters, {accessed:,} were opened, {copied:,} more were copied in bulk, and the words of "
        "{quoted:,} more stand in opened ones; {in_reach:,} could have been opened, and no log can tell."
    ).format(
        total=total,
        accessed=letters["accessed"],
        copied=letters["copied"],
        quoted=letters["quoted"],
        in_reach=letters["in_reach"],
    )
    if letters["only_in_logs"]:
        text += _(" ") + _(
            "{n:,} of them are named by the log alone: no mailbox in the evidence holds them any more."
        ).format(n=letters["only_in_logs"])
    return text


def _trust(facts: Facts, _: Translate) -> str:
    parts = []
    proposed = facts["activity"]["states"].get("proposed", 0)
    if proposed:
        parts.append(
            _(
                "{n:,} events are taken for the intruder's by proposal and wait for a person to confirm or reject them"
            ).format(n=proposed)
        )
    missing = facts["not_in_evidence"]
    if missing:
        parts.append(
            _(
                "the intruder was in {n:,} mailboxes that the evidence does not hold, or holds under another address: {names}"
            ).format(n=len(missing), names=", ".join(missing[:3]) + (" …" if len(missing) > 3 else ""))
        )
    inferred = facts["evidence"]["inferred_mailboxes"]
    if inferred:
        parts.append(
            _("whose mailbox it is was inferred from headers for {names}").format(
                names=", ".join(inferred[:3]) + (" …" if len(inferred) > 3 else "")
            )
        )
    dark = [row for row in facts["dark"] if row["state"] in {"gap", "absent", "throttled"}]
    if dark:
        parts.append(_("in {n:,} stretches the logs could not see").format(n=len(dark)))
    left_out = facts["hunted"].get("left_out", 0)
    if left_out:
        parts.append(
            _("{n:,} events at listed addresses look like the owner's own and were left out").format(n=left_out)
        )
    if facts["skipped"]["places"]:
        parts.append(_("{n:,} places in the evidence could not be read").format(n=facts["skipped"]["places"]))
    if not parts:
        return _("Everything in the evidence was read, and every event was confirmed by a person.")
    joined = _("; ").join(parts)
    return joined[:1].upper() + joined[1:] + _(".")
