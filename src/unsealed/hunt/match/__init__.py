"""Indicators and the `[[intruder]]` lines of case.toml against events and mail: rows of `findings`.

How sure a finding is stands in its severity. `high`: a record at a listed address, session, application or account, or a
rule that sends mail to a listed one. `medium`: a listed one in a letter, or as the sender or receiver of mail in a log; it
says what came, not that somebody acted. `low`: what `weight` says is no verdict, with the reason in the title.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from unsealed.config import Config
from unsealed.hunt.allow import Allow
from unsealed.hunt.indicators import Indicator
from unsealed.hunt.match import events, links, mail, weight
from unsealed.hunt.match.networks import addresses_in
from unsealed.hunt.match.weight import Prevalence
from unsealed.query import Engine

__all__ = ["Matched", "Prevalence", "addresses_in", "find"]


@dataclass
class Matched:
    """What matching wants told beyond its findings."""

    left_out: list[tuple[Indicator, str]] = field(default_factory=list)
    """Indicators that an allow list names, and which; they are not looked for."""
    prevalence: list[Prevalence] = field(default_factory=list)
    """For each indicator that was found: how common it is in the victim's own traffic."""


def find(db: Engine, config: Config, indicators: Sequence[Indicator], allow: Sequence[Allow] = ()) -> Matched:
    """Make the temporary table `found`: the rows of `findings`.

    Raises:
        ConfigError: if an `[[intruder]]` line names a client address that is none.
    """
    told = Matched()
    kept, doubts = _allowed(indicators, allow, told)
    kinds = {item.kind for item in kept}
    _known(db, config, kept, doubts)
    db.execute("""
        CREATE OR REPLACE TEMP TABLE hits (
            number BIGINT, event_id VARCHAR, message_id VARCHAR, us BIGINT, what VARCHAR, acting BOOLEAN)""")
    events.look(db, kept, kinds, allow)
    for number, intruder in enumerate(config.intruders, start=len(kept)):
        events.by_line(db, number, intruder)
    mail.look(db, kinds)
    links.look(db, kept, kinds)
    _whole_groups(db, kept)
    told.prevalence = weight.weigh(db)
    db.execute("""
        CREATE OR REPLACE TEMP TABLE found AS
        WITH one AS (
                SELECT number, event_id, message_id, min(us) AS us, bool_or(acting) AS acting,
                       coalesce(min(what) FILTER (acting), min(what)) AS what
                FROM hits GROUP BY number, event_id, message_id),
             named AS (
                SELECT number, class, value, source,
                       CASE class WHEN 'intruder' THEN split_part(source, ' (', 1) ELSE kind || ':' || value END AS rule_id,
                       CASE class WHEN 'intruder' THEN value ELSE kind || ' ' || value END AS called
                FROM known SEMI JOIN one USING (number))
        SELECT left(sha256(concat_ws(chr(31), k.rule_id, k.value, coalesce(event_id, ''), coalesce(message_id, ''))), 32)
                   AS finding_id,
               k.class AS kind, k.rule_id, k.called || ': ' || o.what || coalesce(' [' || d.doubt || ']', '') AS title,
               CASE WHEN d.weak THEN 'low' WHEN acting THEN 'high' ELSE 'medium' END AS severity,
               []::VARCHAR[] AS techniques, make_timestamptz(o.us) AS time, event_id, message_id, k.source
        FROM one o JOIN named k USING (number)
        LEFT JOIN doubts d ON d.number = o.number AND d.place = coalesce(o.event_id, o.message_id)
        QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY o.number) = 1""")
    return told


def _allowed(
    indicators: Iterable[Indicator], allow: Sequence[Allow], told: Matched
) -> tuple[list[Indicator], dict[int, str]]:
    """Leave out what an allow list names; what a warning list calls shared stays, with that reason against it."""
    if not allow:
        return list(indicators), {}
    kept: list[Indicator] = []
    doubts: dict[int, str] = {}
    for item in indicators:
        reason = next((why for entry in allow if (why := entry.why(item.kind, item.value))), None)
        if reason and reason.out:
            told.left_out.append((item, reason.words))
            continue
        if reason:
            doubts[len(kept)] = reason.words
        kept.append(item)
    return kept, doubts


