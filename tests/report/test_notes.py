"""Every sentence that a stage writes into a table is known to the report's templates, and none of these is out of use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import notes
import pytest

from unsealed.case import Case
from unsealed.report import words
from unsealed.report.notes import LISTED, TEMPLATES, UNNAMED
from unsealed.report.retell import retelling

SOURCE = Path(__file__).parents[2] / "src" / "unsealed"
WRITERS = (
    *sorted((SOURCE / "expose").rglob("*.py")),
    *sorted((SOURCE / "hunt" / "behaviours").glob("*.py")),
    *sorted((SOURCE / "hunt" / "match").glob("*.py")),
    *(SOURCE / "hunt" / f"{name}.py" for name in ("activity", "audit_settings", "coverage", "item_logs", "switched")),
)
PIECE = re.compile(r"\{[^{}]*\}|\x00")
SQL = re.compile(r"'((?:[^']|'')*)'")
WORDS = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
NO_NOTE = re.compile(
    r"[\\?=]|\b(?:[A-Z]{2,} |OR |AND |WHERE|FROM)|WHEN |Callable|it begins \.\*|its past|"
    # Names that evidence uses: folders, accounts, operations.
    r"(?:sent|recoverable) items|junk email|(?:search|common) (?:folders|views)|anonymous logon|not available|"
    r"message (?:viewed|opened \(first time\))|change user license|update user|"
    r"consent to application|(?:add|remove|hard delete|disable|update) (?:app role|delegated|oauth2|service principal).*"
)
"""What is no sentence of a note, though it looks like one."""
TOLD_ELSEWHERE = {"accounts.py", "words.py"}
"""Why an account is nobody's is told on the terminal; how others begin their quotations is evidence."""


def literals(tree: ast.Module) -> Iterator[str]:
    """Give the texts of a module without docstrings and errors; a place that is filled in is a NUL."""
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise | ast.Dict) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            left_out |= {id(each) for each in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and id(node) not in left_out:
            left_out |= {id(part) for part in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out:
            yield node.value


def sentences(path: Path) -> Iterator[str]:
    """Give the pieces of English sentences in a module: what stands between the places of its literals."""
    for text in literals(ast.parse(path.read_text("utf-8"))):
        is_sql = re.search(r"\b(SELECT|CASE|INSERT|format\(|coalesce\()|\|\|", text)
        for part in SQL.findall(text) if is_sql else [text]:
            for piece in PIECE.split(part.replace("''", "'")):
                if WORDS.search(piece):
                    yield " ".join(piece.split())


def known() -> list[str]:
    """Give the templates as they are written, one within another, too."""
    within = [(one, f"{{{place}}}") for one in TEMPLATES for place in ("what", "why") if f"{{{place}}}" in one]
    nested = [outer.replace(place, inner) for outer, place in within for inner in TEMPLATES]
    return [" ".join(PIECE.sub("\0", one).split()) for one in (*TEMPLATES, *LISTED, *UNNAMED, *nested)]


def test_every_sentence_of_the_stages_has_a_template() -> None:
    blob = "\n".join(known())
    unknown = [
        f"{path.relative_to(SOURCE)}: {text}"
        for path in WRITERS
        if path.name not in TOLD_ELSEWHERE
        for text in sentences(path)
        if not NO_NOTE.search(text)
        and text.strip(" ;,:()") not in blob
        and f'title="{text}"' not in path.read_text("utf-8")
    ]
    assert unknown == []


def test_no_template_is_out_of_use() -> None:
    """Where a sentence is put together of parts, some two words of it, at least, stand together in the source."""
    places = (*WRITERS, *(SOURCE / "hunt" / "indicators").glob("*.py"), SOURCE / "hunt" / "allow.py")
    blob = " ".join(re.findall(r"[\w'.-]+", " ".join(path.read_text("utf-8").replace("''", "'") for path in places)))
    unused = []
    for template in (*TEMPLATES, *LISTED, *UNNAMED):
        texts = [re.findall(r"[\w'.-]+", piece.strip("'")) for piece in PIECE.split(template)]
        pairs = [f"{one} {other}" for text in texts if len(text) > 2 for one, other in pairwise(text)]
        if not any(pair in blob for pair in pairs or [word for text in texts for word in text] or [""]):
            unused.append(template)
    assert unused == []


VALUES = {
    **dict.fromkeys(("start", "end"), "2023-05-01 10:00"),
    **dict.fromkeys(("what", "why"), "item records by someone"),
    "share": "97%",
    "title": "'two words'",
    "operation": "MailItemsAccessed",
    "folder": "Two; Words (old)",
    "conditions": "category, the archive",
    "client": "Mozilla/5.0 (X11; Linux) in use",
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_note_is_told_in_japanese_with_all_that_stands_in_it(template: str) -> None:
    places = re.findall(r"\{(\w+)\}", template)
    values = {place: VALUES.get(place, f"{4_000 + number:,}") for number, place in enumerate(places)}
    note = template.format(**values)
    tell = retelling(words.translator("ja"))
    told = tell.tell(note)
    assert tell.unknown(note) == ()
    assert all(value in told for place, value in values.items() if place not in {"what", "why", "conditions"})
    rest = told
    for value in values.values():
        rest = rest.replace(value, "")
    assert not WORDS.search(re.sub(r"Set-\w+ -\w+ (?:-?\w+)?|Audit \(Premium\)|case\.toml intruder", "", rest)), told
    assert "アーカイブ" in told or "conditions" not in places


def test_operations_of_several_words_stay_as_the_log_has_them() -> None:
    tell = retelling(words.translator("ja"))
    for operation in ("Message opened (first time)", "Attachments downloaded", "MailItemsAccessed"):
        assert tell.tell(f"{operation} from 203.0.113.7") == f"203.0.113.7 からの {operation}"
        assert tell.unknown(operation) == ()


def test_an_unknown_sentence_is_found_wherever_it_stands() -> None:
    tell = retelling(words.translator("ja"))
    for note in (
        "nobody knows this one",
        "item records by someone; nobody knows this one",
        "no item log from 2023-05-01 to 2023-05-02: nobody knows this one",
        "nobody knows this one (list.txt line 3)",
    ):
        assert tell.unknown(note) != ()


@pytest.mark.xdist_group("demo")
def test_the_demonstration_has_no_note_in_english(demo: Path) -> None:
    case = Case(demo / "case")
    assert all(notes.written(case, table) for table in notes.COLUMNS)
    notes.check(case, *notes.COLUMNS)
