"""Read sealed things for whoever looks for words, in a process of its own.

Opening holds the interpreter: threads would all together use one core. A reader is told what to
look for and the keys of the cases through a pipe, keeps them in memory alone, and ends with the
search.
"""

from __future__ import annotations

import resource
import struct
import sys
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from bot.hotline.search.match import In, Place, Read, read
from bot.vault.keys.case_keys import CaseOpener
from bot.vault.keys.hpke import KeyPair

if TYPE_CHECKING:
    from bot.hotline.search.match import Row

HEAD = struct.Struct(">I")
"""Stands before each message on the pipe: how long it is."""


class Task(msgspec.Struct, array_like=True):
    """What a reader is told first."""

    wanted: str
    """The words, in their plainest spelling."""
    keys: dict[str, bytes]
    """The private half of each case that somebody may open."""


class Part(msgspec.Struct, array_like=True):
    """Some rows to be read."""

    rows: list[tuple[str, str, int, bytes]]


class Came(msgspec.Struct, array_like=True):
    """What they came to."""

    places: list[tuple[str, str, int, str]]
    items: int
    unreadable: int


encode = msgspec.msgpack.Encoder().encode
_task = msgspec.msgpack.Decoder(Task).decode
_part = msgspec.msgpack.Decoder(Part).decode
_came = msgspec.msgpack.Decoder(Came).decode


def framed(message: Task | Part | Came) -> bytes:
    """Return a message as it stands on the pipe."""
    said = encode(message)
    return HEAD.pack(len(said)) + said


def part(rows: list[Row]) -> bytes:
    """Return rows as a reader wants them, on the pipe."""
    return framed(Part([(case, name, at, bytes(sealed)) for case, name, at, sealed in rows]))


def came_to(said: bytes) -> Read:
    """Return what a reader answered."""
    came = _came(said)
    places = [Place(case, In(where), at, words) for case, where, at, words in came.places]
    return Read(places, came.items, came.unreadable)


def _heard(pipe: BinaryIO) -> bytes:
    """Return the next message; nothing once there is none."""
    head = pipe.read(HEAD.size)
    return pipe.read(*HEAD.unpack(head)) if head else b""


def main() -> None:
    """Read what comes until nothing does."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what is in memory never lies on a disk
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    task = _task(_heard(given))
    openers = {case: CaseOpener(case, KeyPair.of(raw)) for case, raw in task.keys.items()}
    while said := _heard(given):
        came = read(_part(said).rows, openers, task.wanted)
        places = [(it.case, it.found_in.value, it.at, it.words) for it in came.places]
        answers.write(framed(Came(places, came.items, came.unreadable)))
        answers.flush()


if __name__ == "__main__":
    main()
