"""A mapping file, read and checked: what is wrong in it is said with its place, before any evidence is read."""

import re
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from unsealed.errors import UsageError
from unsealed.read.csv_rows import Form, fold
from unsealed.read.mapping.values import Value, look

COLUMNS = (
    "time", "operation", "user", "mailbox", "client_ip", "client", "session_id", "app_id", "client_app_id", "outcome",
    "bytes_out", "internet_message_id", "sender", "recipients", "record_id", "target", "queue_id", "logon_type", "workload",
)  # fmt: skip
ACCESSES = ("bind", "sync", "attachment", "fetch", "send", "create", "update", "move", "delete")
_SECTIONS = {"name", "source", "recognise", "csv", "columns", "accesses"}
_WAYS = {"from", "value", "match"}
_MORE = {
    "time": {"format", "timezone"},
    "outcome": {"success", "failure", "partial", "otherwise"},
    "recipients": {"separator"},
}
_SOURCE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_HOW = "See docs/how-to/map-a-log.md."


@dataclass(frozen=True)
class Accesses:
    """Which records show that somebody had a letter, or a folder of them, before them."""

    access: str
    when: Value | None
    words: frozenset[str]
    folder: Value | None


@dataclass(frozen=True)
class Mapping:
    """One mapping file."""

    path: str
    name: str
    source: str
    columns: dict[str, Value]
    file: str = ""
    header: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()
    form: Form = field(default_factory=Form)
    accesses: Accesses | None = None

    def takes_file(self, shown: str) -> bool:
        """Tell whether the file's name is one that the mapping is for."""
        return not self.file or fnmatch(shown.replace("\\", "/").rpartition("/")[2], self.file)

    def takes_columns(self, names: frozenset[str]) -> bool:
        """Tell whether a header, in folded names, is the one that the mapping is for."""
        return bool(self.header or self.form.columns) and self.header <= names

    def takes_object(self, value: dict[str, Any]) -> bool:
        """Tell whether an object has the keys that the mapping is for."""
        return bool(self.keys) and all(look(value, key) is not None for key in self.keys)


def load(path: str) -> Mapping:
    """Read a mapping file.

    Raises:
        UsageError: if it is no TOML, or does not say what it must; the message says where and what to write.
    """
    try:
        return _load(path, Path(path).read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror}). Check the path.") from error


@lru_cache(maxsize=64)
def _load(path: str, data: bytes) -> Mapping:
    try:
        told = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML: {error}. {_HOW}") from error
    return _Check(path).mapping(told)


