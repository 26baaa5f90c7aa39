"""What a person reads is in the order it was said, also across the end of a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import RetryLaterError
from bot.mailbox.inbox import Arrival
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.chat_person import update_json
from tests.support.telegram.recording_channel import FINE, DeliveryFault, delivery_failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.messages import Body

AWHILE = 60.0


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    yield home
    home.close()


class Outage:
    """Nothing can be delivered while it lasts."""

    def __init__(self) -> None:
        self.lasts = True

    def __call__(self, _chat: int, _body: Body) -> DeliveryFault:
        return delivery_failure(RetryLaterError(retry_after=AWHILE)) if self.lasts else FINE


def take(home: HotlineHarness, update: dict[str, Any]) -> None:
    """Take an update in, and wait for none of its letters."""
    home.next_update += 1
    arrival = Arrival.of(home.next_update, update_json(home.next_update, update))
    home.run(home.house.dispatcher.receive([arrival], home.next_update + 1))
    home.run(home.close_writer_idle())


def test_an_answer_never_overtakes_one_that_an_earlier_process_could_not_deliver(
    home: HotlineHarness,
) -> None:
    calm = home.person()
    calm.says("/start", "3", "2")
    sari, outage = home.person(), Outage()
    home.post.fate = outage
    take(home, sari.words("/start"))
    outage.lasts = False
    home.crash()
    home.open()
    take(home, sari.words("3"))
    take(home, sari.words("2"))
    assert home.post.texts(sari.id) == []
    home.run(home.close_writer_idle(2 * AWHILE))
    assert home.post.texts(sari.id) == home.post.texts(calm.id)
