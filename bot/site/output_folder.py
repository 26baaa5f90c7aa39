"""A folder of files made by Haven: made again, they replace what was made before and no other file.

A manifest lists each file with its SHA-256. While files are replaced it names the old and the new
digest, so a build that was interrupted can be begun again. Each file is replaced whole.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.errors import SiteError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

MANIFEST = "haven-files.json"
PARTIAL = "haven-files.part"
"""Where a file stands until it is whole."""
PUBLIC_FILE, PUBLIC_FOLDER = 0o644, 0o755
"""Rights: all other files of Haven are for their owner alone, these are read by a web server."""

Digests = dict[str, list[str]]
"""By path below the folder: the digests a file may have."""


def write_files(
    folder: Path, files: Mapping[str, bytes], on_progress: Callable[[int, int], None]
) -> int:
    """Write files into a folder, and remove those of an earlier build; return how many were.

    Args:
        folder: new, empty, or written by this function before.
        files: contents by path below the folder, with `/`.
        on_progress: told how many files are written, of how many.

    Raises:
        SiteError: the folder holds something else, or cannot be written; no file was changed,
            unless the disk failed meanwhile. The text names the fix.
    """
    before = _read_manifest(folder)
    _require_ours(folder, before)
    wanted = {name: [_digest(content)] for name, content in files.items()}
    gone = sorted(before.keys() - wanted.keys())
    try:
        _make_folder(folder)
        _write_manifest(folder, {
            name: sorted({*before.get(name, ()), *wanted.get(name, ())})
            for name in before.keys() | wanted.keys()
        })  # fmt: skip
        for done, (name, content) in enumerate(files.items(), 1):
            _replace(folder, name, content)
            on_progress(done, len(files))
        for name in gone:
            _remove(folder, name)
        _write_manifest(folder, wanted)
    except OSError as error:
        raise SiteError(
            f"{folder} cannot be written: {error.strerror}; name a folder this user may write to, "
            "with room on its disk, and run the command again"
        ) from None
    return len(gone)


def _read_manifest(folder: Path) -> Digests:
    if folder.exists() and not folder.is_dir():
        raise SiteError(f"{folder} is a file; name a folder that is new or empty")
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict) or not all(_is_entry(*entry) for entry in found.items()):
        raise SiteError(f"{folder / MANIFEST} cannot be read; name a folder that is new or empty")
    return found


def _is_entry(name: str, digests: object) -> bool:
    """Tell whether an entry of a manifest names a file below the folder."""
    is_below = not name.startswith("/") and ".." not in name.split("/")
    return is_below and isinstance(digests, list) and all(isinstance(it, str) for it in digests)


def _require_ours(folder: Path, known: Digests) -> None:
    """Raise SiteError if the folder holds what no build wrote, or what was changed since."""
    if not folder.exists():
        return
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or (path.is_file() and name not in {*known, MANIFEST, PARTIAL}):
            raise SiteError(
                f"{path} was not made by this command; move it out, or name a folder that is new "
                "or empty. Nothing was changed"
            )
        if name in known and (not path.is_file() or _digest(path.read_bytes()) not in known[name]):
            raise SiteError(
                f"{path} was changed since it was made; move it out, and it is made again. "
                "Nothing was changed"
            )


def _replace(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    _make_folder(path.parent)
    partial = folder / PARTIAL
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.chmod(PUBLIC_FILE)
    partial.replace(path)


def _make_folder(folder: Path) -> None:
    """Make a folder that a web server can read; one that is there keeps its rights."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir()
        folder.chmod(PUBLIC_FOLDER)


def _remove(folder: Path, name: str) -> None:
    """Remove a file, and the folders that are empty then."""
    path = folder / name
    path.unlink(missing_ok=True)
    for parent in path.parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            return
        parent.rmdir()


def _write_manifest(folder: Path, digests: Digests) -> None:
    _replace(folder, MANIFEST, json.dumps(digests, indent=1, sort_keys=True).encode())


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
