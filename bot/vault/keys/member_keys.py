"""Keys of the members of partners: what is sealed to a member, only their password opens.

A member's key opens what a person agreed to pass to that partner, and no case. Its public half has
a proof, a MAC under the root, over the member, the partner and who approved it: write access to
the database gives no one a key, moves no member to another partner, and approves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import TYPE_CHECKING

from bot.errors import NotApprovedError
from bot.vault.keys.hpke import KeyPair, pad, seal_to, unpad
from bot.vault.keys.key_requests import require_approver

if TYPE_CHECKING:
    from bot.vault.keys.keyring import Keyring
    from bot.vault.keys.team_keys import KeyHolders, Prove

MEMBER = "partner"
"""Whose key a locked pair is."""


@dataclass(frozen=True, slots=True)
class PublicMemberKey:
    """The public half of a member's key, as it is proved."""

    member: int
    partner: int
    public: bytes
    invited_by: str
    approved_by: str = ""
    """The caseworker who let it open referrals; empty while it waits."""

    def proof(self, prove: Prove) -> bytes:
        """Return the MAC under the root."""
        about = f"partner member|{self.member}|{self.partner}|{self.invited_by}|{self.approved_by}|"
        return prove(about.encode() + self.public)

    def is_proved(self, prove: Prove, proof: bytes) -> bool:
        """Tell whether this key was stored by Haven as it is."""
        return compare_digest(proof, self.proof(prove))


@dataclass(frozen=True, slots=True)
class MemberOpener:
    """Opens what was sealed to one member, while they are signed in."""

    member: int
    _pair: KeyPair = field(repr=False)

    def open(self, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what `seal_to_member` sealed; raise DecryptionError if it is not for them."""
        return unpad(self._pair.open(_bound(self.member, associated_data), sealed))


def seal_to_member(member: int, public: bytes, associated_data: bytes, plain: bytes) -> bytes:
    """Return bytes, padded, that only this member opens, with the same associated data."""
    return seal_to(public, _bound(member, associated_data), pad(plain))


def require_two_people(holders: KeyHolders, keyring: Keyring, invited_by: str) -> None:
    """Raise NotApprovedError unless a holder who did not invite the member approves.

    `keyring` shows that they opened their own key, as for a colleague's key (`key_requests`).
    """
    by = keyring.staff_id
    require_approver(holders, by, keyring.own_key().public, "")
    if by == invited_by:
        raise NotApprovedError("who invited a member cannot approve their key; ask a colleague")


def _bound(member: int, associated_data: bytes) -> bytes:
    return f"haven/partner/{member}/".encode() + associated_data
