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

from bot.errors import DecryptionError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.keys import escrows, staff_keys, team_wraps, teams
from bot.vault.keys.hpke import KEY_LENGTH, KeyPair, seal_to
from bot.vault.keys.keyring import ESCROW_PREFIX, STAFF_PREFIX, TEAM_PREFIX, team_associated_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.store.writer import Work

    Prove = Callable[[bytes], bytes]

SUPERVISORS = "supervisors"
SUPERVISOR = "supervisor"
ROLES_WITH_KEYS = frozenset({"caseworker", SUPERVISOR})
"""Roles whose keys open cases: who administers or audits needs none."""


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Somebody something can be wrapped to."""

    name: str
    public: bytes


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A caseworker's public half, and where they work."""

    id: str
    role: str
    queues: tuple[str, ...]
    public: bytes

    @property
    def holder(self) -> KeyHolder:
        """Return whom to wrap to."""
        return KeyHolder(STAFF_PREFIX + self.id, self.public)


@dataclass(frozen=True, slots=True)
class KeyHolders:
    """Everybody something can be wrapped to, now."""

    teams: dict[str, KeyHolder]
    members: dict[str, TeamMember]
    escrow: KeyHolder | None

    def for_queue(self, queue: str) -> KeyHolder | None:
        """Return who opens what waits in a queue; None where nobody can open anything."""
        teams = self.teams
        found = teams.get(queue) or teams.get(SUPERVISORS)
        return found or next((teams[name] for name in sorted(teams)), None)

    def for_case(self, queue: str, holder: str) -> list[KeyHolder]:
        """Return who may open a case: its queue's team, or who claimed it and the supervisors.

        Args:
            queue: where it waits or waited.
            holder: the id of whoever claimed it; empty for nobody.
        """
        claimant = self.members.get(holder)
        # Who administers signs in with a key as well; it opens no case, whatever they claim.
        if claimant is None or claimant.role not in ROLES_WITH_KEYS:
            found = [self.for_queue(queue)]
        else:
            # Without supervisors the team: what only one person opens is lost with a password.
            found = [claimant.holder, self.teams.get(SUPERVISORS) or self.for_queue(queue)]
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
        insert_into(dialect, teams)
        .values({name: bindparam(name) for name in _NAMES})
        .returning(teams.c.id)
    ),
    *_NAMES,
)
_WRAP = Prepared(
    lambda dialect: insert_into(dialect, team_wraps).values(
        team=bindparam("team"), holder=bindparam("holder"), sealed=bindparam("sealed")
    ),
    "team",
    "holder",
    "sealed",
)


def load_members(work: Work, prove: Prove) -> list[TeamMember]:
    """Return everybody whose key can be wrapped to.

    Raises:
        DoesNotOpen: one of them was altered or put in by somebody else.
    """
    found = []
    for who, role, queues, public, proof in work.rows(_MEMBERS):
        member = TeamMember(who, role, tuple(queues.split()), bytes(public))
        if bytes(proof) != prove(member_proof_data(member)):
            raise DecryptionError(
                f"the key of {who} is not the one that was enrolled; enrol them anew"
            )
        found.append(member)
    return found


def load_holders(work: Work, prove: Prove) -> KeyHolders:
    """Return everybody something can be wrapped to.

    Raises:
        DoesNotOpen: a key was altered or put in by somebody else.
    """
    newest: dict[str, KeyHolder] = {}
    for number, name, public, proof, members in work.rows(_TEAMS):
        if bytes(proof) != prove(_team_proof_data(name, members, bytes(public))):
            raise DecryptionError(f"the key of team {name} is not one that was made here")
        newest.pop(name, None)
        if members:
            newest[name] = KeyHolder(f"{TEAM_PREFIX}{number}", bytes(public))
    members_ = {each.id: each for each in load_members(work, prove)}
    escrow = None
    for number, public, proof in work.rows(_ESCROW):
        if bytes(proof) != prove(escrow_proof_data(bytes(public))):
            raise DecryptionError("the escrow key is not one that was made here")
        escrow = KeyHolder(f"{ESCROW_PREFIX}{number}", bytes(public))
    return KeyHolders(newest, members_, escrow)


def form_teams(work: Work, prove: Prove, now: int) -> None:
    """Form every team anew from whoever is a member now and has a role that opens cases."""
    members = [each for each in load_members(work, prove) if each.role in ROLES_WITH_KEYS]
    chiefs = [each.holder for each in members if each.role == SUPERVISOR]
    supervisors = _form_team(work, prove, SUPERVISORS, chiefs, now)
    known = {name for _number, name, *_rest in work.rows(_TEAMS)} - {SUPERVISORS}
    for queue in sorted(known.union(*(each.queues for each in members))):
        team = [each.holder for each in members if queue in each.queues]
        if supervisors is not None and team:
            team.append(supervisors)
        _form_team(work, prove, queue, team, now)


def _form_team(
    work: Work, prove: Prove, name: str, to: Iterable[KeyHolder], now: int
) -> KeyHolder | None:
    """Make a team's key and wrap it to its members; without any, say that it has none."""
    to = list(to)
    if not to:
        nobody = bytes(KEY_LENGTH)
        work.rows(_ADD, name, nobody, prove(_team_proof_data(name, 0, nobody)), 0, now)
        return None
    pair = KeyPair.generate()
    proof = prove(_team_proof_data(name, len(to), pair.public))
    number = int(work.rows(_ADD, name, pair.public, proof, len(to), now)[0][0])
    team = f"{TEAM_PREFIX}{number}"
    work.many(
        _WRAP,
        [
            (
                number,
                it.name,
                seal_to(it.public, team_associated_data(team, it.name), pair.private_bytes),
            )
            for it in to
        ],
    )
    return KeyHolder(team, pair.public)


def member_proof_data(member: TeamMember) -> bytes:
    """Return what the proof of a caseworker's key is of."""
    said = f"staff|{member.id}|{member.role}|{' '.join(member.queues)}|".encode()
    return said + member.public


def escrow_proof_data(public: bytes) -> bytes:
    """Return what the proof of the escrow key is of."""
    return b"escrow|" + public


def _team_proof_data(name: str, members: int, public: bytes) -> bytes:
    return f"team|{name}|{members}|".encode() + public
