"""Files that caseworkers gave to a desk, kept with the case, sealed.

Most were sent to the person. A file that is kept for another reason has another kind: it is sealed
with its kind, and is not found as one of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.store import Work, insert, select_one
from bot.store.tables.case_extras import sent_files
from bot.vault import Opener, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.messages import OutgoingFile

SENT: Final = "sent-file"
_ADD = insert(sent_files, "id", "case_id", "sealed")
_LOAD = select_one(sent_files, "sealed", by=("id", "case_id"))


def store(
    work: Work, vault: Vault, case: str, uploads: Iterable[OutgoingFile], kind: str = SENT
) -> None:
    """Keep files of a kind with a case."""
    sealer = vault.case_sealer(work, case)
    rows = [
        (it.id, case, sealer.seal(Purpose.CASE, _associated_data(case, kind, it.id), it.data))
        for it in uploads
    ]
    work.many(_ADD, rows)


def load(work: Work, case: str, opener: Opener, file: str, kind: str = SENT) -> bytes | None:
    """Return a file of a kind; None if there is none.

    Raises:
        DecryptionError: it was altered, belongs to another case or is of another kind.
    """
    rows = work.rows(_LOAD, file, case)
    if not rows:
        return None
    return opener.open(Purpose.CASE, _associated_data(case, kind, file), bytes(rows[0][0]))


def _associated_data(case: str, kind: str, file: str) -> bytes:
    return f"{case}|{kind}|{file}".encode()
