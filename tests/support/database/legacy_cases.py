"""Cases as an older release left them: one symmetric key each, or none, and the bot opens them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from bot.cases.intake import SAVED
from bot.cases.sealed_fields import encode, reasons_associated_data
from bot.vault import Purpose
from bot.vault.file_encryption import CHUNK_SIZE, chunk_associated_data
from bot.vault.keys.case_keys import OldSealer
from tests.support.harnesses.queue_harness import CHAT

if TYPE_CHECKING:
    from pathlib import Path

    from bot.vault.keys.case_keys import Sealer
    from tests.support.harnesses.retention_harness import RetentionHarness

PIECES = (b"a" * CHUNK_SIZE, b"b" * CHUNK_SIZE, b"the end")
"""What a saved file of an old case holds."""
PLACES = (
    ("reports", "id", "SELECT id, id, sealed FROM reports", "{case}/report/{where}"),
    ("exchanges", "id", "SELECT id, side || '/' || at, sealed FROM exchanges",
     "{case}/exchange/{where}"),
    ("custody", "id", "SELECT id, number, sealed FROM custody", "{case}/custody/{where}"),
    ("referrals", "id", "SELECT id, recipient || '/' || id, sealed FROM referrals",
     "{case}/referral/{where}"),
)  # fmt: skip


def downgrade_case(shelf: RetentionHarness, case: str, *, has_key: bool = True) -> None:
    """Seal a case of this release, on SQLite, as one before key pairs did."""
    opener = shelf.run(lambda work: shelf.opener(work, case))
    key = os.urandom(32)
    old = OldSealer(key) if has_key else shelf.vault

    def anew(purpose: Purpose, place: bytes, sealed: bytes) -> bytes:
        return old.seal(purpose, place, opener.open(purpose, place, sealed))

    with closing(sqlite3.connect(str(shelf.database.url.database))) as connection, connection:
        for table, column, sql, place in PLACES:
            for row, where, sealed in connection.execute(f"{sql} WHERE case_id = ?", (case,)):
                put = anew(Purpose.CASE, place.format(case=case, where=where).encode(), sealed)
                connection.execute(
                    f"UPDATE {table} SET sealed = ? WHERE {column} = ?",  # noqa: S608 - ours
                    (put, row),
                )
        for name, sealed in connection.execute(
            "SELECT id, sealed FROM files WHERE case_id = ?", (case,)
        ):
            put = anew(Purpose.FILE, name.encode(), sealed)
            connection.execute(
                "UPDATE files SET sealed = ?, handle = NULL, state = ? WHERE id = ?",
                (put, SAVED, name),
            )
            _write(shelf.folder / name, old, name)
        topic = shelf.vault.open(
            Purpose.TOPIC_MESSAGES, f"{case}/topic".encode(), _topic(connection, case)
        )
        connection.execute(
            "UPDATE topics SET shown = ? WHERE case_id = ?",
            (old.seal(Purpose.CASE, f"{case}/topic".encode(), topic), case),
        )
        connection.execute("UPDATE reports SET codes = NULL WHERE case_id = ?", (case,))
        connection.execute("UPDATE referrals SET asked = NULL WHERE case_id = ?", (case,))
        connection.execute("DELETE FROM receipts WHERE case_id = ?", (case,))
        connection.execute(
            "UPDATE cases SET reasons = ?, address = ? WHERE id = ?",
            (
                old.seal(Purpose.CASE, reasons_associated_data(case), encode(["other_in_danger"])),
                old.seal(Purpose.ADDRESS, case.encode(), b"%d" % (CHAT + 1)),
                case,
            ),
        )
        if has_key:
            row = shelf.vault.seal(Purpose.CASE_KEY, case.encode(), key)
            connection.execute("UPDATE case_keys SET sealed = ? WHERE case_id = ?", (row, case))
        else:
            connection.execute("DELETE FROM case_keys WHERE case_id = ?", (case,))
    shelf.vault.cases.erase(case)


def _write(path: Path, old: Sealer, name: str) -> None:
    sealed = [
        old.seal(Purpose.FILE, place, piece)
        for place, piece in zip(chunk_associated_data(name, len(PIECES)), PIECES, strict=True)
    ]
    path.write_bytes(b"".join(sealed))


def _topic(connection: sqlite3.Connection, case: str) -> bytes:
    ((shown,),) = connection.execute("SELECT shown FROM topics WHERE case_id = ?", (case,))
    return bytes(shown)
