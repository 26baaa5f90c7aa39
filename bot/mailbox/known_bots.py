"""Which bots received updates into these data: a bot cannot write to the chats of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import SettingError
from bot.store.statements import insert, select_by
from bot.store.tables.main import offsets

if TYPE_CHECKING:
    from bot.store.writer import Work

OTHER_BOT = (
    "HAVEN_TELEGRAM_TOKEN is of the bot {bot}, and the chats in these data are of the bot {known}: "
    "the one cannot write to the chats of the other. Set the token of {known}; if that bot is gone "
    "for good, run once: haven start --replaces {known} (its cases stay, their chats do not)"
)

_ADD = insert(offsets, "bot", "next_update_id", "committed_at", unless_exists="bot")
_BOTS = select_by(offsets, "bot", order_by=offsets.c.committed_at.desc())


def known_bots(work: Work) -> list[int]:
    """Return the numbers of all bots that received anything into these data, the latest first."""
    return [int(it) for (it,) in work.rows(_BOTS)]


def refuse_other_bot(work: Work, bot: int, replaced: int = 0) -> None:
    """Refuse a bot that never received anything here, unless it replaces one that did.

    A bot that replaces another is known from then on.

    Raises:
        SettingError: the data hold chats of another bot.
    """
    known = known_bots(work)
    if not known or bot in known:
        return
    if replaced in known:
        work.run(_ADD, bot, 0, 0)
    else:
        raise SettingError(OTHER_BOT.format(bot=bot, known=known[0]))
