"""`haven doctor`: checks of settings, databases, keys, backups, disk, place and languages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from bot.app.databases.moved import refuse_moved
from bot.app.databases.upgrade import remaining_copies
from bot.app.fact_checks import use_stored_checks
from bot.app.file_storage.opening import check_files
from bot.app.retention import check_backup_settings
from bot.app.sign_in import require_key_holder
from bot.app.storage import (
    check_schema,
    database_at,
    database_url,
    existing_database,
    fault_of,
    open_vault,
)
from bot.app.texts import build_roster
from bot.channels.smtp import SmtpServer
from bot.cli.health.host_key import check_host_key, check_rotation
from bot.cli.health.levels import (
    CheckLevel,
    CheckResult,
    CheckWarningError,
    NotKnownError,
    result_of,
)
from bot.cli.health.models import check_learnt_models, check_models
from bot.cli.health.processes import check_processes, describe, runs_bot
from bot.cli.health.standbys import standby_checks
from bot.cli.health.surroundings import SILENT, TelegramQuestions, surroundings
from bot.clock import SECOND, SystemClock
from bot.documents.typesetter import Typesetter
from bot.errors import HavenError
from bot.hotline.connections.store import count_digests
from bot.hotline.on_call.roster import CallChannel
from bot.hotline.staff.offices import Offices
from bot.languages.availability import checked_bot_names, load_offer
from bot.mailbox.inbox import Inbox
from bot.mailbox.known_bots import refuse_other_bot
from bot.optional_imports import pip_install
from bot.places.directory import Recipient
from bot.places.registry import find_place
from bot.settings import Settings, load_settings
from bot.store.data_folder import has_room, is_new, missing_data
from bot.store.database import DataDirectory
from bot.store.disk_space import is_read_only
from bot.store.findings import MESSAGES_TAKEN_AT, idle_since_restore, load_findings
from bot.store.processes.heartbeat import last_heartbeat
from bot.store.processes.running import RunningProcess, load_processes
from bot.vault.backup.create import find_faults, list_archives
from bot.vault.erasure.erase import Erasures
from bot.vault.erasure.retention import RetentionSchedule

if TYPE_CHECKING:
    from bot.store.writer import Work

T = TypeVar("T")
D = TypeVar("D")
UNREACHED = {
    CallChannel.TELEGRAM: "no Telegram account is known",
    CallChannel.EMAIL: "HAVEN_SMTP_URL is not set, or no address is known",
    CallChannel.PUSH: "HAVEN_PUSH_CONTACT is not set, or no browser was chosen at the desk",
}
"""Why a channel reaches no one."""
AGREEMENT_NOTICE = timedelta(days=30)
"""Before an agreement ends, an operator should renew it."""
MIN_FREE_SHARE = 0.1
"""Share of the disk that must be free; below it an operator should act."""


def doctor() -> None:
    """Check settings, databases, keys, backups and disk, and print what is wrong."""
    has_failed = False
    for result in check_all(load_settings()):
        has_failed |= result.level is CheckLevel.WRONG
        typer.echo(result.line)
    if has_failed:
        raise typer.Exit(1)


def run_checks(settings: Settings) -> Iterator[tuple[str, str | None]]:
    """Yield every check's name and its fault, None if it found nothing wrong."""
    for it in check_all(settings):
        yield it.name, it.detail if it.level is CheckLevel.WRONG else None


def check_all(settings: Settings) -> Iterator[CheckResult]:
    """Yield how every check ended."""
    for name, check in _checks(settings):
        yield result_of(name, check)


