"""A training session: the demo, plus people who come by themselves and play their scenario."""

from __future__ import annotations

import asyncio
import contextlib
import re
import webbrowser
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.app.demo import (
    PASSWORD,
    RestartableBot,
    create_group,
    create_links,
    demo_settings,
    enrol_all,
    log_file,
    open_desk,
    serve_pages,
    temporary_folder,
)
from bot.app.storage import open_storage
from bot.app.texts import build_system_texts
from bot.conversation import CONTROLS
from bot.desks.practice import PracticeCase
from bot.errors import HavenError, SettingError
from bot.languages import catalogue
from bot.log import configure
from bot.sandbox import Phone, Sandbox, SandboxGroup
from bot.store.database import PRACTICE_MARKER
from bot.text import Text, fold
from bot.training.debrief import Debrief, make_debrief
from flows.texts.phrasebook import PHRASES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from bot.desks.web.context import DeskContext
    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.training.scenarios import Scenario

    WaitForEnd = Callable[[Sandbox, SandboxGroup, Sequence[Phone]], Awaitable[None]]
    """Returns once the trainee has finished."""
    LabelLookup = Callable[[str, str], frozenset[str]]
    """Returns the folded names of a label in a language; empty for text that is no label."""

Found = TypeVar("Found")
POLL_SECONDS = 0.05
QUIET_SECONDS = 0.4  # seconds without a new message after which the bot has finished
_NUMBER = re.compile(r"^(?:✓ ?)?(?:\d+ )?")
"""What stands before the words of a button; the words can begin with digits themselves."""
ANSWER_SECONDS = 20.0  # seconds a person waits for an answer; not every line has one
TIMEOUT_SECONDS = 60.0
"""Seconds without a reply after which a scenario no longer fits the flows."""


async def play(phone: Phone, scenario: Scenario, pace: float, find_labels: LabelLookup) -> None:
    """Play a scenario to its end; raise HavenError if it was written for other flows."""
    await asyncio.sleep(scenario.after * pace)
    await play_opening(phone, scenario, find_labels, pace)
    seen = _chat_state(phone)
    for line in scenario.replies:
        if not find_labels(scenario.language, line):
            await _poll(lambda before=seen: _chat_state(phone) != before or None)  # type: ignore[misc]
        await _wait_until_quiet(phone, pace)
        seen = _chat_state(phone)  # taken before the reply: a caseworker may write meanwhile
        await _act(phone, scenario, line, find_labels, patience=None)


async def play_opening(
    phone: Phone, scenario: Scenario, find_labels: LabelLookup, pace: float = 0.0
) -> None:
    """Play a scenario until the person is in the queue.

    Raises:
        HavenError: it was written for other flows.
    """
    for line in scenario.opening_lines:
        seen = _chat_state(phone)
        await _act(phone, scenario, line, find_labels, patience=TIMEOUT_SECONDS)
        await _wait_for_change(phone, seen)
        await _wait_until_quiet(phone, pace)


async def answer_caseworker(
    phone: Phone, scenario: Scenario, find_labels: LabelLookup, words: str
) -> None:
    """Play the first two replies: the answer to the opener, then one to a caseworker's words.

    Raises:
        HavenError: the opener was not shown.
    """
    first, second, *_rest = scenario.replies
    await _act(phone, scenario, first, find_labels, patience=TIMEOUT_SECONDS)
    await _poll(lambda: words in phone.bot_texts() or None, ANSWER_SECONDS)
    await _act(phone, scenario, second, find_labels, patience=TIMEOUT_SECONDS)


async def _wait_for_change(phone: Phone, seen: tuple[int, str]) -> None:
    """Wait until the bot has answered: a busy machine is quiet before its answer too."""
    await _poll(lambda: _chat_state(phone) != seen or None, ANSWER_SECONDS)


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
                if fold(_NUMBER.sub("", label)) in labels:
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
    if not messages:
        return 0, ""
    newest = messages[-1]
    return len(
        messages
    ), f"{newest['message_id']}{phone.bot_texts()[-1]}{newest.get('reply_markup')}"


