"""What a caseworker's command does in a conversation: take over, write, hand back and others."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.clock import MINUTE
from bot.conversation import Collect, Position, Review, unpack
from bot.conversation.inputs import PressInput, TextInput
from bot.conversation.progress import fill_answer, flow_progress, resume
from bot.dispatch.conversation_store import SESSION_TIMEOUT, Conversation, suspended_sessions
from bot.dispatch.rate_limit import Loss
from bot.dispatch.turn.flow_names import URGENT_DETAILS_FLOW
from bot.dispatch.turn.session import session_cases
from bot.dispatch.turn.talk.relay import answer_content
from bot.hotline.chat.case_progress import format_time
from bot.hotline.chat.messages import CaseMessage, CaseMessageKind, MessageSide
from bot.hotline.chat.takeover import (
    NO_TIME_LIMIT,
    OPENER,
    UNTIL_OPENER_ANSWERED,
    UNTIL_PERSON_WRITES,
    AskConsent,
    ChatAction,
    ConfirmIdentity,
    EditMessage,
    FillIn,
    HandBack,
    Insist,
    JoinChat,
    NotifyRecipientReply,
    NotifyReferralSent,
    OpenerState,
    SayFileLost,
    SayNobodyComes,
    SendMessage,
    SendOpener,
    TakeOver,
    TakeoverState,
    TransferChat,
)
from bot.hotline.commands.attachments import attachment_bodies
from bot.hotline.commands.texts import (
    ALREADY_IDENTIFIED,
    ANSWER_NOT_ACCEPTED,
    NOBODY_WROTE_RECENTLY,
    NOT_TAKEN_OVER,
    ONLY_PERSON_CAN_ANSWER,
    OPENER_ALREADY_SENT,
    OPENER_NEEDED,
    OPENER_SENT_NOW,
    OUTSIDE_CONTACT_RULE,
    PERSON_ENDED_CHAT,
    QUESTION_WAITS,
    TAKE_OVER_FIRST,
)
from bot.hotline.contact_rule import NEVER, may_write_at
from bot.hotline.events import EventKind
from bot.messages import EditText, SendText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.conversation import FlowRegistry
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.engine_driver import EngineDriver
    from bot.dispatch.turn.replies import Replies
    from bot.dispatch.turn.session import Session
    from bot.dispatch.turn.talk.relay import Relay
    from bot.messages import Body
    from bot.text import Text

    Handler = Callable[[Any], Text | None]
    """Does an action; returns a refusal, or that it waits, or None."""

PERSON_ONLY_STEPS = frozenset({"keep", "send", "pass_on"})
"""Questions by which a person agrees to something."""
INSIST_AGAIN = 30 * MINUTE
"""How long a person who does not answer is not asked once more, whatever the reason."""
NO_OPENER_PENDING = frozenset({OpenerState.ANSWERED, OpenerState.TO_SEND})
"""States in which no opener is on its way: what is said next begins with one."""


def can_be_filled(registry: FlowRegistry, flow: str, step: str) -> bool:
    """Tell whether a caseworker can answer a question from what the person said."""
    question = registry.question(flow, step)
    if question is None or isinstance(question, Collect | Review):
        return False
    return question.skippable and step not in PERSON_ONLY_STEPS


@dataclass(slots=True, eq=False)
class StaffActions:
    """Does what caseworkers want in one conversation.

    Without a live session the takeover stands in a suspended one: the bot answers as to a newcomer,
    and of the caseworker's words only the neutral opener is shown.
    """

    turn: TurnContext
    replies: Replies
    relay: Relay
    session: Session
    engine: EngineDriver
    _handlers: dict[type[ChatAction], Handler] = field(init=False)

    def __post_init__(self) -> None:
        self._handlers = {
            TakeOver: self._take_over,
            HandBack: self._hand_back,
            SendMessage: self._send_message,
            EditMessage: self._edit_message,
            TransferChat: self._transfer,
            FillIn: self._fill_in,
            AskConsent: self._ask_consent,
            NotifyReferralSent: self._notify_referral_sent,
            NotifyRecipientReply: self._notify_recipient_reply,
            Insist: self._insist,
            SendOpener: self._request_opener,
            ConfirmIdentity: self._confirm_identity,
            SayNobodyComes: self._say_nobody_comes,
            SayFileLost: self._say_file_lost,
            JoinChat: self._join_chat,
        }

    def perform(self, action: ChatAction, reply_to: str, language: str) -> None:
        """Do an action; what there is to say is shown at the desk (`reply_to`) it came from."""
        self.session.suspend_after_silence()
        with self._use_language(language):
            said = self._handlers[type(action)](action)
        self.replies.schedule_removal()
        if said is not None:
            is_refused = said is not QUESTION_WAITS
            self.turn.add_event(
                EventKind.COMMAND_RESULT, text=said, reply_to=reply_to, is_refused=is_refused
            )

    @contextmanager
    def _use_language(self, language: str) -> Iterator[None]:
        """Lend the chat a language; the next person to write is answered in that of their app."""
        conversation = self.turn.conversation
        own, suspended = conversation.language, conversation.suspended
        conversation.language = own or (suspended.language if suspended else "") or language
        yield
        conversation.language = own

    @property
    def _takeover(self) -> TakeoverState | None:
        found = self.turn.find_takeover()
        return None if found is None else found[1]

    def _takeover_of(self, by: str | None) -> TakeoverState | None:
        """Return the takeover of this caseworker."""
        takeover = self._takeover
        return takeover if takeover is not None and takeover.by == by else None

    def _why_not_sent(self, case: str) -> Text:
        """Return why a message of a caseworker who has not taken over is not sent."""
        conversation = self.turn.conversation
        sessions = (conversation, *suspended_sessions(conversation))
        has_left = any(it.left_talk_about == case for it in sessions)
        return PERSON_ENDED_CHAT if has_left else TAKE_OVER_FIRST

    @property
    def _position(self) -> Position:
        """Return where the conversation stands that the takeover is about."""
        found = self.turn.find_takeover()
        session = self.turn.conversation if found is None else found[0]
        return unpack(session.position, self.turn.services.registry)

    def _can_talk(self, takeover: TakeoverState) -> bool:
        """Tell whether the person has answered the opener and is still there."""
        is_answered = takeover.opener_state == OpenerState.ANSWERED
        return is_answered and self.turn.is_person_present()

    # --- taking over, handing back --------------------------------------------------------------

    def _take_over(self, action: TakeOver) -> Text | None:
        current = self._takeover
        if current is not None:
            # The holder of the case may take the chat over, even from a colleague who has left.
            passing = TransferChat(current.by, action.by, action.title)
            return None if current.by == action.by else self._transfer(passing)
        takeover = TakeoverState(
            action.case, action.by, action.title, action.rule, self.turn.now, action.reference
        )
        session = self._session_of(action.case)
        session.takeover, session.left_talk_about = takeover, ""
        self._add_taken_over(action.case, action.by)
        self._schedule_opener(takeover)
        return None

    def _add_taken_over(self, case: str, by: str) -> None:
        turn = self.turn
        progress = flow_progress(turn.services.registry, self._position, turn.facts)
        turn.add_event(EventKind.TAKEN_OVER, case, by, bookmark=progress)

    def _session_of(self, case: str) -> Conversation:
        """Return the session a case belongs to, live or suspended."""
        conversation = self.turn.conversation
        for session in (conversation, *suspended_sessions(conversation)):
            if case in session_cases(session):
                return session
        session = Conversation("", Position(), conversation.chat, suspended=conversation.suspended)
        conversation.suspended = session
        return session

    def _transfer(self, action: TransferChat) -> Text | None:
        takeover = self._takeover
        if takeover is None:
            return None
        self._add_taken_over(takeover.case, action.to)
        takeover.by, takeover.title = action.to, action.title
        if self._can_talk(takeover):
            changed = self.turn.services.texts.caseworker_changed
            self.replies.send_text(changed, self.relay.talk.title_value(takeover))
        return None

    def _hand_back(self, action: HandBack) -> Text | None:
        turn, found = self.turn, self.turn.find_takeover()
        if found is None:
            return NOT_TAKEN_OVER if action.goes_on and action.is_asked else None
        session, takeover = found
        if action.is_own and takeover.by != action.by:
            return None
        self.relay.talk.let_bot_answer(session, takeover)
        turn.add_event(EventKind.HANDED_BACK, takeover.case, action.by)
        if not self._can_talk(takeover):
            # Another person may hold the phone: the question is asked when they write.
            return None
        session.has_unheard_end = False
        title = self.relay.talk.title_value(takeover)
        self.replies.send_text(turn.services.texts.caseworker_left, title)
        turn.conversation.activity.expect_answer()
        if not action.goes_on:
            return None
        if turn.is_in_flow(URGENT_DETAILS_FLOW):  # the caseworker has asked by now
            turn.frames.pop()
        if turn.frames:
            position = turn.conversation.position
            self.engine.apply(resume(turn.services.registry, position, turn.facts), 0)
        else:
            self.engine.start_conversation()
        return None

    # --- the opener -----------------------------------------------------------------------------

    def _schedule_opener(self, takeover: TakeoverState) -> int:
        """Send the opener as soon as the contact rule allows; return when that is.

        Where the person wrote that someone is near, it waits until they write again.
        """
        turn, services = self.turn, self.turn.services
        if turn.conversation.wants_silence:
            self.relay.opener.send_opener(takeover, NO_TIME_LIMIT, delay_reason=UNTIL_PERSON_WRITES)
            return NEVER
        since = services.clock_monitor.steady_since
        last_seen_at = turn.conversation.last_seen_in(since)
        at = may_write_at(takeover.rule, last_seen_at, turn.now, services.zone, since)
        if at != NEVER:
            self.relay.opener.send_opener(takeover, 0 if at <= turn.now else at)
        return at

    def _may_send_opener(self, takeover: TakeoverState) -> bool:
        """Tell whether the opener may be sent because messages wait for it.

        Not while a person who is not identified is in the chat: the bot answers them as a newcomer,
        and a message that comes unasked would tell them more.
        """
        touched_at = self.turn.conversation.touched_at
        is_empty = not touched_at or self.turn.now - touched_at > SESSION_TIMEOUT
        return is_empty or takeover is self.turn.conversation.takeover

    def _request_opener(self, action: SendOpener) -> Text | None:
        takeover = self._takeover_of(action.by)
        if takeover is None or takeover.opener_state not in NO_OPENER_PENDING:
            return None
        if self._may_send_opener(takeover):
            takeover.opener_state = OpenerState.TO_SEND
            self._schedule_opener(takeover)
        return None

    def _insist(self, action: Insist) -> Text | None:
        takeover, turn = self._takeover_of(action.by), self.turn
        if takeover is None:
            return TAKE_OVER_FIRST
        is_asked = takeover.opener_state == OpenerState.SENT
        if is_asked and turn.now - takeover.insisted_at < INSIST_AGAIN:
            return OPENER_SENT_NOW
        takeover.insisted_at = turn.now
        takeover.insisted_clock_span = turn.services.clock_monitor.steady_since
        turn.effects.staff.withdraw_opener = True
        self.relay.opener.send_opener(takeover, 0)
        return None

    # --- messages -------------------------------------------------------------------------------

    def _send_message(self, action: SendMessage) -> Text | None:
        takeover = self._takeover_of(action.message.author)
        if takeover is None:
            return self._why_not_sent(action.message.case)
        takeover.spoken_at = self.turn.now
        if action.message.content.code != OPENER:
            self._send_when_allowed(takeover, self._parts_of(action.message), action.message)
            return None
        if takeover.opener_state == OpenerState.WAITING:
            return OPENER_ALREADY_SENT
        return OUTSIDE_CONTACT_RULE if self._schedule_opener(takeover) == NEVER else None

    def _send_when_allowed(
        self, takeover: TakeoverState, parts: list[Body], message: CaseMessage
    ) -> None:
        """Send a caseworker's message now, or once the person has answered the opener."""
        if self._can_talk(takeover):
            self.relay.talk.send_staff_message(parts, message)
            return
        self._ask_after_other_hands(takeover)
        self._see_that_opener_comes(takeover)
        self.relay.talk.send_staff_message(parts, message, NO_TIME_LIMIT, UNTIL_OPENER_ANSWERED)

    def _ask_after_other_hands(self, takeover: TakeoverState) -> None:
        """Ask once more where someone else held the phone: a caseworker has read it, and writes."""
        if takeover.is_in_other_hands:
            takeover.is_in_other_hands = False
            takeover.opener_state = OpenerState.TO_SEND

    def _see_that_opener_comes(self, takeover: TakeoverState) -> None:
        """Send the opener that a message waits for, unless one is on its way."""
        if takeover.opener_state == OpenerState.ANSWERED:
            takeover.opener_state = OpenerState.TO_SEND
        if takeover.opener_state == OpenerState.TO_SEND and self._may_send_opener(takeover):
            self._schedule_opener(takeover)

    def _parts_of(self, message: CaseMessage) -> list[Body]:
        turn, content, renderer = self.turn, message.content, self.turn.services.renderer
        if message.kind is CaseMessageKind.FILES:
            return attachment_bodies(message)
        if message.kind is CaseMessageKind.LOCATION:
            text = renderer.split_message(SendText(content.text)) if content.text else []
            return [*attachment_bodies(message), *text]
        if message.kind is CaseMessageKind.PHRASE:
            phrase = turn.services.phrasebook.render(
                content.code, content.values, turn.conversation.language, turn.phrase_prefix(),
                content.phrase_edit,
            )  # fmt: skip
            return [*renderer.split_message(phrase)]
        return [*renderer.split_message(SendText(content.text))]

    def _edit_message(self, action: EditMessage) -> Text | None:
        """Change a message where it is; the first version of one that still waits is never read."""
        turn, message = self.turn, action.message
        takeover = self._takeover_of(message.author)
        if takeover is None:
            return self._why_not_sent(message.case)
        takeover.spoken_at = turn.now
        letter, text = message.content.message, message.content.text
        if not action.delay_reason:
            edit = EditText(0, text, letter=letter, is_caption=action.is_caption)
            self._send_when_allowed(takeover, [edit], message)
            return None
        turn.effects.staff.edited_letters[letter] = text
        turn.effects.staff.messages.append(message)
        turn.add_event(
            EventKind.DELAYED,
            message.case,
            message.author,
            code=action.delay_reason,
            message=message,
        )
        return None

    # --- answers, consent, identity -------------------------------------------------------------

    def _fill_in(self, action: FillIn) -> Text | None:
        turn, registry, position = self.turn, self.turn.services.registry, self._position
        flow, step = action.flow, action.step
        question = registry.question(flow, step)
        if step in PERSON_ONLY_STEPS:
            return ONLY_PERSON_CAN_ANSWER
        given = fill_answer(registry, position, flow, step, PressInput(action.text))
        if given is None:
            given = fill_answer(registry, position, flow, step, TextInput(action.text))
        if question is None or given is None:
            return ANSWER_NOT_ACCEPTED
        message = CaseMessage(
            action.case, MessageSide.NOTE, CaseMessageKind.ANSWER,
            answer_content(question, flow, given), turn.now, action.by,
        )  # fmt: skip
        turn.effects.staff.messages.append(message)
        progress = flow_progress(registry, position, turn.facts)
        turn.add_event(
            EventKind.ANSWER_FILLED_IN, action.case, action.by, code=f"{flow}.{step}",
            bookmark=progress, message=message,
        )  # fmt: skip
        return None

    def _ask_consent(self, action: AskConsent) -> Text | None:
        turn, referral = self.turn, action.referral
        takeover = self._takeover_of(referral.offered_by)
        if takeover is None:
            return TAKE_OVER_FIRST
        stage = referral.stage.value
        turn.add_event(
            EventKind.REFERRED, referral.case, referral.offered_by, code=stage, referral=referral
        )
        if self._can_talk(takeover):
            self.relay.talk.ask_consent(referral)
            return None
        self._see_that_opener_comes(takeover)  # the question waits as letters do
        takeover.waiting_question = referral.id
        return QUESTION_WAITS

    def _notify_referral_sent(self, action: NotifyReferralSent) -> Text | None:
        """Say so to a person who is there, and only to them: the phone may be in other hands."""
        turn, referral, takeover = self.turn, action.referral, self._takeover
        if takeover is None or referral.sent_at is None or not self._can_talk(takeover):
            return None
        language = turn.conversation.language
        at = format_time(referral.sent_at, turn.now, turn.services.zone, language)
        turn.effects.bodies.append(
            turn.services.consent.sent_notice(
                referral, language, turn.consent_prefix(), at, is_unread=action.is_unread
            )
        )
        return None

    def _notify_recipient_reply(self, action: NotifyRecipientReply) -> Text | None:
        """Say it once to a person who is there, and only to them; others read it when they ask."""
        turn, takeover, conversation = self.turn, self._takeover, self.turn.conversation
        is_heard = (
            self._can_talk(takeover)
            if takeover is not None
            else action.case in {conversation.case, *conversation.cases}
            and turn.is_person_present()
        )
        if is_heard:
            at = format_time(action.at, turn.now, turn.services.zone, conversation.language)
            reply = turn.services.texts.case_progress.replies[action.reply.value]
            self.replies.send_text(reply, {"time": at})
        return None

    def _confirm_identity(self, action: ConfirmIdentity) -> Text | None:
        """Go on with the person's case; only while a person is there."""
        turn, conversation = self.turn, self.turn.conversation
        if not conversation.touched_at or turn.now - conversation.touched_at > SESSION_TIMEOUT:
            return NOBODY_WROTE_RECENTLY
        if action.case in conversation.cases:
            return ALREADY_IDENTIFIED
        if not (action.is_approved or self._has_answered(action.by)):
            return OPENER_NEEDED
        self.engine.resume_case(action.case, action.reference)
        turn.effects.staff.confirmed_case = action.case
        turn.add_event(EventKind.IDENTITY_CONFIRMED, action.case, action.by)
        return None

    def _join_chat(self, action: JoinChat) -> Text | None:
        """Go on with the person who wrote the code a moment ago and was heard on the phone.

        A caseworker who holds another case of this chat keeps it; then nothing is said.
        """
        if self._takeover is None:
            self.engine.resume_case(action.case, action.reference)
        return None

    def _say_nobody_comes(self, action: SayNobodyComes) -> Text | None:
        """Say it to the person of this case, unless a caseworker is there by now."""
        conversation, texts = self.turn.conversation, self.turn.services.texts
        if self._takeover is None and action.case in {conversation.case, *conversation.cases}:
            self.replies.send_text(texts.nobody_comes)
            self.replies.send_text(texts.danger_numbers)
        return None

    def _say_file_lost(self, _action: SayFileLost) -> Text | None:
        """Say it once for all files that are lost together, as those of an album."""
        activity, now = self.turn.conversation.activity, self.turn.now
        if not activity.was_loss_just_told(Loss.DOWNLOAD, now):
            activity.losses_told[Loss.DOWNLOAD] = now
            self.replies.say_not_kept(Loss.DOWNLOAD)
        return None

    def _has_answered(self, by: str) -> bool:
        """Tell whether the writer has answered an opener of this caseworker."""
        takeover = self._takeover_of(by)
        if takeover is None:
            return False
        return bool(takeover.answered_at) or takeover.opener_state == OpenerState.ANSWERED
