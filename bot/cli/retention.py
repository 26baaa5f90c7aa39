"""How long cases are kept: what an operator sees of it, erases, and holds, at the command line."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.errors import HavenError
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from bot.hotline.erasure.legal_holds import LegalHolds
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.erasure.erase import Erasures
    from bot.vault.erasure.retention import Retention, RetentionPlan

T = TypeVar("T")
legal_hold_app = typer.Typer(
    no_args_is_help=True, help="Cases that must be kept by law, and until when."
)
SECOND = 1_000_000
DAY = 24 * 3600 * SECOND
LONGEST_DAYS = 180

StaffId = Annotated[str, typer.Option("--by", help="The id of whoever says so (haven staff list).")]


# --- Retention -------------------------------------------------------------------------------


def retention(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    trust_clock: Annotated[
        bool, typer.Option("--believe-clock", help="I have looked: this machine's clock is right.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase the cases whose time has come, or say what would go and what stands in the way."""
    from rich.console import Console  # noqa: PLC0415 - each command pays for what it uses

    from bot.vault.erasure.retention import Retention  # noqa: PLC0415

    if dry_run and trust_clock:
        raise typer.BadParameter("--dry-run changes nothing, --believe-clock does")
    house = _Deployment()
    try:
        now = house.now()
        if trust_clock:
            house.run(lambda work: Retention.trust_clock(work, now))
            typer.echo(f"The clock is believed: it is {_format_time(now, house.settings)}.")
        plan = house.run(lambda work: house.retention.plan(work, now))
        for line in _plan_lines(plan, house.settings):
            Console().print(line)
        if dry_run or trust_clock or not plan.due:
            return
        asked = f"Erase {len(plan.due)} of these cases for good?"
        if not yes and not typer.confirm(asked):
            raise typer.Exit(1)
        _erase_due(house, len(plan.due), now)
    finally:
        house.close()


def _erase_due(house: _Deployment, due: int, now: int) -> None:
    from rich.progress import Progress  # noqa: PLC0415

    from bot.vault.audit.log import OPERATOR  # noqa: PLC0415

    with Progress() as bars:
        bar = bars.add_task("erased", total=due)
        gone = asyncio.run(
            house.retention.erase_due(
                house.database, OPERATOR, now, lambda done: bars.update(bar, with_message_ids=done)
            )
        )
    house.update_ledger(now)
    typer.echo(f"Erased: {gone} of {due}.")
    if gone < due:
        raise HavenError("something is left of the others; the bot, or this command, goes on later")


