"""Build everything and run it: what lower floors must not import is handed down from here."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.app.keys import load_host_key, open_key_store
from bot.app.retention import build_erasures, build_retention
from bot.app.staff import build_forum, build_staff_runtime, retained_answers_filter
from bot.app.texts import bot_profiles, build_turn_context, flow_recordings, use_offered_languages
from bot.cases.evidence.download import FileDownloader
from bot.cases.intake import Intake
from bot.channels.telegram.client import build_bot
from bot.channels.telegram.command_menu import build_menus, set_menus
from bot.channels.telegram.file_download import TelegramFiles
from bot.channels.telegram.offset import next_offset
from bot.channels.telegram.parse import parse
from bot.channels.telegram.poller import Poller
from bot.channels.telegram.profile import BotProfile, set_profile
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.server_time import ServerTime
from bot.channels.telegram.voice_cache import Recordings
from bot.clock import SECOND, Clock, SystemClock
from bot.desks.forum.delivery import ForumDelivery
from bot.desks.web.live.event_log import WebDesk
from bot.dispatch.batch import BatchProcessor
from bot.dispatch.contact_policy import ContactPolicy
from bot.dispatch.conversation_store import Conversations
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.passphrase_hashing import PassphraseChannel
from bot.dispatch.recovery import ask_again_after_downtime
from bot.errors import CommitFailedError, HavenError, SettingError
from bot.hotline.erasure.job import ErasureJob
from bot.languages import LANGUAGES, catalogue
from bot.languages import use_catalogues as speak
from bot.log import log
from bot.mailbox.courier import Courier
from bot.mailbox.inbox import Arrival, Inbox
from bot.mailbox.outbox import Outbox
from bot.mailbox.rate_limit import RateLimits
from bot.mailbox.reencrypt import reencrypt_waiting
from bot.partners.link_stats import LinkStats
from bot.store.database import Database, DataDirectory
from bot.store.disk_space import DiskLevel, DiskSpace
from bot.store.heartbeat import record_heartbeat, return_from_absence
from bot.store.migrate import upgrade
from bot.vault import Vault
from bot.vault.passphrase_hash import PassphraseHashWorker
from flows import phrases

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection, Coroutine, Sequence

    from bot.app.staff import StaffRuntime
    from bot.channels.telegram.client import SilentBot
    from bot.channels.telegram.split_batch import RawUpdate
    from bot.dispatch.effects import TurnServices
    from bot.hotline.events import Desk
    from bot.languages.availability import LanguageOffer
    from bot.languages.voice_files import RecordingNames
    from bot.mailbox.delivery import Channel
    from bot.messages import Update
    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.vault.erasure.retention import Retention
    from bot.vault.passphrase_hash import PassphraseHasher

ExtraJob = Callable[["App"], "Coroutine[None, None, None]"]
CLEANUP_SECONDS = 600.0
HEARTBEAT_SECONDS = 30.0
FAILURE_CHECK_SECONDS = 0.25
CLOCK_CHECK_SECONDS = 1.0


@dataclass(frozen=True)
class App:
    """Everything between the channel and the disk, put together."""

    database: Database
    inbox: Inbox
    outbox: Outbox
    conversations: Conversations
    setting: TurnServices
    dispatcher: Dispatcher
    courier: Courier
    vault: Vault
    clock: Clock
    staff: StaffRuntime
    retention: Retention
    gate: ContactPolicy
    erasure_job: ErasureJob


def open_database(settings: Settings) -> Database:
    """Open the deployment's database, at this release's schema.

    Raises:
        WrongSetting: there is no database that can be opened.
    """
    directory = DataDirectory(settings.data)
    directory.create()
    database = Database(settings.database_url or directory.database_url)
    try:
        upgrade(database)
    except HavenError:
        raise
    except Exception as error:
        name = "HAVEN_DATABASE_URL" if settings.database_url else "HAVEN_DATA"
        raise SettingError(
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
    host = load_host_key(settings)
    keys = open_key_store(settings)
    root = keys.load_root(host, database, SystemClock().now())
    return Vault(root, keys)


def build(  # noqa: PLR0913 - the seams of time, channel and limits are handed in
    settings: Settings,
    database: Database,
    vault: Vault,
    channel: Channel,
    *,
    bot_id: int,
    username: str = "",
    clock: Clock | None = None,
    limits: RateLimits | None = None,
    rehearsal: bool = False,
    parse_update: Callable[[bytes], Update] = parse,
    desks: Sequence[Desk] = (),
    languages: Collection[str] = LANGUAGES.keys(),
    digests: PassphraseHasher | None = None,
    voices: RecordingNames | None = None,
    has_room: Callable[[], bool] = lambda: True,
) -> App:
    """Put a house together around a database and a channel."""
    clock = clock or SystemClock()
    vault.rotate_epoch(clock.now())
    inbox, outbox, kept = Inbox(bot_id, vault), Outbox(vault), Conversations(vault)
    setting = build_turn_context(
        settings, vault, rehearsal=rehearsal, username=username, languages=languages,
        voices=voices, has_room=has_room,
    )  # fmt: skip
    if settings.desk_group:
        forum = build_forum(settings, vault, setting)
        database.writer.run_sync(forum.load_group)
        channel = ForumDelivery(forum, channel, database.writer, clock)
        desks = (*desks, forum)
    words = PassphraseChannel(channel, vault, digests or PassphraseHashWorker(), bot_id)
    intake = Intake(
        vault, bot_id, settings.response_minutes, retained_answers_filter(settings, setting)
    )
    shift = build_staff_runtime(settings, vault, outbox, intake, kept, setting, desks)
    batches = BatchProcessor(
        inbox=inbox, outbox=outbox, conversations=kept, intake=intake, services=setting,
        vault=vault, parse=parse_update, staff_service=shift.service,
    )  # fmt: skip
    gate = ContactPolicy(outbox, kept, setting, shift.service, batches, clock)
    database.writer.run_sync(gate.check_clock)
    courier = Courier(outbox, database.writer, words, clock, limits or RateLimits(), gate)
    dispatcher = Dispatcher(
        inbox=inbox, outbox=outbox, batches=batches, writer=database.writer, courier=courier,
        clock=clock,
    )  # fmt: skip
    words.receive = dispatcher.receive
    erasures = build_erasures(settings, vault, outbox)
    return App(
        database, inbox, outbox, kept, setting, dispatcher, courier, vault, clock, shift,
        build_retention(settings, vault, erasures), gate, ErasureJob(erasures),
    )  # fmt: skip


async def recover(house: App) -> None:
    """Come back to work: notice an absence, finish what was stored, ask again what was lost."""
    now = house.clock.now()
    bot = house.inbox.bot
    absence = await house.database.writer.run(lambda work: return_from_absence(work, bot, now))
    if absence.lost_messages:
        log.error("loss_window", seconds=(absence.until - absence.since) / SECOND)
    await house.dispatcher.resume()
    if absence.lost_presses:
        asked = await house.database.writer.run(
            lambda work: ask_again_after_downtime(
                work, house.conversations, house.outbox, house.setting, now
            )
        )
        log.info("questions_asked_again", count=asked)
    await expire_keys(house)


async def expire_keys(house: App) -> None:
    """Destroy the keys of hours that are over; what still waits is sealed anew before."""
    now = house.clock.now()

    def seal_anew(work: Work) -> set[int]:
        house.conversations.expire(work, now)
        house.vault.cases.wraps.delete_orphans(work, now)
        house.inbox.reencrypt_waiting(work, now)
        return reencrypt_waiting(work, house.outbox, house.vault, now)

    needed = await house.database.writer.run(seal_anew)
    await house.vault.expire_epochs(now, needed)


async def run_bot(  # noqa: PLR0913 - the seams of time, limits and the disk are handed in
    settings: Settings,
    *,
    clock: Clock | None = None,
    limits: RateLimits | None = None,
    rehearsal: bool = False,
    ready: asyncio.Event | None = None,
    room: DiskSpace | None = None,
    extra_job: ExtraJob | None = None,
) -> None:
    """Run the bot until cancelled, and what stands beside it once the house stands: a desk.

    Raises:
        AlreadyRunning: another bot uses the data, or the token.
        StoreFailed: the disk refused a commit; restart after mending it.
        WrongSetting: a setting cannot be used, or the folder is one for practice.
    """
    directory = _lock_data_directory(settings, rehearsal=rehearsal)
    database = vault = None
    worker, room, clock = (
        PassphraseHashWorker(),
        room or DiskSpace(directory.path),
        clock or SystemClock(),
    )
    dated = ServerTime(clock)
    try:
        offered = use_offered_languages(settings)
        database = open_database(settings)
        bot = build_bot(settings.token(), settings.telegram_api, dated.note_date)
        vault = open_vault(settings, database)
        sender = Sender(bot, recordings=Recordings(bot, cache_file=directory.recordings))
        async with bot:
            house = build(
                settings, database, vault, sender, bot_id=bot.id, username=bot.username,
                voices=flow_recordings(offered.tags),
                clock=clock, limits=limits, rehearsal=rehearsal, languages=offered.tags,
                digests=worker, has_room=room.has_space_for_files, desks=(WebDesk(vault),),
            )  # fmt: skip
            house.setting.clock_monitor.channel = dated.now
            await recover(house)
            read_in = {tag: catalogue(tag) for tag in offered.tags}
            await set_menus(bot, build_menus(phrases.COMMAND_DESCRIPTIONS, read_in))
            if ready is not None:
                ready.set()
            also = [
                _profile_job(bot, settings, offered),
                *([extra_job(house)] if extra_job else []),
            ]
            await _run_jobs(house, bot, directory, room, *also)
    finally:
        speak({})
        worker.close()
        if database is not None:
            await database.close()
        if vault is not None:
            vault.close()
        directory.unlock()


def _lock_data_directory(settings: Settings, *, rehearsal: bool) -> DataDirectory:
    """Return the folder of the data, locked: nobody else uses it now."""
    directory = DataDirectory(settings.data)
    directory.create()
    if not rehearsal:
        directory.refuse_practice()
    directory.lock()
    return directory


def _profile_job(
    bot: SilentBot, settings: Settings, offered: LanguageOffer
) -> Coroutine[None, None, None]:
    """Return what tells Telegram, whenever it lets us, how the bot introduces itself."""
    told = bot_profiles(settings, offered.tags)
    return set_profile(bot, {tag: BotProfile(*each) for tag, each in told.items()})


def tune_gc() -> None:
    """Spare the garbage collector what was made at the start and lasts to the end.

    Without this it walks half a million objects of the libraries again and again: a tenth of the
    cost of a turn, and pauses of its own.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _run_jobs(
    house: App,
    bot: SilentBot,
    directory: DataDirectory,
    room: DiskSpace,
    *also: Coroutine[None, None, None],
) -> None:
    keeper = FileDownloader(
        house.database.writer, house.vault, TelegramFiles(bot), directory.files, house.clock,
        room.has_space_for_files,
    )  # fmt: skip
    poller = Poller(
        bot,
        _make_receiver(house),
        expected_bot=house.inbox.bot,
        clock=house.clock,
        on_return=lambda: recover(house),
        has_disk_space=room.has_space,
    )
    jobs = [
        poller.run(),
        house.courier.run(),
        keeper.run(),
        _run_maintenance(house, poller, room),
        house.retention.run(house.database, house.clock),
        house.erasure_job.run(house.database, house.clock),
        house.staff.run(house.database.writer, house.dispatcher, house.courier, house.clock),
        _watch_failures(house),
        watch_clock(house),
        *also,
    ]
    tasks = [asyncio.create_task(job) for job in jobs]
    log.info("started")
    tune_gc()
    try:
        await asyncio.gather(*tasks)
    finally:
        poller.stop()
        for task in tasks:
            if not task.cancelling():  # whoever is told twice does not put its things in order
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        log.info("stopped")


