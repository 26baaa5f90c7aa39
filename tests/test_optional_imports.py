"""Libraries imported without parts that Haven does not use."""

from __future__ import annotations

import sys
from importlib import import_module

import pytest

from bot.optional_imports import without_modules


def test_a_hidden_module_is_missing_inside_and_there_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with without_modules("colorsys"), pytest.raises(ModuleNotFoundError):
        import_module("colorsys")
    assert import_module("colorsys").rgb_to_hls


def test_a_module_that_is_loaded_stays() -> None:
    with without_modules("sys"):
        assert import_module("sys") is sys
