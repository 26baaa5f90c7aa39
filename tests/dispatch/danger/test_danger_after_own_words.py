"""Danger in the middle of a story: the numbers come at once, and after a yes the story is read.

A walk in the demo, in Vietnamese and only typed, is the reason for this file: the story came first,
then a cry for help, and only the cry was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from bot.clock import HOUR, SECOND
from bot.dispatch.conversation_store import UrgentMessage
from bot.hotline.chat.messages import (
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    CaseMessages,
    MessageSide,
)
from bot.languages import LANGUAGES
from bot.languages.alarms.find import find_alarms
from bot.languages.typed.typed_answers import TypedAnswer, match_label
from flows.texts import phrases, questions
from flows.urgent.danger import DangerFlow
from tests.dispatch.input.test_first_words import FIRST_WORDS, in_the_case, told
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    place_at,
    reachable_positions,
    start_report,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

VOICE = {"file_id": "V", "file_unique_id": "u", "duration": 3, "file_size": 9}
URGENT = "he has a knife, he is here now"
AT_THE_DOOR = "they are at the door with a knife"
PLEAS = {
    "en": "help, he is here now",
    "id": "tolong, dia ada di sini",
    "vi": "cứu em, nó đang ở đây",
    "fil": "saklolo, andito na sya",
    "zh_Hant": "救命",
    "zh_Hans": "救救我",
    "th": "ช่วยด้วย",
    "km": "ជួយខ្ញុំផង",
    "my": "ကယ်ပါ",
    "ja": "助けて",
}
"""By language: what a person types who is asked whether a caseworker is told."""
HE_IS_HERE = {
    "en": "help, he is here now",
    "id": "tolong dia sudah datang",
    "vi": "cứu em với, ông ấy ở đây rồi",
    "fil": "tulong, nandito na siya ngayon",
    "zh_Hant": "幫幫我 他在這裡",
    "zh_Hans": "帮帮我 他在这里",
    "th": "ช่วยด้วย เขาอยู่ที่นี่แล้ว",
    "km": "ជួយខ្ញុំផង គាត់មកហើយ",
    "my": "ကယ်ပါ သူဒီမှာရှိနေပြီ",
    "ja": "助けてください、彼がここにいます",
}
"""By language: a plea that says in the same breath that the other person is there."""


def messages_of(home: HotlineHarness) -> list[CaseMessage]:
    """Return the messages of the person in the only case."""
    ((case,),) = home.ask("SELECT id FROM cases")
    opener = home.opener(case)
    found = home.database.writer.run_sync(lambda work: CaseMessages.of_case(work, case, opener))
    return [it for it in found if it.side is MessageSide.PERSON]


@pytest.mark.parametrize("tag", FIRST_WORDS)
def test_a_story_told_before_danger_is_read_after_one_yes(
    hotline: HotlineHarness, tag: str
) -> None:
    story, address = FIRST_WORDS[tag]
    person = hotline.person(tag)
    person.says(story)
    person.says("17")
    person.sends(voice=VOICE)
    person.says(PLEAS["en"])
    person.says("yes")
    (case,) = cases_of(hotline)
    read = in_the_case(hotline) if case.kind == "danger" else [*case.sent[0].answers["also"]]
    assert {story, "17"} <= set(read)
    assert hotline.ask("SELECT count(*) FROM files") == [(1,)]
    person.says(address)
    assert in_the_case(hotline)[-1] == address


def test_a_story_with_danger_after_it_is_in_one_case(sqlite_hotline: HotlineHarness) -> None:
    story = FIRST_WORDS["en"][0]
    person = sqlite_hotline.person("en")
    person.says(story)
    person.says(URGENT)
    assert current_step(person) == ("danger", "tell")
    person.presses("Tell them now")
    assert in_the_case(sqlite_hotline) == [story, URGENT]
    assert [it.kind for it in cases_of(sqlite_hotline)] == ["danger"]
    assert current_step(person)[0] == "urgent_details"
    person.says("5 Harbour Road")
    person.presses("Skip")
    assert "story" not in {frame.flow for frame in stored_conversation(person).position.frames}


def test_a_story_that_was_not_given_stays_unread_in_danger(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["report", "leaving"])
    person.says(FIRST_WORDS["en"][0])
    person.presses("Back to the question")
    person.says(URGENT)
    person.presses("Tell them now")
    assert in_the_case(sqlite_hotline) == [URGENT]


@pytest.mark.parametrize("tag", PLEAS)
def test_a_plea_is_a_yes_where_we_ask_whether_to_tell(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()["danger", "tell"], language=tag)
    person.says(PLEAS[tag])
    (case,) = cases_of(sqlite_hotline)
    assert case.priority == 0
    assert in_the_case(sqlite_hotline) == [PLEAS[tag]]


def test_help_he_is_here_is_a_yes_in_each_language() -> None:
    labels = {"Tell them now": True, "Not now": False}
    understood = {
        tag: match_label(typed, labels, tag, whole=True)
        or TypedAnswer(typed).consent_label(labels, tag)
        for tag, typed in HE_IS_HERE.items()
    }
    assert understood == dict.fromkeys(LANGUAGES, "Tell them now")


@pytest.mark.parametrize("tag", PLEAS)
def test_a_plea_that_is_the_yes_stands_in_the_case_with_the_story_before_it(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    story, address = FIRST_WORDS[tag]
    person = sqlite_hotline.person(tag)
    for words in (story, URGENT, PLEAS[tag], address):
        person.says(words)
    assert [it.kind for it in cases_of(sqlite_hotline)] == ["danger"]
    assert in_the_case(sqlite_hotline) == [story, URGENT, PLEAS[tag], address]


def test_an_urgent_yes_that_gives_a_story_is_sent_once(sqlite_hotline: HotlineHarness) -> None:
    story, agreed = FIRST_WORDS["en"][0], PLEAS["en"]
    person = sqlite_hotline.person("en")
    person.says(story)
    person.says(agreed)
    (case,) = cases_of(sqlite_hotline)
    sent = [*case.sent[0].answers.get("also", ()), *in_the_case(sqlite_hotline)]  # type: ignore[misc]
    assert sent == [story, agreed]
    assert stored_conversation(person).urgent_messages == []


@pytest.mark.parametrize(
    "words",
    [
        "help me delete this",
        "who can help me",
        "can you help?",
        "do not help",
        "he is here",
        "tolong hapus",
        "giúp em xóa",
        "ช่วยลบ",
        "不要救我",
    ],
)
def test_other_words_about_help_are_no_yes(sqlite_hotline: HotlineHarness, words: str) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["danger", "tell"])
    person.says(words)
    assert cases_of(sqlite_hotline) == []


def test_words_at_the_question_of_telling_are_kept_and_it_is_asked_again_in_one_line(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("vi")
    place_at(person, reachable_positions()["danger", "tell"], language="vi")
    heard = person.says("số 15 ngõ 30 đường Trung Sơn")
    assert heard == [told(person, phrases.KEPT_TOO), told(person, phrases.QUESTION_STANDS)]
    person.presses(told(person, DangerFlow.tell.choices["now"]))
    assert in_the_case(sqlite_hotline) == ["số 15 ngõ 30 đường Trung Sơn"]


@pytest.mark.parametrize(
    ("place", "then"),
    [
        (("language", "language"), ("welcome", "menu")),  # it was written in a language
        (("report", "leaving"), ("report", "leaving")),
    ],
)
def test_danger_comes_before_the_open_question(
    sqlite_hotline: HotlineHarness, place: tuple[str, str], then: tuple[str, str]
) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()[place])
    heard = person.says(URGENT)
    assert "110" in heard[0]
    assert heard[-1] == told(person, DangerFlow.tell.prompt)
    assert not any("fits best" in it for it in heard)
    person.presses("Not yet")
    assert current_step(person) == then
    assert stored_conversation(person).position.extra_texts == [URGENT]


def test_danger_that_answers_the_question_is_not_asked_about_again(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["report", "safe"])
    heard = person.says(AT_THE_DOOR)
    assert "110" in heard[0]
    assert heard[-1] == told(person, DangerFlow.tell.prompt)
    person.presses("Not yet")
    position = stored_conversation(person).position
    assert position.frames[-1].answers["safe"] == "not_safe"
    assert position.extra_texts == [AT_THE_DOOR]


@pytest.mark.parametrize("place", [("welcome", "menu"), ("report", "leaving")])
def test_words_beside_a_question_go_along_when_danger_is_pressed_next(
    sqlite_hotline: HotlineHarness, place: tuple[str, str]
) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()[place])
    person.says("5 Harbour Road")
    person.sends(voice=VOICE)
    person.presses("Danger now")
    person.presses("Tell them now")
    assert in_the_case(sqlite_hotline)[0] == "5 Harbour Road"
    assert sqlite_hotline.ask("SELECT count(*) FROM files") == [(1,)]


def test_words_beside_a_question_are_of_just_now_for_half_an_hour(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["report", "leaving"])
    person.says("5 Harbour Road")
    for _ in range(2):
        sqlite_hotline.advance_time(20 * 60)
        person.presses("Back")
    person.presses("Danger now")
    person.presses("Tell them now")
    assert in_the_case(sqlite_hotline) == []


def test_a_cry_for_help_is_not_forgotten_over_a_photo_and_start(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["welcome", "menu"])
    person.says(URGENT)
    person.says("/start")
    person.sends(voice=VOICE)
    assert current_step(person) == ("story", "give")
    person.says("/start")
    person.presses("Danger now")
    person.presses("Tell them now")
    assert in_the_case(sqlite_hotline)[0] == URGENT


def test_words_before_the_yes_keep_the_time_at_which_they_were_written(
    hotline: HotlineHarness,
) -> None:
    person, written = hotline.person("id"), []
    for words, passes in (("tolong, majikan kunci pintu", 71), ("paspor saya diambil", 72)):
        written.append(hotline.loop.now())
        person.says(words)
        hotline.advance_time(passes)
    hotline.restart()  # what waits is stored with its time
    agreed = hotline.loop.now()
    person.says("iya")
    found = messages_of(hotline)
    words = ["tolong, majikan kunci pintu", "paspor saya diambil", "iya"]
    assert [it.content.text for it in found] == words
    for it, at in zip(found, [*written, agreed], strict=True):
        assert 0 <= it.at - at < SECOND
        assert 0 <= it.seen_at - agreed < SECOND


def test_what_waited_for_a_yes_counts_from_when_it_reached_staff(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    person.says(URGENT)
    sqlite_hotline.advance_time(60)
    before = sqlite_hotline.loop.now() - 1
    person.presses("Tell them now")
    (only,) = messages_of(sqlite_hotline)
    assert only.at < before
    writer, since = sqlite_hotline.database.writer, CaseMessages.has_from_person_since
    assert writer.run_sync(lambda work: since(work, only.case, before))
    assert not writer.run_sync(lambda work: since(work, only.case, only.seen_at))


def test_words_kept_by_an_earlier_release_have_the_time_of_the_yes(
    sqlite_hotline: HotlineHarness,
) -> None:
    content = CaseMessageContent(text="they lock the door")
    stored = msgspec.msgpack.encode([CaseMessageKind.TEXT, content, 0])
    person = sqlite_hotline.person("en")
    waiting = [msgspec.msgpack.decode(stored, type=UrgentMessage)]
    place_at(person, reachable_positions()["danger", "tell"], urgent_messages=waiting)
    sqlite_hotline.advance_time(600)
    person.presses("Tell them now")
    (only,) = messages_of(sqlite_hotline)
    assert only.content.text == "they lock the door"
    assert only.at == only.seen_at


def test_no_line_is_of_a_later_time_than_the_yes(
    sqlite_hotline: HotlineHarness,
) -> None:
    person, later = sqlite_hotline.person("en"), sqlite_hotline.loop.now() + HOUR
    content = CaseMessageContent(text="they lock the door")
    waiting = [UrgentMessage(content=content, at=later)]
    place_at(person, reachable_positions()["danger", "tell"], urgent_messages=waiting)
    person.presses("Tell them now")
    (only,) = messages_of(sqlite_hotline)
    assert only.at == only.seen_at < later


@pytest.mark.parametrize("words", ["boleh", "Beri tahu sekarang", "iya"])
def test_the_words_of_a_yes_stand_in_the_case_also_where_they_are_those_of_a_button(
    sqlite_hotline: HotlineHarness, words: str
) -> None:
    person = sqlite_hotline.person("id")
    person.says("majikan kunci pintu")
    person.says(words)
    assert in_the_case(sqlite_hotline) == ["majikan kunci pintu", words]


def test_a_yes_by_button_or_by_its_number_adds_no_words(sqlite_hotline: HotlineHarness) -> None:
    for place, number in enumerate(("", "1")):
        person = sqlite_hotline.person("en")
        person.says(URGENT)
        if number:
            person.says(number)
        else:
            person.presses("Tell them now")
        assert in_the_case(sqlite_hotline, place) == [URGENT]
        sqlite_hotline.advance_time(1)


def test_a_story_before_start_goes_along_when_danger_is_pressed_next(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["welcome", "menu"])
    person.says(FIRST_WORDS["en"][0])
    person.says("/start")
    person.presses("Danger now")
    person.presses("Tell them now")
    assert in_the_case(sqlite_hotline) == [FIRST_WORDS["en"][0]]


HIDDEN = (
    ("en", "he has a knife, how long does it take?"),
    ("en", "papatayin niya ako, alis na ako"),
    ("ja", "殺される, 警察は呼ばないで"),
    ("vi", "hắn sẽ giết tôi, đừng báo công an"),
    ("id", "dia mau bunuh saya, ini gratis gak"),
)
DILUTED = (
    ("id", "udah dulu ya dia mau bunuh saya"),
    ("ja", "助けて 警察は呼ばないで"),
    ("zh_Hans", "要多久 老板在打我"),
)


@pytest.mark.parametrize(("tag", "words"), HIDDEN)
def test_a_question_in_the_same_line_hides_no_cry_for_help(
    sqlite_hotline: HotlineHarness, tag: str, words: str
) -> None:
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()["report", "safe"], language=tag)
    heard = person.says(words)
    assert current_step(person) == ("danger", "tell")
    assert "110" in heard[0]


@pytest.mark.parametrize(("tag", "words"), DILUTED)
def test_what_may_be_a_cry_for_help_is_answered_with_numbers_too(
    sqlite_hotline: HotlineHarness, tag: str, words: str
) -> None:
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()["report", "safe"], language=tag)
    assert any("110" in it for it in person.says(words))


def test_a_cry_right_behind_an_answer_is_answered_with_numbers(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person()
    start_report(person)
    person.presses("Send")
    sqlite_hotline.advance_time(60)
    person.says("hello there")
    sqlite_hotline.advance_time(1)
    assert any("110" in it for it in person.says("he is beating me"))
    sqlite_hotline.advance_time(1)
    assert person.says("he is beating me again") == []  # one list for a burst


def test_a_plain_question_is_answered_although_examples_take_it_for_a_cry(
    sqlite_hotline: HotlineHarness,
) -> None:
    """ "What happens if I agree", where we ask for that; the digits come along."""
    typed = "ถ้าฉันตกลงจะเกิดอะไรขึ้น"
    assert find_alarms(typed)
    person = sqlite_hotline.person("th")
    place_at(person, reachable_positions()["danger", "tell"], language="th")
    heard = person.says(typed)
    assert heard[0] == told(person, questions.READERS)
    assert "110" in heard[1]
    assert current_step(person) == ("danger", "tell")
