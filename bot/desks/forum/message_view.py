"""What a topic shows: messages, reports, the progress of a conversation, stages of a referral."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.cases.escape_text import escape_line, escape_text
from bot.cases.queries import REPORT_KIND_NAMES, display_text
from bot.conversation import Choose, ChooseMany, FileRef
from bot.conversation.question_names import name_question
from bot.desks.consent_text import referral_answers
from bot.desks.forum import texts
from bot.desks.forum.cards import ButtonRows, button_token, command_button
from bot.dispatch.turn.staff_actions import can_be_filled
from bot.hotline.chat.messages import CaseMessage, CaseMessageKind
from bot.hotline.commands.types import Verb
from bot.hotline.referrals.model import Referral, ReferralStage
from bot.messages import Body, Button, CopyMessage, File, SendFile, SendText

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.conversation.progress import FlowProgress
    from bot.desks.case_summary import CaseSubmission, CaseSummary
    from bot.desks.forum.context import ForumContext
    from bot.text import Text

PERSON_MESSAGE = "words"
"""The kind of posts that hold a person's words: a reply to one is sent to the person."""
CASEWORKER_MESSAGE = "letter"
"""The kind of posts that show what a caseworker sent from another desk, or a phrase."""
QUOTE_SIGN = "\u275d"  # A quotation mark, before a person's own words
MAX_QUESTIONS = 6
"""Questions named in each section of the progress; the rest is counted."""
MAX_NAME_LENGTH = 60
OUTGOING_SIGN = "\u2709"  # an envelope, before what is sent to the person


def person_messages(
    context: ForumContext, summary: CaseSummary, message: CaseMessage, reply_to: int = 0
) -> list[Body]:
    """Return the posts that show one message of a person during a takeover.

    Args:
        context: of the forum.
        summary: of the case.
        message: what the person wrote.
        reply_to: the message of the topic that shows what it replies to; 0 for none.
    """
    case, content = summary.case, message.content
    shown, written = content.message, _written_before(context, message)
    asked = "\n".join(filter(None, (written, _answered_question(context, message))))
    if message.kind is CaseMessageKind.FILES:
        files = blurred_files(case, content.files, content.text)
        line: list[Body] = [SendText(asked, topic=case)] if asked else []
        return [*line, *(replace(it, post_of=shown, reply_to=reply_to) for it in files)]
    if message.kind is CaseMessageKind.LOCATION and shown and summary.chat:
        copy = CopyMessage(summary.chat, shown, topic=case, post_kind=PERSON_MESSAGE)
        above = [SendText(written, topic=case)] if written else []
        return [*above, replace(copy, post_of=shown, reply_to=reply_to)]
    text = f"{QUOTE_SIGN} {_message_text(context, summary, message)}"
    text = f"{asked}\n{text}" if asked else text
    said = SendText(text, topic=case, reply_to=reply_to, post_kind=PERSON_MESSAGE, post_of=shown)
    return [said]


def _written_before(context: ForumContext, message: CaseMessage) -> str:
    """Return when a message was written that waited for the person's yes; empty for any other."""
    if not message.has_waited:
        return ""
    time = context.locale.format_time(message.at, message.seen_at)
    return context.locale(texts.WRITTEN_AT, time=time)


def _answered_question(context: ForumContext, message: CaseMessage) -> str:
    """Return which question of the bot a message replies to, in words; empty for none."""
    answered = message.content.answered
    flow, _dot, step = (answered.question if answered else "").partition(".")
    question = context.flow_registry.question(flow, step)
    if question is None:
        return ""
    return context.locale(texts.REPLY_TO_BOT, question=context.locale.question_name(question))


def _message_text(context: ForumContext, summary: CaseSummary, message: CaseMessage) -> str:
    content, locale = message.content, context.locale
    if message.kind is CaseMessageKind.REPLY:
        read, theirs = _both_languages(context, summary, message)
        return locale(texts.PRESSED, words=read if read == theirs else f"{read} ({theirs})")
    if message.kind is CaseMessageKind.EDIT:
        return locale(texts.EDITED_TO, words=display_text(content.text, locale.staff_catalogue))
    if message.kind is CaseMessageKind.LOCATION:
        return f"{content.latitude}, {content.longitude}"
    return (
        display_text(answer_text(context, message), locale.staff_catalogue)
        or f"[{escape_line(content.code)}]"
    )


def _both_languages(
    context: ForumContext, summary: CaseSummary, message: CaseMessage
) -> tuple[str, str]:
    text = context.phrasebook.text_for_staff
    return (text(message.content, context.locale.language), text(message.content, summary.language))


def phrase_text(context: ForumContext, summary: CaseSummary, message: CaseMessage) -> str:
    """Return a phrase in the staff's language and in the person's."""
    read, theirs = _both_languages(context, summary, message)
    return read if read == theirs else context.locale(texts.PHRASE_SENT, words=read, theirs=theirs)


