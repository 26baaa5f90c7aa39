"""Events as messages to the group: in the topic of their case, or to all in the general topic."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_text
from bot.cases.routing import queue_name
from bot.desks.forum import texts
from bot.desks.forum.cards import PRIORITY_SIGNS, command_button, transfer_text
from bot.desks.forum.deadline_view import (
    check_in_text,
    deadline_event_text,
    deadline_text,
    deadlines_summary,
)
from bot.desks.forum.message_view import (
    CASEWORKER_MESSAGE,
    OUTGOING_SIGN,
    blurred_files,
    caseworker_text,
    person_messages,
    phrase_text,
    progress_lines,
    question_name,
    referral_message,
)
from bot.hotline.chat.messages import CaseMessageKind
from bot.hotline.chat.passphrases import PassphraseResult
from bot.hotline.chat.takeover import (
    UNTIL_CLOCK_STEADY,
    UNTIL_HOURS,
    UNTIL_OPENER_ANSWERED,
    UNTIL_PERSON_WRITES,
)
from bot.hotline.check_ins.texts import NOT_ASKED, NOT_ASKED_REASONS
from bot.hotline.commands.texts import CLAIMED, DONE
from bot.hotline.commands.types import Verb
from bot.hotline.events import Event, EventKind
from bot.hotline.origins.model import CALL_OUTCOMES, TOLD, CallOutcome
from bot.hotline.queue.alerts import CaseAlert, alert_recipients
from bot.languages.typed.other_hands import says_other_hands
from bot.languages.typed.someone_near import warns_of_someone
from bot.messages import Body, Mention, OpenTopic, RenderPost, SendText, SetReaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.desks.case_summary import CaseSummary
    from bot.desks.forum.context import ForumContext, ForumGroup
    from bot.desks.forum.topics import ForumTopic
    from bot.store.writer import Work
    from bot.text import Text

CARD, SUBMISSIONS, NEWEST_SUBMISSION = "card", "told", "newest"
"""What is rendered on delivery: the card, all submissions, the newest submission."""
CARD_EVENTS = frozenset({
    EventKind.OPENED, EventKind.PRIORITY_CHANGED, EventKind.CLAIMED, EventKind.RELEASED,
    EventKind.LAPSED, EventKind.TRANSFERRED, EventKind.TAKEN_OVER, EventKind.HANDED_BACK,
    EventKind.REFERRED, EventKind.CLOSED, EventKind.REOPENED, EventKind.IDENTITY_CONFIRMED,
    EventKind.PASSPHRASE_TRIED, EventKind.LEGAL_DEADLINE, EventKind.CHAT_JOINED,
    EventKind.PASSED_ON,
})  # fmt: skip
TAKEOVER_ENDS = frozenset(
    {
        EventKind.HANDED_BACK,
        EventKind.RELEASED,
        EventKind.PASSED_ON,
        EventKind.LAPSED,
        EventKind.CLOSED,
    }
)
DELIVERED_SIGN, NOTED_SIGN = "\U0001f44d", "\u270d"
"""Reactions to a caseworker's message: it reached the person; it was stored as a note."""
EDITABLE_KINDS = frozenset({CaseMessageKind.TEXT, CaseMessageKind.FILES})
DESK_NAME = "forum"
"""The first part of this desk's locations: `forum.<thread>.<message>`."""


def desk_location(thread: int, message: int) -> str:
    """Return the location of a caseworker's message."""
    return f"{DESK_NAME}.{thread}.{message}"


def parse_location(desk: str) -> tuple[int, int] | None:
    """Return the topic and the message of a location; None for another desk's."""
    name, _dot, numbers = desk.partition(".")
    thread, _dot, message = numbers.partition(".")
    return (int(thread), int(message)) if name == DESK_NAME and message else None


