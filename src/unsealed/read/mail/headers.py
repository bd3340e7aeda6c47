"""The header block of a message: found with bounds, unfolded, decoded; addresses, ids, dates and hops out of it.

RFC 5322 is the form; RFC 2047 encoded words are joined before they are decoded, because real mailers split a
character over two of them; what no RFC allows (raw 8-bit, ISO-2022-JP without a label, "user at host") is read too.
"""

import binascii
import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache

from unsealed.read.mail import charsets
from unsealed.read.values import ip_address

MAX_HEADER = 1 << 20
"""Bytes of headers that are looked at (1 MiB); Exchange refuses more than 256 KiB."""
MAX_HOPS = 100
MAX_DATE = 200
MAX_SPOT = 1_000
MAX_ADDRESSES = 2_000
MAX_CACHED = 2_000
"""Characters of an address header that is remembered: people write to the same people."""

_WANTED = frozenset(
    (
        b"from to cc bcc subject date message-id in-reply-to references received thread-index delivered-to x-original-to "
        b"envelope-to x-envelope-to x-delivered-to reply-to return-path x-gmail-labels content-type sender x-mozilla-status"
    ).split()
)
_SPELT = {
    spelt: name
    for name in _WANTED
    for spelt in (name, name.title(), name.title().replace(b"-Id", b"-ID"), name.upper())
}
_UNWANTED: set[bytes] = set()
"""Names of headers that were met and are not used: cheaper to know than to bring to lower case again."""
MAX_NAMES = 2_000
_BLANKS = (b"\n\n", b"\n\r\n")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(?<=\?=)\s+(?==\?)")
_ID = re.compile(r"<[^<>\s]{1,998}>")
_BARE_ID = re.compile(r"^[^<>\s]+@[^<>\s]+$")
_DATE = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,?\s+)?(\d{1,2})[ -]([A-Za-z]{3})[a-z]*\.?[ -](\d{4}|\d{2})[ ,]+(\d{1,2}):(\d\d)(?::(\d\d))?"
    r"(?:\.\d+)?\s*(?:([+-])(\d\d):?(\d\d)|(UTC|GMT|Z|UT)\b)?"
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_SIMPLE = re.compile(r'^\s*(?:"([^"\\]*)"|([^"<>@,;:()\\]*?))\s*<\s*([^<>@\s,;:]+@[^<>@\s,;]+)\s*>\s*$')
_BARE = re.compile(r"^\s*([^<>@\s,;:()\"]+@[^<>@\s,;:()\"]+)\s*$")
_AT = re.compile(r"^\s*([^\s<>@,;()]+)\s+(?:at|AT|\(at\)|\[at\])\s+([^\s<>@,;()]+\.[^\s<>@,;()]+)\s*$")
_SPOT = re.compile(r'"[^"]+"@[^\s<>@,;]+|[^\s<>@,;]+\s*@\s*[^\s<>,;]+')
_LOCAL = re.compile(r"[\w.+=-]{1,64}", re.ASCII)
_ANGLE = re.compile(r"<\s*([^<>]*?)\s*>")
_COMMENT = re.compile(r"\(([^()]*)\)")
_BY = frozenset(("by", "BY", "By"))
MAX_HOP = 4_000
"""Characters of a Received header that are looked at for names of hosts."""
_GROUP = re.compile(r"^\s*[^\"<>@,;:()]*:\s*")
_SEEN = re.compile(r"[\[(](?:IPv6:)?([0-9a-fA-F]*:[0-9a-fA-F:.]+)[\])]|[\[(](\d{1,3}(?:\.\d{1,3}){3})[\]:)]")

_ZONE_NAME = re.compile(r"\b[A-Z]{3,4}\b")
_EPOCH_DAY = date(1970, 1, 1).toordinal()

Address = tuple[str, str]


def split(raw: bytes) -> tuple[bytes, int, bool]:
    """Give the header block, where the body starts, and whether the block had to be cut at `MAX_HEADER`."""
    ends = [(end, end + len(blank)) for blank in _BLANKS if (end := raw.find(blank, 0, MAX_HEADER)) >= 0]
    if ends:
        end, body = min(ends)
        return raw[:end], body, False
    if len(raw) <= MAX_HEADER:
        return raw, len(raw), False
    far = [end + len(blank) for blank in _BLANKS if (end := raw.find(blank, MAX_HEADER)) >= 0]
    return raw[:MAX_HEADER], min(far, default=len(raw)), True