def _make_receiver(house: App) -> Callable[[Sequence[RawUpdate]], Awaitable[None]]:
    async def receive(batch: Sequence[RawUpdate]) -> None:
        arrivals = [Arrival.of(raw.update_id, raw.raw) for raw in batch]
        await house.dispatcher.receive(arrivals, next_offset(batch, None))

    return receive


async def _run_maintenance(house: App, poller: Poller, room: DiskSpace) -> None:
    """Say when Telegram last answered, and forget what is old enough."""
    tidied = house.clock.monotonic()
    while True:
        await house.database.writer.run(lambda work: _record_heartbeat(house, poller, work))
        if room.level() >= DiskLevel.LOW:
            log.error("disk_low")
        if house.clock.monotonic() - tidied > CLEANUP_SECONDS:
            tidied = house.clock.monotonic()
            await house.database.writer.run(lambda work: _delete_old_rows(house, work))
            await expire_keys(house)
        await asyncio.sleep(HEARTBEAT_SECONDS)


def _record_heartbeat(house: App, poller: Poller, work: Work) -> None:
    now = house.clock.now()
    house.vault.rotate_epoch(now)
    # Not now: a bot that runs and cannot be reached loses what people send as well.
    record_heartbeat(
        work,
        house.inbox.bot,
        now - int((house.clock.monotonic() - poller.last_reached_at) * SECOND),
    )
    house.inbox.store_progress(work, now)


