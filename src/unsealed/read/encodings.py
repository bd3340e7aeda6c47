"""The encoding of a text file: by its mark, or by the zeros that UTF-16 leaves in plain text."""

import codecs
import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

CHUNK = 4 << 20


def sniff(head: bytes) -> tuple[str, int]:
    """Give the encoding (`utf-8`, `utf-16-le`, `utf-16-be`) and the length of its mark."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8", 3
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le", 2
    if head.startswith(b"\xfe\xff"):
        return "utf-16-be", 2
    sample = head[:64]
    if len(sample) >= 4 and sample[1::2].count(0) > len(sample) * 0.4 and not sample[0::2].count(0):
        return "utf-16-le", 0
    if len(sample) >= 4 and sample[0::2].count(0) > len(sample) * 0.4 and not sample[1::2].count(0):
        return "utf-16-be", 0
    return "utf-8", 0


def head_text(head: bytes) -> str:
    """Give the first bytes of a file as text, whatever its encoding; never raises."""
    encoding, mark = sniff(head)
    return head[mark:].decode(encoding, "replace")


@contextmanager
def transcoded(stream: BinaryIO, encoding: str) -> Iterator[mmap.mmap]:
    """Map a file's bytes as UTF-8: as it lies where it is that, else by way of a temporary file."""
    if encoding == "utf-8":
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data
        return
    with tempfile.TemporaryFile() as copy:
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        while chunk := stream.read(CHUNK):
            copy.write(decoder.decode(chunk).encode("utf-8", "replace"))
        copy.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
        if not copy.tell():
            copy.write(b"\n")
        copy.flush()
        with mmap.mmap(copy.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data
