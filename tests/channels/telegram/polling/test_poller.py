from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs
from telegram.error import TimedOut

from bot.channels.telegram.client import SilentBot, build_fetch
from bot.channels.telegram.parsing.update_types import ALLOWED_UPDATES
from bot.channels.telegram.poller import Poller, next_offset
from bot.channels.telegram.steady_requests import (
    MAX_DELAY,
    MAX_DELAY_REFUSED,
    Backoff,
    TelegramNotes,
)
from bot.errors import AlreadyRunningError, SettingError
from tests.support.telegram.telegram_loopback_server import (
    BOT_ID,
    ME,
    TOKEN,
    DropConnection,
    Respond,
    TelegramLoopbackServer,
    api_error,
    api_success,
)
from tests.support.telegram.telegram_samples import raw, text_message
from tests.support.telegram.telegram_update_queue import TERMINATED, TelegramUpdateQueue

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.channels.telegram.parsing.split_batch import RawUpdate


TAKINGS = 30
WEBHOOK_IS_SET = "Conflict: can't use getUpdates method while webhook is active"


def message(number: int, words: str = "x") -> dict[str, Any]:
    return text_message(words) | {"update_id": number}


class Time:
    """Moves only by what is slept."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def now(self) -> int:
        return int(self.seconds * 1e6)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


class Inbox:
    """Keeps what it is given; can be told to wait or to fail."""

    def __init__(self) -> None:
        self.kept: list[int] = []
        self.raws: list[bytes] = []
        self.came = asyncio.Event()
        self.may_commit = asyncio.Event()
        self.may_commit.set()
        self.error: Exception | None = None

    async def receive(self, batch: Sequence[RawUpdate]) -> None:
        self.came.set()
        await self.may_commit.wait()
        if self.error:
            raise self.error
        self.kept += [update.update_id for update in batch]
        self.raws += [update.raw for update in batch]


class Scene:
    """A poller, what it talks to, and its time."""

    def __init__(self, wire: TelegramLoopbackServer, bot: SilentBot) -> None:
        self.wire = wire
        self.queue = TelegramUpdateQueue(wire)
        self.bot = bot
        self.inbox = Inbox()
        self.time = Time()

    def poller(self, **options: Any) -> Poller:
        return Poller(
            self.bot,
            self.inbox.receive,
            clock=self.time,
            sleep=self.time.sleep,
            backoff=Backoff(random.Random(1)),
            **options,
        )

    async def until_idle(self, poller: Poller) -> None:
        """Run until Telegram has nothing more to give, then stop."""
        running = asyncio.create_task(poller.run())
        self.queue.idle.clear()
        idle = asyncio.create_task(self.queue.idle.wait())
        await asyncio.wait([running, idle], return_when=asyncio.FIRST_COMPLETED)
        idle.cancel()
        poller.stop()
        await running

    def answers(self, *answers: Any) -> None:
        """Say these to `getUpdates` first, and be the queue after that."""
        left = list(answers)
        queue = self.queue._answer
        self.wire.next_for = lambda call: (
            left.pop(0) if call.method == "getUpdates" and left else queue(call)
        )


@pytest.fixture
def scene(telegram_server: TelegramLoopbackServer, bot: SilentBot) -> Scene:
    return Scene(telegram_server, bot)


async def test_the_first_question_has_no_offset_and_the_next_begins_behind_the_batch(
    scene: Scene,
) -> None:
    scene.queue.add(*(message(n) for n in range(500, 750)))
    await scene.until_idle(scene.poller())
    assert scene.inbox.kept == list(range(500, 750))
    assert scene.queue.offsets == [None, 600, 700, 750]
    assert scene.queue.held == {}


async def test_nothing_is_asked_for_while_it_could_not_be_kept(scene: Scene) -> None:
    scene.queue.add(message(5))
    left = [False, False, False, True]
    poller = scene.poller(has_disk_space=lambda: left.pop(0) if len(left) > 1 else left[0])
    with capture_logs() as logs:
        await scene.until_idle(poller)
    assert [each["event"] for each in logs if each["log_level"] == "error"] == ["polling_paused"]
    assert scene.time.slept[:2] == [5.0, 5.0]
    assert scene.inbox.kept == [5]


async def test_a_poller_that_waits_for_room_can_be_stopped(scene: Scene) -> None:
    scene.queue.add(message(5))
    poller = scene.poller(has_disk_space=lambda: False)
    running = asyncio.create_task(poller.run())
    while not scene.time.slept:  # noqa: ASYNC110 - it waits in moved time
        await asyncio.sleep(0)
    poller.stop()
    await running
    assert scene.inbox.kept == []
    assert scene.queue.offsets == []


async def test_telegram_is_asked_only_for_what_we_answer(scene: Scene) -> None:
    await scene.until_idle(scene.poller())
    (asked,) = scene.wire.asked("getUpdates")
    assert asked["allowed_updates"] == str(list(ALLOWED_UPDATES)).replace("'", '"').replace(" ", "")
    assert (asked["timeout"], asked["limit"]) == ("50", "100")


async def test_nothing_is_confirmed_before_it_is_kept(scene: Scene) -> None:
    scene.queue.add(message(5))
    scene.inbox.may_commit.clear()
    poller = scene.poller()
    running = asyncio.create_task(poller.run())
    await scene.inbox.came.wait()
    assert scene.queue.offsets == [None]
    scene.inbox.may_commit.set()
    await scene.queue.idle.wait()
    assert scene.queue.offsets == [None, 6]
    poller.stop()
    await running


async def test_what_could_not_be_kept_is_not_confirmed_and_the_error_goes_up(scene: Scene) -> None:
    scene.queue.add(message(5))
    scene.inbox.error = OSError("disk")
    with pytest.raises(OSError, match="disk"):
        await scene.poller().run()
    assert scene.queue.offsets == [None]
    assert not scene.queue.confirmed(5)


class BeforeCommit:
    """The wrong way, as python-telegram-bot does it: confirm first, keep some time later."""

    def __init__(self) -> None:
        self.keeping: set[asyncio.Task[None]] = set()

    async def settle(
        self,
        batch: Sequence[RawUpdate],
        asked: int | None,
        receive: Callable[[Sequence[RawUpdate]], Awaitable[None]],
    ) -> int | None:
        self.keeping.add(asyncio.create_task(receive(batch)))  # type: ignore[arg-type]
        return next_offset(batch, asked)


async def lose_power_before_the_commit(scene: Scene, **options: Any) -> list[int]:
    """Return what is neither kept nor held by Telegram when a process dies."""
    scene.queue.add(message(5), message(6))
    scene.inbox.may_commit.clear()
    running = asyncio.create_task(scene.poller(**options).run())
    await scene.inbox.came.wait()
    for _ in range(5):
        await scene.bot.get_me()  # whatever the poller would have sent by now has arrived
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return [number for number in (5, 6) if scene.queue.confirmed(number)]


async def test_a_crash_before_the_commit_loses_nothing(scene: Scene) -> None:
    assert await lose_power_before_the_commit(scene) == []


async def test_that_check_would_notice_an_offset_moved_too_early(scene: Scene) -> None:
    wrong = BeforeCommit()
    assert await lose_power_before_the_commit(scene, offset=wrong) == [5, 6]
    for task in wrong.keeping:
        task.cancel()


async def test_stopping_ends_the_waiting_and_confirms_nothing(scene: Scene) -> None:
    poller = scene.poller()
    running = asyncio.create_task(poller.run())
    await scene.queue.idle.wait()
    poller.stop()
    await running
    assert scene.queue.offsets == [None]


async def test_stopping_lets_a_batch_be_kept_and_leaves_it_unconfirmed(scene: Scene) -> None:
    """After the next start it comes again, and the inbox knows it."""
    scene.queue.add(message(5))
    scene.inbox.may_commit.clear()
    poller = scene.poller()
    running = asyncio.create_task(poller.run())
    await scene.inbox.came.wait()
    poller.stop()
    scene.inbox.may_commit.set()
    await running
    assert scene.inbox.kept == [5]
    assert scene.queue.offsets == [None]


async def test_stopping_does_not_wait_for_a_pause_to_end(scene: Scene) -> None:
    scene.answers(api_error(502, "Bad Gateway"))
    paused = asyncio.Event()

    async def sleep(_: float) -> None:
        paused.set()
        await asyncio.Event().wait()

    poller = Poller(scene.bot, scene.inbox.receive, clock=scene.time, sleep=sleep)
    running = asyncio.create_task(poller.run())
    await paused.wait()
    poller.stop()
    await running


async def test_a_cancelled_poller_is_cancelled(scene: Scene) -> None:
    running = asyncio.create_task(scene.poller().run())
    await scene.queue.idle.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_after_a_quiet_week_the_lower_numbers_are_followed(scene: Scene) -> None:
    scene.queue.add(message(900_000))
    await scene.until_idle(scene.poller())
    poller = scene.poller()
    poller._next_offset = 900_001
    scene.queue.add(message(7), message(8))
    await scene.until_idle(poller)
    assert scene.inbox.kept[-2:] == [7, 8]
    assert scene.queue.offsets[-2:] == [900_001, 9]
    assert scene.queue.held == {}


async def test_an_update_that_cannot_be_read_stops_no_other(scene: Scene) -> None:
    bad = raw(message(51, "HERE")).replace(b"HERE", rb"\ud83d")
    listed = b",".join([raw(message(50)), bad, b'{"update_id":"52"}', raw(message(53))])
    scene.answers(Respond(b'{"ok":true,"result":[' + listed + b"]}"))
    await scene.until_idle(scene.poller())
    assert scene.inbox.kept == [50, 51, 0, 53]
    assert scene.inbox.raws[1] == bad
    assert scene.wire.asked("getUpdates")[1]["offset"] == "54"


async def test_updates_without_a_number_are_not_asked_for_in_a_rush(scene: Scene) -> None:
    nameless = api_success([{"update_id": "x"}])
    scene.answers(nameless, nameless, nameless, nameless)
    await scene.until_idle(scene.poller())
    assert scene.inbox.kept == [0, 0, 0, 0]
    assert len(scene.time.slept) == 3


async def test_an_empty_answer_that_did_not_wait_is_not_repeated_in_a_rush(scene: Scene) -> None:
    scene.answers(api_success([]), api_success([]))
    await scene.until_idle(scene.poller())
    assert scene.time.slept == [0.5, 0.5]


GARBAGE = b"<html>paspor"


@pytest.mark.parametrize(
    "failure",
    [
        Respond(GARBAGE),
        Respond(GARBAGE, 403),
        Respond(GARBAGE, 502),
        Respond(b'{"ok":true,"result":[{"update_id":1,', length=300),
        Respond(b'{"ok":true,"result":[{"update_id":1,'),
        Respond(b'{"ok":true,"result":true}'),
        api_error(500, "Internal Server Error"),
        api_error(429, "Too Many Requests"),
    ],
)
async def test_a_failure_is_waited_out_and_nothing_of_it_reaches_a_log(
    scene: Scene, failure: Any
) -> None:
    scene.answers(api_success([message(5)]), failure, failure, failure)
    scene.queue.add(message(6))
    with capture_logs() as logs:
        await scene.until_idle(scene.poller())
    assert scene.inbox.kept == [5, 6]
    assert [call.get("offset") for call in scene.wire.asked("getUpdates")][:4] == [None, *["6"] * 3]
    first, second, third = scene.time.slept
    assert first < second < third
    assert [entry["event"] for entry in logs] == ["polling", *["poll_failed"] * 3]
    assert "paspor" not in str(logs)
    assert TOKEN not in str(logs)


async def test_a_connection_that_breaks_is_opened_again(scene: Scene) -> None:
    scene.answers(*[DropConnection()] * 4)
    scene.queue.add(message(5))
    await scene.until_idle(scene.poller())
    assert scene.inbox.kept == [5]
    assert scene.time.slept


async def test_a_question_that_is_never_answered_comes_to_an_end(scene: Scene) -> None:
    with pytest.raises(TimedOut):
        await build_fetch(scene.bot, margin=0.1)(None, 0)


async def test_telegram_says_how_long_to_wait_and_we_do(scene: Scene) -> None:
    scene.answers(api_error(429, "Too Many Requests: retry after 33", retry_after=33))
    await scene.until_idle(scene.poller())
    assert scene.time.slept == [33.0]


async def test_without_a_network_at_the_start_it_waits_for_one(scene: Scene) -> None:
    scene.wire.respond_with(
        "getMe", DropConnection(), api_error(502, "Bad Gateway"), api_success(ME)
    )
    scene.queue.add(message(5))
    await scene.until_idle(scene.poller())
    assert scene.inbox.kept == [5]
    assert len(scene.time.slept) == 2


async def test_the_token_of_another_bot_is_refused(scene: Scene) -> None:
    with pytest.raises(SettingError, match="another bot"):
        await scene.poller(expected_bot=BOT_ID + 1).run()
    assert scene.queue.offsets == []


async def test_an_answer_from_another_bot_is_refused(scene: Scene) -> None:
    scene.wire.respond_with("getMe", api_success(ME | {"id": 7}))
    with pytest.raises(SettingError, match="another bot"):
        await scene.poller().run()


@pytest.mark.parametrize("asked_before", [0, 1])
async def test_a_refused_token_is_told_once_and_tried_again_until_it_is_accepted(
    scene: Scene, asked_before: int
) -> None:
    """At a start, or while the bot runs; nobody has to do anything once Telegram takes it again."""
    times, noted = 12, []
    refused = api_error(401, "Unauthorized")
    if asked_before:
        scene.answers(refused)
    scene.wire.respond_with(
        "getMe", *[api_success(ME)] * asked_before, *[refused] * times, api_success(ME)
    )
    scene.queue.add(message(5))

    async def note() -> None:
        noted.append(poller.requests.refused_since)

    poller = scene.poller(notes=TelegramNotes(on_refusal=note))
    with capture_logs() as logs:
        await scene.until_idle(poller)
    assert scene.inbox.kept == [5]
    assert bool(noted[0]), "since when"
    assert noted[1:] == [0]
    told = [it for it in logs if it["event"].startswith("token_")]
    assert [it["event"] for it in told] == ["token_refused", "token_accepted"]
    assert "HAVEN_TELEGRAM_TOKEN" in told[0]["fix"]
    assert TOKEN not in str(logs)


async def test_a_refused_token_is_tried_with_patience_and_an_outage_is_not(scene: Scene) -> None:
    scene.wire.respond_with("getMe", *[api_error(401, "Unauthorized")] * 12, api_success(ME))
    await scene.until_idle(scene.poller())
    assert 30 <= max(scene.time.slept) <= MAX_DELAY_REFUSED
    scene.time.slept.clear()
    scene.answers(*[api_error(502, "Bad Gateway")] * 12)
    await scene.until_idle(scene.poller())
    assert max(scene.time.slept) <= MAX_DELAY


@pytest.mark.parametrize("rejection", [api_error(401, "Unauthorized"), api_error(404, "Not Found")])
async def test_a_passing_rejection_is_checked_and_waited_out(
    scene: Scene, rejection: Respond
) -> None:
    scene.answers(rejection)
    scene.queue.add(message(5))
    before = len(scene.wire.asked("getMe"))
    await scene.until_idle(scene.poller())
    assert scene.inbox.kept == [5]
    assert len(scene.wire.asked("getMe")) - before == 2, "once at the start, once in doubt"


async def test_a_webhook_left_over_is_removed_without_losing_what_waits(scene: Scene) -> None:
    scene.wire.respond_with(
        "getWebhookInfo",
        api_success(
            {"url": "https://x", "has_custom_certificate": False, "pending_update_count": 3}
        ),
    )
    with capture_logs() as logs:
        await scene.until_idle(scene.poller())
    assert scene.wire.asked("deleteWebhook") == [{"drop_pending_updates": False}]
    assert "webhook_removed" in [entry["event"] for entry in logs]


async def test_a_webhook_set_while_we_run_is_another_program(scene: Scene) -> None:
    scene.answers(api_error(409, WEBHOOK_IS_SET))
    with pytest.raises(AlreadyRunningError, match="webhook"):
        await scene.poller().run()
    assert scene.wire.asked("deleteWebhook") == []


async def test_a_second_poller_gives_way_to_the_running_one(scene: Scene) -> None:
    """Telegram ends the older question; the older poller asks again and ends the younger's."""
    second_inbox = Inbox()
    older = scene.poller()
    running = asyncio.create_task(older.run())
    await scene.queue.idle.wait()
    scene.time.seconds += 3600
    younger = Poller(
        scene.bot, second_inbox.receive, clock=scene.time, sleep=scene.time.sleep, wait=50
    )
    with pytest.raises(AlreadyRunningError, match="Another program"):
        await younger.run()
    scene.queue.add(message(5))
    await scene.inbox.came.wait()
    older.stop()
    await running
    assert scene.inbox.kept == [5]
    assert second_inbox.kept == []


