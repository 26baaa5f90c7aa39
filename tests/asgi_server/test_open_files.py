"""A web server's process may hold as many files open as its connections need."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from bot.asgi_server.open_files import OTHER_FILES

PROBE = """
import resource, sys
from bot.asgi_server.open_files import connections_with_files
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
print(connections_with_files(1200), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "files"),
    [
        (1024, 8000, 1200, 1200 + OTHER_FILES),  # as systemd starts a service
        (6000, 8000, 1200, 6000),
        (1024, 1024, 341, 1024),
        (256, 4000, 1200, 4000),
    ],
)
def test_files_are_allowed_for_connections_or_fewer_connections_are_taken(
    soft: int, hard: int, connections: int, files: int
) -> None:
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] >= hard
    command = [sys.executable, "-c", PROBE, str(soft), str(hard)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert done.stdout.split() == [str(connections), str(files)]
