"""Sessions: when one ends, what is suspended with it, and how a case is resumed.

A session lasts from a person's first step until they leave (`/bye`), until half an hour of silence,
or until the account looks like another person's (its language, its name). After that it is not
known who holds the phone. If the session belongs to a case, all of it is suspended, and the next
writer is answered as a newcomer, byte for byte, until the person is identified again.

Why, where the promises conflict:

- "Nothing shows that there is a case" and "what is written reaches the caseworker". So what is
  written in a chat without a live session is added to its case, marked as not confirmed, while the
  bot answers as to a newcomer.
- A newcomer is told that nothing is passed on before it is sent. So answers in a draft belong to
  the draft alone, unless a caseworker has taken over: then the caseworker reads everything.
- "An unsent report can be gone on with for a day" and "who takes the phone learns nothing of it".
  With a case, the draft is suspended too. Without one it stays after mere silence, behind the
  question who can see the phone: a report that is lost at every interruption is never sent. But
  its answers are hidden: they go along, and none is shown. Once the account looks like another
  person's, the draft is erased: without a passphrase no one could show that it is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from bot.clock import MINUTE
from bot.conversation import Position, unpack
from bot.dispatch.conversation_store import (
    DRAFT_LIFETIME,
    SESSION_TIMEOUT,
    Conversation,
    person_message_ids,
    suspended_sessions,
)
from bot.dispatch.effects import ScheduledRemoval
from bot.hotline.chat.takeover import OpenerState
from bot.messages import ClearChat, SendText
from bot.partners.partners import parse_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.drafts import Drafts
    from bot.dispatch.turn.relay import Relay
    from bot.messages import Update

FAREWELL_LIFETIME = 2 * MINUTE
"""How long the last message of a cleared chat stays, if no one writes."""


def fingerprint_account(update: Update) -> int:
    """Return a number for what an account looks like: its names, and the language of its app."""
    return crc32(f"{update.language}\n{update.name}\n{update.username}".encode()) or 1


@dataclass(slots=True, eq=False)
class Session:
    """Begins, suspends, ends and resumes the sessions of a chat."""

    turn: TurnContext
    drafts: Drafts
    relay: Relay

    def continue_after(self, update: Update) -> bool:
        """Tell whether the conversation goes on; else who can see the phone is asked first.

        With something to hide, or with nothing to go on with, a new session begins instead.
        """
        turn, conversation = self.turn, self.turn.conversation
        fingerprint, previous = fingerprint_account(update), conversation.account_fingerprint
        conversation.account_fingerprint = fingerprint
        if not conversation.touched_at:
            return True
        silence = turn.now - conversation.touched_at
        is_other_account = previous not in {0, fingerprint}
        if silence <= SESSION_TIMEOUT and not is_other_account:
            return True
        lifetime = SESSION_TIMEOUT if conversation.is_session_only else DRAFT_LIFETIME
        if silence > lifetime or (is_other_account and not turn.has_known_case()):
            self.drafts.discard()
        if turn.has_known_case() or not self.drafts.has_any():
            self.suspend()
            self._expire_suspended_drafts()
            return True
        self.drafts.hide()
        return False

    def suspend_after_silence(self) -> None:
        """Suspend a session with a case whose person has been silent for too long."""
        turn, touched_at = self.turn, self.turn.conversation.touched_at
        if touched_at and turn.now - touched_at > SESSION_TIMEOUT and turn.has_known_case():
            self.suspend()

    def suspend(self) -> None:
        """Put this session away and begin one that knows nothing of it.

        Without a case only what was written outside the questions goes along, and is not shown.
        """
        old = self.turn.conversation
        new = Conversation(
            "",
            Position(),
            old.chat,
            fleeting_letters=old.fleeting_letters,
            message_ids=old.message_ids,
            account_fingerprint=old.account_fingerprint,
            session_number=old.session_number + 1,
            suspended=old.suspended,
        )
        if self.turn.has_known_case():
            if old.takeover is not None:
                old.takeover.opener_state = OpenerState.TO_SEND
                old.takeover.answered_at = 0
            if old.is_session_only:
                old.position, old.draft = Position(), None
            old.urgent_messages = []
            old.message_ids, old.fleeting_letters, old.proven_cases = [], [], []
            new.suspended = old
        else:
            new.position, new.alarms = old.position.extras_only(), old.alarms
            self.drafts.hide_answers(new.position)
        self._switch_to(new)

    def end(self) -> None:
        """Clear the chat and end the session because the person leaves (`/bye`).

        Replaces everything this turn was going to say. The last message says what cannot be
        cleared, and vanishes with the next step or by itself. What was not sent is erased.
        """
        turn, conversation = self.turn, self.turn.conversation
        farewell = turn.services.renderer.text(turn.services.texts.cleared, conversation.language)
        wipe = ClearChat(person_message_ids(conversation.message_ids))
        turn.effects.bodies = [wipe, SendText(farewell)]
        self._let_vanish(1)
        self.relay.end_takeover()
        self.drafts.discard()
        self.suspend()

    def end_for_erasure(self) -> None:
        """End the session, and say after that what becomes of the erasure request."""
        what_follows = self.turn.effects.bodies[-1]
        self.end()
        self.turn.effects.bodies.append(what_follows)
        self._let_vanish(1, 2)

    def _let_vanish(self, *places: int) -> None:
        effects = self.turn.effects
        effects.fleeting = list(places)
        effects.removals = [ScheduledRemoval(self.turn.now + FAREWELL_LIFETIME, places)]

    def _switch_to(self, conversation: Conversation) -> None:
        self.turn.switch_to(conversation)
        self.drafts.update_unsent_fact()

    def _expire_suspended_drafts(self) -> None:
        """Erase unsent answers of suspended sessions that are older than any draft is kept."""
        left = []
        for session in suspended_sessions(self.turn.conversation):
            if self.turn.now - session.touched_at <= DRAFT_LIFETIME:
                left.append(session)
            elif session.takeover is not None:
                session.position, session.draft, session.alarms = Position(), None, []
                left.append(session)
        _set_suspended(self.turn.conversation, left)

    def resume(self, case: str, reference: str) -> bool:
        """Go on with a case whose person is identified; return whether its session was suspended.

        What was written since goes along.
        """
        new, suspended = self.turn.conversation, suspended_sessions(self.turn.conversation)
        if case in session_cases(new):
            return False
        old = next((each for each in suspended if case in session_cases(each)), None)
        if old is None:
            old = Conversation(new.language, Position(), new.chat)
        unpack(old.position, self.turn.services.registry)
        if self.drafts.has_any() and not old.draft and not old.position.frames:
            old.position, old.draft = new.position, new.draft
        else:
            old.position.merge_extras(new.position)
        old.language, old.chat = new.language or old.language, new.chat
        old.touched_at = self.turn.now
        old.message_ids, old.fleeting_letters = new.message_ids, new.fleeting_letters
        old.account_fingerprint = new.account_fingerprint
        old.session_number, old.question_count = new.session_number + 1, new.question_count
        old.notice_version = new.notice_version or old.notice_version
        old.last_seen_at, old.last_seen_clock_span = new.last_seen_at, new.last_seen_clock_span
        _set_suspended(old, [each for each in suspended if each is not old])
        old.case, old.reference = case, reference
        old.cases = list(dict.fromkeys([*old.cases, *new.cases, case]))
        self._switch_to(old)
        return True

    def apply_partner_link(self, payload: str) -> None:
        """Begin in the language of a partner's link; a payload that is no such link is ignored."""
        turn, code = self.turn, parse_code(payload)
        campaign = turn.hotline.record_campaign_visit(code) if code else None
        if campaign is None:
            return
        turn.conversation.campaign_id = campaign.id
        if campaign.language in turn.services.languages and not self.drafts.has_any():
            turn.conversation.language = campaign.language  # the first question offers all others


def _set_suspended(conversation: Conversation, sessions: Sequence[Conversation]) -> None:
    for session in sessions:
        conversation.suspended = session
        conversation = session
    conversation.suspended = None


def session_cases(session: Conversation) -> set[str]:
    """Return every case a session knows."""
    takeover = {session.takeover.case} if session.takeover else set()
    return {session.case, *session.cases, *takeover} - {""}
