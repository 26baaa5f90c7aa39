"""The jobs of a running bot: polling, delivery, maintenance, retention, and the way they end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from bot.app.build import App, RunningApp, build
from bot.app.databases.upgrade import delete_copies_in_time
from bot.app.fact_checks import keep_following
from bot.app.file_storage.opening import has_room_for_files, prepare_blobs
from bot.app.jobs import run_together
from bot.app.options import BuildOptions
from bot.app.storage import (
    open_storage,
    wait_for_failed_commit,
    wait_until_writable,
    watch_silence,
)
from bot.app.texts import bot_profiles, load_place, load_recordings, use_offered_languages
from bot.cases.evidence.download import FileDownloader
from bot.channels.telegram.client import ServerTime, SilentBot, build_bot, connections
from bot.channels.telegram.file_download import TelegramFiles
from bot.channels.telegram.poller import Poller, next_offset
from bot.channels.telegram.profile import (
    BotProfile,
    PublicProfile,
    build_menus,
    publish_profile,
)
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.told_values import adopt_old_files
from bot.channels.telegram.voice_cache import Recordings
from bot.clock import MINUTE, SECOND, Clock, SystemClock, boot_number
from bot.desks.web.live.event_log import WebDesk
from bot.dispatch.recovery import ask_again_after_downtime
from bot.hotline.contact_rule import ClockMonitor, clock_error
from bot.hotline.figures.counters import FigureCounters
from bot.hotline.origins.join_codes import JoinCodes
from bot.hotline.staff.duty_shifts import DutyShifts
from bot.languages import catalogue, use_catalogues
from bot.log import log
from bot.mailbox.inbox import Arrival
from bot.mailbox.rate_limit import RateLimits
from bot.mailbox.reencrypt import reencrypt_waiting
from bot.monitoring.activity import Activity, WatchedBot
from bot.monitoring.canary import CanaryTimes
from bot.monitoring.polling_alarm import watch_polling
from bot.partners.link_stats import LinkStats
from bot.store.database import Database, DataDirectory
from bot.store.disk_space import DiskLevel, DiskSpace
from bot.store.faults import is_store_error
from bot.store.findings import CLOCK_DOUBTED_UNTIL, CLOCK_ERROR, TOKEN_REFUSED_SINCE
from bot.store.heartbeat import record_heartbeat, return_from_absence
from bot.store.patience import Patience
from bot.store.shared_values import SharedValues
from bot.vault.passphrase_hash import PassphraseHashWorker
from flows.texts import phrases

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from bot.channels.telegram.parsing.split_batch import RawUpdate
    from bot.languages.availability import LanguageOffer
    from bot.settings import Settings
    from bot.store.blobs.protocol import Blobs
    from bot.store.writer import Work
    from bot.vault import Vault

CLEANUP_SECONDS = 600.0
HEARTBEAT_SECONDS = 30.0
CLOCK_CHECK_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a bot runs."""

    clock: Clock = field(default_factory=SystemClock)
    limits: RateLimits = field(default_factory=RateLimits)
    rehearsal: bool = False
    ready: asyncio.Event | None = None  # set once the bot has recovered and answers
    disk: DiskSpace | None = None  # of the data folder, unless another is given
    offer: LanguageOffer | None = None  # if it was loaded and checked before
    canary: CanaryTimes = field(default_factory=CanaryTimes)
    patience: Patience = field(default_factory=Patience)
    extra_job: Callable[[RunningApp], Coroutine[None, None, None]] | None = None
    """Runs as long as the bot does, for example the web desk."""


async def run_bot(settings: Settings, options: RunOptions | None = None) -> None:
    """Run the bot until cancelled.

    Raises:
        AlreadyRunningError: another bot uses the data folder, the database, or the token.
        CommitFailedError: the disk takes no writes at the start, or what it stored is not certain
            any more; repair it, then restart.
        SettingError: a setting cannot be used, or the folder is for practice only.
    """
    options = options or RunOptions()
    directory = DataDirectory(settings.data)
    directory.create()
    if not options.rehearsal:
        directory.refuse_practice()
    directory.lock()
    try:
        offered = use_offered_languages(settings, options.offer)
        async with open_storage(settings, options.patience, is_bot=True) as (database, vault):
            with contextlib.closing(PassphraseHashWorker()) as hasher:
                await _run_with(settings, options, offered, database, vault, hasher)
    finally:
        use_catalogues({})
        directory.unlock()


