"""Export of evidence: the originals, clean versions and the custody log, as a folder or an archive.

Anyone can verify it with `sha256sum -c SHA256SUMS`; a link of the custody log is the SHA-256 of the
link before it and of the row. Originals are numbered and end in `.bin`, so that none opens by
accident. Nothing in it is encrypted. A file is handed on in pieces and never held as a whole.

Files may arrive while others are written. The custody log that is handed over names those saved
until the list was made. So they are in that list and are written as well; later ones are in none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from bot.cases.evidence.bundle_folder import FolderTarget
from bot.cases.evidence.custody_comparison import ListedFile, iso_time
from bot.cases.evidence.custody_log import CustodyAction, CustodyEntry, CustodyEvent, chain_links
from bot.cases.evidence.file_type import detect_type
from bot.cases.evidence.files import MISSING, EvidenceFile, EvidenceStore
from bot.errors import DecryptionError, EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from bot.cases.evidence.image_sanitizer import ImageSanitizer
    from bot.clock import Clock
    from bot.store.writer import Work, Writer
    from bot.vault.purpose import Opener

VERSION: Final = 1
MANIFEST, CHECKSUMS, README = "manifest.json", "SHA256SUMS", "README.txt"
COVER, CASE_FILE = "cover.pdf", "case.txt"
"""Documents that a bundle can hold besides the files."""
ORIGINALS, CLEAN = "files", "clean"
CLEAN_ROUNDS: Final = 5
"""How often clean versions are made of what arrived meanwhile; what is later has none."""
FILE_EXTENSIONS: Final = {"jpeg": "jpg", "png": "png", "webp": "webp"}
README_TEXT: Final = """\
Evidence of case {reference}, {counted}, {at}.

Nothing in this folder is encrypted. Store it where no one else can read it.

files/   what the person sent, byte for byte as it arrived. The sender's file names are in
         manifest.json. Do not open these files on a machine you need.
{clean}To verify: sha256sum -c SHA256SUMS, or: haven evidence verify THIS-FOLDER --head {head}
The custody log ("ledger" in manifest.json) says who did what to each file. Each row has a link: the
SHA-256 of the link before it (32 zero bytes before the first) and of the row as JSON, with sorted
keys and without spaces. It ends at {head}: compare this with the head noted at the export.

Its last row, "listed", has the SHA-256 of manifest.json without "head", "ledger" and the entry of
cover.pdf in "documents", as such JSON in UTF-8. So the head proves all that manifest.json says:
which files there are, their numbers, times, names and captions, and who exported them.
{unproved}
Times of a file in manifest.json: "came_at" is when it arrived here, "reached_case_at" when the
person sent it on to staff, "channel_date" and "channel_number" are what Telegram says: when its
message was sent, and the number of the message, which grows within a chat. Files are numbered as
they reached the case, those of one report in order of arrival.
"""


CLEAN_TEXT: Final = """\
clean/   pictures re-encoded without place, time, device and thumbnail. For viewing, not as proof.
"""


UNPROVED_TEXT: Final = """\
It does not prove cover.pdf, which was made last and names the head.
"""


class FileVersion(msgspec.Struct, frozen=True):
    """One file in a bundle."""

    path: str
    sha256: str
    size: int


class BundledFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the case and its exported versions."""

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
    """When it arrived, by this server's clock."""
    reached_case_at: str = ""
    """When the person sent it on to staff."""
    channel_date: str = ""
    """When the channel says it was sent; empty: not known."""
    channel_number: int = 0
    """The channel's number of its message; it grows within a chat. 0: not known."""
    original: FileVersion | None = None
    clean: FileVersion | None = None

    @property
    def as_listed(self) -> ListedFile:
        """Return what can be compared with the custody log."""
        original = self.original
        return ListedFile(
            self.id, self.number, original is not None, original.size if original else 0,
            self.looks, self.came_at, self.reached_case_at, self.channel_date, self.channel_number,
        )  # fmt: skip


