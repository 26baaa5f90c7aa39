"""A push service on a socket of this machine, and a browser that reads what it was sent."""

from __future__ import annotations

import os
import threading
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import http_ece
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.hotline.on_call.roster import PushSubscription

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class PushBrowser:
    """The end that can read: its keys never leave it."""

    def __init__(self, endpoint: str) -> None:
        self._key = generate_private_key(SECP256R1())
        self._secret = os.urandom(16)
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.subscription = PushSubscription(
            endpoint, _base64(point), _base64(self._secret), "Chrome Linux", 1
        )

    def reads(self, body: bytes) -> str:
        """Return what a push service passed on."""
        opened = http_ece.decrypt(body, private_key=self._key, auth_secret=self._secret)
        return str(opened.decode())


@dataclass
class PushService:
    """What the service was given, and how it answers."""

    url: str = ""
    status: int = 201
    bodies: list[bytes] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)


@contextmanager
def push_service(status: int = 201) -> Iterator[PushService]:
    """Run a push service while the context lasts."""
    service = PushService(status=status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            service.bodies.append(self.rfile.read(length))
            service.headers.append({name.lower(): it for name, it in self.headers.items()})
            self.send_response(service.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}/push/1"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
