"""The files of a case as evidence: type, digest and integrity of each, and who may export them.

Files stay encrypted as they arrived; nothing is unpacked. Reading one adds an entry to the custody
log.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.cases.evidence.custody_comparison import ListedFile, find_differences, iso_time
from bot.cases.evidence.custody_log import CustodyAction, CustodyEntry, CustodyEvent, CustodyLog
from bot.cases.evidence.file_type import matches_stated_type
from bot.cases.intake import SAVED
from bot.cases.sealed_fields import decode_file
from bot.cases.state_machine import Role
from bot.errors import DecryptionError, EvidenceError
from bot.store import Work, select_by, select_one
from bot.store.tables.main import cases, files, staff
from bot.vault import AuditLog, Keyring, Opener, Purpose, Vault
from bot.vault.file_encryption import open_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.conversation import FileRef
    from bot.store.blobs.protocol import Blobs

MISSING, ALTERED, UNPROVEN = "missing", "altered", "unproven"
"""The bytes do not exist; are not what was received; have no digest in the custody log."""

_BY_REFERENCE = select_one(cases, "id", "holder", by="reference")
_STAFF_ROLE = select_one(staff, "role", "state", by="id")
_ORDER = ("number", "created_at", "id")
_COLUMNS = ("id", "state", "sealed", "size", "created_at")
_FILES = select_by(files, *_COLUMNS, by="case_id", order_by=_ORDER)


def load_file_notes(work: Work, case: str, opener: Opener) -> list[tuple[str, FileRef]]:
    """Return the ids and descriptions of the files of a case, in order.

    Raises:
        DecryptionError: one of them was altered.
    """
    return [
        (name, decode_file(opener.open(Purpose.FILE, name.encode(), bytes(sealed))).note)
        for name, _state, sealed, *_rest in work.rows(_FILES, case)
    ]


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file of a case."""

    number: int
    """From 1, as the files reached the case; those of one report in order of arrival."""
    id: str
    state: str
    kind: str
    """As stated by Telegram: photo, voice, document, ..."""
    name: str
    """As stated by the sender; never used as a file name on disk."""
    mime: str
    caption: str
    size: int
    reached_case_at: int
    """When the person sent it on to staff, in microseconds since 1970."""
    arrived_at: int
    """When it arrived here, before or as it reached the case."""
    sent_at: int = 0
    """When the channel says it was sent; 0: not known."""
    message: int = 0
    """The channel's number of its message; 0: not known."""
    digest: str = ""
    """SHA-256 of the bytes as received; empty before that, or where it was not recorded."""
    detected_type: str = ""

    @property
    def matches_stated_type(self) -> bool | None:
        """Whether it is what it is said to be; None where that is not known."""
        if not self.detected_type:
            return None
        return matches_stated_type(self.detected_type, self.kind, self.mime)

    @property
    def is_saved(self) -> bool:
        """Whether its bytes are stored."""
        return self.state == SAVED

    @property
    def as_listed(self) -> ListedFile:
        """Return what can be compared with the custody log."""
        return ListedFile(
            self.id, self.number, self.is_saved, self.size, self.detected_type,
            iso_time(self.arrived_at), iso_time(self.reached_case_at),
            iso_time(self.sent_at) if self.sent_at else "", self.message,
        )  # fmt: skip


