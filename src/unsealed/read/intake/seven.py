"""7z archives, spooled member by member through py7zr's writer interface, with the bounds of `unpack`."""

import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import py7zr
from py7zr.io import Py7zIO, WriterFactory

from unsealed.read.intake.unpack import LOCKED, MAX_RATIO, Budget, Member, Problem, TooMuchError


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

    def drop(self) -> None:
        """Remove what a wrong password left."""
        for made in self.made.values():
            made.close()
            Path(made._out.name).unlink()  # noqa: SLF001 - our own class
        self.made = {}


def unpack(path: Path, spool: Path, budget: Budget) -> Iterator[Member | Problem]:
    """Give the members of a 7z archive, with the first password that opens it where it is encrypted."""
    problem: Problem | None = Problem("", "encrypted", LOCKED)
    factory = _Factory(spool, budget)
    for number, password in enumerate((None, *budget.passwords)):
        folder = spool / f"try-{number}"
        folder.mkdir()
        factory = _Factory(folder, budget)
        problem = _extract(path, password, factory)
        if (
            problem is None
            or (password is None and problem.reason != "encrypted")
            or problem.reason == "expands_too_much"
        ):
            break
        if password is not None:  # a wrong password shows as damage
            problem = Problem("", "encrypted", LOCKED)
        factory.drop()
    for name, made in factory.made.items():
        made.close()
        target = Path(made._out.name)  # noqa: SLF001 - our own class
        yield Member(name, target, target.stat().st_size)
    if problem:
        yield problem


def _extract(path: Path, password: str | None, factory: _Factory) -> Problem | None:
    try:
        with py7zr.SevenZipFile(path, password=password) as archive:
            if password is None and archive.needs_password():
                return Problem("", "encrypted", LOCKED)
            wanted = [info.filename for info in archive.list() if not info.is_directory and not info.is_symlink]
            archive.extract(targets=wanted, factory=factory)
    except py7zr.exceptions.PasswordRequired:
        return Problem("", "encrypted", LOCKED)
    except TooMuchError:
        return Problem("", "expands_too_much", f"unpacks to more than {MAX_RATIO} times its size")
    except (
        py7zr.exceptions.ArchiveError,
        py7zr.exceptions.Bad7zFile,
        py7zr.exceptions.UnsupportedCompressionMethodError,
        lzma.LZMAError,
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        KeyError,
        TypeError,
        IndexError,
        AssertionError,
        MemoryError,
    ) as error:
        return Problem("", "damaged_archive", f"the archive can't be read further: {error}")
    return None
