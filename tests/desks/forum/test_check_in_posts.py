"""An hour at which somebody is to be heard from, in the caseworkers' group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.hotline.check_ins.store import CheckIns
from bot.hotline.commands.types import Verb
from bot.messages import SendText
from bot.settings import load_settings
from bot.vault import AuditLog
from tests.desks.forum.test_overdue_calls import GROUP
from tests.hotline.check_ins.test_check_ins import RIGHT, agreed, until
from tests.support.harnesses.forum_desk_harness import ForumDeskHarness
from tests.support.harnesses.hotline_harness import ALWAYS, HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path


def agree(office: ForumDeskHarness, case: str) -> None:
    """Agree on nine at night in a case."""
    vault, now = office.house.vault, office.house.clock.now()
    ((key,),) = office.ask(f"SELECT chat_key FROM cases WHERE id = '{case}'")  # noqa: S608 - ours
    zone = load_settings(data="x").zone
    office.house.database.writer.run_sync(
        lambda work: CheckIns(vault, AuditLog(vault)).schedule(
            work, case, bytes(key), 21, "call", now, zone, is_daily=True
        )
    )


@pytest.mark.parametrize("mode", ["content", "notify"])
async def test_the_card_says_that_there_is_one_and_it_is_ended_there(
    tmp_path: Path, mode: str
) -> None:
    async with ForumDeskHarness.opened(tmp_path, desk_mode=mode) as office:
        mei = office.enrolled("Mei")
        _sari, case = await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await mei.says("/checkin", thread)
        assert "No hour is agreed on in this case." in office.last(thread)
        agree(office, case)
        await mei.says("/checkin", thread)
        is_told = "every day at 21:00" in office.last(thread)
        assert is_told is (mode == "content")
        assert ("An hour is agreed on" in office.last(thread)) is (mode == "notify")
        await mei.says("/close helped", thread)
        assert "Tell them that it ends" in office.last(thread)
        await mei.says("/checkin end", thread)
        assert any("Mei ended the agreed hour." in text for text in office.texts(thread))
        await mei.says("/checkin", thread)
        assert "No hour is agreed on in this case." in office.last(thread)


SAID = {
    "content": ["Legal deadline: assistance may end in 61 h (72-hour contact rule)."],
    "notify": ["A legal deadline ends in 61 h: haven deadlines show"],
}


@pytest.mark.parametrize(("mode", "said"), SAID.items())
def test_the_call_for_a_silence_says_when_help_may_end(
    tmp_path: Path, mode: str, said: list[str]
) -> None:
    home = HotlineHarness(
        tmp_path, hours=ALWAYS, desk_group=GROUP, desk_mode=mode, staff_language="en"
    )
    _person, case = agreed(home)
    mei = home.colleague()
    mei.claims(case)
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="contact")
    until(home, 23)
    told = [it.text for _chat, it in home.post.arrived if isinstance(it, SendText)]
    (alarm,) = [text for text in told if "the right word did not come" in text]
    assert all(line in alarm for line in said), alarm
    assert ("72-hour" in "".join(told)) is (mode == "content")
    home.close()


ANSWERED = {
    "content": "If that is contact as the law means it",
    "notify": "About a legal deadline: haven deadlines show",
}


@pytest.mark.parametrize(("mode", "said"), ANSWERED.items())
def test_a_right_passphrase_shows_the_legal_deadline_only_in_content_mode(
    tmp_path: Path, mode: str, said: str
) -> None:
    home = HotlineHarness(
        tmp_path, hours=ALWAYS, desk_group=GROUP, desk_mode=mode, staff_language="en"
    )
    person, case = agreed(home)
    mei = home.colleague()
    mei.claims(case)
    mei.run_command(Verb.ADD_DEADLINE_EVENT, case, code="contact")
    until(home, 21.1)
    person.says(RIGHT)
    until(home, 21.5)
    told = [it.text for chat, it in home.post.arrived if chat == GROUP and isinstance(it, SendText)]
    (kept,) = [text for text in told if "The right word came at" in text]
    assert said in kept
    assert ("contact" in "".join(told)) is (mode == "content")
    home.close()


async def test_a_caseworker_offers_it_with_a_reviewed_sentence(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await mei.says("/takeover", thread)
        (before,) = office.ask("SELECT count(*) FROM exchanges WHERE side = 'caseworker'")
        await mei.says("/checkin offer", thread)
        (after,) = office.ask("SELECT count(*) FROM exchanges WHERE side = 'caseworker'")
        assert after[0] > before[0]
        assert not any("Like this" in text for text in office.texts(thread))
