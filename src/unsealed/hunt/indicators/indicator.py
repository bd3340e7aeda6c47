"""One indicator in the form in which it is compared, and the reading of its text: refanged, recognised, brought to one form.

Values are in lower case but for user agents; addresses are canonical; a URL has no scheme, see `urls.normal`.
"""

import ipaddress
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from unsealed.hunt.indicators import urls
from unsealed.hunt.indicators.kinds import TYPES, UNSEEN, word

SHORTEST_AGENT = 4
SHORTEST_SUBJECT = 6
SHORTEST_FILENAME = 5
LOW_CONFIDENCE = 30
"""STIX 2.1, appendix A: below it an author's confidence is low."""
MAX_VALUE = 4_096
MAX_NOTE = 500
SEEN_HOLDS = timedelta(days=365)
"""How long an indicator counts after it was last seen by its author, where that is all that is told."""
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX = {32: "md5", 40: "sha1", 64: "sha256"}
_HEX_DIGITS = re.compile(r"[0-9a-f]+")
_EMAIL = re.compile(r"[^\s@<>\"',;:()]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})")
_PLAIN = re.compile(
    r"(?P<ip>(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!$)|$)){4})"
    r"|(?P<sha256>[0-9a-f]{64})|(?P<sha1>[0-9a-f]{40})|(?P<md5>[0-9a-f]{32})"
    r"|(?P<domain>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24})"
)
_PORT = re.compile(r"^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$|^\[([0-9a-f:.]+)\](?::\d{1,5})?$")
_HOST_PORT = re.compile(r"^([a-z0-9_.-]+\.[a-z0-9-]{2,59}):\d{1,5}$")
_FILES = (
    *(
        ".exe",
        ".dll",
        ".scr",
        ".msi",
        ".cpl",
        ".bat",
        ".cmd",
        ".ps1",
        ".vbs",
        ".js",
        ".hta",
        ".lnk",
        ".jar",
        ".py",
        ".php",
    ),
    *(
        ".asp",
        ".aspx",
        ".jsp",
        ".zip",
        ".rar",
        ".7z",
        ".iso",
        ".img",
        ".doc",
        ".docx",
        ".docm",
        ".xls",
        ".xlsx",
        ".xlsm",
    ),
    *(".ppt", ".pptx", ".pdf", ".rtf", ".txt", ".html", ".htm", ".md", ".csv", ".json", ".xml", ".eml", ".msg", ".tmp"),
    *(".bin", ".dat", ".gif", ".jpg", ".jpeg", ".png"),
)
AGENT = re.compile(
    r"^(?:mozilla/|client=|python-|curl/|bav2ropc|okhttp|go-http|axios|node-fetch|microsoft office/|outlook)",
    re.IGNORECASE,
)
_REFANG = (
    (
        re.compile(r"^[hm](?:xx|tt|\*\*|__|\[tt\]|eow)p?(s?)\s?\[?:?\]?\s?(?:\[?//\]?|\[/\]\[/\]|\\\\)", re.IGNORECASE),
        r"http\1://",
    ),
    (re.compile(r"[\[({]\s*(?:\.|dot)\s*[\])}]", re.IGNORECASE), "."),
    (re.compile(r"[\[({]\s*(?:@|at)\s*[\])}]", re.IGNORECASE), "@"),
    (re.compile(r"\[(?::)\]"), ":"),
    (re.compile(r"\[/\]"), "/"),
    (re.compile(r"\\\."), "."),
    (re.compile(r"\[\.|\.\]"), "."),
)
_SUBJECT_MARKS = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|tr|sv|vs|antw|返信|転送)\s*(?:\[\d+\])?\s*[:：])+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator, in the form in which it is compared."""

    kind: str
    value: str
    source: str
    """File and place, such as `list.txt line 3`."""
    note: str = ""
    valid_from: datetime | None = None
    """Aware, UTC."""
    valid_until: datetime | None = None
    doubt: str = ""
    """Why its own author gives it little weight; such an indicator is never a verdict."""
    marking: str = ""
    """How far it may be shared, such as `TLP:AMBER`."""
    group: str = ""
    """Names what must all be found in one place, where this alone says too little."""
    parts: int = 1
    """How many indicators the group has."""

    @property
    def rule_id(self) -> str:
        """Name it in `findings`."""
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True)
class Unusable:
    """A place that holds no indicator that we can use."""

    source: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class About:
    """What a list says around a value: the place, a note, dates, weight, terms."""

    source: str
    note: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    doubt: str = ""
    marking: str = ""

    def indicator(self, kind: str, value: str) -> Indicator:
        """Give the indicator of a value in its final form."""
        return Indicator(
            kind,
            value,
            self.source,
            self.note[:MAX_NOTE],
            self.valid_from,
            self.valid_until,
            self.doubt,
            self.marking,
        )


def refang(text: str) -> str:
    """Undo what keeps an indicator from being clicked: `hxxp`, `[.]`, `(dot)`, `[at]`, `[:]`."""
    text = text.strip().strip("\"'`<>").strip()
    for pattern, plain in _REFANG:
        text = pattern.sub(plain, text)
    return text


def one(text: str, declared: str, about: About) -> Indicator | Unusable:
    """Read one value, of the kind that the list declares, or of the kind that its form tells where it declares none."""
    raw = text[:MAX_VALUE].strip().strip("\"'")
    told = word(declared) if declared else ""
    if told in UNSEEN:
        return Unusable(about.source, text[:200], f"{told}: {UNSEEN[told]}")
    kind = TYPES.get(told, "")
    if not raw:
        return Unusable(about.source, text[:200], "the line holds no value")
    if kind in {"user_agent", "subject", "filename", "session_id", "app_id"} or (not kind and AGENT.match(raw)):
        return _words(raw, kind or "user_agent", about)
    value = refang(raw)
    guessed = guess(value)
    if kind == "url" and (guessed is None or guessed[0] not in {"url", "network"}):
        bare = guess("http://" + value.removeprefix("//"))
        guessed = bare or guessed
    allowed = {"ip": {"ip", "network"}, "domain": {"domain", "ip", "network"}, "hash": set(_HEX.values())}
    if guessed is None or (kind and guessed[0] not in allowed.get(kind, {kind}) and told not in {"file", "artifact"}):
        return Unusable(
            about.source, text[:200], f"not {'a valid ' + kind if kind else 'an indicator of a kind that is known'}"
        )
    return about.indicator(*guessed)


def plain(text: str) -> tuple[str, str] | None:
    """Give the kind and value of what stands alone and needs no change, as most of a long list does: the short way of `guess`."""
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    kind = found.lastgroup or ""
    return None if kind == "domain" and text.endswith(_FILES) else (kind, text)


def _words(raw: str, kind: str, about: About) -> Indicator | Unusable:
    """Take a value that its form does not tell: it is what the list says that it is."""
    if kind == "user_agent":
        value, shortest, of = raw, SHORTEST_AGENT, "one client from others"
    elif kind == "subject":
        value, shortest, of = plain_subject(raw), SHORTEST_SUBJECT, "one letter from others"
    elif kind == "filename":
        value, shortest, of = plain_name(raw), SHORTEST_FILENAME, "one attachment from others"
    else:
        value, shortest, of = refang(raw).lower(), 1, "one from others"
    if len(value) < shortest:
        return Unusable(about.source, raw[:200], f"too short to tell {of}")
    return about.indicator(kind, value)


def plain_subject(text: str) -> str:
    """Give a subject without `Re:` and `Fwd:`, in lower case and with single spaces."""
    return " ".join(_SUBJECT_MARKS.sub("", text).lower().split())


def plain_name(text: str) -> str:
    """Give the last part of a file's path, in lower case."""
    return re.split(r"[/\\]", text.strip())[-1].strip().lower()


