"""The modules of a page as one script: a slow connection pays seconds for each file it asks for.

The modules are written to stand in one scope: no two of them declare the same name, and what they
run at once needs only modules they import.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z_]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class) )", re.MULTILINE)
_NAME = re.compile(r"^(?:async )?(?:function|const|let|class) +(\w+)", re.MULTILINE)
_MODULE_SYNTAX = re.compile(r"^(?:import|export)\b", re.MULTILINE)


class ScriptBundleError(HavenError):
    """Modules cannot stand in one scope: two declare one name, or one has syntax of its own."""


def bundle_script(entry: str, read: Callable[[str], str]) -> str:
    """Return a module and everything it imports as one script, each after what it imports.

    Args:
        entry: the name of the module.
        read: returns the source of a module by its name.

    Raises:
        ScriptBundleError: they cannot stand in one scope.
    """
    parts = [_EXPORT.sub("", _IMPORT.sub("", read(name))) for name in _in_order(entry, read)]
    bundle = "\n".join(parts)
    if _MODULE_SYNTAX.search(bundle):
        raise ScriptBundleError(f"{entry}: an import or export that is not a plain list of names")
    if repeated := [name for name, count in Counter(_NAME.findall(bundle)).items() if count > 1]:
        raise ScriptBundleError(f"{entry}: two modules declare {', '.join(sorted(repeated))}")
    return bundle


def _in_order(entry: str, read: Callable[[str], str]) -> Iterable[str]:
    """Return the modules, each after those it imports; in a circle, as they are met."""
    found: dict[str, None] = {}
    met: set[str] = set()

    def visit(name: str) -> None:
        if name in met:
            return
        met.add(name)
        for imported in _IMPORT.findall(read(name)):
            visit(imported)
        found[name] = None

    visit(entry)
    return found
