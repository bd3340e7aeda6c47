"""A regime of notification as data: one TOML file says whom a law wants told, from which moment, by when, and with what.

Our own lie in `warn/regulators/`, one a file, and are listed in the reference (docs/reference/regulators.md). Files of the
same form that a person gives (`--regulators`) are kept in the case; one of the name of ours takes its place. No file
replaces counsel, and every output says so.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta, Struct

from unsealed.errors import ConfigError
from unsealed.warn.deadlines import DayOff, Unit, known_country

OWN = Path(__file__).parent / "regulators"
_ID = re.compile(r"[a-z][a-z0-9_]*")
_MONTH_DAY = r"^\d\d-\d\d/\d\d-\d\d$"
_Count = Annotated[int, Meta(ge=0)]
_Words = Annotated[str, Meta(min_length=2)]


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """Words for a person, in both languages."""

    en: _Words
    ja: _Words

    def tell(self, language: str) -> str:
        """Give the words in a language, English where it is none of ours."""
        return self.ja if language == "ja" else self.en


class Law(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a rule stands, what was read of it, and whether it holds."""

    name: Text
    article: str
    version: date
    """The version that the file encodes: when it was made or last amended."""
    source: Annotated[str, Meta(pattern=r"^https?://\S+$")]
    """Address of what was read; of a statute's words mostly a copy that somebody keeps."""
    read: date
    basis: Literal["statute", "authority", "secondary"]
    """What was read: the statute's words, the authority's own page, or somebody's account of it."""
    status: Literal["in_force", "not_yet", "proposed"]
    since: date
    """The rule as encoded holds for what is discovered from this day on, in the authority's local time."""
    before: Literal["none", "other"] = "other"
    """What held before `since`: nothing, or another rule that is not encoded."""
    also_read: tuple[str, ...] = ()
    official: str | None = None
    """Address of the official text, where it is not what was read."""


class Persons(Struct, frozen=True, forbid_unknown_fields=True):
    """Which persons count; all that is given must hold."""

    country: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """Kinds of data, as `mentions` names them: at least one of them is theirs."""
    risk: tuple[Literal["high", "medium", "low"], ...] = ()
    verdicts: tuple[str, ...] = ()


class When(Struct, frozen=True, forbid_unknown_fields=True):
    """A condition: exactly one of `all`, `any`, `territory`, `fact`, `persons`, `answer`, `intruder`."""

    label: Text | None = None
    all: "tuple[When, ...]" = ()
    any: "tuple[When, ...]" = ()
    territory: tuple[str, ...] = ()
    """Holds where the organisation is established or does business there."""
    fact: Literal["kind", "sector", "listed"] | None = None
    among: tuple[str | bool, ...] = ()
    """What the fact has to be, one of these."""
    persons: Persons | None = None
    more_than: _Count | None = None
    at_least: _Count | None = None
    undetected: Text | None = None
    """Of what is looked for by nobody: then none found is no proof that there is none."""
    answer: str | None = None
    """A question whose answer has to be yes."""
    intruder: bool = False
    """Somebody who had no right to had access to letters."""

    def __post_init__(self) -> None:
        """Refuse what means nothing, or two things."""
        said = [self.all, self.any, self.territory, self.fact, self.persons, self.answer, self.intruder]
        if sum(bool(each) for each in said) != 1:
            raise ValueError("a condition is one of all, any, territory, fact, persons, answer, intruder")
        if self.persons is not None and (self.more_than is None) == (self.at_least is None):
            raise ValueError("`persons` needs `more_than` or `at_least`")
        if self.fact and not self.among:
            raise ValueError("`fact` needs `among`")
        if not (self.all or self.any or self.label):
            raise ValueError("a condition needs a `label`")


class Deadline(Struct, frozen=True, forbid_unknown_fields=True):
    """One date of a duty; of several for one step the first whose `when` holds counts."""

    step: Literal["preliminary", "final"]
    text: Text
    """What the law says, in words."""
    within: Annotated[int, Meta(ge=1)] | None = None
    """None: the law names no number, only "promptly" or the like."""
    unit: Unit = "days"
    count_first: bool = False
    day_off: DayOff = "keep"
    until: Annotated[str, Meta(pattern=r"^\d\d:\d\d(:\d\d)?$")] = "23:59:59"
    about: bool = False
    """The number is a guideline's, not the statute's."""
    when: When | None = None


class Field(Struct, frozen=True, forbid_unknown_fields=True):
    """One field of the form."""

    name: Text
    fill: (
        Literal["organisation", "discovered", "contained", "period", "persons", "places", "kinds", "letters", "steps"]
        | None
    ) = None
    """What the case can tell for it; None: a person has to write it."""


class Duty(Struct, frozen=True, forbid_unknown_fields=True):
    """One duty: somebody to be told, on conditions, by dates."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Text
    to: Text
    article: str
    when: When
    clock: str
    """`discovered`, or `answer:KEY` of a question that asks for a time."""
    clock_text: Text
    deadline: tuple[Deadline, ...]
    clock_else: str | None = None
    """`duty:ID`: where the answer is missing, the last day of that duty of the same file."""
    unless: When | None = None
    """What frees of it; only what is said to hold does."""
    counts: Persons = Persons()
    """Whom the duty is about, for the number of persons."""
    field: tuple[Field, ...] = ()


class Days(Struct, frozen=True, forbid_unknown_fields=True):
    """The authority's local time and days off."""

    zone: str
    """A time zone, or `organisation`: by `zones`, else the case's own."""
    country: str = ""
    """Whose public holidays: a country, `organisation`, or none."""
    region: str | None = None
    closed: tuple[Annotated[str, Meta(pattern=_MONTH_DAY)], ...] = ()
    zones: Mapping[str, str] = {}
    observed: bool = True
    """Whether a holiday on a weekend is made up for; false where that is not known: no date is then too late for it."""
    worked: tuple[str, ...] = ()
    """Public holidays, by their English names, that are none for this law, or perhaps none."""


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """What only a person can tell; answered in `[answers]` of `case.toml`."""

    key: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]
    type: Literal["yes_no", "time"]
    text: Text


