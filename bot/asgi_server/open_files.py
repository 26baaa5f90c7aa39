"""How many files, sockets included, this process may hold open.

systemd starts a service with a limit of 1,024 that the service itself may raise. Below the limit of
a web server's connections it would be reached first: then nothing can be accepted, nor a file of
the database be opened.
"""

from __future__ import annotations

import resource

OTHER_FILES = 3072
"""Databases, pipes, other servers, and the 2,048 sockets that are accepted before others close."""


def connections_with_files(wanted: int) -> int:
    """Raise this process's limit for a number of connections; return how many it then allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if most > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return min(wanted, max(most - OTHER_FILES, most // 3))
