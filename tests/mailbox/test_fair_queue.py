"""Turns of chats that wait: rounds go through all of them, and no chat has more than its part."""

from __future__ import annotations

import pytest

from bot.mailbox.fair_queue import (
    BURST_TURNS,
    MAX_PER_CHAT,
    MAX_QUEUED,
    QUIET_ROUND,
    RUSH_ROUND,
    RUSH_SIZE,
    FairQueue,
    QueueRound,
)
from bot.mailbox.inbox import Arrival


def written(*chats: int) -> list[tuple[int, Arrival]]:
    return [(chat, Arrival.of(number, b"words")) for number, chat in enumerate(chats)]


def chats_in(round_: QueueRound) -> list[int]:
    return [chat for chat, _part in round_]


@pytest.mark.parametrize(("size", "most"), [(RUSH_SIZE, RUSH_ROUND), (RUSH_SIZE - 1, QUIET_ROUND)])
def test_a_round_goes_through_as_many_chats_as_it_has_turns(size: int, most: int) -> None:
    queue = FairQueue()
    queue.add(written(*range(1, 101)))
    queue.is_needed(size)
    first = queue.next_round()
    assert chats_in(first) == list(range(1, most + 1))
    queue.finish_round(first)
    assert chats_in(queue.next_round())[0] == most + 1
    assert len(queue) == 100 - most


def test_one_chat_with_much_has_its_part_of_a_round_and_then_goes_behind_the_others() -> None:
    queue = FairQueue()
    queue.add(written(*[1] * 20, 2, 3))
    first = queue.next_round()
    assert [(chat, len(part)) for chat, part in first] == [(1, MAX_PER_CHAT), (2, 1), (3, 1)]
    queue.finish_round(first)
    queue.add(written(4))
    assert chats_in(queue.next_round()) == [1, 4]
    assert len(queue) == 20 - MAX_PER_CHAT + 1


def test_what_a_chat_wrote_beyond_its_turns_waits_behind_its_own_and_no_other() -> None:
    queue, turns = FairQueue(), int(BURST_TURNS)
    at_once, later = queue.admit(written(*[1] * (turns + 2), 2, 0), 0.0)
    assert len(at_once) == turns + 2
    assert [chat for chat, _arrival in later] == [1, 1]
    queue.add(later)
    assert not queue.may_pass(1, 3600.0)  # however long ago: it would overtake its own
    assert queue.may_pass(2, 0.0)
    assert queue.is_flooding(1, 3600.0)
    assert not queue.is_flooding(2, 0.0)
    assert not queue.is_flooding(3, 0.0)


def test_once_nobody_waits_turns_that_were_used_are_forgotten() -> None:
    queue = FairQueue()
    for _ in range(int(BURST_TURNS)):
        assert queue.may_pass(1, 0.0)
    assert not queue.may_pass(1, 0.0)
    assert not queue.is_needed(1)
    assert queue.may_pass(1, 0.0)


def test_a_full_queue_comes_before_anything_new() -> None:
    queue = FairQueue()
    queue.add(written(1) * (MAX_QUEUED - 1))
    assert not queue.is_full
    queue.add(written(2))
    assert queue.is_full
    assert queue.is_needed(0)
