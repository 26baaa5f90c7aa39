"""Checks of what was answered, before anything is written."""

from __future__ import annotations

import errno
import os
import pwd
import re
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.app.keys import require_separate_keys
from bot.app.retention import check_backup_settings
from bot.app.texts import load_place
from bot.asgi_server import listen
from bot.channels.smtp import SmtpServer
from bot.errors import HavenError, SettingError
from bot.languages import LANGUAGES
from bot.languages.availability import checked_bot_names, wanted_languages
from bot.settings import load_settings
from bot.settings.formats import parse_address, split_list
from bot.settings.hints import setting_name
from bot.setup.credentials import check_copy_folder
from bot.setup.ownership import USER, service_user
from bot.setup.questions import QUESTIONS
from bot.setup.service_files import OF_CHECKOUT
from bot.store.data_folder import FOLDERS_OF_A_DISK
from bot.vault.backup.offline_key import BackupRecipients
from bot.vault.erasure.ledger import LEDGER_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.settings import Settings
    from bot.setup.files import Target

TRIAL_SECONDS = 60.0
"""How long a program may take to print its version, on a slow disk too."""
FIRST_PORT = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
USUAL_FIRST_PORT = 1024
FOLDERS = frozenset({"backups", "data", "assist_models"})
"""Answers that name a folder of the machine."""
REACHABLE = re.compile(r"(\d\D*){3}|@\w|\w\.\w{2}")
"""A telephone number, a name of a messenger, or an address of e-mail or on the web."""
PRIVATE_FOLDERS = (Path("/root"), Path("/home"), Path("/tmp"))  # noqa: S108 - refused
"""Folders that the service may not read."""
WITHOUT_RIGHTS = 65534
"""The account of Linux that owns nothing: it tries a program before the service has its own."""
IN_DATA = frozenset({"haven.db", "keys.db", "audit.head", "bot.lock"})
"""What a folder of data holds, and no other does."""
OF_A_NEW_HOME = frozenset(
    {".bash_logout", ".bashrc", ".pg_service.conf", ".pgpass", ".postgresql", ".profile"}
)
"""What the home of a new user may hold: how it reaches PostgreSQL, and what `/etc/skel` has."""
IS_ARCHIVE = re.compile(r"haven-.+\.age")


def settings_of(values: Mapping[str, str], **overrides: object) -> Settings:
    """Return settings by field, empty ones left out; raise SettingError for a wrong one."""
    given = {field: value for field, value in values.items() if value}
    return load_settings(with_file=False, **{**given, **overrides})


def check_answer(key: str, answer: str) -> None:
    """Raise HavenError if one answer alone is wrong."""
    question = QUESTIONS[key]
    if not answer:
        if question.is_needed:
            raise HavenError(f"{key}: {question.text} is needed. {question.help}")
    elif key in FOLDERS and (fault := _folder_fault(answer)):
        raise HavenError(fault)
    elif question.setting:
        settings_of({question.setting: answer})
        if key == "backup_key":
            BackupRecipients.parse(answer)
        if key == "contact" and not REACHABLE.search(answer):
            raise HavenError(f"contact: {answer} is neither a telephone number nor an address")
    elif key == "host_key_copy":
        check_copy_folder(Path(answer))
    elif key == "token":
        settings_of({"telegram_token": answer})
    elif key == "caseworker_languages" and (wrong := set(split_list(answer)) - set(LANGUAGES)):
        raise HavenError(
            f"{key}: {', '.join(sorted(wrong))} is not offered; choose from {', '.join(LANGUAGES)}"
        )


def _folder_fault(answer: str) -> str:
    """Return why the service could not use a folder; empty if nothing is wrong with its name."""
    if not Path(answer).is_absolute():
        return f"the folder {answer} has to begin with /"
    if Path(answer).is_file():
        return f"{answer} is a file; name a folder"
    if _is_private(Path(answer)):
        return f"the service may not use {answer}: name a folder outside /root, /home and /tmp"
    return ""


