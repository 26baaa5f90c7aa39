"""Word lists as they are looked for, computed once: `locales/lists.compiled`.

To read and fold the lists of all languages takes about two seconds of processor time, and a process
should answer sooner. So this is done when a release is built, or by `./run`, as catalogues are. The
file names a digest of the lists and of the code that reads them: where that differs, or there is no
file, a list is read again, and nothing but time is lost.

A value is kept by `pickle`, which keeps what is shared within it. A pickle can call what it names,
so that only the types of these lists and of Python's own values are let in.
"""

from __future__ import annotations

import hashlib
import importlib
import pickle
import unicodedata
from functools import cache, wraps
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from bot.languages import LOCALES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Value = TypeVar("Value")

FILE_NAME = "lists.compiled"
LISTS = ("alarms.toml", "answers.toml", "questions.toml")
"""The files of each language that values are computed from."""
MODULES = (
    "bot.languages.alarms.index",
    "bot.languages.alarms.phrases",
    "bot.languages.typed.answer_lists",
    "bot.languages.questions",
)
"""Modules with functions marked `compiled`."""
OTHER_CODE = ("bot.languages", "bot.languages.compiled_lists", "bot.text")
"""Modules that decide as well what a value is."""
_BUILTINS = ("range",)
BUILDERS: dict[str, Callable[[], Any]] = {}
"""The functions marked `compiled`, by name."""


class CompiledLists(msgspec.Struct, frozen=True):
    """The file."""

    digest: bytes
    values: dict[str, bytes]
    """Pickles, by the name of the function that would compute each."""


def compiled(build: Callable[[], Value]) -> Callable[[], Value]:
    """Let a function without arguments be computed once, when a release is built.

    What it returns is shared by all callers, and not to be changed.
    """
    name = f"{build.__module__}.{build.__qualname__}"
    BUILDERS[name] = build

    @cache
    @wraps(build)
    def read() -> Value:
        kept = kept_values(LOCALES).pop(name, None)
        return build() if kept is None else cast("Value", read_value(kept))

    return read


def compile_lists(folder: Path = LOCALES) -> bool:
    """Compute all values and write them into a folder; return False if they were there.

    Raises:
        OSError: the folder cannot be written.
        HavenError: a list has a fault; the error names the file.
    """
    path = folder / FILE_NAME
    digest = digest_of(folder)
    if (known := _read(path)) is not None and known.digest == digest:
        return False
    for module in MODULES:
        importlib.import_module(module)
    values = {name: pickle.dumps(build(), protocol=5) for name, build in sorted(BUILDERS.items())}
    partial = path.with_suffix(".partial")
    partial.write_bytes(msgspec.msgpack.encode(CompiledLists(digest, values)))
    partial.replace(path)
    return True


def digest_of(folder: Path) -> bytes:
    """Return the digest of the lists of a folder and of what reads them here."""
    code = (source_of(name) for name in (*MODULES, *OTHER_CODE))
    lists = (path for name in LISTS for path in sorted(folder.glob(f"*/{name}")))
    return digest_of_files((*code, *lists), unicodedata.unidata_version)


def digest_of_files(paths: Iterable[Path], begin: str = "") -> bytes:
    """Return the digest of files and of the names they have in their folders.

    Raises:
        OSError: one cannot be read.
    """
    whole = hashlib.sha256(begin.encode())
    for path in paths:
        content = path.read_bytes()
        whole.update(f"{path.parent.name}/{path.name} {len(content)}\n".encode())
        whole.update(content)
    return whole.digest()


def source_of(module: str) -> Path:
    """Return the source of a module of this package, without importing it."""
    path = Path(__file__).parents[1].joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def read_value(kept: bytes) -> object:
    """Return what was pickled.

    Raises:
        pickle.UnpicklingError: it names something else than the lists' types.
    """
    return _ListsUnpickler(BytesIO(kept)).load()


@cache
def kept_values(folder: Path) -> dict[str, bytes]:
    """Return the pickles of a folder; none if they are of other lists or other code."""
    known = _read(folder / FILE_NAME)
    try:
        return known.values if known is not None and known.digest == digest_of(folder) else {}
    except OSError:  # a source is not there, as in a build without them
        return {}


def _read(path: Path) -> CompiledLists | None:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=CompiledLists)
    except (OSError, msgspec.MsgspecError):
        return None


class _ListsUnpickler(pickle.Unpickler):
    """Reads values whose types are those of the lists."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a type by its name.

        Raises:
            pickle.UnpicklingError: it is none of the lists' types.
        """
        is_known = module in MODULES or (module == "builtins" and name in _BUILTINS)
        if is_known and isinstance(found := super().find_class(module, name), type):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} is no type of a word list")
