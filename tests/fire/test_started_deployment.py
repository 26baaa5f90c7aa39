"""A process that is forked is for a drill what one is that starts Python: signals, end and cost."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.fire.processes.started_deployment import StartedProcess, wait_for

if TYPE_CHECKING:
    from pathlib import Path

CODE = "import os, sys, time; print(os.getpid(), sys.argv[1:], flush=True); time.sleep(60)"


@pytest.mark.parametrize("is_forked", [False, True])
async def test_a_process_of_a_drill_is_killed_by_its_number_and_says_how_it_ended(
    tmp_path: Path, is_forked: bool
) -> None:
    log = tmp_path / "log"
    life = StartedProcess({}, log, ("-c", CODE, "--only"), is_forked=is_forked)
    said = f"{life._process.pid} ['--only']"
    await wait_for(lambda: said in log.read_text(), said)
    assert not life.is_over
    assert life.cpu() >= 0
    assert life.memory() > 1000
    ended = await life.end(signal.SIGKILL)
    assert ended.status == -signal.SIGKILL
    assert ended.cpu > 0


@pytest.mark.parametrize("is_forked", [False, True])
async def test_a_process_of_a_drill_that_fails_says_so_with_its_reason(
    tmp_path: Path, is_forked: bool
) -> None:
    log = tmp_path / "log"
    words = ("-m", "bot.cli", "start", "--only", "nothing")
    life = StartedProcess({"HAVEN_ENV_FILE": ""}, log, words, is_forked=is_forked)
    await wait_for(lambda: life.is_over, "its end")
    assert (await life.end()).status > 0
    assert "nothing" in log.read_text()
