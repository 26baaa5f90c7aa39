"""What a caseworker reads aloud; the texts are in `flows/`, and `app` hands them over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text


@dataclass(frozen=True, slots=True)
class SpokenTexts:
    """Sentences that are read aloud to a person, in their language."""

    opening: Text
    what: Text
    number: Text
    times_question: Text
    times: Mapping[str, Text]
    """By code, as `model.CALL_TIMES`."""
    if_other_question: Text
    if_other: Mapping[str, Text]
    """By code, as `model.IF_OTHER_ANSWERS`."""
    consent: Text
    not_kept: Text
    """After the person did not agree that anything is kept."""
    danger_numbers: Text
    join_code: Text
    """Before the digits of a code."""
    words: tuple[Text, ...]
    """The words that a joining chat shows."""