def _delete_old_rows(house: App, work: Work) -> None:
    now = house.clock.now()
    gone = house.inbox.expire(work, now) + house.outbox.expire(work, now)
    gone += house.conversations.expire(work, now)
    gone += LinkStats(house.vault, house.setting.zone).expire(work, now)
    house.setting.renderer.clear_blanks()
    log.info("rows_expired", count=gone)


async def watch_clock(house: App) -> None:
    """Notice within a second that the clock has jumped: what people do is dated by it."""
    steady, clock = house.setting.clock_monitor, house.clock
    while True:
        if not steady.is_steady(clock.now(), clock.monotonic()):
            log.warning("clock_jumped")
            await house.database.writer.run(house.gate.check_clock)
        await asyncio.sleep(CLOCK_CHECK_SECONDS)


async def _watch_failures(house: App) -> None:
    """Stop the process once the disk has refused a commit."""
    # Not in a thread: it could not be called back, and whoever stops us would wait for it for ever.
    while not (house.database.writer.failed.is_set() or house.vault.has_failed):  # noqa: ASYNC110
        await asyncio.sleep(FAILURE_CHECK_SECONDS)
    log.error("commit_failed")
    why = house.database.writer.failure_reason
    raise CommitFailedError(f"a commit failed; {why}; restart Haven after mending it")
