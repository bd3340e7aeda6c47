"""The commands, one function each: words in, tables and files out, an exit code that says how it went."""

from unsealed.cli import answer, persons, warn, work
from unsealed.cli.base import main

__all__ = ["answer", "main", "persons", "warn", "work"]
