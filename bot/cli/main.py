"""The command line: everything an operator does; what cannot be done says how to mend it."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.backup import backup, new_backup_key, restore
from bot.cli.deadlines import deadlines_app, near_deadlines
from bot.cli.desk import desk_app
from bot.cli.directory import directory_app
from bot.cli.drafts import draft
from bot.cli.erasure import (
    confirm_erasure,
    list_erasure_requests,
    object_to_erasure,
    revoke_consent,
)
from bot.cli.evidence import evidence_app
from bot.cli.flows import InLanguage, flows_app, rehearse, require_language
from bot.cli.keys import keys_app
from bot.cli.languages import languages_app
from bot.cli.partners import campaigns_app, partners_app
from bot.cli.receipts import receipt_app
from bot.cli.rescue import rescue_cases
from bot.cli.retention import erase_case, legal_hold_app, retention
from bot.cli.search import search_cases
from bot.cli.staff import audit_app, staff_app
from bot.cli.train import train
from bot.errors import HavenError
from bot.languages import STAFF_LANGUAGES, catalogue
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.cases.consents import ConsentView
    from bot.cases.queries import CaseDetails, QueuedCase
    from bot.hotline.check_ins.model import CheckIn
    from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
cases_app = typer.Typer(no_args_is_help=True, help="What people sent, and how urgent it is.")
app.add_typer(cases_app, name="cases")
app.add_typer(flows_app, name="flows")
app.add_typer(directory_app, name="directory")
app.add_typer(keys_app, name="keys")
app.add_typer(staff_app, name="staff")
app.add_typer(audit_app, name="audit")
app.add_typer(desk_app, name="desk")
app.add_typer(languages_app, name="languages")
app.add_typer(evidence_app, name="evidence")
app.add_typer(partners_app, name="partners")
app.add_typer(campaigns_app, name="campaigns")
cases_app.command("search")(search_cases)
cases_app.command("wishes")(list_erasure_requests)
cases_app.command("confirm")(confirm_erasure)
cases_app.command("object")(object_to_erasure)
cases_app.command("revoke")(revoke_consent)
app.add_typer(legal_hold_app, name="hold")
app.command()(rehearse)
app.add_typer(receipt_app, name="receipt")
app.add_typer(deadlines_app, name="clock")
app.command()(draft)
app.command()(retention)
app.command()(train)
app.command()(backup)
app.command()(restore)
keys_app.command("backup")(new_backup_key)
keys_app.command("rescue")(rescue_cases)
cases_app.command("erase")(erase_case)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]
NOTICE_WINDOW = 7 * 24 * 3600 * 1_000_000


@app.command()
def start(
    only: Annotated[str, typer.Option(help="bot or desk; without it, both in one process.")] = "",
) -> None:
    """Run the bot, with Telegram at the other end, and the caseworkers' desk in a browser."""
    from bot.app.build import run_bot  # noqa: PLC0415 - for what it uses
    from bot.cli.desk import desk_job, run_desk_only  # noqa: PLC0415 - each command pays
    from bot.languages.availability import checked_bot_names, load_offer  # noqa: PLC0415
    from bot.log import configure  # noqa: PLC0415

    if only not in {"", "bot", "desk"}:
        raise typer.BadParameter(f"--only {only} is none of: bot, desk")
    settings = load_settings()
    settings.public_identity()
    if only == "desk":
        configure()
        _run(run_desk_only(settings))
        return
    checked_bot_names(settings)
    _check_key_holders(settings)
    for refusal in load_offer(settings).refusals():
        typer.echo(refusal, err=True)
    configure()
    _run(run_bot(settings, extra_job=None if only else desk_job(settings)))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the phone page is; 0 takes any.")] = 8088,
    data: Annotated[Path | None, typer.Option(help="Keep what happens in this folder.")] = None,
    *,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
) -> None:
    """Try everything on this machine, with a stand-in for Telegram and no token."""
    from bot.app.demo import run_demo  # noqa: PLC0415

    _run(run_demo(port, data, browser=not no_browser))


@app.command()
def doctor() -> None:
    """Check settings, database and key, and say what is wrong."""
    from bot.cli.doctor import run_checks  # noqa: PLC0415

    failed = False
    for name, fault in run_checks(load_settings()):
        failed = failed or fault is not None
        typer.echo(f"{'wrong' if fault else 'fine '}  {name}{': ' + fault if fault else ''}")
    if failed:
        raise typer.Exit(1)


@app.command()
def privacy(language: InLanguage = "en") -> None:
    """Print what people are told of what is kept, as the settings make it, and its version."""
    from bot.app.texts import build_notice, load_place  # noqa: PLC0415
    from bot.cli.keys import has_escrow  # noqa: PLC0415
    from bot.languages import use_catalogues as speak  # noqa: PLC0415

    settings = load_settings()
    settings.public_identity()
    speak({}, load_place(settings).overrides)
    there = has_escrow(settings)
    notice = build_notice(settings, escrow=lambda: there)
    typer.echo(notice.text(require_language(language)))
    typer.echo(f"\nSHA-256 {notice.version(language).hex()}")


