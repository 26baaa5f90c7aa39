"""`haven demo`, and `haven train`: fictional people for new caseworkers, and a debrief afterwards.

Both use the stand-in for Telegram, which `haven start` does not load.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.app.demo import DemoOptions, run_demo
from bot.cases.indicators import ILO_INDICATORS
from bot.cli.options import DataFolder, NoBrowser, Port
from bot.cli.start import run_until_signal
from bot.errors import HavenError
from bot.training.debrief import SIGN_ORDER, Debrief, parse_signs
from bot.training.demo_cases import add_demo_cases
from bot.training.scenarios import Scenario, load_scenarios
from bot.training.session import TrainingOptions, run_training
from bot.training.shared_scenes import shared_scenes

NO_INPUT = (
    "haven train ends when you press Enter, and its standard input is a file or /dev/null, from "
    "which no Enter comes: run it at a terminal"
)


def demo(
    port: Port = 8088,
    data: DataFolder = None,
    recordings: Annotated[
        Path | None, typer.Option(help="Keep recordings below this folder instead of locales/.")
    ] = None,
    *,
    no_browser: NoBrowser = False,
    empty: Annotated[bool, typer.Option("--empty", help="Begin without cases.")] = False,
) -> None:
    """Try everything on this machine, with a stand-in for Telegram and no token."""
    options = DemoOptions(
        port=port, data=data, recordings=recordings, browser=not no_browser,
        add_cases=None if empty else add_demo_cases, practice=shared_scenes,
    )  # fmt: skip
    run_until_signal(run_demo(options))


def train(
    only: Annotated[
        list[str] | None, typer.Argument(help="Scenarios; without any, all of them.")
    ] = None,
    port: Port = 8088,
    data: DataFolder = None,
    pace: Annotated[float, typer.Option(help="Seconds people take per action.", min=0.1)] = 3.0,
    *,
    no_browser: NoBrowser = False,
) -> None:
    """Let fictional people come into a practice queue, and report afterwards how it went."""
    chosen = _select(only or [])
    _require_input()
    typer.echo(f"{len(chosen)} fictional people come. Press Enter when you have finished.")
    debriefs = asyncio.run(
        run_training(
            chosen, _wait_for_enter, typer.echo,
            TrainingOptions(port=port, data=data, pace=pace, browser=not no_browser),
        )
    )  # fmt: skip
    for debrief in debriefs:
        _print_debrief(debrief)


def _select(only: list[str]) -> Sequence[Scenario]:
    scenarios = load_scenarios()
    titles = [scenario.title for scenario in scenarios]
    for title in only:
        if title not in titles:
            raise HavenError(f"there is no scenario {title}; one of: {', '.join(titles)}")
    return [scenario for scenario in scenarios if not only or scenario.title in only]


def _require_input() -> None:
    """Raise HavenError if no Enter can come: an event loop watches no file, nor /dev/null."""
    with selectors.DefaultSelector() as watched:
        try:
            watched.register(sys.stdin, selectors.EVENT_READ)
        except PermissionError:
            raise HavenError(NO_INPUT) from None


async def _wait_for_enter(*_session: object) -> None:
    """Wait until Enter is pressed; a closed terminal ends the wait as well."""
    pressed, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(sys.stdin, pressed.set)
    try:
        await pressed.wait()
    finally:
        loop.remove_reader(sys.stdin)
    sys.stdin.readline()


def _print_debrief(debrief: Debrief) -> None:
    scenario = debrief.scenario
    reference = debrief.reference or "sent nothing"
    typer.echo(f"\n{scenario.name} ({scenario.language}), {reference}")
    typer.echo(f"  {scenario.about}")
    claimed, answered = _after(debrief.claimed_after), _after(debrief.answered_after)
    typer.echo(f"  claimed: {claimed}; answered: {answered}")
    verdict = "in time" if debrief.is_in_time else "OVERDUE"
    typer.echo(f"  reply due: within {debrief.response_minutes} min: {verdict}")
    if debrief.is_underrated:
        typer.echo(f"  priority: P{debrief.priority}, should be P{scenario.urgency}")
    for number, sign in enumerate(SIGN_ORDER, start=1):
        typer.echo(f"    {number:2} {ILO_INDICATORS[sign].source}")
    seen = _ask_signs()
    missed = debrief.missed(seen)
    for label, signs in (("missed", missed), ("without evidence", debrief.unfounded(seen))):
        if signs:
            typer.echo(f"  {label}: {', '.join(ILO_INDICATORS[sign].source for sign in signs)}")
    if not missed:
        typer.echo("  No sign was missed.")


def _ask_signs() -> list[str]:
    while True:
        numbers = typer.prompt("  Signs you saw, by number", default="", show_default=False)
        try:
            return parse_signs(numbers)
        except ValueError as error:
            typer.echo(f"  {error}")


def _after(minutes: float | None) -> str:
    return "never" if minutes is None else f"after {minutes:.1f} min"
