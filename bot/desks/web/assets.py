"""Stylesheet, scripts, icons and manifest of the pages, as they are served."""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from bot.desks.web.script_bundle import bundle_script

DESK_SCRIPT = "desk.js"
VERSION = "v"
"""The field of an address that names the content of a file."""
STATIC_DIR = Path(__file__).with_name("static")
MEDIA_TYPES = {
    ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}  # fmt: skip


class StaticFile(NamedTuple):
    """A file as it is served."""

    data: bytes
    compressed: bytes
    media_type: str
    digest: str


@cache
def load_static_files() -> dict[str, StaticFile]:
    """Return each file by its name; the modules of `DESK_SCRIPT` are one file.

    Pages themselves are never compressed: their length would reveal something of their content.
    """
    found = {}
    for path in sorted(STATIC_DIR.iterdir()):
        if path.suffix in MEDIA_TYPES:
            data = _bundled() if path.name == DESK_SCRIPT else path.read_bytes()
            digest = blake2b(data, digest_size=8).hexdigest()
            compressed = gzip.compress(data, mtime=0)
            found[path.name] = StaticFile(data, compressed, MEDIA_TYPES[path.suffix], digest)
    return found


def _bundled() -> bytes:
    read = cache(lambda name: (STATIC_DIR / name).read_text(encoding="utf-8"))
    return bundle_script(DESK_SCRIPT, read).encode()


def static_path(name: str) -> str:
    """Return the path of a file that names its content: a browser asks for it once."""
    return f"/static/{name}?{VERSION}={load_static_files()[name].digest}"
