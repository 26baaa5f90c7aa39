"""Catalogues that were checked before are the ones that a start would read, or are not used."""

from __future__ import annotations

from shutil import copytree
from typing import TYPE_CHECKING, cast

import pytest

from bot.languages import compiled_catalogues
from bot.languages.availability import load_offer
from bot.languages.compiled_catalogues import (
    FILE_NAME,
    compile_complete,
    compiled_translations,
    forget,
)
from bot.languages.po_files import CheckedTranslations, catalogue_path, load_catalogue
from bot.settings import load_settings
from tests.support.content.altered_catalogues import (
    CALL,
    change,
    copy_catalogues,
    get_translation,
    set_translation,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TAGS = ("id", "th", "zh_Hant")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the catalogues of three languages, compiled once for all tests."""
    locales = copy_catalogues(tmp_path_factory.mktemp("catalogues"), *TAGS)
    assert compile_complete(locales)
    return locales


@pytest.fixture
def locales(compiled: Path, tmp_path: Path) -> Iterator[Path]:
    """Return a copy of it that a test may change."""
    yield copytree(compiled, tmp_path / "locales")
    forget()


@pytest.mark.parametrize("tag", TAGS)
def test_what_was_checked_before_is_what_a_start_would_read(locales: Path, tag: str) -> None:
    kept = cast("CheckedTranslations", compiled_translations(tag, locales))
    read = cast("CheckedTranslations", load_catalogue(tag, locales).compile())
    assert kept._found == read._found
    assert kept.info() == read.info()
    assert (kept.headers, kept.plural_rule) == (read.headers, read.plural_rule)


def test_languages_share_the_keys(locales: Path) -> None:
    one, other = (
        {id(it) for it in cast("CheckedTranslations", compiled_translations(tag, locales))._found}
        for tag in ("id", "th")
    )
    shared = one & other
    assert len(shared) > 900


def test_it_is_compiled_once(locales: Path) -> None:
    complete = (locales / FILE_NAME).read_bytes()
    compile_complete(locales)
    assert (locales / FILE_NAME).read_bytes() == complete


def test_a_fault_since_then_is_found_at_the_start(locales: Path) -> None:
    words = get_translation(locales, "id", CALL)
    set_translation(locales, "id", CALL, words.replace("119", "911"))
    offer = load_offer(load_settings(languages="id,th"), locales)
    assert offer.tags == ("en", "th")
    assert "other digits" in next(iter(offer.refusals()))


def test_a_translation_since_then_is_the_one_that_is_said(locales: Path) -> None:
    assert compiled_translations("id", locales) is not None  # the control
    words = get_translation(locales, "id", CALL)
    set_translation(locales, "id", CALL, f"{words} Ya.")
    assert compiled_translations("id", locales) is None
    said = load_offer(load_settings(languages="id"), locales).checked["id"]
    assert said.gettext(CALL[1]) == f"{words} Ya."
    assert compile_complete(locales)
    again = cast("CheckedTranslations", compiled_translations("id", locales))
    assert again.gettext(CALL[1]) == f"{words} Ya."


def test_a_template_since_then_is_compared_again(locales: Path) -> None:
    template = locales / "messages.pot"
    template.write_bytes(template.read_bytes() + b'\nmsgid "A new sentence."\nmsgstr ""\n')
    assert compiled_translations("th", locales) is None
    assert load_offer(load_settings(languages="th"), locales).tags == ("en",)


def test_code_since_then_checks_again(locales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compiled_translations("th", locales) is not None  # the control
    monkeypatch.setattr(compiled_catalogues, "CODE", (*compiled_catalogues.CODE, "bot.text"))
    assert compiled_translations("th", locales) is None


def test_a_catalogue_with_a_fault_is_not_compiled(locales: Path) -> None:
    change(locales, "th", lambda it: it.delete(CALL[1]))
    assert compile_complete(locales)
    assert compiled_translations("th", locales) is None
    assert compiled_translations("id", locales) is not None


@pytest.mark.parametrize("content", [b"", b"\x80", b"not what it should be"])
def test_a_broken_file_costs_time_and_no_language(locales: Path, content: bytes) -> None:
    forget()
    (locales / FILE_NAME).write_bytes(content)
    assert compiled_translations("th", locales) is None
    assert load_offer(load_settings(languages="th"), locales).tags == ("en", "th")


def test_a_language_without_a_file_is_none_that_was_checked(locales: Path) -> None:
    catalogue_path("th", locales).unlink()
    assert compiled_translations("th", locales) is None
    assert compiled_translations("vi", locales) is None
