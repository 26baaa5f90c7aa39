"""`haven directory`: numbers people are shown, recipients of referrals, facts to re-read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import typer

from bot.app.fact_checks import use_stored_checks
from bot.app.referral_recipients import find_recipients
from bot.cli.deployment import open_deployment
from bot.cli.options import AsJson, one_of
from bot.cli.output import print_rows
from bot.errors import HavenError
from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.places.directory import DirectoryEntry, Recipient, Unavailability
from bot.places.place import Place
from bot.places.registry import find_place
from bot.settings import load_settings
from bot.vault.audit.log import OPERATOR

directory_app = typer.Typer(no_args_is_help=True)
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
def link_recipient(code: str, partner: int) -> None:
    """Let referrals to an organisation be delivered to the room of a partner."""
    with open_deployment() as deployment:
        one_of("CODE", code, find_recipients(deployment.settings))
        links, now = RecipientPartners(deployment.audit), deployment.now()
        done = deployment.run(lambda work: links.link(work, code, partner, OPERATOR, now))
    if not done:
        raise HavenError(f"there is no active partner {partner}; haven partners list shows them")
    typer.echo(f"{code}: referrals are delivered to the room of partner {partner}.")


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
