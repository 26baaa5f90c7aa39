"""A person is known again by a word; without it nobody learns whether there is any."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.cases.queries import load_queue
from bot.clock import DAY, SECOND
from bot.desks.web.texts import CASE_EVENTS
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.hotline.chat.passphrases import PassphraseResult
from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from bot.messages import DeleteMessages
from bot.vault.passphrase_hash import (
    DEFAULT_COST,
    MIN_PASSPHRASE_LENGTH,
    PassphraseHashWorker,
    hash_passphrase,
)
from flows.own_data.passphrase import Passphrase
from flows.start.identify import Identify
from flows.texts import phrases
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    messages_of_people,
    quarantine_reasons,
    readable_text,
    send_report,
    stored_conversation,
)
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

LONG = SESSION_TIMEOUT // SECOND + 60
WORD, SECOND_WORD = "mangga tua", "hujan besar"
NOTHING = Identify.end.text.source if Identify.end.text else ""


def with_words(home: HotlineHarness, *, second: bool = True) -> tuple[ChatPerson, str]:
    """Return somebody who has sent a report and chosen words."""
    person = home.person()
    send_report(person)
    person.presses("Choose a secret word")
    person.says(WORD)
    if second:
        person.presses("Choose a second word")
        person.says(SECOND_WORD)
    else:
        person.presses("One word is enough")
    return person, home.ask("SELECT id FROM cases ORDER BY opened_at DESC, id LIMIT 1")[0][0]


def tries(person: ChatPerson, word: str) -> list[str]:
    """Come back as a newcomer, say one has written before, and write a word."""
    person.says("/start")
    person.presses("English", "I have written before")
    return person.says(word)


def removed_in(home: HotlineHarness) -> set[int]:
    bodies = [body for _, body in home.post.arrived if isinstance(body, DeleteMessages)]
    return {number for body in bodies for number in body.messages}


def found(home: HotlineHarness) -> list[str]:
    return [event.code for event in home.board.events if event.kind is EventKind.PASSPHRASE_TRIED]


def test_the_right_passphrase_reopens_the_chat(hotline: HotlineHarness) -> None:
    person, case = with_words(hotline)
    hotline.advance_time(LONG)
    assert tries(person, "Mangga  TUA")[0] == phrases.RECOGNISED.source
    assert current_step(person) == ("afterwards", "what_now")
    assert stored_conversation(person).case == case
    assert found(hotline) == [PassphraseResult.RIGHT]
    person.presses("Has anyone read it?")
    assert any("Received:" in text for text in person.texts)


def test_it_opens_it_again_after_days(hotline: HotlineHarness) -> None:
    person, case = with_words(hotline)
    hotline.advance_time(5 * DAY // SECOND)
    now = hotline.loop.now()
    hotline.database.writer.run_sync(lambda work: hotline.house.conversations.expire(work, now))
    tries(person, WORD)
    assert stored_conversation(person).case == case
    person.presses("Add something")
    person.says("one thing more")
    person.presses("Send")
    assert [one.kind for one in cases_of(hotline)[0].sent] == ["report", "addition"]


@pytest.mark.parametrize("word", ["wrong word", SECOND_WORD])
def test_wrong_and_duress_passphrases_look_like_a_chat_without_any(
    hotline: HotlineHarness, word: str
) -> None:
    person, _case = with_words(hotline)
    stranger = hotline.person()
    hotline.advance_time(LONG)
    for _ in range(5):
        shown, fresh = tries(person, word), tries(stranger, word)
        assert shown == fresh
        assert shown[0] == NOTHING
        assert person.labels() == stranger.labels()
        assert set(person.toasts) == set(stranger.toasts) == {""}
        assert current_step(person) == current_step(stranger)


def test_a_bot_that_reports_a_wrong_passphrase_is_detected(
    hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the bot says something else where there are words."""
    monkeypatch.setattr(
        "bot.dispatch.turn.passphrase_handler.PassphraseHandler.apply_attempt",
        lambda handler, attempt: (
            handler.replies.send_text(phrases.DURESS_SAME_AS_FIRST) if attempt else None
        ),
    )
    person, _case = with_words(hotline)
    stranger = hotline.person()
    hotline.advance_time(LONG)
    assert tries(person, "wrong word") != tries(stranger, "wrong word")


