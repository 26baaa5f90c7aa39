"""Libraries that are optional: how to install them, and imports without parts not used."""

from __future__ import annotations

import shlex
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator


def pip_install(package: str) -> str:
    """Return the command that installs a package where this program runs, for a shell."""
    return f"{shlex.quote(sys.executable)} -m pip install '{package}'"


@contextmanager
def without_modules(*names: str) -> Iterator[None]:
    """Let what is imported inside find that these modules are not installed.

    Modules that are loaded already stay. Afterwards each can be imported as ever.
    """
    modules = cast("dict[str, Any]", sys.modules)
    hidden = [name for name in names if name not in modules]
    modules.update(dict.fromkeys(hidden))  # None: `import` raises ModuleNotFoundError
    try:
        yield
    finally:
        for name in hidden:
            del modules[name]
