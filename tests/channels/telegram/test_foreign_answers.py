"""What answers in the place of the Bot API is named by one kind, never by an error of Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.channels.telegram.client import build_bot, connections, identify, username_of
from bot.channels.telegram.delivery_errors import UnreadableAnswerError
from bot.channels.telegram.inspection import ask_telegram
from bot.channels.telegram.installation import find_bot
from bot.channels.telegram.profile import BotProfile, set_profile
from bot.errors import HavenError
from tests.support.telegram.telegram_loopback_server import (
    TOKEN,
    Respond,
    TelegramLoopbackServer,
    api_success,
)

if TYPE_CHECKING:
    from bot.channels.telegram.client import SilentBot

FOREIGN = [
    Respond(b"[]"), Respond(b"<html>Log in to this network</html>"), Respond(b'{"ok": true}'),
    api_success(None), api_success([]), api_success("x"), api_success({}),
]  # fmt: skip


@pytest.mark.parametrize("answer", FOREIGN)
async def test_an_operator_reads_that_no_bot_api_answers_there(
    telegram_server: TelegramLoopbackServer, answer: Respond
) -> None:
    for ask in (find_bot, ask_telegram, username_of):
        telegram_server.respond_with("getMe", answer)
        with pytest.raises(HavenError, match=r"what answers .*is no Bot API") as refused:
            await ask(TOKEN, telegram_server.url)
        assert "Error" not in str(refused.value)


async def test_setup_names_the_setting_that_says_where_the_bot_api_is(
    telegram_server: TelegramLoopbackServer,
) -> None:
    telegram_server.respond_with("getMe", api_success(None))
    with pytest.raises(HavenError, match="check HAVEN_TELEGRAM_API") as refused:
        await find_bot(TOKEN, telegram_server.url)
    assert telegram_server.url in str(refused.value)


@pytest.mark.parametrize("answer", FOREIGN)
async def test_the_log_of_a_running_bot_has_one_kind_for_it(
    telegram_server: TelegramLoopbackServer, answer: Respond
) -> None:
    bot = build_bot(TOKEN, telegram_server.url)
    telegram_server.respond_with("getMe", answer)
    async with connections(bot):
        with pytest.raises(UnreadableAnswerError) as refused:
            await identify(bot)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


async def test_a_profile_that_was_not_taken_is_logged_by_that_kind(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("getMyName", Respond(b'{"ok": true}'))
    with capture_logs() as logs:
        assert not await set_profile(bot, {"en": BotProfile("Garden", "Plants", "Plants")})
    assert {it["error"] for it in logs} == {"UnreadableAnswerError"}
