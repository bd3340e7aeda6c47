"""Who must be told, by when: every regime held against one case.

A duty is due, not due, or unknown; unknown facts are named with the place where a person can say them, never guessed.
Dates are given for what is due and for what may be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from unsealed.case import Case
from unsealed.config import Config
from unsealed.errors import ConfigError
from unsealed.i18n import catalogue
from unsealed.query import Engine
from unsealed.warn.conditions import Finding, Judge, Missing, Reason, State
from unsealed.warn.deadlines import Calendar, Due, Period, due
from unsealed.warn.register import Register, Span
from unsealed.warn.regulator import Days, Deadline, Duty, Regulator, Text, questions

WEEKDAYS = {"en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "ja": tuple("月火水木金土日")}
STEPS = ("preliminary", "final")


@dataclass(frozen=True)
class Ends:
    """One date of a duty: what the law says, and the day where it can be reckoned."""

    deadline: Deadline
    due: Due | None


@dataclass(frozen=True)
class Outcome:
    """One duty in one case."""

    regime: Regulator
    duty: Duty
    applies: State
    """Whether the regime applies at all."""
    state: State
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    clock: datetime | None
    """When the clock started; UTC."""
    persons: Span | None
    ends: Mapping[str, Ends] = field(default_factory=dict)
    """By step."""

    @property
    def next(self) -> datetime | None:
        """Give the first date of the duty."""
        return min((one.due.at for one in self.ends.values() if one.due), default=None)


def duties(case: Case, db: Engine, known: Mapping[str, Regulator]) -> list[Outcome]:
    """Hold every regime against a case; in the order of regimes and their duties.

    Raises:
        ConfigError: if `[answers]` answers what no regime asks, or with what it does not ask for.
    """
    asked = questions(known)
    _check_answers(case, {key: question.type for key, question in asked.items()})
    judge = Judge(case.config, Register(case, db), asked)
    return [outcome for regime in known.values() for outcome in _regime(judge, regime)]


def _check_answers(case: Case, types: Mapping[str, str]) -> None:
    for key, value in case.config.answers.items():
        where = f"{case.folder / 'case.toml'}: answers.{key}"
        if key not in types:
            raise ConfigError(f"{where}: no regime asks for this. Known: {', '.join(sorted(types))}.")
        if isinstance(value, bool) != (types[key] == "yes_no"):
            wanted = "true or false" if types[key] == "yes_no" else "a time, such as 2023-06-13T00:00:00Z"
            raise ConfigError(f"{where} should be {wanted}.")


def _regime(judge: Judge, regime: Regulator) -> list[Outcome]:
    calendar = _calendar(regime.days, judge.config)
    applies = judge.judge(regime.applies)
    found: list[Outcome] = []
    for duty in regime.duty:
        clock, missing = _clock(judge.config, duty, found)
        finding = _due(judge, regime, duty, applies, _since(judge.config, clock, calendar))
        ends = _ends(judge, duty, clock, calendar) if finding.state != "no" else {}
        lacks = finding.missing
        if applies.state == "yes" and finding.state != "no" and any(one.within for one in duty.deadline):
            lacks = tuple(dict.fromkeys((*lacks, *missing)))
        persons = judge.register.count(duty.counts)
        found.append(Outcome(regime, duty, applies.state, finding.state, finding.reasons, lacks, clock, persons, ends))
    return found


def _due(judge: Judge, regime: Regulator, duty: Duty, applies: Finding, discovered: date | None) -> Finding:
    """Tell whether a duty is due: the regime applies, its rule holds yet, its threshold is met, and nothing frees of it.

    Where it is not known whether the regime applies, no more than that is asked for: the rest may not matter.
    """
    if applies.state == "no":
        return applies
    parts = [applies, _holds(regime, discovered), judge.judge(duty.when)]
    if duty.unless and (free := judge.judge(duty.unless)).state == "yes":
        parts.append(Finding("no", tuple(replace(reason, state="no") for reason in free.reasons)))
    states = {part.state for part in parts}
    state: State = "no" if "no" in states else "unknown" if "unknown" in states else "yes"
    told = [part for part in parts if part.state == "no"] if state == "no" else parts
    if applies.state == "unknown" and state == "unknown":
        told = [applies]
    reasons = tuple(dict.fromkeys(reason for part in told for reason in part.reasons))
    missing = tuple(dict.fromkeys(one for part in told for one in part.missing)) if state == "unknown" else ()
    return Finding(state, reasons, missing)


def _holds(regime: Regulator, discovered: date | None) -> Finding:
    """Tell whether the rule as encoded held when the incident was discovered."""
    law = regime.law
    if law.status == "proposed":
        return Finding("no", (Reason("no", law.name, "proposed"),))
    if discovered is None:
        if law.status == "in_force":
            return Finding("yes", ())
        reason = Reason("unknown", law.name, "not_yet", (("since", law.since),))
        return Finding("unknown", (reason,), (Missing("incident.discovered"),))
    if discovered >= law.since:
        return Finding("yes", ())
    if law.before == "none":
        return Finding("no", (Reason("no", law.name, "not_yet", (("since", law.since),)),))
    reason = Reason("unknown", law.name, "other_before", (("since", law.since),))
    return Finding("unknown", (reason,), (_OLDER,))


def _since(config: Config, clock: datetime | None, calendar: Calendar) -> date | None:
    moment = config.discovered or clock
    return moment.astimezone(calendar.zone).date() if moment else None


def _clock(config: Config, duty: Duty, before: list[Outcome]) -> tuple[datetime | None, tuple[Missing, ...]]:
    """Give the moment from which a duty's time runs, and what is missing to know it."""
    if duty.clock == "discovered":
        return config.discovered, () if config.discovered else (Missing("incident.discovered", duty.clock_text),)
    key = duty.clock.removeprefix("answer:")
    told = config.answers.get(key)
    if isinstance(told, datetime):
        return told, ()
    missing = (Missing(f"answers.{key}", duty.clock_text),)
    if duty.clock_else:
        wanted = duty.clock_else.removeprefix("duty:")
        ends = next(one for one in before if one.duty.id == wanted).ends
        for step in reversed(STEPS):
            if step in ends and (last := ends[step].due):
                return last.at, missing
    return None, missing


