""" "Okay" at a menu is no goodbye: no one is sent away with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.dispatch.turn.words.typed_text import TypedText
from bot.languages import LANGUAGES, catalogue
from bot.languages.typed.answer_lists import answers_in
from flows.texts.questions import LEAVING
from tests.support.dispatch_inspection import says_at

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

MENUS = [("welcome", "menu"), ("afterwards", "what_now")]
MORE = {"fil": ["cge po", "cge salamat po", "sige na po"], "id": ["oke kak"], "th": ["โอเคค่ะ"]}


def is_sent_away(home: HotlineHarness, menu: tuple[str, str], text: str, tag: str) -> bool:
    """Tell whether a text at a menu is answered with a goodbye."""
    return LEAVING.render(catalogue(tag)) in says_at(home, menu, text, tag).texts


@pytest.mark.parametrize("menu", MENUS, ids="-".join)
@pytest.mark.parametrize("tag", LANGUAGES)
def test_okay_is_no_goodbye(
    sqlite_hotline: HotlineHarness, tag: str, menu: tuple[str, str]
) -> None:
    said = [*answers_in(tag).acknowledgments, *MORE.get(tag, ())]
    assert [it for it in said if is_sent_away(sqlite_hotline, menu, it, tag)] == []


def test_without_the_rule_okay_would_be_a_goodbye(
    sqlite_hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the test above could fail."""
    monkeypatch.setattr(TypedText, "is_no_goodbye", lambda *_: False)
    assert is_sent_away(sqlite_hotline, MENUS[0], "cge po", "fil")
