"""A supervisor acts on a colleague's case only with a reason, from whatever front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import HAS_REASON, OPENS_NO_CASE, Role
from bot.clock import MINUTE, SECOND
from bot.desks.web.auth.sessions import MAX_LIFETIME
from bot.hotline.commands.permissions import (
    KEY_WAITS,
    NEEDS_NO_REASON,
    REASON_COUNTS,
    REASON_NEEDED,
)
from bot.hotline.commands.registry import COMMANDS
from bot.hotline.commands.texts import CASE_ALREADY_CLAIMED, NOT_A_COLLEAGUES_CASE
from bot.hotline.commands.types import Verb
from tests.hotline.commands.test_command_store import claimed, notes
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES, staff_keys
from tests.support.moved_clock import MIDDAY
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

STATE = "SELECT status, holder, priority, office FROM cases"
REASONS = "SELECT actor, subject FROM audit WHERE deed = 'break_glass'"
GRANTED = {Verb.CLAIM, Verb.GIVE_REASON}
"""Written down a second time, by hand: a new verb is asked about, and so is a new exception."""
OF_A_CASE = [it.verb for it in COMMANDS.values() if it.is_about_case]


def given(verb: Verb) -> dict[str, str]:
    """Return what else a command needs; a transfer has words for the colleague otherwise."""
    return {"code": "1", "text": "" if verb is Verb.TRANSFER else "2026-11-01"}


@pytest.mark.parametrize("verb", [it for it in OF_A_CASE if it not in GRANTED])
def test_a_supervisor_gives_no_command_on_a_colleagues_case_without_a_reason(
    hotline: HotlineHarness, verb: Verb
) -> None:
    _person, mei, case = claimed(hotline)
    hua = hotline.colleague("Hua", role=Role.SUPERVISOR)
    before = hotline.ask(STATE)
    assert refusals(hua.run_command(verb, case, **given(verb))) == [REASON_NEEDED.source]
    assert hotline.ask(STATE) == before
    assert mei.reads(case) == []
    hua.gives_reason(case)
    after = refusals(hua.run_command(verb, case, **given(verb)))
    assert REASON_NEEDED.source not in after  # negative control


def test_each_command_that_needs_no_reason_says_why() -> None:
    assert set(NEEDS_NO_REASON) == GRANTED
    assert all(NEEDS_NO_REASON.values())


def test_a_claim_of_a_colleagues_case_names_the_colleague_and_takes_nothing(
    hotline: HotlineHarness,
) -> None:
    _person, _mei, case = claimed(hotline)
    hua, before = hotline.colleague("Hua", role=Role.SUPERVISOR), hotline.ask(STATE)
    assert refusals(hua.run_command(Verb.CLAIM, case)) == [CASE_ALREADY_CLAIMED.source]
    assert hotline.ask(STATE) == before


def test_a_reason_is_logged_and_the_colleague_reads_it(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    hua = hotline.colleague("Hua", role=Role.SUPERVISOR)
    assert refusals(hua.run_command(Verb.GIVE_REASON, case, text=" ")) == [
        HAS_REASON.refusal.source
    ]
    assert hotline.ask(REASONS) == []
    hua.gives_reason(case)
    assert hotline.ask(REASONS) == [(hua.id, case)]
    assert notes(mei, case) == ["She is ill."]
    assert not refusals(hua.run_command(Verb.RELEASE, case))
    assert hotline.ask("SELECT status, holder FROM cases") == [("waiting", None)]


def test_a_reason_counts_for_one_supervisor_one_case_and_as_long_as_a_session(
    hotline: HotlineHarness,
) -> None:
    assert REASON_COUNTS == MAX_LIFETIME
    _person, mei, case = claimed(hotline)
    hua = hotline.colleague("Hua", role=Role.SUPERVISOR)
    hua.gives_reason(case)
    hui = hotline.colleague("Hui", role=Role.SUPERVISOR)
    assert refusals(hui.run_command(Verb.NOTE, case, text="x")) == [REASON_NEEDED.source]
    hotline.advance_time((REASON_COUNTS - MINUTE) / SECOND)
    mei.run_command(Verb.NOTE, case, text="I am here.")
    assert not refusals(hua.run_command(Verb.NOTE, case, text="x"))  # negative control
    hotline.advance_time(2 * MINUTE / SECOND)
    assert refusals(hua.run_command(Verb.NOTE, case, text="x")) == [REASON_NEEDED.source]


def test_a_closed_case_of_a_colleague_is_not_reopened_without_a_reason(
    hotline: HotlineHarness,
) -> None:
    """It would wait in the queue then, and whoever serves the queue reads it."""
    _person, mei, case = claimed(hotline)
    assert not refusals(mei.run_command(Verb.CLOSE, case, code="helped", text="x"))
    hua = hotline.colleague("Hua", role=Role.SUPERVISOR)
    assert refusals(hua.run_command(Verb.REOPEN, case)) == [REASON_NEEDED.source]
    hua.gives_reason(case)
    assert not refusals(hua.run_command(Verb.REOPEN, case))  # negative control


def test_a_transfer_to_a_third_colleague_says_why_and_one_to_oneself_is_refused(
    hotline: HotlineHarness,
) -> None:
    _person, mei, case = claimed(hotline)
    hua, jun = hotline.colleague("Hua", role=Role.SUPERVISOR), hotline.colleague("Jun")
    for to, words in ((hua.id, "Mei is away."), (hua.id, ""), (jun.id, " ")):
        said = refusals(hua.run_command(Verb.TRANSFER, case, code=to, text=words))
        assert said == [REASON_NEEDED.source], (to, words)
    assert not refusals(hua.run_command(Verb.TRANSFER, case, code=jun.id, text="Mei is away."))
    assert hotline.ask("SELECT holder FROM cases") == [(jun.id,)]
    assert notes(mei, case) == ["Mei is away."]


def test_an_administrator_returns_a_colleagues_case_only_with_a_reason(
    hotline: HotlineHarness,
) -> None:
    _person, mei, case = claimed(hotline)
    wen = hotline.colleague("Wen", role=Role.ADMINISTRATOR)
    assert refusals(wen.run_command(Verb.RELEASE, case)) == [HAS_REASON.refusal.source]
    assert refusals(wen.run_command(Verb.GIVE_REASON, case, text="x")) == [OPENS_NO_CASE.source]
    assert not refusals(wen.run_command(Verb.RELEASE, case, text="Mei is away."))
    assert notes(mei, case) == ["Mei is away."]


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SUPERVISOR])
def test_whoever_waits_for_an_approval_returns_no_case_of_a_colleague(
    hotline: HotlineHarness, role: Role
) -> None:
    keys = staff_keys(hotline.vault)
    _person, mei, case = claimed(hotline)
    zed = hotline.colleague("Zed", role=role)
    keys.enrol(zed.id, role.value, QUEUES, PASSWORD, MIDDAY)
    before = hotline.ask(STATE)
    for verb in (Verb.RELEASE, Verb.GIVE_REASON):
        assert refusals(zed.run_command(verb, case, text="Mei is away.")) == [KEY_WAITS.source]
    assert hotline.ask(STATE) == before
    own = f"UPDATE cases SET holder = '{zed.id}' WHERE id = '{case}' RETURNING id"  # noqa: S608
    hotline.ask(own)
    assert not refusals(zed.run_command(Verb.RELEASE, case))  # the control: it is theirs
    keys.remove(zed.id, MIDDAY)
    assert mei.reads(case) == []


def test_one_s_own_case_and_one_that_waits_need_no_reason(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    mei.run_command(Verb.RELEASE, case)
    hua = hotline.colleague("Hua", role=Role.SUPERVISOR)
    said = refusals(hua.run_command(Verb.GIVE_REASON, case, text="x"))
    assert said == [NOT_A_COLLEAGUES_CASE.source]
    assert not refusals(hua.run_command(Verb.NOTE, case, text="It waits."))
    hua.claims(case)
    assert not refusals(hua.run_command(Verb.NOTE, case, text="It is mine."))
