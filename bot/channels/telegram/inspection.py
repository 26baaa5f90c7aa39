"""What Telegram says when an operator asks: the bot, its webhook, its rights in the group."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.client import ServerTime, build_bot, connections, refuse_unreadable
from bot.channels.telegram.delivery_errors import UnreadableAnswerError
from bot.channels.telegram.webhook.state import WebhookState
from bot.clock import Clock, SystemClock
from bot.errors import HavenError
from bot.hotline.contact_rule import clock_error

if TYPE_CHECKING:
    from telegram import Bot, ChatMember

    from bot.channels.telegram.client import SilentBot

ASK_TIMEOUT = 15.0
"""Seconds all questions together may take."""
NEEDED_RIGHTS = {
    "can_manage_topics": "Manage Topics",
    "can_delete_messages": "Delete Messages",
}
"""Rights of the bot in the caseworkers' group, as Telegram's clients name them."""


class TelegramUnreachableError(HavenError):
    """Telegram did not answer, or not as Telegram does."""


@dataclass(frozen=True, slots=True)
class TelegramAnswers:
    """What Telegram said."""

    is_accepted: bool
    """Whether the token is a bot's."""
    username: str = ""
    webhook: WebhookState = field(default_factory=WebhookState)
    """Where it posts messages, and how its posts went."""
    clock_error: int = 0
    """Microseconds by which our clock is ahead; 0 while both agree."""
    group_fault: str = ""
    """What keeps the bot from working in the group; empty for nothing, or no group."""


async def ask_telegram(
    token: str, api: str, group: int = 0, clock: Clock | None = None, proxy: str = ""
) -> TelegramAnswers:
    """Ask Telegram about a bot, and about its group (0: none); nothing is changed.

    Raises:
        TelegramUnreachableError: it does not answer.
        SettingError: the token is no token.
    """
    clock = clock or SystemClock()
    server_time = ServerTime(clock)
    bot, reason = build_bot(token, api, server_time.note_date, proxy), ""
    try:
        with refuse_unreadable():
            async with asyncio.timeout(ASK_TIMEOUT), connections(bot):
                answers = await _ask(bot, group)
    except InvalidToken:
        answers = TelegramAnswers(is_accepted=False)
    except UnreadableAnswerError as error:
        reason = str(error)
    except (TelegramError, TimeoutError) as error:
        reason = f"it does not answer ({type(error).__name__})"
    if reason:
        raise TelegramUnreachableError(reason)
    return replace(answers, clock_error=clock_error(clock.now(), server_time.now()))


async def _ask(bot: SilentBot, group: int) -> TelegramAnswers:
    me = await bot.get_me()
    webhook = WebhookState.of(await bot.get_webhook_info())
    fault = await _group_fault(bot, group, me.id) if group else ""
    return TelegramAnswers(
        is_accepted=True, username=str(me.username or ""), webhook=webhook, group_fault=fault
    )


async def _group_fault(bot: Bot, group: int, me: int) -> str:
    """Return what keeps the bot from working in a group."""
    try:
        chat = await bot.get_chat(group)
        member = await bot.get_chat_member(group, me)
    except InvalidToken:
        raise
    except TelegramError as refused:
        return f"Telegram does not show the group to the bot ({refused}): add it, and check the id"
    if not chat.is_forum:
        return "the group has no topics: turn on Topics in its settings"
    return _rights_fault(member)


def _rights_fault(member: ChatMember) -> str:
    if member.status not in {"administrator", "creator"}:
        return "the bot is no administrator of the group: make it one"
    missing = [name for right, name in NEEDED_RIGHTS.items() if not getattr(member, right, True)]
    return f"the bot lacks the rights: {', '.join(missing)}" if missing else ""
