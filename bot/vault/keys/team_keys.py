"""Key pairs of teams: the caseworkers of a queue, and the supervisors.

A team key is renewed without anyone signing in: a new pair is generated, its private half is
wrapped to the public half of every member, and forgotten. So those who join can open what comes
later, and those who left cannot. Earlier cases are re-wrapped when a member signs in
(`case_keys`).

Each public key of a caseworker or team has a proof, a MAC under the root: write access to the key
store without the host key makes no one a member.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import DecryptionError
from bot.store import Work, insert, select_by
from bot.store.tables.keys import escrows, staff_keys, team_wraps, teams
from bot.vault.keys.hpke import KEY_LENGTH, KeyPair, seal_to
from bot.vault.keys.keyring import ESCROW_PREFIX, STAFF_PREFIX, TEAM_PREFIX, team_associated_data

Prove = Callable[[bytes], bytes]
"""Computes the proof that a key was created here: a MAC under the root."""
SUPERVISORS = "supervisors"
SUPERVISOR = "supervisor"
ROLES_WITH_KEYS = frozenset({"caseworker", SUPERVISOR})
"""Roles whose keys open cases. Administrators and auditors need none."""


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A name and a public half, to which keys can be wrapped."""

    name: str
    public: bytes


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A caseworker's public half, role and queues."""

    id: str
    role: str
    queues: tuple[str, ...]
    public: bytes

    @property
    def holder(self) -> KeyHolder:
        """Return the holder of this key."""
        return KeyHolder(STAFF_PREFIX + self.id, self.public)


@dataclass(frozen=True, slots=True)
class KeyHolders:
    """All holders to whom keys can be wrapped now."""

    teams: dict[str, KeyHolder]
    members: dict[str, TeamMember]
    escrow: KeyHolder | None

    def for_queue(self, queue: str) -> KeyHolder | None:
        """Return the team that opens waiting cases of a queue; None if no team has a key."""
        teams = self.teams
        found = teams.get(queue) or teams.get(SUPERVISORS)
        return found or next((teams[name] for name in sorted(teams)), None)

    def for_case(self, queue: str, holder: str) -> list[KeyHolder]:
        """Return who may open a case: the team of its queue, or its `holder` and supervisors."""
        claimant = self.members.get(holder)
        # An administrator has a key to sign in with, which opens no case.
        if claimant is None or claimant.role not in ROLES_WITH_KEYS:
            found = [self.for_queue(queue)]
        else:
            # Without supervisors, the team: a case that one person opens is lost with a password.
            found = [claimant.holder, self.teams.get(SUPERVISORS) or self.for_queue(queue)]
        return [each for each in (*found, self.escrow) if each is not None]


_MEMBERS = select_by(
    staff_keys, "staff_id", "role", "queues", "public", "proof", order_by="staff_id"
)
_TEAMS = select_by(teams, "id", "name", "public", "proof", "members", order_by="id")
_ESCROW = select_by(escrows, "id", "public", "proof", order_by=escrows.c.id.desc(), limit=1)
_ADD = insert(teams, "name", "public", "proof", "members", "born_at", returning="id")
_WRAP = insert(team_wraps, "team", "holder", "sealed")


def load_members(work: Work, prove: Prove) -> list[TeamMember]:
    """Return all enrolled caseworkers with a key.

    Raises:
        DecryptionError: a key was altered, or not enrolled here.
    """
    found = []
    for who, role, queues, public, proof in work.rows(_MEMBERS):
        member = TeamMember(who, role, tuple(queues.split()), bytes(public))
        if bytes(proof) != prove(member_proof_data(member)):
            raise DecryptionError(
                f"the key of {who} is not the one that was enrolled; enrol them again"
            )
        found.append(member)
    return found


def load_holders(work: Work, prove: Prove) -> KeyHolders:
    """Return all holders to whom keys can be wrapped.

    Raises:
        DecryptionError: a key was altered, or not created here.
    """
    newest: dict[str, KeyHolder] = {}
    for number, name, public, proof, members in work.rows(_TEAMS):
        if bytes(proof) != prove(_team_proof_data(name, members, bytes(public))):
            raise DecryptionError(f"the key of team {name} was not created here")
        newest.pop(name, None)
        if members:
            newest[name] = KeyHolder(f"{TEAM_PREFIX}{number}", bytes(public))
    members_ = {each.id: each for each in load_members(work, prove)}
    escrow = None
    for number, public, proof in work.rows(_ESCROW):
        if bytes(proof) != prove(escrow_proof_data(bytes(public))):
            raise DecryptionError("the escrow key was not created here")
        escrow = KeyHolder(f"{ESCROW_PREFIX}{number}", bytes(public))
    return KeyHolders(newest, members_, escrow)


def form_teams(work: Work, prove: Prove, now: int) -> None:
    """Renew the key of every team, for its present members with a role that opens cases."""
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
    work: Work, prove: Prove, name: str, to: list[KeyHolder], now: int
) -> KeyHolder | None:
    """Create a team's key and wrap it to its members; without members, store that it has none."""
    if not to:
        no_key = bytes(KEY_LENGTH)
        work.rows(_ADD, name, no_key, prove(_team_proof_data(name, 0, no_key)), 0, now)
        return None
    pair = KeyPair.generate()
    proof = prove(_team_proof_data(name, len(to), pair.public))
    number = int(work.rows(_ADD, name, pair.public, proof, len(to), now)[0][0])
    team = f"{TEAM_PREFIX}{number}"
    for member in to:
        context = team_associated_data(team, member.name)
        sealed = seal_to(member.public, context, pair.private_bytes)
        work.run(_WRAP, number, member.name, sealed)
    return KeyHolder(team, pair.public)


def member_proof_data(member: TeamMember) -> bytes:
    """Return the data that the proof of a caseworker's key covers."""
    head = f"staff|{member.id}|{member.role}|{' '.join(member.queues)}|"
    return head.encode() + member.public


def escrow_proof_data(public: bytes) -> bytes:
    """Return the data that the proof of the escrow key covers."""
    return b"escrow|" + public


def _team_proof_data(name: str, members: int, public: bytes) -> bytes:
    return f"team|{name}|{members}|".encode() + public
