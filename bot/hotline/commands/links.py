"""Commands that link two cases, or close one as a duplicate of the other.

Merging moves nothing: a duplicate keeps its messages, its files and its chat. When its person
writes again it reopens like any closed case, and the other case shows that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.queries import find_case_id
from bot.cases.state_machine import ActionRefusal, CaseAction, CaseState
from bot.hotline.case_links import MAX_LINKS, Link, LinkKind, Links, reference_of
from bot.hotline.commands.assignment import end_chat_and_close
from bot.hotline.commands.deadlines import may_close
from bot.hotline.commands.texts import DONE
from bot.hotline.events import Event, EventKind
from bot.hotline.queue import case_status
from bot.hotline.queue.visibility import serves, supervises
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.commands.context import CommandContext
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

DUPLICATE = "duplicate"
"""The disposition of a case that was merged into another."""

NO_OTHER_CASE = _("There is no other case with that number, or it is not yours to see.")
ALREADY_LINKED = _("These two are linked already.")
NOT_LINKED = _("These two are not linked.")
OTHER_CASE_CLOSED = _(
    "The other case is closed: open it again first, or merge the other way round."
)
TOO_MANY_LINKS = _("A case has at most {most} links.")
DUPLICATE_WROTE_AGAIN = _(
    "{reference} was merged into this case, and its person wrote again: it waits."
)


def link(context: CommandContext) -> None:
    """Link the case to another one."""
    other = _find_other(context)
    if other is None or not context.move(CaseAction.NOTE, detail="link"):
        return
    if _link_between(context, other) is not None:
        context.refuse(ALREADY_LINKED)
    elif len(Links.of_case(context.work, context.case)) >= MAX_LINKS:
        context.refuse(TOO_MANY_LINKS, most=str(MAX_LINKS))
    else:
        _add_link(context, other, LinkKind.LINKED, "link")


def merge(context: CommandContext) -> None:
    """Close the case as a duplicate of another one."""
    other = _find_other(context)
    if other is None:
        return
    status = case_status.load(context.work, other)
    if status is None or status.state is CaseState.CLOSED:
        context.refuse(OTHER_CASE_CLOSED)
    elif may_close(context) and context.move(CaseAction.CLOSE, detail=DUPLICATE):
        end_chat_and_close(context, DUPLICATE)
        _add_link(context, other, LinkKind.DUPLICATE_OF, "merge")


def unlink(context: CommandContext) -> None:
    """Remove a link; a merge that is undone reopens the duplicate."""
    other = find_case_id(context.work, context.command.code) or ""
    found = _link_between(context, other)
    if found is None:
        context.refuse(NOT_LINKED)
    elif context.move(CaseAction.NOTE, detail="link"):
        Links.remove(context.work, context.case, other)
        if found.kind in {LinkKind.DUPLICATE_OF, LinkKind.HAS_DUPLICATE}:
            is_ours = found.kind is LinkKind.DUPLICATE_OF
            _reopen_duplicate(context, context.case if is_ours else other)
        _record(context, other, "unlink")


def _add_link(context: CommandContext, other: str, kind: LinkKind, action: str) -> None:
    Links.add(context.work, context.case, other, kind, context.by.id, context.now)
    _record(context, other, action)


def _reopen_duplicate(context: CommandContext, duplicate: str) -> None:
    """Return a duplicate to the queue, unless it was closed for another reason since."""
    status = case_status.load(context.work, duplicate)
    if status is None or (status.state, status.disposition) != (CaseState.CLOSED, DUPLICATE):
        return
    claims = context.services.claims
    moved = claims.move(context.work, duplicate, CaseAction.REOPEN, context.now)
    if not isinstance(moved, ActionRefusal):
        context.events.append(Event(EventKind.REOPENED, duplicate, context.by.id))


def _record(context: CommandContext, other: str, action: str) -> None:
    audit, by = context.services.audit, context.by.id
    for case, to in ((context.case, other), (other, context.case)):
        audit.record(context.work, context.now, by, action, case, to)
        context.events.append(Event(EventKind.LINKED, case, by))
    context.reply(DONE)


def _find_other(context: CommandContext) -> str | None:
    """Return the other case; refuse alike one that does not exist and one they may not see."""
    other = find_case_id(context.work, context.command.code)
    if (
        other is None
        or other == context.case
        or not may_see(context.work, context.by, other, context.now)
    ):
        context.refuse(NO_OTHER_CASE)
        return None
    return other


def _link_between(context: CommandContext, other: str) -> Link | None:
    links = Links.of_case(context.work, context.case)
    return next((each for each in links if each.other == other), None)


def may_see(work: Work, by: Caseworker, case: str, now: int) -> bool:
    """Return whether a case is theirs, waits in a queue they serve, or they supervise it."""
    status = case_status.load(work, case)
    if status is None:
        return False
    waits = status.state in case_status.QUEUED and serves(by, status.place, now)
    return status.holder == by.id or waits or supervises(by, status.place, now)


def duplicate_events(work: Work, events: Sequence[Event]) -> list[Event]:
    """Return what other cases show when the person of their duplicate wrote again."""
    return [
        Event(EventKind.LINKED, link.other, text=DUPLICATE_WROTE_AGAIN,
              values={"reference": reference_of(work, event.case)})
        for event in events
        if event.kind is EventKind.REOPENED and not event.by
        for link in Links.of_case(work, event.case)
        if link.kind is LinkKind.DUPLICATE_OF
    ]  # fmt: skip
