"""What is true here of what is kept, as one text in every language, and the version of it.

The words are those of the flow that says them, with the facts and blanks of this deployment: the
version is the SHA-256 of exactly what is shown, so whatever makes another text makes another
version. Whoever agreed to one text is asked again when there is another.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.conversation import Flow
    from bot.dispatch.rendering import Renderer


class PrivacyNotice:
    """The privacy notice of one deployment.

    Args:
        flow: what says it; it asks nothing.
        known: returns the facts of this deployment it depends on, as they are now.
        screens: reads it in a language, with this deployment's blanks.
    """

    def __init__(
        self, flow: type[Flow], facts: Callable[[], frozenset[str]], renderer: Renderer
    ) -> None:
        self._steps = flow.steps
        self._facts = facts
        self._renderer = renderer
        self._cache: dict[str, tuple[tuple[object, frozenset[str]], str, bytes]] = {}

    def parts(self, language: str) -> list[str]:
        """Return the messages that say it."""
        known = self._facts()
        return [
            self._renderer.text(text, language)
            for step in self._steps
            if step.when.holds({}, known)
            for text in step.phrases()
        ]

    def text(self, language: str) -> str:
        """Return all of it."""
        return self._current(language)[1]

    def version(self, language: str) -> bytes:
        """Return the SHA-256 of all of it."""
        return self._current(language)[2]

    def _current(self, language: str) -> tuple[object, str, bytes]:
        blanks, known = self._renderer.blanks(language), self._facts()
        found = self._cache.get(language)
        # Filled anew: somebody may be told no more. Another fact: there may be a spare key now.
        if found is None or found[0][0] is not blanks or found[0][1] != known:
            words = "\n\n".join(self.parts(language))
            found = self._cache[language] = ((blanks, known), words, text_digest(words))
        return found


def text_digest(shown: str) -> bytes:
    """Return the SHA-256 of a text as it is shown."""
    return sha256(shown.encode("utf-8", "surrogatepass")).digest()