class BundledCustodyRow(msgspec.Struct, frozen=True):
    """An entry of the custody log with its link and MAC, in hexadecimal digits."""

    row: CustodyEntry
    link: str
    mac: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The manifest of a bundle."""

    version: int
    reference: str
    case: str
    exported_at: str
    exported_by: str
    head: str
    files: list[BundledFile]
    ledger: list[BundledCustodyRow]
    documents: list[FileVersion] = []

    @property
    def versions(self) -> list[FileVersion]:
        """Return every file that has a checksum."""
        files = [it for each in self.files for it in (each.original, each.clean) if it]
        return [*files, *self.documents]

    @property
    def counted(self) -> str:
        """How many files are enclosed and, by number, which ones of the case are not."""
        absent = [str(it.number) for it in self.files if it.original is None]
        here = len(self.files) - len(absent)
        said = f"{here} file{'s' * (here != 1)}"
        return f"{said} of {len(self.files)} (not here: {', '.join(absent)})" if absent else said


class BundleTarget(Protocol):
    """Where a bundle is written."""

    async def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write one file, in pieces."""


CoverMaker = Callable[[Manifest], Awaitable[bytes]]
"""Makes the cover of a bundle, once its files are written."""


@dataclass(frozen=True, slots=True)
class _Export:
    target: BundleTarget
    case: str
    opener: Opener
    by: str
    clean: bool


