"""Who is a caseworker: whoever was enrolled, with the role they were given, until they leave."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.cases.state_machine import CaseState, Role
from bot.clock import MINUTE
from bot.errors import AlreadyEnrolledError
from bot.hotline.staff.enrolment import Enrolment
from bot.hotline.staff.staff import Staff
from bot.store.database import Database
from bot.vault.audit.log import OPERATOR
from tests.support.database_fixtures import bytes_literal, migrated_url, query
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from tests.support.harnesses.queue_harness import QueueHarness

ACCOUNT, OTHER = 6_000_000_001, 6_000_000_002
STAFF = Staff(VAULT)


def by_account(line: QueueHarness, account: int) -> Caseworker | None:
    return line.run(lambda work: STAFF.by_account(work, account))


def find(line: QueueHarness, who: str) -> Caseworker:
    found = line.run(lambda work: STAFF.find(work, who))
    assert found is not None
    return found


def change(line: QueueHarness, sql: str) -> None:
    connection = line.database.connect()
    cursor = connection.cursor()
    cursor.execute(sql)
    cursor.close()
    connection.close()


# --- Enrolled ------------------------------------------------------------------------------------


def test_enrolled_staff_are_found_by_account_with_all_fields(
    queue_harness: QueueHarness,
) -> None:
    agreed: dict[str, Any] = {
        "name": "Lin Mei-hua 林美華", "role": Role.SUPERVISOR, "title": "lawyer",
        "languages": ("id", "zh_Hant"), "queues": ("labour", "fishers"), "skills": ("children",),
        "most": 5, "account": ACCOUNT,
    }  # fmt: skip
    new = queue_harness.run(lambda work: STAFF.add(work, MIDDAY, **agreed))
    assert {name: getattr(new, name) for name in agreed} == agreed
    assert (new.is_active, new.is_on_duty, new.rests_until) == (True, False, 0)
    assert by_account(queue_harness, ACCOUNT) == find(queue_harness, new.id) == new
    assert queue_harness.run(STAFF.all) == [new]


def test_an_unknown_account_is_not_a_caseworker(queue_harness: QueueHarness) -> None:
    queue_harness.add_caseworker(account=ACCOUNT)
    queue_harness.add_caseworker()  # has no account
    for account in (OTHER, 0, -ACCOUNT, ACCOUNT + 1):
        assert by_account(queue_harness, account) is None
    assert queue_harness.run(lambda work: STAFF.find(work, "nobody")) is None


def test_an_account_belongs_to_one_caseworker(queue_harness: QueueHarness) -> None:
    first = queue_harness.add_caseworker(account=ACCOUNT)
    with pytest.raises(AlreadyEnrolledError, match=first.id):
        queue_harness.add_caseworker("Wu", account=ACCOUNT)
    assert queue_harness.run(STAFF.all) == [first]


def test_no_name_and_no_account_stands_in_the_database(queue_harness: QueueHarness) -> None:
    queue_harness.add_caseworker("Mei-hua", account=ACCOUNT)
    connection = queue_harness.database.connect()
    cursor = connection.cursor()
    cursor.execute("SELECT * FROM staff")
    (row,) = cursor.fetchall()
    connection.close()
    stored = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert b"Mei" not in stored
    assert str(ACCOUNT).encode() not in stored
    assert b"trafficking" in stored  # what is looked for would be found


def test_an_id_fits_where_it_has_to_go(queue_harness: QueueHarness) -> None:
    made = {queue_harness.add_caseworker(f"colleague {number}").id for number in range(20)}
    assert len(made) == 20
    assert {len(each) for each in made} == {8}


# --- There, or not -------------------------------------------------------------------------------


def test_only_staff_on_duty_and_not_resting_are_available(queue_harness: QueueHarness) -> None:
    one, _other = (
        queue_harness.add_caseworker("Mei", there=False),
        queue_harness.add_caseworker("Wu", there=False),
    )
    assert queue_harness.run(STAFF.on_duty) == []
    queue_harness.run(lambda work: STAFF.set_duty(work, one.id, on=True))
    assert [each.id for each in queue_harness.run(STAFF.on_duty)] == [one.id]
    queue_harness.run(lambda work: STAFF.rest(work, one.id, MIDDAY + 30 * MINUTE))
    assert find(queue_harness, one.id).rests_until == MIDDAY + 30 * MINUTE
    queue_harness.run(lambda work: STAFF.set_duty(work, one.id, on=False))
    assert queue_harness.run(STAFF.on_duty) == []


# --- Disabled ------------------------------------------------------------------------------------


def test_disabled_staff_are_not_found_by_account(queue_harness: QueueHarness) -> None:
    gone, stays = (
        queue_harness.add_caseworker(account=ACCOUNT),
        queue_harness.add_caseworker("Wu", account=OTHER),
    )
    assert queue_harness.run(lambda work: STAFF.disable(work, gone.id))
    assert by_account(queue_harness, ACCOUNT) is None
    assert by_account(queue_harness, OTHER) == stays
    left = find(queue_harness, gone.id)
    assert (left.is_active, left.is_on_duty, left.account) == (False, False, 0)
    assert left.name == gone.name  # the audit log names them by id, and staff ask who that was
    queue_harness.run(lambda work: STAFF.set_duty(work, gone.id, on=True))
    assert [each.id for each in queue_harness.run(STAFF.on_duty)] == [stays.id]


def test_staff_are_disabled_only_once(queue_harness: QueueHarness) -> None:
    gone = queue_harness.add_caseworker()
    assert queue_harness.run(lambda work: STAFF.disable(work, gone.id))
    assert not queue_harness.run(lambda work: STAFF.disable(work, gone.id))
    assert not queue_harness.run(lambda work: STAFF.disable(work, "nobody"))


def test_returning_staff_get_a_new_id(queue_harness: QueueHarness) -> None:
    gone = queue_harness.add_caseworker(account=ACCOUNT)
    queue_harness.run(lambda work: STAFF.disable(work, gone.id))
    new = queue_harness.add_caseworker(account=ACCOUNT)
    assert new.id != gone.id
    found = by_account(queue_harness, ACCOUNT)
    assert found is not None
    assert found.id == new.id


# --- Changed behind our back ---------------------------------------------------------------------

FORGED = {
    "a role": "UPDATE staff SET role = 'administrator' WHERE id = '{one}'",
    "another's account": "UPDATE staff SET account_key = {key} WHERE id = '{one}'",
    "another's words": "UPDATE staff SET sealed = (SELECT sealed FROM staff WHERE id = '{other}')"
    " WHERE id = '{one}'",
    "a role there is none of": "UPDATE staff SET role = 'chief' WHERE id = '{one}'",
    "noise": "UPDATE staff SET sealed = account_key WHERE id = '{one}'",
}


@pytest.mark.parametrize("sql", FORGED.values(), ids=FORGED)
def test_a_role_or_account_changed_in_the_database_is_rejected(
    queue_harness: QueueHarness, sql: str
) -> None:
    one, other = (
        queue_harness.add_caseworker(account=ACCOUNT),
        queue_harness.add_caseworker("Wu", account=OTHER),
    )
    literal = bytes_literal(VAULT.chat_key(0, 777), queue_harness.database)
    change(queue_harness, sql.format(one=one.id, other=other.id, key=literal))
    for account in (ACCOUNT, 777):
        assert by_account(queue_harness, account) is None
    assert by_account(queue_harness, OTHER) == other  # and nobody else is troubled
    assert len(queue_harness.run(STAFF.all)) == 2
    assert other.id in [each.id for each in queue_harness.run(STAFF.on_duty)]


def test_disabled_staff_cannot_be_reactivated_in_the_database(queue_harness: QueueHarness) -> None:
    gone = queue_harness.add_caseworker(account=ACCOUNT)
    queue_harness.run(lambda work: STAFF.disable(work, gone.id))
    literal = bytes_literal(VAULT.chat_key(0, ACCOUNT), queue_harness.database)
    change(queue_harness, f"UPDATE staff SET state = 'active', account_key = {literal}")  # noqa: S608
    assert by_account(queue_harness, ACCOUNT) is None


def test_what_was_not_changed_is_found(queue_harness: QueueHarness) -> None:
    """Shows that the tests above could fail: a change of a language is no matter of rights."""
    one = queue_harness.add_caseworker(account=ACCOUNT)
    change(queue_harness, "UPDATE staff SET languages = 'th'")
    found = by_account(queue_harness, ACCOUNT)
    assert found is not None
    assert (found.id, found.languages) == (one.id, ("th",))


# --- Any order -----------------------------------------------------------------------------------


class Comings(RuleBasedStateMachine):
    """Enrolled, disabled, on duty and off, in any order: the table beside a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._database = Database(migrated_url("sqlite", Path(self._folder.name)))
        self.people: dict[str, dict[str, Any]] = {}

    def _run(self, unit: Any) -> Any:
        return self._database.writer.run_sync(unit)

    def teardown(self) -> None:
        self._database.writer.close()
        self._folder.cleanup()

    @rule(account=st.integers(0, 4), role=st.sampled_from(Role))
    def enrols(self, account: int, role: Role) -> None:
        def unit(work: Work) -> Caseworker:
            return STAFF.add(
                work, len(self.people), name="Mei", role=role, title="caseworker",
                languages=("id",), queues=("labour",), account=account,
            )  # fmt: skip

        if account and account in [each["account"] for each in self.people.values()]:
            with pytest.raises(AlreadyEnrolledError):
                self._run(unit)
            return
        new = self._run(unit)
        self.people[new.id] = {"account": account, "role": role, "on": False, "active": True}

    @precondition(lambda self: self.people)
    @rule(dice=st.randoms(use_true_random=False))
    def leaves(self, dice: Any) -> None:
        who = dice.choice(list(self.people))  # as they came: ids are random
        was = self.people[who]["active"]
        assert self._run(lambda work: STAFF.disable(work, who)) == was
        self.people[who] |= {"active": False, "on": False, "account": 0}

    @precondition(lambda self: self.people)
    @rule(dice=st.randoms(use_true_random=False), on=st.booleans())
    def comes_or_goes(self, dice: Any, on: bool) -> None:
        who = dice.choice(list(self.people))  # as they came: ids are random
        self._run(lambda work: STAFF.set_duty(work, who, on=on))
        if self.people[who]["active"]:
            self.people[who]["on"] = on

    @invariant()
    def they_agree(self) -> None:
        for account in range(1, 5):
            known = [who for who, each in self.people.items() if each["account"] == account]
            found = self._run(lambda work, account=account: STAFF.by_account(work, account))
            assert ([found.id] if found else []) == known
        there = {each.id for each in self._run(STAFF.on_duty)}
        assert there == {
            who
            for who, each in self.people.items()
            if each["on"] and each["role"] in {Role.CASEWORKER, Role.SUPERVISOR}
        }
        everybody = self._run(STAFF.all)
        assert {each.id: (each.role, each.is_active) for each in everybody} == {
            who: (each["role"], each["active"]) for who, each in self.people.items()
        }


