"""No update is processed twice, and none is left out (promise P2)."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bot.mailbox.inbox import Arrival, Inbox
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import BOT, VAULT, HotlineHarness
from tests.support.people.chat_person import ChatPerson, update_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.store.writer import Work

CHATS = 3
AT_ONCE = 12
"""How far back Telegram may reach when it delivers again."""


class Deliveries(RuleBasedStateMachine):
    """Telegram delivers in any order, again and again; what people wrote is kept once, in order.

    The effect that is looked at is the plainest there is: words written beside the first question
    are kept with the conversation. The model is a list for each person.
    """

    kind: ClassVar[str] = "sqlite"

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.home = HotlineHarness(Path(self.folder.name), kind=self.kind)
        self.people = [self.home.person("en") for _ in range(CHATS)]
        self.sent: list[tuple[ChatPerson, str, Arrival]] = []
        self.processed: set[bytes] = set()
        self.kept: dict[int, list[str]] = {person.id: [] for person in self.people}
        self.number = 1000
        self.words = 0

    @rule(chat=st.integers(0, CHATS - 1), again=st.booleans())
    def write(self, chat: int, again: bool) -> None:
        """Somebody writes; sometimes under a number that was used before."""
        person = self.people[chat]
        self.words += 1
        words = f"line {self.words}"
        number = self.sent[-1][2].update_id if again and self.sent else self.number
        self.number += 1
        arrival = Arrival.of(number, update_json(number, person.words(words)))
        self.sent.append((person, words, arrival))

    @rule(number=st.integers(1, 10**6))
    def begin_numbers_anew(self, number: int) -> None:
        """After a quiet week numbers begin anew, lower or higher."""
        self.number = number

    @precondition(lambda self: self.sent)
    @rule(picks=st.lists(st.integers(1, AT_ONCE), min_size=1, max_size=8))
    def deliver(self, picks: list[int]) -> None:
        """A batch of any of the newest updates, in any order, with repeats."""
        batch = [self.sent[-pick] for pick in picks if pick <= len(self.sent)]
        for person, words, arrival in batch:
            if arrival.raw not in self.processed:
                self.processed.add(arrival.raw)
                self.kept[person.id].append(words)
        self.home.receive_updates(*(Arrival.of(a.update_id, a.raw) for _, _, a in batch))

    @rule()
    def restart(self) -> None:
        self.home.restart()

    @rule()
    def crash(self) -> None:
        self.home.crash()
        self.home.open()

    @rule()
    def compare(self) -> None:
        for person in self.people:
            assert kept_beside(self.home, person) == self.kept[person.id]

    def teardown(self) -> None:
        if hasattr(self, "home"):
            self.compare()
            self.home.close()
            self.folder.cleanup()


def kept_beside(home: HotlineHarness, person: ChatPerson) -> list[str]:
    """Return the words kept with a conversation."""
    key = home.house.vault.chat_key(BOT, person.id)
    rows = home.database.writer.run_sync(lambda work: home.house.conversations.load(work, [key]))
    also = rows[key].conversation.position.extra_texts if key in rows else []
    return "\n".join(also).splitlines()


class DeliveriesOnPostgreSQL(Deliveries):
    kind = "postgresql"


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(
    max_examples=drill_length(5, 12),
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestDeliveriesOnPostgreSQL = DeliveriesOnPostgreSQL.TestCase
TestDeliveriesOnPostgreSQL.settings = settings(
    TestDeliveries.settings, max_examples=drill_length(2, 6)
)


def delivered_at_random(
    home: HotlineHarness, seed: int, *, restarts: bool
) -> tuple[list[str], list[str]]:
    """Deliver 400 lines with repeats; return what was written and what is kept."""
    dice = random.Random(seed)
    person = home.person("en")
    lines = [f"line {number}" for number in range(400)]
    arrivals = [Arrival.of(n, update_json(n, person.words(line))) for n, line in enumerate(lines)]
    at = 0
    while at < len(lines):
        begin, end = max(0, at - dice.randrange(30)), at + dice.randrange(1, 40)
        home.receive_updates(*(Arrival.of(a.update_id, a.raw) for a in arrivals[begin:end]))
        at = end
        if restarts and dice.random() < 0.3:
            home.restart()
    return lines, kept_beside(home, person)


@pytest.mark.parametrize("seed", range(3))
def test_four_hundred_lines_with_overlaps_are_kept_once_in_order(tmp_path: Path, seed: int) -> None:
    home = HotlineHarness(tmp_path)
    written, kept = delivered_at_random(home, seed, restarts=True)
    home.close()
    assert kept == written


class Forgetful(Inbox):
    """An inbox that knows no update again."""

    def insert(
        self, _work: Work, arrivals: Sequence[Arrival], _now: int
    ) -> Callable[[], list[Arrival]]:
        return lambda: list(arrivals)


def test_an_inbox_that_forgets_would_be_caught(tmp_path: Path) -> None:
    """Shows that the tests above could fail."""
    home = HotlineHarness(tmp_path)
    home.house.dispatcher._inbox = Forgetful(BOT, VAULT)
    written, kept = delivered_at_random(home, 0, restarts=False)
    home.close()
    assert len(kept) > len(written)
