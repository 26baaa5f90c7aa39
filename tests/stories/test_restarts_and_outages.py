"""Evenings on which things go wrong: restarts, outages, blocks, storms and broken answers."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from bot.app.build import RunningApp
from bot.app.run import RunOptions, run_bot
from bot.cli.main import app
from bot.clock import MINUTE, ShiftedClock
from bot.dispatch.rate_limit import ChatActivity
from bot.errors import AlreadyRunningError, SettingError
from bot.sandbox import FaultKind
from bot.sandbox.sample_updates import all_samples
from flows.texts import phrases
from tests.support.cli_runner import written
from tests.support.content.catalogue_files import read_in
from tests.support.database.key_store_fixtures import CHEAP, PASSWORD
from tests.support.harnesses.live_deployment import (
    AFTER_HURT,
    TO_HURT,
    TO_SENDING,
    LiveDeployment,
    LivePerson,
    evening,
    reports,
)

if TYPE_CHECKING:
    from pathlib import Path

HURT = "Is anyone hurt or ill right now?"
HOUR = 3600
UNCONFIRMED = "update_id is the largest"
"""Its number plus one is no offset: it is kept, and Telegram forgets it after a day."""
OTHERS = ("language unheard of", "name of controls", "name of markup")
"""What comes from an account with other names: what was not sent is erased then."""


async def in_the_middle(night: LiveDeployment, language: str = "id") -> LivePerson:
    """Return somebody who is asked whether anyone is hurt."""
    guest = night.add_person("Sari", language)
    await guest.arrives()
    await guest.press(*TO_HURT)
    await guest.asks(HURT)
    await night.settled()
    return guest


async def ends_well(guest: LivePerson) -> str:
    """Go on from the middle to a reference."""
    await guest.press(*AFTER_HURT)
    await guest.say("words")
    await guest.press(*TO_SENDING)
    return await guest.reference()


def nothing_lost(guest: LivePerson) -> str:
    return phrases.AFTER_OUTAGE.render(read_in(guest.language))


async def test_after_a_restart_the_old_keyboard_works_and_nothing_is_asked_again(
    tmp_path: Path,
) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        sari = await in_the_middle(night)
        before = sari.said()
        await night.restart(away=5)
        other = night.add_person("Nid", "th")
        await other.arrives()  # the new process is at work
        assert sari.said() == before
        await ends_well(sari)
        assert len(await night.queue()) == 1


async def test_after_200_seconds_away_the_open_question_is_asked_again(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        sari = await in_the_middle(night)
        token = sari.token("Nobody hurt or ill")
        await night.stop()
        sari.phone.press(data=token)  # Telegram forgets it
        before = sari.said()
        await night.restart(away=200)
        await night.until(lambda: nothing_lost(sari) in sari.said(), "asked again")
        await night.settled()
        assert sari.is_about(HURT)
        assert len(sari.said()) == len(before) + 2
        await ends_well(sari)


async def test_telegram_out_of_reach_is_an_absence_though_the_process_ran(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        sari = await in_the_middle(night)
        token = sari.token("Nobody hurt or ill")
        await night.until(night.sandbox.updates.is_polled.is_set)
        cut = night.sandbox.faults.add(FaultKind.HTML, method="getUpdates", lasting=100)
        night.add_person("Nid", "th").phone.say("x")  # ends the poll under way
        await night.until(lambda: night.sandbox.calls.calls[-1].fault, "cut off")
        sari.phone.press(data=token)
        night.sandbox.jump(200)
        await night.until(lambda: nothing_lost(sari) in sari.said(), "asked again")
        assert cut not in night.sandbox.faults.pending()
        await sari.asks(HURT)
        await ends_well(sari)
        assert night.sql("SELECT count(*) FROM notices") == [(0,)]


@pytest.mark.parametrize("runs", [False, True])
async def test_a_day_away_is_told_to_staff(tmp_path: Path, runs: bool) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        await in_the_middle(night)
        if runs:
            night.sandbox.jump(25 * HOUR)  # a laptop that slept
            night.add_person("Nid", "th").phone.say("x")
        else:
            await night.restart(away=25 * HOUR)
        await night.until(lambda: night.sql("SELECT count(*) FROM notices") == [(1,)], "a notice")
        shown = await asyncio.to_thread(command, night, "cases", "list")
        assert "Haven was away for more than 24 hours" in " ".join(shown.split())


def command(night: LiveDeployment, *words: str) -> str:
    """Run a command of the command line, as an operator would beside the bot."""
    settings = night.settings
    environment = {
        "HAVEN_DATA": str(settings.data),
        "HAVEN_HOST_KEY_FILE": str(settings.host_key_file),
        "COLUMNS": "200",
    }
    result = CliRunner().invoke(app, words, env=environment, obj=CHEAP)
    assert result.exit_code == 0, result.output
    return result.stdout


async def test_the_cli_reads_while_the_bot_runs(tmp_path: Path) -> None:
    password = str(written(tmp_path / "password", PASSWORD))
    async with evening(tmp_path) as night:
        added = await asyncio.to_thread(
            command, night, "staff", "add", "Mei", "--language", "id", "--password-file", password
        )
        await night.start()
        sari = night.add_person("Sari", "id")
        await sari.arrives()
        reference = await reports(sari)
        assert f'"reference": "{reference}"' in await asyncio.to_thread(
            command, night, "cases", "list", "--json"
        )
        shown = await asyncio.to_thread(
            command, night, "cases", "show", reference.lower(), "--language", "zh_Hant",
            "--as", added[:8], "--password-file", password,
        )  # fmt: skip
        assert "Mereka ambil paspor saya." in shown
        assert read_in("zh_Hant", "staff").gettext("Documents were taken away.") not in shown


async def test_a_person_who_blocks_and_returns_continues(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        sari = await in_the_middle(night)
        await night.stop()
        sari.phone.block()
        await night.restart(away=200)  # asked again, into a wall
        await night.settled()
        await night.until(
            lambda: night.sql("SELECT count(*) FROM outbox WHERE state = 'blocked'")[0][0] > 0
        )
        sari.phone.unblock()
        await night.settled()
        await ends_well(sari)


async def test_a_storm_of_429_delays_and_loses_nothing(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        sari = await in_the_middle(night)
        night.sandbox.faults.add(FaultKind.FLOOD, method="sendMessage", times=2, retry_after=1)
        night.sandbox.faults.add(FaultKind.FLOOD, method="answerCallbackQuery", times=2)
        await ends_well(sari)
        await night.settled()
        assert ends(night) == {"sent"}


def ends(night: LiveDeployment) -> set[str]:
    return {state for (state,) in night.sql("SELECT DISTINCT state FROM outbox")}


BROKEN = (FaultKind.HTML, FaultKind.TRUNCATED, FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER)


def answers_all(_lately: ChatActivity, _now: int) -> bool:
    """Answer every line of a burst, so that each can be waited for."""
    return False


async def test_broken_answers_lose_no_letter_and_repeat_no_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChatActivity, "was_just_answered", answers_all)
    folders = [tmp_path / trouble for trouble in BROKEN]
    for folder in folders:
        folder.mkdir()
    await asyncio.gather(*map(through_broken_answers, folders, BROKEN))


async def through_broken_answers(folder: Path, trouble: FaultKind) -> None:
    async with evening(folder) as night:
        await night.start()
        sari = await in_the_middle(night)
        updates = night.sandbox.updates
        night.sandbox.faults.add(trouble, method="getUpdates")
        for skip in (0, 1, 3):
            night.sandbox.faults.add(trouble, method="sendMessage", skip=skip)
        updates.twice, updates.again = 4, 3
        said = sari.said()
        sari.phone.press(data=sari.token("Nobody hurt or ill"))
        for _ in range(6):  # whatever was not shown is asked again at a word
            sari.phone.say("?")
        await sari.sees_more_than(said)
        await night.settled()
        night.sandbox.faults.clear()
        await sari.say("?")
        await night.settled()
        if sari.token("Back to the question") is not None:
            await sari.press("Back to the question")
        await sari.press(*AFTER_HURT[1:])
        await sari.say("words")
        await sari.press(*TO_SENDING)
        await sari.reference()
        await night.settled()
        assert ends(night) <= {"sent", "uncertain"}
        assert night.sql("SELECT count(*) FROM reports") == [(1,)]
        (opened,) = [await night.opened(case.reference) for case in await night.queue()]
        told = {t.step: t.answer for t in opened.reports[0].answers}
        assert told["also"] == "\n".join(["?"] * 7)


async def test_odd_updates_in_the_middle_of_a_report_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChatActivity, "was_just_answered", answers_all)
    async with evening(tmp_path) as night:
        await night.start()
        sari = await in_the_middle(night)
        odd = all_samples(sari.phone, night.clock.seconds())
        assert len(odd["kinds"]) == 25
        for updates in odd.values():
            for name, update in updates.items():
                if name in OTHERS:
                    continue
                kept = night.sql("SELECT count(*) FROM inbox")
                night.sandbox.updates.inject(update)
                if name == UNCONFIRMED:
                    await night.until(lambda: night.sql("SELECT count(*) FROM inbox") != kept, name)  # noqa: B023
                    night.sandbox.updates.clear()
                await night.until(lambda: not len(night.sandbox.updates), name)
        await night.settled()
        await sari.say("?")
        await sari.press("Back to the question")
        await sari.asks(HURT)
        for name in OTHERS:
            night.sandbox.updates.inject(odd["variants"][name])
        await night.settled()
        await sari.arrives()
        await sari.press(*TO_HURT)
        await ends_well(sari)
        faults = night.quarantined()
        assert [fault for fault in faults if not fault.startswith("unreadable")] == []
        assert 0 < len(faults) <= len(odd["broken"])


async def test_a_wrong_local_clock_is_corrected_by_telegrams(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        ours, met = ShiftedClock(night.clock), asyncio.Queue[RunningApp]()
        ours.jump(-2 * HOUR)
        options = RunOptions(clock=ours, extra_job=met.put)
        night.bot = asyncio.create_task(run_bot(night.settings, options))
        house = (await met.get()).app
        at = await night.until(house.setting.clock_monitor.channel, "a date")
        assert abs(at - night.clock.now()) < MINUTE
        assert night.clock.now() - house.clock.now() > MINUTE  # ours is another


async def test_a_second_bot_on_the_same_data_stops_and_names_the_first(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        with pytest.raises(AlreadyRunningError, match=rf"process {os.getpid()}\b"):
            await night.run()
        await night.add_person().arrives()  # the first goes on


async def test_a_second_bot_with_the_same_token_stops_and_says_why(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        await night.add_person().arrives()
        night.sandbox.jump(100)  # the first is not young any more
        (tmp_path / "second").mkdir()
        second = LiveDeployment(tmp_path / "second", night.sandbox, night.settings.telegram_api)
        with pytest.raises(AlreadyRunningError, match="Another program fetches the messages"):
            await asyncio.wait_for(second.run(), 60)
        await second.close()
        await night.add_person("Nid", "th").arrives()


async def test_a_revoked_token_ends_nothing_and_what_waits_comes_once_it_is_taken(
    tmp_path: Path,
) -> None:
    async with evening(tmp_path) as night:
        night.sandbox.faults.add(FaultKind.ERROR, method="getMe", code=401, times=2)
        with capture_logs() as logs:
            await night.start()
            await night.add_person().arrives()
        assert [it["event"] for it in logs if it["event"].startswith("token_")] == [
            "token_refused", "token_accepted",
        ]  # fmt: skip


async def test_a_start_that_fails_lets_the_data_go(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        night.sandbox.faults.add(FaultKind.WRONG_BOT, method="getMe")
        with pytest.raises(SettingError, match="another bot"):
            await night.start()
        night.bot = None
        night.sandbox.faults.clear()
        await night.start()
        await night.add_person().arrives()
