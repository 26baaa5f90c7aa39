"""Agreed hours as the group sees them: in mode notify that there is one, and what came of it.

When something came of it is told there as well: Telegram dates what it shows in any case. Which
time the law gives with it is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.forum import texts
from bot.hotline.check_ins.texts import ANSWERED, MAY_BE_CONTACT, NONE_AGREED, told
from bot.hotline.commands.types import Verb
from bot.messages import Say

if TYPE_CHECKING:
    from bot.desks.case_summary import Glance
    from bot.desks.forum.command_handlers import Asked
    from bot.desks.forum.context import Setup
    from bot.hotline.commands.types import Command
    from bot.hotline.events import Event
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
        return [tongue(texts.HOUR_STANDS)]
    return [told(kept.it, tongue.staff, tongue.zone)]


def hour_told(setup: Setup, glance: Glance, event: Event) -> Say:
    """Return what the topic is told of an hour that was kept, or ended."""
    tongue, text = setup.tongue, event.text
    is_veiled = text == MAY_BE_CONTACT and not setup.shows_words
    lines = [tongue(ANSWERED if is_veiled else text, **event.values)] if text else []
    if is_veiled:
        lines.append(tongue(texts.CLOCK_STANDS, reference=glance.reference))
    return Say("\n".join(lines), topic=event.case)


def hour_asked(setup: Setup, asked: Asked) -> list[Command]:
    """Return what `/checkin` wants done; alone it says how it stands."""
    what = asked.words.first.lower()
    if what == END:
        return asked.order(Verb.CHECK_IN)
    if what == OFFER and setup.shows_words:
        return asked.order(Verb.PHRASE, code=PHRASE)
    tongue = setup.tongue
    lines = hour_lines(setup, asked.work, asked.case) or [tongue(NONE_AGREED)]
    lines.append(tongue(texts.HOUR_USAGE))
    return asked.answer(Say("\n".join(lines), thread=asked.update.thread))
