"""Letters whose words stand in a letter that was opened."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene import ALICE, BOB, Scene
from work import counted, rows_moved

from unsealed.expose import expose
from unsealed.expose.quoting import words

if TYPE_CHECKING:
    from pathlib import Path

ASKED = (
    "Could you please send me the figures for the northern plant before Thursday evening?\n"
    "The auditors want to see every invoice above ten thousand, and the bank is waiting too.\n"
)
ANSWER = "Certainly, you will have them tomorrow at noon together with the signed contract.\n"
OTHER = "Meanwhile the painters have finished the second floor and nobody likes the colour at all.\n"
ASKED_JA = "来週の会議の資料を木曜日までに送っていただけますでしょうか。\n監査法人が北工場の請求書を全て確認したいとのことです。\n"
ANSWER_JA = "承知いたしました。明日の正午までに署名済みの契約書と合わせてお送りします。\n"


def marked(text: str, mark: str = "> ") -> str:
    return "".join(f"{mark}{line}\n" for line in text.splitlines())


def judge(scene: Scene, opened: str, *, asked: str = ASKED, linked: bool = True, third: str | None = None) -> str:
    """Open the second letter of a conversation; give the verdict of the first, or of a third."""
    scene.owner(range(60))
    scene.letter("first", 1, conversation_id="c", text=asked)
    scene.letter("second", 2, conversation_id="c", text=opened, answers=["first"] if linked else None)
    if third is not None:
        scene.letter("third", 3, conversation_id="c", text=third, answers=["first"])
    scene.bind(20, ["second"])
    scene.run()
    assert scene.verdict("second") == "accessed: bind"
    return scene.verdict("first" if third is None else "third").partition(":")[0]


def rewrapped(text: str, width: int = 30) -> str:
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > width:
            lines.append(line)
            line = ""
        line += word + " "
    return "\n".join([*lines, line])


@pytest.mark.parametrize(
    "opened",
    [
        ANSWER + "\n" + marked(ASKED),
        ANSWER + "\nOn Monday, Bob wrote:\n" + marked(ASKED),
        marked(ASKED) + "\n" + ANSWER,
        ANSWER + "\n-----Original Message-----\nFrom: Bob\nSent: Monday\nSubject: figures\n\n" + ASKED,
        ANSWER + "\n________________________________\nFrom: Bob\n\n" + ASKED,
        ANSWER + "\n" + ASKED,
        ANSWER + "\n" + marked(rewrapped(ASKED)),
        ANSWER + "\n" + marked(ASKED, "> > "),
        ANSWER + "\n" + marked(ASKED, "| "),
        ANSWER + "\n" + ASKED.upper().replace(",", "").replace("?", " ?!"),
        ANSWER + "\n" + marked(ASKED.splitlines()[0]) + OTHER + marked(ASKED.splitlines()[1]),
    ],
)
def test_a_letter_that_its_answer_quotes(scene: Scene, opened: str) -> None:
    assert judge(scene, opened) == "quoted"
    row = scene.row("first")
    assert row["grounds"][0]["message_id"] == scene.row("second")["message_id"]
    assert "of its words stand in <second@x>" in row["grounds"][0]["note"]


@pytest.mark.parametrize(
    "opened",
    [
        ANSWER_JA + marked(ASKED_JA),
        ANSWER_JA + ASKED_JA,
        ANSWER_JA + marked(ASKED_JA, "＞"),
        ANSWER_JA + ASKED_JA.replace("\n", ""),
    ],
)
def test_a_japanese_letter_that_its_answer_quotes(scene: Scene, opened: str) -> None:
    assert judge(scene, opened, asked=ASKED_JA) == "quoted"


@pytest.mark.parametrize("opened", [ANSWER, ANSWER + marked(OTHER), "", ANSWER + "> On it.\n"])
def test_an_answer_that_quotes_nothing_of_it(scene: Scene, opened: str) -> None:
    assert judge(scene, opened) == "not_accessed"


def test_a_quotation_is_found_without_a_reply_link(scene: Scene) -> None:
    assert judge(scene, ANSWER + marked(ASKED), linked=False) == "quoted"


@pytest.mark.parametrize("mark", ["> ", "", "| "])
def test_siblings_that_share_a_long_quotation_are_not_quoted(scene: Scene, mark: str) -> None:
    quotation = marked(ASKED * 3, mark)
    assert judge(scene, ANSWER + quotation, third=OTHER + quotation) == "not_accessed"


def test_siblings_that_share_an_unmarked_quotation_of_a_letter_that_is_not_in_the_evidence(scene: Scene) -> None:
    divider = "-----Original Message-----\nFrom: Bob\n\n" + ASKED * 3
    scene.owner(range(60))
    scene.letter("one", 2, conversation_id="c", text=ANSWER + divider, answers=["lost"])
    scene.letter("two", 3, conversation_id="c", text=OTHER + divider, answers=["lost"])
    scene.bind(20, ["one"])
    scene.run()
    assert scene.verdict("two") == "not_accessed: log_whole"


SIGNATURE = (
    "-- \nBob Jones\nHead of Northern Plants, Example Corporation Limited\nTel. 0123 456 789, Fax 0123 456 780\n"
)
FOOTER = (
    "This message is confidential and may be legally privileged. If you are not the intended recipient delete it.\n"
)


@pytest.mark.parametrize("signature", [SIGNATURE, SIGNATURE.replace("-- ", "====================")])
def test_a_signature_alone_is_no_quotation(scene: Scene, signature: str) -> None:
    short = "Fine with me, see you there.\n"
    assert judge(scene, ANSWER + signature, asked=short + signature) == "not_accessed"
    assert judge(Scene(scene.folder.parent / "other"), ANSWER + signature, third=short + signature) == "not_accessed"


def test_a_footer_that_many_conversations_share_is_no_quotation(scene: Scene) -> None:
    for number in range(4):
        scene.letter(f"x{number}", 2, conversation_id=f"x{number}", text=f"number {number}\n{FOOTER}")
    scene.bind(20, [f"x{number}" for number in range(4)])
    assert judge(scene, ANSWER + FOOTER, asked="Fine with me.\n" + FOOTER) == "not_accessed"


def test_a_short_letter_counts_only_whole_and_in_its_answer(scene: Scene) -> None:
    assert judge(scene, "No.\n> Tomorrow at noon\n", asked="Tomorrow at noon") == "quoted"
    other = Scene(scene.folder.parent / "other")
    assert judge(other, "No.\n> Tomorrow at nine or at noon\n", asked="Tomorrow at noon") == "not_accessed"
    third = Scene(scene.folder.parent / "third")
    assert judge(third, "No.\n> Tomorrow at noon\n", asked="Tomorrow at noon", linked=False) == "not_accessed"


def test_a_letter_whose_answer_was_synchronised_or_sent_on_is_quoted_too(scene: Scene) -> None:
    scene.owner(range(60))
    scene.letter("first", 1, conversation_id="c", text=ASKED)
    scene.letter("second", 2, conversation_id="c", text=ANSWER + marked(ASKED), answers=["first"], folder="Projects")
    scene.letter("again", 3, BOB, conversation_id="c", text=OTHER)
    scene.letter("first", 1, BOB, conversation_id="c", text=ASKED)
    scene.sync(20, "Projects")
    scene.run()
    assert scene.verdict("second") == "copied: sync"
    assert scene.verdict("first") == "quoted: quoted"
    assert scene.verdict("first", BOB) == "quoted: quoted"
    assert scene.verdict("again", BOB) == "out_of_reach: not_reached"


def test_a_quotation_two_answers_down(scene: Scene) -> None:
    scene.owner(range(60))
    second = ANSWER + marked(ASKED)
    scene.letter("first", 1, conversation_id="c", text=ASKED)
    scene.letter("second", 2, conversation_id="c", text=second, answers=["first"])
    scene.letter("last", 3, conversation_id="c", text=OTHER + marked(second), answers=["first", "second"])
    scene.bind(20, ["last"])
    scene.run()
    assert scene.verdict("first") == scene.verdict("second") == "quoted: quoted"


def test_a_letter_answered_before_its_own_date_is_still_quoted(scene: Scene) -> None:
    """The clocks of two servers differ, and the quotation bears no marks."""
    scene.owner(range(60))
    scene.letter("answer", 5, conversation_id="c", text=ANSWER + ASKED, answers=["first"])
    scene.letter("first", 9, conversation_id="c", text=ASKED)
    scene.bind(20, ["answer"])
    scene.run()
    assert scene.verdict("first") == "quoted: quoted"


def test_an_ancestor_of_which_only_its_own_quotation_stands_there_is_not_quoted(scene: Scene) -> None:
    scene.owner(range(60))
    scene.letter("first", 1, conversation_id="c", text=ASKED)
    scene.letter("second", 2, conversation_id="c", text=OTHER + marked(ASKED), answers=["first"])
    scene.letter("third", 3, conversation_id="c", text=ANSWER + marked(ASKED), answers=["first", "second"])
    scene.bind(20, ["third"])
    scene.run()
    assert scene.verdict("first") == "quoted: quoted"
    assert scene.verdict("second") == "not_accessed: log_whole"


def test_letters_that_answer_each_other_in_a_circle(scene: Scene) -> None:
    scene.owner(range(60))
    scene.letter("one", 1, conversation_id="c", text=ANSWER + marked(ASKED), answers=["two"])
    scene.letter("two", 1, conversation_id="c", text=ASKED, answers=["one"])
    scene.bind(20, ["one"])
    scene.run()
    assert scene.verdict("two") == "quoted: quoted"


def test_a_letter_opened_in_one_mailbox_is_quoted_in_anothers_copy(scene: Scene) -> None:
    scene.owner(range(60))
    scene.letter("first", 1, conversation_id="c", text=ASKED)
    scene.letter("first", 1, BOB, conversation_id="c", text=ASKED)
    scene.letter("second", 2, conversation_id="c", text=ANSWER + marked(ASKED), answers=["first"])
    scene.bind(20, ["first", "second"])
    scene.run()
    assert scene.verdict("first", ALICE) == "accessed: bind"
    assert scene.row("first", ALICE)["grounds"][0]["how"] == "bind"
    assert scene.verdict("first", BOB) == "quoted: quoted"


def test_a_letter_made_of_lines_that_many_share_is_quoted_where_its_answer_quotes_it(scene: Scene) -> None:
    scene.owner(range(60))
    for number in range(3):
        scene.letter(f"x{number}", 2, conversation_id=f"x{number}", text=f"number {number}\n{FOOTER}")
    scene.letter("first", 1, conversation_id="c", text="Dear Bob,\n" + FOOTER)
    scene.letter("second", 2, conversation_id="c", text=ANSWER + marked("Dear Bob,\n" + FOOTER), answers=["first"])
    scene.bind(20, ["second"])
    scene.run()
    assert scene.verdict("first") == "quoted: quoted"
    assert scene.verdict("x1") == "not_accessed: log_whole"


# -- over conversations --------------------------------------------------------------------------------------------


LONG = ASKED + "The plant in the north has been late with its books since the spring, as everybody knows by now.\n"
HEADS = "From: Bob Jones <bob@example.org>\nSent: Monday, March 6, 2023 10:15\nTo: Alice\nSubject: figures\n\n"


def apart(scene: Scene, opened: str, *, asked: str = LONG, day: float = 5) -> str:
    """Open a letter of another conversation than the first, sent on a day; give the first letter's verdict."""
    scene.owner(range(60))
    scene.letter("first", 3, conversation_id="c", text=asked)
    scene.letter("other", day, conversation_id="d", text=opened)
    scene.bind(20, ["other"])
    scene.run()
    return scene.verdict("first").partition(":")[0]


