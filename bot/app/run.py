"""The jobs of a running bot: polling, delivery, maintenance, retention, and the way they end."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from bot.app.build import App, RunningApp, build
from bot.app.databases.upgrade import delete_copies_in_time
from bot.app.fact_checks import keep_following
from bot.app.file_storage.opening import has_room_for_files, joined_blobs, prepare_blobs
from bot.app.front.update_source import SourceParts, Webhook, build_source, build_webhook
from bot.app.jobs import run_together
from bot.app.options import BuildOptions
from bot.app.roles import BOT_ROLES, ProcessRole
from bot.app.roles.clock_watch import check_clock_if_needed, record_clock, watch_clock
from bot.app.roles.presence import Presence
from bot.app.roles.role import answers_at_once, names
from bot.app.roles.standby import wait_for_lead
from bot.app.roles.turn_to_poll import TurnToPoll
from bot.app.storage import (
    is_opening_refused,
    open_storage,
    wait_for_failed_commit,
    wait_until_writable,
    watch_history,
    watch_silence,
)
from bot.app.texts import bot_profiles, load_place, load_recordings, use_offered_languages
from bot.cases.evidence.download import FileDownloader
from bot.channels.telegram.client import (
    ServerTime,
    SilentBot,
    ask_who_we_are,
    build_bot,
    connections,
)
from bot.channels.telegram.file_download import TelegramFiles
from bot.channels.telegram.poller import ConflictDetector, next_offset
from bot.channels.telegram.profile import (
    BotProfile,
    PublicProfile,
    build_menus,
    publish_profile,
)
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.steady_requests import TelegramNotes
from bot.channels.telegram.told_values import adopt_old_files
from bot.channels.telegram.voice_cache import Recordings
from bot.channels.telegram.webhook.order import HOLD_SECONDS
from bot.clock import SECOND, Clock, SystemClock, boot_number
from bot.desks.web.live.event_log import WebDesk
from bot.dispatch.recovery import ask_again_after_downtime
from bot.errors import AlreadyRunningError
from bot.hotline.contact_rule import ClockMonitor
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
from bot.monitoring.standby_watch import StandbyWatch
from bot.partners.link_stats import LinkStats
from bot.store.database import Database, DataDirectory
from bot.store.disk_space import DiskLevel, DiskSpace
from bot.store.faults import is_store_error
from bot.store.findings import (
    MESSAGES_TAKEN_AT,
    TOKEN_REFUSED_SINCE,
)
from bot.store.patience import Patience
from bot.store.processes.heartbeat import Absence, record_heartbeat, return_from_absence
from bot.store.processes.running import joins_others
from bot.store.shared_values import SharedValues
from bot.vault.passphrase_hash import PassphraseHashWorker
from flows.texts import phrases

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from bot.app.front.update_source import UpdateSource
    from bot.channels.telegram.parsing.split_batch import RawUpdate
    from bot.languages.availability import LanguageOffer
    from bot.settings import Settings
    from bot.store.blobs.protocol import Blobs
    from bot.store.writer import Work
    from bot.vault import Vault

CLEANUP_SECONDS = 600.0
HEARTBEAT_SECONDS = 30.0
STANDBY_PAUSE = 1.0
"""Seconds until a process that could not take the lead stands by again."""
JOIN_SECONDS = 2.0
"""Seconds until a worker answers people: then the leader has looked who works with it."""
HASHING_SECONDS = 0.2
"""Seconds between two looks for passphrases that workers stored."""


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
    roles: frozenset[ProcessRole] = BOT_ROLES
    """What this process does."""
    is_standby: bool = False
    """Whether it waits while another process leads, and goes on when that one ends."""

    @property
    def leads(self) -> bool:
        """Tell whether this process is the one leader of its deployment."""
        return ProcessRole.LEADER in self.roles


async def run_bot(settings: Settings, options: RunOptions | None = None) -> None:
    """Run the bot until cancelled.

    Raises:
        AlreadyRunningError: another bot uses the data folder, the database, or the token.
        CommitFailedError: the disk takes no writes at the start, or what it stored is not certain
            any more; repair it, then restart.
        SettingError: a setting cannot be used, or the folder is for practice only.
    """
    options = options or RunOptions()
    if not options.is_standby:
        await _run_bot(settings, options)
        return
    has_stood_by = False
    while True:
        try:
            await wait_for_lead(settings, options.roles, options.patience)
            has_stood_by = True
            await _run_bot(settings, options)
        except Exception as error:
            # The lead is often free because the database went away, and it may do so again.
            is_away = has_stood_by and is_opening_refused(error)
            if not (is_away or isinstance(error, AlreadyRunningError)):
                raise
            log.warning("lead_not_taken", error=type(error).__name__)
            await asyncio.sleep(STANDBY_PAUSE)


async def _run_bot(settings: Settings, options: RunOptions) -> None:
    directory = DataDirectory(settings.data)
    directory.create()
    if not options.rehearsal:
        directory.refuse_practice()
    if options.leads:
        directory.lock()
    try:
        offered = use_offered_languages(settings, options.offer)
        async with open_storage(settings, options.patience, is_bot=options.leads) as opened:
            database, vault = opened
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
    blobs = await asyncio.to_thread(_open_blobs, settings, database, options)
    has_room = has_room_for_files(blobs, disk, directory)
    bot = build_bot(
        settings.token(), settings.telegram_api, server_time.note_date, settings.proxy()
    )
    webhook = build_webhook(settings) if ProcessRole.FRONT in options.roles else None
    if options.leads:
        await _adopt_old_files(database, directory, bot.id)
    sender = Sender(bot, recordings=Recordings(bot, values=SharedValues(database.writer)))
    async with connections(bot):
        build_options = BuildOptions(
            bot_id=bot.id, username=lambda: bot.known_username, clock=options.clock,
            clock_monitor=ClockMonitor(server_time.now, boot_number(), options.clock.now),
            limits=options.limits,
            rehearsal=options.rehearsal, desks=(WebDesk(vault),), languages=offered.tags,
            voices=load_recordings(load_place(settings), offered.tags), hasher=hasher,
            has_disk_space=has_room, roles=options.roles,
        )  # fmt: skip
        build_app = partial(build, settings, database, vault, sender, build_options)
        running, profile = RunningApp(build_app()), public_profile(settings, offered)
        keys = vault.keys.database if vault.keys is not None else database
        activity = Activity(options.clock, StandbyWatch.of(database, keys, options.clock))
        # The desk comes first: it needs neither Telegram nor an end of the recovery.
        desk = [options.extra_job(running)] if options.extra_job else []
        watch = _watch_jobs(settings, running, activity, options, webhook)

        process = ProcessParts(
            bot, disk, directory, profile, activity, webhook, blobs, has_room, ConflictDetector()
        )

        presence = Presence(
            database, _all_roles(options), options.clock, also=running.follow_clocks
        )
        await presence.begin()
        await run_together(
            *desk,
            *watch,
            _run_while_writable(
                running, build_app, lambda: _run_jobs(running.app, process, options)
            ),
            watch_silence(database, vault, directory.silence_mark if options.leads else None),
            watch_history(database, vault),
            presence.run(),
        )


async def _adopt_old_files(database: Database, directory: DataDirectory, bot: int) -> None:
    """Store what an earlier release wrote into files about what Telegram was told."""
    old_files = (directory.recordings, directory.profile_digest)
    await database.writer.run(lambda work: adopt_old_files(work, bot, *old_files))


def _open_blobs(settings: Settings, database: Database, options: RunOptions) -> Blobs:
    """Return the storage of files; a process that keeps none there does not prepare it."""
    keeps_files = options.leads or options.extra_job is not None
    return prepare_blobs(settings, database) if keeps_files else joined_blobs(settings)


def _all_roles(options: RunOptions) -> frozenset[ProcessRole]:
    return options.roles | {ProcessRole.DESK} if options.extra_job is not None else options.roles


def _watch_jobs(
    settings: Settings, running: RunningApp, activity: Activity, options: RunOptions,
    webhook: Webhook | None,
) -> list[Coroutine[None, None, None]]:  # fmt: skip
    """Return the jobs that go on while a full disk has stopped the bot's own."""
    jobs = [webhook.serve()] if webhook is not None else []
    fetches = ProcessRole.FRONT in options.roles
    if fetches and not options.rehearsal:  # there time jumps
        jobs.append(watch_polling(lambda: running.app, activity))
    if options.leads and not options.rehearsal:
        jobs.append(delete_copies_in_time(settings, lambda: running.app.database, options.clock))
    if options.leads and activity.standbys.databases:
        jobs.append(activity.standbys.run(lambda: running.app.database))
    if (address := settings.watch_host_port) is not None:
        # Memory that is not needed without the port.
        from bot.monitoring.server import WatchPages, serve_until_cancelled  # noqa: PLC0415

        bot = WatchedBot(lambda: running.app, activity, fetches, options.leads)
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
    while True:
        fault: Exception | None = None
        try:
            await run_once()
        except Exception as error:
            if not _is_store_away(running.app, error):
                raise
            fault = error
        running.app = await _build_again(running.app, build_app, fault)


