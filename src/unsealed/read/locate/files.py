"""Where an evidence file lies now: as it was given, elsewhere, or inside an archive that lies there."""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from unsealed.case import Case
from unsealed.custody import sha256_file
from unsealed.read import settings
from unsealed.read.intake.places import INSIDE
from unsealed.read.intake.walk import HEAD, File, Opened


@dataclass
class Given:
    """A file as it was taken in."""

    path: str
    evidence_id: str
    absolute: str


@dataclass
class Lies:
    """A file on this machine, or why there is none; `digest` where it was hashed."""

    path: Path | None
    state: str = "found"
    why: str = ""
    digest: str | None = None
    told: str = ""
    """How the file is named to people where it is a spooled member."""
    lines: dict[int, int] = field(default_factory=dict)


class Files:
    """Finds evidence files of a case; what it takes out of archives is gone when it is closed."""

    def __init__(self, case: Case, elsewhere: Sequence[Path] = (), *, verify: bool = True) -> None:
        self.case, self.elsewhere, self.verify = case, elsewhere, verify
        self._spool: tempfile.TemporaryDirectory[str] | None = None
        self._given: dict[str, Given] = {}
        self._members: dict[tuple[str, str], Path] = {}
        self._archives: dict[str, Lies] = {}

    def close(self) -> None:
        """Drop what was taken out of archives."""
        if self._spool:
            self._spool.cleanup()

    def learn(self, paths: Sequence[str]) -> None:
        """Read from the custody log where these paths, or the archives that they lie in, were taken in from."""
        wanted = {outer for path in paths for outer in _outers(path)}
        for entry in _taken_in(self.case):
            if entry.get("path") in wanted:
                told = Given(entry["path"], entry["evidence_id"], str(entry.get("absolute") or entry["path"]))
                self._given[told.path] = told

    def find(self, path: str, evidence_id: str) -> Lies:
        """Give where a file is; a member of an archive is taken out of it. The file itself is not hashed yet."""
        given = next((self._given[outer] for outer in _outers(path) if outer in self._given), None)
        if given is None:
            return Lies(None, "unknown", "the custody log does not name this file")
        if given.path == path:
            return self.on_disk(given)
        if (path, evidence_id) not in self._members:
            archive = self._archive(given)
            if archive.path is None:
                return archive
            self._take_out(given, archive.path, {(path, evidence_id)})
        member = self._members.get((path, evidence_id))
        if member is None:
            why = f"no file of this name and SHA-256 is in the archive {given.path} any more"
            return Lies(None, "changed", why)
        archive = self._archives[given.path]
        return Lies(member, digest=evidence_id, told=f"{archive.path}{path[len(given.path) :]}")

    def gather(self, wanted: set[tuple[str, str]]) -> None:
        """Take all wanted members out of each archive in one pass."""
        by_archive: dict[str, set[tuple[str, str]]] = {}
        for path, evidence_id in wanted:
            outer = next((outer for outer in _outers(path) if outer in self._given), path)
            if outer != path:
                by_archive.setdefault(outer, set()).add((path, evidence_id))
        for outer, members in by_archive.items():
            archive = self._archive(self._given[outer])
            if archive.path:
                self._take_out(self._given[outer], archive.path, members)

    def on_disk(self, given: Given) -> Lies:
        """Give the first place at which a given file lies: as given, in the case (fetched mail), or elsewhere."""
        for place in self._candidates(given):
            try:
                if place.is_file():
                    return Lies(place)
            except (OSError, ValueError):
                continue
        return Lies(None, "gone", "the file is not there any more")

    def _candidates(self, given: Given) -> list[Path]:
        places = [Path(_real(given.absolute)), Path(_real(given.path))]
        before, fetched, after = given.absolute.rpartition("/imap/")
        if fetched and before.endswith(self.case.folder.name):
            places.append(self.case.folder / "imap" / _real(after))
        parts = [part for part in Path(_real(given.path)).parts if part not in {"/", "..", "."}]
        for folder in self.elsewhere:
            places += [folder.joinpath(*parts[start:]) for start in range(len(parts))]
        return places

    def _archive(self, given: Given) -> Lies:
        """Give an archive, hashed where that is wanted; None for its path where it is not what was taken in."""
        if given.path in self._archives:
            return self._archives[given.path]
        lies = self.on_disk(given)
        if lies.path and self.verify:
            try:
                lies.digest = sha256_file(lies.path)
            except OSError as error:
                return Lies(None, "gone", f"the archive {given.path} can't be read: {error.strerror or error}")
            if lies.digest != given.evidence_id:
                why = f"the archive {given.path} was changed: its SHA-256 is {lies.digest}, and was {given.evidence_id}"
                lies = Lies(None, "changed", why, lies.digest)
        elif not lies.path:
            lies.why = f"the archive {given.path} is not there any more; its SHA-256 was {given.evidence_id}"
        self._archives[given.path] = lies
        return lies

    def _take_out(self, given: Given, archive: Path, wanted: set[tuple[str, str]]) -> None:
        """Unpack an archive, and keep the members that are wanted."""
        if self._spool is None:
            self._spool = tempfile.TemporaryDirectory(prefix=".open-", dir=self.case.folder)
        names, left = {path for path, _ in wanted}, set(wanted)
        with archive.open("rb") as stream:
            head = stream.read(HEAD)
        whole = File(archive, given.path, given.path, archive.stat().st_size, head, given=True)
        opened = Opened(whole, Path(self._spool.name), settings.load(self.case).passwords)
        for item in opened.files():
            if not left:
                break
            if not isinstance(item, File) or item.path == archive:
                continue
            key = (item.shown, sha256_file(item.path)) if item.shown in names else None
            if key in left and key is not None:
                self._members[key] = item.path
                left.discard(key)
            else:
                item.path.unlink(missing_ok=True)


def _outers(path: str) -> list[str]:
    """Give a path and the archives that it may lie in, the innermost first."""
    found, at = [path], path.rfind(INSIDE)
    while at > 0:
        found.append(path[:at])
        at = path.rfind(INSIDE, 0, at)
    return found


def _real(shown: str) -> str:
    return os.fsdecode(shown.encode("utf-8", "surrogateescape"))


def _taken_in(case: Case) -> Iterator[dict[str, str]]:
    """Give the entries of the custody log that name evidence; a line that is no JSON is left to `status --verify`."""
    if not case.custody.path.exists():
        return
    with case.custody.path.open("rb") as stream:
        for line in stream:
            if b'"take_in"' in line:
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                if isinstance(entry, dict) and entry.get("action") == "take_in":
                    yield entry
