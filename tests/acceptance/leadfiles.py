"""What responders know, written the ways they write it."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import TYPE_CHECKING

from corpus import DATA

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from stage import Leads

FORMS = ("txt", "csv", "jsonl")
KIND = {"ip": "ip", "network": "network", "session_id": "session_id", "app_id": "app_id"}


def _defang(value: str, rng: random.Random) -> str:
    dotted = value.replace(".", rng.choice(["[.]", "[.]", "(.)"])) if rng.random() < 0.6 else value
    return value if ":" in value else dotted


def _decoys(rng: random.Random) -> list[tuple[str, str]]:
    listed = (DATA / "indicators" / "maltrail" / "apt_unc4841.txt").read_text("utf-8").splitlines()
    plain = [line.strip() for line in listed if line.strip() and not line.startswith("#")]
    return [("ip" if line[0].isdigit() else "domain", line.split(":")[0]) for line in rng.sample(plain, 12)]


def indicators(root: Path, leads: Leads, form: str, rng: random.Random) -> Path | None:
    """Write the indicators file; nothing when all that is known stands in case.toml."""
    if not leads.values:
        return None
    rows = [*leads.values, *_decoys(rng)]
    rng.shuffle(rows)
    path = root / f"indicators.{form}"
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["value", "entity_type", "description"])
        writer.writerows([value, KIND.get(kind, kind), "seen by responders"] for kind, value in rows)
        path.write_text(out.getvalue(), "utf-8")
    elif form == "jsonl":
        lines = [json.dumps({"type": KIND.get(kind, kind), "value": value, "note": "x"}) for kind, value in rows]
        path.write_text("\n".join(lines) + "\n", "utf-8")
    else:
        text = ["# what responders know", ""]
        for kind, value in rows:
            note = f"  # {kind}" if rng.random() < 0.3 else ""
            text.append((value if kind.endswith("_id") else _defang(value, rng)) + note)
        path.write_text("\n".join(text) + "\n", "utf-8")
    return path


def _toml(value: str | datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else json.dumps(value)


def snippet(leads: Leads) -> str:
    """Write the lines to add to case.toml."""
    blocks = [("intruder", line) for line in leads.lines] + [("reach", line) for line in leads.reach]
    return "".join(
        f"\n[[{name}]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in line.items()) for name, line in blocks
    )
