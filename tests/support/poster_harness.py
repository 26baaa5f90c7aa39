"""Posters made in this process: one set of fonts for all, and the eye of a phone."""

from __future__ import annotations

import io
import json
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
import zxingcpp
from PIL import Image, ImageFilter

from bot.documents.content import PrintFormat
from bot.documents.typesetter import FONT_FOLDERS
from bot.documents.typst_worker import open_compiler, set_document
from bot.languages import LANGUAGES
from bot.partners.partners import Campaign
from bot.places.registry import find_place
from bot.posters.content import PosterContent, PosterSender, build_content
from bot.posters.maker import LAYOUT
from bot.posters.order import Openness, PosterChoice, PosterKind, plan_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    import typst

BOT = "haven_demo_bot"
SENDER = PosterSender(f"@{BOT}", "Garden House", find_place("taiwan"), date(2026, 11, 29))
QR_MM = {"a4": 62, "a5": 44, "card": 25, "tile": 30, "sticker": 43}
"""Width of the code of one link, as `poster.typ` sets it."""
WIDTH_MM = {"a4": 210, "a5": 148, "card": 210, "tile": 108, "sticker": 105}


def campaign(language: str = "vi", **changed: Any) -> Campaign:
    number = list(LANGUAGES).index(language)
    code = f"ABCDEFGHIJKLMNO{'PQRSTUVWXY'[number]}"
    about = {"name": "pier", "partner": "Harbour House", "is_active": True, **changed}
    return Campaign(id=number, code=code, language=language, **about)


def content_of(
    kind: PosterKind, openness: Openness, languages: Iterable[str], *, own_codes: bool = False
) -> PosterContent:
    tags = tuple(languages)
    links = [campaign(it) for it in tags] if own_codes else [campaign()]
    return build_content(plan_order(links, PosterChoice(kind, openness, tags)), SENDER)


@cache
def _compiler(root: str) -> typst.Compiler:
    return open_compiler([str(it) for it in FONT_FOLDERS], root)


def set_poster(
    content: PosterContent, root: str, form: PrintFormat = PrintFormat.PDF, ppi: float = 144
) -> bytes:
    """Return the file of a poster, as the process of its own would make it."""
    asked = {
        "layout": LAYOUT.read_text(), "content": json.loads(msgspec.json.encode(content)),
        "form": form.value, "ppi": ppi, "is_strict": True,
    }  # fmt: skip
    return set_document(asked, _compiler(root))


def seen_by_phone(picture: bytes, kind: str, across: int = 170) -> Image.Image:
    """Return a poster as a camera sees it: a code `across` pixels wide, askew, a little blurred."""
    image = Image.open(io.BytesIO(picture)).convert("L")
    scale = across / (image.width * QR_MM[kind] / WIDTH_MM[kind])
    small = image.resize(
        (round(image.width * scale), round(image.height * scale)), Image.Resampling.BILINEAR
    )
    turned = small.rotate(7, Image.Resampling.BICUBIC, expand=True, fillcolor=190)
    return turned.filter(ImageFilter.GaussianBlur(0.7))


def read_codes(image: Image.Image) -> set[str]:
    """Return the text of every QR code in a picture, as another program reads it."""
    return {it.text for it in zxingcpp.read_barcodes(image)}
