"""What a person sends and no one gets: they are told so, and never that it has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.clock import SECOND
from bot.conversation.replies import FILE_KEPT, NOT_UNDERSTOOD, RECEIVED
from bot.dispatch.rate_limit import BURST_INTERVAL
from flows.texts.phrases import (
    DAILY_LIMIT,
    FILE_TOO_LARGE,
    FILES_REFUSED,
    KEPT_TOO,
    UNSUPPORTED_CONTENT,
    WITH_CASE,
)
from tests.dispatch.relay.test_messages_reach_case import told
from tests.dispatch.relay.test_takeover import met
from tests.support.dispatch_inspection import current_step
from tests.support.people.telegram_attachments import MB, document, photo, put_at_step

if TYPE_CHECKING:
    from bot.text import Text
    from tests.support.harnesses.hotline_harness import HotlineHarness

LARGE = document("film", 25 * MB)
DICE = {"emoji": "🎲", "value": 1}
RECEIPTS = (FILE_KEPT, RECEIVED, NOT_UNDERSTOOD, WITH_CASE, KEPT_TOO)


def says_one_of(heard: list[str], texts: tuple[Text, ...]) -> bool:
    return any(it.source in heard for it in texts)


def test_in_a_burst_each_thing_that_is_not_kept_is_said_once(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = told(sqlite_hotline)
    sqlite_hotline.advance_time(60)
    heard: list[str] = []
    heard += person.says("he locks the door at night")
    for _ in range(2):
        heard += person.sends(document=LARGE)
        heard += person.sends(dice=DICE)
    heard += person.says("and he took my phone")
    assert heard.count(FILE_TOO_LARGE.source) == 1
    assert heard.count(UNSUPPORTED_CONTENT.source) == 1
    assert sum(it.source in heard for it in (WITH_CASE, KEPT_TOO)) == 1


def test_in_the_next_burst_it_is_said_again(sqlite_hotline: HotlineHarness) -> None:
    person = told(sqlite_hotline)
    for _ in range(2):
        sqlite_hotline.advance_time(60 + BURST_INTERVAL / SECOND)
        assert person.sends(document=LARGE).count(FILE_TOO_LARGE.source) == 1


def test_words_beyond_those_of_a_day_are_not_lost_in_silence_in_a_burst(
    sqlite_hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = told(sqlite_hotline)
    sqlite_hotline.advance_time(60)
    person.says("one more thing that happened")
    monkeypatch.setattr("bot.dispatch.rate_limit.MAX_DAILY_CHARACTERS", 10)
    assert person.says("and this is too much") == [DAILY_LIMIT.source]
    assert person.says("and this as well") == []


@pytest.mark.parametrize("sent", [{"document": LARGE}, {"video": LARGE}, {"dice": DICE}])
def test_what_is_not_kept_is_never_said_to_be_with_staff(
    sqlite_hotline: HotlineHarness, sent: dict[str, Any]
) -> None:
    person = told(sqlite_hotline)
    sqlite_hotline.advance_time(60)
    heard = person.sends(**sent)
    assert says_one_of(heard, (FILE_TOO_LARGE, UNSUPPORTED_CONTENT))
    assert not says_one_of(heard, RECEIPTS)


def test_words_under_a_file_that_is_too_large_do_not_make_it_arrive(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = told(sqlite_hotline)
    sqlite_hotline.advance_time(60)
    heard = person.sends(document=LARGE, caption="this is the film")
    assert heard[0] == FILE_TOO_LARGE.source
    assert not says_one_of(heard, RECEIPTS)


@pytest.mark.parametrize("caption", ["", "pay slip of May"])
def test_where_files_are_asked_for_one_that_is_too_large_is_not_thanked_for(
    sqlite_hotline: HotlineHarness, caption: str
) -> None:
    person = put_at_step(sqlite_hotline, "evidence")
    heard = person.sends(document=LARGE, caption=caption)
    assert heard[0] == FILE_TOO_LARGE.source
    assert not says_one_of(heard, RECEIPTS)
    person.presses("Done")


@pytest.mark.parametrize("step", ["what", "safe"])
def test_a_file_that_is_too_large_answers_no_question_and_is_not_thanked_for(
    sqlite_hotline: HotlineHarness, step: str
) -> None:
    person = put_at_step(sqlite_hotline, step)
    heard = person.sends(document=LARGE)
    assert heard[0] == FILE_TOO_LARGE.source
    assert not says_one_of(heard, RECEIPTS)
    assert "We kept" not in "".join(heard)
    assert current_step(person) == ("report", step)


def test_a_file_that_is_too_large_is_the_first_message_and_is_not_thanked_for(
    sqlite_hotline: HotlineHarness,
) -> None:
    heard = sqlite_hotline.person().sends(document=LARGE)
    assert heard[0] == FILE_TOO_LARGE.source
    assert "We kept" not in "".join(heard)


def test_files_that_are_refused_do_not_arrive_with_their_words(
    sqlite_hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = told(sqlite_hotline)
    sqlite_hotline.advance_time(60)
    monkeypatch.setattr("bot.dispatch.rate_limit.MAX_DAILY_FILE_BYTES", 0)
    heard = person.sends(photo=photo("room"), caption="this is the room")
    assert heard[0] == FILES_REFUSED.source
    assert not says_one_of(heard, RECEIPTS)


@pytest.mark.parametrize("caption", ["", "this is the room"])
def test_in_a_talk_files_that_are_refused_are_said_to_be_so_in_one_sentence(
    sqlite_hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch, caption: str
) -> None:
    person, _mei, _case = met(sqlite_hotline)
    sqlite_hotline.advance_time(60)
    assert person.sends(dice=DICE) == [UNSUPPORTED_CONTENT.source]  # negative control
    monkeypatch.setattr("bot.dispatch.rate_limit.MAX_DAILY_FILE_BYTES", 0)
    assert person.sends(photo=photo("room"), caption=caption) == [FILES_REFUSED.source]
