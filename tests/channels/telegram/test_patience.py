from __future__ import annotations

import random

from bot.channels.telegram.backoff import LONGEST, Patience, Rivals


def test_waits_grow_but_never_beyond_what_a_pressed_button_survives() -> None:
    patience = Patience(random.Random(1))
    waits = [patience.lost() for _ in range(20)]
    assert waits[0] <= 1.0
    assert LONGEST / 2 <= waits[-1] <= LONGEST < 150
    patience.regained()
    assert patience.lost() <= 1.0


def test_two_programs_do_not_wait_in_step() -> None:
    first, second = (Patience(random.Random(seed)) for seed in (1, 2))
    assert [first.lost() for _ in range(5)] != [second.lost() for _ in range(5)]


def test_who_has_just_begun_gives_way() -> None:
    assert Rivals(began=1000.0).gives_way(1001.0)


def test_who_was_here_first_insists_but_does_not_fight_for_ever() -> None:
    rivals = Rivals(began=0.0)
    assert not any(rivals.gives_way(1000.0 + second) for second in range(Rivals.MOST - 1))
    assert rivals.gives_way(1010.0)


def test_a_conflict_now_and_then_is_none() -> None:
    """As when a connection broke and Telegram still holds its question."""
    rivals = Rivals(began=0.0)
    assert not any(rivals.gives_way(1000.0 + 60 * minute) for minute in range(100))
