"""Indicators from plain text, CSV and JSON lines, defanged or not; what can't be used is told with its line.

Known kinds: addresses and networks, domains, mail addresses, user agents, application and session ids, hashes.
"""

import csv
import io
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from unsealed.errors import IndicatorError

MAX_BYTES = 256 << 20
SHORTEST_AGENT = 4
_TYPES = {
    "ip": "ip",
    "ipv4": "ip",
    "ipv6": "ip",
    "ip-src": "ip",
    "ip-dst": "ip",
    "ipaddress": "ip",
    "ip_address": "ip",
    "ipv4-addr": "ip",
    "ipv6-addr": "ip",
    "address": "ip",
    "client_ip": "ip",
    "clientip": "ip",
    "ip-dst|port": "ip",
    "cidr": "ip",
    "network": "ip",
    "netblock": "ip",
    "subnet": "ip",
    "ip range": "ip",
    "ipv4 address": "ip",
    "domain": "domain",
    "hostname": "domain",
    "fqdn": "domain",
    "host": "domain",
    "domain-name": "domain",
    "email": "email",
    "mail": "email",
    "email-src": "email",
    "email-addr": "email",
    "email-dst": "email",
    "mail_address": "email",
    "email_address": "email",
    "sender": "email",
    "user_agent": "user_agent",
    "user-agent": "user_agent",
    "useragent": "user_agent",
    "ua": "user_agent",
    "client": "user_agent",
    "client_info": "user_agent",
    "app_id": "app_id",
    "appid": "app_id",
    "application_id": "app_id",
    "application": "app_id",
    "clientappid": "app_id",
    "client_app_id": "app_id",
    "session_id": "session_id",
    "sessionid": "session_id",
    "session": "session_id",
    "sha256": "sha256",
    "sha1": "sha1",
    "md5": "md5",
    "hash": "hash",
    "file_hash": "hash",
    "url": "url",
    "uri": "url",
    "link": "url",
}
_VALUE_COLUMNS = ("value", "indicator", "ioc", "indicator_value", "observable", "pattern", "artifact", "indicators")
_TYPE_COLUMNS = ("type", "entity_type", "indicator_type", "kind", "ioc_type", "category", "observable_type")
_NOTE_COLUMNS = ("note", "description", "comment", "info", "basis", "context")
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX = {32: "md5", 40: "sha1", 64: "sha256"}
_EMAIL = re.compile(r"[^\s@<>\"',;:()]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})")
_PORT = re.compile(r"^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$|^\[([0-9a-f:]+)\](?::\d{1,5})?$")
_FILES = (
    ".exe",
    ".dll",
    ".zip",
    ".doc",
    ".docx",
    ".xls",
    ".xlsx",
    ".pdf",
    ".js",
    ".vbs",
    ".ps1",
    ".bat",
    ".txt",
    ".php",
    ".lnk",
    ".iso",
    ".img",
    ".html",
    ".htm",
    ".jar",
    ".tmp",
    ".bin",
    ".dat",
    ".py",
    ".md",
    ".csv",
    ".json",
)
_AGENT = re.compile(
    r"^(?:mozilla/|client=|python-|curl/|bav2ropc|okhttp|go-http|axios|node-fetch|microsoft office/|outlook)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"(?:^|\s)(?:#|//|;).*$")
_TYPED = re.compile(r"^\s*([A-Za-z][A-Za-z0-9_ -]{1,20}?)\s*[:=]\s*(\S.*)$")
_REFANG = (
    (re.compile(r"^h(?:xx|tt)ps?\[?:\]?//", re.IGNORECASE), "http://"),
    (re.compile(r"[\[({]\s*(?:\.|dot)\s*[\])}]", re.IGNORECASE), "."),
    (re.compile(r"[\[({]\s*(?:@|at)\s*[\])}]", re.IGNORECASE), "@"),
    (re.compile(r"\[(?::)\]"), ":"),
    (re.compile(r"\\\."), "."),
    (re.compile(r"\[\.|\.\]"), "."),
)


@dataclass(frozen=True)
class Indicator:
    """One indicator, in the form in which it is compared."""

    kind: str
    value: str
    source: str
    note: str = ""

    @property
    def rule_id(self) -> str:
        """Name it in `findings`."""
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True)
class Unusable:
    """A line that holds no indicator that we can use."""

    source: str
    text: str
    reason: str


def load(path: Path) -> tuple[list[Indicator], list[Unusable]]:
    """Read one indicator file; its form is recognised by content.

    Raises:
        IndicatorError: if the file can't be read, or holds no indicator at all.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise IndicatorError(f"{path}: {error.strerror}. Check the path given with --indicators.") from error
    if len(data) > MAX_BYTES:
        raise IndicatorError(f"{path}: larger than {MAX_BYTES >> 20} MiB. Give the indicators in several files.")
    text = data.decode(_encoding(data), "replace")
    found: dict[tuple[str, str], Indicator] = {}
    unusable: list[Unusable] = []
    for item in _items(text, path.name):
        if isinstance(item, Unusable):
            unusable.append(item)
        else:
            found.setdefault((item.kind, item.value), item)
    if not found and text.strip():
        why = f" The first line that could not be used: {unusable[0].source}: {unusable[0].reason}." if unusable else ""
        raise IndicatorError(f"{path}: no indicator found.{why} Plain text, CSV and JSON lines are read.")
    return list(found.values()), unusable


def _encoding(data: bytes) -> str:
    """Tell UTF-16, with or without its mark, from UTF-8."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    sample = data[:1000]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = sample[start::2].count(0)
        if len(sample) > 8 and zeros * 3 > len(sample):
            return encoding
    return "utf-8-sig"


def _items(text: str, name: str) -> Iterator[Indicator | Unusable]:
    if _is_json(text):
        yield from _json(text, name)
        return
    rows = [
        (number, line)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith(("#", "//", ";"))
    ]
    header = _header(rows[0][1]) if rows else None
    if header:
        yield from _csv(rows, header, name)
        return
    for number, line in rows:
        yield from _line(line, f"{name} line {number}")


def _is_json(text: str) -> bool:
    """Tell JSON and JSON lines from text that begins with a bracket, as defanged addresses do."""
    stripped = text.strip()
    if stripped[:1] not in {"{", "["}:
        return False
    for part in (stripped, stripped.splitlines()[0]):
        try:
            orjson.loads(part)
        except orjson.JSONDecodeError:
            continue
        return True
    return stripped[0] == "{" and stripped[1:].lstrip()[:1] in {'"', "'", "}"}


def _header(line: str) -> tuple[str, list[str]] | None:
    for delimiter in (",", ";", "\t"):
        names = [cell.strip().strip('"').lower() for cell in line.split(delimiter)]
        if len(names) > 1 and any(name in _VALUE_COLUMNS for name in names):
            return delimiter, names
        if len(names) > 1 and any(name in _TYPES for name in names) and not any(_guess(name) for name in names):
            return delimiter, names
        if len(names) == 1 and names[0] in _VALUE_COLUMNS:
            return ",", names
    return None


def _csv(rows: list[tuple[int, str]], header: tuple[str, list[str]], name: str) -> Iterator[Indicator | Unusable]:
    delimiter, names = header
    value_at = next((names.index(column) for column in _VALUE_COLUMNS if column in names), None)
    type_at = next((names.index(column) for column in _TYPE_COLUMNS if column in names), None)
    note_at = next((names.index(column) for column in _NOTE_COLUMNS if column in names), None)
    for number, line in rows[1:]:
        source = f"{name} line {number}"
        try:
            cells = next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
        except csv.Error as error:
            yield Unusable(source, line[:200], f"not a line of CSV ({error})")
            continue
        note = cells[note_at].strip() if note_at is not None and note_at < len(cells) else ""
        if value_at is not None:
            kind = cells[type_at].strip().lower() if type_at is not None and type_at < len(cells) else ""
            yield from _cell(cells[value_at] if value_at < len(cells) else "", kind, source, note)
            continue
        for column, cell in zip(names, cells, strict=False):
            if cell.strip() and column in _TYPES:
                yield from _cell(cell, column, source, note)


def _cell(cell: str, kind: str, source: str, note: str) -> Iterator[Indicator | Unusable]:
    """Read one value, or several in one: `a,b`, `address|port`."""
    whole = _one(cell, kind, source, note)
    parts = [part for part in re.split(r"[|,;\s]+", cell) if part]
    several = [_one(part, "", source, note) for part in parts if _guess(refang(part))] if len(parts) > 1 else []
    if isinstance(whole, Indicator) or not several:
        yield whole
    else:
        yield from several


def _line(line: str, source: str) -> Iterator[Indicator | Unusable]:
    comment = _COMMENT.search(line) if not _AGENT.match(line.strip()) else None
    note = comment.group().strip(" #/;\t") if comment else ""
    text = _COMMENT.sub("", line).strip() if comment else line.strip()
    if not text:
        return
    typed = _TYPED.match(text)
    if typed and typed.group(1).strip().lower() in _TYPES and not typed.group(2).startswith("//"):
        yield from _cell(typed.group(2), typed.group(1).strip().lower(), source, note)
        return
    if _AGENT.match(text):
        yield _one(text, "user_agent", source, note)
        return
    tokens = [token for token in re.split(r"[\s,|\t]+", text) if token]
    if len(tokens) > 1:
        known = tokens[0].lower().rstrip(":")
        if known in _TYPES:
            yield from _cell(text[len(tokens[0]) :].strip(" ,|\t:"), known, source, note)
            return
        found = [token for token in tokens if _guess(refang(token))]
        if found:
            yield from (_one(token, "", source, note) for token in found)
            return
    yield _one(text, "", source, note)


def _json(text: str, name: str) -> Iterator[Indicator | Unusable]:
    try:
        documents = [(1, orjson.loads(text))]
    except orjson.JSONDecodeError:
        documents = []
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                try:
                    documents.append((number, orjson.loads(line)))
                except orjson.JSONDecodeError as error:
                    yield Unusable(f"{name} line {number}", line[:200], f"not valid JSON ({error})")
    for number, document in documents:
        yield from _walk(document, f"{name} line {number}" if len(documents) > 1 else name)


def _walk(value: object, source: str, depth: int = 0) -> Iterator[Indicator | Unusable]:
    if depth > 20:
        return
    if isinstance(value, list):
        for item in value:
            yield from [_one(item, "", source, "")] if isinstance(item, str) else _walk(item, source, depth + 1)
        return
    if not isinstance(value, dict):
        return
    lowered = {str(key).lower(): item for key, item in value.items()}
    if lowered.get("type") == "indicator" and "pattern" in lowered:
        yield Unusable(source, str(lowered["pattern"])[:200], "STIX patterns are not read yet")
        return
    content = next((lowered[key] for key in _VALUE_COLUMNS if isinstance(lowered.get(key), str)), None)
    kind = next((str(lowered[key]).lower() for key in _TYPE_COLUMNS if isinstance(lowered.get(key), str)), "")
    note = next((str(lowered[key]) for key in _NOTE_COLUMNS if isinstance(lowered.get(key), str)), "")
    if content is not None:
        yield from _cell(content, kind, source, note)
        return
    for key, item in lowered.items():
        if isinstance(item, str) and key in _TYPES:
            yield from _cell(item, key, source, note)
        elif isinstance(item, dict | list):
            yield from _walk(item, source, depth + 1)


def refang(text: str) -> str:
    """Undo what keeps an indicator from being clicked: `hxxp`, `[.]`, `(dot)`, `[at]`, `[:]`."""
    text = text.strip().strip("\"'`<>").strip()
    for pattern, plain in _REFANG:
        text = pattern.sub(plain, text)
    return text


def _one(text: str, declared: str, source: str, note: str) -> Indicator | Unusable:
    raw = text.strip().strip("\"'")
    kind = _TYPES.get(declared.strip().lower(), "")
    if not raw:
        return Unusable(source, text[:200], "the line holds no value")
    if kind == "user_agent" or (not kind and _AGENT.match(raw)):
        if len(raw) < SHORTEST_AGENT:
            return Unusable(source, text[:200], "too short to tell one client from others")
        return Indicator("user_agent", raw, source, note)
    value = refang(raw)
    if kind in {"session_id", "app_id"}:
        return Indicator(kind, value.lower(), source, note)
    guessed = _guess(value)
    allowed = {"ip": {"ip", "network"}, "domain": {"domain", "ip", "network"}}.get(kind, {kind})
    if guessed is None or (kind and kind not in {"hash", "url"} and guessed[0] not in allowed):
        return Unusable(
            source, text[:200], f"not {'a valid ' + kind if kind else 'an indicator of a kind that is known'}"
        )
    if guessed[0] == "url":
        return Unusable(source, text[:200], "URLs are not matched yet; give the domain")
    return Indicator(*guessed, source, note)


def _guess(value: str) -> tuple[str, str] | None:
    """Tell the kind of an indicator from its form."""
    lowered = value.lower().rstrip("/.") if not value.lower().startswith("http") else value.lower()
    port = _PORT.match(lowered)
    if port:
        lowered = port.group(1) or port.group(2)
    try:
        if "/" in value and not lowered.startswith("http"):
            return "network", str(ipaddress.ip_network(value.strip(), strict=False))
        address = ipaddress.ip_address(lowered.partition("%")[0])
        return "ip", str(getattr(address, "ipv4_mapped", None) or address)
    except ValueError:
        pass
    if _GUID.fullmatch(lowered):
        return "guid", lowered
    if len(lowered) in _HEX and re.fullmatch(r"[0-9a-f]+", lowered):
        return _HEX[len(lowered)], lowered
    if lowered.startswith(("http://", "https://")):
        return "url", value
    if _EMAIL.fullmatch(lowered):
        return "email", lowered
    if _DOMAIN.fullmatch(lowered) and not lowered.endswith(_FILES):
        return "domain", lowered
    return None