class BundleExporter:
    """Exports bundles."""

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
        """Write the files of a case into a new folder, with clean versions of pictures on demand.

        Nothing is left of an export that fails.

        Raises:
            EvidenceError: the caseworker (`by`) may not, a file is not what was received, or the
                folder exists.
        """
        target = FolderTarget(folder, (ORIGINALS, *([CLEAN] if clean else ())))
        target.create()  # first, so that an export that cannot be written is not recorded
        try:
            export, items = await self._begin(target, reference, by, clean=clean)
            manifest = await self._write(export, reference, items, {})
            target.finish()
        except BaseException:
            target.remove()
            raise
        return manifest

    async def stream(
        self, reference: str, target: BundleTarget, by: str, make_cover: CoverMaker, case_file: str
    ) -> Manifest:
        """Write the files of a case into a target, with a cover and the case as text.

        Raises:
            EvidenceError: the caseworker (`by`) may not, or a file is not what was received.
        """
        export, items = await self._begin(target, reference, by, clean=False)
        case_files = {CASE_FILE: case_file.encode()}
        return await self._write(export, reference, items, case_files, make_cover)

    async def _begin(
        self, target: BundleTarget, reference: str, by: str, *, clean: bool
    ) -> tuple[_Export, list[EvidenceFile]]:
        case, items, opener = await self._writer.run(
            lambda work: self._record_export(work, reference, by)
        )
        return _Export(target, case, opener, by, clean), items

    async def _write(
        self, export: _Export, reference: str, items: list[EvidenceFile],
        documents: Mapping[str, bytes], make_cover: CoverMaker | None = None,
    ) -> Manifest:  # fmt: skip
        write = export.target.write
        manifest = await self._write_files(export, reference, items, documents)
        cover = {COVER: await make_cover(manifest)} if make_cover is not None else {}
        made = {**cover, **documents}
        for path, data in made.items():
            await write(path, [data])
        manifest = msgspec.structs.replace(manifest, documents=_versions_of(made))
        await write(MANIFEST, [msgspec.json.format(msgspec.json.encode(manifest), indent=1)])
        sums = "".join(f"{it.sha256}  {it.path}\n" for it in manifest.versions)
        await write(CHECKSUMS, [sums.encode()])
        has_clean = any(it.clean for it in manifest.files)
        about = README_TEXT.format(
            reference=reference, counted=manifest.counted, at=manifest.exported_at,
            head=manifest.head, clean=CLEAN_TEXT * has_clean, unproved=UNPROVED_TEXT * bool(cover),
        )  # fmt: skip
        await write(README, [about.encode()])
        return manifest

    async def _write_files(
        self, export: _Export, reference: str, items: list[EvidenceFile],
        documents: Mapping[str, bytes],
    ) -> Manifest:  # fmt: skip
        """Write files, and those saved meanwhile; return the list of all, with its proof."""
        written: dict[str, EvidenceFile] = {}
        listed: dict[str, BundledFile] = {}
        proved, rounds = None, CLEAN_ROUNDS if export.clean else 1
        while proved is None:
            for item in items:
                written[item.id], listed[item.id] = item, await self._export_file(export, item)
            rounds -= 1
            manifest = Manifest(
                version=VERSION, reference=reference, case=export.case,
                exported_at=iso_time(self._clock.now()), exported_by=export.by, head="", ledger=[],
                files=list(listed.values()), documents=_versions_of(documents),
            )  # fmt: skip
            proved, items = await self._writer.run(
                partial(self._complete, manifest, written, is_last=rounds == 0)
            )
        for item in items:
            if item.is_saved and await self._export_original(export, item) != _known_version(item):
                raise EvidenceError(f"file {item.number} is altered: it is not what was received")
        return proved

    def _complete(
        self, listed: Manifest, written: Mapping[str, EvidenceFile], work: Work, *, is_last: bool
    ) -> tuple[Manifest | None, list[EvidenceFile]]:
        """Return the list with its proof, and the files that still have to be written.

        The list has those as the custody log says them, so that there is an end however many
        arrive. Only while clean versions are made of them, there is no list yet.

        Raises:
            EvidenceError: a file that was written has changed, or the case was erased.
        """
        self._evidence.lock(work, listed.case)
        known = self._evidence.list_files(work, listed.case)
        new = [item for item in known if written.get(item.id) != item]
        for item in new:
            if item.id in written and written[item.id].is_saved:
                raise EvidenceError(f"file {item.number} was changed meanwhile: export it again")
        self._record_exported(work, listed.case, new, listed.exported_by)
        if new and not is_last:
            return None, new
        files = {it.id: it for it in listed.files}
        files |= {it.id: _bundled(it, _known_version(it) if it.is_saved else None) for it in new}
        in_order = sorted(files.values(), key=lambda it: it.number)
        return self._prove(work, msgspec.structs.replace(listed, files=in_order)), new

    def _record_export(
        self, work: Work, reference: str, by: str
    ) -> tuple[str, list[EvidenceFile], Opener]:
        """Record the export before any file is written."""
        case = self._evidence.find_case_id(work, reference)
        self._evidence.lock(work, case)
        self._evidence.check_access(work, reference, by)
        if broken := self._evidence.custody.verify(work, case):
            raise EvidenceError(f"row {broken.number} of the custody log is {broken.fault}")
        if difference := self._evidence.find_difference(work, case):
            raise EvidenceError(difference)
        items = self._evidence.list_files(work, case)
        self._record_exported(work, case, items, by)
        return case, items, self._evidence.opener(case)

    def _record_exported(
        self, work: Work, case: str, items: Iterable[EvidenceFile], by: str
    ) -> None:
        saved = [item for item in items if item.is_saved]
        self._evidence.record(work, case, saved, CustodyAction.EXPORTED, by, self._clock.now())

    async def _export_file(self, export: _Export, item: EvidenceFile) -> BundledFile:
        original = clean = None
        if item.is_saved:
            original = await self._export_original(export, item)
            clean = await self._export_clean(export, item) if export.clean else None
        return _bundled(item, original, clean)

    async def _export_original(self, export: _Export, item: EvidenceFile) -> FileVersion:
        path, counted = _original_path(item), _Counted()
        try:
            pieces = self._evidence.read_chunks(export.opener, item)
            await export.target.write(path, counted.pass_on(pieces))
        except FileNotFoundError:
            raise EvidenceError(f"file {item.number} is {MISSING}") from None
        except DecryptionError:
            raise EvidenceError(f"file {item.number} is altered: it cannot be decrypted") from None
        if item.digest and counted.seen.hexdigest() != item.digest:
            raise EvidenceError(f"file {item.number} is altered: it is not what was received")
        return FileVersion(path, counted.seen.hexdigest(), counted.size)

    async def _export_clean(self, export: _Export, item: EvidenceFile) -> FileVersion | None:
        original = b"".join(self._evidence.read_chunks(export.opener, item))
        clean = await self._sanitizer.sanitize(original)
        if clean is None:
            return None
        looks, digest = detect_type(clean), sha256(clean).hexdigest()
        event = CustodyEvent(
            at=self._clock.now(), actor=export.by, action=CustodyAction.CLEANED, file=item.id,
            digest=digest, size=len(clean), detail=looks,
        )  # fmt: skip
        custody = self._evidence.custody
        await self._writer.run(lambda work: custody.record(work, export.case, event))
        path = f"{CLEAN}/{item.number:04}.{FILE_EXTENSIONS[looks]}"
        await export.target.write(path, [clean])
        return FileVersion(path, digest, len(clean))

    def _prove(self, work: Work, listed: Manifest) -> Manifest:
        """Record the list of an export, and return it with the custody log that names it."""
        custody, case = self._evidence.custody, listed.case
        digest = listing_digest(msgspec.json.encode(listed))
        event = CustodyEvent(
            at=self._clock.now(), actor=listed.exported_by, action=CustodyAction.LISTED, file="",
            digest=digest,
        )  # fmt: skip
        custody.record(work, case, event)
        rows, macs = custody.of_case(work, case), custody.macs(work, case)
        proved = [
            BundledCustodyRow(row, link.hex(), mac.hex())
            for row, link, mac in zip(rows, chain_links(rows), macs, strict=True)
        ]
        return msgspec.structs.replace(listed, ledger=proved, head=custody.head(work, case))


