"""Progress with rate and time left on a terminal; silence where nobody looks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """What a long job tells about itself."""

    def total(self, units: int) -> None:
        """Say how much there is to do (bytes, unless the task says otherwise); may grow."""

    def advance(self, units: int) -> None:
        """Say that so much more is done."""


class Silent:
    """Progress that nobody looks at."""

    def total(self, units: int) -> None:
        """Take note of nothing."""

    def advance(self, units: int) -> None:
        """Take note of nothing."""


class _Bar:
    def __init__(self, bar: object, task: object) -> None:
        self._bar, self._task = bar, task

    def total(self, units: int) -> None:
        self._bar.update(self._task, total=units)  # type: ignore[attr-defined]  # rich is imported late

    def advance(self, units: int) -> None:
        self._bar.advance(self._task, units)  # type: ignore[attr-defined]  # rich is imported late


@contextmanager
def progress(title: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Show a bar titled `title` on standard error while the block runs, if that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bar(bar, bar.add_task(title, total=None))
