"""Stylesheets and the icon of the room. It has no script: nothing in it needs one."""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import blake2b
from pathlib import Path

from bot.desks.web.assets import MEDIA_TYPES, STATIC_DIR, VERSION, StaticFile

ROOM_STATIC_DIR = Path(__file__).with_name("static")
SHARED = ("base.css", "icon.svg")
"""Files of the desk: colours, fields and cards look alike in both."""


@cache
def load_room_files() -> dict[str, StaticFile]:
    """Return each file by its name."""
    paths = [*(STATIC_DIR / name for name in SHARED), *sorted(ROOM_STATIC_DIR.iterdir())]
    return {path.name: _load(path) for path in paths if path.suffix in MEDIA_TYPES}


def _load(path: Path) -> StaticFile:
    data = path.read_bytes()
    digest = blake2b(data, digest_size=8).hexdigest()
    return StaticFile(data, gzip.compress(data, mtime=0), MEDIA_TYPES[path.suffix], digest)


def room_static_path(name: str) -> str:
    """Return the path of a file that names its content: a browser asks for it once."""
    return f"/static/{name}?{VERSION}={load_room_files()[name].digest}"
