"""`case.toml`: who we are and what responders know, read with an error for every line that can't be used."""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from unsealed.errors import ConfigError

TEMPLATE = """\
# What responders know about this case. All of it is optional but the name; see docs/reference/case.md.
timezone = {timezone}            # of sources that name none

[organisation]
name = {name}
domains = [{domains}]            # our own mail domains
languages = ["en"]
# Who must be told depends on these (unsealed warn):
# country = "JP"                 # where we are established: ISO 3166, such as "DE", or "US-CA" for a state
# kind    = "public"             # public | private
# sector  = "energy"             # one word; docs/reference/regulators.md lists those that a law asks for
# listed  = false                # shares on an exchange of the United States
# markets = ["US-CA", "DE"]      # where else we do business or offer goods or services; [] for nowhere else

[incident]
# discovered = 2023-06-13T00:00:00Z
# contained  = 2023-06-15T00:00:00Z

# What was reachable, whatever the logs say:
# [[reach]]
# kind  = "gateway"              # gateway | mailbox | server | export
# name  = "mx1.example.org"      # a gateway: its host name or address; a mailbox: its address; else what we call it
# from  = 2022-10-05T00:00:00Z
# to    = 2023-06-15T00:00:00Z
# basis = "maintenance firm's report, 2023-06-21"
# A server or an export: what it held.
# mailboxes = ["@example.org"]   # addresses, whole domains or "*"; if not given, all of the evidence
# taken = true                   # a server: its database, disk or backup was copied away
# path  = "staged/alice.pst"     # an export: evidence that was read, or a list of what was in it (text, CSV, JSON lines)
# folders = ["Inbox"]            # an export of which there is no list: the folders that it held

# Activity known to be the intruder's: all that is given must match.
# [[intruder]]
# client_ip = "203.0.113.0/24"   # also: user, session_id, app_id, client
# from  = 2023-05-01T00:00:00Z   # and to
# basis = "hosting provider's answer, 2023-06-20"

# Organisations whose share of the exposure is told apart:
# [[partner]]
# name    = "Ally CERT"
# domains = ["cert.example.org"]

# How many of the persons concerned live somewhere, where the register can't tell, such as in a state:
# [residents]
# US-CA = 620

# What `unsealed warn` asks for and no evidence tells; it names the keys.
# [answers]
# high_risk = true
"""
_INTRUDER_KEYS = ("client_ip", "user", "session_id", "app_id", "client")
_REACH_KEYS = {
    "gateway": (),
    "mailbox": (),
    "server": ("mailboxes", "taken"),
    "export": ("mailboxes", "path", "folders"),
}
"""Kinds of `[[reach]]`, and the keys that only they have."""
_NAMES = {
    "gateway": "a host name as in Received headers, or its address",
    "mailbox": 'the address of the mailbox, such as "alice@example.org"',
    "server": "what we call the server, in quotes",
    "export": "what we call the export, in quotes",
}
_BOX = re.compile(r"\*|[^@\s]*@[^@\s]+")
_SECTIONS = {"timezone", "organisation", "incident", "reach", "intruder", "partner", "residents", "answers"}
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_ORGANISATIONS = ("public", "private")


@dataclass(frozen=True)
class Reach:
    """Something that responders know was reachable, whatever the logs say."""

    kind: str
    name: str
    start: datetime | None
    end: datetime | None
    basis: str
    mailboxes: tuple[str, ...] = ()
    """Addresses, `@domain` or `*`; empty: whatever the evidence holds."""
    folders: tuple[str, ...] = ()
    path: str | None = None
    """What was exported: evidence, or a list of its letters; relative to the file that says so."""
    taken: bool = False
    """A copy of it was carried away: what it held is not only in reach."""
    number: int = 0
    said_in: Path = Path("case.toml")
    """The file that says so: case.toml, or one of assumptions; `number` counts its `[[reach]]` entries from 1."""

    @property
    def file(self) -> Path:
        """Where `path` leads."""
        return self.said_in.parent / (self.path or "")


@dataclass(frozen=True)
class Intruder:
    """Activity that responders know to be the intruder's: all that is given must match."""

    match: dict[str, str]
    start: datetime | None
    end: datetime | None
    basis: str
    number: int


