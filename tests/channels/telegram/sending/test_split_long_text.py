from __future__ import annotations

import regex
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.telegram.split_text import split_text, utf16_length

CLUSTERS = [
    "a", "é", "e\u0301", "น้ำ", "ກຳ", "क्षि", "क्‍ष", "ကြောင်", "ស្ត្រី", "ពួក", "한", "한",
    "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇮🇩", "🇹🇭🇻🇳", "👍🏽", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "\r\n", "\n", " ",
    "ｶﾞ", "\u0600\u0661", "z\u0335\u0334\u0336", "中", "。", "𠮷", "\u200b", "\u200d", "\u202e",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(CLUSTERS) | st.text(max_size=3), max_size=60).map("".join)


def borders(text: str) -> set[int]:
    return {match.end() for match in regex.finditer(r"\X", text)}


@given(TEXT, st.integers(24, 60))
@example("🇮🇩" * 40, 30)
@example("กำ" * 40, 24)
@example("\r\n" * 40, 25)
@example("क्षि" * 20, 27)
@example("a" + "क्‍ष" * 20, 26)
@example("한" * 20, 25)
@example("\u1112\u1161\u11ab" * 20, 25)
@example("\u0600\u0661" * 20, 25)
@example("a" + "ｶﾞ" * 20, 24)
def test_no_character_a_person_sees_is_broken(text: str, longest: int) -> None:
    cut = split_text(text, longest)
    assert "".join(cut) == text
    place = 0
    for piece in cut[:-1]:
        place += len(piece)
        alone = regex.findall(r"\X", text)
        if max(utf16_length(cluster) for cluster in alone) <= longest // 4:
            assert place in borders(text)


@given(st.text(st.characters(exclude_categories=[])), st.integers(2, 50))
def test_every_piece_fits_and_nothing_is_lost(text: str, longest: int) -> None:
    cut = split_text(text, longest)
    assert "".join(cut) == text
    assert all(piece or not text for piece in cut)
    for piece in cut:
        assert (
            utf16_length(piece) == len(piece.encode("utf-16-le", "surrogatepass")) // 2 <= longest
        )


def test_a_text_that_fits_stays_whole() -> None:
    assert split_text("x" * 4096) == ["x" * 4096]
    assert split_text("😀" * 2048) == ["😀" * 2048]
    assert [utf16_length(piece) for piece in split_text("😀" * 2049)] == [4096, 2]
    assert split_text("") == [""]


def test_a_cut_is_made_behind_a_line_before_behind_a_word() -> None:
    assert split_text("one two\nthree four five", 15) == ["one two\n", "three four five"]
    assert split_text("one two three four five", 15) == ["one two three ", "four five"]
    assert split_text("ไม่มีช่องว่าง", 8) == ["ไม่มีช่อ", "งว่าง"]


def test_a_flood_of_marks_still_fits() -> None:
    cut = split_text("a" + "\u0301" * 9000)
    assert [utf16_length(piece) for piece in cut] == [4096, 4096, 809]


def test_a_family_of_thousands_is_cut_between_families() -> None:
    family = "👨‍👩‍👧‍👦"
    for piece in split_text(family * 2000):
        assert set(regex.findall(r"\X", piece)) == {family}
