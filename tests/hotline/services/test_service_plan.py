"""The service plan: what may follow what, what is left of a ceiling, appointments, who reads it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.cases.state_machine import Role
from bot.clock import DAY, SECOND
from bot.hotline.commands.types import Verb
from bot.hotline.services.ceilings import CeilingUse, ceiling_use, current_ceiling
from bot.hotline.services.model import (
    OPEN_STATES,
    TRANSITIONS,
    PlanAction,
    PlanEntry,
    ServiceState,
    build_plan,
    is_possible,
)
from bot.hotline.services.store import ServicePlans
from bot.languages.format_date import format_moment
from bot.places.services import Ceiling, CeilingPeriod
from bot.places.taiwan import TAIWAN
from bot.vault import AuditLog
from flows.requests.ask_for_help import AskForHelp
from flows.requests.report import Report
from tests.hotline.commands.test_command_store import claimed
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    from bot.hotline.services.model import CasePlan
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

PLANS = ServicePlans(VAULT, AuditLog(VAULT))
ELEVEN = 11
FULL_WIDTH = "\uff18\uff0c\uff18\uff10\uff10\u5143"
"""8,800, as a Chinese keyboard types it."""
PLACE = "Room 4, Taoyuan District Court"
RULES = {rule.code: rule for it in TAIWAN.services for rule in it.ceilings}
TODAY = date(2026, 11, 28)


def plan_of(home: HotlineHarness, case: str) -> CasePlan:
    return home.database.writer.run_sync(lambda work: PLANS.of_case(work, case))


def record(mei: CaseworkerDriver, case: str, *codes: str, **values: str) -> list[str]:
    """Record several changes of services; return the refusals."""
    found = []
    for code in codes:
        found += refusals(mei.run_command(Verb.SERVICE, case, code=code, values=values))
    return found


def ceiling(code: str) -> Ceiling:
    found = current_ceiling(RULES[code], TAIWAN.chapters["amounts"], TODAY)
    assert found is not None
    return found


# --- the model ------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(sorted(TRANSITIONS)), max_size=12))
def test_a_service_moves_only_as_the_table_says(actions: list[PlanAction]) -> None:
    kept: list[PlanEntry] = []
    for action in actions:
        plan = build_plan((it, 0) for it in kept)
        before, entry = plan.state("doctor"), PlanEntry(action=action, service="doctor", by="mei")
        assert plan.allows(action, "doctor") == is_possible([*kept, entry])
        if plan.allows(action, "doctor"):
            kept.append(entry)
            assert build_plan((it, 0) for it in kept).state("doctor") is TRANSITIONS[action][1]
        else:
            assert before not in TRANSITIONS[action][0]
    assert is_possible(kept)


def test_a_person_can_refuse_at_any_point_and_be_offered_it_again() -> None:
    refusable, _after = TRANSITIONS[PlanAction.REFUSE]
    assert refusable == OPEN_STATES
    assert ServiceState.REFUSED in TRANSITIONS[PlanAction.OFFER][0]
    assert ServiceState.REFUSED not in TRANSITIONS[PlanAction.GIVE][0]


@given(st.data())
def test_striking_out_a_mistake_leaves_only_what_was_possible(data: st.DataObject) -> None:
    actions = data.draw(st.lists(st.sampled_from(sorted(TRANSITIONS)), max_size=8))
    entries: list[PlanEntry] = []
    for action in actions:
        entry = PlanEntry(action=action, service="doctor", by="mei", day="2026-11-25")
        if is_possible([*entries, entry]):
            entries.append(entry)
    plan = build_plan((it, 0) for it in entries)
    for number in range(len(entries) + 2):
        if plan.may_strike(number):
            strike = PlanEntry(action=PlanAction.STRIKE, service="doctor", by="mei", about=number)
            after = build_plan((it, 0) for it in [*entries, strike])
            assert is_possible(it.entry for it in after.entries if not it.is_struck)
    if entries:  # the last one can always be taken back
        assert plan.may_strike(len(entries))


GIVEN = st.builds(
    PlanEntry, action=st.just(PlanAction.GIVE), service=st.just("doctor"), by=st.just("mei"),
    kind=st.sampled_from(["doctor", "talks"]), units=st.integers(0, 4),
    amount=st.integers(0, 9000), day=st.dates(date(2024, 1, 1), date(2027, 12, 31)).map(str),
)  # fmt: skip


@given(st.lists(GIVEN, max_size=10), st.dates(date(2024, 1, 1), date(2027, 12, 31)).map(str))
def test_what_is_left_is_the_limit_less_what_was_given_in_the_period(
    given_: list[PlanEntry], day: str
) -> None:
    plan = build_plan((it, 0) for it in given_)
    for it in (
        Ceiling("doctor", CeilingPeriod.YEAR, amount=10_000),
        Ceiling("talks", CeilingPeriod.PERSON, each=2000, units=10),
    ):
        use = ceiling_use(plan, it, day)
        counted = [
            one
            for one in given_
            if one.kind == it.code and (it.period is CeilingPeriod.PERSON or one.day[:4] == day[:4])
        ]
        assert (use.used, use.spent) == (
            sum(o.units for o in counted),
            sum(o.amount for o in counted),
        )
        left = use.amount_left
        assert left is not None
        assert left >= 0
        assert not use.holds(1, left + 1)
        if use.units_left != 0:
            assert use.holds(1, min(left, it.each or left))


def test_the_services_of_taiwan_are_the_eleven_of_the_act_with_its_numbers() -> None:
    assert len(TAIWAN.services) == ELEVEN
    for number, it in enumerate(TAIWAN.services, 1):
        assert it.articles[0].provision.source.endswith(f"subparagraph {number}")
    assert len(RULES) == sum(len(it.ceilings) for it in TAIWAN.services)  # codes are unique
    limits = {code: CeilingUse(ceiling(code)).amount_limit for code in RULES}
    assert limits == {
        "doctor": 10_000, "doctor_insured": 3000, "checkup": 3000, "first": 30_000,
        "second": 30_000, "talks": 20_000, "rent": 15_000, "deposit": 10_000,
        "other_needs": 15_000, "hotel": 4000,
    }  # fmt: skip
    assert ceiling("doctor").period is CeilingPeriod.YEAR
    assert {code for code, rule in RULES.items() if rule.period is CeilingPeriod.YEAR} == {
        "doctor", "doctor_insured",
    }  # fmt: skip


# --- commands -------------------------------------------------------------------------------


def test_a_plan_is_written_and_what_is_not_possible_is_refused(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    assert record(mei, case, "offer.doctor", "accept.doctor") == []
    assert record(mei, case, "give.doctor", kind="doctor", amount="NT$1,200") == []
    assert record(mei, case, "give.doctor", kind="doctor", amount=FULL_WIDTH) == []
    plan = plan_of(hotline, case)
    assert plan.state("doctor") is ServiceState.GIVEN
    assert ceiling_use(plan, ceiling("doctor"), "2026-11-25").spent == 10_000
    wrong = [
        (("give.doctor",), {"kind": "doctor", "amount": "1"}),
        (("give.doctor",), {"amount": "1"}),
        (("give.doctor",), {"kind": "hotel", "amount": "1"}),
        (("give.doctor",), {"kind": "doctor", "amount": "a lot"}),
        (("give.doctor",), {"day": "2999-01-01"}),
        (("accept.lawyer",), {}),
        (("offer.doctor",), {}),
        (("book.doctor",), {}),
        (("offer.taxi",), {}),
        (("offer.lawyer",), {"provider": "x" * 501}),
    ]
    for codes, values in wrong:
        assert record(mei, case, *codes, **values), (codes, values)
    assert plan_of(hotline, case).entries == plan.entries
    assert record(mei, case, "give.doctor", kind="doctor", amount="500", approved="1") == []
    assert plan_of(hotline, case).entries[-1].entry.is_approved
    last = str(len(plan_of(hotline, case).entries))
    assert refusals(mei.run_command(Verb.STRIKE_SERVICE, case, code="1")) != []
    assert refusals(mei.run_command(Verb.STRIKE_SERVICE, case, code=last)) == []
    assert ceiling_use(plan_of(hotline, case), ceiling("doctor"), "2026-11-25").spent == 10_000


def test_of_two_who_give_the_last_session_the_second_reads_what_is_left(
    hotline: HotlineHarness,
) -> None:
    _person, mei, case = claimed(hotline)
    jun = hotline.colleague("Jun", role=Role.SUPERVISOR)
    assert record(mei, case, "offer.counsellor", "accept.counsellor") == []
    for _session in range(9):
        assert record(mei, case, "give.counsellor", kind="talks", amount="2000") == []
    jun.gives_reason(case)
    assert record(jun, case, "give.counsellor", kind="talks", amount="2000") == []
    assert len(record(mei, case, "give.counsellor", kind="talks", amount="2000")) == 1
    assert ceiling_use(plan_of(hotline, case), ceiling("talks"), "2026-11-25").units_left == 0
    stranger = hotline.colleague("Lin")
    assert record(stranger, case, "end.counsellor")  # neither the holder nor a supervisor


def ahead(home: HotlineHarness, days: int) -> str:
    return TAIWAN.deadline_rules.format_time(home.loop.now() + days * DAY)


def local(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / SECOND, TAIWAN.deadline_rules.zone)


def status(person: ChatPerson) -> str:
    return person.presses("Has anyone read it?")[0]


def test_the_person_reads_an_appointment_only_once_it_was_released(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = claimed(hotline)
    values = {"at": ahead(hotline, 3), "place": PLACE, "companion": "Ms Chen"}
    assert (
        refusals(mei.run_command(Verb.BOOK_APPOINTMENT, case, code="doctor", values=values)) == []
    )
    (booked,) = plan_of(hotline, case).appointments
    assert "A doctor" not in status(person)
    mei.run_command(Verb.SHOW_APPOINTMENT, case, code=str(booked.number))
    shown = status(person)
    assert f"A doctor: {format_moment('en', local(booked.moment))}" in shown
    assert PLACE not in shown
    assert "Chen" not in shown
    mei.run_command(Verb.HIDE_APPOINTMENT, case, code=str(booked.number))
    assert "A doctor" not in status(person)
    mei.run_command(Verb.SHOW_APPOINTMENT, case, code=str(booked.number))
    mei.run_command(Verb.CANCEL_APPOINTMENT, case, code=str(booked.number))
    assert "A doctor" not in status(person)
    assert refusals(mei.run_command(Verb.SHOW_APPOINTMENT, case, code=str(booked.number)))
    for at in ("", "2026-12-01", "tomorrow", ahead(hotline, -1), ahead(hotline, 400)):
        values = {"at": at}
        assert refusals(mei.run_command(Verb.BOOK_APPOINTMENT, case, code="doctor", values=values))


def test_a_chat_that_is_not_identified_shows_no_appointment(hotline: HotlineHarness) -> None:
    person, mei, case = claimed(hotline)
    values = {"at": ahead(hotline, 3), "show": "1"}
    mei.run_command(Verb.BOOK_APPOINTMENT, case, code="doctor", values=values)
    assert "A doctor" in status(person)  # negative control: it is there
    hotline.advance_time(3 * 3600)
    heard = " ".join([*map(str, person.says("/start")), *map(str, person.labels())])
    assert "doctor" not in heard.casefold()
    assert "Has anyone read it?" not in heard


def test_a_case_returns_on_the_day_of_each_appointment(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    for days in (5, 3, 9):
        values = {"at": ahead(hotline, days)}
        mei.run_command(Verb.BOOK_APPOINTMENT, case, code="doctor", values=values)

    def follow_up() -> int:
        ((at,),) = hotline.ask("SELECT follow_up_at FROM case_dates")
        return 0 if at is None else int(at)

    law, start = TAIWAN.deadline_rules, hotline.loop.now()
    assert law.date_of(follow_up()) == law.date_of(start + 3 * DAY)
    hotline.advance_time(3 * DAY / SECOND)
    mei.run_command(Verb.FOLLOW_UP, case)  # done
    assert law.date_of(follow_up()) == law.date_of(start + 5 * DAY)


def test_what_a_person_asks_for_stands_in_the_plan(hotline: HotlineHarness) -> None:
    person = hotline.person("en")
    person.says("/start")
    person.presses("English", "Ask for help", "I need it", "I am safe here")
    person.presses("A doctor", "Permit to stay", "To go home safely", "Done")
    person.presses("You may keep them", "Age 18 or over", "Send", "Any time")
    ((case,),) = hotline.ask("SELECT id FROM cases")
    plan = plan_of(hotline, case)
    assert plan.states == {"doctor": ServiceState.ASKED, "home": ServiceState.ASKED}
    assert {it.entry.by for it in plan.entries} == {"person"}
    assert hotline.ask("SELECT words FROM plan_entries WHERE words IS NOT NULL") == []


# --- sealing --------------------------------------------------------------------------------


def test_words_open_with_the_case_alone_and_moved_rows_do_not_open(
    hotline: HotlineHarness,
) -> None:
    _person, mei, case = claimed(hotline)
    record(mei, case, "offer.lawyer", provider="Legal Aid Foundation")
    record(mei, case, "accept.lawyer", "give.lawyer")
    opener = hotline.opener(case)
    words = hotline.database.writer.run_sync(lambda work: ServicePlans.words(work, case, opener))
    assert words[1].provider == "Legal Aid Foundation"
    since, until = hotline.loop.now() - DAY, hotline.loop.now() + DAY
    found = hotline.database.writer.run_sync(
        lambda work: list(PLANS.entered(work, since, until, [case]))
    )
    assert [it.action for _case, it in found] == ["offer", "accept", "give"]
    hotline.ask("DELETE FROM plan_entries WHERE id = 2 RETURNING id")
    assert refusals(mei.run_command(Verb.SERVICE, case, code="end.lawyer"))


def test_each_need_a_person_can_choose_leads_to_one_service_or_to_none() -> None:
    chosen = {code for flow in (AskForHelp, Report) for code in flow.needs.choices}
    asked = [code for it in TAIWAN.services for code in it.asked_by]
    assert len(asked) == len(set(asked))
    assert set(asked) <= chosen
    assert chosen - set(asked) == {
        "company_at_questioning", "unsure", "papers", "family", "nothing",
    } - set(asked)  # fmt: skip
