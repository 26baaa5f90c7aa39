"""Haven as a process that will be killed.

`python -m tests.fire.processes.killed_process` imports everything a start needs, and then begins a
life for every
line it reads: a process of its own, forked before anything was built, which runs the whole bot as
`haven start` does. The line says under which settings, where it speaks to, and what is broken in it
on purpose. Two lines are written a life: which process began, and what it ended with.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import random
import sys

from bot.app.run import RunOptions, run_bot
from bot.cli.start import run_until_signal
from bot.dispatch.rate_limit import ChatActivity
from bot.errors import HavenError
from bot.log import configure
from bot.mailbox.rate_limit import UNLIMITED
from bot.settings import load_settings
from tests.fire.processes.injected_flaws import inject_flaw
from tests.support.content.offered_languages import offered_languages

LATE = ("alembic.command", "sqlalchemy.dialects.sqlite")
"""What is otherwise imported only once it is needed."""
NOBODY_THERE = 99


def run_bot_process(settings: dict[str, str], log: str, flaws: str) -> int:
    """Run the bot to its end, and return what the process shall end with."""
    random.seed()
    os.environ.update(settings)
    speak_into(log)
    answer_everything()
    for flaw in flaws.split():
        inject_flaw(flaw)
    configure()
    try:
        run_until_signal(_run_while_watched())
    except HavenError as error:
        print(error, file=sys.stderr)  # noqa: T201 - as the command line does
        return 1
    return 0


def answer_everything() -> None:
    """Answer every line of a burst: whether one is answered must not hang on how fast we are."""
    ChatActivity.was_just_answered = lambda _lately, _now: False


async def _run_while_watched() -> None:
    # Whoever made us holds the other end. With nobody there to kill us we would stay for ever.
    asyncio.get_running_loop().add_reader(0, os._exit, NOBODY_THERE)
    settings = load_settings()
    offer = offered_languages(settings.languages)
    await run_bot(settings, RunOptions(limits=UNLIMITED, offer=offer))


def speak_into(path: str) -> None:
    """Write what this process prints and logs into a file."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def serve_spawn_requests() -> int:
    """Begin one life after the other, as told."""
    while line := sys.stdin.readline():
        child = os.fork()
        if not child:
            return run_bot_process(**json.loads(line))
        _tell("began", child)
        _, status = os.waitpid(child, 0)
        _tell("ended", os.waitstatus_to_exitcode(status))
    return 0


def _tell(what: str, number: int) -> None:
    sys.stdout.write(f"{what} {number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    for name in LATE:
        importlib.import_module(name)
    offered_languages("")
    sys.exit(serve_spawn_requests())
