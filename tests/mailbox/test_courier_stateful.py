"""A letter is delivered, or visibly failed (promise P7): any fault, any moment of a crash."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from bot.errors import ChatBlockedError, DeliveryUncertainError, LetterRefusedError, RetryLaterError
from bot.mailbox import delivery
from bot.mailbox.delivery import RetryPolicy
from bot.mailbox.letter import Author, DeliveryResult, Lane, Letter, LetterState
from bot.messages import Body, SendText
from tests.support.drill_length import drill_length
from tests.support.harnesses.courier_harness import CourierHarness, first_times
from tests.support.telegram.recording_channel import FINE, DeliveryFault

if TYPE_CHECKING:
    from pathlib import Path

CHATS = range(5_000_000_001, 5_000_000_013)
FINAL = {"sent", "uncertain", "failed", "blocked", "refused"}
FAULTS = 0.2


@pytest.fixture(autouse=True)
def _same_dice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spread the courier's retries in the same way at every run."""
    monkeypatch.setattr(delivery, "_SPREAD", random.Random(1))


@dataclass
class Weather:
    """Decides, by dice, what becomes of every attempt; and remembers what nobody can know."""

    dice: random.Random
    unknown: dict[str, int] = field(default_factory=dict)
    """How often a text arrived and the courier was not told so."""
    refused: list[Body] = field(default_factory=list)
    """What was refused once always is."""
    is_calm: bool = False

    def fate(self, _chat: int, body: Body) -> DeliveryFault:
        if body in self.refused:
            return DeliveryFault(LetterRefusedError("message is too long"), arrives=False)
        seconds = self.dice.choice((0.0, 0.0, 0.01, 0.3, 3.0))
        if self.is_calm or self.dice.random() > FAULTS:
            return DeliveryFault(seconds=seconds)
        error, arrives = self.dice.choice(
            (
                (RetryLaterError(), False),
                (RetryLaterError(self.dice.choice((1.0, 30.0, 3600.0))), False),
                (RetryLaterError(2.0, is_global=True), False),
                (RetryLaterError(is_global=True), False),
                (DeliveryUncertainError("no answer"), False),
                (DeliveryUncertainError("no answer"), True),
                (ChatBlockedError("blocked"), False),
                (LetterRefusedError("message is too long"), False),
                (RuntimeError("a mistake of ours"), True),
            )
        )
        if isinstance(error, LetterRefusedError):
            self.refused.append(body)
        if arrives and isinstance(body, SendText):
            self.unknown[body.text] = self.unknown.get(body.text, 0) + 1
        return DeliveryFault(error, arrives=arrives, seconds=seconds)


