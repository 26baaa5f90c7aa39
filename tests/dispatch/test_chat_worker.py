"""Several fronts and workers on one PostgreSQL: each update once, each chat in order (P45)."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from bot.clock import SECOND
from bot.dispatch import chat_worker
from bot.dispatch.chat_worker import ChatWorker
from bot.dispatch.turn.turn import TurnHandler
from bot.mailbox import waiting_chats
from bot.mailbox.inbox import DONE, MAX_CRASHES, QUARANTINED, STORED, Inbox
from bot.store.changes import CHANNEL, EVERYONE, LETTERS, WORKERS
from bot.store.postgresql import pipeline
from bot.store.statements import select_by, select_in
from bot.store.tables.main import inbox
from bot.store.tables.main import waiting_chats as waiting_table
from tests.support.dispatch_inspection import stored_conversation
from tests.support.harnesses.fleet_harness import Fleet, again
from tests.support.people.telegram_attachments import photo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bot.dispatch.effects import Effects
    from bot.mailbox.inbox import Arrival
    from bot.messages import Update
    from bot.store.writer import Work
    from tests.support.harnesses.fleet_harness import FleetProcess
    from tests.support.people.chat_person import ChatPerson

STATES = "SELECT update_id, state FROM inbox ORDER BY update_id"
WAITING = "SELECT update_count FROM waiting_chats"
POISON = "poison"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """Two processes, and the one that reads."""
    made = Fleet(tmp_path, processes=2)
    yield made
    made.close()


# --- Once, in order, whichever process handles it ---------------------------------------------


class Evening:
    """People write; two fronts get their updates, some of them both; two workers answer."""

    def __init__(self, fleet: Fleet, seed: int, *, cuts: bool) -> None:
        self.fleet, self.dice, self.cuts = fleet, random.Random(seed), cuts
        self.people = [fleet.home.person("en") for _ in range(5)]
        self.written: dict[int, list[str]] = {person.id: [] for person in self.people}

    def kept(self) -> dict[int, list[str]]:
        return {person.id: self.fleet.kept(person) for person in self.people}

    async def run(self) -> None:
        workers = asyncio.create_task(self._work())
        await asyncio.gather(*(self._write_lines(person) for person in self.people))
        await self.fleet.until_done(workers)
        workers.cancel()
        await asyncio.gather(workers, return_exceptions=True)

    async def _work(self) -> None:
        await asyncio.gather(*(it.app.chat_worker.run() for it in self.fleet.processes))

    async def _write_lines(self, person: ChatPerson) -> None:
        for number in range(16):
            self.written[person.id].append(f"line {number}")
            arrival = self.fleet.write(person, f"line {number}")
            await self._deliver(arrival)
            if self.cuts and self.dice.random() < 0.15:
                process = self.dice.choice(self.fleet.processes)
                await asyncio.to_thread(self.fleet.cut_connection, process)

    async def _deliver(self, arrival: Arrival) -> None:
        fronts: list[FleetProcess] = list(self.fleet.processes)
        self.dice.shuffle(fronts)
        many = 2 if self.dice.random() < 0.4 else 1
        await asyncio.gather(*(it.app.receiver.receive([again(arrival)]) for it in fronts[:many]))


@pytest.mark.parametrize("seed", range(2))
def test_an_update_is_handled_once_and_in_order_by_any_process(fleet: Fleet, seed: int) -> None:
    evening = Evening(fleet, seed, cuts=True)
    asyncio.run(evening.run())
    assert evening.kept() == evening.written
    assert {state for _, state in fleet.home.ask(STATES)} == {DONE}
    assert fleet.home.ask("SELECT chat_key FROM inbox WHERE chat_key IS NOT NULL") == []


def test_a_worker_that_locks_no_chat_would_be_caught(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the test above could fail: without FOR UPDATE both workers take a chat."""
    unlocked = select_by(
        waiting_table, "chat_key", "waiting_since", "update_count", by="bot",
        order_by="waiting_since", limit=16,
    )  # fmt: skip
    both_have_read = threading.Barrier(2)
    load_of_chat = Inbox.load_of_chat

    def claim(self: Any, work: Work, _now: int, _most: int = 16) -> list[Any]:
        rows = work.rows(unlocked, self.bot)
        return [waiting_chats.ClaimedChat(bytes(key), at, count) for key, at, count in rows]

    def load(*chat: Any) -> list[Any]:
        """Read the updates of a chat; go on when the other worker has read them too."""
        updates = load_of_chat(*chat)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_have_read.wait(timeout=5)
            both_have_read.abort()  # once is enough
        return updates

    person, lines = fleet.home.person("en"), [f"line {number}" for number in range(6)]
    one, two = fleet.processes
    one.app.chat_worker._is_first = two.app.chat_worker._is_first = False

    async def run() -> None:
        await one.app.dispatcher.receive([fleet.write(person, lines[0])])
        for line in lines[1:]:
            await one.app.receiver.receive([fleet.write(person, line)])
        monkeypatch.setattr(waiting_chats.WaitingChats, "claim", claim)
        monkeypatch.setattr(Inbox, "load_of_chat", load)
        await fleet.work_until_done(fleet.processes)

    asyncio.run(run())
    assert fleet.kept(person) == [lines[0], *lines[1:] * 2]


