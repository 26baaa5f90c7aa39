"""What the law gives time for, in the caseworkers' group: on the card, entered, called out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import DAY, HOUR
from bot.hotline.commands.types import Command, Verb
from bot.places.taiwan.deadlines import DEADLINE_RULES
from tests.desks.forum.test_notify_mode import NOT_HERE, everything_shown
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.forum_desk_harness import ForumDeskHarness

if TYPE_CHECKING:
    from pathlib import Path


def moment(office: ForumDeskHarness, hours_ago: int) -> str:
    """Return a moment of today's as caseworkers type it."""
    at = office.house.clock.now() - hours_ago * HOUR
    return f"{DEADLINE_RULES.date_of(at)} {(at % DAY // HOUR + 8) % 24:02}:00"


@on_both_databases
async def test_an_event_is_entered_in_the_topic_and_the_card_says_what_follows(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        mei = office.enrolled("Mei")
        await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await mei.says("/clock contact", thread)
        assert "Mei entered event 1: contact." in office.texts(thread)
        card = office.card(thread)["text"]
        assert "Legal deadline: assistance may end in" not in card  # three days are left
        await mei.says(f"/clock summons {moment(office, -30)}", thread)
        assert "summons in" in office.card(thread)["text"]
        await mei.says("/clock strike 2", thread)
        assert "summons in" not in office.card(thread)["text"]
        await mei.says("/clock", thread)
        told = office.last(thread)
        assert "assistance may end in 71 h (72-hour contact rule). Last day: " in told
        assert "no longer counts" in told
        assert "not_identified: The notice says" in told


async def test_what_runs_out_is_called_out_in_the_language_of_the_group(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, staff_language="zh_Hant") as office:
        mei = office.enrolled("Mei")
        _sari, case = await office.in_danger()
        typed = moment(office, 50)
        await office.orders(Command(verb=Verb.CLAIM, by=mei.id, case=case))
        await mei.says(f"/clock contact {typed}", office.thread())
        house, now = office.house, office.house.clock.now()
        letters = house.database.writer.run_sync(lambda work: house.staff.check_due(work, now))
        house.courier.enqueue(letters)
        await house.courier.drain()
        for said in (office.shown()[-1]["text"], office.last(office.thread())):
            assert "\u5c0f\u6642" in said  # hours
            assert " h" not in said


@on_both_databases
async def test_what_runs_out_is_called_out_where_all_look(kind: str, tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        mei = office.enrolled("Mei")
        _sari, case = await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await mei.says(f"/clock contact {moment(office, 50)}", thread)
        house, now = office.house, office.house.clock.now()
        letters = house.database.writer.run_sync(lambda work: house.staff.check_due(work, now))
        house.courier.enqueue(letters)
        await house.courier.drain()
        assert "assistance may end in 2" in office.shown()[-1]["text"]
        assert "The person was not reminded: they want to be written to only" in office.last(thread)
        assert "Legal deadline: assistance may end in 2" in office.card(thread)["text"]
        assert case


async def test_a_case_whose_clocks_run_is_closed_there_for_a_reason(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await mei.says("/clock contact", thread)
        await mei.says("/close helped", thread)
        assert ": assistance may end in 71 h (72-hour contact rule))" in office.last(thread)
        await mei.says("/close helped They are with a shelter now.", thread)
        assert "Mei closed the case: helped." in office.texts(thread)


async def test_in_mode_notify_it_is_refused_without_a_word_of_the_clocks(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, desk_mode="notify") as office:
        mei = office.enrolled("Mei")
        _sari, case = await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await office.orders(
            Command(verb=Verb.ADD_DEADLINE_EVENT, by=mei.id, case=case, code="contact")
        )
        await mei.says("/close helped", thread)
        reference = office.ask("SELECT reference FROM cases")[0][0]
        assert f"(haven deadlines show {reference})" in office.last(thread)
        assert "72-hour" not in everything_shown(office)
        await mei.says("/close helped A shelter looks after them.", thread)
        assert "Mei closed the case: helped." in office.texts(thread)


async def test_in_mode_notify_the_group_learns_only_that_a_time_runs_out(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, desk_mode="notify") as office:
        mei = office.enrolled("Mei")
        _sari, case = await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await mei.says("/clock not_identified", thread)
        assert NOT_HERE in office.last(thread)
        for code, words in (("not_identified", moment(office, 24 * 18)), ("contact", "")):
            await office.orders(
                Command(verb=Verb.ADD_DEADLINE_EVENT, by=mei.id, case=case, code=code, text=words)
            )
        reference = office.ask("SELECT reference FROM cases")[0][0]
        card = office.card(thread)["text"]
        assert "A legal deadline ends in " in card
        assert f"haven deadlines show {reference}" in card
        shown = everything_shown(office)
        for trace in ("object", "identified: ", "72-hour", "assistance may end"):
            assert trace not in shown.replace("/clock not_identified", "")
