"""What is printed: kind of sheet, openness, languages, and the links that stand on it.

`plan_order` is the one place that decides whether links, languages and a kind of sheet go together;
the command line, the desk and the partner's room ask it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.documents.content import PrintFormat
from bot.errors import HavenError
from bot.languages import LANGUAGES
from bot.partners.names import check_name
from bot.partners.partners import Campaign, campaign_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class PosterRefusal(StrEnum):
    """Why an order cannot be printed; a desk says it in its own words."""

    NO_LINK = "no_link"
    REVOKED = "revoked"
    LANGUAGE = "language"
    LINKS = "links"
    """Several links, and not one for each language."""
    LANGUAGES = "languages"
    CODES = "codes"
    BOT = "bot"


class PosterRefusedError(HavenError):
    """An order that cannot be printed; its text names the fix."""

    def __init__(self, reason: PosterRefusal, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class PosterKind(StrEnum):
    """What is printed."""

    A4 = "a4"
    A5 = "a5"
    CARD = "card"
    """An A4 sheet of ten wallet cards with cut lines, each card in one language."""
    TILE = "tile"
    """A square picture for social media."""
    STICKER = "sticker"
    """A sticker for the inside of a toilet door, A6."""


class Openness(StrEnum):
    """How much a sheet says to someone who only looks at it in passing."""

    OPEN = "open"
    """It asks plainly whether someone is forced to work."""
    DISCREET = "discreet"
    """It reads as advice for workers from abroad: no one is in danger who is seen with it."""


MOST_LANGUAGES: Mapping[PosterKind, int] = {
    PosterKind.A4: 10, PosterKind.A5: 6, PosterKind.CARD: 10, PosterKind.TILE: 2,
    PosterKind.STICKER: 4,
}  # fmt: skip
"""Languages that stay readable on one sheet."""
MOST_CODES: Mapping[PosterKind, int] = {
    PosterKind.A4: 4, PosterKind.A5: 2, PosterKind.CARD: 10, PosterKind.TILE: 1,
    PosterKind.STICKER: 1,
}  # fmt: skip
"""QR codes on one sheet that a camera tells apart; each card has one."""


@dataclass(frozen=True, slots=True)
class PosterChoice:
    """What someone chose at a command line or on a page."""

    kind: PosterKind = PosterKind.A4
    openness: Openness = Openness.DISCREET
    languages: tuple[str, ...] = ()
    """None: those of the links."""
    form: PrintFormat = PrintFormat.PDF


@dataclass(frozen=True, slots=True)
class PosterOrder:
    """A sheet that can be printed; made by `plan_order`."""

    kind: PosterKind
    openness: Openness
    languages: tuple[str, ...]
    codes: tuple[str, ...]
    """The code of the one link, or one for each language."""
    partner: str
    """Who gives it out; empty where links of several partners stand on it."""
    form: PrintFormat

    @property
    def file_name(self) -> str:
        """Return the name of its file: what it is, without the partner's name."""
        parts = (self.kind, self.openness, "-".join(self.languages[:3]), self.codes[0][:6].lower())
        more = "-and-more" if len(self.languages) > 3 else ""  # noqa: PLR2004 - a short name
        return f"{'-'.join((parts[0], parts[1], parts[2] + more, parts[3]))}.{self.form}"


def plan_order(campaigns: Sequence[Campaign], choice: PosterChoice) -> PosterOrder:
    """Return the order for links in the order they were given.

    One link serves all languages of the sheet. With several links each language has its own: the
    language of the link, with its own QR code.

    Raises:
        PosterRefusedError: links, languages and kind do not go together; with the fix.
        NameRefusedError: a name must not be printed.
    """
    if not campaigns:
        raise PosterRefusedError(
            PosterRefusal.NO_LINK, "a poster needs a link: haven campaigns list shows them"
        )
    for it in campaigns:
        _check_campaign(it)
    languages = _languages(campaigns, choice)
    _check_room(choice.kind, languages, len(campaigns))
    partners = {it.partner for it in campaigns}
    by_language = {it.language: it.code for it in campaigns}
    codes = (
        (campaigns[0].code,) if len(campaigns) == 1 else tuple(by_language[it] for it in languages)
    )
    return PosterOrder(
        choice.kind, choice.openness, languages, codes,
        check_name(partners.pop()) if len(partners) == 1 else "", choice.form,
    )  # fmt: skip


def _check_campaign(campaign: Campaign) -> None:
    if not campaign.is_active:
        raise PosterRefusedError(
            PosterRefusal.REVOKED,
            f"{campaign.code} is revoked: its link does nothing. Make a new one: haven campaigns "
            f"add NAME --partner '{campaign.partner}' --language {campaign.language}",
        )
    check_name(campaign.name)
    check_name(campaign.partner)


def _languages(campaigns: Sequence[Campaign], choice: PosterChoice) -> tuple[str, ...]:
    own = tuple(dict.fromkeys(it.language for it in campaigns))
    wanted = tuple(dict.fromkeys(choice.languages)) or own
    if unknown := [it for it in wanted if it not in LANGUAGES]:
        raise PosterRefusedError(
            PosterRefusal.LANGUAGE,
            f"{', '.join(unknown)}: no such language; there are {', '.join(LANGUAGES)}",
        )
    if len(campaigns) > 1 and (len(own) < len(campaigns) or set(own) != set(wanted)):
        raise PosterRefusedError(
            PosterRefusal.LINKS,
            f"with several links each language has its own, and these are for {', '.join(own)}: "
            "name one link for each language, or one link for all of them",
        )
    return wanted


def _check_room(kind: PosterKind, languages: Sequence[str], codes: int) -> None:
    if len(languages) > MOST_LANGUAGES[kind]:
        raise PosterRefusedError(
            PosterRefusal.LANGUAGES,
            f"{len(languages)} languages cannot be read on one {kind}: take up to "
            f"{MOST_LANGUAGES[kind]}, or an A4 sheet",
        )
    if codes > MOST_CODES[kind]:
        raise PosterRefusedError(
            PosterRefusal.CODES,
            f"a camera cannot tell {codes} QR codes on one {kind} apart: take up to "
            f"{MOST_CODES[kind]}, or one link for all languages",
        )


def order_urls(order: PosterOrder, username: str) -> tuple[str, ...]:
    """Return the link of each code of an order."""
    return tuple(campaign_url(username, it) for it in order.codes)
