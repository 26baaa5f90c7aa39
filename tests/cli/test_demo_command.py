"""The demo leaves nothing behind, and says what stopped it."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from bot.clock import SECOND
from tests.support.forked_commands import haven_program
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 60.0
"""Real seconds after which a command has hung."""
TOLD = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
"""By a supervisor, by the keyboard, by a terminal that is closed."""


@contextmanager
def demo(place: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run a demo whose passing things lie in a place."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HAVEN_")}
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*haven_program(), "demo", "--no-browser", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env=clean | {"TMPDIR": str(place), "COLUMNS": "200", "NO_COLOR": "1"},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ends(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return how a demo ended and what it complained of."""
    _, complaint = process.communicate(timeout=PATIENCE)
    return process.returncode, complaint


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.name)
def test_a_demo_that_is_told_to_stop_takes_its_folder_along(
    tmp_path: Path, told: signal.Signals
) -> None:
    with demo(tmp_path, "--port", "0") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Haven is ready")
        assert list(tmp_path.iterdir()) != []
        process.send_signal(told)
        assert ends(process) == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("begun", ["data/haven.log", "data/bot.lock", "data/haven.db"])
def test_a_demo_that_is_stopped_as_it_begins_takes_its_folder_along(
    tmp_path: Path, begun: str
) -> None:
    with demo(tmp_path, "--port", "0") as process:
        while not list(tmp_path.glob(f"*/{begun}")):
            assert process.poll() is None
            time.sleep(0.002)  # the demo needs the processor
        process.send_signal(signal.SIGTERM)
        assert ends(process) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_time_that_passes_on_the_phone_page_passes_for_the_bot_and_the_desk(
    tmp_path: Path,
) -> None:
    day = 25 * 60 * 60
    with demo(tmp_path, "--port", "0") as process:
        assert process.stdout is not None
        origin = process.stdout.readline().rstrip().removeprefix("Haven is ready at ").rstrip("/")
        began = time.time()
        httpx.post(f"{origin}/sandbox/clock", json={"seconds": day}).raise_for_status()
        (stored,) = tmp_path.glob("*/data/haven.db")
        while heartbeat(stored) < began + day:
            assert time.time() < began + PATIENCE
            assert process.poll() is None
            time.sleep(0.2)  # the demo needs the processor
        (written,) = tmp_path.glob("*/data/haven.log")
        assert "clock_wrong" not in written.read_text(encoding="utf-8")


def heartbeat(database: Path) -> float:
    """Return when the bot of a database last said that it runs, in seconds."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        (found,) = connection.execute("SELECT max(alive_at) FROM heartbeats").fetchone()
    return float(found or 0) / SECOND


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        with demo(tmp_path, "--port", port) as process:
            code, complaint = ends(process)
    assert code == 1
    assert complaint.startswith(f"port {port}: ")


@pytest.mark.parametrize("where", ["is no folder", "cannot be locked"])
def test_the_port_is_not_blamed_for_a_folder(tmp_path: Path, where: str) -> None:
    data = tmp_path / "data"
    if where == "is no folder":
        data.write_text("")
    else:
        (data / "bot.lock").mkdir(parents=True)
    with demo(tmp_path, "--port", "0", "--data", str(data)) as process:
        code, complaint = ends(process)
    assert code == 1
    assert "--port" not in complaint
    assert str(data) in complaint
    assert "Traceback" not in complaint
