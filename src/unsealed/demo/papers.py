"""The papers beside the evidence: `case.toml`, the indicators, and the list of planted facts."""

from __future__ import annotations

import tomllib
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, Any

from unsealed.demo import world
from unsealed.demo.forgeries import LURE_SHA256
from unsealed.demo.intruder import RULE_NAME

if TYPE_CHECKING:
    from datetime import datetime

_PARTNERS = (world.NORDHAVN, world.SOUTHMARK, world.MINATO, world.AOBA, world.KESTREL)


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def case_toml() -> str:
    """Return what the responders of the invented case know."""
    partners = "".join(
        f'\n[[partner]]\nname    = "{partner.name_en}"\ndomains = ["{partner.domain}"]\n' for partner in _PARTNERS
    )
    return f"""# An invented case. Any likeness to a real body, person or mail is chance.
[organisation]
name = "{world.AGENCY.name_en} ({world.AGENCY.name})"
domains = ["{world.AGENCY_DOMAIN}"]
languages = ["ja", "en"]

[incident]
discovered = {_utc(world.DISCOVERED)}
contained  = {_utc(world.CONTAINED)}

[[reach]]
kind  = "gateway"
name  = "{world.GATEWAY}"
from  = {_utc(world.REACH_FROM)}
to    = {_utc(world.REACH_TO)}
basis = "maintenance firm's report, 2023-06-21"

[[intruder]]
user = "{world.C.address}"
client_ip = "{world.INTRUDER_HOSTED}"
from  = 2023-05-15T00:00:00Z
to    = 2023-06-15T00:00:00Z
basis = "hosting provider's answer, 2023-06-20"
{partners}"""


def indicators_csv() -> str:
    """Return the indicators as they came: comments, one defanged address, several kinds."""
    rows = (
        ("ip", world.INTRUDER_LISTED.replace(".", "[.]"), "sign-ins and password spraying"),
        ("network", world.INTRUDER_NETWORK, "rented range; seen by a partner agency"),
        ("user_agent", world.SPRAY_AGENT, "password spraying"),
        ("domain", world.PHISH_DOMAIN, "false document portal"),
        ("email", world.FORWARD_TARGET, "where a rule sends mail"),
        ("sha256", LURE_SHA256, "attachment of the first false notice"),
    )
    lines = "".join(f"{kind},{value},{note}\n" for kind, value, note in rows)
    head = "# Indicators of the invented case; TLP:AMBER\n# collected 2023-06-20, incident desk\n"
    return f"{head}type,value,note\n{lines}"


def facts(truth: dict[str, Any]) -> list[dict[str, str]]:
    """Return the headline facts that were planted, in English and Japanese."""
    count = Counter(row["verdict"] for row in truth["copies"])
    of_c = Counter(row["verdict"] for row in truth["copies"] if row["mailbox"] == world.C.address)
    values = {
        **count,
        "a": world.A.address,
        "b": world.B.address,
        "c": world.C.address,
        "d": world.D.address,
        "e": world.E.address,
        "f": world.F.address,
        "first": truth["intrusion"]["first_evidence"],
        "last": truth["intrusion"]["last_evidence"],
        "attempts": len(truth["attempt_event_ids"]),
        "log_only": len(truth["log_only"]),
        "in_c": of_c["in_reach"],
        "rule": RULE_NAME,
        "unlisted": world.INTRUDER_UNLISTED,
        "gateway": world.GATEWAY,
    }
    text = resources.files("unsealed.demo").joinpath("phrases", "facts.toml").read_text("utf-8")
    return [
        {"id": name, "what": both["en"].format_map(values), "what_ja": both["ja"].format_map(values)}
        for name, both in tomllib.loads(text).items()
    ]
