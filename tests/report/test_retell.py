"""Notes of tables are told in the reader's language, with what stands in their places kept."""

from hypothesis import given
from hypothesis import strategies as st

from unsealed.report.retell import Retelling

OTHER = {
    "{operation} from {address}": "{address} から {operation}",
    "no item log from {start} to {end}: {why}": "{start} から {end} まで記録なし:{why}",
    "no record of any account for {n} days": "{n} 日間、記録が一つもない",
    "no item log": "no item log",
    "; ": "。",
}
told = Retelling(lambda text: OTHER.get(text, text), OTHER).tell


def test_what_stands_in_the_places_is_kept() -> None:
    assert told("Send from 203.0.113.7") == "203.0.113.7 から Send"


def test_a_note_in_a_note_is_told_too_and_the_more_telling_template_comes_first() -> None:
    note = "no item log from 2023-05-01 to 2023-05-09: no record of any account for 8 days"
    assert told(note) == "2023-05-01 から 2023-05-09 まで記録なし:8 日間、記録が一つもない"


def test_pieces_are_told_each_and_what_is_not_known_stays() -> None:
    assert told("Send from 1.2.3.4; something new; Bind from ::1") == "1.2.3.4 から Send。something new。::1 から Bind"
    assert told("something new") == "something new"
    assert told(None) == ""
    assert told("x" * 10_000) == "x" * 10_000


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_it_and_none_is_lost(one: str, two: str) -> None:
    other = told(f"{one} from {two}")
    assert all(piece in other for piece in (one.strip("; "), two.strip("; ")) if ";" not in piece and "from" not in piece)
    told(one)
