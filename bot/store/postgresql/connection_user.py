"""As whom a process of root connects to a PostgreSQL that asks the system who connects."""

from __future__ import annotations

import ctypes
import platform
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pwd
    from collections.abc import Iterator

SYSTEM_CALLS = {"x86_64": (119, 117), "aarch64": (149, 147), "riscv64": (149, 147)}
"""By machine: the numbers of setresgid and setresuid, which change one thread."""


class ConnectsAs:
    """As whom this process connects to a PostgreSQL; set once, before it connects."""

    user: pwd.struct_passwd | None = None


def can_be_another() -> bool:
    """Tell whether one thread alone can be another user on this machine."""
    return platform.machine() in SYSTEM_CALLS


@contextmanager
def connecting_as(user: pwd.struct_passwd) -> Iterator[None]:
    """Let this thread be another user within.

    The C library would change every thread of the process: meanwhile none could read what is root's
    alone, such as the host key.
    """
    set_group, set_user = SYSTEM_CALLS[platform.machine()]
    try:
        _change(set_group, user.pw_gid)
        _change(set_user, user.pw_uid)
        yield
    finally:
        _change(set_user, 0)
        _change(set_group, 0)


def _change(number: int, to: int) -> None:
    """Change what this thread counts as; who it really is stays, so that it can become it again."""
    library = ctypes.CDLL(None, use_errno=True)
    stays = ctypes.c_long(-1)
    if library.syscall(ctypes.c_long(number), stays, ctypes.c_long(to), stays):
        raise OSError(ctypes.get_errno(), "this thread cannot become another user")