class Regulator(Struct, frozen=True, forbid_unknown_fields=True):
    """One regime: the file as a whole."""

    name: Text
    law: Law
    applies: When
    days: Days
    duty: Annotated[tuple[Duty, ...], Meta(min_length=1)]
    doubts: tuple[Text, ...] = ()
    """Where sources disagree, and which of them the file follows."""
    unconfirmed: tuple[Text, ...] = ()
    """What stands here without a source that was opened."""
    question: tuple[Question, ...] = ()
    id: str = ""


def regulators(more: Iterable[Path] = ()) -> dict[str, Regulator]:
    """Give every regime by its id: our own, and those in files or folders that were given.

    Raises:
        ConfigError: naming the file, the key, and what it should be.
    """
    found = dict(_own())
    for path in more:
        files = sorted(path.rglob("*.toml")) if path.is_dir() else [path]
        if not files:
            raise ConfigError(f"{path}: no file of a regime (*.toml) is in there. See docs/how-to/duties.md.")
        found |= {one.id: one for one in map(load, files)}
    return dict(sorted(found.items()))


@cache
def _own() -> dict[str, Regulator]:
    return {one.id: one for one in map(load, sorted(OWN.glob("*.toml")))}


@cache
def common_questions() -> dict[str, Question]:
    """Give the questions that several regimes ask."""
    file = OWN.parent / "questions.toml"
    rows = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8"))["question"], tuple[Question, ...])
    return {one.key: one for one in rows}


def questions(known: Mapping[str, Regulator]) -> dict[str, Question]:
    """Give every question that one of these regimes may ask."""
    return common_questions() | {one.key: one for regime in known.values() for one in regime.question}


def load(path: Path) -> Regulator:
    """Read one regime's file.

    Raises:
        ConfigError: naming the file, the key, and what it should be.
    """
    if not _ID.fullmatch(path.stem):
        raise ConfigError(f"{path}: the file's name is the regime's id: small letters, digits and _.")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        regime = msgspec.convert({**document, "id": path.stem}, Regulator)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}. See docs/how-to/duties.md for the form.") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}. Check the path given with --regulators.") from error
    except msgspec.ValidationError as error:
        what, _, key = str(error).partition(" - at ")
        where = key.strip("`").removeprefix("$.") or "the file"
        raise ConfigError(f"{path}: {where}: {what}. See docs/how-to/duties.md for the form.") from error
    if trouble := _trouble(regime):
        raise ConfigError(f"{path}: {trouble}. See docs/how-to/duties.md for the form.")
    return regime


def _trouble(regime: Regulator) -> str | None:
    """Say what in a regime can't be, beyond the types of its keys."""
    asked = common_questions() | {one.key: one for one in regime.question}
    if trouble := _trouble_of_days(regime.days) or _unasked("applies", (regime.applies,), asked):
        return trouble
    seen: set[str] = set()
    for number, duty in enumerate(regime.duty):
        if trouble := _trouble_of(f"duty[{number}]", duty, asked, seen):
            return trouble
        seen.add(duty.id)
    return None


def _trouble_of(where: str, duty: Duty, asked: Mapping[str, Question], seen: set[str]) -> str | None:
    if duty.id in seen:
        return f"{where}.id: {duty.id} stands twice"
    key = duty.clock.removeprefix("answer:") if duty.clock.startswith("answer:") else ""
    if duty.clock != "discovered" and (key not in asked or asked[key].type != "time"):
        return f"{where}.clock: should be `discovered`, or `answer:KEY` of a [[question]] of type `time`"
    if duty.clock_else and duty.clock_else.removeprefix("duty:") not in seen:
        return f"{where}.clock_else: should be `duty:ID` of a duty that stands before it"
    last = {one.step: one for one in duty.deadline}
    if not last or any(one.when for one in last.values()):
        return f"{where}.deadline: at least one, and of each step the last without `when`"
    return _unasked(where, (duty.when, duty.unless, *(one.when for one in duty.deadline)), asked)


def _unasked(where: str, conditions: Iterable[When | None], asked: Mapping[str, Question]) -> str | None:
    for key in [one.answer for each in conditions if each for one in walk(each) if one.answer]:
        if key not in asked or asked[key].type != "yes_no":
            return f"{where}: no [[question]] of type `yes_no` has the key {key}"
    return None


def _trouble_of_days(days: Days) -> str | None:
    zones = [*days.zones.values(), *([] if days.zone == "organisation" else [days.zone])]
    if unknown := sorted(set(zones) - available_timezones()):
        return f"days.zone: no time zone is called {unknown[0]}"
    countries = [*days.zones, *([] if days.country in {"", "organisation"} else [days.country])]
    if unknown := [one for one in countries if not known_country(one)]:
        return f"days.country: the public holidays of {unknown[0]} are not known"
    if days.region and not known_country(days.country, days.region):
        return f"days.region: the public holidays of {days.country} {days.region} are not known"
    return None


def walk(condition: When) -> Iterable[When]:
    """Give a condition and all that it is made of."""
    yield condition
    for part in (*condition.all, *condition.any):
        yield from walk(part)
