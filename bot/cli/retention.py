"""`haven retention`, `haven legal-hold` and `haven cases erase`: how long cases are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress

from bot.app.file_storage.opening import require_place
from bot.app.retention import build_erasures, build_retention, open_backup_folder
from bot.cases.state_machine import CaseState
from bot.cli.deployment import Deployment, open_deployment, require_case
from bot.cli.options import By, one_of
from bot.cli.output import format_time, local_time, make_table, print_table
from bot.clock import DAY, HOUR, SystemClock, start_of_day
from bot.errors import HavenError
from bot.hotline.erasure.legal_holds import HoldReason, LegalHolds
from bot.hotline.staff.staff import Staff
from bot.log import write_events
from bot.store.statements import select_one
from bot.store.tables.main import cases
from bot.store.writer import Work
from bot.vault import Vault
from bot.vault.audit.log import OPERATOR
from bot.vault.backup.export_rows import ARCHIVE_RETENTION, ArchivePart
from bot.vault.erasure.erase import ErasureReason, Erasures
from bot.vault.erasure.retention import Retention, RetentionPlan

T = TypeVar("T")
legal_hold_app = typer.Typer(no_args_is_help=True)
MAX_HOLD_DAYS = 180
_CASE = select_one(cases, "priority", "status", "opened_at", by="id")
UNTRUSTED = (
    "nothing was erased: a clock that is not trusted says what is due. Check it (date), then run: "
    "haven retention --trust-clock"
)
ERASURE_REASONS = (ErasureReason.WITHDRAWN, ErasureReason.ABUSE, ErasureReason.MISTAKE)


# --- Retention -------------------------------------------------------------------------------


def retention(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what is due.")] = False,
    trust_clock: Annotated[
        bool, typer.Option("--trust-clock", help="You checked that this machine's clock is right.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask; the clock has to be trusted.")
    ] = False,
    scheduled: Annotated[
        bool, typer.Option("--scheduled", help="For a timer: erase what the bot would by itself.")
    ] = False,
) -> None:
    """Erase the cases whose time is over, after printing what is due and what prevents it."""
    if scheduled:
        _erase_as_the_bot_does()
        return
    if dry_run and trust_clock:
        raise typer.BadParameter("--dry-run changes nothing, --trust-clock does")
    with open_deployment() as deployment:
        now, zone = deployment.now(), deployment.settings.zone
        erasures = _erasures(deployment)
        rules = Retention(erasures, deployment.settings.keep_days)
        if trust_clock:
            deployment.run(lambda work: Retention.trust_clock(work, now))
            typer.echo(f"The clock is trusted: it is {format_time(now, zone)}.")
        plan = deployment.run(lambda work: rules.plan(work, now))
        _print_plan(plan, deployment)
        if dry_run or trust_clock or not plan.due:
            return
        if yes and not (plan.clock and plan.clock.is_trusted):
            raise HavenError(UNTRUSTED)
        if not yes and not typer.confirm(f"Erase {len(plan.due)} of these cases for good?"):
            raise typer.Exit(1)
        _erase_due(deployment, rules, len(plan.due), now)
        _update_ledger(deployment, erasures, now)


def _erase_as_the_bot_does() -> None:
    """Erase what needs no one's approval, also while the bot does not run; name no case."""
    write_events()  # a timer runs this, and what it prints is the log
    with open_deployment() as deployment:
        settings, vault = deployment.settings, deployment.vault
        rules = build_retention(settings, vault, _erasures(deployment))
        erased = asyncio.run(rules.run_once(deployment.database, SystemClock()))
    typer.echo(f"Erased: {erased}.")


def _erasures(deployment: Deployment) -> Erasures:
    """Return what erases cases; refuse while the settings do not name where their files lie."""
    deployment.run(partial(require_place, deployment.settings))
    return build_erasures(deployment.settings, deployment.vault)


def _erase_due(deployment: Deployment, rules: Retention, due: int, now: int) -> None:
    with Progress() as bars:
        bar = bars.add_task("erased", total=due)
        erased = asyncio.run(
            rules.erase_due(
                deployment.database, OPERATOR, now, lambda done: bars.update(bar, completed=done)
            )
        )
    typer.echo(f"Erased: {erased} of {due}.")
    if erased < due:
        raise HavenError("parts of the others remain; the bot, or this command, erases them later")


