"""Agreed hours as the group sees them: in mode notify only that there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.forum import words
from bot.hotline.check_in_words import NONE_AGREED, told
from bot.hotline.commands import Verb
from bot.messages import Say

if TYPE_CHECKING:
    from bot.desks.forum.reading import Asked
    from bot.desks.forum.setup import Setup
    from bot.hotline.commands import Command
    from bot.store.writer import Work

OFFER, END = "offer", "end"
PHRASE = "agree_on_an_hour"
"""The sentence of the phrasebook by which a caseworker offers it."""


def hour_lines(setup: Setup, work: Work, case: str) -> list[str]:
    """Return a line of the card where an hour is agreed on."""
    kept = setup.check_ins.of_case(work, case)
    if kept is None:
        return []
    tongue = setup.tongue
    if not setup.shows_words:
        return [tongue(words.HOUR_STANDS)]
    return [told(kept.it, tongue.staff, tongue.zone)]


def hour_asked(setup: Setup, asked: Asked) -> list[Command]:
    """Return what `/checkin` wants done; alone it says how it stands."""
    what = asked.words.first.lower()
    if what == END:
        return asked.order(Verb.CHECK_IN)
    if what == OFFER and setup.shows_words:
        return asked.order(Verb.PHRASE, code=PHRASE)
    tongue = setup.tongue
    lines = hour_lines(setup, asked.work, asked.case) or [tongue(NONE_AGREED)]
    lines.append(tongue(words.HOUR_USAGE))
    return asked.answer(Say("\n".join(lines), thread=asked.update.thread))
