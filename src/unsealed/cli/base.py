"""What all commands share: how they speak, how they fail, the options that several take."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from unsealed.errors import UnsealedError
from unsealed.i18n import _
from unsealed.report import words
from unsealed.terminal import harmless
from unsealed.version import __version__

DONE, FAILED, USAGE, SKIPPED = 0, 1, 2, 3
"""Exit codes; 4, the case is locked, comes with its error."""
CASE = click.argument("case", type=click.Path(path_type=Path))
PATHS = click.Path(path_type=Path)


class Output:
    """Where a command speaks: one JSON document on standard output, or plain lines; talk goes to standard error."""

    def __init__(self, as_json: bool, quiet: bool) -> None:
        self.as_json, self.quiet = as_json, quiet

    def answer(self, document: dict[str, Any], lines: list[str]) -> None:
        """Give the command's answer."""
        if self.as_json:
            click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))
        elif not self.quiet:
            for line in lines:
                click.echo(harmless(line, breaks=True))

    def talk(self, line: str) -> None:
        """Say something by the way."""
        if not self.quiet:
            click.echo(line, err=True)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=_("After a mail breach: which letters were opened, with the evidence behind every answer."),
    epilog=_("Start with: unsealed demo. Then: unsealed run CASE PATH --indicators FILE"),
)
@click.version_option(__version__, prog_name="unsealed")
def main() -> None:
    """Be the group that all commands hang on."""


def command(**options: Any) -> Callable[[Callable[..., int | None]], click.Command]:  # noqa: ANN401 - click's own options
    """Make a command with `--json` and `--quiet`, whose errors become a sentence and an exit code."""

    def decorate(function: Callable[..., int | None]) -> click.Command:
        @wraps(function)
        def run(*, as_json: bool, quiet: bool, **arguments: Any) -> None:  # noqa: ANN401 - click hands over what was declared
            out = Output(as_json, quiet)
            try:
                code = function(out=out, **arguments)
            except UnsealedError as error:
                if as_json:
                    click.echo(json.dumps({"error": str(error), "kind": type(error).__name__, "exit": error.exit_code}))
                click.echo(f"unsealed: {error}", err=True)
                code = error.exit_code
            except KeyboardInterrupt:
                click.echo(_("unsealed: stopped. Nothing is lost: the same command carries on."), err=True)
                code = 130
            except BrokenPipeError:
                sys.stderr.close()
                code = DONE
            sys.exit(code or DONE)

        run = click.option("--json", "as_json", is_flag=True, help=_("One JSON document on standard output."))(run)
        run = click.option("--quiet", is_flag=True, help=_("Say nothing but errors."))(run)
        return main.command(**options)(run)

    return decorate


def reading(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Add the options of every command that reads evidence."""
    for option in (
        click.option("--ocr", is_flag=True, help=_("Read the words in images too, where tesseract is installed.")),
        click.option(
            "--mapping",
            "mappings",
            multiple=True,
            type=PATHS,
            help=_("How to read a log of another kind (TOML); kept in the case."),
        ),
        click.option(
            "--passwords", type=PATHS, help=_("Passwords to try on what is encrypted, one a line; kept in the case.")
        ),
        click.option(
            "--workers", type=click.IntRange(0, 256), help=_("Processes to read with; all cores if not given.")
        ),
        click.option("--mailbox", help=_("Whose mailbox this is, where neither names nor headers tell.")),
    ):
        function = option(function)
    return function


def hunting(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Add the options of every command that hunts; what they give is kept in the case."""
    for option in (
        click.option(
            "--default-rules/--no-default-rules",
            "default_rules",
            default=None,
            help=_("Hunt with our own rules, or without them from now on."),
        ),
        click.option(
            "--places",
            multiple=True,
            type=PATHS,
            help=_("Where addresses are: a table of ranges with countries (DB-IP, GeoLite2, IP2Location, iptoasn)."),
        ),
        click.option(
            "--allow",
            multiple=True,
            type=PATHS,
            help=_("What is known to be harmless: MISP warning lists, or lists in any form that indicators have."),
        ),
        click.option(
            "--rules", multiple=True, type=PATHS, help=_("Sigma rules, a file or a folder; kept in the case.")
        ),
        click.option(
            "--indicators",
            multiple=True,
            type=PATHS,
            help=_("STIX, MISP, CSV, JSON lines or text; a file, a folder or a zip; kept in the case."),
        ),
    ):
        function = option(function)
    return function


def skipped_lines(skipped: dict[str, Any]) -> list[str]:
    """Say what could not be read, by reason."""
    if not skipped["places"]:
        return []
    lines = [_("Not read: {n:,} places").format(n=skipped["places"])]
    names = words.reason_names(_)
    return lines + [
        f"  {row['places']:>6,}  {names.get(row['reason'], row['reason'])}: {row['detail']} ({row['examples'][0]})"
        for row in skipped["reasons"][:8]
    ]
