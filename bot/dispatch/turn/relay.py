"""What a person writes for a caseworker: during a takeover, or in a chat whose session is over.

During a takeover everything goes to the caseworker and the bot says nothing of its own, except that
danger, the ways out, erasure and the choice of a language work as ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.clock import MINUTE, SECOND
from bot.conversation import Card, Choose, ChooseMany, Menu
from bot.dispatch import callback_data
from bot.dispatch.answered_message import find_answered
from bot.dispatch.conversation_store import SESSION_TIMEOUT, UrgentMessage
from bot.dispatch.rate_limit import STREAM_INTERVAL, Loss
from bot.dispatch.turn.flow_names import DANGER_FLOW, DELETE_FLOW, LANGUAGE_FLOW, STOP_FLOW
from bot.dispatch.turn.outcome_rules import DRAFT_FLOWS, READ_FLOWS
from bot.dispatch.turn.received_files import received_files
from bot.dispatch.turn.slash_commands import BYE
from bot.hotline.chat.case_progress import format_time
from bot.hotline.chat.messages import CaseMessage, CaseMessageContent, CaseMessageKind, MessageSide
from bot.hotline.chat.takeover import (
    OPENER,
    OPENER_REFUSALS,
    OPENER_UNSENT,
    UNTIL_HOURS,
    OpenerState,
)
from bot.hotline.contact_rule import ANY_TIME, LONG_AGO, PRESENCE_WINDOW, is_present, received_at
from bot.hotline.events import EventKind
from bot.hotline.referrals.consent_dialog import ConsentPress, ConsentReply
from bot.hotline.referrals.model import ReferralStage
from bot.languages.questions import LEAVING
from bot.languages.typed.opener_answer import says_good_moment
from bot.messages import SendText, UpdateKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation import Answer
    from bot.conversation.questions.question import Question
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.replies import Replies
    from bot.hotline.chat.takeover import PersonLeft, TakeoverState
    from bot.hotline.referrals.model import Referral
    from bot.messages import Body, Update

FORWARDED_MARK = "\u21aa"
"""Stands before the name of whom a forwarded message came from, in any language."""
SAFETY_COMMANDS = frozenset({DANGER_FLOW, STOP_FLOW, BYE})
"""Commands that come before everything else."""
TAKEOVER_COMMANDS = SAFETY_COMMANDS | {DELETE_FLOW, LANGUAGE_FLOW}
"""Commands the bot answers during a takeover: no human has to be asked for them first."""
MAX_URGENT_MESSAGES = 40
UNCONFIRMED = "unconfirmed"
"""The code of a message whose writer is not known to be the person."""
_KINDS = {
    UpdateKind.FILES: CaseMessageKind.FILES,
    UpdateKind.LOCATION: CaseMessageKind.LOCATION,
    UpdateKind.EDIT: CaseMessageKind.EDIT,
}


LONGEST_LABEL = 40
"""Characters of a text that can be the words on a button."""
OPENER_INTERVAL = MINUTE
"""At least this long between two repeats of an opener to which something else was written."""
MAX_FILES_KNOWN = 100
"""Files of a session that are not stored again with a report."""


def answer_content(question: Question[Answer], flow: str, given: Answer) -> CaseMessageContent:
    """Return the answer to a question as a case keeps it: `text` says both, in English."""
    parts = question.describe(given)
    words = ", ".join(it if isinstance(it, str) else it.source for it in parts)
    codes = given if isinstance(given, tuple) else (given,)
    is_chosen = isinstance(question, Choose | ChooseMany)
    return CaseMessageContent(
        text=f"{question.short.source}: {words}", asked=f"{flow}.{question.name}",
        chosen=tuple(map(str, codes)) if is_chosen else (),
    )  # fmt: skip


@dataclass(slots=True, eq=False)
class Relay:
    """Passes messages between a person and the caseworker who has taken over."""

    turn: TurnContext
    replies: Replies

    # --- from the person ------------------------------------------------------------------------

    def takes(self, update: Update, command: str | None, silence: int) -> bool:
        """Tell whether an update goes to a caseworker and not to the engine.

        Args:
            update: what came.
            command: what it asks for among `TAKEOVER_COMMANDS`.
            silence: microseconds since the person did something before this.
        """
        if self.turn.conversation.takeover is None or command in TAKEOVER_COMMANDS:
            return False
        if update.kind is not UpdateKind.PRESS:
            return True
        if silence <= PRESENCE_WINDOW and self.consent_decision(update.text):
            return False
        is_asked = self.turn.is_in_flow(*TAKEOVER_COMMANDS)
        return not (is_asked and self._phrase_reply(update.text) is None)

    def forward(self, takeover: TakeoverState, update: Update) -> None:
        """Give an update to the caseworker who has taken over; it may answer the opener."""
        self.store(takeover, update)
        self._handle_opener_reply(takeover, update)

    def store(self, takeover: TakeoverState, update: Update) -> None:
        """Show an update in the case of the caseworker who has taken over."""
        turn, content = self.turn, self._read(update)
        if content is None:
            self.replies.show_toast(update, turn.services.texts.caseworker_reads)
        else:
            message = CaseMessage(takeover.case, MessageSide.PERSON, *content, turn.now)
            turn.effects.staff.messages.append(message)
            if self._is_shown_at_desks():
                self._show(EventKind.PERSON_WROTE, message)
            if update.kind is not UpdateKind.PRESS:
                turn.effects.staff.alarms |= turn.services.texts.find_alarms(update.text)
            self._say_what_is_not_kept(update)

    def _is_good_moment(self, update: Update) -> bool | None:
        """Tell whether an answer to the opener says that the person can write.

        None: it says neither, as a story or a file does; then nothing that a caseworker wrote is
        shown, and the person is asked again. Any other button says no.
        """
        if update.kind is UpdateKind.PRESS:
            reply = self._opener_reply(update)
            return bool(reply) and reply not in OPENER_REFUSALS
        if update.kind is not UpdateKind.TEXT:
            return None
        language = self.turn.conversation.language
        if (said := says_good_moment(update.text, language)) is not None:
            return said
        is_leaving = self.turn.services.texts.find_question(update.text, language) == LEAVING
        return False if is_leaving else None

    def _opener_reply(self, update: Update) -> str:
        """Return the reply of a button below an opener; empty for anything else."""
        is_press = update.kind is UpdateKind.PRESS
        code = (self._phrase_reply(update.text) if is_press else None) or ""
        return code if code.startswith(f"{OPENER}.") else ""

    def _can_answer(self, takeover: TakeoverState, update: Update) -> bool:
        """Tell whether an update may answer the opener: only a person who has seen it can.

        A button below it is often pressed before the delivery is recorded, and that may never be:
        where a process ended over the letter, no one knows that it arrived.
        """
        return bool(takeover.opener_arrived_at or self._opener_reply(update))

    def _say_what_is_not_kept(self, update: Update) -> None:
        """Tell the person what does not reach the caseworker, who cannot know what it was."""
        if Loss.FILES in self.turn.losses:  # said already: these files are not taken now
            return
        if update.kind is UpdateKind.UNSUPPORTED:
            self.replies.say_not_kept(Loss.KIND)
        else:
            self.replies.say_too_large(update.files)

    def store_unconfirmed(self, update: Update) -> None:
        """Add what is written in a chat without a live session to its case, as not confirmed."""
        turn, case = self.turn, self.earlier_case()
        content = self._read(update) if case else None
        if content is None or not turn.hotline.case_exists(case):
            return
        if turn.find_takeover() is None and turn.hotline.is_reading_taken_back(case):
            return
        self._note_opener_answer(update)
        kind, sealed = content[0], replace(content[1], unconfirmed=True)
        self._add(CaseMessage(case, MessageSide.PERSON, kind, sealed, turn.now), UNCONFIRMED)
        if update.kind is not UpdateKind.PRESS:
            turn.effects.staff.alarms |= turn.services.texts.find_alarms(update.text)

    def store_read(self, update: Update, *, is_answer: bool = True) -> None:
        """Add what the person writes to the case of this session: staff read it, as agreed.

        Args:
            update: what was written.
            is_answer: whether it may answer the open question.
        """
        turn, case = self.turn, self.turn.read_case
        content = self._read(update) if case else None
        if content is None:
            return
        if not turn.hotline.case_exists(case):  # it was erased
            turn.set_read(is_read=False)
            return
        kind = content[0]  # an edit changes what was said before, and answers nothing
        is_answer = is_answer and kind is not CaseMessageKind.EDIT
        asked = self._open_question() if is_answer else ""
        sealed = replace(content[1], asked=asked)
        self._add(CaseMessage(case, MessageSide.PERSON, kind, sealed, turn.now))
        turn.is_in_case = True
        new = [(case, it.unique) for it in sealed.files if it.unique]
        known = [*turn.conversation.files_in_case, *new]
        turn.conversation.files_in_case = known[-MAX_FILES_KNOWN:]
        if update.kind is not UpdateKind.PRESS:
            turn.effects.staff.alarms |= turn.services.texts.find_alarms(update.text)

    def _open_question(self) -> str:
        """Return the open question, as `flow.step`; empty for none, and for a menu."""
        frames = self.turn.frames
        if not frames or self.turn.conversation.takeover is not None:
            return ""
        flow, step = frames[-1].flow, frames[-1].step
        question = self.turn.services.registry.question(flow, step)
        is_menu = isinstance(question, Menu | Card)
        return "" if question is None or is_menu or flow not in READ_FLOWS else f"{flow}.{step}"

    def store_position(self, update: Update) -> None:
        """Add where a live location has moved to; desks are shown it twice a minute at most."""
        turn, activity = self.turn, self.turn.conversation.activity
        takeover = turn.conversation.takeover
        case = turn.read_case if takeover is None else takeover.case
        if not case or turn.now - turn.conversation.touched_at > SESSION_TIMEOUT:
            return
        if not turn.hotline.case_exists(case):
            return
        content = CaseMessageContent(
            message=update.message, latitude=update.latitude, longitude=update.longitude
        )
        message = CaseMessage(case, MessageSide.PERSON, CaseMessageKind.LOCATION, content, turn.now)
        turn.effects.staff.messages.append(message)
        if turn.now - activity.received_at >= STREAM_INTERVAL:
            activity.note_update(turn.now)
            self._show(EventKind.PERSON_WROTE, message)

    def store_answer(self, content: CaseMessageContent) -> None:
        """Add an answer that was given with a button to the case of this session."""
        case = self.turn.read_case
        self._add(
            CaseMessage(case, MessageSide.PERSON, CaseMessageKind.TEXT, content, self.turn.now)
        )

    def remember_urgent(self, update: Update, *, is_loose: bool = False) -> None:
        """Keep a message until the person decides whether staff are told.

        Args:
            update: what was written.
            is_loose: nothing in it alarms, and it answered no question.
        """
        content = self._read(update)
        if content is None:
            return
        kept = [*self.turn.conversation.urgent_messages]
        kept.append(UrgentMessage(*content, self.turn.now if is_loose else 0))
        if len(kept) > MAX_URGENT_MESSAGES:  # alarming words stay longest
            del kept[next((at for at, it in enumerate(kept) if it.loose_at), 0)]
        self.turn.conversation.urgent_messages = kept

    def messages_of_just_now(self) -> list[UrgentMessage]:
        """Return what goes along if the person lets us alert staff now."""
        since = self.turn.now - SESSION_TIMEOUT
        urgent = self.turn.conversation.urgent_messages
        return [it for it in urgent if not it.loose_at or it.loose_at >= since]

    def store_agreement(self, update: Update) -> None:
        """Add the words with which the person had staff told to the case that this opened."""
        content = self._read(update)
        if content is not None:
            self.turn.hotline.add_messages(self.turn.read_case, [UrgentMessage(*content)])

    def _add(self, message: CaseMessage, code: str = "") -> None:
        self.turn.effects.staff.messages.append(message)
        if self._is_shown_at_desks():
            self._show(EventKind.PERSON_WROTE, message, code)

    def earlier_case(self) -> str:
        """Return the case that unconfirmed messages go to; empty for none.

        Answers in a draft belong to the draft alone, unless a caseworker has taken over.
        """
        conversation = self.turn.conversation
        if conversation.takeover is not None:
            return ""
        if (found := self.turn.find_takeover()) is not None:
            return found[1].case
        if conversation.cases or any(frame.flow in DRAFT_FLOWS for frame in self.turn.frames):
            return ""
        return conversation.earlier_case

    def _is_shown_at_desks(self) -> bool:
        """Tell whether a message is announced at the desks; in a flood only now and then."""
        activity, now = self.turn.conversation.activity, self.turn.now
        if not activity.is_heavy:
            return True
        if activity.was_just_answered(now):
            return False
        activity.note_answer(now, moved=False)
        return True

    def _read(self, update: Update) -> tuple[CaseMessageKind, CaseMessageContent] | None:
        """Return an update as it is kept; None for a button that says nothing to a caseworker."""
        if update.kind is UpdateKind.PRESS:
            code = self._phrase_reply(update.text)
            return None if code is None else (CaseMessageKind.REPLY, CaseMessageContent(code=code))
        files = received_files(update, self.turn.now)
        sender = f"{FORWARDED_MARK} {update.forwarded_from}\n" if update.forwarded_from else ""
        return _KINDS.get(update.kind, CaseMessageKind.TEXT), CaseMessageContent(
            text=sender + update.text,
            files=files,
            code=update.detail if update.kind is UpdateKind.UNSUPPORTED else "",
            message=update.message,
            latitude=update.latitude,
            longitude=update.longitude,
            answered=find_answered(self.turn, update.replied),
        )

    def _phrase_reply(self, token: str) -> str | None:
        """Return the reply a button stands for, as `phrase.reply`; None for any other button."""
        prefix = self.turn.phrase_prefix()
        if not callback_data.has_prefix(token, prefix):
            return None
        reply = self.turn.services.phrasebook.parse_token(token[len(prefix) :])
        return None if reply is None else ".".join(reply)

    # --- whether others may be told -------------------------------------------------------------

    def consent_decision(self, token: str) -> ConsentPress | None:
        """Return what a button under a question of consent means; None for any other button."""
        if not token.startswith(callback_data.NO_QUESTION):
            return None
        prefix = self.turn.consent_prefix()
        if not callback_data.has_prefix(token, prefix):
            return None
        return self.turn.services.consent.parse_token(token[len(prefix) :])

    def apply_decision(self, pressed: ConsentPress, update: Update) -> None:
        """Store what the person decided about a referral, and show it."""
        turn, takeover = self.turn, self.turn.conversation.takeover
        case = takeover.case if takeover is not None else turn.conversation.case
        outcome = turn.hotline.apply_consent(case, pressed) if case else None
        if outcome is None:
            self.replies.say_of_decision(update, turn.services.texts.stale_button)
            return
        language, prefix = turn.conversation.language, turn.consent_prefix()
        consent, referral = turn.services.consent, outcome.referral
        if outcome.reply is ConsentReply.SCREEN:
            self.replies.send_fleeting(consent.screen(referral, language, prefix, outcome.text))
        elif outcome.reply is ConsentReply.ANSWER:
            zone, sent_at = turn.services.zone, outcome.told_at or referral.sent_at
            at = format_time(sent_at, turn.now, zone, language) if sent_at else ""
            turn.effects.bodies.append(consent.answer(outcome, language, prefix, at))
        elif outcome.text is not None:
            self.replies.say_of_decision(update, outcome.text)
        if outcome.changed:
            stage = referral.stage.value
            turn.add_event(EventKind.REFERRED, referral.case, code=stage, referral=referral)
        if outcome.changed and outcome.reply is ConsentReply.ANSWER:
            self._ask_next(referral)

    def _ask_next(self, decided: Referral) -> None:
        """Ask about another referral that was offered meanwhile."""
        others = self.turn.hotline.offered_referrals(decided.case)
        if (other := next((it for it in others if it.id != decided.id), None)) is not None:
            self.ask_consent(other)

    def typed_decision(self, takeover: TakeoverState, update: Update) -> ConsentPress | None:
        """Return the button of a question of consent whose words were typed."""
        turn = self.turn
        if update.kind is not UpdateKind.TEXT or len(update.text) > LONGEST_LABEL:
            return None
        action = turn.services.consent.action_of_label(update.text, turn.conversation.language)
        referral = turn.hotline.latest_referral(takeover.case) if action is not None else None
        if action is None or referral is None:
            return None
        return ConsentPress(referral.id, referral.digest, action, 0)

    def ask_consent_again(self, takeover: TakeoverState) -> None:
        """Ask once more where words took the list away before the person decided."""
        referral = self.turn.hotline.latest_referral(takeover.case)
        if referral is not None and referral.stage is ReferralStage.OFFERED:
            self.ask_consent(referral)

    def ask_consent(self, referral: Referral) -> None:
        """Ask the person whether a recipient may be told."""
        turn, consent = self.turn, self.turn.services.consent
        language, prefix = turn.conversation.language, turn.consent_prefix()
        turn.effects.bodies.append(consent.question(referral, language, prefix))

    def _ask_waiting_question(self, takeover: TakeoverState) -> None:
        waiting, takeover.waiting_question = takeover.waiting_question, ""
        if waiting and (it := self.turn.hotline.unasked_referral(takeover.case, waiting)):
            self.ask_consent(it)

    def withdraw_waiting_question(self, takeover: TakeoverState) -> None:
        """End the referral about which the person was not asked in time, and show that."""
        turn, waiting = self.turn, takeover.waiting_question
        if not waiting:
            return
        takeover.waiting_question = ""
        if ended := turn.hotline.withdraw_unasked(takeover.case, waiting, takeover.by):
            turn.add_event(EventKind.REFERRED, ended.case, code=ended.stage.value, referral=ended)

    # --- the opener -----------------------------------------------------------------------------

    def record_last_seen(self, update: Update) -> None:
        """Note when the person wrote; after a gap they are asked again with an opener."""
        turn, monitor = self.turn, self.turn.services.clock_monitor
        conversation, since = turn.conversation, monitor.steady_since
        found = turn.find_takeover()
        if found is not None and not turn.is_person_present():
            session, takeover = found
            takeover.answered_at = 0
            if session is conversation or takeover.opener_state == OpenerState.SENT:
                self._mark_returned(takeover)
        seen_at = received_at(update.sent_at * SECOND, turn.now, since, monitor.channel())
        conversation.last_seen_at = max(seen_at, self._answered_since())
        conversation.last_seen_clock_span = since

    def _answered_since(self) -> int:
        """Return a moment before which nothing was written that comes now; 0 where there is none.

        A chat is in order: what follows the answer to an opener was written after it arrived.
        """
        found, span = self.turn.find_takeover(), self.turn.services.clock_monitor.steady_since
        if found is None or found[1].opener_clock_span != span:
            return 0
        is_answered = found[1].opener_state == OpenerState.ANSWERED
        return found[1].opener_arrived_at if is_answered else 0

    def mark_absent(self) -> None:
        """Note that the person has blocked us: what comes next answers no opener."""
        self.turn.conversation.last_seen_at = LONG_AGO
        if (found := self.turn.find_takeover()) is not None:
            found[1].opener_arrived_at = found[1].answered_at = 0

    def send_opener(self, takeover: TakeoverState, at: int, *, is_of_bot: bool = False) -> None:
        """Send the neutral opener, now (0) or at a moment.

        What the bot asks by itself has no author: a caseworker who writes has read what came
        before, and what the person wrote would no longer count as unread.
        """
        turn = self.turn
        takeover.opener_state = OpenerState.WAITING if at else OpenerState.SENT
        takeover.opener_arrived_at, takeover.is_answer = 0, False
        opener = turn.services.phrasebook.render(
            OPENER, {}, turn.conversation.language, turn.phrase_prefix()
        )
        message = CaseMessage(
            takeover.case,
            MessageSide.CASEWORKER,
            CaseMessageKind.PHRASE,
            CaseMessageContent(code=OPENER),
            turn.now,
            "" if is_of_bot else takeover.by,
        )
        self.send_staff_message([opener], message, at, UNTIL_HOURS if at else None)

    def _handle_opener_reply(self, takeover: TakeoverState, update: Update) -> None:
        """Ask whether this is a good moment; once that is answered, say who writes."""
        if takeover.opener_state in OPENER_UNSENT:
            self.turn.effects.staff.withdraw_opener = True
            self.send_opener(takeover, 0, is_of_bot=True)
            takeover.is_answer = True
        elif takeover.opener_state == OpenerState.SENT and self._can_answer(takeover, update):
            if is_good := self._is_good_moment(update):
                self._let_talk_begin(takeover)
            elif is_good is None:
                self._repeat_opener(takeover)

    def _let_talk_begin(self, takeover: TakeoverState) -> None:
        turn, conversation = self.turn, self.turn.conversation
        takeover.opener_state = OpenerState.ANSWERED
        conversation.last_seen_at = max(conversation.last_seen_at, self._answered_since())
        conversation.case, conversation.reference = takeover.case, takeover.reference
        if takeover.case not in conversation.cases:
            conversation.cases.append(takeover.case)
        conversation.urgent_only = False
        turn.set_read(is_read=turn.hotline.may_read(takeover.case))
        self.begin_talk(takeover)

    def _repeat_opener(self, takeover: TakeoverState) -> None:
        """Ask again where something else was written; an answer to the first counts as well."""
        if self.turn.now - takeover.repeated_at < OPENER_INTERVAL:
            return
        arrived_at = takeover.opener_arrived_at
        self.send_opener(takeover, 0, is_of_bot=True)
        takeover.opener_arrived_at, takeover.is_answer = arrived_at, True
        takeover.repeated_at = self.turn.now

    def _note_opener_answer(self, update: Update) -> None:
        """Note words after an opener outside a live session: a caseworker may confirm who it is.

        They need not say that it is a good moment: who confirms has read them.
        """
        found = self.turn.find_takeover()
        if found is None or found[1].opener_state != OpenerState.SENT:
            return
        if self._can_answer(found[1], update) and self._is_good_moment(update) is not False:
            found[1].answered_at = self.turn.now

    def _mark_returned(self, takeover: TakeoverState) -> None:
        """Ask a person who is back after a gap once more, unless they were asked just now."""
        is_asked = takeover.opener_state == OpenerState.SENT and bool(takeover.opener_arrived_at)
        is_believed = takeover.opener_clock_span == self.turn.services.clock_monitor.steady_since
        if not (is_asked and is_believed and is_present(takeover.opener_arrived_at, self.turn.now)):
            takeover.opener_state = OpenerState.TO_SEND

    # --- to the person --------------------------------------------------------------------------

    def repeat_in_language(self, takeover: TakeoverState) -> None:
        """Say who answers, or ask the opener, in the language the person has just chosen."""
        if takeover.opener_state == OpenerState.ANSWERED:
            self.introduce_caseworker(takeover)
        elif takeover.opener_state == OpenerState.SENT:
            self.send_opener(takeover, 0, is_of_bot=True)

    def introduce_caseworker(self, takeover: TakeoverState) -> None:
        """Say who writes: a role, never a name."""
        self.replies.send_text(
            self.turn.services.texts.caseworker_joined, self.title_value(takeover)
        )

    def begin_talk(self, takeover: TakeoverState) -> None:
        """Say who writes, and let everything come that waited for the person."""
        self.introduce_caseworker(takeover)
        self._ask_waiting_question(takeover)
        self.turn.effects.staff.release_waiting = True

    def title_value(self, takeover: TakeoverState) -> dict[str, str]:
        """Return the caseworker's role, as the blank `title`."""
        turn = self.turn
        title = turn.services.texts.titles[takeover.title]
        return {"title": turn.services.renderer.text(title, turn.conversation.language)}

    def send_staff_message(
        self,
        parts: Sequence[Body],
        message: CaseMessage,
        at: int = 0,
        delay_reason: str | None = None,
    ) -> None:
        """Send a caseworker's message, now or from a moment on."""
        effects = self.turn.effects
        place = len(effects.bodies)
        effects.bodies += self._with_sound(parts)
        effects.staff.add_letters(range(place, place + len(parts)), message, at, delay_reason)
        kind = EventKind.DELAYED if delay_reason else EventKind.CASEWORKER_WROTE
        self._show(kind, message, delay_reason or "")

    def end_takeover_of_absent(self) -> None:
        """End a takeover whose caseworker does not hold the case any more.

        Whose access has ended can hand nothing back; else the person writes to no one.
        """
        turn, found = self.turn, self.turn.find_takeover()
        if found is None or turn.hotline.is_held_by(found[1].case, found[1].by):
            return
        session, takeover = found
        session.takeover = None
        turn.effects.staff.withdraw_waiting = True
        self.withdraw_waiting_question(takeover)
        turn.add_event(EventKind.HANDED_BACK, takeover.case, takeover.by)

    def end_takeover(self, how: PersonLeft) -> None:
        """End the takeover because the person has left; messages that wait are withdrawn."""
        takeover = self.turn.conversation.takeover
        if takeover is not None:
            self.turn.conversation.takeover = None
            self.turn.conversation.left_talk_about = takeover.case
            self.turn.effects.staff.withdraw_waiting = True
            self.withdraw_waiting_question(takeover)
            self.turn.add_event(EventKind.HANDED_BACK, takeover.case, code=how.value)

    def _with_sound(self, parts: Sequence[Body]) -> list[Body]:
        """Let the phone ring if the person said that any time is safe; otherwise stay silent."""
        takeover = self.turn.conversation.takeover
        if takeover is None or takeover.rule != ANY_TIME:
            return list(parts)
        return [
            replace(part, notifies=True) if isinstance(part, SendText) else part for part in parts
        ]

    def _show(self, kind: EventKind, message: CaseMessage, code: str = "") -> None:
        self.turn.add_event(kind, message.case, message.author, code=code, message=message)
