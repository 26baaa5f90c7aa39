"""A caseworker's letter is sent once, whichever process dies, is paused, or wakes (promise P46)."""

from __future__ import annotations

import random
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import bindparam, update
from structlog.testing import capture_logs

from bot.clock import SECOND
from bot.errors import CommitFailedError, RetryLaterError
from bot.mailbox import delivery, letter_claims
from bot.mailbox.courier import Mailbox
from bot.mailbox.inbox import Inbox
from bot.mailbox.letter import Author, DeliveryResult, Letter, LetterState
from bot.mailbox.letter_claims import CLAIM_LIFETIME, LetterClaims
from bot.mailbox.outbox import Outbox, OutboxResults
from bot.mailbox.passphrase_jobs import PassphraseJobs
from bot.store.compiled import Prepared
from bot.store.processes.running import RunningProcess, beat, process_number
from bot.store.tables.main import UNSENT, outbox
from tests.mailbox.test_courier_stateful import Day, Weather, let_it_end
from tests.support.drill_length import drill_length
from tests.support.harnesses.courier_harness import CourierHarness
from tests.support.harnesses.hotline_harness import BOT, VAULT
from tests.support.telegram.recording_channel import DeliveryFault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.messages import Body
    from bot.store.writer import Work

A = 5_000_000_001
ONE, OTHER = 11, 22
"""Numbers of two processes."""
MATCHES_SENDING = Prepared(
    lambda _: (
        update(outbox)
        .where(UNSENT, outbox.c.id == bindparam("letter"))
        .values(
            state=LetterState.SENDING.value,
            owner=bindparam("by"),
            fence=outbox.c.fence + 1,
            lease_until=bindparam("until"),
        )
        .returning(outbox.c.fence)
    ),
    "by",
    "until",
    "letter",
)
"""The flaw: a letter that is being sent is taken for one that waits."""


class Life(CourierHarness):
    """The courier of one process among several on one outbox."""

    number = ONE

    def open(self) -> None:
        mailbox = Mailbox(
            Inbox(BOT, VAULT), Outbox(VAULT), PassphraseJobs(VAULT),
            OutboxResults(claims=LetterClaims(self.number)),
        )  # fmt: skip
        mailbox.outbox._claims = LetterClaims(self.number)
        self.mailbox, self.outbox = mailbox, mailbox.outbox
        super().open()

    def dies(self, number: int) -> None:
        """End the process, and let another one go on."""
        self.crash()
        self.number = number
        self.open()

    def does(self, unit: Any) -> Any:
        return self.database.writer.run_sync(unit)

    def runs_as(self, number: int) -> None:
        """Store that a process runs, on a machine of its own."""
        now = self.loop.now()
        it = RunningProcess(number, "leader", "elsewhere", 7, 1, "runs", "1", now, now)
        self.does(lambda work: beat(work, it, now))


@pytest.fixture(params=["sqlite", "postgresql"])
def life(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Life]:
    made = Life(tmp_path, kind=request.param)
    yield made
    made.close()


def hangs(_chat: int, _body: Body) -> DeliveryFault:
    return DeliveryFault(seconds=10**6)


# --- one letter ---------------------------------------------------------------------------------


def times_claimed(life: Life) -> int:
    """Return how many of two processes may send one letter."""
    (number,) = life.leave(A, "I am here.", author=Author.CASEWORKER, hand=False)
    times = 0
    for owner in (ONE, OTHER):
        letter = Letter(number, b"", A, None)  # type: ignore[arg-type]

        def claim(work: Work, owner: int = owner, letter: Letter = letter) -> bool:
            try:
                return LetterClaims(owner).claim(work, letter, life.loop.now())
            except RetryLaterError:
                return False

        times += life.does(claim)
    return times


def test_one_process_of_two_may_send_a_caseworkers_letter(life: Life) -> None:
    assert times_claimed(life) == 1


def test_that_a_letter_being_sent_is_taken_for_one_that_waits_would_be_seen(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter_claims, "_CLAIM", MATCHES_SENDING)
    assert times_claimed(life) == 2