class EvidenceStore:
    """The files of cases, used inside units of work."""

    def __init__(self, vault: Vault, blobs: Blobs, keyring: Keyring | None = None) -> None:
        """Open the files in a storage; without the keyring of a reader nothing can be opened."""
        self._vault = vault
        self._blobs = blobs
        self._keyring = keyring
        self.custody = CustodyLog(vault, AuditLog(vault), keyring)

    @staticmethod
    def find_case_id(work: Work, reference: str) -> str:
        """Return the id of the case with a reference; EvidenceError if there is none."""
        rows = work.rows(_BY_REFERENCE, reference)
        if not rows:
            raise EvidenceError(f"there is no case {reference}; haven cases list shows them")
        return str(rows[0][0])

    @staticmethod
    def check_access(work: Work, reference: str, who: str) -> None:
        """Check that a caseworker may export the files of a case.

        Raises:
            EvidenceError: the case is not assigned to them and they are no supervisor, or they have
                no access at all.
        """
        known = work.rows(_STAFF_ROLE, who)
        if not known or known[0][1] != "active":
            raise EvidenceError(f"{who} is no caseworker with access; haven staff list shows them")
        holder = work.rows(_BY_REFERENCE, reference)
        is_holder = bool(holder) and holder[0][1] == who
        if known[0][0] != Role.SUPERVISOR and not is_holder:
            raise EvidenceError(
                f"{reference} is not assigned to {who}, who is no supervisor: they claim it at the "
                "desk first"
            )

    def lock(self, work: Work, case: str) -> None:
        """Let no file be saved, and nothing be logged, until the unit of work ends.

        Then the files and the custody log agree, however many statements read them.

        Raises:
            EvidenceError: the case was erased.
        """
        if not self.custody.lock(work, case):
            raise EvidenceError("the case was erased meanwhile")

    def list_files(self, work: Work, case: str) -> list[EvidenceFile]:
        """Return the files of a case, in order of arrival.

        Raises:
            DecryptionError: a row of them, or of the custody log, was altered.
        """
        opener = self.opener(case)
        receipts = {
            entry.file: entry
            for entry in self.custody.of_case(work, case)
            if entry.deed == CustodyAction.RECEIVED
        }
        rows = enumerate(work.rows(_FILES, case), 1)
        return [_evidence_file(opener, number, row, receipts.get(row[0])) for number, row in rows]

    def find_difference(self, work: Work, case: str) -> str | None:
        """Return the first thing that the list of a case says otherwise than its custody log.

        In a unit that writes, `lock` comes first.

        Raises:
            DecryptionError: a row of them, or of the custody log, was altered.
        """
        listed = [it.as_listed for it in self.list_files(work, case)]
        return next(find_differences(listed, self.custody.of_case(work, case)), None)

    def opener(self, case: str) -> Opener:
        """Return the opener of the files of a case.

        Raises:
            CaseNotReadableError: the reader may not open the case.
        """
        return self._vault.cases.opener(case, self._keyring)

    def read_chunks(self, opener: Opener, item: EvidenceFile) -> Iterator[bytes]:
        """Yield the bytes of a file as received.

        Raises:
            DecryptionError: they were altered.
            FileNotFoundError: they do not exist.
            FileStorageError: the storage of files cannot be read.
        """
        return open_chunks(opener, item.id, self._blobs)

    def record(
        self, work: Work, case: str, items: list[EvidenceFile], action: CustodyAction, actor: str,
        now: int,
    ) -> None:  # fmt: skip
        """Record what is done to files, before it is."""
        for item in items:
            event = CustodyEvent(
                at=now, actor=actor, action=action, file=item.id, digest=item.digest, size=item.size
            )
            self.custody.record(work, case, event)

    def verify_files(self, opener: Opener, items: Sequence[EvidenceFile]) -> dict[int, str]:
        """Read every file completely; return the faults, by number, of those not as received.

        Call it outside units of work: files may come from another machine.

        Raises:
            FileStorageError: the storage of files cannot be read.
        """
        found = {it.number: self._verify_file(opener, it) for it in items if it.is_saved}
        return {number: fault for number, fault in found.items() if fault}

    def _verify_file(self, opener: Opener, item: EvidenceFile) -> str:
        seen = sha256()
        try:
            for chunk in self.read_chunks(opener, item):
                seen.update(chunk)
        except OSError:
            return MISSING
        except DecryptionError:
            return ALTERED
        if not item.digest:
            return UNPROVEN
        return "" if seen.hexdigest() == item.digest else ALTERED


def _evidence_file(
    opener: Opener, number: int, row: tuple[str, str, bytes, int, int], receipt: CustodyEntry | None
) -> EvidenceFile:
    name, state, sealed, size, reached_at = row
    note = decode_file(opener.open(Purpose.FILE, name.encode(), bytes(sealed))).note
    digest, looks = (receipt.digest, receipt.detail) if receipt else ("", "")
    return EvidenceFile(
        number, name, state, note.kind, note.name, note.mime, note.caption, size, reached_at,
        note.arrived_at or reached_at, note.sent_at, note.message, digest, looks,
    )  # fmt: skip
