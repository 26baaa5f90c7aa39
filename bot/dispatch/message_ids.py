"""The numbers of both sides' messages, for as long as they can be deleted: numbers only.

They lie in the sealed row of the conversation, which every turn writes anyway: two more numbers in
it cost less than any row of their own. Ours are kept as numbers of letters, because the channel's
are known only once a letter has been sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.clock import HOUR
from bot.messages import CopyMessage, SendFile, SendLocation, SendRecording, SendText
from bot.vault.erasure.retention import NUMBERS_KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable

VISIBLE_BODIES = (SendText, SendFile, CopyMessage, SendLocation, SendRecording)
"""Bodies that become a message in the chat."""


class HourlyMessageIds(msgspec.Struct, array_like=True):
    """What was written within one hour."""

    hour: int
    person_messages: list[int]
    """The channel's numbers of what the person wrote."""
    letters: list[int]
    """Our letters."""


def ids_of_hour(traces: list[HourlyMessageIds], now: int) -> HourlyMessageIds:
    """Return the trace of this hour; what nobody can delete any more is forgotten."""
    hour = now // HOUR
    if traces and traces[-1].hour == hour:
        return traces[-1]
    traces[:] = [each for each in traces if (each.hour + 1) * HOUR > now - NUMBERS_KEPT]
    traces.append(HourlyMessageIds(hour, [], []))
    return traces[-1]


def person_message_ids(traces: Iterable[HourlyMessageIds]) -> tuple[int, ...]:
    """Return the numbers of what the person wrote."""
    return tuple(number for each in traces for number in each.person_messages)


def letter_ids(traces: Iterable[HourlyMessageIds]) -> tuple[int, ...]:
    """Return our letters."""
    return tuple(letter for each in traces for letter in each.letters)
