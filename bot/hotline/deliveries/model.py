"""A delivered referral as a value: its state, what the partner may still do with it. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Mapping  # noqa: TC003 - a constant's type is read by tools
from dataclasses import dataclass

from bot.clock import DAY
from bot.hotline.referrals.model import RecipientReply
from bot.partners.delivered import DeliveryState, PartnerAnswer

OPENED_WITHIN = 7 * DAY
"""A delivery that no one opened for so long goes back to the caseworker."""
READABLE_FOR = 90 * DAY
"""How long after it was opened a delivery can be read in the room."""
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits that are not mistaken for one another on paper."""
GROUP, GROUPS = 4, 2


READABLE = frozenset({DeliveryState.NEW, DeliveryState.OPENED, DeliveryState.ANSWERED})
"""States in which a member may read it."""


NEEDS_WORDS = frozenset({PartnerAnswer.ASKED})
ENDS_IT = frozenset({PartnerAnswer.NO_PLACE, PartnerAnswer.DECLINED, PartnerAnswer.FINISHED})
"""Answers after which the partner needs nothing of it any more: the copies are deleted."""
AFTER_ACCEPTING = frozenset({PartnerAnswer.UNREACHED, PartnerAnswer.FINISHED})
"""Answers that only one who took it up can give."""
REPLIES: Mapping[PartnerAnswer, RecipientReply] = {
    PartnerAnswer.ACCEPTED: RecipientReply.ACCEPTED,
    PartnerAnswer.NO_PLACE: RecipientReply.NO_PLACE,
    PartnerAnswer.DECLINED: RecipientReply.DECLINED,
    PartnerAnswer.UNREACHED: RecipientReply.UNREACHED,
    PartnerAnswer.FINISHED: RecipientReply.FINISHED,
}
"""What the person reads of an answer; of a question they read nothing."""


@dataclass(frozen=True, slots=True)
class ReferralDelivery:
    """One referral in one partner's room."""

    number: str
    """The number by which the partner speaks of it, such as `7F3A-91C2`; it says nothing."""
    case: str
    referral: str
    recipient: str
    """The code of the organisation that the person agreed to."""
    partner: int
    state: DeliveryState
    sent_at: int
    ends_at: int
    """When it goes back unopened, or can be read no more."""
    opened_at: int | None = None
    opened_by: int | None = None
    """The member who opened it first."""
    answer: PartnerAnswer | None = None
    answered_at: int | None = None
    closed_at: int | None = None

    def is_readable(self, now: int) -> bool:
        """Tell whether a member may read it now."""
        return self.state in READABLE and now < self.ends_at

    @property
    def possible_answers(self) -> tuple[PartnerAnswer, ...]:
        """Return what the partner can answer now: nothing before it was read."""
        if self.state not in {DeliveryState.OPENED, DeliveryState.ANSWERED}:
            return ()
        has_accepted = self.answer in {PartnerAnswer.ACCEPTED, PartnerAnswer.UNREACHED}
        is_late = has_accepted and self.state is DeliveryState.ANSWERED
        return tuple(
            it for it in PartnerAnswer
            if (it not in AFTER_ACCEPTING or is_late)
            and not (is_late and it is PartnerAnswer.ACCEPTED)
        )  # fmt: skip


def new_number() -> str:
    """Return a random number for a delivery or a partner's referral."""
    signs = [secrets.choice(ALPHABET) for _ in range(GROUP * GROUPS)]
    return "-".join("".join(signs[at : at + GROUP]) for at in range(0, len(signs), GROUP))
