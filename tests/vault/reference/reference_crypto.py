"""What the vault does, written out from the RFCs alone: `python -m
tests.vault.reference.reference_crypto` makes the
vectors. It shares no code with the vault and none with its library.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
import sys

from tests.support.paths import TESTS

VECTORS = TESTS / "vault" / "vectors.json"
MASK = 0xFFFFFFFF
P1305 = (1 << 130) - 5
CLAMP = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
ROUNDS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
          (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))  # fmt: skip


def hkdf(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 with SHA-256, no salt, 32 bytes."""
    extracted = hmac.digest(b"\0" * 32, secret, "sha256")
    return hmac.digest(extracted, info + b"\1", "sha256")


def seal(key: bytes, nonce: bytes, associated: bytes, plain: bytes) -> bytes:
    """RFC 8439, section 2.8: ChaCha20-Poly1305."""
    one_time = _block(key, 0, nonce)[:32]
    blocks = (_block(key, 1 + at // 64, nonce) for at in range(0, len(plain), 64))
    stream = b"".join(blocks)
    cipher = bytes(a ^ b for a, b in zip(plain, stream, strict=False))
    lengths = struct.pack("<QQ", len(associated), len(cipher))
    return cipher + _poly1305(one_time, _padded(associated) + _padded(cipher) + lengths)


def envelope(secret: bytes, purpose: str, place: bytes, nonce: bytes, plain: bytes) -> bytes:
    """What stands in the database: version, nonce, ciphertext, tag."""
    key = hkdf(secret, f"haven 1 seal {purpose}".encode())
    return b"\1" + nonce + seal(key, nonce, f"haven/{purpose}/".encode() + place, plain)


def epoch_envelope(
    secret: bytes, number: int, purpose: str, place: bytes, nonce: bytes, plain: bytes
) -> bytes:
    """What stands in the database while it is on its way: version, epoch, nonce, ciphertext."""
    key = hkdf(secret, f"haven 3 {purpose}".encode())
    bound = f"haven/epoch/{purpose}/{number}/".encode() + place
    return b"\3" + number.to_bytes(4) + nonce + seal(key, nonce, bound, plain)


def erased(secret: bytes, case: str) -> bytes:
    """What an erased case is known by."""
    return hmac.digest(hkdf(secret, b"haven 1 erased"), case.encode(), "sha256")[:16]


def chat_key(secret: bytes, bot: int, chat: int) -> bytes:
    """The lookup key of a chat."""
    key = hkdf(secret, b"haven 1 identity")
    return hmac.digest(key, f"{bot}|{chat}".encode(), "sha256")[:16]


def vouched(secret: bytes, what: bytes) -> bytes:
    """The proof of a button."""
    return hashlib.blake2b(what, key=hkdf(secret, b"haven 1 buttons"), digest_size=8).digest()


def linked(secret: bytes, before: bytes, row: list[int | str]) -> bytes:
    """The proof of a row of the audit log, which stands behind another."""
    packed = bytes([0x90 | len(row)]) + b"".join(_packed(value) for value in row)
    return hmac.digest(hkdf(secret, b"haven 1 audit"), before + packed, "sha256")


def _packed(value: int | str) -> bytes:
    """MessagePack, as small as it can be."""
    if isinstance(value, str):
        raw = value.encode()
        return (bytes([0xA0 | len(raw)]) if len(raw) < 32 else bytes([0xD9, len(raw)])) + raw
    if value < 128:
        return bytes([value])
    size = next(size for size in (1, 2, 4, 8) if value < 1 << 8 * size)
    return bytes([0xCC + size.bit_length() - 1]) + value.to_bytes(size, "big")


def _block(key: bytes, counter: int, nonce: bytes) -> bytes:
    begin = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574]
    begin += [*struct.unpack("<8L", key), counter, *struct.unpack("<3L", nonce)]
    state = list(begin)
    for _ in range(10):
        for a, b, c, d in ROUNDS:
            _quarter(state, a, b, c, d)
    return struct.pack("<16L", *((x + y) & MASK for x, y in zip(state, begin, strict=True)))


def _quarter(state: list[int], a: int, b: int, c: int, d: int) -> None:
    for target, left, right, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[target] = (state[target] + state[left]) & MASK
        mixed = state[right] ^ state[target]
        state[right] = (mixed << turn | mixed >> (32 - turn)) & MASK


def _poly1305(key: bytes, message: bytes) -> bytes:
    r = int.from_bytes(key[:16], "little") & CLAMP
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at : at + 16] + b"\1", "little")) * r % P1305
    return ((total + int.from_bytes(key[16:], "little")) % (1 << 128)).to_bytes(16, "little")


