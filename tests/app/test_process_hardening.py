"""A process of Haven writes no core dump and is read by no debugger; its files are its own."""

from __future__ import annotations

import os
import re
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.errors import SettingError
from bot.settings import load_settings
from bot.store.database import DataDirectory
from tests.cli.operator_tables import commands
from tests.support.forked_commands import python_code
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "123456:" + "A" * 35
PROBE = """
import ctypes, os, resource
old = os.umask(0)
print(resource.getrlimit(resource.RLIMIT_CORE)[1], ctypes.CDLL(None).prctl(3), oct(old))
"""
"""Prints the hard limit of a core dump, whether one may be written, and the umask."""
RUN = """
import sys
sys.argv = ["haven", *{words!r}]
from bot.cli.main import main
try:
    main()
except SystemExit:
    pass
"""
HARDEN = "from bot.process_hardening import harden_process\nharden_process()\n"
SECRET = re.compile(r"password|passphrase|secret|token|recovery|part_file|private")


def probed(code: str) -> list[str]:
    done = subprocess.run(  # noqa: S603 - our own words
        python_code(code + PROBE), capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.strip().splitlines()[-1].split()


@pytest.mark.parametrize("words", [["--help"], ["doctor"], ["staff", "list"], ["nothing"]])
def test_every_command_writes_no_core_dump_and_private_files(words: list[str]) -> None:
    assert probed(RUN.format(words=words)) == ["0", "0", "0o77"]


def test_a_process_that_is_not_hardened_is_detected() -> None:
    """The negative control."""
    assert probed("")[1] == "1"
    assert probed("") != ["0", "0", "0o77"]


def test_workers_with_keys_are_hardened_too() -> None:
    worker = (ROOT / "bot/hotline/search/worker.py").read_text(encoding="utf-8")
    hasher = (ROOT / "bot/vault/passphrase_hash.py").read_text(encoding="utf-8")
    assert "    harden_process()" in worker
    assert "initializer=harden_worker" in hasher
    assert probed(HARDEN) == ["0", "0", "0o77"]


HASHES = """
import asyncio, sys
from multiprocessing import active_children
from multiprocessing.resource_tracker import _resource_tracker
from bot.vault.passphrase_hash import PassphraseHashWorker
async def main():
    await PassphraseHashWorker().hash("mangga tua", b"s" * 16, b"p" * 16)
    print(*(each.pid for each in active_children()), _resource_tracker._pid, flush=True)
    sys.stdin.read()
if __name__ == "__main__":
    asyncio.run(main())
"""
"""Hashes a passphrase, prints the ids of the processes that it started, and stays."""


def is_running(process: int) -> bool:
    """Tell whether a process runs; one that ended and was not waited for does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except FileNotFoundError:
        return False
    return state.split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent")
def test_a_killed_process_leaves_no_worker_that_hashes(tmp_path: Path) -> None:
    script = tmp_path / "hashes.py"
    script.write_text(HASHES, encoding="utf-8")
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        started = [int(it) for it in process.stdout.readline().split()]
        assert len(started) == 2
        assert all(is_running(it) for it in started)
        process.kill()
        process.wait()
        for _ in range(200):
            if not any(is_running(it) for it in started):
                break
            time.sleep(0.05)
    left = [it for it in started if is_running(it)]
    for each in left:
        os.kill(each, signal.SIGKILL)
    assert left == []


def test_a_crash_leaves_no_dump(tmp_path: Path) -> None:
    code = f"{HARDEN}import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"
    limit = resource.getrlimit(resource.RLIMIT_CORE)
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (limit[1], limit[1])),
    )  # fmt: skip
    assert done.returncode < 0
    assert list(tmp_path.iterdir()) == []


# --- Secrets ----------------------------------------------------------------------------------


def secret_options() -> Iterator[tuple[str, str, str]]:
    for typed, command in commands():
        for parameter in command.params:
            if SECRET.search(parameter.name or "") and not getattr(parameter, "is_flag", False):
                yield typed, str(parameter.name), parameter.type.name


def test_no_command_takes_a_secret_as_an_argument() -> None:
    found = list(secret_options())
    assert len(found) > 15
    assert [it for it in found if it[2] != "path"] == []


def test_the_token_comes_from_a_file_or_from_systemd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "haven-telegram-token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o400)
    monkeypatch.setenv("HAVEN_TELEGRAM_TOKEN_FILE", str(file))
    assert load_settings().token() == TOKEN
    monkeypatch.delenv("HAVEN_TELEGRAM_TOKEN_FILE")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert load_settings().token() == TOKEN
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "none"))
    with pytest.raises(SettingError, match="HAVEN_TELEGRAM_TOKEN"):
        load_settings().token()


@pytest.mark.parametrize(
    ("words", "mode", "said"),
    [(TOKEN, 0o644, "others can read"), ("", 0o400, "is empty"), ("nonsense", 0o400, "BotFather")],
)
def test_a_token_file_that_cannot_be_used_is_named_without_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, mode: int, said: str
) -> None:
    file = tmp_path / "token"
    file.write_text(words)
    file.chmod(mode)
    monkeypatch.setenv("HAVEN_TELEGRAM_TOKEN_FILE", str(file))
    with pytest.raises(SettingError, match=said) as told:
        load_settings().token()
    assert "HAVEN_TELEGRAM_TOKEN_FILE" in str(told.value)
    assert not words or words not in str(told.value)


def test_the_data_of_an_earlier_release_become_private(tmp_path: Path) -> None:
    file = tmp_path / "haven.db"
    file.write_bytes(b"")
    file.chmod(0o644)
    DataDirectory(tmp_path).create()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


BARE_COMPARISON = re.compile(r"(proof|mac|prefix)\)?\s*[!=]=\s|startswith\(prefix\)")


def bare_comparisons(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if BARE_COMPARISON.search(line)]


def test_proofs_are_compared_in_constant_time() -> None:
    files = [*(ROOT / "bot/vault").rglob("*.py"), *(ROOT / "bot/dispatch").rglob("*.py")]
    assert len(files) > 60
    found = {path.name: bare_comparisons(path.read_text(encoding="utf-8")) for path in files}
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert bare_comparisons("if bytes(proof) != prove(data):")  # the negative control
    assert bare_comparisons("if token.startswith(prefix):")


def test_the_licence_is_here() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text
    assert "Version 3" in text
