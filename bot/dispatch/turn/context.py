"""The turn that is being taken: its conversation, its effects, and what every part of it asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.cases.offices import EVERY_OFFICE
from bot.conversation import Position, unpack
from bot.conversation.outcomes import TOLD
from bot.dispatch import callback_data
from bot.dispatch.conversation_store import Conversation, suspended_sessions
from bot.dispatch.effects import Effects
from bot.dispatch.turn.flow_names import (
    BEFORE_DURESS_STEP,
    DURESS_STEP,
    PASSPHRASE_FLOWS,
    PASSPHRASE_QUESTIONS,
    PLAN_DETAILS_STEP,
    RECOGNITION_FLOW,
)
from bot.hotline.chat.takeover import OpenerState
from bot.hotline.contact_rule import is_present
from bot.hotline.events import Event
from bot.languages.typed.not_a_passphrase import is_as_long_as_sentence

if TYPE_CHECKING:
    from bot.conversation import Frame, Outcome
    from bot.dispatch.hotline_adapter import HotlineAdapter
    from bot.dispatch.rate_limit import Loss
    from bot.dispatch.turn_services import TurnServices
    from bot.hotline.chat.takeover import TakeoverState
    from bot.hotline.events import EventKind
    from bot.messages import Body

FLEETING_MARK = "~"
"""Sets the buttons of a summary apart from those of the question that follows it."""


@dataclass(slots=True)
class TurnContext:
    """One turn. Every part of it holds this object; `begin` makes it ready for the next turn."""

    services: TurnServices
    chat_key: bytes = b""
    conversation: Conversation = field(default_factory=lambda: Conversation("", Position()))
    """Changed in place; another object once a session has been suspended or resumed."""
    now: int = 0
    facts: frozenset[str] = frozenset()
    """What the guards of flows ask: of the deployment, and of this conversation."""
    effects: Effects = field(default_factory=Effects)
    alarms: frozenset[str] = frozenset()
    """Codes of alarming words found in this turn."""
    must_reply: bool = False
    """Whether what is said answers a question of the person, which no burst leaves out."""
    may_have_answered: bool = False
    """Whether words that were not understood are short enough to be meant as an answer."""
    is_in_case: bool = False
    """Whether what was written in this turn has reached the case."""
    losses: dict[Loss, list[Body]] = field(default_factory=dict)
    """What is not kept of what was sent in this turn, with what was said of it."""
    was_someone_near: bool = False
    """Whether what the person wrote before this turn said that someone is near."""
    had_left: bool = False
    """Whether a goodbye was the last thing that the person read before this turn."""
    submitted: Outcome | None = None
    """With which outcome something was sent to staff in this turn."""
    has_withheld: bool = False
    """Whether what was written in this turn was kept nowhere: it may be a passphrase."""
    position_before_answer: Position | None = None
    """Where the conversation stood before an answer that may end with a draft being kept."""
    _hotline: HotlineAdapter | None = None

    def begin(
        self,
        chat_key: bytes,
        conversation: Conversation | None,
        now: int,
        hotline: HotlineAdapter | None = None,
    ) -> None:
        """Make ready for a turn; without a hotline nothing may be asked of it."""
        self.chat_key, self.now, self._hotline = chat_key, now, hotline
        self.effects, self.position_before_answer = Effects(), None
        self.alarms, self.is_in_case, self.must_reply = frozenset(), False, False
        self.submitted, self.losses = None, {}
        self.was_someone_near = self.had_left = self.has_withheld = False
        self.conversation = conversation or Conversation("", Position())
        unpack(self.conversation.position, self.services.registry)
        self._load_facts()

    @property
    def has_hotline(self) -> bool:
        """Tell whether the hotline may be asked: not where a question is only asked again."""
        return self._hotline is not None

    @property
    def hotline(self) -> HotlineAdapter:
        """Return what does for this turn everything that has to do with cases."""
        if self._hotline is None:
            raise RuntimeError("this turn has no hotline")
        return self._hotline

    def switch_to(self, conversation: Conversation) -> None:
        """Go on with another session of this chat."""
        self.conversation = conversation
        self._load_facts()

    def _load_facts(self) -> None:
        facts = self.services.facts_at(self.now)
        self.facts = facts | {"sent"} if self.conversation.has_case else facts
        if self._is_staffed():
            self.facts |= {"staffed"}
        if self.conversation.is_alerted:
            self.facts |= {"alerted"}
        # None is left of before a silence.
        if any(not it.loose_at for it in self.conversation.urgent_messages):
            self.facts |= {"alarmed"}
        self.set_read(is_read=self.conversation.is_read)

    def _is_staffed(self) -> bool:
        """Tell whether a caseworker is here: one who is in a talk with this person, or on duty.

        A takeover in which no one has written for long is no talk: those on duty decide then.
        """
        takeover, presence = self.conversation.takeover, self.services.presence
        if takeover is not None and _is_in_talk(takeover, self.now):
            return True
        if presence is None:
            return False
        it = self.conversation
        has_office = it.case and self.has_hotline and presence.has_offices
        return presence.is_anyone_here(self.hotline.office_of(it) if has_office else EVERY_OFFICE)

    def set_read(self, *, is_read: bool) -> None:
        """Note whether staff read what the person writes in this session, and set the fact."""
        self.conversation.is_read = is_read
        self.facts = self.facts | {TOLD} if is_read else self.facts - {TOLD}

    # --- where the conversation stands --------------------------------------------------------

    @property
    def frames(self) -> list[Frame]:
        """Return the flows that are open, the one whose question is asked last."""
        return self.conversation.position.frames

    def is_in_flow(self, *flows: str) -> bool:
        """Tell whether the open question belongs to one of these flows."""
        frames = self.conversation.position.frames
        return bool(frames) and frames[-1].flow in flows

    def forget_closed_questions(self) -> None:
        """Forget since when a question of consent is asked once it is not open any more."""
        conversation, frames = self.conversation, self.frames
        asked = f"{frames[-1].flow}.{frames[-1].step}" if frames else ""
        since = conversation.consent_asked_at.get(asked, 0)
        conversation.consent_asked_at = {asked: since} if since else {}

    def may_write_secret(self) -> bool:
        """Tell whether a text may be a passphrase for which the open flow asks only later."""
        if not self.is_in_flow(*PASSPHRASE_FLOWS):
            return False
        frame = self.frames[-1]
        if frame.step == PLAN_DETAILS_STEP:
            return False
        return "word" not in frame.answers or frame.step in {BEFORE_DURESS_STEP, DURESS_STEP}

    def may_be_secret(self, text: str) -> bool:
        """Tell whether a text may be a passphrase here, so that it is kept nowhere.

        Where we only ask whether a second word is wanted, a whole sentence is meant for us: who
        wrote one as the word was just asked to write it again.
        """
        if not self.may_write_secret():
            return False
        return not (self.is_at(BEFORE_DURESS_STEP) and is_as_long_as_sentence(text))

    def is_at(self, step: str) -> bool:
        """Tell whether the open question is this step, of any flow."""
        return bool(self.frames) and self.frames[-1].step == step

    def asks_passphrase(self) -> bool:
        """Tell whether the open question is answered with a passphrase."""
        frames = self.conversation.position.frames
        return bool(frames) and (frames[-1].flow, frames[-1].step) in PASSPHRASE_QUESTIONS

    def chooses_passphrase(self) -> bool:
        """Tell whether the open question is answered with a passphrase that is new."""
        return self.asks_passphrase() and not self.is_in_flow(RECOGNITION_FLOW)

    def has_known_case(self) -> bool:
        """Tell whether this session belongs to a case."""
        return bool(self.conversation.case) or self.conversation.takeover is not None

    @property
    def read_case(self) -> str:
        """Return the case that everything written reaches; empty if staff read nothing here.

        During a takeover the caseworker reads everything anyway.
        """
        conversation = self.conversation
        is_read = conversation.is_read and conversation.takeover is None
        return conversation.case if is_read else ""

    @property
    def has_ended_reading(self) -> bool:
        """Tell whether staff have something of this session, and read nothing that follows."""
        conversation = self.conversation
        return conversation.has_case and not conversation.is_read and conversation.takeover is None

    def find_takeover(self) -> tuple[Conversation, TakeoverState] | None:
        """Return the takeover of this chat and the session it stands in, suspended ones too."""
        for session in (self.conversation, *suspended_sessions(self.conversation)):
            if session.takeover is not None:
                return session, session.takeover
        return None

    def is_person_present(self) -> bool:
        """Tell whether the person wrote so recently that they still hold the phone."""
        steady_since = self.services.clock_monitor.steady_since
        return is_present(self.conversation.last_seen_in(steady_since), self.now)

    # --- buttons --------------------------------------------------------------------------------

    def token_prefix(self, question: int | None = None, *, fleeting: bool = False) -> str:
        """Return what the tokens under the open question begin with.

        Args:
            question: its number when it was asked; None: the last time.
            fleeting: whether they stand under its summary.
        """
        frames = self.conversation.position.frames
        where = f"{frames[-1].flow}.{frames[-1].step}" if frames else ""
        if fleeting:
            where += FLEETING_MARK
        number = self.conversation.question_count if question is None else question
        return callback_data.token_prefix(
            self.services.vault, self.chat_key, number, where + self.session_tag
        )

    @property
    def session_tag(self) -> str:
        """Return what sets a button of this session apart from those of earlier ones."""
        number = self.conversation.session_number
        return f"@{number}" if number else ""

    def phrase_prefix(self) -> str:
        """Return what the tokens under a phrase of the phrasebook begin with."""
        return callback_data.token_prefix(self.services.vault, self.chat_key, 0, "phrasebook")

    def consent_prefix(self) -> str:
        """Return what the tokens under a question of consent begin with."""
        return callback_data.token_prefix(self.services.vault, self.chat_key, 0, "consent")

    # --- what follows ---------------------------------------------------------------------------

    def add_event(self, kind: EventKind, case: str = "", by: str = "", **more: Any) -> None:
        """Show an event at the desks; `more` are further fields of `Event`."""
        self.effects.staff.events.append(Event(kind, case, by, **more))

    def record_notice(self) -> None:
        """Note the version of the privacy notice that this person now knows."""
        self.conversation.notice_version = self.services.notice.version(self.conversation.language)


def _is_in_talk(takeover: TakeoverState, now: int) -> bool:
    """Tell whether the person let the caseworker begin, and that one wrote not long ago."""
    has_begun = takeover.opener_state == OpenerState.ANSWERED
    return has_begun and is_present(max(takeover.since, takeover.spoken_at), now)
