"""A poster says what the catalogue says, its codes can be read, and nothing on it is missing."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import typst
from PIL import ImageDraw
from pypdf import PdfReader

from bot.documents.content import PrintFormat
from bot.languages import FALLBACK, LANGUAGES
from bot.languages.style_rules import LOCK_SCREEN_FORBIDDEN, contains_word
from bot.places.directory import SourceQuality
from bot.places.place import DANGER
from bot.posters.content import build_content
from bot.posters.maker import TILE_PPI
from bot.posters.order import MOST_LANGUAGES, Openness, PosterChoice, PosterKind, plan_order
from tests.support.pdf_text import document_text, squeezed
from tests.support.poster_harness import (
    BOT,
    SENDER,
    campaign,
    content_of,
    read_codes,
    seen_by_phone,
    set_poster,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.posters.content import PosterContent

PAY = {"薪水", "工资", "給料", "ប្រាក់ខែ", "လစာ"}
"""A subject like others on a wall, although not on a locked screen."""
A4, A5, CARD, TILE, STICKER = PosterKind
OPEN, DISCREET = Openness
LINK = f"https://t.me/{BOT}?start={campaign().code}"
SHEETS = [
    *(
        (A4, openness, (tag,))
        for tag, openness in zip(LANGUAGES, [OPEN, DISCREET] * 5, strict=True)
    ),
    (A4, OPEN, tuple(LANGUAGES)),
    (A5, DISCREET, ("my", "km", "th", "vi")),
    (CARD, OPEN, tuple(LANGUAGES)),
    (CARD, DISCREET, tuple(LANGUAGES)),
    (TILE, OPEN, ("th",)),
    (STICKER, DISCREET, ("zh_Hant", "ja")),
]
"""Every language on a sheet of its own and on shared ones; every kind; both degrees of openness."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def sheets(empty: str) -> list[tuple[PosterContent, bytes]]:
    made = [content_of(*it) for it in SHEETS]
    return [(it, set_poster(it, empty)) for it in made]


def test_the_text_of_every_sheet_is_that_of_the_catalogue(
    sheets: list[tuple[PosterContent, bytes]],
) -> None:
    missing = []
    for content, pdf in sheets:
        text = document_text(pdf)
        words = [it for block in content.blocks for it in block.printed()]
        wanted = (*words, content.name, *content.numbers, *content.codes[0].lines)
        missing += [(content.kind, it) for it in wanted if squeezed(it) not in text]
    assert missing == []


def test_a_text_that_is_not_printed_would_be_found(
    sheets: list[tuple[PosterContent, bytes]],
) -> None:
    assert squeezed("Sold to a ship?") not in document_text(sheets[2][1])


def test_every_sheet_is_one_tagged_page_with_a_title_and_its_languages(
    sheets: list[tuple[PosterContent, bytes]],
) -> None:
    for content, pdf in sheets:
        reader = PdfReader(io.BytesIO(pdf))
        assert len(reader.pages) == 1
        assert reader.metadata is not None
        assert reader.metadata.title == content.title
        root: Any = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        wanted = {it.lang for it in content.blocks}
        found = {it.partition("-")[0] for it in languages_of(root["/StructTreeRoot"])}
        assert wanted <= {*found, root["/Lang"].partition("-")[0]}, content.kind


def languages_of(node: Any) -> Iterator[str]:
    """Yield the language marks of a structure tree."""
    if "/Lang" in node:
        yield str(node["/Lang"])
    children = node.get("/K", [])
    for it in children if isinstance(children, list) else [children]:
        child = it.get_object()
        if hasattr(child, "get"):
            yield from languages_of(child)


def test_a_sheet_never_prints_a_sign_that_no_font_shows(empty: str) -> None:
    content = content_of(A4, OPEN, ["vi"])
    block = msgspec.structs.replace(content.blocks[0], given_by="Do 🧿 phát")
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        set_poster(msgspec.structs.replace(content, blocks=(block,)), empty)


