"""The group is a mirror: whatever is done to it, the queue goes on, and the mirror heals."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from bot import log
from bot.clock import SECOND
from bot.desks.forum.context import ForumGroup
from bot.desks.forum.texts import TOPIC_WAS_LOST
from bot.desks.forum.topics import current_group
from bot.errors import GroupForbiddenError
from bot.hotline.commands.types import Command, Verb
from bot.mailbox.inbox import Arrival
from bot.sandbox import FaultKind
from bot.sandbox.wire import encode
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.forum_desk_harness import ForumDeskHarness
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.telegram.recording_channel import FINE, DeliveryFault, delivery_failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.messages import Body
    from tests.support.people.chat_person import ChatPerson


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the log says meanwhile."""
    out = io.StringIO()
    log.configure(out)
    yield out
    log.configure(io.StringIO())


def lines(written: io.StringIO, event: str) -> int:
    return written.getvalue().count(f'"event": "{event}"')


@on_both_databases
async def test_a_deleted_topic_is_opened_again_under_its_card(kind: str, tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        mei = office.enrolled("Mei")
        await office.in_danger()
        first = office.thread()
        await mei.says("/claim", first)
        office.group.delete_topic(first)
        _kit, _case = await office.in_danger()
        (second,) = office.threads()  # of Kit; the other comes back with its next letter
        reference = office.ask("SELECT reference FROM cases ORDER BY opened_at")[0][0]
        await mei.says(f"/claim {reference}")
        assert "Mei holds this case already." in office.last()
        await mei.says("/release", second)
        assert office.threads() == [second]
        case = office.ask("SELECT id FROM cases ORDER BY opened_at")[0][0]
        await office.orders(Command(verb=Verb.NOTE, by=mei.id, case=case, text="still here"))
        third = office.threads()[-1]
        assert office.threads() == [second, third]
        assert office.card(third)["text"].startswith(reference)
        assert office.last(third) == "Note by Mei: still here"
        assert TOPIC_WAS_LOST.source in office.texts(third)
        assert TOPIC_WAS_LOST.source not in office.texts(second)


async def test_a_deleted_topic_forgets_what_could_be_answered_in_it(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        sari, _case = await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        await mei.says("/takeover", thread)
        await office.presses(sari, "I can write now")
        await office.writes(sari, "first words")
        old = office.found(thread, "first words")["message_id"]
        office.group.delete_topic(thread)
        await office.writes(sari, "later words")
        again = office.thread()
        assert "Mei (a caseworker)" in office.card(again)["text"]
        assert "later words" in office.last(again)
        before = sari.bot_texts()
        await mei.says("to nobody", again, old)
        assert sari.bot_texts() == before
        await mei.says("to her", again, office.found(again, "later words")["message_id"])
        assert sari.bot_texts()[-1] == "to her"


async def test_a_topic_closed_by_hand_is_written_in_all_the_same(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await office.in_danger()
        thread = office.thread()
        office.group.set_closed(office.chair, thread, closed=True)
        office.sandbox.faults.add(
            FaultKind.ERROR, method="sendMessage", chat=office.group.id, times=1,
            code=400, description="Bad Request: TOPIC_CLOSED",
        )  # fmt: skip
        await mei.says("/claim", thread)
        assert "Mei claimed the case." in office.texts(thread)
        assert not office.group.chat.topics[thread].is_closed


async def test_a_deleted_card_comes_again(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await office.in_danger()
        thread = office.thread()
        card = office.card(thread)["message_id"]
        office.sandbox.world.delete_message(office.group.chat, card)
        await mei.says("/claim", thread)
        again = office.found(thread, "Mei (a caseworker) answers for this case.")
        assert again["message_id"] != card
        await mei.says("/release", thread)
        assert "No caseworker answers" in office.group.chat.messages[again["message_id"]]["text"]


async def test_the_card_can_be_called_to_the_end(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await office.in_danger()
        thread = office.thread()
        await mei.says("/card", thread)
        assert office.last(thread) == office.card(thread)["text"]
        await mei.presses("Claim", office.shown(thread)[-1])
        assert office.ask("SELECT holder FROM cases") == [(mei.id,)]


@pytest.mark.parametrize("how", ["kicked", "no rights", "no topics"])
async def test_barred_the_queue_goes_on_and_staff_are_told_once(
    tmp_path: Path, written: io.StringIO, how: str
) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        office.enrolled("Mei")
        chair, group = office.chair, office.group
        match how:
            case "kicked":
                group.kick_bot(chair)
            case "no rights":
                group.add_bot(chair, "member")
            case _:
                group.set_forum(on=False)
        kit = office.sandbox.add_phone("Kit", language="en")
        kit.say("/start")
        await _walks_into_danger(office, kit)
        assert office.ask("SELECT status FROM cases") == [("waiting",)]
        await _until(office, lambda: lines(written, "forum_access_lost"))
        assert office.ask("SELECT kind FROM notices") == [("desk_barred",)]
        assert office.threads() == []


def person_in_danger(home: HotlineHarness) -> ChatPerson:
    """Return someone whose case was opened by danger, with a caseworker on duty."""
    home.colleague()
    person = home.person("en")
    person.says("/start")
    person.presses("English", "Tell what happened", "About me", "I am safe here")
    person.presses("Danger now", "Tell them now")
    return person


def test_after_a_short_absence_a_case_is_shown_in_seconds(tmp_path: Path) -> None:
    group = -1_001_234
    home = HotlineHarness(tmp_path, desk_group=group, staff_language="en")
    shown_at: list[float] = []

    def fate(chat: int, _body: Body) -> DeliveryFault:
        if chat != group:
            return FINE
        if home.loop.moved < 12:
            return delivery_failure(GroupForbiddenError("bot was kicked"))
        shown_at.append(home.loop.moved)
        return FINE

    home.post.fate = fate
    person_in_danger(home)
    assert shown_at
    assert shown_at[0] < 12 + 12
    home.close()


@on_both_databases
def test_let_in_again_everything_is_shown_that_had_to_wait(
    kind: str, tmp_path: Path, written: io.StringIO
) -> None:
    group = -1_001_234
    home = HotlineHarness(tmp_path, kind=kind, desk_group=group, staff_language="en")
    tried: list[tuple[int, float]] = []

    def fate(chat: int, _body: Body) -> DeliveryFault:
        tried.append((chat, home.loop.moved))
        is_barred = chat == group and home.loop.moved < 600
        return delivery_failure(GroupForbiddenError("bot was kicked")) if is_barred else FINE

    home.post.fate = fate
    kit = person_in_danger(home)
    last_to_kit = max(moment for chat, moment in tried if chat == kit.id)
    assert last_to_kit < 600 < home.loop.moved
    minutes = Counter(moment // 60 for chat, moment in tried if chat == group and moment < 600)
    # Two letters wait. Each is tried again after half of what the absence has lasted, at most 60 s.
    # In the first minute that is after 0, 5, 10, 15, 22, 34 and 51 seconds.
    assert max(minutes.values()) <= 2 * 7
    assert max(count for minute, count in minutes.items() if minute >= 3) <= 2
    shown = home.post.texts(group)
    assert any("No caseworker answers for this case yet." in text for text in shown)
    assert lines(written, "forum_access_lost") == lines(written, "forum_access_restored") == 1
    ((told, length),) = home.ask("SELECT kind, until - since FROM notices")
    assert told == "desk_barred"
    assert 500 * SECOND < length < 700 * SECOND
    home.close()


async def _arrives(office: ForumDeskHarness) -> None:
    """Take in what waits without waiting for the group."""
    while waiting := office.sandbox.updates.pending():
        office.sandbox.updates.clear()
        arrivals = [Arrival.of(it["update_id"], encode(it)) for it in waiting]
        await office.house.dispatcher.receive(arrivals)
    await asyncio.sleep(0.15)


async def _until(office: ForumDeskHarness, holds: Any) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await _arrives(office)


async def _walks_into_danger(office: ForumDeskHarness, phone: Any) -> None:
    for label in ("English", "Tell what happened", "About me", "I am safe here",
                  "Danger now", "Tell them now"):  # fmt: skip
        await _until(office, lambda label=label: _button(phone, label))
        number, shown = _button(phone, label)
        phone.press(number, label=shown)
        await _arrives(office)


def _button(phone: Any, label: str) -> tuple[int, str] | None:
    for message in reversed(phone.messages()):
        for shown in phone.button_labels(message):
            if label in shown:
                return message["message_id"], shown
    return None


@on_both_databases
async def test_a_group_that_became_a_supergroup_is_followed(kind: str, tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind, is_small=True) as office:
        mei = office.enrolled("Mei")
        new = office.group.upgrade(office.chair)
        new.set_forum(on=True)
        before, office.group = office.group, new
        await office.in_danger()
        thread = office.thread()
        assert office.card(thread)
        await mei.says("/claim", thread)
        assert office.ask("SELECT holder FROM cases") == [(mei.id,)]
        assert office.ask("SELECT named, stands FROM desks") == [(before.id, new.id)]
        assert office.sandbox.calls.of("leaveChat") == []


@on_both_databases
async def test_a_move_is_found_out_by_writing_and_survives_a_restart(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind, is_small=True) as office:
        office.enrolled("Mei")
        new = office.group.upgrade(office.chair)
        new.set_forum(on=True)
        office.sandbox.updates.clear()  # nobody tells us
        office.group = new
        await office.in_danger()
        assert office.card(office.thread())
        place = ForumGroup(office.named)
        place.current_id = office.house.database.writer.run_sync(
            lambda work: current_group(work, place.configured_id)
        )
        assert new.id in place


async def test_a_flood_of_group_messages_delays_no_person(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        office.enrolled("Mei")
        office.sandbox.faults.add(FaultKind.FLOOD, chat=office.group.id, times=3, retry_after=1)
        sari = office.sandbox.add_phone("Kit", language="en")
        sari.say("/start")
        await _arrives(office)
        await _walks_into_danger(office, sari)
        assert office.ask("SELECT count(*) FROM cases") == [(1,)]
        await office.until(lambda: office.threads() and office.texts(office.threads()[0])[1:])
        await office.until(office.texts)