def _checks(settings: Settings) -> Iterator[tuple[str, Callable[[], object]]]:
    url = database_url(settings)
    today = datetime.now(settings.zone).date()
    yield "telegram token", settings.token
    yield "organisation and contact", settings.public_identity
    yield "host key", lambda: check_host_key(settings)
    telegram = TelegramQuestions(
        settings, partial(_load_running, settings), partial(_load_taken_at, settings)
    )
    yield from surroundings(settings, telegram)
    is_away = fault = missing_data(settings) or fault_of(partial(refuse_moved, settings))
    if fault and has_room(settings):
        yield f"not started yet: {fault}", lambda: _refuse_lost(settings)
    elif fault:
        yield "data", lambda: _refuse(fault)
    else:
        is_away = fault_of(partial(_open_database, url))
        yield "database opens and is durable", lambda: _refuse(is_away)
        yield "database answers the running bot", lambda: _check_silence(settings)
        if not (is_away and url.startswith("postgresql")):  # each would wait for it once more
            yield "database has this release's schema", lambda: check_schema(url)
            yield "key store opens with this host key", lambda: _check_key_store(settings)
            yield "no earlier host key opens it", lambda: check_rotation(settings)
            yield "a caseworker can open what people send", lambda: _check_key_holders(settings)
            yield from standby_checks(settings)
    if not is_away and not fault_of(lambda: check_schema(url)):
        yield from _checks_of_data(settings, telegram)
    yield "backups are made and expire", lambda: _check_backups(settings)
    yield "disk space", lambda: _check_disk(DataDirectory(settings.data))
    yield "what people type is understood", check_learnt_models
    yield "place", lambda: find_place(settings.place)
    yield "facts of the place", lambda: _refuse_expired(find_place(settings.place).expired(today))
    yield (
        "recipients of referrals",
        lambda: _refuse_expired(expired_recipients(find_place(settings.place).recipients, today)),
    )
    yield "agreements about referrals", lambda: _check_agreements(settings, today)
    if models := settings.assist_models:
        yield "models of machine help", partial(check_models, models)
    if settings.agreements:
        yield "referral sheets can be made as PDF", Typesetter().check
    yield "languages", lambda: _check_languages(settings)
    yield "names of the bot", lambda: checked_bot_names(settings)


