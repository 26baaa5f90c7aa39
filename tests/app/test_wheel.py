"""The wheel holds everything Haven needs: catalogues, pages, scenes, migrations."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BUILD = "import sys, setuptools.build_meta as build; print(build.build_wheel(sys.argv[1]))"
READY = re.compile(r"^Haven is ready at (http://127\.0\.0\.1:\d+)/$")
NOT_PACKED = {".py", ".pyc", ".md"}
"""Kinds of files in the packages that an installed Haven does not need, besides the code."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the unpacked wheel, built from what Git knows."""
    source, folder = (tmp_path_factory.mktemp(name) for name in ("source", "wheel"))
    known = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, known):
        if not name.startswith("tests/") and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(  # noqa: S603 - our own build
        [sys.executable, "-c", BUILD, str(folder)], cwd=source, check=True, capture_output=True
    )
    (wheel,) = folder.glob("haven-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_the_notes_that_the_check_of_an_upgrade_prints(installed: Path) -> None:
    packed = (installed / "bot" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert packed == (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def environment(installed: Path) -> dict[str, str]:
    """Return an environment in which only the unpacked wheel is found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAVEN_")}
    told = {"HAVEN_ORGANISATION": "Hope House", "HAVEN_CONTACT": "02 1234 5678"}
    return kept | told | {"PYTHONPATH": str(installed)}


def haven(installed: Path, folder: Path, *words: str) -> str:
    """Return what a command prints, run where no checkout is."""
    return run_python(installed, folder, "-m", "bot.cli", *words)


def run_python(installed: Path, folder: Path, *words: str) -> str:
    """Return what Python prints, run where no checkout is."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *words],
        cwd=folder, env=environment(installed), check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip


def test_no_file_that_the_packages_read_is_missing(installed: Path) -> None:
    for package in ("bot", "flows", "locales"):
        for path in (ROOT / package).rglob("*"):
            is_read = path.is_file() and path.suffix not in NOT_PACKED
            if is_read and not path.name.startswith("."):
                assert (installed / path.relative_to(ROOT)).exists(), path.relative_to(ROOT)


def test_its_word_lists_are_computed(installed: Path, tmp_path: Path) -> None:
    """Else each start would take two seconds of processor time more."""
    computed = "bot.languages.alarms.index.spaced_index"
    asked = "from bot.languages.compiled_lists import *; print(*kept_values(LOCALES))"
    assert computed in run_python(installed, tmp_path, "-c", asked).split()
    other = "unicodedata.unidata_version = '1.0'; print(*kept_values(LOCALES))"
    asked = f"from bot.languages.compiled_lists import *; {other}"
    assert computed not in run_python(installed, tmp_path, "-c", asked).split()  # the control


def test_its_catalogues_are_checked(installed: Path, tmp_path: Path) -> None:
    """Else each start would take a quarter of a second of processor time more."""
    asked = "from bot.languages.compiled_catalogues import *; print(compiled_translations('vi'))"
    assert "CheckedTranslations" in run_python(installed, tmp_path, "-c", asked)
    other = f"import unicodedata; unicodedata.unidata_version = '1.0'; {asked}"
    assert "CheckedTranslations" not in run_python(installed, tmp_path, "-c", other)  # the control


def test_tests_are_no_part_of_it(installed: Path) -> None:
    assert not (installed / "tests").exists()
    assert (installed / "bot").exists()  # the control


def test_it_says_its_version_and_its_name(installed: Path, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert haven(installed, tmp_path, "--version") == f"haven {project['version']}\n"
    assert "Usage: haven " in haven(installed, tmp_path, "--help")


def test_it_speaks_the_languages_of_its_catalogues(installed: Path, tmp_path: Path) -> None:
    said = haven(installed, tmp_path, "privacy", "--language", "id")
    assert "Tulisan Anda" in said
    assert "Tulisan Anda" not in haven(installed, tmp_path, "privacy")  # the control


def test_the_demo_runs_where_no_checkout_is(installed: Path, tmp_path: Path) -> None:
    """Its pages, styles and scripts come from the wheel, and its databases are migrated."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot.cli", "demo", "--empty", "--port", "0", "--no-browser",
         "--data", str(tmp_path / "demo")],
        cwd=tmp_path, env=environment(installed), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        ready = READY.match(process.stdout.readline().rstrip())
        assert ready is not None
        with urlopen(ready[1] + "/") as page:  # noqa: S310 - this computer
            assert "<html" in page.read().decode()
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()
