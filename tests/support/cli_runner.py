"""Typing commands as an operator does: in a process of its own, or, quicker, in this one."""

from __future__ import annotations

import atexit
import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from bot.cli.main import app
from bot.errors import HavenError
from tests.support.database.key_store_fixtures import CHEAP, PASSWORD
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

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
        done = CliRunner().invoke(
            app, words, input=input, env=env | {"COLUMNS": "200", "NO_COLOR": "1"}, obj=CHEAP
        )
        if isinstance(done.exception, HavenError):
            return CommandResult(1, done.stdout, f"{done.exception}\n")  # as `main` says it
        return CommandResult(done.exit_code, done.stdout, done.stderr)

    return typed


def listed_cases(deployed: Haven) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(deployed("staff", "list", "--json").stdout)
    return found


def log_of(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "data" / "haven.db")


PATIENCE = 60
"""Real seconds after which a command has hung."""


class CommandServer:
    """The process commands are forked from; it ends with this one."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="haven-commands-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.command_server"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        atexit.register(self._close)

    def run(self, words: tuple[str | Path, ...], said: str, env: dict[str, str]) -> CommandResult:
        files = [Path(self._folder.name) / name for name in ("in", "out", "err")]
        for path, text in zip(files, (said, "", ""), strict=True):
            path.write_text(text, encoding="utf-8")
        request = {
            "words": [*map(str, words)],
            "env": env,
            "files": [*map(str, files)],
            "seconds": PATIENCE,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return CommandResult(code, *(path.read_text(encoding="utf-8") for path in files[1:]))

    def _close(self) -> None:
        self._process.communicate()
        self._folder.cleanup()


@cache
def command_server() -> CommandServer:
    return CommandServer()


def command_settings(settings: dict[str, str | Path]) -> dict[str, str]:
    """Return an environment with these settings of Haven and no others."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HAVEN_")}
    clean |= {f"HAVEN_{name.upper()}": str(value) for name, value in settings.items()}
    usual = {"PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"}
    return {"HAVEN_ENV_FILE": "", **clean, **usual}


def run_haven(*typed: str | Path, said: str = "", **settings: str | Path) -> CommandResult:
    """Run a command in a forked process, with these settings and no others."""
    return command_server().run(typed, said, command_settings(settings))


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
