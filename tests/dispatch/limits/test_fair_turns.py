"""When many write at once each chat has its turn: whoever wrote little is answered first."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.run import expire_keys
from bot.clock import HOUR, SECOND
from bot.mailbox.fair_queue import BURST_TURNS, MAX_PER_CHAT, MAX_QUEUED, RUSH_SIZE, FairQueue
from bot.mailbox.inbox import DONE, IN_QUEUE, Arrival
from bot.vault import Vault
from tests.support.database.key_store_fixtures import key_store
from tests.support.database_fixtures import on_both_databases
from tests.support.dispatch_inspection import (
    key_of,
    place_at,
    reachable_positions,
    stored_conversation,
)
from tests.support.harnesses.hotline_harness import ROOT, HotlineHarness
from tests.support.people.chat_person import ChatPerson, update_json
from tests.support.people.flood_simulation import UnfairQueue

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.both_databases

FETCHED = 100
LETTERS_EACH = 5
"""Letters that answer `/help`."""
STATES = "SELECT state, count(*) FROM inbox GROUP BY state ORDER BY state"
"""How many updates stand where."""
ANSWERS = "SELECT chat_key FROM outbox ORDER BY id"


def arrivals(home: HotlineHarness, *updates: dict[str, Any]) -> list[Arrival]:
    made = []
    for update in updates:
        made.append(Arrival.of(home.next_update, update_json(home.next_update, update)))
        home.next_update += 1
    return made


def fetched(home: HotlineHarness, found: Sequence[Arrival]) -> None:
    """Receive updates as the poller brings them, and let nobody in the line have a turn yet."""
    for place in range(0, len(found), FETCHED):
        home.run(home.house.dispatcher.receive(found[place : place + FETCHED]))


def begun(home: HotlineHarness, *people: ChatPerson) -> None:
    """Have the first batch behind us, which is taken with care, and everybody at one question."""
    for person in people:
        place_at(person, reachable_positions()["report", "safe"])
    home.receives(home.person().words("/start"))


def written(person: ChatPerson, many: int) -> list[dict[str, Any]]:
    return [person.words(f"line {number}") for number in range(many)]


def lines(many: int) -> list[str]:
    return [f"line {number}" for number in range(many)]


def heard(person: ChatPerson) -> list[str]:
    """Return the lines that were kept, however they were put together."""
    return "\n".join(stored_conversation(person).position.extra_texts).splitlines()


@on_both_databases
@pytest.mark.parametrize("flaw", [False, True])
def test_a_chat_with_five_hundred_waiting_does_not_make_fifty_others_wait(
    kind: str, tmp_path: Path, *, flaw: bool
) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    flooded, *others = (home.person() for _ in range(51))
    begun(home, flooded, *others)
    if flaw:
        home.house.dispatcher._queue.__class__ = UnfairQueue
    first = len(home.ask(ANSWERS))
    floods = [flooded.words("/help") for _ in range(500)]  # each is answered, burst or not
    rest = [other.words("line 0") for other in others]
    fetched(home, arrivals(home, *floods, *rest))
    home.settle()
    answered = [bytes(key) for (key,) in home.ask(ANSWERS)[first:]]
    flood = key_of(flooded)
    before = [answered[: answered.index(key_of(other))].count(flood) for other in others]
    fetches = math.ceil((len(floods) + len(rest)) / FETCHED)
    fair = BURST_TURNS + MAX_PER_CHAT * (fetches + 1)  # a round may be served after each fetch
    assert (max(before) > LETTERS_EACH * fair) is flaw
    assert dict(home.ask(STATES)).keys() == {DONE}
    home.close()


def test_nothing_changes_while_there_is_time_for_all(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path)
    person = home.person()
    begun(home, person)
    home.run(home.house.dispatcher.receive(arrivals(home, *written(person, RUSH_SIZE - 1))))
    assert not home.house.dispatcher._queue
    assert heard(person) == lines(RUSH_SIZE - 1)
    home.close()


@on_both_databases
def test_what_waits_in_the_line_is_kept_sealed_and_outlives_a_crash(
    kind: str, tmp_path: Path
) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    person = home.person()
    begun(home, person)
    found = arrivals(home, *written(person, 500))
    home.run(home.house.dispatcher.receive(found))
    waiting = dict(home.ask(STATES))[IN_QUEUE]
    assert waiting > 400
    turns = home.house.dispatcher._queue.next_round()
    assert {type(kept) for _chat, part in turns for kept in part} == {int}
    sealed = home.ask(f"SELECT raw FROM inbox WHERE state = '{IN_QUEUE}'")  # noqa: S608 - ours
    assert not any(b"line" in bytes(each) for (each,) in sealed)
    home.crash()
    home.open()
    assert heard(person) == lines(500)
    assert dict(home.ask(STATES)).keys() == {DONE}
    home.close()


def test_what_waits_in_the_line_comes_again_only_once(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path)
    person = home.person()
    begun(home, person)
    updates = written(person, 200)
    first = home.next_update
    again = [
        Arrival.of(number, update_json(number, it)) for number, it in enumerate(updates, first)
    ]
    fetched(home, arrivals(home, *updates))
    fetched(home, again)
    home.settle()
    assert heard(person) == lines(200)
    home.close()


def test_what_waits_in_the_line_outlives_the_key_of_its_hour(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, vault=Vault(ROOT, key_store()))
    person = home.person()
    home.receives(home.person().words("/start"))
    found = arrivals(home, person.words("/start"))
    inbox, now = home.house.inbox, home.loop.now()
    home.database.writer.run_sync(lambda work: inbox.store_waiting(work, found, now, IN_QUEUE))
    for _hour in range(72):
        home.advance_time(HOUR / SECOND)
        home.run(expire_keys(home.house))
    opened = home.database.writer.run_sync(
        lambda work: inbox.load_queued(work, [it.update_id for it in found])
    )
    assert [arrival.raw for arrival in opened] == [arrival.raw for arrival in found]
    assert home.database.writer.run_sync(lambda work: inbox.expire(work, home.loop.now() * 2)) == 1
    assert home.ask(STATES) == [(IN_QUEUE, 1)]
    home.close()


def test_a_turn_that_cannot_be_stored_now_comes_again(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path)
    person = home.person()
    begun(home, person)
    inbox = home.house.inbox
    whole, left = inbox.load_queued, [3]

    def in_line(*given: Any) -> list[Arrival]:
        if left[0]:
            left[0] -= 1
            raise TimeoutError
        return whole(*given)

    inbox.load_queued = in_line  # type: ignore[method-assign]
    fetched(home, arrivals(home, *written(person, 200)))
    for _ in range(4):
        home.run(home.close_writer_idle(0.1))
        home.run(home.house.dispatcher.resume())
    home.settle()
    assert heard(person) == lines(200)
    home.close()


def test_a_line_that_is_full_is_worked_off_before_more_is_taken() -> None:
    line = FairQueue()
    line.add([(1, Arrival(1, b"", b""))] * MAX_QUEUED)
    assert line.is_full
    line.finish_round(line.next_round())
    assert not line.is_full


@dataclass
class Rounds:
    """A line, and the model: what each chat sent, and what of it was handled."""

    line: FairQueue = field(default_factory=FairQueue)
    now: float = 0.0
    sent: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    handled: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _count: int = 0

    def fetch(self, who: list[int]) -> None:
        asked = []
        for chat in who:
            asked.append((chat, Arrival(self._count, bytes([chat]), b"")))
            self.sent[chat].append(self._count)
            self._count += 1
        self.line.is_needed(len(asked))
        at_once, later = self.line.admit(asked, self.now)
        for arrival in at_once:
            self.handled[arrival.raw[0]].append(arrival.update_id)
        self.line.add(later)

    def take_turns(self) -> None:
        turns = self.line.next_round()
        assert [chat for chat, _ in turns] == list(self.line._waiting)[: len(turns)]
        assert all(len(part) <= MAX_PER_CHAT for _, part in turns)
        for chat, part in turns:
            self.handled[chat] += part
        self.line.finish_round(turns)


STEPS = st.lists(
    st.one_of(
        st.lists(st.integers(1, 4), min_size=1, max_size=200),  # who writes, in one fetch
        st.just("turns"),
        st.floats(0.1, 20),
    ),
    max_size=30,
)


@settings(max_examples=60)
@given(steps=STEPS)
def test_each_chat_is_handled_in_order_and_none_is_left_out(
    steps: list[Any],
) -> None:
    rounds = Rounds()
    for step in steps:
        if isinstance(step, float):
            rounds.now += step
        elif step == "turns":
            rounds.take_turns()
        else:
            rounds.fetch(step)
    while rounds.line:
        rounds.take_turns()
    assert rounds.handled == rounds.sent


@settings(max_examples=4)
@given(who=st.lists(st.integers(0, 2), min_size=RUSH_SIZE, max_size=300))
def test_in_a_rush_each_chat_is_answered_in_its_order(who: list[int]) -> None:
    with TemporaryDirectory() as folder:
        home = HotlineHarness(Path(folder))
        people = [home.person() for _ in range(3)]
        begun(home, *people)
        told = [(one, f"{one} wrote {number}") for number, one in enumerate(who)]
        fetched(home, arrivals(home, *(people[one].words(text) for one, text in told)))
        home.settle()
        for number, person in enumerate(people):
            assert heard(person) == [text for one, text in told if one == number]
        home.close()