def _known(db: Engine, config: Config, indicators: Sequence[Indicator], doubts: dict[int, str]) -> None:
    """Make `known` of all that is looked for, and `ours` of the addresses and domains that are our own.

    Our own accounts are what the intruder came in by: their names point at victims, not at the intruder's doing.
    """
    columns: dict[str, pa.Array] = {
        "kind": pa.array([item.kind for item in indicators], pa.string()),
        "value": pa.array([item.value for item in indicators], pa.string()),
        "source": pa.array([_source(item) for item in indicators], pa.string()),
        "valid_from": pa.array([item.valid_from for item in indicators], _TIME),
        "valid_until": pa.array([item.valid_until for item in indicators], _TIME),
        "doubt": pa.array([_doubt(item, doubts.get(number)) for number, item in enumerate(indicators)], pa.string()),
        "grouped": pa.array([item.group or None for item in indicators], pa.string()),
        "parts": pa.array([item.parts for item in indicators], pa.int64()),
    }
    db.register("listed_indicators", pa.table({"number": pa.array(range(len(indicators)), pa.int64()), **columns}))
    lines = [
        {
            "number": number,
            "said": ", ".join(f"{key} {value}" for key, value in intruder.match.items()),
            "rule": f"case.toml intruder {intruder.number}",
            "basis": f" ({intruder.basis})" if intruder.basis else "",
        }
        for number, intruder in enumerate(config.intruders, start=len(indicators))
    ]
    db.register("lines", pa.Table.from_pylist(lines, _LINES))
    db.execute("""
        CREATE OR REPLACE TEMP TABLE known AS
        SELECT *, 'indicator' AS class FROM listed_indicators
        UNION ALL
        SELECT number, 'intruder', said, rule || basis, NULL, NULL, NULL, NULL, 1, 'intruder' FROM lines""")
    db.register("domains", pa.table({"domain": pa.array(config.domains, pa.string())}))
    db.execute("""
        CREATE OR REPLACE TEMP TABLE ours AS
        SELECT number FROM known k JOIN domains d
            ON (k.kind = 'email' AND (ends_with(k.value, '@' || d.domain) OR ends_with(k.value, '.' || d.domain)))
            OR (k.kind = 'domain' AND (k.value = d.domain OR ends_with(d.domain, '.' || k.value)
                                       OR ends_with(k.value, '.' || d.domain)))
        UNION SELECT number FROM known k WHERE k.kind = 'email' AND k.value IN (SELECT mailbox FROM messages)""")


_TIME = pa.timestamp("us", tz="UTC")
_LINES = pa.schema([("number", pa.int64()), ("said", pa.string()), ("rule", pa.string()), ("basis", pa.string())])


def _doubt(item: Indicator, more: str | None) -> str | None:
    if item.doubt and more:
        return f"{item.doubt}; {more}"
    return item.doubt or more


def _source(item: Indicator) -> str:
    return f"{item.source} ({item.marking})" if item.marking else item.source


def _whole_groups(db: Engine, indicators: Sequence[Indicator]) -> None:
    """Of indicators that must all be found in one place keep the finds only where they all are."""
    if not any(item.group for item in indicators):
        return
    db.execute("""
        CREATE OR REPLACE TEMP TABLE whole AS
        SELECT grouped, coalesce(event_id, message_id) AS place FROM hits JOIN known USING (number)
        WHERE grouped IS NOT NULL
        GROUP BY ALL HAVING count(DISTINCT number) >= any_value(parts)""")
    db.execute("""
        DELETE FROM hits WHERE number IN (SELECT number FROM known WHERE grouped IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM known k JOIN whole w USING (grouped)
                           WHERE k.number = hits.number AND w.place = coalesce(hits.event_id, hits.message_id))""")
