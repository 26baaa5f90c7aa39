"""Members of partners: who may sign in to the partners' room, and whose key opens referrals.

An administrator invites a member by a link that works once. The member chooses a password, and
their key is made. It opens no referral before a caseworker whose key opens cases has approved it:
an administrator, who opens no case, would otherwise read referrals by inviting themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam

from bot.clock import DAY
from bot.errors import HavenError
from bot.partners.names import check_name
from bot.store import Work, delete_by, insert, select_by, select_one, update_by
from bot.store.tables.partners import (
    partner_invites,
    partner_members,
    partner_sessions,
    partners,
)
from bot.text import fold
from bot.vault import Purpose
from bot.vault.keys.browser_key import new_session_secret, secret_digest
from bot.vault.keys.member_keys import PublicMemberKey, require_two_people

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.vault import AuditLog, Vault
    from bot.vault.keys.keyring import Keyring

INVITE_LIFETIME = 3 * DAY


class MemberKeyError(HavenError):
    """A key of a member was not stored by Haven: nothing may be sealed to it."""


class MemberState(StrEnum):
    """How far a member has come."""

    INVITED = "invited"
    """Their link was not used yet."""
    WAITING = "waiting"
    """They sign in, and their key opens no referral yet."""
    ACTIVE = "active"
    DISABLED = "disabled"
    """Or their partner is."""


@dataclass(frozen=True, slots=True)
class Member:
    """One person at a partner."""

    id: int
    partner_id: int
    partner: str
    name: str
    state: MemberState
    invited_by: str
    invited_at: int

    @property
    def may_sign_in(self) -> bool:
        """Tell whether they have a key and access."""
        return self.state in {MemberState.WAITING, MemberState.ACTIVE}


@dataclass(frozen=True, slots=True)
class MemberKey:
    """The public half of an approved key (X25519, 32 bytes)."""

    member_id: int
    public_key: bytes


_JOINED = partner_members.join(partners, partners.c.id == partner_members.c.partner_id)
_FIELDS = (
    partner_members.c.id, partner_members.c.partner_id, partners.c.name, partner_members.c.sealed,
    partner_members.c.invited_by, partner_members.c.invited_at, partner_members.c.public,
    partner_members.c.approved_at, partner_members.c.disabled_at, partners.c.disabled_at,
)  # fmt: skip
_ALL = select_by(_JOINED, *_FIELDS, order_by=partner_members.c.id)
_ONE = select_by(_JOINED, *_FIELDS, by=partner_members.c.id == bindparam("member"))
_OF_PARTNER = select_by(
    _JOINED, *_FIELDS, by=partner_members.c.partner_id == bindparam("partner"),
    order_by=partner_members.c.id,
)  # fmt: skip
_IS_ACTIVE = partner_members.c.disabled_at.is_(None)
_HAS_KEY = partner_members.c.public.is_not(None)
_KEY_FIELDS = ("id", "partner_id", "public", "invited_by", "approved_by", "proof")
_KEY = select_by(partner_members, *_KEY_FIELDS, by=("id", _IS_ACTIVE, _HAS_KEY))
_KEYS = select_by(
    _JOINED, *(partner_members.c[name] for name in _KEY_FIELDS),
    by=(
        partner_members.c.partner_id == bindparam("partner"), partners.c.disabled_at.is_(None),
        _IS_ACTIVE, _HAS_KEY, partner_members.c.approved_at.is_not(None),
    ),
    order_by=partner_members.c.id,
)  # fmt: skip
_ANY_WAITING = select_by(
    partner_members, "id", by=(_IS_ACTIVE, _HAS_KEY, partner_members.c.approved_at.is_(None)),
    limit=1,
)  # fmt: skip
_PARTNER = select_one(partners, "id", by=("name", partners.c.disabled_at.is_(None)))
_ADD = insert(
    partner_members, "partner_id", "sealed", "invited_by", "invited_at",
    constants={"code_step": 0}, returning="id",
)  # fmt: skip
_SET_NAME = update_by(partner_members, "sealed", by="id")
_APPROVE = update_by(partner_members, "approved_by", "approved_at", "proof", by="id")
_CLEARED = ("public", "proof", "locked", "approved_by", "approved_at", "code")
_DISABLE = update_by(
    partner_members, "disabled_at", by=("id", _IS_ACTIVE), constants=dict.fromkeys(_CLEARED)
)
_ADD_INVITE = insert(partner_invites, "token", "member_id", "until")
_DELETE_INVITES = delete_by(
    partner_invites,
    (partner_invites.c.member_id == bindparam("member"))
    | (partner_invites.c.until <= bindparam("now")),
)
_END_SESSIONS = delete_by(partner_sessions, by="member_id")


class PartnerMembers:
    """The members of all partners, changed in units of work with a row in the audit log."""

    def __init__(self, vault: Vault, audit: AuditLog) -> None:
        self._vault, self._audit = vault, audit

    def all(self, work: Work) -> list[Member]:
        """Return every member of every partner, the oldest first."""
        return [self._member(row) for row in work.rows(_ALL)]

    def of_partner(self, work: Work, partner_id: int) -> list[Member]:
        """Return the members of one partner, the oldest first."""
        return [self._member(row) for row in work.rows(_OF_PARTNER, partner_id)]

    def find(self, work: Work, member_id: int) -> Member | None:
        """Return a member; None if there is none."""
        rows = work.rows(_ONE, member_id)
        return self._member(rows[0]) if rows else None

    def find_by_name(self, work: Work, typed: str) -> Member | None:
        """Return the member with this name or number who may sign in; None if there is none."""
        wanted = fold(typed)
        found = [it for it in self.all(work) if it.may_sign_in]
        return next((it for it in found if wanted in {fold(it.name), str(it.id)}), None)

    def invite(self, work: Work, partner: str, name: str, by: str, now: int) -> tuple[Member, str]:
        """Invite someone of a partner; return them and the secret of the link, in hex.

        Raises:
            HavenError: there is no such active partner, or the name cannot be used; every member
                signs in by name, so each name exists once among those who have access.
        """
        name, found = check_name(name), work.rows(_PARTNER, partner)
        if not found:
            raise HavenError(f"there is no partner {partner}; haven partners list shows them")
        taken = [it for it in self.all(work) if it.state is not MemberState.DISABLED]
        if fold(name) in {fold(it.name) for it in taken} or name.isdigit():
            raise HavenError(f"{name} is taken; add the organisation to the name")
        ((number,),) = work.rows(_ADD, found[0][0], b"", by, now)
        sealed = self._vault.seal(Purpose.PARTNER, _name_data(number), name.encode())
        work.run(_SET_NAME, sealed, number)
        self._audit.record(work, now, by, "partner_invite", str(number), str(found[0][0]))
        return self._found(work, number), self._new_link(work, number, now)

    def invite_again(self, work: Work, member_id: int, by: str, now: int) -> str:
        """Return the secret of a new link for someone who has no key yet; the earlier one ends.

        Raises:
            HavenError: they have a key, or no access.
        """
        if self._found(work, member_id).state is not MemberState.INVITED:
            raise HavenError(
                f"member {member_id} has a key or no access; invite them as someone new"
            )
        self._audit.record(work, now, by, "partner_invite", str(member_id), "again")
        return self._new_link(work, member_id, now)

    @staticmethod
    def _new_link(work: Work, member_id: int, now: int) -> str:
        secret = new_session_secret()
        work.run(_DELETE_INVITES, member_id, now)
        work.run(_ADD_INVITE, secret_digest(secret), member_id, now + INVITE_LIFETIME)
        return secret.hex()

    def disable(self, work: Work, member_id: int, by: str, now: int) -> bool:
        """End a member's access and sessions and erase their key; tell whether they had access.

        What was sealed to this key opens no more.
        """
        if not work.run(_DISABLE, now, member_id):
            return False
        work.run(_DELETE_INVITES, member_id, now)
        work.run(_END_SESSIONS, member_id)
        self._audit.record(work, now, by, "partner_member_disable", str(member_id), "")
        return True

    # --- Keys ---------------------------------------------------------------------------------

    def waiting(self, work: Work) -> list[Member]:
        """Return those whose keys wait for an approval, the oldest first."""
        return [it for it in self.all(work) if it.state is MemberState.WAITING]

    @staticmethod
    def is_any_waiting(work: Work) -> bool:
        """Tell whether a key waits for an approval; every page of the desk asks."""
        return bool(work.rows(_ANY_WAITING))

    def refuse(self, work: Work, keyring: Keyring, member_id: int, now: int) -> bool:
        """End the access of a member whose key waits; tell whether one waited.

        Raises:
            NotApprovedError: this caseworker may not decide.
        """
        member = self._found(work, member_id)
        require_two_people(self._vault.cases.wraps.holders(), keyring, member.invited_by)
        is_waiting = member.state is MemberState.WAITING
        return is_waiting and self.disable(work, member_id, keyring.staff_id, now)

    def approve(self, work: Work, keyring: Keyring, member_id: int, now: int) -> Member:
        """Let a member's key open referrals; `keyring` is that of the caseworker who approves.

        Raises:
            HavenError: no key of this member waits.
            NotApprovedError: this caseworker may not approve it.
            MemberKeyError: the key was not stored by Haven.
        """
        member = self._found(work, member_id)
        if member.state is not MemberState.WAITING:
            raise HavenError(f"no key of member {member_id} waits for an approval")
        wraps = self._vault.cases.wraps
        require_two_people(wraps.holders(), keyring, member.invited_by)
        (row,) = work.rows(_KEY, member_id)
        key = self._proved(row)
        by = keyring.staff_id
        approved = PublicMemberKey(key.member, key.partner, key.public, key.invited_by, by)
        work.run(_APPROVE, by, now, approved.proof(self._vault.prove), member_id)
        self._audit.record(work, now, by, "partner_key_approve", str(member_id), "")
        return self._found(work, member_id)

    def active_keys(self, work: Work, partner_id: int) -> list[MemberKey]:
        """Return the approved keys of a partner's members; none of a disabled partner.

        Raises:
            MemberKeyError: a key was changed in the database, so nothing is sealed to any of them.
        """
        keys = [self._proved(row) for row in work.rows(_KEYS, partner_id)]
        return [MemberKey(it.member, it.public) for it in keys]

    def _proved(self, row: Sequence[Any]) -> PublicMemberKey:
        number, partner, public, invited_by, approved_by, proof = row
        key = PublicMemberKey(number, partner, bytes(public), invited_by, approved_by or "")
        if not key.is_proved(self._vault.prove, bytes(proof or b"")):
            raise MemberKeyError(
                f"the key of member {number} was changed in the database without an approval; end "
                f"their access with haven partners end-access {number}, and invite them again"
            )
        return key

    def _found(self, work: Work, member_id: int) -> Member:
        member = self.find(work, member_id)
        if member is None:
            raise HavenError(f"there is no member {member_id}; haven partners members shows them")
        return member

    def _member(self, row: Sequence[Any]) -> Member:
        number, partner_id, partner, sealed, by, at, public, approved, gone, partner_gone = row
        name = self._vault.open(Purpose.PARTNER, _name_data(number), bytes(sealed)).decode()
        state = MemberState.ACTIVE if approved is not None else MemberState.WAITING
        if public is None:
            state = MemberState.INVITED
        if gone is not None or partner_gone is not None:
            state = MemberState.DISABLED
        return Member(number, partner_id, partner, name, state, by, at)


def _name_data(member_id: int) -> bytes:
    return f"{member_id}/name".encode()
