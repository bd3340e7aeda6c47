"""Cases made by hand: what `case.toml` says, and a register of so many persons."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from unsealed.case import Case
from unsealed.query import replace
from unsealed.schema import TABLES

if TYPE_CHECKING:
    from pathlib import Path

TIME = datetime(2026, 1, 1, tzinfo=UTC)


def put(case: Case, table: str, rows: list[dict[str, Any]]) -> None:
    """Fill a table with rows."""
    replace(case, table, pa.Table.from_pylist(rows, schema=TABLES[table].schema))


def value(of: object) -> str:
    """Give a value as TOML."""
    return of.isoformat() if isinstance(of, datetime) else json.dumps(of)


def make(folder: Path, given: dict[str, Any]) -> Case:
    """Make a case as a `[[case]]` of `tests/warn/cases` tells it; without `persons` there is no register."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    case = Case.create(folder, "Example Agency", ("example.org",))
    sections: dict[str, dict[str, object]] = {
        "organisation": {"name": "Example Agency", "domains": ["example.org"], **given.get("organisation", {})},
        "incident": {key: given[key] for key in ("discovered", "contained") if key in given},
        "residents": given.get("residents", {}),
        "answers": given.get("answers", {}),
    }
    lines = ['timezone = "UTC"']
    for name, rows in sections.items():
        lines += [f"[{name}]", *(f"{key} = {value(held)}" for key, held in rows.items())]
    (folder / "case.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if "persons" in given:
        put(case, "persons", [row for group in given["persons"] for row in persons(**group)])
        put(case, "mentions", given.get("mentions", []))
    if "letters" in given:
        put(case, "exposures", [letter(n) for n in range(given["letters"])])
    return Case.open(folder)


def letter(n: int, verdict: str = "in_reach") -> dict[str, Any]:
    """Give a row of `exposures`."""
    return {
        "message_id": f"m{n}",
        "internet_message_id": f"<{n}@example.org>",
        "verdict": verdict,
        "content_verdict": verdict,
    }


def persons(
    n: int, country: str | None = None, kinds: tuple[str, ...] = (), risk: str = "low", verdict: str = "in_reach"
) -> list[dict[str, Any]]:
    """Give so many rows of `persons`."""
    held = [{"kind": kind, "sensitivity": "high", "mentions": 1, "letters": 1} for kind in kinds]
    mark = f"{country}{kinds}{risk}{verdict}"
    return [
        {"person_id": f"{mark}-{k}", "country": country, "kinds": held, "risk": risk, "worst_verdict": verdict}
        for k in range(n)
    ]
