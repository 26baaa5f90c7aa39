"""What a person writes for a caseworker: during a takeover, or in a chat whose session is over.

During a takeover everything goes to the caseworker and the bot says nothing of its own, except that
danger, the ways out, erasure and the choice of a language work as ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.conversation import Card, Choose, ChooseMany, Menu
from bot.dispatch import callback_data
from bot.dispatch.answered_message import find_answered
from bot.dispatch.conversation_store import SESSION_TIMEOUT, UrgentMessage
from bot.dispatch.rate_limit import STREAM_INTERVAL, Loss
from bot.dispatch.turn.flow_names import DANGER_FLOW, DELETE_FLOW, LANGUAGE_FLOW, STOP_FLOW
from bot.dispatch.turn.outcome_rules import DRAFT_FLOWS, READ_FLOWS
from bot.dispatch.turn.received_files import received_files
from bot.dispatch.turn.slash_commands import BYE
from bot.dispatch.turn.talk.opener import phrase_reply
from bot.hotline.chat.case_progress import format_time
from bot.hotline.chat.messages import (
    FORWARDED_MARK,
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    MessageSide,
)
from bot.hotline.chat.takeover import HeldWords, OpenerState
from bot.hotline.contact_rule import PRESENCE_WINDOW
from bot.hotline.events import EventKind
from bot.hotline.referrals.consent_dialog import ConsentPress, ConsentReply
from bot.hotline.referrals.model import ReferralStage
from bot.messages import UpdateKind

if TYPE_CHECKING:
    from bot.conversation import Answer
    from bot.conversation.questions.question import Question
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.replies import Replies
    from bot.dispatch.turn.talk.caseworker_talk import CaseworkerTalk
    from bot.dispatch.turn.talk.opener import OpenerDialog
    from bot.hotline.chat.takeover import TakeoverState
    from bot.hotline.referrals.model import Referral
    from bot.messages import Update

SAFETY_COMMANDS = frozenset({DANGER_FLOW, STOP_FLOW, BYE})
"""Commands that come before everything else."""
TAKEOVER_COMMANDS = SAFETY_COMMANDS | {DELETE_FLOW, LANGUAGE_FLOW}
"""Commands the bot answers during a takeover: no human has to be asked for them first."""
MAX_URGENT_MESSAGES = 40
MAX_HELD = 40
"""Messages of a person who had stopped that wait for an answer to the opener."""
UNCONFIRMED = "unconfirmed"
"""The code of a message whose writer is not known to be the person."""
_KINDS = {
    UpdateKind.FILES: CaseMessageKind.FILES,
    UpdateKind.LOCATION: CaseMessageKind.LOCATION,
    UpdateKind.EDIT: CaseMessageKind.EDIT,
}


LONGEST_LABEL = 40
"""Characters of a text that can be the words on a button."""
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
    """Passes what a person writes to the caseworker who has taken over."""

    turn: TurnContext
    replies: Replies
    talk: CaseworkerTalk
    opener: OpenerDialog

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
        return not (is_asked and phrase_reply(self.turn, update.text) is None)

    def forward(self, takeover: TakeoverState, update: Update) -> None:
        """Give an update to the caseworker who has taken over; it may answer the opener.

        What a person who had stopped writes before that waits until they answer.
        """
        if takeover.held and self.opener.is_answered_by(takeover, update):
            self._pass_on_held(takeover)
        if not self._holds(takeover, update):
            self.store(takeover, update)
        self.opener.handle_reply(takeover, update)

    def _holds(
        self, takeover: TakeoverState, update: Update, *, is_unconfirmed: bool = False
    ) -> bool:
        """Keep an update from staff if the person stopped and has not agreed since; whether it was.

        Words that alarm are passed on: a caseworker is there, and the person may not write again.
        So is an answer to the opener, which says nothing else.
        """
        turn = self.turn
        if takeover.reads_on or self.opener.is_answered_by(takeover, update):
            return False
        if self.opener.is_reply_below(update) or turn.services.texts.find_alarms(update.text):
            return False
        content = self._read(update)
        if content is None or not turn.hotline.is_reading_taken_back(takeover.case):
            return False
        kind, said = content
        said = replace(said, unconfirmed=is_unconfirmed)
        held = HeldWords(kind, said, self._next_moment(takeover))
        takeover.held = [*takeover.held, held][-MAX_HELD:]
        if not is_unconfirmed:
            self._say_what_is_not_kept(update)
        return True

    def _next_moment(self, takeover: TakeoverState) -> int:
        """Return a moment after all that was held: the messages of one batch have the same."""
        takeover.last_written_at = max(self.turn.now, takeover.last_written_at + 1)
        return takeover.last_written_at

    def _pass_on_held(self, takeover: TakeoverState) -> None:
        takeover.reads_on = True
        for it in takeover.held:
            message = CaseMessage(takeover.case, MessageSide.PERSON, it.kind, it.content, it.at)
            self._add(message, UNCONFIRMED if it.content.unconfirmed else "")
        takeover.held = []

    def store(self, takeover: TakeoverState, update: Update) -> None:
        """Show an update in the case of the caseworker who has taken over."""
        turn, content = self.turn, self._read(update, takeover)
        if content is None:
            self._say_of_old_button(takeover, update)
        else:
            at = self._next_moment(takeover) if takeover.last_written_at else turn.now
            message = CaseMessage(takeover.case, MessageSide.PERSON, *content, at)
            turn.effects.staff.messages.append(message)
            if self._is_shown_at_desks():
                self.talk.show(EventKind.PERSON_WROTE, message)
            if update.kind is not UpdateKind.PRESS:
                turn.effects.staff.alarms |= turn.services.texts.find_alarms(update.text)
            self._say_what_is_not_kept(update)

    def _say_of_old_button(self, takeover: TakeoverState, update: Update) -> None:
        """Say that a person answers here now; before the opener is answered, nothing shows that."""
        if takeover.opener_state == OpenerState.ANSWERED:
            self.replies.show_toast(update, self.turn.services.texts.caseworker_reads)
        else:
            self.replies.reject_stale_button(update)

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
        turn, case, found = self.turn, self.earlier_case(), self.turn.find_takeover()
        content = self._read(update, found[1] if found else None) if case else None
        if content is None or not turn.hotline.case_exists(case):
            return
        if found is None and turn.hotline.is_reading_taken_back(case):
            return
        if found is not None and self._holds_unconfirmed(found[1], update):
            return
        self.opener.note_answer(update)
        kind, sealed = content[0], replace(content[1], unconfirmed=True)
        self._add(CaseMessage(case, MessageSide.PERSON, kind, sealed, turn.now), UNCONFIRMED)
        if update.kind is not UpdateKind.PRESS:
            turn.effects.staff.alarms |= turn.services.texts.find_alarms(update.text)

    def _holds_unconfirmed(self, takeover: TakeoverState, update: Update) -> bool:
        """Tell whether an update was kept from staff; one that answers the opener is not."""
        if self.opener.is_answered_by(takeover, update):
            self._pass_on_held(takeover)
            return False
        return self._holds(takeover, update, is_unconfirmed=True)

    def store_unconfirmed_answer(self, content: CaseMessageContent) -> None:
        """Add an answer that was given in a chat without a live session, as not confirmed."""
        turn, case = self.turn, self.earlier_case()
        if not case or not turn.hotline.case_exists(case):
            return
        sealed = replace(content, unconfirmed=True)
        self._add(
            CaseMessage(case, MessageSide.PERSON, CaseMessageKind.TEXT, sealed, turn.now),
            UNCONFIRMED,
        )

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
            self.talk.show(EventKind.PERSON_WROTE, message)

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
        kept, now = [*self.turn.conversation.urgent_messages], self.turn.now
        kept.append(UrgentMessage(*content, now if is_loose else 0, update.arrived_at or now))
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
            self.talk.show(EventKind.PERSON_WROTE, message, code)

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

    def _read(
        self, update: Update, takeover: TakeoverState | None = None
    ) -> tuple[CaseMessageKind, CaseMessageContent] | None:
        """Return an update as it is kept; None for a button that says nothing to a caseworker.

        In a takeover, words that only say yes to its opener are told apart from all others.
        """
        if update.kind is UpdateKind.PRESS:
            code = phrase_reply(self.turn, update.text)
            return None if code is None else (CaseMessageKind.REPLY, CaseMessageContent(code=code))
        files = received_files(update, self.turn.now)
        sender = f"{FORWARDED_MARK} {update.forwarded_from}\n" if update.forwarded_from else ""
        kind = _KINDS.get(update.kind, CaseMessageKind.TEXT)
        if takeover is not None and self.opener.is_answered_by(takeover, update):
            kind = CaseMessageKind.GOOD_MOMENT
        return kind, CaseMessageContent(
            text=sender + update.text,
            files=files,
            code=update.detail if update.kind is UpdateKind.UNSUPPORTED else "",
            message=update.message,
            latitude=update.latitude,
            longitude=update.longitude,
            answered=find_answered(self.turn, update.replied),
        )

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
            self.talk.ask_consent(other)

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
            self.talk.ask_consent(referral)
