"""Agreed hours as the group sees them: in mode notify that there is one, and what came of it.

When something came of it is told there as well: Telegram dates what it shows in any case. Which
time the law gives with it is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.forum import texts
from bot.hotline.check_ins.texts import ANSWERED_IN_TIME, MAY_BE_CONTACT, NO_CHECK_IN, check_in_line
from bot.hotline.commands.types import Verb
from bot.messages import SendText

if TYPE_CHECKING:
    from bot.desks.case_summary import CaseSummary
    from bot.desks.forum.command_handlers import ForumAction
    from bot.desks.forum.context import ForumContext
    from bot.hotline.commands.types import Command
    from bot.hotline.events import Event
    from bot.store.writer import Work

OFFER, END = "offer", "end"
OFFER_PHRASE = "agree_on_an_hour"
"""The sentence of the phrasebook by which a caseworker offers it."""


def check_in_lines(context: ForumContext, work: Work, case: str) -> list[str]:
    """Return a line of the card where an hour is agreed on."""
    kept = context.check_ins.of_case(work, case)
    if kept is None:
        return []
    tongue = context.locale
    if not context.shows_content:
        return [tongue(texts.CHECK_IN_AGREED)]
    return [check_in_line(kept.check_in, tongue.staff_catalogue, tongue.zone)]


def check_in_message(context: ForumContext, summary: CaseSummary, event: Event) -> SendText:
    """Return what the topic is told of an hour that was kept, or ended."""
    tongue, text = context.locale, event.text
    is_veiled = text == MAY_BE_CONTACT and not context.shows_content
    lines = [tongue(ANSWERED_IN_TIME if is_veiled else text, **event.values)] if text else []
    if is_veiled:
        lines.append(tongue(texts.DEADLINE_EXISTS, reference=summary.reference))
    return SendText("\n".join(lines), topic=event.case)


def check_in_command(context: ForumContext, action: ForumAction) -> list[Command]:
    """Return what `/checkin` wants done; alone it says how it stands."""
    what = action.typed.first_word.lower()
    if what == END:
        return action.command(Verb.END_CHECK_IN)
    if what == OFFER and context.shows_content:
        return action.command(Verb.PHRASE, code=OFFER_PHRASE)
    tongue = context.locale
    lines = check_in_lines(context, action.work, action.case) or [tongue(NO_CHECK_IN)]
    lines.append(tongue(texts.CHECK_IN_USAGE))
    return action.reply(SendText("\n".join(lines), thread=action.update.thread))
