"""The registry holds every command, and its fronts agree with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import OPENS_NO_CASE, Role
from bot.desks.forum import command_handlers as forum
from bot.desks.web.case.actions import CASE_ACTIONS, OWN_ACTIONS
from bot.desks.web.interpreting.page import INTERPRETER_VERBS
from bot.hotline.commands.permissions import KEY_WAITS, WITHOUT_KEY, CommandPermission
from bot.hotline.commands.registry import (
    CODE,
    COMMANDS,
    SYSTEM_COMMANDS,
    WORDS,
    ForumArguments,
)
from bot.hotline.commands.texts import NOT_FOR_DUTY
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deliveries.room_commands import PARTNER_COMMANDS
from bot.hotline.queue.claims import NOT_YOUR_QUEUE
from tests.hotline.commands.test_command_store import claimed
from tests.support.database.key_store_fixtures import (
    PASSWORD,
    QUEUES,
    approve_waiting,
    enrol_approved,
    staff_keys,
)
from tests.support.moved_clock import MIDDAY
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.vault.keys.staff_keys import StaffKeys
    from tests.support.harnesses.hotline_harness import HotlineHarness


def test_every_verb_has_one_command() -> None:
    others = {*PARTNER_COMMANDS, *SYSTEM_COMMANDS}
    assert set(COMMANDS) | others == set(Verb)
    assert set(COMMANDS).isdisjoint(others)  # no desk can give what a room or Haven stores
    assert set(PARTNER_COMMANDS).isdisjoint(SYSTEM_COMMANDS)
    assert [spec.verb for spec in COMMANDS.values()] == list(COMMANDS)


def test_the_web_desk_has_a_form_for_every_command() -> None:
    assert set(CASE_ACTIONS) | set(OWN_ACTIONS) | set(INTERPRETER_VERBS) == set(COMMANDS)
    assert set(CASE_ACTIONS).isdisjoint(OWN_ACTIONS)


def test_every_typed_command_of_the_forum_can_be_parsed() -> None:
    names = {spec.forum.name for spec in COMMANDS.values() if spec.forum} - {""}
    typed = [spec.forum.name for spec in COMMANDS.values() if spec.forum and spec.forum.name]
    assert sorted(typed) == sorted(names)
    custom = {
        spec.forum.name
        for spec in COMMANDS.values()
        if spec.forum and spec.forum.arguments is ForumArguments.CUSTOM
    }
    shown_only = {"queue", "card", "help"}
    assert set(forum._CUSTOM) == custom | shown_only


def test_no_key_of_the_web_desk_has_two_meanings() -> None:
    keys: dict[str, str] = {}
    for spec in COMMANDS.values():
        if spec.shortcut is not None:
            assert keys.setdefault(spec.shortcut.key, spec.shortcut.label.source) == (
                spec.shortcut.label.source
            )


@pytest.mark.parametrize(
    "verb", [it.verb for it in COMMANDS.values() if it.permission != CommandPermission.ANY_STAFF]
)
def test_an_auditor_gives_no_command_about_a_case(hotline: HotlineHarness, verb: Verb) -> None:
    _person, _mei, case = claimed(hotline)
    auditor = hotline.colleague("Au", role=Role.AUDITOR)
    before = hotline.ask("SELECT status, holder, priority FROM cases")
    events = auditor.run_command(verb, case, code="1", text="2026-11-01")
    assert refusals(events)
    assert hotline.ask("SELECT status, holder, priority FROM cases") == before


KEYLESS_MAY = {Verb.RELEASE}
"""What an administrator may do with a case: it brings the case to those who can read it."""


@pytest.mark.parametrize(
    "verb", [it.verb for it in COMMANDS.values() if it.permission != CommandPermission.ANY_STAFF]
)
def test_an_administrator_gives_no_command_about_a_case(
    hotline: HotlineHarness, verb: Verb
) -> None:
    _person, _mei, case = claimed(hotline)
    administrator = hotline.colleague("Wen", role=Role.ADMINISTRATOR)
    before = hotline.ask("SELECT status, holder, priority, office FROM cases")
    events = administrator.run_command(verb, case, code="1", text="2026-11-01")
    assert bool(refusals(events)) == (verb not in KEYLESS_MAY)
    after = hotline.ask("SELECT status, holder, priority, office FROM cases")
    assert (after == before) == (verb not in KEYLESS_MAY)


def test_a_case_that_waits_is_not_claimed_by_one_who_cannot_open_it(
    hotline: HotlineHarness,
) -> None:
    _person, mei, case = claimed(hotline)
    mei.run_command(Verb.RELEASE, case)
    administrator = hotline.colleague("Wen", role=Role.ADMINISTRATOR)
    administrator.run_command(Verb.ON_DUTY)
    for where in (case, ""):
        events = administrator.run_command(Verb.CLAIM, where)
        assert refusals(events) == [OPENS_NO_CASE.source]
    supervisor = hotline.colleague("Hua", role=Role.SUPERVISOR)
    assert refusals(supervisor.run_command(Verb.TRANSFER, case, code=administrator.id))
    assert hotline.ask("SELECT status, holder FROM cases") == [("waiting", None)]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_a_role_that_opens_no_case_goes_on_no_duty_and_reads_why(
    hotline: HotlineHarness, role: Role
) -> None:
    wen = hotline.colleague("Wen", role=role)
    wen.run_command(Verb.OFF_DUTY)
    assert refusals(wen.run_command(Verb.ON_DUTY)) == [NOT_FOR_DUTY.source]
    assert hotline.ask("SELECT on_duty FROM staff") == [(0,)]
    mei = hotline.colleague("Mei")
    mei.run_command(Verb.OFF_DUTY)
    assert not refusals(mei.run_command(Verb.ON_DUTY))  # negative control


@pytest.fixture
def keys(hotline: HotlineHarness) -> Iterator[StaffKeys]:
    """The keys of staff; those of a test are removed, because the key store outlives it."""
    found = staff_keys(hotline.vault)
    before = set(hotline.vault.cases.wraps.holders().members)
    yield found
    for who in set(hotline.vault.cases.wraps.holders().members) - before:
        found.remove(who, MIDDAY)


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SUPERVISOR])
def test_a_key_that_waits_for_approval_takes_no_case_and_ends_no_alarm(
    hotline: HotlineHarness, keys: StaffKeys, role: Role
) -> None:
    """The case would look answered, and be shown to no one who could read it."""
    _person, mei, case = claimed(hotline)
    mei.run_command(Verb.RELEASE, case)
    new = hotline.colleague("Lin", role=role)
    keys.enrol(new.id, role.value, QUEUES, PASSWORD, MIDDAY)
    before = hotline.ask("SELECT status, holder, priority, office FROM cases")
    for verb in (it.verb for it in COMMANDS.values() if it.verb not in WITHOUT_KEY):
        events = new.run_command(verb, case, code="1", text="2026-11-01")
        assert refusals(events), verb
    for verb, where in ((Verb.CLAIM, ""), (Verb.CLAIM, case), (Verb.ON_DUTY, "")):
        assert refusals(new.run_command(verb, where)) == [KEY_WAITS.source]
    hua = hotline.colleague("Hua", role=Role.SUPERVISOR)
    assert refusals(hua.run_command(Verb.TRANSFER, case, code=new.id))
    assert hotline.ask("SELECT status, holder, priority, office FROM cases") == before
    approve_waiting(keys, MIDDAY)
    assert not refusals(new.run_command(Verb.ON_DUTY))
    assert not refusals(new.run_command(Verb.CLAIM, case))  # the control


def test_a_queue_that_waits_for_approval_offers_no_case(
    hotline: HotlineHarness, keys: StaffKeys
) -> None:
    _person, mei, case = claimed(hotline)
    mei.run_command(Verb.RELEASE, case)
    new = hotline.colleague("Lin")
    (queue,) = hotline.ask("SELECT queue FROM cases")[0]
    others = tuple(it for it in QUEUES if it != queue)
    enrol_approved(keys, new.id, "caseworker", others, PASSWORD, MIDDAY)
    keys.change_member(new.id, "caseworker", QUEUES, MIDDAY)
    new.run_command(Verb.ON_DUTY)
    assert refusals(new.run_command(Verb.CLAIM, case)) == [NOT_YOUR_QUEUE.source]
    assert refusals(new.run_command(Verb.CLAIM, ""))
    approve_waiting(keys, MIDDAY)
    assert not refusals(new.run_command(Verb.CLAIM, ""))  # the control


def test_a_text_that_is_too_long_is_refused(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    long = Command(verb=Verb.NOTE, by=mei.id, case=case, text="x" * (WORDS.max_length + 1))
    assert refusals(hotline.send_staff_command(long))
    assert mei.reads(case) == []
    assert CODE.max_length == 64
