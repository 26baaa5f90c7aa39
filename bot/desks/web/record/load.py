"""The record of the case of a request, opened with the key of its caseworker.

Here it is compared with the digests that connect cases, because only here is it open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.record.view import RecordPainter, RecordView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.record.record import CaseRecord
    from bot.desks.web.request import DeskRequest
    from bot.hotline.connections.store import RecordDifference
    from bot.store.writer import Work


async def load_record_view(request: DeskRequest, case: str, names: Mapping[str, str]) -> RecordView:
    """Return the record of a case as a page shows it; `names` are those of caseworkers.

    If cases are compared, what the record says and is not noted yet is noted.

    Raises:
        CaseNotReadableError: no key of the caseworker opens it.
        DecryptionError: an entry was altered.
    """
    context, keyring = request.context, request.keyring()
    connections = context.connections

    def load(work: Work) -> tuple[CaseRecord, RecordDifference | None]:
        opener = context.vault.cases.opener(case, keyring)
        record = context.record_entries.load(work, case, opener)
        return record, connections.difference(work, case, record)

    record, difference = await request.read(load)
    if difference is not None and not request.writes_refused_since:
        await request.write(lambda work: connections.mend(work, case, difference))
    return RecordPainter(request, names).view(record)
