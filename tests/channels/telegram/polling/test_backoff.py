from __future__ import annotations

import random

from bot.channels.telegram.poller import ConflictDetector
from bot.channels.telegram.steady_requests import MAX_DELAY, Backoff


def test_waits_grow_but_never_beyond_what_a_pressed_button_survives() -> None:
    patience = Backoff(random.Random(1))
    waits = [patience.next_delay() for _ in range(20)]
    assert waits[0] <= 1.0
    assert MAX_DELAY / 2 <= waits[-1] <= MAX_DELAY < 150
    patience.reset()
    assert patience.next_delay() <= 1.0


def test_two_programs_do_not_wait_in_step() -> None:
    first, second = (Backoff(random.Random(seed)) for seed in (1, 2))
    assert [first.next_delay() for _ in range(5)] != [second.next_delay() for _ in range(5)]


def test_who_has_just_begun_gives_way() -> None:
    assert ConflictDetector(started=1000.0).should_yield(1001.0)


def test_who_was_here_first_insists_but_does_not_fight_for_ever() -> None:
    rivals = ConflictDetector(started=0.0)
    assert not any(
        rivals.should_yield(1000.0 + second) for second in range(ConflictDetector.MAX_CONFLICTS - 1)
    )
    assert rivals.should_yield(1010.0)


def test_a_conflict_now_and_then_is_none() -> None:
    """As when a connection broke and Telegram still holds its question."""
    rivals = ConflictDetector(started=0.0)
    assert not any(rivals.should_yield(1000.0 + 60 * minute) for minute in range(100))