def guess(value: str) -> tuple[str, str] | None:
    """Tell the kind of an indicator from its form, and give it in the form in which it is compared."""
    value = value[:MAX_VALUE]
    web = value[:8].lower().startswith(("http://", "https://"))
    lowered = value.lower() if web else value.lower().rstrip("/.")
    if web:
        found = urls.normal(value)
        return ("url", found) if found else None
    port = _PORT.match(lowered)
    if port:
        lowered = port.group(1) or port.group(2)
    try:
        if "/" in value:
            return _network(value.strip())
        address = ipaddress.ip_address(lowered.partition("%")[0])
        return "ip", str(getattr(address, "ipv4_mapped", None) or address)
    except ValueError:
        pass
    if _GUID.fullmatch(lowered):
        return "guid", lowered
    if len(lowered) in _HEX and _HEX_DIGITS.fullmatch(lowered):
        return _HEX[len(lowered)], lowered
    if "@" in lowered:
        return ("email", lowered) if _EMAIL.fullmatch(lowered) else None
    return _name(value, lowered)


def _name(value: str, lowered: str) -> tuple[str, str] | None:
    """Tell a domain, a host with a port, or a URL without its scheme."""
    if not lowered.isascii():
        try:
            lowered = lowered.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    ported = _HOST_PORT.match(lowered)
    if ported:
        lowered = ported.group(1)
    if _DOMAIN.fullmatch(lowered):
        return None if lowered.endswith(_FILES) else ("domain", lowered.removeprefix("*."))
    if lowered.startswith("*.") and _DOMAIN.fullmatch(lowered[2:]):
        return "domain", lowered[2:]
    host, slash, path = value.partition("/")
    if slash and path and " " not in value and _DOMAIN.fullmatch(host.lower()) and not host.lower().endswith(_FILES):
        found = urls.normal("http://" + value)
        return ("url", found) if found else None
    return None


def _network(value: str) -> tuple[str, str] | None:
    network = ipaddress.ip_network(value, strict=False)
    if network.prefixlen == network.max_prefixlen:
        return "ip", str(network.network_address)
    return "network", str(network)


def moment(value: object) -> datetime | None:
    """Give a time as lists write it: ISO 8601 (UTC where it names no zone), or seconds since 1970; None where it is none."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC) if value > 0 else None
        text = value.strip() if isinstance(value, str) else ""
        if text.isdecimal() and 9 <= len(text) <= 11:
            return datetime.fromtimestamp(int(text), UTC)
        if not text:
            return None
        stamp = datetime.fromisoformat(text.removesuffix(" UTC"))
        return (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def seen_until(last_seen: object) -> datetime | None:
    """Give the end of validity where a list only says when the indicator was last seen: a year later."""
    last = moment(last_seen)
    try:
        return last + SEEN_HOLDS if last else None
    except OverflowError:
        return last


def doubt_of(confidence: object) -> str:
    """Say that an author's confidence (0 to 100) is low, where it is; 0 means that none is told."""
    try:
        number = int(float(str(confidence))) if confidence not in (None, "") else 0
    except (ValueError, OverflowError):
        return ""
    return f"its author's confidence is {number} of 100" if 0 < number < LOW_CONFIDENCE else ""
