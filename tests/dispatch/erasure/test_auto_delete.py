"""Messages go by themselves, after a time the person chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR, SECOND
from bot.messages import DeleteMessages
from tests.support.dispatch_inspection import (
    quarantine_reasons,
    send_report,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson


def removed(home: HotlineHarness, person: ChatPerson) -> set[int]:
    bodies = [body for chat, body in home.post.arrived if chat == person.id]
    return {n for body in bodies if isinstance(body, DeleteMessages) for n in body.messages}


@pytest.mark.parametrize(
    ("answer", "hours"), [("After 1 hour", 1), ("After 8 hours", 8), ("After 24 hours", 24)]
)
def test_both_sides_messages_go_after_that_time(
    hotline: HotlineHarness, answer: str, hours: int
) -> None:
    person = hotline.person()
    person.says("hello", "/vanish")
    person.presses(answer)
    person.says("one thing more")
    written = person._message
    hotline.advance_time(hours * HOUR / SECOND - 60)
    hotline.run(hotline.close_writer_idle(2))
    assert len(person.texts) > 2
    hotline.advance_time(120)
    hotline.run(hotline.close_writer_idle(2))
    assert person.texts == []
    assert set(range(1, written + 1)) <= removed(hotline, person)
    assert quarantine_reasons(hotline) == []


def test_nothing_is_deleted_unless_the_person_chose_it(hotline: HotlineHarness) -> None:
    """The negative control."""
    person = hotline.person()
    person.says("hello", "/vanish")
    person.presses("They shall stay")
    shown = len(person.texts)
    hotline.advance_time(30 * HOUR / SECOND)
    hotline.run(hotline.close_writer_idle(2))
    assert len(person.texts) == shown


def test_auto_delete_survives_a_restart(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("hello", "/vanish")
    person.presses("After 1 hour")
    hotline.crash()
    hotline.open()
    hotline.advance_time(HOUR / SECOND + 60)
    hotline.run(hotline.close_writer_idle(2))
    assert person.texts == []


def test_the_choice_goes_out_of_sight_with_the_rest(hotline: HotlineHarness) -> None:
    person, stranger = hotline.person(), hotline.person()
    send_report(person)
    person.says("/vanish")
    person.presses("After 1 hour")
    hotline.advance_time(31 * 60)
    assert person.says("hello") == stranger.says("hello")
    assert stored_conversation(person).message_lifetime == 0
