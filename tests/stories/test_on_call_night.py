"""An emergency at night, over real HTTP: a caseworker is called, sees it, and nothing is said."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from bot.app import staff
from bot.app.storage import open_vault
from bot.cases.state_machine import Role
from bot.dispatch import on_call
from bot.hotline.on_call.roster import CallChannel, OnCallRoster, OnCallSettings
from bot.hotline.staff.staff import Staff
from tests.support.harnesses.live_deployment import evening
from tests.support.smtp_server import smtp_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.writer import Work
    from tests.support.harnesses.live_deployment import LiveDeployment, LivePerson

WAITS = "Haven: something waits for you."


@pytest.fixture(autouse=True)
def _checks_often() -> Iterator[None]:
    with (
        patch.object(staff, "ALERT_CHECK_SECONDS", 0.0),
        patch.object(on_call, "SEND_POLL_SECONDS", 0.05),
    ):
        yield


def puts_on_call(night: LiveDeployment, account: int, *channels: CallChannel, **how: Any) -> str:
    """Enrol a caseworker who is off duty and on call; return their id."""
    with closing(open_vault(night.settings, night.database)) as vault:
        roster = OnCallRoster(vault, night.settings.zone)

        def store(work: Work) -> str:
            new = Staff(vault).add(
                work, 1, name="Mei", role=Role.SUPERVISOR, title="caseworker", languages=("id",),
                queues=(), account=account,
            )  # fmt: skip
            roster.set(work, new.id, 1, OnCallSettings(channels, language="en", **how), 1)
            return new.id

        return night.database.writer.run_sync(store)


async def in_danger(night: LiveDeployment) -> LivePerson:
    sari = night.add_person("Sari", "en")
    await sari.arrives()
    await sari.press("Danger now", "Tell them now")
    return sari


async def test_a_caseworker_is_called_in_their_private_chat_and_sees_it(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        phone = night.sandbox.add_phone("Mei", language="en")
        phone.say("/start")  # a bot may write only to those who began the chat
        await night.until(phone.bot_texts, "the chat to begin")
        mei = puts_on_call(night, phone.id, CallChannel.TELEGRAM)
        sari = await in_danger(night)
        await night.until(lambda: WAITS in phone.bot_texts(), "the call")
        call = next(it for it in phone.messages() if it.get("text") == WAITS)
        assert call["reply_markup"]["inline_keyboard"] == [
            [{"text": "I will look", "callback_data": "!o"}]
        ]
        phone.press(call["message_id"], label="I will look")
        seen = "SELECT actor FROM audit WHERE deed = 'on_call_seen'"
        await night.until(lambda: night.sql(seen) == [(mei,)], "the acknowledgement")
        assert not any("Nobody can answer" in text for text in sari.said())


async def test_one_who_never_began_the_chat_gets_an_email(tmp_path: Path) -> None:
    with smtp_server() as mail:
        mailing = {"smtp_url": mail.url, "smtp_from": "haven@example.org"}
        async with evening(tmp_path, **mailing) as night:
            await night.start()
            phone = night.sandbox.add_phone("Mei", language="en")
            both = (CallChannel.TELEGRAM, CallChannel.EMAIL)
            puts_on_call(night, phone.id, *both, email="mei@example.org")
            await in_danger(night)
            await night.until(lambda: mail.letters, "the e-mail")
            assert phone.bot_texts() == []
            assert str(mail.letters[0]["Subject"]) == WAITS


async def test_a_mail_server_that_says_nothing_delays_no_one_else(tmp_path: Path) -> None:
    with smtp_server(hangs=True) as mail, patch.object(on_call, "SEND_TIMEOUT", 0.1):
        mailing = {"smtp_url": mail.url, "smtp_from": "haven@example.org"}
        async with evening(tmp_path, **mailing) as night:
            await night.start()
            phone = night.sandbox.add_phone("Mei", language="en")
            phone.say("/start")
            await night.until(phone.bot_texts, "the chat to begin")
            both = (CallChannel.EMAIL, CallChannel.TELEGRAM)
            puts_on_call(night, phone.id, *both, email="mei@example.org")
            await in_danger(night)
            await night.until(lambda: WAITS in phone.bot_texts(), "the call")
            assert mail.connections == 1
            mail.is_over.set()


async def test_with_no_one_on_call_the_person_reads_that_nobody_can_answer(
    tmp_path: Path,
) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        sari = await in_danger(night)
        await night.until(
            lambda: any("Nobody can answer in this chat right now." in it for it in sari.said()),
            "the truth",
        )
        await night.until(lambda: "110" in sari.said()[-1], "the numbers")
