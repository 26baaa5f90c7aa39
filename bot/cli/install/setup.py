"""`haven setup` installs Haven on a machine; `haven source` says where its source code is."""

from __future__ import annotations

import asyncio
import os
import pwd
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from bot.app.run import public_profile
from bot.app.sign_in import password_cost
from bot.app.storage import database_at, fault_of
from bot.app.texts import use_offered_languages
from bot.cases.routing import QUEUE_NAMES
from bot.cases.state_machine import Role
from bot.channels.telegram.installation import tell_profile
from bot.cli.backup import make_backup
from bot.cli.deployment import Deployment, open_deployment
from bot.cli.doctor import check_all
from bot.cli.install.existing_data import (
    ExistingData,
    PresentKey,
    accounts_of,
    find_existing,
)
from bot.cli.staff import enrol, print_recovery_key
from bot.desks.web.auth.totp import SecondFactors
from bot.errors import HavenError, SettingError
from bot.hotline.assist.models import load_models
from bot.hotline.staff.staff import Caseworker
from bot.settings import Settings, load_settings
from bot.settings.env_file import ENV_FILE, read_env_file
from bot.settings.formats import DEFAULT_WEBHOOK_LISTEN, split_list
from bot.settings.missing import CREDENTIAL, CREDENTIAL_FOLDER, TOKEN_CREDENTIAL
from bot.setup import accounts
from bot.setup.answers import example_answers, read_answers
from bot.setup.backup_key import MadeKey, tell_unused, unused_keys_told
from bot.setup.checks import (
    check_addresses,
    check_folders,
    check_own_folders,
    check_port_numbers,
    check_ports,
    check_program,
    check_settings,
    check_user,
    command_line,
    first_port,
    program_fault,
    settings_of,
)
from bot.setup.credentials import (
    RUNS_SYSTEMD,
    SUFFIX,
    CredentialFolder,
    check_copy,
    copy_key,
    decrypt_command,
    is_on_one_disk,
    new_host_key,
)
from bot.setup.env_file import SECRETS, format_env
from bot.setup.files import UNITS as UNIT_FOLDER
from bot.setup.files import PlannedFile, Target
from bot.setup.interview import Interview, as_at_terminal, questions_in
from bot.setup.ownership import (
    acting_as,
    give_to_user,
    make_user,
    service_user,
    user_who_asks,
)
from bot.setup.questions import QUESTIONS
from bot.setup.service_files import (
    Service,
    proxy_files,
    read_program,
    services_that_run,
    unit_files,
    webhook_files,
)
from bot.vault.backup.create import list_archives
from bot.vault.keys.passwords import PasswordCost

NO_TERMINAL = (
    "there is no terminal to ask at: haven setup --print-answers > answers.toml, edit it, then "
    "haven setup --answers answers.toml"
)
WHERE = ("data", "database_url", "keys_url")
"""Answers that say where the data are."""
LICENCE = "Haven is free software: AGPL-3.0-or-later, https://www.gnu.org/licenses/agpl-3.0.html"
LOST_BOT = (
    "token: the bot's token cannot be decrypted on this machine. Give it again: @BotFather prints "
    "it for /mybots, API Token"
)
SERVICE_FILE = UNIT_FOLDER / "haven.service"


@dataclass(frozen=True)
class Installation:
    """What is set up, and for which machine."""

    target: Target
    values: Mapping[str, str]
    """Settings by field, as that machine will have them."""
    answers: Mapping[str, str]
    credentials: CredentialFolder
    known: Mapping[str, str]
    """Settings by field, as they were set up before; empty on a new machine."""
    host_key: str = ""
    """The text of the host key of data that are here already; empty: a new one is made."""
    made_keys: Sequence[MadeKey] = ()
    """Keys of backups that were made at their question."""

    def settings(self) -> Settings:
        """Return the settings as they hold here, where that machine's folders are below a root."""
        folders = {
            field: self.target.at(Path(self.values[field]))
            for field in ("data", "backups")
            if self.values.get(field)
        }
        return settings_of(self.values, **folders)

    @property
    def user(self) -> pwd.struct_passwd | None:
        """As whom databases are asked: as the service does it, if they are of this machine."""
        return user_who_asks(self.settings()) if self.target.is_this_machine else None


def source() -> None:
    """Print the licence, and where the source code of this release is."""
    typer.echo(LICENCE)
    settings = load_settings()
    where = settings.source or f"ask {settings.contact or 'those who run this installation'}"
    typer.echo(f"Source code: {where}")


