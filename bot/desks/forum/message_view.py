"""Messages of people and caseworkers as a topic shows them, in mode content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_line, escape_text
from bot.cases.queries import REPORT_KIND_NAMES, display_text
from bot.desks.forum import texts
from bot.hotline.chat.messages import CaseMessage, CaseMessageKind
from bot.messages import Body, CopyMessage, File, SendFile, SendText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.conversation import FileRef
    from bot.desks.case_summary import CaseSubmission, CaseSummary
    from bot.desks.forum.context import ForumContext

PERSON_MESSAGE = "words"
"""The kind of posts that hold a person's words: a reply to one is sent to the person."""
QUOTE_SIGN = "\u275d"
"""A quotation mark, before a person's own words."""
OUTGOING_SIGN = "\u2709"
"""An envelope, before what is sent to the person."""


def person_messages(
    context: ForumContext, summary: CaseSummary, message: CaseMessage
) -> list[Body]:
    """Return the posts that show one message of a person during a takeover."""
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
    content, locale = message.content, context.locale
    if message.kind is CaseMessageKind.REPLY:
        read = context.phrasebook.text_for_staff(content, locale.language)
        theirs = context.phrasebook.text_for_staff(content, summary.language)
        both = read if read == theirs else f"{read} ({theirs})"
        return locale(texts.PRESSED, words=both)
    if message.kind is CaseMessageKind.EDIT:
        return locale(texts.EDITED_TO, words=display_text(content.text, locale.staff_catalogue))
    if message.kind is CaseMessageKind.LOCATION:
        return f"{content.latitude}, {content.longitude}"
    return display_text(content.text, locale.staff_catalogue) or f"[{escape_line(content.code)}]"


def phrase_text(context: ForumContext, summary: CaseSummary, message: CaseMessage) -> str:
    """Return a phrase in the staff's language and in the person's."""
    text = context.phrasebook.text_for_staff
    read = text(message.content, context.locale.language)
    theirs = text(message.content, summary.language)
    if read == theirs:
        return read
    return context.locale(texts.PHRASE_SENT, words=read, theirs=theirs)


def caseworker_text(message: CaseMessage) -> str:
    """Return a message that a caseworker sent from another desk, as text."""
    attached = [f"[{escape_line(file.kind)}]" for file in message.content.files]
    if message.kind is CaseMessageKind.LOCATION:
        attached.append(f"[{message.content.latitude}, {message.content.longitude}]")
    return " ".join([*attached, escape_text(message.content.text)]).strip()


def blurred_files(case: str, files: Iterable[FileRef], caption: str = "") -> list[Body]:
    """Return files as a person sent them, with pictures blurred until they are tapped."""
    bodies: list[Body] = []
    for ref in files:
        file = File(ref.handle, ref.unique, ref.kind, ref.size, ref.name, ref.mime)
        under = escape_text(caption or ref.caption)
        caption = ""
        bodies.append(SendFile(file, under, has_spoiler=True, topic=case, post_kind=PERSON_MESSAGE))
    return bodies


def submission_text(context: ForumContext, submission: CaseSubmission, now: int) -> str:
    """Return one submission of a person: its questions and answers."""
    locale = context.locale
    kind = REPORT_KIND_NAMES.get(submission.kind)
    name = locale(kind) if kind else submission.kind
    head = f"{name} \u00b7 {locale.format_time(submission.sent_at, now)}"
    if submission.answers is None:
        return f"{head}\n{locale(texts.SEALED)}"
    answers = context.answer_renderer.render(submission.flow, submission.answers)
    return "\n".join([head, *(f"\u2022 {it.question}: {it.answer}" for it in answers)])
