"""What a file of services comes to: which rows are new, which change something, which wait already.

Every row that changes something becomes a proposal, which a second person decides about at the
desk. A service that the file does not name stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.hotline.directory.model import ProposedChange
from bot.hotline.directory.spreadsheet import SheetFault, fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.hotline.directory.model import DirectoryService, Proposal
    from bot.hotline.directory.spreadsheet import SheetEntry
    from bot.hotline.directory.store import ServiceDirectory
    from bot.store.writer import Work


class RowKind(StrEnum):
    """What a row comes to."""

    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    WAITS = "waits"
    """The same is proposed already, and no one has decided about it."""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row, and what it comes to."""

    kind: RowKind
    entry: SheetEntry
    service: str = ""
    """The service that it changes; empty for a new one."""


def plan_import(
    entries: Iterable[SheetEntry],
    services: Sequence[DirectoryService],
    waiting: Sequence[Proposal],
) -> tuple[list[PlannedRow], list[SheetFault]]:
    """Return what each row comes to, or which rows name a service that is not there."""
    by_id = {it.id: it for it in services}
    by_name = {fold_name(it.content.name): it for it in services if it.ended_at is None}
    proposed = [(it.service, it.change.wanted) for it in waiting if it.change is not None]
    new = [wanted for service, wanted in proposed if service not in by_id]
    planned: list[PlannedRow] = []
    faults: list[SheetFault] = []
    for it in entries:
        found = by_id.get(it.id) if it.id else by_name.get(fold_name(it.content.name))
        if found is None and it.id:
            faults.append(
                SheetFault(it.row, "id", "names no service; leave it empty for a new one")
            )
        elif found is None:
            kind = RowKind.WAITS if it.content in new else RowKind.NEW
            planned.append(PlannedRow(kind, it))
        else:
            kind = RowKind.SAME if found.content == it.content else RowKind.CHANGE
            kind = RowKind.WAITS if (found.id, it.content) in proposed else kind
            planned.append(PlannedRow(kind, it, found.id))
    return planned, faults


def propose_rows(
    work: Work, directory: ServiceDirectory, rows: Iterable[PlannedRow], by: str, now: int
) -> list[int]:
    """Propose what a file changes; return the numbers of the proposals."""
    numbers = []
    for row in rows:
        content, verified_at = row.entry.content, row.entry.verified_at
        if row.kind is RowKind.NEW:
            proposed = directory.propose_new(work, content, by, now, verified_at=verified_at)
            numbers.append(proposed[1])
        elif row.kind is RowKind.CHANGE:
            change = ProposedChange(wanted=content, verified_at=verified_at)
            numbers.append(directory.propose_change(work, row.service, change, by, now)[1])
    return numbers
