"""The encrypted fields of a case, and which of them the bot can still open.

The bot encrypts a report to its case and cannot open it again. For one day it also keeps what the
engine and the desks need under its own key: codes of the answers and of the reasons for urgency,
and where each file can still be fetched. Later the functions report that these are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from bot.conversation import Answer, FileRef, FlowRegistry, PlaceAnswer, TimeAnswer
from bot.conversation.questions.choice import ListQuestion
from bot.errors import EpochExpiredError
from bot.vault import Purpose, Vault

AnswerFilter = Callable[[str, Mapping[str, Answer]], dict[str, Answer]]
"""Returns those answers of a flow that the bot can open for a day."""


class ReportContents(msgspec.Struct):
    """What is sealed in a report: every answer by step, codes and the person's own words."""

    answers: dict[str, Answer]


encode = msgspec.msgpack.Encoder().encode
decode_contents = msgspec.msgpack.Decoder(ReportContents).decode
decode_reasons = msgspec.msgpack.Decoder(list[str]).decode


class SentFile(msgspec.Struct):
    """A file a person sent, and the bot that can fetch it."""

    bot: int
    note: FileRef


decode_file = msgspec.msgpack.Decoder(SentFile).decode


def encode_fetch_handle(sent: SentFile) -> bytes:
    """Return what fetching a file needs, and nothing that its person wrote or called it.

    The custody log notes when it arrived, so that stands here too.
    """
    note = sent.note
    bare = FileRef(
        note.handle, note.kind, note.size, unique=note.unique, arrived_at=note.arrived_at,
        sent_at=note.sent_at, message=note.message,
    )  # fmt: skip
    return encode(SentFile(sent.bot, bare))


def entry_associated_data(case: str, entry: str, at: int) -> bytes:
    """Return what the sealed content of an entry of the record is bound to."""
    return f"{case}/record/{entry}/{at}".encode()


def report_associated_data(case: str, report: str) -> bytes:
    """Return the place a report is bound to."""
    return f"{case}/report/{report}".encode()


def reasons_associated_data(case: str) -> bytes:
    """Return the place the reasons of a case are bound to."""
    return f"{case}/reasons".encode()


def open_reasons(vault: Vault, case: str, sealed: bytes) -> list[str] | None:
    """Return the reasons of a case's urgency, as codes; None once the bot can no longer open them.

    Staff with access to the case read them from the report.

    Raises:
        DecryptionError: they were altered, or are another case's.
    """
    try:
        return decode_reasons(vault.open(Purpose.CODES, reasons_associated_data(case), sealed))
    except EpochExpiredError:
        return None


def open_codes(
    vault: Vault, case: str, report: str, codes: bytes | None
) -> dict[str, Answer] | None:
    """Return what the bot still opens of a report: codes, for a day; None once that is over.

    Raises:
        DecryptionError: it was altered, or is another report's.
    """
    if codes is None:
        return None
    try:
        plain = vault.open(Purpose.CODES, report_associated_data(case, report), codes)
    except EpochExpiredError:
        return None
    return decode_contents(plain).answers


def open_handle(vault: Vault, name: str, handle: bytes | None) -> FileRef:
    """Return what the bot needs to fetch a file.

    Raises:
        DecryptionError: it was altered, or is fetched no more.
    """
    if handle is None:
        raise EpochExpiredError("this file opens for staff alone")
    return decode_file(vault.open(Purpose.HANDLE, name.encode(), bytes(handle))).note


def open_address(vault: Vault, case: str, sealed: bytes) -> int:
    """Return the chat of an open case.

    Raises:
        DecryptionError: it was altered, or is another case's.
    """
    return int(vault.open(Purpose.ADDRESS, case.encode(), sealed))


def keep_nothing(_flow: str, _answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Keep nothing: for a desk that may not show a person's words."""
    return {}


def keep_everything(_flow: str, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Keep all of it: for a desk that is allowed to show a person's words."""
    return dict(answers)


def keep_codes(book: FlowRegistry) -> AnswerFilter:
    """Return what keeps only codes: choices, numbers, counties."""

    def keep(flow: str, answers: Mapping[str, Answer]) -> dict[str, Answer]:
        found = ((step, _code_of(book, flow, step, answer)) for step, answer in answers.items())
        return {step: answer for step, answer in found if answer not in {None, ()}}

    return keep


def _code_of(book: FlowRegistry, flow: str, step: str, answer: Answer) -> Answer:
    if isinstance(answer, PlaceAnswer):
        return PlaceAnswer(county=answer.county) if answer.county else None
    if isinstance(answer, TimeAnswer):
        return TimeAnswer(code=answer.code) if answer.code else None
    if isinstance(answer, int):
        return answer
    question = book.question(flow, step)
    if not isinstance(question, ListQuestion):
        return None
    if isinstance(answer, tuple):
        return tuple(code for code in answer if isinstance(code, str) and code in question.codes)
    return answer if answer in question.codes else None
