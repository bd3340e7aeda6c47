"""Fetches a mailbox into the case, a file a message, so that it can be read, hashed and carried on with like any other.

Folders are opened with EXAMINE and bodies asked for with BODY.PEEK[]: nothing on the server changes. A message lies at
`imap/HOST/USER/FOLDER/UIDVALIDITY-UID.eml`; what is there is not fetched again. `fetched.jsonl` beside it keeps what the
server said of each message: flags and time of arrival.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unsealed.case import Case
from unsealed.journal import UnitRecord
from unsealed.progress import Progress
from unsealed.read.imap import names
from unsealed.read.imap.server import Server, connect, fingerprint, said
from unsealed.read.intake.walk import Unread
from unsealed.read.mail.message import MAX_MESSAGE

BATCH_BYTES = 4 << 20
BATCH_MESSAGES = 200
ASKED = 500
"""Messages whose size is asked for at once; servers take command lines of 8 KiB."""
INDEX = "fetched.jsonl"


def fetch(
    case: Case, server: Server, password: str, *, ca_file: Path | None, progress: Progress, command: str = "read"
) -> Path:
    """Fetch what is not in the case yet; give the folder to be read.

    Raises:
        UsageError: if the server can't be reached or does not let us in.
    """
    root = case.folder.resolve() / "imap" / names.level(server.host) / names.level(server.user)
    run = _Run(case, server, root, progress)
    client = connect(server, password, ca_file)
    case.journal.forget_skipped("not_fetched", server.address)
    told = {"command": command, "server": server.address, "certificate_sha256": fingerprint(client)}
    case.log({"action": "connect", **told})
    root.mkdir(parents=True, exist_ok=True)
    try:
        run.all(client)
    finally:
        case.log(
            {"action": "fetch", **told, "folders": run.folders, "messages": run.messages, "not_fetched": len(run.lost)}
        )
        case.journal.record("read", "", UnitRecord(skipped=run.lost))
        _leave(client)
    return root


def _leave(client: Any) -> None:  # noqa: ANN401 - imapclient ships no types
    from imapclient.exceptions import IMAPClientError

    try:
        client.logout()
    except (IMAPClientError, OSError):
        client.shutdown()


class _Run:
    """One visit to one mailbox."""

    def __init__(self, case: Case, server: Server, root: Path, progress: Progress) -> None:
        self.case, self.server, self.root, self.progress = case, server, root, progress
        self.folders = self.messages = self.planned = 0
        self.lost: list[dict[str, Any]] = []

    def all(self, client: Any) -> None:  # noqa: ANN401 - as above
        """Fetch every folder; where the connection breaks, what is left is told folder by folder."""
        from imaplib import IMAP4

        left = sorted(client.list_folders(), key=lambda row: str(row[2]))
        while left:
            flags, delimiter, raw = left.pop(0)
            name = names.opened(raw)
            if {flag.lower() for flag in flags} & {b"\\noselect", b"\\nonexistent"}:
                continue
            split = delimiter.decode("ascii", "replace") if isinstance(delimiter, bytes) else delimiter
            try:
                self._folder(client, raw, names.directory(self.root, name, split), name)
            except (IMAP4.abort, OSError) as error:
                for each in [name, *(names.opened(row[2]) for row in left)]:
                    self._lose(each, "", f"the connection broke ({said(error)}): the same command carries on")
                return
            except (IMAP4.error, UnicodeDecodeError) as error:
                self._lose(name, "", f"the server does not give this folder: {said(error)}")

    def _folder(self, client: Any, raw: bytes | str, where: Path, name: str) -> None:  # noqa: ANN401 - as above
        """Fetch the messages of one folder that are not here yet."""
        state = client.select_folder(raw, readonly=True)
        self.folders += 1
        validity, known = int(state.get(b"UIDVALIDITY", 0)), {}
        client.use_uid = False  # by number: all UIDs in one answer are more than a line may hold
        for first in range(1, int(state.get(b"EXISTS", 0)) + 1, ASKED):
            last = min(first + ASKED - 1, int(state[b"EXISTS"]))
            told = client.fetch(list(range(first, last + 1)), ["UID", "RFC822.SIZE", "FLAGS", "INTERNALDATE"])
            rows = {row[b"UID"]: row for row in told.values() if b"UID" in row}
            known.update({uid: row for uid, row in rows.items() if not _file(where, validity, uid).exists()})
        client.use_uid = True
        where.mkdir(parents=True, exist_ok=True)
        self.planned += sum(_size(row) for row in known.values())
        self.progress.total(self.planned)
        for batch in _batches(known):
            self._batch(client, where, name, validity, {uid: known[uid] for uid in batch})

    def _batch(self, client: Any, where: Path, name: str, validity: int, known: dict[int, Any]) -> None:  # noqa: ANN401
        from imaplib import IMAP4

        try:
            bodies = self._bodies(client, known)
        except IMAP4.abort:
            raise
        except IMAP4.error as error:
            if len(known) > 1:
                for uid, row in known.items():  # one message may break the answer for all
                    self._batch(client, where, name, validity, {uid: row})
                return
            bodies = {}
            self._lose(name, f"uid:{next(iter(known))}", f"the server does not give this message: {said(error)}")
            known = {}
        lines = []
        for uid, row in known.items():
            if not isinstance(body := bodies.get(uid), bytes):
                self._lose(name, f"uid:{uid}", "the server lists this message, but does not give it")
                continue
            temporary = where / f".{validity}-{uid}.tmp"
            temporary.write_bytes(body)
            temporary.replace(_file(where, validity, uid))
            lines.append(_line(validity, uid, row, len(body)))
            self.messages += 1
        with (where / INDEX).open("a", encoding="utf-8") as index:
            index.writelines(lines)
        self.progress.advance(sum(_size(row) for row in known.values()))

    @staticmethod
    def _bodies(client: Any, known: dict[int, Any]) -> dict[int, bytes | None]:  # noqa: ANN401 - as above
        """Ask for bodies without marking them as seen; a large one in pieces."""
        (uid, row), *more = known.items()
        if more or _size(row) <= BATCH_BYTES:
            found = client.fetch(list(known), ["BODY.PEEK[]"])
            return {uid: found[uid].get(b"BODY[]") for uid in known if uid in found}
        pieces: list[bytes] = []
        size = min(_size(row), MAX_MESSAGE + 1)
        for start in range(0, size, BATCH_BYTES):
            found = client.fetch([uid], [f"BODY.PEEK[]<{start}.{BATCH_BYTES}>"]).get(uid, {})
            piece = next((value for key, value in found.items() if key.startswith(b"BODY[]")), None)
            if not isinstance(piece, bytes):
                return {}
            pieces.append(piece)
            if len(piece) < BATCH_BYTES:
                break
        return {uid: b"".join(pieces)}

    def _lose(self, folder: str, locator: str, detail: str) -> None:
        path = f"{self.server.address}/{folder}"
        place = locator or f"path:{path}"
        told = Unread(path, place, "not_fetched", detail[:500])
        row = {"evidence_id": None, "path": told.shown, "locator": told.locator}
        self.lost.append({**row, "reason": told.reason, "detail": told.detail})


def _file(where: Path, validity: int, uid: int) -> Path:
    return where / f"{validity}-{uid}.eml"


def _size(row: Any) -> int:  # noqa: ANN401 - as above
    size = row.get(b"RFC822.SIZE")
    return size if isinstance(size, int) and size > 0 else 1


def _batches(known: dict[int, Any]) -> Iterator[list[int]]:
    """Group messages so that no answer is large."""
    batch: list[int] = []
    weight = 0
    for uid in sorted(known):
        size = _size(known[uid])
        if batch and (weight + size > BATCH_BYTES or len(batch) >= BATCH_MESSAGES):
            yield batch
            batch, weight = [], 0
        batch.append(uid)
        weight += size
    if batch:
        yield batch


def _line(validity: int, uid: int, row: Any, size: int) -> str:  # noqa: ANN401 - as above
    flags = [flag.decode("utf-8", "replace") for flag in row.get(b"FLAGS", ()) if isinstance(flag, bytes)]
    arrived = row.get(b"INTERNALDATE")
    told = {
        "uidvalidity": validity,
        "uid": uid,
        "flags": flags,
        "internaldate": arrived.isoformat() if hasattr(arrived, "isoformat") else None,
        "size": size,
    }
    return json.dumps(told, ensure_ascii=False) + "\n"
