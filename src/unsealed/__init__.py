"""After a mail breach: which letters were opened, with the evidence behind every answer."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from unsealed.version import __version__

if TYPE_CHECKING:
    from unsealed.case import Case

__all__ = ["__version__", "open_case", "run"]


def open_case(folder: str | Path) -> "Case":
    """Open a case folder for reading or work.

    Raises:
        CaseError: if the folder holds no case.
    """
    from unsealed.case import Case

    return Case.open(Path(folder))


def run(folder: str | Path, *paths: str | Path, indicators: list[str | Path] | None = None) -> dict[str, Any]:
    """Take evidence from `paths` all the way to a report in the case folder, made if it isn't there.

    Returns:
        The run's summary: the same document that `unsealed run --json` prints.

    Raises:
        UnsealedError: as its subclasses say.
    """
    from unsealed.pipeline import run as run_line

    return run_line(Path(folder), [Path(p) for p in paths], indicators=[Path(i) for i in indicators or []])