async def _build_again(old: App, build_app: Callable[[], App], fault: Exception | None) -> App:
    """Return a new App once the database takes writes.

    A new App reads the database while it is built. It may be gone again by then: it is waited for
    as often as it goes.
    """
    while True:
        await wait_until_writable(old.database, old.vault, fault)
        try:
            app = build_app()
        except Exception as error:
            if not _is_store_away(old, error):
                raise
            fault = error
        else:
            app.courier.take_over(old.courier.results_not_stored())
            return app


def _is_store_away(app: App, error: Exception) -> bool:
    """Tell whether an error is one of the store, or follows from one."""
    return app.database.writer.failed.is_set() or app.vault.has_failed or is_store_error(error)


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
    webhook: Webhook | None
    """Where Telegram posts; None while updates are polled."""
    blobs: Blobs
    has_room_for_files: Callable[[], bool]
    conflicts: ConflictDetector


@dataclass(frozen=True, slots=True)
class JobParts:
    """What the jobs of one App are made of."""

    app: App
    process: ProcessParts
    options: RunOptions
    source: UpdateSource


async def _run_jobs(app: App, process: ProcessParts, options: RunOptions) -> None:
    """Run all jobs but the desk; once one fails or all are cancelled, cancel the rest."""
    roles, answers = options.roles, app.dispatcher
    inlet = answers if answers_at_once(roles) else app.receiver

    async def receive(batch: Sequence[RawUpdate]) -> None:
        await check_clock_if_needed(app)  # first: who writes is seen in the span it confirms
        arrivals = [Arrival.of(raw.update_id, raw.raw) for raw in batch]
        await inlet.receive(arrivals, next_offset(batch, None))

    notes = TelegramNotes(
        on_return=lambda: recover(app, roles), on_answer=process.activity.note_poll,
        on_refusal=lambda: app.database.writer.run(lambda work: _record_refusal(app, source, work)),
        on_conflict=lambda: _note_conflict(app, process.activity),
    )  # fmt: skip
    hold = HOLD_SECONDS if answers_at_once(roles) else 0.0  # else order is kept where it is stored
    source = build_source(
        process.webhook, receive, app.inbox.bot,
        SourceParts(
            process.bot, app.clock, notes, process.disk.has_space, process.activity,
            process.conflicts, hold,
        ),
    )  # fmt: skip
    parts = JobParts(app, process, options, source)
    try:
        await recover(app, roles)
        if ProcessRole.WORKER in roles and not answers_at_once(roles):
            await app.chat_worker.warm_up()  # a worker has begun when it answers
        if options.ready is not None:
            options.ready.set()
        jobs = [
            _run_maintenance(parts), wait_for_failed_commit(app.database, app.vault),
            watch_clock(app, is_recorded=options.leads),
            keep_following(
                app.fact_checks.follow, app.database.writer.run, app.database.writer.changes
            ),
        ]  # fmt: skip
        jobs += [job for role in ProcessRole if role in roles for job in JOBS[role](parts)]
        log.info("started", roles=names(roles))
        tune_gc()
        release_memory()
        await run_together(*jobs, at_end=source.stop)
    finally:
        log.info("stopped")


