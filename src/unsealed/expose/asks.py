"""What a rule or a search asks of a letter, as SQL that answers yes, no, or that it can't be told.

SQL's own logic has three values: what can't be told of a letter is NULL, and AND, OR and NOT keep it so only where it
matters. The SQL speaks of a message `m` and of its copy `c`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

PEOPLE = {
    "sender": "[{'address': m.from_address, 'name': m.from_name}]",
    "to": 'm."to"',
    "cc": "m.cc",
    "bcc": "m.bcc",
    "to_cc": 'list_concat(m."to", m.cc)',
    "recipients": 'list_concat(m."to", m.cc, m.bcc)',
    "participants": "list_concat([{'address': m.from_address, 'name': m.from_name}], m.\"to\", m.cc, m.bcc)",
}
"""The people of a letter, each with address and name."""
TEXTS = {"subject": "m.subject", "text": "m.text"}
_UNREAD = "('encrypted', 'too_large', 'too_slow', 'failed', 'undecodable')"
_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f]")
_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")
_NOT_WORD = r"[^\pL\pN]"
_SIZE = re.compile(r"\s*([\d.,]+)\s*(b|kb|mb|gb)?\b", re.IGNORECASE)
_UNITS = {"b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T]+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AP]M)?)?", re.IGNORECASE)
SIZE_DOUBT = 1.5
"""A message is counted larger in one place than in another, by its transport encoding: so far from a bound, who knows."""


class Ask(NamedTuple):
    """A question to a letter: SQL with its values, and the names of the parts that no letter can answer."""

    sql: str
    values: tuple[Any, ...] = ()
    unknown: tuple[str, ...] = ()


YES, NO = Ask("TRUE"), Ask("FALSE")


def cant_tell(name: str) -> Ask:
    """A part that no letter answers, by its name."""
    return Ask("NULL::BOOLEAN", (), (name,))


def every(asks: Iterable[Ask]) -> Ask:
    """All of them; yes where there are none."""
    return _joined(list(asks), " AND ", YES)


def some(asks: Iterable[Ask]) -> Ask:
    """One of them at least; no where there are none."""
    return _joined(list(asks), " OR ", NO)


def none(ask: Ask) -> Ask:
    """The contrary."""
    return Ask(f"(NOT {ask.sql})", ask.values, ask.unknown)


def _joined(asks: list[Ask], word: str, empty: Ask) -> Ask:
    if len(asks) < 2:
        return asks[0] if asks else empty
    return Ask(
        "(" + word.join(ask.sql for ask in asks) + ")",
        tuple(value for ask in asks for value in ask.values),
        tuple(dict.fromkeys(name for ask in asks for name in ask.unknown)),
    )


# -- words ---------------------------------------------------------------------------------------------------------


def contains(fields: Sequence[str], word: str) -> Ask:
    """The word stands somewhere in one of the texts, or in an address of one of the groups of people."""
    word = word.lower()
    return some(
        Ask(f"coalesce(contains(lower({TEXTS[field]}), ?), FALSE)", (word,))
        if field in TEXTS
        else person(field, "contains(p.address, ?)", word)
        for field in fields
    )


def phrase(fields: Sequence[str], words: str, *, prefix: bool = False) -> Ask:
    """The words stand one after the other, as whole words, in one of the texts or in a name or address of people.

    Japanese, Chinese and Korean are not divided into words: there it is enough that the characters stand together.
    """
    pattern = word_pattern(words, prefix=prefix)
    if pattern is None:
        return cant_tell(words)
    return some(
        matches(TEXTS[field], pattern)
        if field in TEXTS
        else person(
            field, "(coalesce(regexp_matches(p.address, ?), FALSE) OR coalesce(regexp_matches(p.name, ?), FALSE))", pattern, pattern
        )
        for field in fields
    )  # fmt: skip


def word_pattern(words: str, *, prefix: bool = False) -> str | None:
    """Give a pattern for whole words in a row; None where there is none in it."""
    if _ASIAN.search(words):
        return "(?i)" + escaped(words)
    parts = [part for part in re.split(r"[\W_]+", words) if part]
    if not parts:
        return None
    end = "" if prefix else f"(?:{_NOT_WORD}|$)"
    return f"(?i)(?:^|{_NOT_WORD})" + f"{_NOT_WORD}+".join(map(escaped, parts)) + end


def escaped(text: str) -> str:
    """Write a text as a pattern that means itself."""
    return _SPECIAL.sub(r"\\\1", text)


def matches(column: str, pattern: str) -> Ask:
    """A pattern is found in a column; what the letter lacks does not match."""
    return Ask(f"coalesce(regexp_matches({column}, ?), FALSE)", (pattern,))


# -- people --------------------------------------------------------------------------------------------------------


def person(group: str, condition: str, *values: str) -> Ask:
    """Some person `p` of a group meets a condition."""
    sql = f"coalesce(len(list_filter({PEOPLE[group]}, lambda p: coalesce({condition}, FALSE))) > 0, FALSE)"
    return Ask(sql, values)


def everyone(group: str, condition: str, *values: str) -> Ask:
    """There is somebody in a group, and each of them meets a condition."""
    sql = (
        f"coalesce(len({PEOPLE[group]}) > 0 AND "
        f"len(list_filter({PEOPLE[group]}, lambda p: NOT coalesce({condition}, FALSE))) = 0, FALSE)"
    )
    return Ask(sql, values)


def address(group: str, *addresses: str) -> Ask:
    """One of the addresses is there."""
    return some(person(group, "p.address = ?", one.lower()) for one in addresses)


def domain(group: str, *names: str) -> Ask:
    """Somebody's address is in one of the domains, or in a domain under it."""
    return some(person(group, IN_DOMAIN, *in_domain(name)) for name in names)


