"""A log that cannot be written keeps nobody from being answered."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from bot.log import configure
from tests.houses import Home

if TYPE_CHECKING:
    from pathlib import Path


def _closed() -> io.StringIO:
    out = io.StringIO()
    out.close()
    return out


class _Full(io.StringIO):
    """A file on a disk that is full."""

    def write(self, _line: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("out", [_closed(), _Full()], ids=["closed", "full"])
def test_a_person_is_answered_and_their_case_stands_though_no_log_can_be_written(
    tmp_path: Path, out: Any
) -> None:
    configure(out)
    assert _is_heard(tmp_path)


def test_such_a_log_does_fail() -> None:
    """The negative control."""
    with pytest.raises(ValueError, match="closed file"):
        structlog.PrintLoggerFactory(_closed())().info("x")


def _is_heard(folder: Path) -> bool:
    home = Home(folder)
    try:
        person = home.person("th")
        person.says("/start")
        person.presses("English", "Nobody", "Talk to a person", "I am safe here")
        person.says("He keeps my passport.")
        person.presses("Any time", "Send")
        return bool(home.ask("SELECT reference FROM cases")) and bool(person.last)
    finally:
        home.close()
