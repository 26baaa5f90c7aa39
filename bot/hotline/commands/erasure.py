"""What a person wants erased, or takes back, as a caseworker answers it.

To erase is for whoever answers for the case, or a supervisor: nothing brings it back. To object,
and to write down what the person took back, is for whoever serves its queue as well: it takes two
to object, and a team may have nobody who stands above. An auditor changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import Kind
from bot.cases.state_machine import HOLDS_OR_ABOVE, IS_STAFF, Role
from bot.hotline.chat.messages import Content, Exchange, Side, Sort
from bot.hotline.commands.texts import DONE, NO_SUCH_AGREEMENT, NOTHING_AGREED
from bot.hotline.commands.types import Verb
from bot.hotline.erasure.requests import REFUSALS, SAID_TO_A_WISH, WHY_NOT, Answer, Wishes
from bot.hotline.events import Event, Happened
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import NOT_YOUR_QUEUE, serves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.hotline.commands.context import Order
    from bot.hotline.referrals.revoke import TakingBack
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import Audit


def may_erase(work: Work, case: str, by: Caseworker) -> bool:
    """Tell whether somebody may say that a case is erased."""
    return may_answer(work, case, by) and (
        by.role is Role.SUPERVISOR or _holds(case_status.read(work, case), by)
    )


def may_answer(work: Work, case: str, by: Caseworker) -> bool:
    """Tell whether somebody may object, or write down what the person took back."""
    found = case_status.read(work, case)
    if found is None or by.role is Role.AUDITOR or not by.is_active:
        return False
    return _holds(found, by) or serves(by, found.queue)


def _holds(found: case_status.Standing | None, by: Caseworker) -> bool:
    return found is not None and found.holder == by.id


class Wanting:
    """Carries out what caseworkers say to a person's wish, inside units of work."""

    def __init__(self, audit: Audit, taking_back: TakingBack) -> None:
        self._wishes = Wishes(audit)
        self._taking_back = taking_back

    def carry_out(self, order: Order) -> None:
        """Do what was ordered, or say why not."""
        verb, by = order.command.verb, order.by
        may = may_erase if verb is Verb.ERASE else may_answer
        if by.role is Role.AUDITOR:
            order.refuse(IS_STAFF.otherwise)
        elif not may(order.work, order.case, by):
            order.refuse(HOLDS_OR_ABOVE.otherwise if verb is Verb.ERASE else NOT_YOUR_QUEUE)
        else:
            _VERBS[verb](self, order)

    def _erase(self, order: Order) -> None:
        answer = self._wishes.confirm(order.work, order.case, order.by.id, order.now)
        self._answered(order, answer)

    def _keep(self, order: Order) -> None:
        words = order.command.words
        if not words.strip():
            order.refuse(WHY_NOT)
            return
        answer = self._wishes.object(order.work, order.case, order.by.id, order.now)
        if answer in {Answer.OBJECTED, Answer.REFUSED}:
            content = Content(words=words)
            order.exchanges.append(
                Exchange(order.case, Side.NOTE, Sort.WORDS, content, order.now, order.by.id)
            )
        self._answered(order, answer)

    @staticmethod
    def _answered(order: Order, answer: Answer) -> None:
        if answer in REFUSALS:
            order.refuse(REFUSALS[answer])
            return
        text, values = SAID_TO_A_WISH[answer], {"name": order.by.name or order.by.id}
        order.events.append(
            Event(Happened.WISHED, order.case, order.by.id, text=text, values=values)
        )
        order.tell(DONE)

    def _revoke(self, order: Order) -> None:
        code = order.command.code
        if code not in list(Kind):
            order.refuse(NO_SUCH_AGREEMENT, codes=", ".join(Kind))
            return
        events = self._taking_back.revoke(
            order.work, order.case, Kind(code), order.by.id, order.now
        )
        if events is None:
            order.refuse(NOTHING_AGREED)
            return
        order.events += events
        order.tell(DONE)


_VERBS: Mapping[Verb, Callable[[Wanting, Order], None]] = {
    Verb.ERASE: Wanting._erase,  # noqa: SLF001 - a table of this class's own verbs
    Verb.KEEP: Wanting._keep,  # noqa: SLF001
    Verb.REVOKE: Wanting._revoke,  # noqa: SLF001
}
WANTED = tuple(_VERBS)
"""What is carried out here."""
