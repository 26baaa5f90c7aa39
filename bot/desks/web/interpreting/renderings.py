"""Renderings in the timeline of a case: next to the message they are of, or on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.desks.web.case.timeline import EntryKind, TimelineEntry, order_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.desks.web.case.view import CaseView
    from bot.desks.web.request import DeskRequest
    from bot.hotline.interpreting.texts import SharedText


class InterpretedEntry(NamedTuple):
    """Words that are no message, and who interprets them."""

    shared: SharedText
    by: str
    """The pseudonym of the interpreter."""


def count_interpreted(shared: Iterable[SharedText]) -> int:
    """Return a number that grows with every shared text and every rendering."""
    return sum(1 + len(it.renderings) for it in shared)


def interpreted_entries(
    request: DeskRequest, view: CaseView, shared: Sequence[SharedText]
) -> list[TimelineEntry]:
    """Return the entries of what was shared and is no message of the case."""
    return [
        TimelineEntry(
            f"interpreted-{it.id}", EntryKind.INTERPRETED,
            order_of(EntryKind.INTERPRETED, it.at, it.id),
            InterpretedEntry(it, view.interpreter_of(it)),
            happened_at=it.newest.at if it.newest else it.at,
            is_own=it.newest is None and view.access.is_mine and bool(request.caseworker.id),
        )
        for it in shared
        if it.message is None
    ]  # fmt: skip