def test_the_longest_names_and_words_fit_on_every_kind(empty: str) -> None:
    sender = replace(SENDER, username="W" * 32, organisation="W" * 60)
    for kind, most in MOST_LANGUAGES.items():
        longest = ("fil", "my", "id", "vi", "km", "ja", "th", "en", "zh_Hant", "zh_Hans")[:most]
        order = plan_order([campaign(partner="W" * 40)], PosterChoice(kind, DISCREET, longest))
        assert set_poster(build_content(order, sender), empty)
    order = plan_order([campaign(partner="W" * 40)], PosterChoice(A4, OPEN, ("fil", "my")))
    assert set_poster(build_content(order, sender), empty)


def test_the_same_order_gives_the_same_bytes(empty: str) -> None:
    content = content_of(TILE, OPEN, ["th"])
    assert set_poster(content, empty) == set_poster(content, empty)


# --- Codes --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [A4, A5, TILE, STICKER])
def test_a_phone_reads_the_code_from_a_distance(kind: PosterKind, empty: str) -> None:
    ppi = TILE_PPI if kind is TILE else 120
    picture = set_poster(content_of(kind, OPEN, ["id"]), empty, PrintFormat.PNG, ppi)
    assert read_codes(seen_by_phone(picture, kind)) == {LINK}


def test_every_card_and_every_language_has_its_own_code(empty: str) -> None:
    cards = set_poster(
        content_of(CARD, OPEN, LANGUAGES, own_codes=True), empty, PrintFormat.PNG, 200
    )
    links = {f"https://t.me/{BOT}?start={campaign(it).code}" for it in LANGUAGES}
    assert read_codes(seen_by_phone(cards, "card")) == links
    three = content_of(A4, DISCREET, ("id", "vi", "th"), own_codes=True)
    assert [it.url[-1] for it in three.codes] == [
        campaign(it).code[-1] for it in ("id", "vi", "th")
    ]
    seen = read_codes(seen_by_phone(set_poster(three, empty, PrintFormat.PNG, 120), "a4", 280))
    assert seen == {it.url for it in three.codes}


def test_a_damaged_code_would_be_found(empty: str) -> None:
    picture = set_poster(content_of(STICKER, OPEN, ["id"]), empty, PrintFormat.PNG, 120)
    seen = seen_by_phone(picture, "sticker")
    ImageDraw.Draw(seen).rectangle((0, seen.height * 0.72, seen.width * 0.4, seen.height), fill=255)
    assert read_codes(seen) == set()


def test_a_picture_for_the_web_names_nothing_outside_itself(empty: str) -> None:
    drawn = set_poster(content_of(TILE, DISCREET, ["km"]), empty, PrintFormat.SVG).decode()
    assert drawn.startswith("<svg ")
    fetched = [it for it in drawn.split('href="')[1:] if not it.startswith(("#", "data:", LINK))]
    assert fetched == []


# --- What is said -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PosterKind)
def test_a_discreet_sheet_endangers_no_one_who_is_seen_with_it(kind: PosterKind) -> None:
    for tag in LANGUAGES:
        content = content_of(kind, DISCREET, [tag])
        words = " ".join(it for block in content.blocks for it in block.printed())
        assert "Harbour House" not in words
        assert "Garden House" not in words
        if tag != FALLBACK:
            unsafe = {it for it in LOCK_SCREEN_FORBIDDEN[tag] if contains_word(words, it)}
            assert unsafe <= PAY, tag


def test_the_numbers_for_danger_are_verified_ones_of_the_place() -> None:
    content = content_of(A4, OPEN, ["id"])
    assert content.numbers == ("110", "112")
    shown = {it.number: it.quality for it in SENDER.place.numbers(DANGER, SENDER.today)}
    assert {shown[it] for it in content.numbers} == {SourceQuality.READ}


def test_every_sheet_has_the_exact_name_and_what_is_never_asked_for() -> None:
    for sheet in SHEETS:
        content = content_of(*sheet)
        assert content.name == f"@{BOT}"
        assert all(it.never and it.title for it in content.blocks)
