"""What keeps a process's memory and files from others: no core dump, no debugger, private files.

A crash would otherwise write what people wrote, and keys, into the working folder or to a service
that collects crashes.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

PRIVATE_UMASK = 0o077
"""New files are readable for their owner alone."""
PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal that a process gets when its parent ends."""
PR_SET_DUMPABLE = 4
"""From linux/prctl.h. Also keeps other processes of the same user from reading the memory."""


def harden_process() -> None:
    """Forbid core dumps and debuggers, and make new files private; for this process and forks."""
    os.umask(PRIVATE_UMASK)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # A core pattern with a pipe ignores the limit above, so both are needed.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def harden_worker(parent: int) -> None:
    """Harden a worker process, and let it end with its parent.

    Killed at once, the parent can stop no worker: it would stay, with the last passphrase in its
    memory. Where the parent ended before this is called, the worker ends here.

    Args:
        parent: the id of the process that started it.
    """
    harden_process()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
