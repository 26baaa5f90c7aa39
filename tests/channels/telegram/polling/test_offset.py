from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.parsing.split_batch import LAST_ID, RawUpdate
from bot.channels.telegram.poller import ConfirmAfterCommit, next_offset


def batch(*numbers: int) -> list[RawUpdate]:
    return [RawUpdate(number, b"{}") for number in numbers]


def test_the_next_batch_begins_behind_the_last_one() -> None:
    assert next_offset(batch(5, 6, 7), None) == 8
    assert next_offset(batch(5, 6, 7), 5) == 8


def test_after_a_quiet_week_lower_numbers_are_followed() -> None:
    """Telegram starts again at random; the highest number ever seen would skip everything."""
    assert next_offset(batch(12), 900_001) == 13
    assert next_offset(batch(900, 901, 5), 900) == 6


def test_numbers_that_are_none_move_the_offset_by_one_each() -> None:
    assert next_offset(batch(5, 0, 0), 5) == 8
    assert next_offset(batch(0, -3, 0), 5) == 8
    assert next_offset(batch(0, 6), 5) == 7


def test_an_unconfirmable_update_id_does_not_move_the_offset() -> None:
    """Telegram holds it for a day and gives it again and again; lower numbers come meanwhile."""
    end: int | None = 5
    for _ in range(100):
        end = next_offset(batch(2**31 - 1), end)
    assert end == 5
    assert next_offset(batch(5, 2**31 - 1), end) == 6


def test_without_any_number_there_is_no_offset_yet() -> None:
    assert next_offset(batch(0, 0), None) is None
    assert next_offset([], None) is None
    assert next_offset([], 5) == 5


def test_the_offset_stays_a_number_telegram_takes() -> None:
    assert next_offset(batch(LAST_ID, 0, 0), None) == 2**31 - 1


@given(
    st.sets(st.integers(1, 300), min_size=1, max_size=150),
    st.data(),
    st.one_of(st.none(), st.integers(1, 300)),
)
def test_nothing_that_was_not_handed_over_is_ever_confirmed(
    held: set[int], data: st.DataObject, asked: int | None
) -> None:
    """Telegram answers with the lowest numbers from the offset on, at most a hundred."""
    waiting = sorted(number for number in held if asked is None or number >= asked)
    handed = waiting[:100]
    seen = [0 if data.draw(st.booleans()) else number for number in handed]
    end = next_offset(batch(*seen), asked)
    unseen = [number for number in waiting if number not in handed]
    assert all(number >= (end or 0) for number in unseen)
    if asked is not None and handed:
        assert end is not None
        assert end > asked or asked not in handed


async def test_nothing_is_confirmed_when_it_could_not_be_kept() -> None:
    async def fails(_: object) -> None:
        raise OSError

    try:
        await ConfirmAfterCommit().settle(batch(5), None, fails)
    except OSError:
        return
    raise AssertionError
