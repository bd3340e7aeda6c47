"""7z archives, spooled member by member through py7zr's writer interface, with the bounds of `unpack`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import py7zr
from py7zr.io import Py7zIO, WriterFactory

from unsealed.read.intake.unpack import MAX_RATIO, Budget, Member, Problem, TooMuchError


class _Spool(Py7zIO):
    """One member on its way to disk."""

    def __init__(self, target: Path, budget: Budget) -> None:
        self._out = target.open("w+b")
        self._budget = budget

    def write(self, data: bytes | bytearray) -> int:
        self._budget.spend(len(data))
        return self._out.write(data)

    def read(self, size: int | None = None) -> bytes:
        return self._out.read(size if size is not None else -1)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._out.seek(offset, whence)

    def flush(self) -> None:
        self._out.flush()

    def size(self) -> int:
        self._out.flush()
        return Path(self._out.name).stat().st_size

    def close(self) -> None:
        self._out.close()


class _Factory(WriterFactory):
    def __init__(self, spool: Path, budget: Budget) -> None:
        self.spool, self.budget = spool, budget
        self.made: dict[str, _Spool] = {}

    def create(self, filename: str) -> Any:  # noqa: ANN401 - py7zr's own type
        made = _Spool(self.spool / str(len(self.made)), self.budget)
        self.made[filename] = made
        return made


def unpack(path: Path, spool: Path, budget: Budget) -> Iterator[Member | Problem]:
    """Give the members of a 7z archive."""
    factory = _Factory(spool, budget)
    problem = None
    try:
        with py7zr.SevenZipFile(path) as archive:
            if archive.needs_password():
                yield Problem("", "encrypted", "the archive is encrypted; unpack it with its password first")
                return
            wanted = [info.filename for info in archive.list() if not info.is_directory and not info.is_symlink]
            archive.extract(targets=wanted, factory=factory)
    except py7zr.exceptions.PasswordRequired:
        problem = Problem("", "encrypted", "the archive is encrypted; unpack it with its password first")
    except TooMuchError:
        problem = Problem("", "expands_too_much", f"unpacks to more than {MAX_RATIO} times its size")
    except (
        py7zr.exceptions.ArchiveError,
        py7zr.exceptions.Bad7zFile,
        py7zr.exceptions.UnsupportedCompressionMethodError,
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        KeyError,
        TypeError,
        MemoryError,
    ) as error:
        problem = Problem("", "damaged_archive", f"the archive can't be read further: {error}")
    for name, made in factory.made.items():
        made.close()
        target = Path(made._out.name)  # noqa: SLF001 - our own class
        yield Member(name, target, target.stat().st_size)
    if problem:
        yield problem
