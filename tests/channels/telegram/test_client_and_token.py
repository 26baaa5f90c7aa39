from __future__ import annotations

import pytest

from bot.channels.telegram.client import SilentBot, build_bot, identify, remove_webhook
from bot.errors import SettingError
from tests.support.telegram.telegram_loopback_server import (
    BOT_ID,
    ME,
    TOKEN,
    Respond,
    TelegramLoopbackServer,
    api_error,
    api_success,
)


@pytest.mark.parametrize("token", ["", "x", "x:y", "5", "5:", ":abc", "५x:abc"])
def test_a_token_that_is_none_is_refused_by_its_setting(token: str) -> None:
    with pytest.raises(SettingError, match="HAVEN_TELEGRAM_TOKEN"):
        build_bot(token)


@pytest.mark.parametrize("answer", [api_error(401, "Unauthorized"), api_error(404, "Not Found")])
async def test_a_rejected_token_is_told_without_the_token(
    telegram_server: TelegramLoopbackServer, answer: Respond
) -> None:
    telegram_server.respond_with("getMe", answer)
    bot = build_bot(TOKEN, telegram_server.url)
    with pytest.raises(SettingError, match="HAVEN_TELEGRAM_TOKEN") as caught:
        await bot.initialize()
    await bot.shutdown()
    assert TOKEN not in str(caught.value)
    assert caught.value.__context__ is None


async def test_we_know_who_we_are(bot: SilentBot) -> None:
    me = await identify(bot)
    assert (me.id, me.username) == (BOT_ID, "haven_bot")
    assert (await identify(bot, BOT_ID)).id == BOT_ID


async def test_data_of_another_bot_is_refused(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    with pytest.raises(SettingError, match="HAVEN_DATA"):
        await identify(bot, 7)
    telegram_server.respond_with("getMe", api_success(ME | {"id": 7}))
    with pytest.raises(SettingError, match="HAVEN_TELEGRAM_API"):
        await identify(bot)


async def test_the_bot_does_not_show_its_token(bot: SilentBot) -> None:
    assert TOKEN not in repr(bot)
    assert repr(bot) == f"SilentBot({BOT_ID})"


async def test_without_a_webhook_none_is_removed(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    await remove_webhook(bot)
    assert telegram_server.asked("deleteWebhook") == []


async def test_the_address_of_the_api_may_end_in_a_slash(
    telegram_server: TelegramLoopbackServer,
) -> None:
    async with build_bot(TOKEN, f"{telegram_server.url}/") as bot:
        assert bot.username == "haven_bot"
