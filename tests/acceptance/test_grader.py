"""The grader itself: it lets a perfect answer pass, and sees each kind of fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cases
import corpus
import exam
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from truth import Case

Tables = dict[str, list[dict[str, Any]]]
pytestmark = [
    pytest.mark.skipif(
        not (corpus.DATA / "mail").is_dir(), reason=f"the real mail and records are not here: {corpus.DATA}"
    ),
    pytest.mark.xdist_group("grader"),
]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return cases.build(2, tmp_path_factory.mktemp("grader") / "case")


def perfect(case: Case) -> Tables:
    """Answer as one who knows."""
    truth = case.truth
    tables: Tables = {name: [] for name in exam.TABLES}
    for number, copy in enumerate(truth.copies):
        where = {
            "internet_message_id": copy.letter.mid,
            "mailbox": copy.mailbox.upper(),
            "message_id": str(number),
        }
        tables["messages"].append(where | {"folder": copy.folder})
        content = truth.contents.get(copy.letter.mid, "in_reach")
        tables["exposures"].append(where | {"verdict": copy.verdict or "in_reach", "content_verdict": content})
    for mid, mailbox, verdict in truth.absent:
        gone: dict[str, Any] = {"internet_message_id": mid, "mailbox": mailbox, "message_id": None}
        tables["exposures"].append(gone | {"verdict": verdict, "content_verdict": verdict})
    for guid in [*truth.intruder, *truth.owner, *truth.noise]:
        tables["events"].append({"event_id": "e" + guid, "raw": json.dumps({"Id": guid})})
    tables["activity"] = [{"event_id": "e" + guid, "state": "proposed"} for guid in truth.intruder]
    bounds = dict.fromkeys(("began_after", "began_before", "ended_after", "ended_before"))
    first, last = truth.first.isoformat(), truth.last.isoformat().replace("+00:00", "Z")
    tables["intrusion"] = [{"first_evidence": first, "last_evidence": last, **bounds}]
    return tables


def count_an_owner(case: Case, tables: Tables) -> None:
    tables["activity"].append({"event_id": "e" + next(iter(case.truth.owner)), "state": "proposed"})


def miss_some(_: Case, tables: Tables) -> None:
    del tables["activity"][:5]


def keep_twice(_: Case, tables: Tables) -> None:
    tables["events"].append(tables["events"][0] | {"event_id": "again"})


def lose_a_letter(_: Case, tables: Tables) -> None:
    tables["messages"].pop()


def err_by_a_second(case: Case, tables: Tables) -> None:
    tables["intrusion"][0]["last_evidence"] = case.truth.first.isoformat()


def accuse_the_owner(_: Case, tables: Tables) -> None:
    where = {"internet_message_id": "<new@x.example>", "mailbox": "a@x.example", "message_id": None}
    tables["exposures"].append(where | {"verdict": "accessed", "content_verdict": "accessed"})


def open_nothing(_: Case, tables: Tables) -> None:
    for row in tables["exposures"]:
        row["verdict"] = "not_accessed"


def test_a_perfect_answer_passes(case: Case) -> None:
    sheet = exam.grade(case, perfect(case))
    assert sheet.passed, exam.show(sheet)
    assert sheet.score == 1


@pytest.mark.parametrize(
    "spoil",
    [
        count_an_owner,
        miss_some,
        keep_twice,
        lose_a_letter,
        err_by_a_second,
        accuse_the_owner,
        open_nothing,
    ],
)
def test_each_fault_is_seen(case: Case, spoil: Callable[[Case, Tables], None]) -> None:
    tables = perfect(case)
    spoil(case, tables)
    assert not exam.grade(case, tables).passed
