"""Conditions and exceptions of rules against letters, and what no letter shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scene import ALICE, BOB, Scene

from unsealed.expose.conditions import Setting, conditions, is_condition
from unsealed.query import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTING = Setting(ALICE, ("example.org",), {"the boss": ("boss@partner.example",)})


def person(address: str) -> dict[str, Any]:
    return {"address": address, "name": None}


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    scene = Scene(tmp_path_factory.mktemp("conditions") / "case")
    told: dict[str, dict[str, Any]] = {
        "plain": {"subject": "hello", "text": "nothing"},
        "boss": {"subject": "Order 12345", "from_address": "boss@partner.example", "to": [person(BOB)], "cc": [person(ALICE)]},
        "sub": {"subject": "ordering", "text": "order 99", "from_address": "x@mail.partner.example", "attachment_count": 1},
        "inner": {"from_address": BOB, "to": [person(ALICE), person("out@else.example")], "size_bytes": 9_000_000},
    }
    for name, more in told.items():
        id_ = scene.letter(name, 5 if name == "plain" else 20, **({"attachment_count": 0, "size_bytes": 2_000} | more))
        if name == "sub":
            row = {"attachment_id": "a", "message_id": id_, "filename": "Report_7.XLSX", "size_bytes": 50_000}
            scene.attachments.append({**row, "text": "the Merger", "text_status": "read"})
    scene.letter("bare", None, subject=None, text=None, from_address=None, to=None, cc=None, bcc=None)
    scene.write()
    engine = Engine(scene.case)
    engine.execute("CREATE TEMP TABLE copies AS SELECT message_id, folder, epoch_us(arrived) AS arrived FROM messages")
    yield engine
    engine.close()


def met(db: Engine, **given: str) -> str:
    """Give the letters that meet the conditions, and after a bar those of which it can't be told."""
    ask = conditions({key.lower(): value for key, value in given.items()}, SETTING)
    assert all(is_condition(key.lower()) for key in given)
    rows = db.rows(
        f"SELECT m.internet_message_id AS mid, {ask.sql} AS met FROM copies c JOIN messages m USING (message_id) ORDER BY 1",
        [*ask.values],
    )
    yes, open_ = ([row["mid"][1:-3] for row in rows if row["met"] is value] for value in (True, None))
    return " ".join(yes) + (" | " + " ".join(open_) if open_ else "")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"SubjectContainsWords": "order"}, "boss sub"),
        ({"SubjectContainsWords": "order", "ExceptIfFrom": "boss@partner.example"}, "sub"),
        ({"ExceptIfSubjectOrBodyContainsWords": "order;hello"}, "bare inner"),
        ({"From": "The Boss"}, "boss"),
        ({"SenderDomainIs": "partner.example"}, "boss plain sub"),
        ({"RecipientDomainIs": "else.example,nowhere.example"}, "inner"),
        ({"FromScope": "InOrganization"}, "inner"),
        ({"FromScope": "NotInOrganization"}, "boss plain sub"),
        ({"SentToScope": "NotInOrganization"}, "inner"),
        ({"SubjectMatchesPatterns": r"\d{3,5}$"}, "boss"),
        ({"SubjectOrBodyMatchesPatterns": r"^order \d;^HELLO"}, "boss plain sub"),
        ({"FromAddressMatchesPatterns": "'^x@','^y,z'"}, "sub"),
        ({"AnyOfToHeader": BOB}, "boss"),
        ({"AnyOfCcHeader": ALICE}, "boss"),
        ({"AnyOfToCcHeader": ALICE}, "boss inner plain sub"),
        ({"AttachmentNameMatchesPatterns": r"report_\d+"}, "sub"),
        ({"AttachmentExtensionMatchesWords": "docx;xlsx"}, "sub"),
        ({"AttachmentContainsWords": "merger"}, "sub"),
        ({"AttachmentSizeOver": "10 KB"}, "sub"),
        ({"HasAttachment": "True"}, "sub | bare"),
        ({"ExceptIfHasAttachment": "True"}, "boss inner plain | bare"),
        ({"MyNameInToBox": "True"}, "inner plain sub"),
        ({"MyNameNotInToBox": "True"}, "bare boss"),
        ({"MyNameInCcBox": "True"}, "boss"),
        ({"SentOnlyToMe": "True"}, "plain sub"),
        ({"ReceivedAfterDate": "3/10/2023"}, "boss inner sub | bare"),
        ({"ReceivedBeforeDate": "2023-03-10"}, "plain | bare"),
        ({"WithinSizeRangeMinimum": "1 MB"}, "inner | bare"),
        ({"WithinSizeRangeMaximum": "10 KB (10,240 bytes)"}, "boss plain sub | bare"),
        ({"MessageSizeOver": "9MB"}, " | bare inner"),
        ({"HeaderContainsMessageHeader": "Subject", "HeaderContainsWords": "order"}, "boss sub"),
        ({"HeaderContainsMessageHeader": "X-Mailer", "HeaderContainsWords": "order"}, " | bare boss inner plain sub"),
        ({"HeaderContainsWords": "hello"}, "plain | bare boss inner sub"),
        ({"WithImportance": "High"}, " | bare boss inner plain sub"),
        ({"WithImportance": "High", "SubjectContainsWords": "hello"}, " | plain"),
        ({"FromMemberOf": "Sales", "ExceptIfSubjectContainsWords": "order"}, " | bare inner plain"),
        ({"SubjectMatchesPatterns": r"(?=order)"}, " | bare boss inner plain sub"),
        ({"MyNameInToBox": "False", "From": ""}, "bare boss inner plain sub"),
    ],
)
def test_conditions_by_the_letter(db: Engine, given: dict[str, str], wanted: str) -> None:
    assert met(db, **given) == wanted


def test_the_names_of_what_no_letter_shows_are_told(db: Engine) -> None:
    del db
    given = {"withimportance": "High", "exceptiffrommemberof": "Sales", "subjectcontainswords": "x"}
    assert conditions(given, SETTING).unknown == ("withimportance", "exceptiffrommemberof")


def test_a_rule_with_an_exception_takes_the_rest(scene: Scene) -> None:
    scene.letter("kept", 20, subject="invoice", from_address="boss@partner.example")
    scene.letter("sent-on", 20, subject="invoice")
    given = {"Name": "x", "ForwardTo": "a@away.example", "SubjectContainsWords": "invoice", "ExceptIfFrom": "boss@partner.example"}
    scene.cmdlet(10, "New-InboxRule", given)
    scene.sign_in(30)
    scene.run()
    assert scene.verdict("sent-on") == "copied: forwarded"
    assert scene.verdict("kept") == "in_reach: no_item_log"
    assert "sent on" not in scene.row("kept")["grounds"][0]["note"]
