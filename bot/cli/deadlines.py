"""What the law gives time for, at the command line: what happened, and by when what follows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.clock import HOUR, SECOND, SystemClock
from bot.errors import HavenError
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.hotline.deadlines import CaseDeadlines, DeadlineEventRow
    from bot.places.deadlines import Deadline
    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.text import Catalogue

T = TypeVar("T")
deadlines_app = typer.Typer(no_args_is_help=True, help="What the law gives time for, by case.")
StaffId = Annotated[str, typer.Option("--by", help="The id of whoever says so (haven staff list).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]
InLanguage = Annotated[str, typer.Option("--language", help="en or zh_Hant.")]


@deadlines_app.command("add")
def add_event(
    reference: str,
    event: Annotated[str, typer.Argument(help="A code; haven clock events lists them.")],
    by: StaffId,
    on: Annotated[
        str, typer.Option(help="2026-11-25 or '2026-11-25 14:30', in the country's time; now.")
    ] = "",
) -> None:
    """Enter that something happened. Nothing is ever changed or taken out again."""
    number = _enter(
        reference,
        by,
        lambda work, clocks, case, now: clocks.add_event(work, case, event, on, by, now),
    )
    typer.echo(f"{reference}: event {number} is entered. haven clock show {reference}")


@deadlines_app.command("strike")
def retract_event(
    reference: str,
    number: Annotated[str, typer.Argument(help="As haven clock show counts them.")],
    by: StaffId,
) -> None:
    """Say that an event was entered by mistake: it stays, and does not count any more."""
    _enter(
        reference,
        by,
        lambda work, clocks, case, now: clocks.strike_event(work, case, number, by, now),
    )
    typer.echo(f"{reference}: event {number} does not count any more.")


@deadlines_app.command("show")
def show_deadlines(reference: str, language: InLanguage = "en", *, as_json: AsJson = False) -> None:
    """Print every clock that runs: by when what must happen, the article, how long is left."""

    def look(work: Work, clocks: CaseDeadlines, _settings: Settings) -> tuple[Any, Any]:
        case = _require_case(work, reference)
        return clocks.running(work, case), clocks.events(work, case)

    running, rows = _with_deadlines(look)
    words, now = _staff_catalogue(language), SystemClock().now()
    settings = load_settings()
    if as_json:
        told = {
            "reference": reference,
            "clocks": [deadline_as_json(it, words, now) for it in running],
            "events": [_event_as_json(it, settings) for it in rows],
        }
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for it in running:
        typer.echo(format_deadline(it, words, now))
    if not running:
        typer.echo("No clock of the law runs in this case.")
    for row in rows:
        if row.happening.code != "strike":
            gone = "  (does not count any more)" if row.is_struck else ""
            typer.echo(f"{row.number:>3}. {_event_time(row, settings)}  {row.happening.code}{gone}")


@deadlines_app.command("events")
def list_events(language: InLanguage = "en") -> None:
    """Print what can be entered, and which day of it counts."""
    from bot.places.registry import find_place  # noqa: PLC0415 - each command pays for what it uses

    words = _staff_catalogue(language)
    for kind in find_place(load_settings().place).deadline_rules.event_kinds.values():
        typer.echo(f"{kind.code:<15} {kind.text.render(words)}")


def near_deadlines(
    settings: Settings, references: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the clocks that whoever looks at the queue should see, by case.

    Nothing without a host key: the queue is there for whoever has none.
    """
    words = _staff_catalogue("en")
    now = SystemClock().now()

    def look(work: Work, clocks: CaseDeadlines, _settings: Settings) -> dict[str, list[Deadline]]:
        cases = {it: case for it in references if (case := _find_case(work, it))}
        return {it: clocks.near(work, case, now) for it, case in cases.items()}

    if not references:
        return {}
    try:
        found = _with_deadlines(look, settings)
    except HavenError:
        return {}
    return {
        it: [deadline_as_json(each, words, now) for each in near]
        for it, near in found.items()
        if near
    }


