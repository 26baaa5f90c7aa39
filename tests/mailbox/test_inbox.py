"""What arrived is kept, told apart from what came before, and set aside when nothing else helps."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import bindparam, update

from bot.clock import DAY, HOUR
from bot.mailbox.inbox import (
    DONE,
    IN_QUEUE,
    MAX_ATTEMPTS,
    MAX_CRASHES,
    QUARANTINED,
    WAITING,
    Arrival,
    Inbox,
)
from bot.store.compiled import Prepared
from bot.store.database import Database
from bot.store.statements import update_by
from bot.store.tables.main import inbox
from bot.store.work import Work
from tests.support.database.query_plans import query_plan
from tests.support.database_fixtures import migrated_url, on_both_databases, query
from tests.support.harnesses.hotline_harness import BOT, VAULT, HotlineHarness
from tests.support.moved_clock import MIDDAY
from tests.support.people.chat_person import update_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPOIL = Prepared(
    lambda _: (
        update(inbox).where(inbox.c.update_id <= bindparam("last")).values(raw=bindparam("raw"))
    ),
    "raw",
    "last",
)
TRIED_ONCE = update_by(inbox, by="update_id", constants={"attempts": 1})
STATES = "SELECT update_id, state FROM inbox ORDER BY id"
RAWS = "SELECT update_id, raw FROM inbox WHERE raw IS NOT NULL ORDER BY id"


class Box:
    """An inbox on a database of its own."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.database = Database(migrated_url(kind, folder))
        self.inbox = Inbox(BOT, VAULT)

    def does(self, verb: str, *values: Any) -> Any:
        return self.database.writer.run_sync(lambda work: getattr(self.inbox, verb)(work, *values))

    def new(self, arrivals: list[Arrival], now: int = MIDDAY) -> list[Arrival]:
        """Insert updates as handled; return those that were new."""
        return self.database.writer.run_sync(lambda work: self.inbox.insert(work, arrivals, now)())

    def states(self) -> list[tuple[Any, ...]]:
        return query(self.database, STATES)


