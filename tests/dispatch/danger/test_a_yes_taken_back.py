"""A person who agrees that staff are told, and takes that back in the next line.

What was sent stays with staff, and the person reads so. Nothing is asked any more, and nothing that
follows reaches staff without a new yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.consents import ConsentKind
from flows.texts.phrases import TOLD_ALREADY
from tests.dispatch.relay.test_messages_reach_case import LONG, agreed, case_ids, messages, written
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    place_at,
    reachable_positions,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

TELL, GIVE = ("danger", "tell"), ("story", "give")
TAKEN_BACK = {
    "en": ("ok", ["wait no", "no wait", "no don't tell them", "I changed my mind"]),
    "id": ("iya", ["eh jangan dulu", "jangan bilang dulu kak", "ga jadi"]),
    "vi": ("vâng", ["khoan đã đừng báo", "thôi đừng báo", "em đổi ý rồi"]),
    "fil": ("opo", ["ay wag muna po", "teka wag muna", "wag nyo sabihin"]),
    "th": ("ได้ค่ะ", ["อย่าเพิ่ง", "เดี๋ยวก่อน อย่าเพิ่งบอก", "เปลี่ยนใจแล้วค่ะ"]),
    "my": ("ဟုတ်ကဲ့", ["မပြောနဲ့ဦး", "ခဏနေဦး မပြောပါနဲ့"]),
    "km": ("បាទ", ["កុំទាន់", "ចាំសិន កុំប្រាប់គេ"]),
    "zh_Hant": ("好", ["等等 先不要", "先不要告訴他們", "我反悔了"]),
    "zh_Hans": ("好", ["等等 先不要", "先不要告诉他们"]),
    "ja": ("はい", ["待って、やっぱりやめて", "まだ言わないで", "気が変わりました"]),
}
"""By language: a yes, and what takes it back."""
ANSWERS = {
    "en": ["no", "wait", "not safe", "5 Harbour Road, do not tell the boss I am here"],
    "id": ["tidak", "tunggu", "jangan datang dulu, dia di rumah"],
    "zh_Hant": ["不要", "等等", "桃園區中正路 先不要進來"],
}
"""What may be meant for the open question, or says more."""


def agreeing(home: HotlineHarness, tag: str, step: tuple[str, str], yes: str) -> ChatPerson:
    person = home.person(tag)
    place_at(person, reachable_positions()[step], language=tag)
    person.says(yes)
    step_now = current_step(person)
    assert step_now is not None
    assert step_now[0] == "urgent_details"
    return person


@pytest.mark.parametrize("step", [TELL, GIVE], ids=["tell", "give"])
@pytest.mark.parametrize("tag", TAKEN_BACK)
def test_a_yes_that_is_taken_back_ends_the_reading_and_the_questions(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    yes, regrets = TAKEN_BACK[tag]
    for regret in regrets:
        person, before = agreeing(sqlite_hotline, tag, step, yes), len(cases_of(sqlite_hotline))
        person.says(regret)
        assert any("/delete" in text for text in person.texts), regret
        assert current_step(person) == ("afterwards", "what_now"), regret
        assert not stored_conversation(person).is_read, regret
        assert len(cases_of(sqlite_hotline)) == before


def test_staff_read_that_it_was_taken_back_and_nothing_that_follows(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = agreeing(sqlite_hotline, "en", TELL, "yes")
    person.says("wait no")
    assert TOLD_ALREADY.source in person.texts
    taken = [it for it in messages(sqlite_hotline) if it.content.text == "wait no"]
    assert [it.content.asked for it in taken] == [""]
    reading = [it for it in agreed(sqlite_hotline) if it.kind is ConsentKind.READING]
    assert [it.is_active for it in reading] == [False]
    before = written(sqlite_hotline)
    person.says("my boss looks at my phone every night", "5 Harbour Road")
    sqlite_hotline.advance_time(LONG)
    person.says("I am at work now")
    assert written(sqlite_hotline) == before


def test_after_a_new_yes_staff_read_again(sqlite_hotline: HotlineHarness) -> None:
    person = agreeing(sqlite_hotline, "en", TELL, "yes")
    person.says("wait no", "help, he is here with a knife")
    assert current_step(person) == TELL
    person.presses("Tell them now")
    person.says("5 Harbour Road")
    assert "5 Harbour Road" in [
        words for case in case_ids(sqlite_hotline) for words in written(sqlite_hotline, case)
    ]


@pytest.mark.parametrize("step", [TELL, GIVE], ids=["tell", "give"])
@pytest.mark.parametrize("tag", ANSWERS)
def test_what_may_answer_the_question_takes_nothing_back(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    for typed in ANSWERS[tag]:
        person = agreeing(sqlite_hotline, tag, step, TAKEN_BACK[tag][0])
        person.says(typed)
        assert stored_conversation(person).is_read, typed