@dataclass(frozen=True)
class Partner:
    """An organisation whose share of the exposure is told apart."""

    name: str
    domains: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """What an organisation is before the law; None where `case.toml` does not say."""

    country: str | None = None
    """ISO 3166-1 alpha-2, or ISO 3166-2 for a state: where it is established."""
    kind: str | None = None
    """`public` or `private`."""
    sector: str | None = None
    listed: bool | None = None
    """Its shares are on an exchange of the United States."""
    markets: tuple[str, ...] | None = None
    """Where else it does business or offers goods or services; as `country`."""


@dataclass(frozen=True)
class Config:
    """The whole of `case.toml`; times are aware, UTC."""

    name: str
    timezone: str = "UTC"
    domains: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    discovered: datetime | None = None
    contained: datetime | None = None
    reach: tuple[Reach, ...] = ()
    intruders: tuple[Intruder, ...] = ()
    partners: tuple[Partner, ...] = field(default=())
    standing: Standing = field(default=Standing())
    residents: Mapping[str, int] = field(default_factory=dict)
    """By ISO 3166 code: how many of the persons concerned live there, as responders know it."""
    answers: Mapping[str, bool | datetime] = field(default_factory=dict)
    """What `warn` asks for, by key."""


@dataclass(frozen=True)
class Assumed:
    """What case.toml would say under other assumptions, and what a person would have decided."""

    config: Config
    decisions: tuple[tuple[str, str, str], ...] = ()
    """State (`confirmed`, `rejected`), session or event, and the entry that says so (`decide 1`)."""


def load(path: Path) -> Config:
    """Read `case.toml`.

    Raises:
        ConfigError: naming the file, the line or the key, and what it should be.
    """
    document = _parsed(
        path,
        "Mend the file, or start from the comments that `unsealed new` writes.",
        "Is this a case folder? `unsealed new` makes one.",
    )
    return _Reader(path, document).config()


def line_of(path: Path, key: str) -> int | None:
    """Give the line of `case.toml` on which a key stands, or else its section begins; None where neither is found.

    Args:
        path: the file.
        key: as errors name it: `reach 2.kind`, `organisation.name`, `timezone`.
    """
    section, _, name = key.rpartition(".") if "." in key else ("", "", key)
    if not section and " " in name:
        section, name = name, ""
    wanted, _, nth = section.partition(" ")
    here, seen, head = "", 0, None
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        text = line.strip()
        if found := re.match(r"\[\[?\s*([\w-]+)\s*\]", text):
            here = found[1]
            seen += here == wanted
        inside = here == wanted and (not nth or seen == int(nth))
        if inside and found and head is None:
            head = number
        if inside and not found and re.match(rf"[\"']?{re.escape(name)}[\"']?\s*=", text) and name:
            return number
    return head


def assume(path: Path, own: Config) -> Assumed:
    """Read a file of assumptions, and lay it over what a case says.

    Args:
        path: TOML with `[[reach]]` and `[[intruder]]` as in case.toml, `[[decide]]` (`state` and `session` or `event`),
            and `[incident]`. A `[[reach]]` of a kind and name that the case has takes the place of the case's own.
        own: what the case says; times without a zone are read in its zone.

    Raises:
        ConfigError: naming the file, the line or the key, and what it should be.
    """
    document = _parsed(path, "Mend the file (docs/how-to/what-if.md).", "Check the path given with --assume.")
    return _Assumptions(path, {"timezone": own.timezone, **document}).laid_over(own)


def _parsed(path: Path, mend: str, missing: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}. {mend}") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}. {missing}") from error