def setup(
    context: typer.Context,
    answers: Annotated[
        Path | None, typer.Option(help="A file with the answers; without it, you are asked.")
    ] = None,
    root: Annotated[
        Path, typer.Option(help="A folder that becomes the root of another machine or an image.")
    ] = Path("/"),
    *,
    print_answers: Annotated[
        bool, typer.Option("--print-answers", help="Print an example of a file of answers.")
    ] = False,
) -> None:
    """Install Haven: settings, keys, services, first accounts; again, to change what is asked."""
    if print_answers:
        typer.echo(example_answers(), nl=False)
        return
    target = Target(root.resolve())
    check_user(is_this_machine=target.is_this_machine)
    if answers is None and not sys.stdin.isatty():
        raise HavenError(NO_TERMINAL)
    given = None if answers is None else read_answers(answers)
    installation = _collect(target, given)
    changed = _write(installation, is_asked=given is None)
    _make_folders(installation)
    _give_away(installation)  # the user of the service may write there from now on
    _make_accounts(installation, password_cost(context), is_asked=given is None)
    _make_first_backup(installation)
    _give_away(installation)
    if changed:
        _tell_telegram(installation)
    _print_findings(installation)
    print_next_steps(installation, is_changed=bool(changed))
    if answers is not None:
        typer.echo("\nThe file of answers holds secrets. Delete it:")
        typer.echo(f"rm {shlex.quote(str(answers))}")


# --- Answers ---------------------------------------------------------------------------------


def _collect(target: Target, given: Mapping[str, str] | None) -> Installation:
    """Return what is to be set up, asked for and checked."""
    env, credentials = target.at(ENV_FILE), CredentialFolder.of(target).without_lost()
    known = {_field(name): it for name, it in read_env_file(_existing(env)).items()}
    found = _existing_data(target, known, given, credentials)
    if given is not None and TOKEN_CREDENTIAL in credentials.lost and not given.get("token"):
        raise HavenError(LOST_BOT)
    stored_token = credentials.load(TOKEN_CREDENTIAL) if credentials.has(TOKEN_CREDENTIAL) else ""
    interview = Interview(known, found.answered | {"host_key"}, stored_token, found.bots)
    with unused_keys_told(interview.made_keys):
        if given is None:
            interview.at_terminal()
        else:
            interview.from_file(given)
        return _checked(interview, target, credentials, found.host_key, is_asked=given is None)


def _checked(
    interview: Interview, target: Target, credentials: CredentialFolder, host_key: str,
    *, is_asked: bool,
) -> Installation:  # fmt: skip
    """Return what was answered, once it goes together; at a terminal, ask again what does not.

    Raises:
        HavenError: answers of a file do not go together, or no question would change that.
    """
    known, answers = interview.known, interview.answers
    while True:
        set_ = {key: it for key, it in answers.items() if QUESTIONS[key].setting}
        values = {"data": QUESTIONS["data"].default, **known, **set_}
        made = Installation(
            target, values, answers, credentials, known, host_key, interview.made_keys
        )
        try:
            _check_all(made, known)
            if is_asked:
                made = _with_their_key(made)
        except HavenError as error:
            again = [it for it in questions_in(str(error)) if it in answers]
            if not (is_asked and again):
                raise
            typer.echo(f"\n{as_at_terminal(str(error))}")
            interview.ask_again(again)
        else:
            return made


def _existing_data(
    target: Target, known: Mapping[str, str], given: Mapping[str, str] | None,
    credentials: CredentialFolder,
) -> ExistingData:  # fmt: skip
    """Return what is where the data will be, as far as it is known before the questions."""
    key = _present(credentials)
    where = {key: it for key in WHERE if (it := (given or {}).get(key))}
    values = {"data": QUESTIONS["data"].default, **known, **where}
    before = Installation(target, values, {}, credentials, known)
    named = None if given is None else given.get("host_key", "")
    return find_existing(before.settings(), named, key=key, user=before.user)


def _with_their_key(installation: Installation) -> Installation:
    """Return it with the host key of data that are where the answers say, asked for if need be.

    Raises:
        HavenError: this machine has a host key already, and it does not open them.
    """
    interview_began_with = {"data": QUESTIONS["data"].default, **installation.known}
    if all(installation.values.get(it) == interview_began_with.get(it) for it in WHERE):
        return installation  # looked at before the questions
    found = find_existing(
        installation.settings(), None,
        key=_present(installation.credentials), user=installation.user,
    )  # fmt: skip
    return replace(installation, host_key=found.host_key or installation.host_key)