class EventRenderer:
    """Shows the events of one unit of work."""

    def __init__(self, context: ForumContext, group: ForumGroup, work: Work, now: int) -> None:
        self._context = context
        self._locale = context.locale
        self._group = group
        self._work = work
        self._now = now
        self._topics: dict[str, ForumTopic] = {}
        self._summaries: dict[str, CaseSummary | None] = {}
        self._cards_to_draw: dict[str, None] = {}
        self.bodies: list[tuple[str, Body]] = []
        """Each with its case; empty for the general topic."""

    def render(self, events: Sequence[Event]) -> None:
        """Collect the messages for these events in order; cards come last, each once."""
        for each in events:
            event = self._with_case(each)
            if event.case and self._summary(event.case) is None:
                continue  # erased meanwhile
            if event.kind in _LINES:
                self._add_line(event, event.text or _LINES[event.kind], **event.values)
            elif (show := getattr(self, f"_{event.kind.name.lower()}", None)) is not None:
                show(event)
            if event.case and event.kind in CARD_EVENTS:
                content = self._topic(event.case).content
                if event.kind is EventKind.TAKEN_OVER or event.kind in TAKEOVER_ENDS:
                    content.is_taken_over = event.kind is EventKind.TAKEN_OVER
                self._cards_to_draw[event.case] = None
        for case in self._cards_to_draw:
            self._add(case, RenderPost(case, CARD))
        for topic in self._topics.values():
            self._context.topics.store(self._work, self._group.current_id, topic)

    def _with_case(self, event: Event) -> Event:
        """Return the event with its case; without one, that of the topic of the command."""
        here = None if event.case else parse_location(event.reply_to)
        topic = None
        if here is not None and here[0]:
            topic = self._context.topics.by_thread(self._work, self._group.current_id, here[0])
        return event if topic is None else replace(event, case=topic.case)

    # --- What handlers use ------------------------------------------------------------------

    def _summary(self, case: str) -> CaseSummary | None:
        if case not in self._summaries:
            self._summaries[case] = self._context.summaries.find(self._work, case)
        return self._summaries[case]

    def _existing_summary(self, event: Event) -> CaseSummary:
        summary = self._summary(event.case)
        if summary is None:
            raise LookupError("an event of an erased case is not shown")
        return summary

    def _topic(self, case: str) -> ForumTopic:
        if case not in self._topics:
            group = self._group.current_id
            self._topics[case] = self._context.topics.of_case(self._work, group, case)
        return self._topics[case]

    def _caseworker_name(self, who: str) -> str:
        return self._context.caseworker_name(self._work, who)

    def _mentions(self, to: Iterable[str]) -> tuple[str, tuple[Mention, ...]]:
        """Return the names of staff, and mentions of those with an account."""
        staff = [found for who in to if (found := self._context.staff.find(self._work, who))]
        mentions = tuple(Mention(each.name, each.account) for each in staff if each.account)
        return " ".join(each.name for each in staff), mentions

    def _add(self, case: str, *bodies: Body) -> None:
        self.bodies += [(case, body) for body in bodies]

    def _post(self, event: Event, text: str, reply_to: int = 0) -> None:
        self._add(event.case, SendText(text, topic=event.case, reply_to=reply_to))

    def _add_line(self, event: Event, text: Text, **values: str) -> None:
        """Post a line in the topic, in which the caseworker's name can be filled in."""
        name = self._caseworker_name(event.by)
        self._post(event, self._locale(text, **{"name": name, **values}))

    def _announce(self, text: str, to: Iterable[str], case: str) -> None:
        """Post in the general topic, and mention those whom it concerns."""
        names, mentions = self._mentions(to)
        summary = self._summary(case)
        is_free = summary is not None and not summary.holder
        rows = ((command_button(self._context, Verb.CLAIM, case),),) if is_free else ()
        self._add("", SendText(f"{text}\n{names}".rstrip(), rows, mentions=mentions))

    # --- One for each kind of event that is shown, named for it -----------------------------

    def _opened(self, event: Event) -> None:
        summary, case = self._existing_summary(event), event.case
        alert = CaseAlert(
            summary.case, summary.reference, summary.queue, summary.office, summary.language, None,
            0, self._now,
        )  # fmt: skip
        text = self._locale(
            texts.CASE_WAITING, reference=summary.reference,
            level=self._locale.priority_name(summary.priority),
            language=self._locale.language_name(summary.language),
            queue=self._locale(queue_name(summary.queue)),
        )  # fmt: skip
        to = alert_recipients(alert, self._context.staff.all(self._work), self._now)
        self._announce(f"{PRIORITY_SIGNS[summary.priority]}{text}", to, case)
        self._topic(case)
        self._add(case, OpenTopic(topic=case), RenderPost(case, CARD))
        if self._context.shows_content:
            files = self._context.summaries.files(self._work, case)
            self._add(case, RenderPost(case, SUBMISSIONS), *blurred_files(case, files))
        self._cards_to_draw.pop(case, None)

    def _report_added(self, event: Event) -> None:
        if not self._context.shows_content:
            self._add_line(event, texts.SENT_MORE)
            return
        files, case = self._context.summaries.files(self._work, event.case, self._now), event.case
        self._add(case, RenderPost(case, NEWEST_SUBMISSION), *blurred_files(case, files))

    def _priority_changed(self, event: Event) -> None:
        level = self._locale.priority_name(self._existing_summary(event).priority)
        self._add_line(event, texts.PRIORITY_RAISED, level=level)

    def _lapsed(self, event: Event) -> None:
        text = self._locale(event.text or texts.CLAIM_EXPIRED, **event.values)
        self._post(event, text)
        self._announce(text, event.to, event.case)

    def _transferred(self, event: Event) -> None:
        summary, by = self._existing_summary(event), self._caseworker_name(event.by)
        names, mentions = self._mentions(event.to)
        told = transfer_text(self._context, summary, by, names, self._now)
        self._add(event.case, SendText(told, topic=event.case, mentions=mentions))

    def _taken_over(self, event: Event) -> None:
        lines = [self._locale(texts.TAKEN_OVER, name=self._caseworker_name(event.by))]
        if self._context.shows_content:
            lines += progress_lines(self._context, event.bookmark) if event.bookmark else []
            lines.append(self._locale(texts.HOW_TO_ANSWER))
        self._post(event, "\n".join(lines))

    def _handed_back(self, event: Event) -> None:
        self._add_line(event, texts.PERSON_LEFT if event.code else texts.HANDED_BACK)

    def _passphrase_tried(self, event: Event) -> None:
        """Show the result of a passphrase; duress is announced to all."""
        self._add_line(event, _PASSPHRASE_TEXTS[event.code], **event.values)
        if event.code == PassphraseResult.DURESS:
            summary = self._existing_summary(event)
            text = self._locale(texts.CASE_COMPROMISED, reference=summary.reference)
            to = (summary.holder,) if summary.holder else ()
            self._announce(f"{PRIORITY_SIGNS[0]}{text}", to, event.case)

    def _person_wrote(self, event: Event) -> None:
        if event.code:
            self._add_line(event, texts.IDENTITY_UNCONFIRMED)
        if not self._context.shows_content or event.message is None:
            self._add_line(event, texts.PERSON_WROTE)
            return
        content = event.message.content
        at = self._topic(event.case).content.post_of(content.answered) if content.answered else 0
        summary = self._existing_summary(event)
        self._add(event.case, *person_messages(self._context, summary, event.message, at))
        if warns_of_someone(content.text):
            self._add_line(event, texts.SAYS_SOMEONE_NEAR)
        if says_other_hands(content.text):
            self._add_line(event, texts.OTHER_HANDS)

    def _caseworker_wrote(self, event: Event) -> None:
        it, here = event.message, parse_location(event.reply_to)
        if it is None:
            return
        if here is not None and it.letter is not None:
            content = self._topic(event.case).content
            content.pending_letters.append((it.letter, here[1]))
            content.letter_posts.append((it.letter, here[1]))
            if it.kind in EDITABLE_KINDS:
                content.editable_letters.append((it.letter, here[1]))
        if not self._context.shows_content:
            return
        if it.kind is CaseMessageKind.PHRASE:
            text = phrase_text(self._context, self._existing_summary(event), it)
            self._post_letter(event, f"{OUTGOING_SIGN} {text}", it.letter or 0)
        elif here is None:
            name, words = self._caseworker_name(event.by), caseworker_text(it)
            said = self._locale(texts.MESSAGE_BY, name=name, words=words)
            self._post_letter(event, said, it.letter or 0)

    def _post_letter(self, event: Event, text: str, letter: int) -> None:
        """Post what a caseworker sent, so that the person's reply to it can be shown as one."""
        kind = CASEWORKER_MESSAGE
        self._add(event.case, SendText(text, topic=event.case, post_kind=kind, post_of=letter))

    def _delayed(self, event: Event) -> None:
        self._caseworker_wrote(event)
        here = parse_location(event.reply_to)
        why = self._locale(_DELAY_TEXTS.get(event.code, texts.NOT_SENT_YET))
        self._post(event, why, here[1] if here else self._message_of(event))

    def _message_of(self, event: Event) -> int:
        """Return the message that a letter came from; 0 if it is not known."""
        waiting = self._topic(event.case).content.pending_letters
        return next((number for letter, number in waiting if letter == event.letter), 0)

    def _delivery_result(self, event: Event) -> None:
        """Mark a caseworker's message as delivered, or reply why it did not arrive."""
        content, message = self._topic(event.case).content, self._message_of(event)
        content.pending_letters = [it for it in content.pending_letters if it[0] != event.letter]
        ended = texts.DELIVERY_RESULTS.get(event.code)
        if ended is not None:
            self._post(event, self._locale(ended), message)
        elif message:
            self._add(event.case, SetReaction(message, DELIVERED_SIGN))

    def _note_added(self, event: Event) -> None:
        here = parse_location(event.reply_to)
        if here is not None:
            self._add(event.case, SetReaction(here[1], NOTED_SIGN))
        elif self._context.shows_content and event.message is not None:
            content = event.message.content
            words = escape_text(" / ".join(filter(None, (content.text, content.values.get(TOLD)))))
            if event.message.kind is CaseMessageKind.CALL:
                outcome = self._locale(CALL_OUTCOMES[CallOutcome(content.code)])
                self._add_line(event, texts.CALL_BY, outcome=outcome, words=words)
            else:
                self._add_line(event, texts.NOTE_BY, words=words)

    def _not_sent(self, event: Event) -> None:
        """Say that a message was not sent, with its words where the group shows any."""
        it, words = event.message, ""
        if it is not None and self._context.shows_content:
            is_phrase = it.kind is CaseMessageKind.PHRASE
            summary = self._existing_summary(event)
            words = phrase_text(self._context, summary, it) if is_phrase else caseworker_text(it)
        self._add_line(event, texts.NOT_SENT_OF, words=words or "…")

    def _join_requested(self, event: Event) -> None:
        if not event.by:
            self._add_line(event, texts.CODE_WRITTEN)

    def _answer_filled_in(self, event: Event) -> None:
        flow, _dot, step = event.code.partition(".")
        question = question_name(self._context, flow, step)
        self._add_line(event, texts.ANSWER_FILLED, question=question)

    def _referred(self, event: Event) -> None:
        said = referral_message(self._context, event.referral) if event.referral else None
        if said is not None:
            self._add(event.case, said)

    def _erasure_requested(self, event: Event) -> None:
        """Post the text in the topic; if no caseworker caused it, announce it to all."""
        if event.text is None:
            return
        text = self._locale(event.text, **event.values)
        self._post(event, text)
        if not event.by:
            reference = self._existing_summary(event).reference
            self._announce(f"{reference}: {text}", event.to, event.case)

    _linked = _partner_answered = _erasure_requested

    def _closed(self, event: Event) -> None:
        how = self._context.dispositions.get(event.code)
        self._add_line(event, texts.CLOSED_BY, how=self._locale(how) if how else event.code)

    def _overdue(self, event: Event) -> None:
        if event.text is None:
            return
        parts = [self._locale(event.text, **event.values)]
        if (why := NOT_ASKED_REASONS.get(event.code)) is not None:
            parts.append(self._locale(NOT_ASKED, why=self._locale(why)))
        parts += [
            deadline_text(self._context, self._existing_summary(event), it, self._now)
            for it in event.deadlines
        ]
        self._announce(f"\u231b {' '.join(parts)}", event.to, event.case)

    def _legal_deadline(self, event: Event) -> None:
        summary = self._existing_summary(event)
        told = deadline_event_text(self._context, self._work, summary, event, self._now)
        self._post(event, told)
        if not event.by:
            self._announce(f"\u231b {summary.reference}: {told}", event.to, event.case)

    def _checked_in(self, event: Event) -> None:
        if event.text is not None:
            self._post(event, check_in_text(self._context, self._existing_summary(event), event))

    def _command_result(self, event: Event) -> None:
        """Reply to the caseworker who gave a command, unless the topic shows the result."""
        here = parse_location(event.reply_to)
        if here is None or event.text is None:
            return
        thread, message = here
        if thread and event.case and not event.is_refused and event.text in {DONE, CLAIMED}:
            return
        summary, values = self._summary(event.case) if event.case else None, dict(event.values)
        if summary is not None and event.deadlines:
            values["clocks"] = deadlines_summary(self._context, summary, event.deadlines, self._now)
        text = self._locale(event.text, **values)
        if summary is not None and not thread:
            text = f"{summary.reference}: {text}"
        self._add(event.case, SendText(text, thread=thread, reply_to=message))


