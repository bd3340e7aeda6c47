"""Writes the reference pages that the source knows best: the tables, the command line, the rules and their log sources.

`make docs` runs it. With `--check` it writes nothing, and fails where a page is not what the source says.
"""

import importlib
import inspect
import os
import re
import string
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pyarrow as pa
import yaml

from unsealed.expose.ways import ways
from unsealed.hunt import logsources
from unsealed.hunt.logsources import Field, LogSource, Variant
from unsealed.identify.identifiers import identifiers
from unsealed.schema import TABLES
from unsealed.warn.regulator import Deadline, Duty, Regulator, When, questions, regulators

REFERENCE = Path(__file__).parent / "reference"
MEASURED = Path(__file__).parent / "measured" / "identifiers.toml"
RULES = Path(__file__).parents[1] / "src" / "unsealed" / "hunt" / "rules"
CREDENTIALS = {"api_key", "connection_string", "password", "password_hash", "private_key", "session_cookie"}
"""Kinds that are measured together."""
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


def logsources_page() -> str:
    """Give the reference page of the log sources that rules can name."""
    known = [source for source in logsources.every() if source.variants]
    lines = [
        "# Log sources of Sigma rules",
        "",
        "Written by `docs/generate.py` from `unsealed/hunt/logsources/*.toml`; do not edit.",
        "",
        "A Sigma rule says which log it is for by product, category and service. This is what each of them means among the",
        "[events](tables.md#events) and [messages](tables.md#messages) of a case; `*` stands for any word. Rules for other",
        "log sources are listed as unusable, with the reason.",
        "",
        "Every log source has the columns of `events` as fields, under their own names (`user`, `client_ip`, `outcome`, …), and",
        "`user_domain`, the domain of who acted. A name that the tables below do not list is looked for in the record itself",
        "(`raw`); dots in it lead into objects.",
        "",
        "| product | category | service | rows |",
        "|---|---|---|---|",
    ]
    pages = _sections([one for source in known for one in source.variants])
    for source in known:
        names = "; ".join(
            f"[{one.name}](#{pages[one.name]})" if one.name in pages else one.name for one in source.variants
        )
        lines.append(f"| {_source(source)} | {names} |")
    lines += ["", "| product | category | service | not usable, because |", "|---|---|---|---|"]
    lines += [f"| {_source(one)} | {one.reason} |" for one in logsources.every() if not one.variants]
    variants = {one.name: one for source in known for one in source.variants}
    for name in sorted(set(pages.values())):
        alike = sorted(one for one, section in pages.items() if section == name and one != name)
        lines += [
            "",
            f"## {name}",
            "",
            f"Also {', '.join(alike)}.\n" if alike else "",
            "| field (in any case) | stands in |",
        ]
        lines += [
            "|---|---|",
            *(f"| `{one}` | {_stands(held)} |" for one, held in sorted(variants[name].fields.items())),
        ]
        if variants[name].fallback:
            tried = ", ".join(f"`{path}`" for path in variants[name].fallback)
            lines += ["", f"Any other name: the first of these at which `raw` has something: {tried}."]
    return "\n".join(lines) + "\n"


def _sections(variants: list[Variant]) -> dict[str, str]:
    """Give for each variant the one in whose section its fields stand; of Windows' channels all have those of one."""
    first: dict[object, str] = {}
    plain = [one for one in variants if not one.name.startswith("windows ")]
    return {one.name: first.setdefault((tuple(one.fields.items()), one.fallback), one.name) for one in plain}


def _source(source: LogSource) -> str:
    return " | ".join(f"`{word}`" if word else "" for word in (source.product, source.category, source.service))


def _stands(held: Field) -> str:
    told = [f"column `{held.column}`"] if held.column else []
    return ", ".join([*told, *(f"`{path}`" for path in held.paths)]) or "nowhere in this log"


