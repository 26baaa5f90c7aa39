"""The picture of posters that the README shows. `PICTURES=1 ./run test tests/posters` takes it."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from bot.documents.content import PrintFormat
from bot.posters.order import Openness, PosterKind
from tests.support.paths import TESTS
from tests.support.poster_harness import content_of, read_codes, set_poster

if TYPE_CHECKING:
    from pathlib import Path

    from bot.posters.content import PosterContent

PICTURE = TESTS / "browser" / "pictures" / "posters.png"
HEIGHT, MARGIN = 760, 28
GROUND, SHADOW = (228, 233, 234), (196, 204, 206)
SHOWN = (
    content_of(PosterKind.A4, Openness.OPEN, ("id",)),
    content_of(PosterKind.A4, Openness.DISCREET, ("vi", "th", "fil")),
    content_of(PosterKind.CARD, Openness.DISCREET, ("my", "km", "zh_Hant", "en"), own_codes=True),
)


def laid_out(pictures: list[Image.Image]) -> Image.Image:
    """Return pictures side by side, each like a sheet on a table."""
    width = sum(it.width for it in pictures) + MARGIN * (len(pictures) + 1)
    table = Image.new("RGB", (width, HEIGHT + 2 * MARGIN), GROUND)
    left = MARGIN
    for it in pictures:
        ImageDraw.Draw(table).rectangle(
            (left + 3, MARGIN + 4, left + it.width + 3, MARGIN + it.height + 4), fill=SHADOW
        )
        table.paste(it, (left, MARGIN))
        left += it.width + MARGIN
    return table


def sheet(content: PosterContent, root: Path) -> Image.Image:
    made = set_poster(content, str(root), PrintFormat.PNG, 130)
    image = Image.open(io.BytesIO(made)).convert("RGB")
    return image.resize(
        (round(image.width * HEIGHT / image.height), HEIGHT), Image.Resampling.LANCZOS
    )


def test_the_codes_in_the_picture_of_the_readme_can_be_read(tmp_path: Path) -> None:
    if os.environ.get("PICTURES"):
        laid_out([sheet(it, tmp_path) for it in SHOWN]).quantize(64).save(PICTURE, optimize=True)
    assert len(read_codes(Image.open(PICTURE).convert("L"))) >= 2
