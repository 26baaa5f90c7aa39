"""How the bot introduces itself in every language, and what Telegram's refusals leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app.texts import bot_profiles
from bot.channels.telegram.client import SilentBot, build_bot
from bot.channels.telegram.profile import BotProfile, by_language_code, set_profile
from bot.errors import SettingError
from bot.languages import LANGUAGES
from bot.languages.availability import checked_bot_names
from bot.languages.style_rules import forbidden_on_lock_screen
from bot.sandbox import TOKEN, FaultKind, Sandbox, serve
from bot.settings import load_settings
from tests.support.telegram.bot_api_oracle import check

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PROFILES = {
    "en": BotProfile("Write here.", "Short.", "Garden"),
    "fil": BotProfile("Sumulat dito.", "Maikli."),
    "zh_Hant": BotProfile("寫在這裡。", "短。"),
    "zh_Hans": BotProfile("写在这里。", "短。"),
}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(check=check)
    yield sandbox
    assert sandbox.calls.complaints == []


@pytest.fixture
async def haven(sandbox: Sandbox) -> AsyncIterator[SilentBot]:
    async with serve(sandbox, port=0) as address, build_bot(TOKEN, address) as bot:
        yield bot


async def test_every_language_reads_its_own_and_all_others_english(
    haven: SilentBot, sandbox: Sandbox
) -> None:
    await set_profile(haven, PROFILES)
    told = {
        it.text("language_code"): it.text("description")
        for it in sandbox.calls.of("setMyDescription")
    }
    assert told == {"": "Write here.", "tl": "Sumulat dito.", "zh": "寫在這裡。"}
    assert (await haven.get_my_name()).name == "Garden"
    assert (await haven.get_my_short_description(language_code="tl")).short_description == "Maikli."


async def test_what_stands_there_already_is_not_told_again(
    haven: SilentBot, sandbox: Sandbox
) -> None:
    """Telegram lets a name be changed a few times a day."""
    await set_profile(haven, PROFILES)
    sandbox.calls.clear()
    await set_profile(haven, PROFILES)
    assert sandbox.calls.of("setMyName", "setMyDescription", "setMyShortDescription") == []


async def test_a_refusal_stops_nothing(haven: SilentBot, sandbox: Sandbox) -> None:
    sandbox.faults.add(FaultKind.HTML, method="setMyDescription")
    await set_profile(haven, PROFILES)
    assert (await haven.get_my_description(language_code="tl")).description == "Sumulat dito."


def test_two_letters_lead_to_one_language_each() -> None:
    codes = by_language_code({tag: tag for tag in LANGUAGES})
    assert codes[""] == "en"
    assert codes["zh"] == "zh_Hant"
    assert all(len(code) == 2 for code in codes if code)
    assert by_language_code({"en": "en", "zh_Hans": "zh_Hans"})["zh"] == "zh_Hans"


@pytest.mark.parametrize("tag", [tag for tag in LANGUAGES if tag != "en"])
def test_bot_profile_texts_fit_and_are_neutral(tag: str) -> None:
    settings = load_settings(organisation="Garden House", contact="www.example.org")
    description, short, name = bot_profiles(settings, [tag])[tag]
    assert len(description) <= 512
    assert len(short) <= 120
    assert name == ""
    assert forbidden_on_lock_screen(tag, description) == forbidden_on_lock_screen(tag, short) == []
    assert "{" not in description


def test_a_name_is_given_by_language() -> None:
    settings = load_settings(bot_names="en=Garden,id=Kebun Kita", organisation="G", contact="c")
    names = {tag: name for tag, (_, _, name) in bot_profiles(settings, ["en", "id", "th"]).items()}
    assert names == {"en": "Garden", "id": "Kebun Kita", "th": ""}


@pytest.mark.parametrize("names", ["xx=Garden", "id=Polisi", "zh_Hant=求助專線", "my=အကူအညီ"])
def test_a_revealing_bot_name_or_an_unknown_language_is_refused(names: str) -> None:
    with pytest.raises(SettingError, match="HAVEN_BOT_NAMES"):
        checked_bot_names(load_settings(bot_names=names))