def listing_digest(manifest: bytes) -> str:
    """Return the SHA-256 of what a manifest lists, which the custody log names.

    The head and the log are left out, because they cover it, and so is the cover, which prints the
    head. It is taken of the JSON and not of `Manifest`, to which a later release may add fields.
    """
    plain: dict[str, Any] = msgspec.json.decode(manifest)
    listed = {name: said for name, said in plain.items() if name not in {"head", "ledger"}}
    listed["documents"] = [it for it in plain.get("documents", ()) if it["path"] != COVER]
    return sha256(msgspec.json.encode(listed, order="sorted")).hexdigest()


def _bundled(
    item: EvidenceFile, original: FileVersion | None, clean: FileVersion | None = None
) -> BundledFile:
    return BundledFile(
        number=item.number, id=item.id, state=item.state, kind=item.kind,
        stated_name=item.name, stated_type=item.mime, caption=item.caption,
        looks=item.detected_type, is_as_stated=item.matches_stated_type,
        came_at=iso_time(item.arrived_at),
        reached_case_at=iso_time(item.reached_case_at),
        channel_date=iso_time(item.sent_at) if item.sent_at else "",
        channel_number=item.message, original=original, clean=clean,
    )  # fmt: skip


def _original_path(item: EvidenceFile) -> str:
    return f"{ORIGINALS}/{item.number:04}.bin"


def _known_version(item: EvidenceFile) -> FileVersion:
    """Return a file that is not written yet, as the custody log says it was received."""
    return FileVersion(_original_path(item), item.digest, item.size)


def _versions_of(made: Mapping[str, bytes]) -> list[FileVersion]:
    return [FileVersion(path, sha256(data).hexdigest(), len(data)) for path, data in made.items()]


class _Counted:
    """The digest and size of what is passed on."""

    def __init__(self) -> None:
        self.seen, self.size = sha256(), 0

    def pass_on(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.seen.update(piece)
            self.size += len(piece)
            yield piece
