"""Whose mailbox and which folder, from where a file lies: Maildir, Maildir++, Thunderbird, exports by address."""

import re
from pathlib import PurePosixPath

from unsealed.folders import well_known
from unsealed.read.reader import Place

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ENDINGS = (
    ".tar.gz",
    ".tar.xz",
    ".tar.bz2",
    ".tar.zst",
    ".tgz",
    ".zip",
    ".7z",
    ".tar",
    ".gz",
    ".xz",
    ".bz2",
    ".zst",
    ".mbox",
    ".mbx",
    ".eml",
    ".pst",
    ".ost",
    ".olm",
    ".sbd",
)
MAX_NAME = 400
_MAILDIR = {"cur", "new", "tmp"}
INSIDE = "!/"
"""What stands between an archive's path and a member's name."""


def strip_endings(name: str) -> str:
    """Take archive and mail endings off a file's name."""
    while True:
        ending = next((end for end in _ENDINGS if name.lower().endswith(end) and len(name) > len(end)), None)
        if ending is None:
            return name
        name = name[: -len(ending)]


def address_in(component: str) -> str | None:
    """Give the mail address that a path component is, its endings aside; None if it is none."""
    name = strip_endings(component[-MAX_NAME:])
    return name.lower() if _ADDRESS.fullmatch(name) else None


def place(inner: str, *, whole_file: bool, mailbox: str | None) -> Place:
    """Tell mailbox, folder and group of a file.

    Args:
        inner: its path from the name that the person gave on (that name is the first component).
        whole_file: the file itself is a folder (an mbox), not one message.
        mailbox: what the person said with `--mailbox`.
    """
    parts = [
        part for piece in inner.split(INSIDE) for part in PurePosixPath(piece).parts if part not in {"/", ".", ".."}
    ]
    found, below = None, _nearest(parts, whole_file=whole_file)
    group = parts[:-1] if not whole_file else parts
    for index in range(len(parts) - 1, -1, -1):
        address = address_in(parts[index])
        if address:
            found, below, group = address, parts[index + 1 :], parts[: index + 1]
            break
    folder = _folder(below, whole_file=whole_file)
    if found is None and not whole_file:
        group = _account(parts)
    if mailbox:
        return Place(mailbox.lower(), "given", folder, mailbox.lower())
    return Place(found, "path" if found else None, folder, found or "/".join(group))


def _nearest(parts: list[str], *, whole_file: bool) -> list[str]:
    """Keep, where no component names a mailbox, what is its own structure: Maildir, Thunderbird, one directory."""
    if any(part in _MAILDIR for part in parts[:-1]):
        start = max(
            (n for n, part in enumerate(parts[:-1]) if part not in _MAILDIR and not part.startswith(".")), default=-1
        )
        return parts[start + 1 :]
    start = len(parts) - 1
    while start and parts[start - 1].lower().endswith((".sbd", ".mbox")):
        start -= 1
    return parts[start if whole_file else max(start - 1, 0) :]


def _folder(below: list[str], *, whole_file: bool) -> str | None:
    """Give the folder's path: the directories below the mailbox, and an mbox's own name."""
    directories = [part for part in below[:-1] if part not in _MAILDIR]
    names = [_directory(part) for part in directories if not _is_archive(part)]
    if below and whole_file:
        bundled = bool(directories) and directories[-1].lower().endswith(".mbox") and below[-1].lower() == "mbox"
        if not bundled:
            names.append(strip_endings(below[-1]))
    elif not names and directories:
        names.append(strip_endings(directories[-1]))
    path = "/".join(name for name in names if name)
    if not path and any(part in _MAILDIR for part in below[:-1]):
        return "Inbox"
    return path or None


def _is_archive(name: str) -> bool:
    return name.lower().endswith(_ENDINGS[: _ENDINGS.index(".mbox")])


def _directory(name: str) -> str:
    """Give a directory's folder name: Maildir++ `.A.B` is `A/B`, Thunderbird's `A.sbd` is `A`."""
    if name.startswith(".") and len(name) > 1:
        return _decoded(name[1:]).replace(".", "/")
    if name.lower().endswith((".sbd", ".mbox")):
        return strip_endings(name)
    return _decoded(name)


def _decoded(name: str) -> str:
    """Open modified UTF-7 (RFC 3501 5.1.3), in which Maildir keeps names that are not ASCII."""
    if "&" not in name:
        return name

    def opened(match: re.Match[str]) -> str:
        packed = match.group(1).replace(",", "/")
        try:
            return f"+{packed}-".encode().decode("utf-7") if packed else "&"
        except UnicodeDecodeError:
            return match.group()

    return re.sub(r"&([A-Za-z0-9+,]*)-", opened, name)


def _account(parts: list[str]) -> list[str]:
    """Group single messages without a named mailbox: a Maildir, or the directory that holds the folders."""
    directories = [part for part in parts[:-1] if part not in _MAILDIR and not part.startswith(".")]
    while len(directories) > 1 and well_known(directories[-1]):
        directories.pop()
    return directories
