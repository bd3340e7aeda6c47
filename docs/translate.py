"""Brings the Japanese catalogue up to date: extract messages from source and templates, merge, compile.

`make translate` writes `src/unsealed/locale/unsealed.pot`, merges it into the Japanese `.po` (new messages come without a
translation, and a test fails until they have one), and compiles the `.mo` that the product reads.
"""

import io
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "src" / "unsealed" / "locale"
METHODS = [("**.py", "python"), ("**/templates/**.j2", "jinja2.ext:babel_extract")]
OPTIONS = {"**/templates/**.j2": {"trimmed": "false", "silent": "false"}}


def extract() -> Catalog:
    """Give all messages that the source marks for translation."""
    catalog = Catalog(project="unsealed", charset="utf-8")
    found = extract_from_dir(ROOT / "src" / "unsealed", method_map=METHODS, options_map=OPTIONS)
    for filename, _line, message, _comments, context in sorted(found, key=lambda row: (str(row[2]), row[0])):
        catalog.add(message, None, [(filename, 0)], context=context)
    for title in (*rule_titles(), *harm_words()):
        catalog.add(title)
    return catalog


def rule_titles() -> list[str]:
    """Give the titles of our own rules: findings bear them, and reports tell them."""
    files = sorted((ROOT / "src" / "unsealed" / "hunt" / "rules").glob("*.yml"))
    documents = (one for file in files for one in yaml.safe_load_all(file.read_text("utf-8")))
    return sorted({one["title"] for one in documents if one and "title" in one})


def harm_words() -> list[str]:
    """Give the words of our rules of harm: `persons` bears them, and reports tell them."""
    told = tomllib.loads((ROOT / "src" / "unsealed" / "identify" / "harm.toml").read_text("utf-8"))
    return [rule["words"] for rule in told["rule"]]


def merged(template: Catalog) -> Catalog:
    """Give the Japanese catalogue with the messages of the template."""
    path = LOCALE / "ja" / "LC_MESSAGES" / "unsealed.po"
    catalog = Catalog(locale="ja", project="unsealed", charset="utf-8")
    if path.exists():
        with path.open("rb") as stream:
            catalog = read_po(stream, locale="ja")
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def po_bytes(catalog: Catalog) -> bytes:
    """Give a catalogue as a file without dates and line numbers, which would change with every edit."""
    out = io.BytesIO()
    write_po(out, catalog, width=110, no_location=True, omit_header=False, sort_output=True)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith((b'"POT-Creation-Date', b'"PO-Revision-Date')))


def mo_bytes(catalog: Catalog) -> bytes:
    """Give the compiled catalogue."""
    out = io.BytesIO()
    catalog.creation_date = catalog.revision_date = datetime(2000, 1, 1, tzinfo=UTC)  # the same bytes every time
    write_mo(out, catalog)
    return out.getvalue()


def main() -> int:
    """Write the catalogue, and say what is not translated yet."""
    folder = LOCALE / "ja" / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    catalog = merged(extract())
    (folder / "unsealed.po").write_bytes(po_bytes(catalog))
    with (folder / "unsealed.po").open("rb") as stream:
        (folder / "unsealed.mo").write_bytes(mo_bytes(read_po(stream, locale="ja")))
    missing = [message.id for message in catalog if message.id and not message.string]
    print(f"{len(catalog)} messages, {len(missing)} without Japanese")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