def test_what_a_running_process_sends_is_uncertain_once_its_time_is_over(
    life: Life,
) -> None:
    life.post.fate = hangs
    (letter,) = life.leave(A, "I am here.", author=Author.CASEWORKER)
    life.passes(2)
    assert life.states() == {letter: "sending"}
    life.runs_as(ONE)
    with capture_logs() as logs:
        life.dies(OTHER)
        life.passes(CLAIM_LIFETIME / SECOND - 10)
        assert life.states() == {letter: "sending"}
        life.passes(20)
    assert life.states() == {letter: "uncertain"}
    assert [it["count"] for it in logs if it["event"] == "letter_uncertain"] == [1]
    assert life.arrivals(A) == []


def test_what_a_process_sent_that_is_known_to_have_ended_is_uncertain_at_once(life: Life) -> None:
    life.post.fate = hangs
    (letter,) = life.leave(A, "I am here.", author=Author.CASEWORKER)
    life.passes(2)
    life.dies(OTHER)
    life.passes(1)
    assert life.states() == {letter: "uncertain"}
    assert life.arrivals(A) == []


def test_a_letter_of_the_bot_is_sent_again_at_once_by_the_next_leader(life: Life) -> None:
    life.post.fate = hangs
    (letter,) = life.leave(A, "What happened?", hand=False)
    life.passes(2)
    life.runs_as(ONE)
    life.post.fate = lambda _chat, _body: DeliveryFault()
    life.dies(OTHER)
    life.passes(2)
    assert life.states() == {letter: "sent"}
    assert life.arrivals(A) == ["What happened?"]


def test_a_letter_found_in_the_store_before_it_is_handed_over_is_sent_once(life: Life) -> None:
    """The commit that stores it, and the look that finds it, can both precede its hand-over."""
    (number,) = life.leave(A, "What happened?", hand=False)
    (found,) = life.does(lambda work: life.outbox.load_due(work, life.loop.now(), 9))
    handed = replace(found, fence=0)
    life.courier._stored_chats = set()
    life.courier.enqueue([handed])
    life.courier._take(found)
    life.settle()
    life.passes(10)
    assert life.states() == {number: "sent"}
    assert life.arrivals(A) == ["What happened?"]


def test_a_letter_sent_before_its_find_is_known_counts_as_sent(life: Life) -> None:
    """A fast answer is stored with the next batch, while the look that found it still commits."""
    (number,) = life.leave(A, "What happened?", hand=False)
    stored = Letter(number, VAULT.chat_key(BOT, A), A, None)  # type: ignore[arg-type]
    assert life.does(lambda work: life.outbox.load_due(work, life.loop.now(), 9))
    result = DeliveryResult(stored, LetterState.SENT, life.loop.now(), 7)
    life.does(lambda work: life.mailbox.results.store(work, [result]))
    assert life.states() == {number: "sent"}


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.QUEUED, LetterState.FAILED])
def test_a_process_that_wakes_changes_nothing_of_a_letter_claimed_since(
    life: Life, state: LetterState
) -> None:
    (number,) = life.leave(A, "What happened?", hand=False, not_before=2**60)
    late = life.loop.now() + 2**61
    (ours,) = life.does(lambda work: life.outbox.load_due(work, late, 9))
    other = Outbox(VAULT)
    other._claims = LetterClaims(OTHER)
    (theirs,) = life.does(lambda work: other.load_due(work, late, 9))
    assert (ours.fence, theirs.fence) == (0, 1)
    before = life.letters()[number]

    def settle(letter: Letter) -> Any:
        result = DeliveryResult(letter, state, life.loop.now(), 7, not_before=5)
        life.does(lambda work: life.mailbox.results.store(work, [result]))
        return life.letters()[number]

    assert settle(ours) == before
    assert settle(theirs) != before


