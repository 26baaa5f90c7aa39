"""What a partner answers to a delivery, and what staff reply: codes, and words of the partner.

The words are sealed to the case where they are written, so that only staff who may read the case
read them; the partner's room cannot show them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.partners.delivered import DeliverySide, PartnerAnswer
from bot.store.statements import insert, select_by, select_in
from bot.store.tables.deliveries import delivery_messages
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.hotline.deliveries.model import ReferralDelivery
    from bot.partners.delivered import DeskReply, GivenAnswer
    from bot.store.writer import Work
    from bot.vault import Opener, Vault


@dataclass(frozen=True, slots=True)
class DeliveryMessage:
    """One answer of a partner, or one reply of staff."""

    id: int
    delivery: str
    side: DeliverySide
    code: str
    """Of `PartnerAnswer` or `DeskReply`, by its side."""
    author: str
    """The number of the member, or the id of the caseworker."""
    at: int
    words: str | None = None
    """What the partner wrote; None: nothing, or not opened here."""
    has_words: bool = False


_COLUMNS = ("id", "delivery_id", "side", "code", "author", "at", "sealed")
_ADD = insert(
    delivery_messages, "delivery_id", "case_id", "side", "code", "sealed", "author", "at",
    returning="id",
)  # fmt: skip
_OF_CASE = select_by(delivery_messages, *_COLUMNS, by="case_id", order_by="id")
_OF_CASES = select_in(delivery_messages, *_COLUMNS, "case_id", among="case_id")
_OF_DELIVERY = select_by(delivery_messages, *_COLUMNS, by="delivery_id", order_by="id")


class DeliveryMessages:
    """Answers and replies as rows, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add_answer(self, work: Work, delivery: ReferralDelivery, given: GivenAnswer) -> int:
        """Store an answer of a partner, its words sealed to the case; return its number.

        Raises:
            DecryptionError: the case has no key.
        """
        code, sealed = given.answer.value, None
        if given.words:
            data = _associated_data(delivery.number, code, given.at)
            sealer = self._vault.case_sealer(work, delivery.case)
            sealed = sealer.seal(Purpose.CASE, data, given.words.encode("utf-8", "surrogatepass"))
        side, author = DeliverySide.PARTNER.value, str(given.member)
        rows = work.rows(_ADD, delivery.number, delivery.case, side, code, sealed, author, given.at)
        return int(rows[0][0])

    @staticmethod
    def add_reply(
        work: Work, delivery: ReferralDelivery, reply: DeskReply, by: str, now: int
    ) -> None:
        """Store a reply of staff to a question."""
        side = DeliverySide.DESK.value
        work.rows(_ADD, delivery.number, delivery.case, side, reply.value, None, by, now)

    @staticmethod
    def of_case(
        work: Work, case: str, opener: Opener | None = None
    ) -> dict[str, list[DeliveryMessage]]:
        """Return what was said about the deliveries of a case, by delivery, oldest first.

        Raises:
            DecryptionError: the words of one were altered, or are another case's.
        """
        found: dict[str, list[DeliveryMessage]] = {}
        for row in work.rows(_OF_CASE, case):
            found.setdefault(str(row[1]), []).append(_message(row, opener))
        return found

    @staticmethod
    def cases_with_open_question(work: Work, cases: Iterable[str]) -> set[str]:
        """Return those of the cases in which a partner waits for a reply of staff."""
        by_delivery: dict[tuple[str, str], list[DeliveryMessage]] = {}
        for *row, case in sorted(work.rows_in(_OF_CASES, list(cases)), key=_number):
            message = _message(row, None)
            by_delivery.setdefault((str(case), message.delivery), []).append(message)
        return {case for (case, _), found in by_delivery.items() if has_open_question(found)}

    @staticmethod
    def of_delivery(work: Work, number: str) -> list[DeliveryMessage]:
        """Return what was said about a delivery, oldest first, without words."""
        return [_message(row, None) for row in work.rows(_OF_DELIVERY, number)]


def has_open_question(messages: Sequence[DeliveryMessage]) -> bool:
    """Tell whether a partner asked something and staff have not replied since."""
    asked = [
        it for it in messages
        if it.side is DeliverySide.DESK or it.code == PartnerAnswer.ASKED.value
    ]  # fmt: skip
    return bool(asked) and asked[-1].side is DeliverySide.PARTNER


def _number(row: Sequence[Any]) -> int:
    return int(row[0])


def _message(row: Sequence[Any], opener: Opener | None) -> DeliveryMessage:
    number, delivery, side, code, author, at, sealed = row
    words = None
    if sealed is not None and opener is not None:
        data = _associated_data(delivery, code, at)
        words = opener.open(Purpose.CASE, data, bytes(sealed)).decode("utf-8", "surrogatepass")
    return DeliveryMessage(
        int(number), delivery, DeliverySide(side), code, author, at, words, sealed is not None
    )


def _associated_data(delivery: str, code: str, at: int) -> bytes:
    return f"delivery/{delivery}/{code}/{at}".encode()