@pytest.mark.parametrize("is_young", [True, False])
async def test_each_taking_by_another_program_is_told_also_before_this_one_ends_over_it(
    scene: Scene, is_young: bool
) -> None:
    told = []

    async def note() -> None:
        told.append(scene.time.seconds)

    poller = scene.poller(notes=TelegramNotes(on_conflict=note))
    if not is_young:
        poller.conflicts.note_begin(scene.time.seconds - 3600)
    scene.answers(*[api_error(409, TERMINATED)] * TAKINGS)
    if is_young:
        with pytest.raises(AlreadyRunningError, match="Another program fetches"):
            await poller.run()
    else:
        await scene.until_idle(poller)
    assert len(told) == (1 if is_young else TAKINGS)


async def test_a_poller_that_has_run_long_stays_through_a_conflict_that_lasts(scene: Scene) -> None:
    scene.answers(api_success([message(5)]), *[api_error(409, TERMINATED)] * TAKINGS)
    poller = scene.poller()

    async def an_hour_later(batch: Sequence[RawUpdate]) -> None:
        await scene.inbox.receive(batch)
        scene.time.seconds += 3600

    poller.receive = an_hour_later
    scene.queue.add(message(6))
    await scene.until_idle(poller)
    assert scene.inbox.kept == [5, 6]
    assert all(it <= MAX_DELAY for it in scene.time.slept)
    assert sum(scene.time.slept) > TAKINGS * MAX_DELAY / 3, "it waits between two tries"


