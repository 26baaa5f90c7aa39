"""A scene played on a phone: each thing is done once the bot, or a caseworker, has answered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.errors import HavenError
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox import Phone
    from bot.training.scenarios import Scenario

    LabelLookup = Callable[[str, str], frozenset[str]]
    """Returns what a label is called in a language, folded; nothing for what is no label."""

POLL_SECONDS = 0.05
QUIET_SECONDS = 0.4
"""Seconds in which nothing comes any more: the bot has said what it wanted to say."""
TIMEOUT_SECONDS = 60.0
"""Seconds without an answer after which a scene does not fit the flows any more."""


async def play(phone: Phone, scenario: Scenario, pace: float, find_labels: LabelLookup) -> None:
    """Do what a scene says; return once they have nothing more to answer.

    Raises:
        HavenError: the bot does not ask what the scene answers: it was written for other flows.
    """
    await asyncio.sleep(scenario.after * pace)
    for line in scenario.opening_lines:
        await _act(phone, scenario, line, find_labels, patience=TIMEOUT_SECONDS)
        await _wait_until_quiet(phone, pace)
    heard = _chat_state(phone)
    for line in scenario.replies:
        is_word = not find_labels(scenario.language, line)
        while is_word and _chat_state(phone) == heard:  # noqa: ASYNC110 - a caseworker takes their time
            await asyncio.sleep(POLL_SECONDS)
        await _wait_until_quiet(phone, pace)
        heard = _chat_state(phone)  # who writes while somebody writes is answered next
        await _act(phone, scenario, line, find_labels, patience=None)


async def _act(
    phone: Phone, scene: Scenario, line: str, names: LabelLookup, *, patience: float | None
) -> None:
    """Press what is called like that, once it is there; what is no label is written."""
    called = names(scene.language, line)
    if not called:
        phone.say(line)
        return
    waited = 0.0
    while (shown := _find_button(phone, called)) is None:
        if patience is not None and waited > patience:
            raise HavenError(f"{scene.title}: nobody asked for “{line}”")
        await asyncio.sleep(POLL_SECONDS)
        waited += POLL_SECONDS
    message, label = shown
    phone.press(message, label=label)


def _find_button(phone: Phone, called: frozenset[str]) -> tuple[int, str] | None:
    """Return the newest button of one of these names, and the message it stands under."""
    for message in reversed(phone.messages()):
        if message["from"]["is_bot"]:
            for label in phone.button_labels(message):
                if fold(label.lstrip("✓ 0123456789")) in called:
                    return int(message["message_id"]), label
    return None


async def _wait_until_quiet(phone: Phone, pace: float) -> None:
    """Wait until the bot has said what it wanted to say, then as long as somebody takes to read."""
    seen, still = _chat_state(phone), 0.0
    while still < max(pace, QUIET_SECONDS):
        await asyncio.sleep(POLL_SECONDS)
        still = still + POLL_SECONDS if _chat_state(phone) == seen else 0.0
        seen = _chat_state(phone)


def _chat_state(phone: Phone) -> tuple[int, str]:
    """Return what tells one state of a chat from the next."""
    said = [each for each in phone.messages() if each["from"]["is_bot"]]
    newest = f"{said[-1]['message_id']}{phone.bot_texts()[-1]}" if said else ""
    return len(said), newest
