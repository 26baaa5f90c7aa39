"""Verification of an evidence bundle: every file or custody row that was changed is named.

The bundle is not trusted: it may have been made to mislead. So no path in it leads out of its
folder, no symbolic link is followed, and nothing is read that the manifest does not list.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from bot.cases.evidence.bundle import (
    CASE_FILE,
    CHECKSUMS,
    CLEAN,
    COVER,
    MANIFEST,
    ORIGINALS,
    README,
    VERSION,
    FileVersion,
    Manifest,
)
from bot.cases.evidence.custody_log import FIRST_LINK, LINK_DIGITS, CustodyAction, chain_links
from bot.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


MAX_MANIFEST_BYTES: Final = 64 * 1024 * 1024
CHUNK_BYTES: Final = 1024 * 1024
_FILE_PATH = re.compile(
    rf"(?:{ORIGINALS}/\d{{4,8}}\.bin|{CLEAN}/\d{{4,8}}\.(?:jpg|png|webp)"
    rf"|{re.escape(COVER)}|{re.escape(CASE_FILE)})"
)
_decode = msgspec.json.Decoder(Manifest).decode


def load_manifest(folder: Path) -> Manifest:
    """Return the manifest of a bundle.

    Raises:
        EvidenceError: it is no bundle, or a bundle of another version.
    """
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_MANIFEST_BYTES:
        raise EvidenceError(f"{folder} is no evidence bundle: it has no {MANIFEST}")
    try:
        manifest = _decode(path.read_bytes())
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise EvidenceError(f"{MANIFEST} was altered: it cannot be read") from None
    if manifest.version != VERSION:
        raise EvidenceError(f"a bundle of version {manifest.version}; this release reads {VERSION}")
    return manifest


def find_faults(
    folder: Path,
    manifest: Manifest,
    *,
    head: str = "",
    is_authentic: Callable[[bytes, bytes], bool] | None = None,
) -> Iterator[str]:
    """Yield the faults of a bundle as sentences, those of the custody log first.

    `head` was noted when the bundle was made, empty if it was not; `is_authentic` tells whether a
    link and its MAC were made by this deployment.
    """
    yield from _custody_faults(manifest, head, is_authentic)
    yield from _file_faults(folder, manifest)
    yield from _folder_faults(folder, manifest)


def _custody_faults(
    manifest: Manifest, head: str, is_authentic: Callable[[bytes, bytes], bool] | None
) -> Iterator[str]:
    links = chain_links(it.row for it in manifest.ledger)
    for number, (it, link) in enumerate(zip(manifest.ledger, links, strict=True), 1):
        if it.row.number != number:
            yield f"row {number} was removed, or other rows were added"
            return
        if it.link != link.hex():
            yield f"row {number} was altered"
            return
        if is_authentic is not None and not is_authentic(link, _from_hex(it.mac)):
            yield f"row {number} was not written by this deployment"
            return
    # A case without files has no rows: its head is that of an empty log.
    known = list(enumerate(links, 1)) or [(0, FIRST_LINK)]
    heads = {f"{number}:{link.hex()[:LINK_DIGITS]}" for number, link in known}
    if manifest.head not in heads or not manifest.head.startswith(f"{len(links)}:"):
        yield "rows at the end of the custody log were removed, or other rows were added"
    elif head and head.strip().lower() not in heads:
        yield "the custody log does not match the given head"


def _file_faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    rows = [it.row for it in manifest.ledger]
    received = {it.file: it.digest for it in rows if it.deed == CustodyAction.RECEIVED}
    cleaned = {it.digest for it in rows if it.deed == CustodyAction.CLEANED}
    for version in manifest.documents:
        if fault := _version_fault(folder, version):
            yield f"{version.path!a} {fault}"
    for each in manifest.files:
        for version in filter(None, (each.original, each.clean)):
            if fault := _version_fault(folder, version):
                yield f"file {each.number} ({version.path}) {fault}"
        stated = received.get(each.id, "")
        if each.original and stated and each.original.sha256 != stated:
            yield f"file {each.number} is not what the custody log says was received"
        if each.clean and each.clean.sha256 not in cleaned:
            yield f"file {each.number} has a clean version that the custody log does not list"


def _version_fault(folder: Path, version: FileVersion) -> str:
    if not _FILE_PATH.fullmatch(version.path):
        return "has a name that no bundle uses"
    path = folder / version.path
    if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
        return "is missing"
    if path.stat().st_size != version.size:
        return "was altered: it has another size"
    seen = sha256()
    with path.open("rb") as file:
        while part := file.read(CHUNK_BYTES):
            seen.update(part)
    return "" if seen.hexdigest() == version.sha256 else "was altered"


def _folder_faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    versions = manifest.versions
    known = {MANIFEST, CHECKSUMS, README, ORIGINALS, CLEAN, *(it.path for it in versions)}
    for path in sorted(folder.rglob("*")):
        if path.relative_to(folder).as_posix() not in known:
            yield f"{path.relative_to(folder).as_posix()!a} does not belong to the bundle"
            return
    wanted = "".join(f"{it.sha256}  {it.path}\n" for it in versions)
    path = folder / CHECKSUMS
    if path.is_symlink() or not path.is_file() or path.read_bytes() != wanted.encode():
        yield f"{CHECKSUMS} was altered"


def _from_hex(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return b""
