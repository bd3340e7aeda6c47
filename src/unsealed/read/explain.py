"""What would each file be taken for, and why? Nothing is read in, and nothing is written."""

import inspect
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unsealed.errors import UsageError
from unsealed.i18n import _
from unsealed.read.engine import readers
from unsealed.read.intake import unpack
from unsealed.read.intake.looks import looks_like
from unsealed.read.intake.walk import File, Opened, Unread, walk
from unsealed.read.planner import place
from unsealed.read.reader import Reader, Settings
from unsealed.read.recognise import SURE, Recognition

CLOSE = 25
"""A runner-up that is no more than this behind is worth a word."""

Row = dict[str, Any]


def explain(paths: list[Path], mailbox: str | None = None) -> list[Row]:
    """Give a row for every file under the paths, those in archives too.

    Raises:
        UsageError: if a path does not exist.
    """
    for path in paths:
        if "://" in str(path) or str(path).startswith(("imaps:/", "imap:/")):
            raise UsageError(_("--explain looks at files, and opens no connection."))
        if not path.exists() and not path.is_symlink():
            raise UsageError(
                _("{path}: no such file or folder. With --explain, name paths alone, and no case.").format(path=path)
            )
    known = readers()
    with tempfile.TemporaryDirectory(prefix="unsealed-") as work:
        return [row for item in walk(paths, Path(work)) for row in _rows(item, known, mailbox, Path(work))]


def _rows(item: File | Unread, known: dict[str, Reader], mailbox: str | None, work: Path) -> Iterator[Row]:
    if isinstance(item, Unread) or (archive := unpack.kind(item.head)) is None:
        yield _one(item, known, mailbox)
        return
    yield {
        **_row(item),
        "kind": "archive",
        "reader": archive,
        "why": _("its first bytes are those of this kind of archive"),
    }
    opened = Opened(item, work)
    try:
        for inner in opened.files():
            yield _one(inner, known, mailbox)
    finally:
        opened.close()


def _row(file: File) -> Row:
    return {"path": file.shown, "size_bytes": file.size, "kind": "unknown", "reader": "", "certainty": None, "why": ""}


def _one(item: File | Unread, known: dict[str, Reader], mailbox: str | None) -> Row:
    if isinstance(item, Unread):
        shown = f"{item.shown} {item.locator}".rstrip()
        return {
            "path": shown,
            "size_bytes": None,
            "kind": "unreadable",
            "reader": "",
            "certainty": None,
            "why": item.detail,
        }
    row = _row(item)
    if item.size == 0:
        return {**row, "kind": "empty", "why": _("it has no bytes")}
    ranked = sorted(((reader.detect(item.head, item.shown), name) for name, reader in known.items()), reverse=True)
    sure, name = Recognition(known, Settings()).best(item.head, item.shown)
    next_sure, next_name = next(each for each in ranked if each[1] != name)
    if sure >= SURE:
        return {**row, **_taken(item, known[name], sure, mailbox), **_runner_up(sure, next_sure, next_name)}
    if item.companion:
        return {
            **row,
            "kind": "companion",
            "why": _("belongs to a mail program or an export, and holds no mail; passed over"),
        }
    like, then = looks_like(item.head, item.shown)
    doubt = {"runner_up": name, "runner_up_certainty": sure} if sure else {}
    return {**row, "looks_like": like, "why": _("no reader knows it"), "then": then, **doubt}


def _taken(file: File, reader: Reader, sure: int, mailbox: str | None) -> Row:
    row: Row = {"kind": reader.kind, "reader": reader.name, "certainty": sure, "why": sign(reader)}
    if reader.kind != "mail":
        return row
    where = place(file, reader, mailbox)
    basis = where.basis or "inferred"
    return {**row, "mailbox": where.mailbox, "mailbox_basis": basis, "folder": where.folder}


def _runner_up(sure: int, next_sure: int, next_name: str) -> Row:
    return {"runner_up": next_name, "runner_up_certainty": next_sure} if next_sure >= max(SURE, sure - CLOSE) else {}


def sign(reader: Reader) -> str:
    """Say what a reader goes by: its own words (`sign`), else the rule that its detection is written to."""
    own = getattr(reader, "sign", None)
    rule = (inspect.getdoc(reader.detect) or "").split("\n\n", maxsplit=1)[0]
    return str(own) if own else " ".join(rule.split())


def lines(rows: list[Row]) -> list[str]:
    """Write the rows for a terminal, a file a paragraph, and a count of them at the end."""
    told: list[str] = []
    for row in rows:
        size = "" if row["size_bytes"] is None else _("{n:,} bytes").format(n=row["size_bytes"])
        told += [row["path"], f"    {_summary(row)}" + (f", {size}" if size else "")]
        told += [f"    {line}" for line in _details(row)]
    taken = sum(row["kind"] in {"mail", "log", "archive"} for row in rows)
    aside = sum(row["kind"] == "companion" for row in rows)
    told.append(
        _("{files:,} files: {taken:,} would be read or opened, {aside:,} passed over, {left:,} left unread").format(
            files=len(rows), taken=taken, aside=aside, left=len(rows) - taken - aside
        )
    )
    return told


def _summary(row: Row) -> str:
    if row["reader"] and row["certainty"] is not None:
        return _("taken for {kind}: {reader} (certainty {certainty} of 100)").format(**row)
    if row["reader"]:
        return _("an archive: {reader}; what is in it follows").format(**row)
    names = {
        "companion": _("passed over"),
        "empty": _("empty"),
        "unreadable": _("can't be had"),
        "unknown": _("left unread; it looks like {what}").format(what=row.get("looks_like", "")),
    }
    return names[row["kind"]]


def _details(row: Row) -> Iterator[str]:
    if row["why"]:
        yield _("why: {why}").format(why=row["why"])
    if row.get("then"):
        yield _("to do: {then}").format(then=row["then"])
    if "mailbox" in row:
        bases = {"given": _("given"), "path": _("from the path"), "inferred": _("to be inferred from headers")}
        mailbox = row["mailbox"] or _("not named")
        yield _("mailbox: {mailbox} ({basis}); folder: {folder}").format(
            mailbox=mailbox, basis=bases[row["mailbox_basis"]], folder=row["folder"] or _("not named")
        )
    if "runner_up" in row:
        yield _("next: {reader} ({certainty})").format(reader=row["runner_up"], certainty=row["runner_up_certainty"])
