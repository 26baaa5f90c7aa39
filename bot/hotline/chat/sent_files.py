"""Files that caseworkers sent from a desk, kept with the case, sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store import Work, insert, select_one
from bot.store.tables.case_extras import sent_files
from bot.vault import Opener, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.messages import OutgoingFile

_ADD = insert(sent_files, "id", "case_id", "sealed")
_LOAD = select_one(sent_files, "sealed", by=("id", "case_id"))


def store(work: Work, vault: Vault, case: str, uploads: Iterable[OutgoingFile]) -> None:
    """Keep files with the case they were sent in."""
    sealer = vault.case_sealer(work, case)
    rows = [
        (it.id, case, sealer.seal(Purpose.CASE, _associated_data(case, it.id), it.data))
        for it in uploads
    ]
    work.many(_ADD, rows)


def load(work: Work, case: str, opener: Opener, file: str) -> bytes | None:
    """Return a file that was sent; None if there is none.

    Raises:
        DecryptionError: it was altered or belongs to another case.
    """
    rows = work.rows(_LOAD, file, case)
    if not rows:
        return None
    return opener.open(Purpose.CASE, _associated_data(case, file), bytes(rows[0][0]))


def _associated_data(case: str, file: str) -> bytes:
    return f"{case}|sent-file|{file}".encode()
