"""Nothing in the clear where it should not be: secrets of every kind are planted, and everything that the product writes is searched.

The text of letters and attachments keeps them, of course; so does the record of a log. Names, addresses and phones of persons
stand in the register, in the clear: they have to be told. All else is masked.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from samples import mail

from unsealed.identify.identifiers import identifiers
from unsealed.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLD_IT = {"messages": {"text", "hidden_text"}, "attachments": {"text"}, "events": {"raw"}}
"""Columns that hold evidence as it is."""
TOLD = {"email_address", "phone_number", "person_name", "classification_marking", "health_term"}
"""Kinds that the register tells of persons, and words of our own lists: they are not masked."""
OWNER = "a@example.org"


def planted() -> dict[str, tuple[str, str]]:
    """Give for each identifier a text with a value in it, and the value."""
    found = {}
    for name, one in identifiers().items():
        for hit in one.hits:
            (value,) = re.findall("⟦(.*?)⟧", hit, re.DOTALL)[:1] or [""]
            if one.kind not in TOLD and len(re.sub(r"\W", "", value)) >= 6:
                found[name] = (hit.replace("⟦", "").replace("⟧", ""), value)
                break
    return found


def spellings(value: str) -> set[str]:
    """Give a value as it is written, and without what only divides it; each line of it apart where there are several."""
    bare = re.sub(r"[\s\-/.]", "", value)
    parts = {part.strip() for part in value.splitlines()} if "\n" in value else set()
    return {one for one in {value, bare, *parts} if len(re.sub(r"\W", "", one)) >= 6}


def case(folder: Path, texts: list[str]) -> Path:
    """Make evidence: letters of these texts, each with an attachment, all opened by the intruder; give its folder."""
    box = folder / "evidence" / OWNER
    box.mkdir(parents=True)
    ids = []
    for number, text in enumerate(texts):
        who = f'"Taro Yamada" <taro{number % 3}@corp.example>'
        headers = {"Message-ID": f"<p{number}@x>", "From": who, "Content-Type": "multipart/mixed; boundary=b"}
        body = f"--b\nContent-Type: text/plain; charset=utf-8\n\nDear all,\n\n{text}\n\n--b\n"
        body += (
            "Content-Type: text/plain; charset=utf-8; name=a.txt\nContent-Disposition: attachment; filename=a.txt\n\n"
        )
        body += f"attached:\n\n{text}\n--b--\n"
        (box / f"{number}.eml").write_bytes(mail(number, to=OWNER, body=body, **headers))
        ids.append({"InternetMessageId": f"<p{number}@x>"})
    record = {
        "CreationTime": "2023-05-02T10:00:00", "Id": "1", "Operation": "MailItemsAccessed", "RecordType": 50, "UserId": OWNER,
        "Workload": "Exchange", "MailboxOwnerUPN": OWNER, "ClientIPAddress": "203.0.113.7", "ClientInfoString": "Client=REST",
        "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}],
        "Folders": [{"Path": "\\\\Inbox", "FolderItems": ids}],
    }  # fmt: skip
    (folder / "evidence" / "log.json").write_text(json.dumps([record]))
    (folder / "i.txt").write_text("203.0.113.7")
    return folder


def said(folder: Path) -> Iterator[tuple[str, str]]:
    """Run every command over the evidence, and give all that they print and leave, with what each is."""
    (folder / "tmp").mkdir()
    made = folder / "case"
    commands = [
        ["run", made, folder / "evidence", "--indicators", folder / "i.txt", "--workers", "1", "--json"],
        ["identify", made], ["identify", made, "--json"], ["status", made], ["status", made, "--json"],
        ["report", made, "--lang", "ja", "--out", folder / "ja.html"], ["timeline", made],
        *(["table", made, name, "--format", "jsonl"] for name in TABLES if name not in HOLD_IT),
        ["table", made, "mentions", "--format", "csv"], ["why", made, "<p1@x>", "--no-verify"],
    ]  # fmt: skip
    for words in commands:
        done = subprocess.run(
            [sys.executable, "-m", "unsealed", *map(str, words)], capture_output=True, check=False,
            env={**os.environ, "TMPDIR": str(folder / "tmp"), "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert done.returncode in {0, 3}, done.stderr.decode()
        yield f"{words[0]} {words[2:]}", (done.stdout + done.stderr).decode()
    assert list((folder / "tmp").iterdir()) == []
    for path in [folder / "ja.html", *sorted(path for path in made.rglob("*") if path.is_file())]:
        yield str(path.relative_to(folder)), "\n".join(_texts(path))


def _texts(path: Path) -> Iterator[str]:
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        table = table.drop_columns([name for name in HOLD_IT.get(path.parent.name, ()) if name in table.column_names])
        yield json.dumps(table.to_pylist(), ensure_ascii=False, default=str)
    elif path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
            yield from (book.read(name).decode() for name in book.namelist())
    else:
        yield path.read_bytes().decode("utf-8", "replace")


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[str, str]], str]:
    """Give what is said of a case with all secrets, and of one with none."""
    texts = [text for text, _ in planted().values()]
    control = ["Nothing of anybody stands here, not even a number."] * 2
    with_them = list(said(case(tmp_path_factory.mktemp("leaks"), texts)))
    without = "\n".join(text for _, text in said(case(tmp_path_factory.mktemp("control"), control)))
    return with_them, without


def test_no_secret_leaves_its_letter(searched: tuple[list[tuple[str, str]], str]) -> None:
    told, without = searched
    found = []
    for name, (_, value) in planted().items():
        for spelling in spellings(value):
            if spelling not in without:  # words that reports use, too, such as of health
                found += [(name, spelling, what) for what, text in told if spelling in text]
    assert found == []


def test_what_was_planted_was_found_and_would_be_seen(searched: tuple[list[tuple[str, str]], str]) -> None:
    """Nearly every kind is found, masked; and values are where only evidence is, so that the search could find them."""
    told, without = searched
    mentions = next(text for what, text in told if "tables/mentions" in what)
    kinds = {identifiers()[name].kind for name in planted()}
    missing = {kind for kind in kinds if f'"kind": "{kind}"' not in mentions}
    assert len(missing) <= len(kinds) // 10, missing
    assert len(kinds) > 50
    values = [value for _, value in planted().values()]
    assert sum(any(one not in without for one in spellings(value)) for value in values) >= len(values) * 0.95
    assert "taro1@corp.example" in next(text for what, text in told if what.endswith("persons.parquet"))
    assert any(what.endswith("register.xlsx") and "Taro Yamada" in text for what, text in told)
