"""Worker processes: units of work out, results back; a worker may die without taking the run along.

And a clock for evidence that would keep a worker busy for ever.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Generic, Self, TypeVar

W = TypeVar("W")
R = TypeVar("R")


class Pool(Generic[W, R]):
    """Keeps workers busy with units, a few ahead; with no workers it works in this process (for tests and debuggers)."""

    def __init__(
        self,
        workers: int,
        work: Callable[[W], R],
        *,
        pieces: Callable[[W], list[W]],
        lost: Callable[[W], R],
        ready: Callable[..., object],
        given: tuple[Any, ...] = (),
    ) -> None:
        """Say how to work; no process is started yet.

        Args:
            workers: how many processes.
            work: gives the result of a unit; a function of a module, as it runs in another process.
            pieces: cuts a unit on which a worker died into smaller ones, to find what it died of; none where it is too small.
            lost: gives the result of a unit that can't be cut, and on which workers die.
            ready: makes a process ready for work.
            given: what `ready` is given; it goes to the processes in memory.
        """
        self.workers = workers
        self._work, self._pieces, self._lost, self._ready, self._given = work, pieces, lost, ready, given
        self._pool: ProcessPoolExecutor | None = None
        self._prepared = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def start(self) -> None:
        """Start the workers before there is a unit for them: each takes half a second to be ready."""
        if self.workers and self._pool is None:
            self._pool = self._processes()
            for _ in range(self.workers):
                self._pool.submit(int)

    def map(self, units: Iterable[W]) -> Iterator[R]:
        """Give the results of units as they come, in any order."""
        if not self.workers:
            if not self._prepared:
                self._ready(*self._given)
                self._prepared = True
            yield from map(self._work, units)
            return
        waiting: dict[Future[R], W] = {}
        for unit in units:
            waiting[self._submit(unit)] = unit
            if len(waiting) >= self.workers * 2:
                yield from self._take(waiting)
        while waiting:
            yield from self._take(waiting)

    def _processes(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        given = (os.getpid(), self._ready, self._given)
        return ProcessPoolExecutor(self.workers, context, initializer=_start, initargs=given)

    def _submit(self, unit: W) -> "Future[R]":
        if self._pool is None:
            self._pool = self._processes()
        try:
            return self._pool.submit(self._work, unit)
        except BrokenProcessPool as error:
            failed: Future[R] = Future()
            failed.set_exception(error)
            return failed

    def _take(self, waiting: "dict[Future[R], W]") -> Iterator[R]:
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        broken = []
        for future in done:
            unit = waiting.pop(future)
            try:
                yield future.result()
            except BrokenProcessPool:
                broken.append(unit)
        if broken:
            broken += waiting.values()
            waiting.clear()
            self._stop()
            for unit in broken:
                yield from self._alone(unit)

    def _stop(self) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None

    def _alone(self, unit: W) -> Iterator[R]:
        """Work on a unit by itself after a worker died, to find which one it was; then piece by piece."""
        try:
            yield self._submit(unit).result()
        except BrokenProcessPool:
            self._stop()
            pieces = self._pieces(unit)
            if not pieces:
                yield self._lost(unit)
            for piece in pieces:
                yield from self._alone(piece)


def _start(parent: int, ready: Callable[..., object], given: tuple[Any, ...]) -> None:
    """Prepare a worker: it leaves Ctrl-C to the parent, and dies with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        if os.getppid() == parent and (mother := multiprocessing.parent_process()):
            mother.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    ready(*given)


@contextmanager
def alarm(late: Callable[..., object]) -> Iterator[None]:
    """Let `late` be called when the time that `rearm` gives is up; where there are no timers for us, it never is.

    Args:
        late: raises. It is called as a signal's handler, in the middle of whatever runs.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, late)
    try:
        yield
    finally:
        rearm(0)
        signal.signal(signal.SIGALRM, before)


def rearm(seconds: float) -> None:
    """Give so much time from now on; 0 for no end."""
    if threading.current_thread() is threading.main_thread():
        signal.setitimer(signal.ITIMER_REAL, seconds)