IN_DOMAIN = "(ends_with(p.address, ?) OR ends_with(p.address, ?))"


def in_domain(name: str) -> tuple[str, str]:
    """Give the values of `IN_DOMAIN`."""
    name = name.lower().lstrip("@.")
    return f"@{name}", f".{name}"


def named(group: str, who: str) -> Ask:
    """A person given as people are in searches: by address, domain, alias or name; `*` at the end for any ending."""
    who = who.strip().lower()
    if who.endswith("*"):
        start = who.rstrip("*")
        return person(group, "(starts_with(p.address, ?) OR starts_with(lower(p.name), ?))", start, start)
    if "@" in who.strip("@"):
        return address(group, who)
    pattern = word_pattern(who)
    if pattern is None:
        return cant_tell(who or "a person")
    by_name = "(split_part(p.address, '@', 1) = ? OR coalesce(regexp_matches(p.name, ?), FALSE))"
    asks = [person(group, by_name, who, pattern)]
    if "." in who and " " not in who:
        asks.append(domain(group, who))
    return some(asks)


# -- attachments ---------------------------------------------------------------------------------------------------


def has_attachment() -> Ask:
    """It has attachments."""
    return Ask("(m.attachment_count > 0)")


def attachment(condition: str, *values: Any, contents: bool = False) -> Ask:  # noqa: ANN401 - values of SQL
    """Some attachment `a` meets a condition; with `contents`, one that was not read leaves it open."""
    unread = f"WHEN bool_or(a.text_status IN {_UNREAD}) THEN NULL " if contents else ""
    sql = (
        f"(SELECT CASE WHEN bool_or(coalesce({condition}, FALSE)) THEN TRUE {unread}ELSE FALSE END "
        "FROM attachments a WHERE a.message_id = m.message_id)"
    )
    return Ask(sql, values)


def anywhere(words: str, *, prefix: bool = False) -> Ask:
    """The words stand somewhere in the letter: subject, text, people, names and texts of attachments."""
    pattern = word_pattern(words, prefix=prefix)
    if pattern is None:
        return cant_tell(words)
    within = attachment("(regexp_matches(a.filename, ?) OR regexp_matches(a.text, ?))", pattern, pattern, contents=True)
    return some([phrase(("subject", "text", "participants"), words, prefix=prefix), within])


# -- time and size -------------------------------------------------------------------------------------------------


def between(column: str, low: int | None, high: int | None) -> Ask:
    """A time in microseconds lies from `low` on and before `high`; without a time it can't be told."""
    asks = []
    if low is not None:
        asks.append(Ask(f"({column} >= ?)", (low,)))
    if high is not None:
        asks.append(Ask(f"({column} < ?)", (high,)))
    return every(asks)


def larger(than: int) -> Ask:
    """It is larger than so many bytes; not to be told near the bound."""
    return Ask(
        "(CASE WHEN m.size_bytes >= ? THEN TRUE WHEN m.size_bytes < ? THEN FALSE END)",
        (int(than * SIZE_DOUBT), int(than / SIZE_DOUBT)),
    )


def size(text: str) -> int | None:
    """Read a size: "10 MB", "1.5GB (1,610,612,736 bytes)" or a number of bytes."""
    match = _SIZE.match(text)
    try:
        found = int(float(match.group(1).replace(",", "")) * _UNITS[(match.group(2) or "b").lower()]) if match else None
    except (ValueError, OverflowError):
        return None
    return found if found is None or found < 1 << 62 else None


def moment(text: str) -> tuple[int, int] | None:
    """Read a date or time as the stretch that it names, in microseconds: a whole day, or a moment.

    Forms: ISO 8601, and the United States' month/day/year, UTC where no zone is named.
    """
    text = text.strip().strip("\"'")
    match = _US.fullmatch(text)
    try:
        if match:
            month, day, year, hour, minute, second, half = match.groups()
            hours = int(hour or 0) % 12 + (12 if half.upper() == "PM" else 0) if half else int(hour or 0)
            found = datetime(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0), tzinfo=UTC)
            whole_day = hour is None
        else:
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
            whole_day = re.fullmatch(r"\d{4}-?\d\d-?\d\d", text) is not None
    except ValueError:
        return None
    low = int((found - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
    return low, low + (86_400_000_000 if whole_day else 1)
