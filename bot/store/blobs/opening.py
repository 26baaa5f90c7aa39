"""The storage of sealed files that the settings name."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from bot.errors import HavenError, SettingError
from bot.private_file import read_private_line
from bot.store.blobs.bucket import BucketAddress, BucketBlobs
from bot.store.blobs.folder import FolderBlobs
from bot.store.database import Database, DataDirectory
from bot.store.shared_values import FILES_MARK, load_value
from bot.store.work import Work

if TYPE_CHECKING:
    from bot.settings import Settings

KEY_HINT = "its first line must be ID:SECRET, the key of the bucket"


def open_blobs(settings: Settings, url: str | None = None) -> FolderBlobs | BucketBlobs:
    """Return the storage at a URL, by default that of the settings; connects when first used.

    Raises:
        SettingError: the URL or the file with its key cannot be used.
    """
    url = settings.files_url if url is None else url
    if not url.startswith("s3://"):
        return FolderBlobs(folder_of(url) if url else DataDirectory(settings.data).files)
    return BucketBlobs(bucket_address(settings, url), lambda: load_mark(settings))


def load_mark(settings: Settings) -> str | None:
    """Return the mark of the bucket in which the database has its files; None for a folder."""
    url = settings.database_url or DataDirectory(settings.data).database_url
    database = Database(url)
    with closing(database.connect()) as connection, closing(connection.cursor()) as cursor:
        return load_value(Work(cursor, database.dialect), FILES_MARK)


def place_of(settings: Settings, url: str | None = None) -> str:
    """Return the URL of a storage in one spelling, by default of the settings; "" by default."""
    url = settings.files_url if url is None else url
    if url.startswith("s3://"):
        return url.rstrip("/")
    folder = folder_of(url).resolve() if url else None
    if folder is None or folder == DataDirectory(settings.data).files.resolve():
        return ""
    return folder.as_uri()


def folder_of(url: str) -> Path:
    """Return the folder of a `file:///` URL."""
    return Path(unquote(urlsplit(url).path))


def bucket_address(settings: Settings, url: str) -> BucketAddress:
    """Return the bucket of an `s3://` URL, with endpoint, region and key of the settings."""
    bucket, _slash, prefix = url.removeprefix("s3://").partition("/")
    return BucketAddress(
        bucket, prefix.strip("/"), settings.files_endpoint.rstrip("/"), settings.files_region,
        settings.files_addressing == "host", _read_key(settings),
    )  # fmt: skip


def _read_key(settings: Settings) -> tuple[str, str] | None:
    path = settings.files_key_path
    if path is None:
        return None
    try:
        name, colon, secret = read_private_line(path).strip().partition(":")
    except HavenError as error:
        raise SettingError(f"HAVEN_FILES_KEY_FILE: {error}") from None
    if not (name and colon and secret):
        raise SettingError(f"HAVEN_FILES_KEY_FILE: {path}: {KEY_HINT}")
    return name, secret
