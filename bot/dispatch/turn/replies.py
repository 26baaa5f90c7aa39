"""What the bot says in a turn: replies of the engine, texts outside flows, toasts, removals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.cases.consents import CONSENT_QUESTIONS, QuestionWording
from bot.cases.intake import MAX_FILE_BYTES
from bot.clock import MINUTE
from bot.conversation.replies import FILE_KEPT, NOT_UNDERSTOOD, RECEIVED
from bot.dispatch.conversation_store import VISIBLE_BODIES, letter_ids, person_message_ids
from bot.dispatch.effects import ScheduledRemoval
from bot.dispatch.privacy_notice import text_digest
from bot.dispatch.rate_limit import Loss
from bot.dispatch.turn.flow_names import (
    BEFORE_DURESS_STEP,
    OFFERING_FLOWS,
    PASSPHRASE_FLOWS,
    STORY_FLOW,
)
from bot.messages import DeleteMessages, EditText, SendText, Toast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation import Reply, Turn
    from bot.dispatch.turn.context import TurnContext
    from bot.messages import File, Update
    from bot.text import Text


REMEMBERED = 10 * MINUTE
"""How long a long question, or a no to it, need not be asked about in full again."""
UNANSWERED = frozenset({NOT_UNDERSTOOD, FILE_KEPT})
"""Replies to what answered no question."""
RECEIPTS = frozenset({FILE_KEPT, RECEIVED})
"""Replies that say that a file is here."""


@dataclass(slots=True, eq=False)
class Replies:
    """Adds to the effects of a turn what its person reads."""

    turn: TurnContext

    def send_goodbye(self, text: Text) -> None:
        """Send a text that names *Clear chat*, with that button: older ones may be far above."""
        turn = self.turn
        language = turn.conversation.language
        shown = turn.services.renderer.text(text, language)
        rows = turn.services.renderer.clear_rows(language)
        recorded = turn.services.recording_of(language, shown)
        turn.effects.bodies += [*recorded, SendText(shown, rows)]

    def send_text(
        self, text: Text, values: dict[str, str] | None = None, language: str = ""
    ) -> None:
        """Send a text that belongs to no flow, its blanks filled with `values`.

        Args:
            text: what is said.
            values: by blank.
            language: in which; empty: that of the conversation.
        """
        turn = self.turn
        language = language or turn.conversation.language
        shown = turn.services.renderer.text(text, language)
        for blank, value in (values or {}).items():
            shown = shown.replace("{" + blank + "}", value)
        turn.effects.bodies += [*turn.services.recording_of(language, shown), SendText(shown)]

    def say_too_large(self, files: Sequence[File]) -> int:
        """Say so if any of these files is larger than what is kept; return how many are."""
        count = sum(file.size > MAX_FILE_BYTES for file in files)
        if count:
            self.say_not_kept(Loss.SIZE)
        return count

    def say_not_kept(self, loss: Loss) -> None:
        """Tell the person what is not kept of what they sent; no burst leaves this out."""
        texts, bodies = self.turn.services.texts, self.turn.effects.bodies
        first = len(bodies)
        self.send_text(texts.not_kept[loss])
        self.turn.losses[loss] = bodies[first:]

    def say_with_case(self) -> None:
        """Say that a message reached the case, unless a part of it is not kept."""
        if not self.turn.losses:
            self.send_text(self.case_receipt())

    def case_receipt(self) -> Text:
        """Return what is said of a message that reached the case.

        While no one is here, "They have it now" would be read as said of people who read it.
        """
        texts = self.turn.services.texts
        return texts.with_case if "staffed" in self.turn.facts else texts.kept_too

    def send_fleeting(self, message: SendText) -> None:
        """Send a message that vanishes at the next step."""
        effects = self.turn.effects
        for part in self.turn.services.renderer.split_message(message):
            effects.fleeting.append(len(effects.bodies))
            effects.bodies.append(part)

    def show_toast(self, update: Update, text: Text) -> None:
        """Answer a press with a short text that is not a message."""
        turn = self.turn
        shown = turn.services.renderer.text(text, turn.conversation.language)
        turn.effects.toast = Toast(update.press, shown)

    def say_of_decision(self, update: Update, text: Text) -> None:
        """Say a short text: over the button that was pressed, or where its words were typed."""
        if update.press:
            self.show_toast(update, text)
        else:
            self.send_text(text)

    def reject_stale_button(self, update: Update) -> None:
        """Say that a button belongs to an earlier question."""
        self.show_toast(update, self.turn.services.texts.stale_button)

    def send_replies(self, engine_turn: Turn, message: int, values: dict[str, str]) -> None:
        """Send what the engine says.

        Args:
            engine_turn: its replies.
            message: the channel's id of the message whose button was pressed; 0: none was.
            values: of blanks known only now, for example the reference.
        """
        turn = self.turn
        conversation, services, bodies = turn.conversation, turn.services, turn.effects.bodies
        language, first = conversation.language, len(bodies)
        for reply in self._true_now(engine_turn.replies):
            if reply.is_question and not reply.edits_last:
                conversation.question_count += 1
            prefix = turn.token_prefix(fleeting=reply.fleeting) if reply.is_question else ""
            shown = services.renderer.render(reply, language, prefix, values)
            if reply.is_question and conversation.position.frames[-1].step in CONSENT_QUESTIONS:
                self._record_consent_wording(shown)
            if reply.fleeting:
                self.send_fleeting(shown)
                continue
            is_edit = reply.edits_last and message
            if not is_edit:
                bodies += services.recording_of(language, shown.text)
            bodies.append(
                EditText(message, shown.text, shown.rows, shown.prefix) if is_edit else shown
            )
        if turn.is_in_flow(*PASSPHRASE_FLOWS):  # who looks later must not see that there is one
            fleeting = turn.effects.fleeting
            fleeting += [place for place in range(first, len(bodies)) if place not in fleeting]

    def _true_now(self, replies: list[Reply]) -> list[Reply]:
        """Return replies; once staff read what the person writes, what is true of that instead."""
        turn, texts = self.turn, self.turn.services.texts
        if turn.losses:  # "We have it" would be read as said of what is not kept
            said = RECEIPTS | (UNANSWERED if turn.is_in_case else set())
            replies = [it for it in replies if it.is_question or it.text not in said]
        may_be_secret = turn.has_withheld or not turn.is_at(BEFORE_DURESS_STEP)
        if turn.may_write_secret() and may_be_secret:
            return self._without_secret(replies)
        if turn.read_case:
            instead = dict(texts.once_read)
        elif turn.is_in_flow(*OFFERING_FLOWS):
            instead = dict.fromkeys(UNANSWERED, texts.kept_too)
        else:
            return replies
        if turn.is_in_case:
            instead |= dict.fromkeys(UNANSWERED, self.case_receipt())
        is_asked_again = not turn.read_case and (
            turn.may_have_answered or not turn.is_in_flow(STORY_FLOW)
        )
        if replies and replies[0].text in UNANSWERED:
            # The question stands above: it need not come after every line.
            replies = self.in_short(replies) if is_asked_again else replies[:1]
        return [
            replace(reply, text=instead[reply.text]) if reply.text in instead else reply
            for reply in replies
        ]

    def _without_secret(self, replies: list[Reply]) -> list[Reply]:
        """Return replies to what may be a passphrase: it is kept nowhere, its question vanished.

        Where none is asked for, it may have been meant for us, and the person has to know.
        """
        if not replies or replies[0].text is not NOT_UNDERSTOOD:
            return replies
        if not self.turn.is_at(BEFORE_DURESS_STEP):
            return replies[1:]
        return [replace(replies[0], text=self.turn.services.texts.not_kept_here), *replies[1:]]

    def in_short(self, replies: list[Reply]) -> list[Reply]:
        """Return replies; a long question of consent that was asked just now is one short line.

        Its law and its numbers, after every line, are on the screen when someone else looks at it.
        """
        turn = self.turn
        frame, stands = turn.frames[-1], turn.services.texts.question_stands
        asked_at = turn.conversation.consent_asked_at.get(f"{frame.flow}.{frame.step}", 0)
        if turn.now - asked_at > REMEMBERED or frame.flow not in OFFERING_FLOWS:
            return replies
        return [replace(it, text=stands) if it.is_question else it for it in replies]

    def _record_consent_wording(self, shown: SendText) -> None:
        """Keep the exact words in which the person is asked to agree to something."""
        turn = self.turn
        conversation, frame = turn.conversation, turn.frames[-1]
        choices = [button.label for row in shown.rows for button in row if button.token.isdigit()]
        words = "\n".join([shown.text, *choices])
        wording = QuestionWording(text_digest(words), conversation.language)
        conversation.consent_wordings[f"{frame.flow}.{frame.step}"] = wording
        conversation.consent_asked_at.setdefault(f"{frame.flow}.{frame.step}", turn.now)
        turn.effects.wordings.append((wording, words))
        notice, language = turn.services.notice, conversation.language
        if conversation.notice_version == notice.version(language):
            known = QuestionWording(notice.version(language), language)
            turn.effects.wordings.append((known, notice.text(language)))

    # --- what disappears ----------------------------------------------------------------------

    def remove_fleeting(self) -> list[int]:
        """Delete what was shown for one step only; return its letters."""
        conversation = self.turn.conversation
        letters, conversation.fleeting_letters = conversation.fleeting_letters, []
        if letters:
            self.turn.effects.bodies.append(DeleteMessages(letters=tuple(letters)))
        return letters

    def schedule_removal(self, message: int = 0) -> None:
        """Let this turn's messages delete themselves later, if the person chose that.

        Args:
            message: the channel's id of what the person wrote; 0: nothing.
        """
        lifetime, effects = self.turn.conversation.message_lifetime, self.turn.effects
        if not lifetime:
            return
        places = self.visible_places()
        if places or message:
            written = (message,) if message else ()
            effects.removals.append(ScheduledRemoval(self.turn.now + lifetime, places, written))

    def schedule_full_removal(self) -> None:
        """Let everything on the phone now delete itself after the time just chosen."""
        conversation = self.turn.conversation
        if conversation.message_lifetime:
            removal = ScheduledRemoval(
                self.turn.now + conversation.message_lifetime,
                (),
                person_message_ids(conversation.message_ids),
                letter_ids(conversation.message_ids),
            )
            self.turn.effects.removals.append(removal)

    def visible_places(self) -> tuple[int, ...]:
        """Return the places in `bodies` of what becomes a message in the chat."""
        bodies = self.turn.effects.bodies
        return tuple(place for place, body in enumerate(bodies) if isinstance(body, VISIBLE_BODIES))