def rules_page() -> str:
    """Give the reference page of our own rules, from their files."""
    rules = [(path.stem, told[-1], told[0]) for path in sorted(RULES.glob("*.yml")) if (told := _documents(path))]
    lines = [
        "# Rules",
        "",
        "Written by `docs/generate.py` from `src/unsealed/hunt/rules`; do not edit.",
        "",
        f"`unsealed hunt` tries these {len(rules)} rules on logs and mail, and those that `--rules` gives; `--no-default-rules`",
        "leaves them out. They are [Sigma](https://sigmahq.io/) rules, a file each, which also tells what else the rule hits",
        "and where its facts come from. `critical` and `high`: a responder must look; `medium`: suspicious; `low`: worth",
        "knowing where there is more. What their log sources mean is in [log sources](logsources.md).",
        "",
        "| rule | title | severity | log source | ATT&CK | what it means |",
        "|---|---|---|---|---|---|",
    ]
    for name, rule, first in rules:
        techniques = ", ".join(tag.removeprefix("attack.").upper() for tag in rule["tags"])
        source = " ".join(word for key in ("product", "category", "service") if (word := first["logsource"].get(key)))
        cells = (f"`{name}`", rule["title"], rule["level"], source, techniques, " ".join(rule["description"].split()))
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(lines) + "\n"


def ways_page() -> str:
    """Give the reference page of the ways in."""
    lines = [
        "# Ways in",
        "",
        "Written by `docs/generate.py` from the files in `src/unsealed/expose/ways/`; do not edit.",
        "",
        "How an intruder reads mail, a section a way: the logs that show who came by it, what their records say was taken,",
        "and what is said of a letter that no record names. What responders know beside the logs goes into",
        "[case.toml](case.md) as `[[reach]]`. The verdicts are explained in [their own page](../explanation/verdicts.md).",
    ]
    for name, way in ways().items():
        module = importlib.import_module(f"unsealed.expose.ways.{name}")
        lines += ["", f"## {name}", "", *_paragraphs(module), ""]
        logs = ", ".join(f"`{source}`" for source in way.sources)
        items = f"`{way.items}` in [coverage](tables.md#coverage)" if way.items else "none"
        lines += [f"- Logs that show who came: {logs}", f"- Log that names what is read: {items}"]
        for title, steps in (
            ("What gives more to reach", way.widens),
            ("What is taken", way.took),
            ("What could be read unseen", way.could),
        ):
            lines += [f"- {title}: {_first(step)}" for step in steps]
    return "\n".join(lines) + "\n"


def identifiers_page() -> str:
    """Give the reference page of the identifiers, with what was measured of them."""
    known = identifiers()
    lines = [
        "# Identifiers",
        "",
        "Written by `docs/generate.py` from the files in `src/unsealed/identify/identifiers/`, and from",
        "`docs/measured/identifiers.toml`; do not edit.",
        "",
        f"What is looked for in opened letters: {len({one.kind for one in known.values()})} kinds of personal data and secrets, by",
        f"{len(known)} identifiers. Full-width letters and digits, hyphens of every kind, invisible characters and ends of lines",
        "inside a number make no difference. Where it says so, a number counts only near a word that says what it is, and only if",
        "its check digit fits. What is found stands in [mentions](tables.md#mentions), masked, with a keyed hash.",
        "",
        "Precision and recall are of the kind, by the set of the letter behind them (see below), the one that has most of it and",
        "was not mended after; of credentials, of all kinds together. Where no set has the kind, none was measured.",
        "",
        "| identifier | kind | what is found | needs a word near it | check digit | source | precision | recall | matters to |",
        "|---|---|---|---|---|---|---:|---:|---|",
    ]
    measured = tomllib.loads(MEASURED.read_text(encoding="utf-8"))
    for name, one in known.items():
        needs, proves = ("yes" if it else "" for it in (one.needs_context, one.proves))
        kind = "credentials" if one.kind in CREDENTIALS else one.kind
        precision, recall = _rates(measured["set"], name, kind)
        lines.append(
            f"| [{name}](#{name}) | `{one.kind}` | {_cell(one.what)} | {needs} | {proves} | {_rule_from(name)} "
            f"| {precision} | {recall} | {_cell(one.law)} |"
        )
    lines += ["", "## How well they find", "", measured["how"], ""]
    for letter, one_set in zip(string.ascii_uppercase, measured["set"], strict=False):
        lines += [
            f"**{letter}.** {one_set['what']}",
            "",
            "| kind | items | precision | recall |",
            "|---|---:|---:|---:|",
        ]
        lines += [
            f"| `{kind}` | {n} | {precision:.3f} | {recall:.3f} |" for kind, n, precision, recall in one_set["kinds"]
        ]
        lines.append("")
    lines += ["## How fast", "", measured["speed"], ""]
    lines += ["## The rules"]
    for name, one in known.items():
        lines += [
            "",
            f"### {name}",
            "",
            *_paragraphs(importlib.import_module(f"unsealed.identify.identifiers.{name}")),
            "",
        ]
        if one.context:
            lines.append(f"- Words: {', '.join(f'`{word}`' for word in one.context)}")
        lines += [f"- Found, for example: {_examples(one.hits)}", f"- Not found: {_examples(one.misses)}"]
    return "\n".join(lines) + "\n"


