"""Evidence that leaves this house: the originals, clean versions, and the ledger that proves them.

A folder that anybody can check with `sha256sum -c SHA256SUMS` and this one line: a link is the
SHA-256 of the link before it and of the row. Every file has a name of ours and the ending `.bin`:
nothing opens by being touched. Nothing in the folder is locked.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from bot.cases.evidence.custody_log import CustodyAction, CustodyEntry, chain_links
from bot.cases.evidence.file_type import detect_type
from bot.cases.evidence.files import MISSING, EvidenceFile, EvidenceStore
from bot.clock import SECOND
from bot.errors import DecryptionError, EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bot.cases.evidence.image_sanitizer import ImageSanitizer
    from bot.clock import Clock
    from bot.store.writer import Work, Writer
    from bot.vault.keys.case_keys import Opener

VERSION: Final = 1
MANIFEST, CHECKSUMS, README = "manifest.json", "SHA256SUMS", "README.txt"
ORIGINALS, CLEAN = "files", "clean"
FILE_EXTENSIONS: Final = {"jpeg": "jpg", "png": "png", "webp": "webp"}
README_TEXT: Final = """\
Evidence of case {reference}, {count} files, {at}.

Nothing in this folder is locked. Keep it where nobody else can read it.

files/   what the person sent, byte for byte as it came. The names are ours; what the sender called
         a file stands in manifest.json. Do not open one on a machine you need.
clean/   pictures drawn anew: without place, time, telephone and thumbnail. For looking at, not as
         proof.
To check: sha256sum -c SHA256SUMS, or: haven evidence verify THIS-FOLDER --head {head}
The ledger in manifest.json says who did what to each file. Each row has a link: the SHA-256 of the
link before it (32 zero bytes before the first) and of the row as JSON, its keys in order, without
spaces. It ends at {head}: compare with what was written down when this was made.
"""


class FileVersion(msgspec.Struct, frozen=True):
    """One file in a bundle."""

    path: str
    sha256: str
    size: int


class BundledFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the case, and what there is of it."""

    number: int
    id: str
    state: str
    kind: str
    stated_name: str
    stated_type: str
    caption: str
    looks: str
    is_as_stated: bool | None
    came_at: str
    original: FileVersion | None = None
    clean: FileVersion | None = None


