"""What a person has written and not sent: kept for a day, gone on with, hidden or erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.conversation import Position, hide_earlier_answers, unpack
from bot.conversation.inputs import PressInput, TextInput
from bot.dispatch.turn.outcome_rules import DRAFT_FLOWS, DRAFT_STOP_STEPS

if TYPE_CHECKING:
    from bot.conversation.inputs import Input
    from bot.dispatch.turn.context import TurnContext


@dataclass(slots=True, eq=False)
class Drafts:
    """The unsent answers of a conversation."""

    turn: TurnContext

    def has_any(self) -> bool:
        """Tell whether a draft is kept or open."""
        return self.turn.conversation.draft is not None or self.has_open()

    def has_open(self) -> bool:
        """Tell whether a flow whose answers make a draft is open."""
        return any(frame.all_answers and frame.flow in DRAFT_FLOWS for frame in self.turn.frames)

    def update_unsent_fact(self) -> None:
        """Set the fact `unsent`: whether the person can choose to keep or erase something."""
        turn, conversation = self.turn, self.turn.conversation
        # With "only while we chat" it is erased without a question, whatever the person chooses.
        is_unsent = not conversation.is_session_only and (
            conversation.draft is not None
            or turn.services.registry.has_unsent_content(conversation.position)
        )
        turn.facts = turn.facts | {"unsent"} if is_unsent else turn.facts - {"unsent"}

    def may_be_kept_after(self, heard: Input) -> bool:
        """Tell whether this answer can end with a draft being kept."""
        frame = self.turn.frames[-1]
        return frame.step in DRAFT_STOP_STEPS.get(frame.flow, ()) and isinstance(
            heard, PressInput | TextInput
        )

    def keep(self, before: Position) -> None:
        """Keep a draft as it was before the person stopped."""
        while before.frames and before.frames[-1].flow not in DRAFT_FLOWS:
            before.frames.pop()
        if any(frame.all_answers for frame in before.frames):
            self.turn.conversation.draft = before
        else:
            self.turn.conversation.position.merge_extras(before)

    def restore(self) -> None:
        """Open the draft that is kept, with what was written since."""
        conversation, draft = self.turn.conversation, self.turn.conversation.draft
        if draft is not None:
            draft = unpack(draft, self.turn.services.registry)
            draft.merge_extras(conversation.position)
            conversation.position, conversation.draft = draft, None

    def hide(self) -> None:
        """Open the draft and show nothing of it; earlier buttons lose their meaning."""
        if not self.has_open():
            self.restore()
        conversation = self.turn.conversation
        self.hide_answers(conversation.position)
        if conversation.draft is not None:
            conversation.draft = unpack(conversation.draft, self.turn.services.registry)
            self.hide_answers(conversation.draft)
        conversation.urgent_messages = []  # they are not of "just now" any more
        conversation.last_press, conversation.question_count = "", 0
        conversation.session_number += 1

    def hide_answers(self, position: Position) -> None:
        """Show none of the answers given so far, and keep them."""
        hide_earlier_answers(self.turn.services.registry, position, DRAFT_FLOWS)

    def discard(self) -> None:
        """Erase everything that was not sent."""
        conversation = self.turn.conversation
        conversation.position, conversation.draft = Position(), None
        conversation.alarms, conversation.consent_wordings = [], {}
        conversation.urgent_messages = []
        self.turn.record_notice()
