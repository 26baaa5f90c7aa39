"""What an installation asks and tells Telegram: whose token it is, rights, the profile."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from telegram.error import BadRequest, Conflict, Forbidden, TelegramError

from bot.channels.telegram.client import build_bot, connections, identify, refuse_unreadable
from bot.channels.telegram.delivery_errors import TokenRefusedError, UnreadableAnswerError
from bot.channels.telegram.profile import set_menus, set_profile
from bot.errors import HavenError, SettingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from telegram import ChatMember, Update

    from bot.channels.telegram.client import SilentBot
    from bot.channels.telegram.profile import PublicProfile

NEEDED_RIGHTS = {
    "can_manage_topics": "manage topics",
    "can_delete_messages": "delete messages",
}
"""Rights of an administrator that the desk in a group needs."""
NO_ANSWER = (
    "Telegram does not answer at {api} ({error}): check the network, and HAVEN_TELEGRAM_API if it "
    "is set; if the way out is a proxy only, set HAVEN_TELEGRAM_PROXY"
)
NO_ANSWER_BY_PROXY = (
    "Telegram does not answer at {api} through the proxy of HAVEN_TELEGRAM_PROXY ({error}): see "
    "that the proxy runs and lets this machine through, or unset it if there is a way without"
)
NO_BOT_API = (
    "what answers at {api} is no Bot API: check HAVEN_TELEGRAM_API, and that no other program and "
    "no page of the network answers in its place"
)


class TelegramSilentError(HavenError):
    """Telegram did not answer, or not as Telegram does."""


class KnownBot(NamedTuple):
    """Who a token belongs to."""

    username: str
    name: str
    joins_groups: bool
    """Whether anyone may add the bot to a group."""


class KnownGroup(NamedTuple):
    """A group in which the bot was added or promoted a short time ago."""

    id: int
    title: str


async def find_bot(token: str, api: str, proxy: str = "") -> KnownBot:
    """Return whose token it is.

    Raises:
        SettingError: Telegram does not accept it.
        TelegramSilentError: it does not answer.
    """
    async with _asking(token, api, proxy) as bot:
        me = await identify(bot)
        return KnownBot(me.username or "", me.first_name, bool(me.can_join_groups))


async def check_group(token: str, api: str, group: int, proxy: str = "") -> str:
    """Return the title of the caseworkers' group.

    Raises:
        HavenError: the bot is not in it, it has no topics, or the bot lacks rights there.
    """
    async with _asking(token, api, proxy) as bot:
        try:
            chat = await bot.get_chat(group)
            member = await bot.get_chat_member(group, bot.id)
        except (BadRequest, Forbidden):
            raise SettingError(
                f"HAVEN_DESK_GROUP: the bot is not in a group {group}; add it there first"
            ) from None
        faults = list(_group_faults(member, has_topics=bool(chat.is_forum)))
        if faults:
            raise SettingError(f"HAVEN_DESK_GROUP: {'; '.join(faults)}")
        return str(chat.title or group)


def _group_faults(member: ChatMember, *, has_topics: bool) -> Iterable[str]:
    if not has_topics:
        yield "the group has no topics; switch them on in its settings"
    if member.status not in {"administrator", "creator"}:
        yield "the bot is no administrator of the group; make it one"
        return
    missing = [it for right, it in NEEDED_RIGHTS.items() if not getattr(member, right, True)]
    if missing:
        yield f"the bot may not {' and '.join(missing)} there; allow it as an administrator"


async def recent_groups(token: str, api: str, proxy: str = "") -> list[KnownGroup]:
    """Return the groups to which the bot was added lately; no update is confirmed by that.

    Empty also while a bot runs with this token.
    """
    with contextlib.suppress(Conflict):
        async with _asking(token, api, proxy) as bot:
            updates = await bot.get_updates(timeout=0)
            return list(dict.fromkeys(filter(None, map(_group_of, updates))))
    return []


def _group_of(update: Update) -> KnownGroup | None:
    chat = update.effective_chat
    if chat is None or chat.type != "supergroup":
        return None
    return KnownGroup(chat.id, str(chat.title or ""))


async def tell_profile(token: str, api: str, profile: PublicProfile, proxy: str = "") -> bool:
    """Set the bot's menus and profile in every language; whether all were accepted.

    Nothing is logged: an operator at a terminal reads a sentence about it instead.
    """
    async with _asking(token, api, proxy) as bot:
        await set_menus(bot, profile.menus)
        return await set_profile(bot, profile.profiles, on_fault=lambda _error: None)


@contextlib.asynccontextmanager
async def _asking(token: str, api: str, proxy: str) -> AsyncIterator[SilentBot]:
    bot = build_bot(token, api, proxy=proxy)
    try:
        with refuse_unreadable():
            async with connections(bot):
                yield bot
    except Conflict:
        raise
    except TokenRefusedError as error:
        raise SettingError(str(error)) from None
    except UnreadableAnswerError:
        raise TelegramSilentError(NO_BOT_API.format(api=api)) from None
    except TelegramError as error:
        said = NO_ANSWER_BY_PROXY if proxy else NO_ANSWER
        raise TelegramSilentError(said.format(api=api, error=type(error).__name__)) from None
