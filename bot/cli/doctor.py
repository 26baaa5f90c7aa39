"""What `haven doctor` looks at: each check by name, with its fault or none."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app.build import open_vault
from bot.app.keys import host_key
from bot.app.sign_in import somebody_can_open
from bot.clock import SystemClock
from bot.errors import HavenError
from bot.languages.availability import names_by, offered_by
from bot.places.registry import place_named
from bot.store.database import Database, DataDirectory
from bot.store.disk_space import is_read_only
from bot.store.migrate import HEAD, revision
from bot.vault.backup.create import faults_of
from bot.vault.backup.offline_key import PublicKey
from bot.vault.erasure.erase import Erasures
from bot.vault.erasure.retention import Ages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from bot.places.taiwan.recipients import Recipient
    from bot.settings import Settings

LEAST_FREE = 0.1
"""Share of the disk that must be free: below it an operator should act."""


def checks(settings: Settings) -> Iterator[tuple[str, str | None]]:
    """Return every check's name and its fault, None when it is fine."""
    yield "telegram token", _fault(settings.token)
    yield "who answers", _fault(settings.for_people)
    yield "host key", _fault(lambda: host_key(settings))
    directory = DataDirectory(settings.data)
    url = settings.database_url or directory.database_url
    yield "database opens, and is durable", _fault(lambda: _opens(url))
    yield "database is at this release", at_this_release(url)
    yield "key store opens with this host key", _fault(lambda: _key_fits(settings, url))
    yield "somebody can open what people send", _fault(lambda: _can_be_opened(settings, url))
    if not at_this_release(url):
        yield "nothing is kept too long", _fault(lambda: _nothing_is_late(settings))
    if settings.backups is not None or settings.backup_key:
        yield "backups are made, and go in time", _fault(lambda: _are_backed_up(settings))
    yield "disk has room", _fault(lambda: _has_room(directory))
    today = datetime.now(settings.zone).date()
    yield "the place", _fault(lambda: place_named(settings.place))
    yield "what people are told of it", _fault(lambda: _expired(settings, today))
    yield "who can be told", _fault(lambda: _recipients_expired(settings, today))
    yield "languages", _fault(lambda: _are_whole(settings))
    yield "what the bot is called", _fault(lambda: names_by(settings))


def _expired(settings: Settings, today: date) -> None:
    _were_read_lately(place_named(settings.place).expired(today))


def _recipients_expired(settings: Settings, today: date) -> None:
    _were_read_lately(recipients_too_old(place_named(settings.place).recipients, today))


def recipients_too_old(recipients: Mapping[str, Recipient], today: date) -> list[str]:
    """Return the codes of recipients of whom too long ago was read who they are."""
    return [code for code, it in recipients.items() if not it.is_offered(today)]


def _were_read_lately(old: list[str]) -> None:
    if old:
        raise HavenError(
            f"expired: {', '.join(old)}; read them again, and write down "
            "when (haven directory todo)"
        )


def _are_whole(settings: Settings) -> None:
    """Refuse a language that is asked for and not whole, and any that is broken."""
    offer = offered_by(settings)
    wrong = offer.refusals(() if settings.languages else offer.unfinished)
    if told := "; ".join(wrong):
        raise HavenError(told)


def at_this_release(url: str) -> str | None:
    """Return why a database cannot be read by this release, None when it can."""
    return _fault(lambda: _at_head(url))


def existing_database(settings: Settings) -> Database:
    """Return the deployment's database to read in.

    Raises:
        HavenError: there is none, or not at this release; looking at one must not make it.
    """
    url = settings.database_url or DataDirectory(settings.data).database_url
    if fault := at_this_release(url):
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


def _opens(url: str) -> None:
    _existing(url).connect().close()


def _key_fits(settings: Settings, url: str) -> None:
    keys = settings.keys_url or DataDirectory(settings.data).keys_url
    _existing(keys).connect().close()
    open_vault(settings, _existing(url)).close()


def _can_be_opened(settings: Settings, url: str) -> None:
    _existing(settings.keys_url or DataDirectory(settings.data).keys_url)
    vault = open_vault(settings, _existing(url))
    try:
        somebody_can_open(vault)
    finally:
        vault.close()


def _at_head(url: str) -> None:
    found = revision(_existing(url))
    if found != HEAD:
        raise HavenError(f"it stands at {found}; haven start brings it to {HEAD}")


def _existing(url: str) -> Database:
    """Return a database; looking at one must not make it."""
    database = Database(url)
    if database.dialect == "sqlite" and not Path(str(database.url.database)).exists():
        raise HavenError(f"there is none at {database.url.database}; haven start makes it")
    return database


def _nothing_is_late(settings: Settings) -> None:
    database = existing_database(settings)
    ages, now = Ages(settings.keep_days), SystemClock().now()
    try:
        late = database.writer.run_now(lambda work: ages.late(work, now))
        left = database.writer.run_now(Erasures.unfinished)
        is_asked = database.writer.run_now(lambda work: ages.is_asked(work, now))
    finally:
        database.writer.close()
    found = [f"{count} of: {what}" for what, count in late]
    found += [f"{len(left)} erasures that are not finished"] if left else []
    found += ["more than one case in twenty is due at once"] if is_asked else []
    if found:
        raise HavenError(f"{'; '.join(found)}; haven retention says why, and erases")


def _are_backed_up(settings: Settings) -> None:
    if settings.backups is None or not settings.backup_key:
        raise HavenError("HAVEN_BACKUPS and HAVEN_BACKUP_KEY go together: set both")
    PublicKey.read(settings.backup_key)
    if found := list(faults_of(settings.backups, SystemClock().now())):
        raise HavenError("; ".join(found))


def _has_room(directory: DataDirectory) -> None:
    here = directory.path if directory.path.exists() else Path("/")
    if directory.path.exists() and is_read_only(here):
        raise HavenError("the disk is read-only; mend it, then restart Haven")
    usage = shutil.disk_usage(here)
    if usage.free < LEAST_FREE * usage.total:
        raise HavenError("less than a tenth of the disk is free")