@pytest.mark.parametrize(
    "opened",
    [
        "Carol, please see below.\n\n-----Original Message-----\n" + HEADS + LONG,
        "Carol, please see below.\n\n" + HEADS + LONG,
        "Begin forwarded message:\n\n" + HEADS + marked(LONG),
        "Carol, this came from Bob and worries me a good deal:\n" + LONG + "\nWhat shall we answer, and who?\n",
        "Carol, what of this?\n" + marked("\n".join(LONG.splitlines()[:2])),
        LONG,
    ],
)
def test_a_letter_forwarded_or_pasted_into_another_conversation(scene: Scene, opened: str) -> None:
    assert apart(scene, opened) == "quoted"


def test_a_letter_does_not_stand_in_an_older_one_that_is_not_known_to_answer_it(scene: Scene) -> None:
    assert apart(scene, "Carol, what of this?\n" + marked(LONG), day=1) == "not_accessed"


NOTICE = (
    "Dear customer, your parcel with the number {} has left our warehouse and will be with you tomorrow.\n"
    "Should you not be at home, the driver leaves it with your neighbour or takes it to the nearest shop.\n"
)


@pytest.mark.parametrize("gap", ["1234567", "1234567 and 7654321 together with the two that you asked about"])
def test_two_letters_of_one_pattern_do_not_quote_each_other(scene: Scene, gap: str) -> None:
    assert apart(scene, NOTICE.format("9999999"), asked=NOTICE.format(gap)) == "not_accessed"