def _present(credentials: CredentialFolder) -> PresentKey | None:
    """Return the host key of this machine, handed over if it can be; None if there is none."""
    if CREDENTIAL in credentials.lost:
        lost = credentials.target.at(CREDENTIAL_FOLDER / f"{CREDENTIAL}{SUFFIX}")
        return PresentKey(lost, is_lost=True)
    if not credentials.has(CREDENTIAL):
        return None
    _hand_over(credentials)
    return PresentKey(credentials.target.at(credentials.path(CREDENTIAL)))


def _hand_over(credentials: CredentialFolder) -> None:
    """Give this process the credentials, in files that the user of the service can read as well."""
    user = service_user() if credentials.target.is_this_machine else None
    credentials.hand_over(None if user is None or os.geteuid() else user.pw_uid)


def _check_all(installation: Installation, known: Mapping[str, str]) -> None:
    settings, is_this_machine = installation.settings(), installation.target.is_this_machine
    if is_this_machine:  # first: that another machine reaches the desk there would be said wrongly
        check_addresses(settings, known)
    check_settings(settings)
    if copy := installation.answers.get("host_key_copy"):
        check_copy(_present_key(installation), Path(copy), Path(installation.values["data"]))
    values = installation.values
    folders = {it: Path(values[it]) for it in ("data", "backups") if values.get(it)}
    check_folders(installation.target, folders)
    new = {key: it for key, it in folders.items() if known.get(key) != values[key]}
    check_own_folders(installation.target, new)
    check_port_numbers(settings, first_port(is_this_machine=is_this_machine))
    program, folder = _program(installation)
    if is_this_machine:
        check_program(program, folder)
        check_ports(settings, known)
        load_models(settings.assist_models)
    for name, url in (("DATABASE", settings.database_url), ("KEYS", settings.keys_url)):
        if url is not None and not url.startswith("sqlite"):
            with acting_as(installation.user):
                fault = fault_of(lambda url=url: database_at(url).connect().close())  # type: ignore[misc]
            if fault:
                raise SettingError(f"HAVEN_{name}_URL: {fault.splitlines()[0]}")


def _present_key(installation: Installation) -> str:
    """Return the text of the host key, as it is or was named; empty if one is still to be made."""
    credentials = installation.credentials
    return credentials.load(CREDENTIAL) if credentials.has(CREDENTIAL) else installation.host_key


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None


def _field(name: str) -> str:
    return name.removeprefix("HAVEN_").lower()


# --- Files -----------------------------------------------------------------------------------


def _write(installation: Installation, *, is_asked: bool) -> list[PlannedFile]:
    """Write what differs, after showing it; return the files that changed."""
    with unused_keys_told(installation.made_keys):
        changed = _write_files(installation, is_asked=is_asked)
    tell_unused(installation.made_keys, installation.values.get("backup_key", ""))
    written = CredentialFolder.of(installation.target)
    _hand_over(written)
    if copy := installation.answers.get("host_key_copy"):
        copy_key(written.load(CREDENTIAL), Path(copy))
    return changed


def _write_files(installation: Installation, *, is_asked: bool) -> list[PlannedFile]:
    target, files = installation.target, list(_planned(installation))
    changed = target.changed(files)
    for difference in target.differences(files):
        typer.echo(difference, nl=False)
    if not changed:
        typer.echo("No file has to change.")
    elif is_asked and not typer.confirm("Write these files?", default=True):
        raise HavenError("nothing was written")
    target.write(changed)
    return changed


def _planned(installation: Installation) -> Iterator[PlannedFile]:
    values, credentials = installation.values, installation.credentials
    yield PlannedFile(ENV_FILE, format_env(values).encode(), 0o640, hides=SECRETS)
    if not credentials.has(CREDENTIAL):
        yield credentials.planned(CREDENTIAL, installation.host_key or new_host_key())
    token = installation.answers.get("token", "")
    if token and not (
        credentials.has(TOKEN_CREDENTIAL) and credentials.load(TOKEN_CREDENTIAL) == token
    ):
        yield credentials.planned(TOKEN_CREDENTIAL, token)
    yield from unit_files(_service(installation))
    settings = installation.settings()
    yield from proxy_files(settings.desk_origin, settings.desk_listen)
    yield from webhook_files(
        settings.webhook_url, settings.webhook_listen or DEFAULT_WEBHOOK_LISTEN
    )


