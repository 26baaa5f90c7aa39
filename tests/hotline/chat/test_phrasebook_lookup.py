"""A caseworker who reads only Chinese and a person who reads only Thai understand each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Phrase
from bot.hotline.chat.messages import CaseMessageContent
from bot.hotline.chat.phrasebook import MAX_VALUE, Phrasebook, token_of
from bot.languages import LANGUAGES, catalogue
from bot.messages import button_token as whole
from bot.text import Text
from flows.texts.phrasebook import GROUPS, PHRASES

LONGEST_TOKEN = 64
BELOW = {"!d": Text("Danger now"), "!s": Text("Stop")}
BOOK = Phrasebook(
    PHRASES, lambda _: {"organisation": "Hope House"}, groups=GROUPS, exit_buttons=BELOW
)
MEET = {"place": "台北車站 M4", "time": "11/26 14:00"}


def both_ways(code: str, reply: str) -> tuple[str, str]:
    """Send a sentence, press a button, and return what staff read of both."""
    said = BOOK.render(code, {}, "th", "0:")
    token = next(
        row[0].token for row in said.rows if BOOK.parse_token(row[0].token) == (code, reply)
    )
    read = BOOK.parse_token(token)
    assert read is not None
    sent, answered = CaseMessageContent(code=code), CaseMessageContent(code=".".join(read))
    return BOOK.text_for_staff(sent, "zh_Hant"), BOOK.text_for_staff(answered, "zh_Hant")


# --- Both read their own language --------------------------------------------------------------


def test_what_a_thai_speaker_presses_is_read_in_chinese() -> None:
    sentence = PHRASES["opener"].text.render(catalogue("zh_Hant"))
    assert both_ways("opener", "can_write") == (sentence, "現在可以傳訊息")
    assert both_ways("call", "write")[1] == "用訊息比較好"


def test_every_reply_comes_back_as_the_reply_it_was() -> None:
    for phrase in BOOK:
        values = dict.fromkeys(phrase.blanks, "x")
        for language in LANGUAGES:
            rows = BOOK.render(phrase.code, values, language, "0:").rows[: len(phrase.replies)]
            read = [BOOK.parse_token(row[0].token) for row in rows]
            assert read == [(phrase.code, reply) for reply in phrase.replies]


def test_danger_and_stop_stand_below_whatever_can_be_answered() -> None:
    assert [button.token for button in BOOK.render("opener", {}, "en", "0:").rows[-1]] == [
        "!d",
        "!s",
    ]
    assert BOOK.render("thanks", {}, "en", "0:").rows == ()


def test_a_token_is_short_says_nothing_in_words_and_outlives_a_release() -> None:
    for phrase in BOOK:
        for row in BOOK.render(phrase.code, dict.fromkeys(phrase.blanks, "x"), "en", "0:").rows:
            assert all(len(whole(button, "fffff:0123456789a:")) <= LONGEST_TOKEN for button in row)
    assert token_of("opener", "not_now") == "p67176d3f"
    fewer = Phrasebook({"opener": PHRASES["opener"]})
    assert fewer.parse_token("p67176d3f") == BOOK.parse_token("p67176d3f") == ("opener", "not_now")


@pytest.mark.parametrize("end", ["", "0", "p", "p00000000", "c1", "p67176d3f0"])
def test_a_foreign_token_is_ignored(end: str) -> None:
    assert BOOK.parse_token(end) is None


def test_a_sentence_of_an_older_release_stands_for_itself() -> None:
    assert BOOK.text_for_staff(CaseMessageContent(code="gone"), "en") == "gone"
    assert BOOK.text_for_staff(CaseMessageContent(code="opener.gone"), "en") == "opener.gone"


def test_two_buttons_with_one_token_are_refused() -> None:
    twin = Phrase("opener", "opening", Text("Hello?"), replies={"not_now": Text("Not now")})
    with pytest.raises(ValueError, match="one token"):
        Phrasebook({"opener": PHRASES["opener"], "other": twin})


@pytest.mark.parametrize("code", ["", "a.b", "A", "a b", "x" * 33])
def test_a_code_that_could_not_be_read_back_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="malformed codes"):
        Phrase(code, "opening", Text("Hello?"))
    with pytest.raises(ValueError, match="malformed codes"):
        Phrase("ok", "opening", Text("Hello?"), replies={code: Text("x")})


def test_a_blank_that_is_not_in_the_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="no blank"):
        Phrase("ok", "opening", Text("Hello."), blanks={"place": Text("Place")})


# --- Blanks ------------------------------------------------------------------------------------


def test_blanks_are_filled_for_either_side() -> None:
    said = BOOK.render("meet", MEET, "th", "0:").text
    told = BOOK.text_for_staff(CaseMessageContent(code="meet", values=MEET), "zh_Hant")
    assert "台北車站 M4" in said
    assert "台北車站 M4" in told
    assert "11/26 14:00" in told
    assert said != told


def test_empty_and_overfull_blanks_are_named_and_not_sent() -> None:
    assert BOOK.missing_blanks("meet", {"place": " "}) == ("place", "time")
    assert BOOK.missing_blanks("meet", MEET) == BOOK.too_long("meet", MEET) == ()
    full = {**MEET, "place": "x" * (MAX_VALUE + 1)}
    assert BOOK.too_long("meet", full) == ("place",)
    for values in ({}, full):
        with pytest.raises(ValueError, match="place"):
            BOOK.render("meet", values, "en", "0:")


def test_a_caseworker_does_not_say_who_we_are() -> None:
    said = BOOK.render("who_we_are", {"organisation": "the police"}, "en", "0:").text
    assert "Hope House" in said
    assert "police" not in said


def test_a_value_never_becomes_another_blank() -> None:
    values = {"place": "{time}", "time": "{place}"}
    said = BOOK.render("meet", values, "en", "0:").text
    assert "Meeting place: {time}\nTime: {place}" in said


@given(st.text(max_size=MAX_VALUE, min_size=1).filter(str.strip))
def test_whatever_stands_in_a_blank_stays_there(value: str) -> None:
    """It ends no line, turns no writing round, and changes nothing beside it."""
    said = BOOK.render("recognise", {"sign": value}, "en", "0:").text
    before, after = "This is how you know us: ", ". If something feels wrong, you can leave."
    assert said.startswith(before)
    assert said.endswith(after)
    filled = said.removeprefix(before).removesuffix(after)
    assert not {"\n", "\r", "\x00", "\u202e", "\u2066", "\u200f", "\ufeff"} & set(filled)
    if value.isascii() and value.isprintable():
        assert filled == value.strip()


# --- Looking for a sentence --------------------------------------------------------------------


def codes(words: str, language: str = "zh_Hant") -> list[str]:
    return [phrase.code for phrase in BOOK.search(words, language)]


def test_a_sentence_is_found_by_what_staff_read_by_english_or_by_its_code() -> None:
    assert "interpreter_sought" in codes("口譯")
    assert "interpreter_sought" in codes("Interpreter")
    assert codes("opener") == ["opener"]
    assert "officer" in codes("公務人員")
    assert "meet" in codes("見面 地點")
    assert codes("口譯 見面") == []


def test_a_sentence_is_found_by_what_fills_itself_in() -> None:
    """Seconds count when someone looks for "110"."""
    filled = dict.fromkeys(("numbers", "numbers_night"), "110 - police")
    book = Phrasebook(PHRASES, lambda _: filled, groups=GROUPS)
    found = [it.code for it in book.search("110", "en")]
    assert found
    assert [it.code for it in book.search("police 110", "en")] == found
    assert codes("110") == []  # in a book in which nothing fills itself in


def test_a_group_is_found_by_its_name() -> None:
    assert set(codes("安全")) >= {"safe", "numbers", "where"}


def test_nothing_sought_is_everything_in_order() -> None:
    assert codes("  ") == list(PHRASES)


@pytest.mark.parametrize(
    ("language", "read"),
    [
        ("id", "Sabtu, 28 November, 14:00"),
        ("th", "วันเสาร์, 28 พฤศจิกายน, 14:00"),
        ("zh_Hant", "星期六, 11月28日, 14:00"),
    ],
)
def test_a_moment_is_written_out_in_the_language_of_each_reader(language: str, read: str) -> None:
    values = {"place": "台北車站 M4", "time": "2026-11-28T14:00"}
    assert read in BOOK.render("meet", values, language, "0:").text
    sent = CaseMessageContent(code="meet", values=values)
    assert read in BOOK.text_for_staff(sent, language)


@pytest.mark.parametrize("written", ["11/26 14:00", "2026-02-30T14:00", "after 2026-11-28 14:00"])
def test_a_time_in_other_words_is_sent_as_it_was_written(written: str) -> None:
    assert written in BOOK.render("call_at", {"time": written}, "id", "0:").text
