"""Files that prove a report to an authority: a receipt, a confirmation of a fax, a photo.

A proof is sealed to its case like any file of it, byte for byte, and stands in the custody log. It
is never sent to the person and leaves only where a caseworker saves it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from bot.cases.evidence.custody_log import CustodyEvent
from bot.cases.evidence.file_type import IMAGE_TYPES, detect_type
from bot.hotline.chat import sent_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.cases.evidence.custody_log import CustodyAction
    from bot.messages import OutgoingFile
    from bot.store.writer import Work
    from bot.vault import Opener, Vault

PROOF_TYPES: Final = IMAGE_TYPES | {"pdf"}
"""Types of a file that is taken as a proof, by its first bytes."""
_KIND: Final = "duty-proof"


class DutyProof(msgspec.Struct, frozen=True, kw_only=True):
    """What the record of a report says of its proof."""

    id: str
    type: str
    """One of PROOF_TYPES."""
    size: int
    """In bytes."""
    digest: str
    """SHA-256 of the bytes as they were attached, in hexadecimal digits."""


def proof_of(upload: OutgoingFile) -> DutyProof:
    """Return what is recorded of an attached file."""
    return DutyProof(
        id=upload.id, type=detect_type(upload.data), size=len(upload.data),
        digest=sha256(upload.data).hexdigest(),
    )  # fmt: skip


def store(work: Work, vault: Vault, case: str, uploads: Iterable[OutgoingFile]) -> None:
    """Seal proofs to a case."""
    sent_files.store(work, vault, case, uploads, _KIND)


def custody_event(proof: DutyProof, action: CustodyAction, actor: str, now: int) -> CustodyEvent:
    """Return what the custody log of the case says of something done to a proof."""
    return CustodyEvent(
        at=now, actor=actor, action=action, file=proof.id, digest=proof.digest, size=proof.size,
        detail=proof.type,
    )  # fmt: skip


def load(work: Work, case: str, opener: Opener, proof: str) -> bytes | None:
    """Return the bytes of a proof; None if there is none.

    Raises:
        DecryptionError: it was altered, belongs to another case, or is no proof.
    """
    return sent_files.load(work, case, opener, proof, _KIND)
