"""Text in another language is detected; a name or an address is not."""

from __future__ import annotations

from itertools import combinations

import pytest

from bot.languages import FALLBACK, LANGUAGES
from bot.languages.detect import guess_language, seems_other_language
from bot.languages.function_words import FUNCTION_WORDS, LANGUAGES_OF_SHARED
from tests.support.content.catalogue_files import phrases_of

SAID = {
    "en": "Please stay where you are. Can you write to me tonight?",
    "id": "Tolong tetap di tempat Anda. Apakah Anda bisa menulis malam ini?",
    "vi": "Bạn hãy ở yên đó. Tối nay bạn có thể viết cho tôi không?",
    "fil": "Manatili po kayo kung nasaan kayo. Maaari ba kayong sumulat sa akin mamaya?",
    "th": "กรุณาอยู่ที่เดิม คืนนี้คุณเขียนหาฉันได้ไหม",
    "km": "សូមនៅកន្លែងដដែល។ តើអ្នកអាចសរសេរមកខ្ញុំនៅយប់នេះបានទេ?",
    "my": "ကျေးဇူးပြု၍ ရှိရာမှာပဲ နေပါ။ ဒီည ကျွန်တော့်ဆီ ရေးနိုင်မလား။",
    "ja": "今いる場所にいてください。今夜また書いてもらえますか。",
    "zh_Hant": "請待在原地。今晚可以再寫給我嗎",
    "zh_Hans": "请待在原地。今晚可以再写给我吗",
}
KIN = {"zh_Hant", "zh_Hans"}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_sentence_is_another_language_to_everybody_but_its_readers(tag: str) -> None:
    strange = {other for other in LANGUAGES if seems_other_language(SAID[tag], other)}
    kin = KIN if tag in KIN else {tag}
    also = {"ja"} if tag in KIN else set()  # who reads Japanese reads Chinese signs: not told apart
    assert strange == set(LANGUAGES) - kin - also


PLAIN = ("", "02-1234-5678", "14:30", "K7M4Q2", "Taipei Main Station, M3", "OK", "Sari", "???",
         "\u202e\u2066", "\U0001f64f\U0001f64f\U0001f64f", "No. 5, Lane 12", "\ud83d")  # fmt: skip


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_name_an_address_a_number_is_no_language(tag: str) -> None:
    assert [it for it in PLAIN if seems_other_language(it, tag)] == []


def test_mixed_language_text_is_not_flagged() -> None:
    assert not seems_other_language("請帶您的 residence permit and passport", "zh_Hant")
    assert not seems_other_language("กรุณาพูดว่า: I need help, please call the police", "th")
    assert not seems_other_language("Katakan: I need help. Itu saja yang perlu.", "id")


def test_no_small_word_is_of_two_languages() -> None:
    for one, other in combinations(FUNCTION_WORDS, 2):
        assert FUNCTION_WORDS[one] & FUNCTION_WORDS[other] == set()
    assert frozenset[str]().union(*FUNCTION_WORDS.values()).isdisjoint(LANGUAGES_OF_SHARED)


@pytest.mark.parametrize("tag", [it for it in LANGUAGES if it != FALLBACK])
def test_few_phrases_are_taken_for_another_language(tag: str) -> None:
    phrases = [it.words for it in phrases_of(tag) if it.words]
    strange = [it for it in phrases if seems_other_language(it, tag)]
    assert len(strange) * 100 <= len(phrases), strange[:5]


@pytest.mark.parametrize("tag", [it for it in LANGUAGES if it != FALLBACK])
def test_most_long_phrases_in_english_are_seen_by_readers_of_another(tag: str) -> None:
    """The control: the same phrases, untranslated, are what this is for."""
    long = [it.source for it in phrases_of(tag) if len(it.source.split()) >= 8]
    seen = [it for it in long if seems_other_language(it, tag)]
    assert len(seen) * 100 >= len(long) * 95


@pytest.mark.parametrize(
    ("preferred", "text", "tag"),
    [
        ("ja", "弁護士", "ja"),
        ("ja", "医者が必要", "ja"),
        ("ja", "警察", "ja"),
        ("ja", "救急車", "ja"),
        ("ja", "我要回家", "zh_Hant"),
        ("ja", "老板不给工资", "zh_Hans"),
        ("zh_Hans", "救命", "zh_Hans"),
        ("zh_Hans", "谁在看", "zh_Hans"),
        ("zh_Hans", "老闆不給薪水", "zh_Hant"),
        ("zh_Hant", "全删了", "zh_Hans"),
        ("zh_Hant", "救命", "zh_Hant"),
        ("en", "全删了", "zh_Hans"),
        ("en", "救命", "zh_Hant"),
    ],
)
def test_signs_decide_which_han_is_written_and_else_the_phone(
    preferred: str, text: str, tag: str
) -> None:
    assert guess_language(text, preferred) == tag


@pytest.mark.parametrize("phone", [it for it in LANGUAGES if it != "vi"])
@pytest.mark.parametrize(
    "text",
    [
        "tôi bị chủ đánh",
        "em bị nhốt trong phòng",
        "chủ đánh em gãy tay cứu em",
        "Cứu em với",
        "chủ nợ lương",
    ],
)
def test_letters_of_vietnamese_alone_tell_it_on_any_phone(phone: str, text: str) -> None:
    assert guess_language(text, phone) == "vi"


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Văn Đức",
        "Đường Lê Lợi, Quận 1",
        "ơ",
        "café señor",
        "majikan saya Bà Hạnh tidak bayar gaji",
    ],
)
def test_a_vietnamese_name_is_no_vietnamese_text(text: str) -> None:
    assert guess_language(text, "en") != "vi"
