"""How many made-up cases a law is tried on."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SCENES = settings(
    max_examples=int(os.environ.get("UNSEALED_EXAMPLES", "3")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""For laws whose every example runs stages over a case; `UNSEALED_EXAMPLES=100` tries more, and others."""
