"""Letters get their numbers: what was known only by its place in a batch is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dispatch.message_ids import VISIBLE_BODIES, HourlyMessageIds, ids_of_hour, letter_ids
from bot.mailbox.letter import Author, Lane
from bot.messages import CheckPassphrase, ClearChat, DeleteMessages
from bot.vault.passphrase_hash import passphrase_chat_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dispatch.effects import Effects
    from bot.mailbox.letter import Letter


def finish_letter(
    letter: Letter, traces: list[HourlyMessageIds], sent_ids: Sequence[int], *, is_asked: bool
) -> None:
    """Fill in what is known only once letters have numbers; note which the person will see."""
    body = letter.body
    if isinstance(body, DeleteMessages):
        letter.body = _resolve_removal(body, sent_ids)
    elif not is_asked:
        letter.author = Author.UNSOLICITED
    if isinstance(body, VISIBLE_BODIES):
        ids_of_hour(traces, letter.created_at).letters.append(letter.id)
    elif isinstance(body, ClearChat):
        letter.body, letter.lane = ClearChat(body.messages, letter_ids(traces)), Lane.WIPE
    elif isinstance(body, CheckPassphrase):
        letter.chat_key = passphrase_chat_key(letter.chat_key)


def add_removals(effects: Effects, before: int) -> None:
    """Add the letters that take messages away by themselves, later."""
    for it in effects.removals:
        it.body_index = len(effects.bodies)
        said = tuple(-1 - before - place for place in it.body_indexes)
        effects.bodies.append(DeleteMessages(it.messages, it.letters + said))


def resolve_ids(letters: Sequence[int], numbers: Sequence[int]) -> list[int]:
    """Return the letters' numbers; those of this batch had only their place in it."""
    return [numbers[-1 - letter] if letter < 0 else letter for letter in letters]


def _resolve_removal(body: DeleteMessages, numbers: Sequence[int]) -> DeleteMessages:
    return DeleteMessages(body.messages, tuple(resolve_ids(body.letters, numbers)))
