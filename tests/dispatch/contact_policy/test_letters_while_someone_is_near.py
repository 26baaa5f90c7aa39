"""Where the person writes that someone is near, nothing of a caseworker comes until they write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.hotline.commands.types import Verb
from bot.languages import LANGUAGES
from tests.dispatch.contact_policy.test_contact_policy import choose, held, met, waits
from tests.dispatch.relay.test_takeover import OPENER, WITH_YOU, in_danger
from tests.languages.test_comes_back import BACK, LATER
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINES = ("don't answer, boss is here", "อย่าเพิ่งตอบ นายอยู่ตรงนี้", "boss is coming")
HAS_COME = ("ไต๋มาแล้ว", "kapten datang", "majikan udah balik", "他回來了", "គាត់មកវិញហើយ")
ANSWER = "We can come tonight."


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    yield home
    home.close()


def pause_letters(home: HotlineHarness) -> None:
    """Let the channel take no letter for five minutes, and wait for none."""

    async def take_only() -> None:
        await home.close_writer_idle(0.001)
        await home.house.dispatcher.drain()

    home.house.courier._retries.pause_until = home.loop.monotonic() + 300
    home.settled = take_only  # type: ignore[method-assign]


def resume_letters(home: HotlineHarness) -> None:
    """Let the channel take letters again."""
    home.run(home.close_writer_idle(310))
    del home.settled  # type: ignore[method-assign]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("rule", ["any_time", "when_i_write", "hours:afternoon"])
def test_in_a_talk_a_reply_waits_for_a_new_yes(
    hotline: HotlineHarness, line: str, rule: str
) -> None:
    person, mei, case = met(hotline, rule)
    assert person.says(line) == []
    shown = len(person.texts)
    mei.says(case, ANSWER)
    hotline.run(hotline.close_writer_idle(30))
    hotline.advance_time(14)
    mei.says(case, "Are you there?")
    hotline.run(hotline.close_writer_idle(30))
    assert person.texts[shown:] == []
    assert sorted(waits(hotline)) == ["until_met", "until_met", "until_written"]
    assert held(hotline) == ["until_written", "until_met", "until_met"]
    assert person.says("please wait, he is still here") == []
    assert person.says("ok he left") == [OPENER]
    assert person.says("not now") == []
    person.presses("I can write now")
    hotline.run(hotline.close_writer_idle(30))
    assert person.texts[-3:] == [WITH_YOU, ANSWER, "Are you there?"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_writes_later_or_says_that_he_comes_back_is_asked_nothing(
    hotline: HotlineHarness, language: str
) -> None:
    person, _mei, _case = met(hotline, "any_time")
    assert person.says(LINES[0]) == []
    for text in (*LATER[language], *BACK[language], "later"):
        assert person.says(text) == [], text
    assert person.says("ok he left") == [OPENER]


@pytest.mark.parametrize("text", HAS_COME)
def test_who_writes_in_a_talk_that_he_has_come_is_asked_nothing(
    hotline: HotlineHarness, text: str
) -> None:
    person, mei, case = met(hotline, "any_time")
    assert person.says(text) == []
    shown = len(person.texts)
    mei.says(case, ANSWER)
    hotline.run(hotline.close_writer_idle(30))
    assert person.texts[shown:] == []


def test_a_reply_that_is_on_its_way_is_held_back(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline, "any_time")
    pause_letters(hotline)
    mei.says(case, ANSWER)
    assert person.says(LINES[0]) == []
    resume_letters(hotline)
    assert ANSWER not in person.texts
    assert held(hotline)[0] == "until_met"
    assert person.says("he is gone") == [OPENER]
    person.says("yes")
    hotline.run(hotline.close_writer_idle(30))
    assert person.last == ANSWER


def test_a_reply_that_waits_is_withdrawn_by_handing_back(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline, "any_time")
    person.says(LINES[0])
    mei.says(case, ANSWER)
    mei.hand_back(case)
    hotline.run(hotline.close_writer_idle(30))
    assert waits(hotline) == []
    assert ANSWER not in person.texts
    person.says("he is gone")
    hotline.run(hotline.close_writer_idle(30))
    assert ANSWER not in person.texts


@pytest.mark.parametrize("rule", ["any_time", "when_i_write", "hours:afternoon"])
def test_taking_over_asks_nothing_until_the_person_writes(
    hotline: HotlineHarness, rule: str
) -> None:
    person, case = in_danger(hotline)
    choose(hotline, case, rule)
    mei = hotline.colleague()
    mei.claims(case)
    person.says("dont write now boss is here")
    shown = len(person.texts)
    mei.take_over(case)
    hotline.run(hotline.close_writer_idle(30))
    assert person.texts[shown:] == []
    assert held(hotline) == waits(hotline) == ["until_written"]
    assert person.says("ok he left") == [OPENER]
    person.presses("I can write now")
    assert person.last == WITH_YOU


def test_a_caseworker_with_a_reason_may_ask_all_the_same(hotline: HotlineHarness) -> None:
    person, case = in_danger(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    person.says(LINES[0])
    mei.take_over(case)
    mei.run_command(Verb.INSIST, case, text="She said on the phone that he has left")
    hotline.run(hotline.close_writer_idle(30))
    assert person.last == OPENER
    assert waits(hotline) == []


def test_an_opener_on_its_way_is_held_back(hotline: HotlineHarness) -> None:
    person, case = in_danger(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    pause_letters(hotline)
    shown = len(person.texts)
    mei.take_over(case)
    person.says(LINES[0])
    resume_letters(hotline)
    assert person.texts[shown:] == []
    assert waits(hotline) == ["until_written"]
    assert person.says("he is gone") == [OPENER]


def test_half_an_hour_later_too_it_waits_until_someone_writes(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline, "any_time")
    person.says(LINES[0])
    shown = len(person.texts)
    hotline.advance_time(31 * 60)
    mei.says(case, ANSWER)
    hotline.run(hotline.close_writer_idle(30))
    assert person.texts[shown:] == []
    person.says("hello")
    assert ANSWER not in person.texts
    hotline.advance_time(31 * 60)
    mei.says(case, "Are you there?")
    hotline.run(hotline.close_writer_idle(30))
    assert person.last == OPENER
