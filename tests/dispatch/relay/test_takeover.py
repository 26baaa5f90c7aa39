"""A caseworker steps into a chat and out again; the person does not lose their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.hotline.chat.messages import CaseMessageKind, MessageSide
from bot.hotline.commands.deadlines import DANGER_WAITS
from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from bot.languages import catalogue
from flows.requests.report import Report
from flows.texts import hotline as hotline_texts
from flows.texts.phrases import CHAT_CLEARED, STALE_BUTTON
from flows.texts.titles import ROLE_TITLES
from flows.urgent.danger import DangerFlow
from tests.support.database_fixtures import on_both_databases
from tests.support.dispatch_inspection import (
    current_step,
    place_at,
    reachable_positions,
    send_report,
    start_report,
)
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.caseworker_driver import CaseworkerDriver, refusals

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

WITH_YOU = hotline_texts.CASEWORKER_JOINED.source.replace("{title}", "a caseworker").replace(
    "{organisation}", "Hope House"
)
LEFT = "The bot answers here again. This person has left the chat: a caseworker."
OPENER = "Hello. Is this a good moment to write?"


def in_danger(home: HotlineHarness, language: str = "en") -> tuple[ChatPerson, str]:
    """Return somebody in the middle of a report whose case was opened by danger."""
    person = home.person(language)
    person.says("/start")
    person.presses("English", "Tell what happened", "About me", "I am safe here")
    person.presses("Danger now", "Tell them now")
    return person, home.ask("SELECT id FROM cases ORDER BY opened_at DESC LIMIT 1")[0][0]


def met(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a person and a caseworker who write to each other."""
    person, case = in_danger(home)
    mei = home.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    return person, mei, case


