"""A person is known again by a word; without it nobody learns whether there is any."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.cases.queries import queue
from bot.clock import DAY, SECOND
from bot.dispatch.session import SILENCE
from bot.hotline.chat.passphrases import Found
from bot.hotline.commands.types import Verb
from bot.hotline.events import Happened
from bot.messages import Remove
from bot.vault.passphrase_hash import DEAR, SHORTEST, Worker, digest
from flows import phrases
from flows.identify import Before
from flows.passphrase import Secret
from tests.colleagues import refusals
from tests.dispatch.peeking import at, cases_of, faults, kept, tell, words_in

if TYPE_CHECKING:
    from tests.houses import Home
    from tests.people import Person

LONG = SILENCE // SECOND + 60
WORD, SECOND_WORD = "mangga tua", "hujan besar"
NOTHING = Before.end.text.source if Before.end.text else ""


def with_words(home: Home, *, second: bool = True) -> tuple[Person, str]:
    """Return somebody who has sent a report and chosen words."""
    person = home.person()
    tell(person)
    person.presses("Send", "Choose a secret word")
    person.says(WORD)
    if second:
        person.presses("Choose a second word")
        person.says(SECOND_WORD)
    else:
        person.presses("One word is enough")
    return person, home.ask("SELECT id FROM cases ORDER BY opened_at DESC, id LIMIT 1")[0][0]


def tries(person: Person, word: str) -> list[str]:
    """Come back as a newcomer, say one has written before, and write a word."""
    person.says("/start")
    person.presses("English", "Nobody can see", "I have written before")
    return person.says(word)


def removed_in(home: Home) -> set[int]:
    bodies = [body for _, body in home.post.arrived if isinstance(body, Remove)]
    return {number for body in bodies for number in body.messages}


def found(home: Home) -> list[str]:
    return [event.code for event in home.board.events if event.what is Happened.WORD_TRIED]


def test_the_right_word_opens_it_again(home: Home) -> None:
    person, case = with_words(home)
    home.passes(LONG)
    assert tries(person, "Mangga  TUA")[0] == phrases.KNOWN_AGAIN.source
    assert at(person) == ("afterwards", "what_now")
    assert kept(person).case == case
    assert found(home) == [Found.RIGHT]
    person.presses("Where it stands")
    assert any("Received:" in text for text in person.texts)


def test_it_opens_it_again_after_days(home: Home) -> None:
    person, case = with_words(home)
    home.passes(5 * DAY // SECOND)
    now = home.loop.now()
    home.database.writer.run_now(lambda work: home.house.conversations.expire(work, now))
    tries(person, WORD)
    assert kept(person).case == case
    person.presses("Add something")
    person.says("one thing more")
    person.presses("Send")
    assert [one.kind for one in cases_of(home)[0].sent] == ["report", "addition"]


@pytest.mark.parametrize("word", ["wrong word", SECOND_WORD])
def test_wrong_and_duress_say_the_same_as_a_chat_without_words(home: Home, word: str) -> None:
    person, _case = with_words(home)
    stranger = home.person()
    home.passes(LONG)
    for _ in range(5):
        shown, fresh = tries(person, word), tries(stranger, word)
        assert shown == fresh
        assert shown[0] == NOTHING
        assert person.labels() == stranger.labels()
        assert set(person.toasts) == set(stranger.toasts) == {""}
        assert at(person) == at(stranger)


def test_a_house_that_names_a_wrong_word_is_found_out(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the bot says something else where there are words."""
    monkeypatch.setattr(
        "bot.dispatch.passphrase_handler.Recognising.tried",
        lambda turn, tried: turn.refused() if tried else turn.effects,
    )
    person, _case = with_words(home)
    stranger = home.person()
    home.passes(LONG)
    assert tries(person, "wrong word") != tries(stranger, "wrong word")


def test_three_wrong_words_leave_it_to_a_caseworker_for_a_day(home: Home) -> None:
    person, case = with_words(home)
    home.passes(LONG)
    for _ in range(3):
        tries(person, "wrong word")
    assert tries(person, WORD)[0] == NOTHING
    assert found(home) == [*["wrong"] * 3, Found.RIGHT_TOO_LATE]
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    mei.does(Verb.CONFIRM, case)
    assert kept(person).case == case
    mei.hands_back(case)
    home.passes(LONG)
    assert tries(person, WORD)[0] == phrases.KNOWN_AGAIN.source


