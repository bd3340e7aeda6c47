"""Work that is counted, not timed: lines of ours that run, steps of regular expressions, rows that the engine moves.

A clock says something else on every machine. Lines are counted as the interpreter traces them; the steps of a pattern by
matching it once more with the plain backtracking that `re` does, over its own parse of the pattern; rows as the engine's
profile tells them of every operator of every query.
"""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from unsealed.query import Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Goal = "Callable[[int], bool]"
_ONE = (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)
DEEP = 200_000


def growth(make: Callable[[int], Any], run: Callable[[Any], object], size: int, times: int = 4) -> float:
    """Tell how many times the work is done for an input so many times as large; about `times` where it is linear."""
    run(make(size // 8))  # what is made once only is made
    return counted(lambda: run(make(times * size))) / max(counted(lambda: run(make(size))), 1)


@contextmanager
def rows_moved() -> Iterator[list[int]]:
    """Count the rows that operators of the engine hand on while the block runs."""
    count, real = [0], {name: getattr(Engine, name) for name in ("__init__", "execute", "table", "batches")}

    def add(db: Engine) -> None:
        waiting = json.loads(db._db.get_profiling_information()).get("operator", [])
        while waiting:
            one = waiting.pop()
            count[0] += one.get("intermediate_rows", 0)
            waiting += one.get("children", [])

    def made(db: Engine, *args: Any, **more: Any) -> None:
        real["__init__"](db, *args, **more)
        db._db.execute("PRAGMA enable_profiling = 'no_output'")

    def whole(name: str) -> Callable[..., Any]:
        def run(db: Engine, *args: Any, **more: Any) -> Any:
            told = real[name](db, *args, **more)
            add(db)
            return told

        return run

    def batches(db: Engine, *args: Any, **more: Any) -> Iterator[Any]:
        yield from real["batches"](db, *args, **more)
        add(db)

    try:
        for name, wrapped in (("__init__", made), ("execute", whole("execute")), ("table", whole("table")), ("batches", batches)):
            setattr(Engine, name, wrapped)
        yield count
    finally:
        for name, method in real.items():
            setattr(Engine, name, method)


def counted(run: Callable[[], object], *, patterns: bool = True) -> int:
    """Count the lines of `unsealed` and the steps of its patterns while something runs."""
    count = [0]
    before, deep = sys.gettrace(), sys.getrecursionlimit()

    def line(_frame: Any, event: str, _told: Any) -> Any:
        count[0] += event == "line"
        return line

    def call(frame: Any, _event: str, _told: Any) -> Any:
        return line if frame.f_globals.get("__name__", "").startswith("unsealed.") else None

    replaced = list(_patterns()) if patterns else []
    for names, name, pattern in replaced:
        names[name] = _Counted(pattern, count)
    sys.setrecursionlimit(DEEP)
    sys.settrace(call)
    try:
        run()
    finally:
        sys.settrace(before)
        sys.setrecursionlimit(deep)
        for names, name, pattern in replaced:
            names[name] = pattern
    return count[0]


def _patterns() -> Iterator[tuple[dict[str, Any], str, re.Pattern[Any]]]:
    for module in [module for name, module in sys.modules.items() if name.startswith("unsealed.")]:
        for name, value in list(vars(module).items()):
            if isinstance(value, re.Pattern):
                yield vars(module), name, value


class _Counted:
    """A pattern that counts the steps of each use, and gives what the pattern gives."""

    def __init__(self, pattern: re.Pattern[Any], count: list[int]) -> None:
        self.pattern, self.flags, self.groups = pattern.pattern, pattern.flags, pattern.groups
        self._real, self._count = pattern, count
        self._tree = parser.parse(pattern.pattern, pattern.flags)

    def match(self, text: Any, *bounds: int) -> Any:
        self._scan(text, *bounds, moves=False)
        return self._real.match(text, *bounds)

    def fullmatch(self, text: Any, *bounds: int) -> Any:
        self._scan(text, *bounds, moves=False)
        return self._real.fullmatch(text, *bounds)

    def search(self, text: Any, *bounds: int) -> Any:
        self._scan(text, *bounds, once=True)
        return self._real.search(text, *bounds)

    def finditer(self, text: Any, *bounds: int) -> Any:
        self._scan(text, *bounds)
        return self._real.finditer(text, *bounds)

    def findall(self, text: Any, *bounds: int) -> Any:
        self._scan(text, *bounds)
        return self._real.findall(text, *bounds)

    def split(self, text: Any, maxsplit: int = 0) -> Any:
        self._scan(text)
        return self._real.split(text, maxsplit)

    def sub(self, repl: Any, text: Any, count: int = 0) -> Any:
        self._scan(text)
        return self._real.sub(repl, text, count)

    def _scan(
        self, text: Any, start: int = 0, stop: int = sys.maxsize, *, once: bool = False, moves: bool = True
    ) -> None:
        traced = sys.gettrace()
        sys.settrace(None)  # steps are counted here, and tracing them as well takes long
        try:
            stop, at = min(stop, len(text)), start
            steps = _Steps(text[:stop], self._tree.state.flags, self._count)
            while at <= stop:
                ends: list[int] = []
                end = ends[0] if steps.match(self._tree.data, 0, at, lambda end, ends=ends: not ends.append(end)) else None
                if not moves or (end is not None and once):
                    return
                at = end if end is not None and end > at else at + 1
        finally:
            sys.settrace(traced)


class _Steps:
    """One attempt at one place, with backtracking."""

    def __init__(self, text: Any, flags: int, count: list[int]) -> None:
        self.text = text.decode("latin-1") if isinstance(text, (bytes, bytearray, memoryview)) else text
        self.fold, self.lines, self.dots = flags & re.IGNORECASE, flags & re.MULTILINE, flags & re.DOTALL
        self.count = count

    def match(self, items: list[Any], at: int, place: int, goal: Any) -> bool:
        while True:
            if at == len(items):
                return goal(place)  # type: ignore[no-any-return]
            self.count[0] += 1
            op, told = items[at]
            if op in _ONE:
                if not self._one(op, told, place):
                    return False
                place += 1
            elif op is sre.AT:
                if not self._at(told, place):
                    return False
            elif op in {sre.ASSERT, sre.ASSERT_NOT}:
                way, inner = told
                begin = place if way > 0 else place - inner.getwidth()[0]
                found = begin >= 0 and self.match(inner.data, 0, begin, lambda end, way=way, place=place: way > 0 or end == place)
                if found is not (op is sre.ASSERT):
                    return False
            else:
                return self._branch(op, told, items, at, place, goal)
            at += 1

    def _branch(self, op: Any, told: Any, items: list[Any], at: int, place: int, goal: Any) -> bool:
        def rest(end: int) -> bool:
            return self.match(items, at + 1, end, goal)

        if op is sre.SUBPATTERN:
            return self.match(told[3].data, 0, place, rest)
        if op is sre.BRANCH:
            for way in told[1]:  # noqa: SIM110 - `any` would take the interpreter's own stack
                if self.match(way.data, 0, place, rest):
                    return True
            return False
        if op in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            return self._repeat(op, told, place, rest)
        if op is sre.ATOMIC_GROUP:
            ends: list[int] = []
            return self.match(told.data, 0, place, lambda end: not ends.append(end)) and rest(ends[0])  # type: ignore[func-returns-value]
        raise NotImplementedError(str(op))

    def _repeat(self, op: Any, told: Any, place: int, rest: Any) -> bool:
        least, most, inner = told
        if len(inner) == 1 and inner[0][0] in _ONE:
            (kind, what), end = inner[0], place
            if op is sre.MIN_REPEAT:
                while end - place < least or not rest(end):
                    self.count[0] += 1
                    if end - place >= most or not self._one(kind, what, end):
                        return False
                    end += 1
                return True
            while end - place < most and self._one(kind, what, end):
                self.count[0] += 1
                end += 1
            ends = range(end, place + least - 1, -1) if op is sre.MAX_REPEAT else [end]
            if end - place < least:
                return False
            for one in ends:  # noqa: SIM110 - as above
                if rest(one):
                    return True
            return False
        return self._again(inner.data, least, most, place, 0, rest, op is sre.MIN_REPEAT)

    def _again(self, inner: list[Any], least: int, most: int, place: int, times: int, rest: Any, lazy: bool) -> bool:
        def more() -> bool:
            return times < most and self.match(
                inner, 0, place, lambda end: end > place and self._again(inner, least, most, end, times + 1, rest, lazy)
            )

        if lazy:
            return (times >= least and rest(place)) or more()
        return more() or (times >= least and rest(place))

    def _one(self, op: Any, told: Any, place: int) -> bool:
        if place >= len(self.text):
            return False
        char = self.text[place]
        if op is sre.ANY:
            return bool(self.dots) or char != "\n"
        if op is sre.IN:
            return self._among(told, char)
        return self._same(told, char) is (op is sre.LITERAL)

    def _same(self, code: int, char: str) -> bool:
        return ord(char) == code or bool(self.fold and char.lower() == chr(code).lower())

    def _among(self, items: list[Any], char: str) -> bool:
        negated = items[0][0] is sre.NEGATE
        return any(self._is(op, told, char) for op, told in items[negated:]) is not negated

    def _is(self, op: Any, told: Any, char: str) -> bool:
        if op is sre.LITERAL:
            return self._same(told, char)
        if op is sre.RANGE:
            chars = {char, char.lower(), char.upper()} if self.fold else {char}
            return any(told[0] <= ord(one) <= told[1] for one in chars if len(one) == 1)
        kind = str(told).lower()
        found = char.isdecimal() if kind.endswith("digit") else char.isspace() if kind.endswith("space") else char.isalnum() or char == "_"
        return found is not ("_not_" in kind)

    def _at(self, what: Any, place: int) -> bool:
        text, size = self.text, len(self.text)
        if what in {sre.AT_BEGINNING, sre.AT_BEGINNING_STRING}:
            return place == 0 or bool(what is sre.AT_BEGINNING and self.lines and text[place - 1] == "\n")
        if what in {sre.AT_END, sre.AT_END_STRING}:
            last = place == size or (what is sre.AT_END and place == size - 1 and text[place] == "\n")
            return last or bool(what is sre.AT_END and self.lines and text[place] == "\n")
        sides = [0 <= at < size and (text[at].isalnum() or text[at] == "_") for at in (place - 1, place)]
        return (sides[0] != sides[1]) is (what is sre.AT_BOUNDARY)
