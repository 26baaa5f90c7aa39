"""Words only a person knows, in a conversation: chosen or tried, and what they come to. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.conversation import answer, keep_extra
from bot.conversation.inputs import Input, PressInput, TextInput
from bot.conversation.replies import FILE_KEPT
from bot.dispatch.effects import ScheduledRemoval
from bot.dispatch.engine_driver import CHECK_IN_FLOW
from bot.dispatch.message_ids import VISIBLE_BODIES
from bot.dispatch.session import SESSION_TIMEOUT, SessionControl, session_cases
from bot.hotline.chat.passphrases import PassphraseResult
from bot.hotline.check_ins import store
from bot.hotline.events import Event, EventKind
from bot.messages import CheckPassphrase, DeleteMessages, SendText, UpdateKind
from bot.vault.passphrase_hash import MIN_PASSPHRASE_LENGTH, normalize_passphrase

if TYPE_CHECKING:
    from bot.dispatch.effects import Effects
    from bot.dispatch.passphrase_hashing import HashedPassphrase
    from bot.hotline.chat.passphrases import PassphraseAttempt
    from bot.messages import Update

RECOGNITION_FLOW = "identify"
"""The flow that asks for a word."""
CHOOSING_FLOW = "passphrase"
"""The flow in which words are chosen."""
RECEIPT_FLOW = "receipt"
"""The flow in which a receipt is asked for."""
DURESS_STEP = "second"
REDACTED = "*"
"""Stands in the place of a word."""
ID_BYTES = 7
"""Bytes of a number every database can hold."""
PASSPHRASE_QUESTIONS = {
    (RECOGNITION_FLOW, "word"),
    (CHOOSING_FLOW, "word"),
    (CHOOSING_FLOW, DURESS_STEP),
    (RECEIPT_FLOW, "word"),
    (CHECK_IN_FLOW, "word"),
    (CHECK_IN_FLOW, DURESS_STEP),
}
"""Questions answered with a word nobody may see again."""


class PassphraseHandler(SessionControl):
    """One conversation in which a word was tried or chosen."""

    __slots__ = ()

    # --- on the way there ---------------------------------------------------------------------

    def asks_passphrase(self) -> bool:
        """Tell whether the open question is answered with a word nobody may see again."""
        frames = self.conversation.position.frames
        return bool(frames) and (frames[-1].flow, frames[-1].step) in PASSPHRASE_QUESTIONS

    def answer_or_keep(self, heard: Input) -> None:
        """Keep beside the question what is no word."""
        if not self.asks_passphrase():
            super().answer_or_keep(heard)
            return
        keep_extra(self.conversation.position, heard)
        self.send_text(FILE_KEPT)
        self.repeat_question()

    def submit_passphrase(self, update: Update) -> None:
        """Take a word aside: off the phone at once, and into no answer."""
        conversation, bodies = self.conversation, self.effects.bodies
        frame = conversation.position.frames[-1]
        bodies.append(DeleteMessages((update.message,)))
        word = CheckPassphrase(
            update.text, self._callback_id(update), session=conversation.session_number,
            heard_at=conversation.last_seen_at,
        )  # fmt: skip
        if frame.flow == RECOGNITION_FLOW:  # what it comes to says what is said
            bodies.append(word)
            return
        if len(normalize_passphrase(update.text)) < MIN_PASSPHRASE_LENGTH:
            self.send_text(self.services.texts.short_passphrase)
            self.repeat_question()
            return
        if conversation.case:
            is_second = frame.step == DURESS_STEP
            receipt = self.hotline.new_receipt_number() if frame.flow == RECEIPT_FLOW else ""
            check_in = ""
            if frame.flow == CHECK_IN_FLOW:
                check_in = store.DURESS if is_second else store.ANSWER
            bodies.append(
                replace(
                    word, case=conversation.case, is_duress=is_second, receipt=receipt,
                    check_in=check_in,
                )
            )  # fmt: skip
        self.answer_question(TextInput(REDACTED))

    def handle_check_in_text(self, update: Update, *, was_passphrase_flow: bool) -> None:
        """Take off the phone what was written where all passes; compare what else was written."""
        if update.kind is not UpdateKind.TEXT:
            return
        if not was_passphrase_flow:
            self._compare_check_in(update)
        elif self.is_in_flow(CHECK_IN_FLOW):
            self.effects.bodies.append(DeleteMessages((update.message,)))

    def _compare_check_in(self, update: Update) -> None:
        """Let what somebody wrote be compared, out of sight, with the answer of an agreed hour.

        All of it goes from the phone when the hour is over, whatever it was: whoever scrolls up
        would read the answer.
        """
        cases, ends = self.hotline.match_check_in(update.text)
        if not cases:
            return
        bodies = self.effects.bodies
        places = tuple(n for n, body in enumerate(bodies) if isinstance(body, VISIBLE_BODIES))
        self.effects.removals.append(ScheduledRemoval(ends, places, (update.message,)))
        for place, case in enumerate(cases):
            number = self._callback_id(update, b"check_in/%d" % place)
            bodies.append(CheckPassphrase(update.text, number, case, check_in=store.TRIED))

    def _callback_id(self, update: Update, of: bytes = b"word") -> int:
        """Return the number of the update that brings the digest: below 0, as no channel counts."""
        proof = self.services.vault.button_mac(
            b"%b|%b|%d|%d" % (self.chat_key, of, update.message, self.now)
        )
        return -1 - int.from_bytes(proof[:ID_BYTES])

    # --- and back -----------------------------------------------------------------------------

    def handle_hashed(self, hashed: HashedPassphrase, tried: PassphraseAttempt | None) -> Effects:
        """Go on with what a word came to once its digest was computed.

        It may have been long on its way. Where somebody has left the chat since, or blocked us,
        nothing is said of it: nobody knows who holds the phone.
        """
        if tried is not None:
            self._notify_staff(tried)
        if not self._is_same_session(hashed):
            return self.effects
        if hashed.receipt:
            return self._send_receipt_number(hashed)
        return self.reject_same_passphrase() if hashed.case else self.apply_attempt(tried)

    def _notify_staff(self, tried: PassphraseAttempt) -> None:
        """Let staff know what a word came to, wherever its person is by now."""
        self.add_event(
            Event(EventKind.PASSPHRASE_TRIED, tried.case, code=tried.result.value,
                  values={"tries": str(tried.tries)})
        )  # fmt: skip
        if tried.result is PassphraseResult.DURESS:
            self.effects.staff.freeze_chat = True

    def _is_same_session(self, digested: HashedPassphrase) -> bool:
        """Tell whether the sitting goes on in which a word was written."""
        sitting = self.conversation
        goes_on = (
            sitting.session_number == digested.session_number
            and sitting.last_seen_at >= digested.last_seen_at
        )
        return goes_on and self.now - sitting.touched_at <= SESSION_TIMEOUT

    def apply_attempt(self, tried: PassphraseAttempt | None) -> Effects:
        """Go on with somebody who is known again, or say the same as to everybody else."""
        if tried is not None and tried.result is PassphraseResult.RIGHT:
            if self._is_passphrase_step(RECOGNITION_FLOW):
                self.conversation.position.frames = []
            self.resume_session(tried.case, tried.reference)
            if tried.case not in self.conversation.proven_cases:
                self.conversation.proven_cases.append(tried.case)
        elif self._is_passphrase_step(RECOGNITION_FLOW):
            position = self.conversation.position
            self.apply_turn(
                answer(self.services.registry, position, PressInput("skip"), self.facts), 0
            )
        return self.effects

    def reject_same_passphrase(self) -> Effects:
        """Say that the second word has to be another than the first."""
        self.send_text(self.services.texts.same_passphrase)
        return self.effects

    def _send_receipt_number(self, digested: HashedPassphrase) -> Effects:
        """Leave the number of a receipt in the chat, and not a word about what it is.

        A quiet chat shows nothing of a case: outside the sitting in which a receipt was asked for
        there is none.
        """
        conversation, case, number = self.conversation, digested.case, digested.receipt
        knows_it = case in session_cases(conversation)
        if knows_it and self.hotline.sign_receipt(case, number, digested.digest):
            self.effects.bodies.append(SendText(number))
            self.schedule_removal()
            if conversation.takeover is None and conversation.position.frames:
                self.repeat_question()
        return self.effects

    def _is_passphrase_step(self, flow: str) -> bool:
        frames = self.conversation.position.frames
        return bool(frames) and (frames[-1].flow, frames[-1].step) == (flow, "word")
