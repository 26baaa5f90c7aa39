"""What the desk forgets by itself, every few minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.bell import Bells
from bot.hotline.handover import Handover
from bot.hotline.two_people import TwoPeople

if TYPE_CHECKING:
    from bot.store.writer import Work


def tidy(work: Work, now: int) -> None:
    """Forget what rang, what the next shift has read, and what took two and is over."""
    Bells.forget(work, now)
    Handover.forget(work, now)
    TwoPeople.forget(work, now)
