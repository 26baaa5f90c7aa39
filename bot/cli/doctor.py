"""What `haven doctor` looks at: each check by name, with its fault or none."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app.build import open_vault
from bot.app.keys import load_host_key
from bot.app.sign_in import require_key_holder
from bot.clock import SystemClock
from bot.errors import HavenError
from bot.languages.availability import checked_bot_names, load_offer
from bot.places.registry import find_place
from bot.store.database import Database, DataDirectory
from bot.store.disk_space import is_read_only
from bot.store.migrate import LATEST_REVISION, current_revision
from bot.vault.backup.create import find_faults
from bot.vault.backup.offline_key import OfflinePublicKey
from bot.vault.erasure.erase import Erasures
from bot.vault.erasure.retention import RetentionSchedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from bot.places.taiwan.recipients import Recipient
    from bot.settings import Settings

MIN_FREE_SHARE = 0.1
"""Share of the disk that must be free: below it an operator should act."""


def run_checks(settings: Settings) -> Iterator[tuple[str, str | None]]:
    """Return every check's name and its fault, None when it is fine."""
    yield "telegram token", _fault(settings.token)
    yield "who answers", _fault(settings.public_identity)
    yield "host key", _fault(lambda: load_host_key(settings))
    directory = DataDirectory(settings.data)
    url = settings.database_url or directory.database_url
    yield "database opens, and is durable", _fault(lambda: _check_database(url))
    yield "database is at this release", schema_fault(url)
    yield "key store opens with this host key", _fault(lambda: _check_key_store(settings, url))
    yield "somebody can open what people send", _fault(lambda: _check_key_holders(settings, url))
    if not schema_fault(url):
        yield "nothing is kept too long", _fault(lambda: _check_retention(settings))
    if settings.backups is not None or settings.backup_key:
        yield "backups are made, and go in time", _fault(lambda: _check_backups(settings))
    yield "disk has room", _fault(lambda: _check_disk(directory))
    today = datetime.now(settings.zone).date()
    yield "the place", _fault(lambda: find_place(settings.place))
    yield "what people are told of it", _fault(lambda: _check_facts(settings, today))
    yield "who can be told", _fault(lambda: _check_recipients(settings, today))
    yield "languages", _fault(lambda: _check_languages(settings))
    yield "what the bot is called", _fault(lambda: checked_bot_names(settings))


def _check_facts(settings: Settings, today: date) -> None:
    _refuse_expired(find_place(settings.place).expired(today))


def _check_recipients(settings: Settings, today: date) -> None:
    _refuse_expired(expired_recipients(find_place(settings.place).recipients, today))


def expired_recipients(recipients: Mapping[str, Recipient], today: date) -> list[str]:
    """Return the codes of recipients of whom too long ago was read who they are."""
    return [code for code, it in recipients.items() if not it.is_offered(today)]


def _refuse_expired(old: list[str]) -> None:
    if old:
        raise HavenError(
            f"expired: {', '.join(old)}; read them again, and write down "
            "when (haven directory todo)"
        )


def _check_languages(settings: Settings) -> None:
    """Refuse a language that is asked for and not whole, and any that is broken."""
    offer = load_offer(settings)
    wrong = offer.refusals(() if settings.languages else offer.unfinished)
    if told := "; ".join(wrong):
        raise HavenError(told)


def schema_fault(url: str) -> str | None:
    """Return why a database cannot be read by this release, None when it can."""
    return _fault(lambda: _check_schema(url))


def existing_database(settings: Settings) -> Database:
    """Return the deployment's database to read in.

    Raises:
        HavenError: there is none, or not at this release; looking at one must not make it.
    """
    url = settings.database_url or DataDirectory(settings.data).database_url
    if fault := schema_fault(url):
        place = "HAVEN_DATABASE_URL" if settings.database_url else "HAVEN_DATA"
        raise HavenError(f"the database cannot be read: {fault} ({place} says where it is)")
    return Database(url)


def _fault(check: Callable[[], object]) -> str | None:
    try:
        check()
    except HavenError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a check that cannot even run has failed
        return f"{type(error).__name__}: {error}"
    return None


def _check_database(url: str) -> None:
    _existing(url).connect().close()


def _check_key_store(settings: Settings, url: str) -> None:
    keys = settings.keys_url or DataDirectory(settings.data).keys_url
    _existing(keys).connect().close()
    open_vault(settings, _existing(url)).close()


def _check_key_holders(settings: Settings, url: str) -> None:
    _existing(settings.keys_url or DataDirectory(settings.data).keys_url)
    vault = open_vault(settings, _existing(url))
    try:
        require_key_holder(vault)
    finally:
        vault.close()


def _check_schema(url: str) -> None:
    found = current_revision(_existing(url))
    if found != LATEST_REVISION:
        raise HavenError(f"it stands at {found}; haven start brings it to {LATEST_REVISION}")


def _existing(url: str) -> Database:
    """Return a database; looking at one must not make it."""
    database = Database(url)
    if database.dialect == "sqlite" and not Path(str(database.url.database)).exists():
        raise HavenError(f"there is none at {database.url.database}; haven start makes it")
    return database


def _check_retention(settings: Settings) -> None:
    database = existing_database(settings)
    ages, now = RetentionSchedule(settings.keep_days), SystemClock().now()
    try:
        late = database.writer.run_sync(lambda work: ages.overdue(work, now))
        left = database.writer.run_sync(Erasures.unfinished)
        is_asked = database.writer.run_sync(lambda work: ages.needs_approval(work, now))
    finally:
        database.writer.close()
    found = [f"{count} of: {what}" for what, count in late]
    found += [f"{len(left)} erasures that are not finished"] if left else []
    found += ["more than one case in twenty is due at once"] if is_asked else []
    if found:
        raise HavenError(f"{'; '.join(found)}; haven retention says why, and erases")


def _check_backups(settings: Settings) -> None:
    if settings.backups is None or not settings.backup_key:
        raise HavenError("HAVEN_BACKUPS and HAVEN_BACKUP_KEY go together: set both")
    OfflinePublicKey.parse(settings.backup_key)
    if found := list(find_faults(settings.backups, SystemClock().now())):
        raise HavenError("; ".join(found))


def _check_disk(directory: DataDirectory) -> None:
    here = directory.path if directory.path.exists() else Path("/")
    if directory.path.exists() and is_read_only(here):
        raise HavenError("the disk is read-only; mend it, then restart Haven")
    usage = shutil.disk_usage(here)
    if usage.free < MIN_FREE_SHARE * usage.total:
        raise HavenError("less than a tenth of the disk is free")
