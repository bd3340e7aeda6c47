"""Indicators against letters: links of every kind, senders, hops, subjects, attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from scene import HOME_IP

from unsealed.hunt.indicators import Indicator

if TYPE_CHECKING:
    from scene import Scene

HOME = {"client_ip": HOME_IP, "client": "Client=OWA;"}


@pytest.mark.parametrize(
    ("indicator", "letter"),
    [
        ("http://evil.example/login", {"text": "see https://EVIL.example/login?id=5 now"}),
        ("http://evil.example/login?id=5", {"text": "see (https://evil.example/login?id=5)."}),
        ("http://evil.example/", {"text": "https://evil.example/anything"}),
        ("evil.example", {"text": "https://www.evil.example/x"}),
        ("evil.example", {"text": "こちらhttps://evil.example/xをご覧ください"}),
        ("evil.example", {"text": "www.evil.example"}),
        ("evil.example", {"text": "https://evil.example:8443"}),
        ("evil.example", {"hidden_text": "HTTP://EVIL.EXAMPLE/x", "text": ""}),
        ("evil.example", {"links": ["https://a.evil.example/x"], "text": "click here"}),
        (
            "evil.example",
            {
                "text": f"https://eur03.safelinks.protection.outlook.com/?url={quote('https://evil.example/x', safe='')}&data=1"
            },
        ),
        (
            "http://evil.example/a-b",
            {"text": "https://urldefense.proofpoint.com/v2/url?u=http-3A__evil.example_a-2Db&d=x"},
        ),
        ("203.0.113.7", {"text": "http://203.0.113.7:8080/a.exe"}),
        ("203.0.113.0/24", {"text": "http://203.0.113.7/"}),
        ("2001:db8::/32", {"text": "http://[2001:db8::9]/x"}),
        ("thief@evil.example", {"from_address": "thief@evil.example"}),
        ("evil.example", {"from_address": "thief@mail.evil.example"}),
        ("thief@evil.example", {"reply_to": "thief@evil.example"}),
        ("evil.example", {"return_path": "thief@evil.example"}),
        ("evil.example", {"received": [{"by": "mx.evil.example", "from": None, "time": None}]}),
        ("203.0.113.7", {"received": [{"by": "mx", "from": "203.0.113.7", "time": None}]}),
        ("203.0.113.7", {"received": [{"by": "mx", "from": "x", "time": None, "ip": "203.0.113.7"}]}),
        ("subject: Your invoice  is ready", {"subject": "RE: Fwd: Your Invoice is ready"}),
    ],
)
def test_a_letter_is_found_and_no_other(scene: Scene, matched: Any, indicator: str, letter: dict[str, Any]) -> None:
    hit = scene.letter("a", **letter)
    scene.letter(
        "b",
        text="https://notevil.example/login https://evil.example.org/x http://203.0.114.7/ www.vil.example",
        subject="Your invoice",
    )
    scene.letter(
        "c", text="https://safelinks.example/?url=https%3A%2F%2Ffine.example%2F", from_address="a@notevil.example"
    )
    found = matched(indicator)
    assert found.places() == {hit}
    assert found.severity(hit) == "medium"


def test_a_url_is_not_its_host(scene: Scene, matched: Any) -> None:
    scene.letter("a", text="https://drive.example/other https://drive.example/file/12")
    assert matched("https://drive.example/file/1").places() == set()


def test_what_led_to_a_link_is_told(scene: Scene, matched: Any) -> None:
    hit = scene.letter("a", text=f"https://www.google.com/url?q={quote('https://evil.example/x', safe='')}")
    assert "wrapped, to evil.example/x" in matched("evil.example").title(hit)


def test_attachments_are_found_by_name(scene: Scene, matched: Any) -> None:
    hit, miss = scene.letter("a"), scene.letter("b")
    for letter, name in ((hit, "C:\\tmp\\Invoice 7.EXE"), (miss, "my invoice 7.exe")):
        scene.attachments.append({"attachment_id": letter, "message_id": letter, "filename": name})
    assert matched("filename: invoice 7.exe").places() == {hit}


def test_links_to_our_own_domains_are_no_find(scene: Scene, matched: Any) -> None:
    scene.letter("a", text="https://intranet.example.org/x")
    assert matched("example.org", "intranet.example.org").places() == set()


def test_traits_that_belong_together_are_found_only_together(scene: Scene, matched: Any) -> None:
    both, subject, name = (
        scene.letter("a", subject="Your invoice"),
        scene.letter("b", subject="Your invoice"),
        scene.letter("c"),
    )
    for letter in (both, name):
        scene.attachments.append({"attachment_id": letter, "message_id": letter, "filename": "invoice.exe"})
    group = {"group": "g", "parts": 2}
    found = matched(
        Indicator("subject", "your invoice", "x", **group),
        Indicator("filename", "invoice.exe", "x", **group),
        Indicator("domain", "evil.example", "x"),
    )
    assert found.places() == {both}
    assert subject not in found.places()


def test_many_links_of_one_letter_are_bounded(scene: Scene, matched: Any) -> None:
    hit = scene.letter(
        "a", text="https://evil.example/first " + " ".join(f"https://x.example/{n}" for n in range(5_000))
    )
    assert matched("evil.example").places() == {hit}


# -- records ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "record"),
    [
        ("thief@evil.example", {"sender": "thief@evil.example"}),
        ("evil.example", {"sender": "thief@mail.evil.example"}),
        ("thief@evil.example", {"recipients": ["a@b.example", "thief@evil.example"]}),
        ("evil.example", {"target": "https://evil.example/x"}),
        ("http://evil.example/x", {"target": "see https://evil.example/x now"}),
        ("203.0.113.9", {"target": "http://203.0.113.9/x"}),
        ("evil.example", {"client": "mail.evil.example"}),
        ("http://evil.example/x", {"operation": "TIUrlClickData", "raw": '{"Url": "https://evil.example/x"}'}),
    ],
)
def test_mail_and_links_in_logs_are_found_and_are_nobody_acting(
    scene: Scene, matched: Any, indicator: str, record: dict[str, Any]
) -> None:
    operation = record.pop("operation", "receive")
    hit = scene.event(1, operation, None, **(HOME | record))
    scene.event(2, "receive", None, **HOME, sender="a@notevil.example", target="https://notevil.example/x")
    found = matched(indicator)
    assert found.places() == {hit}
    assert found.severity(hit) == "medium"


def test_many_user_agents_are_found_as_few_are(scene: Scene, matched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from unsealed.hunt.match import agents

    hit = scene.event(1, "Update", client="Client=REST;Python-Requests/2.7 (x*.[);")
    both = scene.event(2, "Update", client="axios/1.1 okhttp/4")
    scene.event(3, "Update", client="Mozilla/5.0")
    wanted = ("python-requests/2.7 (x*.[)", "AXIOS/1.1", "okhttp/4", "curl/8")
    few = [(row["rule_id"], row["event_id"]) for row in matched(*wanted).rows]
    assert {place for _, place in few} == {hit, both}
    monkeypatch.setattr(agents, "FEW", 0)
    assert [(row["rule_id"], row["event_id"]) for row in matched(*wanted).rows] == few
    monkeypatch.setattr(agents, "_scan", agents._plain)
    assert [(row["rule_id"], row["event_id"]) for row in matched(*wanted).rows] == few
