"""What people and caseworkers wrote, as it stands in a topic; only where words may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_line, escape_text
from bot.cases.queries import REPORT_KIND_NAMES, display_text
from bot.desks.forum import texts
from bot.hotline.chat.messages import CaseMessageKind
from bot.messages import CopyMessage, File, SendFile, SendText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.conversation import FileRef
    from bot.desks.case_summary import CaseSubmission, CaseSummary
    from bot.desks.forum.context import ForumContext
    from bot.hotline.chat.messages import CaseMessage
    from bot.messages import Body

PERSON_MESSAGE = "words"
"""How messages are remembered that hold a person's words: an answer to one goes to the person."""
QUOTE_SIGN = "\u275d"
"""A quotation mark: what stands behind it are a person's own words."""
OUTGOING_SIGN = "\u2709"
"""An envelope: what stands behind it goes to the person."""


def person_messages(
    context: ForumContext, summary: CaseSummary, message: CaseMessage
) -> list[Body]:
    """Return what shows one thing a person did while a caseworker held the conversation."""
    case, content = summary.case, message.content
    if message.kind is CaseMessageKind.FILES:
        return blurred_files(case, content.files, content.text)
    if message.kind is CaseMessageKind.LOCATION and content.message and summary.chat:
        return [CopyMessage(summary.chat, content.message, topic=case, post_kind=PERSON_MESSAGE)]
    return [
        SendText(
            f"{QUOTE_SIGN} {_message_text(context, summary, message)}",
            topic=case,
            post_kind=PERSON_MESSAGE,
        )
    ]


def _message_text(context: ForumContext, summary: CaseSummary, message: CaseMessage) -> str:
    content, tongue = message.content, context.locale
    if message.kind is CaseMessageKind.REPLY:
        read = context.phrasebook.text_for_staff(content, tongue.language)
        theirs = context.phrasebook.text_for_staff(content, summary.language)
        both = read if read == theirs else f"{read} ({theirs})"
        return tongue(texts.PRESSED, words=both)
    if message.kind is CaseMessageKind.EDIT:
        return tongue(texts.EDITED_TO, words=display_text(content.text, tongue.staff_catalogue))
    if message.kind is CaseMessageKind.LOCATION:
        return f"{content.latitude}, {content.longitude}"
    return display_text(content.text, tongue.staff_catalogue) or f"[{escape_line(content.code)}]"


def phrase_text(context: ForumContext, summary: CaseSummary, message: CaseMessage) -> str:
    """Return a sentence of the phrasebook side by side: as staff read it, as the person does."""
    told = context.phrasebook.text_for_staff
    read, theirs = (
        told(message.content, context.locale.language),
        told(message.content, summary.language),
    )
    if read == theirs:
        return read
    return context.locale(texts.PHRASE_SENT, words=read, theirs=theirs)


def caseworker_text(message: CaseMessage) -> str:
    """Return what a caseworker sent from another desk, in words."""
    enclosed = [f"[{escape_line(note.kind)}]" for note in message.content.files]
    if message.kind is CaseMessageKind.LOCATION:
        enclosed.append(f"[{message.content.latitude}, {message.content.longitude}]")
    return " ".join([*enclosed, escape_text(message.content.text)]).strip()


def blurred_files(case: str, files: Iterable[FileRef], caption: str = "") -> list[Body]:
    """Return files as a person sent them, pictures blurred until somebody touches them."""
    found: list[Body] = []
    for note in files:
        file = File(note.handle, note.unique, note.kind, note.size, note.name, note.mime)
        under = escape_text(caption or note.caption)
        caption = ""
        found.append(SendFile(file, under, has_spoiler=True, topic=case, post_kind=PERSON_MESSAGE))
    return found


def submission_text(context: ForumContext, submission: CaseSubmission, now: int) -> str:
    """Return everything a person sent at once: each question, and what was answered."""
    tongue = context.locale
    kind = REPORT_KIND_NAMES.get(submission.kind)
    name = tongue(kind) if kind else submission.kind
    head = f"{name} \u00b7 {tongue.format_time(submission.sent_at, now)}"
    if submission.answers is None:
        return f"{head}\n{tongue(texts.SEALED)}"
    told = context.answer_renderer.render(submission.flow, submission.answers)
    return "\n".join([head, *(f"\u2022 {it.question}: {it.answer}" for it in told)])
