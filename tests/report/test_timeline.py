"""The time line that Timesketch reads."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from scene import EVIL_IP, Scene

from unsealed.report import timeline

if TYPE_CHECKING:
    from pathlib import Path


def test_every_line_has_what_timesketch_asks_for(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case")
    scene.owner(range(5))
    seen = scene.sign_in(10, client_ip=EVIL_IP)
    scene.letter("1", 3, from_address="x@evil.example", subject="改行\nand \u2028 more")
    scene.indicators.append("evil.example")
    scene.hunt()
    out = tmp_path / "out" / "t.jsonl"
    lines = timeline.write(scene.case, out)
    rows = [json.loads(line) for line in out.read_text("utf-8").split("\n") if line]
    assert len(rows) == lines >= 2
    for row in rows:
        assert row["message"]
        assert row["timestamp_desc"]
        assert datetime.fromisoformat(row["datetime"]).tzinfo
    record = next(row for row in rows if row.get("event_id") == seen)
    assert EVIL_IP in record["message"]
    assert "intruder-proposed" in record["tag"]
    assert record["activity_session"]
    letter = next(row for row in rows if row.get("from_address") == "x@evil.example")
    assert "evil.example" in letter["message"]
    assert timeline.write(scene.case, out, every=True) > lines