def _service(installation: Installation) -> Service:
    values, credentials = installation.values, installation.credentials
    data, backups = Path(values["data"]), values.get("backups")
    program, folder = _program(installation)
    return Service(
        program, folder or data, data, Path(backups) if backups else None,
        credentials.path(CREDENTIAL), credentials.path(TOKEN_CREDENTIAL), credentials.is_encrypted,
    )  # fmt: skip


def _program(installation: Installation) -> tuple[str, Path | None]:
    """Return what the service runs: as answered, as before if that still runs, or this."""
    target, answer = installation.target, installation.answers.get("program", "")
    unit = target.at(SERVICE_FILE)
    before = read_program(unit.read_text(encoding="utf-8")) if unit.exists() else None
    if answer or before is None or (target.is_this_machine and program_fault(*before)):
        return command_line(answer, is_this_machine=target.is_this_machine)
    return before


def _make_folders(installation: Installation) -> None:
    """Make the folders of data and backups, before a database or an archive is written there."""
    for field in ("data", "backups"):
        if folder := installation.values.get(field):
            installation.target.make_private_folder(Path(folder))


def _give_away(installation: Installation) -> None:
    """Make the user of the service the owner of the data; in an image, its first start does."""
    if not installation.target.is_this_machine:
        return
    make_user()
    settings = installation.settings()
    folders = [it for it in (settings.data, settings.backups) if it is not None]
    give_to_user(folders, [ENV_FILE])
    _hand_over(CredentialFolder.of(installation.target))


# --- Accounts --------------------------------------------------------------------------------


def _make_accounts(installation: Installation, cost: PasswordCost, *, is_asked: bool) -> None:
    """Enrol the first caseworker, whose key opens cases, then the first administrator."""
    answers, settings = installation.answers, installation.settings()
    with (
        acting_as(installation.user),
        open_deployment(create=True, settings=settings) as deployment,
    ):
        found = accounts_of(deployment)
        if "caseworker" in answers and "caseworker" not in found:
            _enrol_caseworker(deployment, answers, cost)
        if "administrator" in answers and "administrator" not in found:
            _add_administrator(deployment, answers, cost, is_asked=is_asked)


def _enrol_caseworker(
    deployment: Deployment, answers: Mapping[str, str], cost: PasswordCost
) -> None:
    agreed = {
        "name": answers["caseworker"], "role": Role.CASEWORKER, "title": "caseworker",
        "languages": split_list(answers["caseworker_languages"]),
        "queues": [it.value for it in QUEUE_NAMES], "skills": (), "most": 3, "account": 0,
    }  # fmt: skip
    new, recovery_key = enrol(deployment, agreed, answers["caseworker_password"], cost)
    typer.echo(f"\n{new.id}  {new.name}: {new.role.value}")
    print_recovery_key(recovery_key)
    _print_invitation(deployment, new)


def _add_administrator(
    deployment: Deployment, answers: Mapping[str, str], cost: PasswordCost, *, is_asked: bool
) -> None:
    vault, now = deployment.vault, deployment.now()
    new = deployment.run(
        lambda work: accounts.add_administrator(work, vault, answers["administrator"], now)
    )
    typer.echo(f"\n{new.id}  {new.name}: {new.role.value}")
    password = answers.get("administrator_password")
    if password:
        print_recovery_key(accounts.set_password(vault, new, password, cost, now))
    if password and is_asked and _set_second_factor(deployment, new):
        typer.echo(f"{new.name} signs in at {deployment.settings.desk_url}")
    else:
        _print_invitation(deployment, new)


def _set_second_factor(deployment: Deployment, who: Caseworker) -> bool:
    """Draw the code for an authenticator app, and ask for its digits; whether they came."""
    vault, secret = deployment.vault, SecondFactors.new_totp_secret()
    address = SecondFactors.totp_address(secret, who.name, deployment.settings.organisation)
    typer.echo("\nScan this with an authenticator app on the administrator's phone:\n")
    typer.echo(accounts.draw_code(address))
    typer.echo(f"Or type this secret into it: {secret}")
    asked = "Six digits it shows; empty to do this later"
    while code := str(typer.prompt(asked, default="", show_default=False)):
        if deployment.run(
            lambda work, code=code: accounts.store_factor(  # type: ignore[misc]
                work, vault, who, secret, code, deployment.now()
            )
        ):
            typer.echo("That is right. The second factor is set up.")
            return True
        typer.echo("That is not the code of now. Check the clocks of the phone and this machine.")
    return False