# -- Japanese, and the marks of many programs ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        "----- 元のメッセージ -----\n差出人: 山田\n件名: 資料\n\n",
        "2023年6月1日(木) 10:00 山田 太郎 <yamada@example.jp>:\n\n",
        "差出人: 山田 <yamada@example.jp>\n送信日時: 2023年6月1日 10:00\n宛先: 佐藤\n件名: 資料\n\n",
        "On Thu, Jun 1, 2023 at 10:00 AM 山田 太郎 <yamada@example.jp> wrote:\n\n",
        "Am 01.06.2023 um 10:00 schrieb Bob Jones:\n\n",
        "Le jeu. 1 juin 2023 à 10:00, Bob Jones <bob@example.org> a écrit :\n\n",
        "Fra: Bob Jones <bob@example.org>\nSendt: 1. juni 2023 10:00\nTil: Alice\nEmne: Tal\n\n",
        "On Thu, 1 Jun 2023 10:00:00 +0900\nBob Jones <bob@example.org> wrote:\n\n",
        ">>> Bob Jones <bob@example.org> 01/06/2023 10:00 >>>\n",
        "---------- Forwarded message ---------\nFrom: Bob\n\n",
    ],
)
def test_what_follows_the_head_of_a_quotation_is_not_the_letters_own(head: str) -> None:
    for asked in (ASKED, ASKED_JA):
        pieces = list(words.split(ANSWER + "\n" + head + asked))
        own = "".join(piece for kind, piece in pieces if kind == words.OWN)
        assert "tomorrow at noon" in own
        assert "auditors" not in own
        assert "監査" not in own
        assert "bob" not in own.casefold()
        quoted = "".join(piece for kind, piece in pieces if kind == words.QUOTED)
        assert asked.splitlines()[1] in quoted


