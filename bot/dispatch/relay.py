"""While a caseworker holds the conversation: what the person does goes to them, not to the engine.

Two things go on as ever, whoever holds the chat: danger and stop. Everything else is kept with the
case and shown at the desks, and the bot says nothing of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.clock import SECOND
from bot.conversation import FileRef
from bot.dispatch import callback_data
from bot.dispatch.engine_driver import DANGER_FLOW, DELETE_FLOW, STOP_FLOW, EngineDriver
from bot.dispatch.slash_commands import BYE
from bot.hotline.chat.case_progress import format_time
from bot.hotline.chat.messages import CaseMessage, CaseMessageContent, CaseMessageKind, MessageSide
from bot.hotline.chat.takeover import (
    OPENER,
    OPENER_REFUSALS,
    OPENER_UNSENT,
    UNTIL_HOURS,
    OpenerState,
    TakeoverState,
)
from bot.hotline.contact_rule import ANY_TIME, LONG_AGO, PRESENCE_WINDOW, is_present, received_at
from bot.hotline.events import Event, EventKind
from bot.hotline.referrals.consent_dialog import ConsentReply
from bot.messages import SendText, Toast, Update, UpdateKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation import FlowEnded
    from bot.hotline.referrals.consent_dialog import ConsentPress
    from bot.messages import Body
    from bot.text import Text

FORWARDED_MARK = "\u21aa"
"""Stands before the name of whom a forwarded message came from, in any language."""
SAFETY_COMMANDS = frozenset({DANGER_FLOW, STOP_FLOW, BYE})
"""What is wanted before anything else."""
TAKEOVER_COMMANDS = SAFETY_COMMANDS | {DELETE_FLOW}
"""What speaks although a caseworker holds the conversation: nobody has to ask a human first."""
_SORTS = {
    UpdateKind.FILES: CaseMessageKind.FILES,
    UpdateKind.LOCATION: CaseMessageKind.LOCATION,
    UpdateKind.EDIT: CaseMessageKind.EDIT,
}


class Relay(EngineDriver):
    """A conversation that somebody may hold."""

    __slots__ = ()

    def goes_to_caseworker(self, wanted: str | None, update: Update, silence: int) -> bool:
        """Tell whether a caseworker gets this and the engine does not."""
        if self.conversation.takeover is None or wanted in TAKEOVER_COMMANDS:
            return False
        if (
            update.kind is UpdateKind.PRESS
            and silence <= PRESENCE_WINDOW
            and self.consent_decision(update.text)
        ):
            return False
        frames = self.conversation.position.frames
        asks = bool(frames) and frames[-1].flow in TAKEOVER_COMMANDS
        return not (
            asks and update.kind is UpdateKind.PRESS and self._phrase_reply(update.text) is None
        )

    def forward(self, takeover: TakeoverState, update: Update) -> None:
        """Give what came to whoever holds the conversation."""
        heard = self.read_message(update)
        if heard is None:
            self.show_toast(update, self.services.texts.caseworker_reads)
        else:
            it = CaseMessage(takeover.case, MessageSide.PERSON, *heard, self.now)
            if self.is_shown_at_desks():
                self._add_message(it, EventKind.PERSON_WROTE)
            else:
                self.effects.staff.messages.append(it)
            if update.text and update.kind is not UpdateKind.PRESS:
                self.effects.staff.alarms |= self.services.texts.find_alarms(update.text)
        self._handle_opener_reply(takeover, None if heard is None else heard[1].code)

    def is_shown_at_desks(self) -> bool:
        """Tell whether what came is shown at the desks by itself; in a flood only now and then."""
        lately = self.conversation.activity
        if not lately.is_heavy:
            return True
        if lately.was_just_answered(self.now):
            return False
        lately.note_answer(self.now, moved=False)
        return True

    def read_message(self, update: Update) -> tuple[CaseMessageKind, CaseMessageContent] | None:
        """Return what came as it is kept; None for a button that says nothing to a caseworker."""
        if update.kind is UpdateKind.PRESS:
            code = self._phrase_reply(update.text)
            return None if code is None else (CaseMessageKind.REPLY, CaseMessageContent(code=code))
        files = tuple(
            FileRef(file.handle, file.kind, file.size, file.name,
                     unique=file.unique, mime=file.mime)
            for file in update.files
        )  # fmt: skip
        words = (
            f"{FORWARDED_MARK} {update.forwarded_from}\n{update.text}"
            if update.forwarded_from
            else update.text
        )
        return _SORTS.get(update.kind, CaseMessageKind.TEXT), CaseMessageContent(
            text=words,
            files=files,
            code=update.detail if update.kind is UpdateKind.UNSUPPORTED else "",
            message=update.message,
            latitude=update.latitude,
            longitude=update.longitude,
        )

    def _phrase_reply(self, token: str) -> str | None:
        """Return the reply a button stands for, as `phrase.reply`; None for any other button."""
        prefix = self.phrase_prefix()
        found = None
        if token.startswith(prefix):
            found = self.services.phrasebook.parse_token(token[len(prefix) :])
        return None if found is None else ".".join(found)

    # --- what may be told to others ------------------------------------------------------------

    def consent_prefix(self) -> str:
        return callback_data.token_prefix(self.services.vault, self.chat_key, 0, "consent")

    def consent_decision(self, token: str) -> ConsentPress | None:
        """Return what a button under a question of consent means; None for any other button."""
        if not token.startswith(callback_data.NO_QUESTION):
            return None
        prefix = self.consent_prefix()
        return (
            self.services.consent.parse_token(token[len(prefix) :])
            if token.startswith(prefix)
            else None
        )

    def apply_decision(self, pressed: ConsentPress, update: Update) -> None:
        """Do what the person decided about telling others, and show what it is now."""
        holding = self.conversation.takeover
        case = holding.case if holding is not None else self.conversation.case
        pressing = self.hotline.apply_consent(case, pressed) if case else None
        if pressing is None:
            self.reject_stale_button(update)
            return
        language, prefix = self.conversation.language, self.consent_prefix()
        consent, it = self.services.consent, pressing.referral
        if pressing.reply is ConsentReply.SCREEN:
            said = consent.screen(it, language, prefix, pressing.text)
            for part in self.services.renderer.split_message(said):
                self.effects.fleeting.append(len(self.effects.bodies))
                self.effects.bodies.append(part)
        elif pressing.reply is ConsentReply.ANSWER:
            zone = self.services.zone
            at = format_time(it.sent_at, self.now, zone, language) if it.sent_at else ""
            self.effects.bodies.append(consent.answer(pressing, language, prefix, at))
        elif pressing.text is not None:
            self.show_toast(update, pressing.text)
        if pressing.changed:
            self.add_event(Event(EventKind.REFERRED, it.case, code=it.stage.value, referral=it))

    def reject_stale_button(self, update: Update) -> None:
        self.show_toast(update, self.services.texts.stale_button)

    def show_toast(self, update: Update, text: Text) -> None:
        words = self.services.renderer.text(text, self.conversation.language)
        self.effects.toast = Toast(update.press, words)

    def phrase_prefix(self) -> str:
        return callback_data.token_prefix(self.services.vault, self.chat_key, 0, "phrasebook")

    def _handle_opener_reply(self, holding: TakeoverState, code: str | None) -> None:
        """Ask whether this is a good moment; say who writes once it was answered."""
        if holding.opener_state in OPENER_UNSENT:
            self.effects.staff.withdraw_opener = True
            self.send_opener(holding, 0)
            holding.is_answer = True
        elif holding.opener_state == OpenerState.SENT and answers_opener(holding, code):
            holding.opener_state = OpenerState.ANSWERED
            self.conversation.case = holding.case
            self.conversation.reference = holding.reference
            if holding.case not in self.conversation.cases:
                self.conversation.cases.append(holding.case)
            self.conversation.urgent_only = False
            self.introduce_caseworker(holding)
            self.effects.staff.release_waiting = True

    def record_last_seen(self, update: Update) -> None:
        """Note when the person was heard; after a gap whoever holds the chat asks anew."""
        conversation, since = self.conversation, self.services.clock_monitor.steady_since
        holding = conversation.takeover
        if holding is not None and not is_present(conversation.last_seen_in(since), self.now):
            self.mark_returned(holding)
        channel_at = self.services.clock_monitor.channel()
        conversation.last_seen_at = received_at(
            update.sent_at * SECOND, self.now, since, channel_at
        )
        conversation.last_seen_clock_span = since

    def mark_absent(self) -> None:
        """Know that they are not here: what comes next, whoever writes it, answers no opener."""
        self.conversation.last_seen_at = LONG_AGO
        if self.conversation.takeover is not None:
            self.conversation.takeover.opener_arrived_at = 0

    def mark_returned(self, holding: TakeoverState) -> None:
        """Know that the person is back after a gap, whatever they do first: they are asked anew."""
        if not self._was_opener_just_sent(holding):
            holding.opener_state = OpenerState.TO_SEND

    def _was_opener_just_sent(self, holding: TakeoverState) -> bool:
        """Tell whether an opener arrived so shortly ago that what comes now answers it."""
        is_asked = holding.opener_state == OpenerState.SENT and bool(holding.opener_arrived_at)
        is_believed = holding.opener_clock_span == self.services.clock_monitor.steady_since
        return is_asked and is_believed and is_present(holding.opener_arrived_at, self.now)

    def send_opener(self, holding: TakeoverState, at: int) -> None:
        """Say the neutral opener, now or at a moment."""
        holding.opener_state = OpenerState.WAITING if at else OpenerState.SENT
        holding.opener_arrived_at, holding.is_answer = 0, False
        said = self.services.phrasebook.render(
            OPENER, {}, self.conversation.language, self.phrase_prefix()
        )
        content = CaseMessageContent(code=OPENER)
        it = CaseMessage(
            holding.case,
            MessageSide.CASEWORKER,
            CaseMessageKind.PHRASE,
            content,
            self.now,
            holding.by,
        )
        self.send_staff_message([said], it, at, UNTIL_HOURS if at else None)

    def introduce_caseworker(self, holding: TakeoverState) -> None:
        """Say who writes: a role, never a name."""
        self.send_text_with(
            self.services.texts.caseworker_joined, {"title": self.caseworker_title(holding)}
        )

    def caseworker_title(self, holding: TakeoverState) -> str:
        title = self.services.texts.titles[holding.title]
        return self.services.renderer.text(title, self.conversation.language)

    def apply_stop(self, came: FlowEnded) -> None:
        super().apply_stop(came)
        self.end_takeover()

    def end_takeover(self) -> None:
        """End the takeover: the person has gone, and what waited for them is not sent."""
        holding = self.conversation.takeover
        if holding is not None:
            self.conversation.takeover = None
            self.effects.staff.withdraw_waiting = True
            self.add_event(Event(EventKind.HANDED_BACK, holding.case, code="stopped"))

    # --- what follows ------------------------------------------------------------------------

    def _add_message(self, it: CaseMessage, what: EventKind) -> None:
        self.effects.staff.messages.append(it)
        self.add_event(Event(what, it.case, it.author, message=it))

    def _with_sound(self, parts: Sequence[Body]) -> list[Body]:
        """Let the phone ring where the person said that any time is safe; else it is silent."""
        holding = self.conversation.takeover
        if holding is None or holding.rule != ANY_TIME:
            return list(parts)
        return [
            replace(part, notifies=True) if isinstance(part, SendText) else part for part in parts
        ]

    def add_event(self, event: Event) -> None:
        self.effects.staff.events.append(event)

    def send_staff_message(
        self, parts: Sequence[Body], it: CaseMessage, at: int = 0, hold: str | None = None
    ) -> None:
        """Put a caseworker's words among what is said, now or when they may go."""
        place = len(self.effects.bodies)
        self.effects.bodies += self._with_sound(parts)
        self.effects.staff.add_letters(range(place, place + len(parts)), it, at, hold)
        what = EventKind.DELAYED if hold else EventKind.CASEWORKER_WROTE
        self.add_event(Event(what, it.case, it.author, code=hold or "", message=it))


def answers_opener(holding: TakeoverState, code: str | None) -> bool:
    """Tell whether what came answers the opener: only whoever has seen it can."""
    has_seen_it = holding.opener_arrived_at or (code or "").startswith(f"{OPENER}.")
    return bool(has_seen_it) and code not in OPENER_REFUSALS
