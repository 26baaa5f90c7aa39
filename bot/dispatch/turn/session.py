"""Sessions: when one ends, what is suspended with it, and how a case is resumed.

A session lasts from a person's first step until they leave (`/bye`), until half an hour of silence,
or until the account looks like another person's (its language, its name). After that it is not
known who holds the phone. If the session belongs to a case, all of it is suspended, and the next
writer is answered as a newcomer, byte for byte, until the person is identified again.

Why, where the promises conflict:

- "Nothing shows that there is a case" and "what is written reaches the caseworker". So what is
  written in a chat without a live session is added to its case, marked as not confirmed, while the
  bot answers as to a newcomer: it says that no one has read it, and asks whether a caseworker may.
  Another answer would show that there is a case, and to wait for a yes could cost hours in danger.
  So a "no" to that question closes nothing that is in the case already. Staff see it there.
- A newcomer is told that nothing is passed on before it is sent. So answers in a draft belong to
  the draft alone, unless a caseworker has taken over: then the caseworker reads everything.
- "An unsent report can be gone on with for a day" and "who takes the phone learns nothing of it".
  With a case, the draft is suspended too. Without one it stays after mere silence, behind the
  question who can see the phone: a report that is lost at every interruption is never sent. But
  its answers are hidden: they go along, and none is shown. Once the account's name is another, the
  draft is erased: without a passphrase no one could show that it is theirs.
- The language of the app is another on a second device of the same person, and some apps send none.
  So if only the language changes, the draft is concealed: the bot answers as in a chat in which no
  one ever wrote. It is shown again, as after a silence, once the account looks as it did before.
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
    Suspension,
    person_message_ids,
    set_suspended,
    suspended_sessions,
)
from bot.dispatch.effects import ScheduledRemoval
from bot.hotline.chat.takeover import OpenerState, PersonLeft
from bot.messages import ClearChat, SendText
from bot.partners.partners import parse_code

if TYPE_CHECKING:
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.drafts import Drafts
    from bot.dispatch.turn.talk.caseworker_talk import CaseworkerTalk
    from bot.messages import Update

MAX_CONCEALED = 8
"""Unsent drafts of other devices of an account that a chat keeps; the oldest gives way."""
FAREWELL_LIFETIME = 2 * MINUTE
"""How long the last message of a cleared chat stays, if no one writes."""


def fingerprint_account(update: Update) -> int:
    """Return a number for what an account looks like: its names, and the language of its app."""
    return crc32(f"{update.language}\n{update.name}\n{update.username}".encode()) or 1


def fingerprint_name(update: Update) -> int:
    """Return a number for the names of an account."""
    return crc32(f"{update.name}\n{update.username}".encode()) or 1


@dataclass(slots=True, eq=False)
class Session:
    """Begins, suspends, ends and resumes the sessions of a chat."""

    turn: TurnContext
    drafts: Drafts
    talk: CaseworkerTalk

    def continue_after(self, update: Update) -> bool:
        """Tell whether the conversation goes on; else who can see the phone is asked first.

        With something to hide, or with nothing to go on with, a new session begins instead.
        """
        looks, names = fingerprint_account(update), fingerprint_name(update)
        conversation = self.turn.conversation
        looks_different = conversation.account_fingerprint not in {0, looks}
        is_other_person = looks_different and conversation.name_fingerprint != names
        if is_other_person:
            self._discard_concealed()
        goes_on = not conversation.touched_at or self._suspend_or_hide(
            looks_different=looks_different, is_other_person=is_other_person
        )
        conversation = self.turn.conversation
        conversation.account_fingerprint, conversation.name_fingerprint = looks, names
        return self._restore_concealed() if looks_different else goes_on

    def _suspend_or_hide(self, *, looks_different: bool, is_other_person: bool) -> bool:
        """Hide what someone else must not see; tell whether the conversation goes on."""
        turn, conversation = self.turn, self.turn.conversation
        silence = turn.now - conversation.touched_at
        if silence <= SESSION_TIMEOUT and not looks_different:
            return True
        has_case = turn.has_known_case()
        if silence > _draft_lifetime(conversation) or (is_other_person and not has_case):
            self.drafts.discard()
        if looks_different and not has_case:
            self._conceal()
        elif has_case or not self.drafts.has_any():
            self.suspend(Suspension.ACCOUNT_CHANGED if looks_different else Suspension.QUIET)
        else:
            self.drafts.hide()
            return False
        self._expire_suspended_drafts()
        return True

    def _conceal(self) -> None:
        """Put an unsent draft away until the account looks again as it does now."""
        old, registry = self.turn.conversation, self.turn.services.registry
        if self.drafts.has_any() or registry.has_unsent_content(old.position):
            concealed = [it for it in suspended_sessions(old) if it.is_concealed]
            for each in concealed[MAX_CONCEALED - 1 :]:
                self._remove_suspended(each)
            old.is_concealed = True
        else:
            self.drafts.discard()
        self.suspend()

    def _restore_concealed(self) -> bool:
        """Go on with the draft of an account that looks as before; False: the check comes first."""
        new = self.turn.conversation
        old = next((it for it in suspended_sessions(new) if _is_shown_to(it, new)), None)
        if old is None:
            return True
        self._remove_suspended(old)
        unpack(old.position, self.turn.services.registry)
        if self.turn.now - old.touched_at > _draft_lifetime(old):
            return True
        old.is_concealed, old.suspended, old.chat = False, new.suspended, new.chat
        old.message_ids, old.fleeting_letters = new.message_ids, new.fleeting_letters
        old.session_number, old.question_count = new.session_number + 1, new.question_count
        old.name_fingerprint, old.before_alarms = new.name_fingerprint, new.before_alarms
        old.last_seen_at, old.last_seen_clock_span = new.last_seen_at, new.last_seen_clock_span
        self._switch_to(old)
        if self.drafts.has_any():
            self.drafts.hide()
            return False
        self.suspend()  # only texts outside the questions: they go along, and are not shown
        return True

    def _discard_concealed(self) -> None:
        for session in suspended_sessions(self.turn.conversation):
            if session.is_concealed:
                self._remove_suspended(session)

    def _remove_suspended(self, session: Conversation) -> None:
        others = suspended_sessions(self.turn.conversation)
        set_suspended(self.turn.conversation, [it for it in others if it is not session])

    def suspend_after_silence(self) -> None:
        """Suspend a session with a case whose person has been silent for too long."""
        turn, touched_at = self.turn, self.turn.conversation.touched_at
        if touched_at and turn.now - touched_at > SESSION_TIMEOUT and turn.has_known_case():
            self.suspend()

    def suspend(self, why: Suspension = Suspension.QUIET) -> None:
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
            name_fingerprint=old.name_fingerprint,
            session_number=old.session_number + 1,
            suspended=old.suspended,
            before_alarms=old.before_alarms,
        )
        if self.turn.has_known_case() or old.is_concealed:
            if old.takeover is not None:
                old.takeover.opener_state = OpenerState.TO_SEND
                old.takeover.answered_at = 0
            if old.is_session_only and not old.is_concealed:
                old.position, old.draft = Position(), None
            old.urgent_messages, old.suspended_because = [], why.value
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
        self.talk.end_takeover(PersonLeft.CLEARED)
        self.drafts.discard()
        self._discard_concealed()
        self.suspend(Suspension.LEFT)

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
            if self.turn.now - session.touched_at <= _draft_lifetime(session):
                left.append(session)
            elif session.takeover is not None:
                session.position, session.draft, session.alarms = Position(), None, []
                left.append(session)
        set_suspended(self.turn.conversation, left)

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
        old.name_fingerprint, old.before_alarms = new.name_fingerprint, new.before_alarms
        old.session_number, old.question_count = new.session_number + 1, new.question_count
        old.notice_version = new.notice_version or old.notice_version
        old.last_seen_at, old.last_seen_clock_span = new.last_seen_at, new.last_seen_clock_span
        set_suspended(old, [each for each in suspended if each is not old])
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


def _is_shown_to(concealed: Conversation, now: Conversation) -> bool:
    """Tell whether a concealed session was of an account that looked as it looks now."""
    is_same = concealed.account_fingerprint == now.account_fingerprint
    return concealed.is_concealed and is_same


def _draft_lifetime(session: Conversation) -> int:
    return SESSION_TIMEOUT if session.is_session_only else DRAFT_LIFETIME


def session_cases(session: Conversation) -> set[str]:
    """Return every case a session knows."""
    takeover = {session.takeover.case} if session.takeover else set()
    return {session.case, *session.cases, *takeover} - {""}
