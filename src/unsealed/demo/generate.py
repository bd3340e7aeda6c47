"""Write the whole demo: evidence, indicators, case file, and the truth beside them."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

from unsealed.demo import papers, rosters
from unsealed.demo.audit import AuditLog
from unsealed.demo.delivery import deliver_all, purge
from unsealed.demo.exports import write_logs
from unsealed.demo.forgeries import first_lure
from unsealed.demo.intruder import break_in
from unsealed.demo.mailboxes import write_mailboxes
from unsealed.demo.owners import ordinary_traffic
from unsealed.demo.threads import simulate
from unsealed.demo.truth import make_truth, verdicts

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20230613


def generate(folder: Path) -> dict[str, Any]:
    """Write an invented breach into `folder` and return its truth; the same bytes every time."""
    rng = Random(SEED)
    letters = [*simulate(rng), first_lure(rng)]
    delivery = deliver_all(rng, letters)
    purge(rng, delivery.copies)
    log = AuditLog(rng)
    ordinary_traffic(rng, log, list(delivery.copies))
    intruder = break_in(rng, log, delivery.copies)
    lists = rosters.hand_out(delivery.copies, judged := verdicts(delivery.copies, intruder.did))
    write_mailboxes(folder / "evidence" / "mail", delivery.copies)
    duplicates = write_logs(folder / "evidence" / "logs", rng, log.records)
    truth = make_truth(delivery.copies, intruder.did, log.records)
    truth["duplicates"] = duplicates
    truth["correspondents"] = rosters.correspondents(judged, truth["log_only"])
    truth["lists"] = lists
    truth["facts"] = papers.facts(truth)
    _write(folder / "indicators.csv", papers.indicators_csv())
    _write(folder / "case.toml", papers.case_toml())
    _write(folder / "truth.json", json.dumps(truth, ensure_ascii=False, indent=1) + "\n")
    return truth


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
