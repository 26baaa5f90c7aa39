"""What a caseworker's orders do in a conversation: like those of a turn, the effects are values."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bot.conversation import Collect, Position, Review, unpack
from bot.conversation.inputs import PressInput, TextInput
from bot.conversation.progress import fill_answer, flow_progress, resume
from bot.dispatch.conversation_store import Conversation
from bot.dispatch.session import SESSION_TIMEOUT, SessionControl, session_cases, suspended_sessions
from bot.hotline.chat.case_progress import format_time
from bot.hotline.chat.messages import CaseMessageKind
from bot.hotline.chat.takeover import (
    NO_TIME_LIMIT,
    OPENER,
    UNTIL_OPENER_ANSWERED,
    AskConsent,
    ChatAction,
    ConfirmIdentity,
    EditMessage,
    FillIn,
    HandBack,
    Insist,
    NotifyReferralSent,
    OpenerState,
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
    OUTSIDE_CONTACT_RULE,
    PERSON_NOT_IN_CHAT,
    TAKE_OVER_FIRST,
)
from bot.hotline.contact_rule import NEVER, is_present, may_write_at
from bot.hotline.events import Event, EventKind
from bot.messages import EditText, SendText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.conversation import FlowRegistry
    from bot.dispatch.effects import Effects
    from bot.hotline.chat.messages import CaseMessage
    from bot.messages import Body
    from bot.text import Text

PERSON_ONLY_STEPS = frozenset({"keep", "send", "pass_on"})
"""Questions by which a person agrees to something."""
NO_OPENER_PENDING = frozenset({OpenerState.ANSWERED, OpenerState.TO_SEND})
"""With no opener on its way: what is said next begins with one."""


def can_be_filled(book: FlowRegistry, flow: str, step: str) -> bool:
    """Tell whether a caseworker can answer a question from what the person said."""
    question = book.question(flow, step)
    if question is None or isinstance(question, Collect | Review):
        return False
    return question.skippable and step not in PERSON_ONLY_STEPS


class StaffActions(SessionControl):
    """One conversation and what is done in it for a caseworker.

    In a quiet chat a takeover stands in what was put away: the bot answers whoever writes, and of
    the caseworker's words only the neutral opener is shown.
    """

    __slots__ = ()

    def perform(self, action: ChatAction, at_desk: str, language: str) -> Effects:
        """Do something; what does not go is told to whoever wanted it.

        Args:
            action: what to do.
            at_desk: where whoever wants it stands.
            language: of the case, for a chat that has none now.
        """
        touched_at = self.conversation.touched_at
        if touched_at and self.now - touched_at > SESSION_TIMEOUT and self.has_known_case():
            self.suspend_session()
        with self._use_language(language):
            refusal = _ACTIONS[type(action)](self, action)
        self.schedule_removal()
        if refusal is not None:
            self.add_event(
                Event(EventKind.COMMAND_RESULT, text=refusal, reply_to=at_desk, is_refused=True)
            )
        return self.effects

    @contextmanager
    def _use_language(self, language: str) -> Iterator[None]:
        """Lend the chat a language; whoever writes next is answered in that of their own app."""
        conversation = self.conversation
        spoken, before = conversation.language, conversation.suspended
        conversation.language = spoken or (before.language if before else "") or language
        yield
        conversation.language = spoken

    @property
    def _takeover(self) -> TakeoverState | None:
        found = self.find_takeover()
        return None if found is None else found[1]

    @property
    def _position(self) -> Position:
        """Return where the conversation stands that the takeover is about."""
        found = self.find_takeover()
        sitting = self.conversation if found is None else found[0]
        return unpack(sitting.position, self.services.registry)

    def _take_over(self, deed: TakeOver) -> Text | None:
        held = self._takeover
        if held is not None:
            # Whoever holds the case may take the chat, from a colleague who is gone as well.
            passing = TransferChat(held.by, deed.by, deed.title)
            return None if held.by == deed.by else self._transfer_chat(passing)
        holding = TakeoverState(deed.case, deed.by, deed.title, deed.rule, self.now, deed.reference)
        self._session_of(deed.case).takeover = holding
        mark = flow_progress(self.services.registry, self._position, self.facts)
        self.add_event(Event(EventKind.TAKEN_OVER, deed.case, deed.by, bookmark=mark))
        self._schedule_opener(holding)
        return None

    def _is_present(self) -> bool:
        """Tell whether the person holds the phone still, as far as anybody can know."""
        return is_present(
            self.conversation.last_seen_in(self.services.clock_monitor.steady_since), self.now
        )

    def _schedule_opener(self, holding: TakeoverState) -> int:
        """Say the opener as soon as the rule allows; return when that is."""
        since = self.services.clock_monitor.steady_since
        heard_at = self.conversation.last_seen_in(since)
        at = may_write_at(holding.rule, heard_at, self.now, self.services.zone, since)
        if at != NEVER:
            self.send_opener(holding, 0 if at <= self.now else at)
        return at

    def _may_send_opener(self, holding: TakeoverState | None) -> bool:
        """Tell whether the opener may be said because words wait for it.

        Not while somebody nobody knows is in the chat: to them the bot answers as to a newcomer,
        and what came by itself would tell them more.
        """
        touched_at = self.conversation.touched_at
        is_empty = not touched_at or self.now - touched_at > SESSION_TIMEOUT
        return holding is not None and (is_empty or holding is self.conversation.takeover)

    def _request_opener(self, deed: SendOpener) -> Text | None:
        holding = self._takeover
        if not self._may_send_opener(holding):
            return None
        if (
            holding is not None
            and holding.by == deed.by
            and holding.opener_state in NO_OPENER_PENDING
        ):
            holding.opener_state = OpenerState.TO_SEND
            self._schedule_opener(holding)
        return None

    def _insist(self, deed: Insist) -> Text | None:
        holding = self._takeover
        if holding is None or holding.by != deed.by:
            return TAKE_OVER_FIRST
        holding.insisted_at, holding.insisted_clock_span = (
            self.now,
            self.services.clock_monitor.steady_since,
        )
        self.effects.staff.withdraw_opener = True
        self.send_opener(holding, 0)
        return None

    def _session_of(self, case: str) -> Conversation:
        """Return the sitting a case belongs to: this one, or what was put away."""
        conversation = self.conversation
        for sitting in (conversation, *suspended_sessions(conversation)):
            if case in session_cases(sitting):
                return sitting
        found = Conversation("", Position(), conversation.chat, suspended=conversation.suspended)
        conversation.suspended = found
        return found

    def _hand_back(self, deed: HandBack) -> Text | None:
        found = self.find_takeover()
        if found is None:
            return NOT_TAKEN_OVER if deed.goes_on and deed.is_asked else None
        sitting, holding = found
        sitting.takeover = None
        self.effects.staff.withdraw_waiting = True
        self.add_event(Event(EventKind.HANDED_BACK, holding.case, deed.by))
        if holding.opener_state != OpenerState.ANSWERED or not self._is_present():
            # Not a word to whoever may hold the phone: the question is put when they write.
            return None
        self.send_text_with(
            self.services.texts.caseworker_left, {"title": self.caseworker_title(holding)}
        )
        if deed.goes_on:
            self._resume_at_bookmark()
        return None

    def _resume_at_bookmark(self) -> None:
        if self.conversation.position.frames:
            self.apply_turn(
                resume(self.services.registry, self.conversation.position, self.facts), 0
            )
        else:
            self.start_conversation()

    def _send_message(self, deed: SendMessage) -> Text | None:
        holding = self._takeover
        if holding is None or holding.by != deed.message.author:
            return TAKE_OVER_FIRST
        holding.spoken_at = self.now
        it = deed.message
        if it.content.code == OPENER:
            return self._send_opener_again(holding)
        self._send_when_allowed(holding, self._parts_of(deed), it)
        return None

    def _send_when_allowed(
        self, holding: TakeoverState, parts: list[Body], it: CaseMessage
    ) -> None:
        """Put a caseworker's letters among what is said: now, or once the person is met."""
        if holding.opener_state == OpenerState.ANSWERED and self._is_present():
            self.send_staff_message(parts, it)
            return
        if holding.opener_state == OpenerState.ANSWERED:
            holding.opener_state = OpenerState.TO_SEND
        if holding.opener_state == OpenerState.TO_SEND and self._may_send_opener(holding):
            self._schedule_opener(holding)
        self.send_staff_message(parts, it, NO_TIME_LIMIT, UNTIL_OPENER_ANSWERED)

    def _send_opener_again(self, holding: TakeoverState) -> Text | None:
        """Say the opener because a caseworker wants it said."""
        if holding.opener_state == OpenerState.WAITING:
            return OPENER_ALREADY_SENT
        return OUTSIDE_CONTACT_RULE if self._schedule_opener(holding) == NEVER else None

    def _parts_of(self, deed: SendMessage) -> list[Body]:
        content = deed.message.content
        if deed.message.kind is CaseMessageKind.FILES:
            return attachment_bodies(content)
        if deed.message.kind is CaseMessageKind.LOCATION:
            words = (
                self.services.renderer.split_message(SendText(content.text)) if content.text else []
            )
            return [*attachment_bodies(content), *words]
        if deed.message.kind is CaseMessageKind.PHRASE:
            said = self.services.phrasebook.render(
                content.code, content.values, self.conversation.language, self.phrase_prefix()
            )
            return [*self.services.renderer.split_message(said)]
        return [*self.services.renderer.split_message(SendText(content.text))]

    def _edit_message(self, deed: EditMessage) -> Text | None:
        """Change words where they went; of those that wait nobody reads the first version."""
        holding, it = self._takeover, deed.message
        if holding is None or holding.by != it.author:
            return TAKE_OVER_FIRST
        holding.spoken_at = self.now
        letter = it.content.message
        if deed.delay_reason:
            self.effects.staff.edited_letters[letter] = it.content.text
            self.effects.staff.messages.append(it)
            self.add_event(
                Event(EventKind.DELAYED, it.case, it.author, code=deed.delay_reason, message=it)
            )
            return None
        self._send_when_allowed(
            holding, [EditText(0, it.content.text, letter=letter, is_caption=deed.is_caption)], it
        )
        return None

    def _transfer_chat(self, deed: TransferChat) -> Text | None:
        holding = self._takeover
        if holding is None:
            return None
        mark = flow_progress(self.services.registry, self._position, self.facts)
        self.add_event(Event(EventKind.TAKEN_OVER, holding.case, deed.to, bookmark=mark))
        holding.by, holding.title = deed.to, deed.title
        if holding.opener_state == OpenerState.ANSWERED and self._is_present():
            another = self.services.texts.caseworker_changed
            self.send_text_with(another, {"title": self.caseworker_title(holding)})
        return None

    def _fill_in(self, deed: FillIn) -> Text | None:
        book, position = self.services.registry, self._position
        if deed.step in PERSON_ONLY_STEPS:
            return ONLY_PERSON_CAN_ANSWER
        if not (
            fill_answer(book, position, deed.flow, deed.step, PressInput(deed.text))
            or fill_answer(book, position, deed.flow, deed.step, TextInput(deed.text))
        ):
            return ANSWER_NOT_ACCEPTED
        mark = flow_progress(book, position, self.facts)
        case = self._takeover.case if self._takeover else ""
        code = f"{deed.flow}.{deed.step}"
        self.add_event(Event(EventKind.ANSWER_FILLED_IN, case, deed.by, code=code, bookmark=mark))
        return None

    def _ask_consent(self, deed: AskConsent) -> Text | None:
        holding, it = self._takeover, deed.referral
        if holding is None or holding.by != it.offered_by:
            return TAKE_OVER_FIRST
        if holding.opener_state != OpenerState.ANSWERED or not self._is_present():
            return PERSON_NOT_IN_CHAT
        language, prefix = self.conversation.language, self.consent_prefix()
        self.effects.bodies.append(self.services.consent.question(it, language, prefix))
        self.add_event(
            Event(EventKind.REFERRED, it.case, it.offered_by, code=it.stage.value, referral=it)
        )
        return None

    def _confirm_identity(self, deed: ConfirmIdentity) -> Text | None:
        """Go on with the person as the person; only while somebody is there."""
        touched_at = self.conversation.touched_at
        if not touched_at or self.now - touched_at > SESSION_TIMEOUT:
            return NOBODY_WROTE_RECENTLY
        if deed.case in self.conversation.cases:
            return ALREADY_IDENTIFIED
        if not (deed.is_approved or self._has_answered(deed.by)):
            return OPENER_NEEDED
        self.resume_session(deed.case, deed.reference)
        self.effects.staff.confirmed_case = deed.case
        self.add_event(Event(EventKind.IDENTITY_CONFIRMED, deed.case, deed.by))
        return None

    def _has_answered(self, by: str) -> bool:
        """Tell whether whoever writes has answered an opener, with nobody else holding the chat."""
        holding = self._takeover
        if holding is None or holding.by != by:
            return False
        return bool(holding.answered_at) or holding.opener_state == OpenerState.ANSWERED

    def _notify_referral_sent(self, deed: NotifyReferralSent) -> Text | None:
        """Say so to whoever is here; to nobody else: the phone may be in other hands."""
        holding, it = self._takeover, deed.referral
        if holding is None or holding.opener_state != OpenerState.ANSWERED or it.sent_at is None:
            return None
        if self._is_present():
            language, prefix = self.conversation.language, self.consent_prefix()
            at = format_time(it.sent_at, self.now, self.services.zone, language)
            self.effects.bodies.append(self.services.consent.sent_notice(it, language, prefix, at))
        return None


_ACTIONS: dict[type[ChatAction], Callable[[StaffActions, Any], Text | None]] = {
    TakeOver: StaffActions._take_over,  # noqa: SLF001 - a table of this class's own verbs
    HandBack: StaffActions._hand_back,  # noqa: SLF001
    SendMessage: StaffActions._send_message,  # noqa: SLF001
    EditMessage: StaffActions._edit_message,  # noqa: SLF001
    TransferChat: StaffActions._transfer_chat,  # noqa: SLF001
    FillIn: StaffActions._fill_in,  # noqa: SLF001
    AskConsent: StaffActions._ask_consent,  # noqa: SLF001
    NotifyReferralSent: StaffActions._notify_referral_sent,  # noqa: SLF001
    Insist: StaffActions._insist,  # noqa: SLF001
    SendOpener: StaffActions._request_opener,  # noqa: SLF001
    ConfirmIdentity: StaffActions._confirm_identity,  # noqa: SLF001
}
