"""After an absence: ask the open question again where a press may have been lost.

Telegram keeps a press for 150 seconds only. Whoever was in the middle of a question then waits for
an answer that will never come, so they are asked again; nothing is assumed. Only where the sitting
is still live: after half an hour nobody knows who holds the phone, and an unasked message could be
seen by the wrong eyes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select

from bot.clock import HOUR
from bot.dispatch.message_ids import ids_of_hour
from bot.dispatch.session import SESSION_TIMEOUT
from bot.dispatch.turn import TurnHandler
from bot.log import log
from bot.mailbox.letter import Author, Letter
from bot.store.compiled import Prepared
from bot.store.tables.main import conversations
from bot.vault.erasure.retention import DRAFTS_KEPT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.consents import ConsentKind
    from bot.conversation import Answer, Outcome
    from bot.dispatch.conversation_store import Conversation, ConversationRow, Conversations
    from bot.dispatch.effects import Effects, Submission, TurnServices
    from bot.hotline.referrals.consent_dialog import ConsentPress
    from bot.mailbox.outbox import Outbox
    from bot.partners.campaigns import Campaign
    from bot.store.writer import Work

MAX_CHATS = 500

_RECENT = Prepared(
    lambda _: (
        select(conversations.c.chat_key)
        .where(
            or_(
                conversations.c.touched_at >= bindparam("since"),
                conversations.c.touched_at.between(bindparam("first"), bindparam("last")),
            )
        )
        .limit(bindparam("most"))
    ),
    "since",
    "first",
    "last",
    "most",
)


def ask_again_after_downtime(
    work: Work, store: Conversations, outbox: Outbox, services: TurnServices, now: int
) -> int:
    """Ask the open questions of live sittings again; return how many."""
    # Sittings that nothing shall outlive count from a day before: see `counts_from`.
    sitting = now - DRAFTS_KEPT - HOUR
    recent = work.rows(
        _RECENT, now - SESSION_TIMEOUT - HOUR, sitting, sitting + SESSION_TIMEOUT, MAX_CHATS
    )
    keys = [bytes(row[0]) for row in recent]
    rows = store.load(work, keys) if keys else {}
    told = [
        (key, row, effects)
        for key, row in rows.items()
        if (effects := _repeat_question(services, key, row, now)) is not None
    ]
    count = sum(len(effects.bodies) for _, _, effects in told)
    numbers = iter(outbox.new_ids(work, count)) if count else iter(())
    letters: list[Letter] = []
    for key, row, effects in told:
        first, chat = len(letters), row.conversation.chat
        letters += [
            Letter(next(numbers), key, chat, body, author=Author.UNSOLICITED, created_at=now)
            for body in effects.bodies
        ]
        row.conversation.fleeting_letters += [
            letters[first + place].id for place in effects.fleeting
        ]
        ids_of_hour(row.conversation.message_ids, now).letters.extend(
            it.id for it in letters[first:]
        )
    outbox.store(work, letters)
    store.store(work, [(key, row) for key, row, _ in told])
    return len(told)


def _repeat_question(
    services: TurnServices, key: bytes, row: ConversationRow, now: int
) -> Effects | None:
    """Return what is said to a person in a live sitting, None where nothing is to be said."""
    if row.fault is not None or not _is_waiting(row.conversation, now):
        return None
    try:
        return TurnHandler(services, key, row.conversation, now, _NoHotline()).ask_after_downtime()
    except Exception as error:  # noqa: BLE001 - one conversation's failure is nobody else's
        log.error("turn_failed", error=type(error).__name__)
        return None


def _is_waiting(conversation: Conversation, now: int) -> bool:
    return now - conversation.touched_at <= SESSION_TIMEOUT and bool(conversation.position.frames)


class _NoHotline:
    """Asking again sends nothing and shows nothing of a case."""

    def submit(self, _conversation: Conversation, _sending: Submission) -> str:
        return ""

    def requested_texts(self, _conversation: Conversation, _outcome: Outcome) -> dict[str, str]:
        return {}

    def agree_check_in(self, _conversation: Conversation, _answers: Mapping[str, Answer]) -> None:
        return None

    def end_check_in(self, _conversation: Conversation) -> None:
        return None

    def has_check_in(self, _conversation: Conversation) -> bool:
        return False

    def match_check_in(self, _words: str) -> tuple[list[str], int]:
        return [], 0

    def record_campaign_visit(self, _code: str) -> Campaign | None:
        return None

    def new_receipt_number(self) -> str:
        return ""

    def sign_receipt(self, _case: str, _number: str, _word: bytes) -> bool:
        return False

    def retained_until(self, _conversation: Conversation) -> str:
        return ""

    def withdraw_consent(self, _kind: ConsentKind) -> None:
        return None

    def request_erasure(self, _conversation: Conversation) -> None:
        return None

    def are_all_cases_proven(self, _conversation: Conversation) -> bool:
        return False

    def find_earlier_case(self) -> str:
        return ""

    def case_exists(self, _case: str) -> bool:
        return False

    def apply_consent(self, _case: str, _pressed: ConsentPress) -> None:
        return None
