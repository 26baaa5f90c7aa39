"""One training: everything the demo has, and people who come by themselves."""

from __future__ import annotations

import asyncio
import contextlib
import webbrowser
from typing import TYPE_CHECKING, Any

from bot.app.demo import (
    PASSWORD,
    RestartableBot,
    create_group,
    demo_settings,
    enrol_all,
    log_file,
    serve_pages,
    temporary_folder,
)
from bot.app.storage import open_storage
from bot.app.texts import build_system_texts
from bot.clock import SystemClock
from bot.conversation import CONTROLS
from bot.errors import SettingError
from bot.languages import catalogue
from bot.log import configure
from bot.sandbox import Sandbox
from bot.store.database import PRACTICE_MARKER
from bot.text import fold
from bot.training.debrief import make_debrief
from bot.training.player import play
from flows.phrasebook import PHRASES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from bot.sandbox import Phone, SandboxGroup
    from bot.settings import Settings
    from bot.training.debrief import Debrief
    from bot.training.player import LabelLookup
    from bot.training.scenarios import Scenario

    WaitForEnd = Callable[[Sandbox, SandboxGroup, Sequence[Phone]], Awaitable[None]]
    """Returns once whoever rehearses has finished."""


async def run_training(  # noqa: PLR0913 - what is rehearsed, where, how fast and until when
    scenarios: Sequence[Scenario],
    wait_for_end: WaitForEnd,
    announce: Callable[[str], None],
    *,
    port: int = 0,
    data: Path | None = None,
    pace: float = 3.0,
    browser: bool = False,
) -> list[Debrief]:
    """Let fictional people come until somebody has finished; return how it went with each.

    Args:
        scenarios: the people.
        wait_for_end: waits for the end.
        announce: says where the page is, and who reads a case.
        port: where the group's page is; 0 takes any.
        data: the folder; one that passes when none is named.
        pace: seconds somebody takes for one thing.
        browser: whether to open the page.

    Raises:
        SettingError: something real lies in the folder.
        HavenError: a scene does not fit the flows.
    """
    with contextlib.ExitStack() as stack:
        folder = data or temporary_folder(stack)
        prepare_folder(folder)
        configure(stack.enter_context(log_file(folder)))
        bot = RestartableBot()
        sandbox = Sandbox(restart=bot.restart)
        group, workers = create_group(sandbox)
        async with serve_pages(sandbox, port) as address:
            settings = demo_settings(folder, address, group.id)
            who = await enrol_all(settings, workers)
            _announce_address(announce, address, who, browser=browser)
            phones = await _run_scenarios(
                sandbox, bot, settings, scenarios, group, wait_for_end, pace
            )
        return await _debriefs(settings, scenarios, phones, sandbox)


def _announce_address(
    tell: Callable[[str], None], address: str, who: str, *, browser: bool
) -> None:
    tell(f"The caseworkers' desk is at {address}/group")
    tell(f"Cases are read by {who}, with the password: {PASSWORD}")
    if browser:
        webbrowser.open(f"{address}/group")


async def _run_scenarios(  # noqa: PLR0913, PLR0917 - everything that takes part
    sandbox: Sandbox,
    restartable: RestartableBot,
    settings: Settings,
    scenes: Sequence[Scenario],
    group: SandboxGroup,
    finished: WaitForEnd,
    pace: float,
) -> list[Phone]:
    bot = asyncio.create_task(restartable.run(settings))
    phones = [
        sandbox.add_phone(scene.name, language=_app_language(scene.language)) for scene in scenes
    ]
    names = label_lookup(settings)
    tasks = [bot]
    try:
        await asyncio.wait({asyncio.create_task(restartable.ready.wait()), bot},
                           return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        pairs = zip(phones, scenes, strict=True)
        played = asyncio.gather(*(play(phone, scene, pace, names) for phone, scene in pairs))
        end = asyncio.ensure_future(finished(sandbox, group, phones))
        tasks += [played, end]  # type: ignore[list-item]
        await _wait_for(end, bot, played)
    finally:
        for task in reversed(tasks):
            task.cancel()
        await restartable.stop()
        await asyncio.gather(*tasks, return_exceptions=True)
    return phones


async def _wait_for(end: asyncio.Future[Any], *others: asyncio.Future[Any]) -> None:
    """Wait for the end; what fails meanwhile is raised."""
    waiting: set[asyncio.Future[Any]] = {end, *others}
    while not end.done():
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()


def _app_language(language: str) -> str:
    """Return what the app of somebody says it speaks."""
    return {"zh_Hant": "zh-hant", "zh_Hans": "zh-hans", "fil": "fil"}.get(language, language)


def label_lookup(settings: Settings) -> LabelLookup:
    """Return what finds a button by its English label, in any language."""
    phrasing = build_system_texts(settings)
    replies = [label for it in PHRASES.values() for label in it.replies.values()]
    labels = [*phrasing.labels, *CONTROLS.values(), phrasing.danger, phrasing.bye, *replies]
    by_source = {fold(label.source): [] for label in labels}  # type: ignore[var-annotated]
    for label in labels:
        by_source[fold(label.source)].append(label)

    def names(language: str, line: str) -> frozenset[str]:
        read_in = catalogue(language)
        return frozenset(fold(it.render(read_in)) for it in by_source.get(fold(line), ()))

    return names


async def _debriefs(
    settings: Settings, scenes: Sequence[Scenario], phones: Sequence[Phone], sandbox: Sandbox
) -> list[Debrief]:
    bot, now = int(sandbox.token.partition(":")[0]), SystemClock().now()
    async with open_storage(settings) as (database, vault):
        return [
            await database.writer.run(
                lambda work, scene=scene, phone=phone: make_debrief(  # type: ignore[misc]
                    work, scene, vault.chat_key(bot, phone.id), settings.response_minutes, now
                )
            )
            for scene, phone in zip(scenes, phones, strict=True)
        ]


MARK_TEXT = (
    "Practice only: nobody in here exists. No bot that real people reach starts in this folder.\n"
)


def prepare_folder(folder: Path) -> None:
    """Make a folder for practice, or take one that is marked.

    Raises:
        SettingError: something lies there and no mark says that it is practice.
    """
    mark = folder / PRACTICE_MARKER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not mark.exists():
            if any(folder.iterdir()):
                raise SettingError(
                    f"{folder} holds what is no practice; name an empty folder with --data"
                )
            mark.write_text(MARK_TEXT, encoding="utf-8")
    except OSError as error:
        raise SettingError(
            f"{folder}: {error.strerror}; name a folder Haven may write to with --data"
        ) from None
