"""Which of a column's distinct texts pass which tests."""

import ipaddress
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from unsealed.hunt import tree
from unsealed.hunt.evaluate.expressions import Expressions
from unsealed.hunt.evaluate.folding import fold, folded
from unsealed.hunt.evaluate.pieces import Found, Piece, Pieces, confirm, longest
from unsealed.hunt.tree import Test

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "lt": pc.less,
    "lte": pc.less_equal,
    "gt": pc.greater,
    "gte": pc.greater_equal,
}
_ADDRESS = r"^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*|::[fF]{4}:[0-9]{1,3}(?:\.[0-9]{1,3}){3})$"


class Matcher:
    """All tests of one field, compiled once and matched against each batch's distinct texts.

    Args:
        tests: tests of one field, of any op but `exists` and the `fieldref` family.
    """

    def __init__(self, tests: Iterable[Test]) -> None:
        self.tests = tuple(dict.fromkeys(tests))
        self._equal: tuple[dict[str, list[Test]], dict[str, list[Test]]] = (defaultdict(list), defaultdict(list))
        self._numbers: dict[float, list[Test]] = defaultdict(list)
        self._limits: list[tuple[Test, pa.Scalar]] = []
        self._times: list[Test] = []
        self._networks: list[tuple[Test, Any]] = []
        parts: tuple[list[Piece], list[Piece]] = ([], [])
        self._wild: list[tuple[Test, str, str | None]] = []
        expressions: list[Test] = []
        for test in self.tests:
            text = str(test.value)
            if test.op == "equals":
                self._equal[test.cased][text if test.cased else fold(text)].append(test)
            elif test.op == "number":
                self._numbers[float(text)].append(test)
            elif test.op in _COMPARE:
                self._limits.append((test, pa.scalar(float(text), pa.float64())))
            elif test.op in tree.TIME_OPS:
                self._times.append(test)
            elif test.op == "cidr":
                self._networks.append((test, ipaddress.ip_network(text)))
            elif test.op == "re":
                expressions.append(test)
            elif test.op == "wild":
                parts[test.cased].append(longest(test))
            else:
                parts[test.cased].append((test, test.op, text if test.cased else fold(text)))
        self._pieces = (Pieces(parts[0]), Pieces(parts[1]))
        self._expressions = Expressions(expressions)

    def match(self, texts: pa.Array) -> Found:
        """Tell which of these distinct texts pass which tests."""
        found: Found = {}
        if not len(texts):
            return found
        for cased, held in enumerate((folded(texts), texts)):
            self._equals(held, self._equal[cased], found)
            for test, numbers in self._pieces[cased].match(held).items():
                confirmed = confirm(test, held, numbers) if test.op == "wild" else numbers
                if len(confirmed):
                    found[test] = confirmed
        found |= self._expressions.match(texts)
        if self._numbers or self._limits:
            self._compare(texts, found)
        if self._networks:
            self._addresses(texts, found)
        if self._times:
            self._moments(texts, found)
        return found

    @staticmethod
    def _equals(texts: pa.Array, wanted: dict[str, list[Test]], found: Found) -> None:
        if not wanted:
            return
        words = list(wanted)
        places = pc.index_in(texts, value_set=pa.array(words, texts.type))
        hits = pc.indices_nonzero(places.is_valid())
        by_word: dict[int, list[int]] = defaultdict(list)
        for number, word in zip(hits.to_pylist(), places.take(hits).to_pylist(), strict=True):
            by_word[word].append(number)
        for word, numbers in by_word.items():
            for test in wanted[words[word]]:
                found[test] = numbers

    def _compare(self, texts: pa.Array, found: Found) -> None:
        numeric = pc.indices_nonzero(pc.match_substring_regex(texts, f"^(?:{tree.NUMBER})$"))
        if not len(numeric):
            return
        figures = texts.take(numeric).cast(pa.float64())
        for at, figure in zip(numeric.to_pylist(), figures.to_pylist(), strict=True):
            for test in self._numbers.get(figure, ()):
                found.setdefault(test, []).append(at)  # type: ignore[attr-defined]  # a list so far
        for test, limit in self._limits:
            hits = numeric.filter(_COMPARE[test.op](figures, limit))
            if len(hits):
                found[test] = hits.to_pylist()

    def _addresses(self, texts: pa.Array, found: Found) -> None:
        likely = pc.indices_nonzero(pc.match_substring_regex(texts, _ADDRESS))
        known = [
            (number, address)
            for number, text in zip(likely.to_pylist(), texts.take(likely).to_pylist(), strict=True)
            if (address := _address(text)) is not None
        ]
        for test, network in self._networks:
            first, last = int(network.network_address), int(network.broadcast_address)
            hits = [number for number, (version, at) in known if version == network.version and first <= at <= last]
            if hits:
                found[test] = hits

    def _moments(self, texts: pa.Array, found: Found) -> None:
        likely = pc.indices_nonzero(pc.match_substring_regex(texts, f"^(?:{tree.TIME})$"))
        hits: dict[tuple[str, int], list[int]] = defaultdict(list)
        for number, text in zip(likely.to_pylist(), texts.take(likely).to_pylist(), strict=True):
            for op, value in _time_parts(text).items():
                hits[op, value].append(number)
        for test in self._times:
            numbers = hits.get((test.op, int(test.value or 0)))  # type: ignore[arg-type]  # a number
            if numbers:
                found[test] = numbers


@lru_cache(maxsize=200_000)
def _address(text: str) -> tuple[int, int] | None:
    """Give an address's version and number; an IPv4 address written as IPv6 is IPv4."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (4, int(mapped)) if mapped else (address.version, int(address))


def _time_parts(text: str) -> dict[str, int]:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return {}
    parts = {op: getattr(moment, op) for op in tree.TIME_OPS if op != "week"}
    return {**parts, "week": moment.isocalendar().week}
