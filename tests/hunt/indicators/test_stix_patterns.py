"""STIX patterns: what is understood, in which shape, and what is refused with its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unsealed.hunt.indicators import pattern
from unsealed.hunt.indicators.indicator import About, Indicator, Unusable
from unsealed.hunt.indicators.pattern import NotAPattern, parse
from unsealed.hunt.indicators.stix_match import indicators

SHA = "ab" * 32


def shape(text: str) -> list[list[list[tuple[str, str, str]]]]:
    """Give per observation, per alternative, the comparisons."""
    return [
        [
            [(one.path, ("!" if one.negated else "") + one.test, one.value) for one in choice]
            for choice in item.alternatives
        ]
        for item in parse(text)
    ]


def meant(text: str) -> tuple[list[tuple[str, str, int, str]], list[str]]:
    """Give the indicators of a pattern as (kind, value, parts, doubt), and the reasons of what is none."""
    found: list[tuple[str, str, int, str]] = []
    reasons = []
    observations = parse(text)
    for number, observation in enumerate(observations):
        for item in indicators(observation, About("x"), f"g{number}", len(observations)):
            if isinstance(item, Indicator):
                found.append((item.kind, item.value, item.parts, item.doubt))
            else:
                reasons.append(item.reason)
    return found, reasons


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[url:value = 'a']", [[[("url:value", "=", "a")]]]),
        ("  [ url:value='a' ]  ", [[[("url:value", "=", "a")]]]),
        ("[url:value = 'it\\'s \\\\ here']", [[[("url:value", "=", "it's \\ here")]]]),
        (
            "[file:hashes.'SHA-256' = 'a' OR file:hashes.MD5 = 'b']",
            [[[("file:hashes.sha-256", "=", "a")], [("file:hashes.md5", "=", "b")]]],
        ),
        (
            "[a:b = 1 AND a:c = 2 OR a:d = 3]",
            [[[("a:b", "=", "1"), ("a:c", "=", "2")], [("a:d", "=", "3")]]],
        ),
        (
            "[a:b = 1 AND (a:c = 2 OR a:d = 3)]",
            [[[("a:b", "=", "1"), ("a:c", "=", "2")], [("a:b", "=", "1"), ("a:d", "=", "3")]]],
        ),
        ("[a:b IN ('x', 'y')]", [[[("a:b", "=", "x")], [("a:b", "=", "y")]]]),
        ("[a:b NOT IN ('x', 'y')]", [[[("a:b", "!=", "x"), ("a:b", "!=", "y")]]]),
        ("[a:b != 'x' AND NOT a:b LIKE 'y']", [[[("a:b", "!=", "x"), ("a:b", "!LIKE", "y")]]]),
        ("[a:b[*].c.'d e' = true]", [[[("a:b.c.d e", "=", "true")]]]),
        ("[EXISTS a:b]", [[[("a:b", "EXISTS", "")]]]),
        ("[a:b = 1] FOLLOWEDBY [a:c = 2]", [[[("a:b", "=", "1")]], [[("a:c", "=", "2")]]]),
        ("([a:b = 1] AND [a:c = 2]) WITHIN 300 SECONDS", [[[("a:b", "=", "1")]], [[("a:c", "=", "2")]]]),
        ("[a:b = 1] REPEATS 5 TIMES WITHIN 10 SECONDS", [[[("a:b", "=", "1")]]]),
        (
            "[a:b > -3.5 AND a:c <= t'2020-01-01T00:00:00Z']",
            [[[("a:b", ">", "-3.5"), ("a:c", "<=", "2020-01-01T00:00:00Z")]]],
        ),
    ],
)
def test_patterns_unfold_to_alternatives(text: str, wanted: list[list[list[tuple[str, str, str]]]]) -> None:
    assert shape(text) == wanted


def test_start_and_stop_are_times() -> None:
    (found,) = parse("[a:b = 1] START t'2020-01-01T00:00:00Z' STOP t'2020-02-01T00:00:00Z'")
    assert (found.start, found.stop) == (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "character 1"),
        ("[url:value = 'a'", "character 17"),
        ("[url:value = ]", "character 14"),
        ("[url:value 'a']", "character 12"),
        ("url:value = 'a'", "character 1"),
        ("[url:value = 'a'] [b:c = 1]", "character 19"),
        ("[url:value = 'a' XOR b:c = 1]", "character 18"),
        ("[url:value = 'a'] WITHIN 5 TIMES", "SECONDS"),
        ("[url:value = 'never closed]", "character 13"),
        ("(" * 100 + "[a:b = 1]" + ")" * 100, "deeper than 40"),
        ("[" + "(" * 100 + "a:b = 1" + ")" * 100 + "]", "deeper than 40"),
        ("[" + " AND ".join(["(a:b = 1 OR a:b = 2)"] * 40) + "]", "alternatives"),
        ("x" * ((4 << 20) + 1), "longer"),
    ],
)
def test_what_is_no_pattern_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(NotAPattern, match=place):
        parse(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[ipv4-addr:value = '203.0.113.7']", [("ip", "203.0.113.7")]),
        ("[ipv6-addr:value = '2001:DB8:0::7']", [("ip", "2001:db8::7")]),
        ("[ipv4-addr:value = '203.0.113.0/24']", [("network", "203.0.113.0/24")]),
        ("[ipv4-addr:value ISSUBSET '203.0.113.0/24']", [("network", "203.0.113.0/24")]),
        ("[ipv4-addr:value LIKE '203.0.%']", [("network", "203.0.0.0/16")]),
        (
            "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.7']",
            [("ip", "203.0.113.7")],
        ),
        ("[network-traffic:src_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443]", [("ip", "203.0.113.7")]),
        ("[network-traffic:dst_ref.value = 'evil.example']", [("domain", "evil.example")]),
        ("[domain-name:value = 'EVIL.example']", [("domain", "evil.example")]),
        ("[domain-name:value LIKE '%.evil.example']", [("domain", "evil.example")]),
        (r"[domain-name:value MATCHES '^(.*\\.)?evil\\.example$']", [("domain", "evil.example")]),
        (r"[domain-name:value MATCHES '.*\\.evil\\.example$']", [("domain", "evil.example")]),
        ("[domain-name:value IN ('a.example', 'b.example')]", [("domain", "a.example"), ("domain", "b.example")]),
        (
            "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '203.0.113.7']",
            [("domain", "a.example")],
        ),
        ("[url:value = 'https://Evil.example:443/X?a=1#top']", [("url", "evil.example/X?a=1")]),
        ("[email-addr:value = 'Thief@Evil.example']", [("email", "thief@evil.example")]),
        ("[email-message:from_ref.value = 'thief@evil.example']", [("email", "thief@evil.example")]),
        ("[email-message:subject = 'Re: Your  Invoice']", [("subject", "your invoice")]),
        ("[email-message:body_multipart[*].body_raw_ref.name = 'Invoice.exe']", [("filename", "invoice.exe")]),
        (f"[file:hashes.SHA256 = '{SHA.upper()}']", [("sha256", SHA)]),
        (f"[file:name = 'a.exe' AND file:hashes.'SHA-256' = '{SHA}' AND file:size = 5]", [("sha256", SHA)]),
        (f"[email-message:body_multipart[*].body_raw_ref.hashes.'SHA-256' = '{SHA}']", [("sha256", SHA)]),
        (
            "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'axios/1.2']",
            [("user_agent", "axios/1.2")],
        ),
        ("[user-account:user_id = 'thief@evil.example']", [("email", "thief@evil.example")]),
    ],
)
def test_a_pattern_means_an_indicator(text: str, wanted: list[tuple[str, str]]) -> None:
    assert meant(text) == ([(kind, value, 1, "") for kind, value in wanted], [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[ipv4-addr:value != '203.0.113.7']", "what it is not"),
        ("[domain-name:value MATCHES '^[a-z]{12}\\\\.com$']", "MATCHES"),
        ("[url:value LIKE 'http://%/x']", "LIKE"),
        ("[ipv4-addr:value ISSUPERSET '203.0.113.0/24']", "ISSUPERSET"),
        ("[process:command_line = 'evil.exe']", "process:command_line"),
        ("[user-account:account_login = 'root']", "without its domain"),
        ("[ipv4-addr:value = 'nonsense']", "not a valid ip"),
        ("[file:hashes.'SHA-512' = 'aa']", "sha-512"),
        ("[EXISTS url:value]", "EXISTS"),
        ("[network-traffic:dst_port = 443]", "network-traffic:dst_port"),
    ],
)
def test_what_cannot_be_looked_for_is_told(text: str, reason: str) -> None:
    found, reasons = meant(text)
    assert not found
    assert reason in reasons[0]


def test_weak_traits_that_must_hold_together_stay_together() -> None:
    found, _ = meant("[email-message:subject = 'Your invoice' AND file:name = 'invoice.exe']")
    assert [(kind, parts) for kind, _, parts, _ in found] == [("subject", 2), ("filename", 2)]
    found, _ = meant(
        "[ipv4-addr:value = '203.0.113.7' AND network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'axios/1.2']"
    )
    assert [(kind, parts) for kind, _, parts, _ in found] == [("ip", 2), ("user_agent", 2)]


def test_a_part_of_a_pattern_is_no_verdict() -> None:
    ((kind, value, parts, doubt),), _ = meant("[ipv4-addr:value = '203.0.113.7' AND process:name = 'x.exe']")
    assert (kind, value, parts) == ("ip", "203.0.113.7", 1)
    assert "only a part" in doubt


NAMES = st.sampled_from(
    ["ipv4-addr:value", "url:value", "file:hashes.'SHA-256'", "email-message:subject", "x-own:a.b[*].c"]
)
TEXTS = st.text(max_size=12).map(lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'")
ATOMS = st.builds(
    lambda name, test, text: f"{name} {test} {text}", NAMES, st.sampled_from(["=", "!=", "LIKE", "MATCHES"]), TEXTS
)
BODIES = st.recursive(
    ATOMS,
    lambda inner: st.builds(lambda a, word, b: f"({a} {word} {b})", inner, st.sampled_from(["AND", "OR"]), inner),
    max_leaves=6,
)


def truth(text: str) -> set[frozenset[str]]:
    """Unfold a body as `eval` would, by another way than the parser: split at the outermost word."""
    if not text.startswith("("):
        return {frozenset([text])}
    depth, quoted, place = 0, False, 1
    while True:
        sign = text[place]
        if quoted and sign == "\\":
            place += 1
        elif sign == "'":
            quoted = not quoted
        elif not quoted and sign in "()":
            depth += 1 if sign == "(" else -1
        elif not quoted and depth == 0:
            for word in (" AND ", " OR "):
                if text.startswith(word, place):
                    left, right = truth(text[1:place]), truth(text[place + len(word) : -1])
                    return left | right if word == " OR " else {a | b for a in left for b in right}
        place += 1


@given(BODIES)
@settings(max_examples=150)
def test_the_parser_unfolds_as_the_plain_way_does(body: str) -> None:
    wanted = set()
    for choice in truth(body):
        wanted.add(
            frozenset(
                (one.path, one.test, one.value, one.negated)
                for atom in choice
                for one in parse(f"[{atom}]")[0].alternatives[0]
            )
        )
    (found,) = parse(f"[{body}]")
    assert {
        frozenset((one.path, one.test, one.value, one.negated) for one in choice) for choice in found.alternatives
    } == wanted


@given(st.one_of(st.text(max_size=80), st.text(alphabet="[]()'=ANDOR \\:a.b*,tIN", max_size=80)))
@settings(max_examples=300)
def test_no_text_makes_the_parser_fail_otherwise(text: str) -> None:
    try:
        found = parse(text)
    except NotAPattern:
        return
    for number, observation in enumerate(found):
        for item in indicators(observation, About("x"), str(number), len(found)):
            assert isinstance(item, Indicator | Unusable)


def test_a_long_set_is_read_and_a_longer_one_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern, "MAX_ALTERNATIVES", 50)
    assert len(parse(f"[a:b IN ({','.join(['1'] * 50)})]")[0].alternatives) == 50
    with pytest.raises(NotAPattern, match="a set of more than 50"):
        parse(f"[a:b IN ({','.join(['1'] * 51)})]")
    with pytest.raises(NotAPattern, match="more than 50"):
        parse(" OR ".join(["[a:b = 1]"] * 51))
