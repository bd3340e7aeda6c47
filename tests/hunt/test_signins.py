"""What shows somebody inside, whatever the log."""

from __future__ import annotations

import pytest
from findings import hunted
from scene import ALICE, Scene

from unsealed.hunt import signins

CASES = [
    # source, operation, user, outcome, sign-in, refused, inside
    ("m365_audit", "UserLoggedIn", ALICE, "success", True, False, True),
    ("m365_audit", "UserLoggedIn", ALICE, None, True, False, True),
    ("m365_audit", "UserLoginFailed", ALICE, None, False, True, False),
    ("m365_audit", "MailItemsAccessed", None, "success", False, False, True),
    ("m365_audit", "Set-Mailbox", ALICE, "failure", False, True, False),
    ("entra_signin", "Sign-in activity", ALICE, "success", True, False, True),
    ("entra_signin", "Sign-in activity", ALICE, None, False, False, False),
    ("entra_signin", "Sign-in activity", ALICE, "failure", False, True, False),
    ("entra_risk", "User Risk Detection", ALICE, None, False, False, False),
    ("google_login", "login_success", ALICE, "success", True, False, True),
    ("google_login", "login_failure", ALICE, "failure", False, True, False),
    ("google_login", "login_challenge", ALICE, "success", False, False, False),
    ("google_login", "gov_attack_warning", ALICE, None, False, False, False),
    ("google_gmail", "Message received", ALICE, "success", False, False, False),
    ("google_gmail", "Message viewed", ALICE, "success", False, False, True),
    ("dovecot", "login", ALICE, "success", True, False, True),
    ("dovecot", "auth_failed", ALICE, "failure", False, True, False),
    ("dovecot", "disconnect", ALICE, None, False, False, False),
    ("dovecot", "logout", ALICE, None, False, False, True),
    ("dovecot", "delivered", None, "success", False, False, False),
    ("postfix", "sasl_login", ALICE, "success", True, False, True),
    ("postfix", "sasl_failed", None, "failure", False, True, False),
    ("postfix", "client", None, None, False, False, False),
    ("exchange_imap", "login", ALICE, "success", True, False, True),
    ("exchange_imap", "login", ALICE, "failure", False, True, False),
    ("exchange_httpproxy", "POST", ALICE, None, False, False, True),
    ("exchange_httpproxy", "POST", None, None, False, False, False),
    ("exchange_tracking", "DELIVER", ALICE, None, False, False, False),
    ("message_trace", "Delivered", ALICE, "success", False, False, False),
    ("iis", "GET", ALICE, "failure", False, True, False),
    ("windows_security", "4624", ALICE, "success", True, False, True),
    ("windows_security", "4625", ALICE, "failure", False, True, False),
    (None, None, ALICE, None, False, False, True),
]


def test_every_source(scene: Scene) -> None:
    for number, (source, operation, user, outcome, *_) in enumerate(CASES):
        scene.event(number, operation, user, source=source, outcome=outcome)
    with hunted(scene) as db:
        rows = db.rows(
            f"SELECT {signins.signed_in()} AS a, {signins.failed()} AS b, {signins.inside()} AS c FROM events ORDER BY time"
        )
    for case, row in zip(CASES, rows, strict=True):
        assert tuple(row.values()) == case[4:], case


@pytest.mark.parametrize(
    "name", ["alice@x.example", "svc-backup@x.example", "systems@x.example", "a$b@x.example", "certificate.b@x.org"]
)
def test_people_are_no_services(scene: Scene, name: str) -> None:
    scene.event(1, "Set-Mailbox", name)
    with hunted(scene) as db:
        assert db.value(f"SELECT {signins.by_service()} OR {signins.by_service_type()} FROM events") is False


def test_the_table_is_in_lower_case() -> None:
    words = [word for names in signins.SIGN_INS.values() for group in names for word in group]
    assert [word for word in (*words, *signins.ITEM_OPERATIONS) if word != word.lower()] == []
    assert {source for sources in signins.DOORS.values() for source in sources} - {"exchange_httpproxy"} <= set(
        signins.SIGN_INS
    )