class _Reader:
    """Takes a parsed document apart, and complains by key."""

    def __init__(self, path: Path, document: dict[str, Any]) -> None:
        self.path, self.document = path, document
        self.zone = self._zone()

    def fail(self, key: str, should: str) -> ConfigError:
        line = line_of(self.path, key)
        return ConfigError(f"{self.path}{f', line {line}' if line else ''}: {key} should be {should}.")

    def config(self) -> Config:
        unknown = set(self.document) - _SECTIONS
        if unknown:
            raise self.fail(f"`{min(unknown)}`", f"one of {', '.join(sorted(_SECTIONS))}")
        organisation, incident = self._table("organisation"), self._table("incident")
        self._known(organisation, "organisation", "name", "domains", "languages", *Standing.__dataclass_fields__)
        self._known(incident, "incident", "discovered", "contained")
        name = organisation.get("name")
        if not isinstance(name, str) or not name:
            raise self.fail("organisation.name", "the organisation's name, in quotes")
        return Config(
            name=name,
            timezone=self.zone.key,
            domains=self._strings(organisation, "organisation", "domains"),
            languages=self._strings(organisation, "organisation", "languages") or ("en",),
            discovered=self._time(incident, "incident", "discovered"),
            contained=self._time(incident, "incident", "contained"),
            reach=tuple(self._reach(n, row) for n, row in self._rows("reach")),
            intruders=tuple(self._intruder(n, row) for n, row in self._rows("intruder")),
            partners=tuple(self._partner(n, row) for n, row in self._rows("partner")),
            standing=self._standing(organisation),
            residents=self._residents(self._table("residents")),
            answers=self._answers(self._table("answers")),
        )

    def _standing(self, row: dict[str, Any]) -> Standing:
        country, kind, sector, listed = (row.get(key) for key in ("country", "kind", "sector", "listed"))
        if country is not None:
            country = self._place("organisation.country", country)
        if kind is not None and kind not in _ORGANISATIONS:
            raise self.fail("organisation.kind", '"public" or "private"')
        if sector is not None and (not isinstance(sector, str) or not sector.strip()):
            raise self.fail("organisation.sector", 'one word in quotes, such as "energy"')
        if listed is not None and not isinstance(listed, bool):
            raise self.fail("organisation.listed", "true or false")
        markets = row.get("markets")
        if markets is not None:
            if not isinstance(markets, list):
                raise self.fail("organisation.markets", 'a list such as ["US-CA", "DE"]; [] for nowhere else')
            markets = tuple(self._place("organisation.markets", each) for each in markets)
        return Standing(country, kind, sector and sector.strip().lower(), listed, markets)

    def _place(self, key: str, value: object) -> str:
        text = value.strip().upper() if isinstance(value, str) else ""
        if not _PLACE.fullmatch(text):
            raise self.fail(key, 'ISO 3166 codes, such as "JP", or "US-CA" for a state')
        return text

    def _residents(self, row: dict[str, Any]) -> dict[str, int]:
        for key, value in row.items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise self.fail(f"residents.{key}", "a number of persons")
        return {self._place(f"residents.{key}", key): value for key, value in row.items()}

    def _answers(self, row: dict[str, Any]) -> dict[str, bool | datetime]:
        found: dict[str, bool | datetime] = {}
        for key, value in row.items():
            told = value if isinstance(value, bool) else self._time(row, "answers", key)
            if told is None:  # TOML has no null
                raise self.fail(f"answers.{key}", "true, false or a time")
            found[key] = told
        return found

    def _zone(self) -> ZoneInfo:
        name = self.document.get("timezone", "UTC")
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
            raise self.fail("timezone", 'the name of a time zone, such as "Asia/Tokyo"') from error

    def _table(self, key: str) -> dict[str, Any]:
        value = self.document.get(key, {})
        if not isinstance(value, dict):
            raise self.fail(key, f"a section, [{key}]")
        return value

    def _rows(self, key: str) -> list[tuple[int, dict[str, Any]]]:
        value = self.document.get(key, [])
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self.fail(key, f"given as [[{key}]], in double brackets")
        return list(enumerate(value, start=1))

    def _strings(self, row: dict[str, Any], where: str, key: str) -> tuple[str, ...]:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.fail(f"{where}.{key}", "a list of words in quotes")
        return tuple(item.strip().lower() for item in value)

    def _time(self, row: dict[str, Any], where: str, key: str) -> datetime | None:
        value = row.get(key)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError as error:
                raise self.fail(f"{where}.{key}", "a time, such as 2023-06-13T00:00:00Z") from error
        if value is None:
            return None
        if not isinstance(value, datetime):
            if not isinstance(value, date):
                raise self.fail(f"{where}.{key}", "a time, such as 2023-06-13T00:00:00Z")
            value = datetime.combine(value, time())
        return (value if value.tzinfo else value.replace(tzinfo=self.zone)).astimezone(UTC)

    def _reach(self, number: int, row: dict[str, Any]) -> Reach:
        where = f"reach {number}"
        kind, name = row.get("kind"), row.get("name")
        if not isinstance(kind, str) or kind not in _REACH_KEYS:
            raise self.fail(f"{where}.kind", '"gateway", "mailbox", "server" or "export"')
        self._known(row, where, "kind", "name", "from", "to", "basis", *_REACH_KEYS[kind])
        if not isinstance(name, str) or not name.strip() or (kind == "mailbox" and "@" not in name):
            raise self.fail(f"{where}.name", _NAMES[kind])
        mailboxes = self._strings(row, where, "mailboxes")
        if not all(map(_BOX.fullmatch, mailboxes)):
            raise self.fail(f"{where}.mailboxes", 'a list of addresses, "@example.org" for a domain, or "*" for all')
        path, taken = row.get("path"), row.get("taken", False)
        if path is not None and (not isinstance(path, str) or not path.strip()):
            raise self.fail(f"{where}.path", "the path of a file or folder, in quotes")
        if not isinstance(taken, bool):
            raise self.fail(f"{where}.taken", "true or false")
        if kind == "export" and not (path or mailboxes):
            raise self.fail(f"{where}.path", "given: what was exported, or a list of it; or else `mailboxes`")
        start, end = self._span(row, where)
        folders = self._strings(row, where, "folders")
        told = name.strip() if kind in {"server", "export"} else name.strip().rstrip(".").lower()
        basis = str(row.get("basis", ""))
        return Reach(kind, told, start, end, basis, mailboxes, folders, path, taken, number, self.path)

    def _intruder(self, number: int, row: dict[str, Any], told: int | None = None) -> Intruder:
        where = f"intruder {told or number}"
        self._known(row, where, *_INTRUDER_KEYS, "from", "to", "basis")
        match = {key: str(row[key]).strip() for key in _INTRUDER_KEYS if row.get(key)}
        if not match:
            raise self.fail(where, f"given by at least one of {', '.join(_INTRUDER_KEYS)}")
        if "client_ip" in match:
            try:
                ipaddress.ip_network(match["client_ip"], strict=False)
            except ValueError as error:
                raise self.fail(f"{where}.client_ip", 'an address or a network, such as "203.0.113.0/24"') from error
        return Intruder(match, *self._span(row, where), str(row.get("basis", "")), number)

    def _partner(self, number: int, row: dict[str, Any]) -> Partner:
        where, name = f"partner {number}", row.get("name")
        self._known(row, where, "name", "domains")
        if not isinstance(name, str) or not name.strip():
            raise self.fail(f"{where}.name", "the partner's name, in quotes")
        return Partner(name.strip(), self._strings(row, where, "domains"))

    def _known(self, row: dict[str, Any], where: str, *keys: str) -> None:
        unknown = set(row) - set(keys)
        if unknown:
            raise self.fail(f"{where}.{min(unknown)}", f"one of {', '.join(keys)}")

    def _span(self, row: dict[str, Any], where: str) -> tuple[datetime | None, datetime | None]:
        start, end = self._time(row, where, "from"), self._time(row, where, "to")
        if start and end and end < start:
            raise self.fail(f"{where}.to", "no earlier than `from`")
        return start, end


