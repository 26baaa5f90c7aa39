"""Letters get their numbers: what was known only by its place in a batch is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dispatch.message_ids import SHOWN, Trace, ours, trace
from bot.mailbox.letter import Author, Lane
from bot.messages import Remove, Wipe, Word
from bot.vault.passphrase_hash import aside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dispatch.effects import Effects
    from bot.mailbox.letter import Letter


def complete(
    letter: Letter, traces: list[Trace], numbers: Sequence[int], *, is_asked: bool
) -> None:
    """Fill in what is known only once letters have numbers; note which the person will see."""
    body = letter.body
    if isinstance(body, Remove):
        letter.body = _named(body, numbers)
    elif not is_asked:
        letter.author = Author.UNASKED
    if isinstance(body, SHOWN):
        trace(traces, letter.created_at).ours.append(letter.id)
    elif isinstance(body, Wipe):
        letter.body, letter.lane = Wipe(body.messages, ours(traces)), Lane.WIPE
    elif isinstance(body, Word):
        letter.chat_key = aside(letter.chat_key)


def add_vanishing(effects: Effects, before: int) -> None:
    """Add the letters that take messages away by themselves, later."""
    for it in effects.vanishing:
        it.letter = len(effects.bodies)
        said = tuple(-1 - before - place for place in it.places)
        effects.bodies.append(Remove(it.messages, it.letters + said))


def numbered(letters: Sequence[int], numbers: Sequence[int]) -> list[int]:
    """Return the letters' numbers; those of this batch had only their place in it."""
    return [numbers[-1 - letter] if letter < 0 else letter for letter in letters]


def _named(body: Remove, numbers: Sequence[int]) -> Remove:
    return Remove(body.messages, tuple(numbered(body.letters, numbers)))
