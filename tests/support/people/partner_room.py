"""A partner with a room: its members open what is delivered to them, and answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.partners.delivered import GivenAnswer, RoomMember, copy_data, read_content
from bot.partners.partners import Partners
from bot.store.statements import insert, update_by
from bot.store.tables.partners import partner_members
from bot.vault import AuditLog, Purpose
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.member_keys import MemberOpener, PublicMemberKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bot.hotline.deliveries.room import RoomReferrals
    from bot.partners.delivered import DeliveredReferral, PartnerAnswer
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault import Vault

    Run = Callable[[Callable[[Work], Any]], Any]

_INSERT = insert(
    partner_members, "partner_id", "sealed", "invited_by", "invited_at", "public", "proof",
    "approved_by", "approved_at", constants={"code_step": 0}, returning="id",
)  # fmt: skip
_FINISH = update_by(partner_members, "proof", "sealed", by="id")


@dataclass(slots=True)
class PartnerRoom:
    """One partner, its members and their keys, in a database."""

    run: Run
    vault: Vault
    room: RoomReferrals
    partner: int = 0
    members: list[RoomMember] = field(default_factory=list)
    keys: dict[int, KeyPair] = field(default_factory=dict)

    def opens_for(self, name: str, members: int = 1) -> PartnerRoom:
        """Found the partner, with members whose keys were approved."""
        audit = AuditLog(self.vault)
        self.partner = self.run(lambda work: Partners(audit).add(work, name, "operator", 1)).id
        for _ in range(members):
            self.add_member()
        return self

    def add_member(self) -> RoomMember:
        """Add a member whose key is approved."""
        pair = KeyPair.generate()

        def unit(work: Work) -> int:
            number = int(_insert_member(work, self.partner, pair.public))
            key = PublicMemberKey(number, self.partner, pair.public, "operator", "mei")
            name = self.vault.seal(Purpose.PARTNER, f"{number}/name".encode(), b"Ana")
            _finish_member(work, number, key.proof(self.vault.prove), name)
            return number

        member = RoomMember(self.run(unit), self.partner)
        self.members.append(member)
        self.keys[member.id] = pair
        return member

    def open(
        self, number: str, now: int, member: RoomMember | None = None
    ) -> DeliveredReferral | Text | None:
        """Open a referral as a member does; return it, or why not."""
        who = member or self.members[0]
        found = self.run(lambda work: self.room.open(work, who, number, now))
        if not isinstance(found, bytes):
            return found
        plain = MemberOpener(who.id, self.keys[who.id]).open(copy_data(number), found)
        return read_content(plain)

    def answers(self, number: str, answer: PartnerAnswer, now: int, words: str = "") -> Text | None:
        """Answer a referral; return why not, None if it is stored."""
        who = self.members[0]
        given = GivenAnswer(who.id, answer, words, now)
        return self.run(lambda work: self.room.answer(work, number, who, given))


def _insert_member(work: Work, partner: int, public: bytes) -> int:
    return work.rows(_INSERT, partner, b"", "operator", 1, public, b"", "mei", 1)[0][0]


def _finish_member(work: Work, number: int, proof: bytes, name: bytes) -> None:
    work.run(_FINISH, proof, name, number)
