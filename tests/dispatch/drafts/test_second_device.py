"""A second device in another language, or one that names none, neither reads nor erases a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.dispatch.turn.session import MAX_CONCEALED, Session
from tests.dispatch.drafts.test_draft_concealment import BESIDE, CAREFUL, TOLD, reviewing
from tests.dispatch.sessions.test_quiet_chat import another_name, twin
from tests.support.dispatch_inspection import (
    cases_of,
    conversation_of,
    current_step,
    quarantine_reasons,
    readable_text,
    send_report,
    start_report,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

ELSEWHERE = "my boss locks the door"
LANGUAGES = ["vi", None, "id-ID"]
"""Of the second device; None: it names none."""


def on(person: ChatPerson, language: str | None) -> ChatPerson:
    """Let the account be used on a device in a language."""
    person.account.pop("language_code", None)
    if language is not None:
        person.account["language_code"] = language
    return person


def tells(person: ChatPerson, words: str = ELSEWHERE) -> None:
    """Write a draft as on a device that is new here."""
    person.says("/start")
    person.presses("English", "Tell what happened")
    start_report(person, until="what")
    person.says(words)


def language_of(person: ChatPerson) -> str | None:
    found: str | None = person.account.get("language_code")
    return found


def expires(home: HotlineHarness) -> None:
    now = home.loop.now()
    home.database.writer.run_sync(lambda work: home.house.conversations.expire(work, now))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seconds", [5, 3600])
def test_a_draft_comes_back_to_the_device_that_wrote_it(
    hotline: HotlineHarness, language: str | None, seconds: int
) -> None:
    person = reviewing(hotline)
    first = language_of(person)
    on(person, language)
    hotline.advance_time(seconds)
    stranger = twin(hotline, person)
    for line in ("hi", "English", "who are you?"):
        assert person.says(line) == stranger.says(line)
    hotline.advance_time(seconds)
    assert on(person, first).says("hello again") == [CAREFUL]
    person.presses("Nobody can see")
    assert current_step(person) == ("report", "review")
    person.presses("Go on", "Send")
    ((sent,),) = [case.sent for case in cases_of(hotline)]
    assert sent.answers["what"] == TOLD
    assert sent.answers["needs"] == ("food", "doctor")
    assert {BESIDE, "hello again"} <= {*sent.answers["also"]}
    assert quarantine_reasons(hotline) == []


def test_a_draft_that_came_back_shows_nothing_of_what_it_holds(hotline: HotlineHarness) -> None:
    person = reviewing(hotline)
    first, began = language_of(person), len(person.texts)
    on(person, "vi").says("hi")
    on(person, first).says("hello again")
    person.presses("Nobody can see", "Show my answers")
    heard = "\n".join(person.texts[began:])
    assert not any(word in heard for word in (TOLD, BESIDE, "Food", "passport", "Chen"))


def test_each_device_keeps_its_own_draft(hotline: HotlineHarness) -> None:
    person = reviewing(hotline)
    first = language_of(person)
    on(person, None)
    tells(person)
    for _again in range(3):
        on(person, first).says("still here")
        on(person, None).says("still here, too")
    on(person, first).says("now")
    person.presses("Nobody can see", "Go on", "Send")
    on(person, None).says("now")
    person.presses("Nobody can see")
    send_report(person)
    told = [
        sent.answers["what"]
        for case in cases_of(hotline)
        for sent in case.sent
        if "what" in sent.answers
    ]
    assert sorted(told) == sorted([TOLD, ELSEWHERE])


@pytest.mark.parametrize("way", ["name", "bye"])
def test_another_name_and_leaving_erase_the_drafts_of_every_device(
    hotline: HotlineHarness, way: str
) -> None:
    person = reviewing(hotline)
    on(person, "vi").says("hi")
    assert TOLD in readable_text(stored_conversation(person))
    if way == "name":
        another_name(hotline, person)
        person.says("hi")
    else:
        person.says("/bye")
    assert TOLD not in readable_text(stored_conversation(person))


def test_a_concealed_draft_expires_after_its_own_day(hotline: HotlineHarness) -> None:
    person = reviewing(hotline)
    first = language_of(person)
    hotline.advance_time(20 * 3600)
    on(person, None)
    tells(person)
    hotline.advance_time(6.5 * 3600)
    expires(hotline)
    kept = readable_text(stored_conversation(person))
    assert TOLD not in kept
    assert ELSEWHERE in kept
    assert on(person, first).says("hi") != [CAREFUL]
    hotline.advance_time(26 * 3600)
    expires(hotline)
    left = conversation_of(person)
    assert left is None or ELSEWHERE not in readable_text(left)


def test_what_is_kept_for_a_session_only_goes_with_it_and_takes_nothing_along(
    hotline: HotlineHarness,
) -> None:
    person = reviewing(hotline)
    first = language_of(person)
    on(person, None).says("/start")
    person.presses("English", "Tell what happened")
    start_report(person, until="keep")
    person.presses("Only while we chat")
    start_report(person, until="what")
    person.says(ELSEWHERE)
    hotline.advance_time(3600)
    expires(hotline)
    kept = readable_text(stored_conversation(person))
    assert ELSEWHERE not in kept
    assert TOLD in kept
    assert on(person, first).says("hi") == [CAREFUL]


def test_only_so_many_devices_are_remembered(hotline: HotlineHarness) -> None:
    person = hotline.person()
    for number in range(MAX_CONCEALED + 3):
        on(person, f"x{number}")
        tells(person, f"told on device {number}.")
    on(person, "yy").says("hi")
    kept = readable_text(stored_conversation(person))
    found = [number for number in range(MAX_CONCEALED + 3) if f"device {number}." in kept]
    assert found == list(range(3, MAX_CONCEALED + 3))


def test_a_bot_that_erases_with_the_language_is_detected(
    hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""

    def erases(session: Session) -> None:
        session.drafts.discard()
        session.suspend()

    monkeypatch.setattr(Session, "_conceal", erases)
    person = reviewing(hotline)
    first = language_of(person)
    on(person, "vi").says("hi")
    assert on(person, first).says("hi") != [CAREFUL]
    assert TOLD not in readable_text(stored_conversation(person))
