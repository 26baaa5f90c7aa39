from __future__ import annotations

import gettext
from typing import TYPE_CHECKING

from bot.channels.telegram.profile import build_menus, set_menus
from bot.text import Text

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
