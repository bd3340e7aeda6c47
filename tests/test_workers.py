"""Worker processes: all results come, whatever order; what kills a worker is found and costs itself alone."""

from __future__ import annotations

import os
import threading
import time

import pytest

from unsealed import workers
from unsealed.workers import Pool

_given: list[int] = []


def ready(*given: int) -> None:
    _given[:] = given


def work(unit: tuple[int, ...]) -> list[int]:
    if 13 in unit:
        os._exit(9)
    return [number * _given[0] for number in unit]


def pieces(unit: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [(number,) for number in unit] if len(unit) > 1 else []


def lost(unit: tuple[int, ...]) -> list[int]:
    return [-number for number in unit]


def pool(count: int) -> Pool[tuple[int, ...], list[int]]:
    return Pool(count, work, pieces=pieces, lost=lost, ready=ready, given=(10,))


@pytest.mark.parametrize("count", [0, 2])
def test_all_units_have_their_results(count: int) -> None:
    with pool(count) as some:
        some.start()
        found = [number for result in some.map((n, n + 1) for n in range(20, 40, 2)) for number in result]
    assert sorted(found) == [n * 10 for n in range(20, 40)]


def test_a_unit_that_kills_workers_is_cut_until_only_the_cause_is_lost() -> None:
    units = [(n, n + 1, n + 2) for n in range(0, 30, 3)]
    with pool(2) as some:
        found = [number for result in some.map(units) for number in result]
    assert sorted(found) == sorted(-13 if n == 13 else n * 10 for n in range(30))


class _Late(Exception):  # noqa: N818 - not an error here
    pass


def _late(*_: object) -> None:
    raise _Late


def test_the_clock_ends_what_takes_too_long_and_nothing_after_it() -> None:
    with workers.alarm(_late):
        workers.rearm(0.05)
        with pytest.raises(_Late):
            time.sleep(5)
        workers.rearm(0.05)
    time.sleep(0.1)


def test_the_clock_leaves_other_threads_alone() -> None:
    done: list[bool] = []

    def run() -> None:
        with workers.alarm(_late):
            workers.rearm(0.01)
            time.sleep(0.05)
            done.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert done == [True]
