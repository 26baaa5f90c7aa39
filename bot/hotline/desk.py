"""What a desk is to the dispatcher: it reads what caseworkers do, and shows them events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.commands import Command
    from bot.hotline.events import Event
    from bot.messages import Body, Update
    from bot.store.writer import Work


class Desk(Protocol):
    """A place where caseworkers answer, used inside the units of work of the dispatcher."""

    def is_ours(self, chat: int) -> bool:
        """Tell whether the desk stands in this group."""

    def read(self, work: Work, update: Update, now: int) -> list[Command]:
        """Return what was done there; nothing, when whoever did it may do nothing."""

    def show(self, work: Work, events: Sequence[Event], now: int) -> list[tuple[bytes, int, Body]]:
        """Return letters that show events: the key they keep their order by, the chat, the body.

        What is shown is the desk's to decide: words of a person may be none of its business.
        """
