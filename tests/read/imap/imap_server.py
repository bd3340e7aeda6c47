"""A small IMAP server for tests: TLS, a handful of commands, and a memory of all that was asked of it."""

import asyncio
import re
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for localhost that signs itself, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


@dataclass
class Folder:
    """A folder by its name on the wire (modified UTF-7)."""

    name: str
    letters: dict[int, bytes] = field(default_factory=dict)
    flags: str = "\\HasNoChildren"
    validity: int = 7
    refuse: set[int] = field(default_factory=set)
    """UIDs whose body the server says NO to."""
    withhold: set[int] = field(default_factory=set)
    """UIDs that are listed, but left out of answers."""
    hang_up_at: int | None = None
    """A UID at which the connection is cut."""


class Server:
    """Runs in a thread while the block runs."""

    def __init__(self, cert: Path, key: Path, folders: list[Folder], password: str = "secret") -> None:  # noqa: S107 - it opens nothing
        self.folders = {folder.name: folder for folder in folders}
        self.password, self.asked = password, list[str]()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(cert, key)
        self._loop, self._ready = asyncio.new_event_loop(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def address(self) -> str:
        return f"imaps://alice@example.org@localhost:{self.port}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "localhost", 0, ssl=self._context))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        here: Folder | None = None
        while line := (await reader.readline()).decode().strip():
            tag, _, rest = line.partition(" ")
            self.asked.append(rest)
            word = rest.split(" ")[0].upper()
            if word in {"SELECT", "EXAMINE"}:
                here = self.folders[rest.split(" ", 1)[1].strip('"').replace('\\"', '"')]
                writer.write(
                    f"* {len(here.letters)} EXISTS\r\n* OK [UIDVALIDITY {here.validity}] x\r\n{tag} OK [READ-ONLY] done\r\n".encode()
                )
            elif "FETCH" in rest and here:
                if not self._fetch(rest, tag, here, writer):
                    break
            else:
                writer.write(self._other(word, rest, tag))
            await writer.drain()
            if word == "LOGOUT":
                break
        writer.close()

    def _other(self, word: str, rest: str, tag: str) -> bytes:
        if word == "LOGIN" and self.password not in rest:
            return f"{tag} NO [AUTHENTICATIONFAILED] wrong\r\n".encode()
        lines = {
            "CAPABILITY": ["* CAPABILITY IMAP4rev1"],
            "LIST": [f'* LIST ({folder.flags}) "/" "{folder.name}"' for folder in self.folders.values()],
            "LOGOUT": ["* BYE"],
        }.get(word, [])
        return "".join(f"{line}\r\n" for line in [*lines, f"{tag} OK done"]).encode()

    @staticmethod
    def _fetch(rest: str, tag: str, here: Folder, writer: asyncio.StreamWriter) -> bool:
        numbers = [int(n) for n in re.search(r"FETCH ([\d,]+)", rest).group(1).split(",")]  # type: ignore[union-attr]
        uids = sorted(here.letters)
        asked = numbers if rest.startswith("UID") else [uids[n - 1] for n in numbers]
        body = "BODY.PEEK[]" in rest
        if body and here.hang_up_at in asked:
            return False
        if body and here.refuse & set(asked):
            writer.write(f"{tag} NO can't be had\r\n".encode())
            return True
        for uid in asked:
            data, number = here.letters[uid], uids.index(uid) + 1
            if not body:
                told = f'UID {uid} RFC822.SIZE {len(data)} FLAGS () INTERNALDATE "01-Mar-2021 10:00:00 +0000"'
                writer.write(f"* {number} FETCH ({told})\r\n".encode())
            elif uid not in here.withhold:
                piece, origin = data, ""
                if span := re.search(r"<(\d+)\.(\d+)>", rest):
                    start, length = int(span.group(1)), int(span.group(2))
                    piece, origin = data[start : start + length], f"<{start}>"
                writer.write(
                    f"* {number} FETCH (UID {uid} BODY[]{origin} {{{len(piece)}}}\r\n".encode() + piece + b")\r\n"
                )
        writer.write(f"{tag} OK done\r\n".encode())
        return True