@pytest.fixture(params=["sqlite", "postgresql"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    made = Box(request.param, tmp_path)
    yield made
    made.database.writer.close()


def arrivals(*numbers: int) -> list[Arrival]:
    return [Arrival.of(number, b'{"n":%d}' % number) for number in numbers]


def test_an_update_is_seen_once(box: Box) -> None:
    one, two = arrivals(1, 2)
    assert box.new([one, one]) == [one]
    assert box.new([one, two, two]) == [two]
    assert box.states() == [(1, DONE), (2, DONE)]


def test_another_content_under_the_same_number_is_another_update(box: Box) -> None:
    """After a quiet week numbers begin anew (safety.md F7)."""
    box.does("store_handled", arrivals(1), MIDDAY)
    other = Arrival.of(1, b'{"n":"other"}')
    assert box.new([other]) == [other]


def test_updates_of_another_bot_are_kept_apart(box: Box) -> None:
    other = Inbox(BOT + 1, VAULT)
    box.database.writer.run_sync(lambda work: other.store_handled(work, arrivals(1), MIDDAY))
    assert len(box.does("store_waiting", arrivals(1), MIDDAY)) == 1
    assert box.states() == [(1, DONE), (1, WAITING)]


@pytest.mark.parametrize("number", [0, -1, 2**31 - 1, 2**62])
def test_a_number_of_any_size_is_kept(box: Box, number: int) -> None:
    box.does("store_waiting", arrivals(number), MIDDAY)
    assert [arrival.update_id for arrival in box.does("load_waiting", 10)] == [number]


def test_what_waits_is_sealed_and_opens_again_in_order(box: Box) -> None:
    box.does("store_waiting", arrivals(5, 3, 9), MIDDAY)
    assert all(b'"n"' not in raw for _, raw in query(box.database, RAWS))
    assert [arrival.raw for arrival in box.does("load_waiting", 2)] == [b'{"n":5}', b'{"n":3}']


def test_what_was_handled_leaves_only_its_digest(box: Box) -> None:
    box.does("store_waiting", arrivals(1), MIDDAY)
    box.does("store_handled", [*box.does("load_waiting", 10), *arrivals(2)], MIDDAY)
    assert box.states() == [(1, DONE), (2, DONE)]
    assert query(box.database, RAWS) == []


def test_what_is_set_aside_keeps_its_content_and_the_reason(box: Box) -> None:
    box.does("store_waiting", arrivals(1), MIDDAY)
    (stored,) = box.does("load_waiting", 10)
    box.does("quarantine", stored, "turn failed: LookupError", MIDDAY)
    box.does("quarantine", arrivals(2)[0], "unreadable: " + "x" * 200, MIDDAY)
    assert box.states() == [(1, QUARANTINED), (2, QUARANTINED)]
    assert [number for number, _ in query(box.database, RAWS)] == [1, 2]
    faults = [fault for (fault,) in query(box.database, "SELECT fault FROM inbox ORDER BY id")]
    assert faults[0] == "turn failed: LookupError"
    assert len(faults[1]) == 80
    assert box.new(arrivals(1, 2)) == []


# --- A process that dies over an update ------------------------------------------------------


def deaths_until_all_is_handled(box: Box, deadly: set[int]) -> int:
    """Start as often as it takes; a process that comes to a deadly update dies."""
    deaths = 0
    while taken := box.does("load_waiting", 10):
        if deadly.isdisjoint(arrival.update_id for arrival in taken):
            box.does("store_handled", taken, MIDDAY)
        else:
            deaths += 1
    return deaths


def test_an_update_that_ends_the_process_too_often_is_set_aside_alone(box: Box) -> None:
    """With its neighbours it would take up to nine people's messages along."""
    box.does("store_waiting", arrivals(*range(25)), MIDDAY)
    assert deaths_until_all_is_handled(box, {13}) == MAX_CRASHES
    assert dict(box.states()) == {n: QUARANTINED if n == 13 else DONE for n in range(25)}


def test_an_update_set_aside_is_tried_again_alone_and_not_for_ever(box: Box) -> None:
    """Whoever killed the process need not be the update: a full memory kills, too."""
    box.does("store_waiting", arrivals(1, 2), MIDDAY)
    deaths_until_all_is_handled(box, {1, 2})
    assert box.does("count_quarantined") == 2
    (tried,) = box.does("load_crashed")
    assert (tried.update_id, tried.raw) == (1, b'{"n":1}')
    box.does("store_handled", [tried], MIDDAY)
    assert box.states() == [(1, DONE), (2, QUARANTINED)]
    again = 0
    while box.does("load_crashed"):  # the process ends each time
        again += 1
    assert again == MAX_ATTEMPTS - MAX_CRASHES
    assert box.states() == [(1, DONE), (2, QUARANTINED)]
    assert box.does("count_quarantined") == 1


def test_what_was_set_aside_for_another_reason_is_not_tried_again(box: Box) -> None:
    box.does("store_waiting", arrivals(1), MIDDAY)
    (stored,) = box.does("load_waiting", 10)
    box.does("quarantine", stored, "turn failed: LookupError", MIDDAY)
    assert box.does("load_crashed") == []


def failed(box: Box, *numbers: int) -> None:
    for arrival in arrivals(*numbers):
        box.does("quarantine", arrival, "turn failed: LookupError", MIDDAY)


def test_what_failed_for_everyone_is_tried_again_at_a_start_in_order(box: Box) -> None:
    box.does("store_handled", arrivals(1), MIDDAY)
    failed(box, 2, 3)
    box.does("quarantine", arrivals(4)[0], "unreadable: KeyError", MIDDAY)
    box.does("requeue_all", MIDDAY + HOUR)
    seen = [box.does("load_waiting", 10) for _ in range(3)]
    assert [[it.update_id for it in alone] for alone in seen] == [[2], [2], [2]]  # none was handled
    for number in (2, 3, 4):
        (waiting,) = box.does("load_waiting", 10)
        assert waiting.update_id == number
        box.does("store_handled", [waiting], MIDDAY)
    assert box.states() == [(1, DONE), (2, DONE), (3, DONE), (4, DONE)]


def test_what_failed_while_others_were_answered_stays_set_aside(box: Box) -> None:
    failed(box, 1)
    box.does("store_handled", arrivals(2), MIDDAY)
    failed(box, 3)
    other = Inbox(BOT + 1, VAULT)
    box.database.writer.run_sync(lambda work: other.store_handled(work, arrivals(9), MIDDAY))
    box.does("requeue_all", MIDDAY + HOUR)
    assert box.states()[:3] == [(1, QUARANTINED), (2, DONE), (3, WAITING)]


def test_what_failed_is_not_tried_again_after_a_day_or_for_ever(box: Box) -> None:
    failed(box, 1)
    box.does("requeue_all", MIDDAY + 2 * DAY)
    assert box.states() == [(1, QUARANTINED)]
    for _ in range(1, MAX_CRASHES):
        box.does("requeue_all", MIDDAY + HOUR)
        (again,) = box.does("load_waiting", 10)
        box.does("quarantine", again, "turn failed: LookupError", MIDDAY)
    box.does("requeue_all", MIDDAY + HOUR)
    assert box.states() == [(1, QUARANTINED)]


def test_who_wrote_to_a_broken_release_is_answered_by_the_next(tmp_path: Path) -> None:
    broken = HotlineHarness(tmp_path)
    people, now = [broken.person() for _ in range(3)], broken.loop.now()
    number = broken.next_update
    written = [
        Arrival.of(number + n, update_json(number + n, it.words("they keep us here")))
        for n, it in enumerate(people)
    ]
    broken.database.writer.run_sync(
        lambda work: [
            broken.house.inbox.quarantine(work, it, "turn failed: ImportError", now)
            for it in written
        ]
    )
    broken.restart(seconds_away=60)
    assert all(it.texts for it in people)
    assert {state for (state,) in broken.ask("SELECT state FROM inbox")} == {DONE}
    broken.close()


def test_a_message_set_aside_by_crashes_reaches_the_conversation_later(tmp_path: Path) -> None:
    hotline = HotlineHarness(tmp_path)
    person = hotline.person()
    number = hotline.next_update
    arrival = Arrival.of(number, update_json(number, person.words("they keep us here")))
    house, writer = hotline.house, hotline.database.writer
    writer.run_sync(lambda work: house.inbox.store_waiting(work, [arrival], MIDDAY))
    for _ in range(MAX_CRASHES + 1):  # the process ended over it each time
        writer.run_sync(lambda work: house.inbox.load_waiting(work, 10))
    hotline.run(house.dispatcher.resume())
    assert person.texts == []
    hotline.run(house.dispatcher.retry_crashed())
    hotline.settle()
    assert person.texts != []
    assert hotline.ask("SELECT state FROM inbox") == [(DONE,)]
    hotline.run(house.dispatcher.retry_crashed())  # nothing is left
    hotline.close()


def test_an_update_that_was_tried_comes_alone_whatever_stands_beside_it(box: Box) -> None:
    box.does("store_waiting", arrivals(1, 2, 3), MIDDAY)
    box.database.writer.run_sync(lambda work: work.run(TRIED_ONCE, 2))
    batches = []
    while taken := box.does("load_waiting", 10):
        batches.append([it.update_id for it in taken])
        box.does("store_handled", taken, MIDDAY)
    assert batches == [[1], [2], [3]]


def test_many_deadly_updates_hide_nothing_behind_them(box: Box) -> None:
    box.does("store_waiting", arrivals(*range(30)), MIDDAY)
    deadly = set(range(12))
    deaths_until_all_is_handled(box, deadly)
    assert dict(box.states()) == {n: QUARANTINED if n in deadly else DONE for n in range(30)}


def test_an_update_that_does_not_open_is_in_nobodys_way(box: Box) -> None:
    box.does("store_waiting", arrivals(1, 2, 3), MIDDAY)
    box.database.writer.run_sync(lambda work: work.run(SPOIL, b"not a sealed thing", 2))
    assert [arrival.update_id for arrival in box.does("load_waiting", 1)] == [3]
    assert box.states() == [(1, QUARANTINED), (2, QUARANTINED), (3, WAITING)]


def test_the_first_batch_after_a_start_is_stored_before_it_is_handled(tmp_path: Path) -> None:
    found: list[Any] = []

    def look(_raw: bytes) -> Any:
        found.append(home.ask("SELECT state, attempts FROM inbox"))
        raise LookupError("not the matter here")

    home = HotlineHarness(tmp_path, parse_update=look)
    for _ in range(2):
        home.receives({"message": {}})
    home.close()
    assert found == [[(WAITING, 1)], [(QUARANTINED, 1)]]


def test_a_start_handles_what_an_earlier_process_stored(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path)
    person = home.person("en")
    stored = [Arrival.of(n, update_json(n, person.words(f"word {n}"))) for n in range(25)]
    inbox = home.house.inbox
    home.database.writer.run_sync(lambda work: inbox.store_waiting(work, stored, home.loop.now()))
    home.crash()
    home.open()
    assert home.ask("SELECT DISTINCT state FROM inbox") == [(DONE,)]
    assert person.last.startswith("Choose your language")
    home.close()


# --- Forgetting ------------------------------------------------------------------------------


def test_a_quarantined_update_keeps_its_content_for_a_day(box: Box) -> None:
    box.does("quarantine", arrivals(1)[0], "unreadable", MIDDAY)
    box.does("expire", MIDDAY + DAY)
    assert len(query(box.database, RAWS)) == 1
    box.does("expire", MIDDAY + DAY + 1)
    assert query(box.database, RAWS) == []
    assert box.states() == [(1, QUARANTINED)]


def test_a_digest_is_known_for_eight_days(box: Box) -> None:
    box.does("store_handled", arrivals(1), MIDDAY)
    box.does("store_handled", arrivals(2), MIDDAY + HOUR)
    assert box.does("expire", MIDDAY + 8 * DAY) == 0
    assert box.does("expire", MIDDAY + 8 * DAY + 1) == 1
    assert [it.update_id for it in box.new(arrivals(1, 2))] == [1]


def test_what_waits_is_never_forgotten(box: Box) -> None:
    box.does("store_waiting", arrivals(1), MIDDAY)
    box.does("expire", MIDDAY + 365 * DAY)
    assert [arrival.raw for arrival in box.does("load_waiting", 10)] == [b'{"n":1}']


def test_what_stands_in_the_fair_queue_is_never_forgotten(box: Box) -> None:
    box.database.writer.run_sync(
        lambda work: box.inbox.store_waiting(work, arrivals(1), MIDDAY, IN_QUEUE)
    )
    box.does("expire", MIDDAY + 365 * DAY)
    assert [it.raw for it in box.does("load_queued", [1])] == [b'{"n":1}']


def test_two_updates_of_one_number_both_come_out_of_the_fair_queue_once(box: Box) -> None:
    """Telegram may count from the beginning again for a bot that was quiet for a week."""
    again = Arrival.of(1, b'{"n":"another"}')
    box.database.writer.run_sync(
        lambda work: box.inbox.store_waiting(work, [*arrivals(1, 2), again], MIDDAY, IN_QUEUE)
    )
    opened = [it.raw for it in box.does("load_queued", [1, 2, 1])]
    assert opened == [b'{"n":1}', b'{"n":"another"}', b'{"n":2}']


def test_what_came_is_counted_by_kind_and_day(box: Box) -> None:
    for now in (MIDDAY, MIDDAY, MIDDAY + DAY):
        box.inbox.count_kinds({"words": 2, "press": 1})
        box.inbox.note_offset(now // HOUR)
        box.does("store_progress", now)
    box.does("store_progress", MIDDAY)
    today = MIDDAY // DAY
    assert query(box.database, "SELECT kind, day, times FROM tallies ORDER BY day, kind") == [
        ("press", today, 2),
        ("words", today, 4),
        ("press", today + 1, 1),
        ("words", today + 1, 2),
    ]
    assert query(box.database, "SELECT bot, next_update_id FROM offsets") == [
        (BOT, (MIDDAY + DAY) // HOUR)
    ]


@on_both_databases
def test_looking_for_what_waits_reads_no_whole_table(kind: str, tmp_path: Path) -> None:
    from bot.mailbox import inbox as module  # noqa: PLC0415 - its statements

    database = Database(migrated_url(kind, tmp_path))
    for statement, row in (
        (module._WAITING, (BOT, MIDDAY, 10)),
        (module._WAITING_SINCE, (BOT,)),
        (module._EXPIRE_QUARANTINED, (MIDDAY,)),
    ):
        assert "ix_inbox_open" in query_plan(database, statement, row)
    database.writer.close()


def test_a_batch_of_what_waits_costs_the_same_however_many_wait(tmp_path: Path) -> None:
    box = Box("sqlite", tmp_path)
    costs = []
    for numbers in (range(20), range(20, 2000)):
        box.does("store_waiting", arrivals(*numbers), MIDDAY)
        costs.append(_steps_of_a_batch(box))
    assert costs[1] < 2 * costs[0]
    box.database.writer.close()


def _steps_of_a_batch(box: Box) -> int:
    """Return the steps of SQLite's machine for one batch, which is undone."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    with closing(box.database.connect()) as connection:
        connection.set_progress_handler(count, 1)
        connection.execute("BEGIN IMMEDIATE")
        work = Work(connection.cursor(), "sqlite")
        assert box.inbox.waiting_since(work) == MIDDAY
        assert len(box.inbox.load_waiting(work, 10)) == 10
        connection.execute("ROLLBACK")
    return steps
