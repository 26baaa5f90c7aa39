"""One machine's Haven as a process that will be killed: `haven start --only ROLE`, quickly started.

`python -m tests.fire.processes.machine_process` imports everything a start needs, and then begins a
process for every line it reads. The line holds the settings, the words after `haven start`, the
file for what it says, and what is broken in it on purpose. It writes `began NUMBER 0` for each, and
`ended NUMBER STATUS` once one has ended.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import select
import signal
import sys
import threading
import time

from bot.app import run as bot_run
from bot.cli import start as start_command
from bot.cli.main import main
from bot.mailbox.rate_limit import UNLIMITED
from bot.store.patience import Patience, StatementLimits
from tests.fire.processes.killed_process import (
    LATE,
    NOBODY_THERE,
    answer_everything,
    speak_into,
)
from tests.fire.processes.machine_flaws import FLAWS
from tests.support.content.offered_languages import offered_languages

QUICK = Patience(
    first=0.02, longest=0.2, reopen=0.2, silence=0.5, limits=StatementLimits(3.0, 2.0, 1.0)
)
"""As in a deployment, with shorter waits: a drill has many faults a minute."""
LOOK_EVERY = 20
"""Milliseconds between two looks at which processes have ended."""
LATE_ON_POSTGRESQL = ("psycopg", "sqlalchemy.dialects.postgresql.psycopg", "uvicorn")


def run_machine(settings: dict[str, str], log: str, flaw: str, words: list[str]) -> int:
    """Run `haven start` with some words to its end, and return what the process shall end with."""
    random.seed()
    os.environ.update(settings)
    speak_into(log)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    _be_quick()
    answer_everything()
    if flaw:
        FLAWS[flaw]()
    sys.argv[1:] = ["start", *words]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _end_with(parent: int) -> None:
    """End this process once the one that began it has ended."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(NOBODY_THERE)


def _be_quick() -> None:
    made = bot_run.RunOptions

    def quick(**given: object) -> bot_run.RunOptions:
        return made(**{"limits": UNLIMITED, "patience": QUICK, **given})  # type: ignore[arg-type]

    start_command.RunOptions = quick  # type: ignore[misc,assignment]


def serve() -> int:
    """Begin what the input asks for, until it ends; then end what still runs."""
    begun: set[int] = set()
    asked = select.poll()
    asked.register(0, select.POLLIN | select.POLLHUP)
    read = b""
    while True:
        if asked.poll(LOOK_EVERY):
            more = os.read(0, 65536)
            if not more:
                break
            *lines, read = (read + more).split(b"\n")
            begun |= {_begin(line) for line in lines}
        _reap(begun)
    for each in begun:
        os.kill(each, signal.SIGKILL)
    return 0


def _begin(line: bytes) -> int:
    child = os.fork()
    if not child:
        os.setpgid(0, 0)  # a signal to the drill at a terminal is for the drill
        os._exit(run_machine(**json.loads(line)))
    os.write(1, b"began %d 0\n" % child)
    return child


def _reap(begun: set[int]) -> None:
    while begun:
        number, status = os.waitpid(-1, os.WNOHANG)
        if not number:
            return
        begun.discard(number)
        os.write(1, b"ended %d %d\n" % (number, os.waitstatus_to_exitcode(status)))


if __name__ == "__main__":
    for name in (*LATE, *LATE_ON_POSTGRESQL):
        importlib.import_module(name)
    offered_languages("")
    sys.exit(serve())
