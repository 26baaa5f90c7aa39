"""How a member of a partner gets in: invitation, password, recovery key and codes of a phone.

A password is not stored: it unlocks the member's key or does not. The locked key is sealed under
the root too, so that a copy of the database without the key store opens nothing by guessing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam

from bot.errors import WrongPasswordError
from bot.store import Work, delete_by, select_one, update_by
from bot.store.tables.partners import partner_invites, partner_members
from bot.vault import Purpose
from bot.vault.keys import passwords
from bot.vault.keys.browser_key import secret_digest
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.locked_pair import LockedPair, LockSecrets, lock_pair
from bot.vault.keys.member_keys import MEMBER, PublicMemberKey
from bot.vault.keys.passwords import DEFAULT_COST, PasswordCost

if TYPE_CHECKING:
    from bot.partners.members import Member
    from bot.vault import AuditLog, Vault

_IS_ACTIVE = partner_members.c.disabled_at.is_(None)
_INVITED = select_one(
    partner_invites, "member_id", by=("token", partner_invites.c.until > bindparam("now"))
)
_USE_INVITE = delete_by(partner_invites, by="token")
_SET_KEY = update_by(
    partner_members, "public", "proof", "locked", "code", "code_step",
    by=("id", _IS_ACTIVE, partner_members.c.public.is_(None)),
)  # fmt: skip
_LOCKED = select_one(partner_members, "public", "locked", by=("id", _IS_ACTIVE))
_RELOCK = update_by(partner_members, "locked", by=("id", "public"))
_CODE = select_one(partner_members, "code", by=("id", _IS_ACTIVE))
# Compare and set: a code that two requests send at once is accepted once.
_USE_CODE = update_by(
    partner_members, "code_step", by=("id", partner_members.c.code_step < bindparam("step"))
)


@dataclass(frozen=True, slots=True)
class NewAccess:
    """What a member chose, before it is stored."""

    pair: KeyPair
    locked: bytes
    """The pair, as it is stored."""
    recovery_key: str
    """Printed once."""


class MemberAccess:
    """Keys and codes of members; only tests and the demo change the cost of a guess."""

    def __init__(self, vault: Vault, audit: AuditLog, cost: PasswordCost = DEFAULT_COST) -> None:
        self._vault, self._audit, self.cost = vault, audit, cost

    # --- Invitations --------------------------------------------------------------------------

    @staticmethod
    def invited(work: Work, secret: bytes, now: int) -> int:
        """Return the number of the member whose link this is; 0 if it is used, old or unknown."""
        rows = work.rows(_INVITED, secret_digest(secret), now)
        return int(rows[0][0]) if rows else 0

    def choose(self, member: Member, password: str) -> NewAccess:
        """Return a new key for a member, locked with a password. Takes most of a second."""
        return self._lock(member.id, KeyPair.generate(), password)

    def enrol(
        self, work: Work, member: Member, link: bytes, chosen: NewAccess, code: tuple[str, int],
        now: int,
    ) -> bool:  # fmt: skip
        """Use a link up and store what its member chose; False if it was used before.

        `code` is the secret of the code app, and the time step of the code that was shown.
        """
        if not work.run(_USE_INVITE, secret_digest(link)):
            return False
        secret, step = code
        key = PublicMemberKey(member.id, member.partner_id, chosen.pair.public, member.invited_by)
        sealed = self._vault.seal(Purpose.PARTNER, _data(member.id, "code"), secret.encode())
        stored = work.run(
            _SET_KEY, key.public, key.proof(self._vault.prove), chosen.locked, sealed, step,
            member.id,
        )  # fmt: skip
        if stored:
            self._audit.record(work, now, actor_of(member.id), "partner_enrol", str(member.id), "")
        return bool(stored)

    # --- Sign-in ------------------------------------------------------------------------------

    def unlock(self, locked: LockedPair | None, password: str) -> KeyPair | None:
        """Return a member's key pair; None if the password is wrong. Both take the same time."""
        if locked is None:
            passwords.derive_key(password, bytes(passwords.SALT_LENGTH), self.cost)
            return None
        try:
            return locked.unlock(password)
        except WrongPasswordError:
            return None

    def locked(self, work: Work, member_id: int) -> LockedPair | None:
        """Return a member's locked key; None for someone without."""
        rows = work.rows(_LOCKED, member_id)
        if not rows or rows[0][1] is None:
            return None
        public, sealed = (bytes(it) for it in rows[0])
        plain = self._vault.open(Purpose.PARTNER, _data(member_id, "key"), sealed)
        return LockedPair.from_row(MEMBER, str(member_id), (public, *msgspec.msgpack.decode(plain)))

    def code_secret(self, work: Work, member_id: int) -> str:
        """Return the secret of a member's code app; empty for someone without."""
        rows = work.rows(_CODE, member_id)
        if not rows or rows[0][0] is None:
            return ""
        sealed = bytes(rows[0][0])
        return self._vault.open(Purpose.PARTNER, _data(member_id, "code"), sealed).decode()

    @staticmethod
    def use_code(work: Work, member_id: int, step: int) -> bool:
        """Mark the time step of a code as used; False if it or a later one was used before."""
        return bool(step) and bool(work.run(_USE_CODE, step, member_id, step))

    def change_password(self, work: Work, member: Member, chosen: NewAccess, now: int) -> bool:
        """Store a key that was locked again; False if the member's key is another by now."""
        if not work.run(_RELOCK, chosen.locked, member.id, chosen.pair.public):
            return False
        self._audit.record(work, now, actor_of(member.id), "partner_password", str(member.id), "")
        return True

    def relock(self, member: Member, pair: KeyPair, password: str) -> NewAccess:
        """Return the same key, locked with another password. Takes most of a second."""
        return self._lock(member.id, pair, password)

    def _lock(self, member_id: int, pair: KeyPair, password: str) -> NewAccess:
        printed = secrets.token_bytes(passwords.LENGTH)
        row = lock_pair(MEMBER, str(member_id), pair, LockSecrets(password, printed, self.cost))
        plain = msgspec.msgpack.encode(row)
        locked = self._vault.seal(Purpose.PARTNER, _data(member_id, "key"), plain)
        return NewAccess(pair, locked, passwords.format_printed_key(printed))


ACTOR_PREFIX = "member-"


def actor_of(member_id: int) -> str:
    """Return how the audit log names a member."""
    return f"{ACTOR_PREFIX}{member_id}"


def _data(member_id: int, what: str) -> bytes:
    return f"{member_id}/{what}".encode()