def _front_jobs(parts: JobParts) -> list[Coroutine[Any, Any, None]]:
    if parts.process.webhook is not None:  # every front takes posts
        return [parts.source.run()]
    return [TurnToPoll.on(parts.app.database, parts.process.activity).poll(parts.source)]


def _worker_jobs(parts: JobParts) -> list[Coroutine[Any, Any, None]]:
    app = parts.app
    if app.database.dialect == "sqlite":  # there is no other process that could store updates
        return []
    if parts.options.leads:
        return [app.chat_worker.run()]
    return [_join_and_answer(app), ask_who_we_are(parts.process.bot, app.inbox.bot)]


async def _join_and_answer(app: App) -> None:
    """Answer people once the leader knows that letters come by the store.

    It knows already if another worker has been there for so long: since then it has always found
    one.
    """
    now, span = app.clock.now(), int(JOIN_SECONDS * SECOND)
    if not await app.database.writer.run(lambda work: joins_others(work, now, span)):
        await asyncio.sleep(JOIN_SECONDS)
    await app.chat_worker.run()


def _leader_jobs(parts: JobParts) -> list[Coroutine[Any, Any, None]]:
    app, process = parts.app, parts.process
    writer = app.database.writer
    downloader = FileDownloader(
        writer, app.vault, TelegramFiles(process.bot), process.blobs, app.clock,
        process.has_room_for_files, app.lost_files.tell,
    )  # fmt: skip
    jobs: list[Coroutine[Any, Any, None]] = [
        app.courier.run(), app.passphrase_hashing.run(), downloader.run(),
        app.retention.run(app.database, app.clock), app.erasure_job.run(app.database, app.clock),
        app.staff.run(writer, app.dispatcher, app.courier, app.clock, app.on_call.check),
        app.on_call.run_senders(writer, app.clock), _publish(parts),
    ]  # fmt: skip
    if ProcessRole.WORKER not in parts.options.roles:
        jobs.append(_wake_hashing(app))
    if ProcessRole.FRONT not in parts.options.roles:
        jobs.append(ask_who_we_are(process.bot, app.inbox.bot))
    if not parts.options.rehearsal:
        jobs.append(app.canary.run(process.activity.canary, parts.options.canary))
    return jobs


