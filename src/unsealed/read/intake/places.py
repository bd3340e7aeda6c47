"""Whose mailbox and which folder, from where a file lies: Maildir, Maildir++, Thunderbird, exports by address."""

import re
from pathlib import PurePosixPath
from urllib.parse import unquote

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
    ".emlx",
    ".json",
    ".jsonl",
    ".pst",
    ".ost",
    ".olm",
    ".sbd",
)
MAX_NAME = 400
_MAILDIR = {"cur", "new", "tmp"}
FETCHED = "imaps:"
"""What stands before the path of mail that we fetched ourselves, whose names are percent-encoded (`read/imap`)."""
_ONE_MESSAGE = frozenset(("eml", "emlx", "msg", "tnef"))
_VOLUME = re.compile(r"\.\d{3}$")
"""Purview numbers the files of a large mailbox: `alice@example.org.001.pst`."""
_SERVER = re.compile(r"local folders|smart mailboxes|feeds|[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_PROTOCOL = re.compile(r"(?:IMAP|POP|EWS|Exchange|Mac|Gmail)-(?=.*@)")
"""Apple Mail up to version 2 named an account's directory so."""
_HEX_ESCAPE = re.compile(r"_([0-9A-F]{2})")
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
    if "@" not in component:
        return None
    name = _PROTOCOL.sub("", _VOLUME.sub("", strip_endings(component[-MAX_NAME:])), count=1)
    return name.lower() if _ADDRESS.fullmatch(name) else None


def is_folder(reader: str, inner: str) -> bool:
    """Tell whether a file of this reader is a folder by itself: an mbox is, a letter is not."""
    if reader == "graph_messages":  # its name is a folder's where the exporter meant it so
        return well_known(strip_endings(PurePosixPath(inner).name)) is not None
    return reader not in _ONE_MESSAGE


def place(inner: str, *, whole_file: bool, mailbox: str | None, account: tuple[str, str] | None = None) -> Place:
    """Tell mailbox, folder and group of a file.

    Args:
        inner: its path from the name that the person gave on (that name is the first component).
        whole_file: the file itself is a folder (an mbox), not one message.
        mailbox: what the person said with `--mailbox`.
        account: the directory of a mail program's account, as `inner` has it, and its address, where a profile tells.
    """
    if inner.startswith(f"{FETCHED}/"):
        return _fetched(inner, mailbox)
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
    if found is None and account and inner.startswith(f"{account[0]}/"):
        found, below = account[1].lower(), inner.removeprefix(f"{account[0]}/").split("/")
    elif found is None and (top := _top(parts, whole_file=whole_file)):
        group, below = parts[:top], parts[top:]
    folder = _folder(below, whole_file=whole_file)
    if found is None and not whole_file and group == parts[:-1]:
        group = _account(parts)
    if mailbox:
        return Place(mailbox.lower(), "given", folder, mailbox.lower())
    return Place(found, "path" if found else None, folder, found or "/".join(group))


def _fetched(inner: str, mailbox: str | None) -> Place:
    """Place what `read/imap` wrote: `imaps:/HOST/USER/FOLDER.../FILE`, each part percent-encoded."""
    _, _, user, *folders, _ = map(unquote, inner.split("/"))
    owner = (mailbox or user).lower()
    return Place(owner, "given" if mailbox else "path", "/".join(folders) or None, owner)


def _top(parts: list[str], *, whole_file: bool) -> int:
    """Give how many components lead to the directory of one account in a layout that we know; 0 for no such layout."""
    lowered = [part.lower() for part in parts]
    for index in range(len(parts) - 2, -1, -1):
        after = parts[index + 1]
        if lowered[index] == "imapmail" or (lowered[index] == "mail" and _SERVER.fullmatch(after)):
            if index + 2 < len(parts):  # Thunderbird: ImapMail/SERVER/..., Mail/Local Folders/...
                return index + 2
        elif lowered[index] == "takeout":  # Takeout/Mail/..., the second name in the account's language
            return index + 2 if index + 2 < len(parts) and whole_file else 0
    first = next((n for n, part in enumerate(lowered[:-1]) if part.endswith(".mbox")), 0)
    # Apple Mail: ACCOUNT/Inbox.mbox/UUID/Data/1/Messages/1.emlx
    return first if not whole_file and "messages" in lowered else 0


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
    if any(part.lower().endswith(".mbox") for part in directories) and directories[-1] == "Messages":
        directories = [part for part in directories if part.lower().endswith(".mbox")]
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
        return _HEX_ESCAPE.sub(_byte, _decoded(name[1:]).replace(".", "/"))
    if name.lower().endswith((".sbd", ".mbox")):
        return strip_endings(name)
    return _decoded(name)


def _byte(match: re.Match[str]) -> str:
    """Open Evolution's `_2E` and `_5F`; any other underscore is one."""
    return {"2E": ".", "5F": "_", "2F": "/", "25": "%"}.get(match.group(1), match.group())


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