def _plan_lines(plan: RetentionPlan, settings: Settings) -> list[Any]:
    from rich.table import Table  # noqa: PLC0415

    rules = Table(title="Kept for a time of its own", title_justify="left", expand=False)
    for heading in ("what", "hours", "due"):
        rules.add_column(heading, justify="left" if heading == "what" else "right")
    for rule, count in plan.counts:
        rules.add_row(rule.label, str(rule.duration // (3600 * SECOND)), str(count))
    said: list[Any] = [rules, _cases_table(plan, settings)]
    if plan.clock is None or not plan.clock.is_trusted:
        said.append("The clock is not believed yet: the bot erases no case until it has gone "
                    "steadily for a day, or haven retention --believe-clock.")  # fmt: skip
    if plan.needs_approval:
        said.append("That is more than one case in twenty: the bot does not erase them by itself.")
    return said


def _cases_table(plan: RetentionPlan, settings: Settings) -> Table:
    from rich.table import Table  # noqa: PLC0415

    title = f"Closed more than {settings.keep_days} days ago: {len(plan.cases)}"
    table = Table(title=title, title_justify="left", expand=False)
    for heading in ("case", "closed", "kept all the same until"):
        table.add_column(heading)
    for due in plan.cases:
        held = "" if due.legal_hold_until is None else _format_time(due.legal_hold_until, settings)
        table.add_row(due.reference, _format_time(due.closed_at, settings), held)
    return table


# --- One case --------------------------------------------------------------------------------


def erase_case(
    reference: str,
    why: Annotated[str, typer.Option(help="withdrawn, abuse or mistake.")] = "withdrawn",
    confirm: Annotated[str, typer.Option(help="The code that the first step printed.")] = "",
) -> None:
    """Erase a case for good, whatever its age: type it once to see what goes, then with --confirm.

    Both steps stand in the audit log. A case under legal hold is not erased.
    """
    from bot.vault.audit.log import OPERATOR  # noqa: PLC0415
    from bot.vault.erasure.erase import ErasureReason  # noqa: PLC0415

    if why not in {ErasureReason.WITHDRAWN, ErasureReason.ABUSE, ErasureReason.MISTAKE}:
        raise typer.BadParameter("--why is withdrawn, abuse or mistake")
    house = _Deployment()
    try:
        case, now = house.find_case(reference), house.now()
        code = _confirmation_code(house.vault, case, why, now)
        if not confirm:
            _print_confirmation(house, case, reference, why, code)
            return
        if confirm.strip().lower() not in {
            code,
            _confirmation_code(house.vault, case, why, now - DAY),
        }:
            raise HavenError(f"--confirm: that is not the code of {reference}; type it without one")
        left = asyncio.run(house.erasures.erase(house.database, case, why, OPERATOR, now))
        house.update_ledger(now)
    finally:
        house.close()
    if left:
        raise HavenError(f"{reference} opens no more; the rest goes later: {', '.join(left)}")
    typer.echo(f"{reference} is erased: nothing of it is left.")


def _print_confirmation(house: _Deployment, case: str, reference: str, why: str, code: str) -> None:
    from bot.vault.audit.log import OPERATOR  # noqa: PLC0415
    from bot.vault.erasure.delete_rows import remaining_tables  # noqa: PLC0415

    now = house.now()
    house.run(lambda work: house.erasures.check_no_hold(work, case, now))
    house.run(lambda work: house.audit.record(work, now, OPERATOR, "erase_ask", case, why))
    typer.echo(
        f"Of {reference} goes, for good: {', '.join(remaining_tables(house.database, case))}."
    )
    typer.echo(f"haven cases erase {reference} --why {why} --confirm {code}")


def _confirmation_code(vault: Vault, case: str, why: str, at: int) -> str:
    """Return the code of the second step, good until the end of the day after."""
    return vault.button_mac(f"erase/{case}/{why}/{at // DAY}".encode()).hex()


# --- Holds -----------------------------------------------------------------------------------


@legal_hold_app.command("place")
def place_hold(
    reference: str,
    by: StaffId,
    reason: Annotated[str, typer.Option(help="court, authority, claim or complaint.")],
    days: Annotated[int, typer.Option(help="For how long.", min=1, max=LONGEST_DAYS)],
) -> None:
    """Ask that a case be kept; it is once somebody else agrees."""
    from bot.hotline.erasure.legal_holds import HoldReason  # noqa: PLC0415

    if reason not in list(HoldReason):
        raise typer.BadParameter(f"--reason is one of: {', '.join(HoldReason)}")

    def place(work: Work, holds: LegalHolds, case: str, now: int) -> int:
        holds.request(work, case, by, HoldReason(reason), now + days * DAY, now)
        return now + days * DAY

    until = _format_time(_with_holds(reference, place), load_settings())
    typer.echo(f"{by} asks to keep {reference} until {until}.")
    typer.echo(f"It is kept once another agrees: haven hold agree {reference} --by ID")


@legal_hold_app.command("agree")
def agree_to_hold(reference: str, by: StaffId) -> None:
    """Agree that a case be kept, as another has asked."""
    reason = _with_holds(
        reference, lambda work, holds, case, now: holds.approve(work, case, by, now)
    )
    typer.echo(f"{reference} is kept ({reason}); haven hold list says until when.")


@legal_hold_app.command("end")
def end_hold(
    reference: str,
    by: StaffId,
    other: Annotated[str, typer.Option("--and", help="Whoever agrees.")],
) -> None:
    """Let a case go its way again; two people say so."""
    ended = _with_holds(
        reference, lambda work, holds, case, now: holds.end(work, case, by, other, now)
    )
    if not ended:
        raise HavenError(f"nothing keeps {reference}; haven hold list shows what is kept")
    typer.echo(f"{reference} is kept no longer than others.")


@legal_hold_app.command("list")
def list_holds() -> None:
    """Print the cases that are kept by law, the one that ends first at the top."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from bot.hotline.erasure.legal_holds import LegalHolds  # noqa: PLC0415

    house = _Deployment()
    try:
        found = house.run(lambda work: LegalHolds.current(work, house.now()))
    finally:
        house.close()
    table = Table(title=f"Holds: {len(found)}", title_justify="left", expand=False)
    for heading in ("case", "reason", "asked by", "agreed by", "until"):
        table.add_column(heading)
    for hold in found:
        until = _format_time(hold.until, house.settings)
        agreed = hold.agreed_by or "nobody yet: it does not hold"
        table.add_row(hold.reference, hold.reason, hold.asked_by, agreed, until)
    Console().print(table)


def _with_holds(reference: str, do: Callable[[Work, LegalHolds, str, int], T]) -> T:
    from bot.hotline.erasure.legal_holds import LegalHolds  # noqa: PLC0415
    from bot.hotline.staff.staff import Staff  # noqa: PLC0415

    house = _Deployment()
    holds = LegalHolds(Staff(house.vault), house.audit)
    try:
        case, now = house.find_case(reference), house.now()
        return house.run(lambda work: do(work, holds, case, now))
    finally:
        house.close()


# --- What all of them need -------------------------------------------------------------------


class _Deployment:
    """The deployment's data, its vault, and what erases in it."""

    def __init__(self) -> None:
        from bot.app.build import open_vault  # noqa: PLC0415
        from bot.app.retention import build_erasures  # noqa: PLC0415
        from bot.cli.doctor import existing_database  # noqa: PLC0415
        from bot.vault import AuditLog  # noqa: PLC0415
        from bot.vault.erasure.retention import Retention  # noqa: PLC0415

        self.settings: Settings = load_settings()
        self.database: Database = existing_database(self.settings)
        self.vault: Vault = open_vault(self.settings, self.database)
        self.audit = AuditLog(self.vault)
        self.erasures: Erasures = build_erasures(self.settings, self.vault)
        self.retention: Retention = Retention(self.erasures, self.settings.keep_days)

    def run(self, unit: Callable[[Work], T]) -> T:
        return self.database.writer.run_sync(unit)

    @staticmethod
    def now() -> int:
        from bot.clock import SystemClock  # noqa: PLC0415

        return SystemClock().now()

    def find_case(self, reference: str) -> str:
        """Return the id of a case.

        Raises:
            HavenError: there is none of that number.
        """
        from bot.cases.queries import find_case_id  # noqa: PLC0415

        found = self.run(lambda work: find_case_id(work, reference))
        if found is None:
            raise HavenError(f"there is no case {reference}; haven cases list shows them")
        return found

    def update_ledger(self, now: int) -> None:
        """Write down beside the backups what was erased."""
        from bot.app.retention import open_backup_folder  # noqa: PLC0415

        if folder := open_backup_folder(self.settings):
            folder.maintain(self.run(self.erasures.load_all), now, is_clock_trusted=False)

    def close(self) -> None:
        self.database.writer.close()
        self.vault.close()


def _format_time(at: int, settings: Settings) -> str:
    told = datetime.fromtimestamp(at / SECOND, UTC).astimezone(settings.zone)
    return told.strftime("%Y-%m-%d %H:%M")
