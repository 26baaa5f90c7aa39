"""The numbers of both sides' messages, for as long as they can be deleted: numbers only.

They lie in the sealed row of the conversation, which every turn writes anyway: two more numbers in
it cost less than any row of their own. Ours are kept as numbers of letters, because the channel's
are known only once a letter has been sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.clock import HOUR
from bot.messages import Copy, Enclose, Point, Say, Spoken
from bot.vault.erasure.retention import NUMBERS_KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = (Say, Enclose, Copy, Point, Spoken)
"""Bodies that become a message in the chat."""


class Trace(msgspec.Struct, array_like=True):
    """What was written within one hour."""

    hour: int
    theirs: list[int]
    """The channel's numbers of what the person wrote."""
    ours: list[int]
    """Our letters."""


def trace(traces: list[Trace], now: int) -> Trace:
    """Return the trace of this hour; what nobody can delete any more is forgotten."""
    hour = now // HOUR
    if traces and traces[-1].hour == hour:
        return traces[-1]
    traces[:] = [each for each in traces if (each.hour + 1) * HOUR > now - NUMBERS_KEPT]
    traces.append(Trace(hour, [], []))
    return traces[-1]


def theirs(traces: Iterable[Trace]) -> tuple[int, ...]:
    """Return the numbers of what the person wrote."""
    return tuple(number for each in traces for number in each.theirs)


def ours(traces: Iterable[Trace]) -> tuple[int, ...]:
    """Return our letters."""
    return tuple(letter for each in traces for letter in each.ours)
