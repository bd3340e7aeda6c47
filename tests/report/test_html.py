"""The report opens from disk without network or script, shows text from evidence as text, and leaves nothing out."""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from unsealed import pipeline
from unsealed.report import html

HOSTILE = (
    b'From: "<script>alert(1)</script>" <evil@example.org>\nTo: a@example.org\nDate: Mon, 1 May 2023 10:00:00 +0000\n'
    b"Subject: <img src=x onerror=alert(1)> {{ 7*7 }} \xe2\x80\xaetxt.exe\nMessage-ID: <h@x>\n\n<b>hi</b>\n"
)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def page(tmp_path: Path) -> str:
    (tmp_path / "a@example.org").mkdir()
    (tmp_path / "a@example.org" / "1.eml").write_bytes(HOSTILE)
    (tmp_path / "broken.eml").write_bytes(b"\x00\x01\x02" * 50)
    record = (
        '{"CreationTime":"2023-05-02T10:00:00","Id":"1","Operation":"MailItemsAccessed","RecordType":50,"UserId":"a@example.org",'
        '"Workload":"Exchange","MailboxOwnerUPN":"a@example.org","ClientIPAddress":"203.0.113.7","ClientInfoString":"Client=REST",'
        '"OperationProperties":[{"Name":"MailAccessType","Value":"Bind"}],"Folders":[{"Path":"\\\\Inbox",'
        '"FolderItems":[{"InternetMessageId":"<h@x>"},{"InternetMessageId":"<gone@x>"}]}]}'
    )
    (tmp_path / "log.json").write_text(f"[{record}]")
    (tmp_path / "i.txt").write_text("203.0.113.7")
    pipeline.run(
        tmp_path / "case",
        [tmp_path / "a@example.org", tmp_path / "log.json", tmp_path / "broken.eml"],
        indicators=[tmp_path / "i.txt"],
        workers=0,
    )
    return (tmp_path / "case" / "out" / "report.html").read_text(encoding="utf-8")


def test_it_loads_nothing_and_runs_nothing(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    names = {tag for tag, _ in tags.tags}
    assert not names & {"script", "iframe", "object", "embed", "link", "form", "img", "base", "video", "audio"}
    for _, attributes in tags.tags:
        assert not [name for name in attributes if name.startswith("on")]
        assert not [
            value
            for name, value in attributes.items()
            if name in {"src", "href", "action", "xlink:href"} and value not in {None, "", "register.xlsx"}
        ]
    assert "default-src 'none'" in page


def test_text_from_evidence_is_only_text(page: str) -> None:
    assert "&lt;img src=x onerror=alert(1)&gt; {{ 7*7 }}" in page
    assert "\u202e" not in page


def test_it_says_what_was_opened_what_could_not_be_read_and_what_only_the_log_names(page: str) -> None:
    assert "unrecognised" in page
    assert "named by the log alone" in page
    assert "1 of them are named by the log alone" in page


def test_every_section_is_there_in_both_languages(tmp_path: Path) -> None:
    case = pipeline.Case.create(tmp_path / "c", "Empty")
    english, japanese = html.render(case, "en"), html.render(case, "ja")
    assert len(re.findall("<h2>", english)) == len(re.findall("<h2>", japanese)) >= 7
    assert "知り得ないこと" in japanese
    assert "No activity of an intruder has been found yet" in english


def test_every_opened_letter_has_the_files_and_places_of_its_proof(page: str, tmp_path: Path) -> None:
    log, letter = (tmp_path / "log.json").read_bytes(), tmp_path / "a@example.org" / "1.eml"
    proofs = page.split('<details class="proof">')[1:]
    assert len(proofs) == 2  # the letter, and the one that only the log names
    told = {tuple(re.findall(r"<code>([^<]*)</code>", part.split("</details>")[0])) for part in proofs}
    record = (f"byte:1+{len(log) - 2}", hashlib.sha256(log).hexdigest())
    own = (f"byte:0+{len(HOSTILE)}", hashlib.sha256(HOSTILE).hexdigest())
    assert told == {(*own, *record), record}
    assert str(letter) in page
    assert "unsealed why" in page


def test_the_places_of_letters_are_bounded_and_the_page_says_so(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del page
    monkeypatch.setattr("unsealed.report.proof.MAX_SHOWN", 1)
    again = html.render(pipeline.Case.open(tmp_path / "case"), "en")
    assert again.count('<details class="proof">') == 1
    assert "The places of further letters" in again
