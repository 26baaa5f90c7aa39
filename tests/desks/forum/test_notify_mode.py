"""In mode notify no word of a person, no file and no answer of theirs ever goes to the group."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.hotline.commands.types import Command, Verb
from bot.sandbox.sample_updates import sample_png
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.forum_desk_harness import ForumDeskHarness

if TYPE_CHECKING:
    from pathlib import Path

NEEDLE = "NADEL-7431"
NOT_HERE = "Not from this group"


def everything_shown(office: ForumDeskHarness) -> str:
    """Return all that was ever sent to the group, whatever has become of it."""
    calls = [
        (call.method, call.params)
        for call in office.sandbox.calls
        if str(call.params.get("chat_id")) == str(office.group.id)
    ]
    assert calls
    return json.dumps(calls, ensure_ascii=False, default=str)


@on_both_databases
async def test_no_word_of_a_person_reaches_the_group(kind: str, tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind, desk_mode="notify") as office:
        mei = office.enrolled("Mei")
        sari, case = await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await office.orders(Command(verb=Verb.TAKE_OVER, by=mei.id, case=case))
        await office.presses(sari, "I can write now")
        await office.writes(sari, NEEDLE)
        sari.send_photo(sample_png(), caption=NEEDLE)
        sari.send_file(b"x", name=f"{NEEDLE}.pdf")
        sari.send_location(25.0331, 121.5622)
        sari.edit(sari.say("x")["message_id"], NEEDLE)
        await office.settle()
        await office.orders(
            Command(verb=Verb.SEND, by=mei.id, case=case, text=f"yes {NEEDLE}"),
            Command(verb=Verb.NOTE, by=mei.id, case=case, text=f"note {NEEDLE}"),
        )
        assert f"yes {NEEDLE}" in sari.bot_texts()
        shown = everything_shown(office)
        for trace in (NEEDLE, "25.03", "passport", "Reports danger", "I can write now"):
            assert trace not in shown
        for method in ("copyMessage", "sendPhoto", "sendDocument", "forwardMessage"):
            assert office.sandbox.calls.of(method) == []
        assert "The person wrote. In this group their words are not shown." in office.texts(thread)


async def test_a_needle_would_be_found(tmp_path: Path) -> None:
    """The same in mode content, as the control of the test above."""
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        sari, case = await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await office.orders(Command(verb=Verb.TAKE_OVER, by=mei.id, case=case))
        await office.presses(sari, "I can write now")
        await office.writes(sari, NEEDLE)
        await office.orders(Command(verb=Verb.NOTE, by=mei.id, case=case, text="at the desk"))
        shown = everything_shown(office)
        assert NEEDLE in shown
        assert "Reports danger" in shown
        assert "Note by Mei: at the desk" in shown


@pytest.mark.parametrize(
    "typed", ["/say hello", "/phrase", "/takeover", "/answer report.safe safe"]
)
async def test_what_needs_words_is_refused_with_the_reason(tmp_path: Path, typed: str) -> None:
    async with ForumDeskHarness.opened(tmp_path, desk_mode="notify") as office:
        mei = office.enrolled("Mei")
        sari, _case = await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        before = sari.bot_texts()
        await mei.says(typed, thread)
        assert office.last(thread).startswith(NOT_HERE)
        assert sari.bot_texts() == before


async def test_an_old_button_of_mode_content_is_refused_too(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, desk_mode="notify") as office:
        mei = office.enrolled("Mei")
        _sari, case = await office.in_danger()
        thread = office.thread()
        for data in (f"desk.take_over.{case}", f"desk.phrases.{case}", "desk.phrase.opener"):
            office.group.press(mei.account, office.card(thread)["message_id"], data)
            await office.settle()
            assert office.last(thread).startswith(NOT_HERE)


async def test_claim_release_transfer_and_close_work_without_a_word(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, desk_mode="notify") as office:
        mei, jun = office.enrolled("Mei"), office.enrolled("Jun")
        await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        assert office.labels(office.card(thread)) == ["Return to queue", "Close case"]
        await mei.presses("Return to queue", office.card(thread))
        assert office.labels(office.card(thread)) == ["Claim"]
        await mei.says("/claim", thread)
        await mei.says("talk among colleagues is nobody's note", thread)
        assert office.ask("SELECT count(*) FROM exchanges") == [(0,)]
        await mei.says("/transfer Jun", thread)
        assert office.ask("SELECT holder FROM cases") == [(jun.id,)]
        await jun.says("/close no_answer Tried for a day.", thread)
        assert office.ask("SELECT status, disposition FROM cases") == [("closed", "no_answer")]
