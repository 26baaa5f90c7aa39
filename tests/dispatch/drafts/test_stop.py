"""Whoever stops decides what happens to what is unsent, and it happens."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY, HOUR, SECOND
from bot.conversation import Position
from bot.dispatch.conversation_store import Conversation
from tests.support.dispatch_inspection import (
    cases_of,
    conversation_of,
    current_step,
    flows_of,
    frames,
    readable_text,
    send_report,
    start_report,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

TOLD = "Kotak biru di atas lemari 4711"
CAREFUL = "Can anyone else see this phone or this chat now?"
AT_ONCE = "All right. You can write here again at any time."
CONTINUE = "There are answers you have not sent. Go on with them, or begin again?"


def told(home: HotlineHarness) -> ChatPerson:
    """Return somebody who has told something and not sent it."""
    person = home.person()
    start_report(person, until="what")
    person.says(TOLD)
    return person


def files_of(home: HotlineHarness) -> bytes:
    """Return every byte the database keeps on disk, once what is old is written over."""
    home.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(str(home.database.url.database))
    return b"".join(found.read_bytes() for found in path.parent.glob(path.name + "*"))


def spellings(words: str) -> list[bytes]:
    """Return how words may stand in a file."""
    found = []
    for plain in (words.encode(), words.encode("utf-16-le"), words.encode("utf-16-be")):
        found += [plain, plain.hex().encode(), plain.hex().upper().encode()]
        for shift in range(3):
            text = base64.b64encode(b"\0" * shift + plain)
            found.append(text[4 * (shift > 0) : -4])
    return found


def test_the_search_finds_words_in_every_spelling(sqlite_hotline: HotlineHarness) -> None:
    home = sqlite_hotline
    """The negative control: words written in clear, in any of them, are found."""
    for place, spelled in enumerate(spellings(TOLD)):
        _write(home, f"x{place}", spelled)
        assert spelled in files_of(home)


def _write(home: HotlineHarness, name: str, value: bytes) -> None:
    connection = home.database.connect()
    connection.execute(f"CREATE TABLE IF NOT EXISTS {name} (words BLOB)")
    connection.execute(f"INSERT INTO {name} VALUES (?)", (value,))  # noqa: S608
    connection.commit()
    connection.close()


def test_what_is_erased_is_nowhere_any_more_not_even_sealed(sqlite_hotline: HotlineHarness) -> None:
    home = sqlite_hotline
    person = told(home)
    sealed = bytes(home.ask("SELECT state FROM conversations")[0][0])
    assert sealed in files_of(home)
    person.says("/stop")
    heard = person.presses("Erase now")
    assert heard[0].startswith("All right. On our side, what was not sent is erased.")
    disk = files_of(home)
    assert not any(spelled in disk for spelled in spellings(TOLD))
    assert sealed not in disk
    assert sealed[len(sealed) // 2 :] not in disk
    assert TOLD not in readable_text(stored_conversation(person))
    assert current_step(person) is None
    assert person.says("hello")[-1].startswith("Choose your language.")
    assert cases_of(home) == []


def test_do_not_keep_them_erases(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="about")
    person.says(TOLD)
    start_report(person, until="keep")
    person.presses("Do not keep them")
    assert TOLD not in readable_text(stored_conversation(person))
    assert stored_conversation(person).draft is None
    assert current_step(person) is None


def test_begin_again_erases_what_alarmed_us_as_well(hotline: HotlineHarness) -> None:
    for ending in ("Erase now", "Begin again"):
        person = hotline.person()
        start_report(person, until="what")
        person.says("help me now")
        person.presses("Not yet")
        person.says("/start" if ending == "Begin again" else "/stop")
        person.presses(ending)
        assert stored_conversation(person).alarms == []


@pytest.mark.parametrize("how", ["Keep for 24 hours", "Skip"])
def test_what_is_kept_can_be_gone_on_with(hotline: HotlineHarness, how: str) -> None:
    person = told(hotline)
    here, answers = current_step(person), dict(frames(person)[-1].answers)
    person.says("/stop")
    person.presses(how)
    assert current_step(person) is None
    assert cases_of(hotline) == []
    assert person.says("I am back")[-1] == CONTINUE
    person.presses("Go on")
    assert current_step(person) == here
    assert frames(person)[-1].answers == answers
    assert stored_conversation(person).position.extra_texts == ["I am back"]


def test_stopping_twice_keeps_what_was_kept(hotline: HotlineHarness) -> None:
    person = told(hotline)
    for _ in range(3):
        person.says("/stop")
        person.presses("Keep for 24 hours")
    person.says("again")
    person.presses("Go on")
    assert frames(person)[-1].answers["what"] == TOLD


def test_danger_after_stopping_loses_nothing_of_what_was_kept(hotline: HotlineHarness) -> None:
    person = told(hotline)
    person.says("/stop")
    person.presses("Keep for 24 hours")
    person.says("/danger", "/stop")
    person.presses("Keep for 24 hours")
    person.says("again")
    person.presses("Go on")
    assert frames(person)[-1].answers["what"] == TOLD


def test_stopping_twice_erases_what_was_kept(hotline: HotlineHarness) -> None:
    person = told(hotline)
    person.says("/stop")
    person.presses("Keep for 24 hours")
    person.says("/stop")
    person.presses("Erase now")
    assert TOLD not in readable_text(stored_conversation(person))


def test_stopping_also_keeps_text_outside_the_questions(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says(TOLD, "/stop")
    person.presses("Keep for 24 hours")
    person.says("hello")
    assert TOLD in readable_text(stored_conversation(person).position)


def test_not_now_keeps_the_draft_and_any_message_restores_it(hotline: HotlineHarness) -> None:
    person = told(hotline)
    start_report(person)
    person.presses("Not now")
    assert cases_of(hotline) == []
    hotline.advance_time(120)
    assert person.says("so") == [CONTINUE]
    person.presses("Go on")
    assert current_step(person) == ("report", "send")
    person.presses("Send")
    (case,) = cases_of(hotline)
    assert case.sent[0].answers["what"] == TOLD
    assert case.sent[0].answers["also"] == ("so",)


def test_not_now_and_a_silence_ask_first_who_can_see(hotline: HotlineHarness) -> None:
    person = told(hotline)
    start_report(person)
    person.presses("Not now")
    hotline.advance_time(3 * 3600)
    assert person.says("so") == [CAREFUL]
    person.presses("Nobody can see")
    assert current_step(person) == ("report", "send")


def test_after_a_day_what_was_kept_is_gone(hotline: HotlineHarness) -> None:
    person = told(hotline)
    person.says("/stop")
    person.presses("Keep for 24 hours")
    hotline.advance_time(DAY // SECOND + 1)
    person.says("hello")
    assert TOLD not in readable_text(stored_conversation(person))
    assert current_step(person) == ("language", "language")


def test_after_a_day_nothing_is_left_but_numbers(hotline: HotlineHarness) -> None:
    person = told(hotline)
    conversations = hotline.house.conversations
    hotline.advance_time(DAY // SECOND - 60)
    now = hotline.loop.now()
    hotline.database.writer.run_sync(lambda work: conversations.expire(work, now))
    assert conversation_of(person) is not None
    hotline.advance_time((HOUR * 2) // SECOND)
    now = hotline.loop.now()
    assert hotline.database.writer.run_sync(lambda work: conversations.expire(work, now)) == 1
    assert readable_text(stored_conversation(person)) == readable_text(
        Conversation(
            "",
            Position(),
            person.id,
            message_ids=stored_conversation(person).message_ids,
            session_number=stored_conversation(person).session_number,
        )
    )


def test_stopping_after_sending_leaves_the_case(hotline: HotlineHarness) -> None:
    person = told(hotline)
    send_report(person)
    heard = person.says("/stop")
    assert heard[0].startswith("What you sent before stays")
    assert heard[1].startswith(AT_ONCE)
    assert current_step(person) is None
    assert len(cases_of(hotline)) == 1


@pytest.mark.parametrize("until", ["/start", "English", "Tell what happened"])
def test_stopping_without_answers_asks_nothing(hotline: HotlineHarness, until: str) -> None:
    person = hotline.person()
    person.says("/start")
    steps = ["English", "Tell what happened"]
    person.presses(*steps[: steps.index(until) + 1 if until in steps else 0])
    (heard,) = person.says("/stop")
    assert heard.startswith(AT_ONCE)
    assert "Clear history" in heard
    assert not person.screen[-1].rows
    assert current_step(person) is None
    assert person.says("hello")[-1].startswith("Choose your language.")


def test_text_outside_questions_is_also_asked_about_on_stop(hotline: HotlineHarness) -> None:
    for how, left in (("Keep for 24 hours", [TOLD]), ("Erase now", [])):
        person = hotline.person()
        person.says(TOLD, "/stop")
        assert current_step(person) == ("stop", "unsent")
        person.presses(how)
        assert stored_conversation(person).position.extra_texts == left


def test_leaving_the_menu_after_sending_asks_about_nothing(hotline: HotlineHarness) -> None:
    person = told(hotline)
    send_report(person)
    person.presses("Tell something new")
    assert person.says("/stop")[-1].startswith(AT_ONCE)
    assert current_step(person) is None


def test_something_new_after_sending_is_asked_about(hotline: HotlineHarness) -> None:
    person = told(hotline)
    send_report(person)
    person.presses("Tell something new", "About me")
    person.says("/stop")
    assert current_step(person) == ("stop", "unsent")


def test_stopping_at_the_stop_question_asks_it_once(hotline: HotlineHarness) -> None:
    person = told(hotline)
    person.says("/stop", "/stop", "/stop")
    assert flows_of(person) == ["welcome", "report", "stop"]
