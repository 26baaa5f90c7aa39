"""Word lists that were computed before are the ones that would be computed now, or are not used."""

from __future__ import annotations

import os
import pickle
from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from bot.languages import LOCALES, compiled_lists
from bot.languages.compiled_lists import (
    FILE_NAME,
    LISTS,
    compile_lists,
    digest_of,
    kept_values,
    read_value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the lists of two languages, computed once for all tests."""
    folder = tmp_path_factory.mktemp("lists")
    for tag in ("en", "th"):
        (folder / tag).mkdir()
        for name in LISTS:
            (folder / tag / name).write_bytes((LOCALES / tag / name).read_bytes())
    assert compile_lists(folder)
    return folder


@pytest.fixture
def folder(computed: Path, tmp_path: Path) -> Iterator[Path]:
    """Return a copy of it that a test may change."""
    yield copytree(computed, tmp_path / "lists")
    kept_values.cache_clear()


def test_what_was_computed_before_is_what_would_be_computed_now(folder: Path) -> None:
    kept = kept_values(folder)
    assert kept.keys() == compiled_lists.BUILDERS.keys()
    for name, build in compiled_lists.BUILDERS.items():
        assert read_value(kept[name]) == build(), name


def test_it_is_computed_once(folder: Path) -> None:
    assert not compile_lists(folder)


@pytest.mark.parametrize("name", LISTS)
def test_lists_that_changed_since_are_read_again(folder: Path, name: str) -> None:
    path = folder / "th" / name
    path.write_bytes(path.read_bytes() + b"\n")
    kept_values.cache_clear()
    assert kept_values(folder) == {}


def test_lists_that_changed_since_are_computed_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, value = next(iter(compiled_lists.BUILDERS)), ("read", "again")
    monkeypatch.setattr(compiled_lists, "BUILDERS", {name: lambda: value})
    path = folder / "th" / LISTS[0]
    path.write_bytes(path.read_bytes() + b"\n")
    assert compile_lists(folder)
    kept_values.cache_clear()
    assert {it: read_value(kept) for it, kept in kept_values(folder).items()} == {name: value}


def test_code_that_changed_since_computes_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest_of(folder)
    assert before == digest_of(folder)
    monkeypatch.setattr("unicodedata.unidata_version", "1.0")
    assert before != digest_of(folder)
    monkeypatch.undo()
    monkeypatch.setattr(compiled_lists, "OTHER_CODE", compiled_lists.OTHER_CODE[:-1])
    assert before != digest_of(folder)


@pytest.mark.parametrize("share", [0, 0.5, 0.999])
def test_half_a_file_is_not_used(folder: Path, share: float) -> None:
    path = folder / FILE_NAME
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    kept_values.cache_clear()
    assert kept_values(folder) == {}


def test_a_pickle_that_names_anything_else_is_refused() -> None:
    for harmful in (os.system, eval, pickle.loads):
        written = pickle.dumps(harmful)
        assert pickle.loads(written) is harmful  # noqa: S301 - the control
        with pytest.raises(pickle.UnpicklingError, match="no type of a word list"):
            read_value(written)
    assert read_value(pickle.dumps(range(3))) == range(3)
