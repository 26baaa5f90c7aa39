"""The player of a scenario: does each action once the bot, or a caseworker, has replied."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from bot.errors import HavenError
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox import Phone
    from bot.training.scenarios import Scenario

    LabelLookup = Callable[[str, str], frozenset[str]]
    """Returns the folded names of a label in a language; empty for text that is no label."""

Found = TypeVar("Found")
POLL_SECONDS = 0.05
QUIET_SECONDS = 0.4
"""Seconds without a new message after which the bot has finished."""
TIMEOUT_SECONDS = 60.0
"""Seconds without a reply after which a scenario no longer fits the flows."""


async def play(phone: Phone, scenario: Scenario, pace: float, find_labels: LabelLookup) -> None:
    """Play a scenario to its end; raise HavenError if it was written for other flows."""
    await asyncio.sleep(scenario.after * pace)
    for line in scenario.opening_lines:
        await _act(phone, scenario, line, find_labels, patience=TIMEOUT_SECONDS)
        await _wait_until_quiet(phone, pace)
    seen = _chat_state(phone)
    for line in scenario.replies:
        if not find_labels(scenario.language, line):
            await _poll(lambda before=seen: _chat_state(phone) != before or None)  # type: ignore[misc]
        await _wait_until_quiet(phone, pace)
        seen = _chat_state(phone)  # taken before the reply: a caseworker may write meanwhile
        await _act(phone, scenario, line, find_labels, patience=None)


async def _poll(find: Callable[[], Found | None], patience: float | None = None) -> Found | None:
    """Return the first result that is not None; None after `patience` seconds."""
    waited = 0.0
    while (found := find()) is None:
        if patience is not None and waited > patience:
            return None
        await asyncio.sleep(POLL_SECONDS)
        waited += POLL_SECONDS
    return found


async def _act(
    phone: Phone, scenario: Scenario, line: str, names: LabelLookup, *, patience: float | None
) -> None:
    labels = names(scenario.language, line)
    if not labels:
        phone.say(line)
        return
    button = await _poll(lambda: _find_button(phone, labels), patience)
    if button is None:
        raise HavenError(f"{scenario.title}: no button “{line}” was shown")
    message, label = button
    phone.press(message, label=label)


def _find_button(phone: Phone, labels: frozenset[str]) -> tuple[int, str] | None:
    for message in reversed(phone.messages()):
        if message["from"]["is_bot"]:
            for label in phone.button_labels(message):
                if fold(label.lstrip("✓ 0123456789")) in labels:
                    return int(message["message_id"]), label
    return None


async def _wait_until_quiet(phone: Phone, pace: float) -> None:
    """Wait until the bot has finished, then for `pace` seconds, as a reader would."""
    seen, quiet = _chat_state(phone), 0.0
    while quiet < max(pace, QUIET_SECONDS):
        await asyncio.sleep(POLL_SECONDS)
        quiet = quiet + POLL_SECONDS if _chat_state(phone) == seen else 0.0
        seen = _chat_state(phone)


def _chat_state(phone: Phone) -> tuple[int, str]:
    """Return a value that changes with every message or edit of the bot."""
    messages = [each for each in phone.messages() if each["from"]["is_bot"]]
    newest = f"{messages[-1]['message_id']}{phone.bot_texts()[-1]}" if messages else ""
    return len(messages), newest