def collect(block: bytes) -> dict[bytes, list[bytes]]:
    """Give the headers that we use, by lower-case name, unfolded, in order."""
    found: dict[bytes, list[bytes]] = {}
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    for line in block.replace(b"\n\t", b" ").replace(b"\n ", b" ").split(b"\n"):
        name, colon, value = line.partition(b":")
        key = _SPELT.get(name)
        if key is None:
            if name in _UNWANTED:
                continue
            key = name.rstrip().lower()
            if key not in _WANTED:
                if len(_UNWANTED) < MAX_NAMES:
                    _UNWANTED.add(name)
                continue
        if not colon:
            continue
        if key in found:
            found[key].append(value.strip())
        else:
            found[key] = [value.strip()]
    return found


def text(value: bytes, label: str = "") -> str:
    """Give a header's value as raw text: 8-bit and ISO-2022-JP decoded, encoded words still closed."""
    if value.isascii() and b"\x1b" not in value:
        return value.decode("ascii")
    return charsets.decode(value, label)


def decoded(value: str) -> str:
    """Open the RFC 2047 encoded words in a value."""
    if "=?" not in value:
        return charsets.clean(value).strip()
    value = _BETWEEN.sub("", value)
    pieces: list[str] = []
    held: list[bytes] = []
    held_label, end = "", 0
    for match in _WORD.finditer(value):
        between = value[end : match.start()]
        label = match.group(1).split("*")[0].lower()
        data = _word_bytes(match.group(2), match.group(3))
        if held and (between or label != held_label):
            pieces.append(charsets.decode(b"".join(held), held_label))
            held = []
        pieces.append(between)
        held.append(data)
        held_label, end = label, match.end()
    if held:
        pieces.append(charsets.decode(b"".join(held), held_label))
    pieces.append(value[end:])
    return charsets.clean("".join(pieces)).strip()


