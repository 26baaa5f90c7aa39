"""Words only a person knows, in a conversation: chosen or tried, and what they come to. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.conversation import answer, keep_beside
from bot.conversation.inputs import Heard, Pressed, Words
from bot.conversation.replies import FILE_KEPT
from bot.dispatch.effects import Vanishing
from bot.dispatch.engine_driver import CHECK_IN
from bot.dispatch.message_ids import SHOWN
from bot.dispatch.session import SILENCE, Sitting, cases_of
from bot.hotline.chat.passphrases import Found
from bot.hotline.check_ins import store
from bot.hotline.events import Event, Happened
from bot.messages import Kind, Remove, Say, Word
from bot.vault.passphrase_hash import SHORTEST, plain

if TYPE_CHECKING:
    from bot.dispatch.effects import Effects
    from bot.dispatch.passphrase_hashing import Digested
    from bot.hotline.chat.passphrases import Tried
    from bot.messages import Update

BEFORE = "identify"
"""The flow that asks for a word."""
SECRET = "passphrase"  # noqa: S105 - the name of a flow
"""The flow in which words are chosen."""
RECEIPT = "receipt"
"""The flow in which a receipt is asked for."""
SECOND = "second"
HIDDEN = "*"
"""Stands in the place of a word."""
NUMBER = 7
"""Bytes of a number every database can hold."""
SECRETS = {
    (BEFORE, "word"), (SECRET, "word"), (SECRET, SECOND), (RECEIPT, "word"), (CHECK_IN, "word"),
    (CHECK_IN, SECOND),
}  # fmt: skip
"""Questions answered with a word nobody may see again."""


class Recognising(Sitting):
    """One conversation in which a word was tried or chosen."""

    __slots__ = ()

    # --- on the way there ---------------------------------------------------------------------

    def _is_secret(self) -> bool:
        """Tell whether the open question is answered with a word nobody may see again."""
        frames = self.conversation.position.frames
        return bool(frames) and (frames[-1].flow, frames[-1].step) in SECRETS

    def _hear_or_keep(self, heard: Heard) -> None:
        """Keep beside the question what is no word."""
        if not self._is_secret():
            super()._hear_or_keep(heard)
            return
        keep_beside(self.conversation.position, heard)
        self._tell(FILE_KEPT)
        self._ask_again()

    def _take_word(self, update: Update) -> None:
        """Take a word aside: off the phone at once, and into no answer."""
        conversation, bodies = self.conversation, self.effects.bodies
        frame = conversation.position.frames[-1]
        bodies.append(Remove((update.message,)))
        word = Word(
            update.words, self._number(update), era=conversation.era,
            heard_at=conversation.heard_at,
        )  # fmt: skip
        if frame.flow == BEFORE:  # what it comes to says what is said
            bodies.append(word)
            return
        if len(plain(update.words)) < SHORTEST:
            self._tell(self.setting.phrasing.too_short_a_word)
            self._ask_again()
            return
        if conversation.case:
            is_second = frame.step == SECOND
            receipt = self._hotline.number() if frame.flow == RECEIPT else ""
            check_in = ""
            if frame.flow == CHECK_IN:
                check_in = store.SECOND if is_second else store.ANSWER
            bodies.append(
                replace(
                    word, case=conversation.case, is_second=is_second, receipt=receipt,
                    check_in=check_in,
                )
            )  # fmt: skip
        self._hear(Words(HIDDEN))

    def _see_to_the_hour(self, update: Update, *, is_passing: bool) -> None:
        """Take off the phone what was written where all passes; compare what else was written."""
        if update.kind is not Kind.WORDS:
            return
        if not is_passing:
            self._compare(update)
        elif self._in_flow(CHECK_IN):
            self.effects.bodies.append(Remove((update.message,)))

    def _compare(self, update: Update) -> None:
        """Let what somebody wrote be compared, out of sight, with the answer of an agreed hour.

        All of it goes from the phone when the hour is over, whatever it was: whoever scrolls up
        would read the answer.
        """
        cases, ends = self._hotline.hear(update.words)
        if not cases:
            return
        bodies = self.effects.bodies
        places = tuple(n for n, body in enumerate(bodies) if isinstance(body, SHOWN))
        self.effects.vanishing.append(Vanishing(ends, places, (update.message,)))
        for place, case in enumerate(cases):
            number = self._number(update, b"check_in/%d" % place)
            bodies.append(Word(update.words, number, case, check_in=store.TRIED))

    def _number(self, update: Update, of: bytes = b"word") -> int:
        """Return the number of the update that brings the digest: below 0, as no channel counts."""
        proof = self.setting.vault.vouch(
            b"%b|%b|%d|%d" % (self.chat_key, of, update.message, self.now)
        )
        return -1 - int.from_bytes(proof[:NUMBER])

    # --- and back -----------------------------------------------------------------------------

    def came_back(self, digested: Digested, tried: Tried | None) -> Effects:
        """Go on with what a word came to once its digest was computed.

        It may have been long on its way. Where somebody has left the chat since, or blocked us,
        nothing is said of it: nobody knows who holds the phone.
        """
        if tried is not None:
            self._tell_staff(tried)
        if not self._is_here_still(digested):
            return self.effects
        if digested.receipt:
            return self._receipt(digested)
        return self.refused() if digested.case else self.tried(tried)

    def _tell_staff(self, tried: Tried) -> None:
        """Let staff know what a word came to, wherever its person is by now."""
        self._happened(
            Event(Happened.WORD_TRIED, tried.case, code=tried.found.value,
                  values={"tries": str(tried.tries)})
        )  # fmt: skip
        if tried.found is Found.DURESS:
            self.effects.staff.freezes = True

    def _is_here_still(self, digested: Digested) -> bool:
        """Tell whether the sitting goes on in which a word was written."""
        sitting = self.conversation
        goes_on = sitting.era == digested.era and sitting.heard_at >= digested.heard_at
        return goes_on and self.now - sitting.touched_at <= SILENCE

    def tried(self, tried: Tried | None) -> Effects:
        """Go on with somebody who is known again, or say the same as to everybody else."""
        if tried is not None and tried.found is Found.RIGHT:
            if self._is_at(BEFORE):
                self.conversation.position.frames = []
            self._live_again(tried.case, tried.reference)
            if tried.case not in self.conversation.proven:
                self.conversation.proven.append(tried.case)
        elif self._is_at(BEFORE):
            position = self.conversation.position
            self._follow(answer(self.setting.book, position, Pressed("skip"), self.known), 0)
        return self.effects

    def refused(self) -> Effects:
        """Say that the second word has to be another than the first."""
        self._tell(self.setting.phrasing.another_word)
        return self.effects

    def _receipt(self, digested: Digested) -> Effects:
        """Leave the number of a receipt in the chat, and not a word about what it is.

        A quiet chat shows nothing of a case: outside the sitting in which a receipt was asked for
        there is none.
        """
        conversation, case, number = self.conversation, digested.case, digested.receipt
        knows_it = case in cases_of(conversation)
        if knows_it and self._hotline.receipt(case, number, digested.digest):
            self.effects.bodies.append(Say(number))
            self.vanish()
            if conversation.holding is None and conversation.position.frames:
                self._ask_again()
        return self.effects

    def _is_at(self, flow: str) -> bool:
        frames = self.conversation.position.frames
        return bool(frames) and (frames[-1].flow, frames[-1].step) == (flow, "word")
