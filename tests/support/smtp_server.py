"""A mail server on a socket of this machine: it takes letters, or refuses them."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message


@dataclass
class Mailbox:
    """What a mail server was given."""

    refuses: bool = False
    hangs: bool = False
    """Whether it takes connections and says nothing, until the test ends."""
    is_over: threading.Event = field(default_factory=threading.Event)
    farewell: bytes = b"221 bye"
    url: str = ""
    """The address for HAVEN_SMTP_URL."""
    letters: list[Message] = field(default_factory=list)
    connections: int = 0


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Connection(socketserver.StreamRequestHandler):
    """One connection of a client."""

    def __init__(self, mailbox: Mailbox, *given: object) -> None:
        self._mailbox = mailbox
        super().__init__(*given)  # type: ignore[arg-type]

    def handle(self) -> None:
        self._mailbox.connections += 1
        if self._mailbox.hangs:
            self._mailbox.is_over.wait()
            return
        self._answer(b"220 test")
        while line := self.rfile.readline():
            verb = line.strip().split(b" ")[0].split(b":")[0].upper()
            if verb == b"DATA":
                self._take_letter()
            else:
                is_refused = verb == b"RCPT" and self._mailbox.refuses
                answer = self._mailbox.farewell if verb == b"QUIT" else b"250 ok"
                self._answer(b"550 no" if is_refused else answer)
            if verb == b"QUIT":
                return

    def _take_letter(self) -> None:
        self._answer(b"354 go on")
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        self._mailbox.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self._answer(b"250 taken")

    def _answer(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def smtp_server(*, refuses: bool = False, hangs: bool = False) -> Iterator[Mailbox]:
    """Run a mail server in a thread, and yield what it was given."""
    mailbox = Mailbox(refuses, hangs)
    with _Server(("127.0.0.1", 0), partial(_Connection, mailbox)) as server:
        mailbox.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield mailbox
        mailbox.is_over.set()
        server.shutdown()
        thread.join()
