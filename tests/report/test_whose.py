"""Whose data was in the letters, as the report and the terminal tell it: every number has the command that lists its rows."""

from __future__ import annotations

import html as escapes
import json
import re
import shlex
from typing import Any

import pytest
from click.testing import CliRunner
from crowd import Crowd

from unsealed.case import Case
from unsealed.cli import main
from unsealed.query import engine
from unsealed.report import html, persons, register, terminal, words

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def case(empty_case: Case) -> Case:
    crowd = Crowd(empty_case)
    crowd.person("taro", "taro@example.org", internal=True, organisation="Example Agency")
    crowd.person("erin", "erin@ally.example", names=[EVIL], partner="Ally", organisation="Ally")
    for number in range(3):
        crowd.person(f"p{number}", f"p{number}@x.example", organisation="X & Co")
    for number, verdict in enumerate(("accessed", "copied", "in_reach", "not_accessed")):
        crowd.letter(f"m{number}", verdict)
        for name in ("taro", "erin", "p0", "p1", "p2")[number:]:
            crowd.stand(name, f"m{number}", "cc")
    crowd.mention("m0", "health_term", "erin")
    crowd.mention("m2", "iban", "p2")
    crowd.mention("m2", "iban")
    crowd.rows["attachments"].append(
        {"attachment_id": "a", "message_id": "m0", "sha256": "s", "text_status": "encrypted"}
    )
    crowd.rows["exposures"].append(
        {"internet_message_id": "<gone@x>", "verdict": "copied", "content_verdict": "copied", "grounds": [{"how": "sync"}]}
    )
    crowd.rows["shared"].append({"address": "someone@else.example", "names": [], "reason": "the name of a role"})
    crowd.register()
    empty_case.journal.finish("identify", "version", "fingerprint")
    return empty_case


def run(*words_: str) -> str:
    done = CliRunner().invoke(main, list(words_), env={"UNSEALED_LANG": "en"})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_numbers_are_those_of_the_tables(case: Case) -> None:
    with engine(case) as db:
        found = persons.whose(case, db)
    assert found["persons"] == 5
    assert found["whose"] == {"internal": 1, "partner": 1, "external": 3}
    assert found["verdicts"] == {"accessed": 5, "copied": 0, "quoted": 0, "in_reach": 0}
    assert found["tiers"] == {"high": 1, "medium": 0, "low": 4}
    assert [(row["kind"], row["persons"], row["mentions"], row["nobodys"]) for row in found["kinds"]] == [
        ("iban", 1, 2, 1), ("health_term", 1, 1, 0),
    ]  # fmt: skip
    assert found["organisations"][0] == {
        "organisation": "X & Co", "internal": False, "partner": False, "persons": 3, "high": 0, "taken": 3,
    }  # fmt: skip
    assert found["unread"] == {
        "only_in_logs": 1,
        "attachments": [{"status": "encrypted", "attachments": 1, "letters": 1}],
    }
    assert found["shared"] == 1


def test_every_number_of_the_section_is_the_number_of_rows_of_its_command(case: Case) -> None:
    page = html.render(case, "en")
    section = page.split("<h2>Whose data was in them</h2>")[1].split("<h2>")[0]
    rows = re.findall(r'<td class="n(?: zero)?">(\d+)</td><td><code>(unsealed table [^<]*)</code>', section)
    assert len(rows) == 11
    for number, typed in rows:
        words_ = shlex.split(escapes.unescape(typed))[1:]
        assert len(json.loads(run(*words_, "--format", "json"))) == int(number), typed


def test_a_person_is_shown_with_the_places_of_their_letters_and_hostile_names_are_text(case: Case) -> None:
    page = html.render(case, "en")
    assert EVIL not in page
    first = page.split("<h3>The register</h3>")[1].split("</details>")[0]
    assert escapes.escape(EVIL) in first
    assert "health data in a letter that was opened or copied" in first
    assert "erin@ally.example" in first
    assert "byte:0+9" in first
    assert "m1" in first


def test_the_register_is_linked_where_it_lies_beside_the_page(case: Case) -> None:
    assert 'href="register.xlsx"' not in html.write(case).read_text("utf-8")
    register.write(case)
    assert 'href="register.xlsx"' in html.write(case).read_text("utf-8")
    elsewhere = html.write(case, case.folder / "elsewhere" / "r.html").read_text("utf-8")
    assert 'href="register.xlsx"' not in elsewhere


def test_what_could_not_be_searched_is_said(case: Case) -> None:
    page = html.render(case, "en")
    assert "1 letters to be told about are named by a log alone" in page
    assert "1 attachments of 1 letters: encrypted." in page


def test_both_languages_have_the_section_and_a_case_that_was_not_searched_says_so(empty_case: Case) -> None:
    assert "Not looked for yet" in html.render(empty_case, "en")
    found = [html.render(empty_case, language) for language in ("en", "ja")]
    assert [page.count("<h2>") for page in found] == [found[0].count("<h2>")] * 2


def test_the_terminal_says_it_in_a_sentence(case: Case) -> None:
    from unsealed.report import facts

    known: dict[str, Any] = facts.facts(case)
    said = " ".join(terminal.summary(known))
    assert (
        "5 persons stand in the letters to be told about: 1 of our own, 1 of partners, 3 others; for 1 of them" in said
    )
    assert "2 letters that only a log names and attachments" in said
    assert any("risk = 'high'" in command for command in known["next"])
    lines = "\n".join(terminal.persons(facts.persons_of(case)))
    assert re.search(r"\b5  opened", lines)
    assert "IBAN: 1 persons, 1 letters; 1 mentions of nobody" in lines
    assert persons.sentence({**known["persons"], "identified": None}, words.translator("en")) is None


def test_mentions_show_masks_and_values_only_where_somebody_asks_and_it_is_logged(empty_case: Case) -> None:
    crowd = Crowd(empty_case)
    crowd.letter("m0", text="😀 card 4111 1111 1111 1111.", subject="my 090-1234-5678")
    crowd.mention("m0", "payment_card", start=7, end=26)
    crowd.mention("m0", "phone_number", start=3, end=16, part="subject")
    crowd.mention("m0", "iban", start=3, end=6, part="filename", attachment_id="a")
    crowd.rows["attachments"].append({"attachment_id": "a", "message_id": "m0", "filename": "my DE8 file"})
    crowd.register()
    command = ("table", str(empty_case.folder), "mentions", "--format", "json")
    assert "4111" not in run(*command)
    before = len(empty_case.custody.entries())
    told = json.loads(run(*command, "--reveal", "--where", "kind <> 'x'"))
    assert {row["kind"]: row["value"] for row in told} == {
        "payment_card": "4111 1111 1111 1111", "phone_number": "090-1234-5678", "iban": "DE8",
    }  # fmt: skip
    (entry,) = empty_case.custody.entries()[before:]
    assert (entry["action"], entry["rows"], entry["where"]) == ("reveal", 3, "kind <> 'x'")
    assert "4111" not in empty_case.custody.path.read_text()
    done = CliRunner().invoke(main, ["table", str(empty_case.folder), "messages", "--reveal"])
    assert done.exit_code == 2
    done = CliRunner().invoke(main, [*command, "--reveal", "--where", "nothing_there = 1"])
    assert done.exit_code == 2
    assert len(empty_case.custody.entries()) == before + 1
