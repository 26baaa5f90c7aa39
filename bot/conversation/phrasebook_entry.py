"""A phrasebook sentence: reviewed, with blanks and reply buttons."""

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
    """A sentence that a caseworker sends in the person's language.

    Raises:
        ValueError: a code is malformed, or a blank is not in the sentence.
    """

    code: str
    group: str
    """The section of the phrasebook."""
    text: Text
    blanks: Mapping[str, Text] = field(default_factory=dict)
    """The blanks a caseworker fills, and the label of each for staff."""
    replies: Mapping[str, Text] = field(default_factory=dict)
    """The buttons below it, by code. Each label states a fact."""

    def __post_init__(self) -> None:
        # A dot separates a phrase from its reply, so no code may contain one.
        if wrong := [code for code in (self.code, *self.replies) if not _CODE.fullmatch(code)]:
            raise ValueError(f"malformed codes in the phrasebook: {', '.join(wrong)}")
        if unused := [blank for blank in self.blanks if f"{{{blank}}}" not in self.text.source]:
            raise ValueError(f"{self.code} has no blank for {', '.join(unused)}")
