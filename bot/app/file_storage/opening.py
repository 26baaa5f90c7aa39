"""The storage of files at a start: is it that of this database, and does it forget what it should.

A bucket that does not answer, or has no mark any more, stops no start: people are answered, and
files wait with the channel. One that the settings name for the first time has to be right.
"""

from __future__ import annotations

import secrets
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import literal

from bot.app.storage import existing_database
from bot.cases.intake import SAVED
from bot.errors import FileStorageAwayError, FileStorageError, SettingError
from bot.log import log
from bot.private_file import user_name
from bot.store.blobs.folder import FolderBlobs
from bot.store.blobs.opening import load_mark, open_blobs, place_of
from bot.store.database import DataDirectory
from bot.store.disk_space import DiskLevel, DiskSpace
from bot.store.shared_values import (
    FILES_MARK,
    FILES_PLACE,
    FILES_SEEN,
    OLD_MARK,
    TARGET_MARK,
    load_value,
    store_or_delete,
    store_value,
)
from bot.store.statements import count, select_in
from bot.store.tables.main import files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bot.settings import Settings
    from bot.store.blobs.bucket import BucketBlobs
    from bot.store.blobs.protocol import Blobs
    from bot.store.database import Database
    from bot.store.writer import Work

IN_BUCKET = (
    "HAVEN_FILES_URL: the files of this database lie in object storage. Set it to the bucket and "
    "prefix they lie in, or move them to a folder with haven files move"
)
ELSEWHERE = (
    "HAVEN_FILES_URL: {where} is empty, but cases have {count} files. Move them there first: unset "
    "HAVEN_FILES_URL, or set it to where they are, then haven files move --to {url}"
)
NO_FOLDER = "HAVEN_FILES_URL: {where}: {why}; name a folder that the user {user} may write to"
MOVED = (
    "the files of this database were moved to {where}, and HAVEN_FILES_URL names another place: "
    "{todo}, for all commands and on every machine"
)
UNFINISHED_MOVE = (
    "a move of the files was begun and not finished: stop Haven and run the same haven files move "
    "again. Until then, what is erased stays in one of the two places, where no key opens it"
)
_COUNT_SAVED = count(files, by=files.c.state == literal(SAVED))
_KNOWN = select_in(files, "id", among="id")


def checked_blobs(settings: Settings) -> Blobs:
    """Return the storage of files; raise FileStorageError unless it is that of this database."""
    blobs = open_blobs(settings)
    with closing(existing_database(settings).writer) as writer:
        writer.run_sync(partial(require_place, settings))
    if not isinstance(blobs, FolderBlobs):
        blobs.check()
    elif load_mark(settings) is not None:
        raise FileStorageError(IN_BUCKET)
    return blobs


def joined_blobs(settings: Settings) -> Blobs:
    """Return the storage of files for a process that prepares none; it may be away."""
    try:
        return checked_blobs(settings)
    except FileStorageAwayError as error:
        log.error("file_storage_failed", error=type(error).__name__)
        return open_blobs(settings)


def require_place(settings: Settings, work: Work) -> None:
    """Raise FileStorageError if the files were moved to a place that the settings do not name."""
    place = load_value(work, FILES_PLACE)
    if place is None or place == place_of(settings):
        return
    todo = f"set HAVEN_FILES_URL={place}" if place else "unset it"
    where = place or DataDirectory(settings.data).files
    raise FileStorageError(MOVED.format(where=where, todo=todo))


def check_files(settings: Settings) -> None:
    """Check the storage of files; raise FileStorageError also for a move that was not finished."""
    checked_blobs(settings)
    with closing(existing_database(settings).writer) as writer:
        if writer.run_sync(is_being_moved):
            raise FileStorageError(UNFINISHED_MOVE)


def is_being_moved(work: Work) -> bool:
    """Tell whether a move of the files was begun and is not finished."""
    return any(load_value(work, name) is not None for name in (TARGET_MARK, OLD_MARK))


