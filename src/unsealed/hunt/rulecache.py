"""Rules as they were understood once, so that the next hunt need not read them again.

What was read of many rule files is written down as JSON under a hash of all that it hangs on: the files' names and bytes,
our own code that reads them, and the versions of what it rests on. So a changed rule is read again. It is data and is
never run; what is cut short, damaged or of another form is left aside, and the rules are read. Its digest bears no key:
it shows damage, not forgery. Whoever can write in the folder can change what the next hunt takes for the rules, as they
can change the case itself.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from unsealed.hunt import rule, tree
from unsealed.hunt.rule import Condition, Correlation, Loaded, Rule, Unusable
from unsealed.hunt.tree import Always, And, Node, Not, Or, Test
from unsealed.version import __version__

WORTH = 50
"""Files from which on it is worth it."""
MOST_KEPT = 8
"""Sets of rules that are kept in one folder; the oldest go."""
_STALE = 3600
"""Seconds after which a temporary file is what a run that was killed left behind."""
_CODE = ("rule", "rulecache", "rulefiles", "regex", "sigma", "tree")
_BROKEN = (AttributeError, IndexError, KeyError, OSError, RecursionError, TypeError, ValueError)
_JOINED: dict[type[And | Or], str] = {And: "and", Or: "or"}


def own_folder() -> Path | None:
    """Give the folder of the user's own in which what comes with us may be kept; None where there is none."""
    told = os.environ.get("XDG_CACHE_HOME", "")
    try:
        return (Path(told) if told.startswith("/") else Path.home() / ".cache") / "unsealed" / "rules"
    except RuntimeError:
        return None


def load(paths: Sequence[Path], folder: Path | None) -> Loaded:
    """Read rule files and folders, or what was kept of them; it is the same.

    Args:
        paths: files and folders.
        folder: where what was read is kept; None for nowhere.
    """
    key = _key(paths) if folder else None
    file = folder / f"{key}.json" if folder and key else None
    known = _read(file, paths) if file else None
    if known is not None:
        return known
    from unsealed.hunt import sigma

    loaded = sigma.load(paths)
    if file and key == _key(paths):
        _write(file, loaded, paths)
    return loaded


