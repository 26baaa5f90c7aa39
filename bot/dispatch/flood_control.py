"""What a chat that writes very much is answered: all is taken, and answered once. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.cases.intake import LARGEST_FILE
from bot.dispatch.passphrase_handler import Recognising
from bot.dispatch.session import WRITTEN
from bot.dispatch.slash_commands import command
from bot.messages import Kind, Remove

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.messages import Update

LONGEST_LABEL = 60
LONGEST_NUMBER = 2
"""Digits of a button's number, typed."""


class Sparing(Recognising):
    """A conversation in which a burst is answered once."""

    __slots__ = ()

    def _answer_once(
        self, update: Update, fleeting: list[int], hear: Callable[[Update], None]
    ) -> None:
        """Hear what came; what moves nothing on is not answered again and again.

        Args:
            update: what came.
            fleeting: what was shown for one step, and goes on being shown when nothing is said.
            hear: hears it.
        """
        conversation = self.conversation
        asked, stood = conversation.asked, self._stands()
        hear(update)
        effects, lately = self.effects, self.conversation.lately
        if not effects.bodies:
            return
        moved = self.conversation is not conversation or self._stands() != stood
        if moved or not lately.is_answered(self.now) or not self._is_written(update):
            lately.answered(self.now, moved=moved)
            return
        effects.bodies, effects.fleeting = [], []
        conversation.asked, conversation.fleeting = asked, fleeting

    def _clear_fleeting(self) -> None:
        """Take away what was shown for one step only."""
        if self.conversation.fleeting:
            self.effects.bodies.append(Remove(letters=tuple(self.conversation.fleeting)))
            self.conversation.fleeting = []

    def _stands(self) -> tuple[int, str, str]:
        """Return where the conversation stands, to be compared."""
        frames = self.conversation.position.frames
        return (len(frames), frames[-1].flow, frames[-1].step) if frames else (0, "", "")

    def _within_bounds(self, update: Update) -> Update:
        """Count what came; return it without its files when no more are taken, and say so."""
        if update.kind is Kind.PRESS:
            return update
        lately = self.conversation.lately
        lately.note(self.now)
        if update.words:
            lately.note_words(len(update.words), self.now)
        if not update.files:
            return update
        fetched = sum(file.size for file in update.files if file.size <= LARGEST_FILE)
        lately.note_files(fetched, len(update.files), self.now)
        if lately.has_room and self.setting.has_room():
            return update
        self._tell(self.setting.phrasing.no_files)
        return replace(update, kind=Kind.OTHER, files=(), note=update.files[0].kind)

    def _is_too_much(self, update: Update) -> bool:
        """Tell whether these words are only counted: beyond all that is kept in a day."""
        return self.conversation.lately.is_most and self._is_written(update)

    # --- what was typed -----------------------------------------------------------------------

    def _is_written(self, update: Update) -> bool:
        """Tell whether somebody wrote something, and did not merely answer the bot."""
        if update.kind is Kind.PRESS:
            return True  # perhaps it answers a caseworker's question: `_heard` knows
        words = update.words.strip()
        if self._is_secret():
            return False
        if update.kind is not Kind.WORDS:
            return update.kind in WRITTEN
        is_number = len(words) <= LONGEST_NUMBER and words.isdecimal()
        return not (is_number or self._is_control(update) or self._may_be_label(words))

    def _is_control(self, update: Update) -> bool:
        words = update.words
        return command(words, self.setting.username) is not None or bool(self._label_below(words))

    def _label_below(self, words: str) -> str | None:
        """Return the command of a button below every question whose label was typed."""
        language = self.conversation.language
        return self.setting.screens.below(language, words) if len(words) <= LONGEST_LABEL else None

    def _may_be_label(self, words: str) -> bool:
        """Tell whether any button anywhere is called like that: most words are not."""
        language = self.conversation.language
        return len(words) <= LONGEST_LABEL and self.setting.screens.may_be_label(language, words)