def prepare_blobs(settings: Settings, database: Database) -> Blobs:
    """Return the storage of files for a start of the bot; a first start claims its bucket.

    Raises:
        SettingError: it is not that of this database, keeps what is deleted, or cannot be used.
    """
    blobs = open_blobs(settings)
    saved = database.writer.run_sync(count_saved)
    try:
        database.writer.run_sync(partial(require_place, settings))
        if isinstance(blobs, FolderBlobs):
            _prepare_folder(settings, blobs, saved)
        else:
            _prepare_bucket(settings, database, blobs, saved)
    except FileStorageError as error:
        raise SettingError(str(error)) from None
    return blobs


def count_saved(work: Work) -> int:
    """Return how many files of cases are stored."""
    return int(work.rows(_COUNT_SAVED)[0][0])


def still_saved(work: Work, names: Collection[str]) -> set[str]:
    """Return those of some files that belong to a case that was not erased meanwhile."""
    return {str(name) for (name,) in work.rows_in(_KNOWN, sorted(names))} if names else set()


def _prepare_folder(settings: Settings, blobs: FolderBlobs, saved: int) -> None:
    if load_mark(settings) is not None:
        raise FileStorageError(IN_BUCKET)
    if not settings.files_url:
        return
    create_folder(blobs)
    if saved and next(blobs.list(), None) is None:
        raise FileStorageError(
            ELSEWHERE.format(where=blobs.where, count=saved, url=settings.files_url)
        )


def create_folder(blobs: FolderBlobs) -> None:
    """Create a folder, readable for its owner alone; raise FileStorageError if that fails."""
    try:
        blobs.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FileStorageError(
            NO_FOLDER.format(where=blobs.where, why=error.strerror, user=user_name())
        ) from None
    blobs.check()


def _prepare_bucket(settings: Settings, database: Database, blobs: BucketBlobs, saved: int) -> None:
    mark = database.writer.run_sync(lambda work: load_value(work, FILES_MARK))
    if mark is None and saved:
        url = settings.files_url
        raise FileStorageError(ELSEWHERE.format(where=blobs.where, count=saved, url=url))
    try:
        if not saved:
            blobs.claim(mark or _new_mark(database))
        blobs.check()
    except FileStorageAwayError as error:
        if mark is None or not database.writer.run_sync(partial(_has_worked, settings)):
            raise  # a setting is wrong, not the network
        log.error("file_storage_failed", error=type(error).__name__)
    else:
        place = place_of(settings)
        database.writer.run_sync(lambda work: store_or_delete(work, FILES_SEEN, place))


def _has_worked(settings: Settings, work: Work) -> bool:
    """Tell whether the mark was found before where the settings name it.

    Releases that noted no place noted a mark at the first start: then the place is believed.
    """
    return load_value(work, FILES_SEEN) in {None, place_of(settings)}


def _new_mark(database: Database) -> str:
    """Store a new mark, before the bucket has it: a process that dies loses no claim so.

    Until the bucket was found with it, no start goes on without.
    """
    mark = secrets.token_hex(16)

    def store(work: Work) -> None:
        store_value(work, FILES_MARK, mark)
        store_value(work, FILES_SEEN, "")

    database.writer.run_sync(store)
    return mark


def has_room_for_files(blobs: Blobs, disk: DiskSpace, data: DataDirectory) -> Callable[[], bool]:
    """Return what tells whether files can be taken: text needs the disk of the data first."""
    if not isinstance(blobs, FolderBlobs):
        return lambda: disk.level() < DiskLevel.FULL
    if blobs.folder == data.files:
        return disk.has_space_for_files
    return partial(_has_room_in_both, disk, DiskSpace(blobs.folder))


def _has_room_in_both(data: DiskSpace, files: DiskSpace) -> bool:
    return data.level() < DiskLevel.FULL and files.has_space_for_files()
