"""Erasure requests and revoked consents: `haven cases erasure-requests`, `confirm-erasure`, ...

What a caseworker decides is stored as a command, as from a desk: the bot carries it out in the
order of the chat, and open desks show it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from msgspec.structs import replace

from bot.cases.consents import ConsentKind, ConsentRecords
from bot.cli.deployment import Deployment, open_deployment, require_case
from bot.cli.options import AsJson, By, one_of
from bot.cli.output import format_time, print_json, print_words
from bot.errors import HavenError
from bot.hotline.commands.permissions import may_erase, may_object
from bot.hotline.commands.store import submit_command
from bot.hotline.commands.types import Command, Verb
from bot.hotline.erasure.requests import ErasureRequest, ErasureRequests
from bot.hotline.staff.staff import Caseworker
from bot.store.writer import Work

HELD = "a legal hold, an untrusted clock, or a bot that does not run"
"""What keeps a case whose erasure is due."""
Check = Callable[[Work, Deployment, str, Caseworker], str]
"""Returns why a command about a case will be refused; empty if it will not."""

NO_REQUEST = "there is no open request to erase it; see haven cases erasure-requests"
NOT_HOLDER = "{by} may not erase it: the caseworker who holds it, or a supervisor, may"
NOT_THEIR_QUEUE = "{by} may not do this: caseworkers who hold the case or serve its queue may"


def list_erasure_requests(*, as_json: AsJson = False) -> None:
    """List which cases someone wants erased, by when, and who confirmed it or objected."""
    with open_deployment() as deployment:
        requests = deployment.run(ErasureRequests.all)
    if as_json:
        print_json([asdict(each) for each in requests])
        return
    for each in requests:
        print_words(_request_line(each, deployment.settings.zone, deployment.now()))
    if not requests:
        typer.echo("There are no erasure requests.")


def confirm_erasure(reference: str, by: By) -> None:
    """Confirm that the person wants the case erased: the bot erases it at once."""

    def check(work: Work, deployment: Deployment, case: str, caseworker: Caseworker) -> str:
        if not may_erase(work, case, caseworker, deployment.now()):
            return NOT_HOLDER.format(by=by)
        return "" if ErasureRequests.of_case(work, case) else NO_REQUEST

    _send(reference, by, Command(verb=Verb.ERASE, by=by), check)
    typer.echo("The bot erases the case within seconds, unless it is under legal hold.")


def object_to_erasure(
    reference: str,
    by: By,
    reason: Annotated[str, typer.Option(help="Why not; stored encrypted as a note.")],
) -> None:
    """Object to erasing a case; without a second objection it is erased all the same."""
    if not reason.strip():
        raise typer.BadParameter("--reason says why the case must not be erased")

    def check(work: Work, deployment: Deployment, case: str, caseworker: Caseworker) -> str:
        if not may_object(work, case, caseworker, deployment.now()):
            return NOT_THEIR_QUEUE.format(by=by)
        request = ErasureRequests.of_case(work, case)
        if request is None or request.confirmed_by:
            return NO_REQUEST
        if by in {request.objected_by, request.seconded_by}:
            return f"{by} has objected already; a colleague has to object as well"
        return ""

    _send(reference, by, Command(verb=Verb.OBJECT_TO_ERASURE, by=by, text=reason), check)
    typer.echo("It takes two objections to keep the case.")


def revoke_consent(
    reference: str,
    kind: Annotated[str, typer.Argument(help="chat, hotline, alarm, others or statistics.")],
    by: By,
) -> None:
    """Revoke what a person agreed to, because they said so."""
    one_of("KIND", kind, list(ConsentKind))

    def check(work: Work, deployment: Deployment, case: str, caseworker: Caseworker) -> str:
        if not may_object(work, case, caseworker, deployment.now()):
            return NOT_THEIR_QUEUE.format(by=by)
        consents = ConsentRecords(deployment.vault).of_case(work, case)
        given = any(it.is_active for it in consents if it.kind == kind)
        # Revoking consent to tell others forbids it for the future, even if none was given.
        if given or kind == ConsentKind.OTHERS:
            return ""
        return f"the person has given no consent of the kind {kind}"

    _send(reference, by, Command(verb=Verb.REVOKE_CONSENT, by=by, code=kind), check)


def _send(reference: str, by: str, command: Command, check: Check) -> None:
    """Store a command for the bot; raise HavenError if it would be refused."""
    with open_deployment() as deployment:
        vault, now = deployment.vault, deployment.now()

        def check_and_store(work: Work) -> None:
            case = require_case(work, reference)
            caseworker = deployment.require_decider(work, by)
            about = replace(command, case=case)
            deployment.require_reason(work, about, caseworker)
            if refusal := check(work, deployment, case, caseworker):
                raise HavenError(f"{reference}: {refusal}")
            submit_command(work, vault, about, now)

        vault.rotate_epoch(now)  # a bot that is stopped does not
        deployment.run(check_and_store)
    typer.echo(f"{reference}: the bot carries it out within a second, or when it next runs.")


def _request_line(request: ErasureRequest, zone: ZoneInfo, now: int) -> str:
    due = "not erased"
    if request.due_at is not None:
        at = format_time(request.due_at, zone)
        due = f"erased on {at}" if request.due_at > now else f"due since {at}, not erased: {HELD}"
    state = f"confirmed by {request.confirmed_by}" if request.confirmed_by else due
    parts = [f"{request.reference}  requested {format_time(request.asked_at, zone)}", state]
    objectors = [who for who in (request.objected_by, request.seconded_by) if who]
    parts += [f"objected: {', '.join(objectors)}"] if objectors else []
    return "  ".join(parts)