def _word_bytes(encoding: str, payload: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(payload.encode("utf-8", "replace"), header=True)
    try:
        return binascii.a2b_base64(payload.rstrip("=") + "==")
    except (binascii.Error, ValueError):
        packed = re.sub(r"[^A-Za-z0-9+/]", "", payload)
        packed = packed[:-1] if len(packed) % 4 == 1 else packed
        return binascii.a2b_base64(packed + "==")


def addresses(value: str) -> list[Address]:
    """Give (address in lower case, display name) pairs of an address header; groups are opened, junk kept as a name."""
    return list(_addresses(value) if len(value) <= MAX_CACHED else _addresses.__wrapped__(value))


@lru_cache(maxsize=20_000)
def _addresses(value: str) -> tuple[Address, ...]:
    found: list[Address] = []
    if len(value) > 100:
        value = " ".join(value.split())
    for piece in _pieces(value):
        found += _address(piece)
        if len(found) >= MAX_ADDRESSES:
            break
    return tuple(found)


def _address(piece: str) -> list[Address]:
    match = _SIMPLE.match(piece)
    if match:
        return [(match.group(3).lower(), decoded((match.group(1) or match.group(2) or "").strip(" '")))]
    match = _BARE.match(piece)
    if match:
        return [(match.group(1).lower(), "")]
    comments = [decoded(comment) for comment in _COMMENT.findall(piece)]
    bare = _COMMENT.sub(" ", piece)
    angles = _ANGLE.findall(bare)
    name = decoded(_ANGLE.sub(" ", bare).strip().strip("\"'").replace('\\"', '"').strip()) if angles else ""
    spot = (angles[-1] if angles else bare).strip()
    if not spot.startswith('"') or '"@' not in spot:
        spot = spot.strip("\"'")
    if spot.lower().startswith("mailto:"):
        spot = spot[7:]
    match = _AT.match(spot)
    if match:
        spot = f"{match.group(1)}@{match.group(2)}"
    found = _SPOT.findall(spot[:MAX_SPOT])
    if found:
        # several in one piece: somebody forgot the commas
        return [(re.sub(r"\s*@\s*", "@", each).lower(), name or " ".join(comments)) for each in found]
    if angles and _LOCAL.fullmatch(spot):
        return [(spot.lower(), name)]  # a name of the server's own, with no domain
    left = decoded(spot)
    return [("", name or left)] if (name or left) else []


def _pieces(value: str) -> list[str]:
    """Split at commas and semicolons that stand outside quotes, comments and angle brackets; drop group names."""
    if "," not in value and ";" not in value and ":" not in value:
        return [value] if value.strip() else []
    pieces, start, quoted, depth, angle = [], 0, False, 0, False
    for index, char in enumerate(value):
        if char == '"' and (index == 0 or value[index - 1] != "\\"):
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char == "<":
            angle = True
        elif char == ">":
            angle = False
        elif char in ",;" and not depth and not angle:
            pieces.append(value[start:index])
            start = index + 1
    pieces.append(value[start:])
    return [cleaned for piece in pieces if (cleaned := _GROUP.sub("", piece) if ":" in piece else piece).strip()]


def message_ids(value: str) -> list[str]:
    """Give the message ids of a header, with their angle brackets, in order, each once."""
    found = _ID.findall(value)
    if not found:
        found = [f"<{word}>" for word in value.split() if _BARE_ID.match(word)]
    return list(dict.fromkeys(found))


def moment(value: str, zone: tzinfo) -> tuple[int | None, bool]:
    """Give a date header's time in microseconds since 1970 UTC, and whether its zone had to be assumed."""
    value = value[:MAX_DATE]
    match = _DATE.search(value)
    if not match:
        return _by_library(value, zone)
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes, utc = match.groups()
    days = _days(year, month.lower(), day)
    hours, minutes = int(hour), int(minute)
    if days is None or hours > 23 or minutes > 59:
        return None, False
    seconds = days * 86400 + hours * 3600 + minutes * 60 + min(int(second or 0), 59)
    if sign:
        shift = int(zone_hours) * 3600 + int(zone_minutes) * 60
        if shift < 86400:
            return (seconds - shift if sign == "+" else seconds + shift) * 1_000_000, False
    elif utc:
        return seconds * 1_000_000, False
    stamp = datetime(1970, 1, 1, tzinfo=zone) + timedelta(seconds=seconds)
    named = not sign and bool(_ZONE_NAME.search(value, match.end()))
    return micros(_named_zone(value, stamp) if named else stamp), not named


@lru_cache(maxsize=20_000)
def _days(year: str, month: str, day: str) -> int | None:
    """Give a date's days since 1970; two digits of a year are read as RFC 5322 4.3 says."""
    number = int(year)
    number += 0 if number > 99 else 2000 if number < 50 else 1900
    try:
        return date(number, _MONTHS.get(month, 0), int(day)).toordinal() - _EPOCH_DAY
    except ValueError:
        return None


def _by_library(value: str, zone: tzinfo) -> tuple[int | None, bool]:
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _iso(value, zone)
    return micros(parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)), parsed.tzinfo is None


def _named_zone(value: str, stamp: datetime) -> datetime:
    """Read EST, PDT and their like as the standard library does; JST as what it is."""
    if re.search(r"\bJST\b", value):
        return stamp.replace(tzinfo=timezone(timedelta(hours=9)))
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return stamp
    return parsed if parsed.tzinfo else stamp


def _iso(value: str, zone: tzinfo) -> tuple[int | None, bool]:
    try:
        stamp = datetime.fromisoformat(value.strip())
    except ValueError:
        return None, False
    return micros(stamp if stamp.tzinfo else stamp.replace(tzinfo=zone)), stamp.tzinfo is None


def micros(stamp: datetime) -> int | None:
    """Give an aware time as microseconds since 1970 UTC."""
    try:
        delta = stamp - datetime(1970, 1, 1, tzinfo=UTC)
    except OverflowError:
        return None
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


def hop(value: str, zone: tzinfo) -> tuple[str | None, str | None, int | None, str | None]:
    """Give (by, from, time, ip) of one Received header; host names in lower case, `ip` as the receiver saw it."""
    head, _, when = value.rpartition(";")
    time = moment(when, zone)[0] if when else None
    words = head[:MAX_HOP].split()
    if not words:
        return None, None, time, None
    sender = receiver = seen = None
    if words[0].lower() == "from" and len(words) > 1:
        sender = _host(words[1])
        found = _SEEN.search(head, 0, MAX_HOP)
        seen = ip_address(found[1] or found[2]) if found else None
    for place, word in enumerate(words):
        if word in _BY and place + 1 < len(words):
            receiver = _host(words[place + 1])
            break
    return receiver, sender, time, seen


def _host(word: str) -> str:
    return word.strip("()[]<>,;").rstrip(".").lower()
