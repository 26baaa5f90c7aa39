"""Labels of buttons that are typed: known for each set of texts, in each language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.app.texts import build_system_texts
from bot.dispatch.rendering import Renderer
from bot.text import Text
from tests.support.harnesses.hotline_harness import settings_for

if TYPE_CHECKING:
    from pathlib import Path


def test_each_renderer_knows_the_labels_of_its_own_texts(tmp_path: Path) -> None:
    texts = build_system_texts(settings_for(tmp_path))
    shipped, fewer = Renderer(texts), Renderer(replace(texts, labels=[Text("Mango tree")]))
    for typed, knows in (("Mango tree", (False, True)), ("I am not safe", (True, False))):
        assert (shipped.may_be_label("en", typed), fewer.may_be_label("en", typed)) == knows
    assert Renderer(texts).may_be_label("en", "I am NOT safe ")


def test_a_label_is_known_in_the_language_that_is_read_alone(tmp_path: Path) -> None:
    screens = Renderer(build_system_texts(settings_for(tmp_path)))
    assert screens.may_be_label("zh_Hant", "臺北")  # without the suffix of a city
    assert not screens.may_be_label("vi", "臺北")