@dataclass
class Day:
    """What was left for whom, in order."""

    round_: CourierHarness
    dice: random.Random
    authors: dict[str, str] = field(default_factory=dict)
    left: dict[int, list[str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def leave(self, count: int) -> None:
        for _ in range(count):
            chat = self.dice.choice(CHATS)
            author = self.dice.choice((Author.BOT, Author.BOT, Author.CASEWORKER))
            text = f"letter {len(self.authors)}"
            self.authors[text] = author
            self.left.setdefault(chat, []).append(text)
            lane = self.dice.choice((Lane.PERSON, Lane.STAFF))
            hand = bool(chat % 3)  # what another process left is found within a second
            (number,) = self.round_.leave(chat, text, author=author, lane=lane, hand=hand)
            self.numbers[text] = number

    def check(self, weather: Weather, crashes: int) -> None:
        letters = self.round_.letters()
        for text, number in self.numbers.items():
            state, body = letters[number][:2]
            assert state in FINAL, f"{text} ended as {state}"
            assert (body is None) == (state == "sent")
        for chat, texts in self.left.items():
            arrived = self.round_.arrivals(chat)
            assert first_times(arrived) == [text for text in texts if text in arrived]
            for text in texts:
                self._check_one(text, arrived.count(text), weather, crashes)

    def _check_one(self, text: str, times: int, weather: Weather, crashes: int) -> None:
        state = self.round_.states()[self.numbers[text]]
        if state == "sent":
            assert times >= 1, f"{text} is called sent and never came"
        if state in {"blocked", "refused"} and self.authors[text] != Author.BOT:
            assert times == 0, f"{text} is called {state} and came"
        if self.authors[text] == Author.BOT:
            assert times <= 1 + weather.unknown.get(text, 0) + crashes
        else:
            assert times <= 1, f"{text} of a caseworker came {times} times"


def let_it_end(round_: CourierHarness) -> None:
    """Let more than a day go by, so that whatever can be tried again was."""
    for hours in (1, 1, 1, 1, 24, 2, 2):
        round_.jumps(hours * 3600)
        round_.passes(10)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", range(drill_length(3, 8)))
def test_every_letter_ends_in_order_and_no_caseworker_is_repeated(
    kind: str, seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    round_, weather = CourierHarness(tmp_path, kind=kind), Weather(random.Random(seed))
    round_.post.fate = weather.fate
    day = Day(round_, dice)
    for _ in range(12):
        day.leave(10)
        round_.passes(dice.choice((0.01, 0.5, 5.0, 40.0)))
    weather.is_calm = seed % 2 == 0
    let_it_end(round_)
    day.check(weather, crashes=0)
    round_.close()


@pytest.mark.parametrize("seed", range(drill_length(4, 12)))
def test_it_holds_when_the_process_dies_at_any_moment(seed: int, tmp_path: Path) -> None:
    dice = random.Random(1000 + seed)
    round_, weather = CourierHarness(tmp_path), Weather(random.Random(seed))
    round_.post.fate = weather.fate
    day = Day(round_, dice)
    crashes = 0
    for _ in range(15):
        day.leave(6)
        round_.passes(dice.choice((0.0, 0.001, 0.02, 0.06, 0.5, 5.0)))
        if dice.random() < 0.5:
            crashes += 1
            round_.crash()
            round_.open()
    let_it_end(round_)
    day.check(weather, crashes)
    round_.close()


def test_a_crash_leaves_what_was_on_the_wire_uncertain(tmp_path: Path) -> None:
    round_ = CourierHarness(tmp_path)
    round_.post.fate = lambda _chat, _body: DeliveryFault(seconds=1.0)
    for chat in CHATS:
        round_.leave(chat, "one", author=Author.CASEWORKER)
    round_.passes(0.5)
    round_.crash()
    round_.post.fate = lambda _chat, _body: FINE
    round_.open()
    let_it_end(round_)
    assert set(round_.states().values()) == {"uncertain"}
    assert round_.post.arrived == []
    round_.close()


# --- That these tests can fail ---------------------------------------------------------------


class Careless(RetryPolicy):
    """Repeats everybody's words when nobody knows what became of them."""

    def handle_failure(self, letter: Letter, error: Exception, fault: str = "") -> DeliveryResult:
        found = super().handle_failure(letter, error, fault)
        if found.state is LetterState.UNCERTAIN:
            return DeliveryResult(letter, LetterState.QUEUED, found.at, not_before=found.at)
        return found


class Hasty(RetryPolicy):
    """Believes that whatever left has arrived."""

    def handle_failure(self, letter: Letter, _error: Exception, _fault: str = "") -> DeliveryResult:
        return DeliveryResult(letter, LetterState.SENT, self._clock.now(), 7)


@pytest.mark.parametrize("flawed", [Careless, Hasty])
def test_a_careless_courier_would_be_caught(flawed: type[RetryPolicy], tmp_path: Path) -> None:
    round_, weather = CourierHarness(tmp_path), Weather(random.Random(0))
    round_.courier._retries.__class__ = flawed
    round_.post.fate = weather.fate
    day = Day(round_, random.Random(0))
    day.leave(150)
    round_.passes(60)
    weather.is_calm = True
    let_it_end(round_)
    with pytest.raises(AssertionError, match="came"):
        day.check(weather, crashes=0)
    round_.close()