@pytest.mark.parametrize(
    "text",
    [
        "As I wrote in the letter of 2023, nobody answers:\n" + ASKED,
        "To do:\nFrom: the north\nwe go on\n" + ASKED,
        "Agenda:\n" + ASKED,
        "Version: 1.2\nSystem: none\nRelease: old\nState: open\n" + ASKED,
    ],
)
def test_words_that_only_look_like_the_head_of_a_quotation(text: str) -> None:
    own = "".join(piece for kind, piece in words.split(ANSWER + text) if kind == words.OWN)
    assert "auditors" in own


def test_a_quotation_over_everything_is_the_letters_own_where_nothing_else_is_said() -> None:
    own = "".join(
        piece for kind, piece in words.split("-----Original Message-----\n" + HEADS + ASKED) if kind == words.OWN
    )
    assert "auditors" in own


# -- words ---------------------------------------------------------------------------------------------------------


def own(text: str, common: frozenset[int] = frozenset()) -> str:
    return "|".join(piece for kind, piece in words.split(text, common) if kind >= words.SHARED)


def test_own_words_leave_out_quotations_and_signatures() -> None:
    said = own(ANSWER + "> quoted\n" + OTHER + SIGNATURE).split("|")
    assert len(said) == 2
    assert "painters" in said[1]
    assert "Certainly" in said[0]
    assert not any(word in "".join(said) for word in ("quoted", "Fax"))
    assert own("> all of it\n> is quoted") == ""
    assert own("----------\nnothing but a rule before") == "----------\nnothing but a rule before"


