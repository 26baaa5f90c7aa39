"""What the desk forgets by itself, every few minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web import begun
from bot.desks.web.bell import Bells
from bot.hotline.handover import Handover
from bot.hotline.two_people import TwoPeople

if TYPE_CHECKING:
    from bot.store.writer import Work


def tidy(work: Work, now: int) -> None:
    """Forget what rang, was begun and never sent, was read by the next shift, or took two."""
    Bells.forget(work, now)
    begun.forget(work, now)
    Handover.forget(work, now)
    TwoPeople.forget(work, now)
