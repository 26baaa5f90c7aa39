"""A wire to PostgreSQL that is cut once, at a commit."""

from __future__ import annotations

import contextlib
import shutil
import socket
import struct
import tempfile
import threading
from pathlib import Path
from typing import Self

SOCKET = ".s.PGSQL.5432"
NUMBERED = b"SELECT 1\x00"
"""The end of the answer that holds the transaction's number, which comes just before the commit."""
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"


class LossyWire:
    """Listens in a folder of its own and passes on what is said to a server and what it answers.

    `loses` is "commit" (it never comes to the server), "answer" (of the commit alone) or
    "everything" (the answers of the commit and of all that is sent with it).
    """

    def __init__(self, server: str, loses: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="wire-", dir="/tmp")
        self.is_armed = False
        self._server, self._loses = server, loses
        self._listener = socket.socket(socket.AF_UNIX)

    def __enter__(self) -> Self:
        self._listener.bind(str(Path(self.folder) / SOCKET))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(Path(self._server) / SOCKET))
                cut = threading.Event()
                for run in (self._send, self._answer):
                    threading.Thread(target=run, args=(client, server, cut), daemon=True).start()

    def _send(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        """Pass on what the client says; find the commit in it."""
        with contextlib.suppress(OSError):
            while said := client.recv(65536):
                place = _place_of_commit(said) if self.is_armed else -1
                if place < 0:
                    server.sendall(said)
                    continue
                self.is_armed = False
                cut.set()
                if self._loses == "commit":
                    server.sendall(said[:place])
                    break
                server.sendall(said)
        if self._loses == "commit" and cut.is_set():
            return  # what the server still says is passed on, then it ends
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _answer(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        """Pass on what the server answers; end when the wire is to be cut."""
        came = b""
        with contextlib.suppress(OSError):
            while answer := server.recv(65536):
                if not cut.is_set():
                    client.sendall(answer)
                    continue
                came += answer
                if self._loses == "commit":
                    client.sendall(answer)
                    if NUMBERED in came:
                        break
                    continue
                if COMMITTED in came:
                    if self._loses == "answer":
                        client.sendall(came[: came.index(COMMITTED)])
                    break
        for each in (client, server):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def _place_of_commit(said: bytes) -> int:
    """Return where the message begins that has the server parse COMMIT; -1 for none."""
    place = 0
    while place + 5 <= len(said):
        (length,) = struct.unpack_from("!I", said, place + 1)
        if said[place : place + 1] == b"P" and b"COMMIT" in said[place : place + 1 + length]:
            return place
        place += 1 + length
    return -1
