"""STIX bundles: which objects are indicators, their dates, weight and terms, and what is told instead of used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from unsealed.errors import IndicatorError

ONE = "indicator--00000000-0000-4000-8000-000000000001"
SEEN = "observed-data--00000000-0000-4000-8000-000000000002"
AMBER = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"


def indicator(text: str = "[ipv4-addr:value = '203.0.113.7']", **more: Any) -> dict[str, Any]:
    return {"type": "indicator", "id": ONE, "pattern": text, "valid_from": "2023-01-01T00:00:00.000Z", **more}


def bundle(*objects: dict[str, Any]) -> dict[str, Any]:
    return {"type": "bundle", "id": "bundle--1", "objects": list(objects)}


IP = ("ip", "203.0.113.7")


def test_an_indicator_carries_place_dates_and_terms(leads: Any) -> None:
    found, unusable = leads(
        bundle(indicator(name="C2", valid_until="2023-06-01T00:00:00Z", object_marking_refs=[AMBER], confidence=85))
    )
    assert not unusable
    item = found[IP]
    assert item.source == f"leads {ONE}"
    assert (item.valid_from, item.valid_until) == (datetime(2023, 1, 1, tzinfo=UTC), datetime(2023, 6, 1, tzinfo=UTC))
    assert (item.note, item.marking, item.doubt) == ("C2", "TLP:AMBER", "")


@pytest.mark.parametrize(
    "document",
    [
        bundle(indicator(spec_version="2.1", pattern_type="stix")),
        {"objects": [indicator()]},
        [indicator()],
        indicator(),
        [bundle(indicator())],
    ],
)
def test_every_wrapping_is_read(leads: Any, document: Any) -> None:
    assert set(leads(document)[0]) == {IP}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"revoked": True}, "revoked"),
        ({"indicator_types": ["benign"]}, "benign"),
        ({"labels": ["benign"]}, "benign"),
        ({"pattern_type": "yara", "pattern": "rule x {}"}, "another language"),
        ({"pattern": "[broken"}, "not a STIX pattern"),
        ({"pattern": ""}, "without a pattern"),
        ({"pattern": 7}, "without a pattern"),
    ],
)
def test_what_its_author_took_back_or_we_cannot_read_is_told(leads: Any, change: dict[str, Any], reason: str) -> None:
    other = indicator("[domain-name:value = 'evil.example']") | {"id": "indicator--2"}
    found, unusable = leads(bundle(indicator(**change), other))
    assert set(found) == {("domain", "evil.example")}
    assert [reason in item.reason for item in unusable] == [True]
    assert unusable[0].source == f"leads {ONE}"


def test_the_newest_version_counts(leads: Any) -> None:
    old = indicator(modified="2023-01-01T00:00:00Z")
    new = indicator("[domain-name:value = 'evil.example']", modified="2023-02-01T00:00:00Z")
    for order in ([old, new], [new, old]):
        assert set(leads(bundle(*order))[0]) == {("domain", "evil.example")}


def test_low_confidence_is_a_doubt(leads: Any) -> None:
    assert "10 of 100" in leads(bundle(indicator(confidence=10)))[0][IP].doubt
    assert not leads(bundle(indicator(confidence=30)))[0][IP].doubt
    assert not leads(bundle(indicator(confidence=0)))[0][IP].doubt


def test_markings_of_the_bundle_and_of_version_2_are_understood(leads: Any) -> None:
    for definition in (
        {"definition_type": "tlp", "definition": {"tlp": "red"}},
        {"extensions": {"extension-definition--1": {"extension_type": "property-extension", "tlp_2_0": "red"}}},
    ):
        marking = {"type": "marking-definition", "id": "marking-definition--9", **definition}
        found, _ = leads(bundle(marking, indicator(object_marking_refs=["marking-definition--9"])))
        assert found[IP].marking == "TLP:RED"


def test_observations_are_no_indicators_unless_one_is_based_on_them(leads: Any) -> None:
    address = {"type": "ipv4-addr", "id": "ipv4-addr--1", "value": "198.51.100.9"}
    observed = {"type": "observed-data", "id": SEEN, "object_refs": ["ipv4-addr--1"]}
    link = {
        "type": "relationship",
        "id": "relationship--1",
        "relationship_type": "based-on",
        "source_ref": ONE,
        "target_ref": SEEN,
    }
    found, unusable = leads(bundle(indicator(), address, observed, link))
    assert set(found) == {IP}
    assert sorted(item.reason for item in unusable) == [
        "1 ipv4-addr: observed, and not given as an indicator",
        "1 observed-data: observed, and not given as an indicator",
    ]
    found, unusable = leads(bundle(indicator("rule x {}", pattern_type="yara"), address, observed, link))
    assert set(found) == {("ip", "198.51.100.9")}
    assert not unusable
    held = observed | {
        "object_refs": None,
        "objects": {"0": {"type": "file", "hashes": {"MD5": "a" * 32, "SHA-512": "b"}}},
    }
    assert set(leads(bundle(indicator("rule x {}", pattern_type="yara"), held, link))[0]) == {("md5", "a" * 32)}


def test_a_bundle_of_observations_alone_is_refused_with_the_reason(leads: Any) -> None:
    with pytest.raises(IndicatorError, match="observed, and not given as an indicator"):
        leads(bundle({"type": "ipv4-addr", "id": "ipv4-addr--1", "value": "198.51.100.9"}))


def test_the_same_value_twice_has_the_widest_dates(leads: Any) -> None:
    one = indicator(valid_from="2023-03-01T00:00:00Z", valid_until="2023-04-01T00:00:00Z", confidence=10)
    two = indicator(valid_from="2023-01-01T00:00:00Z", valid_until="2023-02-01T00:00:00Z") | {"id": "indicator--2"}
    item = leads(bundle(one, two))[0][IP]
    assert (item.valid_from, item.valid_until) == (datetime(2023, 1, 1, tzinfo=UTC), datetime(2023, 4, 1, tzinfo=UTC))
    assert not item.doubt
    endless = indicator(valid_from=None) | {"id": "indicator--3"}
    item = leads(bundle(one, two, endless))[0][IP]
    assert (item.valid_from, item.valid_until) == (None, None)


@pytest.mark.parametrize("value", [None, 5, [], {}, "x", [None, 7], {"a": None}])
def test_hostile_shapes_do_no_harm(leads: Any, value: Any) -> None:
    broken = dict.fromkeys(
        ("labels", "confidence", "object_marking_refs", "valid_until", "name", "modified", "extensions"), value
    )
    found, _ = leads(
        bundle(indicator(**broken), {"type": value}, {"type": "relationship", "relationship_type": "based-on"})
    )
    assert set(found) == {IP}
