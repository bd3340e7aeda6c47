"""Regular expressions of rules, matched in linear time by RE2 and, where that can't read them, by Python within bounds.

RE2 (as Arrow and DuckDB bring it) knows no look-around and no back references, and can't be made slow by a value that
an intruder has chosen. What only Python reads is refused where a repetition repeats a repetition, and looks only at the
first `LONGEST` characters of a value. A match may stand anywhere in the value.
"""

import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

LONGEST = 4096
"""Characters of a value that an expression with look-around sees."""
LONGEST_PATTERN = 10_000
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(|\)|[*+?]|\{[0-9]+,?[0-9]*\}|[^\\\[()*+?{]+|.", re.DOTALL)
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


def linear(pattern: str, flags: str) -> str | None:
    """Give the expression as RE2 takes it, its flags in front; None if RE2 can't read it."""
    wanted = f"(?{flags}){pattern}" if flags else pattern
    return wanted if _readable(wanted) else None


@lru_cache(maxsize=10_000)
def _readable(pattern: str) -> bool:
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return False
    return True


@lru_cache(maxsize=1000)
def backtracking(pattern: str, flags: str) -> re.Pattern[str]:
    """Compile an expression that RE2 can't read.

    Raises:
        ValueError: if Python can't read it either, or if a value could make it run for ever.
    """
    try:
        compiled = re.compile(pattern, sum(_FLAGS[flag] for flag in flags))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if _repeats_repetition(pattern):
        raise ValueError("a repetition within a repetition, and look-around: it could run for ever on a hostile value")
    return compiled


def why_unusable(pattern: str, flags: str) -> str | None:
    """Say what is wrong with an expression; None if it can be used."""
    if len(pattern) > LONGEST_PATTERN:
        return f"a regular expression of more than {LONGEST_PATTERN:,} characters"
    if linear(pattern, flags) is None:
        try:
            backtracking(pattern, flags)
        except ValueError as error:
            return str(error)
    return None


def _repeats_repetition(pattern: str) -> bool:
    """Tell whether a group that holds an open-ended repetition is itself repeated without end."""
    open_groups, closed = [False], False
    for piece in _PIECE.findall(pattern):
        if piece == "(":
            open_groups.append(False)
        elif piece == ")" and len(open_groups) > 1:
            closed = open_groups.pop()
            open_groups[-1] |= closed
            continue
        elif piece in {"*", "+"} or (piece[0] == "{" and piece.endswith(",}")):
            if closed:
                return True
            open_groups[-1] = True
        closed = False
    return False
