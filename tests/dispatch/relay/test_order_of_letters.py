"""A caseworker's letters stand in the case where the person saw them, and come after who writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.errors import DeliveryUncertainError, RetryLaterError
from bot.hotline.chat.messages import CaseMessageKind, CaseMessages
from bot.hotline.commands.types import Command, Verb
from bot.mailbox import courier
from bot.mailbox.inbox import Arrival
from bot.messages import SendText
from tests.dispatch.relay.test_takeover import WITH_YOU, in_danger, met
from tests.support.people.chat_person import update_json
from tests.support.telegram.recording_channel import DeliveryFault, delivery_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.hotline.chat.messages import CaseMessage
    from bot.messages import Body
    from bot.store.writer import Work
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

pytestmark = pytest.mark.both_databases
FIVE = ["one", "two", "three", "four", "five"]
FINE = DeliveryFault()
CUT = delivery_failure(DeliveryUncertainError("cut"), arrives=True)


def waiting_letters(
    home: HotlineHarness, words: list[str]
) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a chat in which letters wait for the answer to the opener."""
    person, case = in_danger(home)
    mei = home.colleague()
    mei.claims(case)
    mei.take_over(case)
    for each in words:
        mei.says(case, each)
        home.advance_time(5)
    return person, mei, case


def fates(**by_text: DeliveryFault) -> Callable[[int, Body], DeliveryFault]:
    def fate(_chat: int, body: Body) -> DeliveryFault:
        return by_text.get(body.text, FINE) if isinstance(body, SendText) else FINE

    return fate


def shown(home: HotlineHarness, case: str, size: int = 100) -> list[CaseMessage]:
    """Return the messages of a case as the desk shows them, loaded in parts of this size."""
    opener = home.opener(case)

    def load(work: Work) -> list[CaseMessage]:
        found, before, earlier = [], None, 1
        while earlier:
            page = CaseMessages.page(work, case, opener, size, before)
            found[:0] = page.messages
            earlier = page.earlier
            before = (page.messages[0].seen_at, page.messages[0].id)
        return found

    return home.database.writer.run_sync(load)


def words_of(messages: list[CaseMessage]) -> list[str]:
    """Return what was written, and in what it ended where that is not the usual."""
    found = [it for it in messages if it.kind in {CaseMessageKind.TEXT, CaseMessageKind.REPLY}]
    return [f"{it.content.text or 'pressed'} {it.state or ''}".strip() for it in found]


def acts(home: HotlineHarness, mei: CaseworkerDriver, case: str, words: str) -> None:
    """Let a caseworker write, and wait for no letter."""
    home.store_staff_commands(Command(verb=Verb.SEND, by=mei.id, case=case, text=words))
    home.run(home.house.dispatcher.resume())
    home.run(home.close_writer_idle(1))


def writes(home: HotlineHarness, person: ChatPerson, words: str) -> None:
    """Let a person write, and wait for no letter."""
    raw = update_json(home.next_update, person.words(words))
    home.next_update += 1
    arrival = Arrival.of(home.next_update - 1, raw)
    home.run(home.house.dispatcher.receive([arrival], home.next_update))
    home.run(home.close_writer_idle(1))


@pytest.mark.parametrize("size", [100, 2])
def test_uncertain_letters_that_waited_stand_between_those_that_arrived(
    hotline: HotlineHarness, size: int
) -> None:
    person, _mei, case = waiting_letters(hotline, FIVE)
    hotline.post.fate = fates(three=CUT, four=CUT)
    person.presses("I can write now")
    hotline.run(hotline.close_writer_idle(30))
    assert person.texts[-5:] == FIVE
    assert words_of(shown(hotline, case, size))[-6:] == [
        "pressed", "one", "two", "three uncertain", "four uncertain", "five"
    ]  # fmt: skip


