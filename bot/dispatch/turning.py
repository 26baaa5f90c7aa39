"""One update answered: from a conversation and what arrived to what follows. Pure.

Nothing here reads a clock, a database or a network; the effects of a turn are values that `batch`
stores. If anything raises, nothing has happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import MINUTE
from bot.conversation import FileNote, keep_beside, open_question
from bot.conversation.heard import Files, Heard, Located, Pressed, Words
from bot.dispatch import tokens
from bot.dispatch.commands import FLOWS, START, command
from bot.dispatch.conversations import KEPT
from bot.dispatch.talking import AGAIN, DANGER, FIRST, RESUME, Talking
from bot.languages import negotiate
from bot.messages import Kind, Remove, Toast, Update

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.dispatch.effects import Effects

SILENCE = 30 * MINUTE
"""After this long nobody knows who holds the phone: it is asked before anything goes on."""
LARGEST_FILE = 20 * 1024 * 1024
"""Bytes Telegram hands to a bot."""
LONGEST_LABEL = 60
SAYS_NOTHING = frozenset({Kind.BLOCKED, Kind.UNBLOCKED})
"""What an account does without a word."""


class Turning(Talking):
    """One update being answered. `take` returns its effects; the conversation is changed."""

    __slots__ = ()

    def again(self) -> Effects:
        """Ask the open question once more, unasked: an answer may be lost while we were away."""
        self._tell(self.setting.phrasing.nothing_lost)
        self._ask_again()
        return self.effects

    def take(self, update: Update) -> Effects:
        """Answer an update."""
        conversation = self.conversation
        if self.new:
            conversation.language = negotiate(update.language)
        conversation.chat = update.chat
        if conversation.fleeting:
            self.effects.bodies.append(Remove(letters=tuple(conversation.fleeting)))
            conversation.fleeting = []
        silence = 0 if self.new else self.now - conversation.touched_at
        conversation.touched_at = self.now
        if update.kind is Kind.PRESS:
            self.effects.toast = Toast(update.press)
        if silence > KEPT:
            self._renew()
        if silence > SILENCE and update.kind not in SAYS_NOTHING:
            self._after_silence(update)
        else:
            _HANDLERS[update.kind](self, update)
        return self.effects

    # --- what can arrive --------------------------------------------------------------------

    def _words(self, update: Update) -> None:
        found = command(update.words, self.setting.username)
        if found is not None:
            self._command(found)
            return
        heard = self._label(update.words)
        alarms = frozenset() if heard else self._alarms(update.words)
        self._hear_words(update.words, heard)
        if alarms and not self._in_flow(DANGER):
            self._begin(DANGER)

    def _alarms(self, words: str) -> frozenset[str]:
        """Note what alarms us in these words, for staff."""
        alarms = self.setting.phrasing.alarms(words)
        if alarms:
            self.conversation.alarms.extend(alarms.difference(self.conversation.alarms))
        return alarms

    def _hear_words(self, words: str, label: Pressed | None) -> None:
        position = self.conversation.position
        if position.frames:
            self._hear(label or Words(words))
        else:
            position.keep(words)
            self._open_door()

    def _label(self, words: str) -> Pressed | None:
        """Return the button of the open question whose label was typed."""
        language = self.conversation.language
        if len(words) > LONGEST_LABEL or not self.setting.screens.may_be_label(language, words):
            return None
        asked = open_question(self.setting.book, self.conversation.position)
        if asked is None:
            return None
        code = self.setting.screens.pressed(asked, language, words)
        return Pressed(code) if code else None

    def _press(self, update: Update) -> None:
        token = update.words
        if token == tokens.DANGER:
            self._command("danger")
        elif token == tokens.STOP:
            self._command("stop")
        elif not self.conversation.position.frames:
            self._stale(update)
            self._open_door()
        else:
            self._press_here(update, token)

    def _press_here(self, update: Update, token: str) -> None:
        prefix = self._prefix()
        code = None
        if token.startswith(prefix):
            asked = open_question(self.setting.book, self.conversation.position)
            if asked is not None:
                code = self.setting.screens.code(asked, token[len(prefix) :])
        if code is not None:
            self._hear(Pressed(code), update.message)
        elif tokens.asked_of(token) == self.conversation.asked - 1:
            # The question before this one: the same finger twice, or a second press under way.
            self._toast(update, self.setting.phrasing.pressed_already)
        else:
            self._stale(update)
            self._ask_again()

    def _files(self, update: Update) -> None:
        if any(file.size > LARGEST_FILE for file in update.files):
            self._tell(self.setting.phrasing.too_large)
        self._hear_or_keep(_files_of(update))

    def _place(self, update: Update) -> None:
        self._hear_or_keep(_place_of(update))

    def _contact(self, update: Update) -> None:
        self.conversation.position.keep(update.words)
        self._tell(self.setting.phrasing.received_contact)
        self._go_on_or_open()

    def _edit(self, update: Update) -> None:
        self.conversation.position.keep(update.words)
        if self.conversation.position.frames:
            self._tell(self.setting.phrasing.received_change)

    def _other(self, _update: Update) -> None:
        self._tell(self.setting.phrasing.polite_no)
        self._go_on_or_open()

    def _blocked(self, _update: Update) -> None:
        self.effects.blocked = True

    def _nothing(self, _update: Update) -> None:
        """Take note, say nothing."""

    # --- commands, and coming back ----------------------------------------------------------

    def _command(self, name: str) -> None:
        if name == START:
            self._start()
        elif not self._in_flow(FLOWS[name]):
            self._begin(FLOWS[name])
        else:
            self._ask_again()

    def _start(self) -> None:
        if self._has_draft():
            if not self.conversation.position.frames:
                self._restore()
            self._begin(RESUME)
        else:
            self._renew()
            self._begin(FIRST)

    def _after_silence(self, update: Update) -> None:
        """Ask who can see the phone; what was just written is kept, what was pressed is not."""
        conversation = self.conversation
        conversation.case = conversation.reference = ""
        self.known -= {"sent"}
        goes_on = self._has_draft()
        if not goes_on:
            self._begin_anew()
        elif not conversation.position.frames:
            self._restore()
        self._keep_unasked(update)
        if update.kind is Kind.PRESS and update.words == tokens.DANGER:
            self._begin(DANGER)
        else:
            self._begin(AGAIN if goes_on else FIRST)

    def _begin_anew(self) -> None:
        """Forget where we were; what was written beside the questions stays with the person."""
        before = self.conversation.position
        self._renew()
        self.conversation.position.also = before.also
        self.conversation.position.also_files = before.also_files

    def _keep_unasked(self, update: Update) -> None:
        heard = _heard(update)
        if heard is None or (isinstance(heard, Words) and command(heard.text) is not None):
            return
        keep_beside(self.conversation.position, heard)
        if isinstance(heard, Words):
            self._alarms(heard.text)


def _heard(update: Update) -> Heard | None:
    """Return what an update says, None when it says nothing."""
    if update.kind in {Kind.WORDS, Kind.EDIT, Kind.CONTACT}:
        return Words(update.words)
    if update.kind is Kind.FILES:
        return _files_of(update)
    return _place_of(update) if update.kind is Kind.PLACE else None


def _files_of(update: Update) -> Files:
    notes = (
        FileNote(file.handle, file.kind, file.size, file.name, unique=file.unique, mime=file.mime)
        for file in update.files
    )
    return Files(tuple(notes), update.words)


def _place_of(update: Update) -> Located:
    return Located(update.latitude or 0.0, update.longitude or 0.0)


_HANDLERS: dict[Kind, Callable[[Turning, Update], None]] = {
    Kind.WORDS: Turning._words,  # noqa: SLF001 - a table of this class's own verbs
    Kind.PRESS: Turning._press,  # noqa: SLF001
    Kind.FILES: Turning._files,  # noqa: SLF001
    Kind.PLACE: Turning._place,  # noqa: SLF001
    Kind.CONTACT: Turning._contact,  # noqa: SLF001
    Kind.EDIT: Turning._edit,  # noqa: SLF001
    Kind.OTHER: Turning._other,  # noqa: SLF001
    Kind.BLOCKED: Turning._blocked,  # noqa: SLF001
    Kind.UNBLOCKED: Turning._nothing,  # noqa: SLF001
}
