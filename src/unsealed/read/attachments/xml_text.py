"""Words out of office XML: what stands between tags is kept in order, paragraphs and cells stay apart.

ECMA-376 (Office Open XML) and OASIS OpenDocument 1.3. A parser without entities: a document that declares any is
cut there, since an office program never does.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any
from xml.parsers import expat

from unsealed.read.attachments import salvage
from unsealed.read.attachments.outcome import MAX_BYTES, MAX_TEXT, EncryptedError, TooLargeError

_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, KeyError)
MAX_XML_DEPTH = 5_000
MAX_OBJECTS = 200


class Package:
    """The members of a zip that is a document, within bounds; what is broken is told in `trouble`."""

    def __init__(self, data: bytes) -> None:
        self.trouble: list[str] = []
        self.data, self.broken = data, dict[str, tuple[int, int, int]]()
        self.names: dict[str, zipfile.ZipInfo | None] = {}
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
            self.names.update((_plain(info.filename), info) for info in self.archive.infolist())
        except _DAMAGED as error:
            self.broken = salvage.found(data)
            self.names.update(dict.fromkeys(self.broken))
            self.trouble.append(f"the directory of its parts is damaged ({error}): they are read as far as they go")
        self._left = MAX_BYTES * 4

    def read(self, name: str) -> bytes:
        """Give a member's bytes; of a broken one what is there.

        Raises:
            TooLargeError: if all that was read unpacks to more than any document does.
        """
        info = self.names[name]
        if info is None:
            made = salvage.content(self.data, self.broken[name], min(self._left, MAX_BYTES))
            self._left -= len(made)
            return made
        if info.flag_bits & 1:
            raise EncryptedError
        out = bytearray()
        try:
            with self.archive.open(info) as member:
                while chunk := member.read(1 << 20):
                    out += chunk
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise TooLargeError
        except _DAMAGED as error:
            self.trouble.append(f"{name} is damaged ({error})")
        return bytes(out)


def embedded(data: bytes) -> Iterable[tuple[str, bytes]]:
    """Give the files that lie in a document as objects: a workbook in a letter."""
    package = Package(data)
    for name in sorted(name for name in package.names if "/embeddings/" in name)[:MAX_OBJECTS]:
        yield name.rpartition("/")[2], package.read(name)


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/")


class Words:
    """Collects the text of XML by what its elements mean."""

    def __init__(
        self, text: frozenset[str], breaks: frozenset[str], gaps: frozenset[str], drop: frozenset[str] = frozenset()
    ) -> None:
        """Tell the elements: `text` hold words (if it is empty, all do, a line each), `breaks` end lines, `gaps` part words."""
        self.text, self.breaks, self.gaps, self.drop = text, breaks, gaps, drop
        self.out: list[str] = []
        self.size = 0
        self.every = not text

    def feed(self, data: bytes) -> str | None:
        """Read one XML file; give what is wrong with it."""
        self._inside = 0 if self.text else 1
        self._dropped = self._depth = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, _StopError, ValueError) as error:
            return str(error)
        finally:
            self.line()
        return None

    def line(self) -> None:
        """End a line."""
        if self.out and self.out[-1] != "\n":
            self.out.append("\n")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_XML_DEPTH or self.size > MAX_TEXT:
            raise _StopError("nested too deep" if self.size <= MAX_TEXT else "too long")
        local = name.rpartition(":")[2]
        if self._dropped or local in self.drop:
            self._dropped += 1
            return
        if local in self.breaks:
            self.line()
        elif local in self.gaps:
            self.out.append(" " * min(_count(attributes), 8) if local == "s" else "\t")
        if local in self.text:
            self._inside += 1

    def _end(self, name: str) -> None:
        self._depth -= 1
        local = name.rpartition(":")[2]
        if self._dropped:
            self._dropped -= 1
            return
        if local in self.text:
            self._inside -= 1
        if local in self.breaks or self.every:
            self.line()

    def _characters(self, data: str) -> None:
        if self._inside and not self._dropped:
            self.out.append(data)
            self.size += len(data)

    def _entity(self, *_: Any) -> None:  # noqa: ANN401 - expat's own arguments
        raise _StopError("it declares entities, which no office program writes")

    def told(self) -> str:
        """Give the text."""
        return "".join(self.out)


class _StopError(Exception):
    """Enough of this file."""


def _count(attributes: dict[str, str]) -> int:
    value = next((value for name, value in attributes.items() if name.endswith(":c")), "1")
    return int(value) if value.isdigit() and len(value) < 4 else 1


def gathered(package: Package, names: Iterable[str], words: Words) -> None:
    """Read some members one after the other; what is wrong with one is told in the package's trouble."""
    for name in names:
        problem = words.feed(package.read(name))
        if problem:
            package.trouble.append(f"{name}: {problem}")
