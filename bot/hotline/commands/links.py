"""Two cases that belong together are linked; a duplicate is closed and points to the other.

Nothing of a duplicate is moved: it keeps its words, its files and its chat. What its person writes
later opens it again, as with any closed case, and whoever answers for the other one hears that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.queries import case_called
from bot.cases.state_machine import ABOVE, Move, Refusal, State
from bot.hotline.case_links import MOST, Kind, Links, reference_of
from bot.hotline.chat.takeover import HandBack
from bot.hotline.commands.texts import DONE
from bot.hotline.commands.types import Verb
from bot.hotline.events import Event, Happened
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import serves
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.hotline.case_links import Link
    from bot.hotline.commands.context import Order
    from bot.hotline.commands.deadlines import Clocking
    from bot.hotline.queue.claims import Claims
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import Audit

DUPLICATE = "duplicate"
"""How a case ended that is the same as another."""

NO_OTHER_CASE = _("There is no other case with that number, or it is not yours to see.")
LINKED_ALREADY = _("These two are linked already.")
NOT_LINKED = _("These two are not linked.")
IS_OVER = _("The other case is closed: open it again first, or merge the other way round.")
TOO_MANY_LINKS = _("A case has at most {most} links.")
WROTE_AGAIN = _("{reference} was merged into this case, and its person wrote again: it waits.")


class Linking:
    """Carries out what caseworkers link, inside units of work."""

    def __init__(self, claims: Claims, audit: Audit, clocking: Clocking) -> None:
        self._claims = claims
        self._clocking = clocking
        self._audit = audit

    def carry_out(self, order: Order) -> None:
        """Do what was ordered, or say why not."""
        _VERBS[order.command.verb](self, order)

    @staticmethod
    def follow(work: Work, events: Sequence[Event]) -> list[Event]:
        """Return what whoever answers for another case hears: the person of a duplicate wrote."""
        return [
            Event(Happened.LINKED, link.other, text=WROTE_AGAIN,
                  values={"reference": reference_of(work, event.case)})
            for event in events
            if event.what is Happened.REOPENED and not event.by
            for link in Links.of(work, event.case)
            if link.kind is Kind.INTO
        ]  # fmt: skip

    def _link(self, order: Order) -> None:
        other = self._other(order)
        if other is None or not self._may(order, Move.NOTE):
            return
        if _between(order, other) is not None:
            order.refuse(LINKED_ALREADY)
        elif len(Links.of(order.work, order.case)) >= MOST:
            order.refuse(TOO_MANY_LINKS, most=str(MOST))
        else:
            self._tie(order, other, Kind.LINKED, "link")

    def _merge(self, order: Order) -> None:
        other = self._other(order)
        if other is None:
            return
        found = case_status.read(order.work, other)
        if found is None or found.state is State.CLOSED:
            order.refuse(IS_OVER)
        elif self._clocking.may_close(order) and self._may(order, Move.CLOSE, DUPLICATE):
            order.keep_note()
            order.deeds.append(HandBack(order.by.id, goes_on=False))
            order.happened(Happened.CLOSED, code=DUPLICATE)
            self._tie(order, other, Kind.INTO, "merge")

    def _tie(self, order: Order, other: str, kind: Kind, deed: str) -> None:
        Links.add(order.work, order.case, other, kind, order.by.id, order.now)
        self._told(order, other, deed)

    def _unlink(self, order: Order) -> None:
        other = case_called(order.work, order.command.code) or ""
        link = _between(order, other)
        if link is None:
            order.refuse(NOT_LINKED)
        elif self._may(order, Move.NOTE):
            Links.remove(order.work, order.case, other)
            if link.kind is not Kind.LINKED:
                self._open_again(order, order.case if link.kind is Kind.INTO else other)
            self._told(order, other, "unlink")

    def _open_again(self, order: Order, duplicate: str) -> None:
        """Undo a merge: what was closed for it waits again, unless it ended otherwise since."""
        found = case_status.read(order.work, duplicate)
        if found is None or (found.state, found.disposition) != (State.CLOSED, DUPLICATE):
            return
        moved = self._claims.move(order.work, duplicate, Move.REOPEN, order.now)
        if not isinstance(moved, Refusal):
            order.events.append(Event(Happened.REOPENED, duplicate, order.by.id))

    def _told(self, order: Order, other: str, deed: str) -> None:
        for case, to in ((order.case, other), (other, order.case)):
            self._audit.note(order.work, order.now, order.by.id, deed, case, to)
            order.events.append(Event(Happened.LINKED, case, order.by.id))
        order.tell(DONE)

    @staticmethod
    def _other(order: Order) -> str | None:
        """Return the other case, if whoever asks may see it; else say the one same thing."""
        other = case_called(order.work, order.command.code)
        if other is None or other == order.case or not may_see(order.work, order.by, other):
            order.refuse(NO_OTHER_CASE)
            return None
        return other

    def _may(self, order: Order, verb: Move, detail: str = "link") -> bool:
        moved = self._claims.move(order.work, order.case, verb, order.now, order.by, detail=detail)
        if isinstance(moved, Refusal):
            order.refuse(moved.text)
            return False
        return True


def may_see(work: Work, by: Caseworker, case: str) -> bool:
    """Tell whether a case is theirs, waits in a queue of theirs, or they stand above."""
    found = case_status.read(work, case)
    if found is None:
        return False
    waits = found.state in case_status.QUEUED and serves(by, found.queue)
    return found.holder == by.id or waits or by.role in ABOVE


def _between(order: Order, other: str) -> Link | None:
    return next((it for it in Links.of(order.work, order.case) if it.other == other), None)


_VERBS: Mapping[Verb, Callable[[Linking, Order], None]] = {
    Verb.LINK: Linking._link,  # noqa: SLF001 - a table of this class's own verbs
    Verb.MERGE: Linking._merge,  # noqa: SLF001
    Verb.UNLINK: Linking._unlink,  # noqa: SLF001
}
LINKED = tuple(_VERBS)
"""What is carried out here."""
