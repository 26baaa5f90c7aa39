"""One tap takes everything off the phone that can be taken, and the last words say what cannot."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR, SECOND
from bot.dispatch import callback_data
from bot.errors import RetryLaterError
from bot.mailbox.courier import MAX_PER_CALL
from bot.messages import DeleteMessages, SendText
from flows.texts import phrases
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    quarantine_reasons,
    send_report,
    start_report,
    stored_conversation,
)
from tests.support.telegram.recording_channel import FINE, DeliveryFault, delivery_failure

if TYPE_CHECKING:
    from bot.messages import Body
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

CLEARED = phrases.CHAT_CLEARED.source


class Phone:
    """What lies on a person's phone: their own messages as well as ours."""

    def __init__(self, home: HotlineHarness, person: ChatPerson) -> None:
        self.home = home
        self.person = person
        self.removed: list[int] = []
        self.calls: list[tuple[int, ...]] = []

    def look(self) -> None:
        """Read what was removed since."""
        bodies = [body for chat, body in self.home.post.arrived if chat == self.person.id]
        self.calls = [body.messages for body in bodies if isinstance(body, DeleteMessages)]
        self.removed = [number for call in self.calls for number in call]

    @property
    def left(self) -> list[SendText]:
        return self.person.screen

    def theirs(self) -> set[int]:
        """Return the numbers of what the person wrote."""
        return set(range(1, self.person._message + 1))


def whole_report(home: HotlineHarness) -> tuple[ChatPerson, Phone]:
    person = home.person()
    send_report(person)
    return person, Phone(home, person)


@pytest.mark.parametrize("way", ["press", "type", "label"])
def test_everything_of_both_sides_goes_at_once(hotline: HotlineHarness, way: str) -> None:
    person, phone = whole_report(hotline)
    began = hotline.loop.now()
    if way == "press":
        person.send_update(person.press(callback_data.BYE_BUTTON))
    else:
        person.says("/bye" if way == "type" else "clear chat")
    phone.look()
    assert hotline.loop.now() - began < 5 * SECOND
    assert person.texts == [CLEARED]
    assert phone.theirs() <= set(phone.removed)
    assert all(len(call) <= MAX_PER_CALL for call in phone.calls)
    assert current_step(person) is None
    assert quarantine_reasons(hotline) == []


def test_what_was_written_last_goes_first(hotline: HotlineHarness) -> None:
    person, phone = whole_report(hotline)
    for number in range(130):
        person.says(f"more {number}")
    person.says("/bye")
    phone.look()
    wiped = [number for call in phone.calls if len(call) > 1 for number in call]
    assert len(wiped) > MAX_PER_CALL
    assert wiped == sorted(wiped, reverse=True)


