"""How much a chat wrote recently: limits the cost of replies, never what is stored.

Nothing is refused. A burst is stored whole and answered once; a chat that writes far more than a
person reads is answered every half minute; files are refused before text is. Beyond a million
characters a day text is only counted: the draft that would hold it is stored again with every turn.
Every limit is that of one chat and ends by itself.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from bot.clock import DAY, MINUTE, SECOND

BURST_INTERVAL = 3 * SECOND
"""How long one reply serves for every message that does not move the flow on."""
STREAM_INTERVAL = 30 * SECOND
"""The same, once several bursts have followed each other or very much was written."""
MAX_BURSTS = 20
"""Replies in a row that did not move the flow on, after which they come every half minute."""
WINDOW = 10 * MINUTE
HEAVY_CHARACTERS = 64 * 1024
"""Characters within ten minutes from which a chat is answered now and then."""
MAX_DAILY_CHARACTERS = 1024 * 1024
"""Characters a day that are stored."""
MAX_DAILY_FILE_BYTES = 100 * 1024 * 1024
"""Bytes of files a day, as the sender claims."""
MIN_FILE_COST = 512 * 1024
"""Bytes a file counts at least: two hundred small ones are a day's worth too."""


class Loss(StrEnum):
    """What is not kept of what came; the person is told so, once a burst."""

    KIND = "kind"
    """A message of a kind that is not taken."""
    SIZE = "size"
    """A file that is too large."""
    FILES = "files"
    """Files, while none are taken."""
    WORDS = "words"
    """Words beyond those of a day."""
    DOWNLOAD = "download"
    """A file that the channel does not give us; the person has read that it is kept."""


class ChatActivity(msgspec.Struct, array_like=True):
    """What one chat has written."""

    day_since: int = 0
    day_characters: int = 0
    day_file_bytes: int = 0
    window_since: int = 0
    window_characters: int = 0
    received_at: int = 0
    answered_at: int = 0
    """When the last reply was sent."""
    idle_answers: int = 0
    """Replies in a row to messages that did not move the flow on."""
    dropped_count: int = 0
    """Messages today that were only counted."""
    losses_told: dict[Loss, int] = msgspec.field(default_factory=dict)
    """When the person was last told that something is not kept."""

    def note_update(self, now: int) -> None:
        """Note that something came; after a pause bursts are counted from the beginning."""
        if not 0 <= now - self.received_at < STREAM_INTERVAL:
            self.idle_answers = 0
        self.received_at = now

    def count_characters(self, count: int, now: int) -> None:
        """Count characters that came."""
        self._begin_day(now)
        if not 0 <= now - self.window_since < WINDOW:
            self.window_since, self.window_characters = now, 0
        self.window_characters += count
        self.day_characters += count

    def count_files(self, sizes: int, count: int, now: int) -> None:
        """Count files that came."""
        self._begin_day(now)
        self.day_file_bytes += max(sizes, count * MIN_FILE_COST)

    @property
    def is_heavy(self) -> bool:
        """Tell whether more was written in ten minutes than a person writes."""
        return self.window_characters > HEAVY_CHARACTERS

    @property
    def is_over_daily_limit(self) -> bool:
        """Tell whether more was written today than is stored."""
        return self.day_characters > MAX_DAILY_CHARACTERS

    @property
    def accepts_files(self) -> bool:
        """Tell whether files are still taken today."""
        return self.day_file_bytes <= MAX_DAILY_FILE_BYTES

    def was_just_answered(self, now: int) -> bool:
        """Tell whether the last reply serves for this message, unless the flow moves on."""
        if now == self.answered_at:  # in the same batch: the reply cannot have been read
            return True
        return bool(self.idle_answers) and 0 <= now - self.answered_at < self._quiet()

    def _quiet(self) -> int:
        """Return how long one reply serves."""
        is_stream = self.is_heavy or self.idle_answers > MAX_BURSTS
        return STREAM_INTERVAL if is_stream else BURST_INTERVAL

    def was_loss_just_told(self, loss: Loss, now: int) -> bool:
        """Tell whether the person was told in this burst that something is not kept."""
        return loss in self.losses_told and 0 <= now - self.losses_told[loss] < self._quiet()

    def note_answer(self, now: int, *, moved: bool) -> None:
        """Note that a reply was sent."""
        self.answered_at = now
        self.idle_answers = 0 if moved else self.idle_answers + 1

    def expect_answer(self) -> None:
        """Let the next message be answered: what was said last is no answer to it."""
        self.idle_answers = 0

    def _begin_day(self, now: int) -> None:
        if not 0 <= now - self.day_since < DAY:
            self.day_since = now
            self.day_characters = self.day_file_bytes = self.dropped_count = 0
