"""A key opens cases only after a present holder approved it; deleted rows bring no team back."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.cases.intake import CaseOpening, Intake
from bot.cases.urgency import Priority
from bot.errors import CaseNotReadableError, DecryptionError, NotApprovedError
from bot.store.database import Database
from bot.vault import Vault
from bot.vault.keys.staff_keys import StaffKeys
from bot.vault.keys.team_keys import NO_ROUND, UNAPPROVED, number_teams
from tests.support.database.key_store_fixtures import (
    CHEAP,
    PASSWORD,
    QUEUES,
    enrol_approved,
    key_store,
    staff_keys,
)
from tests.support.database_fixtures import migrated_url, query
from tests.support.harnesses.hotline_harness import BOT, ROOT
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring


def execute(database: Database, sql: str, row: tuple[object, ...] = ()) -> None:
    """Change a row behind Haven's back."""
    with closing(database.connect()) as connection:
        connection.execute(sql, row)
        connection.commit()


OPERATOR, ADMIN = "operator", "ada"


class Office:
    """A key store, a database with cases, and who opens them."""

    def __init__(self, folder: Path, keys: type[StaffKeys] = StaffKeys) -> None:
        self.database = Database(migrated_url("sqlite", folder))
        self.vault = Vault(ROOT, key_store(folder))
        self.vault.rotate_epoch(MIDDAY)
        assert self.vault.keys is not None
        self.store = self.vault.keys.database
        self.keys = keys(self.vault.keys, self.vault.prove, CHEAP)
        self.intake = Intake(self.vault, BOT)

    def close(self) -> None:
        self.vault.close()
        self.database.writer.close()

    def case(self) -> str:
        def store(work: Work) -> str:
            opening = CaseOpening("report", "id", bytes(16), 1, {}, Priority.STANDARD, MIDDAY)
            case = self.intake.open_case(work, opening)
            case.queue = "labour"
            self.intake.store(work, [case], [])
            return case.id

        return self.database.writer.run_sync(store)

    def signs_in(self, who: str) -> Keyring:
        """Unlock a key and wrap what it opens to everyone who may open it, as a sign-in does."""
        ring, wraps = self.keys.unlock(who, PASSWORD), self.vault.cases.wraps
        self.database.writer.run_sync(lambda work: wraps.rewrap_all(work, ring, MIDDAY))
        return ring

    def opens(self, who: str, case: str) -> bool:
        try:
            self.vault.cases.wraps.open_key(case, self.keys.unlock(who, PASSWORD))
        except CaseNotReadableError:
            return False
        return True

    def adds(self, who: str, role: str = "supervisor", by: str = OPERATOR) -> None:
        """Enrol someone as the host does: no password of any colleague is needed."""
        self.keys.enrol(who, role, QUEUES, PASSWORD, MIDDAY, by)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def read_by_a_stranger(office: Office) -> bool:
    """Add an account on the host, let a supervisor sign in, and tell whether it opens a case."""
    office.adds("hui")
    old = office.case()
    office.adds("mallory")
    office.signs_in("hui")
    new = office.case()
    office.signs_in("hui")
    assert office.opens("hui", old)
    assert office.opens("hui", new)
    return office.opens("mallory", old) or office.opens("mallory", new)


def test_an_account_added_on_the_host_opens_no_case(office: Office) -> None:
    assert not read_by_a_stranger(office)
    assert office.vault.cases.wraps.holders().members["mallory"].role == UNAPPROVED
    (asked,) = office.keys.requests()
    assert (asked.staff_id, asked.role, asked.queues) == ("mallory", "supervisor", QUEUES)
    assert (asked.asked_by, asked.asked_at) == (OPERATOR, MIDDAY)


def test_keys_that_join_without_an_approval_are_detected(tmp_path: Path) -> None:
    class Trusting(StaffKeys):
        """Approves each key by itself."""

        def enrol(self, staff_id, *given) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002
            printed = super().enrol(staff_id, *given)
            for request in self.requests():
                self._keys.run(lambda work, it=request: self._set(work, it.member, MIDDAY))  # type: ignore[misc]
            return printed

    office = Office(tmp_path, Trusting)
    assert read_by_a_stranger(office)
    office.close()


