"""`case.toml`: every mistake is named by its key, with what should stand there."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from unsealed import config
from unsealed.errors import ConfigError

GOOD = """
timezone = "Asia/Tokyo"
[organisation]
name = "Example"
domains = ["Example.GO.jp"]
[incident]
discovered = 2023-06-13T00:00:00Z
contained = 2023-06-15
[[reach]]
kind = "gateway"
name = "MX1.example.go.jp"
from = 2022-10-05
[[intruder]]
client_ip = "203.0.113.0/24"
user = "alice@example.go.jp"
from = "2023-05-01T00:00:00+09:00"
[[partner]]
name = "Ally CERT"
domains = ["cert.example.org"]
"""


def load(tmp_path: Path, text: str) -> config.Config:
    path = tmp_path / "case.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def test_a_whole_file_is_understood(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD)
    assert (found.name, found.domains, found.languages) == ("Example", ("example.go.jp",), ("en",))
    assert found.contained == datetime(2023, 6, 14, 15, tzinfo=UTC), "a date without a zone is one of the case's zone"
    assert found.reach[0].name == "mx1.example.go.jp"
    assert found.intruders[0].match == {"client_ip": "203.0.113.0/24", "user": "alice@example.go.jp"}
    assert found.intruders[0].start == datetime(2023, 4, 30, 15, tzinfo=UTC)
    assert found.partners == (config.Partner("Ally CERT", ("cert.example.org",)),)


def test_what_new_writes_can_be_read(tmp_path: Path) -> None:
    assert load(tmp_path, config.TEMPLATE.format(name='"X"', domains="", timezone='"UTC"')).name == "X"


def test_a_mark_at_the_beginning_does_no_harm(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + GOOD).name == "Example"


@pytest.mark.parametrize(
    ("text", "key", "should"),
    [
        ("x = 1", "`x`", "one of answers"),
        ("timezone = 'Nowhere'\n[organisation]\nname='x'", "timezone", "Asia/Tokyo"),
        ("timezone = 3\n[organisation]\nname='x'", "timezone", "Asia/Tokyo"),
        ("[organisation]\n", "organisation.name", "in quotes"),
        ("organisation = 'x'", "organisation", "[organisation]"),
        ("[organisation]\nname = 5", "organisation.name", "in quotes"),
        ("[organisation]\nname='x'\ndomain=['x.org']", "organisation.domain", "one of name, domains"),
        ("[organisation]\nname='x'\ndomains='x.org'", "organisation.domains", "a list"),
        ("[organisation]\nname='x'\ndomains=[1]", "organisation.domains", "a list"),
        ("[organisation]\nname='x'\n[incident]\ndiscovered='soon'", "incident.discovered", "2023-06-13T00:00:00Z"),
        ("[organisation]\nname='x'\n[incident]\ncontained=7", "incident.contained", "2023-06-13T00:00:00Z"),
        ("[organisation]\nname='x'\n[reach]\nkind='gateway'", "reach", "[[reach]]"),
        ("[organisation]\nname='x'\n[[reach]]\nname='m'", "reach 1.kind", "gateway"),
        ("[organisation]\nname='x'\n[[reach]]\nkind=['gateway']\nname='m'", "reach 1.kind", "gateway"),
        ("[organisation]\nname='x'\n[[reach]]\nkind='spaceship'\nname='m'", "line 4: reach 1.kind", '"export"'),
        ("[organisation]\nname='x'\n[[reach]]\nkind='server'", "reach 1.name", "what we call the server"),
        ("[organisation]\nname='x'\n[[reach]]\nkind='server'\nname='m'\npath='x'", "line 6: reach 1.path", "taken"),
        ("[organisation]\nname='x'\n[[reach]]\nkind='server'\nname='m'\ntaken='yes'", "reach 1.taken", "true or false"),
        (
            "[organisation]\nname='x'\n[[reach]]\nkind='server'\nname='m'\nmailboxes=['a']",
            "reach 1.mailboxes",
            "@example",
        ),
        ("[organisation]\nname='x'\n[[reach]]\nkind='export'\nname='m'", "reach 1.path", "mailboxes"),
        ("[organisation]\nname='x'\n[[reach]]\nkind='export'\nname='m'\npath=3", "line 6: reach 1.path", "in quotes"),
        ("[organisation]\nname='x'\n[[reach]]\nkind='gateway'", "reach 1.name", "host name"),
        ("[organisation]\nname='x'\n[[reach]]\nkind='mailbox'\nname='alice'", "reach 1.name", "address"),
        ("[organisation]\nname='x'\n[[reach]]\nkind='gateway'\nname='m'\nform=2021-01-01", "reach 1.form", "from"),
        ("[organisation]\nname='x'\n[[reach]]\nkind='gateway'\nname='m'\nfrom='x'", "reach 1.from", "a time"),
        (
            "[organisation]\nname='x'\n[[reach]]\nkind='gateway'\nname='m'\nfrom=2022-01-02\nto=2022-01-01",
            "reach 1.to",
            "no earlier",
        ),
        ("[organisation]\nname='x'\n[[intruder]]\nbasis='x'", "intruder 1", "at least one of client_ip"),
        ("[organisation]\nname='x'\n[[intruder]]\nip='1.1.1.1'", "intruder 1.ip", "client_ip"),
        (
            "[organisation]\nname='x'\n[[intruder]]\nuser='a'\n[[intruder]]\nclient_ip='1.1.1'",
            "intruder 2.client_ip",
            "203.0.113.0/24",
        ),
        ("[organisation]\nname='x'\n[[partner]]\ndomains=['x.org']", "partner 1.name", "in quotes"),
        ("[organisation]\nname='x'\n[[partner]]\nname='x'\ndomains='x.org'", "partner 1.domains", "a list"),
        ("[organisation]\nname='x'\ncountry='Japan'", "line 3: organisation.country", "ISO 3166"),
        ("[organisation]\nname='x'\ncountry=81", "organisation.country", "ISO 3166"),
        ("[organisation]\nname='x'\nkind=['public']", "organisation.kind", '"public" or "private"'),
        ("[organisation]\nname='x'\nlisted='no'", "organisation.listed", "true or false"),
        ("[organisation]\nname='x'\nsector=''", "organisation.sector", "one word"),
        ("[organisation]\nname='x'\nmarkets='JP'", "organisation.markets", "[] for nowhere"),
        ("[organisation]\nname='x'\nmarkets=['Europe']", "organisation.markets", "ISO 3166"),
        ("[organisation]\nname='x'\n[residents]\nUS-CA=true", "line 4: residents.US-CA", "a number of persons"),
        ("[organisation]\nname='x'\n[residents]\nUS-CA=-1", "residents.US-CA", "a number of persons"),
        ("[organisation]\nname='x'\n[residents]\nCalifornia=1", "residents.California", "ISO 3166"),
        ("[organisation]\nname='x'\n[answers]\nhigh_risk='perhaps'", "line 4: answers.high_risk", "a time"),
        ("[organisation]\nname='x'\n[answers]\nhigh_risk=1", "answers.high_risk", "a time"),
        ("[organisation\nname='x'", "line 1", "Mend the file"),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, text: str, key: str, should: str) -> None:
    with pytest.raises(ConfigError) as told:
        load(tmp_path, text)
    assert key in str(told.value)
    assert should in str(told.value)
    assert "case.toml" in str(told.value)


def test_a_missing_or_binary_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="case folder"):
        config.load(tmp_path / "case.toml")
    (tmp_path / "case.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="Mend the file"):
        config.load(tmp_path / "case.toml")


def test_what_an_organisation_is_before_the_law(tmp_path: Path) -> None:
    path = tmp_path / "case.toml"
    path.write_text(
        "timezone = 'Asia/Tokyo'\n[organisation]\nname = 'x'\ncountry = 'jp'\nkind = 'public'\nmarkets = ['us-ca']\n"
        "[residents]\nUS-CA = 3\n[answers]\nhigh_risk = false\nmaterial_determined = 2026-01-02\n",
        encoding="utf-8",
    )
    found = config.load(path)
    assert found.standing == config.Standing("JP", "public", None, None, ("US-CA",))
    assert found.residents == {"US-CA": 3}
    assert found.answers == {"high_risk": False, "material_determined": datetime(2026, 1, 1, 15, tzinfo=UTC)}
    path.write_text("[organisation]\nname = 'x'\n", encoding="utf-8")
    assert config.load(path).standing == config.Standing()
