"""Posts that a partner sends on its own channels, in one language, with its link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.site.reading import read_quiz
from flows.texts import prevention

if TYPE_CHECKING:
    from bot.site.wording import Wording


def posts(wording: Wording) -> str:
    """Return a text file: what to do with it, then neutral posts, then open ones."""
    address = wording.source.link(wording.language)
    _before, asked, _after = read_quiz()
    quiz = [f"{wording.say(it.question)}\n{address}" for it in asked]
    blocks = [
        wording.say(prevention.OWN_CHANNELS),
        _heading(wording.say(prevention.NEUTRAL)),
        wording.say(prevention.NEUTRAL_POST, address=address),
        _heading(wording.say(prevention.OPEN)),
        wording.say(prevention.OPEN_POST, address=address),
        *quiz,
    ]
    return "\n\n".join(blocks) + "\n"


def _heading(text: str) -> str:
    return f"--- {text} ---"
