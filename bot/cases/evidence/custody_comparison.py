"""A list of files compared with the custody log of the case: what both of them say is equal.

The log is a chain that its head proves; a list is not. So a list that leaves out a file, or says
something else of one than the log does, was changed. Entries before 0.4.0 say less: what an entry
does not say is not compared. Files that wait or were too large have no entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.cases.evidence.custody_log import CustodyAction
from bot.clock import to_utc
from bot.vault import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.cases.evidence.custody_log import CustodyEntry

_ARRIVALS = frozenset({CustodyAction.RECEIVED.value, CustodyAction.LOST.value})
NOT_AS_LOGGED = "is not what the custody log says"


class ListedFile(NamedTuple):
    """What a list says of a file; times as `iso_time` writes them, empty for none."""

    id: str
    number: int
    is_saved: bool
    size: int
    detected_type: str
    came_at: str
    reached_case_at: str
    channel_date: str
    channel_number: int


def iso_time(at: int) -> str:
    """Return a moment as a list of files writes it."""
    return to_utc(at).isoformat(timespec="seconds")


def find_differences(listed: Sequence[ListedFile], ledger: Iterable[CustodyEntry]) -> Iterator[str]:
    """Yield a sentence for each difference between a list, in its order, and the custody log."""
    rows = list(ledger)
    arrivals = _arrivals(rows)
    gone = {it.file for it in rows if it.deed == CustodyAction.MISSING}
    yield from _unlisted(listed, arrivals)
    yield from _misplaced(listed, arrivals)
    for it in listed:
        if (arrival := arrivals.get(it.id)) is not None:
            for name in _differing(it, arrival, is_gone=it.id in gone):
                yield f"file {it.number}: {name} {NOT_AS_LOGGED}"


def _arrivals(rows: Iterable[CustodyEntry]) -> dict[str, CustodyEntry]:
    """Return the first entry about each file a person sent.

    Proofs of a report to an authority stand in the log as well: those a caseworker received.
    """
    return {it.file: it for it in rows if it.deed in _ARRIVALS and it.actor == SYSTEM}


def _unlisted(listed: Sequence[ListedFile], arrivals: dict[str, CustodyEntry]) -> Iterator[str]:
    known: set[str] = set()
    for it in listed:
        if it.id in known:
            yield f"file {it.number} is listed twice"
        known.add(it.id)
    for name, row in arrivals.items():
        if name not in known:
            what = f"file {row.file_number}" if row.file_number else "a file"
            yield f"{what} is not listed: row {row.number} of the custody log is about it"


def _misplaced(listed: Sequence[ListedFile], arrivals: dict[str, CustodyEntry]) -> Iterator[str]:
    """Yield which files do not stand in the order of their numbers in the log."""
    logged = [(it, arrivals[it.id].file_number) for it in listed if it.id in arrivals]
    placed = [(it, number) for it, number in logged if number]
    for (it, number), right in zip(placed, sorted(number for _it, number in placed), strict=True):
        if number != right:
            yield f"file {it.number}: its number {NOT_AS_LOGGED}, which is {number}"


def _differing(it: ListedFile, arrival: CustodyEntry, *, is_gone: bool) -> Iterator[str]:
    """Yield names of what a list says otherwise than the log."""
    is_received = arrival.deed == CustodyAction.RECEIVED
    if it.is_saved is not (is_received and not is_gone):
        yield "whether it was saved"
    if it.is_saved and it.size != arrival.size:
        yield "its size"
    if it.detected_type != (arrival.detail if is_received else ""):
        yield "its detected type"
    if arrival.arrived_at:
        yield from _differing_arrival(it, arrival)
    if arrival.reached_at and it.reached_case_at != iso_time(arrival.reached_at):
        yield "when it reached the case (reached_case_at)"


def _differing_arrival(it: ListedFile, arrival: CustodyEntry) -> Iterator[str]:
    if it.came_at != iso_time(arrival.arrived_at):
        yield "when it arrived (came_at)"
    if it.channel_date != (iso_time(arrival.sent_at) if arrival.sent_at else ""):
        yield "the date of its message (channel_date)"
    if it.channel_number != arrival.message:
        yield "the number of its message (channel_number)"
