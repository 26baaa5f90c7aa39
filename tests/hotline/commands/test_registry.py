"""The registry holds every command, and its fronts agree with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import OPENS_NO_CASE, Role
from bot.desks.forum import command_handlers as forum
from bot.desks.web.case.actions import CASE_ACTIONS, OWN_ACTIONS
from bot.desks.web.interpreting.page import INTERPRETER_VERBS
from bot.hotline.commands.permissions import CommandPermission
from bot.hotline.commands.registry import (
    CODE,
    COMMANDS,
    SYSTEM_COMMANDS,
    WORDS,
    ForumArguments,
)
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deliveries.room_commands import PARTNER_COMMANDS
from tests.hotline.commands.test_command_store import claimed
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
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


def test_a_text_that_is_too_long_is_refused(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    long = Command(verb=Verb.NOTE, by=mei.id, case=case, text="x" * (WORDS.max_length + 1))
    assert refusals(hotline.send_staff_command(long))
    assert mei.reads(case) == []
    assert CODE.max_length == 64
