"""Writes the reference pages that the source knows best: the tables, and the command line.

`make docs` runs it. With `--check` it writes nothing, and fails where a page is not what the source says.
"""

import os
import sys
from pathlib import Path

import click
import pyarrow as pa

from unsealed.schema import TABLES

REFERENCE = Path(__file__).parent / "reference"
COMMON = ("as_json", "quiet")
"""Options that every command takes, by click's names."""
_NAMES = {"string": "text", "bool": "yes or no", "int64": "number", "double": "number with a point"}
_EXIT_CODES = """\
## Exit codes

| code | means |
|---:|---|
| 0 | done |
| 1 | failed; the message says where, and what to do next |
| 2 | wrong usage: an option, a path, `case.toml`, an indicator file or a condition can't be used |
| 3 | done, but something could not be read: see [skipped](skipped.md) |
| 4 | another run is writing to the case |
| 130 | stopped with Ctrl-C; the same command carries on |
"""


def tables_page() -> str:
    """Give the reference page of all tables."""
    lines = [
        "# Tables",
        "",
        "Written by `docs/generate.py` from `unsealed.schema`; do not edit.",
        "",
        "A case keeps its answers in tables. `unsealed table CASE NAME` gives one of them, and",
        "[other programs](../how-to/give-tables-to-other-programs.md) read them the same way. Times are UTC.",
        "Ids come from content, so the same evidence gives the same ids on every machine. Columns may be added,",
        "never renamed.",
        "",
        "| table | written by | what it holds |",
        "|---|---|---|",
    ]
    lines += [f"| [{name}](#{name}) | `{table.stage}` | {_cell(table.holds)} |" for name, table in TABLES.items()]
    for name, table in TABLES.items():
        lines += ["", f"## {name}", "", table.holds, "", "| column | type | what it holds |", "|---|---|---|"]
        lines += [f"| `{field.name}` | {kind(field.type)} | {_cell(_doc(field))} |" for field in table.schema]
    return "\n".join(lines) + "\n"


def kind(of: pa.DataType) -> str:
    """Give a column's type in plain words."""
    if pa.types.is_timestamp(of):
        return "time"
    if pa.types.is_list(of):
        return f"list of {kind(of.value_type)}"
    if pa.types.is_struct(of):
        return f"({', '.join(field.name for field in of)})"
    return _NAMES[str(of)]


def _doc(field: pa.Field) -> str:
    return str((field.metadata or {})[b"doc"].decode())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def cli_page() -> str:
    """Give the reference page of the command line, from the help texts."""
    os.environ["UNSEALED_LANG"] = "en"
    from unsealed.cli import main

    lines = [
        "# Command line",
        "",
        "Written by `docs/generate.py` from the help texts; do not edit.",
        "",
        str(main.help),
        "",
        "Progress and talk go to standard error; the answer goes to standard output. The language is English or",
        "Japanese, by `UNSEALED_LANG`, else `LANGUAGE`, `LC_ALL`, `LC_MESSAGES` or `LANG`. `unsealed --version` tells",
        "the version.",
        "",
        "Every command takes:",
        "",
        "| option | what it does |",
        "|---|---|",
        *(f"| `{option.opts[0]}` | {_cell(option.help or '')} |" for option in _common(main)),
        "| `-h`, `--help` | Show the command's help. |",
        "",
        "| command | what it does |",
        "|---|---|",
    ]
    lines += [f"| [{name}](#{name}) | {_cell(command.help or '')} |" for name, command in main.commands.items()]
    for name, command in main.commands.items():
        lines += ["", f"## {name}", "", command.help or "", "", "```text", _usage(name, command), "```"]
        own = [param for param in command.params if isinstance(param, click.Option) and param.name not in COMMON]
        if own:
            lines += ["", "| option | what it does | if not given |", "|---|---|---|", *map(_option, own)]
    return "\n".join([*lines, "", _EXIT_CODES])


def _common(group: click.Group) -> list[click.Option]:
    command = next(iter(group.commands.values()))
    return [param for param in command.params if isinstance(param, click.Option) and param.name in COMMON]


def _usage(name: str, command: click.Command) -> str:
    words = [f"unsealed {name} [OPTIONS]"]
    words += [_argument(argument) for argument in command.params if isinstance(argument, click.Argument)]
    return " ".join(words)


def _argument(argument: click.Argument) -> str:
    if argument.metavar:
        return argument.metavar
    if isinstance(argument.type, click.Choice):
        return "{" + "|".join(map(str, argument.type.choices)) + "}"
    word = (argument.name or "").upper() + ("..." if argument.nargs < 0 else "")
    return word if argument.required else f"[{word}]"


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    value = "" if option.is_flag else f" {_value(option)}"
    default = option.default if isinstance(option.default, str) else ""
    return f"| {names}{value} | {_cell(option.help or '')} | {f'`{default}`' if default else ''} |"


def _value(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return ", ".join(f"`{choice}`" for choice in option.type.choices)
    return option.metavar or {"integer range": "NUMBER"}.get(option.type.name, option.type.name.upper())


def pages() -> dict[Path, str]:
    """Give every generated page with its text."""
    return {REFERENCE / "tables.md": tables_page(), REFERENCE / "cli.md": cli_page()}


def main() -> int:
    """Write the pages, or with `--check` say which are not what the source says."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.name} is not what the source says: run `make docs`")
        return 1 if stale else 0
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"{path} {'written' if path in stale else 'unchanged'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
