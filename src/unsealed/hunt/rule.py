"""A Sigma rule and a correlation as we use them, whoever has read them, and the files in which they stand."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from unsealed.hunt.tree import Node

MAX_FILES = 50_000
MAX_BYTES = 4 << 20
"""Of one file of rules."""


@dataclass(frozen=True)
class Unusable:
    """A rule, or a file of rules, that can't be used."""

    source: str
    reason: str


@dataclass(frozen=True)
class Rule:
    """One Sigma rule that can be used."""

    rule_id: str
    title: str
    level: str
    techniques: tuple[str, ...]
    product: str | None
    category: str | None
    service: str | None
    tree: Node
    source: str
    """File and line, as `path:line`."""
    description: str = ""
    falsepositives: tuple[str, ...] = ()
    name: str | None = None


@dataclass(frozen=True)
class Condition:
    """When a correlation is met: a comparison of a count or figure, or an expression over the rules."""

    op: str = "gte"
    """`lt` `lte` `gt` `gte` `eq` `neq`"""
    count: float = 1
    field: tuple[str, ...] = ()
    percentile: int | None = None
    expression: Node | None = None
    """Of rules, each a test whose field is the rule's id; None where all or a count of them is meant."""


@dataclass(frozen=True)
class Correlation:
    """One Sigma correlation that can be used."""

    rule_id: str
    title: str
    level: str
    techniques: tuple[str, ...]
    kind: str
    """`event_count` `value_count` `temporal` `temporal_ordered` `value_sum` `value_avg` `value_median` `value_percentile`"""
    rules: tuple[str, ...]
    """Ids of the rules and correlations whose hits are looked at, in order."""
    group_by: tuple[str, ...]
    aliases: Mapping[str, Mapping[str, str]]
    """alias -> rule id -> the field that it means in that rule's events"""
    timespan_us: int
    condition: Condition
    generate: bool
    source: str
    description: str = ""
    falsepositives: tuple[str, ...] = ()
    name: str | None = None


@dataclass(frozen=True)
class Loaded:
    """All that was found in rule files."""

    rules: tuple[Rule, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    """Each stands after those that it refers to."""
    unusable: tuple[Unusable, ...] = ()
    silent: frozenset[str] = frozenset()
    """Ids of rules that only feed correlations: their own hits are no findings."""


def files(paths: Iterable[Path], unusable: list[Unusable]) -> Iterator[Path]:
    """Give files as they are, and of folders all `.yml` and `.yaml` files, each once."""
    seen: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            unusable.append(Unusable(str(path), "no such file or folder"))
        found = sorted(p for p in path.rglob("*") if p.suffix in {".yml", ".yaml"}) if path.is_dir() else [path]
        seen |= dict.fromkeys(p for p in found if p.is_file())
    for number, path in enumerate(seen):
        if number >= MAX_FILES:
            unusable.append(Unusable(str(path), f"more than {MAX_FILES:,} rule files"))
            return
        yield path
