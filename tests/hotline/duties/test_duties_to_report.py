"""Duties to report: who has them, when they begin, what ends them, and that none is overlooked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.state_machine import Role
from bot.clock import HOUR, SECOND
from bot.conversation.answer_rules import UNDER_18
from bot.hotline.commands.types import Verb
from bot.hotline.deadlines import DEADLINES_RUNNING, CaseDeadlines
from bot.hotline.duties import CaseDuties
from bot.hotline.events import EventKind
from bot.hotline.services.model import ServiceState
from bot.hotline.services.store import ServicePlans
from bot.places.duties import DutyState, duties_of
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.duties import DUTIES
from bot.vault import AuditLog
from tests.hotline.commands.test_command_store import claimed
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.people.caseworker_driver import refusals
from tests.support.people.phone_call import case_by_phone

if TYPE_CHECKING:
    from bot.hotline.events import Event
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver

RULES = CaseDeadlines(VAULT, AuditLog(VAULT), TAIWAN.deadline_rules)
CASE_DUTIES = CaseDuties(VAULT, RULES, duties_of(DUTIES, "ngo"))
SENT = {"to": "Taoyuan City, Ms Wu", "way": "phone", "number": "1151128-77"}
BY_CODE = {it.code: it for it in DUTIES}


def states(home: HotlineHarness, case: str) -> dict[str, DutyState]:
    found = home.database.writer.run_sync(lambda work: CASE_DUTIES.of_case(work, case))
    return {it.duty.code: it.state for it in found}


def near(home: HotlineHarness, case: str) -> list[str]:
    now = home.loop.now()
    return [
        it.rule.code for it in home.database.writer.run_sync(lambda w: RULES.near(w, case, now))
    ]


def does(
    by: CaseworkerDriver, verb: Verb, case: str, code: str, text: str = "", **values: str
) -> list[str]:
    return refusals(by.run_command(verb, case, code=code, text=text, values=values))


def minor_reports(home: HotlineHarness) -> str:
    """Let someone report who is under 18; return the case."""
    person = home.person("en")
    person.says("/start")
    person.presses("English", "Tell what happened", "About me", "I am safe here")
    person.presses("Nothing right now", "Done", "You may keep them", "Under 18")
    person.says("I have to work every day.")
    person.presses("Send", "Any time")
    ((case,),) = home.ask("SELECT id FROM cases")
    return str(case)


# --- the rules as data ----------------------------------------------------------------------


def test_each_kind_of_organisation_has_its_duties_with_a_source() -> None:
    found = {
        kind: {it.code for it in duties_of(DUTIES, kind)}
        for kind in ("ngo", "police", "immigration", "labour", "agency")
    }
    assert found == {
        "ngo": {"child", "police"}, "labour": {"child", "police"}, "police": {"child"},
        "immigration": {"child"}, "agency": {"child", "police", "agency"},
    }  # fmt: skip
    forms = TAIWAN.office_forms
    assert forms is not None
    for it in DUTIES:
        assert it.articles
        assert forms.forms[it.form].is_report
        assert it.rule.stays
    assert BY_CODE["child"].begins_with is UNDER_18
    assert BY_CODE["child"].needs_two


CODES = st.sampled_from(["noticed_child", "told_child", "asked_child", "no_duty_child", "contact"])


@given(st.lists(CODES, max_size=8))
def test_a_duty_stands_as_its_last_event_says(codes: list[str]) -> None:
    own = [it for it in codes if it != "contact"]
    expected = {
        "noticed_child": DutyState.OPEN, "told_child": DutyState.TOLD,
        "asked_child": DutyState.ASKED, "no_duty_child": DutyState.NO_DUTY,
    }  # fmt: skip
    wanted = expected[own[-1]] if own else DutyState.UNDECIDED
    assert BY_CODE["child"].state(codes) is wanted


# --- how it begins --------------------------------------------------------------------------


def test_a_report_of_someone_under_18_begins_24_hours_for_the_local_government(
    hotline: HotlineHarness,
) -> None:
    case = minor_reports(hotline)
    assert states(hotline, case) == {"child": DutyState.OPEN, "police": DutyState.UNDECIDED}
    assert near(hotline, case) == ["noticed_child"]
    (running,) = hotline.database.writer.run_sync(lambda work: RULES.running(work, case))
    left = running.time_left(hotline.loop.now())
    assert left is not None
    assert 23 * HOUR < left <= 24 * HOUR
    alerts = [it for it in hotline.board.events if it.kind is EventKind.LEGAL_DEADLINE]
    before = len(alerts)
    hotline.advance_time(21 * HOUR / SECOND)
    hotline.database.writer.run_sync(
        lambda work: hotline.house.staff.check_due(work, hotline.loop.now())
    )
    alerts = [it for it in hotline.board.events if it.kind is EventKind.LEGAL_DEADLINE]
    assert len(alerts) > before


def test_an_adult_who_wants_to_talk_begins_no_duty(hotline: HotlineHarness) -> None:
    _person, _mei, case = claimed(hotline)
    assert set(states(hotline, case).values()) == {DutyState.UNDECIDED}
    assert near(hotline, case) == []


# --- what ends it ---------------------------------------------------------------------------


def test_a_report_is_recorded_with_whom_how_and_a_proof(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    assert does(mei, Verb.RECORD_REPORT, case, "police", **SENT)  # not begun
    assert does(mei, Verb.BEGIN_DUTY, case, "police", "Locked in, he keeps the passport") == []
    assert does(mei, Verb.BEGIN_DUTY, case, "police")
    assert near(hotline, case) == ["noticed_police"]
    hotline.advance_time(9 * 24 * 3600)  # it stays, however late
    assert near(hotline, case) == ["noticed_police"]
    for wrong in (
        {"to": ""}, {"way": ""}, {"way": "pigeon"}, {"number": ""}, {"at": "some day"},
        {"at": "2999-01-01 10:00"}, {"to": "x" * 501},
    ):  # fmt: skip
        assert does(mei, Verb.RECORD_REPORT, case, "police", **{**SENT, **wrong}), wrong
    assert does(mei, Verb.RECORD_REPORT, case, "agency", **SENT)  # not of this organisation
    assert does(mei, Verb.RECORD_REPORT, case, "police", **SENT) == []
    assert states(hotline, case)["police"] is DutyState.TOLD
    assert near(hotline, case) == []
    opener = hotline.opener(case)
    ((record, _at),) = hotline.database.writer.run_sync(
        lambda work: CaseDuties.records(work, case, opener)
    )
    assert (record.to, record.way, record.number) == tuple(
        SENT[it] for it in ("to", "way", "number")
    )
    assert record.moment
    assert does(mei, Verb.BEGIN_DUTY, case, "police") == []  # something new was noticed
    assert states(hotline, case)["police"] is DutyState.OPEN


def test_no_duty_for_a_child_takes_a_second_person(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    hua = hotline.colleague("Hua", role=Role.SUPERVISOR)
    assert does(mei, Verb.BEGIN_DUTY, case, "child") == []
    assert does(mei, Verb.DECIDE_NO_DUTY, case, "child")  # without a reason
    assert does(mei, Verb.DECIDE_NO_DUTY, case, "child", "She is 19: I saw her card") == []
    assert states(hotline, case)["child"] is DutyState.ASKED
    assert near(hotline, case) == ["noticed_child"]  # it is still due
    assert does(mei, Verb.DECIDE_NO_DUTY, case, "child", "She is 19")
    hua.gives_reason(case)
    assert does(hua, Verb.DECIDE_NO_DUTY, case, "child", "I saw the card too") == []
    assert states(hotline, case)["child"] is DutyState.NO_DUTY
    assert near(hotline, case) == []
    assert does(mei, Verb.DECIDE_NO_DUTY, case, "police", "A question about pay") == []
    assert states(hotline, case)["police"] is DutyState.NO_DUTY


def test_an_undecided_child_duty_needs_two_people_too(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    assert does(mei, Verb.DECIDE_NO_DUTY, case, "child", "No child in it") == []
    assert states(hotline, case)["child"] is DutyState.ASKED


# --- not overlooked -------------------------------------------------------------------------


def test_no_one_strikes_out_or_enters_a_duty_as_if_it_were_an_event(
    hotline: HotlineHarness,
) -> None:
    _person, mei, case = claimed(hotline)
    does(mei, Verb.BEGIN_DUTY, case, "child")
    assert refusals(mei.run_command(Verb.STRIKE_DEADLINE_EVENT, case, code="1"))
    for code in ("told_child", "no_duty_child", "noticed_police"):
        assert refusals(mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code=code))
    assert states(hotline, case)["child"] is DutyState.OPEN


@pytest.mark.parametrize("hours", [1, 30])
def test_closing_a_case_with_an_open_duty_asks_for_a_reason(
    hotline: HotlineHarness, hours: int
) -> None:
    _person, mei, case = claimed(hotline)
    does(mei, Verb.BEGIN_DUTY, case, "child")
    hotline.advance_time(hours * 3600)
    told: list[Event] = mei.run_command(Verb.CLOSE, case, code="information")
    assert refusals(told) == [DEADLINES_RUNNING.source]
    assert not refusals(mei.run_command(Verb.CLOSE, case, code="information", text="Her mother"))


def test_a_call_about_someone_under_18_begins_the_same_and_fills_the_plan(
    hotline: HotlineHarness,
) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei, **{"answer.under_18": "under", "answer.needs": "food,doctor"})
    assert states(hotline, case) == {"child": DutyState.OPEN, "police": DutyState.UNDECIDED}
    plans = ServicePlans(VAULT, AuditLog(VAULT))
    plan = hotline.database.writer.run_sync(lambda work: plans.of_case(work, case))
    assert plan.states == {"doctor": ServiceState.ASKED, "needs": ServiceState.ASKED}
