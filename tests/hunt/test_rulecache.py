"""Rules that were read once come back as they were, and nothing else ever stands for them."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from unsealed.hunt import detections, rule, rulecache, sigma
from unsealed.hunt.detections import OWN

ODD = r"""
title: Odd values
id: 11111111-1111-4111-8111-111111111111
logsource: {product: m365}
detection:
    numbers: {a: 1, b: 1.5, c|gte: 7, d: null, e: true, f: '', g|exists: false}
    texts: {a|cased: 'É', b|re|i: '^a.c$', c|cidr: 10.0.0.0/8, d|fieldref: e, f: ["a*b\\?", "back\\\\slash"], g|contains: "\u2028"}
    condition: numbers and not texts
---
title: Unusable
logsource: {product: m365}
detection: {s: {a|expand: '%gone%'}, condition: s}
---
title: Together
name: together
correlation:
    type: temporal
    rules: [11111111-1111-4111-8111-111111111111]
    aliases: {who: {11111111-1111-4111-8111-111111111111: UserId}}
    group-by: [who]
    timespan: 1h
    generate: false
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Give a folder of rules that is worth it, with all kinds of values."""
    folder = tmp_path / "given"
    shutil.copytree(OWN, folder / "deep")
    (folder / "odd.yml").write_text(ODD, encoding="utf-8")
    return folder


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Give a list that grows whenever rules are really read."""
    found: list[Any] = []
    load = sigma.load
    monkeypatch.setattr(sigma, "load", lambda paths: found.append(paths) or load(paths))
    return found


def test_what_was_kept_is_what_was_read(rules: Path, tmp_path: Path, reads: list[Any]) -> None:
    wanted = sigma.load([OWN, rules])
    assert any(one.reason for one in wanted.unusable)
    assert len({type(test.value) for rule in wanted.rules for test in _tests(rule.tree)}) >= 4
    reads.clear()
    assert rulecache.load([OWN, rules], tmp_path / "kept") == wanted
    assert len(reads) == 1
    again = rulecache.load([OWN, rules], tmp_path / "kept")
    assert len(reads) == 1
    assert again == wanted
    # 1 and 1.0 and true are equal, and not the same.
    assert repr((again.rules, again.correlations)) == repr((wanted.rules, wanted.correlations))


def _tests(node: Any) -> list[Any]:
    from unsealed.hunt import tree

    return list(tree.tests(node))


def test_places_are_those_of_where_the_rules_lie_now(rules: Path, tmp_path: Path, reads: list[Any]) -> None:
    rulecache.load([rules], tmp_path / "kept")
    moved = rules.rename(tmp_path / "elsewhere")
    again = rulecache.load([moved], tmp_path / "kept")
    assert len(reads) == 1
    assert again == sigma.load([moved])
    assert all(str(moved) in one.source for one in (*again.rules, *again.correlations, *again.unusable))


@pytest.mark.parametrize("change", ["bytes", "name", "more", "fewer", "code"])
def test_other_rules_are_read(
    change: str, rules: Path, tmp_path: Path, reads: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rulecache.load([rules], tmp_path / "kept")
    if change == "bytes":
        (rules / "odd.yml").write_text(ODD.replace("b: 1.5", "b: 1.6"), encoding="utf-8")
    elif change == "name":
        (rules / "odd.yml").rename(rules / "even.yml")
    elif change == "more":
        (rules / "more.yml").write_text(ODD.replace("Odd", "More"), encoding="utf-8")
    elif change == "fewer":
        (rules / "odd.yml").unlink()
    else:
        monkeypatch.setattr(rulecache, "_reader", lambda: b"another version")
    again = rulecache.load([rules], tmp_path / "kept")
    assert len(reads) == 2
    assert again == sigma.load([rules])


def _sealed(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


@pytest.mark.parametrize(
    "damage",
    [
        lambda held: held[: len(held) // 2],
        lambda _: b"",
        lambda held: held.replace(b'"high"', b'"none"', 1),
        lambda _: b"\x80\x04]\x94.",
        lambda _: _sealed(b"[]"),
        lambda _: _sealed(b"{}"),
        lambda held: _sealed(orjson.dumps({**orjson.loads(held.partition(b"\n")[2]), "tests": []})),
        lambda held: _sealed(held.partition(b"\n")[2].replace(b'"level"', b'"power"')),
        lambda _: _sealed(b"[" * 100_000),
    ],
)
def test_what_is_damaged_is_left_aside_and_written_again(
    damage: Any, rules: Path, tmp_path: Path, reads: list[Any]
) -> None:
    wanted = rulecache.load([rules], tmp_path / "kept")
    (file,) = (tmp_path / "kept").iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert rulecache.load([rules], tmp_path / "kept") == wanted
    assert len(reads) == 2
    assert file.read_bytes() == whole


def test_few_rules_are_not_kept_nor_where_nothing_can_be_written(
    rules: Path, tmp_path: Path, reads: list[Any]
) -> None:
    kept = tmp_path / "kept"
    rulecache.load([rules / "odd.yml"], kept)
    assert not kept.exists()
    kept.write_text("a file where the folder should be")
    assert rulecache.load([rules], kept) == rulecache.load([rules], None)
    assert len(reads) == 3


def test_the_oldest_go(rules: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    for number in range(rulecache.MOST_KEPT + 2):
        (rules / "odd.yml").write_text(ODD.replace("1.5", f"{number}.5"), encoding="utf-8")
        rulecache.load([rules], kept)
    assert len(list(kept.iterdir())) == rulecache.MOST_KEPT


def test_a_hunt_keeps_given_rules_in_the_case_and_ours_with_the_user(
    rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: list[Any]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    detections.load([rules], own=True, folder=tmp_path / "case")
    assert not (tmp_path / "user").exists()
    assert len(list((tmp_path / "case").iterdir())) == 1
    detections._own.cache_clear()
    detections.load([], own=True)
    assert len(list((tmp_path / "user" / "unsealed" / "rules").iterdir())) == 1
    detections._own.cache_clear()
    detections.load([], own=True)
    assert len(reads) == 2
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert rulecache.own_folder() == tmp_path / ".cache" / "unsealed" / "rules"


def test_what_a_killed_run_left_behind_goes_and_what_another_writes_just_now_stays(rules: Path, tmp_path: Path) -> None:
    (folder := tmp_path / "kept").mkdir()
    old, new = folder / "a.1.tmp", folder / "b.2.tmp"
    for file in (old, new):
        file.write_bytes(b"x")
    os.utime(old, (1, 1))
    rulecache.load([rules], folder)
    assert not old.exists()
    assert new.exists()
    assert list(folder.glob("*.json"))


def test_a_file_too_large_for_rules_is_not_read_whole_and_nothing_is_kept(rules: Path, tmp_path: Path) -> None:
    with (rules / "large.yml").open("wb") as stream:
        stream.truncate(rule.MAX_BYTES + 1)
    loaded = rulecache.load([rules], tmp_path / "kept")
    assert any("MiB" in one.reason for one in loaded.unusable)
    assert not (tmp_path / "kept").exists()
