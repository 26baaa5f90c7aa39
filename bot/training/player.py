"""A scene played on a phone: each thing is done once the bot, or a caseworker, has answered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.errors import HavenError
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox import Phone
    from bot.training.scenarios import Scene

    Names = Callable[[str, str], frozenset[str]]
    """Returns what a label is called in a language, folded; nothing for what is no label."""

LOOK = 0.05
STILL = 0.4
"""Seconds in which nothing comes any more: the bot has said what it wanted to say."""
PATIENCE = 60.0
"""Seconds without an answer after which a scene does not fit the flows any more."""


async def play(phone: Phone, scene: Scene, pace: float, names: Names) -> None:
    """Do what a scene says; return once they have nothing more to answer.

    Raises:
        HavenError: the bot does not ask what the scene answers: it was written for other flows.
    """
    await asyncio.sleep(scene.after * pace)
    for line in scene.tells:
        await _do(phone, scene, line, names, patience=PATIENCE)
        await _quiet(phone, pace)
    heard = _heard(phone)
    for line in scene.replies:
        is_word = not names(scene.language, line)
        while is_word and _heard(phone) == heard:  # noqa: ASYNC110 - a caseworker takes their time
            await asyncio.sleep(LOOK)
        await _quiet(phone, pace)
        heard = _heard(phone)  # who writes while somebody writes is answered next
        await _do(phone, scene, line, names, patience=None)


async def _do(
    phone: Phone, scene: Scene, line: str, names: Names, *, patience: float | None
) -> None:
    """Press what is called like that, once it is there; what is no label is written."""
    called = names(scene.language, line)
    if not called:
        phone.say(line)
        return
    waited = 0.0
    while (shown := _button(phone, called)) is None:
        if patience is not None and waited > patience:
            raise HavenError(f"{scene.title}: nobody asked for “{line}”")
        await asyncio.sleep(LOOK)
        waited += LOOK
    message, label = shown
    phone.press(message, label=label)


def _button(phone: Phone, called: frozenset[str]) -> tuple[int, str] | None:
    """Return the newest button of one of these names, and the message it stands under."""
    for message in reversed(phone.messages()):
        if message["from"]["is_bot"]:
            for label in phone.labels(message):
                if fold(label.lstrip("✓ 0123456789")) in called:
                    return int(message["message_id"]), label
    return None


async def _quiet(phone: Phone, pace: float) -> None:
    """Wait until the bot has said what it wanted to say, then as long as somebody takes to read."""
    seen, still = _heard(phone), 0.0
    while still < max(pace, STILL):
        await asyncio.sleep(LOOK)
        still = still + LOOK if _heard(phone) == seen else 0.0
        seen = _heard(phone)


def _heard(phone: Phone) -> tuple[int, str]:
    """Return what tells one state of a chat from the next."""
    said = [each for each in phone.messages() if each["from"]["is_bot"]]
    newest = f"{said[-1]['message_id']}{phone.said()[-1]}" if said else ""
    return len(said), newest
