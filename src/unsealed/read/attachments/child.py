"""The process that extracts: it takes attachments on its standard input and gives their words on its standard output.

It may die of what it is given: its memory and time are bounded by the system, and it goes when its parent goes.
Started by `unsealed.read.attachments.extractor` as `python -P -m unsealed.read.attachments.child`.
"""

import os
import signal
import struct
import sys
from typing import IO, Any

import orjson

from unsealed.read.attachments.outcome import MEMORY, SECONDS, Outcome

REQUEST = struct.Struct("<IQ")
"""Length of the settings (JSON), length of the attachment; both follow."""
REPLY = struct.Struct("<Q")
"""Length of the outcome (JSON), which follows."""
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def main() -> None:
    """Serve until the parent closes the pipe."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    silent = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):  # what a library says is no answer
        os.dup2(silent, number)
    _bound()
    from unsealed.read.attachments import documents

    while (request := _request(source)) is not None:
        settings, data = request
        signal.alarm(SECONDS + 5)  # its default is death, which no library can hold up
        passwords = tuple(bytes.fromhex(word).decode("utf-8", "surrogateescape") for word in settings["passwords"])
        task = documents.Task(passwords, bool(settings["ocr"]))
        _answer(target, documents.extract(data, task))
        signal.alarm(0)


def _bound() -> None:
    """Limit memory, leave no core file, and die with the parent."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _request(source: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    head = source.read(REQUEST.size)
    if len(head) < REQUEST.size:
        return None
    told, length = REQUEST.unpack(head)
    settings = orjson.loads(source.read(told))
    data = source.read(length)
    return (settings, data) if len(data) == length else None


def _answer(target: IO[bytes], made: Outcome) -> None:
    told = orjson.dumps([made.status, made.text, made.problems])
    target.write(REPLY.pack(len(told)) + told)
    target.flush()


if __name__ == "__main__":
    main()
