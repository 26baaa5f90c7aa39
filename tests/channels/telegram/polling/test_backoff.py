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
    rivals = ConflictDetector()
    assert rivals.should_yield(1000.0)  # it has not polled yet
    rivals.note_begin(1000.0)
    assert rivals.should_yield(1000.0 + ConflictDetector.YOUNG_SECONDS - 1)


def test_who_was_here_first_stays_however_long_another_one_goes_on() -> None:
    rivals = ConflictDetector()
    rivals.note_begin(1000.0)
    assert not any(rivals.should_yield(1021.0 + second) for second in range(1000))


def test_who_polls_again_is_not_young_again() -> None:
    rivals = ConflictDetector()
    rivals.note_begin(1000.0)
    rivals.note_begin(5000.0)
    assert not rivals.should_yield(5001.0)
