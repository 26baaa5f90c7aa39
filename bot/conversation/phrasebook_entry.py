"""A sentence a caseworker can send in the person's language: reviewed, with blanks and buttons."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text

_CODE = re.compile(r"[a-z][A-Za-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence of the phrasebook. Whoever sends it and whoever gets it read it translated.

    Raises:
        ValueError: a code is none, or a blank does not stand in the sentence.
    """

    code: str
    group: str
    """What it is for; the phrasebook is read group by group."""
    text: Text
    blanks: Mapping[str, Text] = field(default_factory=dict)
    """What the caseworker fills in, and what staff are told belongs there."""
    replies: Mapping[str, Text] = field(default_factory=dict)
    """What stands on the buttons below it, by code. Each states a fact."""

    def __post_init__(self) -> None:
        # A dot stands between a phrase and its reply, so no code may have one.
        if wrong := [it for it in (self.code, *self.replies) if not _CODE.fullmatch(it)]:
            raise ValueError(f"no code of the phrasebook: {', '.join(wrong)}")
        if strange := [it for it in self.blanks if f"{{{it}}}" not in self.text.source]:
            raise ValueError(f"{self.code} has no blank for {', '.join(strange)}")
