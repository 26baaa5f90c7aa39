"""Check-ins as the group shows them: in mode notify that there is one, and its result.

The time of the result is shown there as well, because Telegram dates every message. A legal
deadline that it may start is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.forum import texts
from bot.hotline.check_ins.texts import ANSWERED_IN_TIME, MAY_BE_CONTACT, NO_CHECK_IN, check_in_line
from bot.hotline.commands.types import Command, Verb
from bot.messages import SendText

if TYPE_CHECKING:
    from bot.desks.case_summary import CaseSummary
    from bot.desks.forum.command_handlers import ForumAction
    from bot.desks.forum.context import ForumContext
    from bot.hotline.events import Event
    from bot.store.writer import Work

OFFER, END = "offer", "end"
OFFER_PHRASE = "agree_on_an_hour"


def check_in_lines(context: ForumContext, work: Work, case: str) -> list[str]:
    """Return the line of the card about a check-in, if there is one."""
    kept = context.check_ins.of_case(work, case)
    if kept is None:
        return []
    locale = context.locale
    if not context.shows_content:
        return [locale(texts.CHECK_IN_AGREED)]
    return [check_in_line(kept.check_in, locale.staff_catalogue, locale.zone)]


def check_in_message(context: ForumContext, summary: CaseSummary, event: Event) -> SendText:
    """Return the message that a check-in was answered or ended."""
    locale, text = context.locale, event.text
    is_veiled = text == MAY_BE_CONTACT and not context.shows_content
    lines = [locale(ANSWERED_IN_TIME if is_veiled else text, **event.values)] if text else []
    if is_veiled:
        lines.append(locale(texts.DEADLINE_EXISTS, reference=summary.reference))
    return SendText("\n".join(lines), topic=event.case)


def check_in_command(action: ForumAction) -> list[Command]:
    """Return the command of `/checkin`; without arguments show the check-in."""
    context = action.context
    argument = action.typed.first_word.lower()
    if argument == END:
        return action.command(Verb.END_CHECK_IN)
    if argument == OFFER and context.shows_content:
        return action.command(Verb.PHRASE, code=OFFER_PHRASE)
    locale = context.locale
    lines = check_in_lines(context, action.work, action.case) or [locale(NO_CHECK_IN)]
    lines.append(locale(texts.CHECK_IN_USAGE))
    return action.reply(SendText("\n".join(lines), thread=action.update.thread))
