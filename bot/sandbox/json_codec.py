"""JSON as Telegram writes it: fast, and able to carry what no sane text contains."""

from __future__ import annotations

import json
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


def encode(thing: object) -> bytes:
    r"""Return JSON; a lone surrogate leaves as its escape, `"\ud83d"`."""
    try:
        return _encoder.encode(thing)
    except UnicodeEncodeError:
        return json.dumps(thing, separators=(",", ":")).encode()


def decode(raw: bytes | str) -> Any:
    """Return what the JSON says, lone surrogates included; raises `ValueError`."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return json.loads(raw)
