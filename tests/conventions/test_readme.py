"""The README has every word of ours, every setting, every command and every decision."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
import typer

from bot.cli.main import app
from bot.settings import SETTING_HINTS, Settings
from tests.support.source_tree import ROOT, module_of, modules, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

WORDS = (
    "person", "caseworker", "partner", "channel", "desk", "chat", "update", "message", "letter",
    "conversation", "flow", "step", "prompt", "choice", "answer", "guard", "draft", "turn",
    "outcome", "report", "request", "case", "reference", "queue", "claim", "release", "transfer",
    "takeover", "hand-back", "bookmark", "referral", "disposition", "contact rule", "phrasebook",
    "competent body", "campaign", "directory", "inbox", "outbox", "courier", "seal", "open",
    "erase", "expire", "note",
)  # fmt: skip
"""One word for one thing: what the README's table explains, each set in bold."""
WHY = re.compile(r"^Why (.+?)(?=[:?]|\. )", re.MULTILINE | re.DOTALL)
"""How a decision begins in the docstring of the package that feels it."""


@cache
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def bold(text: str) -> set[str]:
    """Return the words a text sets in bold."""
    return {found.strip() for found in re.findall(r"\*\*([^*]+)\*\*", text)}


def settings() -> list[str]:
    """Return every setting as it is set."""
    return [f"HAVEN_{name.upper()}" for name in Settings.model_fields]


def commands() -> Iterator[str]:
    """Yield every command as it is typed."""
    yield from _below(typer.main.get_command(app), "haven")


def _below(command: click.Command, typed: str) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield typed
        return
    for name, each in inner.items():
        yield from _below(each, f"{typed} {name}")


def decisions() -> list[tuple[str, str]]:
    """Return every decision by its package: what was decided, as its docstring begins it."""
    found = []
    for path in modules():
        text = ast.get_docstring(tree_of(path)) or ""
        found += [(module_of(path), " ".join(why.split())) for why in WHY.findall(text)]
    return found


def told(typed: str, text: str) -> bool:
    """Tell whether a command stands in the README, by itself or behind `./run`."""
    short = typed.removeprefix("haven ")
    return re.search(rf"(?:haven|\./run) {re.escape(short)}\b", text) is not None


@pytest.mark.parametrize("word", WORDS)
def test_every_glossary_term_is_in_the_readme(word: str) -> None:
    assert word in bold(readme())


@pytest.mark.parametrize("setting", settings())
def test_every_setting_is_in_the_readme(setting: str) -> None:
    assert re.search(rf"\b{setting}\b", readme())


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert told(command, readme())


@pytest.mark.parametrize("room", sorted({room for room, _ in decisions()}))
def test_every_decision_has_a_line_that_names_its_room(room: str) -> None:
    whys = [why for where, why in decisions() if where == room]
    place = re.escape(room.replace(".", "/"))
    listed = [line for line in items(section("Decisions")) if re.search(rf"`{place}[`/]", line)]
    assert len(listed) >= len(whys), f"{room}: why {'; why '.join(whys)}"


def section(title: str) -> str:
    """Return what stands under a heading of the README."""
    parts = re.split(r"^#+ (.*)$", readme(), flags=re.MULTILINE)
    found = [text for name, text in zip(parts[1::2], parts[2::2], strict=True) if title in name]
    return "".join(found)


def items(text: str) -> list[str]:
    """Return the items of a list, each in one line."""
    return [" ".join(item.split()) for item in re.split(r"^- ", text, flags=re.MULTILINE)[1:]]


def test_what_is_looked_for_exists() -> None:
    assert set(SETTING_HINTS) == set(Settings.model_fields)
    assert {"haven start", "haven cases show", "haven keys new"} <= set(commands())
    assert {module for module, _ in decisions()} >= {"bot.conversation", "flows", "bot.vault"}


def test_what_is_missing_would_be_found() -> None:
    assert bold("a **person** and a *chat*") == {"person"}
    assert told("haven cases list", "Type `./run cases list --json`.")
    assert not told("haven cases list", "Type `./run cases`.")