class _Check:
    """Reads the sections of one file, and knows its name for errors."""

    def __init__(self, path: str) -> None:
        self.path = path

    def mapping(self, told: dict[str, Any]) -> Mapping:
        self._only(told, _SECTIONS, "")
        source = told.get("source")
        if not isinstance(source, str) or not _SOURCE.fullmatch(source):
            self._fail("source", 'must be a short name in lower case, such as source = "acme_gateway"')
        recognise, table = self._section(told, "recognise"), self._section(told, "csv")
        self._only(recognise, {"columns", "keys", "file"}, "[recognise] ")
        self._only(table, {"header", "separator", "encoding"}, "[csv] ")
        form = Form(
            tuple(self._words(table, "header", "[csv] ")),
            self._word(table, "separator", "[csv] "),
            self._encoding(self._word(table, "encoding", "[csv] ")),
        )
        header, keys = (self._words(recognise, name, "[recognise] ") for name in ("columns", "keys"))
        file = self._word(recognise, "file", "[recognise] ")
        if not header and not keys and not (form.columns and file):
            self._fail(
                "[recognise]",
                'must tell the log by its header, columns = ["Time", "User"], or by keys = ["ts", "user.name"] of its JSON; '
                'a CSV without a header by file = "name-*.csv", with its names in [csv] header',
            )
        columns = self._columns(told)
        return Mapping(
            self.path,
            str(told.get("name") or source),
            str(source),
            columns,
            file,
            frozenset(fold(name) for name in header),
            tuple(keys),
            form,
            self._accesses(told, columns),
        )

    def _columns(self, told: dict[str, Any]) -> dict[str, Value]:
        section = self._section(told, "columns")
        self._only(section, set(COLUMNS), "[columns] ")
        for name in ("time", "operation"):
            if name not in section:
                more = ', or a word of your own: operation = { value = "login" }' if name == "operation" else ""
                self._fail("[columns]", f'must say where the {name} stands: {name} = "Column"{more}')
        return {name: self._value(name, value) for name, value in section.items()}

    def _value(self, name: str, told: object, place: str = "[columns] ") -> Value:
        if isinstance(told, str) and told:
            return Value((told,))
        if not isinstance(told, dict) or not (("from" in told) ^ ("value" in told)):
            raise self._error(place + name, 'must be "Column", { from = "Column" } or { value = "always this" }')
        self._only(told, _WAYS | _MORE.get(name, set()), f"{place}{name}: ")
        if "value" in told:
            return Value(constant=str(told["value"]))
        names = self._words(told, "from", f"{place}{name}: ")
        outcomes = tuple(
            (one.lower(), kind)
            for kind in ("success", "failure", "partial")
            for one in self._words(told, kind, f"{place}{name}: ")
        )
        otherwise = self._word(told, "otherwise", f"{place}{name}: ") or None
        if otherwise not in {None, "success", "failure", "partial"}:
            self._fail(f"{place}{name}: otherwise", 'must be "success", "failure" or "partial"')
        return Value(
            tuple(names),
            pattern=self._pattern(self._word(told, "match", f"{place}{name}: "), f"{place}{name}"),
            separator=self._word(told, "separator", f"{place}{name}: "),
            formats=tuple(self._words(told, "format", f"{place}{name}: ")),
            timezone=self._zone(self._word(told, "timezone", f"{place}{name}: "), f"{place}{name}"),
            outcomes=outcomes,
            otherwise=otherwise,
        )

    def _accesses(self, told: dict[str, Any], columns: dict[str, Value]) -> Accesses | None:
        if "accesses" not in told:
            return None
        section = self._section(told, "accesses")
        self._only(section, {"access", "when", "folder"}, "[accesses] ")
        access = self._word(section, "access", "[accesses] ")
        if access not in ACCESSES:
            self._fail("[accesses] access", "must be one of " + ", ".join(ACCESSES))
        if access != "sync" and "internet_message_id" not in columns:
            self._fail(
                "[accesses]", "needs internet_message_id in [columns], or the letter that was opened has no name"
            )
        when = section.get("when")
        words: list[str] = []
        if when is not None:
            if not isinstance(when, dict) or "from" not in when or "is" not in when:
                self._fail("[accesses] when", 'must be { from = "Column", is = ["READ", "DOWNLOAD"] }')
            words = self._words(when, "is", "[accesses] when: ")
            when = self._value("when", {key: value for key, value in when.items() if key != "is"}, "[accesses] ")
        folder = self._value("folder", section["folder"], "[accesses] ") if "folder" in section else None
        return Accesses(access, when, frozenset(word.lower() for word in words), folder)

    def _section(self, told: dict[str, Any], name: str) -> dict[str, Any]:
        section = told.get(name, {})
        if not isinstance(section, dict):
            self._fail(name, f"must be a section: a line [{name}] with its settings below")
        return dict(section)

    def _words(self, section: dict[str, Any], name: str, place: str) -> list[str]:
        told = section.get(name, [])
        words = [told] if isinstance(told, str) else told
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            self._fail(place + name, 'must be text in quotes, or a list of it: ["one", "two"]')
        return list(words)

    def _word(self, section: dict[str, Any], name: str, place: str) -> str:
        told = section.get(name, "")
        if not isinstance(told, str):
            self._fail(place + name, "must be text in quotes")
        return str(told)

    def _encoding(self, name: str) -> str:
        try:
            "".encode(name or "utf-8")
        except LookupError:
            self._fail("[csv] encoding", f'{name!r} is no encoding that is known; try "cp932", "cp1252" or "utf-8"')
        return name

    def _zone(self, name: str, place: str) -> str:
        try:
            if name:
                ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            self._fail(f"{place}: timezone", f'{name!r} is no time zone; write it as "Asia/Tokyo" or "UTC"')
        return name

    def _pattern(self, text: str, place: str) -> re.Pattern[str] | None:
        try:
            return re.compile(text) if text else None
        except re.error as error:
            self._fail(f"{place}: match", f"is no regular expression: {error}")
        return None

    def _only(self, section: dict[str, Any], known: set[str], place: str) -> None:
        for name in section:
            if name not in known:
                self._fail(f"{place}{name}", f"is not known here; known are {', '.join(sorted(known))}")

    def _fail(self, place: str, what: str) -> None:
        raise self._error(place, what)

    def _error(self, place: str, what: str) -> UsageError:
        return UsageError(f"{self.path}: {place} {what}. {_HOW}")