def _desk_jobs(_parts: JobParts) -> list[Coroutine[Any, Any, None]]:
    return []  # it outlives an App: see `RunOptions.extra_job`


JOBS: Final[Mapping[ProcessRole, Callable[[JobParts], list[Coroutine[Any, Any, None]]]]] = {
    ProcessRole.FRONT: _front_jobs, ProcessRole.WORKER: _worker_jobs,
    ProcessRole.LEADER: _leader_jobs, ProcessRole.DESK: _desk_jobs,
}  # fmt: skip
"""The jobs of each role; `_run_jobs` adds those of every process."""


async def _publish(parts: JobParts) -> None:
    if ProcessRole.FRONT in parts.options.roles:
        await parts.source.requests.identified.wait()
    process = parts.process
    values = SharedValues(parts.app.database.writer)
    await publish_profile(process.bot, process.profile, values)


async def _wake_hashing(app: App) -> None:
    """Have passphrases hashed that workers store."""
    changes = app.database.writer.changes
    while True:
        seen = changes.count
        app.mailbox.passphrase_jobs.added.set()
        await changes.wait(seen, HASHING_SECONDS, CLEANUP_SECONDS)


def tune_gc() -> None:
    """Exempt what lives as long as the process from garbage collection.

    Otherwise the collector walks half a million objects of the libraries again and again: a tenth
    of the cost of a turn, and noticeable pauses.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def release_memory() -> None:
    """Give unused memory of the start, about 1.5 MB, back to the system.

    The C library would keep it; not every one of Linux has `malloc_trim`.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


