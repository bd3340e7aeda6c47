"""Everything a user meets is in English and in Japanese."""

import re
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from unsealed import i18n

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))
import translate

PO = translate.LOCALE / "ja" / "LC_MESSAGES" / "unsealed.po"


def test_every_message_has_its_japanese() -> None:
    with PO.open("rb") as stream:
        known = {message.id: message.string for message in read_po(stream, locale="ja") if message.id}
    wanted = {message.id for message in translate.extract() if message.id}
    assert sorted(wanted - {key for key, value in known.items() if value}) == []
    assert sorted(set(known) - wanted) == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    with PO.open("rb") as stream:
        for message in read_po(stream, locale="ja"):
            if message.id:
                found = [
                    sorted(re.findall(r"\{[^}]*\}|%\(\w+\)s", text)) for text in (str(message.id), str(message.string))
                ]
                assert found[0] == found[1], message.id


def test_the_compiled_catalogue_is_the_one_of_the_source() -> None:
    with PO.open("rb") as stream:
        assert (PO.with_suffix(".mo")).read_bytes() == translate.mo_bytes(read_po(stream, locale="ja"))


@pytest.mark.parametrize(("value", "language"), [("ja_JP.UTF-8", "ja"), ("en_GB", "en"), ("de_DE", "en"), ("", "en")])
def test_the_environment_chooses_the_language(monkeypatch: pytest.MonkeyPatch, value: str, language: str) -> None:
    for name in ("UNSEALED_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", value)
    assert i18n.current_language() == language