APP_LANGUAGES = {"zh_Hant": "zh-hant", "zh_Hans": "zh-hans"}
"""Language codes of apps where they differ from ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """Options of a training."""

    port: int = 0
    data: Path | None = None
    pace: float = 3.0  # seconds a person takes for one action
    browser: bool = False


async def run_training(
    scenarios: Sequence[Scenario],
    wait_for_end: WaitForEnd,
    announce: Callable[[str], None],
    options: TrainingOptions,
) -> list[Debrief]:
    """Play scenarios until `wait_for_end` returns; return a debrief for each.

    `announce` gets lines of text for the trainee.

    Raises:
        SettingError: the folder contains something other than practice.
        HavenError: a scenario does not fit the flows.
    """
    with contextlib.ExitStack() as stack:
        folder = options.data or temporary_folder(stack)
        prepare_folder(folder)
        configure(stack.enter_context(log_file(folder)))
        bot = RestartableBot()
        sandbox = Sandbox(restart=bot.restart)
        group, workers = create_group(sandbox)
        async with serve_pages(sandbox, options.port) as address:
            settings = demo_settings(folder, address, group.id)
            staff = await enrol_all(settings, workers)
            phones = add_phones(sandbox, scenarios)
            async with open_desk(sandbox, settings, address, bot) as context:
                context.practice = TrainingPractice(context, sandbox, scenarios, phones)
                links = await create_links(context, staff)
                for line in _addresses(address, links, staff[0].id):
                    announce(line)
                if options.browser:
                    webbrowser.open(f"{address}{next(iter(links.values()))}")
                plan = _Plan(scenarios, phones, group, wait_for_end, options.pace)
                await _run_scenarios(sandbox, bot, settings, plan)
        return await _debriefs(settings, scenarios, phones, sandbox)


def _addresses(address: str, links: Mapping[str, str], who: str) -> list[str]:
    """Return what a trainee is told: where the desks are, and how to sign in."""
    return [
        *(f"Desk, as {name}: {address}{path}" for name, path in links.items()),
        f"The Telegram group is at {address}/group",
        f"To read a case, sign in as {who} with the password: {PASSWORD}",
    ]


def add_phones(sandbox: Sandbox, scenarios: Sequence[Scenario]) -> list[Phone]:
    """Return a phone for each person, in the language of its app."""
    return [
        sandbox.add_phone(it.name, language=APP_LANGUAGES.get(it.language, it.language))
        for it in scenarios
    ]


@dataclass(frozen=True, slots=True)
class TrainingPractice:
    """The training as its desk knows it."""

    context: DeskContext
    sandbox: Sandbox
    scenarios: Sequence[Scenario]
    phones: Sequence[Phone]

    async def cases(self) -> list[PracticeCase]:
        """Return the fictional people with what came of them so far."""
        context, bot = self.context, int(self.sandbox.token.partition(":")[0])
        minutes, now = context.settings.response_minutes, self.sandbox.clock.now()

        def look(work: Work) -> list[PracticeCase]:
            pairs = zip(self.scenarios, self.phones, strict=True)
            keys = [(each, context.vault.chat_key(bot, phone.id)) for each, phone in pairs]
            return [_practice_case(make_debrief(work, *it, minutes, now)) for it in keys]

        return await context.read_pool.run(look)


def _practice_case(it: Debrief) -> PracticeCase:
    scene = it.scenario
    return PracticeCase(
        scene.title, scene.name, scene.about, scene.part, scene.language, it.reference,
        it.priority, scene.urgency, scene.signs, it.answered_after, it.response_minutes,
        it.is_in_time,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Plan:
    scenarios: Sequence[Scenario]
    phones: Sequence[Phone]
    group: SandboxGroup
    wait_for_end: WaitForEnd
    pace: float


async def _run_scenarios(
    sandbox: Sandbox, runner: RestartableBot, settings: Settings, plan: _Plan
) -> None:
    bot = asyncio.create_task(runner.run(settings, sandbox.clock))
    phones = plan.phones
    names = label_lookup(settings)
    tasks = [bot]
    try:
        await asyncio.wait({asyncio.create_task(runner.ready.wait()), bot},
                           return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        pairs = zip(phones, plan.scenarios, strict=True)
        played = asyncio.gather(*(play(phone, each, plan.pace, names) for phone, each in pairs))
        end = asyncio.ensure_future(plan.wait_for_end(sandbox, plan.group, phones))
        tasks += [played, end]  # type: ignore[list-item]
        await _wait_for(end, bot, played)
    finally:
        for task in reversed(tasks):
            task.cancel()
        await runner.stop()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _wait_for(end: asyncio.Future[Any], *others: asyncio.Future[Any]) -> None:
    """Wait for `end`; raise an error of the others."""
    waiting: set[asyncio.Future[Any]] = {end, *others}
    while not end.done():
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()


def label_lookup(settings: Settings) -> LabelLookup:
    """Return a function that finds the labels of a button by its English label."""
    phrasing = build_system_texts(settings)
    replies = [label for it in PHRASES.values() for label in it.replies.values()]
    labels = [*phrasing.labels, *CONTROLS.values(), phrasing.danger, phrasing.bye, *replies]
    by_source: dict[str, list[Text]] = {}
    for label in labels:
        by_source.setdefault(fold(label.source), []).append(label)

    def names(language: str, line: str) -> frozenset[str]:
        read_in = catalogue(language)
        return frozenset(fold(it.render(read_in)) for it in by_source.get(fold(line), ()))

    return names


async def _debriefs(
    settings: Settings, scenarios: Sequence[Scenario], phones: Sequence[Phone], sandbox: Sandbox
) -> list[Debrief]:
    bot, now = int(sandbox.token.partition(":")[0]), sandbox.clock.now()
    async with open_storage(settings) as (database, vault):
        return [
            await database.writer.run(
                lambda work, each=each, phone=phone: make_debrief(  # type: ignore[misc]
                    work, each, vault.chat_key(bot, phone.id), settings.response_minutes, now
                )
            )
            for each, phone in zip(scenarios, phones, strict=True)
        ]


MARK_TEXT = (
    "Practice only: the people in here are fictional. A real bot does not start in this folder.\n"
)


def prepare_folder(folder: Path) -> None:
    """Mark a folder for practice; raise SettingError if it has unmarked data."""
    mark = folder / PRACTICE_MARKER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not mark.exists():
            if any(folder.iterdir()):
                raise SettingError(
                    f"{folder} contains data that is no practice; name an empty folder with --data"
                )
            mark.write_text(MARK_TEXT, encoding="utf-8")
    except OSError as error:
        raise SettingError(
            f"{folder}: {error.strerror}; name a folder Haven may write to with --data"
        ) from None