def test_the_first_holder_needs_no_approval_and_a_supervisor_approves_the_second(
    office: Office,
) -> None:
    office.adds("hui")
    assert office.keys.requests() == []
    case = office.case()
    office.adds("jun", "caseworker")
    ring = office.signs_in("hui")
    assert not office.opens("jun", case)
    assert office.keys.approve(ring, "jun", MIDDAY).staff_id == "jun"
    assert office.keys.requests() == []
    office.signs_in("hui")
    assert office.opens("jun", case)
    assert office.opens("jun", office.case())


def test_a_refused_key_opens_nothing_and_waits_no_more(office: Office) -> None:
    office.adds("hui")
    case = office.case()
    office.adds("jun", "caseworker")
    office.keys.refuse(office.signs_in("hui"), "jun")
    assert office.keys.requests() == []
    office.signs_in("hui")
    assert not office.opens("jun", case)
    with pytest.raises(NotApprovedError):
        office.keys.approve(office.signs_in("hui"), "jun", MIDDAY)


def test_only_a_present_holder_approves_and_a_supervisor_where_there_is_one(
    office: Office,
) -> None:
    office.adds("mei", "caseworker")
    office.keys.enrol(ADMIN, "administrator", (), PASSWORD, MIDDAY)
    office.adds("hui")
    office.adds("mallory")
    rings = {who: office.signs_in(who) for who in ("mei", "hui", "mallory", ADMIN)}
    for who in ("hui", "mallory", ADMIN):
        with pytest.raises(NotApprovedError):
            office.keys.approve(rings[who], "mallory", MIDDAY)
    with pytest.raises(NotApprovedError):
        office.keys.approve(rings["hui"], "hui", MIDDAY)
    office.keys.approve(rings["mei"], "hui", MIDDAY)  # no supervisor had a key
    with pytest.raises(NotApprovedError):
        office.keys.refuse(rings["mei"], "mallory")
    office.keys.approve(rings["hui"], "mallory", MIDDAY)
    old = rings["hui"]
    office.adds("hui")  # a new key: the one that approved is none any more
    office.adds("zoe")
    with pytest.raises(NotApprovedError):
        office.keys.approve(old, "zoe", MIDDAY)


def test_a_new_key_for_a_known_colleague_waits_too(office: Office) -> None:
    office.adds("hui")
    enrol_approved_after(office, "mei")
    case = office.case()
    office.adds("mei", "supervisor")  # haven staff password mei --new-key, without a password
    office.signs_in("hui")
    assert not office.opens("mei", case)
    assert [it.staff_id for it in office.keys.requests()] == ["mei"]


def enrol_approved_after(office: Office, who: str, role: str = "caseworker") -> None:
    """Enrol someone, and have Hui approve."""
    office.adds(who, role)
    office.keys.approve(office.signs_in("hui"), who, MIDDAY)


def test_a_higher_role_or_another_queue_waits_and_less_counts_at_once(office: Office) -> None:
    office.adds("hui")
    office.keys.enrol("mei", "caseworker", ("trafficking",), PASSWORD, MIDDAY)
    office.keys.approve(office.signs_in("hui"), "mei", MIDDAY)
    case = office.case()
    office.keys.change_member("mei", "supervisor", QUEUES, MIDDAY, ADMIN)
    office.signs_in("hui")
    assert not office.opens("mei", case)
    (asked,) = office.keys.requests()
    assert (asked.role, asked.queues, asked.asked_by) == ("supervisor", QUEUES, ADMIN)
    member = office.vault.cases.wraps.holders().members["mei"]
    assert (member.role, member.queues) == ("caseworker", ("trafficking",))
    office.keys.change_member("mei", "caseworker", (), MIDDAY, ADMIN)  # less: taken back
    assert office.keys.requests() == []
    assert office.vault.cases.wraps.holders().members["mei"].queues == ()
    office.keys.change_member("mei", "caseworker", ("labour",), MIDDAY, ADMIN)
    office.keys.approve(office.signs_in("hui"), "mei", MIDDAY)
    office.signs_in("hui")
    assert office.opens("mei", case)


