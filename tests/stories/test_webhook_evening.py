"""An evening by webhook: answers, a switch to polling and back, and a database that goes away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

import aiohttp
from structlog.testing import capture_logs

from bot.errors import CommitFailedError
from tests.support.free_ports import free_port
from tests.support.harnesses.live_deployment import LiveDeployment, LivePerson, evening
from tests.support.harnesses.webhook_front import webhook_here
from tests.support.watched_deployment import values

if TYPE_CHECKING:
    from pathlib import Path

    from bot.app.build import RunningApp


def switch(night: LiveDeployment, **given: str) -> None:
    night.settings = replace(night.settings, **given)


def handled_once(night: LiveDeployment) -> None:
    rows = night.sql("SELECT update_id, state FROM inbox WHERE update_id < 2147483647")
    assert len(rows) == len({number for number, _state in rows}), "an update was handled twice"
    assert {state for _number, state in rows} == {"done"}
    assert night.quarantined() == []


async def fails_once(night: LiveDeployment, sari: LivePerson, running: list[RunningApp]) -> None:
    """Let a commit fail under a post: the jobs begin again, and Telegram posts once more."""
    failed = CommitFailedError("the disk is full")
    dispatcher = running[-1].app.dispatcher
    before = sari.said()
    with patch.object(dispatcher, "receive", side_effect=failed), capture_logs() as logs:
        sari.phone.say("/language")
        await night.until(lambda: running[-1].app.dispatcher is not dispatcher, "a new App")
    assert "503" in night.sandbox.webhook.failure
    assert night.settings.webhook_url.rpartition("/")[2] not in str(logs)
    await sari.sees_more_than(before)


async def metrics_at(watch: str) -> dict[str, float]:
    async with aiohttp.ClientSession() as client, client.get(f"http://{watch}/metrics") as page:
        return values(await page.text())


async def test_an_evening_by_webhook_and_by_polling_answers_each_message_once(
    tmp_path: Path,
) -> None:
    webhook, watch, running = webhook_here(), f"127.0.0.1:{free_port()}", []

    async def look(app: RunningApp) -> None:
        running.append(app)

    async with evening(tmp_path, checks_calls=False, watch_listen=watch, **webhook) as night:
        night.extra_job = look
        night.sandbox.webhook.seconds = 0.01
        await night.start()
        sari = night.add_person("Sari", "id")
        await sari.arrives()
        night.sandbox.webhook.lost_answers = 1
        await sari.press("Tell what happened")
        await night.settled()
        handled_once(night)
        await fails_once(night, sari, running)
        metrics = await metrics_at(watch)
        assert metrics["haven_webhook_pending_updates"] <= 1
        assert metrics["haven_webhook_failure_age_seconds"] < 60
        await night.settled()

        for polls in (True, False):
            await night.settled()
            before = sari.said()
            sari.phone.say("/start")
            (taken,) = night.sandbox.updates.loaded(1)
            await sari.sees_more_than(before)
            await night.settled()
            await night.stop()
            night.sandbox.updates.inject(
                taken.raw
            )  # as if Telegram had not heard that it is stored
            sari.phone.say("/help")
            switch(night, webhook_url="" if polls else webhook["webhook_url"])
            before = sari.said()
            await night.start()
            await sari.sees_more_than(before)
            await night.settled()
            assert bool(night.sandbox.updates.webhook) is not polls
        handled_once(night)
    assert night.sandbox.calls.of("getUpdates")
    assert not [it for it in night.sandbox.calls if it.flag("drop_pending_updates")]