def _key(paths: Sequence[Path]) -> str | None:
    """Give a hash of all that the outcome hangs on; None where it is not worth it, or a file can't be read or is too large for rules."""
    odd: list[Unusable] = []
    found = list(rule.files(paths, odd))
    if odd or len(found) < WORTH:
        return None
    digest = sha256(_reader())
    try:
        for file in found:
            if file.stat().st_size > rule.MAX_BYTES:
                return None
            content = file.read_bytes()
            at, name = _within(str(file), paths)
            digest.update(f"{at}\0{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
            digest.update(content)
    except OSError:
        return None
    return digest.hexdigest()


@cache
def _reader() -> bytes:
    """Tell what reads rules: our code, byte by byte, and the versions of all that it asks."""
    here = Path(__file__).parent
    told = [__version__, sys.version, *(f"{name} {version(name)}" for name in ("pysigma", "pyyaml", "pyarrow"))]
    return b"\0".join([*(word.encode() for word in told), *((here / f"{name}.py").read_bytes() for name in _CODE)])


def _read(file: Path, paths: Sequence[Path]) -> Loaded | None:
    try:
        digest, _, body = file.read_bytes().partition(b"\n")
        return _loaded(orjson.loads(body), paths) if digest == sha256(body).hexdigest().encode() else None
    except _BROKEN:
        return None


def _write(file: Path, loaded: Loaded, paths: Sequence[Path]) -> None:
    """Keep what was read, if it comes back as it is; where it can't be written, it is read again next time."""
    try:
        body = orjson.dumps(_told(loaded, paths))
        if _loaded(orjson.loads(body), paths) != loaded:
            return
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = file.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_bytes(sha256(body).hexdigest().encode() + b"\n" + body)
        temporary.replace(file)
        kept = sorted(file.parent.glob("*.json"), key=lambda one: one.stat().st_mtime_ns)
        left = [one for one in file.parent.glob("*.tmp") if time.time() - one.stat().st_mtime > _STALE]
        for old in (*kept[:-MOST_KEPT], *left):
            old.unlink(missing_ok=True)
    except _BROKEN:
        return


# -- to plain values and back ----------------------------------------------------------------------------------------


def _told(loaded: Loaded, paths: Sequence[Path]) -> dict[str, Any]:
    """Give all of it as plain values; every test stands there once, and conditions name it by its number."""
    numbers: dict[tuple[Any, ...], int] = {}

    def node(one: Node) -> Any:  # noqa: ANN401 - plain values, nested as the condition is
        if isinstance(one, Test):
            # 1, 1.0 and True are one key otherwise.
            return numbers.setdefault((one.field, one.op, type(one.value), one.value, one.cased), len(numbers))
        if isinstance(one, Not):
            return ["not", node(one.item)]
        return one.value if isinstance(one, Always) else [_JOINED[type(one)], *map(node, one.items)]

    def plain(one: Rule | Correlation | Condition | Unusable) -> dict[str, Any]:
        values = {field.name: getattr(one, field.name) for field in fields(one)}
        for name, value in values.items():
            if isinstance(value, Test | And | Or | Not | Always):
                values[name] = node(value)
            elif isinstance(value, Condition):
                values[name] = plain(value)
            elif name == "source":
                values[name] = _within(value, paths)
        return values

    return {
        "rules": [plain(one) for one in loaded.rules],
        "correlations": [plain(one) for one in loaded.correlations],
        "unusable": [plain(one) for one in loaded.unusable],
        "silent": sorted(loaded.silent),
        "tests": [(field, op, value, cased) for field, op, _, value, cased in numbers],
    }


def _loaded(told: Mapping[str, Any], paths: Sequence[Path]) -> Loaded:
    """Make it again of plain values."""
    tests = [Test(field, op, tuple(v) if isinstance(v, list) else v, cased) for field, op, v, cased in told["tests"]]
    joined = {word: kind for kind, word in _JOINED.items()}

    def node(one: Any) -> Node:  # noqa: ANN401 - plain values
        if isinstance(one, bool):
            return Always(one)
        if isinstance(one, int):
            return tests[one]
        return tree.Not(node(one[1])) if one[0] == "not" else joined[one[0]](tuple(map(node, one[1:])))

    def source(one: Sequence[Any]) -> str:
        return one[1] if one[0] < 0 else f"{paths[one[0]]}{one[1]}"

    def correlation(one: dict[str, Any]) -> Correlation:
        condition = Condition(**one["condition"])
        expression = condition.expression
        made = replace(
            condition, field=tuple(condition.field), expression=None if expression is None else node(expression)
        )
        lists = {name: tuple(one[name]) for name in ("techniques", "rules", "group_by", "falsepositives")}
        return Correlation(**{**one, **lists, "condition": made, "source": source(one["source"])})

    def sigma_rule(one: dict[str, Any]) -> Rule:
        lists = {name: tuple(one[name]) for name in ("techniques", "falsepositives")}
        return Rule(**{**one, **lists, "tree": node(one["tree"]), "source": source(one["source"])})

    return Loaded(
        tuple(map(sigma_rule, told["rules"])),
        tuple(map(correlation, told["correlations"])),
        tuple(Unusable(source(one["source"]), one["reason"]) for one in told["unusable"]),
        frozenset(told["silent"]),
    )


def _within(place: str, paths: Sequence[Path]) -> tuple[int, str]:
    """Split a place into the number of the path that it lies in and the rest, which is the same on every machine."""
    for at, root in enumerate(map(str, paths)):
        if place == root or place.startswith((f"{root}/", f"{root}:")):
            return at, place[len(root) :]
    return -1, place