def answer_text(context: ForumContext, message: CaseMessage) -> str:
    """Return the text of a message; one that answers a question begins with its name."""
    flow, _dot, step = message.content.asked.partition(".")
    question = context.flow_registry.question(flow, step)
    if question is None:
        return message.content.text
    name = context.locale.question_name(question)
    return name_question(message.content.text, question.short, name)


def caseworker_text(message: CaseMessage) -> str:
    """Return a message that a caseworker sent from another desk, as text."""
    attached = [f"[{escape_line(file.kind)}]" for file in message.content.files]
    if message.kind is CaseMessageKind.LOCATION:
        attached.append(f"[{message.content.latitude}, {message.content.longitude}]")
    return " ".join([*attached, escape_text(message.content.text)]).strip()


def blurred_files(case: str, files: Iterable[FileRef], caption: str = "") -> list[SendFile]:
    """Return files as a person sent them, with pictures blurred until they are tapped."""
    bodies: list[SendFile] = []
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


def progress_lines(context: ForumContext, progress: FlowProgress) -> list[str]:
    """Return the answered, skipped and missing questions of a conversation."""
    flow = progress.flow
    missing = [it for it in progress.missing if can_be_filled(context.flow_registry, flow, it)]
    return [
        *_section(context, texts.ANSWERED_SO_FAR, flow, progress.answered),
        *_section(context, texts.SKIPPED_SO_FAR, flow, progress.skipped),
        *_section(context, texts.MISSING_SO_FAR, flow, missing),
    ]


def _section(context: ForumContext, text: Text, flow: str, steps: Sequence[str]) -> list[str]:
    if not steps:
        return []
    lines = [
        f"\u2022 {question_name(context, flow, step)} ({flow}.{step})"
        for step in steps[:MAX_QUESTIONS]
    ]
    if len(steps) > MAX_QUESTIONS:
        more = context.locale(texts.AND_MORE, count=str(len(steps) - MAX_QUESTIONS))
        lines.append(f"\u2022 {more}")
    return [context.locale(text), *lines]


def question_name(context: ForumContext, flow: str, step: str) -> str:
    """Return the short name of a question, in the group's language."""
    question = context.flow_registry.question(flow, step)
    if question is None:
        return step
    name = context.locale.question_name(question)
    return name if len(name) <= MAX_NAME_LENGTH else f"{name[: MAX_NAME_LENGTH - 1]}\u2026"


def answer_usage(context: ForumContext, flow: str, step: str) -> str:
    """Return how `/answer` fills in a question: its choices by code, or that it takes text."""
    question, names = context.flow_registry.question(flow, step), context.locale.flow_catalogue
    usages = [f"/answer {flow}.{step} \u2026"]
    if isinstance(question, Choose | ChooseMany):
        usages = [
            f"/answer {flow}.{step} {code}: {label.render(names)}"
            for code, label in question.choices.items()
        ]
    return "\n".join([question_name(context, flow, step), *usages])


# --- Referrals -------------------------------------------------------------------------------

_STAGE_TEXTS: Mapping[ReferralStage, Text] = {
    ReferralStage.OFFERED: texts.REFERRAL_OFFERED,
    ReferralStage.AGREED: texts.REFERRAL_AGREED,
    ReferralStage.DECLINED: texts.REFERRAL_DECLINED,
    ReferralStage.SENT: texts.REFERRAL_SENT,
    ReferralStage.REVOKED: texts.REFERRAL_REVOKED,
    ReferralStage.WITHDRAWN: texts.REFERRAL_WITHDRAWN,
}


def recipient_buttons(context: ForumContext, case: str, now: int) -> ButtonRows:
    """Return a button for each recipient to whom a case can be referred now."""
    names = context.locale.flow_catalogue
    return tuple(
        (Button(it.name.render(names), button_token(Verb.REFER, code, case)),)
        for code, it in context.recipients.items()
        if it.is_offered_at(now)
    )


def referral_message(context: ForumContext, referral: Referral) -> SendText | None:
    """Return the message about a referral, with its parts where a person's words are shown."""
    text = _STAGE_TEXTS.get(referral.stage)
    if text is None:
        return None
    to = context.recipients.get(referral.recipient)
    recipient = to.name.render(context.locale.flow_catalogue) if to else "?"
    is_agreed = referral.stage is ReferralStage.AGREED
    lines = [context.locale(text, recipient=recipient)]
    if context.shows_content and (is_agreed or referral.stage is ReferralStage.OFFERED):
        parts = referral_answers(referral, context.answer_renderer, context.locale)
        lines += [f"\u2022 {each.question}: {each.answer}" for each in parts]
    send = ((command_button(context, Verb.SEND_REFERRAL, referral.id),),) if is_agreed else ()
    return SendText("\n".join(lines), send, topic=referral.case)
