"""`unsealed warn` end to end: the table, the calendar, the forms, the terminal, in both languages."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from icalendar import Calendar

sys.path.insert(0, str(Path(__file__).parent))
from made import make, persons, put

from unsealed import pipeline
from unsealed.case import Case
from unsealed.cli import main
from unsealed.query import engine
from unsealed.warn import evaluate
from unsealed.warn.regulator import OWN

FOUNDING: dict[str, Any] = {
    "organisation": {"country": "JP", "kind": "public", "markets": []},
    "discovered": datetime(2023, 6, 13, 3, tzinfo=UTC),
    "persons": [{"n": 5000, "country": "JP"}],
    "letters": 30,
}


def run(case: Case, *words: str, language: str = "en") -> str:
    done = CliRunner().invoke(main, ["warn", str(case.folder), *words], env={"UNSEALED_LANG": language})
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def founding(tmp_path: Path) -> Case:
    return make(tmp_path / "case", FOUNDING)


def rows(case: Case) -> list[dict[str, Any]]:
    with engine(case) as db:
        return db.rows("SELECT * FROM duties ORDER BY regime, duty")


def test_the_terminal_tells_due_duties_their_dates_and_counsel(founding: Case) -> None:
    told = " ".join(run(founding).split())
    assert "2 duties are due (●), of 0 it is not known (?)" in told
    assert "2023-08-14" in told
    assert "5,000 persons" in told
    assert "Check with counsel" in told
    assert "GDPR" not in told
    assert "GDPR" in run(founding, "--all")


def test_json_is_the_table(founding: Case) -> None:
    document = json.loads(run(founding, "--json"))
    assert len(document["duties"]) == len(rows(founding)) == len(evaluate(founding))
    first = next(row for row in document["duties"] if (row["regime"], row["duty"]) == ("jp_public", "authority"))
    assert first["due"] == "yes"
    assert first["final_due"] == "2023-08-14T14:59:59Z"
    assert (first["persons"], first["persons_possible"]) == (5000, 5000)
    assert Path(document["calendar"]).is_file()


def test_what_is_missing_is_named_and_one_line_settles_it(tmp_path: Path) -> None:
    case = make(
        tmp_path / "case", {**FOUNDING, "organisation": {"country": "JP", "kind": "public"}, "persons": [{"n": 9}]}
    )
    told = run(case)
    assert "Say in case.toml:" in told
    assert "organisation.markets" in told
    assert {row["regime"] for row in rows(case) if row["due"] == "unknown"} >= {"eu_gdpr", "uk_gdpr", "in_cert"}
    toml = case.folder / "case.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace("[incident]", "markets = []\n[incident]"), encoding="utf-8"
    )
    assert "of 0 it is not known" in " ".join(run(Case.open(case.folder)).split())


def test_without_any_fact_nothing_is_guessed(tmp_path: Path) -> None:
    case = make(tmp_path / "case", {})
    run(case)
    found = rows(case)
    assert {row["due"] for row in found if row["status"] != "proposed"} == {"unknown"}
    assert all(row["missing"] for row in found if row["due"] == "unknown")
    assert all(row["clock_start"] is row["final_due"] is row["persons"] is None for row in found)


def test_the_calendar_holds_every_date_and_the_same_ids_each_time(founding: Case) -> None:
    toml = founding.folder / "case.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("markets = []", 'markets = ["DE"]'), encoding="utf-8")
    run(founding)
    path = founding.out / "duties.ics"
    first = path.read_bytes()
    events = Calendar.from_ical(first).walk("VEVENT")
    wanted = [row[f"{step}_due"] for row in rows(founding) for step in ("preliminary", "final") if row[f"{step}_due"]]
    assert sorted(event.decoded("dtend") for event in events) == sorted(wanted)
    assert len({str(event["uid"]) for event in events}) == len(events) > 2
    for event in events:
        assert timedelta() < event.decoded("dtend") - event.decoded("dtstart") <= timedelta(hours=1)
        assert "Check with counsel." in event["description"]
        assert event.walk("VALARM")
    run(founding)
    assert path.read_bytes() == first


def test_forms_name_their_gaps_and_hold_nobodys_data(tmp_path: Path) -> None:
    case = make(tmp_path / "case", {**FOUNDING, "persons": []})
    row = persons(1, "JP", ("payment_card",))[0]
    secret = {
        "names": ["Canary Taro"],
        "addresses": ["canary@example.net"],
        "phones": ["+81312345678"],
        "best_address": "canary@example.net",
    }
    put(case, "persons", [{**row, **secret}])
    put(
        case,
        "mentions",
        [
            {
                "message_id": "m0",
                "kind": "payment_card",
                "value_masked": "canary-4242",
                "value_hash": "x",
                "person_id": row["person_id"],
            }
        ],
    )
    run(case)
    forms = sorted((case.out / "forms").iterdir())
    assert [path.name for path in forms] == ["jp_public.md"]
    text = forms[0].read_text(encoding="utf-8")
    assert "| number of persons | 1 persons in the register |" in text
    assert r"payment\_card (1)" in text
    assert "| cause | **to be written** |" in text
    assert "Check with counsel" in text
    everything = b"".join(path.read_bytes() for path in case.out.rglob("*") if path.is_file())
    everything += json.dumps(rows(case), default=str).encode()
    for canary in (b"canary", b"Canary", b"12345678", b"4242"):
        assert canary not in everything


def test_forms_of_duties_that_are_no_longer_due_go(founding: Case) -> None:
    run(founding)
    assert (founding.out / "forms" / "jp_public.md").exists()
    toml = founding.folder / "case.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"public"', '"private"'), encoding="utf-8")
    run(founding)
    assert [path.name for path in (founding.out / "forms").iterdir()] == ["jp_private.md"]


def test_japanese_readers_get_japanese(founding: Case) -> None:
    told = "".join(run(founding, language="ja").split())
    assert "個人情報保護委員会への報告" in told
    assert "2023-08-14(月)" in told
    form = (founding.out / "forms" / "jp_public.md").read_text(encoding="utf-8")
    assert "本人の数" in form
    run(founding, "--lang", "en", language="ja")
    assert "number of persons" in (founding.out / "forms" / "jp_public.md").read_text(encoding="utf-8")


def test_a_regime_of_ones_own_is_kept_in_the_case(founding: Case, tmp_path: Path) -> None:
    own = tmp_path / "mars_act.toml"
    own.write_text((OWN / "in_cert.toml").read_text(encoding="utf-8").replace('["IN"]', '["JP"]'), encoding="utf-8")
    run(founding, "--regulators", str(own))
    own.unlink()
    run(founding)
    assert {row["due"] for row in rows(founding) if row["regime"] == "mars_act"} == {"yes"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("[answers]\nhigh_rsk = true", "answers.high_rsk: no regime asks for this. Known: app_entity"),
        ("[answers]\nhigh_risk = 2026-01-01T00:00:00Z", "answers.high_risk should be true or false"),
        ("[answers]\nmaterial_determined = true", "answers.material_determined should be a time"),
    ],
)
def test_answers_that_nobody_asked_for_are_refused(founding: Case, line: str, told: str) -> None:
    toml = founding.folder / "case.toml"
    text = toml.read_text(encoding="utf-8").replace("[answers]\n", line + "\n")
    toml.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, ["warn", str(founding.folder)], env={"UNSEALED_LANG": "en"})
    assert done.exit_code == 2
    assert told in done.stderr


def test_a_regime_that_cant_be_used_is_not_kept(founding: Case, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text("[law]\n", encoding="utf-8")
    for path, told in ((own, "missing required field"), (tmp_path / "none.toml", "no such file")):
        done = CliRunner().invoke(main, ["warn", str(founding.folder), "--regulators", str(path)])
        assert done.exit_code == 2
        assert told in done.stderr
    assert not (founding.folder / "regulators").exists()


def test_a_stage_that_nobody_asked_for_is_not_waited_for(founding: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    read, *_between, last = pipeline.STAGES
    assert last.name == "warn"
    assert "warn" not in pipeline.due(founding)
    monkeypatch.setattr(pipeline, "STAGES", (read, last))
    with founding.lock():
        pipeline.warn(founding)
    assert pipeline.due(founding) == []
    put(founding, "persons", persons(3))
    assert pipeline.due(founding) == ["warn"]
