"""The card at the head of a topic: how a case stands, and the buttons for what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.routing import queue_name
from bot.cases.state_machine import CaseState
from bot.cases.urgency import reason_texts
from bot.desks.forum import texts
from bot.desks.forum.check_in_view import check_in_lines
from bot.desks.forum.deadline_view import deadline_lines
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.commands.types import Verb
from bot.messages import Button

if TYPE_CHECKING:
    from bot.desks.case_summary import CaseSummary
    from bot.desks.forum.context import ForumContext
    from bot.store.writer import Work
    from bot.text import Text

    ButtonRows = tuple[tuple[Button, ...], ...]

BUTTON_PREFIX = "desk"
"""What the token of every button of this desk begins with."""
SEPARATOR = "."
PRIORITY_SIGNS = ("\u203c ", "! ", "", "", "")
"""What stands before the two priorities that mean danger: signs every font has."""
QUEUED = frozenset({CaseState.WAITING, CaseState.REOPENED})
CLOSE_MENU, PHRASE_MENU = "ending", "phrases"
"""What buttons do that are no command yet: ask how it ended, show the phrasebook."""


def button_token(*parts: str) -> str:
    """Return what stands behind a button of this desk."""
    return SEPARATOR.join((BUTTON_PREFIX, *parts))


def parse_token(pressed: str) -> list[str]:
    """Return what a press means, an empty list when it is no button of this desk."""
    prefix, *rest = pressed.split(SEPARATOR)
    return rest if prefix == BUTTON_PREFIX else []


def topic_name(context: ForumContext, summary: CaseSummary) -> str:
    """Return what a topic is called: nothing of a person."""
    level, language = summary.priority, context.locale.language_name(summary.language)
    return f"{PRIORITY_SIGNS[level]}P{level} \u00b7 {summary.reference} \u00b7 {language}"


def card_text(
    context: ForumContext, work: Work, summary: CaseSummary, now: int, *, is_taken_over: bool
) -> str:
    """Return what the card says."""
    tongue = context.locale
    level = f"{PRIORITY_SIGNS[summary.priority]}{tongue.priority_name(summary.priority)}"
    language = f"{tongue.language_name(summary.language)} ({tongue.native_name(summary.language)})"
    lines = [
        f"{summary.reference} \u00b7 {level}",
        f"{language} \u00b7 {tongue(queue_name(summary.queue))}",
        _status_lines(context, work, summary, now),
        tongue.contact_rule(summary.contact_rule),
    ]
    if summary.state is not CaseState.CLOSED:
        lines += deadline_lines(context, work, summary, now)
        lines += check_in_lines(context, work, summary.case)
    if Passphrases.is_frozen(work, summary.case):
        lines.insert(1, tongue(texts.COMPROMISED))
    if summary.state not in QUEUED and summary.state is not CaseState.CLOSED:
        lines.append(tongue(texts.CASEWORKER_SPEAKS if is_taken_over else texts.BOT_SPEAKS))
    if summary.reasons is None:
        lines.append(tongue(texts.SEALED))
    elif context.shows_content and summary.reasons:
        reasons = " ".join(tongue(reason) for reason in reason_texts(summary.reasons))
        lines.append(tongue(texts.REASONS, reasons=reasons))
    return "\n".join(lines)


def _status_lines(context: ForumContext, work: Work, summary: CaseSummary, now: int) -> str:
    tongue = context.locale
    who = {
        "name": context.caseworker_name(work, summary.holder),
        "title": context.caseworker_title(work, summary.holder),
    }
    if summary.state is CaseState.CLOSED:
        how = context.dispositions.get(summary.disposition)
        return tongue(texts.CLOSED, how=tongue(how) if how else summary.disposition)
    if summary.state is CaseState.REFERRED:
        return tongue(texts.REFERRED, **who)
    told = tongue(texts.ASSIGNED, **who) if summary.holder else tongue(texts.UNASSIGNED)
    if summary.state is CaseState.OPEN:
        return told
    since = tongue.format_time(summary.waiting_since, now)
    if summary.due_at is None:
        return f"{told}\n{tongue(texts.WAITING, since=since)}"
    due = tongue.format_time(summary.due_at, now)
    return f"{told}\n{tongue(texts.WAITING_WITH_DUE, since=since, due=due)}"


def transfer_text(context: ForumContext, summary: CaseSummary, by: str, to: str, now: int) -> str:
    """Return what a colleague must know to whom a case was passed."""
    tongue = context.locale
    lines = [
        tongue(texts.TRANSFERRED, name=by, to=to),
        tongue(
            texts.TRANSFER_CONTEXT,
            language=tongue.language_name(summary.language),
            level=tongue.priority_name(summary.priority),
            rule=tongue.contact_rule(summary.contact_rule),
        ),
    ]
    if summary.due_at is not None:
        since = tongue.format_time(summary.waiting_since, now)
        lines.append(
            tongue(texts.WAITING_WITH_DUE, since=since, due=tongue.format_time(summary.due_at, now))
        )
    if context.shows_content and summary.reasons:
        reasons = " ".join(tongue(it) for it in reason_texts(summary.reasons))
        lines.append(tongue(texts.REASONS, reasons=reasons))
    return "\n".join(lines)


def card_buttons(context: ForumContext, summary: CaseSummary, *, is_taken_over: bool) -> ButtonRows:
    """Return the buttons under the card: what can be done with a case that stands so."""
    case = summary.case

    def button(label: Text, what: str) -> Button:
        return Button(context.locale(label), button_token(what, case))

    if summary.state in QUEUED:
        return ((button(texts.CLAIM, Verb.CLAIM),),)
    if summary.state is CaseState.CLOSED:
        return ((button(texts.REOPEN, Verb.REOPEN),),)
    rows: list[tuple[Button, ...]] = []
    if context.shows_content and is_taken_over:
        rows.append((button(texts.HAND_BACK, Verb.HAND_BACK), button(texts.PHRASES, PHRASE_MENU)))
    elif context.shows_content:
        rows.append((button(texts.TAKE_OVER, Verb.TAKE_OVER),))
    if summary.state is CaseState.REFERRED:
        return (*rows, (button(texts.CLOSE, CLOSE_MENU),))
    return (*rows, (button(texts.RELEASE, Verb.RELEASE), button(texts.CLOSE, CLOSE_MENU)))


def disposition_buttons(context: ForumContext, case: str) -> ButtonRows:
    """Return a button for each way a case can end."""
    return tuple(
        (Button(context.locale(how), button_token(Verb.CLOSE, code, case)),)
        for code, how in context.dispositions.items()
    )
