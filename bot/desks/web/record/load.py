"""The record of the case of a request, opened with the key of its caseworker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.record.view import RecordPainter, RecordView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.record.record import CaseRecord
    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work


async def load_record_view(request: DeskRequest, case: str, names: Mapping[str, str]) -> RecordView:
    """Return the record of a case as a page shows it; `names` are those of caseworkers.

    Raises:
        CaseNotReadableError: no key of the caseworker opens it.
        DecryptionError: an entry was altered.
    """
    context, keyring = request.context, request.keyring()

    def load(work: Work) -> CaseRecord:
        opener = context.vault.cases.opener(case, keyring)
        return context.record_entries.load(work, case, opener)

    return RecordPainter(request, names).view(await request.read(load))
