"""Build everything and run it: what lower floors must not import is handed down from here."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.app.keys import host_key, open_keys
from bot.app.reencrypt import reseal_some
from bot.app.retention import erasures_of, retention_of
from bot.app.staff import forum_of, kept_for_desks, shift_of
from bot.app.texts import profiles_of, recordings_of, setting_of, speak_as_offered
from bot.cases.evidence.download import FileKeeper
from bot.cases.intake import Intake
from bot.channels.telegram.client import bot_for
from bot.channels.telegram.command_menu import menus, offer
from bot.channels.telegram.file_download import FilesOf
from bot.channels.telegram.offset import end_of
from bot.channels.telegram.parse import parse
from bot.channels.telegram.poller import Poller
from bot.channels.telegram.profile import Profile, introduce
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.server_time import Dated
from bot.channels.telegram.voice_cache import Recordings
from bot.clock import SECOND, Clock, SystemClock
from bot.desks.forum.delivery import Mirror
from bot.desks.web.live.event_log import Bell
from bot.dispatch.batch import Batches
from bot.dispatch.contact_policy import ContactGate
from bot.dispatch.conversation_store import Conversations
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.passphrase_hashing import WordsAside
from bot.dispatch.recovery import ask_again_after_absence
from bot.errors import HavenError, StoreFailed, WrongSetting
from bot.hotline.erasure.job import Erasing
from bot.languages import LANGUAGES, catalogue
from bot.languages import offer as speak
from bot.log import log
from bot.mailbox.courier import Courier
from bot.mailbox.inbox import Arrival, Inbox
from bot.mailbox.outbox import Outbox
from bot.mailbox.rate_limit import Limits
from bot.mailbox.reencrypt import move_on
from bot.partners.link_stats import Counting
from bot.store.database import Database, DataDirectory
from bot.store.disk_space import Room, Step
from bot.store.heartbeat import beat, return_from_absence
from bot.store.migrate import upgrade
from bot.vault import Vault
from bot.vault.passphrase_hash import Worker
from flows import phrases

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection, Coroutine, Sequence

    from bot.app.staff import Shift
    from bot.channels.telegram.client import SilentBot
    from bot.channels.telegram.split_batch import Raw
    from bot.dispatch.effects import Setting
    from bot.hotline.events import Desk
    from bot.languages.availability import Offer
    from bot.languages.voice_files import Voices
    from bot.mailbox.delivery import Channel
    from bot.messages import Update
    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.vault.erasure.retention import Retention
    from bot.vault.passphrase_hash import Digests

Beside = Callable[["House"], "Coroutine[None, None, None]"]
TIDY_EVERY = 600.0
BEAT_EVERY = 30.0
WATCH_EVERY = 0.25
CLOCK_EVERY = 1.0


@dataclass(frozen=True)
class House:
    """Everything between the channel and the disk, put together."""

    database: Database
    inbox: Inbox
    outbox: Outbox
    conversations: Conversations
    setting: Setting
    dispatcher: Dispatcher
    courier: Courier
    vault: Vault
    clock: Clock
    shift: Shift
    retention: Retention
    gate: ContactGate
    erasing: Erasing


def open_database(settings: Settings) -> Database:
    """Open the deployment's database, at this release's schema.

    Raises:
        WrongSetting: there is no database that can be opened.
    """
    directory = DataDirectory(settings.data)
    directory.make()
    database = Database(settings.database_url or directory.database_url)
    try:
        upgrade(database)
    except HavenError:
        raise
    except Exception as error:
        name = "HAVEN_DATABASE_URL" if settings.database_url else "HAVEN_DATA"
        raise WrongSetting(
            f"{name}: the database cannot be opened ({type(error).__name__}); haven doctor says why"
        ) from error
    return database


def open_vault(settings: Settings, database: Database) -> Vault:
    """Open the vault of a database, with the host key and the key store of this deployment.

    Raises:
        WrongSetting: the host key or the key store cannot be read.
        WrongHostKey: the host key is not this deployment's.
        KeysMissing: the key store is empty, or another deployment's.
    """
    host = host_key(settings)
    keys = open_keys(settings)
    root = keys.root(host, database, SystemClock().now())
    return Vault(root, keys)


def build(  # noqa: PLR0913 - the seams of time, channel and limits are handed in
    settings: Settings,
    database: Database,
    vault: Vault,
    channel: Channel,
    *,
    bot: int,
    username: str = "",
    clock: Clock | None = None,
    limits: Limits | None = None,
    rehearsal: bool = False,
    read: Callable[[bytes], Update] = parse,
    desks: Sequence[Desk] = (),
    languages: Collection[str] = LANGUAGES.keys(),
    digests: Digests | None = None,
    voices: Voices | None = None,
    has_room: Callable[[], bool] = lambda: True,
) -> House:
    """Put a house together around a database and a channel."""
    clock = clock or SystemClock()
    vault.turn(clock.now())
    inbox, outbox, kept = Inbox(bot, vault), Outbox(vault), Conversations(vault)
    setting = setting_of(
        settings, vault, rehearsal=rehearsal, username=username, languages=languages,
        voices=voices, has_room=has_room,
    )  # fmt: skip
    if settings.desk_group:
        forum = forum_of(settings, vault, setting)
        database.writer.run_now(forum.settle_in)
        channel = Mirror(forum, channel, database.writer, clock)
        desks = (*desks, forum)
    words = WordsAside(channel, vault, digests or Worker(), bot)
    intake = Intake(vault, bot, settings.promised, kept_for_desks(settings, setting))
    shift = shift_of(settings, vault, outbox, intake, kept, setting, desks)
    batches = Batches(
        inbox=inbox, outbox=outbox, conversations=kept, intake=intake, setting=setting,
        vault=vault, parse=read, staff=shift.side,
    )  # fmt: skip
    gate = ContactGate(outbox, kept, setting, shift.side, batches, clock)
    database.writer.run_now(gate.look_at_clock)
    courier = Courier(outbox, database.writer, words, clock, limits or Limits(), gate)
    dispatcher = Dispatcher(
        inbox=inbox, outbox=outbox, batches=batches, writer=database.writer, courier=courier,
        clock=clock,
    )  # fmt: skip
    words.receive = dispatcher.receive
    erasures = erasures_of(settings, vault, outbox)
    return House(
        database, inbox, outbox, kept, setting, dispatcher, courier, vault, clock, shift,
        retention_of(settings, vault, erasures), gate, Erasing(erasures),
    )  # fmt: skip


async def wake(house: House) -> None:
    """Come back to work: notice an absence, finish what was stored, ask again what was lost."""
    now = house.clock.now()
    bot = house.inbox.bot
    absence = await house.database.writer.run(lambda work: return_from_absence(work, bot, now))
    if absence.lost_messages:
        log.error("loss_window", seconds=(absence.until - absence.since) / SECOND)
    await house.dispatcher.resume()
    if absence.lost_presses:
        asked = await house.database.writer.run(
            lambda work: ask_again_after_absence(
                work, house.conversations, house.outbox, house.setting, now
            )
        )
        log.info("recovered", count=asked)
    await let_go(house)


async def let_go(house: House) -> None:
    """Destroy the keys of hours that are over; what still waits is sealed anew before."""
    now = house.clock.now()

    def seal_anew(work: Work) -> set[int]:
        house.conversations.expire(work, now)
        house.vault.cases.custody.sweep(work, now)
        house.inbox.move_on(work, now)
        return move_on(work, house.outbox, house.vault, now)

    needed = await house.database.writer.run(seal_anew)
    await house.vault.destroy(now, needed)


async def run_bot(  # noqa: PLR0913 - the seams of time, limits and the disk are handed in
    settings: Settings,
    *,
    clock: Clock | None = None,
    limits: Limits | None = None,
    rehearsal: bool = False,
    ready: asyncio.Event | None = None,
    room: Room | None = None,
    beside: Beside | None = None,
) -> None:
    """Run the bot until cancelled, and what stands beside it once the house stands: a desk.

    Raises:
        AlreadyRunning: another bot uses the data, or the token.
        StoreFailed: the disk refused a commit; restart after mending it.
        WrongSetting: a setting cannot be used, or the folder is one for practice.
    """
    directory = _entered(settings, rehearsal=rehearsal)
    database = vault = None
    worker, room, clock = Worker(), room or Room(directory.path), clock or SystemClock()
    dated = Dated(clock)
    try:
        offered = speak_as_offered(settings)
        database = open_database(settings)
        bot = bot_for(settings.token(), settings.telegram_api, dated.hears)
        vault = open_vault(settings, database)
        reseal_some(database, vault, directory, clock.now())
        sender = Sender(bot, recordings=Recordings(bot, kept=directory.recordings))
        async with bot:
            house = build(
                settings, database, vault, sender, bot=bot.id, username=bot.username,
                voices=recordings_of(offered.tags),
                clock=clock, limits=limits, rehearsal=rehearsal, languages=offered.tags,
                digests=worker, has_room=room.takes_files, desks=(Bell(vault),),
            )  # fmt: skip
            house.setting.steady.channel = dated.now
            await wake(house)
            read_in = {tag: catalogue(tag) for tag in offered.tags}
            await offer(bot, menus(phrases.COMMANDS, read_in))
            if ready is not None:
                ready.set()
            also = [_introduces(bot, settings, offered), *([beside(house)] if beside else [])]
            await _work(house, bot, directory, room, *also)
    finally:
        speak({})
        worker.close()
        if database is not None:
            await database.close()
        if vault is not None:
            vault.close()
        directory.unlock()


def _entered(settings: Settings, *, rehearsal: bool) -> DataDirectory:
    """Return the folder of the data, locked: nobody else uses it now."""
    directory = DataDirectory(settings.data)
    directory.make()
    if not rehearsal:
        directory.refuse_practice()
    directory.lock()
    return directory


def _introduces(bot: SilentBot, settings: Settings, offered: Offer) -> Coroutine[None, None, None]:
    """Return what tells Telegram, whenever it lets us, how the bot introduces itself."""
    told = profiles_of(settings, offered.tags)
    return introduce(bot, {tag: Profile(*each) for tag, each in told.items()})


def settle_memory() -> None:
    """Spare the garbage collector what was made at the start and lasts to the end.

    Without this it walks half a million objects of the libraries again and again: a tenth of the
    cost of a turn, and pauses of its own.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _work(
    house: House,
    bot: SilentBot,
    directory: DataDirectory,
    room: Room,
    *also: Coroutine[None, None, None],
) -> None:
    keeper = FileKeeper(
        house.database.writer, house.vault, FilesOf(bot), directory.files, house.clock,
        room.takes_files,
    )  # fmt: skip
    poller = Poller(
        bot,
        _receiver(house),
        expected=house.inbox.bot,
        clock=house.clock,
        returned=lambda: wake(house),
        has_room=room.is_left,
    )
    jobs = [
        poller.run(),
        house.courier.run(),
        keeper.run(),
        _look_after(house, poller, room),
        house.retention.run(house.database, house.clock),
        house.erasing.run(house.database, house.clock),
        house.shift.run(house.database.writer, house.dispatcher, house.courier, house.clock),
        _watch(house),
        mind_clock(house),
        *also,
    ]
    tasks = [asyncio.create_task(job) for job in jobs]
    log.info("started")
    settle_memory()
    try:
        await asyncio.gather(*tasks)
    finally:
        poller.stop()
        for task in tasks:
            if not task.cancelling():  # whoever is told twice does not put its things in order
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        log.info("stopped")


