"""The form by which staff and partners choose a poster, read from the address of its page.

The page changes nothing and tells nothing about people: what stands on a sheet is public.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bot.desks import poster_texts as texts
from bot.documents.content import PrintFormat
from bot.languages import LANGUAGES
from bot.partners.names import NameRefusedError
from bot.posters.content import build_content
from bot.posters.order import Openness, PosterChoice, PosterKind, PosterRefusedError, plan_order

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.datastructures import QueryParams

    from bot.partners.partners import Campaign
    from bot.posters.content import PosterSender
    from bot.posters.order import PosterOrder
    from bot.text import Text

PREVIEW_PPI = 100.0
FORM_VALUES: dict[str, Any] = {
    "kinds": texts.KINDS, "openness": texts.OPENNESS, "languages": list(LANGUAGES),
    "formats": [it.value for it in PrintFormat],
}  # fmt: skip
"""What a page offers to choose from."""


@dataclass(frozen=True, slots=True)
class PosterForm:
    """What the form of a page says."""

    links: tuple[Campaign, ...]
    choice: PosterChoice

    @property
    def query(self) -> str:
        """Return it as the query of an address, without the format."""
        return urlencode([
            *(("link", str(it.id)) for it in self.links), ("kind", self.choice.kind.value),
            ("openness", self.choice.openness.value),
            *(("language", it) for it in self.choice.languages),
        ])  # fmt: skip

    def plan(self) -> PosterOrder:
        """Return the order, as `plan_order`."""
        return plan_order(self.links, self.choice)


def read_form(asked: QueryParams, links: Sequence[Campaign]) -> PosterForm:
    """Return what was asked for; without an answer the newest link, discreetly, in its language.

    `links` are those that may be printed, the newest first.
    """
    numbers = set(asked.getlist("link"))
    chosen = tuple(it for it in links if str(it.id) in numbers) if asked else tuple(links[:1])
    kind, openness, form = (asked.get(it, "") for it in ("kind", "openness", "format"))
    languages = tuple(it for it in LANGUAGES if it in asked.getlist("language"))
    return PosterForm(
        chosen,
        PosterChoice(
            PosterKind(kind) if kind in list(PosterKind) else PosterKind.A4,
            Openness(openness) if openness in list(Openness) else Openness.DISCREET,
            languages,
            PrintFormat(form) if form in list(PrintFormat) else PrintFormat.PDF,
        ),
    )


async def find_fault(
    form: PosterForm, find_sender: Callable[[], Awaitable[PosterSender]]
) -> Text | None:
    """Return why nothing can be printed; None if it can."""
    try:
        order = form.plan()  # first: Telegram need not be asked for what cannot be printed
        sender = await find_sender()
        if sender.username:
            build_content(order, sender)
    except PosterRefusedError as refused:
        return texts.REFUSALS[refused.reason]
    except NameRefusedError:
        return texts.NAME_REFUSED
    return None if sender.username else texts.BOT_UNKNOWN
