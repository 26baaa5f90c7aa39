"""What a process keeps in memory: what is alive, and what an allocator has in reserve.

Python keeps small objects in blocks of its own and asks the C library for all else, as SQLite and
OpenSSL do. Both give memory back late or never, so the size of a process alone says little.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections import Counter, OrderedDict, deque
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

_STATUS: Final = Path("/proc/self/status")
_COLLECTIONS: Final = (dict, list, set, deque, OrderedDict)


class _MallInfo(ctypes.Structure):
    """`struct mallinfo2` of glibc 2.33 and later."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
            "fordblks", "keepcost",
        )
    ]  # fmt: skip


class MemoryUse(NamedTuple):
    """The memory of this process, in MB, and what is alive in it."""

    rss: float
    anonymous: float
    """Of that, what lies in no file."""
    malloc_used: float
    """Handed out by the C library, blocks of Python included."""
    malloc_free: float
    """Kept by the C library for later."""
    blocks: int
    """Small objects of Python that are alive."""


def memory_use() -> MemoryUse:
    """Return what this process has now; no collection runs for it, as none would in life."""
    lines = (line.split() for line in _STATUS.read_text().splitlines())
    kibibytes = {words[0]: int(words[1]) for words in lines if words[0] in {"VmRSS:", "RssAnon:"}}
    heap = _malloc_info()
    return MemoryUse(
        kibibytes["VmRSS:"] * 1024 / 1e6,
        kibibytes["RssAnon:"] * 1024 / 1e6,
        (heap.uordblks + heap.hblkhd) / 1e6,
        heap.fordblks / 1e6,
        sys.getallocatedblocks(),
    )


def _malloc_info() -> _MallInfo:
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if ask is None:
        return _MallInfo()
    ask.restype = _MallInfo
    found = ask()
    assert isinstance(found, _MallInfo)
    return found


def trim() -> None:
    """Collect, and let the C library give back what it keeps for later."""
    gc.collect()
    if give_back := getattr(ctypes.CDLL(None), "malloc_trim", None):
        give_back(0)


class LiveObjects(NamedTuple):
    """What the collector knows to be alive."""

    types: Counter[str]
    """How many objects of each type."""
    lengths: Counter[str]
    """How many entries collections have, by what holds them."""
    caches: dict[str, tuple[int, int | None]]
    """Entries of each `lru_cache`, and the most it may have."""


def live_objects() -> LiveObjects:
    """Return what is alive now; objects that were frozen are counted too."""
    frozen = gc.get_freeze_count()
    gc.unfreeze()
    gc.collect()
    found = gc.get_objects()
    live = LiveObjects(
        Counter(_named(type(it)) for it in found), _lengths(found), dict(_caches(found))
    )
    del found
    if frozen:
        gc.freeze()
    return live


def _named(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _lengths(found: list[Any]) -> Counter[str]:
    """Return the entries of collections, by what holds them: a type, or a module."""
    lengths = Counter[str]()
    for it in found:
        if name := _holder(it):
            lengths[name] += sum(len(held) for held in _collections(it))
    return lengths


def _holder(it: Any) -> str:
    if isinstance(it, ModuleType):
        return f"module {it.__name__}"
    return "" if isinstance(it, type) or type(it).__module__ == "builtins" else _named(type(it))


def _collections(it: Any) -> list[Any]:
    """Return what it refers to; asked of the collector, because attributes may be computed."""
    near = gc.get_referents(it)
    deep = [each for held in near if type(held) is dict for each in held.values()]
    return [held for held in (*near, *deep) if isinstance(held, _COLLECTIONS)]


def _caches(found: list[Any]) -> list[tuple[str, tuple[int, int | None]]]:
    caches = [it for it in found if type(it).__name__ == "_lru_cache_wrapper"]
    infos = [(getattr(it, "__wrapped__", it), it.cache_info()) for it in caches]
    return [(repr(cached), (info.currsize, info.maxsize)) for cached, info in infos]
