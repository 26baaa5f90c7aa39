"""Cases for a demo: the people of the training write, and staff answer some of them.

Six people in six languages: one waits in danger, two wait, one is in a conversation, one is
snoozed, one is closed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.cases.queries import find_case_id, load_queue
from bot.clock import DAY
from bot.hotline.commands.types import Command, Verb
from bot.training.scenarios import load_scenarios
from bot.training.session import APP_LANGUAGES, label_lookup, play_opening

if TYPE_CHECKING:
    from bot.app.demo import RunningDemo
    from bot.training.scenarios import Scenario
    from bot.training.session import LabelLookup

WELCOME = "Hello, this is Mei. I have read what you wrote. Are you alone now?"
THANKS = "Thank you for writing about her. We look for a way that is safe for her."
GOODBYE = "Thank you for asking. You can write here again at any time."
LATER = "She is at work until tomorrow evening."
ANSWERED_BY = {"somchai": "Mei", "chen": "Jun", "maria": "Jun"}
"""Who claims whose case."""


async def add_demo_cases(demo: RunningDemo) -> None:
    """Let all of them write at the same time, and staff answer some."""
    names = label_lookup(demo.settings)
    await asyncio.gather(*(_add(demo, each, names) for each in load_scenarios()))


async def _add(demo: RunningDemo, scenario: Scenario, names: LabelLookup) -> None:
    language = APP_LANGUAGES.get(scenario.language, scenario.language)
    phone = demo.sandbox.add_colleague(scenario.name, language=language)
    await play_opening(phone, scenario, names)
    case = await _case_in(demo, scenario.language)
    if case is not None:
        await _answer(demo, scenario.title, case)
    if scenario.title == "somchai":
        phone.say(scenario.replies[1])


async def _case_in(demo: RunningDemo, language: str) -> str | None:
    """Return the case in a language: each of these people has another."""
    database = demo.context.database
    found = [it.reference for it in await load_queue(database) if it.language == language]
    return await database.writer.run(lambda work: find_case_id(work, found[0])) if found else None


async def _answer(demo: RunningDemo, title: str, case: str) -> None:
    """Let the caseworker for this person do what they do in the demo."""
    name = ANSWERED_BY.get(title)
    if name is None:
        return
    by = demo.id_of(name)
    tomorrow = demo.context.legal_deadlines.law.format_time(demo.context.clock.now() + DAY)
    claim = Command(verb=Verb.CLAIM, by=by, case=case)
    steps = {
        "somchai": (
            Command(verb=Verb.TAKE_OVER, by=by, case=case),
            Command(verb=Verb.SEND, by=by, case=case, text=WELCOME),
        ),
        "chen": (
            Command(verb=Verb.TAKE_OVER, by=by, case=case),
            Command(verb=Verb.SEND, by=by, case=case, text=THANKS),
            Command(
                verb=Verb.SNOOZE, by=by, case=case, text=LATER,
                code=tomorrow,
            ),
        ),
        "maria": (
            Command(verb=Verb.TAKE_OVER, by=by, case=case),
            Command(verb=Verb.SEND, by=by, case=case, text=GOODBYE),
            Command(verb=Verb.HAND_BACK, by=by, case=case),
            Command(verb=Verb.CLOSE, by=by, case=case, code="information"),
        ),
    }  # fmt: skip
    for command in (claim, *steps[title]):
        await demo.context.command_client.send(command)
