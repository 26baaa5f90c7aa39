"""What a caseworker's orders do in a conversation. Pure, like a turn: the effects are values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.conversation.bookmark import bookmark, fill, go_on
from bot.conversation.heard import Pressed, Words
from bot.dispatch.relaying import Relaying
from bot.hotline.contact import NEVER, may_write_at
from bot.hotline.events import Event, Happened
from bot.hotline.exchanges import Sort
from bot.hotline.parcels import parcels
from bot.hotline.takeover import (
    FAR,
    OPENER,
    UNTIL_HOURS,
    UNTIL_MET,
    AskConsent,
    Deed,
    FillIn,
    HandBack,
    Holding,
    Meeting,
    PassOn,
    Reword,
    TakeOver,
    Tell,
    WasTold,
)
from bot.hotline.trail import clock
from bot.hotline.words import (
    DOES_NOT_FIT,
    NOBODY_IS_THERE,
    NOT_IN_THE_CHAT,
    ONLY_THEY,
    TAKE_OVER_FIRST,
)
from bot.messages import Edit, Say

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.dispatch.effects import Effects
    from bot.hotline.exchanges import Exchange
    from bot.messages import Body
    from bot.text import Text

THEIRS_ALONE = frozenset({"keep", "send", "pass_on"})
"""Questions by which a person agrees to something."""


class Attending(Relaying):
    """One conversation and what is done in it for a caseworker."""

    __slots__ = ()

    def attend(self, deed: Deed, at_desk: str) -> Effects:
        """Do something; what does not go is told to whoever wanted it."""
        refusal = _DEEDS[type(deed)](self, deed)
        if refusal is not None:
            self._happened(Event(Happened.TOLD, text=refusal, at_desk=at_desk, is_refused=True))
        return self.effects

    def _take_over(self, deed: TakeOver) -> Text | None:
        held = self.conversation.holding
        if held is not None:
            # Whoever holds the case may take the chat, from a colleague who is gone as well.
            passing = PassOn(held.by, deed.by, deed.title)
            return None if held.by == deed.by else self._pass_on(passing)
        holding = Holding(deed.case, deed.by, deed.title, deed.rule, self.now, deed.reference)
        self.conversation.holding = holding
        mark = bookmark(self.setting.book, self.conversation.position, self.known)
        self._happened(Event(Happened.TAKEN_OVER, deed.case, deed.by, bookmark=mark))
        at = self._may_write_at(holding)
        if at != NEVER:
            self._open(holding, 0 if at <= self.now else at)
        return None

    def _may_write_at(self, holding: Holding) -> int:
        heard_at = self.conversation.touched_at
        return may_write_at(holding.rule, heard_at, self.now, self.setting.zone)

    def _hand_back(self, deed: HandBack) -> Text | None:
        if self.conversation.holding is None:
            return NOBODY_IS_THERE if deed.goes_on else None
        holding, self.conversation.holding = self.conversation.holding, None
        self.effects.staff.drops = True
        self._happened(Event(Happened.HANDED_BACK, holding.case, deed.by))
        if holding.meeting != Meeting.MET or self._may_write_at(holding) != self.now:
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
        holding = self.conversation.holding
        if holding is None or holding.by != deed.exchange.author:
            return TAKE_OVER_FIRST
        holding.spoken_at = self.now
        it = deed.exchange
        parts = self._parts_of(deed)
        if it.content.code == OPENER:
            self._open(holding, 0)
            return None
        self._write_when_allowed(holding, parts, it)
        return None

    def _write_when_allowed(self, holding: Holding, parts: list[Body], it: Exchange) -> None:
        """Put a caseworker's letters among what is said, to go when the contact rule allows it."""
        at = self._may_write_at(holding)
        if holding.meeting != Meeting.MET or at == NEVER:
            self._write(parts, it, FAR, UNTIL_MET)
        elif at > self.now:
            self._write(parts, it, at, UNTIL_HOURS)
        else:
            self._write(parts, it)

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
        holding, it = self.conversation.holding, deed.exchange
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
        holding = self.conversation.holding
        if holding is None:
            return None
        mark = bookmark(self.setting.book, self.conversation.position, self.known)
        self._happened(Event(Happened.TAKEN_OVER, holding.case, deed.to, bookmark=mark))
        holding.by, holding.title = deed.to, deed.title
        if holding.meeting == Meeting.MET and self._may_write_at(holding) == self.now:
            another = self.setting.phrasing.with_another
            self._tell_with(another, {"title": self._title(holding)})
        return None

    def _fill_in(self, deed: FillIn) -> Text | None:
        book, position = self.setting.book, self.conversation.position
        if deed.step in THEIRS_ALONE:
            return ONLY_THEY
        if not (
            fill(book, position, deed.flow, deed.step, Pressed(deed.words))
            or fill(book, position, deed.flow, deed.step, Words(deed.words))
        ):
            return DOES_NOT_FIT
        mark = bookmark(book, position, self.known)
        case = self.conversation.holding.case if self.conversation.holding else ""
        code = f"{deed.flow}.{deed.step}"
        self._happened(Event(Happened.ANSWERED, case, deed.by, code=code, bookmark=mark))
        return None

    def _ask_consent(self, deed: AskConsent) -> Text | None:
        holding, it = self.conversation.holding, deed.referral
        if holding is None or holding.by != it.offered_by:
            return TAKE_OVER_FIRST
        if holding.meeting != Meeting.MET or self._may_write_at(holding) != self.now:
            return NOT_IN_THE_CHAT
        language, prefix = self.conversation.language, self._consent_prefix()
        self.effects.bodies.append(self.setting.consent.question(it, language, prefix))
        self._happened(
            Event(Happened.REFERRED, it.case, it.offered_by, code=it.stage.value, referral=it)
        )
        return None

    def _was_told(self, deed: WasTold) -> Text | None:
        """Say so to whoever is here; to nobody else: the phone may be in other hands."""
        holding, it = self.conversation.holding, deed.referral
        if holding is None or holding.meeting != Meeting.MET or it.sent_at is None:
            return None
        if self._may_write_at(holding) == self.now:
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
}
