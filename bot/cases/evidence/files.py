"""The files of a case as evidence: what each is, what its digest is, whether it still is that.

What a person sent stays as it came, sealed; nobody looks inside it, and nothing is unpacked.
Whoever reads a file leaves a row in the custody ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.cases.evidence.custody_log import Custody, Deed
from bot.cases.evidence.file_type import is_as_stated
from bot.cases.intake import SAVED
from bot.cases.sealed_fields import read_file
from bot.cases.state_machine import Role
from bot.errors import DoesNotOpen, EvidenceRefused
from bot.store.compiled import Prepared
from bot.store.tables.main import cases, files, staff
from bot.vault import Audit, Purpose
from bot.vault.file_encryption import open_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.cases.evidence.custody_log import Broken, Entry
    from bot.conversation import FileNote
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
_STAFF = Prepared(
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
_NOTES = Prepared(
    lambda _: (
        select(files.c.id, files.c.sealed)
        .where(files.c.case_id == bindparam("case"))
        .order_by(files.c.created_at, files.c.id)
    ),
    "case",
)


def notes_of(work: Work, case: str, opener: Opener) -> list[tuple[str, FileNote]]:
    """Return the files of a case in their order, by name, with what was said of each.

    Raises:
        DoesNotOpen: one of them was altered.
    """
    return [
        (name, read_file(opener.open(Purpose.FILE, name.encode(), bytes(sealed))).note)
        for name, sealed in work.rows(_NOTES, case)
    ]


@dataclass(frozen=True, slots=True)
class Item:
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
    came_at: int
    digest: str = ""
    """SHA-256 of its bytes as they came; empty while they have not, and where nobody noted it."""
    looks: str = ""
    """What it is by its first bytes."""

    @property
    def is_as_stated(self) -> bool | None:
        """Tell whether it is what was said of it; None where that is not known."""
        return is_as_stated(self.looks, self.kind, self.mime) if self.looks else None

    @property
    def is_saved(self) -> bool:
        """Tell whether its bytes lie here."""
        return self.state == SAVED


@dataclass(frozen=True, slots=True)
class Fault:
    """One file that is not what it was."""

    number: int
    fault: str


class Evidence:
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
        self.custody = Custody(vault, Audit(vault), keyring)

    @staticmethod
    def case_called(work: Work, reference: str) -> str:
        """Return the case with a reference.

        Raises:
            EvidenceRefused: there is none.
        """
        rows = work.rows(_BY_REFERENCE, reference)
        if not rows:
            raise EvidenceRefused(f"there is no case {reference}; haven cases list shows them")
        return str(rows[0][0])

    @staticmethod
    def see_allowed(work: Work, reference: str, who: str) -> None:
        """See that a caseworker may take files of a case out of this house.

        Raises:
            EvidenceRefused: they neither hold the case nor supervise, or have no access.
        """
        known = work.rows(_STAFF, who)
        if not known or known[0][1] != "active":
            raise EvidenceRefused(
                f"{who} is no caseworker with access; haven staff list shows them"
            )
        holder = work.rows(_BY_REFERENCE, reference)
        is_holder = bool(holder) and holder[0][1] == who
        if known[0][0] != Role.SUPERVISOR and not is_holder:
            raise EvidenceRefused(f"{who} neither answers for {reference} nor supervises")

    def items(self, work: Work, case: str) -> list[Item]:
        """Return the files of a case, the first that came first.

        Raises:
            DoesNotOpen: a row of them, or of their ledger, was altered.
        """
        opener = self.opener(work, case)
        receipts = {
            entry.file: entry
            for entry in self.custody.of_case(work, case)
            if entry.deed == Deed.RECEIVED
        }
        rows = enumerate(work.rows(_FILES, case), 1)
        return [_item(opener, number, row, receipts.get(row[0])) for number, row in rows]

    def opener(self, work: Work, case: str) -> Opener:
        """Return what opens the files of a case.

        Raises:
            NotYours: whoever reads may not open it.
        """
        keys = self._vault.cases
        return keys.opener(case, keys.sealed(work, case), self._keyring)

    def pieces(self, opener: Opener, item: Item) -> Iterator[bytes]:
        """Return the bytes of a file as they came.

        Raises:
            DoesNotOpen: they were altered.
            FileNotFoundError: they are not there.
        """
        return open_pieces(opener, item.id, self._folder / item.id)

    def note_opened(self, work: Work, case: str, items: list[Item], actor: str, now: int) -> None:
        """Write down that files are read, before one is."""
        for item in items:
            self.custody.note(
                work, case, at=now, actor=actor, deed=Deed.OPENED, file=item.id,
                digest=item.digest, size=item.size,
            )  # fmt: skip

    def look(self, opener: Opener, items: list[Item]) -> list[Fault]:
        """Read every file to its end; return those that are not what was received."""
        return [
            Fault(item.number, fault)
            for item in items
            if item.is_saved and (fault := self._fault(opener, item))
        ]

    def _fault(self, opener: Opener, item: Item) -> str:
        seen = sha256()
        try:
            for piece in self.pieces(opener, item):
                seen.update(piece)
        except OSError:
            return MISSING
        except DoesNotOpen:
            return ALTERED
        if not item.digest:
            return UNPROVEN
        return "" if seen.hexdigest() == item.digest else ALTERED

    def verify_ledger(self, work: Work, case: str) -> Broken | None:
        """Return the first row of a case's ledger that does not hold."""
        return self.custody.verify(work, case)


def _item(
    opener: Opener, number: int, row: tuple[str, str, bytes, int, int], receipt: Entry | None
) -> Item:
    name, state, sealed, size, came_at = row
    note = read_file(opener.open(Purpose.FILE, name.encode(), bytes(sealed))).note
    digest, looks = (receipt.digest, receipt.detail) if receipt else ("", "")
    return Item(
        number, name, state, note.kind, note.name, note.mime, note.caption, size, came_at, digest,
        looks,
    )  # fmt: skip
