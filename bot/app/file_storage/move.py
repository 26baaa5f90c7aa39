"""The move of all sealed files to another storage: copied, compared by digest, then deleted.

It can be interrupted anywhere and begun again. Until every file was compared the database names the
old storage, and after that the new one. What belongs to no case is not copied, and is deleted.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING

from bot.app.file_storage.opening import create_folder, require_place
from bot.errors import FileStorageError, SettingError
from bot.store import select_in
from bot.store.blobs.bucket import BucketBlobs
from bot.store.blobs.folder import FolderBlobs
from bot.store.blobs.opening import bucket_address, open_blobs, place_of
from bot.store.blobs.protocol import pieces_of, store_blob
from bot.store.shared_values import (
    FILES_MARK,
    FILES_PLACE,
    FILES_SEEN,
    OLD_MARK,
    TARGET_MARK,
    delete_value,
    load_value,
    store_or_delete,
    store_value,
)
from bot.store.tables.main import files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.settings import Settings
    from bot.store.blobs.protocol import Blobs
    from bot.store.database import Database
    from bot.store.writer import Work

BATCH = 500
FOLDER = "folder"
"""Stands for the mark of a folder, which has none."""
OF_SETTING = "HAVEN_FILES_URL: "
"""How errors begin about a storage that the settings name."""
SAME_PLACE = "the files are to be moved to where they are; name another folder or bucket with --to"
DIFFERS = "a file in {where} is not what was copied; haven files move tries it again"
_KNOWN = select_in(files, "id", among="id")

MoveProgress = Callable[[str, int], None]
"""Called with "copied" or "deleted", and the number of files so far."""


@dataclass(frozen=True, slots=True)
class MovedFiles:
    """What a move did."""

    copied: int
    """Files that were copied, or were there and equal."""
    deleted: int
    where: str


def move_files(
    settings: Settings, database: Database, url: str,
    on_progress: MoveProgress = lambda _step, _count: None,
) -> MovedFiles:  # fmt: skip
    """Move the files of a deployment whose bot is stopped to the storage at a URL.

    Raises:
        FileStorageError: a storage cannot be used, keeps what is deleted, or is not this
            database's. Whatever was done is kept, and the move can be begun again.
    """
    if (
        _load(database, OLD_MARK) is None
    ):  # otherwise a decided move is finished from where it began
        database.writer.run_sync(partial(require_place, settings))
    source = _source(settings, database)
    with _named_by_option():
        target = _target(settings, database, url, is_from_folder=source.is_on_disk)
    if source.where == target.where:
        raise SettingError(SAME_PLACE)
    copied = 0
    for name in _known_names(database, source):
        _copy(source, target, name)
        copied += 1
        on_progress("copied", copied)
    place, has_bucket = place_of(settings, url), not target.is_on_disk
    database.writer.run_sync(partial(_decide, place=place, has_bucket=has_bucket))
    deleted = 0
    while names := [it.name for it in islice(source.list(), BATCH)]:
        source.delete(names)
        deleted += len(names)
        on_progress("deleted", deleted)
    if isinstance(source, BucketBlobs):
        source.forget_mark()
    database.writer.run_sync(lambda work: delete_value(work, OLD_MARK))
    return MovedFiles(copied, deleted, target.where)


@contextmanager
def _named_by_option() -> Iterator[None]:
    """Let an error about the new storage name the option, which the operator typed."""
    try:
        yield
    except FileStorageError as error:
        told = str(error)
        if not told.startswith(OF_SETTING):
            raise
        raise type(error)(f"--to: {told.removeprefix(OF_SETTING)}") from None


def _source(settings: Settings, database: Database) -> Blobs:
    """Return where the files are by the settings, also if they were about to leave it."""
    found = open_blobs(settings)
    if isinstance(found, FolderBlobs):
        return found
    source = BucketBlobs(
        bucket_address(settings, settings.files_url),
        lambda: _load(database, OLD_MARK) or _load(database, FILES_MARK),
    )
    source.check()
    return source


def _target(settings: Settings, database: Database, url: str, *, is_from_folder: bool) -> Blobs:
    """Return where the files shall lie; a bucket is claimed under a mark of its own.

    The database notes that a move has begun, unless an earlier one was decided.
    """
    target, run = open_blobs(settings, url), database.writer.run_sync
    is_decided = _load(database, OLD_MARK) is not None
    if isinstance(target, FolderBlobs):
        create_folder(target)
        if not is_decided:
            run(partial(store_value, name=TARGET_MARK, value=FOLDER))
        return target
    mark = _load(database, TARGET_MARK)
    if mark is None and (is_decided or is_from_folder):
        mark = _load(database, FILES_MARK)
    if mark in {None, FOLDER}:
        mark = secrets.token_hex(16)
        run(partial(store_value, name=TARGET_MARK, value=mark))
    bucket = BucketBlobs(bucket_address(settings, url), lambda: mark)
    bucket.claim(str(mark))
    bucket.check()
    return bucket


def _decide(work: Work, *, place: str, has_bucket: bool) -> None:
    """Have the database name the new storage, unless an earlier move came as far as this."""
    target = load_value(work, TARGET_MARK)
    if target is None:
        return
    store_value(work, OLD_MARK, load_value(work, FILES_MARK) or FOLDER)
    store_or_delete(work, FILES_PLACE, place)
    store_or_delete(work, FILES_SEEN, place)
    delete_value(work, TARGET_MARK)
    if has_bucket:
        store_value(work, FILES_MARK, target)
    else:
        delete_value(work, FILES_MARK)


def _load(database: Database, name: str) -> str | None:
    return database.writer.run_sync(lambda work: load_value(work, name))


def _known_names(database: Database, source: Blobs) -> Iterator[str]:
    """Yield the names of whole files that belong to a case."""
    stored = (it.name for it in source.list() if it.is_whole)
    while names := list(islice(stored, BATCH)):
        yield from sorted(database.writer.run_sync(partial(_known, names=names)))


def _known(work: Work, names: Sequence[str]) -> set[str]:
    return {name for (name,) in work.rows_in(_KNOWN, names)}


def _copy(source: Blobs, target: Blobs, name: str) -> None:
    """Copy a file, unless it is there and equal; raise FileStorageError if the copy differs."""
    wanted = _digest(source, name)
    if target.existing([name]) and _digest(target, name) == wanted:
        return
    with source.open(name) as file:
        store_blob(target, name, pieces_of(file))
    if _digest(target, name) != wanted:
        raise FileStorageError(DIFFERS.format(where=target.where))


def _digest(blobs: Blobs, name: str) -> bytes:
    seen = sha256()
    try:
        with blobs.open(name) as file:
            for piece in pieces_of(file):
                seen.update(piece)
    except FileNotFoundError:  # an unfinished copy
        return b""
    return seen.digest()
