"""Makes the file of a poster: the one entry point for the command line, the desk and partners.

`plan_order(campaigns, PosterChoice(...))` says what goes together, and `PosterMaker().make(order,
sender)` returns the bytes of the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.documents.content import PrintFormat
from bot.documents.typesetter import FONT_FOLDERS, Typesetter
from bot.errors import DocumentError
from bot.partners.names import check_name
from bot.posters.content import build_content
from bot.posters.order import PosterKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.posters.content import PosterSender
    from bot.posters.order import PosterOrder

LAYOUT = Path(__file__).with_name("poster.typ")
PRINT_PPI = 200.0
TILE_PPI = 254.0
"""A tile is 108 mm wide: 1080 pixels, as social media show them."""
MEDIA_TYPES: Mapping[PrintFormat, str] = {
    PrintFormat.PDF: "application/pdf", PrintFormat.PNG: "image/png",
    PrintFormat.SVG: "image/svg+xml",
}  # fmt: skip


class PosterMaker:
    """Makes posters, one at a time."""

    def __init__(self, fonts: Sequence[Path] = FONT_FOLDERS) -> None:
        self._typesetter = Typesetter(fonts, LAYOUT, is_strict=True)

    def check(self) -> None:
        """Check that posters can be made; DocumentError says what is missing, with the fix."""
        self._typesetter.check()

    def what_is_missing(self) -> str:
        """Return why no poster can be made here, with the fix; empty if it can."""
        try:
            self.check()
        except DocumentError as error:
            return str(error)
        return ""

    async def make(
        self, order: PosterOrder, sender: PosterSender, ppi: float | None = None
    ) -> bytes:
        """Return the file; the same order and sender give the same bytes.

        Args:
            order: what is printed.
            sender: whose it is.
            ppi: pixels of an inch, for a picture on a page; None: as for print.

        Raises:
            DocumentError: typst or a font is missing, or a name has a sign that no font shows.
            PosterRefusedError: the bot's name is none.
            NameRefusedError: the partner's name must not be printed.
        """
        if order.partner:
            check_name(order.partner)
        usual = TILE_PPI if order.kind is PosterKind.TILE else PRINT_PPI
        return await self._typesetter.make(build_content(order, sender), order.form, ppi or usual)
