"""A worker process of a search.

Decryption holds the interpreter lock, so threads would share one core. A worker gets the query and
the keys of the cases through a pipe, keeps them only in memory, and ends with the search.
"""

from __future__ import annotations

import struct
import sys
from typing import BinaryIO

import msgspec

from bot.hotline.search.match import MatchResult, SealedRow, find_matches
from bot.process_hardening import harden_process
from bot.vault.keys.case_keys import CaseOpener
from bot.vault.keys.hpke import KeyPair

LENGTH_PREFIX = struct.Struct(">I")
"""The length of each message on the pipe."""


class SearchTask(msgspec.Struct, array_like=True):
    """The first message to a worker; batches of rows follow."""

    query: str
    """The words, with case and accents folded."""
    keys: dict[str, bytes]
    """The private half of each case's key, by case."""


encode = msgspec.msgpack.Encoder().encode
decode_result = msgspec.msgpack.Decoder(MatchResult).decode
_decode_task = msgspec.msgpack.Decoder(SearchTask).decode
_decode_batch = msgspec.msgpack.Decoder(list[SealedRow]).decode


def frame(message: SearchTask | list[SealedRow] | MatchResult) -> bytes:
    """Return a message with its length, for the pipe."""
    encoded = encode(message)
    return LENGTH_PREFIX.pack(len(encoded)) + encoded


def _read_frame(pipe: BinaryIO) -> bytes:
    """Return the next message; empty at the end."""
    head = pipe.read(LENGTH_PREFIX.size)
    return pipe.read(*LENGTH_PREFIX.unpack(head)) if head else b""


def main() -> None:
    """Search batches until the pipe is closed."""
    harden_process()  # keys in memory must not reach the disk
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    task = _decode_task(_read_frame(given))
    openers = {case: CaseOpener(case, KeyPair.from_private(raw)) for case, raw in task.keys.items()}
    while message := _read_frame(given):
        answers.write(frame(find_matches(_decode_batch(message), openers, task.query)))
        answers.flush()


if __name__ == "__main__":
    main()
