"""Every file behind the paths that a person gives, archives opened, in one order on every machine."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from unsealed.read.intake import unpack
from unsealed.read.intake.places import INSIDE, strip_endings

HEAD = 64 << 10
MAX_NESTING = 5
_COMPANIONS = {
    ".ds_store",
    "thumbs.db",
    "desktop.ini",
    "subscriptions",
    "maildirfolder",
    "courierimapacl",
    "maildirsize",
    "dovecot-uidlist",
    "dovecot-uidvalidity",
    "dovecot-keywords",
    "dovecot.list.index",
    "popstate.dat",
    "msgfilterrules.dat",
    "table_of_contents",
}
_COMPANION_STARTS = ("dovecot.index", "dovecot.list", "dovecot-uidvalidity", "._", "courierimap")


@dataclass(frozen=True)
class File:
    """One file to be read: where its bytes are, how people name it, and its path for `places`."""

    path: Path
    shown: str
    inner: str
    size: int
    head: bytes
    given: bool
    """It lies as the person gave it, and not in an archive of ours."""

    @property
    def companion(self) -> bool:
        """Whether it only serves a mail program beside the mail: an index, a list of subscriptions."""
        name = PurePosixPath(self.inner).name.lower()
        return name in _COMPANIONS or name.startswith(_COMPANION_STARTS) or name.endswith((".msf", ".lock"))


@dataclass(frozen=True)
class Unread:
    """A path that can't be read, or a member of an archive that can't be had."""

    shown: str
    locator: str
    reason: str
    detail: str
    archive: str | None = None


def walk(paths: list[Path], avoid: Path) -> Iterator[File | Unread]:
    """Give every plain file under the paths, sorted; `avoid` (the case itself) is passed over."""
    own = avoid.resolve()
    for path in paths:
        if own == path.resolve() or own in path.resolve().parents:
            yield Unread(show(str(path)), "", "own_case", "the case's own folder is no evidence")
            continue
        if not path.is_dir() or (path.is_symlink() and not path.exists()):
            yield _file(path, show(str(path)), f"{show(path.absolute().parent.name)}/{show(path.name)}")
            continue
        root = show(path.resolve().name)
        for folder, names, files in os.walk(path, onerror=None):
            names[:] = sorted(n for n in names if n != own.name or Path(folder, n).resolve() != own)
            inside = os.path.relpath(folder, path)
            base = root if inside == "." else f"{root}/{show(inside)}"
            yield from (_linked(Path(folder, name)) for name in names if Path(folder, name).is_symlink())
            if not os.access(folder, os.R_OK | os.X_OK):
                yield Unread(show(folder), "", "unreadable", "the folder can't be opened: permission denied")
            for name in sorted(files):
                found = Path(folder, name)
                yield _file(found, show(str(found)), f"{base}/{show(name)}")


def show(name: str) -> str:
    r"""Give a file's name as valid text: bytes that are no UTF-8 stand as `\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _linked(path: Path) -> Unread:
    return Unread(show(str(path)), "", "link", "a link to a folder is not followed; name the folder itself")


def _file(path: Path, shown: str, inner: str) -> File | Unread:
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode) and not path.is_file():
            return Unread(shown, "", "link", "a link that leads to no file")
        if not stat.S_ISLNK(status.st_mode) and not stat.S_ISREG(status.st_mode):
            return Unread(shown, "", "not_a_file", "a pipe, socket or device, not a file")
        with path.open("rb") as stream:
            head = stream.read(HEAD)
        return File(path, shown, inner, path.stat().st_size, head, given=True)
    except OSError as error:
        return Unread(shown, "", "unreadable", error.strerror or str(error))


class Opened:
    """The members of one archive, spooled in a folder of its own; members that are archives are opened too."""

    def __init__(self, archive: File, work: Path) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self.archive, self.spool = archive, Path(tempfile.mkdtemp(prefix="spool-", dir=work))
        self.budget = unpack.Budget(archive.size)

    def close(self) -> None:
        """Remove the spooled files."""
        shutil.rmtree(self.spool, ignore_errors=True)

    def files(self) -> Iterator[File | Unread]:
        """Give the files inside, and what can't be had of them."""
        yield from self._open(self.archive, 1)

    def _open(self, archive: File, depth: int) -> Iterator[File | Unread]:
        kind = unpack.kind(archive.head)
        if kind is None:
            yield archive
            return
        if depth > MAX_NESTING:
            yield Unread(
                archive.shown, "", "nested_too_deep", f"archives nested more than {MAX_NESTING} deep are not opened"
            )
            return
        spool = Path(tempfile.mkdtemp(dir=self.spool))
        for member in unpack.members(archive.path, kind, spool, self.budget):
            if isinstance(member, unpack.Problem):
                yield Unread(archive.shown, member.locator, member.reason, member.detail)
                continue
            if unpack.is_stream(kind):
                name = strip_one(PurePosixPath(archive.inner).name)
                shown, inner = f"{archive.shown}{INSIDE}{name}", str(PurePosixPath(archive.inner).with_name(name))
            else:
                name = safe(member.name)
                shown, inner = f"{archive.shown}{INSIDE}{name}", f"{archive.inner}/{name}"
            if member.problem:
                yield Unread(shown, "", member.problem.reason, member.problem.detail)
            with member.path.open("rb") as stream:
                head = stream.read(HEAD)
            yield from self._open(File(member.path, shown, inner, member.size, head, given=False), depth + 1)


def safe(name: str) -> str:
    """Give a member's name as it is shown and placed: no root, no `..`, no control characters. It is never opened."""
    cleaned = unpack.printable(name.replace("\\", "/"))
    return "/".join(part for part in cleaned.split("/") if part not in {"", ".", ".."}) or "unnamed"


def strip_one(name: str) -> str:
    """Take the compressed file's own ending off its name."""
    for ending in (".gz", ".xz", ".zst", ".bz2"):
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name[:-4] + ".tar" if name.lower().endswith(".tgz") else f"{strip_endings(name)}.unpacked"
