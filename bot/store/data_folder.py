"""Whether a deployment's data are where its settings say, before anything is opened or made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import HavenError, SettingError
from bot.store.database import Database, DataDirectory
from bot.store.faults import opening_fault
from bot.store.migrate import current_revision

if TYPE_CHECKING:
    from bot.settings import Settings

NEXT_STEP = (
    "Nothing was made. If there are data, set {setting} to where they are; a new deployment begins "
    "with: haven setup (as root), or haven staff add NAME --language TAG"
)
CLOSED = "{setting}: the database cannot be opened: {fault}. Nothing was made"
NOT_OURS = (
    "HAVEN_DATA: {path} belongs to another user. Nothing was made. Run this as that user (as root, "
    "with sudo, on a machine that haven setup installed), or give the folder to this one (chown -R)"
)
FOLDERS_OF_A_DISK = frozenset({"lost+found"})
"""What is in an empty folder if a disk of its own is mounted there."""
MADE_FIRST = frozenset({"haven.db", "haven.db-wal", "haven.db-shm", "bot.lock"})
"""What an interrupted first command leaves."""


def require_data(settings: Settings) -> None:
    """Raise SettingError, which names folder and setting, unless there are data of Haven."""
    if fault := missing_data(settings):
        raise SettingError(fault)


def require_data_or_room(settings: Settings) -> bool:
    """Tell whether a new deployment would begin; raise SettingError if there is no room for one."""
    missing = missing_data(settings)
    if missing is None:
        return False
    if has_room(settings):
        return True
    raise SettingError(closed_database(settings) or missing)


def is_new(settings: Settings) -> bool:
    """Tell whether there is nothing yet, and room for a new deployment."""
    return missing_data(settings) is not None and has_room(settings)


def has_room(settings: Settings) -> bool:
    """Tell whether a new deployment may begin in this folder.

    It may not next to other files, or to half of a deployment: a new one would look like the old
    one without its cases. Nor where a database does not open: what is in it is not known.
    """
    if closed_database(settings) or (settings.keys_url and _has_tables(settings.keys_url)):
        return False
    try:
        return not _contents(settings.data) - MADE_FIRST
    except FileNotFoundError:
        return True
    except OSError:
        return False


def closed_database(settings: Settings) -> str | None:
    """Return which database of the settings does not open, and why; None if all do."""
    for setting, url in (
        ("HAVEN_DATABASE_URL", settings.database_url),
        ("HAVEN_KEYS_URL", settings.keys_url),
    ):
        if url and (fault := _opening_fault(url)):
            return CLOSED.format(setting=setting, fault=fault)
    return None


def missing_data(settings: Settings) -> str | None:
    """Return what is wrong if there are no data, in one line; None if there are some.

    A database that does not open may have data. Its fault is returned where the folder is missing,
    so that no one looks for the folder; else what opens the database names it.
    """
    setting = "HAVEN_DATABASE_URL" if settings.database_url else "HAVEN_DATA"
    if not settings.database_url and _is_closed(settings.data):
        return NOT_OURS.format(path=settings.data.absolute())
    if not settings.database_url:
        what = _fault_of_folder(settings.data)
    elif not _has_tables(settings.database_url):
        what = f"{_named(settings.database_url)} holds no tables of Haven"
    elif not settings.data.exists():
        if fault := _opening_fault(settings.database_url):
            return CLOSED.format(setting=setting, fault=fault)
        setting = "HAVEN_DATA"
        what = f"{settings.data.absolute()} does not exist, but the database has data"
    else:
        return None
    named = setting if setting[6:].lower() in settings.named else f"{setting} (not set)"
    return f"{named}: {what}. {NEXT_STEP.format(setting=setting)}" if what else None


def _is_closed(folder: Path) -> bool:
    """Tell whether a folder exists and this user may not read it, or what is in it."""
    try:
        _contents(folder)
    except PermissionError:  # its own, of a folder above it, or of one in it
        return True
    except OSError:
        return False
    return False


def _named(url: str) -> str:
    """Return the name of a database; of a file, its whole path."""
    database = Database(url)
    name = str(database.url.database)
    return str(Path(name).absolute()) if database.dialect == "sqlite" else name


def _fault_of_folder(folder: Path) -> str:
    """Return why a data folder has no database; "" if it has one."""
    path = folder.absolute()  # a relative one means another folder in every place
    try:
        found = _contents(folder)
    except FileNotFoundError:
        return f"{path} does not exist"
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    if "haven.db" in found:
        has_tables = _has_tables(DataDirectory(folder).database_url)
        return "" if has_tables else f"{path} has a haven.db without tables"
    if parts := sorted(found & {"keys.db", "files"}):
        return f"{path} has {' and '.join(parts)}, but no haven.db"
    return f"{path} has other files, and no haven.db" if found else f"{path} is empty"


def _contents(folder: Path) -> set[str]:
    """Return what a folder holds; an empty `files` is nothing, nor is what is hidden."""
    names = {it.name for it in folder.iterdir()}
    if "files" in names and not any((folder / "files").iterdir()):
        names.remove("files")
    return {it for it in names if not it.startswith(".")} - FOLDERS_OF_A_DISK


def _has_bytes(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _has_tables(url: str) -> bool:
    """Tell whether a database has tables of Haven; one that does not open may have some."""
    try:
        return _looked_into(url)
    except Exception:  # noqa: BLE001 - any driver's error: `_opening_fault` names it
        return True


def _opening_fault(url: str) -> str | None:
    """Return why a database does not open, with what to do; None if it does."""
    try:
        _looked_into(url)
    except HavenError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - any driver's error
        return opening_fault(error)
    return None


def _looked_into(url: str) -> bool:
    """Tell whether a database has tables of Haven; raise what its driver raises."""
    database = Database(url)
    if database.dialect == "sqlite" and not _has_bytes(Path(str(database.url.database))):
        return False  # to look would write to it
    return current_revision(database) is not None
