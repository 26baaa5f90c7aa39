"""A log that cannot be written keeps nobody from being answered."""

from __future__ import annotations

import ast
import io
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from bot.log import EVENTS, FIELDS, configure
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOT = ROOT / "bot"


def _closed() -> io.StringIO:
    out = io.StringIO()
    out.close()
    return out


class _Full(io.StringIO):
    """A file on a disk that is full."""

    def write(self, _line: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.usefixtures("debug_log")
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
    home = HotlineHarness(folder)
    try:
        person = home.person("th")
        person.says("/start")
        person.presses("English", "Talk to a person", "I am safe here")
        person.says("He keeps my passport.")
        person.presses("Send", "Any time")
        return bool(home.ask("SELECT reference FROM cases")) and bool(person.last)
    finally:
        home.close()


def _logged(sources: list[str]) -> Iterator[tuple[set[str], set[str]]]:
    """Yield what each call of a log says: events it may be, and its fields."""
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    named: dict[str, ast.expr] = {}
    for node in nodes:
        match node:
            case ast.Assign([ast.Name(name)], value):
                named[name] = value
            case _:
                pass
    for node in nodes:
        match node:
            case ast.Call(ast.Attribute(ast.Name("log")), [event], said):
                event = named[event.id] if isinstance(event, ast.Name) else event
                words = [it.value for it in ast.walk(event) if isinstance(it, ast.Constant)]
                yield {str(word) for word in words}, {it.arg for it in said if it.arg}
            case _:
                pass


def _all_logged(sources: list[str]) -> tuple[set[str], set[str]]:
    events, fields = set(), set()
    for words, names in _logged(sources):
        begun = {it for it in EVENTS for word in words if word[-1] == "_" and it.startswith(word)}
        events |= begun or words
        fields |= names
    return events, fields


def test_the_list_of_what_may_be_logged_is_what_is_logged() -> None:
    sources = [path.read_text("utf-8") for path in BOT.rglob("*.py")]
    assert _all_logged(sources) == (EVENTS.keys(), set(FIELDS))


def test_what_is_logged_and_not_on_the_list_would_be_seen() -> None:
    source = 'ENDED = "it_ended"\nlog.info(ENDED)\nlog.error("a" if x else "b", words=1)'
    assert _all_logged([source]) == ({"it_ended", "a", "b"}, {"words"})
