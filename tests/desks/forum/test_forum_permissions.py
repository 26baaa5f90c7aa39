"""Only enrolled caseworkers are heard: everybody else meets silence, and leaves one audit row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.state_machine import Role
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.forum_desk_harness import ForumDeskHarness

if TYPE_CHECKING:
    from pathlib import Path


@on_both_databases
async def test_a_stranger_gets_silence_and_one_row(kind: str, tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        _sari, case = await office.in_danger()
        thread = office.thread()
        calls = len(office.sandbox.calls.calls)
        for text in ("/claim", "/say I know where you are", "hello"):
            office.group.say(office.chair, text, thread=thread)
            await office.settle()
        assert office.refused() == [("stranger", case, "text")] * 3
        assert len(office.sandbox.calls.calls) == calls
        assert office.ask("SELECT holder FROM cases") == [(None,)]


async def test_a_strangers_press_does_nothing(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        _sari, case = await office.in_danger()
        card = office.card(office.thread())
        data = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        office.group.press(office.chair, card["message_id"], data)
        await office.settle()
        assert office.refused() == [("stranger", case, "press")]
        assert office.ask("SELECT holder FROM cases") == [(None,)]


async def test_where_all_look_chatter_of_strangers_fills_no_log(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        for text in ("good evening", "who makes tea?", "/queue"):
            office.group.say(office.chair, text)
            await office.settle()
        assert office.refused() == [("stranger", "", "text")]
        assert office.texts() == []


@pytest.mark.parametrize("hidden", ["administrator", "channel"])
async def test_anonymous_senders_are_refused_even_with_a_caseworker_account(
    tmp_path: Path, hidden: str
) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        _sari, case = await office.in_danger()
        thread = office.thread()
        behind: dict[str, Any] = {"sender_chat": {"id": -100_7, "type": "channel", "title": "x"}}
        if hidden == "administrator":
            behind = {"sender_chat": office.group.chat.api_chat()}
        office.group.send(mei.account, {"text": "/claim", **behind}, thread=thread)
        await office.settle()
        assert office.refused() == [("stranger", case, "hidden")]
        assert office.ask("SELECT holder FROM cases") == [(None,)]


@on_both_databases
async def test_access_ends_with_the_next_message(kind: str, tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        mei = office.enrolled("Mei")
        _sari, case = await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        mei.is_disabled()
        before = office.texts(thread)
        await mei.says("/release", thread)
        assert office.texts(thread) == before
        assert office.refused() == [("stranger", case, "text")]


async def test_an_auditor_reads_and_changes_nothing(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        eve = office.enrolled("Eve", role=Role.AUDITOR)
        await office.in_danger()
        thread = office.thread()
        await eve.presses("Claim", office.card(thread))
        assert office.last(thread) == "Auditors can read, but not change anything."
        assert office.refused() == []


async def test_a_command_for_another_bot_is_ignored(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await office.in_danger()
        thread = office.thread()
        await mei.says("/claim@some_other_bot", thread)
        assert office.ask("SELECT holder FROM cases") == [(None,)]
        await mei.says("/claim@haven_sandbox_bot", thread)
        assert office.ask("SELECT holder FROM cases") == [(mei.id,)]


async def test_another_group_is_left(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        other = office.sandbox.add_group("Somewhere else", forum=True)
        other.add_member(office.chair, "creator")
        other.add_bot(office.chair, "administrator")
        await office.settle()
        left = [int(call.params["chat_id"]) for call in office.sandbox.calls.of("leaveChat")]
        assert set(left) == {other.id}


async def test_a_supervisor_acts_on_a_colleagues_case_only_after_a_reason(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei, hua = office.enrolled("Mei"), office.enrolled("Hua", role=Role.SUPERVISOR)
        _sari, case = await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        for typed in ("/release", "/note x", "/priority 0 x", "/close helped", "/revoke hotline"):
            await hua.says(typed, thread)
            assert "First say why you act on it" in office.last(thread), typed
        assert office.ask("SELECT holder FROM cases") == [(mei.id,)]
        await hua.says("/reason", thread)
        assert office.last(thread) == "Like this: /reason ..."
        await hua.says("/reason Mei is ill", thread)
        logged = "SELECT actor, subject FROM audit WHERE deed = 'break_glass'"
        assert office.ask(logged) == [(hua.id, case)]
        await hua.says("/release She comes back on Monday", thread)
        assert office.ask("SELECT holder FROM cases") == [(None,)]


async def test_an_administrator_in_the_group_returns_a_case_with_a_reason(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei, wen = office.enrolled("Mei"), office.enrolled("Wen", role=Role.ADMINISTRATOR)
        await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        await wen.says("/release", thread)
        assert office.last(thread) == "Please give a reason."
        assert office.ask("SELECT holder FROM cases") == [(mei.id,)]
        await wen.says("/release Mei is ill", thread)
        assert office.ask("SELECT holder FROM cases") == [(None,)]
