"""A folder of files is made again without touching, or losing, what others put there."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from bot.errors import SiteError
from bot.site.output_folder import MANIFEST, write_files
from bot.site.posters import LARGEST, read_posters

OLD = {"index.html": b"one", "en/2.html": b"two", "posters/a4.pdf": b"pdf"}
NEW = {"index.html": b"three", "en/2.html": b"two", "vi/2.html": b"four"}


def write(folder: Path, files: dict[str, bytes]) -> int:
    return write_files(folder, files, lambda *_: None)


def held(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def test_a_folder_made_again_holds_the_new_files_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "site"
    assert write(folder, OLD) == 0
    assert held(folder) == OLD
    assert write(folder, NEW) == 1
    assert held(folder) == NEW
    assert not (folder / "posters").exists()


def test_a_web_server_can_read_what_a_private_process_writes(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write(tmp_path / "site", OLD)
    finally:
        os.umask(before)
    rights = {it.name: stat.S_IMODE(it.stat().st_mode) for it in tmp_path.rglob("*")}
    assert rights.pop("2.html") == rights.pop("a4.pdf") == rights.pop("index.html") == 0o644
    assert rights == {"site": 0o755, "en": 0o755, "posters": 0o755, MANIFEST: 0o644}


def changed_by_hand(folder: Path) -> str:
    (folder / "en/2.html").write_bytes(b"by hand")
    return "2.html was changed since it was made; move it out"


def another_file(folder: Path) -> str:
    (folder / "en" / "thesis.txt").write_bytes(b"mine")
    return "thesis.txt was not made by this command; move it out"


def a_link(folder: Path) -> str:
    (folder / "en/2.html").unlink()
    (folder / "en/2.html").symlink_to("/etc/passwd")
    return "2.html was not made by this command"


def a_broken_manifest(folder: Path) -> str:
    (folder / MANIFEST).write_text("{", encoding="utf-8")
    return "cannot be read; name a folder that is new or empty"


def a_manifest_that_leads_out(folder: Path) -> str:
    (folder / MANIFEST).write_text(json.dumps({"../../etc/passwd": ["x"]}), encoding="utf-8")
    return "cannot be read; name a folder that is new or empty"


@pytest.mark.parametrize(
    "spoil",
    [changed_by_hand, another_file, a_link, a_broken_manifest, a_manifest_that_leads_out],
)
def test_a_folder_with_something_else_is_refused_and_left_as_it_is(
    tmp_path: Path, spoil: object
) -> None:
    write(tmp_path, OLD)
    fault = spoil(tmp_path)  # type: ignore[operator]
    before = held(tmp_path)
    with pytest.raises(SiteError, match=fault):
        write(tmp_path, NEW)
    assert held(tmp_path) == before


def test_a_folder_of_someone_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SiteError, match="was not made by this command"):
        write(tmp_path, NEW)
    with pytest.raises(SiteError, match="is a file; name a folder"):
        write(tmp_path / "letter.txt", NEW)
    with pytest.raises(SiteError, match=r"cannot be written: .*; name a folder this user may"):
        write(Path("/proc/haven"), NEW)


@pytest.mark.parametrize("step", range(1, 6))
def test_a_build_that_was_interrupted_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Each file is whole at every moment: the old one, or the new one."""
    write(tmp_path, OLD)
    done = 0

    def fail(self: Path, target: Path) -> None:
        nonlocal done
        done += 1
        if done == step:
            raise OSError(28, "No space left on device")
        os.replace(self, target)  # noqa: PTH105 - what is replaced here is `Path.replace`

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fail)
        with pytest.raises(SiteError, match=r"No space left on device.*run the command again"):
            write(tmp_path, NEW)
    for name, content in held(tmp_path).items():
        assert content in {OLD.get(name), NEW.get(name)} or name.endswith(".part")
    write(tmp_path, NEW)
    assert held(tmp_path) == NEW


def test_posters_are_read_with_their_folders(tmp_path: Path) -> None:
    (tmp_path / "a4").mkdir()
    (tmp_path / "a4" / "vi.pdf").write_bytes(b"x" * 3000)
    (found,) = read_posters(tmp_path)
    assert (found.name, found.kind, found.size) == ("a4/vi.pdf", "PDF", "3 KB")


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("page.html", b"x", "is no PDF, PNG or SVG file; take it out"),
        ("a b.pdf", b"x", "cannot be an address; use a-z"),
        ("\u202ea.pdf", b"x", r"'\\u202ea.pdf' cannot be an address"),
        ("big.png", b"x" * (LARGEST + 1), "is larger than 20 MB; make it smaller"),
    ],
)
def test_what_is_no_poster_is_named(tmp_path: Path, name: str, content: bytes, fault: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SiteError, match=fault):
        read_posters(tmp_path)


def test_a_folder_without_posters_and_a_link_are_named(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="holds no poster; haven posters make"):
        read_posters(tmp_path)
    with pytest.raises(SiteError, match="is no folder; haven posters make"):
        read_posters(tmp_path / "nowhere")
    (tmp_path / "a.pdf").symlink_to("/etc/passwd")
    with pytest.raises(SiteError, match="is no PDF, PNG or SVG file"):
        read_posters(tmp_path)
