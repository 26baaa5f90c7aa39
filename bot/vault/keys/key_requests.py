"""Keys of caseworkers that wait for the approval of a colleague whose key opens cases already.

A key alone opens nothing: colleagues who sign in wrap cases to it. Without an approval, everyone
who can run commands on the host could read every case: they would add an account and wait until a
colleague signs in. So while anyone holds a key that opens cases, a new key opens none before one of
them has approved it, and a key opens no further queue and gets no higher role. A supervisor
approves; where no supervisor has a key, any caseworker with one.

Each request has a proof, a MAC under the root.
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import TYPE_CHECKING

from bot.errors import DecryptionError, NotApprovedError
from bot.store import Work, delete_by, insert, select_by
from bot.store.tables.keys import key_requests
from bot.vault.keys.team_keys import SUPERVISOR, KeyHolders, Prove, TeamMember, load_holders

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLUMNS = ("staff_id", "role", "queues", "public", "asked_by", "asked_at")
_ADD = insert(key_requests, *_COLUMNS, "proof")
_ALL = select_by(key_requests, *_COLUMNS, "proof", order_by=("asked_at", "staff_id"))
_DELETE = delete_by(key_requests, by="staff_id")


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A key that waits for an approval, and what it would open."""

    staff_id: str
    role: str
    queues: tuple[str, ...]
    public: bytes
    asked_by: str
    """Who made the account or changed it: the id of an administrator, or the operator."""
    asked_at: int

    @property
    def member(self) -> TeamMember:
        """Return the key with the role and queues that were asked for."""
        return TeamMember(self.staff_id, self.role, self.queues, self.public)


def load_requests(work: Work, prove: Prove) -> list[KeyRequest]:
    """Return what waits, oldest first; requests for keys that were replaced are left out.

    Raises:
        DecryptionError: a request was altered, or not stored here.
    """
    rows = work.rows(_ALL)
    if not rows:  # as nearly always: every page of the desk asks
        return []
    found, holders = [], load_holders(work, prove)
    for who, role, queues, public, asked_by, asked_at, proof in rows:
        request = KeyRequest(who, role, tuple(queues.split()), bytes(public), asked_by, asked_at)
        if not compare_digest(bytes(proof), prove(_proof_data(request))):
            raise DecryptionError(f"the request for the key of {who} was not stored here")
        member = holders.members.get(who)
        if member is not None and member.public == request.public:
            found.append(request)
    return found


def store_request(work: Work, prove: Prove, request: KeyRequest) -> None:
    """Store a request, in place of an earlier one for the same caseworker."""
    delete_request(work, request.staff_id)
    work.run(
        _ADD, request.staff_id, request.role, " ".join(request.queues), request.public,
        request.asked_by, request.asked_at, prove(_proof_data(request)),
    )  # fmt: skip


def delete_request(work: Work, staff_id: str) -> bool:
    """Delete the request for a caseworker's key; tell whether there was one."""
    return bool(work.run(_DELETE, staff_id))


def approvers(present: Mapping[str, TeamMember], who: str) -> set[str]:
    """Return the ids of those who may approve a caseworker's key: never they themselves."""
    others = {it.id: it for it in present.values() if it.id != who}
    supervisors = {it.id for it in others.values() if it.role == SUPERVISOR}
    return supervisors or set(others)


def require_approver(holders: KeyHolders, by: str, public: bytes, who: str) -> None:
    """Raise NotApprovedError unless a holder, by their id and opened key, may approve a key."""
    member = holders.present.get(by)
    is_present = member is not None and compare_digest(member.public, public)
    if not is_present or by not in approvers(holders.present, who):
        raise NotApprovedError(
            "a supervisor whose key opens cases has to approve this key; without one, a caseworker"
        )


def _proof_data(request: KeyRequest) -> bytes:
    asked = f"request|{request.asked_by}|{request.asked_at}|{request.staff_id}|{request.role}"
    return f"{asked}|{' '.join(request.queues)}|".encode() + request.public
