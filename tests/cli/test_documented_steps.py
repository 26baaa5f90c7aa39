"""The blocks of the documentation that are marked as run in CI, followed literally.

Each runs in a fresh copy of the repository, at a terminal, with a stand-in for Telegram. What
differs from the page: folders of the host lie below the test's, the demo takes a free port and
opens no browser, and the token is the stand-in's. The first line that installs Haven finds what it
needs installed; an installation from nothing is tested where a package is.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from bot.sandbox import TOKEN, Sandbox, serve
from tests.conventions.test_documentation import documents
from tests.support.content.shell_blocks import command_words, shell_blocks
from tests.support.database.key_store_fixtures import PASSWORD
from tests.support.free_ports import free_port
from tests.support.paths import ROOT
from tests.support.source_tree import name_of
from tests.support.terminal import CONTROL

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 120.0
"""Real seconds after which a command has hung."""
SKIPPED = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "*.pyc")
UNTIL_STOPPED = {"demo", "start"}
HOST_FOLDERS = re.compile(r"(?<![\w.])/(?:etc|var)/[\w/]*haven\b")
ASKS = ("assword: ", "or more): ", "The same again: ")
NO_FAULT_OF_OURS = {"disk space", "clock is kept by NTP"}
"""What the doctor may find wrong about the machine of a test."""


def marked(page: str) -> list[tuple[str, ...]]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [block.lines for block in shell_blocks(text) if block.is_run]


NOT_RUN = {
    "apt-get update": "changes this machine; `./run fire clean_root` follows it in a root",
    "haven restore": "its lines are followed there, too",
    "systemctl daemon-reload": "changes this machine; tests/setup checks the units",
    "HAVEN_WEBHOOK_URL=": "settings, not commands; tests/stories/test_webhook_evening.py uses them",
    "pg_basebackup": "tests/store/test_replication.py follows the page on three servers",
    "systemctl stop haven": "changes this machine; the migration is tested by itself",
    "cd /etc/systemd/system": "changes this machine; tests/store/test_replication.py runs it",
    "pg_rewind": "needs a primary that came back; no test runs it, and the page is careful",
    "haven fleet status": "tests/cli/test_fleet_commands.py uses a control file like it",
    "age --decrypt": "tests/vault/backup/test_open_without_haven.py follows these lines",
    "cd bot/setup/container": "needs a container engine; tests/setup follows the same steps",
    "./run test": "the suite itself; its other programs are parsed, and tested where they are",
    "./run keys backup": "its steps are in tests/cli/test_backup_commands.py",
    "haven migrate --to": "its steps are in tests/cli/test_migrate_command.py",
    "haven partners invite": "its steps are in tests/cli/test_partner_commands.py",
    "haven posters make": "its steps are in tests/cli/test_posters_command.py",
    "haven directory recipients": "its steps are in tests/cli/test_partner_commands.py",
    "install -d -m 0700 -o haven": "changes this machine; tests/cli export a case elsewhere",
    "install -d -o haven /srv": "changes this machine; tests/cli/test_site_commands.py builds one",
    ".venv/bin/python -m": "changes the catalogues; a test compares them",
    "./run languages voices": "ends in a demo page; tests/browser/test_record_sentences.py uses it",
}
"""Blocks that only have to parse, by their first command, and why."""
BLOCKS = [
    pytest.param(lines, id=f"{page} {number}")
    for page in ("README.md", "bot/cli/README.md", "flows/README.md", "locales/README.md")
    for number, lines in enumerate(marked(page), start=1)
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fresh copy of the repository in which nothing has to be installed any more."""
    copy = tmp_path_factory.mktemp("checkout") / "haven"
    shutil.copytree(ROOT, copy, ignore=SKIPPED)
    environment = copy / ".venv"
    environment.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (environment / name).symlink_to(Path(sys.prefix) / name)
    shutil.copy(copy / "requirements.lock", environment / "requirements.lock.stamp")
    (environment / "catalogues.stamp").touch()
    return copy


