"""Whether a caseworker may still change what they wrote, and where the new words go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.exchanges import Content, Exchange, Side, Sort
from bot.hotline.takeover import Reword
from bot.hotline.words import CANNOT_CHANGE, NOTHING_TO_SAY, TOO_LONG
from bot.mailbox.letter import State
from bot.mailbox.rewording import stands

if TYPE_CHECKING:
    from bot.hotline.exchanges import Exchanges
    from bot.hotline.order import Order

LONGEST, LONGEST_BELOW = 4096, 1024
"""What a channel takes in one message, and under a file, in UTF-16 units."""
THEIRS = frozenset({Sort.WORDS, Sort.FILES})
"""What has words of a caseworker's own in it: sentences of the phrasebook are not theirs."""
ON_ITS_WAY = frozenset({State.QUEUED, State.SENDING, State.SENT})
"""Of letters that ended otherwise nobody has the number, or nobody has the letter."""


def rewording(order: Order, exchanges: Exchanges) -> Reword | None:
    """Return what changes a letter; None, and refused, where that cannot be."""
    command = order.command
    letter = int(command.code[:18]) if command.code.isdecimal() else 0
    found = exchanges.of_letter(order.work, letter)
    how = stands(order.work, letter)
    is_theirs = found is not None and found[:2] == (order.case, order.by.id)
    if found is None or not is_theirs or found[2] not in THEIRS:
        order.refuse(CANNOT_CHANGE)
        return None
    is_caption = found[2] is Sort.FILES
    most = LONGEST_BELOW if is_caption else LONGEST
    if how is None or how[0] not in ON_ITS_WAY:
        order.refuse(CANNOT_CHANGE)
    elif not command.words.strip():
        order.refuse(NOTHING_TO_SAY)
    elif _units(command.words) > most:
        order.refuse(TOO_LONG, most=str(most))
    else:
        content = Content(words=command.words, message=letter)
        it = Exchange(order.case, Side.CASEWORKER, Sort.EDIT, content, order.now, order.by.id)
        return Reword(it, how[1], is_caption)
    return None


def _units(words: str) -> int:
    return len(words.encode("utf-16-le", "surrogatepass")) // 2
