"""`haven on-call`: who is called for an emergency when no caseworker is at a desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from bot.app.texts import build_push, build_roster
from bot.channels.smtp import SmtpServer
from bot.cli.deployment import open_deployment
from bot.cli.health.processes import runs_bot
from bot.cli.options import AsJson, one_of
from bot.cli.output import make_table, print_json, print_table
from bot.dispatch.on_call import CallLetters, CallSenders
from bot.errors import HavenError
from bot.hotline.on_call.roster import CallChannel, OnCallRoster, OnCallSettings
from bot.hotline.staff.approved_keys import as_approved
from bot.languages import STAFF_LANGUAGES
from bot.mailbox.outbox import Outbox
from bot.settings.formats import EMAIL_PATTERN, HOURS_PATTERN
from bot.store.processes.running import load_processes

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.cli.deployment import Deployment
    from bot.hotline.on_call.roster import OnCallPerson
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

NOT_RUNNING = (
    "telegram: Haven does not run, so no test was sent there. Start it, and test again: a call "
    "goes out only while it runs"
)
on_call_app = typer.Typer(no_args_is_help=True)

Who = Annotated[str, typer.Argument(metavar="ID", help="Id of a caseworker.")]
MAX_POSITION = 99


@on_call_app.command("set")
def set_on_call(
    who: Who,
    channel: Annotated[
        list[str] | None,
        typer.Option(help="telegram, email or push; repeat for more, tried in this order."),
    ] = None,
    email: Annotated[str, typer.Option(help="Their e-mail address.")] = "",
    hours: Annotated[
        str, typer.Option(help="When they may be called, e.g. 21:00-09:00; always without it.")
    ] = "",
    language: Annotated[str, typer.Option(help="Of the message: zh_Hant or en.")] = "",
    position: Annotated[
        int, typer.Option(help="Who is called first: 1.", min=1, max=MAX_POSITION)
    ] = 1,
) -> None:
    """Put a caseworker on call, or change how they are called."""
    channels = _chosen_channels(channel or [CallChannel.TELEGRAM.value], email)
    if not re.match(HOURS_PATTERN, hours):
        raise typer.BadParameter("--hours are written like 21:00-09:00")
    if language:
        one_of("--language", language, STAFF_LANGUAGES)
    with open_deployment() as deployment:
        roster = _roster(deployment)

        def store(work: Work) -> Caseworker:
            found = deployment.require_decider(work, who)
            known = roster.of(work, who)
            old = known.settings if known else OnCallSettings(())  # browsers, days of the desk
            settings = replace(old, channels=channels, email=email, hours=hours, language=language)
            roster.set(work, who, position, settings, deployment.now())
            detail = ":".join(channels)
            deployment.record(work, "on_call_set", who, detail)
            return found

        _tell_what_is_missing(deployment, deployment.run(store), channels)
    typer.echo(f"{who} is on call: {', '.join(channels)}, {hours or 'at every hour'}.")


def _chosen_channels(named: list[str], email: str) -> tuple[CallChannel, ...]:
    """Return channels, each once; raise BadParameter for an unknown one, or without its address."""
    found = dict.fromkeys(CallChannel(one_of("--channel", it, list(CallChannel))) for it in named)
    if not re.match(EMAIL_PATTERN, email) or bool(email) != (CallChannel.EMAIL in found):
        raise typer.BadParameter("--channel email needs --email ADDRESS, and only it does")
    return tuple(found)


def _tell_what_is_missing(
    deployment: Deployment, caseworker: Caseworker, channels: tuple[CallChannel, ...]
) -> None:
    """Say what else has to be done before a caseworker can be called."""
    if CallChannel.TELEGRAM in channels and not caseworker.account:
        typer.echo(
            f"They have no Telegram account here: haven staff account {caseworker.id} NUMBER",
            err=True,
        )
    if as_approved(deployment.vault, caseworker) is None:
        typer.echo("Until a colleague approves their key they are not called.", err=True)
    if CallChannel.EMAIL in channels and deployment.settings.smtp_url is None:
        typer.echo("HAVEN_SMTP_URL is not set: no e-mail can be sent.", err=True)
    if CallChannel.PUSH in channels:
        typer.echo("They choose the browser themselves: My account, at the desk.", err=True)


@on_call_app.command("remove")
def remove_on_call(who: Who) -> None:
    """Take a caseworker off call."""
    with open_deployment() as deployment:

        def remove(work: Work) -> bool:
            was_there = OnCallRoster.remove(work, who)
            if was_there:
                deployment.record(work, "on_call_remove", who)
            return was_there

        if not deployment.run(remove):
            raise _not_on_call(who)
    typer.echo(f"{who} is not on call any more.")


@on_call_app.command("list")
def list_on_call(*, as_json: AsJson = False) -> None:
    """List who is on call, in the order in which they are called."""
    with open_deployment() as deployment:
        roster = _roster(deployment)
        people, configured = deployment.run(roster.all), roster.configured
    if as_json:
        print_json([_as_json(it, configured) for it in people])
        return
    rows = [
        (it.position, it.by.id, it.by.name, it.settings.channels, it.settings.hours or "always",
         ", ".join(it.usable_channels(configured)) or "nothing")
        for it in people
    ]  # fmt: skip
    headings = ("order", "id", "name", "channels", "hours", "reached by")
    print_table(make_table(f"On call: {len(people)}", headings, rows))


@on_call_app.command("test")
def send_test_call(who: Who) -> None:
    """Send a test message to a caseworker, over each of their channels."""
    with open_deployment() as deployment:
        roster = _roster(deployment)
        person = deployment.run(lambda work: roster.of(work, who))
        if person is None:
            raise _not_on_call(who)
        channels = person.usable_channels(roster.configured)
        if not channels:
            raise HavenError(f"no channel can reach {who}; haven doctor says why")
        is_running = runs_bot(deployment.run(load_processes), deployment.now())
        reached = tuple(it for it in channels if is_running or it is not CallChannel.TELEGRAM)
        for channel in reached:
            typer.echo(_send_test(deployment, person, channel))
        if reached != channels:
            raise HavenError(NOT_RUNNING)


def _send_test(deployment: Deployment, person: OnCallPerson, channel: CallChannel) -> str:
    """Send a test over one channel; return what became of it."""
    settings = deployment.settings
    bot = int(settings.token().partition(":")[0]) if channel is CallChannel.TELEGRAM else 0
    vault = deployment.vault
    letters = CallLetters(Outbox(vault), vault, bot, settings.staff_language)
    who = person.by.id
    if channel is not CallChannel.TELEGRAM:
        senders = CallSenders(SmtpServer.from_settings(settings), build_push(settings, vault))
        senders.send(person, channel, letters.text_for(person, is_test=True))
        deployment.run(lambda work: deployment.record(work, "on_call_test", who, channel.value))
        return f"{channel}: the server took it."

    def store(work: Work) -> None:
        letters.send(work, person, deployment.now(), is_test=True)
        deployment.record(work, "on_call_test", who, channel.value)

    deployment.run(store)
    return "telegram: the running Haven sends it now."


def _roster(deployment: Deployment) -> OnCallRoster:
    return build_roster(deployment.settings, deployment.vault)


def _not_on_call(who: str) -> HavenError:
    return HavenError(f"{who} is not on call; haven on-call list shows who is")


def _as_json(person: OnCallPerson, configured: Collection[CallChannel]) -> dict[str, object]:
    return {
        "id": person.by.id,
        "position": person.position,
        "channels": list(person.settings.channels),
        "hours": person.settings.hours,
        "reached_by": list(person.usable_channels(configured)),
    }
