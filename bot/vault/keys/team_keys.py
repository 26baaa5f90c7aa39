"""Teams: who works in a queue, and the supervisors; each has a key pair its members can open.

Nobody has to sign in for a team to be formed anew: its private half is made, wrapped to every
member's public half, and forgotten. So whoever joins can open what comes from then on, and whoever
leaves cannot; what came before is wrapped anew when somebody signs in who can open it (`custody`).

Every key of a colleague and of a team carries a proof under the root: whoever can write to the key
store, and has no host key, makes nobody a member.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.errors import DoesNotOpen
from bot.store.compiled import Prepared, insert_of
from bot.store.tables.keys import escrows, staff_keys, team_wraps, teams
from bot.vault.keys.hpke import LENGTH, KeyPair, seal_to
from bot.vault.keys.keyring import ESCROW, STAFF, TEAM, team_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.store.writer import Work

    Prove = Callable[[bytes], bytes]

SUPERVISORS = "supervisors"
SUPERVISOR = "supervisor"
OPENS = frozenset({"caseworker", SUPERVISOR})
"""Roles whose keys open cases: who administers or audits needs none."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody something can be wrapped to."""

    name: str
    public: bytes


@dataclass(frozen=True, slots=True)
class Member:
    """A caseworker's public half, and where they work."""

    id: str
    role: str
    queues: tuple[str, ...]
    public: bytes

    @property
    def holder(self) -> Holder:
        """Return whom to wrap to."""
        return Holder(STAFF + self.id, self.public)


@dataclass(frozen=True, slots=True)
class Holders:
    """Everybody something can be wrapped to, now."""

    teams: dict[str, Holder]
    members: dict[str, Member]
    escrow: Holder | None

    def of_queue(self, queue: str) -> Holder | None:
        """Return who opens what waits in a queue; None where nobody can open anything."""
        teams = self.teams
        found = teams.get(queue) or teams.get(SUPERVISORS)
        return found or next((teams[name] for name in sorted(teams)), None)

    def of_case(self, queue: str, holder: str) -> list[Holder]:
        """Return who may open a case: its queue's team, or who claimed it and the supervisors.

        Args:
            queue: where it waits or waited.
            holder: the id of whoever claimed it; empty for nobody.
        """
        claimant = self.members.get(holder)
        # Who administers signs in with a key as well; it opens no case, whatever they claim.
        if claimant is None or claimant.role not in OPENS:
            found = [self.of_queue(queue)]
        else:
            # Without supervisors the team: what only one person opens is lost with a password.
            found = [claimant.holder, self.teams.get(SUPERVISORS) or self.of_queue(queue)]
        return [each for each in (*found, self.escrow) if each is not None]


_MEMBERS = Prepared(
    lambda _: select(
        staff_keys.c.staff_id, staff_keys.c.role, staff_keys.c.queues, staff_keys.c.public,
        staff_keys.c.proof,
    ).order_by(staff_keys.c.staff_id)
)  # fmt: skip
_TEAMS = Prepared(
    lambda _: select(
        teams.c.id, teams.c.name, teams.c.public, teams.c.proof, teams.c.members
    ).order_by(teams.c.id)
)
_ESCROW = Prepared(
    lambda _: (
        select(escrows.c.id, escrows.c.public, escrows.c.proof)
        .order_by(escrows.c.id.desc())
        .limit(1)
    )
)
_NAMES = ("name", "public", "proof", "members", "born_at")
_ADD = Prepared(
    lambda dialect: (
        insert_of(dialect, teams)
        .values({name: bindparam(name) for name in _NAMES})
        .returning(teams.c.id)
    ),
    *_NAMES,
)
_WRAP = Prepared(
    lambda dialect: insert_of(dialect, team_wraps).values(
        team=bindparam("team"), holder=bindparam("holder"), sealed=bindparam("sealed")
    ),
    "team",
    "holder",
    "sealed",
)


def members_of(work: Work, prove: Prove) -> list[Member]:
    """Return everybody whose key can be wrapped to.

    Raises:
        DoesNotOpen: one of them was altered or put in by somebody else.
    """
    found = []
    for who, role, queues, public, proof in work.rows(_MEMBERS):
        member = Member(who, role, tuple(queues.split()), bytes(public))
        if bytes(proof) != prove(proven(member)):
            raise DoesNotOpen(f"the key of {who} is not the one that was enrolled; enrol them anew")
        found.append(member)
    return found


def holders_now(work: Work, prove: Prove) -> Holders:
    """Return everybody something can be wrapped to.

    Raises:
        DoesNotOpen: a key was altered or put in by somebody else.
    """
    newest: dict[str, Holder] = {}
    for number, name, public, proof, members in work.rows(_TEAMS):
        if bytes(proof) != prove(_team_proven(name, members, bytes(public))):
            raise DoesNotOpen(f"the key of team {name} is not one that was made here")
        newest.pop(name, None)
        if members:
            newest[name] = Holder(f"{TEAM}{number}", bytes(public))
    members_ = {each.id: each for each in members_of(work, prove)}
    escrow = None
    for number, public, proof in work.rows(_ESCROW):
        if bytes(proof) != prove(escrow_proven(bytes(public))):
            raise DoesNotOpen("the escrow key is not one that was made here")
        escrow = Holder(f"{ESCROW}{number}", bytes(public))
    return Holders(newest, members_, escrow)


def form(work: Work, prove: Prove, now: int) -> None:
    """Form every team anew from whoever is a member now and has a role that opens cases."""
    members = [each for each in members_of(work, prove) if each.role in OPENS]
    chiefs = [each.holder for each in members if each.role == SUPERVISOR]
    supervisors = _form(work, prove, SUPERVISORS, chiefs, now)
    known = {name for _number, name, *_rest in work.rows(_TEAMS)} - {SUPERVISORS}
    for queue in sorted(known.union(*(each.queues for each in members))):
        team = [each.holder for each in members if queue in each.queues]
        if supervisors is not None and team:
            team.append(supervisors)
        _form(work, prove, queue, team, now)


def _form(work: Work, prove: Prove, name: str, to: Iterable[Holder], now: int) -> Holder | None:
    """Make a team's key and wrap it to its members; without any, say that it has none."""
    to = list(to)
    if not to:
        nobody = bytes(LENGTH)
        work.rows(_ADD, name, nobody, prove(_team_proven(name, 0, nobody)), 0, now)
        return None
    pair = KeyPair.new()
    proof = prove(_team_proven(name, len(to), pair.public))
    number = int(work.rows(_ADD, name, pair.public, proof, len(to), now)[0][0])
    team = f"{TEAM}{number}"
    work.many(
        _WRAP,
        [(number, it.name, seal_to(it.public, team_place(team, it.name), pair.raw)) for it in to],
    )
    return Holder(team, pair.public)


def proven(member: Member) -> bytes:
    """Return what the proof of a caseworker's key is of."""
    said = f"staff|{member.id}|{member.role}|{' '.join(member.queues)}|".encode()
    return said + member.public


def escrow_proven(public: bytes) -> bytes:
    """Return what the proof of the escrow key is of."""
    return b"escrow|" + public


def _team_proven(name: str, members: int, public: bytes) -> bytes:
    return f"team|{name}|{members}|".encode() + public