def _padded(part: bytes) -> bytes:
    return part + b"\0" * (-len(part) % 16)


def filled(plain: bytes) -> bytes:
    """What is sealed to a case: filled up to 256 bytes, 1, 4 or 16 KiB, or a multiple of that."""
    length = next((it for it in (256, 1024, 4096, 16384) if len(plain) < it), 0)
    length = length or -(-(len(plain) + 1) // 16384) * 16384
    return plain + b"\x80" + b"\0" * (length - len(plain) - 1)


def to_cases(words: bytes) -> list[list[str]]:
    """What stands in the database for a case with a key pair: the RFC's, with our place."""
    from tests.vault.reference import reference_hpke  # noqa: PLC0415 - it stands on this

    found = []
    for purpose, place, plain in (
        ("case", "c/report/r", words), ("case", "c/report/r", b""), ("file", "name", words * 9),
    ):  # fmt: skip
        info = f"haven/5/c/{purpose}/{place}".encode()
        padded = plain if purpose == "file" else filled(plain)
        public = reference_hpke.public(bytes(range(1, 33)))
        sealed = reference_hpke.seal(public, bytes(range(2, 34)), info, b"", padded)
        found.append([purpose, place, plain.hex(), (b"\5" + sealed).hex()])
    return found


def _envelopes(secret: bytes, words: bytes) -> list[dict[str, str]]:
    envelopes = []
    for number, purpose in enumerate(
        (
            "inbox", "conversation", "outbox", "case", "file", "address", "staff", "case_key",
            "epoch", "case_public", "codes", "desk", "handle", "referral", "clock",
            "staff_command", "unhashed", "plan", "partner", "session",
        )
    ):  # fmt: skip
        for plain in (b"", words, words * 5):
            nonce = hashlib.sha256(b"%d/%d" % (number, len(plain))).digest()[:12]
            place = f"row {number}".encode()
            sealed = envelope(secret, purpose, place, nonce, plain)
            envelopes.append(
                {
                    "purpose": purpose,
                    "place": place.hex(),
                    "plain": plain.hex(),
                    "sealed": sealed.hex(),
                }
            )
    return envelopes


def _audited(secret: bytes) -> list[tuple[list[int | str], str]]:
    log: list[list[int | str]] = [
        [1, 1_800_000_000_000_000, "operator", "staff_add", "9f3c2a1b", "supervisor"],
        [2, 1_800_000_060_000_000, "9f3c2a1b", "claim", "245dc1dfbbf9f644d52863b0ff5f27bc", ""],
        [3, 1_800_000_120_000_000, "house", "lapse", "245dc1dfbbf9f644d52863b0ff5f27bc", "a" * 60],
    ]
    before = bytes(32)
    proofs: list[tuple[list[int | str], str]] = []
    for row in log:
        before = linked(secret, before, row)
        proofs.append((row, before.hex()))
    return proofs


def main() -> None:
    """Write the vectors."""
    secret = bytes(range(32))
    words = "Dia menyimpan paspor saya. \U0001f4d5".encode()
    envelopes = _envelopes(secret, words)
    chats = [(7000000001, 5000000001), (7000000001, -1001), (7, 0), (70, 0)]
    vectors = {
        "host_key": secret.hex(),
        "envelopes": envelopes,
        "chats": [[bot, chat, chat_key(secret, bot, chat).hex()] for bot, chat in chats],
        "buttons": [[what.hex(), vouched(secret, what).hex()] for what in (b"", b"x|1|report.who")],
        "audit": _audited(secret),
        "epochs": [
            [purpose, epoch_envelope(secret, 7, purpose, b"row 9", bytes(range(12)), words).hex()]
            for purpose in ("inbox", "conversation", "outbox")
        ],
        "to_cases": to_cases(words),
        "erased": [[case, erased(secret, case).hex()] for case in ("", "0" * 32)],
    }
    VECTORS.write_text(json.dumps(vectors, indent=1) + "\n", encoding="ascii")
    sys.stdout.write(f"{len(envelopes)} envelopes\n")


if __name__ == "__main__":
    main()
