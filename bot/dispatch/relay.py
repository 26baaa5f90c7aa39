"""While a caseworker holds the conversation: what the person does goes to them, not to the engine.

Two things go on as ever, whoever holds the chat: danger and stop. Everything else is kept with the
case and shown at the desks, and the bot says nothing of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.clock import SECOND
from bot.conversation import FileNote
from bot.dispatch import callback_data
from bot.dispatch.engine_driver import DANGER, DELETE, STOP, Talking
from bot.dispatch.slash_commands import BYE
from bot.hotline.chat.case_progress import clock
from bot.hotline.chat.messages import Content, Exchange, Side, Sort
from bot.hotline.chat.takeover import NOT_MET, OPENER, UNASKED, UNTIL_HOURS, Holding, Meeting
from bot.hotline.contact_rule import ANY_TIME, HERE, LONG_AGO, heard_at, is_here
from bot.hotline.events import Event, Happened
from bot.hotline.referrals.consent_dialog import Shows
from bot.messages import Kind, Say, Toast, Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation import Came
    from bot.hotline.referrals.consent_dialog import Pressed
    from bot.messages import Body
    from bot.text import Text

FORWARDED = "\u21aa"
"""Stands before the name of whom a forwarded message came from, in any language."""
SAFETY = frozenset({DANGER, STOP, BYE})
"""What is wanted before anything else."""
SPEAKS = SAFETY | {DELETE}
"""What speaks although a caseworker holds the conversation: nobody has to ask a human first."""
_SORTS = {Kind.FILES: Sort.FILES, Kind.PLACE: Sort.PLACE, Kind.EDIT: Sort.EDIT}


class Relaying(Talking):
    """A conversation that somebody may hold."""

    __slots__ = ()

    def _goes_to_somebody(self, wanted: str | None, update: Update, silence: int) -> bool:
        """Tell whether a caseworker gets this and the engine does not."""
        if self.conversation.holding is None or wanted in SPEAKS:
            return False
        if update.kind is Kind.PRESS and silence <= HERE and self._decision(update.words):
            return False
        frames = self.conversation.position.frames
        asks = bool(frames) and frames[-1].flow in SPEAKS
        return not (asks and update.kind is Kind.PRESS and self._is_phrase(update.words) is None)

    def _relay(self, holding: Holding, update: Update) -> None:
        """Give what came to whoever holds the conversation."""
        heard = self._heard(update)
        if heard is None:
            self._toast(update, self.setting.phrasing.somebody_reads)
        else:
            it = Exchange(holding.case, Side.PERSON, *heard, self.now)
            if self._is_shown():
                self._keep(it, Happened.HEARD)
            else:
                self.effects.staff.exchanges.append(it)
            if update.words and update.kind is not Kind.PRESS:
                self.effects.staff.alarms |= self.setting.phrasing.alarms(update.words)
        self._meet(holding, None if heard is None else heard[1].code)

    def _is_shown(self) -> bool:
        """Tell whether what came is shown at the desks by itself; in a flood only now and then."""
        lately = self.conversation.lately
        if not lately.is_much:
            return True
        if lately.is_answered(self.now):
            return False
        lately.answered(self.now, moved=False)
        return True

    def _heard(self, update: Update) -> tuple[Sort, Content] | None:
        """Return what came as it is kept; None for a button that says nothing to a caseworker."""
        if update.kind is Kind.PRESS:
            code = self._is_phrase(update.words)
            return None if code is None else (Sort.REPLY, Content(code=code))
        files = tuple(
            FileNote(file.handle, file.kind, file.size, file.name,
                     unique=file.unique, mime=file.mime)
            for file in update.files
        )  # fmt: skip
        words = f"{FORWARDED} {update.origin}\n{update.words}" if update.origin else update.words
        return _SORTS.get(update.kind, Sort.WORDS), Content(
            words=words,
            files=files,
            code=update.note if update.kind is Kind.OTHER else "",
            message=update.message,
            latitude=update.latitude,
            longitude=update.longitude,
        )

    def _is_phrase(self, token: str) -> str | None:
        """Return the reply a button stands for, as `phrase.reply`; None for any other button."""
        prefix = self._phrase_prefix()
        found = None
        if token.startswith(prefix):
            found = self.setting.phrasebook.read(token[len(prefix) :])
        return None if found is None else ".".join(found)

    # --- what may be told to others ------------------------------------------------------------

    def _consent_prefix(self) -> str:
        return callback_data.prefix(self.setting.vault, self.chat_key, 0, "consent")

    def _decision(self, token: str) -> Pressed | None:
        """Return what a button under a question of consent means; None for any other button."""
        if not token.startswith(callback_data.NO_QUESTION):
            return None
        prefix = self._consent_prefix()
        return self.setting.consent.read(token[len(prefix) :]) if token.startswith(prefix) else None

    def _decide(self, pressed: Pressed, update: Update) -> None:
        """Do what the person decided about telling others, and show what it is now."""
        holding = self.conversation.holding
        case = holding.case if holding is not None else self.conversation.case
        pressing = self._hotline.decide(case, pressed) if case else None
        if pressing is None:
            self._stale(update)
            return
        language, prefix = self.conversation.language, self._consent_prefix()
        consent, it = self.setting.consent, pressing.referral
        if pressing.shows is Shows.SCREEN:
            said = consent.screen(it, language, prefix, pressing.text)
            for part in self.setting.screens.parts(said):
                self.effects.fleeting.append(len(self.effects.bodies))
                self.effects.bodies.append(part)
        elif pressing.shows is Shows.ANSWER:
            zone = self.setting.zone
            at = clock(it.sent_at, self.now, zone, language) if it.sent_at else ""
            self.effects.bodies.append(consent.answer(pressing, language, prefix, at))
        elif pressing.text is not None:
            self._toast(update, pressing.text)
        if pressing.changed:
            self._happened(Event(Happened.REFERRED, it.case, code=it.stage.value, referral=it))

    def _stale(self, update: Update) -> None:
        self._toast(update, self.setting.phrasing.stale)

    def _toast(self, update: Update, text: Text) -> None:
        words = self.setting.screens.words(text, self.conversation.language)
        self.effects.toast = Toast(update.press, words)

    def _phrase_prefix(self) -> str:
        return callback_data.prefix(self.setting.vault, self.chat_key, 0, "phrasebook")

    def _meet(self, holding: Holding, code: str | None) -> None:
        """Ask whether this is a good moment; say who writes once it was answered."""
        if holding.meeting in UNASKED:
            self.effects.staff.greets_anew = True
            self._open(holding, 0)
            holding.is_answer = True
        elif holding.meeting == Meeting.ASKED and meets(holding, code):
            holding.meeting = Meeting.MET
            self.conversation.case = holding.case
            self.conversation.reference = holding.reference
            if holding.case not in self.conversation.cases:
                self.conversation.cases.append(holding.case)
            self.conversation.urgent_only = False
            self._introduce(holding)
            self.effects.staff.releases = True

    def _note_heard(self, update: Update) -> None:
        """Note when the person was heard; after a gap whoever holds the chat asks anew."""
        conversation, since = self.conversation, self.setting.steady.since
        holding = conversation.holding
        if holding is not None and not is_here(conversation.was_heard_at(since), self.now):
            self._come_back(holding)
        channel_at = self.setting.steady.channel()
        conversation.heard_at = heard_at(update.sent_at * SECOND, self.now, since, channel_at)
        conversation.heard_in = since

    def _lose_touch(self) -> None:
        """Know that they are not here: what comes next, whoever writes it, answers no opener."""
        self.conversation.heard_at = LONG_AGO
        if self.conversation.holding is not None:
            self.conversation.holding.opened_at = 0

    def _come_back(self, holding: Holding) -> None:
        """Know that the person is back after a gap, whatever they do first: they are asked anew."""
        if not self._was_just_asked(holding):
            holding.meeting = Meeting.TO_BE_ASKED

    def _was_just_asked(self, holding: Holding) -> bool:
        """Tell whether an opener arrived so shortly ago that what comes now answers it."""
        is_asked = holding.meeting == Meeting.ASKED and bool(holding.opened_at)
        is_believed = holding.opened_in == self.setting.steady.since
        return is_asked and is_believed and is_here(holding.opened_at, self.now)

    def _open(self, holding: Holding, at: int) -> None:
        """Say the neutral opener, now or at a moment."""
        holding.meeting = Meeting.WAITING if at else Meeting.ASKED
        holding.opened_at, holding.is_answer = 0, False
        said = self.setting.phrasebook.say(
            OPENER, {}, self.conversation.language, self._phrase_prefix()
        )
        content = Content(code=OPENER)
        it = Exchange(holding.case, Side.CASEWORKER, Sort.PHRASE, content, self.now, holding.by)
        self._write([said], it, at, UNTIL_HOURS if at else None)

    def _introduce(self, holding: Holding) -> None:
        """Say who writes: a role, never a name."""
        self._tell_with(self.setting.phrasing.with_you, {"title": self._title(holding)})

    def _title(self, holding: Holding) -> str:
        title = self.setting.phrasing.titles[holding.title]
        return self.setting.screens.words(title, self.conversation.language)

    def _stopped(self, came: Came) -> None:
        super()._stopped(came)
        self._leave()

    def _leave(self) -> None:
        """End the takeover: the person has gone, and what waited for them is not sent."""
        holding = self.conversation.holding
        if holding is not None:
            self.conversation.holding = None
            self.effects.staff.drops = True
            self._happened(Event(Happened.HANDED_BACK, holding.case, code="stopped"))

    # --- what follows ------------------------------------------------------------------------

    def _keep(self, it: Exchange, what: Happened) -> None:
        self.effects.staff.exchanges.append(it)
        self._happened(Event(what, it.case, it.author, exchange=it))

    def _ringing(self, parts: Sequence[Body]) -> list[Body]:
        """Let the phone ring where the person said that any time is safe; else it is silent."""
        holding = self.conversation.holding
        if holding is None or holding.rule != ANY_TIME:
            return list(parts)
        return [replace(part, rings=True) if isinstance(part, Say) else part for part in parts]

    def _happened(self, event: Event) -> None:
        self.effects.staff.events.append(event)

    def _write(
        self, parts: Sequence[Body], it: Exchange, at: int = 0, hold: str | None = None
    ) -> None:
        """Put a caseworker's words among what is said, now or when they may go."""
        place = len(self.effects.bodies)
        self.effects.bodies += self._ringing(parts)
        self.effects.staff.wrote(range(place, place + len(parts)), it, at, hold)
        what = Happened.HELD if hold else Happened.SAID
        self._happened(Event(what, it.case, it.author, code=hold or "", exchange=it))


def meets(holding: Holding, code: str | None) -> bool:
    """Tell whether what came answers the opener: only whoever has seen it can."""
    has_seen_it = holding.opened_at or (code or "").startswith(f"{OPENER}.")
    return bool(has_seen_it) and code not in NOT_MET
