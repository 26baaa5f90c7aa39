"""Origins of cases as rows; who told us and how to call back are sealed to the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.hotline.origins.model import CallBack, CaseOrigin, OriginChannel, Teller
from bot.store.statements import insert, select_in, select_one, upsert
from bot.store.tables.origins import case_origins
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.writer import Work
    from bot.vault import Opener, Vault

_ADD = insert(case_origins, "case_id", "channel", "opened_by", "teller", "call_back")
_SET_CALL_BACK = upsert(
    case_origins, "case_id", "channel", "opened_by", "call_back", key="case_id", update="call_back"
)
_OF_CASE = select_one(case_origins, "channel", "opened_by", "teller", "call_back", by="case_id")
_CHANNELS = select_in(case_origins, "case_id", "channel", among="case_id")
_encode = msgspec.msgpack.Encoder().encode
_decode_teller = msgspec.msgpack.Decoder(Teller).decode
_decode_call_back = msgspec.msgpack.Decoder(CallBack).decode


class CaseOrigins:
    """Origins of cases, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add(self, work: Work, case: str, origin: CaseOrigin) -> None:
        """Store the origin of a case that has just been stored."""
        work.run(
            _ADD, case, origin.channel.value, origin.opened_by,
            None if origin.teller.is_empty else self._seal(work, case, "teller", origin.teller),
            self._seal_call_back(work, case, origin.call_back),
        )  # fmt: skip

    def set_call_back(self, work: Work, case: str, call_back: CallBack, by: str) -> None:
        """Replace how a person is called back; a case without an origin came by chat."""
        sealed = self._seal_call_back(work, case, call_back)
        work.run(_SET_CALL_BACK, case, OriginChannel.CHAT.value, by, sealed)

    @staticmethod
    def of_case(work: Work, case: str, opener: Opener) -> CaseOrigin | None:
        """Return the origin of a case; None for one that came by chat and has no call-back.

        Raises:
            DecryptionError: it was altered, or is another case's.
        """
        rows = work.rows(_OF_CASE, case)
        if not rows:
            return None
        channel, opened_by, teller, call_back = rows[0]
        return CaseOrigin(
            OriginChannel(channel), opened_by,
            Teller() if teller is None else _decode_teller(_open(opener, case, "teller", teller)),
            CallBack()
            if call_back is None
            else _decode_call_back(_open(opener, case, "call_back", call_back)),
        )  # fmt: skip

    @staticmethod
    def channels(work: Work, found: Sequence[str]) -> dict[str, OriginChannel]:
        """Return the channel of those of the cases that did not come by chat."""
        rows = work.rows_in(_CHANNELS, found) if found else ()
        channels = {str(case): OriginChannel(channel) for case, channel in rows}
        return {case: it for case, it in channels.items() if it is not OriginChannel.CHAT}

    def _seal_call_back(self, work: Work, case: str, call_back: CallBack) -> bytes | None:
        if call_back.is_empty:
            return None
        return self._seal(work, case, "call_back", call_back)

    def _seal(self, work: Work, case: str, part: str, content: CallBack | Teller) -> bytes:
        sealer = self._vault.case_sealer(work, case)
        return sealer.seal(Purpose.CASE, _associated_data(case, part), _encode(content))


def _open(opener: Opener, case: str, part: str, sealed: bytes) -> bytes:
    return opener.open(Purpose.CASE, _associated_data(case, part), bytes(sealed))


def _associated_data(case: str, part: str) -> bytes:
    return f"{case}/origin/{part}".encode()
