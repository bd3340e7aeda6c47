"""What was exposed most is counted in letters, told by organisation, and drawn as it grew."""

from pathlib import Path

from scene import ALICE, BOB, Scene

from unsealed.query import engine
from unsealed.report import exposed, facts, html
from unsealed.report.plots import growth

TOML = """
[[partner]]
name = "Ally CERT"
domains = ["partner.example"]
"""


def _scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path, TOML)
    for n in range(6):
        scene.letter(f"p{n}", n, from_address="ann@cert.partner.example", from_name="Ann")
    scene.letter("p0", 0, BOB, from_address="ann@cert.partner.example")
    for n in range(12):
        scene.letter(f"o{n}", n, from_address="boss@example.org", attachment_count=1)
    scene.bind(20, [f"p{n}" for n in range(5)])
    scene.bind(21, ["p5", "o0"])
    scene.bind(21, ["p0"], BOB)
    return scene


def test_letters_count_once_and_a_partners_hosts_are_the_partner(tmp_path: Path) -> None:
    case = _scene(tmp_path).run().case
    with engine(case) as db:
        found = exposed.most(case, db)
    first, second = found["organisations"]
    assert (first["organisation"], first["partner"], first["accessed"], first["letters"]) == ("Ally CERT", True, 6, 6)
    assert (second["organisation"], second["internal"], second["accessed"]) == ("example.org", True, 1)
    assert found["senders"][0]["address"] == "ann@cert.partner.example"
    assert found["senders"][0]["name"] == "Ann"
    assert [(row["day"], row["mailbox"], row["letters"]) for row in found["growth"]] == [
        ("2023-03-21", ALICE, 5),
        ("2023-03-22", ALICE, 2),
    ]
    assert found["taken"]["with_attachments"] == 1
    assert [row["organisation"] for row in found["taken"]["preferred"]] == ["Ally CERT"]
    assert found["taken"]["preferred"][0]["times"] > 2


def test_what_was_taken_is_told_in_words_and_drawn(tmp_path: Path) -> None:
    case = _scene(tmp_path).run().case
    told = exposed.sentences(facts.facts(case)["most_exposed"], lambda text: text)
    assert "The opened letters lay chiefly in Inbox of alice@example.org (7)." in told
    assert any(line.startswith("Letters from Ally CERT were opened") for line in told)
    page = html.render(case, "en")
    assert "Ally CERT (partner)" in page
    assert "<polygon" in page


def test_nothing_exposed_is_said_so(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.letter("a")
    case = scene.run().case
    found = facts.facts(case)["most_exposed"]
    assert not any(found[key] for key in ("conversations", "senders", "organisations", "growth"))
    assert exposed.sentences(found, lambda text: text) == []


def test_mailboxes_past_the_first_are_put_together_and_every_letter_counts(tmp_path: Path) -> None:
    scene = Scene(tmp_path, "[[intruder]]\nclient_ip = '203.0.113.7'\nbasis = 'known'\n")
    boxes = [f"m{n}@example.org" for n in range(9)]
    for number, box in enumerate(boxes):
        for letter in range(number + 1):
            scene.letter(f"{number}-{letter}", 1, box)
            scene.bind(20 + letter, [f"{number}-{letter}"], box)
    case = scene.run().case
    with engine(case) as db:
        lines = exposed.curve(exposed.most(case, db)["growth"])
    assert [name for name, _ in lines] == [*reversed(boxes[3:]), None]
    assert [points[-1][1] for _, points in lines] == [9, 8, 7, 6, 5, 4, 6]
    assert [count for _, count in lines[-1][1]] == [3, 5, 6]


def test_the_picture_of_growth_adds_up_and_shows_names_as_text() -> None:
    picture = growth([("<b>", [("2023-05-01", 2), ("2023-05-03", 5)]), ("b", [("2023-05-02", 1)])], "T")
    assert picture.count("<polygon") == 2
    assert "&lt;b&gt;: 5" in picture
    assert ">6<" in picture
    assert growth([], "T") == ""