def test_a_footer_is_left_out_at_the_end_and_a_common_line_in_the_middle_is_not() -> None:
    common = frozenset({hash("With regards to all of you")})
    text = "Hello, this is what happened\nWith regards to all of you\nwhat is new\nWith regards to all of you\n\n"
    pieces = [(kind, piece.strip()) for kind, piece in words.split(text, common) if piece.strip()]
    assert pieces == [
        (words.OWN, "Hello, this is what happened"),
        (words.SHARED, "With regards to all of you"),
        (words.OWN, "what is new"),
        (words.FOOTER, "With regards to all of you"),
    ]


@given(st.text(max_size=300))
def test_every_word_of_a_text_is_in_one_piece_of_it(text: str) -> None:
    pieces = list(words.split(text, {hash("x")}))
    assert all(words.NOTHING < kind <= words.OWN for kind, _ in pieces)
    whole = [token for found in words.tokens(text) for token in found]
    parts = [token for _, piece in pieces for found in words.tokens(piece) for token in found]
    assert sorted(whole) == sorted(parts) or any(kind == words.QUOTED for kind, _ in pieces)


@given(
    st.lists(st.sampled_from(["north", "Plant", "don't", "figures", "x1"]), min_size=1), st.sampled_from(" \n\t,.!-/")
)
def test_words_are_the_same_whatever_stands_between_them(said: list[str], between: str) -> None:
    plain = words.tokens(" ".join(said))[0]
    assert words.tokens(between.join(said))[0] == plain
    assert words.tokens(between.join(said).upper() + " é")[0] == [*plain, "é"]
    assert words.tokens(between.join(said).replace("'", "\u2019"))[0] == plain


def test_a_word_among_japanese_characters_is_read_with_them() -> None:
    assert words.tokens("Ｇｉｔ では Windows も使う") == ([], ["git", *"では", "windows", *"も使う"])
    assert words.tokens("例: one two three four five 例") == (["one", "two", "three", "four", "five"], ["例", "例"])


# -- size ----------------------------------------------------------------------------------------------------------


def conversation(scene: Scene, size: int, talks: int = 1) -> None:
    """Lay so many letters, each of which quotes one of the last of its conversation."""
    rng = random.Random(7)
    vocabulary = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(2, 9))) for _ in range(5000)]
    texts: list[str] = []
    for number in range(size * talks):
        text = "\n".join(" ".join(rng.choices(vocabulary, k=12)) for _ in range(8)) + "\n"
        first = number - number % size
        parent = rng.randrange(max(first, number - 20), number) if number > first else None
        if parent is not None:
            text += marked("\n".join(texts[parent].splitlines()[:25]))
        texts.append(text)
        answers = None if parent is None else [str(parent)]
        scene.letter(str(number), number / 1e4, conversation_id=f"c{number // size}", text=text, answers=answers)


def test_a_conversation_of_thousands_is_judged_whole_and_costs_no_more_a_letter(tmp_path: Path) -> None:
    costs = []
    for size, talks in ((20, 100), (2000, 1)):
        scene = Scene(tmp_path / str(size))
        conversation(scene, size, talks)
        scene.sign_in(0.5)
        scene.bind(0.6, [str(number) for number in range(0, 2000, 5)])
        scene.hunt()
        with rows_moved() as moved:
            lines = counted(lambda case=scene.case: expose(case), patterns=False)
        costs.append(lines + moved[0])
        rows = {row["internet_message_id"][1:-3]: row["verdict"] for row in scene.table("exposures")}
        quoted = sorted(int(number) for number, verdict in rows.items() if verdict == "quoted")
        assert len(quoted) > 300
        assert quoted[0] < 50
        assert quoted[-1] > 1900
    assert costs[1] < 3 * costs[0]