class Terminal:
    """One terminal, whose exported variables hold for the commands that follow."""

    def __init__(self, checkout: Path, root: Path, address: str) -> None:
        self._checkout, self._root = checkout, root
        clean = {name: value for name, value in os.environ.items() if name[:6] != "HAVEN_"}
        self._env = clean | {
            "HAVEN_TELEGRAM_API": address, "HAVEN_DESK_LISTEN": f"127.0.0.1:{free_port()}",
            "HAVEN_STAFF_LANGUAGE": "en", "TMPDIR": str(root), "TERM": "xterm", "LINES": "40",
        }  # fmt: skip
        self.desk = f"http://{self._env['HAVEN_DESK_LISTEN']}/signin"
        self._exports = ""

    def type(self, line: str) -> str:
        """Type a command; return what it printed, and require that it succeeds."""
        if line.startswith("export "):
            self._exports += f"{self._moved(line)}\n"
            return ""
        with self._started(line) as (process, master):
            printed = self._converse(process, master)
            code, wrong = process.wait(PATIENCE), faults_in(printed)
        assert code == 0 or (wrong and wrong <= NO_FAULT_OF_OURS), printed
        return printed

    @contextlib.contextmanager
    def running(self, line: str) -> Iterator[None]:
        """Type a command that runs until stopped; it must be ready before, and end well."""
        with self._started(line) as (process, master):
            ready = "Haven is ready" if " demo" in line else self.desk
            printed = self._converse(process, master, until=ready)
            assert process.poll() is None, printed
            yield
            os.killpg(process.pid, signal.SIGTERM)
            self._converse(process, master)
            assert process.wait(PATIENCE) == 0

    @contextlib.contextmanager
    def _started(self, line: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
        master, slave = pty.openpty()
        process = subprocess.Popen(  # noqa: S603 - what our own pages say
            ["env",  # noqa: S607 - of whatever system runs this
              "--default-signal=HUP,INT,TERM", "bash", "-ec",
             f"{self._exports}exec {self._moved(line)}"],
            cwd=self._checkout, env=self._env, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        try:
            yield process, master
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(master)

    def _converse(
        self, process: subprocess.Popen[bytes], master: int, until: str | None = None
    ) -> str:
        """Type the password where it is asked for; return what was printed."""
        printed, answered, end = "", 0, time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    printed += os.read(master, 65536).decode(errors="replace")
                except OSError:  # it has ended
                    return CONTROL.sub("", printed)
            elif process.poll() is not None:
                return CONTROL.sub("", printed)
            if printed[answered:].endswith(ASKS):
                os.write(master, f"{PASSWORD}\n".encode())
                answered = len(printed)
            if until and (until in printed or (until.startswith("http") and _answers(until))):
                return printed
        raise AssertionError(f"waits in vain: {printed}")

    def _moved(self, line: str) -> str:
        words = command_words(line)
        if words[1:2] == ["demo"]:
            line = line.split("#", maxsplit=1)[0] + " --port 0 --no-browser"
        line = line.replace("123456:ABC...", TOKEN)
        return HOST_FOLDERS.sub(lambda found: f"{self._root}{found[0]}", line)


def faults_in(printed: str) -> set[str]:
    """Return the names of the checks that the doctor found wrong."""
    lines = (it for it in printed.splitlines() if it.startswith("wrong "))
    return {it.partition(":")[0].removeprefix("wrong").strip() for it in lines}


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=1) as answer:  # noqa: S310 - our own desk
            return bool(answer.status == 200)
    except OSError:
        return False


def follow(terminal: Terminal, lines: tuple[str, ...]) -> dict[str, str]:
    """Type the lines of a block; return what each printed. What runs on, runs on meanwhile."""
    printed = {}
    with contextlib.ExitStack() as running:
        for line in lines:
            if command_words(line)[1:2] and command_words(line)[1] in UNTIL_STOPPED:
                running.enter_context(terminal.running(line))
            else:
                printed[line] = terminal.type(line)
    return printed


@pytest.mark.parametrize("lines", BLOCKS)
async def test_a_block_that_is_marked_works_as_it_stands(
    lines: tuple[str, ...], checkout: Path, tmp_path: Path
) -> None:
    async with serve(Sandbox()) as address:
        terminal = Terminal(checkout, tmp_path, address)
        printed = await asyncio.to_thread(follow, terminal, lines)
    for line, said in printed.items():
        if line.startswith("./run cases list"):
            assert "Waiting: " in said
        if line.startswith("./run audit head"):
            assert re.search(r"^\d+:[0-9a-f]{16}\b", said, re.MULTILINE)


def test_the_quick_start_and_the_first_start_are_among_them() -> None:
    typed = [" ".join(command_words(line)[:2]) for block in BLOCKS for line in block.values[0]]  # type: ignore[attr-defined]
    assert typed.count("./run demo") == 2
    assert typed[typed.index("./run keys") :][:9].count("./run start") == 1
    assert "./run staff" in typed


def test_every_other_block_has_a_reason_not_to_be_run() -> None:
    found = [
        f"{name_of(path)}: {block.lines[0]}"
        for path in documents()
        for block in shell_blocks(path.read_text(encoding="utf-8"))
        if not block.is_run and not block.lines[0].startswith(tuple(NOT_RUN))
    ]
    assert found == []


def test_a_command_that_fails_is_found(checkout: Path, tmp_path: Path) -> None:
    terminal = Terminal(checkout, tmp_path, "http://127.0.0.1:9")
    terminal.type("export HAVEN_DATA=/var/lib/haven")
    with pytest.raises(AssertionError, match="does not exist"):
        terminal.type("./run cases list")
