"""A sitting goes quiet: what it knew is put away, and the chat is as if nobody had ever written.

A sitting is live from a person's first step until they leave (`/bye`), until half an hour of
silence, or until the account looks like somebody else's (its language, its name). Then nobody knows
who holds the phone. If a case belongs to the sitting, all of it is put away (`before`), and whoever
writes is answered as a newcomer, byte for byte, until they are known again.

Three promises meet here.

- "Nothing shows that there is a case" and "what is written reaches whoever answers for it". So what
  is written in a quiet chat is put to its case all the same, marked as not confirmed, while the bot
  answers as to a newcomer.
- The newcomer is told that nothing is passed on before it is sent. Answers in a draft are therefore
  the draft's alone, unless a caseworker holds the chat: whoever is in a conversation with a person
  is read by that person.
- "What was not sent can be gone on with for a day" and "nobody who takes the phone learns of it".
  Where a case is known, the draft is put away with it. Where none is, it stays after mere silence,
  behind the question who can see the phone: a report that is lost each time somebody is called away
  is never sent. But it is veiled: it goes along, and nothing of it is shown. Once the account looks
  like another it is erased: no word was chosen by which anybody could show that it is theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from msgspec.structs import replace

from bot.clock import MINUTE
from bot.conversation import Outcome, Position, hide_earlier_answers, unpack
from bot.dispatch.conversation_store import DRAFT_LIFETIME, Conversation
from bot.dispatch.effects import ScheduledRemoval
from bot.dispatch.message_ids import person_message_ids
from bot.dispatch.outcome_rules import AFTERWARDS_FLOW, DRAFT_FLOWS
from bot.dispatch.relay import Relay, answers_opener
from bot.hotline.chat.messages import CaseMessage, MessageSide
from bot.hotline.chat.takeover import OpenerState
from bot.hotline.contact_rule import is_present
from bot.hotline.events import Event, EventKind
from bot.messages import ClearChat, SendText, Update, UpdateKind
from bot.partners.campaigns import parse_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation import Turn
    from bot.hotline.chat.takeover import TakeoverState

SESSION_TIMEOUT = 30 * MINUTE
"""After this long nobody knows who holds the phone."""
FAREWELL_LIFETIME = 2 * MINUTE
"""How long the last words of a chat that was cleared stay, if nobody writes."""
UNCONFIRMED = "unconfirmed"
"""The code of what was heard from somebody who may be anybody."""
WRITTEN_KINDS = frozenset(
    {
        UpdateKind.TEXT,
        UpdateKind.FILES,
        UpdateKind.LOCATION,
        UpdateKind.CONTACT,
        UpdateKind.EDIT,
        UpdateKind.UNSUPPORTED,
    }
)
"""Kinds with something in them for whoever reads."""


def fingerprint_account(update: Update) -> int:
    """Return whom an account looks like, as a number: its names, and the language of its app."""
    return crc32(f"{update.language}\n{update.name}\n{update.username}".encode()) or 1


class SessionControl(Relay):
    """A conversation that goes quiet and may become live again."""

    __slots__ = ()

    # --- going quiet -------------------------------------------------------------------------

    def has_known_case(self) -> bool:
        conversation = self.conversation
        return bool(conversation.case) or conversation.takeover is not None

    def suspend_session(self) -> None:
        """Put away what this sitting knew, and begin one that knows nothing.

        Without a case only what was written beside the questions goes along, and is not shown.
        """
        old = self.conversation
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
        if self.has_known_case():
            if old.takeover is not None:
                old.takeover.opener_state = OpenerState.TO_SEND
                old.takeover.answered_at = 0
            if old.is_session_only:
                old.position, old.draft = Position(), None
            old.message_ids, old.fleeting_letters, old.proven_cases = [], [], []
            new.suspended = old
        else:
            new.position, new.alarms = old.position.extras_only(), old.alarms
            hide_earlier_answers(self.services.registry, new.position, DRAFT_FLOWS)
        self._switch_to(new)

    def end_session(self) -> None:
        """Take off the phone what can be taken, say what cannot, and know nothing more of it.

        What was said in this turn before is not said. The last words vanish like everything else:
        with the next step, or by themselves.
        """
        conversation = self.conversation
        wipe = ClearChat(person_message_ids(conversation.message_ids))
        farewell = self.services.renderer.text(self.services.texts.cleared, conversation.language)
        self.effects.bodies = [wipe, SendText(farewell)]
        self.effects.fleeting = [1]
        self.effects.removals = [ScheduledRemoval(self.now + FAREWELL_LIFETIME, (1,))]
        self._close_session()

    def apply_turn(self, turn: Turn, message: int, also: dict[str, str] | None = None) -> None:
        """Clear the chat as well when everything is to be erased; what comes of it is said last."""
        super().apply_turn(turn, message, also)
        if any(came.outcome is Outcome.ERASURE_REQUESTED for came in turn.endings):
            what_follows = self.effects.bodies[-1]
            self.end_session()
            self.effects.bodies.append(what_follows)
            self.effects.fleeting = [1, 2]
            self.effects.removals = [ScheduledRemoval(self.now + FAREWELL_LIFETIME, (1, 2))]

    def continue_session(self, update: Update) -> bool:
        """Tell whether this goes on as it was; else who can see the phone is asked first.

        Where there is anything to hide, or nothing to go on with, a new sitting begins instead.
        Of another account's nothing unsent is kept: nobody could ever show that it is theirs.
        """
        conversation = self.conversation
        who, was = fingerprint_account(update), conversation.account_fingerprint
        conversation.account_fingerprint = who
        if not conversation.touched_at:
            return True
        silence, is_another = self.now - conversation.touched_at, was not in {0, who}
        if silence <= SESSION_TIMEOUT and not is_another:
            return True
        is_over = silence > (SESSION_TIMEOUT if conversation.is_session_only else DRAFT_LIFETIME)
        if is_over or (is_another and not self.has_known_case()):
            self.discard_unsent()
        if self.has_known_case() or not self.has_draft():
            self.suspend_session()
            self._expire_drafts(DRAFT_LIFETIME)
            return True
        self._hide_draft()
        return False

    def _hide_draft(self) -> None:
        """Go on with the draft, and show nothing of it; no button of before means anything."""
        if not self.has_open_draft():
            self.restore_draft()
        conversation, book = self.conversation, self.services.registry
        hide_earlier_answers(book, conversation.position, DRAFT_FLOWS)
        if conversation.draft is not None:
            conversation.draft = unpack(conversation.draft, book)
            hide_earlier_answers(book, conversation.draft, DRAFT_FLOWS)
        conversation.last_press, conversation.question_count, conversation.session_number = (
            "",
            0,
            conversation.session_number + 1,
        )

    def _close_session(self) -> None:
        """Go quiet because the person said so: what was not sent is erased."""
        self.end_takeover()
        self.discard_unsent()
        self.suspend_session()

    def _switch_to(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.facts = self.services.facts_at(self.now)
        if conversation.has_case:
            self.facts |= {"sent"}
        self.update_unsent_fact()

    def _expire_drafts(self, lifetime: int) -> None:
        """Erase what was put away and not sent, after as long as any draft is kept."""
        left = []
        for sitting in suspended_sessions(self.conversation):
            if self.now - sitting.touched_at <= lifetime:
                left.append(sitting)
            elif sitting.takeover is not None:
                sitting.position, sitting.draft, sitting.alarms = Position(), None, []
                left.append(sitting)
        _set_suspended(self.conversation, left)

    def apply_partner_link(self, payload: str) -> None:
        """Begin in the language of a partner's link; what is no link of ours says nothing."""
        code = parse_code(payload)
        found = self.hotline.record_campaign_visit(code) if code else None
        if found is None:
            return
        self.conversation.campaign_id = found.id
        if found.language in self.services.languages and not self.has_draft():
            self.conversation.language = found.language  # the first question offers every other

    # --- what is written meanwhile -----------------------------------------------------------

    def earlier_case(self) -> str:
        """Return the case to which what is written now is put, not confirmed; empty for none."""
        conversation = self.conversation
        if conversation.takeover is not None:
            return ""
        if (held := self.find_takeover()) is not None:
            return held[1].case
        if conversation.cases or any(it.flow in DRAFT_FLOWS for it in conversation.position.frames):
            return ""
        return conversation.earlier_case

    def store_unconfirmed(self, case: str, update: Update) -> None:
        """Put what somebody wrote to a case, and say there that nobody knows who it was."""
        heard = self.read_message(update)
        if heard is None or not self.hotline.case_exists(case):
            return
        sort, content = heard
        self._note_opener_answer(content.code)
        it = CaseMessage(
            case, MessageSide.PERSON, sort, replace(content, unconfirmed=True), self.now
        )
        self.effects.staff.messages.append(it)
        if self.is_shown_at_desks():
            self.add_event(Event(EventKind.PERSON_WROTE, case, code=UNCONFIRMED, message=it))
        if update.kind is not UpdateKind.PRESS:
            self.effects.staff.alarms |= self.services.texts.find_alarms(update.text)

    def _note_opener_answer(self, code: str) -> None:
        """Note that somebody answered the opener out of sight: a caseworker may be sure now."""
        found = self.find_takeover()
        if (
            found is not None
            and found[1].opener_state == OpenerState.SENT
            and answers_opener(found[1], code)
        ):
            found[1].answered_at = self.now

    def record_last_seen(self, update: Update) -> None:
        """Note when somebody was heard; whoever comes after a gap has answered nothing yet."""
        found, since = self.find_takeover(), self.services.clock_monitor.steady_since
        if found is not None and not is_present(self.conversation.last_seen_in(since), self.now):
            found[1].answered_at = 0
            if found[1].opener_state == OpenerState.SENT:
                self.mark_returned(found[1])
        super().record_last_seen(update)

    def mark_absent(self) -> None:
        """Know that they are not here, whoever answered before."""
        super().mark_absent()
        if (found := self.find_takeover()) is not None:
            found[1].opener_arrived_at = found[1].answered_at = 0

    # --- live again --------------------------------------------------------------------------

    def find_takeover(self) -> tuple[Conversation, TakeoverState] | None:
        """Return the takeover of this chat and the sitting it stands in."""
        for sitting in (self.conversation, *suspended_sessions(self.conversation)):
            if sitting.takeover is not None:
                return sitting, sitting.takeover
        return None

    def resume_session(self, case: str, reference: str) -> None:
        """Go on with a case, now that somebody knows who writes."""
        now, others = self.conversation, suspended_sessions(self.conversation)
        if case in session_cases(now):
            self.send_text(self.services.texts.recognised)
            self.continue_or_start()
            return
        old = next((each for each in others if case in session_cases(each)), None)
        if old is None:
            old = Conversation(now.language, Position(), now.chat)
        unpack(old.position, self.services.registry)
        if self.has_draft() and not old.draft and not old.position.frames:
            old.position, old.draft = now.position, now.draft
        else:
            old.position.merge_extras(now.position)
        old.language, old.chat, old.touched_at = now.language or old.language, now.chat, self.now
        old.message_ids, old.fleeting_letters, old.account_fingerprint = (
            now.message_ids,
            now.fleeting_letters,
            now.account_fingerprint,
        )
        old.session_number, old.question_count = now.session_number + 1, now.question_count
        old.notice_version = now.notice_version or old.notice_version
        old.last_seen_at, old.last_seen_clock_span = now.last_seen_at, now.last_seen_clock_span
        _set_suspended(old, [each for each in others if each is not old])
        old.case, old.reference = case, reference
        old.cases = list(dict.fromkeys([*old.cases, *now.cases, case]))
        self._switch_to(old)
        if old.takeover is not None:
            old.takeover.opener_state = OpenerState.ANSWERED
            self.effects.staff.release_waiting = True
            self.introduce_caseworker(old.takeover)
            return
        self.send_text(self.services.texts.recognised)
        if old.position.frames:
            self.repeat_question()
        else:
            self.begin_flow(AFTERWARDS_FLOW)


def suspended_sessions(conversation: Conversation) -> list[Conversation]:
    """Return the sittings that were put away, the last one first."""
    found = []
    before = conversation.suspended
    while before is not None:
        found.append(before)
        before = before.suspended
    return found


def _set_suspended(conversation: Conversation, sittings: Sequence[Conversation]) -> None:
    for sitting in sittings:
        conversation.suspended = sitting
        conversation = sitting
    conversation.suspended = None


def session_cases(sitting: Conversation) -> set[str]:
    """Return every case a sitting knows."""
    held = {sitting.takeover.case} if sitting.takeover else set()
    return {sitting.case, *sitting.cases, *held} - {""}