def _print_plan(plan: RetentionPlan, deployment: Deployment) -> None:
    zone, days = deployment.settings.zone, deployment.settings.keep_days
    rules = [(rule.label, rule.duration // HOUR, count) for rule, count in plan.counts]
    print_table(make_table("Other data", ("what", "hours kept", "due"), rules))
    cases = [
        (due.reference, format_time(due.closed_at, zone),
         "" if due.legal_hold_until is None else format_time(due.legal_hold_until, zone))
        for due in plan.cases
    ]  # fmt: skip
    title = f"Closed more than {days} days ago: {len(cases)}"
    print_table(make_table(title, ("case", "closed", "legal hold until"), cases))
    if plan.clock is None or not plan.clock.is_trusted:
        typer.echo("The clock is not trusted yet: the bot erases no case until it has run steadily "
                   "for a day, or haven retention --trust-clock was given.")  # fmt: skip
    if plan.needs_approval:
        typer.echo("That is more than one case in twenty: the bot does not erase them by itself.")


def _update_ledger(deployment: Deployment, erasures: Erasures, now: int) -> None:
    if folder := open_backup_folder(deployment.settings, deployment.vault):
        folder.maintain(deployment.run(erasures.load_all), now, is_clock_trusted=False)


# --- One case --------------------------------------------------------------------------------


def erase_case(
    reference: str,
    why: Annotated[str, typer.Option(help="withdrawn, abuse or mistake.")] = "withdrawn",
    confirm: Annotated[str, typer.Option(help="The code that the first step printed.")] = "",
) -> None:
    """Erase a case for good, whatever its age: run it once to see what, then with --confirm.

    The audit log records both steps. A case under legal hold is not erased.
    """
    one_of("--why", why, ERASURE_REASONS)
    with open_deployment() as deployment:
        case, now = deployment.run(lambda work: require_case(work, reference)), deployment.now()
        erasures = _erasures(deployment)
        codes = [_confirmation_code(deployment.vault, case, why, at) for at in (now, now - DAY)]
        if not confirm:
            deployment.run(lambda work: erasures.check_no_hold(work, case, now))
            deployment.run(lambda work: deployment.record(work, "erase_ask", case, why))
            _tell_erasure(deployment, case, reference, why)
            typer.echo(f"    haven cases erase {reference} --why {why} --confirm {codes[0]}")
            return
        if confirm.strip().lower() not in codes:
            raise HavenError(f"--confirm: this is not the code of {reference}; run it without one")
        left = asyncio.run(erasures.erase(deployment.database, case, why, OPERATOR, now))
        _update_ledger(deployment, erasures, now)
    if left:
        raise HavenError(
            f"{reference} can no longer be opened; still to be erased: {', '.join(left)}"
        )
    days = ARCHIVE_RETENTION[ArchivePart.MAIN] // DAY
    typer.echo(f"{reference} is erased: nothing of it is left in the data.")
    typer.echo(
        f"Backups made before hold it until they are deleted, after {days} days; a restore leaves "
        "it out. What was exported of it is not touched: delete such folders yourself."
    )


def _tell_erasure(deployment: Deployment, case: str, reference: str, why: str) -> None:
    """Say what an erasure ends, and what the audit log will say."""
    zone = deployment.settings.zone
    ((priority, state, opened_at),) = deployment.run(lambda work: work.rows(_CASE, case))
    opened = _opened(state, opened_at, zone)
    typer.echo(
        f"{reference}, P{priority}, {state}, opened {opened}, is erased for "
        "good: all that was written and sent in it, its files, record and plan."
    )
    if state != CaseState.CLOSED:
        typer.echo("It is not closed: someone may wait for an answer.")
    typer.echo(f"The audit log will give as reason: {why}. To erase it, run:")


def _opened(state: str, at: int, zone: ZoneInfo) -> str:
    """Return when a case was opened; of one that is or was closed only the day is kept."""
    if state == CaseState.CLOSED or at == start_of_day(at, zone):
        return f"{local_time(at, zone):%Y-%m-%d}"
    return format_time(at, zone)


def _confirmation_code(vault: Vault, case: str, why: str, at: int) -> str:
    """Return the code of the second step for a day; it is good on the next day too."""
    return vault.button_mac(f"erase/{case}/{why}/{at // DAY}".encode()).hex()


# --- Legal holds -----------------------------------------------------------------------------


@legal_hold_app.command("place")
def place_hold(
    reference: str,
    by: By,
    reason: Annotated[str, typer.Option(help="court, authority, claim or complaint.")],
    days: Annotated[int, typer.Option(help="For how long.", min=1, max=MAX_HOLD_DAYS)],
) -> None:
    """Ask that a case be kept; a second caseworker has to approve."""
    one_of("--reason", reason, list(HoldReason))

    def place(work: Work, holds: LegalHolds, case: str, now: int) -> int:
        holds.request(work, case, by, HoldReason(reason), now + days * DAY, now)
        return now + days * DAY

    until, deployment = _with_holds(reference, place)
    until_text = format_time(until, deployment.settings.zone)
    typer.echo(f"{by} asks to keep {reference} until {until_text}.")
    typer.echo(f"It takes a second caseworker: haven legal-hold approve {reference} --by ID")


@legal_hold_app.command("approve")
def approve_hold(reference: str, by: By) -> None:
    """Approve that a case is kept, as another caseworker asked."""
    reason, _deployment = _with_holds(
        reference, lambda work, holds, case, now: holds.approve(work, case, by, now)
    )
    typer.echo(f"{reference} is kept ({reason}); haven legal-hold list shows until when.")


@legal_hold_app.command("end")
def end_hold(
    reference: str,
    by: By,
    approved_by: Annotated[
        str, typer.Option("--approved-by", help="Id of the caseworker who approves.")
    ],
) -> None:
    """End a legal hold; it takes two caseworkers."""
    is_ended, _deployment = _with_holds(
        reference, lambda work, holds, case, now: holds.end(work, case, by, approved_by, now)
    )
    if not is_ended:
        raise HavenError(f"{reference} is not under legal hold; haven legal-hold list shows them")
    typer.echo(f"{reference} is under legal hold no longer.")


@legal_hold_app.command("list")
def list_holds() -> None:
    """List the cases under legal hold; the hold that ends first is at the top."""
    with open_deployment() as deployment:
        holds = deployment.run(lambda work: LegalHolds.current(work, deployment.now()))
    rows = [
        (hold.reference, hold.reason, hold.asked_by,
         hold.agreed_by or "none yet: not in force",
         format_time(hold.until, deployment.settings.zone))
        for hold in holds
    ]  # fmt: skip
    headings = ("case", "reason", "asked by", "approved by", "until")
    print_table(make_table(f"Legal holds: {len(holds)}", headings, rows))


def _with_holds(
    reference: str, do: Callable[[Work, LegalHolds, str, int], T]
) -> tuple[T, Deployment]:
    with open_deployment() as deployment:
        holds, now = LegalHolds(Staff(deployment.vault), deployment.audit), deployment.now()
        result = deployment.run(lambda work: do(work, holds, require_case(work, reference), now))
    return result, deployment