_LINES: Mapping[EventKind, Text] = {
    EventKind.CLAIMED: texts.CLAIMED,
    EventKind.RELEASED: texts.RELEASED,
    EventKind.PASSED_ON: texts.RELEASED,
    EventKind.REOPENED: texts.REOPENED,
    EventKind.IDENTITY_CONFIRMED: texts.IDENTITY_CONFIRMED,
    EventKind.READING_ENDED: texts.READING_ENDED,
    EventKind.WITHHELD: texts.BOT_MESSAGE_WITHHELD,
    EventKind.CHAT_JOINED: texts.CHAT_JOINED,
    EventKind.CALL_BACK_CHANGED: texts.CALL_BACK_CHANGED,
}
"""Events that are shown as one line, in which only the caseworker's name is filled in."""
_PASSPHRASE_TEXTS: Mapping[str, Text] = {
    PassphraseResult.RIGHT: texts.PASSPHRASE_RIGHT,
    PassphraseResult.WRONG: texts.PASSPHRASE_WRONG,
    PassphraseResult.DURESS: texts.COMPROMISED,
    PassphraseResult.TOO_MANY_TRIES: texts.PASSPHRASE_BLOCKED,
    PassphraseResult.RIGHT_AFTER_LIMIT: texts.PASSPHRASE_TOO_LATE,
}
_DELAY_TEXTS: Mapping[str, Text] = {
    UNTIL_OPENER_ANSWERED: texts.UNTIL_MET,
    UNTIL_HOURS: texts.UNTIL_HOURS,
    UNTIL_PERSON_WRITES: texts.UNTIL_WRITTEN,
    UNTIL_CLOCK_STEADY: texts.UNTIL_STEADY,
}
