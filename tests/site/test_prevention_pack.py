"""Slides, quiz, notes and posts say what the chat says, and fit on their pages."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import typst
from pypdf import PdfReader

from bot.documents.talk import SHEET, SLIDES, TalkSheet, TalkSlide, TalkSlides
from bot.documents.typesetter import FONT_FOLDERS, Typesetter
from bot.languages import LANGUAGES
from bot.places.registry import PLACES
from bot.places.taiwan import TAIWAN
from bot.site.prevention.pack import READS_INPUT, build_pack
from bot.site.prevention.posts import posts
from bot.site.prevention.talk import leader_notes, quiz_sheet, slides
from bot.site.reading import read_quiz
from bot.site.wording import Wording
from flows.information.my_situation import MySituation
from flows.texts import prevention
from tests.support.content.expired_place import expired_place
from tests.support.content.site_files import BOT, site_source
from tests.support.pdf_text import document_text, page_texts, squeezed

if TYPE_CHECKING:
    from pathlib import Path

SET = ("my", "fil")
"""Set as PDF: the tallest script and the longest words."""
every_language = pytest.mark.parametrize("tag", LANGUAGES)


def wording(tag: str) -> Wording:
    return Wording(site_source(), tag)


def texts_of(talk: TalkSlides) -> list[str]:
    return [
        text
        for it in talk.slides
        for text in (it.heading, *it.paragraphs, *it.items, it.note)
        if text
    ]


def sheet_texts(sheet: TalkSheet) -> list[str]:
    return [
        text
        for page in sheet.pages
        for entry in page.entries
        for text in (page.heading, entry.heading, *entry.boxes, *entry.paragraphs)
        if text
    ]


def unsaid(said: str, wanted: list[str]) -> list[str]:
    """Return texts that a document does not hold."""
    return [it for it in wanted if once(squeezed(it)) not in once(said)]


def once(text: str) -> str:
    """Return a text in which no syllable stands twice: of two, the reader of a PDF finds one."""
    return re.sub(r"([\u1000-\u109f]{2,5}?)\1", r"\1", text)


@every_language
def test_slides_hold_the_signs_the_quiz_and_the_numbers_of_the_catalogue(tag: str) -> None:
    own = wording(tag)
    said = texts_of(slides(own))
    _before, asked, _after = read_quiz()
    signs = (MySituation.at_work.choices, MySituation.freedom.choices)
    wanted = [
        *own.say_all(text for choices in signs for text in choices.values()),
        *own.say_all(text for it in asked for text in (it.question, *it.choices, *it.truth)),
        own.say(prevention.NO_ONE_IS_ASKED),
    ]
    assert len(wanted) > 30
    assert [it for it in wanted if it not in said] == []
    assert len(slides(own).slides) == 16


@every_language
def test_the_answers_of_the_quiz_are_on_the_back_of_the_sheet(tag: str) -> None:
    own = wording(tag)
    front, back = quiz_sheet(own).pages
    _before, asked, _after = read_quiz()
    assert [it.heading for it in front.entries] == [it.heading for it in back.entries]
    assert [it.paragraphs for it in front.entries] == [()] * len(asked)
    assert [it.paragraphs for it in back.entries] == [own.say_all(it.truth) for it in asked]
    assert [it.boxes for it in front.entries] == [own.say_all(it.choices) for it in asked]


@pytest.mark.parametrize("tag", SET)
async def test_the_text_layer_is_the_catalogue_and_no_slide_overflows(tag: str) -> None:
    own = wording(tag)
    talk, quiz = slides(own), quiz_sheet(own)
    shown = await Typesetter(layout=SLIDES).make_pdf(talk)
    paper = await Typesetter(layout=SHEET).make_pdf(quiz)
    said = document_text(shown)
    assert unsaid(said, texts_of(talk)) == []
    assert unsaid(said, ["another text"])
    assert unsaid(document_text(paper), sheet_texts(quiz)) == []
    assert len(page_texts(shown)) == len(talk.slides)
    assert len(page_texts(paper)) == 2
    root = PdfReader(io.BytesIO(shown)).trailer["/Root"]
    assert root["/Lang"] == own.tag
    assert root["/MarkInfo"]["/Marked"]


async def test_a_slide_that_is_too_full_is_set_smaller_and_markup_stays_text() -> None:
    talk = slides(wording("en"))
    full = [
        replace_slide(it, paragraphs=("A long line of words. " * 13,) * 3) for it in talk.slides[:2]
    ]
    hostile = replace_slide(talk.slides[2], paragraphs=('#read("/etc/passwd")', "= Title", "$x$"))
    made = TalkSlides(talk.language, talk.title, talk.handle, talk.picture, (*full, hostile))
    pages = page_texts(await Typesetter(layout=SLIDES).make_pdf(made))
    assert len(pages) == 3
    assert squeezed('#read("/etc/passwd")= Title$x$') in squeezed(pages[2])


def replace_slide(slide: TalkSlide, **changed: Any) -> TalkSlide:
    return msgspec.structs.replace(slide, look="plain", **changed)


async def test_the_pack_of_a_language_is_whole_and_its_slides_can_be_set_again(
    tmp_path: Path,
) -> None:
    files = await build_pack(site_source(codes=(("vi", "A" * 16),)), ["vi"], lambda *_: None)
    assert {it.partition("/")[2] for it in files} == {
        "slides.pdf", "slides.typ", "slides.json", "quiz.pdf", "notes.pdf", "posts.txt",
    }  # fmt: skip
    for name in ("slides.typ", "slides.json"):
        (tmp_path / name).write_bytes(files[f"vi/{name}"])
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(it) for it in FONT_FOLDERS],
    )
    again = typst.compile(tmp_path / "slides.typ", root=tmp_path, font_paths=fonts)
    assert document_text(again) == document_text(files["vi/slides.pdf"])
    assert READS_INPUT in SLIDES.read_text(encoding="utf-8")
    assert f"https://t.me/{BOT}?start={'A' * 16}" in files["vi/posts.txt"].decode()


@every_language
def test_neutral_posts_are_safe_to_be_seen_and_all_lead_to_the_chat(tag: str) -> None:
    own = wording(tag)
    blocks = posts(own).split("\n\n")
    neutral = own.say(prevention.NEUTRAL_POST, address=f"https://t.me/{BOT}")
    assert blocks[2] == neutral
    assert len(blocks) == 9
    assert [it for it in blocks[2:] if "---" not in it and f"https://t.me/{BOT}" not in it] == []
    assert all(len(it) < 400 for it in blocks)


def test_without_numbers_read_in_time_slides_and_notes_have_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = site_source()
    assert leader_notes(wording("th")).pages[0].numbers
    monkeypatch.setitem(PLACES, "taiwan", expired_place(TAIWAN, source.today))
    own = Wording(replace(source), "th")
    assert len(slides(own).slides) == 15
    assert not any(it.numbers for it in slides(own).slides)
    assert leader_notes(own).pages[0].numbers == ()
