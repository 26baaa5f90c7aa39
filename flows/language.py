"""Someone chooses the language they want to read, at the beginning or in the middle of anything."""

from bot.conversation import Choose, End, Flow, Outcome
from bot.text import Text, _

OWN_NAMES: dict[str, Text] = {
    "id": Text("Bahasa Indonesia"),
    "vi": Text("Tiếng Việt"),
    "en": Text("English"),
    "zh_Hant": Text("繁體中文"),
    "fil": Text("Filipino"),
    "th": Text("ไทย"),
}
"""Every language in its own script: names that are never translated."""


class Language(Flow):
    """The languages, and one line for whoever is in danger at this moment."""

    title = _("Language")

    language = Choose(
        Text("{language_line}"),
        why=None,
        skippable=False,
        controls=False,
        choices=OWN_NAMES,
    )

    chosen = End(None, Outcome.LANGUAGE_CHOSEN)
