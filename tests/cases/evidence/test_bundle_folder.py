"""The folder of an export: of two exports into one, one wins and the other is told so."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from bot.cases.evidence import bundle_folder
from bot.cases.evidence.bundle_folder import ANOTHER_EXPORT, FolderTarget
from bot.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SUBFOLDERS = ("files", "clean")
ROUNDS, AT_ONCE = 40, 4
KILLED = """
import os, pathlib, signal, sys
from bot.cases.evidence.bundle_folder import FolderTarget
FolderTarget(pathlib.Path(sys.argv[1]), ("files",)).create()
pathlib.Path(sys.argv[1] + ".export-unfinished", "files", "0001.bin").write_bytes(b"half")
os.kill(os.getpid(), signal.SIGKILL)
"""


def begun(folder: Path) -> FolderTarget:
    target = FolderTarget(folder, SUBFOLDERS)
    target.create()
    return target


def export(folder: Path, content: bytes) -> str:
    """Export one file; return what is said if it is refused."""
    try:
        target = begun(folder)
    except EvidenceError as refused:
        return str(refused)
    asyncio.run(target.write("files/0001.bin", [content]))
    target.finish()
    return ""


def names_in(folder: Path) -> set[str]:
    return {it.name for it in folder.iterdir()}


def test_a_second_export_into_a_folder_is_refused_and_harms_not_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    first = begun(folder)
    with pytest.raises(EvidenceError, match=f"{folder} cannot be created: {ANOTHER_EXPORT}"):
        begun(folder)
    asyncio.run(first.write("files/0001.bin", [b"a"]))
    first.finish()
    assert (folder / "files" / "0001.bin").read_bytes() == b"a"
    assert names_in(tmp_path) == {"bundle"}
    with pytest.raises(EvidenceError, match="File exists"):
        begun(folder)


def test_of_exports_at_the_same_moment_one_wins_and_the_others_are_told(tmp_path: Path) -> None:
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            said = list(pool.map(export, [folder] * AT_ONCE, [b"0", b"1", b"2", b"3"]))
        assert said.count("") == 1, said
        assert all(it.startswith(f"{folder} cannot be created: ") for it in said if it)
        content = (folder / "files" / "0001.bin").read_bytes()
        assert content == str(said.index("")).encode()
    assert names_in(tmp_path) == {str(it) for it in range(ROUNDS)}


def test_an_export_that_failed_or_was_killed_leaves_its_folder_to_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    begun(folder).remove()
    assert names_in(tmp_path) == set()
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False)  # noqa: S603 - our own program
    assert done.returncode < 0
    assert names_in(tmp_path) == {"bundle.export-unfinished"}
    assert export(folder, b"whole") == ""
    assert (folder / "files" / "0001.bin").read_bytes() == b"whole"
    assert names_in(tmp_path) == {"bundle"}


def another_ends(folder: Path) -> None:
    assert export(folder, b"first") == ""


def another_fails(folder: Path) -> None:
    begun(folder).remove()


@pytest.mark.parametrize(("happens", "said"), [(another_ends, "File exists"), (another_fails, "")])
@pytest.mark.parametrize("moment", ["_locked_folder", "lock_where_possible"])
def test_an_export_that_ends_while_another_begins_keeps_its_folder(
    happens: Callable[[Path], None], said: str, moment: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder, real = tmp_path / "bundle", getattr(bundle_folder, moment)
    unfinished = tmp_path / "bundle.export-unfinished"

    def step(given: object) -> object:
        monkeypatch.setattr(bundle_folder, moment, real)
        if moment == "lock_where_possible":  # the other export's folder is the one that was opened
            unfinished.rmdir()
        happens(folder)
        return real(given)

    monkeypatch.setattr(bundle_folder, moment, step)
    found = export(folder, b"second")
    assert said in found
    assert bool(found) == bool(said)
    content = (folder / "files" / "0001.bin").read_bytes()
    assert content == (b"first" if said else b"second")
    assert names_in(tmp_path) == {"bundle"}


def test_what_was_left_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    left = tmp_path / "bundle.export-unfinished"
    left.mkdir()
    left.chmod(0o777)
    (left / "elsewhere").symlink_to(tmp_path)
    assert export(tmp_path / "bundle", b"a") == ""
    assert (tmp_path / "bundle").stat().st_mode & 0o777 == 0o700
    assert names_in(tmp_path / "bundle") == set(SUBFOLDERS)


def test_a_link_in_place_of_the_unfinished_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one").write_text("not of Haven")
    (tmp_path / "bundle.export-unfinished").symlink_to(tmp_path / "letters")
    assert "cannot be created" in export(tmp_path / "bundle", b"a")
    assert names_in(tmp_path / "letters") == {"one"}
