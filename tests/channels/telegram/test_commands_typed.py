from __future__ import annotations

import gettext
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.commands import command, menus, offer
from bot.text import Text

if TYPE_CHECKING:
    from telegram_wire import Wire

    from bot.channels.telegram.connect import SilentBot


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("/start", ("start", "")),
        ("/START", ("start", "")),
        ("  /help \n", ("help", "")),
        ("/start@haven_bot", ("start", "")),
        ("/start@Haven_BOT abc", ("start", "abc")),
        ("/start@otherbot", None),
        ("/start@", None),
        ("/", None),
        ("start", None),
        ("please /start", None),
        ("/start-now", None),
        ("/home/siti", None),
        ("/start\tabc def", ("start", "abc")),
        ("/start\n-_Az09", ("start", "-_Az09")),
        ("/" + "x" * 33, None),
        ("", None),
    ],
)
def test_a_command_is_for_us_or_it_is_only_words(words: str, meant: object) -> None:
    assert command(words, "haven_bot") == meant
    assert command(words, "@haven_bot") == meant


@pytest.mark.parametrize(
    "payload",
    ["../../etc/passwd", "a';DROP TABLE cases;--", "%00", "\x00", "码", "<b>", "a/b", "\ud83d",
     "\u202eabc", "=cmd()"],
)  # fmt: skip
def test_nothing_of_a_hostile_payload_is_taken_for_a_code(payload: str) -> None:
    assert command(f"/start {payload}", "haven_bot") == ("start", "")


def test_a_payload_is_no_longer_than_a_link_can_carry() -> None:
    assert command("/start " + "x" * 10_000, "haven_bot") == ("start", "x" * 64)


@given(st.text(st.characters(exclude_categories=[])))
def test_any_payload_comes_out_harmless(payload: str) -> None:
    got = command(f"/start {payload}", "haven_bot")
    assert got is not None
    assert len(got[1]) <= 64
    assert not set(got[1]) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class Shouting(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return message.upper()


def test_every_language_has_its_menu_and_all_others_read_english() -> None:
    phrases = {"start": Text("Begin"), "help": Text("Get help" * 50)}
    plain = gettext.NullTranslations()
    found = menus(phrases, {"en": plain, "zh_Hant": Shouting(), "fil": Shouting()})
    assert set(found) == {"en", "", "zh", "tl"}
    assert found[""] == found["en"] == (("start", "Begin"), ("help", ("Get help" * 50)[:256]))
    assert found["zh"][0] == ("start", "BEGIN")


async def test_the_menu_is_offered_in_private_chats(wire: Wire, bot: SilentBot) -> None:
    await offer(bot, {"": (("start", "Begin"),), "id": (("start", "Mulai"),)})
    default, indonesian = wire.asked("setMyCommands")
    assert default["commands"] == [{"command": "start", "description": "Begin"}]
    assert default["scope"] == {"type": "all_private_chats"}
    assert "language_code" not in default
    assert indonesian["language_code"] == "id"
