"""Overdue replies are counted in every state of a case, as a slow, plain model counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cases.state_machine import CaseState, Role
from bot.desks.web.team.overdue import overdue_cases, overdue_replies
from bot.desks.web.team.workload import workloads
from bot.hotline.staff.staff import Staff
from bot.store.database import Database
from tests.support.database.bulk_cases import COLUMNS, insert_cases
from tests.support.database_fixtures import DATABASE_KINDS, migrated_url
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from bot.store.writer import Work

QUEUED = (CaseState.WAITING, CaseState.REOPENED)
SOME = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(CaseState),
            "priority": st.integers(0, 4),
            "language": st.sampled_from(["id", "vi", "th"]),
            "queue": st.sampled_from(["labour", "fishers"]),
            "due_at": st.none() | st.integers(MIDDAY - 3, MIDDAY + 3),
            "holder": st.integers(0, 1),
        }
    ),
    max_size=12,
)


def row(number: int, it: dict[str, Any], staff: list[str]) -> tuple[Any, ...]:
    """Return a row of the table of cases."""
    status = CaseState(it["status"])
    is_closed = status is CaseState.CLOSED
    values = {
        **it, "id": f"{number:032x}", "reference": f"R{number}", "kind": "report",
        "status": status.value, "chat_key": number.to_bytes(16, "big"), "reasons": b"",
        "waiting_since": MIDDAY - number, "opened_at": MIDDAY - number, "contact": "", "alerts": 0,
        "holder": None if status in QUEUED else staff[it["holder"]],
        "due_at": None if is_closed else it["due_at"], "closed_at": MIDDAY if is_closed else None,
    }  # fmt: skip
    return tuple(values[name] for name in COLUMNS)


@pytest.mark.parametrize("kind", DATABASE_KINDS)
def test_the_counts_are_those_of_a_plain_model(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    database = Database(migrated_url(kind, tmp_path_factory.mktemp("overdue")))
    records = Staff(VAULT)

    def enrol(work: Work) -> list[str]:
        about: dict[str, Any] = {"role": Role.CASEWORKER, "title": "", "languages": ()}
        return [
            records.add(work, MIDDAY, name=name, queues=(), **about).id for name in ("Mei", "Ana")
        ]

    staff = database.writer.run_sync(enrol)

    @settings(
        max_examples=drill_length(25 if kind == "sqlite" else 6, 400), deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(SOME)
    def check(drawn: list[dict[str, Any]]) -> None:
        database.writer.run_sync(_delete_cases)
        rows = [row(number, it, staff) for number, it in enumerate(drawn)]
        insert_cases(database, rows)
        _compare(database, [dict(zip(COLUMNS, it, strict=True)) for it in rows], records)

    check()
    database.writer.close()


def _compare(database: Database, cases: list[dict[str, Any]], records: Staff) -> None:
    run = database.writer.run_sync
    found = run(lambda work: overdue_replies(work, MIDDAY))
    late = [it for it in cases if it["due_at"] is not None and it["due_at"] < MIDDAY]
    assert found.total == len(late)
    assert found.emergencies == sum(it["priority"] == 0 for it in late)
    assert found.referred == sum(it["status"] == "referred" for it in late)
    assert found.unassigned == sum(it["holder"] is None for it in late)
    for it in found.demand:
        mine = [each for each in late if each["language"] == it.language]
        waiting = [each for each in cases if each["status"] in QUEUED]
        assert it.late == len(mine)
        assert it.late_since == min((each["due_at"] for each in mine), default=0)
        assert it.waiting == sum(each["language"] == it.language for each in waiting)
    spoken = {it["language"] for it in cases if it in late or it["status"] in QUEUED}
    assert {it.language for it in found.demand} == spoken
    late.sort(key=lambda it: (it["priority"], it["due_at"], it["id"]))
    assert run(lambda work: overdue_cases(work, MIDDAY, 5)) == [it["id"] for it in late[:5]]
    for who in run(lambda work: workloads(work, records, MIDDAY)):
        mine = [it for it in cases if it["holder"] == who.by.id and it["status"] != "closed"]
        assert {it.reference for it in who.cases} == {it["reference"] for it in mine}
        assert who.late == sum(it in late for it in mine)
        weights = [2 if it["priority"] == 0 else 1 for it in mine if it["status"] != "referred"]
        assert who.load == sum(weights)


def _delete_cases(work: Work) -> None:
    work._cursor.execute("DELETE FROM cases")
