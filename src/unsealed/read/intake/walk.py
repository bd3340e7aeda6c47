"""Every file behind the paths that a person gives, archives opened, in one order on every machine."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from unsealed.read.intake import companions, profiles, unpack
from unsealed.read.intake.places import FETCHED, INSIDE, strip_endings

HEAD = 64 << 10
MAX_NESTING = 5


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
    profile: profiles.Profile | None = None
    """The mail program's profile that it is part of."""

    @property
    def companion(self) -> bool:
        """Whether it only serves a mail program beside the mail: an index, a list of subscriptions."""
        return companions.is_companion(self.inner, self.head) or bool(self.profile and self.profile.own(self.inner))

    @property
    def account(self) -> tuple[str, str] | None:
        """The directory of the account that it belongs to, and its address, where a profile tells."""
        return self.profile.account(self.inner) if self.profile else None


@dataclass(frozen=True)
class Unread:
    """A path that can't be read, or a member of an archive that can't be had."""

    shown: str
    locator: str
    reason: str
    detail: str
    archive: str | None = None


def walk(paths: list[Path], avoid: Path) -> Iterator[File | Unread]:
    """Give every plain file under the paths, sorted; `avoid` (the case itself) is passed over, but for what it fetched."""
    own, fetched = avoid.resolve(), avoid.resolve() / "imap"
    for path in paths:
        here = path.resolve()
        ours = here.is_relative_to(fetched)
        if here.is_relative_to(own) and not ours:
            yield Unread(show(str(path)), "", "own_case", "the case's own folder is no evidence")
            continue
        root = f"{FETCHED}/{show(here.relative_to(fetched).as_posix())}" if ours else show(here.name)
        if not path.is_dir() or (path.is_symlink() and not path.exists()):
            inner = root if ours else f"{show(path.absolute().parent.name)}/{show(path.name)}"
            yield _file(path, show(str(path)), inner)
            continue
        yield from _folder(path, root, own)


def _folder(path: Path, root: str, own: Path) -> Iterator[File | Unread]:
    known: dict[str, profiles.Profile | None] = {}
    for folder, names, files in os.walk(path, onerror=None):
        names[:] = sorted(n for n in names if n != own.name or Path(folder, n).resolve() != own)
        inside = os.path.relpath(folder, path)
        base = root if inside == "." else f"{root}/{show(inside)}"
        profile = known.get(base.rpartition("/")[0])
        if profiles.PREFERENCES in files and (found := profiles.load(Path(folder, profiles.PREFERENCES), base)):
            profile = found
        known[base] = profile
        yield from (_linked(Path(folder, name)) for name in names if Path(folder, name).is_symlink())
        if not os.access(folder, os.R_OK | os.X_OK):
            yield Unread(show(folder), "", "unreadable", "the folder can't be opened: permission denied")
        # beside what we fetched lies only our own index
        for name in sorted(n for n in files if n.endswith(".eml") or not root.startswith(FETCHED)):
            found_path = Path(folder, name)
            yield _file(found_path, show(str(found_path)), f"{base}/{show(name)}", profile)


def show(name: str) -> str:
    r"""Give a file's name as valid text: bytes that are no UTF-8 stand as `\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _linked(path: Path) -> Unread:
    return Unread(show(str(path)), "", "link", "a link to a folder is not followed; name the folder itself")


def _file(path: Path, shown: str, inner: str, profile: profiles.Profile | None = None) -> File | Unread:
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode) and not path.is_file():
            return Unread(shown, "", "link", "a link that leads to no file")
        if not stat.S_ISLNK(status.st_mode) and not stat.S_ISREG(status.st_mode):
            return Unread(shown, "", "not_a_file", "a pipe, socket or device, not a file")
        with path.open("rb") as stream:
            head = stream.read(HEAD)
        return File(path, shown, inner, path.stat().st_size, head, given=True, profile=profile)
    except OSError as error:
        return Unread(shown, "", "unreadable", error.strerror or str(error))


class Opened:
    """The members of one archive, spooled in a folder of its own; members that are archives are opened too."""

    def __init__(self, archive: File, work: Path, passwords: tuple[str, ...] = ()) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self.archive, self.spool = archive, Path(tempfile.mkdtemp(prefix="spool-", dir=work))
        self.budget = unpack.Budget(archive.size, passwords)
        self.profiles: list[profiles.Profile] = []

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
            if PurePosixPath(name).name == profiles.PREFERENCES:
                found = profiles.load(member.path, str(PurePosixPath(inner).parent))
                self.profiles += [found] if found else []
            profile = next((each for each in reversed(self.profiles) if inner.startswith(f"{each.inner}/")), None)
            yield from self._open(File(member.path, shown, inner, member.size, head, False, profile), depth + 1)


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