def _ends(judge: Judge, duty: Duty, clock: datetime | None, calendar: Calendar) -> dict[str, Ends]:
    """Give the dates of a duty by step."""
    found: dict[str, Ends] = {}
    for deadline in duty.deadline:
        if deadline.step in found or (deadline.when and judge.judge(deadline.when).state != "yes"):
            continue
        until = time.fromisoformat(deadline.until)
        last = None
        if clock and deadline.within:
            period = Period(deadline.within, deadline.unit, deadline.count_first, deadline.day_off, until)
            last = due(clock, period, calendar)
        found[deadline.step] = Ends(deadline, last)
    return found


def _calendar(days: Days, config: Config) -> Calendar:
    """Give the authority's calendar; of a law of many countries that of the organisation's."""
    here = (config.standing.country or "").partition("-")[0]
    zone = days.zones.get(here, config.timezone) if days.zone == "organisation" else days.zone
    country: str | None = days.country
    if days.country == "organisation":
        country = here if here in days.zones else None
    spans = tuple((first, last) for first, _, last in (span.partition("/") for span in days.closed))
    return Calendar(ZoneInfo(zone), country or None, days.region, spans, days.observed, days.worked)


def local(end: Due, deadline: Deadline, language: str) -> str:
    """Say a date in the authority's local time, with what became of a last day that was a day off."""
    _ = catalogue(language).gettext
    names = WEEKDAYS.get(language, WEEKDAYS["en"])
    at = end.local
    told = f"{at:%Y-%m-%d} ({names[at.weekday()]}) {at:%H:%M} {end.zone.key}"
    if deadline.about:
        told = _("about {date}").format(date=told)
    if end.moved:
        day = f"{end.counted_to} ({names[end.counted_to.weekday()]})"
        told = _("{date}, moved from {day}, a day off").format(date=told, day=day)
    return told


def ends(step: str, end: Ends, language: str) -> str:
    """Say one date of a duty; where there is none, what the law says instead."""
    _ = catalogue(language).gettext
    if end.due is None:
        return end.deadline.text.tell(language)
    name = _("first report") if step == "preliminary" else _("at the latest")
    return f"{name}: {local(end.due, end.deadline, language)}"


def utc(end: Due) -> datetime:
    """Give the end in UTC."""
    return end.at.astimezone(UTC)


_OLDER = Missing("counsel", Text("what the law was then", "当時の法令の内容"))
