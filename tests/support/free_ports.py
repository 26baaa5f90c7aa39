"""A port for a server that a test starts by itself.

The system hands out ports from 32768 on to every connection that leaves this machine, so one that
was free a moment ago may be taken when the server comes to listen. These are below.
"""

from __future__ import annotations

import random
import socket

LOWEST, HIGHEST = 20_000, 32_000
_CHANCE = random.SystemRandom()  # each worker draws others


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody listens at."""
    while True:
        port = _CHANCE.randrange(LOWEST, HIGHEST)
        with socket.socket() as found:
            try:
                found.bind((host, port))
            except OSError:
                continue
            return port