def test_the_person_is_asked_before_they_are_told_who_writes(hotline: HotlineHarness) -> None:
    person, case = in_danger(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    assert person.last == OPENER
    assert person.presses("I can write now") == [WITH_YOU]
    assert "Mei" not in " ".join(person.texts)


def test_nothing_of_a_caseworker_is_shown_before_the_opener_was_answered(
    hotline: HotlineHarness,
) -> None:
    person, case = in_danger(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    mei.says(case, "We can come tonight.")
    assert person.last == OPENER
    person.presses("Not now")
    hotline.run(hotline.close_writer_idle(3))
    assert person.last == OPENER
    person.says("ok now")
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts[-2:] == [
        WITH_YOU,
        "We can come tonight.",
    ]


NO_GOOD_MOMENT = [
    ("en", "no"), ("en", "not now"), ("en", "gtg, boss is here"), ("en", "he is still here"),
    ("en", "not now, he is here"), ("en", "yes but he is here"),
    ("en", "9 harbor road"), ("vi", "Chưa, bây giờ không tiện"),
    ("vi", "Đừng nhắn bây giờ, ông chủ đang ở đây"), ("id", "jangan sekarang"),
    ("id", "Majikan masih di sini"), ("th", "ตอนนี้ไม่ได้"), ("th", "อย่าเพิ่งพิมพ์ นายจ้างอยู่ตรงนี้"),
    ("km", "កុំសរសេរឥឡូវ ថៅកែនៅទីនេះ"), ("my", "အခု မရေးပါနဲ့၊ သူဌေး ဒီမှာ ရှိတယ်"),
    ("fil", "Nandito pa rin ang amo ko"), ("zh_Hant", "不"), ("zh_Hant", "他在旁邊看"),
    ("zh_Hans", "现在不行 老板在"), ("ja", "いいえ"), ("ja", "社長がいます"),
]  # fmt: skip
GOOD_MOMENT = [
    ("en", "yes"), ("en", "I am alone now"), ("vi", "dạ được"), ("vi", "nhắn được ạ"),
    ("id", "bisa kak"), ("id", "iya"), ("th", "ได้ค่ะ"), ("th", "คุยได้แล้วค่ะ"), ("km", "បាទ"),
    ("km", "សរសេរបាន"), ("my", "ဟုတ်ကဲ့"), ("my", "ရေးလို့ရတယ်"), ("fil", "opo"), ("fil", "puwede na po"),
    ("zh_Hant", "可以"), ("zh_Hant", "方便"), ("zh_Hans", "可以"), ("ja", "はい"),
    ("ja", "今なら大丈夫"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "typed"), NO_GOOD_MOMENT)
def test_only_a_clear_yes_shows_what_a_caseworker_wrote(
    hotline: HotlineHarness, language: str, typed: str
) -> None:
    person = asked_whether_to_write(hotline, language)
    shown = len(person.texts)
    person.says(typed)
    hotline.run(hotline.close_writer_idle(3))
    asked = [catalogue(language).gettext(OPENER)]
    assert person.texts[shown:] in ([], asked)
    yes = next(typed for tag, typed in GOOD_MOMENT if tag == language)
    person.says(yes)  # the control
    hotline.run(hotline.close_writer_idle(3))
    assert "We can come tonight." in person.texts


@pytest.mark.parametrize(("language", "typed"), GOOD_MOMENT)
def test_a_typed_yes_is_a_good_moment(hotline: HotlineHarness, language: str, typed: str) -> None:
    person = asked_whether_to_write(hotline, language)
    person.says(typed)
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts[-1] == "We can come tonight."


def test_who_writes_something_else_is_asked_again_at_most_once_a_minute(
    hotline: HotlineHarness,
) -> None:
    person = asked_whether_to_write(hotline, "en")
    asked = person.texts.count(OPENER)
    for words in ("he did not pay me", "five months", "please"):
        person.says(words)
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts.count(OPENER) == asked + 1
    hotline.advance_time(61)
    person.says("are you there")
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts.count(OPENER) == asked + 2
    person.says("not now")
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts.count(OPENER) == asked + 2


def test_a_photo_in_the_minute_after_a_repeat_brings_the_opener_once(
    hotline: HotlineHarness,
) -> None:
    person = asked_whether_to_write(hotline, "en")
    assert person.says("he did not pay me") == [OPENER]
    hotline.advance_time(15)
    photo = [{"file_id": "f1", "file_unique_id": "u1", "file_size": 900}]
    assert person.sends(photo=photo, media_group_id="a") == [OPENER]
    second = [{"file_id": "f2", "file_unique_id": "u2", "file_size": 900}]
    assert person.sends(photo=second, media_group_id="a") == []
    assert person.says("please") == []
    hotline.advance_time(15)
    assert person.says("please look") == []
    voice = {"file_id": "v", "file_unique_id": "v", "duration": 3, "file_size": 900}
    assert person.sends(voice=voice) == [OPENER]
    person.says("yes")
    hotline.run(hotline.close_writer_idle(3))
    assert person.last == "We can come tonight."


def test_a_button_below_the_opener_answers_it_before_its_delivery_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.build.record_opener_sent", lambda *_: None)
    home = HotlineHarness(tmp_path)
    person = asked_whether_to_write(home, "en")
    assert person.last == OPENER
    for before in (lambda: person.says("yes"), lambda: person.presses("Not now")):
        before()  # the yes may have been written before the opener came
        home.run(home.close_writer_idle(3))
        assert "We can come tonight." not in person.texts
    person.presses("I can write now")
    home.run(home.close_writer_idle(3))
    assert person.texts[-2:] == [WITH_YOU, "We can come tonight."]
    home.close()


def asked_whether_to_write(hotline: HotlineHarness, language: str) -> ChatPerson:
    """Return a person in danger who was asked by the opener; a caseworker's words wait."""
    return asked_whether_to_write_by(hotline, language)[0]


def asked_whether_to_write_by(
    hotline: HotlineHarness, language: str
) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return such a person, the caseworker and the case."""
    person = hotline.person(language)
    place_at(person, reachable_positions()["danger", "tell"], language=language)
    person.presses(DangerFlow.tell.choices["now"].render(catalogue(language), {}))
    mei = hotline.colleague()
    case = mei.claims()
    mei.take_over(case)
    mei.says(case, "We can come tonight.")
    return person, mei, case


@pytest.mark.parametrize("is_met", [True, False])
@pytest.mark.parametrize("typed", ["delete", "boss is coming delete everything", "hapus", "刪掉"])
def test_who_asks_for_it_in_a_talk_clears_the_chat_and_staff_read_why(
    hotline: HotlineHarness, is_met: bool, typed: str
) -> None:
    person, mei, case = met(hotline)
    if not is_met:
        hotline.advance_time(3600)
        mei.says(case, "We can come tonight.")
    person.says(typed)
    hotline.run(hotline.close_writer_idle(3))
    cleared = {catalogue(it).gettext(CHAT_CLEARED.source) for it in ("en", "zh_Hant")}
    assert len(person.texts) == 1
    assert person.last in cleared
    if is_met:  # else one word alone is the button, and no words to anyone
        assert any(typed in it.content.text for it in mei.reads(case))


@pytest.mark.parametrize("typed", ["delete it or he will kill me", "did you delete it?", "bye"])
def test_other_words_in_a_talk_clear_nothing(hotline: HotlineHarness, typed: str) -> None:
    person, mei, case = met(hotline)
    person.says(typed)
    assert CHAT_CLEARED.source not in person.texts
    assert any(typed in it.content.text for it in mei.reads(case))


def test_words_flow_both_ways_and_the_bot_is_silent(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    assert person.says("My passport is gone") == []
    mei.says(case, "Thank you for telling me.")
    assert person.last == "Thank you for telling me."
    person.send_update(person.edit("My passport and my phone are gone"))
    person.sends(photo=[{"file_id": "f1", "file_unique_id": "u1", "file_size": 900}])
    person.sends(location={"latitude": 25.0, "longitude": 121.5})
    written = mei.reads(case)
    assert [(it.side, it.kind) for it in written[-5:]] == [
        (MessageSide.PERSON, CaseMessageKind.TEXT),
        (MessageSide.CASEWORKER, CaseMessageKind.TEXT),
        (MessageSide.PERSON, CaseMessageKind.EDIT),
        (MessageSide.PERSON, CaseMessageKind.FILES),
        (MessageSide.PERSON, CaseMessageKind.LOCATION),
    ]
    assert hotline.ask("SELECT count(*) FROM files WHERE state = 'named'") == [(1,)]
    assert person.last == "Thank you for telling me."


def test_a_place_that_moves_is_followed_during_a_takeover(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    start = {"latitude": 24.5, "longitude": 121.5, "live_period": 900}
    person.sends(location=start)
    for step in (1, 2):
        hotline.advance_time(60)
        moved = start | {"latitude": 24.5 - step}
        person.send_update(
            person.message("edited_message", edit_date=hotline.seconds(), location=moved)
        )
    places = [it for it in mei.reads(case) if it.kind is CaseMessageKind.LOCATION]
    assert [it.content.latitude for it in places] == [24.5, 23.5, 22.5]


def test_what_cannot_be_kept_is_said_during_a_takeover(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    poll = {"id": "1", "question": "secret?", "options": []}
    assert person.sends(poll=poll)[0].startswith("We cannot keep this kind of message.")
    assert mei.reads(case)[-1].content.code == "poll"
    video = {"file_id": "f", "file_unique_id": "u", "file_size": 21 * 1024 * 1024, "duration": 9}
    assert person.sends(video=video)[0].startswith("This file is too large for us")


def test_an_old_button_does_nothing_during_a_takeover(hotline: HotlineHarness) -> None:
    person, _mei, _case = met(hotline)
    old = [say for say in person.screen if say.rows and "Not sure" in str(say.rows)]
    before = len(person.texts)
    number = next(n for n, say in hotline.post.chats[person.id].items() if say is old[-1])
    row = next(row for row in old[-1].rows for it in row if "Not sure" in it.label)
    token = old[-1].prefix + row[0].token
    person.send_update(person.press(token, number))
    assert len(person.texts) == before
    assert person.toasts[-1] == hotline_texts.PERSON_ANSWERS.source


def test_danger_answers_during_a_takeover_and_asks_nothing(
    hotline: HotlineHarness,
) -> None:
    person, _mei, case = met(hotline)
    heard = person.says("/danger")
    assert "110" in heard[0]
    assert heard[-1].startswith("They have what you wrote.")
    assert "/danger" not in " ".join(heard)
    assert not any("Are you safe" in text for text in heard)
    assert hotline.ask("SELECT id, priority FROM cases") == [(case, 0)]
    assert person.says("he is at the door") == []


def test_an_erasure_request_is_asked_about_during_a_takeover(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline)
    heard = person.says("/delete")
    assert heard == ["We can erase what was written here. Shall we do that?"]
    assert person.presses("Do not erase it") == ["All right. Nothing was erased."]
    assert person.says("hello") == []  # the caseworker reads it
    assert mei.reads(case)[-1].content.text == "hello"
    person.says("/delete")
    person.presses("Erase it")
    assert len(person.screen) == 2  # what was said is gone from the chat; what follows is said
    wished = [it for it in hotline.board.events if it.kind is EventKind.ERASURE_REQUESTED]
    assert [it.case for it in wished] == [case]
    assert refusals(mei.says(case, "Are you there?")) != []


def test_a_language_is_chosen_while_a_caseworker_holds_the_chat(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    written = len(mei.reads(case))
    heard = person.says("/language")
    assert [it.label for it in person.buttons()][:2] == ["1 Bahasa Indonesia", "2 Tiếng Việt"]
    assert len(heard) == 1
    heard = person.presses("Bahasa Indonesia")
    assert heard == [
        hotline_texts.CASEWORKER_JOINED.render(
            catalogue("id"),
            {"title": ROLE_TITLES["caseworker"].render(catalogue("id")),
             "organisation": "Hope House"},
        )
    ]  # fmt: skip
    assert len(mei.reads(case)) == written
    assert person.says("2") == []  # an answer to the caseworker, and no language
    assert mei.reads(case)[-1].content.text == "2"
    hotline.restart()
    mei.says(case, "I am still here.")
    assert person.last == "I am still here."


def test_a_language_chosen_before_the_opener_shows_nothing_of_a_caseworker(
    hotline: HotlineHarness,
) -> None:
    person, case = in_danger(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    mei.says(case, "We can come tonight.")
    person.says("/language")
    heard = person.presses("Bahasa Indonesia")
    assert len(heard) == 1
    assert "Hope House" not in heard[0]
    assert "We can come tonight." not in person.texts
    person.presses(person.labels()[0].lstrip("0123456789 "))
    hotline.run(hotline.close_writer_idle(3))
    assert "We can come tonight." in person.texts


def test_other_commands_go_to_the_caseworker_during_a_takeover(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    assert person.says("/privacy") == []
    assert mei.reads(case)[-1].content.text == "/privacy"


def test_after_the_hand_back_the_first_missing_question_is_asked(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    person.says("I am not safe, he locked the door")
    mei.run_command(Verb.FILL_IN, case, code="report.safe", text="unsure")
    before = len(person.texts)
    mei.hand_back(case)
    assert person.texts[before].startswith("The bot answers here again.")
    assert person.last == Report.needs.prompt.source


def test_a_restart_in_the_middle_changes_nothing(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    hotline.restart()
    assert person.says("still here") == []
    mei.says(case, "So am I.")
    assert person.last == "So am I."


def test_sending_needs_a_takeover(hotline: HotlineHarness) -> None:
    person, case = in_danger(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    before = person.texts
    assert refusals(mei.says(case, "hello")) == [
        "Take the conversation over first; nothing was sent."
    ]
    assert person.texts == before


def test_after_half_an_hour_of_silence_a_caseworker_makes_sure_who_writes(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline)
    hotline.advance_time(31 * 60)
    mei.says(case, "Are you still there?")
    hotline.run(hotline.close_writer_idle(2))
    assert person.last != "Are you still there?"
    stranger = hotline.person()
    assert person.says("hi") == stranger.says("hi")
    mei.run_command(Verb.PHRASE, case, code="opener")
    person.presses("I can write now")
    assert EventKind.IDENTITY_CONFIRMED in {
        event.kind for event in mei.run_command(Verb.CONFIRM_IDENTITY, case)
    }
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts[-2:] == [WITH_YOU, "Are you still there?"]


def test_handing_back_takes_back_what_still_waited(hotline: HotlineHarness) -> None:
    person, case = in_danger(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    mei.says(case, "We can come tonight.")
    events = mei.hand_back(case)
    assert [event.code for event in events if event.kind is EventKind.DELIVERY_RESULT] == [
        "withdrawn"
    ]
    person.says("hello?")
    hotline.run(hotline.close_writer_idle(3))
    assert "We can come tonight." not in person.texts


def test_stopping_ends_the_takeover(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    person.says("/stop")
    person.presses("Erase" if any("Erase" in it for it in person.labels()) else person.labels()[0])
    assert refusals(mei.says(case, "hello")) == ["Not sent: the person ended the chat."]


def test_a_phrase_is_read_in_either_language_and_its_answer_comes_back_as_a_code(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline)
    mei.run_command(Verb.PHRASE, case, code="hurt")
    person.presses(person.labels()[0].lstrip("0123456789 "))
    written = mei.reads(case)
    assert (written[-1].kind, written[-1].content.code) == (CaseMessageKind.REPLY, "hurt.now")


def test_a_caseworker_cannot_consent_for_the_person(hotline: HotlineHarness) -> None:
    _person, mei, case = met(hotline)
    assert refusals(mei.run_command(Verb.FILL_IN, case, code="report.keep", text="may")) == [
        "Only the person can answer that; no one can agree for them."
    ]


@on_both_databases
def test_an_evening_is_the_same_on_either_database(kind: str, tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    person, mei, case = met(home)
    mei.says(case, "x" * 4000)
    person.says("long")
    mei.hand_back(case)
    assert mei.run_command(Verb.CLOSE, case, code="helped", text="Safe.")
    assert home.ask("SELECT status, disposition FROM cases") == [("closed", "helped")]
    home.close()


def test_a_case_in_danger_that_waits_for_a_reply_is_closed_for_a_reason_alone(
    hotline: HotlineHarness,
) -> None:
    _person, case = in_danger(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    told = mei.run_command(Verb.CLOSE, case, code="helped")
    assert refusals(told) == [DANGER_WAITS.source]
    assert hotline.ask("SELECT status FROM cases") != [("closed",)]
    mei.run_command(Verb.CLOSE, case, code="helped", text="The police are with her.")
    assert hotline.ask("SELECT status FROM cases") == [("closed",)]


def test_a_case_in_danger_that_was_answered_is_closed_without_a_reason(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline)
    mei.says(case, "The police are on their way.")
    mei.run_command(Verb.CLOSE, case, code="helped")
    assert person.last
    assert hotline.ask("SELECT status FROM cases") == [("closed",)]


@pytest.mark.parametrize("leaves", ["closes", "hands back"])
def test_words_right_after_the_caseworker_left_are_answered(
    hotline: HotlineHarness, leaves: str
) -> None:
    person, case = in_danger(hotline)
    person.says("A red door next to the pond")
    person.says("please")  # answered, and the next question stands
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    if leaves == "closes":
        mei.run_command(Verb.CLOSE, case, code="helped", text="Safe.")
    else:
        mei.hand_back(case)
    before = len(person.texts)
    person.says("my address is Zhongshan road 5")
    assert len(person.texts) > before


def asked_to_send(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a person whom a caseworker asked for a good moment as they were about to send more."""
    person = home.person()
    send_report(person)
    ((case,),) = home.ask("SELECT id FROM cases")
    person.presses("Tell something new")
    start_report(person)
    mei = home.colleague()
    mei.claims(case)
    mei.take_over(case)
    assert person.last == OPENER
    return person, mei, case


@pytest.mark.parametrize("words", ["yes", "1", "ok now", "no", "not now", "Who is this?"])
@pytest.mark.parametrize("how", ["handed back", "access ended"])
def test_words_for_a_caseworker_who_is_gone_agree_to_nothing_the_bot_asked(
    hotline: HotlineHarness, words: str, how: str
) -> None:
    person, mei, case = asked_to_send(hotline)
    if how == "handed back":
        mei.hand_back(case)
    else:
        mei.disable()
    assert person.says(words)[-1].startswith("Send this now?")
    assert current_step(person) == ("report", "send")
    assert hotline.ask("SELECT count(*) FROM cases") == [(1,)]
    person.says("yes")  # the control: now the question was read
    assert hotline.ask("SELECT count(*) FROM cases") == [(2,)]


def test_buttons_of_an_opener_no_one_waits_for_say_so_and_ask_what_is_open(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = asked_to_send(hotline)
    mei.hand_back(case)
    assert person.presses("I can write now")[-1].startswith("Send this now?")
    assert person.toasts[-1] == STALE_BUTTON.source
    assert hotline.ask("SELECT count(*) FROM cases") == [(1,)]


def test_a_cry_for_help_to_a_caseworker_who_is_gone_is_answered(hotline: HotlineHarness) -> None:
    person, mei, case = asked_to_send(hotline)
    mei.hand_back(case)
    assert "110" in " ".join(person.says("help he has a knife"))
