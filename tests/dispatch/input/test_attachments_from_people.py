"""Everything a private chat can bring: kept where it belongs, declined politely, or left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.conversation import FileRef, PlaceAnswer
from bot.dispatch.conversation_store import copy_position
from tests.support.dispatch_inspection import (
    QUESTIONS,
    cases_of,
    conversation_of,
    current_step,
    frames,
    place_at,
    quarantine_reasons,
    reachable_positions,
    readable_text,
    send_report,
    skip_on,
    start_report,
    stored_conversation,
)
from tests.support.drill_length import part_of
from tests.support.people.telegram_attachments import (
    MB,
    NO,
    album,
    document,
    handles,
    photo,
    put_at_step,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson


def at_an_open_question(home: HotlineHarness) -> ChatPerson:
    """Return a person who is asked what else there is, and after that what to call them."""
    position = copy_position(reachable_positions()["report", "anything_else"])
    position.frames[-1].answers.pop("call_me", None)
    person = home.person()
    place_at(person, position)
    return person


# --- files ----------------------------------------------------------------------------------


def test_an_album_at_a_file_question_is_one_answer_with_one_reply(hotline: HotlineHarness) -> None:
    person = put_at_step(hotline, "evidence")
    heard = album(person, "one", "two", "three", caption="the room")
    assert len(heard) == 1
    assert current_step(person) == ("report", "evidence")
    person.presses("Done")
    answer = frames(person)[-1].answers["evidence"]
    assert handles(answer) == ["one", "two", "three"]
    assert isinstance(answer, tuple)
    assert [part.caption for part in answer if isinstance(part, FileRef)] == ["", "", "the room"]


def test_an_album_at_an_open_question_answers_that_one_and_no_other(
    hotline: HotlineHarness,
) -> None:
    """`what` is followed by another question: what belongs to one answer is none of the next."""
    person = put_at_step(hotline, "what")
    album(person, "one", "two", "three", caption="look")
    answers = frames(person)[-1].answers
    assert handles(answers["what"]) == ["one"]
    assert handles(stored_conversation(person).position.extra_files) == ["two", "three"]
    assert current_step(person) == ("report", "send")
    assert "send" not in answers


def test_an_album_at_a_choice_is_kept_as_extra_with_one_reply(hotline: HotlineHarness) -> None:
    person = put_at_step(hotline, "safe")
    heard = album(person, "one", "two", "three")
    assert len(heard) == 2
    assert heard[0].startswith("Thank you. We kept what you wrote.")
    assert current_step(person) == ("story", "give")
    assert handles(stored_conversation(person).position.extra_files) == ["one", "two", "three"]


def test_two_albums_in_turns_and_over_two_batches_are_all_kept(hotline: HotlineHarness) -> None:
    person = put_at_step(hotline, "what")
    for name in ("one", "two", "three", "four"):
        album(person, name, group="a" if name in {"one", "three"} else "b")
        if name == "two":
            hotline.restart()
    position = stored_conversation(person).position
    assert sorted(
        name
        for answer in (*position.frames[-1].answers.values(), position.extra_files)
        if isinstance(answer, tuple | list)
        for name in handles(answer)
    ) == ["four", "one", "three", "two"]


def test_files_outside_questions_are_sent_with_the_report(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="about")
    album(person, "one", "two")
    send_report(person)
    (case,) = cases_of(hotline)
    assert handles(case.sent[0].answers["also_files"]) == ["one", "two"]
    assert hotline.ask("SELECT count(*) FROM files") == [(2,)]


def test_a_file_that_is_the_first_message_is_kept(hotline: HotlineHarness) -> None:
    person = hotline.person()
    heard = person.sends(photo=photo("first"), caption="this is the door")
    assert heard[0].startswith("Thank you. We kept what you wrote.")
    assert current_step(person) == ("story", "give")
    (note,) = stored_conversation(person).position.extra_files
    assert (note.handle, note.caption) == ("first", "this is the door")


@pytest.mark.parametrize("size", [20 * MB + 1, 2**40])
def test_a_file_too_large_is_noted_and_the_person_told(hotline: HotlineHarness, size: int) -> None:
    person = put_at_step(hotline, "evidence")
    heard = person.sends(document=document("film", size))
    assert heard[0].startswith("This file is too large")
    person.presses("Done")
    while current_step(person) != ("report", "send_all"):
        skip_on(person)
    person.presses("Send")
    assert hotline.ask("SELECT state FROM files") == [("too_large",)]


def test_a_file_just_small_enough_is_taken(hotline: HotlineHarness) -> None:
    person = put_at_step(hotline, "evidence")
    assert "too large" not in str(person.sends(document=document("film", 20 * MB)))


FILES = {
    "sticker": {
        "file_id": "f",
        "file_unique_id": "u",
        "emoji": "\U0001f622",
        "width": 1,
        "height": 1,
    },
    "voice": {"file_id": "f", "file_unique_id": "u", "duration": 3},
    "video": {"file_id": "f", "file_unique_id": "u", "duration": 3, "width": 1, "height": 1},
    "video_note": {"file_id": "f", "file_unique_id": "u", "duration": 3, "length": 1},
    "audio": {"file_id": "f", "file_unique_id": "u", "duration": 3},
    "document": document(),
}


OF_OTHER_KINDS = 20
"""Questions at which a file that is no photo is sent."""


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_file_is_kept_at_every_question(
    sqlite_hotline: HotlineHarness, kind: str
) -> None:
    for place in QUESTIONS if kind == "photo" else part_of(QUESTIONS, OF_OTHER_KINDS):
        person = sqlite_hotline.person()
        place_at(person, reachable_positions()[place])
        person.sends(**{kind: FILES[kind]})
        assert f'"kind":"{kind}"' in readable_text(stored_conversation(person).position), place
    assert quarantine_reasons(sqlite_hotline) == []
    assert cases_of(sqlite_hotline) == []


# --- places, numbers, and what is declined --------------------------------------------------


def test_a_point_on_the_map_answers_where(hotline: HotlineHarness) -> None:
    person = put_at_step(hotline, "county")
    person.sends(location={"latitude": 25.03, "longitude": 121.56})
    assert frames(person)[-1].answers["county"] == PlaceAnswer(latitude=25.03, longitude=121.56)


def test_a_point_on_the_map_is_kept_at_every_question(sqlite_hotline: HotlineHarness) -> None:
    for place in QUESTIONS:
        person = sqlite_hotline.person()
        place_at(person, reachable_positions()[place])
        person.sends(location={"latitude": 25.03, "longitude": 121.56})
        assert "121.56" in readable_text(stored_conversation(person).position), place
    assert quarantine_reasons(sqlite_hotline) == []


def test_the_name_of_a_venue_is_kept_with_its_point(hotline: HotlineHarness) -> None:
    person = put_at_step(hotline, "county")
    venue = {
        "location": {"latitude": 25.03, "longitude": 121.56},
        "title": "Harbour 3",
        "address": "Dock Road",
    }
    person.sends(venue=venue)
    assert "Harbour 3" in readable_text(stored_conversation(person).position)
    assert "121.56" in readable_text(stored_conversation(person).position)


def test_a_phone_number_is_kept_as_words_and_said_to_be(sqlite_hotline: HotlineHarness) -> None:
    for place in QUESTIONS:
        person = sqlite_hotline.person()
        place_at(person, reachable_positions()[place])
        heard = person.sends(contact={"phone_number": "0912345", "first_name": "Boss"})
        assert heard[0].startswith("Received. We keep this number locked.")
        assert "0912345" in readable_text(stored_conversation(person).position.extra_texts)
        assert current_step(person) == place


FORWARDED = {
    "type": "hidden_user",
    "sender_user_name": "Agency Budi",
    "date": 1,
}


@pytest.mark.parametrize("content", [{"text": "pay first"}, {"photo": photo()}])
def test_whom_a_forwarded_message_came_from_is_kept_with_it(
    hotline: HotlineHarness, content: dict[str, Any]
) -> None:
    person = put_at_step(hotline, "what")
    person.sends(forward_origin=FORWARDED, **content)
    assert "Agency Budi" in readable_text(stored_conversation(person).position.extra_texts)


def test_nothing_is_noted_of_words_that_are_the_person_s_own(hotline: HotlineHarness) -> None:
    person = put_at_step(hotline, "what")
    before = list(stored_conversation(person).position.extra_texts)
    person.says("pay first")
    assert stored_conversation(person).position.extra_texts == before


def test_where_a_forwarded_message_came_from_survives_a_silence(hotline: HotlineHarness) -> None:
    person = put_at_step(hotline, "what")
    hotline.advance_time(31 * 60)
    person.sends(forward_origin=FORWARDED, text="pay first")
    assert "Agency Budi" in readable_text(stored_conversation(person).position.extra_texts)
    assert "pay first" in readable_text(stored_conversation(person).position.extra_texts)


OTHERS: dict[str, Any] = {
    "poll": {"id": "1", "question": "secret?", "options": []},
    "dice": {"emoji": "x", "value": 3},
    "game": {"title": "secret", "description": "", "photo": []},
    "invoice": {
        "title": "secret",
        "description": "",
        "start_parameter": "",
        "currency": "TWD",
        "total_amount": 1,
    },
    "story": {"id": 1, "chat": {"id": 5, "type": "private"}},
    "passport_data": {"data": [], "credentials": {"data": "secret", "hash": "", "secret": ""}},
    "something_new": {"secret": "secret"},
}


@pytest.mark.parametrize("content", OTHERS)
def test_what_we_cannot_keep_gets_a_polite_no_and_the_question_again(
    sqlite_hotline: HotlineHarness, content: str
) -> None:
    person = put_at_step(sqlite_hotline, "safe")
    before = stored_conversation(person).position
    heard = person.sends(**{content: OTHERS[content]})
    if heard:
        assert heard[0].startswith(NO)
        assert heard[1:] == ["Are you safe where you are right now?"]
    assert stored_conversation(person).position == before
    assert quarantine_reasons(sqlite_hotline) == []


def test_a_poll_is_always_answered_with_a_polite_no(hotline: HotlineHarness) -> None:
    for place in QUESTIONS:
        person = hotline.person()
        place_at(person, reachable_positions()[place])
        assert person.sends(poll=OTHERS["poll"])[0].startswith(NO)
        assert current_step(person) == place


# --- who writes, and from where -------------------------------------------------------------


def test_a_blocked_person_comes_back_where_they_were(hotline: HotlineHarness) -> None:
    person = put_at_step(hotline, "what")
    person.send_update(person.membership("kicked"))
    person.send_update(person.membership("member"))
    assert current_step(person) == ("report", "what")
    assert person.says("it was Monday")


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
def test_groups_are_left_and_nothing_of_them_is_kept(hotline: HotlineHarness, kind: str) -> None:
    person = hotline.person()
    update = person.words("secret words in a group")
    update["message"]["chat"] = {"id": -100500, "type": kind}
    person.send_update(update, update)
    assert set(hotline.post.left) == {-100500}
    assert hotline.ask("SELECT count(*) FROM conversations") == [(0,)]
    assert cases_of(hotline) == []
    assert hotline.post.texts(-100500) == []


def test_a_group_that_takes_us_in_is_left(hotline: HotlineHarness) -> None:
    person = hotline.person()
    update = person.membership("administrator")
    update["my_chat_member"]["chat"] = {"id": -100500, "type": "supergroup"}
    person.send_update(update)
    assert hotline.post.left == [-100500]


@pytest.mark.parametrize("strange", ["bot", "telegram", "channel", "business"])
def test_bots_channels_and_services_get_no_answer_and_leave_no_row(
    hotline: HotlineHarness, strange: str
) -> None:
    person = hotline.person()
    update = person.words("/start")
    message = update["message"]
    message["from"] = dict(message["from"])
    if strange == "bot":
        message["from"]["is_bot"] = True
    elif strange == "telegram":
        message["from"]["id"] = 777000
    elif strange == "channel":
        message["sender_chat"] = {"id": -1, "type": "channel"}
    else:
        message["business_connection_id"] = "x"
    assert person.send_update(update) == []
    assert conversation_of(person) is None


def test_a_file_that_came_by_editing_is_kept_before_consent_too(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    person.says("/start")
    person.presses("English")
    first = person.message(photo=picture("A"), caption="this is the house where I work")
    number = first["message"]["message_id"]
    person.send_update(first)
    for shown, caption in (("A", "other words"), ("B", "another picture")):
        sqlite_hotline.advance_time(60)
        person.send_update(
            person.message(
                "edited_message", message_id=number, photo=picture(shown), caption=caption,
                edit_date=sqlite_hotline.seconds(),
            )
        )  # fmt: skip
    person.presses("Give it to a person")
    assert sqlite_hotline.ask("SELECT count(*) FROM files") == [(2,)]
    written = str(cases_of(sqlite_hotline)[0].sent)
    assert "other words" in written
    assert "another picture" in written


def picture(name: str) -> list[dict[str, object]]:
    return [{"file_id": name, "file_unique_id": name, "file_size": 9, "width": 9, "height": 9}]


@pytest.mark.parametrize("is_told", [False, True], ids=["before staff read", "once staff read"])
def test_a_caption_that_is_a_command_is_one_and_its_photo_is_kept(
    hotline: HotlineHarness, *, is_told: bool
) -> None:
    person = hotline.person()
    place_at(person, reachable_positions()["danger", "tell"])
    if is_told:
        person.says("yes")
    person.sends(photo=photo("p1"), caption="/delete")
    assert current_step(person) == ("delete", "go_on")
    if is_told:
        assert hotline.ask("SELECT count(*) FROM files") == [(1,)]
    else:
        assert handles(stored_conversation(person).position.extra_files) == ["p1"]
