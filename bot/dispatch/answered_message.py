"""Which message a person's message replies to, as its case keeps it: by number, never in words.

What the person marked may be of before they agreed that staff read it, or they may have deleted it.
So only numbers are kept, and a desk looks them up among the messages of the case: what is not there
is not shown. Of a part that they marked only its place and two bytes of a digest are kept: the
place is approximate, and the message may have been edited since. A question of the bot is no
message of the case. It is named if it was asked since staff read what the person writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.conversation import Card, Menu
from bot.dispatch.conversation_store import letter_ids
from bot.dispatch.turn.outcome_rules import READ_FLOWS
from bot.hotline.chat.messages import AnsweredMessage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.dispatch.turn.context import TurnContext
    from bot.messages import Replied


def find_answered(turn: TurnContext, replied: Replied | None) -> AnsweredMessage | None:
    """Return which message an update replies to; None if it is none that staff may know of."""
    if replied is None or not turn.has_hotline:
        return None
    if not replied.is_of_bot:
        return AnsweredMessage(
            message=replied.message, part=replied.part, part_digest=replied.part_digest
        )
    letters = letter_ids(turn.conversation.message_ids)
    if letter := turn.hotline.letter_of_staff(letters, replied.message):
        return AnsweredMessage(letter=letter, part=replied.part, part_digest=replied.part_digest)
    question = _find_question(turn, replied)
    return AnsweredMessage(question=question) if question else None


def _find_question(turn: TurnContext, replied: Replied) -> str:
    """Return the question of the bot that a message holds, as `flow.step`; empty for none."""
    takeover = turn.conversation.takeover
    case = turn.read_case if takeover is None else takeover.case
    since = turn.hotline.read_since(case) if case else None
    if since is None or replied.sent_at < since // SECOND:
        return ""
    renderer, language = turn.services.renderer, turn.conversation.language
    for flow in _flows(turn):
        compiled = turn.services.registry.compiled.get(flow)
        for step, question in compiled.questions.items() if compiled else ():
            if isinstance(question, Menu | Card):
                continue
            if renderer.text(question.prompt, language) == replied.text:
                return f"{flow}.{step}"
    return ""


def _flows(turn: TurnContext) -> Iterable[str]:
    """Return the flows whose answers reach the case, those that are open first."""
    is_open = dict.fromkeys(it.flow for it in reversed(turn.frames) if it.flow in READ_FLOWS)
    return [*is_open, *sorted(READ_FLOWS - is_open.keys())]
