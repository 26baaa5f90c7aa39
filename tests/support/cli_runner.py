"""Typing commands as an operator does: in a process of its own, or, quicker, in this one."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from bot.app.storage import open_storage
from bot.cli.main import app
from bot.errors import HavenError
from bot.languages import use_catalogues
from bot.settings import load_settings
from tests.support.database.copied_schema import copied_schemas
from tests.support.database.key_store_fixtures import CHEAP, PASSWORD
from tests.support.forked_commands import PATIENCE, command_settings, run_forked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Haven = Callable[..., "CommandResult"]


@dataclass(frozen=True)
class CommandResult:
    """How a command ended, as an operator sees it."""

    returncode: int
    stdout: str
    stderr: str


def command_runner(folder: Path, **more: str) -> Haven:
    """Return what types commands at the deployment in a folder."""
    password = written(folder / "password", PASSWORD)
    env = {"HAVEN_DATA": f"{folder}/data", "HAVEN_HOST_KEY_FILE": f"{folder}/host.key", **more}

    def typed(*words: str, input: str | None = None) -> CommandResult:  # noqa: A002 - as the runner calls it
        # In this process: forty starts of Python would take longer than all they do.
        if words[:2] == ("staff", "add"):
            words = (*words, "--password-file", str(password))
        with copied_schemas():
            done = CliRunner().invoke(
                app, words, input=input, env=env | {"COLUMNS": "200", "NO_COLOR": "1"}, obj=CHEAP
            )
        use_catalogues({})  # a command ends with its process: what it offers is not for others
        if isinstance(done.exception, HavenError):
            return CommandResult(1, done.stdout, f"{done.exception}\n")  # as `main` says it
        return CommandResult(done.exit_code, done.stdout, done.stderr)

    return typed


def listed_cases(deployed: Haven) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(deployed("staff", "list", "--json").stdout)
    return found


def start_and_stop(folder: Path, host_key: Path, **more: Any) -> None:
    """Open a deployment as `haven start` does once its checks are done, and close it again."""
    settings = load_settings(data=folder / "data", host_key_file=host_key, **more)

    async def run() -> None:
        async with open_storage(settings):
            pass

    with copied_schemas():
        asyncio.run(run())


def log_of(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "data" / "haven.db")


def run_haven(*typed: str | Path, said: str = "", **settings: str | Path) -> CommandResult:
    """Run a command in a forked process, with these settings and no others."""
    return CommandResult(*run_forked(typed, said, command_settings(settings)))


def start_haven(*typed: str, **settings: str | Path) -> CommandResult:
    """Run a command as it is typed: Python is started, and imports what the command needs."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot.cli", *typed],
        capture_output=True, text=True, env=command_settings(settings), timeout=PATIENCE,
        check=False,
    )  # fmt: skip
    return CommandResult(done.returncode, done.stdout, done.stderr)


def is_user_message(text: str) -> bool:
    """Tell whether a failure was told to a person, and not dumped."""
    return bool(text.strip()) and "Traceback" not in text and ".py" not in text


def written(path: Path, secret: str) -> Path:
    """Return a file that holds a secret, for its owner alone."""
    path.write_text(f"{secret}\n")
    path.chmod(0o400)
    return path
