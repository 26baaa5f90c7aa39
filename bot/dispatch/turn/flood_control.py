"""Flood control: store every message, reply once per burst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.cases.intake import MAX_FILE_BYTES
from bot.dispatch.rate_limit import Loss
from bot.dispatch.turn.flow_names import STORY_FLOW
from bot.messages import DeleteMessages, UpdateKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.replies import Replies
    from bot.dispatch.turn.words.typed_text import TypedText
    from bot.messages import Body, Update


@dataclass(slots=True, eq=False)
class FloodControl:
    """Counts what a chat writes and leaves out replies in a burst."""

    turn: TurnContext
    replies: Replies
    typed: TypedText

    def count(self, update: Update) -> Update:
        """Count an update; return it without its files when no more are taken, and say so."""
        if update.kind is UpdateKind.PRESS:
            return update
        activity, now = self.turn.conversation.activity, self.turn.now
        activity.note_update(now)
        if update.text:
            activity.count_characters(len(update.text), now)
        if not update.files:
            return update
        size = sum(file.size for file in update.files if file.size <= MAX_FILE_BYTES)
        activity.count_files(size, len(update.files), now)
        services = self.turn.services
        if activity.accepts_files and services.has_disk_space():
            return update
        self.replies.say_not_kept(Loss.FILES)
        return replace(update, kind=UpdateKind.UNSUPPORTED, files=(), detail=update.files[0].kind)

    def is_over_daily_limit(self, update: Update) -> bool:
        """Tell whether a text is only counted, because more was written today than is kept."""
        activity = self.turn.conversation.activity
        return activity.is_over_daily_limit and self.typed.is_free_text(update)

    def reply_once(
        self, update: Update, fleeting: list[int], handle: Callable[[Update], None]
    ) -> None:
        """Handle an update; leave its reply out if the last one serves for it too.

        What is not kept is said all the same, once a burst: no earlier reply has said it.

        Args:
            update: what came.
            fleeting: letters shown for one step, which stay when nothing is said.
            handle: handles it.
        """
        turn, conversation = self.turn, self.turn.conversation
        question_count, step = conversation.question_count, self._current_step()
        handle(update)
        effects, activity = turn.effects, turn.conversation.activity
        # What only leaves the chat is no reply: it says that there was something.
        if all(isinstance(body, DeleteMessages) for body in effects.bodies):
            return
        has_moved = turn.conversation is not conversation or self._current_step() != step
        if (
            has_moved
            or turn.must_reply
            or not activity.was_just_answered(turn.now)
            or not self.typed.is_free_text(update)
        ):
            # The offer of a caseworker answers a whole burst of words.
            activity.note_answer(turn.now, moved=has_moved and not turn.is_in_flow(STORY_FLOW))
            self._take_untold_losses()
            return
        effects.bodies, effects.fleeting = self._take_untold_losses(), []
        conversation.question_count, conversation.fleeting_letters = question_count, fleeting
        conversation.has_left |= turn.had_left  # a goodbye stays the last thing that was read

    def _take_untold_losses(self) -> list[Body]:
        """Return what says what is not kept, unless this burst was told so; note that it is."""
        now, told = self.turn.now, self.turn.conversation.activity
        new = [it for it in self.turn.losses if not told.was_loss_just_told(it, now)]
        told.losses_told |= dict.fromkeys(new, now)
        return [body for loss in new for body in self.turn.losses[loss]]

    def _current_step(self) -> tuple[int, str, str]:
        """Return where the conversation stands, to be compared."""
        frames = self.turn.frames
        return (len(frames), frames[-1].flow, frames[-1].step) if frames else (0, "", "")