def test_an_uncertain_letter_stands_behind_what_came_while_it_waited(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline)
    later = iter([delivery_failure(RetryLaterError(12))])
    hotline.post.fate = lambda _chat, body: (
        CUT
        if isinstance(body, SendText) and body.text == "B"
        else next(later, FINE)
        if isinstance(body, SendText) and body.text == "A"
        else FINE
    )
    acts(hotline, mei, case, "A")
    acts(hotline, mei, case, "B")
    writes(hotline, person, "P")
    hotline.run(hotline.close_writer_idle(30))
    assert person.texts[-2:] == ["A", "B"]
    assert words_of(shown(hotline, case))[-3:] == ["P", "A", "B uncertain"]


def test_an_uncertain_letter_stands_where_it_left_and_not_where_that_was_known(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline)
    hotline.post.fate = fates(
        B=DeliveryFault(DeliveryUncertainError("no answer"), arrives=False, seconds=30)
    )
    left = hotline.loop.now()
    acts(hotline, mei, case, "B")
    writes(hotline, person, "P")
    hotline.run(hotline.close_writer_idle(60))
    found = shown(hotline, case)
    assert words_of(found)[-2:] == ["B uncertain", "P"]
    assert left <= found[-2].seen_at <= left + SECOND


def test_a_letter_that_was_being_sent_at_a_kill_stands_where_it_was_sent(
    hotline: HotlineHarness,
) -> None:
    person, _mei, case = waiting_letters(hotline, ["one", "two"])
    hotline.advance_time(60)
    hotline.post.fate = fates(two=DeliveryFault(seconds=10**6))
    hotline.settled = lambda: hotline.close_writer_idle(15)  # type: ignore[method-assign]
    person.presses("I can write now")
    sent = hotline.loop.now()
    writes(hotline, person, "P")
    hotline.crash()
    del hotline.settled
    hotline.open()
    hotline.run(hotline.close_writer_idle(200))
    found = shown(hotline, case)
    assert words_of(found)[-4:] == ["pressed", "one", "two uncertain", "P"]
    assert found[-2].seen_at <= sent


def test_each_letter_stands_at_its_own_moment_where_results_are_stored_together(
    hotline: HotlineHarness,
) -> None:
    _person, mei, case = met(hotline)
    hotline.run(hotline.close_writer_idle(15))  # after a start no result waits for others
    hotline.post.fate = fates(
        A=DeliveryFault(seconds=0.01),
        B=DeliveryFault(DeliveryUncertainError("502"), seconds=0.01),
    )
    hotline.store_staff_commands(
        *(Command(verb=Verb.SEND, by=mei.id, case=case, text=it) for it in ("A", "B"))
    )
    hotline.run(hotline.house.dispatcher.resume())
    hotline.run(hotline.close_writer_idle(5))
    assert words_of(shown(hotline, case))[-2:] == ["A", "B uncertain"]


@pytest.mark.parametrize("is_shared", [False, True])
@pytest.mark.parametrize("words", [["one"], FIVE])
def test_who_writes_is_said_before_what_they_wrote_while_it_waited(
    hotline: HotlineHarness, is_shared: bool, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "has_other_workers", lambda _work, _now: is_shared)
    person, _mei, _case = waiting_letters(hotline, words)
    person.presses("I can write now")
    hotline.run(hotline.close_writer_idle(30))
    assert person.texts[-len(words) - 1 :] == [WITH_YOU, *words]


@pytest.mark.parametrize("is_shared", [False, True])
def test_who_writes_is_said_first_although_it_has_to_be_tried_again(
    hotline: HotlineHarness, is_shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "has_other_workers", lambda _work, _now: is_shared)
    person, _mei, _case = waiting_letters(hotline, FIVE)
    later = iter([delivery_failure(RetryLaterError(12))])
    hotline.post.fate = lambda _chat, body: (
        next(later, FINE) if isinstance(body, SendText) and body.text == WITH_YOU else FINE
    )
    person.presses("I can write now")
    hotline.run(hotline.close_writer_idle(60))
    assert person.texts[-6:] == [WITH_YOU, *FIVE]