async def _run_with(
    settings: Settings, options: RunOptions, offered: LanguageOffer, database: Database,
    vault: Vault, hasher: PassphraseHashWorker,
) -> None:  # fmt: skip
    directory = DataDirectory(settings.data)
    disk, server_time = options.disk or DiskSpace(directory.path), ServerTime(options.clock)
    blobs = await asyncio.to_thread(prepare_blobs, settings, database)
    has_room = has_room_for_files(blobs, disk, directory)
    bot = build_bot(
        settings.token(), settings.telegram_api, server_time.note_date, settings.proxy()
    )
    old_files = (directory.recordings, directory.profile_digest)
    await database.writer.run(lambda work: adopt_old_files(work, bot.id, *old_files))
    sender = Sender(bot, recordings=Recordings(bot, values=SharedValues(database.writer)))
    async with connections(bot):
        build_options = BuildOptions(
            bot_id=bot.id, username=lambda: bot.known_username, clock=options.clock,
            clock_monitor=ClockMonitor(server_time.now, boot_number()), limits=options.limits,
            rehearsal=options.rehearsal, desks=(WebDesk(vault),), languages=offered.tags,
            voices=load_recordings(load_place(settings), offered.tags), hasher=hasher,
            has_disk_space=has_room,
        )  # fmt: skip
        build_app = partial(build, settings, database, vault, sender, build_options)
        running, profile = RunningApp(build_app()), public_profile(settings, offered)
        activity = Activity(options.clock)
        # The desk comes first: it needs neither Telegram nor an end of the recovery.
        desk = [options.extra_job(running)] if options.extra_job else []
        watch = _watch_jobs(settings, running, activity, options)

        def run_once() -> Coroutine[None, None, None]:
            process = ProcessParts(bot, disk, directory, profile, activity, blobs, has_room)
            return _run_jobs(running.app, process, options)

        await run_together(
            *desk,
            *watch,
            _run_while_writable(running, build_app, run_once),
            watch_silence(database, vault, directory.silence_mark),
        )


def _watch_jobs(
    settings: Settings, running: RunningApp, activity: Activity, options: RunOptions
) -> list[Coroutine[None, None, None]]:
    """Return the jobs that watch the bot, and go on while a full disk has stopped its own."""
    jobs: list[Coroutine[None, None, None]] = []
    if not options.rehearsal:  # there time jumps
        jobs.append(watch_polling(lambda: running.app, activity))
        jobs.append(delete_copies_in_time(settings))
    if (address := settings.watch_host_port) is not None:
        # Memory that is not needed without the port.
        from bot.monitoring.server import WatchPages, serve_until_cancelled  # noqa: PLC0415

        bot = WatchedBot(lambda: running.app, activity)
        pages = WatchPages(lambda: running.app, activity.clock, settings.backups, bot)
        jobs.append(serve_until_cancelled(pages, *address))
    return jobs


async def _run_while_writable(
    running: RunningApp, build_app: Callable[[], App],
    run_once: Callable[[], Coroutine[None, None, None]],
) -> None:  # fmt: skip
    """Run the jobs; after a refused write, again on a new App once the database takes writes.

    What the old App had in memory may not be stored. A new one begins like a new process, and the
    desk goes on meanwhile: it reads. Only what became of letters that left is handed on.
    """
    database, vault = running.app.database, running.app.vault
    while True:
        fault: Exception | None = None
        try:
            await run_once()
        except Exception as error:
            if not (database.writer.failed.is_set() or vault.has_failed or is_store_error(error)):
                raise
            fault = error
        await wait_until_writable(database, vault, fault)
        results = running.app.courier.collect()
        running.app = build_app()
        running.app.courier.take_over(results)


def public_profile(settings: Settings, offered: LanguageOffer) -> PublicProfile:
    """Return what people see of the bot before they write to it, in the offered languages."""
    catalogues = {tag: catalogue(tag) for tag in offered.tags}
    profiles = bot_profiles(settings, offered.tags)
    return PublicProfile(
        build_menus(phrases.COMMAND_DESCRIPTIONS, catalogues),
        {tag: BotProfile(*profile) for tag, profile in profiles.items()},
    )