def _rates(sets: list[dict[str, Any]], name: str, kind: str) -> tuple[str, str]:
    """Give precision and recall of an identifier's kind by the set that has most of it, with the set's letter.

    A set may say that what it has of a kind is for some identifiers only (`of`), or that it was mended after (`mended`).
    """
    most, told = 0, ("not measured", "not measured")
    for letter, one in zip(string.ascii_uppercase, sets, strict=False):
        for known, n, precision, recall in one["kinds"]:
            meant = name in one.get("of", {}).get(kind, [name]) and not one.get("mended")
            if known == kind and meant and n > most:
                most, told = n, (f"{precision:.2f} {letter}", f"{recall:.2f} {letter}")
    return told


def _rule_from(name: str) -> str:
    """Give the first page that an identifier's docstring names, or its rule, which names the standard or law."""
    text = "\n".join(_paragraphs(importlib.import_module(f"unsealed.identify.identifiers.{name}")))
    found = re.search(r"https://([^/\s),;:]+)[^\s);,\"]*", text)
    return f"[{found[1]}]({found[0].rstrip('.:')})" if found else f"[see the rule](#{name})"


def regulators_page() -> str:
    """Give the reference page of the regimes of notification."""
    known = regulators()
    lines = [
        "# Regulators",
        "",
        "Written by `docs/generate.py` from the files in `src/unsealed/warn/regulators/`; do not edit.",
        "",
        f"`unsealed warn` holds these {len(known)} regimes against a case ([how to](../how-to/duties.md)). Each is a file that a",
        "person can read beside the law. **Check with counsel**: they are a reading of the law, made on the day that each file",
        "names, mostly from stored copies of the text or from accounts of it. What sources disagree on, and what no source that",
        "was opened confirms, is said with each.",
        "",
        "| regime | | law | holds since | what was read |",
        "|---|---|---|---|---|",
    ]
    for name, one in known.items():
        since = {"not_yet": f"**not yet**: {one.law.since}", "proposed": "**only proposed**"}.get(one.law.status)
        cells = (one.name.en, one.name.ja, one.law.article, since or str(one.law.since), one.law.basis)
        lines.append(f"| [{name}](#{name}) | {' / '.join(cells[:2])} | {' | '.join(map(_cell, cells[2:]))} |")
    for name, one in known.items():
        lines += ["", f"## {name}", "", *_regime(one)]
    lines += [
        "",
        "## Questions",
        "",
        "Answered in `[answers]` of [case.toml](case.md).",
        "",
        "| key | type | asks |",
        "|---|---|---|",
    ]
    lines += [
        f"| `{key}` | {'time' if one.type == 'time' else 'true or false'} | {_cell(one.text.en)} / {_cell(one.text.ja)} |"
        for key, one in sorted(questions(known).items())
    ]
    return "\n".join(lines) + "\n"