def deadline_as_json(deadline: Deadline, words: Catalogue, now: int) -> dict[str, Any]:
    """Return a clock as JSON tells it: dates, article, what must happen, how long is left."""
    from bot.hotline.deadlines import deadline_line  # noqa: PLC0415

    clock, left = deadline.rule, deadline.time_left(now)
    zone = load_settings().zone
    ends = deadline.ends_at
    return {
        "clock": clock.code,
        "stands": deadline_line(deadline, words, now),
        "since": deadline.start.day.isoformat(),
        "last_day": deadline.last_day.isoformat() if deadline.last_day else None,
        "ends_at": datetime.fromtimestamp(ends / SECOND, zone).isoformat() if ends else None,
        "hours_left": None if left is None else left // HOUR,
        "times": deadline.times or None,
        "opens_on": deadline.opens_on.isoformat() if deadline.opens_on else None,
        "must": clock.requirement.render(words),
        "articles": [it.render(words) for it in clock.articles],
        "person_acts": clock.is_for_person,
    }


def format_deadline(deadline: Deadline, words: Catalogue, now: int) -> str:
    """Return a clock as a few lines."""
    row = deadline_as_json(deadline, words, now)
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


def _enter(reference: str, by: str, enter: Callable[[Work, CaseDeadlines, str, int], Any]) -> int:
    """Enter something in one unit of work; return the number of its row.

    Raises:
        HavenError: it cannot be; the text says why.
    """
    from bot.hotline.deadlines import DeadlineRefusal  # noqa: PLC0415

    def do(work: Work, clocks: CaseDeadlines, _settings: Settings) -> Any:
        case = _require_case(work, reference)
        _require_caseworker(work, clocks, by)
        return enter(work, clocks, case, SystemClock().now())

    found = _with_deadlines(do)
    if isinstance(found, DeadlineRefusal):
        raise HavenError(found.text.render(_staff_catalogue("en"), found.values))
    return int(found)


def _find_case(work: Work, reference: str) -> str | None:
    from bot.cases.queries import find_case_id  # noqa: PLC0415

    return find_case_id(work, reference)


def _require_case(work: Work, reference: str) -> str:
    found = _find_case(work, reference)
    if found is None:
        raise HavenError(f"there is no case {reference}; haven cases list shows them")
    return found


def _require_caseworker(work: Work, clocks: CaseDeadlines, by: str) -> None:
    from bot.cases.state_machine import Role  # noqa: PLC0415
    from bot.hotline.staff.staff import Staff  # noqa: PLC0415

    found = Staff(clocks.vault).find(work, by)
    if found is None or not found.is_active or found.role is Role.AUDITOR:
        raise HavenError(f"{by} is no caseworker who may; haven staff list shows them")


def _with_deadlines(
    do: Callable[[Work, CaseDeadlines, Settings], T], settings: Settings | None = None
) -> T:
    from bot.app.build import open_vault  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.hotline.deadlines import CaseDeadlines  # noqa: PLC0415
    from bot.places.registry import find_place  # noqa: PLC0415
    from bot.vault import AuditLog  # noqa: PLC0415

    settings = settings or load_settings()
    database = existing_database(settings)
    try:
        vault = open_vault(settings, database)
        try:
            clocks = CaseDeadlines(
                vault, AuditLog(vault), find_place(settings.place).deadline_rules
            )
            return database.writer.run_sync(lambda work: do(work, clocks, settings))
        finally:
            vault.close()
    finally:
        database.writer.close()


def _event_as_json(row: DeadlineEventRow, settings: Settings) -> dict[str, Any]:
    it = row.event
    return {
        "number": row.number,
        "event": it.code,
        "day": it.day,
        "moment": None if it.moment is None else _iso_time(it.moment, settings),
        "by": it.by,
        "entered_at": _iso_time(row.entered_at, settings),
        "counts": not row.is_struck,
        "strikes": it.strikes or None,
    }


def _event_time(row: DeadlineEventRow, settings: Settings) -> str:
    it = row.event
    return it.day if it.moment is None else _iso_time(it.moment, settings)[:16].replace("T", " ")


def _iso_time(at: int, settings: Settings) -> str:
    return datetime.fromtimestamp(at / SECOND, settings.zone).isoformat()


def _staff_catalogue(language: str) -> Catalogue:
    from bot.languages import STAFF_LANGUAGES, catalogue  # noqa: PLC0415

    if language not in STAFF_LANGUAGES:
        raise typer.BadParameter(f"staff read {' and '.join(STAFF_LANGUAGES)}")
    return catalogue(language, "staff")
