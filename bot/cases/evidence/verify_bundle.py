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
    listing_digest,
)
from bot.cases.evidence.custody_comparison import find_differences
from bot.cases.evidence.custody_log import (
    FIRST_LINK,
    LINK_DIGITS,
    CustodyAction,
    CustodyEntry,
    chain_links,
)
from bot.errors import EvidenceError
from bot.repeated_keys import find_repeated_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


MAX_MANIFEST_BYTES: Final = 64 * 1024 * 1024
CHUNK_BYTES: Final = 1024 * 1024
MAX_SHOWN: Final = 60
_FILE_PATH = re.compile(
    rf"(?:{ORIGINALS}/\d{{4,8}}\.bin|{CLEAN}/\d{{4,8}}\.(?:jpg|png|webp)"
    rf"|{re.escape(COVER)}|{re.escape(CASE_FILE)})"
)
OLD_BUNDLE: Final = (
    "It was exported before 0.4.0. The head proves each file, its type and when it arrived, as far "
    "as the custody log says them. It does not prove names, stated types, captions, when a file "
    "reached the case, files that were not saved, the reference, nor who exported it and when."
)
UNPROVED_DOCUMENT: Final = "The head does not prove {path}."
_decode = msgspec.json.Decoder(Manifest).decode


def load_manifest(folder: Path) -> Manifest:
    """Return the manifest of a bundle.

    Raises:
        EvidenceError: it is no bundle, or a bundle of another version.
    """
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_MANIFEST_BYTES:
        raise EvidenceError(f"{folder} is no evidence bundle: it has no {MANIFEST}")
    data = path.read_bytes()
    try:
        if (repeated := find_repeated_key(data)) is not None:
            key = ascii(repeated[:MAX_SHOWN])  # it may be made to mislead at a terminal
            raise EvidenceError(f"{MANIFEST} was altered: the key {key} stands in it twice")
        manifest = _decode(data)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise EvidenceError(f"{MANIFEST} was altered: it cannot be read") from None
    if not _is_proved_whole(data, manifest):
        raise EvidenceError(f"{MANIFEST} was altered: no link proves all that its custody log says")
    if manifest.version != VERSION:
        raise EvidenceError(f"a bundle of version {manifest.version}; this release reads {VERSION}")
    return manifest


def _is_proved_whole(data: bytes, manifest: Manifest) -> bool:
    """Tell whether a custody log says nothing but what its links are computed from."""
    written = msgspec.json.encode(msgspec.json.decode(data)["ledger"], order="sorted")
    return written == msgspec.json.encode(manifest.ledger, order="sorted")


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
    yield from _entry_faults(manifest)
    yield from find_differences(
        [it.as_listed for it in manifest.files], [it.row for it in manifest.ledger]
    )
    yield from _listing_faults(folder, manifest, head, is_authentic is not None)
    yield from _folder_faults(folder, manifest)


def find_unproved(manifest: Manifest) -> Iterator[str]:
    """Yield in sentences what of an intact bundle the head of its custody log does not prove."""
    if not _lists(manifest):
        yield OLD_BUNDLE
    for it in manifest.documents:
        if it.path == COVER or not _lists(manifest):
            yield UNPROVED_DOCUMENT.format(path=it.path)


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


def _entry_faults(manifest: Manifest) -> Iterator[str]:
    """Yield entries that no export writes: numbered with a gap, or of a file under another name."""
    handled = {it.row.file for it in manifest.ledger}
    for number, each in enumerate(manifest.files, 1):
        if each.number != number:
            yield f"file {number} is not listed in its place"
            return
        for version, folder in ((each.original, ORIGINALS), (each.clean, CLEAN)):
            if version and not version.path.startswith(f"{folder}/{number:04}."):
                yield f"file {number} has the name of another file ({version.path})"
        if each.original and each.id not in handled:
            yield f"file {number} is not in the custody log"


def _lists(manifest: Manifest) -> list[CustodyEntry]:
    return [it.row for it in manifest.ledger if it.row.deed == CustodyAction.LISTED]


def _listing_faults(folder: Path, manifest: Manifest, head: str, is_checked: bool) -> Iterator[str]:
    """Yield how the manifest differs from the list that the last row names; none before 0.4.0.

    A head proves rows up to its own. Anyone can add rows to a folder, and with them another list.
    """
    if not (lists := _lists(manifest)):
        return
    last = manifest.ledger[-1].row
    if lists[-1].number != last.number:
        yield "rows were added to the custody log after the files were listed"
    elif lists[-1].digest != listing_digest((folder / MANIFEST).read_bytes()):
        yield f"{MANIFEST} was altered: it is not the list that the custody log names"
    elif head and not is_checked and head.strip().partition(":")[0] != str(last.number):
        yield "the given head is older than the list of files: compare the head of this export"


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