def test_a_day_later_words_are_heard_again(home: Home) -> None:
    person, case = with_words(home)
    home.passes(LONG)
    for _ in range(6):
        tries(person, "wrong word")
    home.passes(DAY // SECOND + 1)
    tries(person, WORD)
    assert kept(person).case == case


def test_under_duress_nothing_of_a_caseworker_arrives_any_more(home: Home) -> None:
    person, case = with_words(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    home.passes(LONG)
    mei.says(case, "We can come tonight.")
    tries(person, SECOND_WORD)
    assert found(home) == [Found.DURESS]
    for verb, given in (
        (Verb.SAY, {"words": "hello"}),
        (Verb.PHRASE, {"code": "opener"}),
        (Verb.REFER, {"code": "labor_1955"}),
    ):
        (refused,) = refusals(mei.does(verb, case, **given))
        assert refused.startswith("Somebody made the person open this chat")
    home.run(home.rest(5))
    assert "We can come tonight." not in person.texts
    person.says("it is really me")
    for each in (mei, home.colleague("Hua")):
        each.does(Verb.CONFIRM, case, words="She rang us from the shelter.")
    mei.says(case, "hello")
    home.run(home.rest(3))
    assert person.last == "hello"
    assert "We can come tonight." not in person.texts


@pytest.mark.parametrize(("word", "is_compromised"), [(SECOND_WORD, True), ("wrong word", False)])
def test_whoever_looks_at_the_queue_sees_that_a_case_was_compromised(
    home: Home, word: str, *, is_compromised: bool
) -> None:
    person, case = with_words(home)
    home.passes(LONG)
    tries(person, word)
    (listed,) = home.run(queue(home.database))
    assert listed.compromised is is_compromised
    noted = home.ask("SELECT actor, subject FROM audit WHERE deed = 'freeze'")
    assert noted == ([("person", case)] if is_compromised else [])


def test_no_word_is_kept_shown_or_put_to_the_case(home: Home) -> None:
    person, case = with_words(home)
    home.passes(LONG)
    for word in ("wrong word", SECOND_WORD, WORD):
        tries(person, word)
        for secret in (WORD, SECOND_WORD, "wrong word"):
            assert secret not in words_in(kept(person))
            assert not any(secret in text for text in person.texts)
    assert home.colleague().reads(case) == []
    assert faults(home) == []


def test_a_message_with_a_word_goes_at_once(home: Home) -> None:
    person, _case = with_words(home)
    removed = [
        n for _, body in home.post.arrived if isinstance(body, Remove) for n in body.messages
    ]
    assert {person._message, person._message - 1} <= set(removed)
    home.passes(LONG)
    tries(person, "wrong word")
    removed = [
        n for _, body in home.post.arrived if isinstance(body, Remove) for n in body.messages
    ]
    assert person._message in removed


def test_nothing_on_the_phone_tells_that_a_word_was_chosen(home: Home) -> None:
    person, _case = with_words(home)
    person.says("hm")
    told = {phrase.source for step in Secret.steps for phrase in step.phrases()}
    assert not told & set(person.texts) - {phrases.PHONE_WARNING.source}


def test_a_word_anybody_could_guess_is_asked_for_again(home: Home) -> None:
    person = home.person()
    tell(person)
    person.presses("Send", "Choose a secret word")
    assert person.says("x" * (SHORTEST - 1))[0] == phrases.TOO_SHORT_A_WORD.source
    assert at(person) == ("passphrase", "word")


def test_the_second_word_has_to_be_another(home: Home) -> None:
    person = home.person()
    tell(person)
    person.presses("Send", "Choose a secret word")
    person.says(WORD)
    person.presses("Choose a second word")
    person.says(WORD.upper())
    assert phrases.ANOTHER_WORD.source in person.texts
    assert home.ask("SELECT duress FROM words") == [(None,)]


def test_a_word_survives_a_crash_before_it_was_compared(home: Home) -> None:
    person, case = with_words(home)
    home.passes(LONG)
    person.says("/start")
    person.presses("English", "Nobody can see", "I have written before")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(home, "settle", lambda: None)
        person.does(person.words(WORD))
    home.crash()
    home.open()
    home.run(home.rest(2))
    home.settle()
    assert kept(person).case == case


def test_skipping_and_files_lead_on_as_for_everybody(home: Home) -> None:
    person, _case = with_words(home)
    stranger = home.person()
    home.passes(LONG)
    for one in (person, stranger):
        one.says("/start")
        one.presses("English", "Nobody can see", "I have written before")
    assert person.presses("Skip") == stranger.presses("Skip")
    photo = [{"file_id": "f1", "file_unique_id": "u1", "file_size": 900}]
    assert person.sends(photo=photo) == stranger.sends(photo=photo)


def test_digests_differ_by_chat_and_host_and_are_computed_elsewhere() -> None:
    """The one that runs in earnest, in a process of its own."""
    worker = Worker()
    try:
        one = asyncio.run(worker.of("Mangga tua", b"a" * 16, b"p" * 32))
    finally:
        worker.close()
    assert one == digest("mangga  TUA", b"a" * 16, b"p" * 32, DEAR)
    assert one != digest("mangga tua", b"b" * 16, b"p" * 32, DEAR)
    assert one != digest("mangga tua", b"a" * 16, b"q" * 32, DEAR)


def test_a_cry_for_help_is_no_word_it_is_kept_and_brings_whom_to_call(home: Home) -> None:
    person = home.person()
    tell(person)
    person.presses("Send", "Choose a secret word")
    person.says("help me now")
    assert at(person) == ("danger", "tell")
    assert "help me now" in words_in(kept(person))
    assert "help_now" in kept(person).alarms
    person.presses("Not yet")
    assert at(person) == ("passphrase", "word")


def test_a_cry_for_help_in_place_of_a_known_word_is_kept_as_well(home: Home) -> None:
    person, _case = with_words(home)
    home.passes(LONG)
    tries(person, "help me now")
    assert at(person) == ("danger", "tell")
    assert "help me now" in words_in(kept(person))
    assert found(home) == []
