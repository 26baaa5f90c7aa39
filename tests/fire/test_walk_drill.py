"""Everybody walks everywhere, in every language, for a short while; and what is wrong is seen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.languages import LANGUAGES
from flows.start.welcome import Welcome
from tests.fire.drills import walk_drill
from tests.support.content.catalogue_files import read_in

if TYPE_CHECKING:
    import pytest


def test_in_every_language_everybody_is_answered_in_their_own() -> None:
    found = asyncio.run(walk_drill.run(15, tuple(LANGUAGES), seed=3))
    assert found["faults"] == {}
    assert found["moves"] == 15 * len(LANGUAGES)
    assert found["stood_at_in_every_language"] > 0


def test_a_line_in_another_language_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: one sentence of Thai is taken to be English."""
    menu = Welcome.menu.prompt.render(read_in("th"))
    monkeypatch.setattr(walk_drill, "english_for", lambda _: frozenset({menu}))
    found = asyncio.run(walk_drill.run(3, ("th",), seed=3))
    assert list(found["faults"]) == ["english"]