async def test_a_poller_of_a_process_that_has_run_long_is_not_young(scene: Scene) -> None:
    """A process polls by a new poller after each loss of its database."""
    before = scene.poller()
    await scene.until_idle(before)
    scene.time.seconds += 3600
    scene.answers(*[api_error(409, TERMINATED)] * TAKINGS)
    scene.queue.add(message(5))
    await scene.until_idle(scene.poller(conflicts=before.conflicts))
    assert scene.inbox.kept == [5]


async def test_a_poller_that_has_run_long_removes_a_foreign_webhook_each_time_it_comes(
    scene: Scene,
) -> None:
    poller = scene.poller()
    poller.conflicts.note_begin(scene.time.seconds - 3600)
    scene.answers(*[api_error(409, WEBHOOK_IS_SET)] * TAKINGS)
    active = {"url": "https://x", "has_custom_certificate": False, "pending_update_count": 3}
    left_over = 1
    scene.wire.respond_with("getWebhookInfo", *[api_success(active)] * (left_over + TAKINGS))
    scene.queue.add(message(5))
    with capture_logs() as logs:
        await scene.until_idle(poller)
    assert scene.inbox.kept == [5]
    assert [it["event"] for it in logs].count("webhook_removed") == left_over + TAKINGS
    removed = [{"drop_pending_updates": False}] * (left_over + TAKINGS)
    assert scene.wire.asked("deleteWebhook") == removed
    assert sum(scene.time.slept) > TAKINGS * MAX_DELAY / 3, "it waits between two tries"