def test_nothing_is_asked_and_nothing_unsent_is_left(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says("needle")
    assert person.says("/bye") == [CLEARED]
    assert not person.screen[-1].rows
    assert "needle" not in str(stored_conversation(person))
    assert person.says("hello")[-1].startswith("Choose your language.")


def test_the_last_words_go_with_the_next_step_or_by_themselves(hotline: HotlineHarness) -> None:
    one, two = hotline.person(), hotline.person()
    for person in (one, two):
        person.says("hello", "/bye")
        assert person.texts == [CLEARED]
    one.says("hello")
    assert CLEARED not in one.texts
    hotline.advance_time(150)
    hotline.run(hotline.close_writer_idle(2))
    assert two.texts == []


def test_a_case_stays_and_is_named_nowhere(hotline: HotlineHarness) -> None:
    person, _phone = whole_report(hotline)
    person.says("/bye")
    assert len(cases_of(hotline)) == 1
    stranger = hotline.person()
    assert person.says("hello") == stranger.says("hello")


def test_it_is_done_through_a_storm(hotline: HotlineHarness) -> None:
    """Every second call is told to wait; what was done before is not done again."""
    person, phone = whole_report(hotline)
    for number in range(250):
        person.says(f"more {number}")
    tried: list[Body] = []

    def storm(_chat: int, body: Body) -> DeliveryFault:
        if isinstance(body, DeleteMessages) and len(body.messages) > 1:
            tried.append(body)
            if len(tried) % 2:
                return delivery_failure(RetryLaterError(0.5))
        return FINE

    hotline.post.fate = storm
    began = hotline.loop.now()
    person.says("/bye")
    phone.look()
    assert hotline.loop.now() - began < 5 * SECOND
    assert person.texts == [CLEARED]
    assert phone.theirs() <= set(phone.removed)
    assert len(phone.removed) == len(set(phone.removed))


def test_what_waited_to_be_said_is_not_said_any_more(hotline: HotlineHarness) -> None:
    person = hotline.person()
    hotline.post.fate = lambda _chat, body: (
        delivery_failure(RetryLaterError(60))
        if isinstance(body, SendText) and body.text != CLEARED
        else FINE
    )
    arrivals = [person.words("hello"), person.words("/bye")]
    began = hotline.loop.now()
    hotline.receives(*arrivals)
    assert hotline.loop.now() - began < 5 * SECOND
    assert person.texts == [CLEARED]


@pytest.mark.parametrize("done", [0, 1, 2])
def test_a_crash_in_the_middle_is_made_good_after_it(hotline: HotlineHarness, done: int) -> None:
    person, phone = whole_report(hotline)
    for number in range(250):
        person.says(f"more {number}")
    calls: list[Body] = []

    def dies(_chat: int, body: Body) -> DeliveryFault:
        if isinstance(body, DeleteMessages) and len(body.messages) > 1:
            calls.append(body)
            if len(calls) > done:
                return DeliveryFault(RetryLaterError(3600.0), arrives=False)
        return FINE

    hotline.post.fate = dies
    update = person.words("/bye")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hotline, "settled", partial(hotline.close_writer_idle, 1.0))
        hotline.receives(update)
    phone.look()
    assert not phone.theirs() <= set(phone.removed)  # it really was in the middle
    hotline.crash()
    hotline.post.fate = lambda _chat, _body: FINE
    hotline.open()
    hotline.run(hotline.close_writer_idle(3600.0))
    hotline.settle()
    phone.look()
    assert person.texts in ([CLEARED], [])
    assert phone.theirs() <= set(phone.removed)


def test_where_numbers_are_not_kept_messages_stay(hotline: HotlineHarness) -> None:
    """The negative control: what is looked for above is really missing without them."""
    person, phone = whole_report(hotline)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bot.dispatch.turn.session.person_message_ids", lambda _hours: ())
        patched.setattr("bot.dispatch.letter_ids.letter_ids", lambda _hours: ())
        person.says("/bye")
    phone.look()
    assert not phone.theirs() <= set(phone.removed)
    assert len(person.texts) > 1


def test_what_a_failed_turn_leaves_on_the_phone_goes_as_well(hotline: HotlineHarness) -> None:
    person, phone = whole_report(hotline)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bot.dispatch.turn.session.fingerprint_account", _fail)
        person.send_update(person.words("this breaks something"))
    broken = person._message
    assert len(quarantine_reasons(hotline)) == 1
    person.says("/bye")
    phone.look()
    assert broken in phone.removed


def _fail(*_: object) -> None:
    raise RuntimeError


def test_numbers_outlive_the_draft_by_a_day_and_no_longer(hotline: HotlineHarness) -> None:
    person, phone = whole_report(hotline)
    conversations = hotline.house.conversations

    def expire() -> int:
        now = hotline.loop.now()
        return hotline.database.writer.run_sync(lambda work: conversations.expire(work, now))

    hotline.advance_time(26 * HOUR // SECOND)
    assert expire() == 1
    assert expire() == 0
    assert stored_conversation(person).case == ""
    assert not stored_conversation(person).position.frames
    person.says("/bye")
    phone.look()
    assert phone.theirs() <= set(phone.removed)
    hotline.advance_time(50 * HOUR // SECOND)
    expire()
    hotline.advance_time(HOUR // SECOND)
    expire()
    assert hotline.ask("SELECT count(*) FROM conversations") == [(0,)]