def _checks_of_data(
    settings: Settings, telegram: TelegramQuestions
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the checks that read data of this release's schema."""
    use_stored_checks(settings)
    running, now = _read(settings, load_processes), SystemClock().now()
    has_run = bool(_read(settings, last_heartbeat))

    def and_is_known(check: Callable[[Settings], None]) -> None:
        """Look at what the running bot reported; without a report nothing is fine."""
        check(settings)
        if not runs_bot(running, now):
            raise NotKnownError("Haven does not run")
        if telegram.is_silent:
            raise NotKnownError(SILENT)

    yield "Telegram accepts the token", partial(and_is_known, _check_token)
    if not fault_of(settings.token):
        yield "the chats are this bot's", lambda: _check_bot(settings)
    yield describe(running, now), lambda: check_processes(running, now, has_run=has_run)
    yield "clock agrees with Telegram's", partial(and_is_known, _check_clock)
    yield "messages are fetched from Telegram", partial(and_is_known, _check_polling)
    yield "the database has all that was stored", lambda: _check_missing(settings)
    yield "every case can be opened", lambda: _check_unopened(settings)
    yield "files can be stored and erased", lambda: check_files(settings)
    yield "every message was handled", lambda: _check_quarantine(settings)
    yield "nothing is kept too long", lambda: _check_retention(settings)
    yield "no copy of an upgrade remains", lambda: _check_copies(settings)
    yield _comparing(settings), lambda: _check_connections(settings)
    if settings.desk_group and settings.desk_mode == "content":
        yield "the group is not shared by offices", lambda: _check_group(settings)
    yield "on-call caseworkers can be reached", lambda: _check_on_call(settings)


def _refuse_lost(settings: Settings) -> None:
    """Refuse an empty installation that has backups: its data are elsewhere, or lost."""
    if settings.backups is not None and list_archives(settings.backups):
        raise HavenError(
            f"there are no data, but {settings.backups} holds backups. Is HAVEN_DATA "
            f"({settings.data}) the right folder? If the data are lost: haven restore"
        )


def expired_recipients(recipients: Mapping[str, Recipient], today: date) -> list[str]:
    """Return the codes of recipients that were verified too long ago."""
    return [code for code, it in recipients.items() if today >= it.expires_on]


def _check_agreements(settings: Settings, today: date) -> None:
    """Refuse agreements with no known recipient, and those that have ended or end soon."""
    known = find_place(settings.place).recipients
    days = settings.agreement_days
    if unknown := ", ".join(days.keys() - known.keys()):
        raise HavenError(
            f"HAVEN_AGREEMENTS: no such recipient: {unknown} (haven directory recipients)"
        )
    soon = today + AGREEMENT_NOTICE
    ending = [
        f"{code} on {until}" for code, (_since, until) in days.items() if until and until < soon
    ]
    if ending:
        raise HavenError(
            f"agreements end: {', '.join(ending)}; renew them and change HAVEN_AGREEMENTS"
        )


def _open_database(url: str) -> None:
    database_at(url).connect().close()


def _refuse(fault: str | None) -> None:
    if fault:
        raise HavenError(fault)


def _refuse_expired(codes: list[str]) -> None:
    if codes:
        raise HavenError(
            f"expired: {', '.join(codes)}; verify them again and record the date "
            "(haven directory todo)"
        )


def _check_languages(settings: Settings) -> None:
    """Refuse a language that was asked for and is incomplete, and any that is broken."""
    offer = load_offer(settings)
    if refusals := "; ".join(offer.refusals(() if settings.languages else offer.unfinished)):
        raise HavenError(refusals)


def _check_key_store(settings: Settings) -> None:
    database_at(settings.keys_url or DataDirectory(settings.data).keys_url).connect().close()
    open_vault(settings, database_at(database_url(settings))).close()


def _check_key_holders(settings: Settings) -> None:
    database_at(settings.keys_url or DataDirectory(settings.data).keys_url)
    with closing(open_vault(settings, database_at(database_url(settings)))) as vault:
        require_key_holder(vault)


def _check_unopened(settings: Settings) -> None:
    """Refuse cases that no key opens: their caseworkers left, and there is no escrow key."""
    database = existing_database(settings)
    with closing(database.writer) as writer, closing(open_vault(settings, database)) as vault:
        if count := len(writer.run_sync(vault.cases.wraps.unopened)):
            raise HavenError(
                f"cases that no one can open: {count}. The keys that opened them ended with the "
                "access of caseworkers. A backup from before that, at most 7 days old, opens them "
                "for those caseworkers"
            )


def _check_retention(settings: Settings) -> None:
    schedule, now = RetentionSchedule(settings.keep_days), SystemClock().now()
    with closing(existing_database(settings).writer) as writer:
        overdue = writer.run_sync(lambda work: schedule.overdue(work, now))
        unfinished = writer.run_sync(Erasures.unfinished)
        needs_approval = writer.run_sync(lambda work: schedule.needs_approval(work, now))
    faults = [f"{count} of: {what}" for what, count in overdue]
    faults += [f"{len(unfinished)} erasures are unfinished"] if unfinished else []
    faults += ["more than one case in twenty is due at once"] if needs_approval else []
    if faults:
        raise HavenError(f"{'; '.join(faults)}; haven retention says why, and erases")


def _check_copies(settings: Settings) -> None:
    """Refuse copies from before an upgrade that a day has not ended."""
    if places := remaining_copies(settings, SystemClock().now()):
        raise HavenError(
            f"what was erased since the upgrade stays in {' and '.join(places)}. The bot deletes "
            "it once it has run for an hour, fetched messages and found its clock right"
        )


def _comparing(settings: Settings) -> str:
    """Return whether this deployment compares cases, and the reason it gave."""
    reason = settings.connections
    return f"cases are compared, because: {reason}" if reason else "cases are not compared"


def _check_connections(settings: Settings) -> None:
    """Refuse digests of before that no reason allows any more."""
    if not settings.connections and (count := _read(settings, count_digests)):
        raise HavenError(
            f"{count} digests are stored, and HAVEN_CONNECTIONS is not set: the next start of the "
            "bot deletes them"
        )


def _check_group(settings: Settings) -> None:
    """Refuse a group that shows what people of all offices write."""
    if members := _read(settings, Offices.count_members):
        raise HavenError(
            f"{members} colleagues belong to an office, and the group in Telegram shows everyone "
            "in it what people of every office write: set HAVEN_DESK_MODE=notify"
        )


def _load_running(settings: Settings) -> Sequence[RunningProcess] | None:
    """Return the processes of the deployment; None where the data cannot be asked for them."""
    if missing_data(settings) is not None and has_room(settings):
        return ()  # it was never started
    return _read_if_possible(settings, load_processes, None)


def _load_taken_at(settings: Settings) -> int:
    """Return when another program took the messages lately; 0 where the data cannot be asked."""
    now = SystemClock().now()
    return _read_if_possible(settings, lambda work: MESSAGES_TAKEN_AT.load(work, now), 0)


def _read_if_possible(settings: Settings, load: Callable[[Work], T], otherwise: D) -> T | D:
    """Return what the database holds, or something else where another check says why not."""
    found: list[T] = []
    if missing_data(settings) is None:
        fault_of(lambda: found.append(_read(settings, load)))
    return found[0] if found else otherwise


def _read(settings: Settings, load: Callable[[Work], T]) -> T:
    """Return what the database holds."""
    with closing(existing_database(settings).writer) as writer:
        return writer.run_sync(load)


def _check_quarantine(settings: Settings) -> None:
    """Refuse messages that could not be handled: no one reads them."""
    if count := _read(settings, Inbox.count_quarantined):
        raise HavenError(
            f"{count} messages of the last day could not be handled, and no one reads them. The "
            "log says why (turn_failed, quarantined). Those over which Haven ended are tried again "
            "by themselves; those of a fault that met everyone, at the next start. What is left is "
            "erased after a day"
        )


def _check_token(settings: Settings) -> None:
    """Refuse a token that Telegram refused to the running bot within the last minutes."""
    now = SystemClock().now()
    if since := _read(settings, lambda work: load_findings(work, now)).token_refused_since:
        when = datetime.fromtimestamp(since / SECOND, settings.zone)
        raise HavenError(
            f"Telegram has refused it since {when:%Y-%m-%d %H:%M}: it was revoked or renewed. No "
            "message arrives or leaves; all waits. Set HAVEN_TELEGRAM_TOKEN to the one @BotFather "
            "shows under /token, then restart Haven"
        )


def _check_bot(settings: Settings) -> None:
    """Refuse the token of a bot that never ran on these data."""
    bot = settings.bot_number()
    _read(settings, lambda work: refuse_other_bot(work, bot))


def _check_silence(settings: Settings) -> None:
    """Refuse a database that does not answer the bot that runs in this folder."""
    directory = DataDirectory(settings.data)
    if not directory.is_locked():
        raise NotKnownError("no bot runs with this data folder")
    try:
        since = int(directory.silence_mark.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return
    when = datetime.fromtimestamp(since / SECOND, settings.zone)
    raise HavenError(
        f"it has stored nothing since {when:%Y-%m-%d %H:%M:%S}: it is frozen or was stopped, a "
        "lock is held in it, or its disk is full. Nothing is lost: all waits, and Haven "
        "continues by itself"
    )


def _check_missing(settings: Settings) -> None:
    """Refuse a database that lost what the running Haven had stored: an older copy."""
    now = SystemClock().now()
    found = _read(settings, lambda work: load_findings(work, now))
    if found.data_missing_until:
        since, until = (
            f"{datetime.fromtimestamp(it / SECOND, settings.zone):%Y-%m-%d %H:%M}"
            for it in (found.data_missing_since, found.data_missing_until)
        )
        raise HavenError(
            "it is older than what was stored before: messages and letters from "
            f"{since} to {until} are missing, and Telegram has them no more. Stop "
            "Haven, and bring the newest copy of the database back, or its newest backup (haven "
            "restore); if there is none, ask people again what they wrote then. This is said for "
            "seven days"
        )


def _check_clock(settings: Settings) -> None:
    """Refuse a clock that the running bot found wrong within the last minutes."""
    now = SystemClock().now()
    found = _read(settings, lambda work: load_findings(work, now))
    if until := found.clock_doubted_until:
        when = datetime.fromtimestamp(until / SECOND, settings.zone)
        raise HavenError(
            f"it was set, or could not be checked after a start: until {when:%H:%M} check-ins "
            "raise no alarm. See clock_doubted in the log, and let the clock be kept right "
            "(timedatectl set-ntp true)"
        )
    if error := found.clock_error:
        seconds, way = abs(error) // SECOND, "fast" if error > 0 else "slow"
        raise HavenError(
            f"this computer's clock is {seconds} seconds {way}; set it, and let it be kept right "
            "(timedatectl set-ntp true)"
        )


def _check_polling(settings: Settings) -> None:
    """Refuse a bot that ran, and has fetched nothing for five minutes."""
    now = SystemClock().now()
    if restored := _read(settings, idle_since_restore):
        when = datetime.fromtimestamp(restored / SECOND, settings.zone)
        raise NotKnownError(
            f"these data were restored at {when:%Y-%m-%d %H:%M}; no bot has run with them since"
        )
    if since := _read(settings, lambda work: load_findings(work, now)).polling_stopped_since:
        when = datetime.fromtimestamp(since / SECOND, settings.zone)
        raise HavenError(
            f"none since {when:%Y-%m-%d %H:%M}: start Haven (haven start); if it runs, its log "
            "says why (polling_stopped, poll_failed, polling_paused, commit_failed)"
        )


def _check_on_call(settings: Settings) -> None:
    """Refuse a channel that can reach no one, and a mail server that does not answer."""
    smtp = SmtpServer.from_settings(settings)
    if smtp is not None:
        smtp.check()
    database = existing_database(settings)
    try:
        with closing(open_vault(settings, database)) as vault:
            roster = build_roster(settings, vault)
            people = database.writer.run_sync(roster.all)
    finally:
        database.writer.close()
    faults = [
        f"{it.by.id} is not reached by {channel}: {UNREACHED[channel]}"
        for it in people
        for channel in it.settings.channels
        if channel not in it.usable_channels(roster.configured)
    ]
    if settings.push_contact and find_spec("pywebpush") is None:
        faults.append(f"HAVEN_PUSH_CONTACT needs pywebpush: {pip_install('haven[push]')}")
    if faults:
        raise HavenError("; ".join(faults))
    if not people:
        raise CheckWarningError(
            "no one is on call: while no one is at the desk, no emergency is told to anyone "
            "(haven on-call set ID)"
        )


def _check_backups(settings: Settings) -> None:
    if settings.backups is None and not settings.backup_key:
        raise CheckWarningError(
            "none are made: HAVEN_BACKUPS is not set, and a lost disk loses all cases"
        )
    check_backup_settings(settings)
    folder = settings.backups
    faults = list(find_faults(folder, SystemClock().now())) if folder is not None else []
    if faults and not is_new(settings):
        raise HavenError("; ".join(faults))


def _check_disk(directory: DataDirectory) -> None:
    path = directory.path if directory.path.exists() else Path("/")
    if directory.path.exists() and is_read_only(path):
        raise HavenError("the disk is read-only; repair it, then restart Haven")
    usage = shutil.disk_usage(path)
    if usage.free < MIN_FREE_SHARE * usage.total:
        raise HavenError("less than a tenth of the disk is free")
