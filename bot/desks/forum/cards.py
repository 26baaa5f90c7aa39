"""The card at the head of a topic: how a case stands, and the buttons for what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.routing import name_of
from bot.cases.state_machine import State
from bot.cases.urgency import reasons_in_words
from bot.desks.forum import texts
from bot.desks.forum.check_in_view import hour_lines
from bot.desks.forum.deadline_view import clock_lines
from bot.hotline.chat.passphrases import Recognition
from bot.hotline.commands.types import Verb
from bot.messages import Button

if TYPE_CHECKING:
    from bot.desks.case_summary import Glance
    from bot.desks.forum.context import Setup
    from bot.store.writer import Work
    from bot.text import Text

    Rows = tuple[tuple[Button, ...], ...]

PREFIX = "desk"
"""What the token of every button of this desk begins with."""
DOT = "."
SIGNS = ("\u203c ", "! ", "", "", "")
"""What stands before the two priorities that mean danger: signs every font has."""
QUEUED = frozenset({State.WAITING, State.REOPENED})
CLOSING, PICKING = "ending", "phrases"
"""What buttons do that are no command yet: ask how it ended, show the phrasebook."""


def token(*parts: str) -> str:
    """Return what stands behind a button of this desk."""
    return DOT.join((PREFIX, *parts))


def parts_of(pressed: str) -> list[str]:
    """Return what a press means, an empty list when it is no button of this desk."""
    prefix, *rest = pressed.split(DOT)
    return rest if prefix == PREFIX else []


def topic_name(setup: Setup, glance: Glance) -> str:
    """Return what a topic is called: nothing of a person."""
    level, language = glance.priority, setup.tongue.spoken(glance.language)
    return f"{SIGNS[level]}P{level} \u00b7 {glance.reference} \u00b7 {language}"


def card_text(setup: Setup, work: Work, glance: Glance, now: int, *, is_held: bool) -> str:
    """Return what the card says."""
    tongue = setup.tongue
    level = f"{SIGNS[glance.priority]}{tongue.level(glance.priority)}"
    language = f"{tongue.spoken(glance.language)} ({tongue.own(glance.language)})"
    lines = [
        f"{glance.reference} \u00b7 {level}",
        f"{language} \u00b7 {tongue(name_of(glance.queue))}",
        _standing(setup, work, glance, now),
        tongue.rule(glance.rule),
    ]
    if glance.state is not State.CLOSED:
        lines += clock_lines(setup, work, glance, now)
        lines += hour_lines(setup, work, glance.case)
    if Recognition.is_frozen(work, glance.case):
        lines.insert(1, tongue(texts.COMPROMISED))
    if glance.state not in QUEUED and glance.state is not State.CLOSED:
        lines.append(tongue(texts.WE_SPEAK if is_held else texts.BOT_SPEAKS))
    if glance.reasons is None:
        lines.append(tongue(texts.SEALED_NOW))
    elif setup.shows_words and glance.reasons:
        reasons = " ".join(tongue(reason) for reason in reasons_in_words(glance.reasons))
        lines.append(tongue(texts.WHY, reasons=reasons))
    return "\n".join(lines)


def _standing(setup: Setup, work: Work, glance: Glance, now: int) -> str:
    tongue = setup.tongue
    who = {
        "name": setup.name_of(work, glance.holder),
        "title": setup.title_of(work, glance.holder),
    }
    if glance.state is State.CLOSED:
        how = setup.dispositions.get(glance.disposition)
        return tongue(texts.ENDED, how=tongue(how) if how else glance.disposition)
    if glance.state is State.REFERRED:
        return tongue(texts.REFERRED, **who)
    told = tongue(texts.HOLDS, **who) if glance.holder else tongue(texts.NOBODY_HOLDS)
    if glance.state is State.OPEN:
        return told
    since = tongue.clock(glance.waiting_since, now)
    if glance.due_at is None:
        return f"{told}\n{tongue(texts.WAITS_ONLY, since=since)}"
    due = tongue.clock(glance.due_at, now)
    return f"{told}\n{tongue(texts.WAITS, since=since, due=due)}"


def passed_on(setup: Setup, glance: Glance, by: str, to: str, now: int) -> str:
    """Return what a colleague must know to whom a case was passed."""
    tongue = setup.tongue
    lines = [
        tongue(texts.TRANSFERRED, name=by, to=to),
        tongue(
            texts.CONTEXT,
            language=tongue.spoken(glance.language),
            level=tongue.level(glance.priority),
            rule=tongue.rule(glance.rule),
        ),
    ]
    if glance.due_at is not None:
        since = tongue.clock(glance.waiting_since, now)
        lines.append(tongue(texts.WAITS, since=since, due=tongue.clock(glance.due_at, now)))
    if setup.shows_words and glance.reasons:
        reasons = " ".join(tongue(it) for it in reasons_in_words(glance.reasons))
        lines.append(tongue(texts.WHY, reasons=reasons))
    return "\n".join(lines)


def card_rows(setup: Setup, glance: Glance, *, is_held: bool) -> Rows:
    """Return the buttons under the card: what can be done with a case that stands so."""
    case = glance.case

    def button(label: Text, what: str) -> Button:
        return Button(setup.tongue(label), token(what, case))

    if glance.state in QUEUED:
        return ((button(texts.CLAIM, Verb.CLAIM),),)
    if glance.state is State.CLOSED:
        return ((button(texts.REOPEN, Verb.REOPEN),),)
    rows: list[tuple[Button, ...]] = []
    if setup.shows_words and is_held:
        rows.append((button(texts.HAND_BACK, Verb.HAND_BACK), button(texts.PHRASES, PICKING)))
    elif setup.shows_words:
        rows.append((button(texts.TAKE_OVER, Verb.TAKE_OVER),))
    if glance.state is State.REFERRED:
        return (*rows, (button(texts.CLOSE, CLOSING),))
    return (*rows, (button(texts.RELEASE, Verb.RELEASE), button(texts.CLOSE, CLOSING)))


def ending_rows(setup: Setup, case: str) -> Rows:
    """Return a button for each way a case can end."""
    return tuple(
        (Button(setup.tongue(how), token(Verb.CLOSE, code, case)),)
        for code, how in setup.dispositions.items()
    )