@pytest.mark.parametrize(
    "change",
    ["role = 'caseworker'", "queues = ''", "asked_by = 'hui'", "asked_at = 1", "staff_id = 'zoe'"],
)
def test_an_altered_request_is_refused(office: Office, change: str) -> None:
    office.adds("hui")
    office.adds("mallory")
    ring = office.signs_in("hui")
    execute(office.store, f"UPDATE key_requests SET {change}")  # noqa: S608 - ours
    with pytest.raises(DecryptionError):
        office.keys.approve(ring, "mallory", MIDDAY)


# --- Teams ------------------------------------------------------------------------------------


def with_two_rounds(office: Office) -> list[tuple[object, ...]]:
    """Renew the teams once; return the rows of the earlier round."""
    enrol_approved(staff_keys(office.vault), "hui", "supervisor", QUEUES, PASSWORD, MIDDAY)
    earlier = query(
        office.store, "SELECT id, name, public, proof, members, born_at, round FROM teams"
    )
    office.adds("mei", "caseworker")
    office.keys.remove("mei", MIDDAY)
    return earlier


PUT_BACK = (
    "INSERT INTO teams (id, name, public, proof, members, born_at, round) VALUES (?,?,?,?,?,?,?)"
)


@pytest.mark.parametrize(
    "lost", ["1 = 1", "id = (SELECT max(id) FROM teams)", "name = 'supervisors'"]
)
@pytest.mark.parametrize("is_put_back", [True, False])
def test_deleting_the_newest_rows_brings_no_earlier_team_back(
    office: Office, lost: str, is_put_back: bool
) -> None:
    earlier = with_two_rounds(office)
    office.case()  # the control: as it is, a case is wrapped
    execute(office.store, f"DELETE FROM teams WHERE {lost}")  # noqa: S608 - ours
    for row in earlier if is_put_back else ():
        execute(office.store, PUT_BACK, row)
    with pytest.raises(DecryptionError):
        office.vault.cases.wraps.holders()
    with pytest.raises(DecryptionError):
        office.case()


def test_without_any_row_of_the_teams_nothing_is_sealed_to_the_host(office: Office) -> None:
    with_two_rounds(office)
    for table in ("teams", "team_rounds"):
        execute(office.store, f"DELETE FROM {table}")  # noqa: S608 - ours
    with pytest.raises(DecryptionError, match="deleted"):
        office.case()
    assert query(office.store, "SELECT * FROM case_wraps WHERE holder = 'house'") == []


def test_a_key_store_of_an_earlier_release_gets_numbered_teams(office: Office) -> None:
    with_two_rounds(office)
    office.case()
    for row in query(office.store, "SELECT id, name, members, public FROM teams"):
        number, name, members, public = row
        proof = office.vault.prove(f"team|{name}|{members}|".encode() + bytes(public))
        change = "UPDATE teams SET round = 0, proof = ? WHERE id = ?"
        execute(office.store, change, (proof, number))
    execute(office.store, "DELETE FROM team_rounds")
    office.case()  # still opens as it did
    assert office.vault.keys is not None
    for _again in range(2):
        office.vault.keys.run(lambda work: number_teams(work, office.vault.prove, MIDDAY))
    rounds = query(office.store, "SELECT DISTINCT round FROM teams")
    assert rounds == query(office.store, "SELECT round FROM team_rounds") == [(1,)]
    assert NO_ROUND == 0
    assert office.opens("hui", office.case())


def test_a_count_of_the_newest_teams_that_was_not_stored_here_is_refused(office: Office) -> None:
    with_two_rounds(office)
    execute(office.store, "DELETE FROM teams WHERE name = 'supervisors'")
    execute(office.store, "UPDATE team_rounds SET teams = (SELECT count(*) FROM teams)")
    with pytest.raises(DecryptionError, match="was not stored here"):
        office.case()
