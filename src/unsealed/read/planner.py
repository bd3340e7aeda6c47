"""From files to units of work: recognised, hashed, entered in the custody log, cut into ranges, bundled."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from unsealed.case import Case
from unsealed.custody import sha256_file
from unsealed.journal import UnitRecord
from unsealed.progress import Progress
from unsealed.read import settings
from unsealed.read.engine import Unit, readers
from unsealed.read.intake import looks, places, unpack
from unsealed.read.intake.walk import File, Opened, Unread
from unsealed.read.reader import Part, Place, Reader
from unsealed.read.recognise import SURE, Recognition

BUNDLE_FILES = 400
BUNDLE_BYTES = 16 << 20
LARGE = 4 * BUNDLE_BYTES
"""Bytes of a file that takes as long to hash as a good part of a worker's start."""
STAGE = "read"


class Planner:
    """Turns what the walk finds into units that are not yet done, keeping custody and journal on the way."""

    def __init__(
        self,
        case: Case,
        mailbox: str | None,
        progress: Progress,
        command: str,
        *,
        soon: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what is the same for all files; `soon` is called when a large new file is about to be hashed."""
        self.soon = soon
        self.case, self.mailbox, self.progress, self.command = case, mailbox, progress, command
        self.settings = settings.load(case)
        self.readers = readers()
        self.recognition = Recognition(self.readers, self.settings)
        self.done = case.journal.done(STAGE, "")
        self.planned = 0
        self._taken = case.journal.taken()
        self._known = {shown for _, shown in self._taken}
        self._custody: list[dict[str, Any]] = []
        self._bundles: dict[str, list[Part]] = {}
        self._spools: list[_Spool] = []
        self._record = UnitRecord()

    def units(self, found: Iterator[File | Unread]) -> Iterator[Unit]:
        """Give the units to read; an archive's spool is kept until all its units are finished."""
        for item in found:
            if isinstance(item, File) and unpack.kind(item.head):
                yield from self._archive(item)
            else:
                yield from self._one(item)
        yield from self._flush()
        self._save()

    def finished(self, unit: Unit) -> None:
        """Take note that a unit is read and recorded."""
        for spool in self._spools:
            spool.waiting.discard(unit.stem)
        self._retire()

    def close(self) -> None:
        """Write what is left to be written."""
        self._retire()
        self._save()

    # -- archives ------------------------------------------------------------------------------------------------

    def _archive(self, file: File) -> Iterator[Unit]:
        yield from self._flush()
        evidence_id = sha256_file(file.path)
        key = (evidence_id, f"archive:{file.inner}/{self.mailbox or ''}")
        self._take_in(file, evidence_id)
        self._evidence(file, evidence_id, "archive", unpack.kind(file.head) or "")
        if key in self.done:
            return
        spool = _Spool(Opened(file, self.case.work, self.settings.passwords), key)
        self._spools.append(spool)
        for item in spool.opened.files():
            for unit in self._one(item, evidence_id):
                spool.waiting.add(unit.stem)
                yield unit
        for unit in self._flush():
            spool.waiting.add(unit.stem)
            yield unit
        spool.complete = True

    def _retire(self) -> None:
        """Drop the spool of archives whose units are all recorded, and remember that they are done."""
        for spool in [spool for spool in self._spools if spool.complete and not spool.waiting]:
            self._save()
            self.case.journal.record(STAGE, "", UnitRecord(done=[spool.key]))
            spool.opened.close()
            self._spools.remove(spool)

    # -- files ---------------------------------------------------------------------------------------------------

    def _one(self, item: File | Unread, archive: str | None = None) -> Iterator[Unit]:
        """Plan one file; `archive` is the evidence id of the archive that it lies in."""
        if isinstance(item, Unread):
            self._skip(archive, item.shown, item.locator, item.reason, item.detail)
            return
        if item.size == 0:
            self._leave(item, "empty", "empty", "the file is empty", skip=not item.companion)
            return
        sure, name = self.recognition.best(item.head, item.shown)
        if sure < SURE:
            self._leave(
                item,
                "unknown",
                "unrecognised",
                looks.unrecognised(item.head, item.shown),
                skip=not item.companion,
            )
            return
        yield from self._parts(item, self.readers[name])

    def _leave(self, file: File, kind: str, reason: str, detail: str, *, skip: bool) -> None:
        evidence_id = sha256_file(file.path)
        self._take_in(file, evidence_id)
        self._evidence(file, evidence_id, kind, "", skipped=int(skip))
        if skip:
            self._skip(evidence_id, file.shown, "", reason, detail)

    def _skip(self, evidence_id: str | None, shown: str, locator: str, reason: str, detail: str) -> None:
        """Name what is left unread; a whole file is named by its path, since two may hold the same bytes."""
        place = locator or f"path:{shown}"
        self._record.skipped.append(
            {"evidence_id": evidence_id, "path": shown, "locator": place, "reason": reason, "detail": detail}
        )

    def _parts(self, file: File, reader: Reader) -> Iterator[Unit]:
        if file.size > LARGE and file.shown not in self._known:
            self.soon()
        evidence_id = _hashed(file)
        self._take_in(file, evidence_id)
        where = Place()
        if reader.kind == "mail":
            where = place(file, reader, self.mailbox)
        ranges = reader.ranges(str(file.path), file.size)
        prefix = settings.version(reader, self.settings)
        fresh = [
            part
            for start, end in ranges
            if (evidence_id, f"{prefix}:{(part := self._part(file, evidence_id, start, end, where)).key}")
            not in self.done
        ]
        self.done.update((evidence_id, f"{prefix}:{part.key}") for part in fresh)
        if not fresh:
            self._evidence(
                file,
                evidence_id,
                reader.kind,
                reader.name,
                duplicate=1,
                folder=where.folder,
                mailbox=where.mailbox,
                mailbox_basis=where.basis,
                grp=where.group,
            )
            return
        self.planned += sum(part.end - part.start for part in fresh)
        self.progress.total(self.planned)
        if len(ranges) > 1 or file.size > BUNDLE_BYTES // 4:
            yield from (Unit(reader.name, (part,), str(self.case.tables)) for part in fresh)
            return
        bundle = self._bundles.setdefault(reader.name, [])
        bundle.extend(fresh)
        if len(bundle) >= BUNDLE_FILES or sum(part.size for part in bundle) >= BUNDLE_BYTES:
            yield self._unit(reader.name)

    def _part(self, file: File, evidence_id: str, start: int, end: int, where: Place) -> Part:
        return Part(
            str(file.path),
            file.shown,
            evidence_id,
            file.size,
            start,
            end,
            where,
            self.case.config.timezone,
            self.settings,
        )

    def _unit(self, reader: str) -> Unit:
        return Unit(reader, tuple(self._bundles.pop(reader)), str(self.case.tables))

    def _flush(self) -> Iterator[Unit]:
        for reader in sorted(self._bundles):
            yield self._unit(reader)

    # -- custody and journal -------------------------------------------------------------------------------------

    def _take_in(self, file: File, evidence_id: str) -> None:
        if not file.given or (evidence_id, file.shown) in self._taken:
            return
        self._taken.add((evidence_id, file.shown))
        absolute = os.fsencode(file.path.absolute()).decode("utf-8", "surrogateescape")
        self._custody.append(
            {
                "action": "take_in",
                "command": self.command,
                "evidence_id": evidence_id,
                "path": file.shown,
                "absolute": absolute,
                "size": file.size,
            }
        )
        if len(self._custody) >= 1000:
            self._save()

    def _evidence(self, file: File, evidence_id: str, kind: str, reader: str, **more: Any) -> None:  # noqa: ANN401 - columns
        self._record.seen.append(
            {
                "evidence_id": evidence_id,
                "path": file.shown,
                "kind": kind,
                "reader": reader,
                "size_bytes": file.size,
                "records": 0,
                "skipped": 0,
                "duplicate": 0,
                **more,
            }
        )

    def _save(self) -> None:
        if self._custody:
            self.case.log(*self._custody)
            self.case.journal.take((entry["evidence_id"], entry["path"]) for entry in self._custody)
            self._custody = []
        if self._record.seen or self._record.skipped:
            self.case.journal.record(STAGE, "", self._record)
            self._record = UnitRecord()


def _hashed(file: File) -> str:
    """Hash a file; a small one, whose first bytes are all it has, is not opened again."""
    whole = len(file.head) == file.size
    return hashlib.sha256(file.head).hexdigest() if whole else sha256_file(file.path)


def place(file: File, reader: Reader, mailbox: str | None) -> Place:
    """Tell whose mail a file is, and which folder."""
    whole = places.is_folder(reader.name, file.inner)
    return places.place(file.inner, whole_file=whole, mailbox=mailbox, account=file.account)


@dataclass
class _Spool:
    """An archive that is open, and the units that still need its files."""

    opened: Opened
    key: tuple[str, str]
    waiting: set[str] = field(default_factory=set)
    complete: bool = False
