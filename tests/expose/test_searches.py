"""What the intruder looked for, as the table `searches`."""

from __future__ import annotations

import json

import pytest
from scene import ALICE, BOB, HOME, HOME_IP, Scene, at

from unsealed.expose.searches import query

OWA = "SearchQueryInitiatedExchange"


@pytest.mark.parametrize(
    ("operation", "record", "wanted"),
    [
        (OWA, {"QueryText": "iban OR swift"}, "iban OR swift"),
        (OWA, {"OperationProperties": [{"Name": "SearchQueryText", "Value": "iban"}]}, "iban"),
        (OWA, {"ExtendedProperties": json.dumps([{"Name": "Query", "Value": "iban"}])}, "iban"),
        (OWA, {"SearchQuery": {"Query": "iban"}}, "iban"),
        (OWA, {"Query": ""}, None),
        (OWA, {}, None),
        ("SearchCreated", {"Query": "kind:email"}, "kind:email"),
        ("New-ComplianceSearch", {"Parameters": '-Name "x" -ContentMatchQuery "subject:""a b"""'}, 'subject:"a b"'),
        ("Search-Mailbox", {"Parameters": [{"Name": "SearchQuery", "Value": "secret"}]}, "secret"),
    ],
)
def test_the_words_of_a_search(operation: str, record: dict[str, object], wanted: str | None) -> None:
    assert query(operation, record) == wanted


def test_only_the_intruders_searches_are_told(scene: Scene) -> None:
    scene.owner(range(10))
    theirs = scene.event(5, OWA, raw=json.dumps({"QueryText": "wire transfer"}))
    scene.event(5, OWA, BOB, client_ip=HOME_IP, client=HOME, raw=json.dumps({"QueryText": "lunch"}))
    scene.event(6, OWA, raw="{}")
    rows = scene.run().table("searches")
    assert [(row["event_id"], row["query"], row["user"], row["mailbox"], row["time"]) for row in rows] == [
        (theirs, "wire transfer", ALICE, ALICE, at(5))
    ]
    assert (rows[0]["operation"], rows[0]["source"]) == (OWA, "m365_audit")
