"""What people and caseworkers wrote, as it stands in a topic; only where words may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.escape_text import in_a_line, visible
from bot.cases.queries import KINDS, shown
from bot.desks.forum import texts
from bot.hotline.chat.messages import Sort
from bot.messages import Copy, Enclose, File, Say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.conversation import FileNote
    from bot.desks.case_summary import Glance, Sent
    from bot.desks.forum.context import Setup
    from bot.hotline.chat.messages import Exchange
    from bot.messages import Body

WORDS = "words"
"""How messages are remembered that hold a person's words: an answer to one goes to the person."""
SAYS = "\u275d"
"""A quotation mark: what stands behind it are a person's own words."""
OURS = "\u2709"
"""An envelope: what stands behind it goes to the person."""


def heard(setup: Setup, glance: Glance, it: Exchange) -> list[Body]:
    """Return what shows one thing a person did while a caseworker held the conversation."""
    case, content = glance.case, it.content
    if it.sort is Sort.FILES:
        return veiled(case, content.files, content.words)
    if it.sort is Sort.PLACE and content.message and glance.chat:
        return [Copy(glance.chat, content.message, topic=case, mark=WORDS)]
    return [Say(f"{SAYS} {_told(setup, glance, it)}", topic=case, mark=WORDS)]


def _told(setup: Setup, glance: Glance, it: Exchange) -> str:
    content, tongue = it.content, setup.tongue
    if it.sort is Sort.REPLY:
        read = setup.phrasebook.told(content, tongue.language)
        theirs = setup.phrasebook.told(content, glance.language)
        both = read if read == theirs else f"{read} ({theirs})"
        return tongue(texts.PRESSED, words=both)
    if it.sort is Sort.EDIT:
        return tongue(texts.CHANGED, words=shown(content.words, tongue.staff))
    if it.sort is Sort.PLACE:
        return f"{content.latitude}, {content.longitude}"
    return shown(content.words, tongue.staff) or f"[{in_a_line(content.code)}]"


def phrase_told(setup: Setup, glance: Glance, it: Exchange) -> str:
    """Return a sentence of the phrasebook side by side: as staff read it, as the person does."""
    told = setup.phrasebook.told
    read, theirs = told(it.content, setup.tongue.language), told(it.content, glance.language)
    if read == theirs:
        return read
    return setup.tongue(texts.PHRASE_SENT, words=read, theirs=theirs)


def said_told(it: Exchange) -> str:
    """Return what a caseworker sent from another desk, in words."""
    enclosed = [f"[{in_a_line(note.kind)}]" for note in it.content.files]
    if it.sort is Sort.PLACE:
        enclosed.append(f"[{it.content.latitude}, {it.content.longitude}]")
    return " ".join([*enclosed, visible(it.content.words)]).strip()


def veiled(case: str, files: Iterable[FileNote], caption: str = "") -> list[Body]:
    """Return files as a person sent them, pictures blurred until somebody touches them."""
    found: list[Body] = []
    for note in files:
        file = File(note.handle, note.unique, note.kind, note.size, note.name, note.mime)
        under = visible(caption or note.caption)
        caption = ""
        found.append(Enclose(file, under, is_veiled=True, topic=case, mark=WORDS))
    return found


def sent_told(setup: Setup, sent: Sent, now: int) -> str:
    """Return everything a person sent at once: each question, and what was answered."""
    tongue = setup.tongue
    kind = KINDS.get(sent.kind)
    head = f"{tongue(kind) if kind else sent.kind} \u00b7 {tongue.clock(sent.sent_at, now)}"
    if sent.answers is None:
        return f"{head}\n{tongue(texts.SEALED_NOW)}"
    told = setup.telling.told(sent.flow, sent.answers)
    return "\n".join([head, *(f"\u2022 {it.question}: {it.answer}" for it in told)])
