"""What a caseworker's orders do in a conversation: like those of a turn, the effects are values."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bot.conversation import Collect, Position, Review, unpack
from bot.conversation.inputs import Pressed, Words
from bot.conversation.progress import bookmark, fill, go_on
from bot.dispatch.conversation_store import Conversation
from bot.dispatch.session import SILENCE, Sitting, cases_of, put_away
from bot.hotline.chat.case_progress import clock
from bot.hotline.chat.messages import Sort
from bot.hotline.chat.takeover import (
    FAR,
    OPENER,
    UNTIL_MET,
    AskConsent,
    Confirm,
    Deed,
    FillIn,
    Greet,
    HandBack,
    Holding,
    Insist,
    Meeting,
    PassOn,
    Reword,
    TakeOver,
    Tell,
    WasTold,
)
from bot.hotline.commands.attachments import parcels
from bot.hotline.commands.texts import (
    ALREADY_KNOWN,
    ASK_FIRST,
    ASKED_ALREADY,
    DOES_NOT_FIT,
    NOBODY_IS_THERE,
    NOBODY_WRITES,
    NOT_IN_THE_CHAT,
    ONLY_THEY,
    ONLY_WHEN_THEY_WRITE,
    TAKE_OVER_FIRST,
)
from bot.hotline.contact_rule import NEVER, is_here, may_write_at
from bot.hotline.events import Event, Happened
from bot.messages import Edit, Say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.conversation import Book
    from bot.dispatch.effects import Effects
    from bot.hotline.chat.messages import Exchange
    from bot.messages import Body
    from bot.text import Text

THEIRS_ALONE = frozenset({"keep", "send", "pass_on"})
"""Questions by which a person agrees to something."""
ANSWERED = frozenset({Meeting.MET, Meeting.TO_BE_ASKED})
"""With no opener on its way: what is said next begins with one."""


def can_be_filled(book: Book, flow: str, step: str) -> bool:
    """Tell whether a caseworker can answer a question from what the person said."""
    question = book.question(flow, step)
    if question is None or isinstance(question, Collect | Review):
        return False
    return question.skippable and step not in THEIRS_ALONE


class Attending(Sitting):
    """One conversation and what is done in it for a caseworker.

    In a quiet chat a takeover stands in what was put away: the bot answers whoever writes, and of
    the caseworker's words only the neutral opener is shown.
    """

    __slots__ = ()

    def attend(self, deed: Deed, at_desk: str, language: str) -> Effects:
        """Do something; what does not go is told to whoever wanted it.

        Args:
            deed: what to do.
            at_desk: where whoever wants it stands.
            language: of the case, for a chat that has none now.
        """
        touched_at = self.conversation.touched_at
        if touched_at and self.now - touched_at > SILENCE and self._knows_a_case():
            self._go_quiet()
        with self._speaking(language):
            refusal = _DEEDS[type(deed)](self, deed)
        self.vanish()
        if refusal is not None:
            self._happened(Event(Happened.TOLD, text=refusal, at_desk=at_desk, is_refused=True))
        return self.effects

    @contextmanager
    def _speaking(self, language: str) -> Iterator[None]:
        """Lend the chat a language; whoever writes next is answered in that of their own app."""
        conversation = self.conversation
        spoken, before = conversation.language, conversation.before
        conversation.language = spoken or (before.language if before else "") or language
        yield
        conversation.language = spoken

    @property
    def _holding(self) -> Holding | None:
        found = self._put_away_holding()
        return None if found is None else found[1]

    @property
    def _position(self) -> Position:
        """Return where the conversation stands that the takeover is about."""
        found = self._put_away_holding()
        sitting = self.conversation if found is None else found[0]
        return unpack(sitting.position, self.setting.book)

    def _take_over(self, deed: TakeOver) -> Text | None:
        held = self._holding
        if held is not None:
            # Whoever holds the case may take the chat, from a colleague who is gone as well.
            passing = PassOn(held.by, deed.by, deed.title)
            return None if held.by == deed.by else self._pass_on(passing)
        holding = Holding(deed.case, deed.by, deed.title, deed.rule, self.now, deed.reference)
        self._sitting_of(deed.case).holding = holding
        mark = bookmark(self.setting.book, self._position, self.known)
        self._happened(Event(Happened.TAKEN_OVER, deed.case, deed.by, bookmark=mark))
        self._greet_when_allowed(holding)
        return None

    def _is_here(self) -> bool:
        """Tell whether the person holds the phone still, as far as anybody can know."""
        return is_here(self.conversation.was_heard_at(self.setting.steady.since), self.now)

    def _greet_when_allowed(self, holding: Holding) -> int:
        """Say the opener as soon as the rule allows; return when that is."""
        since = self.setting.steady.since
        heard_at = self.conversation.was_heard_at(since)
        at = may_write_at(holding.rule, heard_at, self.now, self.setting.zone, since)
        if at != NEVER:
            self._open(holding, 0 if at <= self.now else at)
        return at

    def _may_greet(self, holding: Holding | None) -> bool:
        """Tell whether the opener may be said because words wait for it.

        Not while somebody nobody knows is in the chat: to them the bot answers as to a newcomer,
        and what came by itself would tell them more.
        """
        touched_at = self.conversation.touched_at
        is_empty = not touched_at or self.now - touched_at > SILENCE
        return holding is not None and (is_empty or holding is self.conversation.holding)

    def _greet(self, deed: Greet) -> Text | None:
        holding = self._holding
        if not self._may_greet(holding):
            return None
        if holding is not None and holding.by == deed.by and holding.meeting in ANSWERED:
            holding.meeting = Meeting.TO_BE_ASKED
            self._greet_when_allowed(holding)
        return None

    def _insist(self, deed: Insist) -> Text | None:
        holding = self._holding
        if holding is None or holding.by != deed.by:
            return TAKE_OVER_FIRST
        holding.insisted_at, holding.insisted_in = self.now, self.setting.steady.since
        self.effects.staff.greets_anew = True
        self._open(holding, 0)
        return None

    def _sitting_of(self, case: str) -> Conversation:
        """Return the sitting a case belongs to: this one, or what was put away."""
        conversation = self.conversation
        for sitting in (conversation, *put_away(conversation)):
            if case in cases_of(sitting):
                return sitting
        found = Conversation("", Position(), conversation.chat, before=conversation.before)
        conversation.before = found
        return found

    def _hand_back(self, deed: HandBack) -> Text | None:
        found = self._put_away_holding()
        if found is None:
            return NOBODY_IS_THERE if deed.goes_on and deed.is_asked else None
        sitting, holding = found
        sitting.holding = None
        self.effects.staff.drops = True
        self._happened(Event(Happened.HANDED_BACK, holding.case, deed.by))
        if holding.meeting != Meeting.MET or not self._is_here():
            # Not a word to whoever may hold the phone: the question is put when they write.
            return None
        self._tell_with(self.setting.phrasing.has_left, {"title": self._title(holding)})
        if deed.goes_on:
            self._go_on_from_the_bookmark()
        return None

    def _go_on_from_the_bookmark(self) -> None:
        if self.conversation.position.frames:
            self._follow(go_on(self.setting.book, self.conversation.position, self.known), 0)
        else:
            self._open_door()

    def _tell_person(self, deed: Tell) -> Text | None:
        holding = self._holding
        if holding is None or holding.by != deed.exchange.author:
            return TAKE_OVER_FIRST
        holding.spoken_at = self.now
        it = deed.exchange
        if it.content.code == OPENER:
            return self._ask_anew(holding)
        self._write_when_allowed(holding, self._parts_of(deed), it)
        return None

    def _write_when_allowed(self, holding: Holding, parts: list[Body], it: Exchange) -> None:
        """Put a caseworker's letters among what is said: now, or once the person is met."""
        if holding.meeting == Meeting.MET and self._is_here():
            self._write(parts, it)
            return
        if holding.meeting == Meeting.MET:
            holding.meeting = Meeting.TO_BE_ASKED
        if holding.meeting == Meeting.TO_BE_ASKED and self._may_greet(holding):
            self._greet_when_allowed(holding)
        self._write(parts, it, FAR, UNTIL_MET)

    def _ask_anew(self, holding: Holding) -> Text | None:
        """Say the opener because a caseworker wants it said."""
        if holding.meeting == Meeting.WAITING:
            return ASKED_ALREADY
        return ONLY_WHEN_THEY_WRITE if self._greet_when_allowed(holding) == NEVER else None

    def _parts_of(self, deed: Tell) -> list[Body]:
        content = deed.exchange.content
        if deed.exchange.sort is Sort.FILES:
            return parcels(content)
        if deed.exchange.sort is Sort.PLACE:
            words = self.setting.screens.parts(Say(content.words)) if content.words else []
            return [*parcels(content), *words]
        if deed.exchange.sort is Sort.PHRASE:
            said = self.setting.phrasebook.say(
                content.code, content.values, self.conversation.language, self._phrase_prefix()
            )
            return [*self.setting.screens.parts(said)]
        return [*self.setting.screens.parts(Say(content.words))]

    def _reword(self, deed: Reword) -> Text | None:
        """Change words where they went; of those that wait nobody reads the first version."""
        holding, it = self._holding, deed.exchange
        if holding is None or holding.by != it.author:
            return TAKE_OVER_FIRST
        holding.spoken_at = self.now
        letter = it.content.message
        if deed.hold:
            self.effects.staff.reworded[letter] = it.content.words
            self.effects.staff.exchanges.append(it)
            self._happened(Event(Happened.HELD, it.case, it.author, code=deed.hold, exchange=it))
            return None
        self._write_when_allowed(
            holding, [Edit(0, it.content.words, letter=letter, is_caption=deed.is_caption)], it
        )
        return None

    def _pass_on(self, deed: PassOn) -> Text | None:
        holding = self._holding
        if holding is None:
            return None
        mark = bookmark(self.setting.book, self._position, self.known)
        self._happened(Event(Happened.TAKEN_OVER, holding.case, deed.to, bookmark=mark))
        holding.by, holding.title = deed.to, deed.title
        if holding.meeting == Meeting.MET and self._is_here():
            another = self.setting.phrasing.with_another
            self._tell_with(another, {"title": self._title(holding)})
        return None

    def _fill_in(self, deed: FillIn) -> Text | None:
        book, position = self.setting.book, self._position
        if deed.step in THEIRS_ALONE:
            return ONLY_THEY
        if not (
            fill(book, position, deed.flow, deed.step, Pressed(deed.words))
            or fill(book, position, deed.flow, deed.step, Words(deed.words))
        ):
            return DOES_NOT_FIT
        mark = bookmark(book, position, self.known)
        case = self._holding.case if self._holding else ""
        code = f"{deed.flow}.{deed.step}"
        self._happened(Event(Happened.ANSWERED, case, deed.by, code=code, bookmark=mark))
        return None

    def _ask_consent(self, deed: AskConsent) -> Text | None:
        holding, it = self._holding, deed.referral
        if holding is None or holding.by != it.offered_by:
            return TAKE_OVER_FIRST
        if holding.meeting != Meeting.MET or not self._is_here():
            return NOT_IN_THE_CHAT
        language, prefix = self.conversation.language, self._consent_prefix()
        self.effects.bodies.append(self.setting.consent.question(it, language, prefix))
        self._happened(
            Event(Happened.REFERRED, it.case, it.offered_by, code=it.stage.value, referral=it)
        )
        return None

    def _confirm(self, deed: Confirm) -> Text | None:
        """Go on with the person as the person; only while somebody is there."""
        touched_at = self.conversation.touched_at
        if not touched_at or self.now - touched_at > SILENCE:
            return NOBODY_WRITES
        if deed.case in self.conversation.cases:
            return ALREADY_KNOWN
        if not (deed.is_agreed or self._has_answered(deed.by)):
            return ASK_FIRST
        self._live_again(deed.case, deed.reference)
        self.effects.staff.confirms = deed.case
        self._happened(Event(Happened.CONFIRMED, deed.case, deed.by))
        return None

    def _has_answered(self, by: str) -> bool:
        """Tell whether whoever writes has answered an opener, with nobody else holding the chat."""
        holding = self._holding
        if holding is None or holding.by != by:
            return False
        return bool(holding.answered_at) or holding.meeting == Meeting.MET

    def _was_told(self, deed: WasTold) -> Text | None:
        """Say so to whoever is here; to nobody else: the phone may be in other hands."""
        holding, it = self._holding, deed.referral
        if holding is None or holding.meeting != Meeting.MET or it.sent_at is None:
            return None
        if self._is_here():
            language, prefix = self.conversation.language, self._consent_prefix()
            at = clock(it.sent_at, self.now, self.setting.zone, language)
            self.effects.bodies.append(self.setting.consent.told(it, language, prefix, at))
        return None


_DEEDS: dict[type[Deed], Callable[[Attending, Any], Text | None]] = {
    TakeOver: Attending._take_over,  # noqa: SLF001 - a table of this class's own verbs
    HandBack: Attending._hand_back,  # noqa: SLF001
    Tell: Attending._tell_person,  # noqa: SLF001
    Reword: Attending._reword,  # noqa: SLF001
    PassOn: Attending._pass_on,  # noqa: SLF001
    FillIn: Attending._fill_in,  # noqa: SLF001
    AskConsent: Attending._ask_consent,  # noqa: SLF001
    WasTold: Attending._was_told,  # noqa: SLF001
    Insist: Attending._insist,  # noqa: SLF001
    Greet: Attending._greet,  # noqa: SLF001
    Confirm: Attending._confirm,  # noqa: SLF001
}
