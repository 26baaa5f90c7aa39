"""Every write and sync of SQLite's files, recorded, and the disks a power cut could leave behind.

The recorder stands between SQLite and the system as a VFS of its own in this process. What was
written before the last sync of a file is there after a cut. Each later write is there, is not, or
is torn at a border of sectors; a disk may have written them in any order.
"""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

SECTOR = 512
VFS_NAME = b"recorder"
_POINTER, _INT, _LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_longlong
_OPEN = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _POINTER, _INT, _POINTER)
"""The path is passed on as a pointer: SQLite keeps it, and a copy would be freed."""
_WRITE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT, _LONG)
_TRUNCATE = ctypes.CFUNCTYPE(_INT, _POINTER, _LONG)
_SYNC = ctypes.CFUNCTYPE(_INT, _POINTER, _INT)
_METHODS = (
    "close", "read", "write", "truncate", "sync", "size", "lock", "unlock", "check_lock",
    "control", "sector_size", "characteristics", "shm_map", "shm_lock", "shm_barrier",
    "shm_unmap", "fetch", "unfetch",
)  # fmt: skip


class _FileMethods(ctypes.Structure):
    """`sqlite3_io_methods`."""

    _fields_ = [("version", _INT), *((name, _POINTER) for name in _METHODS)]


class _File(ctypes.Structure):
    """`sqlite3_file`."""

    _fields_ = [("methods", ctypes.POINTER(_FileMethods))]


class _Vfs(ctypes.Structure):
    """`sqlite3_vfs`."""

    _fields_ = [
        ("version", _INT), ("file_size", _INT), ("longest_path", _INT), ("next", _POINTER),
        ("name", ctypes.c_char_p), ("data", _POINTER), ("open", _POINTER),
        *((f"other_{number}", _POINTER) for number in range(15)),
    ]  # fmt: skip


class WriteKind(Enum):
    """What was asked of a file."""

    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"


@dataclass(frozen=True, slots=True)
class RecordedWrite:
    """One call."""

    file: str
    kind: WriteKind
    place: int = 0
    """The offset of a write; the new size for a truncation."""
    data: bytes = b""


@dataclass
class WriteRecorder:
    """The calls, in order, and the files as they were before."""

    before: dict[str, bytes] = field(default_factory=dict)
    calls: list[RecordedWrite] = field(default_factory=list)
    _names: dict[int, str] = field(default_factory=dict)
    _methods: dict[int, _FileMethods] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)
    """What SQLite points to must live on."""

    def open(
        self, original: Any, vfs: int, path: int | None, file: int, flags: int, out: int
    ) -> int:
        """Open a file, and watch it if it has a name."""
        there = Path(ctypes.string_at(path).decode()) if path else Path()
        name = there.name
        if name and name not in self.before:
            self.before[name] = there.read_bytes() if there.exists() else b""
        code = int(original(vfs, path, file, flags, out))
        opened = ctypes.cast(file, ctypes.POINTER(_File))[0]
        if code == 0 and name and opened.methods:
            self._names[file] = name
            opened.methods = ctypes.pointer(self._watched(opened.methods))
        return code

    def _watched(self, original: Any) -> _FileMethods:
        place = ctypes.addressof(original[0])
        if place not in self._methods:
            copy = _FileMethods()
            ctypes.memmove(ctypes.byref(copy), original, ctypes.sizeof(copy))
            write, truncate = _WRITE(copy.write), _TRUNCATE(copy.truncate)
            sync = _SYNC(copy.sync)

            def on_write(file: int, data: int, length: int, at: int) -> int:
                self._note(file, WriteKind.WRITE, at, ctypes.string_at(data, length))
                return int(write(file, data, length, at))

            def on_truncate(file: int, size: int) -> int:
                self._note(file, WriteKind.TRUNCATE, size)
                return int(truncate(file, size))

            def on_sync(file: int, flags: int) -> int:
                code = int(sync(file, flags))
                self._note(file, WriteKind.SYNC)
                return code

            hooks = (_WRITE(on_write), _TRUNCATE(on_truncate), _SYNC(on_sync))
            copy.write, copy.truncate, copy.sync = (ctypes.cast(it, _POINTER) for it in hooks)
            self._kept += [hooks, write, truncate, sync]
            self._methods[place] = copy
        return self._methods[place]

    def _note(self, file: int, kind: WriteKind, place: int = 0, data: bytes = b"") -> None:
        self.calls.append(RecordedWrite(self._names[file], kind, place, data))

    @property
    def syncs(self) -> list[int]:
        """The places of all syncs among the calls."""
        return [place for place, it in enumerate(self.calls) if it.kind is WriteKind.SYNC]

    def files_after_cut(self, done: int, dice: Random) -> dict[str, bytes]:
        """Return files as a cut after so many calls may leave them."""
        found = {}
        for name, before in self.before.items():
            content, unsynced = bytearray(before), list[RecordedWrite]()
            for call in self.calls[:done]:
                if call.file != name:
                    continue
                if call.kind is WriteKind.SYNC:
                    for it in unsynced:
                        _apply(content, it, len(it.data))
                    unsynced.clear()
                else:
                    unsynced.append(call)
            for it in unsynced:
                _leave(content, it, dice)
            found[name] = bytes(content)
        return found


def _leave(content: bytearray, call: RecordedWrite, dice: Random) -> None:
    """Do a call that was not synced: wholly, in part or not."""
    fate = dice.random()
    if fate < 1 / 3:
        _apply(content, call, len(call.data))
    elif fate < 2 / 3 and call.kind is WriteKind.WRITE:
        _apply(content, call, dice.randrange(0, len(call.data) + 1, SECTOR))


def _apply(content: bytearray, call: RecordedWrite, length: int) -> None:
    if call.kind is WriteKind.TRUNCATE:
        del content[call.place :]
        return
    if length:
        content.extend(bytes(max(0, call.place + length - len(content))))
        content[call.place : call.place + length] = call.data[:length]


@contextmanager
def recorded_writes() -> Iterator[WriteRecorder]:
    """Record what SQLite writes in this process, in files that are opened while this lasts."""
    sqlite = ctypes.CDLL("libsqlite3.so.0")
    sqlite.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    original = sqlite.sqlite3_vfs_find(None)
    ours, recorder = _Vfs(), WriteRecorder()
    ctypes.memmove(ctypes.byref(ours), original, ctypes.sizeof(ours))
    opens = _OPEN(original[0].open)

    def on_open(_vfs: int, path: int | None, file: int, flags: int, out: int) -> int:
        there = ctypes.cast(original, _POINTER).value
        return int(recorder.open(opens, there or 0, path, file, flags, out))

    hook = _OPEN(on_open)
    ours.name, ours.next, ours.open = VFS_NAME, None, ctypes.cast(hook, _POINTER)
    sqlite.sqlite3_vfs_register(ctypes.byref(ours), 1)
    try:
        yield recorder
    finally:
        sqlite.sqlite3_vfs_register(original, 1)
        sqlite.sqlite3_vfs_unregister(ctypes.byref(ours))
