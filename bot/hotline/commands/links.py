"""Two cases that belong together are linked; a duplicate is closed and points to the other.

Nothing of a duplicate is moved: it keeps its words, its files and its chat. What its person writes
later opens it again, as with any closed case, and whoever answers for the other one hears that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.queries import find_case_id
from bot.cases.state_machine import SENIOR_ROLES, ActionRefusal, CaseAction, CaseState
from bot.hotline.case_links import MAX_LINKS, LinkKind, Links, reference_of
from bot.hotline.chat.takeover import HandBack
from bot.hotline.commands.texts import DONE
from bot.hotline.commands.types import Verb
from bot.hotline.events import Event, EventKind
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import serves
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.hotline.case_links import Link
    from bot.hotline.commands.context import CommandContext
    from bot.hotline.commands.deadlines import DeadlineCommands
    from bot.hotline.queue.claims import Claims
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import AuditLog

DUPLICATE = "duplicate"
"""How a case ended that is the same as another."""

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


class LinkCommands:
    """Carries out what caseworkers link, inside units of work."""

    def __init__(
        self, claims: Claims, audit: AuditLog, deadline_commands: DeadlineCommands
    ) -> None:
        self._claims = claims
        self._deadline_commands = deadline_commands
        self._audit = audit

    def handle(self, order: CommandContext) -> None:
        """Do what was ordered, or say why not."""
        _HANDLERS[order.command.verb](self, order)

    @staticmethod
    def duplicate_events(work: Work, events: Sequence[Event]) -> list[Event]:
        """Return what whoever answers for another case hears: the person of a duplicate wrote."""
        return [
            Event(EventKind.LINKED, link.other, text=DUPLICATE_WROTE_AGAIN,
                  values={"reference": reference_of(work, event.case)})
            for event in events
            if event.kind is EventKind.REOPENED and not event.by
            for link in Links.of_case(work, event.case)
            if link.kind is LinkKind.DUPLICATE_OF
        ]  # fmt: skip

    def _link(self, order: CommandContext) -> None:
        other = self._find_other(order)
        if other is None or not self._move(order, CaseAction.NOTE):
            return
        if _link_between(order, other) is not None:
            order.refuse(ALREADY_LINKED)
        elif len(Links.of_case(order.work, order.case)) >= MAX_LINKS:
            order.refuse(TOO_MANY_LINKS, most=str(MAX_LINKS))
        else:
            self._add_link(order, other, LinkKind.LINKED, "link")

    def _merge(self, order: CommandContext) -> None:
        other = self._find_other(order)
        if other is None:
            return
        found = case_status.load(order.work, other)
        if found is None or found.state is CaseState.CLOSED:
            order.refuse(OTHER_CASE_CLOSED)
        elif self._deadline_commands.may_close(order) and self._move(
            order, CaseAction.CLOSE, DUPLICATE
        ):
            order.add_note()
            order.actions.append(HandBack(order.by.id, goes_on=False))
            order.add_event(EventKind.CLOSED, code=DUPLICATE)
            self._add_link(order, other, LinkKind.DUPLICATE_OF, "merge")

    def _add_link(self, order: CommandContext, other: str, kind: LinkKind, deed: str) -> None:
        Links.add(order.work, order.case, other, kind, order.by.id, order.now)
        self._record(order, other, deed)

    def _unlink(self, order: CommandContext) -> None:
        other = find_case_id(order.work, order.command.code) or ""
        link = _link_between(order, other)
        if link is None:
            order.refuse(NOT_LINKED)
        elif self._move(order, CaseAction.NOTE):
            Links.remove(order.work, order.case, other)
            if link.kind is not LinkKind.LINKED:
                self._reopen_duplicate(
                    order, order.case if link.kind is LinkKind.DUPLICATE_OF else other
                )
            self._record(order, other, "unlink")

    def _reopen_duplicate(self, order: CommandContext, duplicate: str) -> None:
        """Undo a merge: what was closed for it waits again, unless it ended otherwise since."""
        found = case_status.load(order.work, duplicate)
        if found is None or (found.state, found.disposition) != (CaseState.CLOSED, DUPLICATE):
            return
        moved = self._claims.move(order.work, duplicate, CaseAction.REOPEN, order.now)
        if not isinstance(moved, ActionRefusal):
            order.events.append(Event(EventKind.REOPENED, duplicate, order.by.id))

    def _record(self, order: CommandContext, other: str, deed: str) -> None:
        for case, to in ((order.case, other), (other, order.case)):
            self._audit.record(order.work, order.now, order.by.id, deed, case, to)
            order.events.append(Event(EventKind.LINKED, case, order.by.id))
        order.reply(DONE)

    @staticmethod
    def _find_other(order: CommandContext) -> str | None:
        """Return the other case, if whoever asks may see it; else say the one same thing."""
        other = find_case_id(order.work, order.command.code)
        if other is None or other == order.case or not may_see(order.work, order.by, other):
            order.refuse(NO_OTHER_CASE)
            return None
        return other

    def _move(self, order: CommandContext, verb: CaseAction, detail: str = "link") -> bool:
        moved = self._claims.move(order.work, order.case, verb, order.now, order.by, detail=detail)
        if isinstance(moved, ActionRefusal):
            order.refuse(moved.text)
            return False
        return True


def may_see(work: Work, by: Caseworker, case: str) -> bool:
    """Tell whether a case is theirs, waits in a queue of theirs, or they stand above."""
    found = case_status.load(work, case)
    if found is None:
        return False
    waits = found.state in case_status.QUEUED and serves(by, found.queue)
    return found.holder == by.id or waits or by.role in SENIOR_ROLES


def _link_between(order: CommandContext, other: str) -> Link | None:
    return next((it for it in Links.of_case(order.work, order.case) if it.other == other), None)


_HANDLERS: Mapping[Verb, Callable[[LinkCommands, CommandContext], None]] = {
    Verb.LINK: LinkCommands._link,  # noqa: SLF001 - a table of this class's own verbs
    Verb.MERGE: LinkCommands._merge,  # noqa: SLF001
    Verb.UNLINK: LinkCommands._unlink,  # noqa: SLF001
}
LINK_VERBS = tuple(_HANDLERS)
"""What is carried out here."""
