"""A fault of Haven's own is one line at a terminal, and holds no words of people."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot.cli import main as command
from bot.languages import LOCALES
from bot.vault import HostKey
from tests.support.cli_runner import is_user_message
from tests.support.forked_commands import command_settings
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "he took my passport"


def fails(**_given: object) -> None:
    raise ValueError(WORDS)


def run(monkeypatch: pytest.MonkeyPatch, *typed: str) -> None:
    monkeypatch.setattr(command, "harden_process", lambda: None)
    monkeypatch.setattr(command.gc, "set_threshold", lambda *_: None)
    monkeypatch.setattr(command, "app", fails)
    monkeypatch.setattr(command.sys, "argv", ["haven", *typed])
    command.main()


def test_an_unknown_error_is_one_line_without_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "cases", "list")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ValueError in test_own_faults, line" in said
    assert "haven --debug" in said
    assert WORDS not in said
    assert is_user_message(said)


def test_with_debug_it_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=WORDS):
        run(monkeypatch, "--debug", "cases", "list")


def test_a_file_that_the_release_lacks_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacks = LOCALES / "vi" / "none.toml"
    monkeypatch.setattr(command.sys.modules[__name__], "fails", lambda **_: lacks.read_text())
    with pytest.raises(SystemExit):
        run(monkeypatch, "start")
    said = capsys.readouterr().err
    assert said == f"a file of Haven cannot be read: {lacks}; install this release again\n"


def test_with_standard_input_closed_it_says_that_there_is_no_terminal(tmp_path: Path) -> None:
    HostKey.create(tmp_path / "host.key")
    settings = {"data": f"{tmp_path}/data", "host_key_file": f"{tmp_path}/host.key"}
    words = [sys.executable, "-m", "bot.cli", "staff", "add", "Mei", "--language", "id"]
    done = subprocess.run(  # noqa: S603 - our own program
        ["sh", "-c", 'exec "$@" 0<&-', "sh", *words],  # noqa: S607
        env=command_settings(settings), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "there is no terminal to ask at; name a file that holds it" in done.stderr


def test_a_file_of_haven_that_cannot_be_written_is_not_said_to_be_missing() -> None:
    """`haven languages import` writes catalogues, which the user of the service may not change."""
    path = LOCALES / "vi" / "LC_MESSAGES" / "messages.po.part"
    said = command._own_fault(PermissionError(13, "Permission denied", str(path)))
    assert said.startswith(f"{path} cannot be written by the user ")
    assert "install this release again" not in said