def check_settings(settings: Settings) -> None:
    """Raise SettingError for settings that do not go together, or that the place forbids."""
    settings.public_identity()
    settings.proxy()
    _ = settings.desk_url
    check_backup_settings(settings)
    require_separate_keys(settings)
    load_place(settings)
    wanted_languages(settings)
    checked_bot_names(settings)
    SmtpServer.from_settings(settings)
    if settings.smtp_from and settings.smtp_url is None:
        raise SettingError("HAVEN_SMTP_FROM is set and HAVEN_SMTP_URL is not: set both, or neither")


def first_port(*, is_this_machine: bool) -> int:
    """Return the first port on which a user without privileges may listen."""
    if is_this_machine:
        with suppress(OSError, ValueError):
            return int(FIRST_PORT.read_text(encoding="ascii"))
    return USUAL_FIRST_PORT


def check_addresses(settings: Settings, known: Mapping[str, str]) -> None:
    """Raise SettingError for an address to listen on that is none of this machine's.

    What is as before (`known`) is not tried: an address may come with a network that is away now.
    """
    for field in _addresses(settings):
        given = getattr(settings, field)
        if not given or known.get(field) == given:
            continue
        host, port = parse_address(given)
        try:
            listen(host, 0, 1).close()
        except OSError as error:
            raise SettingError(
                f"{setting_name(field)}: {host} is no address of this machine ({error.strerror}); "
                f"name one that is, such as 127.0.0.1:{port}, to which a proxy on this machine "
                "leads"
            ) from None


def check_port_numbers(settings: Settings, first: int) -> None:
    """Raise SettingError for a port that is the system's: root could listen there, not the service.

    All that are set are looked at, also those of before.
    """
    for field, address in _addresses(settings).items():
        if address is not None and 0 < address[1] < first:
            raise SettingError(
                f"{setting_name(field)}: the service, which is not root, may not listen on port "
                f"{address[1]}; name one from {first} on, and let a proxy in front of it take "
                f"{address[1]}"
            )


def check_ports(settings: Settings, known: Mapping[str, str]) -> None:
    """Raise SettingError if another program listens where Haven will.

    What is as before (`known`) is not tried: a Haven that runs listens there.
    """
    for field, address in _addresses(settings).items():
        given = getattr(settings, field)
        if address is None or known.get(field) == given:
            continue
        try:
            listen(*address, 1).close()
        except OSError as error:
            raise SettingError(
                f"{setting_name(field)}: {given} cannot be used ({error.strerror}); stop the other "
                "program, or name another port"
            ) from None


def _addresses(settings: Settings) -> dict[str, tuple[str, int] | None]:
    """Return where Haven will listen, by setting; None where it will not."""
    return {
        "desk_listen": settings.desk_host_port,
        "watch_listen": settings.watch_host_port,
        "partner_room_listen": settings.partner_room_host_port,
        "webhook_listen": settings.webhook_host_port,
    }


def check_folders(target: Target, folders: Mapping[str, Path]) -> None:
    """Raise HavenError for a folder, by its question, that could not be made on this machine."""
    for key, folder in folders.items():
        path = target.at(folder)
        there = next(it for it in (path, *path.parents) if it.exists())
        try:
            if there != path:
                Path(tempfile.mkdtemp(dir=there)).rmdir()
            elif not path.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        except OSError as error:
            raise HavenError(
                f"{key}: {folder} cannot be made ({error.strerror}); name another folder"
            ) from None


def check_own_folders(target: Target, folders: Mapping[str, Path]) -> None:
    """Raise HavenError for a folder, by its question, that has files and none of Haven's.

    Setup gives folders of data and of backups, with all they hold, to the user of the service.
    """
    for key, folder in folders.items():
        path = target.at(folder)
        if path.is_dir() and not _is_ours(key, path):
            raise HavenError(
                f"{key}: {folder} has other files, and all in it would belong to the service; "
                "name a folder of its own"
            )


def _is_ours(key: str, folder: Path) -> bool:
    """Tell whether a folder is empty, or holds a file that Haven alone writes.

    A restore into PostgreSQL leaves nothing but `files`.
    """
    found = {it.name for it in folder.iterdir()} - FOLDERS_OF_A_DISK - OF_A_NEW_HOME
    if not found:
        return True
    if key == "backups":
        return LEDGER_NAME in found or any(map(IS_ARCHIVE.fullmatch, found))
    return found == {"files"} or not found.isdisjoint(IN_DATA)


