"""Texts of the page that makes posters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.posters.order import Openness, PosterKind, PosterRefusal
from bot.text import _, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text

KINDS: Mapping[PosterKind, tuple[Text, Text]] = {
    PosterKind.A4: (pgettext("poster", "Poster A4"), _("Up to ten languages.")),
    PosterKind.A5: (pgettext("poster", "Poster A5"), _("Up to six languages.")),
    PosterKind.CARD: (
        pgettext("poster", "Wallet cards"),
        _("Ten on a sheet with cut lines, each in one language."),
    ),
    PosterKind.TILE: (
        pgettext("poster", "Picture for social media"), _("Square, up to two languages."),
    ),
    PosterKind.STICKER: (
        pgettext("poster", "Sticker"), _("For the inside of a toilet door; up to four languages."),
    ),
}  # fmt: skip
"""Name of each kind, and what it is for."""
OPENNESS: Mapping[Openness, tuple[Text, Text]] = {
    Openness.DISCREET: (
        pgettext("poster", "Discreet"),
        _("Reads as advice for workers from abroad. For places an employer sees."),
    ),
    Openness.OPEN: (
        pgettext("poster", "Open"),
        _("Asks plainly whether someone is forced to work. For places without the employer."),
    ),
}
REFUSALS: Mapping[PosterRefusal, Text] = {
    PosterRefusal.NO_LINK: _("Choose at least one link."),
    PosterRefusal.REVOKED: _("One of these links is revoked. Choose another."),
    PosterRefusal.LANGUAGE: _("Choose languages from the list."),
    PosterRefusal.LINKS: _(
        "With several links each language has its own. Choose one link for each language, or one "
        "link for all languages."
    ),
    PosterRefusal.LANGUAGES: _(
        "So many languages cannot be read on this size. Choose fewer, or a poster A4."
    ),
    PosterRefusal.CODES: _(
        "A camera cannot tell so many QR codes apart. Choose fewer links, or one for all languages."
    ),
    PosterRefusal.BOT: _("Telegram gave the bot's name in a form that cannot be printed."),
}
NAME_REFUSED = _(
    "The name of this link or of its partner has hidden signs, a link or an account in it, and is "
    "not printed. Make a new link with another name."
)
BOT_UNKNOWN = _(
    "The bot's name is not known now, because Telegram does not answer. Nothing is printed without "
    "it. Try again in a minute."
)
# Translators: {why} says what is missing and how to install it, in English.
NOT_MADE = _("The file was not made: {why}")