def test_a_letter_whose_attempt_is_not_settled_yet_is_not_lost(life: Life) -> None:
    life.post.fate = lambda _chat, _body: DeliveryFault(RetryLaterError(), arrives=False)
    (letter,) = life.leave(A, "I am here.", author=Author.CASEWORKER)
    life.passes(0.01)  # it was refused for now; that is not stored yet
    held = life.courier.collect()  # as a batch does whose commit fails
    life.passes(3)
    life.courier.put_back(held)
    life.post.fate = lambda _chat, _body: DeliveryFault()
    life.passes(30)
    assert life.states() == {letter: "sent"}
    assert life.arrivals(A) == ["I am here."]


# --- leaders that are paused, and die -----------------------------------------------------------


async def refuses(_unit: Any) -> None:
    raise CommitFailedError("another Haven leads")


def test_a_leader_that_was_paused_asks_before_it_sends_anything(tmp_path: Path) -> None:
    life = Life(tmp_path, kind="postgresql")
    life.passes(2)
    life.leave(A, "one")
    life.database.writer._heard_at = -(10**6)
    life.courier._writer.run = refuses  # type: ignore[method-assign, assignment]
    life.passes(0.5)
    assert life.arrivals(A) == []
    life.dies(OTHER)
    life.passes(2)
    assert life.arrivals(A) == ["one"]
    life.close()


def two_leaders(folder: Path, kind: str, seed: int) -> Day:
    """Let two couriers work on one outbox at the same time, one of which is paused now and then."""
    dice = random.Random(seed)
    with ExitStack() as stack:
        first = Life(folder, kind=kind)
        stack.callback(first.close)
        second = Life.__new__(Life)
        second.number = OTHER
        second.url, second.limits, second.made = first.url, first.limits, first.made
        second.post, second.bodies, second.at = first.post, {}, first.at
        second.open()
        stack.callback(second.close)
        first.runs_as(ONE)
        first.runs_as(OTHER)
        weather = Weather(random.Random(seed))
        first.post.fate = weather.fate
        day = Day(first, dice)
        for _ in range(15):
            day.leave(6)
            for life in dice.sample([first, second], dice.choice((1, 2))):  # one is paused
                life.passes(dice.choice((0.001, 0.02, 0.5, 3.0)))
        weather.is_calm = True
        for life in (first, second):
            let_it_end(life)
        return day


def repeated(day: Day) -> list[str]:
    """Return the letters of caseworkers that arrived more than once."""
    return [
        text
        for chat, texts in day.left.items()
        for text in texts
        if day.authors[text] != Author.BOT and day.round_.post.texts(chat).count(text) > 1
    ]


@pytest.fixture
def _same_dice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_SPREAD", random.Random(1))


@pytest.mark.usefixtures("_same_dice")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", range(drill_length(2, 12)))
def test_two_leaders_at_once_repeat_no_letter_of_a_caseworker(
    tmp_path: Path, kind: str, seed: int
) -> None:
    day = two_leaders(tmp_path, kind, seed)
    assert len(day.authors) == 90
    assert repeated(day) == []


@pytest.mark.usefixtures("_same_dice")
def test_two_leaders_that_match_what_is_being_sent_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter_claims, "_CLAIM", MATCHES_SENDING)
    assert repeated(two_leaders(tmp_path, "sqlite", 0))


@pytest.mark.usefixtures("_same_dice")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_letter_ends_although_a_new_process_leads_each_time(
    tmp_path: Path, kind: str
) -> None:
    dice, weather = random.Random(3), Weather(random.Random(3))
    life = Life(tmp_path, kind=kind)
    life.post.fate = weather.fate
    day, deaths = Day(life, dice), 0
    for _ in range(10):
        day.leave(6)
        life.passes(dice.choice((0.0, 0.02, 0.5, 5.0)))
        if dice.random() < 0.6:
            deaths += 1
            life.dies(100 + deaths)
    let_it_end(life)
    day.check(weather, deaths)
    life.close()


def test_this_process_has_one_number() -> None:
    assert 0 < process_number() == process_number() < 2**63
