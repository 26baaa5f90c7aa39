"""Sealed files in a bucket of object storage that speaks S3.

Files lie under one prefix, next to a mark that names the database they belong to: a bucket of
another deployment, or of another copy of the data, is never read, and nothing in it is deleted. The
mark is read before anything is put or deleted, and at most a minute before a file is read: a bucket
that was emptied while Haven runs counts as one that is away.

What is deleted must be gone. A bucket with versioning or object lock keeps it, and says so when
something is put: then it is refused, at the start, at every upload and at every erasure.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from bot.clock import SECOND
from bot.errors import FileStorageAwayError, FileStorageError, FileStorageUnmarkedError
from bot.optional_imports import pip_install
from bot.store.blobs.protocol import BLOB_NAME, StoredBlob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from obstore.store import S3Store

MARK_NAME, PROBE_NAME = "haven-mark", "haven-probe"
PIECE_SIZE = 1024 * 1024
LIST_SIZE = 1000
TIMEOUT, CONNECT_TIMEOUT, RETRY_TIMEOUT = (timedelta(seconds=it) for it in (120, 5, 20))
MAX_RETRIES = 3
CONFIRMED_SECONDS = 60.0
"""How long a mark that was read counts for reading files."""
_STATUS = re.compile(r"status code: (\d{3})")
_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)
"""How a web page begins, which a proxy sends in place of an object; sealed files never do."""

NOT_INSTALLED = "HAVEN_FILES_URL names object storage, which needs obstore: " + pip_install(
    "haven[object-storage]"
)
KEEPS_VERSIONS = (
    "HAVEN_FILES_URL: {where} keeps what is deleted (versioning or object lock), so nothing would "
    "ever be erased. Switch both off and delete every old version; object lock takes a new bucket"
)
NOT_OURS = (
    "HAVEN_FILES_URL: {where} holds the files of another database, or of another copy of this one. "
    "Name a prefix of its own (s3://bucket/another), and move the files there with haven files move"
)
NO_MARK = (
    "HAVEN_FILES_URL: {where} has no mark of Haven: it was emptied, or the files of this database "
    "lie elsewhere. Nothing is read, stored or deleted there. Name the bucket and prefix they lie "
    "in, or put the objects back; if they are gone for good, run haven files lost"
)
UNCLAIMED = (
    "HAVEN_FILES_URL: no file of this database lies in {where} yet. Start the bot once (haven "
    "start), or move the files there with haven files move"
)
NOT_EMPTY = (
    "HAVEN_FILES_URL: {where} is not empty, and nothing says that it belongs to this database. "
    "Name an empty prefix"
)
REFUSED = (
    "HAVEN_FILES_URL: {where} refused the key ({why}). Set HAVEN_FILES_KEY_FILE (ID:SECRET) and "
    "HAVEN_FILES_REGION, and let that key list, read, put and delete objects there"
)
NO_BUCKET = (
    "HAVEN_FILES_URL: there is no bucket {where}; create it, private, without versioning, or "
    "correct HAVEN_FILES_ENDPOINT"
)
AWAY = (
    "the storage of files ({where}) does not answer ({why}); see HAVEN_FILES_ENDPOINT and "
    "HAVEN_FILES_REGION"
)
LEFT = "{where} still has files that were deleted; haven retention tries again"


@dataclass(frozen=True)
class BucketAddress:
    """Where a bucket is, and who may use it. Its text holds no secret."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    """Empty: that of AWS, or of the environment."""
    region: str = ""
    is_host_style: bool = False
    """Whether the bucket stands in the name of the host, instead of the path."""
    key: tuple[str, str] | None = field(default=None, repr=False)
    """Id and secret; None: those of the environment, or of the machine."""

    @property
    def where(self) -> str:
        """Return the address as it is set."""
        return f"s3://{self.bucket}" + (f"/{self.prefix}" if self.prefix else "")


class BucketBlobs:
    """Sealed files under one prefix of a bucket.

    `load_mark` returns the mark that the database expects there, None if it expects none; it is
    called in the thread that first uses the bucket, and again when the bucket has another.
    """

    is_on_disk = False

    def __init__(self, address: BucketAddress, load_mark: Callable[[], str | None]) -> None:
        self.where = address.where
        self._address, self._load_mark = address, load_mark
        self._mark: str | None = None
        self._confirmed_at: float | None = None
        self._lock = threading.Lock()
        self._opened: S3Store | None = None

    def check(self) -> None:
        """Check that this is the bucket of this database, and that what is deleted is gone."""
        self.confirm()
        self._refuse_versions()

    def confirm(self) -> None:
        """Check that the bucket has the mark of this database now."""
        with self._lock:
            self._confirm_mark()

    def claim(self, mark: str) -> None:
        """Mark an empty prefix as that of this database; fine if it has this mark already.

        Raises:
            FileStorageError: something is there, or the bucket cannot be used.
        """
        if self._read_mark() == mark:
            return
        self.require_empty()
        self._refuse_versions()
        self._put(MARK_NAME, mark.encode())

    def require_empty(self) -> None:
        """Check that nothing lies there, no mark either; raise FileStorageError if not."""
        if self._read_mark() is not None:
            raise self._unmarked(NOT_OURS)
        if next(self._names(), None) is not None:
            raise self._unmarked(NOT_EMPTY)

    def create(self, name: str, /) -> ObjectWriter:
        """Begin a file, which is held in memory until it is put."""
        return ObjectWriter(self, name)

    def open(self, name: str, /) -> ObjectReader:
        """Open a file; raise FileNotFoundError if there is none."""
        self._confirm_lately()
        try:
            with self._faults():
                reader = ObjectReader(_obstore().get(self._store, name), self._faults)
        except FileNotFoundError:
            self.confirm()  # in a bucket that was emptied, no single file is missing
            raise
        if reader.is_page:
            raise self._sends_pages()
        return reader

    def existing(self, names: Iterable[str], /) -> list[str]:
        """Return the names of which an object is there."""
        self._confirm_lately()
        return [name for name in names if self._exists(name)]

    def delete(self, names: Sequence[str], /) -> None:
        """Delete objects, and check that none is left.

        A bucket that keeps versions is refused before: an object that it only hid would be found
        by no later listing.
        """
        if not names:
            return
        self.check()
        with self._faults():
            _obstore().delete(self._store, list(names))
        if self.existing(names):
            raise self._error(LEFT)

    def list(self) -> Iterator[StoredBlob]:
        """Yield every sealed file."""
        self.confirm()
        yield from (it for it in self._names() if BLOB_NAME.fullmatch(it.name))

    def put(self, name: str, data: bytes) -> None:
        """Store an object at once; it is durable when this returns."""
        self.confirm()
        self._put(name, data)

    def forget_mark(self) -> None:
        """Delete the mark, once no file is left."""
        self.confirm()
        with self._faults():
            _obstore().delete(self._store, [MARK_NAME])
        self._confirmed_at = None

    def _put(self, name: str, data: bytes) -> None:
        try:
            with self._faults():
                done = _obstore().put(self._store, name, data, use_multipart=False)
        except FileNotFoundError:
            raise FileStorageAwayError(NO_BUCKET.format(where=self.where)) from None
        if done["version"] is not None:
            raise self._error(KEEPS_VERSIONS)

    def _refuse_versions(self) -> None:
        self._put(PROBE_NAME, b"")
        with self._faults():
            _obstore().delete(self._store, [PROBE_NAME])

    def _exists(self, name: str) -> bool:
        try:
            with self._faults():
                _obstore().head(self._store, name)
        except FileNotFoundError:
            return False
        return True

    def _names(self) -> Iterator[StoredBlob]:
        with self._faults():
            for batch in _obstore().list(self._store, chunk_size=LIST_SIZE):
                for it in batch:
                    at = int(it["last_modified"].timestamp()) * SECOND
                    if it["path"] not in {MARK_NAME, PROBE_NAME}:
                        yield StoredBlob(it["path"], it["size"], at)

    def _confirm_lately(self) -> None:
        """Check that the bucket has the mark of this database, unless it had it a moment ago."""
        with self._lock:
            at = self._confirmed_at
            if at is None or time.monotonic() - at >= CONFIRMED_SECONDS:
                self._confirm_mark()

    def _confirm_mark(self) -> None:
        self._confirmed_at = None
        if self._mark is None:
            self._mark = self._load_mark()
        if self._mark is None:
            raise self._error(UNCLAIMED)
        found = self._read_mark()
        if found != self._mark:
            self._mark = self._load_mark()  # a move or haven files lost may have made a new one
        if found is None or found != self._mark:
            raise self._unmarked(NO_MARK if found is None else NOT_OURS)
        self._confirmed_at = time.monotonic()

    def _read_mark(self) -> str | None:
        with contextlib.suppress(FileNotFoundError), self._faults():
            found = bytes(_obstore().get(self._store, MARK_NAME).bytes())
            if _PAGE.match(found):
                raise self._sends_pages()
            return found[:64].decode("ascii", "replace")
        return None

    @property
    def _store(self) -> S3Store:
        if self._opened is None:
            self._opened = _open_store(self._address)
        return self._opened

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        """Raise what goes wrong as a FileStorageError, without the texts of the library."""
        try:
            yield
        except _obstore().exceptions.BaseError as error:
            raise self._fault(type(error).__name__, str(error)) from None

    def _fault(self, kind: str, text: str) -> FileStorageError:
        status = _STATUS.search(text)
        why = f"status {status[1]}" if status else kind
        if kind in {"PermissionDeniedError", "UnauthenticatedError"} or why == "status 403":
            return FileStorageAwayError(REFUSED.format(where=self.where, why=why))
        if why == "status 404":
            return FileStorageAwayError(NO_BUCKET.format(where=self.where))
        return FileStorageAwayError(AWAY.format(where=self.where, why=why))

    def _sends_pages(self) -> FileStorageError:
        return FileStorageAwayError(AWAY.format(where=self.where, why="it sends a web page"))

    def _unmarked(self, text: str) -> FileStorageError:
        return FileStorageUnmarkedError(text.format(where=self.where))

    def _error(self, text: str) -> FileStorageError:
        return FileStorageError(text.format(where=self.where))


class ObjectReader:
    """An object that is being read, in pieces."""

    def __init__(self, found: Any, faults: Callable[[], Any]) -> None:
        self.size = int(found.meta["size"])
        self._pieces = iter(found.stream(min_chunk_size=PIECE_SIZE))
        self._faults = faults
        with faults():
            self._buffer = bytearray(next(self._pieces, b""))

    @property
    def is_page(self) -> bool:
        """Whether a web page came in place of the object; ask before anything is read."""
        return _PAGE.match(self._buffer) is not None

    def read(self, most: int, /) -> bytes:
        """Return the next bytes."""
        with self._faults():
            while len(self._buffer) < most and (piece := next(self._pieces, None)) is not None:
                self._buffer += piece
        taken = bytes(self._buffer[:most])
        del self._buffer[:most]
        return taken

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Let the connection go."""
        self._pieces = iter(())


