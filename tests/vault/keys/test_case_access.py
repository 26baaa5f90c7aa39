"""Who can open a case is who may: through joining, claiming, handing over, leaving, erasing."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.cases.intake import CaseOpening, Intake
from bot.cases.urgency import Priority
from bot.errors import CaseNotReadableError
from bot.store.database import Database
from bot.vault import Vault
from bot.vault.keys import case_keys
from bot.vault.keys.case_keys import CaseKeyWraps
from bot.vault.keys.keyring import Keyring
from tests.support.database.key_store_fixtures import (
    PASSWORD,
    empty_keyring,
    enrol_approved,
    key_store,
    staff_keys,
)
from tests.support.database_fixtures import migrated_url, query
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import BOT, ROOT
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from bot.store.writer import Work

QUEUES = ("labour", "trafficking")
PEOPLE = ("ann", "bea", "cho", "dee")
SUPERVISORS = "supervisors"
HOUSE = "house"
Holder = tuple[str, int]
"""A team by name and how often it was formed; a person by name and which of their keys."""


@pytest.fixture(autouse=True)
def two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let cases be looked through in several steps, however few there are."""
    monkeypatch.setattr(case_keys, "REWRAP_AT_ONCE", 2)


class Model:
    """What should be so, in sets alone."""

    def __init__(self) -> None:
        self.formed = 0
        self.joined = 0
        self.keys: dict[str, int] = {}
        self.roles: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.teams: dict[Holder, set[Holder]] = {}
        """Who can open what is wrapped to a team, supervisors included."""
        self.newest: dict[str, Holder] = {}
        self.held: dict[str, set[Holder | str]] = {}
        self.queue: dict[str, str] = {}
        self.claimed: dict[str, str] = {}

    def join(self, who: str, role: str, queues: tuple[str, ...]) -> None:
        self._drop(who)
        self.joined += 1
        self.keys[who], self.roles[who] = self.joined, (role, queues)
        self._form()
        for case, held in self.held.items():
            if HOUSE in held:
                self.held[case] = self.wanted(case) or {HOUSE}

    def leave(self, who: str) -> None:
        self._drop(who)
        self._form()

    def _drop(self, who: str) -> None:
        key = self.keys.pop(who, 0)
        self.roles.pop(who, None)
        for members in (*self.teams.values(), *self.held.values()):
            members.discard((who, key))

    def _form(self) -> None:
        self.formed += 1
        chiefs = {(w, self.keys[w]) for w, (role, _q) in self.roles.items() if role == "supervisor"}
        self._team(SUPERVISORS, chiefs)
        for queue in QUEUES:
            team = {(w, self.keys[w]) for w, (_r, queues) in self.roles.items() if queue in queues}
            self._team(queue, team | chiefs if team else set())

    def _team(self, name: str, members: set[Holder]) -> None:
        self.newest.pop(name, None)
        if members:
            self.newest[name] = (name, self.formed)
            self.teams[name, self.formed] = members

    def of_queue(self, queue: str) -> Holder | None:
        found = self.newest.get(queue) or self.newest.get(SUPERVISORS)
        return found or next((self.newest[name] for name in sorted(self.newest)), None)

    def wanted(self, case: str) -> set[Holder | str]:
        who = self.claimed.get(case, "")
        found: set[Holder | str | None] = {self.of_queue(self.queue[case])}
        if who in self.keys:
            chiefs = self.newest.get(SUPERVISORS)
            found = {(who, self.keys[who]), chiefs or self.of_queue(self.queue[case])}
        return {it for it in found if it is not None}

    def opened(self, case: str, queue: str) -> None:
        self.queue[case] = queue
        self.held[case] = self.wanted(case) or {HOUSE}

    def can(self, who: str, case: str) -> bool:
        me = (who, self.keys[who])
        return any(
            it in {HOUSE, me} or (isinstance(it, tuple) and me in self.teams.get(it, set()))
            for it in self.held.get(case, set())
        )

    def signs_in(self, who: str) -> None:
        for case in self.held:
            if self.can(who, case) and (wanted := self.wanted(case)):
                self.held[case] = wanted


