"""What interpreters rendered, as lines of an export: marked, under their pseudonym, with its time.

It stands next to the original and is never the person's word. What a machine made is in no export.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.interpreting.texts import Direction
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.desks.locale import StaffLocale
    from bot.hotline.interpreting.texts import SharedText

INTERPRETED = _("Interpreted words that are no message")
FROM_PERSON = _("Rendered by {interpreter}, from the person's words, {at}")
TO_PERSON = _("Rendered by {interpreter}, for the person, {at}")
CORRECTED = _("{rendered} (corrected later)")
TO_SAY = _("Given to {interpreter}, to be said to the person, {at}")
GIVEN = _("Given to {interpreter}, words of the person, {at}")
NOTE = _("Note of the interpreter: {note}")


def rendering_lines(
    locale: StaffLocale, it: SharedText, by: str, at: Callable[[int], str]
) -> Iterator[tuple[str, str]]:
    """Yield each rendering of a text as its mark and its words, the oldest first.

    Args:
        locale: the reader's language.
        it: the text.
        by: the pseudonym of the interpreter.
        at: formats a moment.
    """
    mark = TO_PERSON if it.direction is Direction.TO_PERSON else FROM_PERSON
    for one in it.renderings:
        line = locale(mark, interpreter=by, at=at(one.at))
        if one is not it.newest:
            line = locale(CORRECTED, rendered=line)
        note = locale(NOTE, note=one.words.note) if one.words.note else ""
        yield line, "\n".join(words for words in (one.words.text, note) if words)


def given_line(locale: StaffLocale, it: SharedText, by: str, at: Callable[[int], str]) -> str:
    """Return what stands above words that are no message: to whom they were given, and when."""
    mark = TO_SAY if it.direction is Direction.TO_PERSON else GIVEN
    return locale(mark, interpreter=by, at=at(it.at))
