"""Files that are gone from the storage for good: noted as missing, and an emptied bucket marked.

An operator decides it, because a bucket without a mark may also be the wrong one, or come back.
"""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import literal

from bot.app.file_storage.opening import (
    ELSEWHERE,
    IN_BUCKET,
    UNFINISHED_MOVE,
    create_folder,
    is_being_moved,
)
from bot.cases.evidence.custody_log import CustodyAction, CustodyEvent, CustodyLog
from bot.cases.intake import MISSING, SAVED
from bot.errors import DecryptionError, FileStorageError, FileStorageUnmarkedError
from bot.store.blobs.folder import FolderBlobs
from bot.store.blobs.opening import open_blobs, place_of
from bot.store.shared_values import (
    FILES_MARK,
    FILES_PLACE,
    FILES_SEEN,
    load_value,
    store_or_delete,
    store_value,
)
from bot.store.statements import select_by, update_by
from bot.store.tables.main import files
from bot.vault.audit.log import OPERATOR, AuditLog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.settings import Settings
    from bot.store.blobs.bucket import BucketBlobs
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault import Vault

BATCH = 200
"""Files of one transaction, so that a bot that runs goes on storing."""
_IS_SAVED = files.c.state == literal(SAVED)
_SAVED = select_by(files, "id", "case_id", by=_IS_SAVED, order_by="id")
_SET_MISSING = update_by(files, by=("id", _IS_SAVED), constants={"state": MISSING})


@dataclass(frozen=True, slots=True)
class LostFiles:
    """What the storage that the settings name lacks."""

    blobs: FolderBlobs | BucketBlobs
    names: tuple[tuple[str, str], ...]
    """The files of cases that are not there, each with its case."""
    total: int
    """How many files of cases should be there."""
    needs_mark: bool
    """Whether it is an empty bucket without a mark."""
    seen_at: str
    """Where the files lay last, if that is another place; else empty."""


def find_lost(settings: Settings, database: Database) -> LostFiles:
    """Return which files of cases are not where the settings say.

    Raises:
        FileStorageError: the storage does not answer, is not empty although it has no mark, or has
            the mark of another database.
    """
    blobs, run = open_blobs(settings), database.writer.run_sync
    if run(is_being_moved):
        raise FileStorageError(UNFINISHED_MOVE)
    # The rows first: a file that is stored meanwhile is then listed, or not asked for.
    saved = [(str(name), str(case)) for name, case in run(lambda work: work.rows(_SAVED))]
    mark = run(lambda work: load_value(work, FILES_MARK))
    needs_mark = _needs_mark(settings, blobs, mark, len(saved))
    stored = set() if needs_mark else {it.name for it in blobs.list() if it.is_whole}
    return LostFiles(
        blobs, tuple(it for it in saved if it[0] not in stored), len(saved), needs_mark,
        run(lambda work: _other_place(settings, work)),
    )  # fmt: skip


def _needs_mark(
    settings: Settings, blobs: FolderBlobs | BucketBlobs, mark: str | None, saved: int
) -> bool:
    """Tell whether it is an empty bucket without a mark; raise FileStorageError if it is wrong."""
    if isinstance(blobs, FolderBlobs):
        if mark is not None:
            raise FileStorageError(IN_BUCKET)
        create_folder(blobs)
        return False
    if mark is None:
        url = settings.files_url
        raise FileStorageError(ELSEWHERE.format(where=blobs.where, count=saved, url=url))
    try:
        blobs.confirm()
    except FileStorageUnmarkedError:
        blobs.require_empty()
        return True
    return False


def _other_place(settings: Settings, work: Work) -> str:
    seen = load_value(work, FILES_PLACE) or load_value(work, FILES_SEEN) or ""
    return "" if seen == place_of(settings) else seen


def accept_loss(
    settings: Settings, database: Database, vault: Vault, lost: LostFiles, now: int
) -> None:
    """Note lost files as missing in their cases, and mark a bucket that was emptied.

    It can be interrupted anywhere and begun again. The mark is a new one: what still has the old
    mark, a copy of the data or of the bucket, is that of another database from now on.

    Raises:
        FileStorageError: the bucket is not empty any more, or does not answer.
    """
    custody, run = CustodyLog(vault, AuditLog(vault)), database.writer.run_sync
    for at in range(0, len(lost.names), BATCH):
        names = lost.names[at : at + BATCH]
        run(partial(_set_missing, custody=custody, names=names, now=now))
    if not isinstance(lost.blobs, FolderBlobs) and lost.needs_mark:
        mark, place = secrets.token_hex(16), place_of(settings)
        run(lambda work: _store_mark(work, mark, place))
        lost.blobs.claim(mark)
        lost.blobs.check()


def _set_missing(
    work: Work, custody: CustodyLog, names: Sequence[tuple[str, str]], now: int
) -> None:
    for name, case in names:
        if not work.run(_SET_MISSING, name):
            continue  # its case was erased meanwhile
        event = CustodyEvent(at=now, actor=OPERATOR, action=CustodyAction.MISSING, file=name)
        with contextlib.suppress(DecryptionError):  # of a case without its key nothing is sealed
            custody.record(work, case, event)


def _store_mark(work: Work, mark: str, place: str) -> None:
    """Have the database expect a mark in a place, before the bucket has it."""
    store_value(work, FILES_MARK, mark)
    store_or_delete(work, FILES_SEEN, place)
    if load_value(work, FILES_PLACE) is not None:
        store_or_delete(work, FILES_PLACE, place)
