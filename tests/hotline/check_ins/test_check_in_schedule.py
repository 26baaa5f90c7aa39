"""An hour agreed on, as values: when somebody is asked, for how long, and what is an alarm."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.clock import DAY, HOUR, MINUTE
from bot.hotline.check_ins.model import (
    ANSWER_WINDOW,
    BOT_WAS_DOWN,
    COMPARE_WINDOW,
    EARLY_WINDOW,
    MAX_ANSWER_LENGTH,
    MAX_ANSWERS,
    CheckIn,
    CheckInAction,
    next_at,
)

TAIPEI, BERLIN = ZoneInfo("Asia/Taipei"), ZoneInfo("Europe/Berlin")
NOON = 1_763_524_800_000_000
"""2025-11-19 12:00 in Taipei."""


def agreed(hour: int = 21, *, is_daily: bool = True) -> CheckIn:
    due_at = next_at(hour, NOON, TAIPEI)
    return CheckIn(hour=hour, is_daily=is_daily, plan="call", agreed_at=NOON, due_at=due_at)


@pytest.mark.parametrize(("hour", "later"), [(13, 1), (21, 9), (0, 12), (12, 24), (11, 23)])
def test_the_hour_is_the_next_one_a_clock_shows(hour: int, later: int) -> None:
    assert next_at(hour, NOON, TAIPEI) == NOON + later * HOUR


def test_where_clocks_change_the_hour_stays_the_hour() -> None:
    # The night of 2026-03-29 has no third hour in Berlin; 21:00 comes 23 hours after 21:00.
    evening = next_at(21, 1_774_720_000_000_000, BERLIN)
    assert next_at(21, evening, BERLIN) - evening in {23 * HOUR, 24 * HOUR}
    at = evening
    for _ in range(400):
        after = next_at(2, at, BERLIN)
        assert 0 < after - at <= DAY + 2 * HOUR
        at = after


def test_a_round_waits_asks_listens_and_raises() -> None:
    it = agreed()
    assert it.next_action(it.due_at - 1) is CheckInAction.WAIT
    assert it.next_action(it.due_at) is CheckInAction.ASK
    it.asked_at = it.due_at
    assert it.next_action(it.due_at + ANSWER_WINDOW) is CheckInAction.LISTEN
    assert it.next_action(it.due_at + ANSWER_WINDOW + 1) is CheckInAction.ALARM
    it.answered_at = it.due_at + 5
    assert it.next_action(it.due_at + ANSWER_WINDOW + 1) is CheckInAction.END_ROUND


def test_a_late_check_in_leaves_the_full_answer_window() -> None:
    it = agreed()
    it.asked_at = it.due_at + 20 * MINUTE
    assert it.ends_at == it.asked_at + ANSWER_WINDOW
    assert it.next_action(it.ends_at) is CheckInAction.LISTEN


def test_a_passphrase_in_flight_is_waited_for_but_not_forever() -> None:
    it = agreed()
    it.asked_at, it.on_their_way = it.due_at, 1
    assert it.next_action(it.ends_at + COMPARE_WINDOW - 1) is CheckInAction.LISTEN
    assert it.next_action(it.ends_at + COMPARE_WINDOW) is CheckInAction.ALARM


def test_a_passphrase_counts_from_an_hour_before_until_the_end() -> None:
    it = agreed()
    assert not it.accepts_answer(it.due_at - EARLY_WINDOW - 1)
    assert it.accepts_answer(it.due_at - EARLY_WINDOW)
    assert it.accepts_answer(it.ends_at)
    assert not it.accepts_answer(it.ends_at + 1)
    it.heard = MAX_ANSWERS
    assert not it.accepts_answer(it.due_at)
    assert MAX_ANSWER_LENGTH < 100


def test_what_was_answered_early_is_not_asked_and_the_next_round_is_tomorrow() -> None:
    it = agreed()
    it.answered_at = it.due_at - 5
    assert it.next_action(it.due_at) is CheckInAction.LISTEN
    assert it.accepts_answer(it.due_at)  # the second word may come still
    assert it.next_action(it.ends_at + 1) is CheckInAction.END_ROUND
    due_at = it.due_at
    it.advance(it.ends_at + 1, TAIPEI)
    assert it.due_at == due_at + DAY
    assert (it.asked_at, it.answered_at, it.heard, it.why) == (0, 0, 0, "")


def test_a_check_in_missed_during_downtime_raises_an_alarm() -> None:
    it = agreed()
    assert not it.is_too_late_to_ask(it.due_at + ANSWER_WINDOW)
    assert it.is_too_late_to_ask(it.due_at + ANSWER_WINDOW + 1)
    it.why = BOT_WAS_DOWN
    assert it.next_action(it.due_at + ANSWER_WINDOW + 1) is CheckInAction.ALARM


def test_a_round_that_a_wrong_clock_put_far_away_comes_back() -> None:
    it = agreed()
    it.due_at += 30 * DAY
    assert it.is_too_far_ahead(NOON)
    it.advance(NOON, TAIPEI)
    assert it.due_at == next_at(21, NOON, TAIPEI)
    assert not it.is_too_far_ahead(NOON)