Comings.TestCase.settings = settings(
    max_examples=drill_length(8, 25), stateful_step_count=15, deadline=None
)
TestComings = Comings.TestCase


# --- Each change is written down ----------------------------------------------------------------


@pytest.fixture
def enrolment(queue_harness: QueueHarness) -> Enrolment:
    return Enrolment(VAULT, queue_harness.claims, queue_harness.audit)


AGREED = {
    "name": "Mei", "role": Role.CASEWORKER, "title": "caseworker", "languages": ("id",),
    "queues": ("trafficking",), "account": ACCOUNT,
}  # fmt: skip


def test_enrolment_is_audited(queue_harness: QueueHarness, enrolment: Enrolment) -> None:
    new = queue_harness.run(lambda work: enrolment.enrol(work, queue_harness.now, **AGREED))
    (row,) = queue_harness.run(lambda work: queue_harness.audit.rows_about(work, new.id))
    assert (row.at, row.actor, row.action) == (queue_harness.now, OPERATOR, "staff_add")
    assert row.detail == "caseworker"
    with pytest.raises(AlreadyEnrolledError):
        queue_harness.run(lambda work: enrolment.enrol(work, queue_harness.now, **AGREED))
    assert queue_harness.run(queue_harness.audit.head).number == 1


def test_cases_of_disabled_staff_return_to_the_queue(
    queue_harness: QueueHarness, enrolment: Enrolment
) -> None:
    new = queue_harness.run(lambda work: enrolment.enrol(work, queue_harness.now, **AGREED))
    queue_harness.run(lambda work: STAFF.set_duty(work, new.id, on=True))
    untouched, worked, others = (
        queue_harness.add_waiting_case(),
        queue_harness.add_waiting_case(),
        queue_harness.add_waiting_case(),
    )
    stays = queue_harness.add_caseworker("Wu")
    for case, who in (
        (untouched, find(queue_harness, new.id)),
        (worked, find(queue_harness, new.id)),
    ):
        queue_harness.run(
            lambda work, case=case, who=who: queue_harness.claims.claim(
                work, case, who, queue_harness.now
            )
        )
    queue_harness.run(
        lambda work: queue_harness.claims.claim(work, others, stays, queue_harness.now)
    )
    queue_harness.works(worked)

    back = queue_harness.run(lambda work: enrolment.disable(work, queue_harness.now, new.id))
    assert back is not None
    assert sorted(back) == sorted([untouched, worked])
    assert queue_harness.run(lambda work: queue_harness.claims.assigned_cases(work, stays.id)) == [
        others
    ]
    assert queue_harness.run(lambda work: queue_harness.claims.assigned_cases(work, new.id)) == []
    states = dict(query(queue_harness.database, "SELECT id, status FROM cases"))
    assert states == {
        untouched: CaseState.WAITING,
        worked: CaseState.WAITING,
        others: CaseState.CLAIMED,
    }
    (_added, row) = queue_harness.run(lambda work: queue_harness.audit.rows_about(work, new.id))
    assert (row.action, row.detail) == ("staff_disable", "released:2")
    released = queue_harness.run(lambda work: queue_harness.audit.rows_about(work, worked))
    assert [each.action for each in released] == ["claim", "work", "release"]


def test_disabling_unknown_staff_changes_nothing(
    queue_harness: QueueHarness, enrolment: Enrolment
) -> None:
    assert (
        queue_harness.run(lambda work: enrolment.disable(work, queue_harness.now, "nobody")) is None
    )
    assert queue_harness.run(queue_harness.audit.head).number == 0