@dataclass(frozen=True, slots=True)
class ProcessParts:
    """What lasts as long as the process, whatever App runs in it."""

    bot: SilentBot
    disk: DiskSpace
    directory: DataDirectory
    profile: PublicProfile
    activity: Activity
    blobs: Blobs
    has_room_for_files: Callable[[], bool]


async def _run_jobs(app: App, process: ProcessParts, options: RunOptions) -> None:
    """Run all jobs but the desk; once one fails or all are cancelled, cancel the rest."""
    bot, disk = process.bot, process.disk
    downloader = FileDownloader(
        app.database.writer, app.vault, TelegramFiles(bot), process.blobs, app.clock,
        process.has_room_for_files,
    )  # fmt: skip

    async def receive(batch: Sequence[RawUpdate]) -> None:
        await check_clock_if_needed(app)  # first: who writes is seen in the span it confirms
        arrivals = [Arrival.of(raw.update_id, raw.raw) for raw in batch]
        await app.dispatcher.receive(arrivals, next_offset(batch, None))

    async def publish() -> None:
        await poller.identified.wait()
        await publish_profile(bot, process.profile, SharedValues(app.database.writer))

    poller = Poller(
        bot, receive, expected_bot=app.inbox.bot, clock=app.clock,
        on_return=lambda: recover(app), on_answer=process.activity.note_poll,
        has_disk_space=disk.has_space,
        on_refusal=lambda: app.database.writer.run(lambda work: _record_refusal(app, poller, work)),
    )  # fmt: skip
    try:
        await recover(app)
        if options.ready is not None:
            options.ready.set()
        jobs = [
            poller.run(), app.courier.run(), app.passphrase_hashing.run(), downloader.run(),
            _run_maintenance(app, poller, process), app.retention.run(app.database, app.clock),
            app.erasure_job.run(app.database, app.clock),
            app.staff.run(
                app.database.writer, app.dispatcher, app.courier, app.clock, app.on_call.check
            ),
            app.on_call.run_senders(app.database.writer, app.clock),
            keep_following(
                app.fact_checks.follow, app.database.writer.run, app.database.writer.changes
            ),
            wait_for_failed_commit(app.database, app.vault), watch_clock(app), publish(),
        ]  # fmt: skip
        if not options.rehearsal:
            jobs.append(app.canary.run(process.activity.canary, options.canary))
        log.info("started")
        tune_gc()
        await run_together(*jobs, at_end=poller.stop)
    finally:
        log.info("stopped")


