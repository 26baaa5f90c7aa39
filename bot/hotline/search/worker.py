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

from bot.hotline.search.match import MatchResult, MatchSource, SearchMatch, find_matches
from bot.vault.keys.case_keys import CaseOpener
from bot.vault.keys.hpke import KeyPair

if TYPE_CHECKING:
    from bot.hotline.search.match import SealedRow

LENGTH_PREFIX = struct.Struct(">I")
"""Stands before each message on the pipe: how long it is."""


class SearchTask(msgspec.Struct, array_like=True):
    """What a reader is told first."""

    query: str
    """The words, in their plainest spelling."""
    keys: dict[str, bytes]
    """The private half of each case that somebody may open."""


class SearchBatch(msgspec.Struct, array_like=True):
    """Some rows to be read."""

    rows: list[tuple[str, str, int, bytes]]


class SearchBatchResult(msgspec.Struct, array_like=True):
    """What they came to."""

    matches: list[tuple[str, str, int, str]]
    items: int
    unreadable: int


encode = msgspec.msgpack.Encoder().encode
_decode_task = msgspec.msgpack.Decoder(SearchTask).decode
_decode_batch = msgspec.msgpack.Decoder(SearchBatch).decode
_decode_result = msgspec.msgpack.Decoder(SearchBatchResult).decode


def frame(message: SearchTask | SearchBatch | SearchBatchResult) -> bytes:
    """Return a message as it stands on the pipe."""
    said = encode(message)
    return LENGTH_PREFIX.pack(len(said)) + said


def encode_batch(rows: list[SealedRow]) -> bytes:
    """Return rows as a reader wants them, on the pipe."""
    return frame(SearchBatch([(case, name, at, bytes(sealed)) for case, name, at, sealed in rows]))


def decode_result(said: bytes) -> MatchResult:
    """Return what a reader answered."""
    came = _decode_result(said)
    places = [
        SearchMatch(case, MatchSource(where), at, words) for case, where, at, words in came.matches
    ]
    return MatchResult(places, came.items, came.unreadable)


def _read_frame(pipe: BinaryIO) -> bytes:
    """Return the next message; nothing once there is none."""
    head = pipe.read(LENGTH_PREFIX.size)
    return pipe.read(*LENGTH_PREFIX.unpack(head)) if head else b""


def main() -> None:
    """Read what comes until nothing does."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what is in memory never lies on a disk
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    task = _decode_task(_read_frame(given))
    openers = {case: CaseOpener(case, KeyPair.from_private(raw)) for case, raw in task.keys.items()}
    while said := _read_frame(given):
        came = find_matches(_decode_batch(said).rows, openers, task.query)
        places = [(it.case, it.source.value, it.at, it.excerpt) for it in came.matches]
        answers.write(frame(SearchBatchResult(places, came.items, came.unreadable)))
        answers.flush()


if __name__ == "__main__":
    main()
