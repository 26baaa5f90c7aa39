"""A PDF shows exactly its content, whatever a person wrote in it, and reads nothing but fonts."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from bot.documents.content import PrintedDocument, PrintedEntry, PrintedSection
from bot.documents.typesetter import FONT_FOLDERS, LAYOUT, Typesetter
from bot.errors import DocumentError
from tests.support.pdf_text import document_text, page_texts, squeezed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SPOKEN = {
    "Thai": "ฉันถูกขังอยู่ที่นี่ น้ำไม่มี",
    "Khmer": "ខ្ញុំត្រូវបានឃុំខ្លួន",
    "Burmese": "ကျွန်တော့်ကို ပိတ်လှောင်ထားတယ်",
    "Vietnamese": "Họ giữ hộ chiếu của tôi ở Đài Bắc",
    "Chinese": "他們扣留我的護照",
    "simplified Chinese": "他们扣留我的护照",
    "Japanese": "パスポートを取られました",
}
MARKUP = (
    '#import "@preview/cetz:0.3.0": *',
    '#read("/etc/passwd")',
    "$x$",
    "*bold* _soft_ `raw` ~ -- --- ...",
    "<label> @label",
    "= Title",
    "#{1 + 1}",
    "]#panic()[",
    "\\u{41} \\",
    "\"quoted\" 'single'",
    "// comment /* block */",
    "https://example.org/a?b=c",
)


def printed(texts: Sequence[str]) -> PrintedDocument:
    entry = PrintedEntry(("標題", "Label"), tuple(texts))
    return PrintedDocument(
        ("轉介單", "Referral"), (entry,), (PrintedSection(("內容", "Content")),), ("Copy 1",)
    )


async def made(*texts: str) -> bytes:
    return await Typesetter().make_pdf(printed(texts))


@pytest.mark.parametrize("language", SPOKEN)
async def test_words_of_every_script_are_in_the_text_layer(language: str) -> None:
    assert squeezed(SPOKEN[language]) in document_text(await made(SPOKEN[language]))


async def test_what_looks_like_markup_is_printed_as_it_is() -> None:
    text = document_text(await made(*MARKUP))
    for words in MARKUP:
        assert squeezed(words) in text


async def test_signs_without_a_glyph_are_printed_as_their_names() -> None:
    text = document_text(await made("I am 😀 and 😭😭, 🧿."))
    assert squeezed("I am [grinning face] and") in text
    assert "loudlycryingface" in text
    assert "nazaramulet" in text


async def test_the_same_document_gives_the_same_bytes() -> None:
    first, again, other = await made("same"), await made("same"), await made("other")
    assert first == again
    assert first != other


async def test_a_document_is_tagged_and_names_no_author_and_no_time() -> None:
    reader = PdfReader(io.BytesIO(await made("words")))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "zh-TW"
    assert reader.metadata is not None
    assert set(reader.metadata) <= {"/Title", "/Creator"}
    assert reader.metadata.title == "轉介單 Referral"


async def test_every_page_has_its_number_and_the_footer() -> None:
    pages = page_texts(await made(*["A long line of words. " * 40] * 12))
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        assert f"{number}/{len(pages)}" in squeezed(text)
        assert "Copy1" in squeezed(text)


@pytest.mark.parametrize(
    "markup", ['#read("/etc/passwd")', '#read("../../etc/passwd")', '#import "@preview/cetz:0.3.0"']
)
async def test_even_a_layout_reads_no_file_and_no_package(tmp_path: Path, markup: str) -> None:
    layout = tmp_path / "page.typ"
    layout.write_text(LAYOUT.read_text() + "\n" + markup)
    with pytest.raises(DocumentError):
        await Typesetter(layout=layout).make_pdf(printed(["words"]))
    layout.write_text(LAYOUT.read_text() + "\nmore")
    assert await Typesetter(layout=layout).make_pdf(printed(["words"]))


async def test_missing_fonts_are_named_with_the_command_that_installs_them(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="apt-get install fonts-noto-core fonts-noto-cjk"):
        await Typesetter([tmp_path / "nowhere"]).make_pdf(printed(["words"]))


async def test_a_missing_typst_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(DocumentError, match="pip install 'typst>=0"):
        await Typesetter().make_pdf(printed(["words"]))


async def test_only_the_named_fonts_are_used(tmp_path: Path) -> None:
    one = tmp_path / "fonts"
    one.mkdir()
    shutil.copy(FONT_FOLDERS[0] / "NotoSans-Regular.ttf", one)
    text = document_text(await Typesetter([one]).make_pdf(printed(["ก"])))
    assert "[thaicharacterkokai]" in text
