"""All files of a prevention pack: a folder for each language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.documents.talk import SHEET, SLIDES
from bot.documents.typesetter import Typesetter
from bot.site.prevention.posts import posts
from bot.site.prevention.talk import leader_notes, quiz_sheet, slides
from bot.site.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.site.wording import SiteSource

READS_INPUT = "json(bytes(sys.inputs.content))"
READS_FILE = 'json("slides.json")'
"""How the source that is handed out finds its content."""


async def build_pack(
    source: SiteSource, languages: Sequence[str], on_progress: Callable[[int, int], None]
) -> dict[str, bytes]:
    """Return the contents of the files by their path below the folder.

    Raises:
        DocumentError: typst or a font is missing; the text says how to install it.
    """
    on_slides, on_paper = Typesetter(layout=SLIDES), Typesetter(layout=SHEET)
    on_slides.check()
    files: dict[str, bytes] = {}
    for done, language in enumerate(languages, 1):
        wording = Wording(source, language)
        talk, folder = slides(wording), wording.tag
        files |= {
            f"{folder}/slides.pdf": await on_slides.make_pdf(talk),
            f"{folder}/slides.typ": typst_source(),
            f"{folder}/slides.json": msgspec.json.format(msgspec.json.encode(talk), indent=1),
            f"{folder}/quiz.pdf": await on_paper.make_pdf(quiz_sheet(wording)),
            f"{folder}/notes.pdf": await on_paper.make_pdf(leader_notes(wording)),
            f"{folder}/posts.txt": posts(wording).encode(),
        }
        on_progress(done, len(languages))
    return files


def typst_source() -> bytes:
    """Return the source of the slides, to be set again after their content was changed."""
    return SLIDES.read_text(encoding="utf-8").replace(READS_INPUT, READS_FILE).encode()
