"""Sigma rules, ours and those that a person gives, to rows of `findings`."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyarrow as pa

from unsealed.hunt import correlation, logsources, rulecache
from unsealed.hunt.rule import Correlation, Loaded, Rule, Unusable
from unsealed.query import Engine

OWN = Path(__file__).parent / "rules"


def load(given: Sequence[Path], *, own: bool, folder: Path | None = None) -> Loaded:
    """Give all rules that can be used on some log that we read; the others with the reason.

    Args:
        given: files and folders of rules.
        own: whether to use our own rules, too.
        folder: where what was read of given rules is kept for the next time: in the case, with the rules. Our own rules
            are kept in the user's folder for such things.
    """
    loaded = rulecache.load([*([OWN] if own else []), *given], folder) if given or not own else _own()
    known, unknown = [], list(loaded.unusable)
    for rule in loaded.rules:
        if logsources.find(rule.product, rule.category, rule.service):
            known.append(rule)
        else:
            unknown.append(Unusable(rule.source, logsources.why(rule.product, rule.category, rule.service)))
    usable = Loaded(tuple(known), loaded.correlations, (), loaded.silent)
    unusable = [*unknown, *correlation.useless(usable)]
    return Loaded(
        tuple(replace(rule, source=_shown(rule.source, given)) for rule in usable.rules),
        tuple(replace(rule, source=_shown(rule.source, given)) for rule in usable.correlations),
        tuple(replace(one, source=_shown(one.source, given)) for one in unusable),
        loaded.silent,
    )


def _shown(source: str, given: Sequence[Path]) -> str:
    """Give a rule's place as it is the same on every machine: from the folder that was given, or from ours."""
    for root in (OWN, *given):
        if source.startswith(f"{root}/"):
            return f"{root.name}/{source[len(str(root)) + 1 :]}"
        if source.startswith(f"{root}:"):
            return root.name + source[len(str(root)) :]
    return source


@cache
def _own() -> Loaded:
    return rulecache.load([OWN], rulecache.own_folder())


def detect(db: Engine, loaded: Loaded) -> None:
    """Add what the rules find to the relation `found`, a row a rule and record or letter.

    Args:
        db: the case; a relation `found` holds the findings so far.
        loaded: the rules.
    """
    correlation.find(db, loaded)
    db.register("sigma_rules", _described(loaded))
    db.execute("""
        INSERT INTO found BY NAME
        SELECT left(sha256(concat_ws(chr(31), 'sigma', r.rule_id, coalesce(h.event_id, ''), coalesce(h.message_id, ''))), 32)
                   AS finding_id,
               'sigma' AS kind, r.rule_id, any_value(r.title) AS title, any_value(r.level) AS severity,
               any_value(r.techniques) AS techniques, make_timestamptz(min(h.us)) AS time, h.event_id, h.message_id,
               any_value(r.source) AS source
        FROM sigma_hits h JOIN sigma_rules r ON r.number = h.rule WHERE NOT r.silent
        GROUP BY r.rule_id, h.event_id, h.message_id""")


def _described(loaded: Loaded) -> pa.Table:
    """Give what is said of each rule and correlation, by its number in `sigma_hits`."""
    every: list[Rule | Correlation] = [*loaded.rules, *loaded.correlations]
    texts = {
        name: pa.array([getattr(rule, name) for rule in every], pa.string())
        for name in ("rule_id", "title", "level", "source")
    }
    return pa.table(
        {
            "number": pa.array(range(len(every)), pa.int64()),
            **texts,
            "techniques": pa.array([list(rule.techniques) for rule in every], pa.list_(pa.string())),
            "silent": pa.array([rule.rule_id in loaded.silent for rule in every], pa.bool_()),
        }
    )
