"""The form of age files, to cut and shuffle them where it hurts most."""

from __future__ import annotations

PIECE, TAG, NONCE = 64 * 1024, 16, 16
SEALED_PIECE = PIECE + TAG


def body_start(data: bytes) -> int:
    """Return where the encrypted pieces begin: after the line of the MAC, and a nonce."""
    return data.index(b"\n", data.index(b"\n--- ") + 1) + 1 + NONCE


def piece_borders(data: bytes) -> list[int]:
    """Return where each encrypted piece of a file begins."""
    return list(range(body_start(data), len(data), SEALED_PIECE))
