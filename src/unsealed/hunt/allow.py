"""Allow lists: what is known to be harmless is not looked for; what is known to be shared is found, but is no verdict.

A list in any form that indicators have names what is harmless: addresses, networks, hashes, URLs and mail addresses as they
stand, and domains with all below them. MISP warning lists (https://github.com/MISP/misp-warninglists) say how they compare
(`string`, `substring`, `hostname`, `cidr`) and what they are for: of the category `false_positive` they name what is
harmless; others, such as a cloud provider's networks, what many share and intruders rent too.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from unsealed.errors import IndicatorError
from unsealed.hunt import indicators
from unsealed.hunt.indicators import Indicator, Unusable, folder, urls
from unsealed.hunt.indicators.indicator import guess, refang

MAX_ENTRIES = 5_000_000
MAX_SUBSTRINGS = 10_000
SHORTEST_SUBSTRING = 4
_COMPARES = ("string", "substring", "hostname", "cidr")
Starts = dict[tuple[int, int], dict[int, str]]


@dataclass(frozen=True, slots=True)
class Reason:
    """Which list names an indicator, in words; `out`: it is not looked for at all."""

    words: str
    out: bool


@dataclass
class _Names:
    """What the lists of one weight name: each entry with the list's name."""

    values: dict[tuple[str, str], str] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)
    networks: Starts = field(default_factory=dict)
    substrings: dict[str, str] = field(default_factory=dict)

    def find(self, kind: str, value: str) -> str | None:
        found = self.values.get((kind, value))
        if found is None and kind in {"ip", "network"}:
            found = self._within(value)
        elif found is None and kind in {"domain", "url"}:
            host = value if kind == "domain" else urls.host_of(value) if urls.whole_host(value) else ""
            found = self._host(host)
        if found is None and self.substrings:
            found = next((name for text, name in self.substrings.items() if text in value), None)
        return found

    def _host(self, host: str) -> str | None:
        if not host:
            return None
        labels = host.split(".")
        ends = (".".join(labels[place:]) for place in range(len(labels)))
        return next((self.hosts[end] for end in ends if end in self.hosts), None)

    def _within(self, value: str) -> str | None:
        network = ipaddress.ip_network(value)
        start, free = int(network.network_address), network.max_prefixlen - network.prefixlen
        for (version, width), starts in self.networks.items():
            if version == network.version and width >= free:
                found = starts.get(start >> width)
                if found:
                    return found
        return None

    def add_network(self, text: str, name: str) -> bool:
        try:
            network = ipaddress.ip_network(text.strip(), strict=False)
        except ValueError:
            return False
        free = network.max_prefixlen - network.prefixlen
        self.networks.setdefault((network.version, free), {})[int(network.network_address) >> free] = name
        return True


@dataclass
class Allow:
    """What one file, folder or archive of allow lists names."""

    harmless: _Names = field(default_factory=_Names)
    shared: _Names = field(default_factory=_Names)
    unusable: list[Unusable] = field(default_factory=list)
    entries: int = 0

    def why(self, kind: str, value: str) -> Reason | None:
        """Tell which list names an indicator, and what that means; None where none does."""
        name = self.harmless.find(kind, value)
        if name is not None:
            return Reason(f"on the allow list {name}", out=True)
        name = self.shared.find(kind, value)
        return None if name is None else Reason(f"on the warning list {name}", out=False)


def load(path: Path) -> Allow:
    """Read one allow list, or all in a folder or zip; the form is recognised by content.

    Raises:
        IndicatorError: if it can't be read, names nothing that can be used, or is larger than the bounds.
    """
    allow = Allow()
    for name, data in folder.files(path):
        if isinstance(data, folder.Left):
            allow.unusable.append(Unusable(name, "", f"not read: {data}"))
            continue
        document = _json(data)
        if _is_warning_list(document):
            _warning_list(allow, document, name)
        else:
            _plain(allow, indicators.items(data.decode("utf-8-sig", "replace"), name), name)
        if allow.entries > MAX_ENTRIES:
            raise IndicatorError(f"{path}: more than {MAX_ENTRIES:,} entries. Give fewer lists with --allow.")
    if not allow.entries:
        why = f" {allow.unusable[0].source}: {allow.unusable[0].reason}." if allow.unusable else ""
        raise IndicatorError(
            f"{path}: names nothing that can be allowed.{why} Lists of indicators and MISP warning lists are read."
        )
    return allow


def _json(data: bytes) -> Any:  # noqa: ANN401 - it is what the file holds
    if data.lstrip()[:1] != b"{":
        return None
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def _is_warning_list(document: object) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(document.get("list"), list)
        and document.get("type") in {*_COMPARES, "regex"}
    )


def _warning_list(allow: Allow, document: dict[str, Any], source: str) -> None:
    """Take one MISP warning list in."""
    compare, name = document["type"], str(document.get("name") or source)[:200]
    if compare == "regex":
        allow.unusable.append(Unusable(source, name, "a warning list of regular expressions is not used"))
        return
    harmless = str(document.get("category") or "").lower().replace(" ", "_") == "false_positive"
    names = allow.harmless if harmless else allow.shared
    for entry in document["list"]:
        if isinstance(entry, str) and entry.strip():
            allow.entries += 1
            if not _entry(names, entry.strip().lower(), str(compare), f"“{name}”"):
                allow.unusable.append(Unusable(source, entry[:200], f"not an entry that {compare} can compare"))


def _entry(names: _Names, text: str, compare: str, name: str) -> bool:
    if compare == "cidr":
        return names.add_network(text, name)
    if compare == "hostname":
        names.hosts.setdefault(text.lstrip("*.").rstrip("."), name)
        return True
    if compare == "substring":
        if len(text) < SHORTEST_SUBSTRING or len(names.substrings) >= MAX_SUBSTRINGS:
            return False
        names.substrings.setdefault(text, name)
        return True
    if text.startswith("."):
        names.hosts.setdefault(text.lstrip("."), name)
        return True
    found = guess(refang(text))
    if found:
        names.values.setdefault(found, name)
    return True


def _plain(allow: Allow, found: Iterable[Indicator | Unusable], name: str) -> None:
    """Take a list in the form of indicators in: a domain stands for all below it."""
    for item in found:
        if isinstance(item, Unusable):
            allow.unusable.append(item)
            continue
        allow.entries += 1
        if item.kind == "domain":
            allow.harmless.hosts.setdefault(item.value, name)
        elif item.kind == "network":
            allow.harmless.add_network(item.value, name)
        allow.harmless.values.setdefault((item.kind, item.value), name)
