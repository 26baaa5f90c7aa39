"""Deliveries as rows, used inside units of work.

Every statement that changes a delivery asks for the state it may be changed in, so that of two
that come at the same time one does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_

from bot.hotline.deliveries.model import ENDS_IT, READABLE, READABLE_FOR, ReferralDelivery
from bot.partners.delivered import DeliveryState, PartnerAnswer
from bot.store.statements import count, delete_by, insert, select_by, select_one, update_by
from bot.store.tables.deliveries import (
    DELIVERY_IS_OPEN,
    delivery_copies,
    delivery_stops,
    referral_deliveries,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.writer import Work

_COLUMNS = (
    "id", "case_id", "referral", "recipient", "partner_id", "state", "sent_at", "ends_at",
    "opened_at", "opened_by", "answer", "answered_at", "closed_at",
)  # fmt: skip
_IS_READABLE = or_(*(referral_deliveries.c.state == it.value for it in sorted(READABLE)))
_ADD = insert(referral_deliveries, *_COLUMNS[:8])
_ADD_COPY = insert(delivery_copies, "delivery_id", "member_id", "case_id", "sealed")
_ONE = select_one(referral_deliveries, *_COLUMNS, by="id")
_LOCKED = select_one(referral_deliveries, *_COLUMNS, by="id", lock=True)
_OF_CASE = select_by(referral_deliveries, *_COLUMNS, by="case_id", order_by=("sent_at", "id"))
_OF_REFERRAL = select_by(
    referral_deliveries, *_COLUMNS, by=("case_id", "referral"), order_by=("sent_at", "id"),
    lock=True,
)  # fmt: skip
_OF_PARTNER = select_by(
    referral_deliveries, *_COLUMNS, by="partner_id",
    order_by=(referral_deliveries.c.sent_at.desc(), "id"),
)  # fmt: skip
_OPEN = select_by(referral_deliveries, *_COLUMNS, by=DELIVERY_IS_OPEN, order_by="ends_at")
_OPENED = update_by(
    referral_deliveries, "opened_at", "opened_by", "ends_at",
    by=("id", referral_deliveries.c.state == DeliveryState.NEW.value),
    constants={"state": DeliveryState.OPENED.value},
)  # fmt: skip
_ANSWER = update_by(
    referral_deliveries, "state", "answer", "answered_at", "closed_at", by=("id", _IS_READABLE)
)
_CLOSE = update_by(
    referral_deliveries, "state", "closed_at",
    by=("id", referral_deliveries.c.closed_at.is_(None)),
)  # fmt: skip
_REVOKE_DONE = update_by(referral_deliveries, "state", by="id")
_COPY = select_one(delivery_copies, "sealed", by=("delivery_id", "member_id"))
_COPY_COUNT = count(delivery_copies, by="delivery_id")
_DELETE_COPIES = delete_by(delivery_copies, by="delivery_id")
_ADD_STOP = insert(delivery_stops, "delivery_id", "partner_id", "at", unless_exists="delivery_id")
_STOPS = select_by(delivery_stops, "delivery_id", "at", by="partner_id", order_by="at")
_END_STOP = delete_by(delivery_stops, by=("delivery_id", "partner_id"))
_MEMBER_COPIES = delete_by(delivery_copies, by=delivery_copies.c.member_id == bindparam("member"))


class Deliveries:
    """The deliveries of cases and partners."""

    @staticmethod
    def add(work: Work, new: ReferralDelivery, copies: Sequence[tuple[int, bytes]]) -> None:
        """Store a delivery with the copy of each member."""
        work.run(
            _ADD, new.number, new.case, new.referral, new.recipient, new.partner,
            new.state.value, new.sent_at, new.ends_at,
        )  # fmt: skip
        work.many(_ADD_COPY, [(new.number, member, new.case, sealed) for member, sealed in copies])

    @staticmethod
    def find(work: Work, number: str) -> ReferralDelivery | None:
        """Return a delivery by its number; None if there is none."""
        rows = work.rows(_ONE, number)
        return _delivery(rows[0]) if rows else None

    @staticmethod
    def find_locked(work: Work, number: str) -> ReferralDelivery | None:
        """Return a delivery by its number, locked until this unit ends; None if there is none."""
        rows = work.rows(_LOCKED, number)
        return _delivery(rows[0]) if rows else None

    @staticmethod
    def of_case(work: Work, case: str) -> list[ReferralDelivery]:
        """Return the deliveries of a case, oldest first."""
        return [_delivery(row) for row in work.rows(_OF_CASE, case)]

    @staticmethod
    def of_partner(work: Work, partner: int) -> list[ReferralDelivery]:
        """Return the deliveries of a partner, newest first."""
        return [_delivery(row) for row in work.rows(_OF_PARTNER, partner)]

    @staticmethod
    def all_open(work: Work) -> list[ReferralDelivery]:
        """Return the deliveries that are not closed, the one that ends first first."""
        return [_delivery(row) for row in work.rows(_OPEN)]

    @staticmethod
    def copy_of(work: Work, number: str, member: int) -> bytes | None:
        """Return the sealed copy of a member; None if there is none for them."""
        rows = work.rows(_COPY, number, member)
        return bytes(rows[0][0]) if rows else None

    @staticmethod
    def has_copies(work: Work, number: str) -> bool:
        """Tell whether a member could still open it."""
        return bool(work.rows(_COPY_COUNT, number)[0][0])

    @staticmethod
    def delete_copies_of_member(work: Work, member: int) -> int:
        """Delete the copies of a member who leaves; return how many."""
        return work.run(_MEMBER_COPIES, member)

    @staticmethod
    def mark_opened(work: Work, number: str, member: int, now: int) -> bool:
        """Record the first opening; tell whether it was the first."""
        return bool(work.run(_OPENED, now, member, now + READABLE_FOR, number))

    @classmethod
    def answer(
        cls, work: Work, delivery: ReferralDelivery, answer: PartnerAnswer, now: int
    ) -> bool:
        """Record an answer; delete the copies where the partner needs them no more."""
        ends = answer in ENDS_IT
        state = DeliveryState.DONE if ends else DeliveryState.ANSWERED
        # A question does not undo that it was accepted.
        shown = delivery.answer if answer is PartnerAnswer.ASKED and delivery.answer else answer
        is_stored = work.run(
            _ANSWER, state.value, shown.value, now, now if ends else None, delivery.number
        )
        if is_stored and ends:
            work.run(_DELETE_COPIES, delivery.number)
        return bool(is_stored)

    @staticmethod
    def close(work: Work, delivery: ReferralDelivery, state: DeliveryState, now: int) -> bool:
        """Close an open delivery and delete its copies; a second time changes nothing."""
        work.run(_DELETE_COPIES, delivery.number)
        return bool(work.run(_CLOSE, state.value, now, delivery.number))

    @classmethod
    def take_back(cls, work: Work, case: str, referral: str, now: int) -> list[ReferralDelivery]:
        """Close the deliveries of a referral whose consent was revoked; return those.

        What was opened stays in the partner's list, with the request to delete it.
        """
        found = [_delivery(row) for row in work.rows(_OF_REFERRAL, case, referral)]
        for it in found:
            if not cls.close(work, it, DeliveryState.TAKEN_BACK, now) and it.opened_at is not None:
                work.run(_REVOKE_DONE, DeliveryState.TAKEN_BACK.value, it.number)
            if it.opened_at is not None:
                cls.mark_stopped(work, it, now)
        return found

    @staticmethod
    def mark_stopped(work: Work, it: ReferralDelivery, now: int) -> None:
        """Ask the partner to delete what they noted of a delivery."""
        work.run(_ADD_STOP, it.number, it.partner, now)

    @staticmethod
    def stops(work: Work, partner: int) -> dict[str, int]:
        """Return the numbers of what a partner is asked to delete, and since when."""
        return {str(number): int(at) for number, at in work.rows(_STOPS, partner)}

    @staticmethod
    def confirm_deleted(work: Work, partner: int, number: str) -> bool:
        """Record that a partner has deleted what they read; tell whether they were asked to."""
        return bool(work.run(_END_STOP, number, partner))


def stop_partners(work: Work, _key: bytes, case: str, now: int) -> int:
    """Ask partners to delete what they read of a case that is being erased; no row is erased."""
    for it in Deliveries.of_case(work, case):
        if it.opened_at is not None:
            Deliveries.mark_stopped(work, it, now)
    return 0


def _delivery(row: Sequence[Any]) -> ReferralDelivery:
    number, case, referral, recipient, partner, state, sent_at, ends_at, *rest = row
    opened_at, opened_by, answer, answered_at, closed_at = rest
    return ReferralDelivery(
        number, case, referral, recipient, partner, DeliveryState(state), sent_at, ends_at,
        opened_at, opened_by, None if answer is None else PartnerAnswer(answer), answered_at,
        closed_at,
    )  # fmt: skip
