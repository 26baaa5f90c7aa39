"""Key pairs of teams: the caseworkers of a queue, and the supervisors.

A team key is renewed without anyone signing in: a new pair is generated, its private half is
wrapped to the public half of every member, and forgotten. So those who join can open what comes
later, and those who left cannot. Earlier cases are re-wrapped when a member signs in
(`case_keys`).

Each public key of a caseworker or team has a proof, a MAC under the root: write access to the key
store without the host key makes no one a member. All teams are renewed together, in a numbered
round. The proof of a team covers the number, and another proof says which round is the newest and
how many teams it has: with a row deleted or put back, nothing is wrapped to any team.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest

from sqlalchemy import func, literal, select

from bot.errors import DecryptionError
from bot.store import Prepared, Work, delete_by, insert, select_by
from bot.store.tables.keys import escrows, staff_keys, team_rounds, team_wraps, teams
from bot.vault.keys.hpke import KeyPair, seal_to
from bot.vault.keys.keyring import ESCROW_PREFIX, STAFF_PREFIX, TEAM_PREFIX, team_associated_data

Prove = Callable[[bytes], bytes]
"""Computes the proof that a key was created here: a MAC under the root."""
SUPERVISORS = "supervisors"
SUPERVISOR = "supervisor"
ROLES_WITH_KEYS = frozenset({"caseworker", SUPERVISOR})
"""Roles whose keys open cases. Administrators and auditors need none."""
UNAPPROVED = "unapproved"
"""The role of a key that no present holder has approved yet (`key_requests`): it opens no case."""
NO_ROUND = 0
"""The round of teams from before rounds were numbered; it has no proof of its own."""


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

    @property
    def present(self) -> dict[str, TeamMember]:
        """Return the members whose keys open cases, by id."""
        return {who: it for who, it in self.members.items() if it.role in ROLES_WITH_KEYS}

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


_LOCK_NUMBER = 0x7465616D
"""Of the advisory lock in PostgreSQL: "team"."""
_CHANGE_ALONE = Prepared(lambda _: select(func.pg_advisory_xact_lock(literal(_LOCK_NUMBER))))
_READ_WHOLE = Prepared(lambda _: select(func.pg_advisory_xact_lock_shared(literal(_LOCK_NUMBER))))
_MEMBERS = select_by(
    staff_keys, "staff_id", "role", "queues", "public", "proof", order_by="staff_id"
)
_TEAMS = select_by(teams, "id", "name", "public", "proof", "members", "round", order_by="id")
_ROUND = select_by(team_rounds, "round", "teams", "proof")
_ADD_ROUND = insert(team_rounds, "round", "teams", "proof")
_DELETE_ROUNDS = delete_by(team_rounds, ())
_DELETE_TEAMS = delete_by(teams, ())
_ESCROW = select_by(escrows, "id", "public", "proof", order_by=escrows.c.id.desc(), limit=1)
_ADD = insert(teams, "name", "public", "proof", "members", "round", "born_at", returning="id")
_WRAP = insert(team_wraps, "team", "holder", "sealed")


def lock_holders(work: Work) -> None:
    """Wait for other processes that change holders; until the commit, none reads or changes them.

    Each who changes reads first what it replaces, so this comes before `load_holders` and before
    all that is written. SQLite has one writer anyway.
    """
    if work.dialect == "postgresql":
        work.rows(_CHANGE_ALONE)


def _wait_for_changes(work: Work) -> None:
    """Read nothing of holders until another process has committed what it changes.

    Each statement sees what was committed when it began: of a round that another process makes
    between two of them, one would see the earlier teams and one the new ones.
    """
    if work.dialect == "postgresql":
        for statement in (_READ_WHOLE, _MEMBERS, _TEAMS, _ROUND, _ESCROW):
            work.expect(statement)
        work.rows(_READ_WHOLE)


def load_members(work: Work, prove: Prove) -> list[TeamMember]:
    """Return all enrolled caseworkers with a key.

    Raises:
        DecryptionError: a key was altered, or not enrolled here.
    """
    found = []
    for who, role, queues, public, proof in work.rows(_MEMBERS):
        member = TeamMember(who, role, tuple(queues.split()), bytes(public))
        if not compare_digest(bytes(proof), prove(member_proof_data(member))):
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
    _wait_for_changes(work)
    members_ = {each.id: each for each in load_members(work, prove)}
    found = _load_teams(work, prove)
    was_formed = bool(found or work.rows(_TEAMS) or work.rows(_ROUND))
    if not was_formed and any(it.role in ROLES_WITH_KEYS for it in members_.values()):
        raise DecryptionError(
            "caseworkers have keys and there is no trace of their teams: rows of the key store "
            "were deleted. Restore it from a backup"
        )
    escrow = None
    for number, public, proof in work.rows(_ESCROW):
        if not compare_digest(bytes(proof), prove(escrow_proof_data(bytes(public)))):
            raise DecryptionError("the escrow key was not created here")
        escrow = KeyHolder(f"{ESCROW_PREFIX}{number}", bytes(public))
    return KeyHolders(found, members_, escrow)


def _load_teams(work: Work, prove: Prove) -> dict[str, KeyHolder]:
    newest, count = _load_round(work, prove)
    rows = work.rows(_TEAMS)
    if any(it[-1] != newest for it in rows) or (newest != NO_ROUND and len(rows) != count):
        raise DecryptionError(
            "the keys of the teams are not those that were made last: a row of the key store was "
            "deleted or put back. Restore the key store from a backup"
        )
    found: dict[str, KeyHolder] = {}
    for number, name, public, proof, members, round_ in rows:
        data = _team_proof_data(name, members, bytes(public), round_)
        if not compare_digest(bytes(proof), prove(data)):
            raise DecryptionError(f"the key of team {name} was not created here")
        found.pop(name, None)  # before rounds were numbered, earlier keys of a team stayed
        if members:
            found[name] = KeyHolder(f"{TEAM_PREFIX}{number}", bytes(public))
    return found


def _load_round(work: Work, prove: Prove) -> tuple[int, int]:
    """Return the number of the newest round, and how many teams it has."""
    for round_, count, proof in work.rows(_ROUND):
        if not compare_digest(bytes(proof), prove(_round_proof_data(round_, count))):
            raise DecryptionError("the number of the newest team keys was not stored here")
        return round_, count
    return NO_ROUND, 0


def number_teams(work: Work, prove: Prove, now: int) -> None:
    """Renew the teams of a key store from before rounds were numbered, if it is one."""
    lock_holders(work)
    if work.rows(_TEAMS) and _load_round(work, prove)[0] == NO_ROUND:
        _load_teams(work, prove)  # refuses what was altered
        form_teams(work, prove, now)


def form_teams(work: Work, prove: Prove, now: int) -> None:
    """Renew the key of every team, for its present members with a role that opens cases.

    The earlier teams are deleted. What was wrapped to them still opens for their members.
    """
    members = [each for each in load_members(work, prove) if each.role in ROLES_WITH_KEYS]
    round_ = _load_round(work, prove)[0] + 1
    work.run(_DELETE_TEAMS)
    chiefs = [each.holder for each in members if each.role == SUPERVISOR]
    supervisors = _form_team(work, prove, SUPERVISORS, chiefs, round_, now)
    formed = [supervisors]
    for queue in sorted(set().union(*(each.queues for each in members))):
        team = [each.holder for each in members if queue in each.queues]
        if supervisors is not None:
            team.append(supervisors)
        formed.append(_form_team(work, prove, queue, team, round_, now))
    count = sum(each is not None for each in formed)
    work.run(_DELETE_ROUNDS)
    work.run(_ADD_ROUND, round_, count, prove(_round_proof_data(round_, count)))


def _form_team(
    work: Work, prove: Prove, name: str, to: list[KeyHolder], round_: int, now: int
) -> KeyHolder | None:
    """Create a team's key and wrap it to its members; None without members."""
    if not to:
        return None
    pair = KeyPair.generate()
    proof = prove(_team_proof_data(name, len(to), pair.public, round_))
    number = int(work.rows(_ADD, name, pair.public, proof, len(to), round_, now)[0][0])
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


def _team_proof_data(name: str, members: int, public: bytes, round_: int) -> bytes:
    number = "" if round_ == NO_ROUND else f"{round_}|"
    return f"team|{name}|{members}|{number}".encode() + public


def _round_proof_data(round_: int, count: int) -> bytes:
    return f"teams|{round_}|{count}".encode()