class _Assumptions(_Reader):
    """Takes a file of assumptions apart."""

    _SECTIONS = ("decide", "incident", "intruder", "reach")

    def laid_over(self, own: Config) -> Assumed:
        unknown = set(self.document) - {*self._SECTIONS, "timezone"}
        if unknown:
            raise self.fail(f"`{min(unknown)}`", f"one of {', '.join(self._SECTIONS)}")
        incident = self._table("incident")
        self._known(incident, "incident", "discovered", "contained")
        reach = [self._reach(n, row) for n, row in self._rows("reach")]
        replaced = {(each.kind, each.name) for each in reach}
        intruders = [self._intruder(n + len(own.intruders), row, n) for n, row in self._rows("intruder")]
        decisions = tuple(self._decision(n, row) for n, row in self._rows("decide"))
        if not (reach or intruders or decisions or incident):
            raise self.fail("the file", f"at least one of {', '.join(self._SECTIONS)}")
        kept = tuple(each for each in own.reach if (each.kind, each.name) not in replaced)
        config = replace(
            own,
            reach=(*kept, *reach),
            intruders=(*own.intruders, *intruders),
            discovered=self._time(incident, "incident", "discovered") or own.discovered,
            contained=self._time(incident, "incident", "contained") or own.contained,
        )
        return Assumed(config, decisions)

    def _decision(self, number: int, row: dict[str, Any]) -> tuple[str, str, str]:
        where = f"decide {number}"
        self._known(row, where, "state", "session", "event", "basis")
        if row.get("state") not in ("confirmed", "rejected"):  # it may be what no set can hold
            raise self.fail(f"{where}.state", '"confirmed" or "rejected"')
        named = [row[key] for key in ("session", "event") if key in row]
        if len(named) != 1 or not isinstance(named[0], str) or not named[0].strip():
            raise self.fail(where, "given with either `session` or `event`, in quotes")
        return row["state"], named[0].strip(), where
