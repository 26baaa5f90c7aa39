"""Object storage in this process: what speaks S3 on a loopback port, and what it really keeps."""

from __future__ import annotations

import logging
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bot.store.blobs.bucket import BucketAddress, BucketBlobs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST, REGION = "127.0.0.1", "us-east-1"
KEY = ("AKIAHAVENTEST", "never-in-a-text/+secret")
MARK = "4d" * 16
_ACCOUNT, _PARTITION = "123456789012", "aws"


class BucketServer:
    """A server that can go away and come back on the same port; its buckets stay."""

    def __init__(self) -> None:
        self._server: Any = None
        self.port = 0
        logging.getLogger("werkzeug").setLevel(logging.ERROR)

    def start(self) -> None:
        from moto.server import ThreadedMotoServer  # noqa: PLC0415 - a second and a half

        self._server = ThreadedMotoServer(ip_address=HOST, port=self.port, verbose=False)
        self._server.start()
        self.port = self._server.get_host_and_port()[1]

    def stop(self) -> None:
        self._server.stop()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let nothing answer for a while."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    def new_bucket(self) -> str:
        """Make an empty bucket and return its name."""
        name = f"b-{secrets.token_hex(6)}"
        self._backend.create_bucket(name, REGION)
        return name

    def keep_versions(self, bucket: str) -> None:
        """Let a bucket keep what is deleted."""
        self._backend.buckets[bucket].versioning_status = "Enabled"

    def empty(self, bucket: str, *names: str) -> None:
        """Delete objects behind Haven's back; without names, all."""
        for name in names or tuple(self.kept(bucket)):
            self._backend.delete_object(bucket, name)

    def replace(self, bucket: str, name: str, data: bytes) -> None:
        """Put other bytes in the place of an object."""
        self._backend.put_object(bucket, name, data)

    def kept(self, bucket: str) -> dict[str, list[bytes]]:
        """Return all that a bucket keeps, deleted versions included, by the name of the object."""
        keys = self._backend.buckets[bucket].keys
        kept = {name: [it.value for it in keys.getlist(name) if hasattr(it, "value")]
                for name in keys}  # fmt: skip
        return {name: values for name, values in kept.items() if values}

    def blobs(self, bucket: str, mark: str | None = MARK, prefix: str = "files") -> BucketBlobs:
        """Return a storage that expects a mark."""
        address = BucketAddress(bucket, prefix, self.endpoint, REGION, key=KEY)
        return BucketBlobs(address, lambda: mark)

    def settings(self, bucket: str, folder: Path) -> dict[str, Any]:
        """Return the settings of a deployment whose files lie in a bucket."""
        path = folder / "bucket.key"
        path.write_text(":".join(KEY), encoding="utf-8")
        path.chmod(0o400)
        return {
            "files_url": f"s3://{bucket}/files", "files_endpoint": self.endpoint,
            "files_region": REGION, "files_key_file": path,
        }  # fmt: skip

    @property
    def _backend(self) -> Any:
        from moto.s3.models import s3_backends  # noqa: PLC0415 - see start

        return s3_backends[_ACCOUNT][_PARTITION]


@contextmanager
def bucket_server() -> Iterator[BucketServer]:
    """Serve until the context ends."""
    server = BucketServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
