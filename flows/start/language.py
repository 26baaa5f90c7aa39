"""The choice of a language, at the beginning or at any time."""

from __future__ import annotations

from types import new_class
from typing import TYPE_CHECKING, cast

from bot.conversation import Choose, End, Flow, Menu, Outcome
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Collection

OWN_NAMES: dict[str, Text] = {
    "id": Text("Bahasa Indonesia"),
    "vi": Text("Tiếng Việt"),
    "en": Text("English"),
    "zh_Hant": Text("繁體中文"),
    "fil": Text("Filipino"),
    "th": Text("ไทย"),
    "km": Text("ភាសាខ្មែរ"),
    "my": Text("မြန်မာ"),
    "zh_Hans": Text("简体中文"),
    "ja": Text("日本語"),
}
"""The languages in their own scripts, which are never translated.

Add new ones at the end: a button keeps its number for ever.
"""


def _language_question(withheld: Collection[str] = ()) -> Choose:
    return Menu(Text("{language_line}"), choices=OWN_NAMES, withheld=withheld)


class LanguageFlow(Flow):
    """The languages, and one line for people in danger."""

    title = _("Language")

    language = _language_question()

    chosen = End(None, Outcome.LANGUAGE_CHOSEN)


def build_language_flow(offered: Collection[str]) -> type[Flow]:
    """Return the flow in which only these languages are offered."""
    withheld = OWN_NAMES.keys() - set(offered)
    if not withheld:
        return LanguageFlow
    body = {"__doc__": LanguageFlow.__doc__, "__module__": __name__, "title": LanguageFlow.title}
    steps = {"language": _language_question(withheld), "chosen": End(None, Outcome.LANGUAGE_CHOSEN)}
    return cast(
        "type[Flow]", new_class("Language", (Flow,), {}, lambda it: it.update(body, **steps))
    )
