"""What the case knows of persons and letters, counted: never one number where the truth may lie between two."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from unsealed.case import Case
from unsealed.query import Engine, literal
from unsealed.schema import TOLD
from unsealed.warn.regulator import Persons


@dataclass(frozen=True)
class Span:
    """At least and at most so many persons."""

    low: int
    high: int


@dataclass
class Register:
    """The tables of one case, asked for numbers."""

    case: Case
    db: Engine
    _counted: dict[Persons, Span | None] = field(default_factory=dict)

    @cached_property
    def known(self) -> bool:
        """Tell whether there is a register of persons at all."""
        return bool(self.case.parts("persons"))

    @cached_property
    def letters(self) -> int | None:
        """Give how many different letters are to be told about; None where they are not judged yet."""
        if not self.case.parts("exposures"):
            return None
        return int(self.db.value(f"SELECT count(DISTINCT coalesce(internet_message_id, message_id)) {_TOLD}"))

    @cached_property
    def verdicts(self) -> dict[str, int]:
        """Give the number of letters by their strongest verdict, the strongest first."""
        rows = self.db.rows(
            f"SELECT content_verdict AS verdict, count(DISTINCT coalesce(internet_message_id, message_id)) AS n {_TOLD} GROUP BY 1"
        )
        found = {row["verdict"]: row["n"] for row in rows}
        return {verdict: found[verdict] for verdict in TOLD if verdict in found}

    @cached_property
    def kinds(self) -> list[tuple[str, int]]:
        """Give kinds of data with the number of persons whose they are, the most first."""
        rows = self.db.rows(
            """
            SELECT k.kind AS kind, count(DISTINCT person_id) AS n
            FROM (SELECT person_id, unnest(kinds) AS k FROM persons) GROUP BY 1 ORDER BY 2 DESC, 1"""
        )
        return [(row["kind"], row["n"]) for row in rows]

    @cached_property
    def places(self) -> list[tuple[str | None, int]]:
        """Give countries with the number of persons there, the most first; None for those of whom nothing tells."""
        rows = self.db.rows("SELECT country, count(*) AS n FROM persons GROUP BY 1 ORDER BY 2 DESC, 1 NULLS LAST")
        return [(row["country"], row["n"]) for row in rows]

    @cached_property
    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """Give since when and until when the intruder was in, at the widest that is known."""
        rows = self.db.rows("SELECT * FROM intrusion")
        if not rows:
            return None, None
        return rows[0]["began_after"] or rows[0]["first_evidence"], rows[0]["ended_before"] or rows[0]["last_evidence"]

    def count(self, who: Persons) -> Span | None:
        """Count persons; None where there is no register.

        Whose country nothing tells may live anywhere; a value that is nobody's yet may be one person's more. A state is in no
        register: `[residents]` of `case.toml` tells it, else none or all of the country's may live there.
        """
        if who not in self._counted:
            self._counted[who] = self._count(who) if self.known else None
        return self._counted[who]

    def _count(self, who: Persons) -> Span:
        rule = _rule(who)
        nobodys = self._nobodys(who.kinds) if who.kinds else 0
        if not who.country:
            found = self._persons(rule)
            return Span(found, found + nobodys)
        told = self.case.config.residents
        plain = [code for code in who.country if code not in told and "-" not in code]
        low = self._persons(f"({rule}) AND country IN ({_list(plain)})") if plain else 0
        high = self._persons(f"({rule}) AND (country IS NULL OR country IN ({_list(plain)}))") if plain else 0
        for code in who.country:
            if code in plain:
                continue
            here = f"(country IS NULL OR country = {literal(code.partition('-')[0])})"
            there, fit = self._persons(here), self._persons(f"({rule}) AND {here}")
            if code not in told:
                high += fit
            elif rule == _ALL:
                low, high = low + told[code], high + told[code]
            else:  # so many live there, so many are of the kind, out of so many: at least and at most both
                low += max(0, told[code] + fit - max(there, told[code]))
                high += min(told[code], fit)
        return Span(low, high + nobodys)

    def _persons(self, rule: str) -> int:
        return int(self.db.value(f"SELECT count(*) FROM persons WHERE {rule}"))

    def _nobodys(self, kinds: Iterable[str]) -> int:
        """Count different values of these kinds in letters to be told about that are no person's yet."""
        return int(
            self.db.value(
                f"""
                SELECT count(DISTINCT coalesce(value_hash, message_id || ' ' || m.start::VARCHAR))
                FROM mentions m SEMI JOIN (SELECT message_id {_TOLD}) t USING (message_id)
                WHERE person_id IS NULL AND kind IN ({_list(kinds)})"""
            )
        )


_ALL = "TRUE"
_TOLD = f"FROM exposures WHERE content_verdict IN ({', '.join(map(literal, TOLD))})"


def _list(words: Iterable[str]) -> str:
    return ", ".join(map(literal, words))


def _rule(who: Persons) -> str:
    """Give what of a person must hold, but for where they live, as SQL."""
    rules = []
    if who.kinds:
        rules.append(
            "person_id IN (SELECT person_id FROM (SELECT person_id, unnest(kinds) AS k FROM persons) "
            f"WHERE k.kind IN ({_list(who.kinds)}))"
        )
    if who.risk:
        rules.append(f"risk IN ({_list(who.risk)})")
    if who.verdicts:
        rules.append(f"worst_verdict IN ({_list(who.verdicts)})")
    return " AND ".join(rules) or _ALL
