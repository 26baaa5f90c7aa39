"""What a chat that writes very much is answered: all is taken, and answered once. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.cases.intake import MAX_FILE_BYTES
from bot.dispatch.passphrase_handler import PassphraseHandler
from bot.dispatch.session import WRITTEN_KINDS
from bot.dispatch.slash_commands import parse_command
from bot.messages import DeleteMessages, UpdateKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.messages import Update

LONGEST_LABEL = 60
LONGEST_TYPED_NUMBER = 2
"""Digits of a button's number, typed."""


class FloodControl(PassphraseHandler):
    """A conversation in which a burst is answered once."""

    __slots__ = ()

    def answer_once(
        self, update: Update, fleeting: list[int], handle: Callable[[Update], None]
    ) -> None:
        """Hear what came; what moves nothing on is not answered again and again.

        Args:
            update: what came.
            fleeting: what was shown for one step, and goes on being shown when nothing is said.
            handle: hears it.
        """
        conversation = self.conversation
        asked, stood = conversation.question_count, self._current_step()
        handle(update)
        effects, lately = self.effects, self.conversation.activity
        if not effects.bodies:
            return
        moved = self.conversation is not conversation or self._current_step() != stood
        if moved or not lately.was_just_answered(self.now) or not self.is_free_text(update):
            lately.note_answer(self.now, moved=moved)
            return
        effects.bodies, effects.fleeting = [], []
        conversation.question_count, conversation.fleeting_letters = asked, fleeting

    def remove_fleeting(self) -> None:
        """Take away what was shown for one step only."""
        if self.conversation.fleeting_letters:
            self.effects.bodies.append(
                DeleteMessages(letters=tuple(self.conversation.fleeting_letters))
            )
            self.conversation.fleeting_letters = []

    def _current_step(self) -> tuple[int, str, str]:
        """Return where the conversation stands, to be compared."""
        frames = self.conversation.position.frames
        return (len(frames), frames[-1].flow, frames[-1].step) if frames else (0, "", "")

    def limit_update(self, update: Update) -> Update:
        """Count what came; return it without its files when no more are taken, and say so."""
        if update.kind is UpdateKind.PRESS:
            return update
        lately = self.conversation.activity
        lately.note_update(self.now)
        if update.text:
            lately.count_characters(len(update.text), self.now)
        if not update.files:
            return update
        fetched = sum(file.size for file in update.files if file.size <= MAX_FILE_BYTES)
        lately.count_files(fetched, len(update.files), self.now)
        if lately.accepts_files and self.services.has_disk_space():
            return update
        self.send_text(self.services.texts.no_files)
        return replace(update, kind=UpdateKind.UNSUPPORTED, files=(), note=update.files[0].kind)

    def is_over_daily_limit(self, update: Update) -> bool:
        """Tell whether these words are only counted: beyond all that is kept in a day."""
        return self.conversation.activity.is_over_daily_limit and self.is_free_text(update)

    # --- what was typed -----------------------------------------------------------------------

    def is_free_text(self, update: Update) -> bool:
        """Tell whether somebody wrote something, and did not merely answer the bot."""
        if update.kind is UpdateKind.PRESS:
            return True  # perhaps it answers a caseworker's question: `_heard` knows
        words = update.text.strip()
        if self.asks_passphrase():
            return False
        if update.kind is not UpdateKind.TEXT:
            return update.kind in WRITTEN_KINDS
        is_number = len(words) <= LONGEST_TYPED_NUMBER and words.isdecimal()
        return not (is_number or self.is_command(update) or self.may_be_label(words))

    def is_command(self, update: Update) -> bool:
        words = update.text
        return parse_command(words, self.services.username) is not None or bool(
            self.command_of_label(words)
        )

    def command_of_label(self, typed: str) -> str | None:
        """Return the command of a button below every question whose label was typed."""
        language = self.conversation.language
        return (
            self.services.renderer.command_of_label(language, typed)
            if len(typed) <= LONGEST_LABEL
            else None
        )

    def may_be_label(self, typed: str) -> bool:
        """Tell whether any button anywhere is called like that: most words are not."""
        language = self.conversation.language
        return len(typed) <= LONGEST_LABEL and self.services.renderer.may_be_label(language, typed)