class Membership(RuleBasedStateMachine):
    """The key store and a database, beside the model."""

    custody = CaseKeyWraps

    @initialize()
    def begin(self) -> None:
        self.folder = Path(mkdtemp())
        self.database = Database(migrated_url("sqlite", self.folder))
        self.vault = Vault(ROOT, key_store(self.folder))
        assert self.vault.keys is not None
        self.vault.cases._wraps = self.custody(self.vault.keys, self.vault, self.vault.prove)
        self.vault.rotate_epoch(MIDDAY)
        self.staff = staff_keys(self.vault)
        self.intake = Intake(self.vault, BOT)
        self.model = Model()
        self.rings: dict[str, Keyring] = {}

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.vault.close()
            self.database.writer.close()
            shutil.rmtree(self.folder)

    def sql(self, sql: str) -> None:
        connection = self.database.connect()
        connection.execute(sql)
        connection.close()

    def settle(self, who: str = "") -> None:
        ring = self.rings.get(who)
        run = self.database.writer.run_sync
        run(lambda work: self.vault.cases.wraps.rewrap_all(work, ring, MIDDAY))

    @rule(
        who=st.sampled_from(PEOPLE), role=st.sampled_from(("caseworker", "supervisor")),
        queues=st.sets(st.sampled_from(QUEUES)),
    )  # fmt: skip
    def joins(self, who: str, role: str, queues: set[str]) -> None:
        where = tuple(sorted(queues))
        enrol_approved(self.staff, who, role, where, PASSWORD, MIDDAY)
        self.model.join(who, role, where)
        self.settle()

    @precondition(lambda self: self.model.keys)
    @rule(data=st.data())
    def leaves(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.model.keys)))
        self.staff.remove(who, MIDDAY)
        self.model.leave(who)

    @rule(queue=st.sampled_from(QUEUES))
    def somebody_writes(self, queue: str) -> None:
        def store(work: Work) -> str:
            case = self.intake.open_case(
                work, CaseOpening("report", "id", bytes(16), 1, {}, Priority.STANDARD, MIDDAY)
            )
            case.queue = queue
            self.intake.store(work, [case], [])
            return case.id

        self.model.opened(self.database.writer.run_sync(store), queue)

    @precondition(lambda self: self.model.held)
    @rule(data=st.data(), who=st.sampled_from((*PEOPLE, "")))
    def claims_or_gives_back(self, data: st.DataObject, who: str) -> None:
        """Claim, hand over, release: all from the group, where nobody has keys."""
        self.is_claimed(data.draw(st.sampled_from([*self.model.held])), who)

    def is_claimed(self, case: str, who: str) -> None:
        self.model.claimed[case] = who
        holder = f"'{who}'" if who else "NULL"
        self.sql(f"UPDATE cases SET holder = {holder} WHERE id = '{case}'")  # noqa: S608 - ours

    @precondition(lambda self: self.model.keys)
    @rule(data=st.data())
    def signs_in(self, data: st.DataObject) -> None:
        self.comes(data.draw(st.sampled_from(sorted(self.model.keys))))

    def comes(self, who: str) -> None:
        self.rings[who] = self.staff.unlock(who, PASSWORD)
        self.settle(who)
        self.model.signs_in(who)

    @precondition(lambda self: self.model.held)
    @rule(data=st.data())
    def is_erased(self, data: st.DataObject) -> None:
        case = data.draw(st.sampled_from([*self.model.held]))
        self.vault.cases.erase(case)
        self.sql(f"DELETE FROM case_keys WHERE case_id = '{case}'")  # noqa: S608 - ours
        self.sql(f"DELETE FROM cases WHERE id = '{case}'")  # noqa: S608 - ours
        del self.model.held[case]

    @invariant()
    def opens_for_whom_it_may_and_for_nobody_else(self) -> None:
        if not hasattr(self, "model"):
            return
        custody = self.vault.cases.wraps
        for who in self.model.keys:
            ring = self.staff.unlock(who, PASSWORD)
            for case in self.model.held:
                assert opens(custody, case, ring) == self.model.can(who, case), (who, case)
        for case, held in self.model.held.items():
            assert opens(custody, case, empty_keyring(self.vault)) == (HOUSE in held)

    @invariant()
    def what_was_once_held_opens_no_longer_than_it_may(self) -> None:
        """Whoever left, or was given another key, opens nothing with the old one."""
        if not hasattr(self, "model"):
            return
        for who, ring in list(self.rings.items()):
            if who not in self.model.keys:
                stale = Keyring(ring._keys, ring.holder, ring._known_keys[ring.holder])  # type: ignore[arg-type]
                for case, held in self.model.held.items():
                    assert HOUSE in held or not opens(self.vault.cases.wraps, case, stale)
                del self.rings[who]


