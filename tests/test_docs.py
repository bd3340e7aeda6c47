"""The docs say what the source says: generated pages, tables, commands, readers, reasons, links, and the tutorial itself."""

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest

from unsealed import plugins
from unsealed.cli import main
from unsealed.identify.skipped import REASONS
from unsealed.schema import TABLES, VERDICTS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
TUTORIALS = {"en": DOCS / "tutorial.md", "ja": DOCS / "tutorial.ja.md"}
PICTURES = ("demo", "timeline")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_REASON_AT = {"skip": 2, "Problem": 1, "BadRecord": 0, "Unread": 2, "Broken": 1, "_leave": 2}
"""Where a call that says that something could not be read has its reason code."""


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def commands_in(block: str) -> Iterator[list[str]]:
    for line in block.splitlines():
        words = shlex.split(line, comments=True) if line.startswith(("unsealed ", ".venv/bin/unsealed ")) else []
        if words:
            yield words[1:]


def headings(path: Path) -> list[int]:
    plain = _FENCE.sub("", text(path))
    return [len(marks) for marks in re.findall(r"^(#+) ", plain, re.MULTILINE)]


def anchors(path: Path) -> set[str]:
    plain = _FENCE.sub("", text(path))
    found = re.findall(r"^#+ (.*)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


# -- reference -------------------------------------------------------------------------------------------------------


def test_the_generated_pages_are_what_the_source_says() -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_table_and_column_is_in_the_reference() -> None:
    page = text(DOCS / "reference" / "tables.md")
    sections = {part.split("\n", 1)[0]: part for part in page.split("\n## ")[1:]}
    assert list(sections) == list(TABLES)
    for name, table in TABLES.items():
        assert [field.name for field in table.schema if f"| `{field.name}` |" not in sections[name]] == []


def test_every_command_and_option_is_in_the_reference() -> None:
    page = text(DOCS / "reference" / "cli.md")
    sections = {part.split("\n", 1)[0]: part for part in page.split("\n## ")[1:]}
    common = page.split("\n## ", maxsplit=1)[0]
    for name, command in main.commands.items():
        options = [option for param in command.params if isinstance(param, click.Option) for option in param.opts]
        assert [option for option in options if f"`{option}`" not in sections[name] + common] == []


def test_every_reader_is_in_the_formats() -> None:
    page = text(DOCS / "reference" / "formats.md")
    readers = [reader.name for reader in plugins.discover("unsealed.read", "READER").values()]
    assert [name for name in readers if f"`{name}`" not in page] == []


def test_every_verdict_is_explained() -> None:
    for page in (ROOT / "README.md", ROOT / "README.ja.md", DOCS / "explanation" / "verdicts.md"):
        assert [verdict for verdict in VERDICTS if f"`{verdict}`" not in text(page)] == []


def test_every_reason_is_explained_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", text(DOCS / "reference" / "skipped.md"), re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == reasons() | set(REASONS)


def reasons() -> set[str]:
    """Give every reason code in the source of the readers."""
    found: set[str] = set()
    for path in sorted((ROOT / "src" / "unsealed" / "read").rglob("*.py")):
        tree = ast.parse(text(path))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in _REASON_AT and len(call.args) > _REASON_AT[name]:
                found |= _words(call.args[_REASON_AT[name]], tree)
            elif name == "append" and "trouble" in ast.unparse(call.func) and isinstance(call.args[0], ast.Tuple):
                found |= _words(call.args[0].elts[0], tree)
        # rows of `skipped` that are put together by hand end in the reason and a detail
        for row in (node for node in ast.walk(tree) if isinstance(node, ast.Tuple) and len(node.elts) == 5):
            if ast.unparse(row.elts[0]) == "part.evidence_id":
                found |= _words(row.elts[3], tree)
        if path.parent.name == "attachments":
            pairs = (node for node in ast.walk(tree) if isinstance(node, ast.Tuple) and len(node.elts) == 2)
            told = (pair.elts[0].value for pair in pairs if isinstance(pair.elts[0], ast.Constant))
            found |= {word for word in told if isinstance(word, str) and word.startswith("attachment_")}
    return found


def _words(node: ast.expr, tree: ast.Module) -> set[str]:
    """Give the words that an expression may be; of a name, those that it is given anywhere in the module."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, ast.IfExp):
        return _words(node.body, tree) | _words(node.orelse, tree)
    if isinstance(node, ast.Name):
        given = [n for n in ast.walk(tree) if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == node.id]
        return {word for assign in given for word in _words(assign.value, tree)}
    return set()


def test_the_reasons_are_really_found() -> None:
    assert {"empty", "encrypted", "truncated", "invalid_json", "mime_too_deep", "too_slow", "reader_died"} <= reasons()


def test_the_bounds_that_the_pages_name_are_those_of_the_source() -> None:
    from unsealed.expose import quoting
    from unsealed.expose.quoting import words
    from unsealed.hunt import activity, coverage, intrusion
    from unsealed.identify import scan
    from unsealed.read import engine
    from unsealed.read.intake import unpack, walk
    from unsealed.read.mail import message, parts

    formats, skipped, verdicts, bounds, intruder = (
        " ".join(text(DOCS / page).split())
        for page in (
            "reference/formats.md",
            "reference/skipped.md",
            "explanation/verdicts.md",
            "explanation/bounds.md",
            "how-to/name-the-intruder.md",
        )
    )
    assert f"nested {walk.MAX_NESTING} deep; {unpack.MAX_MEMBERS:,} files" in formats
    assert f"{unpack.MAX_RATIO} times its size, judged after {unpack.FREE_OUT >> 20} MiB" in formats
    assert f"{unpack.MAX_OUT >> 30} GiB" in formats
    assert f"more than {message.MAX_MESSAGE >> 20} MiB" in skipped
    assert f"after {message.MAX_TEXT:,} characters" in skipped
    assert f"more than {parts.MAX_DEPTH} deep" in skipped
    assert f"more than {parts.MAX_PARTS:,} parts" in skipped
    assert f"record took longer than {engine.ITEM_SECONDS} seconds" in skipped
    assert f"text took longer than {scan.TEXT_SECONDS} seconds" in skipped
    assert f"within {activity.HOURS} hours" in intruder
    assert f"more than {coverage.HOLE_DAYS} days" in bounds
    assert f"more than {coverage.SILENT_DAYS} days in which the owner signed in on {coverage.SIGN_INS} days" in bounds
    assert intrusion.RHYTHM == 2
    assert f"{intrusion.CLEAN.days} days, or twice the longest pause" in bounds
    assert (words.WORDS, words.CHARACTERS) == (5, 8)
    assert f"{quoting.ENOUGH:.0%}".replace("%", " %") in verdicts
    assert f"{quoting.ENOUGH_UNMARKED:.0%}".replace("%", " %") in verdicts


# -- pages -----------------------------------------------------------------------------------------------------------


def test_the_readme_is_short_and_has_its_twin() -> None:
    english, japanese = ROOT / "README.md", ROOT / "README.ja.md"
    assert len(text(english).splitlines()) < 120
    assert len(text(japanese).splitlines()) < 120
    assert headings(english) == headings(japanese)
    fences = [[block for _, block in _FENCE.findall(text(path))] for path in (english, japanese)]
    assert fences[0] == fences[1]


def test_the_readme_opens_with_a_sentence_a_picture_and_two_commands() -> None:
    for path, language in ((ROOT / "README.md", "en"), (ROOT / "README.ja.md", "ja")):
        _, sentence, picture, *_ = text(path).split("\n\n")
        assert sentence.count(". ") + sentence.count("。") <= 1
        assert f"(docs/images/demo.{language}.svg)" in picture
        blocks = [block.strip() for _, block in _FENCE.findall(text(path))]
        assert blocks[:2] == ["make demo", ".venv/bin/unsealed run mycase PATH --indicators FILE"]


def test_the_tutorial_has_its_twin() -> None:
    english, japanese = (text(path) for path in TUTORIALS.values())
    assert headings(TUTORIALS["en"]) == headings(TUTORIALS["ja"])
    shell = [[block for kind, block in _FENCE.findall(page) if kind == "sh"] for page in (english, japanese)]
    assert shell[0] == shell[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    for link in _LINK.findall(_FENCE.sub("", text(page))):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_exist(page: Path) -> None:
    for _, block in _FENCE.findall(text(page)):
        if "[OPTIONS]" in block:
            continue
        for name, *words in commands_in(block):
            assert name in main.commands
            known = {option for param in main.commands[name].params for option in param.opts}
            assert [word for word in words if re.fullmatch(r"--[a-z-]+", word) and word not in known] == []


def test_every_page_is_reachable_from_the_readme() -> None:
    waiting, seen = [ROOT / "README.md"], set[Path]()
    while waiting:
        page = waiting.pop()
        if page not in seen:
            seen.add(page)
            links = (link.partition("#")[0] for link in _LINK.findall(text(page)) if "://" not in link)
            waiting += [target for link in links if (target := (page.parent / link).resolve()).suffix == ".md"]
    assert set(PAGES) - seen == set()


def test_decisions_are_numbered_without_gaps() -> None:
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        assert text(page).startswith(f"# {page.name[:4]} ")
        assert re.findall(r"^## (\w+)$", text(page), re.MULTILINE) == ["Context", "Choice", "Cost"]


# -- the tutorial and the pictures, run ------------------------------------------------------------------------------


class Walk:
    """One walk through the tutorial in one language: what each block of commands printed."""

    def __init__(self, language: str, folder: Path) -> None:
        self.language, self.folder = language, folder
        self.blocks: list[tuple[str, str]] = []
        """(a block's commands, what they printed)"""
        self.failed: list[str] = []

    def type(self, block: str) -> None:
        out = []
        for words in commands_in(block):
            environment = {**os.environ, "UNSEALED_LANG": self.language, "COLUMNS": "100", "PYTHONUTF8": "1"}
            done = subprocess.run(
                [sys.executable, "-m", "unsealed", *words],
                cwd=self.folder,
                env=environment,
                check=False,
                capture_output=True,
                encoding="utf-8",
            )
            out.append(done.stdout)
            if done.returncode not in {0, 3}:
                self.failed.append(
                    f"unsealed {shlex.join(words)}: {done.returncode}: {done.stdout[-300:]}{done.stderr}"
                )
        self.blocks.append((block, "".join(out)))


WALKS = [pytest.param(language, marks=pytest.mark.xdist_group(f"tutorial {language}")) for language in TUTORIALS]


@pytest.fixture(scope="module", params=WALKS)
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    walked = Walk(request.param, tmp_path_factory.mktemp("tutorial"))
    for kind, block in _FENCE.findall(text(TUTORIALS[request.param])):
        if kind == "sh":
            walked.type(block)
        for name in ("evidence", "indicators.csv"):
            made = walked.folder / "demo-case" / name
            if made.exists() and not (walked.folder / name).exists():
                (walked.folder / name).symlink_to(made)
    return walked


def test_the_tutorials_commands_work(walk: Walk) -> None:
    assert walk.failed == []


def test_the_tutorial_shows_what_the_commands_print(walk: Walk) -> None:
    """Each line that the page shows stands in what the commands above it printed; `…` stands for anything."""
    printed, missing = "", []
    ran = iter(walk.blocks)
    for kind, block in _FENCE.findall(text(TUTORIALS[walk.language])):
        if kind == "sh":
            printed = next(ran)[1].replace("\u200b", "")
        elif kind == "text" and not block.startswith("evidence/\n"):
            for line in filter(None, block.splitlines()):
                pattern = ".*".join(map(re.escape, line.split("…")))
                if not re.search(f"^{pattern}$", printed, re.MULTILINE):
                    missing.append(line)
    assert missing == []


def test_the_pictures_are_what_the_demo_shows(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    import picture

    demo = next(out for block, out in walk.blocks if block.strip() == "unsealed demo")
    assert text(picture.IMAGES / f"demo.{walk.language}.svg") == picture.terminal(demo), "run docs/picture.py"


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", PICTURES)
def test_the_pictures_hold_no_font_and_fetch_nothing(name: str, language: str) -> None:
    path = DOCS / "images" / f"{name}.{language}.svg"
    assert ET.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own file
    outside = text(path).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|@font-face|base64|<script|<image", outside)
