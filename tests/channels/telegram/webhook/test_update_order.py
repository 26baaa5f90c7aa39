"""Updates that are posted in parallel come out in order, and none waits longer than it must."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.parsing.split_batch import LAST_ID
from bot.channels.telegram.webhook.order import HOLD_SECONDS, REACH, UpdateOrder

FIRST = 500_000_000
Posts = list[tuple[int, float]]
"""Numbers of updates and when each arrives, in seconds."""


def released(posts: Posts, order: UpdateOrder[int] | None = None) -> list[tuple[int, float]]:
    """Return which updates are handled when; time moves from one moment to the next."""
    order = UpdateOrder() if order is None else order
    coming = sorted(posts, key=lambda it: it[1])
    handled: list[tuple[int, float]] = []
    now = 0.0
    while coming or len(order):
        wait = order.next_release(now)
        due = [] if wait is None else [now + wait]
        now = min([*due, *[at for _number, at in coming[:1]]])
        while coming and coming[0][1] <= now:
            number, at = coming.pop(0)
            order.add(number, number, at)
        handled += [(number, now) for number in order.release(now)]
    return handled


@st.composite
def parallel_posts(draw: st.DrawFn) -> Posts:
    """Draw consecutive numbers, each delayed by less than the hold; some come twice."""
    count = draw(st.integers(1, 20))
    sent = 0.0
    posts: Posts = []
    for number in range(FIRST, FIRST + count):
        sent += draw(st.sampled_from([0.0, 0.001, 0.05, 0.3, 5.0]))
        delay = draw(st.floats(0, HOLD_SECONDS * 0.99))
        posts.append((number, sent + delay))
        if draw(st.booleans()):
            posts.append((number, sent + delay + draw(st.floats(0, 1))))
    return posts


@settings(max_examples=60)
@given(parallel_posts())
def test_what_differs_by_less_than_the_hold_is_handled_in_order(posts: Posts) -> None:
    handled = released(posts)
    first_times = list(dict.fromkeys(number for number, _at in handled))
    assert first_times == sorted({number for number, _at in posts})
    assert sorted(number for number, _at in handled) == sorted(number for number, _at in posts)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(-3, LAST_ID + 3), st.floats(0, 3)), max_size=15))
def test_nothing_is_lost_and_nothing_waits_longer_than_the_hold(posts: Posts) -> None:
    handled = released(posts)
    assert sorted(number for number, _at in handled) == sorted(number for number, _at in posts)
    for number in {number for number, _at in posts}:
        arrived = sorted(at for each, at in posts if each == number)
        left = sorted(at for each, at in handled if each == number)
        waits = [end - begin for begin, end in zip(arrived, left, strict=True)]
        assert all(0 <= wait <= HOLD_SECONDS + 1e-6 for wait in waits)


def test_without_a_hold_the_order_is_lost() -> None:
    """Control: there are arrivals that only the hold puts into order."""
    swapped = [(FIRST, 0.0), (FIRST + 2, 1.0), (FIRST + 1, 1.1)]
    at_once = [number for number, _at in released(swapped, UpdateOrder(hold=0.0))]
    assert at_once == [FIRST, FIRST + 2, FIRST + 1]
    assert [number for number, _at in released(swapped)] == sorted(at_once)


def test_a_lone_message_waits_only_after_a_start() -> None:
    posts = [(FIRST, 0.0), (FIRST + 1, 10.0), (FIRST + 2, 20.0)]
    assert released(posts) == [
        (FIRST, HOLD_SECONDS), (FIRST + 1, 10.0), (FIRST + 2, 20.0)
    ]  # fmt: skip


def test_a_number_that_never_comes_is_waited_for_once() -> None:
    posts = [(FIRST, 0.0), (FIRST + 2, 5.0), (FIRST + 3, 9.0)]
    at = dict(released(posts))
    assert at[FIRST + 2] == pytest.approx(5.0 + HOLD_SECONDS)
    assert at[FIRST + 3] == 9.0


def test_a_late_update_is_handled_at_once() -> None:
    posts = [(FIRST, 0.0), (FIRST + 2, 5.0), (FIRST + 1, 7.0)]
    assert released(posts)[-1] == (FIRST + 1, 7.0)


@pytest.mark.parametrize("first", [FIRST - REACH - 1, 1_000])
def test_a_new_series_after_a_quiet_week_is_put_into_order_too(first: int) -> None:
    posts = [(FIRST, 0.0), (first + 1, 700.0), (first, 700.1), (first + 2, 700.3)]
    handled = [number for number, _at in released(posts)]
    assert handled == [FIRST, first, first + 1, first + 2]


def test_an_update_without_a_usable_number_passes_at_once() -> None:
    posts = [(FIRST, 0.0), (0, 3.0), (LAST_ID + 1, 4.0)]
    assert released(posts)[1:] == [(0, 3.0), (LAST_ID + 1, 4.0)]
