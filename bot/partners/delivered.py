"""Referrals in a partner's room, as the room knows them: no case, no caseworker, no chat.

These are values and an interface. `bot.hotline.deliveries` implements it; the room is given the
object and cannot import what stands behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

from bot.partners.member_access import actor_of

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.text import Text

MAX_WORDS = 500
"""Characters of what a partner writes with an answer."""


class DeliveryState(StrEnum):
    """Where a delivery stands, as stored in `referral_deliveries.state`."""

    NEW = "new"
    """Delivered; no member has opened it."""
    OPENED = "opened"
    ANSWERED = "answered"
    """The partner accepted it, or asked back; they still work with it."""
    DONE = "done"
    """The partner does not work with it any more: nothing of it can be read."""
    TAKEN_BACK = "taken_back"
    """The person revoked the consent."""
    RETURNED = "returned"
    """No member opened it in time, or none could."""


class PartnerAnswer(StrEnum):
    """What a partner answers, as stored in `delivery_messages.code`."""

    ACCEPTED = "accepted"
    NO_PLACE = "no_place"
    DECLINED = "declined"
    ASKED = "asked"
    """They ask something; the words are theirs."""
    UNREACHED = "unreached"
    FINISHED = "finished"


class DeskReply(StrEnum):
    """What a caseworker answers to a question of a partner: one of these, and no words."""

    CALL_US = "call_us"
    WILL_ASK = "will_ask"
    """We ask the person; what they agree to comes as a new referral."""
    NOT_TOLD = "not_told"
    """The person does not want that told."""
    NOT_KNOWN = "not_known"
    GO_AHEAD = "go_ahead"
    NOT_NEEDED = "not_needed"
    """Another place was found."""


class DeliverySide(StrEnum):
    """Who said something about a delivery."""

    PARTNER = "partner"
    DESK = "desk"


class DeliveredPart(msgspec.Struct, frozen=True):
    """One agreed part."""

    label: tuple[str, ...]
    answer: tuple[str, ...]
    """In Chinese and in English; a single one where they are equal, as own words are."""


class DeliveredReferral(msgspec.Struct, frozen=True):
    """What a member reads, sealed to their key."""

    number: str
    recipient: tuple[str, ...]
    """The name of the organisation that the person agreed to."""
    agreed_at: int
    parts: tuple[DeliveredPart, ...]


@dataclass(frozen=True, slots=True)
class RoomMember:
    """Who is signed in to a room."""

    id: int
    partner: int

    @property
    def actor(self) -> str:
        """Return the name in the audit log."""
        return actor_of(self.id)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a member of a partner answers."""

    member: int
    answer: PartnerAnswer
    words: str
    at: int


@dataclass(frozen=True, slots=True)
class SaidOfDelivery:
    """An answer of the partner, or a reply of staff; without words."""

    side: DeliverySide
    code: str
    """Of `PartnerAnswer` or `DeskReply`, by its side."""
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomReferral:
    """One referral in the list of a room: nothing of the person or the case."""

    number: str
    """The number by which the partner speaks of it, such as `7F3A-91C2`; it says nothing."""
    state: DeliveryState
    sent_at: int
    ends_at: int
    """When it goes back unopened, or can be read no more."""
    opened_at: int | None
    answer: PartnerAnswer | None
    possible_answers: tuple[PartnerAnswer, ...]
    said: tuple[SaidOfDelivery, ...]
    is_readable: bool
    delete_since: int | None
    """Since when the partner is asked to delete what they noted; None: they are not."""


class ReferralsOfRoom(Protocol):
    """What a room does with referrals, inside units of work."""

    def listed(self, work: Work, member: RoomMember, now: int) -> list[RoomReferral]:
        """Return the referrals of the member's partner, newest first."""

    def erased(self, work: Work, member: RoomMember) -> dict[str, int]:
        """Return the numbers of referrals that are gone here, and to be deleted by the partner."""

    def find(self, work: Work, member: RoomMember, number: str, now: int) -> RoomReferral | None:
        """Return one referral of the member's partner; None for any other."""

    def open(self, work: Work, member: RoomMember, number: str, now: int) -> bytes | Text | None:
        """Record an opening; return the sealed copy, or why not; None for another's number."""

    def answer(
        self, work: Work, number: str, member: RoomMember, given: GivenAnswer
    ) -> Text | None:
        """Store an answer and let the case follow; return why not, None if it is stored."""

    def confirm_deleted(self, work: Work, member: RoomMember, number: str, now: int) -> bool:
        """Record that the partner deleted what they noted; tell whether they were asked to."""


_decode = msgspec.msgpack.Decoder(DeliveredReferral).decode


def read_content(plain: bytes) -> DeliveredReferral:
    """Return the content of an opened copy.

    Raises:
        msgspec.MsgspecError: it is no delivered referral.
    """
    return _decode(plain)


def copy_data(number: str) -> bytes:
    """Return the associated data of a copy: moved to another delivery, it does not open."""
    return f"delivery/{number}".encode()
