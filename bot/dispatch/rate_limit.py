"""How much a chat wrote lately: what limits the cost of it, and never what is taken. Pure.

Nobody is refused for writing. A burst is kept whole and answered once; whoever writes far more than
anybody reads is answered every half minute; files give way before words do. Beyond a million
characters a day words are only counted: the draft they would be kept in is written anew with every
turn. Every limit is one chat's own and ends by itself.
"""

from __future__ import annotations

import msgspec

from bot.clock import DAY, MINUTE, SECOND

BURST = 3 * SECOND
"""So long one answer serves for all that moves nothing on."""
STREAM = 30 * SECOND
"""So long, once several bursts have followed each other or very much was written."""
BURSTS = 20
"""Answers in a row that moved nothing on, after which they come every half minute."""
SPAN = 10 * MINUTE
MUCH = 64 * 1024
"""Characters within ten minutes from which on a chat is answered now and then."""
MOST = 1024 * 1024
"""Characters a day that are kept."""
MOST_OF_FILES = 100 * 1024 * 1024
"""Bytes of files a day, as they are said to be."""
A_FILE = 512 * 1024
"""What a file counts at least: two hundred small ones are a day's worth as well."""


class Lately(msgspec.Struct, array_like=True):
    """What came from one chat."""

    day_since: int = 0
    day_words: int = 0
    day_files: int = 0
    span_since: int = 0
    span_words: int = 0
    came_at: int = 0
    said_at: int = 0
    """When what came was last answered."""
    bursts: int = 0
    """Answers in a row to what moved nothing on."""
    left_out: int = 0
    """Messages today that were only counted."""

    def note(self, now: int) -> None:
        """Note that something came; whoever rested is no stream any more."""
        if not 0 <= now - self.came_at < STREAM:
            self.bursts = 0
        self.came_at = now

    def note_words(self, count: int, now: int) -> None:
        """Count characters that came."""
        self._begin_day(now)
        if not 0 <= now - self.span_since < SPAN:
            self.span_since, self.span_words = now, 0
        self.span_words += count
        self.day_words += count

    def note_files(self, sizes: int, count: int, now: int) -> None:
        """Count files that came."""
        self._begin_day(now)
        self.day_files += max(sizes, count * A_FILE)

    @property
    def is_much(self) -> bool:
        """Tell whether more was written in ten minutes than a person writes."""
        return self.span_words > MUCH

    @property
    def is_most(self) -> bool:
        """Tell whether more was written today than is kept."""
        return self.day_words > MOST

    @property
    def has_room(self) -> bool:
        """Tell whether files are still taken today."""
        return self.day_files <= MOST_OF_FILES

    def is_answered(self, now: int) -> bool:
        """Tell whether what moved nothing on was answered so lately that this serves for all."""
        if now == self.said_at:  # in one batch with it: nobody can have read the answer
            return True
        quiet = STREAM if self.is_much or self.bursts > BURSTS else BURST
        return bool(self.bursts) and 0 <= now - self.said_at < quiet

    def answered(self, now: int, *, moved: bool) -> None:
        """Note that something was answered."""
        self.said_at = now
        self.bursts = 0 if moved else self.bursts + 1

    def _begin_day(self, now: int) -> None:
        if not 0 <= now - self.day_since < DAY:
            self.day_since, self.day_words, self.day_files, self.left_out = now, 0, 0, 0
