"""The card at the head of a topic: the status of a case, and buttons for what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.routing import queue_name
from bot.cases.state_machine import CaseState
from bot.cases.urgency import reason_texts
from bot.desks.forum import texts
from bot.desks.forum.deadline_view import check_in_lines, deadline_lines
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.commands.registry import COMMANDS
from bot.hotline.commands.types import Verb
from bot.messages import Button

if TYPE_CHECKING:
    from bot.desks.case_summary import CaseSummary
    from bot.desks.forum.context import ForumContext
    from bot.store.writer import Work

ButtonRows = tuple[tuple[Button, ...], ...]
BUTTON_PREFIX = "desk"
SEPARATOR = "."
PRIORITY_SIGNS = ("\u203c ", "! ", "", "", "")
"""Signs before the two priorities that mean danger, which every font has."""
QUEUED = frozenset({CaseState.WAITING, CaseState.REOPENED})
CLOSE_MENU, PHRASE_MENU = "ending", "phrases"


def button_token(*parts: str) -> str:
    """Return the token of a button of this desk."""
    return SEPARATOR.join((BUTTON_PREFIX, *parts))


def command_button(context: ForumContext, verb: Verb, *parts: str) -> Button:
    """Return the button of a command; `parts` follow its verb in the token."""
    return Button(context.locale(COMMANDS[verb].title), button_token(verb, *parts))


def parse_token(pressed: str) -> list[str]:
    """Return the parts of a pressed token; empty for a button of another desk."""
    prefix, *rest = pressed.split(SEPARATOR)
    return rest if prefix == BUTTON_PREFIX else []


def topic_name(context: ForumContext, summary: CaseSummary) -> str:
    """Return the name of a topic, which says nothing about the person."""
    level, language = summary.priority, context.locale.language_name(summary.language)
    return f"{PRIORITY_SIGNS[level]}P{level} \u00b7 {summary.reference} \u00b7 {language}"


def card_text(
    context: ForumContext, work: Work, summary: CaseSummary, now: int, *, is_taken_over: bool
) -> str:
    """Return the text of the card."""
    locale, is_closed = context.locale, summary.state is CaseState.CLOSED
    level = f"{PRIORITY_SIGNS[summary.priority]}{locale.priority_name(summary.priority)}"
    language = f"{locale.language_name(summary.language)} ({locale.native_name(summary.language)})"
    lines = [
        f"{summary.reference} \u00b7 {level}",
        f"{language} \u00b7 {locale(queue_name(summary.queue))}",
        _status_lines(context, work, summary, now),
        _contact_line(context, summary),
    ]
    if not is_closed:
        lines += deadline_lines(context, work, summary, now)
        lines += check_in_lines(context, work, summary.case)
    if Passphrases.is_frozen(work, summary.case):
        lines.insert(1, locale(texts.COMPROMISED))
    if summary.state not in QUEUED and not is_closed and summary.has_chat:
        lines.append(locale(texts.CASEWORKER_SPEAKS if is_taken_over else texts.BOT_SPEAKS))
    if summary.reasons is None:
        lines.append(locale(texts.SEALED))
    return "\n".join([*lines, *_reason_lines(context, summary)])


def _contact_line(context: ForumContext, summary: CaseSummary) -> str:
    """Return when the person may be written to, or that they have no chat."""
    if not summary.has_chat:
        return context.locale(texts.WITHOUT_CHAT)
    return context.locale.contact_rule(summary.contact_rule)


def _reason_lines(context: ForumContext, summary: CaseSummary) -> list[str]:
    if not context.shows_content or not summary.reasons:
        return []
    reasons = " ".join(context.locale(it) for it in reason_texts(summary.reasons))
    return [context.locale(texts.REASONS, reasons=reasons)]


def _status_lines(context: ForumContext, work: Work, summary: CaseSummary, now: int) -> str:
    locale = context.locale
    who = {
        "name": context.caseworker_name(work, summary.holder),
        "title": context.caseworker_title(work, summary.holder),
    }
    if summary.state is CaseState.CLOSED:
        how = context.dispositions.get(summary.disposition)
        return locale(texts.CLOSED, how=locale(how) if how else summary.disposition)
    if summary.state is CaseState.REFERRED:
        return locale(texts.REFERRED, **who)
    holder = locale(texts.ASSIGNED, **who) if summary.holder else locale(texts.UNASSIGNED)
    if summary.state is CaseState.OPEN:
        return holder
    return f"{holder}\n{_waiting_line(context, summary, now)}"


def _waiting_line(context: ForumContext, summary: CaseSummary, now: int) -> str:
    locale, since = context.locale, context.locale.format_time(summary.waiting_since, now)
    if summary.due_at is None:
        return locale(texts.WAITING, since=since)
    due = locale.format_time(summary.due_at, now)
    return locale(texts.WAITING_WITH_DUE, since=since, due=due)


def transfer_text(context: ForumContext, summary: CaseSummary, by: str, to: str, now: int) -> str:
    """Return what a colleague must know to whom a case was transferred."""
    locale = context.locale
    about = {
        "language": locale.language_name(summary.language),
        "level": locale.priority_name(summary.priority),
        "rule": _contact_line(context, summary),
    }
    lines = [locale(texts.TRANSFERRED, name=by, to=to), locale(texts.TRANSFER_CONTEXT, **about)]
    if summary.due_at is not None:
        lines.append(_waiting_line(context, summary, now))
    return "\n".join([*lines, *_reason_lines(context, summary)])


def card_buttons(context: ForumContext, summary: CaseSummary, *, is_taken_over: bool) -> ButtonRows:
    """Return the buttons under the card, for a case with this status."""
    case = summary.case
    if summary.state in QUEUED:
        return ((command_button(context, Verb.CLAIM, case),),)
    if summary.state is CaseState.CLOSED:
        return ((command_button(context, Verb.REOPEN, case),),)
    rows: list[tuple[Button, ...]] = []
    if context.shows_content and is_taken_over:
        phrases = Button(context.locale(texts.PHRASES), button_token(PHRASE_MENU, case))
        rows.append((command_button(context, Verb.HAND_BACK, case), phrases))
    elif context.shows_content and summary.has_chat:
        rows.append((command_button(context, Verb.TAKE_OVER, case),))
    close = Button(context.locale(COMMANDS[Verb.CLOSE].title), button_token(CLOSE_MENU, case))
    return (*rows, (command_button(context, Verb.RELEASE, case), close))


def disposition_buttons(context: ForumContext, case: str) -> ButtonRows:
    """Return a button for each way a case can end."""
    return tuple(
        (Button(context.locale(how), button_token(Verb.CLOSE, code, case)),)
        for code, how in context.dispositions.items()
    )
