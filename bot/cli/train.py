"""`haven train`: rehearse, then hear how it went."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.training.debrief import Debrief
    from bot.training.scenarios import Scenario


def train(
    only: Annotated[list[str] | None, typer.Argument(help="Scenes; none: all of them.")] = None,
    port: Annotated[int, typer.Option(help="Where the group's page is; 0 takes any.")] = 8088,
    data: Annotated[Path | None, typer.Option(help="Keep what happens in this folder.")] = None,
    pace: Annotated[float, typer.Option(help="Seconds people take for a thing.", min=0.1)] = 3.0,
    *,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
) -> None:
    """Let fictional people come into a practice queue, and say afterwards how it went."""
    from bot.training.session import run_training  # noqa: PLC0415 - each command pays for its own

    chosen = _select(only or [])
    typer.echo(f"{len(chosen)} people come, none of them exists. Press Enter when you are done.")
    found = asyncio.run(
        run_training(
            chosen, _wait_for_enter, _print, port=port, data=data, pace=pace, browser=not no_browser
        )
    )
    for each in found:
        _print_debrief(each)


def _select(only: list[str]) -> Sequence[Scenario]:
    from bot.training.scenarios import load_scenarios  # noqa: PLC0415

    found = load_scenarios()
    titles = [scene.title for scene in found]
    for each in only:
        if each not in titles:
            raise HavenError(f"there is no scene {each}; one of: {', '.join(titles)}")
    return [scene for scene in found if not only or scene.title in only]


def _print(words: str) -> None:
    typer.echo(words)


async def _wait_for_enter(*_what_is_there: object) -> None:
    """Wait until somebody presses Enter; a terminal that is closed has finished as well."""
    pressed, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(sys.stdin, pressed.set)
    try:
        await pressed.wait()
    finally:
        loop.remove_reader(sys.stdin)
    sys.stdin.readline()


def _print_debrief(it: Debrief) -> None:
    """Say how long somebody waited; ask which signs were seen, and name those that were not."""
    from bot.cases.indicators import ILO_INDICATORS  # noqa: PLC0415
    from bot.training.debrief import SIGN_ORDER, parse_signs  # noqa: PLC0415

    typer.echo(
        f"\n{it.scenario.name} ({it.scenario.language}), {it.reference or 'never came so far'}"
    )
    typer.echo(f"  {it.scenario.about}")
    typer.echo(f"  claimed: {_after(it.claimed_after)}; answered: {_after(it.answered_after)}")
    kept = "kept" if it.is_in_time else "NOT KEPT"
    typer.echo(f"  promised: an answer within {it.response_minutes} min: {kept}")
    if it.is_underrated:
        typer.echo(f"  stands at P{it.priority}, and should be P{it.scenario.urgency}")
    for number, sign in enumerate(SIGN_ORDER, start=1):
        typer.echo(f"    {number:2} {ILO_INDICATORS[sign].source}")
    named = _ask_signs(parse_signs)
    for words, signs in (("missed", it.missed(named)), ("nothing said so", it.unfounded(named))):
        if signs:
            typer.echo(f"  {words}: {', '.join(ILO_INDICATORS[sign].source for sign in signs)}")
    if not it.missed(named):
        typer.echo("  No sign was missed.")


def _ask_signs(read: object) -> list[str]:
    while True:
        numbers = typer.prompt("  Signs you saw, by number", default="", show_default=False)
        try:
            return read(numbers)  # type: ignore[operator, no-any-return]
        except ValueError as error:
            typer.echo(f"  {error}")


def _after(minutes: float | None) -> str:
    return "not" if minutes is None else f"after {minutes:.1f} min"
