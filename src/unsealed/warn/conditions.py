"""Whether a condition of a law holds in this case: yes, no, or unknown, with the numbers, and with what is missing to tell.

Unknown is never taken for yes or no. A condition on numbers holds where the smallest number that is possible meets it, and
fails where the greatest does not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from unsealed.config import Config
from unsealed.i18n import catalogue
from unsealed.warn.register import Register, Span
from unsealed.warn.regulator import Persons, Question, Text, When

State = Literal["yes", "no", "unknown"]
OTHER_KINDS = "other_kinds"
"""The question whether there is data of a kind that nothing looks for."""


@dataclass(frozen=True)
class Reason:
    """Why a condition holds or not: the law's words, and what the case has."""

    state: State
    label: Text
    detail: str
    """A key of `details`."""
    values: tuple[tuple[str, object], ...] = ()

    def tell(self, language: str) -> str:
        """Say it in a language."""
        detail = details(catalogue(language).gettext)[self.detail].format(**dict(self.values))
        return f"{self.label.tell(language)}: {detail}"


@dataclass(frozen=True)
class Missing:
    """A fact that nothing tells, and where a person can say it."""

    where: str
    """A key of `case.toml`, or a command."""
    text: Text | None = None
    """What is asked; None where the key says it."""

    def tell(self, language: str) -> str:
        """Say it in a language."""
        return f"{self.where} ({self.text.tell(language)})" if self.text else self.where


@dataclass(frozen=True)
class Finding:
    """The answer to one condition."""

    state: State
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...] = ()


def details(_: Callable[[str], str]) -> dict[str, str]:
    """Give what a case has, as sentences to be filled."""
    return {
        "established": _("the organisation is established in {place}"),
        "market": _("the organisation does business in {place}"),
        "no_market": _("the organisation is established in {place} and does no business there"),
        "nobody": _("the organisation is established in {place}, and none of the persons is there"),
        "nowhere_said": _("where the organisation is established is not said"),
        "state_not_said": _("in which part of {place} the organisation is established is not said"),
        "markets_not_said": _(
            "the organisation is established in {place}; whether it does business there is not said, "
            "and up to {high:,} of the persons may be there"
        ),
        "fact": _("{fact} is {value}"),
        "fact_not_said": _("{fact} is not said"),
        "persons": _("{low:,} persons"),
        "persons_between": _("between {low:,} and {high:,} persons"),
        "no_register": _("there is no register of persons yet"),
        "undetected": _("none was found, but not all that the law means is looked for"),
        "answered": _("said in case.toml: {value}"),
        "not_answered": _("not answered"),
        "letters": _("letters opened, copied, quoted or in reach: {n:,}"),
        "no_letters": _("no letter was opened, copied, quoted or in reach"),
        "not_judged": _("the letters are not judged yet"),
        "proposed": _("only proposed, not in force"),
        "not_yet": _("not in force before {since}"),
        "other_before": _("encoded as it is since {since}; before, another rule held"),
    }