def test_three_wrong_passphrases_lock_recognition_for_a_day(hotline: HotlineHarness) -> None:
    person, case = with_words(hotline)
    hotline.advance_time(LONG)
    for _ in range(3):
        tries(person, "wrong word")
    assert tries(person, WORD)[0] == NOTHING
    assert found(hotline) == [*["wrong"] * 3, PassphraseResult.RIGHT_AFTER_LIMIT]
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    mei.run_command(Verb.CONFIRM_IDENTITY, case)
    assert stored_conversation(person).case == case
    mei.hand_back(case)
    hotline.advance_time(LONG)
    assert tries(person, WORD)[0] == phrases.RECOGNISED.source


def test_passphrases_are_accepted_again_after_a_day(hotline: HotlineHarness) -> None:
    person, case = with_words(hotline)
    hotline.advance_time(LONG)
    for _ in range(6):
        tries(person, "wrong word")
    hotline.advance_time(DAY // SECOND + 1)
    tries(person, WORD)
    assert stored_conversation(person).case == case


def test_under_duress_nothing_of_a_caseworker_arrives_any_more(hotline: HotlineHarness) -> None:
    person, case = with_words(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    hotline.advance_time(LONG)
    mei.says(case, "We can come tonight.")
    tries(person, SECOND_WORD)
    assert found(hotline) == [PassphraseResult.DURESS]
    for verb, given in (
        (Verb.SEND, {"text": "hello"}),
        (Verb.PHRASE, {"code": "opener"}),
        (Verb.REFER, {"code": "labor_1955"}),
    ):
        (refused,) = refusals(mei.run_command(verb, case, **given))
        assert refused.startswith("This chat is frozen: the person was made to open it")
    hotline.run(hotline.close_writer_idle(5))
    assert "We can come tonight." not in person.texts
    person.says("it is really me")
    for each in (mei, hotline.colleague("Hua")):
        each.run_command(Verb.CONFIRM_IDENTITY, case, text="She rang us from the shelter.")
    mei.says(case, "hello")
    hotline.run(hotline.close_writer_idle(3))
    assert person.last == "hello"
    assert "We can come tonight." not in person.texts


@pytest.mark.parametrize(("word", "is_compromised"), [(SECOND_WORD, True), ("wrong word", False)])
def test_the_queue_marks_a_compromised_case(
    hotline: HotlineHarness, word: str, *, is_compromised: bool
) -> None:
    person, case = with_words(hotline)
    hotline.advance_time(LONG)
    tries(person, word)
    (listed,) = hotline.database.read(load_queue)
    assert listed.compromised is is_compromised
    noted = hotline.ask("SELECT actor, subject FROM audit WHERE deed = 'freeze'")
    assert noted == ([("person", case)] if is_compromised else [])


def test_a_passphrase_is_never_stored_shown_or_added_to_the_case(hotline: HotlineHarness) -> None:
    person, case = with_words(hotline)
    hotline.advance_time(LONG)
    for word in ("wrong word", SECOND_WORD, WORD):
        tries(person, word)
        for secret in (WORD, SECOND_WORD, "wrong word"):
            assert secret not in readable_text(stored_conversation(person))
            assert not any(secret in text for text in person.texts)
    assert hotline.colleague().reads(case) == []
    assert quarantine_reasons(hotline) == []


def test_a_message_with_a_passphrase_is_deleted_at_once(hotline: HotlineHarness) -> None:
    person, _case = with_words(hotline)
    removed = [
        n
        for _, body in hotline.post.arrived
        if isinstance(body, DeleteMessages)
        for n in body.messages
    ]
    assert {person._message, person._message - 1} <= set(removed)
    hotline.advance_time(LONG)
    tries(person, "wrong word")
    removed = [
        n
        for _, body in hotline.post.arrived
        if isinstance(body, DeleteMessages)
        for n in body.messages
    ]
    assert person._message in removed


def test_a_word_that_is_written_twice_is_deleted_both_times(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("Choose a secret word")
    for word in (WORD, WORD, WORD.upper()):
        person.says(word)
        assert person._message in removed_in(hotline)
    assert current_step(person) == ("passphrase", "wants_second")
    assert WORD not in readable_text(stored_conversation(person))


def test_a_cry_for_help_where_a_word_may_be_written_stays(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("Choose a secret word")
    person.says(WORD)
    person.says("he is hitting me")
    assert person._message not in removed_in(hotline)


def test_the_phone_does_not_show_that_a_passphrase_was_chosen(hotline: HotlineHarness) -> None:
    person, _case = with_words(hotline)
    person.says("hm")
    told = {phrase.source for step in Passphrase.steps for phrase in step.phrases()}
    assert not told & set(person.texts) - {phrases.PHONE_WARNING.source}


def test_a_guessable_passphrase_is_refused(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("Choose a secret word")
    assert person.says("x" * (MIN_PASSPHRASE_LENGTH - 1))[0] == phrases.PASSPHRASE_TOO_SHORT.source
    assert current_step(person) == ("passphrase", "word")


def test_the_duress_passphrase_must_differ_from_the_passphrase(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("Choose a secret word")
    person.says(WORD)
    person.presses("Choose a second word")
    person.says(WORD.upper())
    assert phrases.DURESS_SAME_AS_FIRST.source in person.texts
    assert hotline.ask("SELECT duress FROM words") == [(None,)]


def test_a_passphrase_survives_a_crash_before_comparison(hotline: HotlineHarness) -> None:
    person, case = with_words(hotline)
    hotline.advance_time(LONG)
    person.says("/start")
    person.presses("English", "I have written before")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hotline, "settled", partial(hotline.close_writer_idle, 0.0))
        person.send_update(person.words(WORD))
    hotline.crash()
    hotline.open()
    hotline.run(hotline.close_writer_idle(2))
    hotline.settle()
    assert stored_conversation(person).case == case


def test_skipping_and_files_lead_on_as_for_everybody(hotline: HotlineHarness) -> None:
    person, _case = with_words(hotline)
    stranger = hotline.person()
    hotline.advance_time(LONG)
    for one in (person, stranger):
        one.says("/start")
        one.presses("English", "I have written before")
    assert person.presses("Skip") == stranger.presses("Skip")
    photo = [{"file_id": "f1", "file_unique_id": "u1", "file_size": 900}]
    assert person.sends(photo=photo) == stranger.sends(photo=photo)


def test_digests_differ_by_chat_and_host_and_are_computed_elsewhere() -> None:
    """The one that runs in earnest, in a process of its own."""
    worker = PassphraseHashWorker()
    try:
        one = asyncio.run(worker.hash("Mangga tua", b"a" * 16, b"p" * 32))
    finally:
        worker.close()
    assert one == hash_passphrase("mangga  TUA", b"a" * 16, b"p" * 32, DEFAULT_COST)
    assert one != hash_passphrase("mangga tua", b"b" * 16, b"p" * 32, DEFAULT_COST)
    assert one != hash_passphrase("mangga tua", b"a" * 16, b"q" * 32, DEFAULT_COST)


def test_alarm_words_are_not_taken_as_a_passphrase_and_show_the_numbers(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("Choose a secret word")
    heard = person.says("help me now")
    assert "110" in "\n".join(heard)
    assert messages_of_people(hotline)[-1].text == "help me now"
    assert current_step(person) == ("passphrase", "word")


def test_alarm_words_instead_of_a_known_passphrase_are_stored(hotline: HotlineHarness) -> None:
    person, _case = with_words(hotline)
    hotline.advance_time(LONG)
    tries(person, "help me now")
    assert current_step(person) == ("danger", "tell")
    assert "help me now" in readable_text(stored_conversation(person))
    assert found(hotline) == []


def test_every_passphrase_that_was_tried_stands_at_the_case(hotline: HotlineHarness) -> None:
    """Else staff do not see that someone guesses, or why the person is not let in."""
    person, _case = with_words(hotline)
    hotline.advance_time(LONG)
    for word in ("wrong one", "wrong two", "wrong three", "wrong four", WORD):
        tries(person, word)
    rows = hotline.ask("SELECT detail FROM audit WHERE deed = 'passphrase' ORDER BY id")
    assert rows == [(it,) for it in ("wrong", "wrong", "wrong", "too_often", "right_too_late")]
    shown = {it for it in CASE_EVENTS if it.startswith("passphrase:")}
    assert shown == {
        f"passphrase:{it.value}" for it in PassphraseResult if it is not PassphraseResult.DURESS
    }