class ObjectWriter:
    """An object that is put at once, at the end."""

    def __init__(self, blobs: BucketBlobs, name: str) -> None:
        self._blobs, self._name = blobs, name
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> None:
        """Add bytes."""
        self._pieces.append(piece)

    def commit(self) -> None:
        """Put the object."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._blobs.put(self._name, data)

    def discard(self) -> None:
        """Forget what was written: nothing was put."""
        self._pieces.clear()


def _open_store(address: BucketAddress) -> S3Store:
    _obstore()
    from obstore.store import S3Store  # noqa: PLC0415 - an extra

    given: Any = {"endpoint": address.endpoint, "region": address.region}
    if address.key is not None:
        given["access_key_id"], given["secret_access_key"] = address.key
    config: Any = {name: it for name, it in given.items() if it}
    return S3Store(
        address.bucket,
        prefix=address.prefix or None,
        config=config,
        virtual_hosted_style_request=address.is_host_style,
        disable_bulk_delete=True,  # not every storage that speaks S3 has it
        client_options={
            "allow_http": address.endpoint.startswith("http://"),  # of this machine alone
            "timeout": TIMEOUT,
            "connect_timeout": CONNECT_TIMEOUT,
        },
        retry_config={"max_retries": MAX_RETRIES, "retry_timeout": RETRY_TIMEOUT},
    )


def _obstore() -> Any:
    try:
        import obstore  # noqa: PLC0415 - an extra, and 10 MB
        import obstore.exceptions  # noqa: PLC0415 - the same
    except ImportError:
        raise FileStorageError(NOT_INSTALLED) from None
    return obstore
