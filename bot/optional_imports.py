"""Imports libraries without optional parts that Haven does not use."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator


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