@cases_app.command("list")
def list_cases(
    only: Annotated[str, typer.Option("--queue", help="Only one queue, e.g. labour.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Print the cases that wait or are held, most urgent first."""
    from bot.cases.queries import load_notices, load_queue  # noqa: PLC0415
    from bot.cases.routing import Queue  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415

    if only and only not in list(Queue):
        raise typer.BadParameter(f"there is no queue {only}; one of: {', '.join(Queue)}")
    settings = load_settings()
    database = existing_database(settings)

    async def look() -> tuple[list[QueuedCase], list[Any]]:
        try:
            since = int(datetime.now(UTC).timestamp() * 1_000_000) - NOTICE_WINDOW
            found = await load_queue(database, only=only)
            return found, await load_notices(database, since)
        finally:
            await database.close()

    waiting, notices = asyncio.run(look())
    clocks = near_deadlines(settings, [case.reference for case in waiting])
    if as_json:
        rows = [{**_case_as_json(it), "clocks": clocks.get(it.reference, [])} for it in waiting]
        typer.echo(json.dumps(rows, indent=2))
        return
    from rich.console import Console  # noqa: PLC0415

    from bot.app.tables import notice_line, queue_table  # noqa: PLC0415

    console = Console()
    for notice in notices:
        console.print(notice_line(notice, settings.zone))
    console.print(queue_table(waiting, datetime.now(UTC)))
    for reference, near in clocks.items():
        for it in near:
            console.print(f"{reference}  {it['stands']}", style="bold", highlight=False)


@cases_app.command("show")
def show_case(
    reference: str,
    language: InLanguage = "en",
    who: Annotated[str, typer.Option("--as", help="The id of whoever reads.")] = "",
    password_file: Annotated[
        Path | None, typer.Option(help="Holds their password; without it, it is asked.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print a case; what was sent to it, for a caseworker who signs in."""
    from bot.app.build import open_vault  # noqa: PLC0415
    from bot.app.sign_in import ask_secret, sign_in  # noqa: PLC0415
    from bot.app.texts import build_reader  # noqa: PLC0415
    from bot.cli import cases as hours  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.conversation import FlowRegistry  # noqa: PLC0415
    from flows import ALL_FLOWS  # noqa: PLC0415

    settings = load_settings()
    database = existing_database(settings)
    vault = open_vault(settings, database)
    reader = build_reader(
        settings, database, vault, FlowRegistry(ALL_FLOWS), require_language(language)
    )

    async def look() -> tuple[CaseDetails | None, CheckIn | None]:
        try:
            if not who:  # what is agreed is sealed, although the host could open it
                return await reader.open(reference), None
            keyring = sign_in(database, vault, who, ask_secret(password_file), reference)
            return await reader.open(reference, keyring), hours.agreed_check_in(
                database, vault, reference
            )
        finally:
            vault.close()
            await database.close()

    opened, hour = asyncio.run(look())
    if opened is None:
        raise typer.BadParameter(f"there is no case {reference}; haven cases list shows them")
    if as_json:
        told = _case_details_as_json(opened)
        told |= hours.check_in_as_json(hour, settings.zone) if who else {}
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    from rich.console import Console  # noqa: PLC0415

    from bot.app.tables import case_view  # noqa: PLC0415

    staff = catalogue(language if language in STAFF_LANGUAGES else "en", "staff")
    Console().print(
        case_view(opened, staff, settings.zone), *hours.check_in_lines(hour, staff, settings)
    )


@cases_app.command("draw")
def draw_states() -> None:
    """Print the life of a case as a Mermaid diagram."""
    from bot.cases.state_machine import draw_mermaid  # noqa: PLC0415

    typer.echo(draw_mermaid())


def _check_key_holders(settings: Settings) -> None:
    from bot.app.build import open_database, open_vault  # noqa: PLC0415
    from bot.app.sign_in import require_key_holder  # noqa: PLC0415

    database = open_database(settings)
    try:
        settings.token()
        vault = open_vault(settings, database)
        try:
            require_key_holder(vault)
        finally:
            vault.close()
    finally:
        database.writer.close()


def _run(work: Coroutine[Any, Any, None]) -> None:
    import contextlib  # noqa: PLC0415

    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_cancel_on_signal(work))


async def _cancel_on_signal(work: Coroutine[Any, Any, None]) -> None:
    import signal  # noqa: PLC0415

    task = asyncio.create_task(work)
    for told in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(told) is not signal.SIG_IGN:  # nohup: the terminal goes, we stay
            asyncio.get_running_loop().add_signal_handler(told, _cancel_once, task)
    await task


def _cancel_once(task: asyncio.Task[None]) -> None:
    """Stop a task; whoever is told twice does not put its things in order."""
    if not task.cancelling():
        task.cancel()


def _case_as_json(case: QueuedCase) -> dict[str, Any]:
    return {
        **asdict(case),
        "priority": f"P{case.priority}",
        "waiting_since": case.waiting_since.isoformat(),
        "due_at": case.due_at.isoformat() if case.due_at else None,
    }


def _case_details_as_json(opened: CaseDetails) -> dict[str, Any]:
    return {
        **_case_as_json(opened.case),
        "reasons": list(opened.reasons),
        "received": [
            {
                "kind": r.kind,
                "sent_at": r.sent_at.isoformat(),
                "told": [asdict(t) for t in r.answers],
            }
            for r in opened.reports
        ],
        "files": [asdict(file) for file in opened.files],
        "agreed": [_consent_as_json(it) for it in opened.consents],
        "is_open": opened.is_decrypted,
        **asdict(opened.assessment),
    }


def _consent_as_json(it: ConsentView) -> dict[str, Any]:
    revoked = it.revoked_at.isoformat() if it.revoked_at else None
    return {**asdict(it), "at": it.at.isoformat(), "revoked_at": revoked}


def main() -> None:
    """Run a command; an error of ours is a sentence, not a traceback."""
    try:
        app()
    except HavenError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