def check_user(*, is_this_machine: bool) -> None:
    """Raise HavenError if the service would be set up by someone who may not."""
    if is_this_machine and os.geteuid() != 0:
        raise HavenError(
            "haven setup writes to /etc: run it as root (sudo haven setup), or name a folder with "
            "--root"
        )


def command_line(given: str, *, is_this_machine: bool) -> tuple[str, Path | None]:
    """Return the command line of the service, and the folder of the checkout it needs, if any.

    Raises:
        HavenError: it, or its Python, lies where the service may not read.
    """
    program, folder = Path(given or sys.argv[0]).absolute(), None
    words = str(program)
    if not given and program.name == "__main__.py":
        folder = program.parents[2]
        words = f"{sys.executable}{OF_CHECKOUT}"
    if any(it in words for it in ' "\\') and folder is None:
        raise HavenError(f"program: {words} has a space or a quote; install Haven elsewhere")
    if is_this_machine:
        _refuse_private(program, _python_of(program) if given else Path(sys.base_prefix))
    return words, folder


def program_fault(words: str, folder: Path | None = None) -> str:
    """Return why the service could not run a command line; empty if it can: it is tried.

    As the user of the service, or, before there is one, as a user who may do nothing.
    """
    command = [*words.split(), "--version"]
    try:
        done = subprocess.run(  # noqa: S603 - what root answers, or what runs now
            command, cwd=folder or "/", env={"PATH": os.defpath}, capture_output=True, check=False,
            stdin=subprocess.DEVNULL, timeout=TRIAL_SECONDS, **_as_the_service(),
        )  # fmt: skip
    except OSError as error:
        if not Path(command[0]).exists():
            return f"there is no file {command[0]}"
        return f"the user {USER} cannot run {command[0]} ({error.strerror})"
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode or not done.stdout.startswith(b"haven "):
        return f"{words} does not run as the user {USER}, or is not Haven"
    return ""


def check_program(words: str, folder: Path | None = None) -> None:
    """Raise HavenError for a command line that the service could not run."""
    if fault := program_fault(words, folder):
        raise HavenError(
            f"program: {fault}; name the program of an installation that every user can read, such "
            "as /opt/haven/bin/haven (it answers --version), or nothing for the one that runs now"
        )


def _as_the_service() -> dict[str, Any]:
    """Return how a process begins as the user of the service; who is not root stays who it is."""
    if os.geteuid():
        return {}
    user = service_user()
    if user is None:
        with suppress(KeyError):
            user = pwd.getpwuid(WITHOUT_RIGHTS)
    if user is None:
        return {}
    groups = os.getgrouplist(user.pw_name, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": groups}


def _python_of(program: Path) -> Path | None:
    """Return the folder of the Python that runs a program; None outside a virtual environment."""
    try:
        lines = (program.resolve().parents[1] / "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, ValueError, IndexError):
        return None
    found = re.search(r"^home\s*=\s*(.+)$", lines, re.MULTILINE)
    return None if found is None else Path(found[1].strip())


def _refuse_private(program: Path, python: Path | None) -> None:
    """Raise HavenError for a program, or a Python that runs it, which the service may not read."""
    if _is_private(program):
        raise HavenError(
            f"{program} lies where the service may not read; install Haven in a folder of its own: "
            "python3 -m venv /opt/haven && /opt/haven/bin/pip install FOLDER-OF-HAVEN"
        )
    if python is not None and _is_private(python):
        raise HavenError(
            f"the Python that runs {program} is in {python}, where the service may not read; make "
            "the environment again with one of the system: /usr/bin/python3 -m venv --clear "
            "/opt/haven && /opt/haven/bin/pip install FOLDER-OF-HAVEN"
        )


def _is_private(path: Path) -> bool:
    return any(path.resolve().is_relative_to(it) for it in PRIVATE_FOLDERS)
