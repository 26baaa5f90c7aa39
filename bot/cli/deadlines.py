"""What the law gives time for, at the command line: what happened, and by when what follows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.clock import HOUR, SECOND, SystemClock
from bot.errors import HavenError
from bot.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.hotline.deadlines import CaseClocks, Row
    from bot.places.deadlines import Deadline
    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.text import Catalogue

T = TypeVar("T")
clock_app = typer.Typer(no_args_is_help=True, help="What the law gives time for, by case.")
By = Annotated[str, typer.Option("--by", help="The id of whoever says so (haven staff list).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]
InLanguage = Annotated[str, typer.Option("--language", help="en or zh_Hant.")]


@clock_app.command("add")
def add_event(
    reference: str,
    event: Annotated[str, typer.Argument(help="A code; haven clock events lists them.")],
    by: By,
    on: Annotated[
        str, typer.Option(help="2026-11-25 or '2026-11-25 14:30', in the country's time; now.")
    ] = "",
) -> None:
    """Enter that something happened. Nothing is ever changed or taken out again."""
    number = _entered(
        reference, by, lambda work, clocks, case, now: clocks.enter(work, case, event, on, by, now)
    )
    typer.echo(f"{reference}: event {number} is entered. haven clock show {reference}")


@clock_app.command("strike")
def strike_event(
    reference: str,
    number: Annotated[str, typer.Argument(help="As haven clock show counts them.")],
    by: By,
) -> None:
    """Say that an event was entered by mistake: it stays, and does not count any more."""
    _entered(
        reference, by, lambda work, clocks, case, now: clocks.strike(work, case, number, by, now)
    )
    typer.echo(f"{reference}: event {number} does not count any more.")


@clock_app.command("show")
def show_clocks(reference: str, language: InLanguage = "en", *, as_json: AsJson = False) -> None:
    """Print every clock that runs: by when what must happen, the article, how long is left."""

    def look(work: Work, clocks: CaseClocks, _settings: Settings) -> tuple[Any, Any]:
        case = _case_of(work, reference)
        return clocks.running(work, case), clocks.rows(work, case)

    running, rows = _in_a_unit(look)
    words, now = _staff(language), SystemClock().now()
    settings = read_settings()
    if as_json:
        told = {
            "reference": reference,
            "clocks": [as_row(it, words, now) for it in running],
            "events": [_event_row(it, settings) for it in rows],
        }
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for it in running:
        typer.echo(in_words(it, words, now))
    if not running:
        typer.echo("No clock of the law runs in this case.")
    for row in rows:
        if row.happening.code != "strike":
            gone = "  (does not count any more)" if row.is_struck else ""
            typer.echo(f"{row.number:>3}. {_when(row, settings)}  {row.happening.code}{gone}")


@clock_app.command("events")
def list_events(language: InLanguage = "en") -> None:
    """Print what can be entered, and which day of it counts."""
    from bot.places.registry import place_named  # noqa: PLC0415 - each command pays for what it uses

    words = _staff(language)
    for kind in place_named(read_settings().place).clocks.kinds.values():
        typer.echo(f"{kind.code:<15} {kind.text.read_in(words)}")


def near_clocks(settings: Settings, references: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the clocks that whoever looks at the queue should see, by case.

    Nothing without a host key: the queue is there for whoever has none.
    """
    words = _staff("en")
    now = SystemClock().now()

    def look(work: Work, clocks: CaseClocks, _settings: Settings) -> dict[str, list[Deadline]]:
        cases = {it: case for it in references if (case := _found(work, it))}
        return {it: clocks.near(work, case, now) for it, case in cases.items()}

    if not references:
        return {}
    try:
        found = _in_a_unit(look, settings)
    except HavenError:
        return {}
    return {it: [as_row(each, words, now) for each in near] for it, near in found.items() if near}


