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
from bot.conversation import Outcome, Position, unpack, veil
from bot.dispatch.conversation_store import KEPT, Conversation
from bot.dispatch.effects import Vanishing
from bot.dispatch.message_ids import theirs
from bot.dispatch.outcome_rules import AFTER, DRAFTS
from bot.dispatch.relay import Relaying, meets
from bot.hotline.chat.messages import Exchange, Side
from bot.hotline.chat.takeover import Meeting
from bot.hotline.contact_rule import is_here
from bot.hotline.events import Event, Happened
from bot.messages import Kind, Say, Update, Wipe
from bot.partners.campaigns import code_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation import Turn
    from bot.hotline.chat.takeover import Holding

SILENCE = 30 * MINUTE
"""After this long nobody knows who holds the phone."""
FAREWELL = 2 * MINUTE
"""How long the last words of a chat that was cleared stay, if nobody writes."""
UNCONFIRMED = "unconfirmed"
"""The code of what was heard from somebody who may be anybody."""
WRITTEN = frozenset({Kind.WORDS, Kind.FILES, Kind.PLACE, Kind.CONTACT, Kind.EDIT, Kind.OTHER})
"""Kinds with something in them for whoever reads."""


def looks_like(update: Update) -> int:
    """Return whom an account looks like, as a number: its names, and the language of its app."""
    return crc32(f"{update.language}\n{update.name}\n{update.account}".encode()) or 1


