"""What a talk with a caseworker brings to the person: who writes, messages, questions of consent.

A talk ends here too: because the person leaves, or because no one holds the case any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.hotline.contact_rule import ANY_TIME
from bot.hotline.events import EventKind
from bot.messages import SendText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dispatch.conversation_store import Conversation
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.replies import Replies
    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.chat.takeover import PersonLeft, TakeoverState
    from bot.hotline.referrals.model import Referral
    from bot.messages import Body


@dataclass(slots=True, eq=False)
class CaseworkerTalk:
    """Brings to a person what a caseworker says and asks."""

    turn: TurnContext
    replies: Replies

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
        self.show(kind, message, delay_reason or "")

    def end_takeover_of_absent(self) -> None:
        """End a takeover whose caseworker does not hold the case any more.

        Whose access has ended can hand nothing back; else the person writes to no one.
        """
        turn, found = self.turn, self.turn.find_takeover()
        if found is None or turn.hotline.is_held_by(found[1].case, found[1].by):
            return
        self.let_bot_answer(*found)
        turn.add_event(EventKind.HANDED_BACK, found[1].case, found[1].by)

    def let_bot_answer(self, session: Conversation, takeover: TakeoverState) -> None:
        """End a takeover; what waited for the person is withdrawn."""
        session.takeover = None
        session.has_unheard_end = session is self.turn.conversation
        self.turn.effects.staff.withdraw_waiting = True
        self.withdraw_waiting_question(takeover)

    def end_takeover(self, how: PersonLeft) -> None:
        """End the takeover because the person has left; messages that wait are withdrawn."""
        takeover = self.turn.conversation.takeover
        if takeover is not None:
            self.turn.conversation.takeover = None
            self.turn.conversation.left_talk_about = takeover.case
            self.turn.effects.staff.withdraw_waiting = True
            self.withdraw_waiting_question(takeover)
            self.turn.add_event(EventKind.HANDED_BACK, takeover.case, code=how.value)

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

    def _with_sound(self, parts: Sequence[Body]) -> list[Body]:
        """Let the phone ring if the person said that any time is safe; otherwise stay silent."""
        takeover = self.turn.conversation.takeover
        if takeover is None or takeover.rule != ANY_TIME:
            return list(parts)
        return [
            replace(part, notifies=True) if isinstance(part, SendText) else part for part in parts
        ]

    def show(self, kind: EventKind, message: CaseMessage, code: str = "") -> None:
        """Show a message at the desks."""
        self.turn.add_event(kind, message.case, message.author, code=code, message=message)