@dataclass
class Judge:
    """Holds conditions against one case."""

    config: Config
    register: Register
    questions: dict[str, Question]

    def judge(self, condition: When) -> Finding:
        """Tell whether a condition holds."""
        if condition.all or condition.any:
            return self._several(condition)
        label = condition.label or Text("-" * 2, "-" * 2)
        if condition.territory:
            return self._territory(label, condition.territory)
        if condition.fact:
            return self._fact(label, condition)
        if condition.persons:
            return self._persons(label, condition, condition.persons)
        if condition.answer:
            return self._answer(label, condition.answer)
        return self._intruder(label)

    def _several(self, condition: When) -> Finding:
        """Join conditions; only what decides is told."""
        parts = [self.judge(part) for part in condition.all or condition.any]
        states = {part.state for part in parts}
        decides, otherwise = ("no", "yes") if condition.all else ("yes", "no")
        state: State = decides if decides in states else "unknown" if "unknown" in states else otherwise  # type: ignore[assignment]  # mypy forgets the literals
        deciding = [part for part in parts if part.state == state]
        if state == "unknown" and condition.all:  # what holds already is worth knowing
            deciding = sorted(parts, key=lambda part: part.state != "yes")
        return Finding(
            state,
            tuple(dict.fromkeys(reason for part in deciding for reason in part.reasons)),
            tuple(dict.fromkeys(one for part in deciding if part.state == "unknown" for one in part.missing)),
        )

    def _territory(self, label: Text, codes: tuple[str, ...]) -> Finding:
        standing = self.config.standing
        here, markets = standing.country, standing.markets
        if here and _within(here, codes):
            return _found("yes", label, "established", place=here)
        found = [market for market in markets or () if _within(market, codes)]
        if found:
            return _found("yes", label, "market", place=", ".join(found))
        if here is None:
            return _found("unknown", label, "nowhere_said", missing=(Missing("organisation.country"),))
        if any(code.startswith(f"{place}-") for code in codes for place in (here, *(markets or ()))):
            return _found("unknown", label, "state_not_said", place=here, missing=(Missing("organisation.markets"),))
        if markets is not None:
            return _found("no", label, "no_market", place=here)
        there = self.register.count(Persons(country=codes))
        if there is None:
            return _found("unknown", label, "no_register", missing=(Missing("organisation.markets"), _IDENTIFY))
        if not there.high:
            return _found("no", label, "nobody", place=here)
        missing = (Missing("organisation.markets"),)
        return _found("unknown", label, "markets_not_said", place=here, high=there.high, missing=missing)

    def _fact(self, label: Text, condition: When) -> Finding:
        key = f"organisation.{condition.fact}"
        value = getattr(self.config.standing, str(condition.fact))
        if value is None:
            return _found("unknown", label, "fact_not_said", fact=key, missing=(Missing(key),))
        told = str(value).lower()
        return _found("yes" if value in condition.among else "no", label, "fact", fact=key, value=told)

    def _persons(self, label: Text, condition: When, who: Persons) -> Finding:
        span = self.register.count(who)
        if span is None:
            return _found("unknown", label, "no_register", missing=(_IDENTIFY,))
        enough = condition.at_least or 0 if condition.more_than is None else condition.more_than + 1
        detail = "persons" if span.low == span.high else "persons_between"
        if span.low >= enough:
            return _found("yes", label, detail, low=span.low, high=span.high)
        if span.high < enough:
            if condition.undetected:
                return self._undetected(label, condition.undetected, span, enough)
            return _found("no", label, detail, low=span.low, high=span.high)
        states = [code for code in who.country if "-" in code and code not in self.config.residents]
        missing = [Missing(f"residents.{code}") for code in states] or [_WHOSE]
        return _found("unknown", label, detail, low=span.low, high=span.high, missing=tuple(missing))

    def _undetected(self, label: Text, what: Text, span: Span, enough: int) -> Finding:
        """Tell what none found means where not all is looked for: a person has to say."""
        said = self.config.answers.get(OTHER_KINDS)
        if said is False:
            return _found("no", label, "persons", low=span.low, high=span.high)
        if said is True and enough <= 1:
            return _found("yes", label, "answered", value="true")
        return _found("unknown", label, "undetected", missing=(Missing(f"answers.{OTHER_KINDS}", what),))

    def _answer(self, label: Text, key: str) -> Finding:
        value = self.config.answers.get(key)
        if not isinstance(value, bool):
            missing = (Missing(f"answers.{key}", self.questions[key].text),)
            return _found("unknown", label, "not_answered", missing=missing)
        return _found("yes" if value else "no", label, "answered", value=str(value).lower())

    def _intruder(self, label: Text) -> Finding:
        letters = self.register.letters
        if letters is None:
            return _found("unknown", label, "not_judged", missing=(Missing("unsealed expose"),))
        return _found("yes" if letters else "no", label, "letters" if letters else "no_letters", n=letters)


_IDENTIFY = Missing("unsealed identify")
_WHOSE = Missing(
    "persons",
    Text("where persons live, or whose some values are", "本人の所在地、または値がだれのものか"),
)


def _within(place: str, codes: tuple[str, ...]) -> bool:
    """Tell whether a country or state is one of these, or a part of one."""
    return any(place == code or place.startswith(f"{code}-") for code in codes)


def _found(state: State, label: Text, detail: str, missing: tuple[Missing, ...] = (), **values: object) -> Finding:
    return Finding(state, (Reason(state, label, detail, tuple(values.items())),), missing)