class Sitting(Relaying):
    """A conversation that goes quiet and may become live again."""

    __slots__ = ()

    # --- going quiet -------------------------------------------------------------------------

    def _knows_a_case(self) -> bool:
        conversation = self.conversation
        return bool(conversation.case) or conversation.holding is not None

    def _go_quiet(self) -> None:
        """Put away what this sitting knew, and begin one that knows nothing.

        Without a case only what was written beside the questions goes along, and is not shown.
        """
        old = self.conversation
        new = Conversation(
            "", Position(), old.chat, fleeting=old.fleeting, traces=old.traces, who=old.who,
            era=old.era + 1, before=old.before,
        )  # fmt: skip
        if self._knows_a_case():
            if old.holding is not None:
                old.holding.meeting = Meeting.TO_BE_ASKED
                old.holding.answered_at = 0
            if old.only_sitting:
                old.position, old.kept = Position(), None
            old.traces, old.fleeting, old.proven = [], [], []
            new.before = old
        else:
            new.position, new.alarms = old.position.beside(), old.alarms
            veil(self.setting.book, new.position, DRAFTS)
        self._become(new)

    def _bye(self) -> None:
        """Take off the phone what can be taken, say what cannot, and know nothing more of it.

        What was said in this turn before is not said. The last words vanish like everything else:
        with the next step, or by themselves.
        """
        conversation = self.conversation
        wipe = Wipe(theirs(conversation.traces))
        farewell = self.setting.screens.words(self.setting.phrasing.cleared, conversation.language)
        self.effects.bodies = [wipe, Say(farewell)]
        self.effects.fleeting = [1]
        self.effects.vanishing = [Vanishing(self.now + FAREWELL, (1,))]
        self._leave_for_good()

    def _follow(self, turn: Turn, message: int, also: dict[str, str] | None = None) -> None:
        """Clear the chat as well when everything is to be erased; what comes of it is said last."""
        super()._follow(turn, message, also)
        if any(came.outcome is Outcome.ERASURE_WISHED for came in turn.came):
            what_follows = self.effects.bodies[-1]
            self._bye()
            self.effects.bodies.append(what_follows)
            self.effects.fleeting = [1, 2]
            self.effects.vanishing = [Vanishing(self.now + FAREWELL, (1, 2))]

    def _is_as_before(self, update: Update) -> bool:
        """Tell whether this goes on as it was; else who can see the phone is asked first.

        Where there is anything to hide, or nothing to go on with, a new sitting begins instead.
        Of another account's nothing unsent is kept: nobody could ever show that it is theirs.
        """
        conversation = self.conversation
        who, was = looks_like(update), conversation.who
        conversation.who = who
        if not conversation.touched_at:
            return True
        silence, is_another = self.now - conversation.touched_at, was not in {0, who}
        if silence <= SILENCE and not is_another:
            return True
        is_over = silence > (SILENCE if conversation.only_sitting else KEPT)
        if is_over or (is_another and not self._knows_a_case()):
            self._renew()
        if self._knows_a_case() or not self._has_draft():
            self._go_quiet()
            self._forget_old_drafts(KEPT)
            return True
        self._veil()
        return False

    def _veil(self) -> None:
        """Go on with the draft, and show nothing of it; no button of before means anything."""
        if not self._has_open_draft():
            self._restore()
        conversation, book = self.conversation, self.setting.book
        veil(book, conversation.position, DRAFTS)
        if conversation.kept is not None:
            conversation.kept = unpack(conversation.kept, book)
            veil(book, conversation.kept, DRAFTS)
        conversation.pressed, conversation.asked, conversation.era = "", 0, conversation.era + 1

    def _leave_for_good(self) -> None:
        """Go quiet because the person said so: what was not sent is erased."""
        self._leave()
        self._renew()
        self._go_quiet()

    def _become(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.known = self.setting.known(self.now)
        if conversation.has_case:
            self.known |= {"sent"}
        self._note_unsent()

    def _forget_old_drafts(self, kept: int) -> None:
        """Erase what was put away and not sent, after as long as any draft is kept."""
        left = []
        for sitting in put_away(self.conversation):
            if self.now - sitting.touched_at <= kept:
                left.append(sitting)
            elif sitting.holding is not None:
                sitting.position, sitting.kept, sitting.alarms = Position(), None, []
                left.append(sitting)
        _put_away_again(self.conversation, left)

    def _come_by(self, payload: str) -> None:
        """Begin in the language of a partner's link; what is no link of ours says nothing."""
        code = code_in(payload)
        found = self._hotline.came_by(code) if code else None
        if found is None:
            return
        self.conversation.link = found.id
        if found.language in self.setting.languages and not self._has_draft():
            self.conversation.language = found.language  # the first question offers every other

    # --- what is written meanwhile -----------------------------------------------------------

    def _case_of_before(self) -> str:
        """Return the case to which what is written now is put, not confirmed; empty for none."""
        conversation = self.conversation
        if conversation.holding is not None:
            return ""
        if (held := self._put_away_holding()) is not None:
            return held[1].case
        if conversation.cases or any(it.flow in DRAFTS for it in conversation.position.frames):
            return ""
        return conversation.earlier

    def _put_to(self, case: str, update: Update) -> None:
        """Put what somebody wrote to a case, and say there that nobody knows who it was."""
        heard = self._heard(update)
        if heard is None or not self._hotline.stands(case):
            return
        sort, content = heard
        self._note_answer(content.code)
        it = Exchange(case, Side.PERSON, sort, replace(content, unconfirmed=True), self.now)
        self.effects.staff.exchanges.append(it)
        if self._is_shown():
            self._happened(Event(Happened.HEARD, case, code=UNCONFIRMED, exchange=it))
        if update.kind is not Kind.PRESS:
            self.effects.staff.alarms |= self.setting.phrasing.alarms(update.words)

    def _note_answer(self, code: str) -> None:
        """Note that somebody answered the opener out of sight: a caseworker may be sure now."""
        found = self._put_away_holding()
        if found is not None and found[1].meeting == Meeting.ASKED and meets(found[1], code):
            found[1].answered_at = self.now

    def _note_heard(self, update: Update) -> None:
        """Note when somebody was heard; whoever comes after a gap has answered nothing yet."""
        found, since = self._put_away_holding(), self.setting.steady.since
        if found is not None and not is_here(self.conversation.was_heard_at(since), self.now):
            found[1].answered_at = 0
            if found[1].meeting == Meeting.ASKED:
                self._come_back(found[1])
        super()._note_heard(update)

    def _lose_touch(self) -> None:
        """Know that they are not here, whoever answered before."""
        super()._lose_touch()
        if (found := self._put_away_holding()) is not None:
            found[1].opened_at = found[1].answered_at = 0

    # --- live again --------------------------------------------------------------------------

    def _put_away_holding(self) -> tuple[Conversation, Holding] | None:
        """Return the takeover of this chat and the sitting it stands in."""
        for sitting in (self.conversation, *put_away(self.conversation)):
            if sitting.holding is not None:
                return sitting, sitting.holding
        return None

    def _live_again(self, case: str, reference: str) -> None:
        """Go on with a case, now that somebody knows who writes."""
        now, others = self.conversation, put_away(self.conversation)
        if case in cases_of(now):
            self._tell(self.setting.phrasing.known_again)
            self._go_on_or_open()
            return
        old = next((each for each in others if case in cases_of(each)), None)
        if old is None:
            old = Conversation(now.language, Position(), now.chat)
        unpack(old.position, self.setting.book)
        if self._has_draft() and not old.kept and not old.position.frames:
            old.position, old.kept = now.position, now.kept
        else:
            old.position.take(now.position)
        old.language, old.chat, old.touched_at = now.language or old.language, now.chat, self.now
        old.traces, old.fleeting, old.who = now.traces, now.fleeting, now.who
        old.era, old.asked = now.era + 1, now.asked
        old.notice = now.notice or old.notice
        old.heard_at, old.heard_in = now.heard_at, now.heard_in
        _put_away_again(old, [each for each in others if each is not old])
        old.case, old.reference = case, reference
        old.cases = list(dict.fromkeys([*old.cases, *now.cases, case]))
        self._become(old)
        if old.holding is not None:
            old.holding.meeting = Meeting.MET
            self.effects.staff.releases = True
            self._introduce(old.holding)
            return
        self._tell(self.setting.phrasing.known_again)
        if old.position.frames:
            self._ask_again()
        else:
            self._begin(AFTER)


def put_away(conversation: Conversation) -> list[Conversation]:
    """Return the sittings that were put away, the last one first."""
    found = []
    before = conversation.before
    while before is not None:
        found.append(before)
        before = before.before
    return found


def _put_away_again(conversation: Conversation, sittings: Sequence[Conversation]) -> None:
    for sitting in sittings:
        conversation.before = sitting
        conversation = sitting
    conversation.before = None


def cases_of(sitting: Conversation) -> set[str]:
    """Return every case a sitting knows."""
    held = {sitting.holding.case} if sitting.holding else set()
    return {sitting.case, *sitting.cases, *held} - {""}
