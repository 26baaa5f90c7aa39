"""Letters of a batch: built from the bodies of its turns, with outbox ids for batch positions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.dispatch.conversation_store import (
    VISIBLE_BODIES,
    HourlyMessageIds,
    ids_of_hour,
    letter_ids,
)
from bot.hotline.chat.takeover import NEUTRAL_PHRASES, UNTIL_OPENER_ANSWERED
from bot.mailbox.letter import Author, Lane, Letter
from bot.mailbox.outbox import REMOVAL_HOLD
from bot.messages import ClearChat, DeleteMessages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dispatch.conversation_store import Conversation
    from bot.dispatch.effects import Effects, StaffEffects
    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.chat.takeover import TakeoverState


@dataclass(slots=True)
class TurnLetters:
    """What one turn of a batch wants sent."""

    chat_key: bytes
    chat: int
    effects: Effects
    is_unsolicited: bool = False
    """Whether the person sent nothing just now."""


def add_removals(effects: Effects, first: int) -> None:
    """Add the letters that will delete messages later; `first` is the turn's place in its batch."""
    for removal in effects.removals:
        removal.body_index = len(effects.bodies)
        own = tuple(-1 - first - place for place in removal.body_indexes)
        effects.bodies.append(DeleteMessages(removal.messages, removal.letters + own))


def build_letters(
    turn: TurnLetters, conversation: Conversation, ids: Sequence[int], first: int, now: int
) -> list[Letter]:
    """Return the letters of a turn, and note in its conversation which the person will see.

    Args:
        turn: whose letters.
        conversation: its conversation.
        ids: of all letters of the batch.
        first: the place in `ids` of the turn's first letter.
        now: the moment.
    """
    letters = []
    for place, body in enumerate(turn.effects.bodies, first):
        letter = Letter(ids[place], turn.chat_key, turn.chat, body, created_at=now)
        _complete(letter, conversation.message_ids, ids)
        if turn.is_unsolicited and not isinstance(body, DeleteMessages):
            letter.author = Author.UNSOLICITED
        letters.append(letter)
    for removal in turn.effects.removals:
        letter = letters[removal.body_index]
        letter.not_before, letter.delay_reason = removal.at, REMOVAL_HOLD
    return letters


def _complete(letter: Letter, shown: list[HourlyMessageIds], ids: Sequence[int]) -> None:
    """Fill in what is known only once letters have ids."""
    body = letter.body
    if isinstance(body, VISIBLE_BODIES):
        ids_of_hour(shown, letter.created_at).letters.append(letter.id)
    elif isinstance(body, DeleteMessages):
        letter.body = DeleteMessages(body.messages, tuple(resolve_ids(body.letters, ids)))
    elif isinstance(body, ClearChat):
        letter.body, letter.lane = ClearChat(body.messages, letter_ids(shown)), Lane.WIPE


def resolve_ids(letters: Sequence[int], ids: Sequence[int]) -> list[int]:
    """Replace batch positions (below 0) with outbox ids."""
    return [ids[-1 - letter] if letter < 0 else letter for letter in letters]


def release_in_batch(turns: Sequence[TurnLetters], chat_key: bytes, at: int) -> None:
    """Let letters of this batch go that waited for what the person answers in it.

    They are not in the outbox yet, where those of earlier batches are released.
    """
    for turn in turns:
        if turn.chat_key != chat_key or turn.effects.staff_effects is None:
            continue
        for letter in turn.effects.staff_effects.letters.values():
            if letter.delay_reason == UNTIL_OPENER_ANSWERED:
                letter.not_before, letter.delay_reason = at, None


def attribute_letters(
    letters: list[Letter], effects: StaffEffects, takeover: TakeoverState | None
) -> dict[int, CaseMessage]:
    """Mark letters as a caseworker's, delayed if they may not go yet.

    Returns:
        The caseworker's messages with the letters they went into, by the `id()` of the message.
    """
    messages: dict[int, CaseMessage] = {}
    for place, staff_letter in effects.letters.items():
        letter, message = letters[place], staff_letter.message
        is_opener = message.content.code in NEUTRAL_PHRASES
        letter.author = Author.OPENER if is_opener else Author.CASEWORKER
        if is_opener and takeover is not None:
            takeover.opener_letter = letter.id
        letter.not_before, letter.delay_reason = staff_letter.not_before, staff_letter.delay_reason
        messages[id(message)] = replace(message, letter=letter.id)
    return messages
