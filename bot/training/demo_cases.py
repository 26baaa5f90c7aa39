"""Cases for a demo: the people of the training write, and staff answer some of them.

Six people in six languages: one waits in danger, two wait, one is in a conversation, one is
snoozed, one is closed. The one in a conversation has a service plan, an appointment and a report to
the police that is due. Four more have no phone on the page: two ask for help in a county, and two
were answered before, so that lists, filters and figures show something. One more has called: Jun
opened that case, and it has no chat.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentRecords
from bot.cases.queries import find_case_id, load_queue
from bot.clock import DAY
from bot.hotline.commands.types import Command, Verb
from bot.hotline.figures.catalogue import CountedParts, all_sources
from bot.hotline.figures.months import FigureMonths
from bot.hotline.origins.opening import LANGUAGE, WORDING
from bot.hotline.services.store import ServicePlans
from bot.training.demo_figures import add_demo_months
from bot.training.demo_services import add_services
from bot.training.scenarios import Scenario, load_scenarios
from bot.training.session import (
    APP_LANGUAGES,
    POLL_SECONDS,
    answer_caseworker,
    label_lookup,
    play_opening,
)

if TYPE_CHECKING:
    from bot.app.demo import RunningDemo
    from bot.training.session import LabelLookup

WELCOME = "Hello, this is Mei. I have read what you wrote. Are you alone now?"
THANKS = "Thank you for writing about her. We look for a way that is safe for her."
GOODBYE = "Thank you for asking. You can write here again at any time."
LATER = "She is at work until tomorrow evening."
RETURNED = "The labour office made the company give your passport back. Write again at any time."
ASKED = "Which county is the factory in? Then we can name the office that you can go to."
PEOPLE = ("siti", "somchai", "linh", "chen", "maria", "sok")
"""Those of the training who write: each in another language."""
CASE_ATTEMPTS = 200  # a busy machine shows a case some moments after "sent"
CALLED = "Jun"
CALL = {
    "channel": "phone", "language": "vi", "answer.safe": "safe", "answer.needs": "papers,legal",
    "number": "0900 000 000", "times": "evening", "if_other": "wrong_number", "consent": "agreed",
}  # fmt: skip
"""The fields of a call that Jun took; no one has the number."""
CALL_WORDS = "Works in a factory in Hsinchu. The broker keeps her passport and asks for 90,000."
NOTICED = "A debt that grows every month, and threats against his mother: perhaps forced labour."
ANSWERED_BY = {"somchai": "Mei", "chen": "Jun", "maria": "Jun", "yuki": "Mei", "lin": "Mei"}
"""Who claims whose case."""


def _talks(title: str, name: str, language: str, label: str, words: str) -> Scenario:
    """Return a person who asks to talk."""
    lines = ("/start", label, "Talk to a person", "I am safe here", words, "Send", "Any time")
    return Scenario(title, "", name, language, 0, 3, (), lines, ())


def _asks_for_help(title: str, name: str, language: str, label: str, county: str) -> Scenario:
    """Return a person who asks for help, and says in which county."""
    lines = (
        "/start", label, "Ask for help", "I need it", "I am safe here", "Legal advice", "Done",
        "You may keep them", "Age 18 or over", "More questions first", "It can wait", county,
        "Working in Taiwan", "Skip", "Go on", "Send", "Any time",
    )  # fmt: skip
    return Scenario(title, "", name, language, 0, 3, (), lines, ())


MORE_PEOPLE = (
    _asks_for_help("grace", "Grace", "en", "English", "Taoyuan"),
    _asks_for_help("thiri", "Thiri", "my", "မြန်မာ", "Taichung"),
    _talks("yuki", "Yuki", "ja", "日本語", "パスポートを会社に取られました。返してほしいです。"),
    _talks("lin", "Lin", "zh_Hans", "简体中文", "工厂两个月没有发工资。我不知道可以找谁。"),
)
"""Each in a language that no person of the training has."""


async def add_demo_cases(demo: RunningDemo) -> None:
    """Let all of them write at the same time, and staff answer some; add figures of past months."""
    context, now = demo.context, demo.context.clock.now()
    vault = context.vault
    parts = CountedParts(
        ConsentRecords(vault), context.legal_deadlines, ServicePlans(vault, context.audit),
        context.place.services, context.flow_registry,
    )  # fmt: skip
    months = FigureMonths(demo.settings.zone, all_sources(parts))
    await context.database.writer.run(lambda work: add_demo_months(work, months, now))
    proposer, approver = demo.id_of("Mei"), demo.id_of("Jun")
    await context.database.writer.run(
        lambda work: add_services(work, context.directory, proposer, approver, now)
    )
    names = label_lookup(demo.settings)
    people = (*(it for it in load_scenarios() if it.title in PEOPLE), *MORE_PEOPLE)
    await asyncio.gather(*(_add(demo, each, names) for each in people))
    await _take_call(demo)


async def _take_call(demo: RunningDemo) -> None:
    """Let a caseworker open a case from a call."""
    context = demo.context
    values = CALL | {WORDING: context.person_text(context.spoken.consent, CALL[LANGUAGE])}
    by = demo.id_of(CALLED)
    await context.command_client.send(
        Command(verb=Verb.OPEN_CASE, by=by, text=CALL_WORDS, values=values)
    )


async def _add(demo: RunningDemo, scenario: Scenario, names: LabelLookup) -> None:
    language = APP_LANGUAGES.get(scenario.language, scenario.language)
    phone = demo.sandbox.add_colleague(scenario.name, language=language)
    await play_opening(phone, scenario, names)
    case = await _case_in(demo, scenario.language)
    if case is not None:
        await _answer(demo, scenario.title, case)
    if scenario.title == "somchai":
        # After the words have arrived: else they stand below what they do not answer.
        await answer_caseworker(phone, scenario, names, WELCOME)


async def _case_in(demo: RunningDemo, language: str) -> str | None:
    """Return the case in a language: each of these people has another; None if none came."""
    database = demo.context.database
    for _ in range(CASE_ATTEMPTS):
        found = [it.reference for it in database.read(load_queue) if it.language == language]
        if found:
            break
        await asyncio.sleep(POLL_SECONDS)
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
            *_casework(demo, by, case),
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
        "yuki": (
            Command(verb=Verb.TAKE_OVER, by=by, case=case),
            Command(verb=Verb.SEND, by=by, case=case, text=RETURNED),
            Command(verb=Verb.CLOSE, by=by, case=case, code="helped"),
        ),
        "lin": (
            Command(verb=Verb.TAKE_OVER, by=by, case=case),
            Command(verb=Verb.SEND, by=by, case=case, text=ASKED),
            Command(verb=Verb.CLOSE, by=by, case=case, code="no_answer"),
        ),
    }  # fmt: skip
    for command in (claim, *steps[title]):
        await demo.context.command_client.send(command)


def _casework(demo: RunningDemo, by: str, case: str) -> list[Command]:
    """Return what a caseworker records of a case: a plan, an appointment, a report that is due."""
    law, now = demo.context.legal_deadlines.law, demo.context.clock.now()
    in_three_days = law.format_time(now + 3 * DAY)
    services: list[tuple[str, dict[str, str]]] = [
        ("offer.doctor", {"provider": "Taoyuan General Hospital"}),
        ("accept.doctor", {}),
        ("give.doctor", {"kind": "doctor", "amount": "1200"}),
        ("offer.place", {"provider": "Garden of Hope"}),
        ("refuse.place", {}),
        ("offer.beside", {}),
        ("accept.beside", {}),
    ]
    beside = {"at": in_three_days, "companion": "Mei", "show": "1"}
    return [
        *(
            Command(verb=Verb.SERVICE, by=by, case=case, code=code, values=values)
            for code, values in services
        ),
        Command(verb=Verb.BOOK_APPOINTMENT, by=by, case=case, code="beside", values=beside),
        Command(verb=Verb.BEGIN_DUTY, by=by, case=case, code="police", text=NOTICED),
    ]
