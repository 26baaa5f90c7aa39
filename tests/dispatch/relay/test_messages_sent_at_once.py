"""What is written in one go with the words that open a case reaches that case, too.

After an outage everything somebody wrote meanwhile comes in one batch: the button that tells staff
and the address behind it. A turn must then not take the case for erased because it is not stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.dispatch.relay.test_messages_reach_case import (
    ADDRESS,
    URGENT,
    case_ids,
    messages,
    written,
)
from tests.support.dispatch_inspection import cases_of, start_report, stored_conversation

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

MORE = "four others are locked in with me"
PHOTO = [{"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}]


def ready_to_talk(home: HotlineHarness) -> ChatPerson:
    person = home.person()
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    return person


def pressed(person: ChatPerson, label: str) -> dict[str, Any]:
    return person.press(person.token(label))


def test_an_address_that_comes_in_one_batch_with_send_reaches_the_case(
    hotline: HotlineHarness,
) -> None:
    person = ready_to_talk(hotline)
    person.send_update(pressed(person, "Send"), person.words(ADDRESS), person.words(MORE))
    assert written(hotline) == [ADDRESS, MORE]
    assert stored_conversation(person).is_read
    person.says("it is the house with the dog")
    assert len(written(hotline)) == 3


def test_an_address_that_comes_in_one_batch_with_the_alarm_reaches_the_case(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    start_report(person, until="leaving")
    person.says(URGENT)
    person.send_update(
        pressed(person, "Tell them now"), person.words(ADDRESS), person.message(photo=PHOTO)
    )
    assert written(hotline)[:2] == [URGENT, ADDRESS]
    assert [len(it.content.files) for it in messages(hotline)] == [0, 0, 1]


def test_a_question_about_the_case_in_the_same_batch_is_answered(hotline: HotlineHarness) -> None:
    person = ready_to_talk(hotline)
    heard = person.send_update(
        pressed(person, "Send"), person.words("1"), person.words("has anyone read it?")
    )
    reference = cases_of(hotline)[0].reference
    assert any(reference in it for it in heard)
    assert stored_conversation(person).is_read


def test_other_people_in_the_batch_are_answered_in_their_order(hotline: HotlineHarness) -> None:
    first, second = ready_to_talk(hotline), ready_to_talk(hotline)
    hotline.receives(
        pressed(first, "Send"), pressed(second, "Send"), second.words(MORE), first.words(ADDRESS),
        second.words(URGENT),
    )  # fmt: skip
    assert sorted(written(hotline, case) for case in case_ids(hotline)) == [
        [ADDRESS], [MORE, URGENT]
    ]  # fmt: skip
    assert len({it.reference for it in cases_of(hotline)}) == 2


@pytest.mark.parametrize("size", [1, 2, 5, 50])
def test_the_size_of_the_batch_changes_nothing_of_what_is_kept(
    sqlite_hotline: HotlineHarness, size: int
) -> None:
    person = sqlite_hotline.person()
    typed = ["/start", "english", "talk to a person", "safe", "they keep my passport"]
    after_reading = ["send", *(f"line {n}, rice" for n in range(20))]
    for lines in (typed, after_reading):
        written_now = [person.words(it) for it in lines]
        for at in range(0, len(written_now), size):
            sqlite_hotline.receives(*written_now[at : at + size])
        sqlite_hotline.advance_time(5)
    assert written(sqlite_hotline) == [f"line {n}, rice" for n in range(20)]
