"""A plea about one other person cancels no cry for help and agrees to nothing.

"Please do not tell my mother", typed where a caseworker is offered, says who must not know. The
question stays, and the person reads whom we tell.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.cases.consents import CONSENT_QUESTIONS
from bot.dispatch.turn.words.typed_text import TypedText
from bot.languages import LANGUAGES
from bot.languages.typed import typed_answers
from bot.languages.typed.erasure_words import erasure_decision
from bot.languages.typed.opener_answer import says_good_moment
from tests.dispatch.danger.test_consents_with_other_words import words_sent
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    flows_of,
    place_at,
    reachable_positions,
    says_at,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

SENTENCES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("pleas_about_one_other.toml").read_text(encoding="utf-8")
)
PLEAS = [(tag, it) for tag, sets in SENTENCES.items() for kind in sets.values() for it in kind]
TELL, GIVE = ("danger", "tell"), ("story", "give")
PLACES = sorted(it for it in reachable_positions() if it[1] in CONSENT_QUESTIONS)
LEAST_HELD = 0.9
STILL_NO = {
    "en": ["don't tell anyone", "not yet, dont tell my boss", "not yet"],
    "zh_Hant": ["不要告訴任何人", "先不要\uff0c不要讓老闆知道"],
    "zh_Hans": ["不要告诉任何人", "先不要\uff0c不要让老板知道"],
    "id": ["jangan kasih tahu mereka", "jangan bilang siapa siapa"],
    "vi": ["đừng báo cho họ", "đừng nói với ai"],
    "th": ["ห้ามบอกใคร", "อย่าเพิ่ง"],
    "fil": ["wag nyo sabihin kahit kanino", "wag muna, wag nyo sabihin sa amo ko"],
    "ja": ["誰にも言わないで", "まだ、社長に言わないで"],
    "km": ["កុំប្រាប់គេ", "កុំប្រាប់នរណា"],
    "my": ["ဘယ်သူ့ကိုမှမပြောနဲ့", "မပြောနဲ့ဦး"],
}
"""Refusals, some next to such a plea: they let no one read."""


def stays_open(home: HotlineHarness, place: tuple[str, str], text: str, tag: str) -> bool:
    """Tell whether a text is kept, and neither a case nor a goodbye is made of it.

    A cry for help in it may ask whether a caseworker is told on top of that.
    """
    before = len(cases_of(home))
    person = says_at(home, place, text, tag)
    is_open = current_step(person) in {place, TELL} and place[0] in flows_of(person)
    return is_open and len(cases_of(home)) == before


def test_each_language_has_a_dozen_of_them() -> None:
    assert SENTENCES.keys() == LANGUAGES.keys()
    assert all(len(it["learnt"] + it["held"]) >= 12 for it in SENTENCES.values())


@pytest.mark.parametrize("place", PLACES, ids="-".join)
def test_a_plea_about_one_other_answers_no_question_of_consent(
    sqlite_hotline: HotlineHarness, place: tuple[str, str]
) -> None:
    learnt = [(tag, it) for tag, sets in SENTENCES.items() for it in sets["learnt"]]
    taken = [it for tag, it in learnt if not stays_open(sqlite_hotline, place, it, tag)]
    assert taken == []


@pytest.mark.parametrize("tag", SENTENCES)
def test_most_pleas_from_which_no_list_was_made_answer_nothing(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    held = SENTENCES[tag]["held"]
    stay = [it for it in held if stays_open(sqlite_hotline, TELL, it, tag)]
    assert len(stay) >= LEAST_HELD * len(held), set(held).difference(stay)


def test_without_the_list_many_pleas_would_cancel_the_cry(
    sqlite_hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the tests above could fail."""
    monkeypatch.setattr(typed_answers, "find_plea_about_other", lambda _text: None)
    monkeypatch.setattr(TypedText, "find_plea", lambda *_: None)
    for tag, typed in (("fil", "wag nyo sabihin sa amo ko"), ("en", "dont tell my dad")):
        assert not stays_open(sqlite_hotline, TELL, typed, tag)


def test_who_asks_that_a_boss_is_not_told_reads_whom_we_tell(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = says_at(sqlite_hotline, TELL, "please do not call my boss", "en")
    heard = " ".join(person.texts[-2:])
    assert "We do not tell your boss" in heard
    assert "Our question above is still open." in heard


def test_who_asks_that_a_mother_is_not_told_reads_whom_we_tell(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = says_at(sqlite_hotline, TELL, "pls dont tell my mom", "en")
    heard = " ".join(person.texts[-2:])
    assert "No person here reads it until you say so." in heard
    assert "Our question above is still open." in heard


def test_a_plea_goes_to_the_case_once_the_person_agrees(sqlite_hotline: HotlineHarness) -> None:
    person = says_at(sqlite_hotline, GIVE, "pls dont tell my mom", "en")
    person.says("yes")
    assert words_sent(sqlite_hotline, 0).count("pls dont tell my mom") == 1


@pytest.mark.parametrize("tag", STILL_NO)
def test_who_lets_no_one_know_is_still_heard(sqlite_hotline: HotlineHarness, tag: str) -> None:
    for typed in STILL_NO[tag]:
        person = says_at(sqlite_hotline, TELL, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed
        assert current_step(person) != TELL, typed


def test_a_plea_about_a_named_person_takes_no_yes_back(sqlite_hotline: HotlineHarness) -> None:
    for tag, typed in (("en", "dont tell my mom"), ("fil", "wag nyo sabihin sa kuya ko po")):
        person = sqlite_hotline.person(tag)
        place_at(person, reachable_positions()[TELL], language=tag)
        person.says({"en": "yes", "fil": "opo"}[tag])
        assert "urgent_details" in flows_of(person)
        person.says(typed)
        assert "urgent_details" in flows_of(person)
    assert len(cases_of(sqlite_hotline)) == 2


def test_a_plea_about_one_other_is_no_bad_moment_and_keeps_no_data() -> None:
    assert [it for tag, it in PLEAS if says_good_moment(it, tag) is not None] == []
    assert [it for tag, it in PLEAS if erasure_decision(it, tag) is not None] == []