def _print_invitation(deployment: Deployment, who: Caseworker) -> None:
    path = deployment.run(
        lambda work: accounts.invite(work, deployment.vault, who, deployment.now())
    )
    typer.echo("Link for signing in the first time; it works once, within three days. Hand it over")
    typer.echo(f"in person: {deployment.settings.desk_url}{path}")


def _make_first_backup(installation: Installation) -> None:
    """Make a backup, unless there is one: so it is known now whether the next will succeed."""
    settings = installation.settings()
    if settings.backups is not None and not list_archives(settings.backups):
        with acting_as(installation.user), open_deployment(settings=settings) as deployment:
            typer.echo("\nA backup, for there is none in that folder:")
            try:
                make_backup(deployment, settings.backups)
            except HavenError as error:  # all else is set up, and what is left has to be told
                typer.echo(f"It failed: {error}. Repair that, then: haven backup", err=True)


# --- Telegram, findings, next steps ----------------------------------------------------------


def _tell_telegram(installation: Installation) -> None:
    settings = installation.settings()
    profile = public_profile(settings, use_offered_languages(settings))
    try:
        is_told = asyncio.run(
            tell_profile(settings.token(), settings.telegram_api, profile, settings.proxy())
        )
    except HavenError:  # the bot tries again at its start
        is_told = False
    languages = len(profile.profiles)
    if is_told:
        typer.echo(f"\nTelegram shows descriptions and commands in {languages} languages.")
    else:
        typer.echo("\nTelegram took only a part of the descriptions; the bot tells it again later.")


def _print_findings(installation: Installation) -> None:
    typer.echo("\nFindings of haven doctor:")
    with acting_as(installation.user):
        for result in check_all(installation.settings()):
            typer.echo(result.line)


def print_next_steps(installation: Installation, *, is_changed: bool) -> None:
    """Print what is left to do by hand: keep a copy of the key, start the service."""
    values = installation.values
    if not _tell_copy(installation):  # also where an earlier setup was interrupted before this
        _ask_for_copy(installation)
    if not values.get("backups"):
        typer.echo("\nNo backups are made: if this disk is lost, so are all cases. To change that:")
        typer.echo(
            "haven keys backup FILE, then haven setup, with a folder of backups and that key."
        )
    if values.get("desk_origin", "").startswith("https"):
        typer.echo(
            "\nA web server in front of the desk: /etc/haven/proxy has files for Caddy, nginx."
        )
    typer.echo(f"\n{_start_command(installation, is_changed=is_changed)}")


def _start_command(installation: Installation, *, is_changed: bool) -> str:
    """Return how the service is started or restarted, or what runs it without systemd."""
    if installation.target.is_this_machine and not RUNS_SYSTEMD.is_dir():
        return "Now: haven start (systemd does not run here, so nothing starts it again by itself)"
    timers = ["haven-retention.timer"]
    timers += ["haven-backup.timer"] if installation.values.get("backups") else []
    units = " ".join([*services_that_run(installation.target), *timers])
    if is_changed and installation.known:
        return (  # a timer that is new would run until the next boot alone
            f"Now: systemctl daemon-reload && systemctl enable {units} && systemctl restart {units}"
        )
    begin = "Now" if is_changed else "If it does not run yet"
    return f"{begin}: systemctl daemon-reload && systemctl enable --now {units}"


def _tell_copy(installation: Installation) -> bool:
    """Say where the copy of the host key lies that was asked for; whether it is on another disk."""
    copy = installation.answers.get("host_key_copy")
    if not copy:
        return False
    path = Path(copy).absolute()
    typer.echo(f"\nA copy of the host key: {path}")
    places = (installation.settings().data, installation.target.at(CREDENTIAL_FOLDER))
    if is_on_one_disk(path, places):
        typer.echo(
            "It is on the disk of the data or of the key: both would be lost at once. Is the"
        )
        typer.echo("stick mounted? Take the copy to another place.")
        return False
    return True


def _ask_for_copy(installation: Installation) -> None:
    credentials, made = installation.credentials, installation.answers.get("host_key_copy")
    kept = installation.target.at(credentials.path(CREDENTIAL)).absolute()
    if made:
        copy = f"mv {shlex.quote(str(Path(made).absolute()))} COPY"
    elif credentials.is_encrypted:
        copy = decrypt_command(kept, "COPY")
    else:
        copy = f"cp {shlex.quote(str(kept))} COPY"
    typer.echo("\nKeep a copy of the host key elsewhere: without it no bot starts, and no")
    typer.echo(f"backup is restored: {copy}")
