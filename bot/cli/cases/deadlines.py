"""`haven deadlines`: what happened in a case, and which legal deadlines follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.app.storage import open_vault
from bot.cases.queries import find_case_id
from bot.cli.deployment import open_deployment, require_case
from bot.cli.options import AsJson, By, StaffLanguage, staff_catalogue
from bot.cli.output import format_time, local_time, print_json
from bot.clock import HOUR, SystemClock
from bot.errors import HavenError
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deadlines import CaseDeadlines, DeadlineEventRow, DeadlineRefusal, deadline_line
from bot.places.deadlines import Deadline
from bot.places.registry import find_place
from bot.settings import Settings, load_settings
from bot.store.database import Database
from bot.store.writer import Work
from bot.text import Catalogue
from bot.vault import AuditLog, Vault

deadlines_app = typer.Typer(no_args_is_help=True)


@deadlines_app.command("add")
def add_event(
    reference: str,
    event: Annotated[str, typer.Argument(help="A code; haven deadlines events lists them.")],
    by: By,
    on: Annotated[
        str, typer.Option(help="2026-11-25 or '2026-11-25 14:30', local time; without it, now.")
    ] = "",
) -> None:
    """Record that something happened. Nothing recorded is ever changed or removed."""

    def add(work: Work, deadlines: CaseDeadlines, case: str, now: int) -> int | DeadlineRefusal:
        return deadlines.add_event(work, case, event, on, by, now)

    number = _record(reference, by, add)
    typer.echo(f"{reference}: event {number} is recorded. haven deadlines show {reference}")


@deadlines_app.command("retract")
def retract_event(
    reference: str,
    number: Annotated[str, typer.Argument(help="The event's number in haven deadlines show.")],
    by: By,
) -> None:
    """Record that an event was entered by mistake: it stays, but no longer counts."""
    _record(
        reference,
        by,
        lambda work, deadlines, case, now: deadlines.strike_event(work, case, number, by, now),
    )
    typer.echo(f"{reference}: event {number} no longer counts.")


@deadlines_app.command("show")
def show_deadlines(
    reference: str, language: StaffLanguage = "en", *, as_json: AsJson = False
) -> None:
    """Show the running deadlines of a case: what is due by when, by which article, what is left."""
    words = staff_catalogue(language)
    with open_deployment() as deployment:
        zone, now = deployment.settings.zone, deployment.now()
        deadlines = _case_deadlines(deployment.settings, deployment.vault)

        def load(work: Work) -> tuple[list[Deadline], list[DeadlineEventRow]]:
            case = require_case(work, reference)
            return deadlines.running(work, case), deadlines.events(work, case)

        running, events = deployment.run(load)
    if as_json:
        shown = [_deadline_as_json(it, words, now, zone) for it in running]
        entered = [_event_as_json(row, zone) for row in events]
        print_json({"reference": reference, "deadlines": shown, "events": entered})
        return
    for deadline in running:
        typer.echo(_format_deadline(_deadline_as_json(deadline, words, now, zone)))
    if not running:
        typer.echo("No legal deadline runs in this case.")
    for row in events:
        event = row.event
        if event.code != "strike":
            when = event.day if event.moment is None else format_time(event.moment, zone)
            retracted = "  (retracted)" if row.is_struck else ""
            typer.echo(f"{row.number:>3}. {when}  {event.code}{retracted}")


@deadlines_app.command("events")
def list_events(language: StaffLanguage = "en") -> None:
    """List the events that can be recorded, and which day counts."""
    words = staff_catalogue(language)
    for kind in find_place(load_settings().place).deadline_rules.typed_kinds.values():
        typer.echo(f"{kind.code:<15} {kind.text.render(words)}")


def near_deadlines(
    settings: Settings, database: Database, references: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the deadlines that end soon, by case; none if there is no usable host key."""
    words, now = staff_catalogue("en"), SystemClock().now()

    found: dict[str, list[Deadline]] = {}
    if not references:
        return {}
    with suppress(HavenError), closing(open_vault(settings, database)) as vault:
        deadlines = _case_deadlines(settings, vault)

        def load(work: Work) -> dict[str, list[Deadline]]:
            cases = {it: case for it in references if (case := find_case_id(work, it))}
            return {it: deadlines.near(work, case, now) for it, case in cases.items()}

        found = database.writer.run_sync(load)
    return {
        reference: [_deadline_as_json(it, words, now, settings.zone) for it in near]
        for reference, near in found.items()
        if near
    }


def _deadline_as_json(
    deadline: Deadline, words: Catalogue, now: int, zone: ZoneInfo
) -> dict[str, Any]:
    rule, left, ends = deadline.rule, deadline.time_left(now), deadline.ends_at
    return {
        "deadline": rule.code,
        "summary": deadline_line(deadline, words, now),
        "since": deadline.start.day.isoformat(),
        "last_day": deadline.last_day.isoformat() if deadline.last_day else None,
        "ends_at": local_time(ends, zone).isoformat() if ends else None,
        "hours_left": None if left is None else left // HOUR,
        "times": deadline.times or None,
        "opens_on": deadline.opens_on.isoformat() if deadline.opens_on else None,
        "must": rule.requirement.render(words),
        "articles": [article.render(words) for article in rule.articles],
        "person_acts": rule.is_for_person,
    }


def _format_deadline(row: dict[str, Any]) -> str:
    lines = [row["summary"]]
    if row["opens_on"]:
        lines.append(f"    from {row['opens_on']}")
    if row["ends_at"]:
        until = row["ends_at"][:16].replace("T", " ")
        lines.append(f"    until {until} (last day {row['last_day']})")
    return "\n".join([*lines, f"    {row['must']}", *(f"    {it}" for it in row["articles"])])


def _record(
    reference: str,
    by: str,
    record: Callable[[Work, CaseDeadlines, str, int], int | DeadlineRefusal],
) -> int:
    """Return the number of the new row; raise HavenError, which says why, if it is refused."""
    with open_deployment() as deployment:
        deadlines = _case_deadlines(deployment.settings, deployment.vault)

        def check_and_record(work: Work) -> int | DeadlineRefusal:
            case = require_case(work, reference)
            decider = deployment.require_decider(work, by)
            entered = Command(verb=Verb.ADD_DEADLINE_EVENT, by=by, case=case)
            deployment.require_reason(work, entered, decider)
            return record(work, deadlines, case, deployment.now())

        result = deployment.run(check_and_record)
    if isinstance(result, DeadlineRefusal):
        raise HavenError(result.text.render(staff_catalogue("en"), result.values))
    return result


def _case_deadlines(settings: Settings, vault: Vault) -> CaseDeadlines:
    return CaseDeadlines(vault, AuditLog(vault), find_place(settings.place).deadline_rules)


def _event_as_json(row: DeadlineEventRow, zone: ZoneInfo) -> dict[str, Any]:
    event = row.event
    return {
        "number": row.number, "event": event.code, "day": event.day,
        "moment": None if event.moment is None else local_time(event.moment, zone).isoformat(),
        "by": event.by, "entered_at": local_time(row.entered_at, zone).isoformat(),
        "counts": not row.is_struck, "strikes": event.strikes or None,
    }  # fmt: skip