async def _both_receive(fleet: Fleet, arrivals: Sequence[Arrival]) -> None:
    """Let both processes answer the same updates at the same time, each by its direct path."""
    for arrival in arrivals:
        await asyncio.gather(
            *(it.app.dispatcher.receive([again(arrival)]) for it in fleet.processes)
        )


def test_two_bots_that_get_the_same_update_handle_it_once(fleet: Fleet) -> None:
    person, lines = fleet.home.person("en"), [f"line {number}" for number in range(20)]
    asyncio.run(_both_receive(fleet, [fleet.write(person, line) for line in lines]))
    assert fleet.kept(person) == lines
    assert [state for _, state in fleet.home.ask(STATES)] == [DONE] * 20


def test_an_insert_after_handling_would_be_caught(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the test above could fail: to look first and insert later is not enough."""
    known = select_in(inbox, "update_id", among="update_id")
    both_looked = threading.Barrier(2)

    def look(
        _self: Inbox, work: Work, arrivals: Sequence[Arrival], _now: int
    ) -> Callable[[], list[Arrival]]:
        found = {number for (number,) in work.rows_in(known, [it.update_id for it in arrivals])}
        with contextlib.suppress(threading.BrokenBarrierError):
            both_looked.wait(5.0)
            both_looked.abort()  # once is enough
        return lambda: [it for it in arrivals if it.update_id not in found]

    insert = Inbox.insert
    person, lines = fleet.home.person("en"), [f"line {number}" for number in range(30)]

    def store(self: Inbox, work: Work, handled: Sequence[Arrival], now: int) -> None:
        insert(self, work, list(handled), now)

    for process in fleet.processes:  # the careful first batch is another path
        process.app.dispatcher._is_first_batch = False
    monkeypatch.setattr(Inbox, "insert", look)
    monkeypatch.setattr(Inbox, "store_handled", store)
    asyncio.run(_both_receive(fleet, [fleet.write(person, line) for line in lines]))
    assert len(fleet.kept(person)) > len(lines)


def test_two_first_words_of_a_new_chat_are_both_kept(fleet: Fleet) -> None:
    """Both units of work are about to store the conversation; one of them is run again."""
    people = [fleet.home.person("en") for _ in range(8)]
    for process in fleet.processes:
        process.app.dispatcher._is_first_batch = False

    async def write(person: ChatPerson) -> None:
        first, second = fleet.write(person, "one"), fleet.write(person, "two")
        one, other = (it.app.dispatcher for it in fleet.processes)
        await asyncio.gather(one.receive([first]), other.receive([second]))

    for person in people:
        asyncio.run(write(person))
    assert [sorted(fleet.kept(person)) for person in people] == [["one", "two"]] * len(people)


def test_updates_stored_in_any_order_are_answered_by_their_ids(fleet: Fleet) -> None:
    person, lines = fleet.home.person("en"), [f"line {number}" for number in range(20)]
    arrivals = [fleet.write(person, line) for line in lines]
    random.Random(3).shuffle(arrivals)
    front, worker = fleet.processes

    async def run() -> None:
        await asyncio.gather(*(front.app.receiver.receive([it]) for it in arrivals))
        assert fleet.home.ask(WAITING) == [(20,)]
        await fleet.work_until_done([worker])

    asyncio.run(run())
    assert fleet.kept(person) == lines
    assert fleet.home.ask(WAITING) == []


def test_a_file_arrives_when_it_is_stored_not_when_a_worker_comes(fleet: Fleet) -> None:
    """What waited for an hour, because no worker ran, is no evidence of an hour later."""
    person = fleet.home.person("en")
    front, worker = fleet.processes

    async def run() -> None:
        await front.app.receiver.receive([fleet.write(person, "my photo follows")])
        await front.app.receiver.receive([fleet.write(person, photo=photo("proof"))])
        fleet.home.ask("UPDATE inbox SET received_at = received_at - 3600000000 RETURNING id")
        await fleet.work_until_done([worker])

    asyncio.run(run())
    (stored_at,) = {at for (at,) in fleet.home.ask("SELECT max(received_at) FROM inbox")}
    (file,) = stored_conversation(person).position.extra_files
    assert file.arrived_at == stored_at


def test_words_that_wait_for_a_yes_were_written_when_they_were_stored(fleet: Fleet) -> None:
    """Not when a worker came to them; staff read how old a cry is."""
    person = fleet.home.person("en")
    front, worker = fleet.processes

    async def run() -> None:
        await front.app.receiver.receive([fleet.write(person, "he beats me, help")])
        fleet.home.ask("UPDATE inbox SET received_at = received_at - 3600000000 RETURNING id")
        await fleet.work_until_done([worker])

    asyncio.run(run())
    ((stored_at,),) = fleet.home.ask("SELECT received_at FROM inbox")
    assert [it.at for it in stored_conversation(person).urgent_messages] == [stored_at]


def test_the_direct_path_leaves_a_chat_to_the_worker_while_updates_wait(fleet: Fleet) -> None:
    person = fleet.home.person("en")
    front, bot = fleet.processes

    async def run() -> None:
        await front.app.receiver.receive([fleet.write(person, "one")])
        await bot.app.dispatcher.receive([fleet.write(person, "two")])  # stored first, at a start
        await bot.app.dispatcher.receive([fleet.write(person, "three")])
        assert [state for _, state in fleet.home.ask(STATES)] == [STORED] * 3
        await fleet.work_until_done([bot])
        await bot.app.dispatcher.receive([fleet.write(person, "four")])

    asyncio.run(run())
    assert fleet.kept(person) == ["one", "two", "three", "four"]


def test_what_belongs_to_no_chat_waits_for_the_leader(fleet: Fleet) -> None:
    front, _ = fleet.processes
    unreadable = Evening(fleet, 0, cuts=False).fleet.write(fleet.home.person("en"), "x")
    unreadable.raw = b"{"

    async def run() -> None:
        await front.app.receiver.receive([unreadable])

    asyncio.run(run())
    assert fleet.home.ask(STATES) == [(unreadable.update_id, "waiting")]
    assert fleet.home.ask(WAITING) == []


def test_a_chat_is_left_alone_until_its_moment(fleet: Fleet) -> None:
    front, worker = (it.app for it in fleet.processes)
    front.receiver._hold = SECOND

    async def run() -> list[int]:
        await front.receiver.receive([fleet.write(fleet.home.person("en"), "one")])
        early = await worker.chat_worker.answer_some()
        worker.clock.advance(1.0)  # type: ignore[attr-defined]
        return [early, await worker.chat_worker.answer_some()]

    assert asyncio.run(run()) == [0, 1]


# --- What fails, kills or pauses a worker ----------------------------------------------------


def _fail_over(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    healthy = TurnHandler.take

    def take(self: TurnHandler, update: Update) -> Effects:
        if word in update.text:
            raise LookupError(word)
        return healthy(self, update)

    monkeypatch.setattr(TurnHandler, "take", take)


def test_a_turn_that_fails_is_set_aside_alone(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail_over(monkeypatch, POISON)
    people = [fleet.home.person("en") for _ in range(4)]
    front, worker = fleet.processes
    worker.app.chat_worker._is_first = False

    async def run() -> None:
        for words in ("one", "two", "three"):
            for person in people:
                is_bad = person is people[1] and words == "two"
                arrival = fleet.write(person, POISON if is_bad else words)
                await front.app.receiver.receive([arrival])
        await fleet.work_until_done([worker])

    asyncio.run(run())
    kept = [fleet.kept(person) for person in people]
    assert kept == [["one", "two", "three"], ["one", "three"], *[["one", "two", "three"]] * 2]
    assert [state for _, state in fleet.home.ask(STATES)].count(QUARANTINED) == 1


def test_an_update_that_kills_workers_is_quarantined_alone(fleet: Fleet) -> None:
    """A process that ends over it has counted the attempt, and nothing else."""
    people = [fleet.home.person("en") for _ in range(3)]
    deadly = people[1].id
    front, other = (it.app for it in fleet.processes)
    batches = other.chat_worker._batches

    def start() -> ChatWorker:
        return ChatWorker(
            other.inbox, batches, other.database.writer, other.clock, lambda _result: None
        )

    async def run() -> int:
        for person in people:
            await front.receiver.receive([fleet.write(person, "one")])
        deaths, key = 0, other.vault.chat_key(other.inbox.bot, deadly)
        while (await other.database.writer.run(other.inbox.chats.count)).chats:
            worker = start()
            keys = await other.database.writer.run(worker._count_attempts)
            if key in keys:
                deaths += 1  # it ended
            elif keys:
                await worker._answer(chat_worker.Claim(tuple(keys), updates=1))
        return deaths

    deaths = asyncio.run(run())
    assert deaths == MAX_CRASHES
    assert [fleet.kept(person) for person in people] == [["one"], [], ["one"]]
    assert dict(fleet.home.ask("SELECT state, count(*) FROM inbox GROUP BY state")) == {
        DONE: 2, QUARANTINED: 1
    }  # fmt: skip


def test_a_paused_worker_cannot_commit_what_another_one_did(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends its connection; what it does when it wakes is undone."""
    quick = "SELECT set_config('idle_in_transaction_session_timeout', '100', true)"
    monkeypatch.setattr(pipeline, "_FENCE", quick)
    person = fleet.home.person("en")
    paused, other = (it.app for it in fleet.processes)
    paused.chat_worker._is_first = other.chat_worker._is_first = False
    process, paused_count = paused.chat_worker._batches.process, []

    async def answer() -> None:
        async with asyncio.timeout(20):
            for _tried in count():  # until the server has ended the other connection
                if await other.chat_worker.answer_some():
                    return
                await asyncio.sleep(0.01)

    def pause(*given: Any) -> Any:
        paused_count.append(1)
        if len(paused_count) == 1:
            asyncio.run(answer())
        return process(*given)

    monkeypatch.setattr(paused.chat_worker._batches, "process", pause)

    async def run() -> int:
        await other.receiver.receive([fleet.write(person, "one")])
        return await paused.chat_worker.answer_some()

    assert asyncio.run(run()) == 0
    assert fleet.kept(person) == ["one"]
    assert len(paused_count) == 1


# --- Who has to look ------------------------------------------------------------------------------


class Told:
    """Hears on a connection of its own what one process stores."""

    def __init__(self, fleet: Fleet) -> None:
        libpq = fleet.home.url.replace("postgresql://postgres:@/", "postgresql://postgres@/")
        self._listens = psycopg.connect(libpq, autocommit=True)
        self._listens.execute(f"LISTEN {CHANNEL}")

    def since(self) -> set[str]:
        """Return who was told to look since this was asked last."""
        return {it.payload for it in self._listens.notifies(timeout=0.5)}

    def close(self) -> None:
        self._listens.close()


def test_only_those_are_woken_who_have_to_look(fleet: Fleet) -> None:
    """A front wakes workers; an answer wakes who sends it; what staff must see wakes everyone."""
    front, worker = fleet.processes
    person = fleet.home.person("en")

    def says(words: str) -> tuple[set[str], set[str]]:
        asyncio.run(front.app.receiver.receive([fleet.write(person, words)]))
        stored = told.since()
        asyncio.run(fleet.work_until_done([worker]))
        return stored, told.since()

    with contextlib.closing(Told(fleet)) as told:
        says("/start")  # the first unit after a start counts an attempt, which everyone may see
        assert says("hello") == ({WORKERS}, {LETTERS})
        stored, answered = says("help me, he is here and he wants to kill me")
        for clock in (fleet.home.loop, worker.clock):
            clock.advance(5)  # words answer a question of consent once it was read
        stored, answered = says("yes")
    assert (stored, EVERYONE in answered) == ({WORKERS}, True)
