"""The opener: whether this is a good moment, asked in neutral words before a caseworker is shown.

The phone may be in other hands: nothing that a caseworker wrote is shown before this was answered.
After a gap the person is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import MINUTE, SECOND
from bot.dispatch import callback_data
from bot.hotline.chat.messages import CaseMessage, CaseMessageContent, CaseMessageKind, MessageSide
from bot.hotline.chat.takeover import (
    OPENER,
    OPENER_REFUSALS,
    OPENER_UNSENT,
    OPENER_WHO,
    UNTIL_HOURS,
    OpenerState,
)
from bot.hotline.contact_rule import LONG_AGO, is_present, received_at
from bot.languages.questions import LEAVING
from bot.languages.typed.opener_answer import asks_who_writes, says_good_moment
from bot.languages.typed.other_hands import says_other_hands
from bot.messages import UpdateKind

if TYPE_CHECKING:
    from bot.dispatch.conversation_store import Conversation
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.replies import Replies
    from bot.dispatch.turn.talk.caseworker_talk import CaseworkerTalk
    from bot.hotline.chat.takeover import TakeoverState
    from bot.messages import Update

OPENER_INTERVAL = MINUTE
"""At least this long between two repeats of an opener to which something else was written."""
OPENER_INTERVAL_OF_FILES = 10 * SECOND
"""The same where a photo, a voice message or a place came. Without any sign the person would not
know that it has arrived. The opener says no more than what they have on the screen already, and
they hold the phone. So it is the safe sign, once for an album."""
FILE_KINDS = frozenset({UpdateKind.FILES, UpdateKind.LOCATION})


def phrase_reply(turn: TurnContext, token: str) -> str | None:
    """Return the reply a button stands for, as `phrase.reply`; None for any other button."""
    prefix = turn.phrase_prefix()
    if not callback_data.has_prefix(token, prefix):
        return None
    reply = turn.services.phrasebook.parse_token(token[len(prefix) :])
    return None if reply is None else ".".join(reply)


@dataclass(slots=True, eq=False)
class OpenerDialog:
    """Asks the opener, and reads what answers it."""

    turn: TurnContext
    talk: CaseworkerTalk
    replies: Replies

    def record_last_seen(self, update: Update) -> None:
        """Note when the person wrote; after a gap they are asked again with an opener."""
        turn, monitor = self.turn, self.turn.services.clock_monitor
        conversation, since = turn.conversation, monitor.steady_since
        found = turn.find_takeover()
        if found is not None and not turn.is_person_present():
            session, takeover = found
            takeover.answered_at = 0
            if session is conversation or takeover.opener_state == OpenerState.SENT:
                self._mark_returned(takeover)
        if found is not None and found[0] is not conversation:
            self._end_silence(*found)
        seen_at = received_at(update.sent_at * SECOND, turn.now, since, monitor.channel())
        conversation.last_seen_at = max(seen_at, self._answered_since())
        conversation.last_seen_clock_span = since

    def _end_silence(self, suspended: Conversation, takeover: TakeoverState) -> None:
        """Let an opener be asked for again that waited in an earlier session: someone writes."""
        if suspended.is_someone_near and takeover.opener_state == OpenerState.WAITING:
            self.turn.effects.staff.withdraw_opener = True
            takeover.opener_state = OpenerState.TO_SEND
        suspended.is_someone_near = False

    def _answered_since(self) -> int:
        """Return a moment before which nothing was written that comes now; 0 where there is none.

        A chat is in order: what follows the answer to an opener was written after it arrived.
        """
        found, span = self.turn.find_takeover(), self.turn.services.clock_monitor.steady_since
        if found is None or found[1].opener_clock_span != span:
            return 0
        is_answered = found[1].opener_state == OpenerState.ANSWERED
        return found[1].opener_arrived_at if is_answered else 0

    def mark_absent(self) -> None:
        """Note that the person has blocked us: what comes next answers no opener."""
        self.turn.conversation.last_seen_at = LONG_AGO
        if (found := self.turn.find_takeover()) is not None:
            found[1].opener_arrived_at = found[1].answered_at = 0

    def send_opener(
        self,
        takeover: TakeoverState,
        at: int,
        *,
        is_of_bot: bool = False,
        delay_reason: str = UNTIL_HOURS,
    ) -> None:
        """Send the neutral opener, now (0) or at a moment, for which a reason is shown.

        What the bot asks by itself has no author: a caseworker who writes has read what came
        before, and what the person wrote would no longer count as unread.
        """
        turn = self.turn
        takeover.opener_state = OpenerState.WAITING if at else OpenerState.SENT
        takeover.opener_arrived_at, takeover.is_answer = 0, False
        opener = turn.services.phrasebook.render(
            OPENER, {}, turn.conversation.language, turn.phrase_prefix()
        )
        message = CaseMessage(
            takeover.case,
            MessageSide.CASEWORKER,
            CaseMessageKind.PHRASE,
            CaseMessageContent(code=OPENER),
            turn.now,
            "" if is_of_bot else takeover.by,
        )
        self.talk.send_staff_message([opener], message, at, delay_reason if at else None)

    def handle_reply(self, takeover: TakeoverState, update: Update) -> None:
        """Ask whether this is a good moment; once that is answered, say who writes.

        Where someone is near, nothing is asked: it waits for what the person writes next, and so
        does all that a caseworker says, in a talk as well. Where someone else said that they hold
        the phone, it waits for a caseworker who has read that.
        """
        self._note_other_hands(takeover, update)
        if takeover.is_in_other_hands or self.turn.conversation.wants_silence:
            if takeover.opener_state == OpenerState.ANSWERED:
                takeover.opener_state = OpenerState.TO_SEND
            return
        if takeover.opener_state in OPENER_UNSENT:
            self.turn.effects.staff.withdraw_opener = True
            self.send_opener(takeover, 0, is_of_bot=True)
            takeover.is_answer = True
        elif takeover.opener_state == OpenerState.SENT and self._can_answer(takeover, update):
            if is_good := self._is_good_moment(update):
                self._let_talk_begin(takeover)
            elif is_good is None:
                self._repeat_opener(takeover, is_file=update.kind in FILE_KINDS)
            elif self._asks_who(update):
                self._say_who_may_write()

    def _note_other_hands(self, takeover: TakeoverState, update: Update) -> None:
        if update.kind is UpdateKind.TEXT and says_other_hands(update.text):
            takeover.is_in_other_hands = True

    def _asks_who(self, update: Update) -> bool:
        """Tell whether the person asks who this is."""
        if update.kind is not UpdateKind.TEXT:
            return self._opener_reply(update) == OPENER_WHO
        return self._typed_reply(update.text) == OPENER_WHO

    def _say_who_may_write(self) -> None:
        """Say no more than is true of every chat: who asks may hold another's phone."""
        self.replies.send_text(self.turn.services.texts.who_may_write)

    def _let_talk_begin(self, takeover: TakeoverState) -> None:
        turn, conversation = self.turn, self.turn.conversation
        takeover.opener_state = OpenerState.ANSWERED
        takeover.reads_on = True
        conversation.last_seen_at = max(conversation.last_seen_at, self._answered_since())
        conversation.case, conversation.reference = takeover.case, takeover.reference
        if takeover.case not in conversation.cases:
            conversation.cases.append(takeover.case)
        conversation.urgent_only = False
        turn.set_read(is_read=turn.hotline.may_read(takeover.case))
        self.talk.begin_talk(takeover)

    def _repeat_opener(self, takeover: TakeoverState, *, is_file: bool) -> None:
        """Ask again where something else was written; an answer to the first counts as well."""
        interval = OPENER_INTERVAL_OF_FILES if is_file else OPENER_INTERVAL
        if self.turn.now - takeover.repeated_at < interval:
            return
        arrived_at = takeover.opener_arrived_at
        self.send_opener(takeover, 0, is_of_bot=True)
        takeover.opener_arrived_at, takeover.is_answer = arrived_at, True
        takeover.repeated_at = self.turn.now

    def note_answer(self, update: Update) -> None:
        """Note words after an opener outside a live session: a caseworker may confirm who it is.

        They need not say that it is a good moment: who confirms has read them.
        """
        found = self.turn.find_takeover()
        if found is None or found[1].opener_state != OpenerState.SENT:
            return
        self._note_other_hands(found[1], update)
        if found[1].is_in_other_hands:
            found[1].answered_at = 0
            return
        if self._can_answer(found[1], update) and self._is_good_moment(update) is not False:
            found[1].answered_at = self.turn.now

    def is_reply_below(self, update: Update) -> bool:
        """Tell whether an update presses a button below an opener."""
        return bool(self._opener_reply(update))

    def is_reply_in_words(self, update: Update) -> bool:
        """Tell whether words say that this is a good moment, that it is none, or ask who writes."""
        return self._is_good_moment(update) is not None

    def is_answered_by(self, takeover: TakeoverState, update: Update) -> bool:
        """Tell whether an update says that this is a good moment, to an opener that was seen."""
        is_asked = takeover.opener_state == OpenerState.SENT and not takeover.is_in_other_hands
        if not is_asked or self.turn.conversation.wants_silence:
            return False
        if not self._can_answer(takeover, update):
            return False
        return bool(self._is_good_moment(update))

    def _mark_returned(self, takeover: TakeoverState) -> None:
        """Ask a person who is back after a gap once more, unless they were asked just now."""
        is_asked = takeover.opener_state == OpenerState.SENT and bool(takeover.opener_arrived_at)
        is_believed = takeover.opener_clock_span == self.turn.services.clock_monitor.steady_since
        if not (is_asked and is_believed and is_present(takeover.opener_arrived_at, self.turn.now)):
            takeover.opener_state = OpenerState.TO_SEND

    def _is_good_moment(self, update: Update) -> bool | None:
        """Tell whether an answer to the opener says that the person can write.

        None: it says neither, as a story or a file does; then nothing that a caseworker wrote is
        shown, and the person is asked again. Any other button says no.
        """
        if update.kind is UpdateKind.PRESS:
            reply = self._opener_reply(update)
            return bool(reply) and reply not in OPENER_REFUSALS
        if update.kind is not UpdateKind.TEXT:
            return None
        language = self.turn.conversation.language
        if reply := self._typed_reply(update.text):
            return reply not in OPENER_REFUSALS
        if (said := says_good_moment(update.text, language)) is not None:
            return said
        is_leaving = self.turn.services.texts.find_question(update.text, language) == LEAVING
        return False if is_leaving else None

    def _typed_reply(self, text: str) -> str:
        """Return the reply whose number, label or other words were typed; empty for none."""
        language = self.turn.conversation.language
        if reply := self.turn.services.phrasebook.typed_reply(OPENER, text, language):
            return f"{OPENER}.{reply}"
        return OPENER_WHO if asks_who_writes(text, language) else ""

    def _opener_reply(self, update: Update) -> str:
        """Return the reply of a button below an opener; empty for anything else."""
        is_press = update.kind is UpdateKind.PRESS
        code = (phrase_reply(self.turn, update.text) if is_press else None) or ""
        return code if code.startswith(f"{OPENER}.") else ""

    def _can_answer(self, takeover: TakeoverState, update: Update) -> bool:
        """Tell whether an update may answer the opener: only a person who has seen it can.

        A button below it is often pressed before the delivery is recorded, and that may never be:
        where a process ended over the letter, no one knows that it arrived.
        """
        return bool(takeover.opener_arrived_at or self._opener_reply(update))

    def repeat_in_language(self, takeover: TakeoverState) -> None:
        """Say who answers, or ask the opener, in the language the person has just chosen."""
        if takeover.opener_state == OpenerState.ANSWERED:
            self.talk.introduce_caseworker(takeover)
        elif takeover.opener_state == OpenerState.SENT:
            self.send_opener(takeover, 0, is_of_bot=True)
