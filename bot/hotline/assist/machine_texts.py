"""What models made, sealed to its case with where it comes from.

Nothing but the page of a case reads this table: what leaves in a referral, a paper, a bundle of
evidence or a letter to the person is made of other tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from bot.store.statements import insert, select_by
from bot.store.tables.assist import machine_texts
from bot.vault import Opener, Purpose, Vault

if TYPE_CHECKING:
    from bot.hotline.assist.assistant import MachineReading
    from bot.store.writer import Work


class MachineText(msgspec.Struct, frozen=True, kw_only=True):
    """The sealed part: a text, and where it comes from."""

    text: str
    use: str
    """`translate` or `transcribe`."""
    model: str
    digest: str
    """SHA-256 of the weights, in hexadecimal digits."""
    source: str
    target: str
    by: str
    """The caseworker who asked for it."""

    @classmethod
    def of(cls, made: MachineReading, by: str) -> MachineText:
        """Return what a model made for a caseworker."""
        return cls(
            text=made.text, use=made.model.use.value, model=made.model.name,
            digest=made.model.digest, source=made.source, target=made.target, by=by,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredMachineText:
    """A machine text of a case."""

    about: str
    """`message/12`, or `file/` and the file's id."""
    content: MachineText
    at: int


_ADD = insert(machine_texts, "case_id", "about", "sealed", "at")
_OF_CASE = select_by(machine_texts, "about", "sealed", "at", by="case_id", order_by="id")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(MachineText).decode


def about_message(message: int) -> str:
    """Return how a text names the message it was made from."""
    return f"message/{message}"


def store(work: Work, vault: Vault, case: str, made: StoredMachineText) -> None:
    """Store what a model made, sealed to the case."""
    sealer = vault.case_sealer(work, case)
    data = _associated_data(case, made.about, made.at)
    work.run(
        _ADD, case, made.about, sealer.seal(Purpose.CASE, data, _encode(made.content)), made.at
    )


def of_case(work: Work, case: str, opener: Opener) -> dict[str, list[StoredMachineText]]:
    """Return the machine texts of a case by what they are about, the oldest first.

    Raises:
        DecryptionError: a row was altered or belongs to another case.
    """
    found: dict[str, list[StoredMachineText]] = {}
    for about, sealed, at in work.rows(_OF_CASE, case):
        plain = opener.open(Purpose.CASE, _associated_data(case, about, at), bytes(sealed))
        found.setdefault(about, []).append(StoredMachineText(about, _decode(plain), at))
    return found


def _associated_data(case: str, about: str, at: int) -> bytes:
    return f"{case}/machine/{about}/{at}".encode()