async def recover(app: App, roles: frozenset[ProcessRole] = BOT_ROLES) -> None:
    """Resume work: finish what was stored, and ask again where an outage lost button presses."""
    now, bot, writer = app.clock.now(), app.inbox.bot, app.database.writer
    absence = Absence(now, now)
    if ProcessRole.FRONT in roles:
        absence = await writer.run(lambda work: return_from_absence(work, bot, now))
    if absence.lost_messages:
        log.error("loss_window", seconds=(absence.until - absence.since) / SECOND)
    if ProcessRole.LEADER in roles:
        await writer.run(app.staff.service.hotline.connections.forget_if_off)
        await app.dispatcher.resume()
    if absence.lost_presses:
        count = await writer.run(
            lambda work: ask_again_after_downtime(
                work, app.conversations, app.outbox, app.setting, now
            )
        )
        log.info("questions_asked_again", count=count)
    if ProcessRole.LEADER in roles:
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


async def _run_maintenance(parts: JobParts) -> None:
    app, process = parts.app, parts.process
    cleaned_at = app.clock.monotonic()
    while True:
        await app.database.writer.run(lambda work: _record_heartbeat(parts, work))
        process.activity.note_commit()
        if process.disk.level() >= DiskLevel.LOW:
            log.error("disk_low")
        is_due = app.clock.monotonic() - cleaned_at > CLEANUP_SECONDS
        if is_due and parts.options.leads:
            cleaned_at = app.clock.monotonic()
            await _clean(app)
        await asyncio.sleep(HEARTBEAT_SECONDS)
        if parts.options.leads:
            await app.dispatcher.retry_crashed()


async def _clean(app: App) -> None:
    await app.database.writer.run(lambda work: delete_old_rows(app, work))
    await app.database.writer.run(lambda work: app.figures.freeze_due(work, app.clock.now()))
    await expire_keys(app)


def _record_heartbeat(parts: JobParts, work: Work) -> None:
    app, roles = parts.app, parts.options.roles
    now = app.clock.now()
    work.is_quiet = True
    app.vault.rotate_epoch(now)
    if ProcessRole.FRONT in roles and parts.process.activity.is_polling:
        _record_fetching(app, parts.source, work, now)
    app.inbox.store_progress(work, now)
    if ProcessRole.WORKER in roles:
        app.setting.session_counts.store(work, FigureCounters(app.setting.zone), now)
    if ProcessRole.LEADER in roles:
        record_clock(app, work)


def _record_fetching(app: App, source: UpdateSource, work: Work, now: int) -> None:
    # Not `now`: a bot that runs but cannot reach Telegram loses messages as well.
    unreached = int((app.clock.monotonic() - source.requests.last_reached_at) * SECOND)
    record_heartbeat(work, app.inbox.bot, now - unreached)
    _record_refusal(app, source, work)


def _record_refusal(app: App, source: UpdateSource, work: Work) -> None:
    TOKEN_REFUSED_SINCE.record(work, source.requests.refused_since, app.clock.now())


async def _note_conflict(app: App, activity: Activity) -> None:
    activity.poll_conflicts += 1
    now = app.clock.now()
    await app.database.writer.run(lambda work: MESSAGES_TAKEN_AT.record(work, now, now))


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
