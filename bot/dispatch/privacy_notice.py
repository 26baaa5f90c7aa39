"""The privacy notice of this deployment, in every language, and its version.

The text is that of the flow that says it, with the facts and blanks of this deployment. The version
is the SHA-256 of exactly what is shown, so another text is always another version. A person who
agreed to one version is asked again when there is another.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from bot.conversation import Card

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.conversation import Flow
    from bot.dispatch.rendering import Renderer


class PrivacyNotice:
    """The privacy notice of one deployment.

    Args:
        flow: the flow that says it; it asks nothing, and its cards have a button `more`.
        facts: returns the facts of this deployment it depends on, as they are now.
        renderer: renders it in a language, with this deployment's blanks.
    """

    def __init__(
        self, flow: type[Flow], facts: Callable[[], frozenset[str]], renderer: Renderer
    ) -> None:
        self._steps = flow.steps
        self._read_on = {step.name: "more" for step in flow.steps if isinstance(step, Card)}
        self._facts = facts
        self._renderer = renderer
        self._cache: dict[str, tuple[tuple[object, frozenset[str]], str, bytes]] = {}

    def parts(self, language: str) -> list[str]:
        """Return the messages of the notice, as if all of it were asked for."""
        known = self._facts()
        return [
            self._renderer.text(text, language)
            for step in self._steps
            if step.when.holds(self._read_on, known)
            for text in ((step.prompt,) if isinstance(step, Card) else step.phrases())
        ]

    def text(self, language: str) -> str:
        """Return the whole text."""
        return self._current(language)[1]

    def version(self, language: str) -> bytes:
        """Return the SHA-256 of the whole text."""
        return self._current(language)[2]

    def _current(self, language: str) -> tuple[object, str, bytes]:
        blanks, known = self._renderer.blanks(language), self._facts()
        found = self._cache.get(language)
        # Other blanks: an office may be gone. Other facts: there may be an escrow key.
        if found is None or found[0][0] is not blanks or found[0][1] != known:
            words = "\n\n".join(self.parts(language))
            found = self._cache[language] = ((blanks, known), words, text_digest(words))
        return found


def text_digest(shown: str) -> bytes:
    """Return the SHA-256 of a text as it is shown."""
    return sha256(shown.encode("utf-8", "surrogatepass")).digest()
