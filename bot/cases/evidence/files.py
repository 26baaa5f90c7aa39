"""The files of a case as evidence: what each is, what its digest is, whether it still is that.

What a person sent stays as it came, sealed; nobody looks inside it, and nothing is unpacked.
Whoever reads a file leaves a row in the custody ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.cases.evidence.custody_log import CustodyAction, CustodyLog
from bot.cases.evidence.file_type import matches_stated_type
from bot.cases.intake import SAVED
from bot.cases.sealed_fields import decode_file
from bot.cases.state_machine import Role
from bot.errors import DecryptionError, EvidenceError
from bot.store.compiled import Prepared
from bot.store.tables.main import cases, files, staff
from bot.vault import AuditLog, Purpose
from bot.vault.file_encryption import open_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.cases.evidence.custody_log import CustodyEntry, CustodyFault
    from bot.conversation import FileRef
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.keys.case_keys import Opener
    from bot.vault.keys.keyring import Keyring

MISSING, ALTERED, UNPROVEN = "missing", "altered", "unproven"
"""Its bytes are not there; are not what was received; were received before receipts were kept."""

_BY_REFERENCE = Prepared(
    lambda _: select(cases.c.id, cases.c.holder).where(cases.c.reference == bindparam("wanted")),
    "wanted",
)
_STAFF_ROLE = Prepared(
    lambda _: select(staff.c.role, staff.c.state).where(staff.c.id == bindparam("who")), "who"
)
_FILES = Prepared(
    lambda _: (
        select(files.c.id, files.c.state, files.c.sealed, files.c.size, files.c.created_at)
        .where(files.c.case_id == bindparam("case"))
        .order_by(files.c.created_at, files.c.id)
    ),
    "case",
)
_FILE_NOTES = Prepared(
    lambda _: (
        select(files.c.id, files.c.sealed)
        .where(files.c.case_id == bindparam("case"))
        .order_by(files.c.created_at, files.c.id)
    ),
    "case",
)


def load_file_notes(work: Work, case: str, opener: Opener) -> list[tuple[str, FileRef]]:
    """Return the files of a case in their order, by name, with what was said of each.

    Raises:
        DecryptionError: one of them was altered.
    """
    return [
        (name, decode_file(opener.open(Purpose.FILE, name.encode(), bytes(sealed))).note)
        for name, sealed in work.rows(_FILE_NOTES, case)
    ]


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file of a case."""

    number: int
    """As people say it: the first that came is 1."""
    id: str
    state: str
    kind: str
    """What Telegram says it is: photo, voice, document, ..."""
    name: str
    """What its sender called it; never the name of a file on a disk."""
    mime: str
    caption: str
    size: int
    received_at: int
    digest: str = ""
    """SHA-256 of its bytes as they came; empty while they have not, and where nobody noted it."""
    detected_type: str = ""
    """What it is by its first bytes."""

    @property
    def matches_stated_type(self) -> bool | None:
        """Tell whether it is what was said of it; None where that is not known."""
        return (
            matches_stated_type(self.detected_type, self.kind, self.mime)
            if self.detected_type
            else None
        )

    @property
    def is_saved(self) -> bool:
        """Tell whether its bytes lie here."""
        return self.state == SAVED


@dataclass(frozen=True, slots=True)
class FileFault:
    """One file that is not what it was."""

    number: int
    fault: str


class EvidenceStore:
    """The files of cases, used inside units of work."""

    def __init__(self, vault: Vault, folder: Path, keyring: Keyring | None = None) -> None:
        """Read the files of cases.

        Args:
            vault: seals what is noted.
            folder: where files lie.
            keyring: of whoever reads; without one nothing opens.
        """
        self._vault = vault
        self._folder = folder
        self._keyring = keyring
        self.custody = CustodyLog(vault, AuditLog(vault), keyring)

    @staticmethod
    def find_case_id(work: Work, reference: str) -> str:
        """Return the case with a reference.

        Raises:
            EvidenceError: there is none.
        """
        rows = work.rows(_BY_REFERENCE, reference)
        if not rows:
            raise EvidenceError(f"there is no case {reference}; haven cases list shows them")
        return str(rows[0][0])

    @staticmethod
    def check_access(work: Work, reference: str, who: str) -> None:
        """See that a caseworker may take files of a case out of this house.

        Raises:
            EvidenceError: they neither hold the case nor supervise, or have no access.
        """
        known = work.rows(_STAFF_ROLE, who)
        if not known or known[0][1] != "active":
            raise EvidenceError(f"{who} is no caseworker with access; haven staff list shows them")
        holder = work.rows(_BY_REFERENCE, reference)
        is_holder = bool(holder) and holder[0][1] == who
        if known[0][0] != Role.SUPERVISOR and not is_holder:
            raise EvidenceError(f"{who} neither answers for {reference} nor supervises")

    def list_files(self, work: Work, case: str) -> list[EvidenceFile]:
        """Return the files of a case, the first that came first.

        Raises:
            DecryptionError: a row of them, or of their ledger, was altered.
        """
        opener = self.opener(case)
        receipts = {
            entry.file: entry
            for entry in self.custody.of_case(work, case)
            if entry.deed == CustodyAction.RECEIVED
        }
        rows = enumerate(work.rows(_FILES, case), 1)
        return [_evidence_file(opener, number, row, receipts.get(row[0])) for number, row in rows]

    def opener(self, case: str) -> Opener:
        """Return what opens the files of a case.

        Raises:
            CaseNotReadableError: whoever reads may not open it.
        """
        return self._vault.cases.opener(case, self._keyring)

    def read_chunks(self, opener: Opener, item: EvidenceFile) -> Iterator[bytes]:
        """Return the bytes of a file as they came.

        Raises:
            DecryptionError: they were altered.
            FileNotFoundError: they are not there.
        """
        return open_chunks(opener, item.id, self._folder / item.id)

    def record_opened(
        self, work: Work, case: str, items: list[EvidenceFile], actor: str, now: int
    ) -> None:
        """Write down that files are read, before one is."""
        for item in items:
            self.custody.record(
                work, case, at=now, actor=actor, action=CustodyAction.OPENED, file=item.id,
                digest=item.digest, size=item.size,
            )  # fmt: skip

    def verify_files(self, opener: Opener, items: list[EvidenceFile]) -> list[FileFault]:
        """Read every file to its end; return those that are not what was received."""
        return [
            FileFault(item.number, fault)
            for item in items
            if item.is_saved and (fault := self._verify_file(opener, item))
        ]

    def _verify_file(self, opener: Opener, item: EvidenceFile) -> str:
        seen = sha256()
        try:
            for piece in self.read_chunks(opener, item):
                seen.update(piece)
        except OSError:
            return MISSING
        except DecryptionError:
            return ALTERED
        if not item.digest:
            return UNPROVEN
        return "" if seen.hexdigest() == item.digest else ALTERED

    def verify_custody(self, work: Work, case: str) -> CustodyFault | None:
        """Return the first row of a case's ledger that does not hold."""
        return self.custody.verify(work, case)


def _evidence_file(
    opener: Opener, number: int, row: tuple[str, str, bytes, int, int], receipt: CustodyEntry | None
) -> EvidenceFile:
    name, state, sealed, size, came_at = row
    note = decode_file(opener.open(Purpose.FILE, name.encode(), bytes(sealed))).note
    digest, looks = (receipt.digest, receipt.detail) if receipt else ("", "")
    return EvidenceFile(
        number, name, state, note.kind, note.name, note.mime, note.caption, size, came_at, digest,
        looks,
    )  # fmt: skip