def _regime(one: Regulator) -> list[str]:
    law, days = one.law, one.days
    off = [days.country and f"public holidays of {days.country}", *(f"closed {span}" for span in days.closed)]
    off += [f"{holiday} is worked" for holiday in days.worked]
    lines = [
        f"{one.name.en} / {one.name.ja}. {law.name.en}, {law.article}; version of {law.version}.",
        "",
        f"- Read on {law.read}: <{law.source}>" + "".join(f"; {also}" for also in law.also_read),
        *([f"- Official text, not what was read: <{law.official}>"] if law.official else []),
        f"- Reaches: {_when(one.applies)}",
        f"- Local time: {days.zone}; days off: Saturday, Sunday{''.join(f', {each}' for each in off if each)}",
        *(f"- Sources disagree, or the law leaves it open: {text.en}" for text in one.doubts),
        *(f"- **Not confirmed**: {text.en}" for text in one.unconfirmed),
    ]
    for duty in one.duty:
        lines += ["", f"### {one.id}: {duty.name.en}", "", *_duty(duty)]
    return lines


def _duty(duty: Duty) -> list[str]:
    return [
        f"- To: {duty.to.en} ({duty.article})",
        f"- Due if: {_when(duty.when)}",
        *([f"- Unless: {_when(duty.unless)}"] if duty.unless else []),
        f"- The clock starts when: {duty.clock_text.en}",
        *(
            f"- {'First' if one.step == 'preliminary' else 'At the latest'}: {one.text.en}{_counted(one)}"
            for one in duty.deadline
        ),
        *(
            [f"- Form: {'; '.join(field.name.en + (' ✓' if field.fill else '') for field in duty.field)}"]
            if duty.field
            else []
        ),
    ]


def _counted(one: Deadline) -> str:
    told = [f"if {_when(one.when)}"] if one.when else []
    if one.within:
        told.append(f"{one.within} {one.unit.replace('_', ' ')}{', by a guideline' if one.about else ''}")
    if one.day_off == "next":
        told.append("a last day off moves to the next working day")
    return f" ({'; '.join(told)})" if told else ""


def _when(one: When) -> str:
    """Give a condition in words."""
    if one.all or one.any:
        parts = [_when(part) for part in one.all or one.any]
        return f"({(' and ' if one.all else ' or ').join(parts)})" if len(parts) > 1 else parts[0]
    told = one.label.en if one.label else ""
    if one.persons and one.persons.kinds:
        told += f" [{', '.join(f'`{kind}`' for kind in one.persons.kinds)}]"
    if one.fact:
        told += f" [`organisation.{one.fact}` is {', '.join(str(value).lower() for value in one.among)}]"
    return told + (f" [`answers.{one.answer}`]" if one.answer else "")


def _examples(examples: tuple[str, ...]) -> str:
    return "; ".join(f"`` {example.replace(chr(10), '⏎')} ``" for example in examples)


def _paragraphs(module: ModuleType) -> list[str]:
    return (inspect.getdoc(module) or "").splitlines()


def _first(step: Callable[..., None]) -> str:
    return " ".join((inspect.getdoc(step) or "").split("\n\n", maxsplit=1)[0].split())


def _documents(path: Path) -> list[dict[str, Any]]:
    """Give what a rule's file holds: the rule comes last, what a correlation counts before it."""
    return [told for told in yaml.safe_load_all(path.read_text(encoding="utf-8")) if told]


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
    return {
        REFERENCE / "tables.md": tables_page(),
        REFERENCE / "cli.md": cli_page(),
        REFERENCE / "logsources.md": logsources_page(),
        REFERENCE / "rules.md": rules_page(),
        REFERENCE / "ways.md": ways_page(),
        REFERENCE / "identifiers.md": identifiers_page(),
        REFERENCE / "regulators.md": regulators_page(),
    }


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
