"""`haven directory`: numbers people are shown, recipients, facts to re-read, own services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.app.fact_checks import use_stored_checks
from bot.app.referral_recipients import find_recipients
from bot.cli.deployment import open_deployment
from bot.cli.options import AsJson, one_of
from bot.cli.output import print_rows
from bot.desks.locale import LANGUAGE_NAMES
from bot.desks.web.services.texts import GUESTS
from bot.errors import HavenError
from bot.hotline.connections.addresses import COUNTIES as CHINESE_COUNTIES
from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.hotline.directory.rules import KnownCodes, known_codes
from bot.hotline.directory.sheet_import import PlannedRow, RowKind, plan_import, propose_rows
from bot.hotline.directory.spreadsheet import (
    SheetCodes,
    SheetFault,
    fold_name,
    read_sheet,
    write_sheet,
)
from bot.hotline.directory.store import ServiceDirectory
from bot.languages import LANGUAGES, STAFF_LANGUAGES, catalogue
from bot.partners.partners import Partner, Partners
from bot.places.directory import DirectoryEntry, Recipient, Unavailability
from bot.places.place import Place
from bot.places.registry import find_place
from bot.settings import Settings, load_settings
from bot.store.writer import Work
from bot.text import Text
from bot.vault.audit.log import OPERATOR
from flows.texts.counties import COUNTIES

directory_app = typer.Typer(no_args_is_help=True)
services_app = typer.Typer(no_args_is_help=True)
directory_app.add_typer(
    services_app, name="services", help="The directory of services that this deployment keeps."
)
MAX_FAULTS = 50
"""Faults of a file that are listed; more would leave the screen."""
ROW_COLUMNS = ("row", "name", "comes to")
LIST_COLUMNS = ("number", "answers", "situations", "hours", "languages", "verified")
RECIPIENT_COLUMNS = ("code", "name", "from", "until", "can be chosen")
UNAVAILABLE = {
    Unavailability.NO_AGREEMENT: "no: no agreement",
    Unavailability.NOT_YET: "no: the agreement has not begun",
    Unavailability.ENDED: "no: the agreement has ended",
    Unavailability.UNVERIFIED: "no: verified too long ago",
}
TODO_COLUMNS = ("code", "evidence", "do", "source")


@directory_app.command("list")
def list_directory(*, as_json: AsJson = False) -> None:
    """List the numbers people are shown, in which situation, and when each was verified."""
    rows = [row for row in directory_rows(*_place_and_date()) if row["shown"]]
    print_rows(rows, LIST_COLUMNS, as_json=as_json)


@directory_app.command("todo")
def todo_directory(*, as_json: AsJson = False) -> None:
    """List the facts that people are not shown, or will soon not be, and what each lacks."""
    print_rows(list(todo_rows(*_place_and_date())), TODO_COLUMNS, as_json=as_json)


@directory_app.command("recipients")
def list_recipients(*, as_json: AsJson = False) -> None:
    """List whom a case can be referred to, with the agreements in HAVEN_AGREEMENTS."""
    settings = load_settings()
    use_stored_checks(settings)
    today = datetime.now(settings.zone).date()
    rows = list(recipient_rows(find_recipients(settings), today))
    print_rows(rows, RECIPIENT_COLUMNS, as_json=as_json)


@directory_app.command("link")
def link_recipient(code: str, partner: str) -> None:
    """Let referrals to an organisation be delivered to the room of a partner."""
    with open_deployment() as deployment:
        one_of("CODE", code, find_recipients(deployment.settings))
        links, now = RecipientPartners(deployment.audit), deployment.now()
        found = deployment.run(lambda work: Partners.find(work, partner))
        done = deployment.run(lambda work: links.link(work, code, found.id, OPERATOR, now))
    if not done:
        raise HavenError(f"there is no active partner {partner}; haven partners list shows them")
    typer.echo(f"{code}: referrals are delivered to the room of partner {found.id}, {found.name}.")


@directory_app.command("unlink")
def unlink_recipient(code: str) -> None:
    """End deliveries to an organisation; what was not opened goes back to its caseworker."""
    with open_deployment() as deployment:
        links, now = RecipientPartners(deployment.audit), deployment.now()
        was_linked = deployment.run(lambda work: links.unlink(work, code, OPERATOR, now))
    if not was_linked:
        raise HavenError(f"{code} is linked to no partner; haven directory recipients lists codes")
    typer.echo(f"{code}: referrals are handed over on paper again.")


def recipient_rows(
    recipients: Mapping[str, Recipient], today: date
) -> Iterable[dict[str, str | None]]:
    """Yield every recipient with its agreement, and why it cannot be chosen."""
    for code, it in recipients.items():
        agreement, why = it.agreement, it.unavailability(today)
        until = agreement.until if agreement else None
        yield {
            "code": code, "name": it.name.source,
            "from": agreement.since.isoformat() if agreement else None,
            "until": until.isoformat() if until else None,
            "can be chosen": UNAVAILABLE[why] if why else "yes",
            "verified": it.read_on.isoformat(),
        }  # fmt: skip


def directory_rows(place: Place, today: date) -> Iterable[dict[str, Any]]:
    """Yield every number with the situations in which people see it today."""
    for code, entry in place.directory.items():
        situations = [name for name, codes in place.numbers_by_situation.items() if code in codes]
        yield {
            "code": code, "number": entry.number, "answers": entry.answered_by.source,
            "situations": situations, "hours": entry.hours, "languages": list(entry.languages),
            "evidence": str(entry.quality), "source": entry.source,
            "verified": entry.verified_on.isoformat(), "expires": entry.expires_on.isoformat(),
            "shown": bool(situations) and entry.is_shown(today),
        }  # fmt: skip


def todo_rows(place: Place, today: date) -> Iterable[dict[str, Any]]:
    """Yield the facts that need work before people are shown them, or continue to be."""
    for code, fact in place.facts():
        if (do := fact.todo(today)) is not None:
            entry = fact if isinstance(fact, DirectoryEntry) else None
            yield {
                "code": code, "number": entry.number if entry else None,
                "about": entry.answered_by.source if entry else None,
                "evidence": str(fact.quality), "do": do, "source": fact.source,
                "verified": fact.verified_on.isoformat(),
            }  # fmt: skip


def _place_and_date() -> tuple[Place, date]:
    settings = load_settings()
    use_stored_checks(settings)
    return find_place(settings.place), datetime.now(settings.zone).date()


# --- Services -------------------------------------------------------------------------------------


@services_app.command("import")
def import_services(
    file: Path,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what the file comes to, and store nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Propose the services of a CSV file; a second person approves each at the desk."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise HavenError(f"{file}: {error.strerror}") from None
    with open_deployment() as deployment:
        settings, now = deployment.settings, deployment.now()
        known = known_codes(find_place(settings.place).services, COUNTIES)
        directory = ServiceDirectory(deployment.vault, deployment.audit, known)

        def unit(work: Work) -> list[PlannedRow]:
            codes = sheet_codes(settings, known, Partners.all(work))
            entries, faults = read_sheet(data, codes)
            planned, unknown = plan_import(entries, directory.all(work), directory.waiting(work))
            if faults or unknown:
                raise HavenError(faults_text(file, [*faults, *unknown]))
            if not dry_run:
                propose_rows(work, directory, planned, OPERATOR, now)
            return planned

        planned = deployment.run(unit)
    rows = [
        {"row": it.entry.row, "name": it.entry.content.name, "comes to": it.kind.value}
        for it in planned
    ]
    print_rows(rows, ROW_COLUMNS, as_json=as_json)
    if not as_json:
        typer.echo(summary_text(planned, is_stored=not dry_run))


@services_app.command("export")
def export_services(
    file: Annotated[Path | None, typer.Argument(help="Without it, they are printed.")] = None,
) -> None:
    """Write the approved services as CSV, which a spreadsheet opens and import reads again."""
    with open_deployment() as deployment:
        known = known_codes(find_place(deployment.settings.place).services, COUNTIES)
        directory = ServiceDirectory(deployment.vault, deployment.audit, known)
        services, partners = deployment.run(lambda work: (directory.all(work), Partners.all(work)))
        zone = deployment.settings.zone
    text = write_sheet(services, {it.id: it.name for it in partners}, zone)
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        with file.open("x", encoding="utf-8-sig", newline="") as opened:
            opened.write(text)
    except OSError as error:
        raise HavenError(f"{file}: {error.strerror}") from None
    typer.echo(f"{file}: {len(text.splitlines()) - 1} lines")


def sheet_codes(settings: Settings, known: KnownCodes, partners: Iterable[Partner]) -> SheetCodes:
    """Return what the cells of a file may say in a deployment."""
    services = {it.code: it.name for it in find_place(settings.place).services}
    counties = _names({it: COUNTIES[it] for it in known.counties}, "messages")
    counties |= {
        fold_name(name): codes[0]
        for name, codes in CHINESE_COUNTIES.items()
        if codes[0] in known.counties
    }
    languages = _names(LANGUAGE_NAMES, "staff")
    languages |= {fold_name(LANGUAGES[tag].own_name): tag for tag in known.languages}
    names = {
        "services": _names(services, "staff"), "counties": counties, "languages": languages,
        "guests": _names(GUESTS, "staff"),
        "partner": {fold_name(it.name): str(it.id) for it in partners},
    }  # fmt: skip
    return SheetCodes(known, names, settings.zone, datetime.now(settings.zone).date())


def _names(texts: Mapping[Any, Text], domain: str) -> dict[str, str]:
    """Return codes by what they may be called: the code, and the name in each staff language."""
    found = {fold_name(str(code)): str(code) for code in texts}
    for tag in STAFF_LANGUAGES:
        words = catalogue(tag, domain)
        found |= {fold_name(it.render(words)): str(code) for code, it in texts.items()}
    return found


def faults_text(file: Path, faults: list[SheetFault]) -> str:
    """Return what is wrong in a file, a line for each fault."""
    shown = [
        f"  row {it.row}{f', column {it.column}' if it.column else ''}: {it.text}"
        for it in sorted(faults)[:MAX_FAULTS]
    ]
    left = len(faults) - len(shown)
    more = [f"  and {left} more"] if left > 0 else []
    return "\n".join([f"{file}: nothing was imported; correct these first:", *shown, *more])


def summary_text(planned: list[PlannedRow], *, is_stored: bool) -> str:
    """Return one line on what a file came to."""
    count = {kind: sum(it.kind is kind for it in planned) for kind in RowKind}
    told = ", ".join(f"{kind.value} {number}" for kind, number in count.items() if number)
    if not is_stored:
        return f"{told or 'nothing'}; nothing was stored (--dry-run)"
    return f"{told or 'nothing'}; a second person approves each at the desk: Services, Proposals"
