"""A machine to install Haven on: an empty root, a Telegram, and one who types or has a file."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import select
import signal
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from bot.cli.main import app
from bot.errors import HavenError
from bot.languages import use_catalogues
from bot.sandbox import TOKEN, Sandbox, serve
from tests.support.cli_runner import CommandResult, run_haven
from tests.support.database.key_store_fixtures import CHEAP
from tests.support.forked_commands import command_settings, haven_program
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CASEWORKER_PASSWORD = "four green umbrellas dancing"  # noqa: S105 - of this test
ADMINISTRATOR_PASSWORD = "seven quiet rivers upstream"  # noqa: S105 - of this test
PROGRAM = "/opt/haven/bin/haven"
RECIPIENT = "age1rjj9w6ev9rw0x63edwyxu20cv7slvp7r08walc9fupz6un6ejfksf3dpmq"
"""An age recipient; no one kept its private half."""
PATIENCE = 90.0
"""Real seconds after which a terminal shows nothing more."""


@dataclass
class BareMachine:
    """An empty root, and the Telegram that its bot will find."""

    root: Path
    folder: Path
    address: str
    sandbox: Sandbox
    usual: dict[str, Any] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)
    """Variables that are typed in front of a command."""

    def __post_init__(self) -> None:
        self.usual = {
            "token": TOKEN, "telegram_api": self.address, "organisation": "Women's House",
            "contact": "02-1234", "hours": "00:00-24:00", "staff_language": "en",
            "desk_listen": "127.0.0.1:0", "administrator": "Wen", "caseworker": "Mei",
            "caseworker_languages": ["id", "en"], "caseworker_password": CASEWORKER_PASSWORD,
            "program": PROGRAM,
        }  # fmt: skip

    def answers(self, **given: Any) -> Path:
        """Return a file of answers."""
        path = self.folder / "answers.toml"
        path.unlink(missing_ok=True)
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in given.items()]
        path.write_text("".join(lines), encoding="utf-8")
        path.chmod(0o600)
        return path

    async def sets_up(self, **given: Any) -> CommandResult:
        """Run setup with answers from a file."""
        path = self.answers(**given)
        return await asyncio.to_thread(run_haven, "setup", "--answers", path, "--root", self.root)

    async def sets_up_here(self, **given: Any) -> CommandResult:
        """Run setup in this process, so that a test can change what it finds of the machine."""
        words = ["setup", "--answers", str(self.answers(**given)), "--root", str(self.root)]
        done = await asyncio.to_thread(CliRunner().invoke, app, words, obj=CHEAP)
        use_catalogues({})
        if isinstance(done.exception, HavenError):
            return CommandResult(1, done.stdout, f"{done.exception}\n")
        assert done.exception is None, done.exception
        return CommandResult(done.exit_code, done.stdout, done.stderr)

    async def sets_up_as_usual(self, **other: Any) -> CommandResult:
        """Run setup with all that is needed, some of it answered differently; None: left out."""
        given = {key: it for key, it in {**self.usual, **other}.items() if it is not None}
        return await self.sets_up(**given)

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def files(self) -> dict[str, bytes]:
        """Return every file of settings, keys and services, by its path."""
        found = [it for it in self.at("/etc").rglob("*") if it.is_file()]
        return {str(it.relative_to(self.root)): it.read_bytes() for it in found}

    @property
    def environment(self) -> dict[str, str]:
        """What a service of this machine sees, if the root were the machine's."""
        seen = command_settings(
            {"env_file": self.at("/etc/haven/haven.env"), "data": self.at("/var/lib/haven")}
        )
        return seen | {"CREDENTIALS_DIRECTORY": str(self.at("/etc/haven/credentials"))} | self.more

    async def types(self, *words: str) -> CommandResult:
        """Run a command with the file of settings that setup wrote."""
        process = await asyncio.create_subprocess_exec(
            *haven_program(), *words, env=self.environment, cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, complaint = await process.communicate()
        assert process.returncode is not None
        return CommandResult(process.returncode, said.decode(), complaint.decode())


@contextlib.asynccontextmanager
async def bare_machine(folder: Path) -> AsyncIterator[BareMachine]:
    """Give an empty root, and serve a Telegram."""
    root = folder / "root"
    root.mkdir()
    sandbox = Sandbox()
    async with serve(sandbox) as address:
        yield BareMachine(root, folder, address, sandbox)
    assert sandbox.calls.complaints == []


class Terminal:
    """A terminal at which a command asks; used from a thread."""

    def __init__(self, *words: str, **settings: str) -> None:
        self._own, theirs = pty.openpty()
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [*haven_program(), *words], cwd=ROOT, env=command_settings(settings),
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.shown = ""
        self._seen = 0

    def sees(self, text: str) -> str:
        """Wait until a text is shown after what was seen; return all up to it."""
        while (at := self.shown.find(text, self._seen)) < 0:
            more = self._read()
            assert more, f"ended before {text!r}:\n{self.shown}"
            self.shown += more
        begin, self._seen = self._seen, at + len(text)
        return self.shown[begin : self._seen]

    def sees_all(self, *texts: str) -> None:
        """Wait until texts are shown, in whatever order, after what was seen."""
        begin = self._seen
        ends = []
        for text in texts:
            self._seen = begin
            self.sees(text)
            ends.append(self._seen)
        self._seen = max(ends)

    def answers(self, question: str, answer: str) -> None:
        """Wait for a question, and type; before its last space what is typed may be lost."""
        self.sees(question)
        while not self.shown.endswith(": "):
            more = self._read()
            assert more, f"ended after {question!r}:\n{self.shown}"
            self.shown += more
        os.write(self._own, f"{answer}\n".encode())

    def interrupts(self) -> None:
        """Press Ctrl+C."""
        self._process.send_signal(signal.SIGINT)

    def leaves(self) -> None:
        """End the command in the middle of its questions."""
        self._process.kill()
        self._process.wait(PATIENCE)
        os.close(self._own)

    def ends(self) -> int:
        """Wait for the end; return the exit code."""
        while more := self._read():
            self.shown += more
        os.close(self._own)
        return self._process.wait(PATIENCE)

    def _read(self) -> str:
        ready, _, _ = select.select([self._own], [], [], PATIENCE)
        if not ready:
            self._process.kill()
            raise AssertionError(f"nothing more is shown:\n{self.shown}")
        try:
            return os.read(self._own, 65536).decode(errors="replace").replace("\r\n", "\n")
        except OSError:  # the other end is closed
            return ""


def begin_setup(machine: BareMachine) -> Terminal:
    """Begin `haven setup` at a terminal of a machine that knows its Bot API and a free port."""
    machine.at("/etc/haven").mkdir(parents=True)
    env = f'HAVEN_TELEGRAM_API="{machine.address}"\nHAVEN_DESK_LISTEN="127.0.0.1:0"\n'
    machine.at("/etc/haven/haven.env").write_text(env)
    return Terminal("setup", "--root", str(machine.root))
