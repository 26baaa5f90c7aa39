"""JSON that can also carry lone surrogates, as Telegram's can."""

from __future__ import annotations

import json
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


def encode(thing: object) -> bytes:
    r"""Return JSON, with a lone surrogate as an escape, `"\ud83d"`."""
    try:
        return _encoder.encode(thing)
    except UnicodeEncodeError:
        return json.dumps(thing, separators=(",", ":")).encode()


def decode(raw: bytes | str) -> Any:
    """Return the value of JSON, lone surrogates included; raises `ValueError`."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return json.loads(raw)
