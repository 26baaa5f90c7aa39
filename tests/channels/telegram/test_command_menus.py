from __future__ import annotations

import gettext
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.channels.telegram.profile import (
    BotProfile,
    PublicProfile,
    build_menus,
    publish_profile,
    set_menus,
)
from bot.text import Text
from tests.support.blobs import MemoryValues
from tests.support.telegram.telegram_loopback_server import (
    YES,
    DropConnection,
    Respond,
    api_error,
    api_success,
)

if TYPE_CHECKING:
    from bot.channels.telegram.client import SilentBot
    from tests.support.telegram.telegram_loopback_server import TelegramLoopbackServer


class Shouting(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return message.upper()


def test_every_language_has_its_menu_and_all_others_read_english() -> None:
    phrases = {"start": Text("Begin"), "help": Text("Get help" * 50)}
    plain = gettext.NullTranslations()
    found = build_menus(phrases, {"en": plain, "zh_Hant": Shouting(), "fil": Shouting()})
    assert set(found) == {"en", "", "zh", "tl"}
    assert found[""] == found["en"] == (("start", "Begin"), ("help", ("Get help" * 50)[:256]))
    assert found["zh"][0] == ("start", "BEGIN")


async def test_the_menu_is_offered_in_private_chats(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    await set_menus(bot, {"": (("start", "Begin"),), "id": (("start", "Mulai"),)})
    default, indonesian = telegram_server.asked("setMyCommands")
    assert default["commands"] == [{"command": "start", "description": "Begin"}]
    assert default["scope"] == {"type": "all_private_chats"}
    assert "language_code" not in default
    assert indonesian["language_code"] == "id"


PROFILE = PublicProfile({"": (("start", "Begin"),)}, {"en": BotProfile("Write here.", "Short.")})


class Naps:
    """Sleeps that take no time."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


def profile_calls(server: TelegramLoopbackServer) -> list[str]:
    return [call.method for call in server.calls if call.method.startswith(("set", "getMy"))]


@pytest.fixture
def empty_profile(telegram_server: TelegramLoopbackServer) -> TelegramLoopbackServer:
    """Give a Telegram that knows no profile yet, and takes any."""
    short = api_success({"short_description": ""})
    telegram_server.respond_with("getMyDescription", *[api_success({"description": ""})] * 8)
    telegram_server.respond_with("getMyShortDescription", *[short] * 8)
    for method in ("setMyCommands", "setMyDescription", "setMyShortDescription"):
        telegram_server.respond_with(method, *[YES] * 8)
    return telegram_server


async def test_a_profile_is_told_once_and_again_only_when_it_changed(
    empty_profile: TelegramLoopbackServer, bot: SilentBot
) -> None:
    told = MemoryValues()
    await publish_profile(bot, PROFILE, told)
    assert "setMyCommands" in profile_calls(empty_profile)
    empty_profile.calls.clear()
    await publish_profile(bot, PROFILE, told)
    assert profile_calls(empty_profile) == []
    await publish_profile(bot, replace(PROFILE, menus={"": (("start", "Go"),)}), told)
    assert "setMyCommands" in profile_calls(empty_profile)


@pytest.mark.parametrize(
    ("answer", "naps"),
    [
        (api_error(429, "Too Many Requests: retry after 33", retry_after=33), [33.0]),
        (api_error(502, "Bad Gateway"), [5.0]),
        (api_error(400, "Bad Request: not now"), [5.0]),
        (Respond(b"<html>", 404), [5.0]),
        (DropConnection(), [5.0]),
        (Respond(b"[]"), [5.0]),
    ],
)
async def test_menus_that_telegram_refuses_are_told_later(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, answer: Respond, naps: list[float]
) -> None:  # fmt: skip
    sleep = Naps()
    telegram_server.respond_with("setMyCommands", answer, YES)
    await publish_profile(bot, PROFILE, MemoryValues(), sleep)
    assert sleep.taken == naps
    assert len(telegram_server.asked("setMyCommands")) == 2


async def test_a_profile_that_was_not_taken_whole_is_told_at_the_next_start(
    empty_profile: TelegramLoopbackServer, bot: SilentBot
) -> None:
    told = MemoryValues(is_full=True)
    await publish_profile(bot, PROFILE, told)
    empty_profile.calls.clear()
    await publish_profile(bot, PROFILE, told)
    assert "setMyCommands" in profile_calls(empty_profile)
