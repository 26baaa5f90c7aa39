"""A group is one chat to Telegram, however many topics keep their own order in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import RetryLaterError
from bot.mailbox.letter import Lane
from bot.mailbox.rate_limit import RateLimits
from bot.messages import SendText
from tests.support.harnesses.courier_harness import CourierHarness
from tests.support.telegram.recording_channel import FINE, delivery_failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.messages import Body
    from tests.support.telegram.recording_channel import DeliveryFault

GROUP, OTHER_GROUP, PERSON = -1_001_000_000_001, -1_001_000_000_002, 5_000_000_001
TOPICS = [bytes([number]) * 16 for number in range(1, 6)]


@pytest.fixture
def round_(tmp_path: Path) -> Iterator[CourierHarness]:
    made = CourierHarness(tmp_path, limits=RateLimits())
    yield made
    made.close()


def fill(round_: CourierHarness, each: int, chat: int = GROUP) -> None:
    for topic in TOPICS:
        for number in range(each):
            round_.leave(chat, f"{topic[0]}.{number}", lane=Lane.STAFF, key=topic)


def test_twenty_a_minute_hold_for_all_topics_together(round_: CourierHarness) -> None:
    fill(round_, each=10)
    round_.passes(1)
    assert len(round_.arrivals(GROUP)) == 20
    round_.passes(60)
    assert len(round_.arrivals(GROUP)) in {39, 40}
    round_.passes(60)
    assert len(round_.arrivals(GROUP)) == 50


def test_every_topic_keeps_its_order_whatever_the_pace(round_: CourierHarness) -> None:
    fill(round_, each=8)
    round_.settle()
    for topic in TOPICS:
        mine = [text for text in round_.arrivals(GROUP) if text.startswith(f"{topic[0]}.")]
        assert mine == [f"{topic[0]}.{number}" for number in range(8)]


def test_a_full_group_delays_neither_a_person_nor_another_group(round_: CourierHarness) -> None:
    fill(round_, each=10)
    round_.passes(1)
    round_.leave(PERSON, "for a person")
    round_.leave(OTHER_GROUP, "elsewhere", lane=Lane.STAFF)
    round_.passes(1)
    assert round_.arrivals(PERSON) == ["for a person"]
    assert round_.arrivals(OTHER_GROUP) == ["elsewhere"]


def test_asked_to_wait_in_one_topic_the_whole_group_rests(round_: CourierHarness) -> None:
    def fate(chat: int, _body: Body) -> DeliveryFault:
        return (
            delivery_failure(RetryLaterError(60.0))
            if chat == GROUP and round_.loop.moved < 60
            else FINE
        )

    round_.post.fate = fate
    round_.leave(GROUP, "one", key=TOPICS[0])
    round_.passes(1)
    for topic in TOPICS[1:]:
        round_.leave(GROUP, "more", key=topic)
    round_.leave(PERSON, "for a person")
    round_.passes(50)
    assert [chat for chat, _ in round_.post.attempts] == [GROUP, PERSON]
    round_.passes(20)
    assert [body for _, body in round_.post.arrived[1:]].count(SendText("more")) == len(TOPICS) - 1
    assert "one" in round_.arrivals(GROUP)
