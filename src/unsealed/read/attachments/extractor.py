"""The worker's side of extraction: one process of its own, started when it is first needed, replaced when it dies.

While it works, the engine's clock for one letter stands still: attachments have a clock of their own.
"""

import os
import selectors
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import orjson

from unsealed.read.attachments.child import REPLY, REQUEST
from unsealed.read.attachments.outcome import MAX_BYTES, MESSAGE_SECONDS, SECONDS, Outcome
from unsealed.read.reader import Settings

_KEPT_ENTRIES = 2_000
_KEPT_CHARACTERS = 32 << 20
_DIED = "the process that read it died: it wants too much memory, or was made to break such programs"
_SLOW = f"took longer than {SECONDS} seconds"
_SLOW_LETTER = f"the attachments of this letter took longer than {MESSAGE_SECONDS} seconds; this one was left"
_LARGE = f"more than {MAX_BYTES >> 20:,} MiB: its words are not read"


class Extractor:
    """Asks a process for the words of attachments; the same bytes are asked for once."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, Settings], Outcome] = OrderedDict()
        self._kept_size = 0
        self._letter, self._spent = "", 0.0

    def outcome(self, data: bytes, digest: str, letter: str, settings: Settings) -> Outcome:
        """Give what comes of an attachment.

        Args:
            data: its bytes.
            digest: their SHA-256.
            letter: the id of the letter that it hangs on, whose attachments share a time.
            settings: passwords to try, and whether images are read.
        """
        if len(data) > MAX_BYTES:
            return Outcome("too_large", None, [("attachment_too_large", _LARGE)])
        with self._lock:
            key = (digest, settings)
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
            if letter != self._letter:
                self._letter, self._spent = letter, 0.0
            if self._spent > MESSAGE_SECONDS:
                return Outcome("too_slow", None, [("attachment_too_slow", _SLOW_LETTER)])
            begun = monotonic()
            with _clock_stopped():
                made = self._ask(data, settings)
            self._spent += monotonic() - begun
            self._keep(key, made)
            return made

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _ask(self, data: bytes, settings: Settings) -> Outcome:
        passwords = [password.encode("utf-8", "surrogateescape").hex() for password in settings.passwords]
        told = orjson.dumps({"passwords": passwords, "ocr": settings.ocr})
        request = REQUEST.pack(len(told), len(data)) + told + data
        deadline = monotonic() + SECONDS
        try:
            status, text, problems = orjson.loads(self._exchange(request, deadline))
        except TimeoutError:
            self.close()
            return Outcome("too_slow", None, [("attachment_too_slow", _SLOW)])
        except (OSError, EOFError, orjson.JSONDecodeError):
            self.close()
            return Outcome("failed", None, [("attachment_failed", _DIED)])
        except BaseException:
            self.close()  # a half-read answer is no one's
            raise
        return Outcome(status, text, [(reason, detail) for reason, detail in problems])

    def _exchange(self, request: bytes, deadline: float) -> bytes:
        """Send a request and give the reply.

        Raises:
            TimeoutError: if it is not there in time.
            EOFError: if the process ends.
        """
        process = self._started()
        source, target = process.stdout, process.stdin
        if source is None or target is None:
            raise EOFError
        with selectors.DefaultSelector() as ready:
            ready.register(target, selectors.EVENT_WRITE)
            left = memoryview(request)
            while left:
                _wait(ready, deadline)
                left = left[os.write(target.fileno(), left) :]
            ready.unregister(target)
            ready.register(source, selectors.EVENT_READ)
            head = _received(source.fileno(), REPLY.size, ready, deadline)
            return _received(source.fileno(), REPLY.unpack(head)[0], ready, deadline)

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        root = str(Path(__file__).resolve().parents[3])
        paths = [root, *(path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path)]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "unsealed.read.attachments.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,  # what it starts goes with it
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_THREAD_LIMIT": "1"},
        )
        if self._process.stdin is not None:
            os.set_blocking(self._process.stdin.fileno(), False)
        return self._process

    def _keep(self, key: tuple[str, Settings], made: Outcome) -> None:
        self._kept[key] = made
        self._kept_size += len(made.text or "")
        while len(self._kept) > _KEPT_ENTRIES or self._kept_size > _KEPT_CHARACTERS:
            _, dropped = self._kept.popitem(last=False)
            self._kept_size -= len(dropped.text or "")


def _wait(ready: selectors.BaseSelector, deadline: float) -> None:
    if not ready.select(max(deadline - monotonic(), 0)):
        raise TimeoutError


def _received(source: int, length: int, ready: selectors.BaseSelector, deadline: float) -> bytes:
    out = bytearray()
    while len(out) < length:
        _wait(ready, deadline)
        chunk = os.read(source, min(length - len(out), 1 << 20))
        if not chunk:
            raise EOFError
        out += chunk
    return bytes(out)


@contextmanager
def _clock_stopped() -> Iterator[None]:
    """Hold the engine's clock for one item while the extractor's own runs."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)


EXTRACTOR = Extractor()
"""The one of this process."""
