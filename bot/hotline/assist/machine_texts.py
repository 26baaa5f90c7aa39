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
    step: str = ""
    """The question of a report whose answer was translated; empty for anything else."""

    @classmethod
    def of(cls, made: MachineReading, by: str, step: str = "") -> MachineText:
        """Return what a model made for a caseworker."""
        return cls(
            text=made.text, use=made.model.use.value, model=made.model.name,
            digest=made.model.digest, source=made.source, target=made.target, by=by,
            step=step,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredMachineText:
    """A machine text of a case."""

    about: str
    """`message/12`, `report/1`, or `file/` and the file's id."""
    content: MachineText
    at: int

    @property
    def key(self) -> str:
        """Return what it is about, with the question of a report: `report/1/story`."""
        return f"{self.about}/{self.content.step}" if self.content.step else self.about


_ADD = insert(machine_texts, "case_id", "about", "sealed", "at")
_OF_CASE = select_by(machine_texts, "about", "sealed", "at", by="case_id", order_by="id")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(MachineText).decode


def about_message(message: int) -> str:
    """Return how a text names the message it was made from."""
    return f"message/{message}"


def about_report(number: int) -> str:
    """Return how a text names the report it was made from, counted from 1; the step is sealed."""
    return f"report/{number}"


def about_file(file: str) -> str:
    """Return how a text names the recording it was made from, by the id of its file."""
    return f"file/{file}"


def about_recording(number: int) -> str:
    """Return how a page names a recording, by its number among the files of the case."""
    return f"file/{number}"


def store(work: Work, vault: Vault, case: str, made: StoredMachineText) -> None:
    """Store what a model made, sealed to the case."""
    sealer = vault.case_sealer(work, case)
    data = _associated_data(case, made.about, made.at)
    work.run(
        _ADD, case, made.about, sealer.seal(Purpose.CASE, data, _encode(made.content)), made.at
    )


def of_case(work: Work, case: str, opener: Opener) -> dict[str, list[StoredMachineText]]:
    """Return the machine texts of a case by their keys, the oldest first.

    Raises:
        DecryptionError: a row was altered or belongs to another case.
    """
    found: dict[str, list[StoredMachineText]] = {}
    for about, sealed, at in work.rows(_OF_CASE, case):
        plain = opener.open(Purpose.CASE, _associated_data(case, about, at), bytes(sealed))
        made = StoredMachineText(about, _decode(plain), at)
        found.setdefault(made.key, []).append(made)
    return found


def _associated_data(case: str, about: str, at: int) -> bytes:
    return f"{case}/machine/{about}/{at}".encode()
