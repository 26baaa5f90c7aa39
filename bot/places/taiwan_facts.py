"""Taiwan: what the law says, as days, hours, months and amounts.

Read article by article in the Ministry of Justice's law database (a public copy of October 2024).
People read these inside sentences of ours; staff read here where each stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.places.place import Chapter

CHAPTERS: Mapping[str, Chapter] = {}
