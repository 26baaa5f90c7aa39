"""Passphrases in a conversation: taken out of the chat to be hashed, and what the hash comes to.

Why, where the promises conflict:

- "No one sees a passphrase" and "no text is ever refused". Where a passphrase is chosen, a text
  that is surely something else (`bot.languages.typed.not_a_passphrase`) is never taken as one: who
  writes "no" would be asked for a second word, and "he can see the screen" would reach no one. What
  says something staff should know, or has a question mark, is kept like any other words. A no,
  thanks, or a question that may be meant as the word is kept nowhere: the next try may be close to
  it. It is asked again, so that no one believes that a word was kept.
- A text that may be a passphrase is one. So a sentence for staff can be lost there, and a word that
  a person chose is never read by anyone. Who writes a whole sentence is told that no one reads it.
- Where we only ask whether a second word is wanted, none is asked for, and yet many write one. A
  whole sentence is for staff there: who wrote one as the word was just asked to write it again. Of
  anything shorter the person is told that we kept nothing, instead of hearing nothing.
- Where a passphrase is compared (`identify`), only alarming words are no passphrase. A word may
  have been chosen before this rule; a wrong try locks no one out, and all texts are answered alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.conversation.inputs import PressInput, TextInput
from bot.dispatch import callback_data
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.dispatch.effects import ScheduledRemoval
from bot.dispatch.turn.flow_names import (
    CHECK_IN_FLOW,
    CONTACT_FLOW,
    DURESS_STEP,
    PASSPHRASE_FLOWS,
    RECEIPT_FLOW,
    RECOGNITION_FLOW,
)
from bot.dispatch.turn.session import session_cases
from bot.hotline.chat.passphrases import PassphraseResult
from bot.hotline.check_ins import store as check_ins
from bot.hotline.events import EventKind
from bot.languages.typed.not_a_passphrase import is_as_long_as_sentence
from bot.mailbox.passphrase_jobs import PassphraseToHash
from bot.messages import DeleteMessages, SendText, UpdateKind
from bot.vault.passphrase_hash import MIN_PASSPHRASE_LENGTH, normalize_passphrase

if TYPE_CHECKING:
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.engine_driver import EngineDriver
    from bot.dispatch.turn.replies import Replies
    from bot.dispatch.turn.words.typed_text import TypedText
    from bot.hotline.chat.passphrases import PassphraseAttempt
    from bot.messages import Update

REDACTED = "*"
"""Stands in the place of a passphrase among the answers."""


@dataclass(slots=True, eq=False)
class PassphraseHandler:
    """Takes passphrases to be hashed, and goes on with the result.

    A turn cannot wait for a hash: it takes long on purpose. So the passphrase is stored as a job
    with the turn, and the result is handled in a turn of its own.
    """

    turn: TurnContext
    replies: Replies
    engine: EngineDriver

    # --- the answer of a check-in in a live session -----------------------------------------------

    def may_answer_check_in(self, update: Update, typed: TypedText) -> bool:
        """Tell whether an update may answer a check-in in a session that shows a case.

        Whether it does is known only once it is hashed; why this is decided by its look alone is
        in `bot.hotline.check_ins.model`.
        """
        turn = self.turn
        if turn.conversation.takeover is not None or not turn.conversation.case:
            return False
        open_ = turn.hotline.open_check_ins()
        if not open_ or turn.is_in_flow(*PASSPHRASE_FLOWS, RECOGNITION_FLOW):
            return False
        waits = any(it.waits_for_reply(turn.now) for it in open_)
        if update.kind is UpdateKind.PRESS:
            return waits and callback_data.has_prefix(update.text, turn.phrase_prefix())
        if update.kind is not UpdateKind.TEXT or update.text.startswith("/"):
            return False
        return waits or typed.may_be_agreed_word(update.text)

    # --- before hashing -------------------------------------------------------------------------

    def submit(self, update: Update) -> None:
        """Take the answer to a passphrase question: off the phone at once, and into no answer."""
        turn, effects, conversation = self.turn, self.turn.effects, self.turn.conversation
        frame = turn.frames[-1]
        effects.bodies.append(DeleteMessages((update.message,)))
        if frame.flow == RECOGNITION_FLOW:  # the result decides what is said
            effects.passphrases.append(self._to_hash(update))
            return
        if len(normalize_passphrase(update.text)) < MIN_PASSPHRASE_LENGTH:
            self._ask_for_longer()
            return
        if conversation.case:
            is_duress = frame.step == DURESS_STEP
            chosen = self._to_hash(update, conversation.case)
            chosen.is_duress = is_duress
            if frame.flow == RECEIPT_FLOW:
                chosen.receipt = turn.hotline.new_receipt_number()
            elif frame.flow == CHECK_IN_FLOW:
                chosen.check_in = check_ins.DURESS if is_duress else check_ins.ANSWER
            effects.passphrases.append(chosen)
        if is_as_long_as_sentence(update.text):
            self.replies.send_text(turn.services.texts.sentence_as_passphrase)
        self.engine.answer_question(TextInput(REDACTED))

    def _ask_for_longer(self) -> None:
        """Ask for a longer passphrase; what stood above the first question vanished with it."""
        turn, texts = self.turn, self.turn.services.texts
        is_first = turn.frames[-1].step != DURESS_STEP
        if is_first and len(turn.frames) > 1 and turn.frames[-2].flow == CONTACT_FLOW:
            said = turn.services.renderer.text(texts.until_they_write, turn.conversation.language)
            self.replies.send_fleeting(SendText(said))
        self.replies.send_text(texts.short_passphrase)
        self.engine.repeat_question()

    def take_off_phone(self, update: Update) -> None:
        """Delete what was written where a passphrase is chosen: the question promises that."""
        self.turn.effects.bodies.append(DeleteMessages((update.message,)))

    def check_text(
        self, update: Update, *, was_choosing: bool, was_secret: bool, ended_session: bool
    ) -> None:
        """Compare what was written with the answer of a check-in, if one is due.

        In the flow in which that answer is chosen, the text is deleted from the phone instead; and
        where a passphrase is chosen, so is what may be the word once more: many write it twice, to
        be sure of it.

        Args:
            update: what was written.
            was_choosing: it was written in a flow in which a passphrase is chosen.
            was_secret: it was written where a text may be that passphrase.
            ended_session: it ended a live session, because it may be the answer.
        """
        if update.kind is not UpdateKind.TEXT:
            return
        if ended_session:
            self.take_off_phone(update)
        if not was_choosing:
            self._compare_check_in(update)
            return
        may_be_word = was_secret and not self._is_surely_none(update)
        if may_be_word or self.turn.is_in_flow(CHECK_IN_FLOW):
            self._take_off_phone_once(update)

    def _is_surely_none(self, update: Update) -> bool:
        """Tell whether a text is surely no passphrase: a command, or a cry for help."""
        return bool(self.turn.alarms) or update.text.startswith("/")

    def _take_off_phone_once(self, update: Update) -> None:
        removed = (it for it in self.turn.effects.bodies if isinstance(it, DeleteMessages))
        if not any(update.message in it.messages for it in removed):
            self.take_off_phone(update)

    def _compare_check_in(self, update: Update) -> None:
        """Let a text be compared, unseen, with the answers of check-ins that are due.

        Whatever it was, it is deleted from the phone when the time for answers is over: otherwise
        the answer could be read by scrolling up.
        """
        cases, ends_at = self.turn.hotline.match_check_in(update.text)
        if not cases:
            return
        effects = self.turn.effects
        places = self.replies.visible_places()
        effects.removals.append(ScheduledRemoval(ends_at, places, (update.message,)))
        for case in cases:
            tried = self._to_hash(update, case)
            tried.check_in, tried.written_at = check_ins.TRIED, self.turn.now
            effects.passphrases.append(tried)

    def _to_hash(self, update: Update, case: str = "") -> PassphraseToHash:
        conversation = self.turn.conversation
        return PassphraseToHash(
            conversation.chat,
            update.text,
            case,
            session_number=conversation.session_number,
            last_seen_at=conversation.last_seen_at,
        )

    # --- after hashing --------------------------------------------------------------------------

    def apply_hash(
        self, passphrase: PassphraseToHash, digest: bytes, attempt: PassphraseAttempt | None
    ) -> None:
        """Go on with what a passphrase came to.

        Hashing may have taken long. If the person has left the chat since, or blocked us, nothing
        is said of it: it is not known who holds the phone.
        """
        if attempt is not None:
            self._notify_staff(attempt)
        if not self._is_same_session(passphrase):
            return
        if passphrase.receipt:
            self._send_receipt_number(passphrase, digest)
        elif passphrase.case:
            self.replies.send_text(self.turn.services.texts.same_passphrase)
        else:
            self.apply_attempt(attempt)

    def _notify_staff(self, attempt: PassphraseAttempt) -> None:
        """Tell staff the result, wherever the person is by now."""
        self.turn.add_event(
            EventKind.PASSPHRASE_TRIED,
            attempt.case,
            code=attempt.result.value,
            values={"tries": str(attempt.tries)},
        )
        if attempt.result is PassphraseResult.DURESS:
            self.turn.effects.staff.freeze_chat = True

    def _is_same_session(self, passphrase: PassphraseToHash) -> bool:
        """Tell whether the session in which the passphrase was written is still live."""
        conversation = self.turn.conversation
        return (
            conversation.session_number == passphrase.session_number
            and conversation.last_seen_at >= passphrase.last_seen_at
            and self.turn.now - conversation.touched_at <= SESSION_TIMEOUT
        )

    def apply_attempt(self, attempt: PassphraseAttempt | None) -> None:
        """Go on with a person who is identified, or say the same as where there is no case."""
        turn, is_asked = self.turn, self._is_recognition_open()
        if attempt is not None and attempt.result is PassphraseResult.RIGHT:
            if is_asked:
                turn.conversation.position.frames = []
            self.engine.resume_case(attempt.case, attempt.reference)
            if attempt.case not in turn.conversation.proven_cases:
                turn.conversation.proven_cases.append(attempt.case)
            turn.hotline.link_proven(attempt.case, sorted(session_cases(turn.conversation)))
        elif is_asked:
            self.engine.answer_question(PressInput("skip"))

    def _send_receipt_number(self, passphrase: PassphraseToHash, digest: bytes) -> None:
        """Leave the number of a receipt in the chat, and not a word about what it is.

        A chat without a live session shows nothing of a case, so there is no receipt then.
        """
        conversation, hotline = self.turn.conversation, self.turn.hotline
        case, number = passphrase.case, passphrase.receipt
        if case not in session_cases(conversation):
            return
        if hotline.sign_receipt(case, number, digest):
            self.turn.effects.bodies.append(SendText(number))
            self.replies.schedule_removal()
            if conversation.takeover is None and self.turn.frames:
                self.engine.repeat_question()

    def _is_recognition_open(self) -> bool:
        frames = self.turn.frames
        return bool(frames) and (frames[-1].flow, frames[-1].step) == (RECOGNITION_FLOW, "word")