def tune_gc() -> None:
    """Exempt what lives as long as the process from garbage collection.

    Otherwise the collector walks half a million objects of the libraries again and again: a tenth
    of the cost of a turn, and noticeable pauses.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def recover(app: App) -> None:
    """Resume work: finish what was stored, and ask again where an outage lost button presses."""
    now, bot, writer = app.clock.now(), app.inbox.bot, app.database.writer
    absence = await writer.run(lambda work: return_from_absence(work, bot, now))
    if absence.lost_messages:
        log.error("loss_window", seconds=(absence.until - absence.since) / SECOND)
    await writer.run(app.staff.service.hotline.connections.forget_if_off)
    await app.dispatcher.resume()
    if absence.lost_presses:
        count = await writer.run(
            lambda work: ask_again_after_downtime(
                work, app.conversations, app.outbox, app.setting, now
            )
        )
        log.info("questions_asked_again", count=count)
    await expire_keys(app)


async def expire_keys(app: App) -> None:
    """Delete expired epoch keys, after re-encrypting what still waits under them."""
    now = app.clock.now()

    def reencrypt(work: Work) -> set[int]:
        app.conversations.expire(work, now)
        app.vault.cases.wraps.delete_orphans(work, now)
        app.inbox.reencrypt_waiting(work, now)
        app.staff.service.commands.reencrypt_waiting(work, now)
        return reencrypt_waiting(work, app.mailbox.results, app.vault, now)

    needed = await app.database.writer.run(reencrypt)
    await app.vault.expire_epochs(now, needed)


async def _run_maintenance(app: App, poller: Poller, process: ProcessParts) -> None:
    cleaned_at = app.clock.monotonic()
    while True:
        await app.database.writer.run(lambda work: _record_heartbeat(app, poller, work))
        process.activity.note_commit()
        if process.disk.level() >= DiskLevel.LOW:
            log.error("disk_low")
        if app.clock.monotonic() - cleaned_at > CLEANUP_SECONDS:
            cleaned_at = app.clock.monotonic()
            await app.database.writer.run(lambda work: delete_old_rows(app, work))
            await app.database.writer.run(
                lambda work: app.figures.freeze_due(work, app.clock.now())
            )
            await expire_keys(app)
        await asyncio.sleep(HEARTBEAT_SECONDS)
        await app.dispatcher.retry_crashed()


def _record_heartbeat(app: App, poller: Poller, work: Work) -> None:
    now = app.clock.now()
    work.is_quiet = True
    app.vault.rotate_epoch(now)
    # Not `now`: a bot that runs but cannot reach Telegram loses messages as well.
    unreached = int((app.clock.monotonic() - poller.last_reached_at) * SECOND)
    record_heartbeat(work, app.inbox.bot, now - unreached)
    app.inbox.store_progress(work, now)
    app.setting.session_counts.store(work, FigureCounters(app.setting.zone), now)
    _record_clock(app, work)
    _record_refusal(app, poller, work)


def _record_refusal(app: App, poller: Poller, work: Work) -> None:
    TOKEN_REFUSED_SINCE.record(work, poller.refused_since, app.clock.now())


def delete_old_rows(app: App, work: Work) -> None:
    """Delete the rows of inbox, outbox, conversations and link counts whose time is over."""
    now = app.clock.now()
    count = app.inbox.expire(work, now) + app.outbox.expire(work, now)
    count += app.conversations.expire(work, now)
    count += app.staff.service.commands.expire(work, now)
    count += app.on_call.alarms.expire(work, now)
    count += DutyShifts.expire(work, now)
    count += JoinCodes.expire(work, now)
    count += LinkStats(app.vault, app.setting.zone).expire(work, now)
    app.setting.renderer.clear_blanks()
    log.info("rows_expired", count=count)


async def check_clock_if_needed(app: App) -> None:
    """Compare the clocks if one has jumped, or the channel can confirm ours."""
    clock = app.clock
    if app.setting.clock_monitor.needs_check(clock.now(), clock.monotonic()):
        await app.database.writer.run(app.gate.check_clock)


async def watch_clock(app: App) -> None:
    """Notice within a second that the wall clock jumped, or differs from the channel's.

    After a jump moments are not trusted. Both are told to operators and staff.
    """
    monitor, clock = app.setting.clock_monitor, app.clock
    told, told_doubt = 0, 0
    while True:
        await check_clock_if_needed(app)
        error, doubt = clock_error(clock.now(), monitor.channel()), _log_doubt(app, told_doubt)
        if abs(error - told) > MINUTE or doubt != told_doubt:
            if abs(error - told) > MINUTE:
                told = error
                _log_clock_error(error)
            told_doubt = doubt
            await app.database.writer.run(lambda work: _record_clock(app, work))
        await asyncio.sleep(CLOCK_CHECK_SECONDS)


def _log_clock_error(error: int) -> None:
    if error:
        log.error("clock_wrong", seconds=error / SECOND)
    else:
        log.info("clock_right")


def _log_doubt(app: App, told: int) -> int:
    """Log once that hours are not trusted, and once that they are; return until when not."""
    monitor, now = app.setting.clock_monitor, app.clock.now()
    until = monitor.doubted_until(now)
    if until and until != told:
        log.error("clock_doubted", kind=monitor.doubt, seconds=(until - now) / SECOND)
    elif told and not until:
        log.info("clock_believed")
    return until


def _record_clock(app: App, work: Work) -> None:
    now, monitor = app.clock.now(), app.setting.clock_monitor
    CLOCK_ERROR.record(work, clock_error(now, monitor.channel()), now)
    CLOCK_DOUBTED_UNTIL.record(work, monitor.doubted_until(now), now)