def opens(custody: CaseKeyWraps, case: str, ring: Keyring) -> bool:
    try:
        custody.open_key(case, ring)
    except CaseNotReadableError:
        return False
    return True


SHORT = settings(max_examples=drill_length(5, 12), stateful_step_count=25, deadline=None)


def test_a_case_opens_for_its_members_and_no_others() -> None:
    run_state_machine_as_test(Membership, settings=SHORT)  # type: ignore[no-untyped-call]


class Keeps(CaseKeyWraps):
    """Leaves the wraps of whoever held a case before."""

    def _rewrap(self, case, keyring, wanted, held, now) -> bool:  # type: ignore[no-untyped-def]  # noqa: ANN001
        raw = self.open_key(case, keyring).private_bytes
        missing = [it for it in wanted if it.name not in held]
        rows = self._wrap_rows(case, raw, missing, now) if missing else []
        self._keys.run(lambda work: work.many(case_keys._ADD_WRAP, rows))
        return True


class Leaky(Membership):
    custody = Keeps


def claim_of_a_colleague(kind: type[Membership]) -> None:
    """Let a case of a team be claimed: the colleague of the holder opens it no more."""
    members = kind()
    try:
        members.begin()
        for who, role in (("ann", "caseworker"), ("bea", "caseworker"), ("dee", "supervisor")):
            members.joins(who, role, {"labour"} if role == "caseworker" else set())
        members.somebody_writes("labour")
        (case,) = members.model.held
        members.opens_for_whom_it_may_and_for_nobody_else()
        members.is_claimed(case, "ann")
        members.comes("ann")
        members.opens_for_whom_it_may_and_for_nobody_else()
    finally:
        members.teardown()


@pytest.mark.parametrize(("kind", "is_noticed"), [(Membership, False), (Leaky, True)])
def test_keys_that_are_not_removed_are_detected(
    kind: type[Membership], *, is_noticed: bool
) -> None:
    with pytest.raises(AssertionError, match="bea") if is_noticed else nullcontext():
        claim_of_a_colleague(kind)


def test_a_staff_key_added_without_the_host_key_is_refused(tmp_path: Path) -> None:
    vault = Vault(ROOT, key_store(tmp_path))
    keys = staff_keys(vault)
    keys.enrol("ann", "supervisor", QUEUES, PASSWORD, MIDDAY)
    assert vault.keys is not None
    rows = query(vault.keys.database, "SELECT staff_id, role, queues FROM staff_keys")
    assert rows == [("ann", "supervisor", "labour trafficking")]
    forged = staff_keys(Vault(type(ROOT)(bytes(32)), vault.keys))
    with pytest.raises(Exception, match="not the one that was enrolled"):
        forged.enrol("mallory", "supervisor", QUEUES, PASSWORD, MIDDAY)
    assert vault.cases.wraps.holders().members.keys() == {"ann"}