def _receiver(house: House) -> Callable[[Sequence[Raw]], Awaitable[None]]:
    async def receive(batch: Sequence[Raw]) -> None:
        arrivals = [Arrival.of(raw.update_id, raw.raw) for raw in batch]
        await house.dispatcher.receive(arrivals, end_of(batch, None))

    return receive


async def _look_after(house: House, poller: Poller, room: Room) -> None:
    """Say when Telegram last answered, and forget what is old enough."""
    tidied = house.clock.monotonic()
    while True:
        await house.database.writer.run(lambda work: _beat(house, poller, work))
        if room.step() >= Step.LITTLE:
            log.error("disk_low")
        if house.clock.monotonic() - tidied > TIDY_EVERY:
            tidied = house.clock.monotonic()
            await house.database.writer.run(lambda work: _tidy(house, work))
            await let_go(house)
        await asyncio.sleep(BEAT_EVERY)


def _beat(house: House, poller: Poller, work: Work) -> None:
    now = house.clock.now()
    house.vault.turn(now)
    # Not now: a bot that runs and cannot be reached loses what people send as well.
    beat(work, house.inbox.bot, now - int((house.clock.monotonic() - poller.reached) * SECOND))
    house.inbox.note_progress(work, now)


def _tidy(house: House, work: Work) -> None:
    now = house.clock.now()
    gone = house.inbox.tidy(work, now) + house.outbox.tidy(work, now)
    gone += house.conversations.expire(work, now)
    gone += Counting(house.vault, house.setting.zone).tidy(work, now)
    house.setting.screens.renew()
    log.info("tidied", count=gone)


async def mind_clock(house: House) -> None:
    """Notice within a second that the clock has jumped: what people do is dated by it."""
    steady, clock = house.setting.steady, house.clock
    while True:
        if not steady.agrees(clock.now(), clock.monotonic()):
            log.warning("clock_jumped")
            await house.database.writer.run(house.gate.look_at_clock)
        await asyncio.sleep(CLOCK_EVERY)


async def _watch(house: House) -> None:
    """Stop the process once the disk has refused a commit."""
    # Not in a thread: it could not be called back, and whoever stops us would wait for it for ever.
    while not (house.database.writer.failed.is_set() or house.vault.has_failed):  # noqa: ASYNC110
        await asyncio.sleep(WATCH_EVERY)
    log.error("store_failed")
    why = house.database.writer.why
    raise StoreFailed(f"a commit failed; {why}; restart Haven after mending it")
