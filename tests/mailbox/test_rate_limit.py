"""A bucket of tokens says exactly when the next may be taken, when it is low and when full."""

from __future__ import annotations

import pytest

from bot.mailbox.rate_limit import RateLimits, TokenBucket


@pytest.fixture
def bucket() -> TokenBucket:
    """Four tokens at most; two come back in a second."""
    return TokenBucket(2.0, 4.0, 0.0)


def taken(bucket: TokenBucket, count: int) -> TokenBucket:
    for _ in range(count):
        bucket.take()
    return bucket


def test_there_is_a_token_until_all_were_taken_and_then_after_its_time(bucket: TokenBucket) -> None:
    assert taken(bucket, 3).wait(0.0) == 0.0
    assert taken(bucket, 1).wait(0.0) == 0.5
    assert bucket.wait(0.25) == 0.25
    assert bucket.wait(0.5) == 0.0


@pytest.mark.parametrize(("count", "is_low"), [(0, False), (2, False), (3, True)])
def test_it_is_low_with_less_than_half(bucket: TokenBucket, count: int, is_low: bool) -> None:
    assert taken(bucket, count).is_low(0.0) is is_low
    assert not bucket.is_low(0.5)


def test_it_is_full_again_once_everything_came_back_and_never_fuller(bucket: TokenBucket) -> None:
    taken(bucket, 1)
    assert not bucket.is_full(0.25)
    assert bucket.is_full(0.5)
    assert bucket.wait(3600.0) == 0.0
    assert taken(bucket, 4).wait(3600.0) == 0.5


def test_the_limits_are_those_that_telegram_is_known_to_have() -> None:
    assert RateLimits() == RateLimits(
        total_per_second=30.0, person_per_second=1.0, person_burst=6.0,
        group_per_second=1 / 3, group_burst=20.0, in_flight=32,
    )  # fmt: skip