def as_row(deadline: Deadline, words: Catalogue, now: int) -> dict[str, Any]:
    """Return a clock as JSON tells it: dates, article, what must happen, how long is left."""
    from bot.hotline.deadlines import line_of  # noqa: PLC0415

    clock, left = deadline.clock, deadline.left(now)
    zone = read_settings().zone
    ends = deadline.ends_at
    return {
        "clock": clock.code,
        "stands": line_of(deadline, words, now),
        "since": deadline.since.day.isoformat(),
        "last_day": deadline.last_day.isoformat() if deadline.last_day else None,
        "ends_at": datetime.fromtimestamp(ends / SECOND, zone).isoformat() if ends else None,
        "hours_left": None if left is None else left // HOUR,
        "times": deadline.times or None,
        "opens_on": deadline.opens_on.isoformat() if deadline.opens_on else None,
        "must": clock.must.read_in(words),
        "articles": [it.read_in(words) for it in clock.articles],
        "person_acts": clock.is_theirs,
    }


def in_words(deadline: Deadline, words: Catalogue, now: int) -> str:
    """Return a clock as a few lines."""
    row = as_row(deadline, words, now)
    lines = [row["stands"]]
    if row["opens_on"]:
        lines.append(f"    from {row['opens_on']}")
    if row["ends_at"]:
        lines.append(
            f"    until {row['ends_at'][:16].replace('T', ' ')} (last day {row['last_day']})"
        )
    lines.append(f"    {row['must']}")
    lines += [f"    {it}" for it in row["articles"]]
    return "\n".join(lines)


def _entered(reference: str, by: str, enter: Callable[[Work, CaseClocks, str, int], Any]) -> int:
    """Enter something in one unit of work; return the number of its row.

    Raises:
        HavenError: it cannot be; the text says why.
    """
    from bot.hotline.deadlines import Refused  # noqa: PLC0415

    def do(work: Work, clocks: CaseClocks, _settings: Settings) -> Any:
        case = _case_of(work, reference)
        _colleague(work, clocks, by)
        return enter(work, clocks, case, SystemClock().now())

    found = _in_a_unit(do)
    if isinstance(found, Refused):
        raise HavenError(found.text.read_in(_staff("en"), found.values))
    return int(found)


def _found(work: Work, reference: str) -> str | None:
    from bot.cases.queries import case_called  # noqa: PLC0415

    return case_called(work, reference)


def _case_of(work: Work, reference: str) -> str:
    found = _found(work, reference)
    if found is None:
        raise HavenError(f"there is no case {reference}; haven cases list shows them")
    return found


def _colleague(work: Work, clocks: CaseClocks, by: str) -> None:
    from bot.cases.state_machine import Role  # noqa: PLC0415
    from bot.hotline.staff.staff import Staff  # noqa: PLC0415

    found = Staff(clocks.vault).find(work, by)
    if found is None or not found.is_active or found.role is Role.AUDITOR:
        raise HavenError(f"{by} is no caseworker who may; haven staff list shows them")


def _in_a_unit(
    do: Callable[[Work, CaseClocks, Settings], T], settings: Settings | None = None
) -> T:
    from bot.app.build import open_vault  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.hotline.deadlines import CaseClocks  # noqa: PLC0415
    from bot.places.registry import place_named  # noqa: PLC0415
    from bot.vault import Audit  # noqa: PLC0415

    settings = settings or read_settings()
    database = existing_database(settings)
    try:
        vault = open_vault(settings, database)
        try:
            clocks = CaseClocks(vault, Audit(vault), place_named(settings.place).clocks)
            return database.writer.run_now(lambda work: do(work, clocks, settings))
        finally:
            vault.close()
    finally:
        database.writer.close()


def _event_row(row: Row, settings: Settings) -> dict[str, Any]:
    it = row.happening
    return {
        "number": row.number,
        "event": it.code,
        "day": it.day,
        "moment": None if it.moment is None else _moment(it.moment, settings),
        "by": it.by,
        "entered_at": _moment(row.entered_at, settings),
        "counts": not row.is_struck,
        "strikes": it.strikes or None,
    }


def _when(row: Row, settings: Settings) -> str:
    it = row.happening
    return it.day if it.moment is None else _moment(it.moment, settings)[:16].replace("T", " ")


def _moment(at: int, settings: Settings) -> str:
    return datetime.fromtimestamp(at / SECOND, settings.zone).isoformat()


def _staff(language: str) -> Catalogue:
    from bot.languages import STAFF_LANGUAGES, catalogue  # noqa: PLC0415

    if language not in STAFF_LANGUAGES:
        raise typer.BadParameter(f"staff read {' and '.join(STAFF_LANGUAGES)}")
    return catalogue(language, "staff")
