"""Keys of caseworkers: the private half, sealed under a password and under a printed recovery key.

Neither the password nor the recovery key is stored. A caseworker who lost both is enrolled with a
new key; once a colleague has approved it, the cases they may open are wrapped to it.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.errors import NotApprovedError, WrongPasswordError
from bot.store import Work, delete_by, insert, select_one, update_by
from bot.store.tables.keys import case_wraps, staff_keys, team_wraps
from bot.vault.audit.log import OPERATOR
from bot.vault.keys import passwords, team_keys
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.key_requests import (
    KeyRequest,
    delete_request,
    load_requests,
    require_approver,
    store_request,
)
from bot.vault.keys.keyring import STAFF_PREFIX, Keyring
from bot.vault.keys.locked_pair import LockedPair, LockSecrets, OpenedPair, lock_pair
from bot.vault.keys.team_keys import TeamMember

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.vault.keys.key_store import KeyStore
    from bot.vault.keys.passwords import PasswordCost

STAFF = "staff"
"""Whose key a locked pair is: those of members of partners are others (`member_keys`)."""
_SEALED = ("salt", "memory", "passes", "sealed", "recovery")
_ADD = insert(staff_keys, "staff_id", "role", "queues", "public", "proof", *_SEALED, "made_at")
_ONE = select_one(staff_keys, "public", *_SEALED, by="staff_id")
_CHANGE = update_by(staff_keys, *_SEALED, by=("staff_id", staff_keys.c.salt == bindparam("opened")))
_SET_MEMBER = update_by(staff_keys, "role", "queues", "proof", by="staff_id")
_DELETE = delete_by(staff_keys, by="staff_id")
_DELETE_WRAPS = (delete_by(team_wraps, by="holder"), delete_by(case_wraps, by="holder"))


class StaffKeys:
    """The keys of caseworkers; only tests change the cost of a guess at a password."""

    def __init__(
        self, keys: KeyStore, prove: team_keys.Prove, cost: PasswordCost = passwords.DEFAULT_COST
    ) -> None:
        self._keys, self._prove, self.cost = keys, prove, cost

    def enrol(
        self, staff_id: str, role: str, queues: Sequence[str], password: str, now: int,
        asked_by: str = OPERATOR,
    ) -> str:  # fmt: skip
        """Create a key for a caseworker; return the recovery key.

        The first key that opens cases is in its teams at once. Each later one waits for the
        approval of a present holder (`key_requests`), and opens nothing until then. An earlier key
        of this caseworker is erased, with all that was wrapped to it.
        """
        pair = KeyPair.generate()
        printed = secrets.token_bytes(passwords.LENGTH)
        row = lock_pair(STAFF, staff_id, pair, LockSecrets(password, printed, self.cost))
        wanted = TeamMember(staff_id, role, tuple(queues), pair.public)

        def add(work: Work) -> None:
            team_keys.lock_holders(work)
            self._delete(work, staff_id)
            holders = team_keys.load_holders(work, self._prove)
            now_ = wanted
            if may_open(role) and holders.present:
                now_ = replace(wanted, role=team_keys.UNAPPROVED, queues=())
                self._ask(work, wanted, asked_by, now)
            proof = self._prove(team_keys.member_proof_data(now_))
            given = (now_.role, " ".join(now_.queues), pair.public, proof)
            work.run(_ADD, staff_id, *given, *row, now)
            team_keys.form_teams(work, self._prove, now)

        self._keys.run(add)
        return passwords.format_printed_key(printed)

    def change_member(
        self, staff_id: str, role: str, queues: Sequence[str], now: int, asked_by: str = OPERATOR
    ) -> bool:
        """Store the role and queues of a key, and renew the team keys; False if there is no key.

        A queue or a role that opens more waits for the approval of a present holder; what opens
        less counts at once. A colleague who leaves a team opens nothing new with it. What they
        could open stays wrapped to them until a colleague who can open it signs in: it may be that
        no one else can.
        """

        def change(work: Work) -> bool:
            team_keys.lock_holders(work)
            holders = team_keys.load_holders(work, self._prove)
            member = holders.members.get(staff_id)
            if member is None:
                return False
            wanted = replace(member, role=role, queues=tuple(queues))
            delete_request(work, staff_id)
            given = wanted
            if may_open(role) and set(holders.present) - {staff_id}:
                given = _granted(member, wanted)
                if given != wanted:
                    self._ask(work, wanted, asked_by, now)
            self._set(work, given, now)
            return True

        return self._keys.run(change)

    def requests(self) -> list[KeyRequest]:
        """Return the keys that wait for an approval, oldest first."""
        return self._keys.run(lambda work: load_requests(work, self._prove))

    def approve(self, keyring: Keyring, staff_id: str, now: int) -> KeyRequest:
        """Let a key open what was asked for, and renew the team keys; return the request.

        `keyring` is that of a present holder: it shows that they opened their own key. Cases are
        wrapped to the new key when it re-wraps them (`CaseKeyWraps.rewrap_next`).

        Raises:
            NotApprovedError: they may not approve this key, or nothing waits.
        """

        def approve(work: Work) -> KeyRequest:
            request = self._take(work, keyring, staff_id)
            self._set(work, request.member, now)
            return request

        return self._keys.run(approve)

    def refuse(self, keyring: Keyring, staff_id: str) -> KeyRequest:
        """Delete the request for a key, which then stays as it is; return the request.

        Raises:
            NotApprovedError: they may not approve this key, or nothing waits.
        """
        return self._keys.run(lambda work: self._take(work, keyring, staff_id))

    def _take(self, work: Work, keyring: Keyring, staff_id: str) -> KeyRequest:
        team_keys.lock_holders(work)
        holders = team_keys.load_holders(work, self._prove)
        require_approver(holders, keyring.staff_id, keyring.own_key().public, staff_id)
        found = load_requests(work, self._prove)
        request = next((it for it in found if it.staff_id == staff_id), None)
        if request is None:
            raise NotApprovedError(f"no key of {staff_id} waits for an approval")
        delete_request(work, staff_id)
        return request

    def _ask(self, work: Work, wanted: TeamMember, by: str, now: int) -> None:
        asked = KeyRequest(wanted.id, wanted.role, wanted.queues, wanted.public, by, now)
        store_request(work, self._prove, asked)

    def _set(self, work: Work, member: TeamMember, now: int) -> None:
        proof = self._prove(team_keys.member_proof_data(member))
        work.run(_SET_MEMBER, member.role, " ".join(member.queues), proof, member.id)
        team_keys.form_teams(work, self._prove, now)

    def remove(self, staff_id: str, now: int) -> bool:
        """Erase a key with all that is wrapped to it, and renew the team keys; False if none."""

        def leave(work: Work) -> bool:
            team_keys.lock_holders(work)
            had_key = self._delete(work, staff_id)
            if had_key:
                team_keys.form_teams(work, self._prove, now)
            return had_key

        return self._keys.run(leave)

    def unlock(self, staff_id: str, password: str) -> Keyring:
        """Return a caseworker's keyring.

        Raises:
            WrongPasswordError: the password is wrong, or there is no key.
        """
        return self.keyring(staff_id, self.unlock_pair(staff_id, password).pair)

    def keyring(self, staff_id: str, pair: KeyPair) -> Keyring:
        """Return the keyring of a caseworker whose key pair this is."""
        return Keyring(self._keys, STAFF_PREFIX + staff_id, pair)

    def unlock_pair(self, staff_id: str, password: str) -> OpenedPair:
        """Return a caseworker's key pair by their password.

        Raises:
            WrongPasswordError: the password is wrong, or there is no key.
        """
        found = self._load_row(staff_id)
        return OpenedPair(found.unlock(password), found.salt)

    def change_password(self, staff_id: str, opened: OpenedPair, password: str) -> str:
        """Seal a caseworker's key under another password; return a new recovery key.

        A password or a recovery key serves one change: of two that were begun with the same one,
        the second finds another salt, and its password and recovery key would open nothing.

        Raises:
            WrongPasswordError: the key was sealed otherwise since it was opened, or is gone.
        """
        printed = secrets.token_bytes(passwords.LENGTH)
        row = lock_pair(STAFF, staff_id, opened.pair, LockSecrets(password, printed, self.cost))
        if not self._keys.run(lambda work: work.run(_CHANGE, *row, staff_id, opened.salt)):
            raise WrongPasswordError(
                f"the password of {staff_id} was changed meanwhile: nothing was changed here"
            )
        return passwords.format_printed_key(printed)

    def recover_pair(self, staff_id: str, printed: str) -> OpenedPair:
        """Return a caseworker's key pair by their recovery key.

        Raises:
            WrongPasswordError: the recovery key is wrong, or there is no key.
        """
        found = self._load_row(staff_id)
        return OpenedPair(found.recover(printed), found.salt)

    def _load_row(self, who: str) -> LockedPair:
        rows = self._keys.run(lambda work: work.rows(_ONE, who))
        if not rows:
            raise WrongPasswordError(
                f"{who} has no key that opens cases; haven staff password {who} --new-key makes one"
            )
        return LockedPair.from_row(STAFF, who, rows[0])

    @staticmethod
    def _delete(work: Work, who: str) -> bool:
        for statement in _DELETE_WRAPS:
            work.run(statement, STAFF_PREFIX + who)
        delete_request(work, who)
        return bool(work.run(_DELETE, who))


def may_open(role: str) -> bool:
    """Tell whether caseworkers in a role have a key that opens cases."""
    return role in team_keys.ROLES_WITH_KEYS


def _granted(member: TeamMember, wanted: TeamMember) -> TeamMember:
    """Return a member with those of the wanted role and queues that open no more than before."""
    if member.role == team_keys.SUPERVISOR:  # opens every case already
        return wanted
    return replace(member, queues=tuple(it for it in wanted.queues if it in member.queues))
