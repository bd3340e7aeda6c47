"""One attachment to its words, whatever it is; archives and letters are opened, and what lies in them read likewise."""

from collections.abc import Callable
from dataclasses import dataclass, field

from unsealed.read.attachments import archives, images, kinds, letters, office_xml, ole, pdf, plain, rtf, sheets
from unsealed.read.attachments.outcome import (
    MAX_TEXT,
    EncryptedError,
    NotReadError,
    Outcome,
    TooLargeError,
)
from unsealed.read.attachments.xml_text import embedded

MAX_DEPTH = 5
"""Archives and letters in each other."""
_ARCHIVES = frozenset(("zip", "7z", "tar", "gz", "bz2", "xz", "zst"))
_NO_READER = {"rar": "a RAR archive: unpack it by hand", "biff": "a workbook of Excel 4 or older"}
_ENCRYPTED = "it has a password, or is encrypted for its recipients; it was taken all the same"


@dataclass
class Task:
    """What holds for an attachment and everything nested in it."""

    passwords: tuple[str, ...] = ()
    ocr: bool = False
    budget: archives.Budget = field(default_factory=archives.Budget)


def extract(data: bytes, task: Task, depth: int = 0) -> Outcome:
    """Give the words of an attachment; never raises on what the evidence holds."""
    try:
        return _extract(data, task, depth).cut()
    except EncryptedError:
        return Outcome("encrypted", None, [("attachment_encrypted", _ENCRYPTED)])
    except TooLargeError:
        return Outcome("too_large", None, [("attachment_too_large", "it unpacks to more than any letter holds")])
    except NotReadError as error:
        return Outcome("failed", None, [("attachment_failed", str(error)[:300])])
    except MemoryError:
        return Outcome("failed", None, [("attachment_failed", "it wants more memory than a document may have")])
    except Exception as error:  # noqa: BLE001 - the one guard: an attachment may cost itself, never the letter
        return Outcome("failed", None, [("attachment_failed", f"{type(error).__name__}: {error}"[:300])])


def _extract(data: bytes, task: Task, depth: int) -> Outcome:
    kind = kinds.kind(data)
    if kind == "zip":
        kind = kinds.zipped(data)
    if kind in _ARCHIVES:
        return _archive(kind, data, task, depth)
    if kind in {"mail", "msg", "tnef"} or (kind == "ole" and letters.is_msg(data)):
        return _letter(kind, data, task, depth)
    if kind == "image":
        return _image(data, task)
    if kind == "pgp":
        raise EncryptedError
    if kind == "binary":
        return Outcome("no_text")
    if kind in _NO_READER:
        raise NotReadError(_NO_READER[kind])
    return _document(kind, data, task, depth)


def _document(kind: str, data: bytes, task: Task, depth: int) -> Outcome:
    text, trouble = _words(kind, data, task)
    if text is None:
        return Outcome("no_text")
    if kind == "pdf" and not text.strip():
        return _image(data, task)
    if trouble and not text:
        raise NotReadError(trouble[0])
    told = [("attachment_partly", f"not all of it can be read: {'; '.join(trouble[:3])}"[:300])] if trouble else []
    if kind not in _PACKAGES or depth >= MAX_DEPTH or b"embeddings/" not in data:
        return Outcome("read", text, told)
    made = _Joined()
    made.lines, made.problems, made.read = [text], told, True
    for name, content in embedded(data):
        inside = extract(content, task, depth + 1)
        if inside.text:
            made.add(name, inside)
    return made.outcome()


def _words(kind: str, data: bytes, task: Task) -> tuple[str | None, list[str]]:
    if kind == "pdf":
        return pdf.words(data, task.passwords)
    if kind == "ole":
        return ole.words(data)
    if kind in _PACKAGES:
        return _PACKAGES[kind](data)
    return (rtf.words(data) if kind == "rtf" else plain.words(data, kind)), []


_PACKAGES: dict[str, Callable[[bytes], tuple[str, list[str]]]] = {
    "docx": office_xml.docx,
    "pptx": office_xml.pptx,
    "odf": office_xml.odf,
    "xlsx": sheets.workbook,
}


def _image(data: bytes, task: Task) -> Outcome:
    text = images.words(data) if task.ocr and not data.startswith(b"%PDF") else None
    return Outcome("read", text) if text else Outcome("image")


def _archive(kind: str, data: bytes, task: Task, depth: int) -> Outcome:
    if depth >= MAX_DEPTH:
        raise NotReadError(f"archives nested more than {MAX_DEPTH} deep are not opened")
    made = _Joined()
    try:
        for name, content in archives.members(kind, data, task.passwords, task.budget):
            if content is None:
                made.add(name, Outcome("no_text"))
            elif isinstance(content, EncryptedError):
                made.add(name, Outcome("encrypted", None, [("attachment_encrypted", _ENCRYPTED)]))
            elif isinstance(content, TooLargeError):
                made.add(
                    name,
                    Outcome("too_large", None, [("attachment_too_large", "it unpacks to more than any letter holds")]),
                )
            elif isinstance(content, Exception):
                made.add(name, Outcome("failed", None, [("attachment_failed", str(content)[:200])]))
            else:
                made.add(name, extract(content, task, depth + 1))
            if made.size > MAX_TEXT or task.budget.left < 0:
                break
    except NotReadError as error:
        if not made.lines:
            raise
        made.problems.append(("attachment_partly", str(error)))
    return made.outcome()


def _letter(kind: str, data: bytes, task: Task, depth: int) -> Outcome:
    """Read a letter in a letter: its heads and words, then what hangs on it."""
    if depth >= MAX_DEPTH:
        raise NotReadError(f"letters nested more than {MAX_DEPTH} deep are not opened")
    text, attached = letters.opened(kind, data)
    made = _Joined()
    made.lines.append(text)
    made.read = True
    for name, content in attached:
        made.add(name, extract(content, task, depth + 1))
        if made.size > MAX_TEXT:
            break
    return made.outcome()


class _Joined:
    """The words of several members, each under its name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.problems: list[tuple[str, str]] = []
        self.statuses: set[str] = set()
        self.size = 0
        self.read = False

    def add(self, name: str, made: Outcome) -> None:
        if name:
            self.lines.append(name)
        if made.text:
            self.lines.append(made.text)
        self.size += len(name) + len(made.text or "")
        self.statuses.add(made.status)
        if len(self.problems) < 20:
            self.problems += [
                (reason, f"{name[:200]}: {detail}" if name else detail) for reason, detail in made.problems
            ]

    def outcome(self) -> Outcome:
        """Give one outcome for all: `read` if there are words of any, else what they all are."""
        text = "\n".join(self.lines)
        status = "read" if self.read or "read" in self.statuses or not self.statuses else ""
        for one in ("encrypted", "too_large", "failed", "image", "no_text"):
            status = status or (one if one in self.statuses else "")
        return Outcome(status, text, self.problems)