class BundledCustodyRow(msgspec.Struct, frozen=True):
    """One row of the ledger, its link and this house's proof of that, in hexadecimal digits."""

    row: CustodyEntry
    link: str
    mac: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle holds."""

    version: int
    reference: str
    case: str
    exported_at: str
    exported_by: str
    head: str
    files: list[BundledFile]
    ledger: list[BundledCustodyRow]


class BundleExporter:
    """Makes bundles of one house."""

    def __init__(
        self, evidence: EvidenceStore, writer: Writer, sanitizer: ImageSanitizer, clock: Clock
    ) -> None:
        self._evidence = evidence
        self._writer = writer
        self._sanitizer = sanitizer
        self._clock = clock

    async def export(
        self, reference: str, folder: Path, by: str, *, clean: bool = False
    ) -> Manifest:
        """Write the files of a case into a new folder.

        Args:
            reference: of the case.
            folder: the folder; it must not be there.
            by: the caseworker who takes them.
            clean: whether pictures are drawn anew as well.

        Raises:
            EvidenceError: they may not, a file is not what was received, or there is a folder.
        """
        folders = (folder, folder / ORIGINALS, *([folder / CLEAN] if clean else ()))
        _make_folders(folders)  # first: what cannot be written is not noted as taken out
        try:
            case, items, opener = await self._writer.run(
                lambda work: self._record_export(work, reference, by)
            )
        except BaseException:
            _remove_folders(folders)
            raise
        enclosed = [
            await self._export_file(folder, case, item, opener, by, clean=clean) for item in items
        ]
        manifest = await self._writer.run(
            lambda work: self._build_manifest(work, reference, case, by, enclosed)
        )
        _write(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        versions = [it for each in enclosed for it in (each.original, each.clean) if it]
        sums = "".join(f"{it.sha256}  {it.path}\n" for it in versions)
        _write(folder / CHECKSUMS, sums.encode())
        about = README_TEXT.format(
            reference=reference, count=len(items), at=manifest.exported_at, head=manifest.head
        )
        _write(folder / README, about.encode())
        return manifest

    def _record_export(
        self, work: Work, reference: str, by: str
    ) -> tuple[str, list[EvidenceFile], Opener]:
        """Note that files leave, before one does."""
        case = self._evidence.find_case_id(work, reference)
        self._evidence.check_access(work, reference, by)
        if broken := self._evidence.custody.verify(work, case):
            raise EvidenceError(f"row {broken.number} of the ledger is {broken.fault}")
        items = self._evidence.list_files(work, case)
        for item in items:
            if item.is_saved:
                self._evidence.custody.record(
                    work,
                    case,
                    at=self._clock.now(),
                    actor=by,
                    action=CustodyAction.EXPORTED,
                    file=item.id,
                    digest=item.digest,
                    size=item.size,
                )
        return case, items, self._evidence.opener(case)

    async def _export_file(  # noqa: PLR0913 - one file on its way out
        self, to: Path, case: str, item: EvidenceFile, opener: Opener, by: str, *, clean: bool
    ) -> BundledFile:
        original = drawn = None
        if item.is_saved:
            original = self._export_original(to, item, opener)
            if clean:
                drawn = await self._export_clean(to, case, item, opener, by)
        return BundledFile(
            number=item.number,
            id=item.id,
            state=item.state,
            kind=item.kind,
            stated_name=item.name,
            stated_type=item.mime,
            caption=item.caption,
            looks=item.detected_type,
            is_as_stated=item.matches_stated_type,
            came_at=_iso_time(item.received_at),
            original=original,
            clean=drawn,
        )

    def _export_original(self, to: Path, item: EvidenceFile, opener: Opener) -> FileVersion:
        path, seen, size = f"{ORIGINALS}/{item.number:04}.bin", sha256(), 0
        try:
            with _create(to / path) as out:
                for piece in self._evidence.read_chunks(opener, item):
                    out.write(piece)
                    seen.update(piece)
                    size += len(piece)
        except FileNotFoundError:
            raise EvidenceError(f"file {item.number} is {MISSING}") from None
        except DecryptionError:
            raise EvidenceError(f"file {item.number} is altered: it does not open") from None
        if item.digest and seen.hexdigest() != item.digest:
            raise EvidenceError(f"file {item.number} is altered: it is not what was received")
        return FileVersion(path, seen.hexdigest(), size)

    async def _export_clean(
        self, to: Path, case: str, item: EvidenceFile, opener: Opener, by: str
    ) -> FileVersion | None:
        drawn = await self._sanitizer.sanitize(b"".join(self._evidence.read_chunks(opener, item)))
        if drawn is None:
            return None
        looks, digest = detect_type(drawn), sha256(drawn).hexdigest()
        await self._writer.run(
            lambda work: self._evidence.custody.record(
                work,
                case,
                at=self._clock.now(),
                actor=by,
                action=CustodyAction.CLEANED,
                file=item.id,
                digest=digest,
                size=len(drawn),
                detail=looks,
            )
        )
        path = f"{CLEAN}/{item.number:04}.{FILE_EXTENSIONS[looks]}"
        _write(to / path, drawn)
        return FileVersion(path, digest, len(drawn))

    def _build_manifest(
        self, work: Work, reference: str, case: str, by: str, enclosed: list[BundledFile]
    ) -> Manifest:
        custody = self._evidence.custody
        rows, macs = custody.of_case(work, case), custody.macs(work, case)
        proved = [
            BundledCustodyRow(row, link.hex(), mac.hex())
            for row, link, mac in zip(rows, chain_links(rows), macs, strict=True)
        ]
        return Manifest(
            version=VERSION,
            reference=reference,
            case=case,
            files=enclosed,
            ledger=proved,
            exported_at=_iso_time(self._clock.now()),
            exported_by=by,
            head=custody.head(work, case),
        )


def _iso_time(at: int) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="seconds")


def _make_folders(folders: Iterable[Path]) -> None:
    for folder in folders:
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise EvidenceError(f"{folder} cannot be made: {error.strerror}") from error


def _remove_folders(folders: Sequence[Path]) -> None:
    for folder in reversed(folders):
        folder.rmdir()


def _create(path: Path) -> BinaryIO:
    """Open a file that is not there yet, for nobody else to read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    return os.fdopen(handle, "wb")


def _write(path: Path, data: bytes) -> None:
    with _create(path) as out:
        out.write(data)
