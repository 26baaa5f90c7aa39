"""Runs `haven` commands in processes of their own, forked from one that has imported everything.

Starting Python and importing Haven takes longer than what most commands do. Each line of standard
input is one command as JSON; each line of standard output is the exit code of one.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import sys
from typing import Any

import bot
from bot.cli.main import main

LATE = ("alembic.command", "sqlalchemy.dialects.sqlite", "rich.console", "rich.table")
"""Modules of others that a command imports only when it needs them."""
NOT_IMPORTED = ("bot.store.migrations", "bot.store.key_migrations", "bot.cli.__main__")


def import_everything() -> None:
    for found in pkgutil.walk_packages(bot.__path__, "bot."):
        if not found.name.startswith(NOT_IMPORTED):
            importlib.import_module(found.name)
    for name in LATE:
        importlib.import_module(name)


def run_command(words: list[str], env: dict[str, str], files: list[str], seconds: int) -> None:
    """Run one command and end this process with its exit code."""
    code: Any = 1
    try:
        signal.alarm(seconds)
        os.environ.clear()
        os.environ.update(env)
        flags = (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT)
        for number, (path, flag) in enumerate(zip(files, flags, strict=True)):
            os.dup2(os.open(path, flag, 0o600), number)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(number, mode, encoding="utf-8") for number, mode in enumerate("rww")
        )
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
        sys.argv = ["haven", *words]
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:  # noqa: BLE001 - written as Python writes it, and the process ends
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def serve() -> None:
    import_everything()
    requests, answers = sys.stdin, os.dup(1)
    while line := requests.readline():
        child = os.fork()
        if not child:
            run_command(**json.loads(line))
        _, status = os.waitpid(child, 0)
        os.write(answers, f"{os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    serve()
