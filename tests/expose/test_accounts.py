"""Whose mailbox an account is that a log names in another form than the mail address."""

from __future__ import annotations

import pytest
from scene import ALICE, BOB, HOME_IP, Scene

from unsealed.expose import accounts
from unsealed.query import engine
from unsealed.report import facts, needs

NAMES = {
    "alice": ALICE,
    "example\\alice": ALICE,
    "ALICE": ALICE,
    "alice@corp.local": ALICE,
    "alice@ad.example.org": ALICE,
    "alice@example.onmicrosoft.com": ALICE,
    "alice+shop@example.org": ALICE,
    "alice*admin": ALICE,
    "alice@mail.example": None,
    "carol": None,
    "twin": "twin@example.org",
    "double": None,
    "double@example.org": "double@example.org",
    "healthmailbox0a1b@example.org": None,
    "example\\srv01$": None,
    "s.tanaka": None,
}


@pytest.fixture
def peopled(scene: Scene) -> Scene:
    for number, box in enumerate(
        (ALICE, BOB, "twin@example.org", "twin@elsewhere.example", "double@example.org", "srv01@example.org")
    ):
        scene.letter(f"l{number}", 1, box)
    scene.letter("d2", 1, "double@sub.example.org")
    scene.domains = ("example.org", "sub.example.org")
    return scene


@pytest.mark.parametrize("name", NAMES)
def test_an_account_is_the_one_mailbox_that_it_can_be(peopled: Scene, name: str) -> None:
    peopled.letter("mine", 1)
    peopled.event(5, "login", name, source="dovecot", mailbox=name, session_id="s")
    peopled.run()
    reached = {row["mailbox"] for row in peopled.table("exposures") if row["verdict"] != "out_of_reach"}
    assert reached == ({NAMES[name]} if NAMES[name] else set())


def test_a_log_that_names_account_and_mailbox_teaches_which_is_whose(peopled: Scene) -> None:
    home = {"client_ip": HOME_IP, "source": "exchange_httpproxy"}
    for day in (1, 2, 3):
        peopled.event(day, "GET", "example\\s.tanaka", mailbox=BOB, **home)
        peopled.event(day, "GET", "example\\delegate", mailbox=[ALICE, BOB][day % 2], **home)
    peopled.event(5, "login", "example\\s.tanaka", source="dovecot", mailbox=None)
    peopled.event(5, "login", "example\\delegate", source="dovecot", mailbox=None)
    peopled.run()
    reached = {row["mailbox"] for row in peopled.table("exposures") if row["verdict"] != "out_of_reach"}
    assert reached == {BOB}


def test_letters_that_a_log_names_are_those_of_the_account(peopled: Scene) -> None:
    peopled.letter("read", 1)
    peopled.bind(5, ["read"], "alice", source="dovecot", operation="fetch", access="fetch")
    peopled.run()
    assert peopled.verdict("read") == "accessed: fetch"
    assert not [row for row in peopled.table("exposures") if row["mailbox"] == "alice"]


def test_the_accounts_that_the_intruder_used_are_told_with_why_their_mailbox_is_not(peopled: Scene) -> None:
    for name in ("double", "carol", "alice", "healthmailbox1", "alice"):
        peopled.event(5, "login", name, source="dovecot", mailbox=None)
    peopled.event(5, "login", "dave", source="dovecot", mailbox=None, client_ip=HOME_IP)
    peopled.run()
    told = {
        row["account"]: (row["mailbox"], row["reason"], row["may_be"], row["records"])
        for row in peopled.table("accounts")
    }
    assert told == {
        "alice": (ALICE, None, [], 2),
        "carol": (None, "unknown", [], 1),
        "double": (None, "ambiguous", ["double@example.org", "double@sub.example.org"], 1),
        "healthmailbox1": (None, "server", [], 1),
    }
    asked = needs.sentences(facts.facts(peopled.case), str)
    assert [one.partition(" used ")[0] for one in asked if "carol" in one or "double" in one] == [
        "The mailbox of carol, which is not in the evidence: the intruder",
        "Which mailbox double is: double@example.org, double@sub.example.org? The intruder",
    ]
    assert not [one for one in asked if "healthmailbox1" in one or "dave" in one]


def who(scene: Scene) -> dict[str, str | None]:
    scene.run()
    with engine(scene.case) as db:
        db.execute("CREATE TEMP VIEW act AS SELECT * FROM activity")
        return {one.name: one.mailbox for one in accounts.resolve(db)}


OURS, STRANGER = "alice@example.onmicrosoft.com", "alice@stranger.onmicrosoft.com"


def test_an_account_of_another_tenant_is_nobody_of_ours(peopled: Scene) -> None:
    for name in (OURS, STRANGER, "bob@example.mail.onmicrosoft.com"):
        peopled.sign_in(10, name)
    peopled.sign_in(3, "guest_mail.example#EXT#@example.onmicrosoft.com")
    found = who(peopled)
    assert (found[OURS], found["bob@example.mail.onmicrosoft.com"], found[STRANGER]) == (ALICE, BOB, None)


@pytest.mark.parametrize("other", [STRANGER, "zed@example.mail.onmicrosoft.com", None])
def test_where_no_guest_tells_whose_tenant_it_is_no_account_is_left_out(peopled: Scene, other: str | None) -> None:
    peopled.sign_in(10, OURS)
    if other:
        peopled.sign_in(3, other, client_ip=HOME_IP)
    assert who(peopled)[OURS] == ALICE
