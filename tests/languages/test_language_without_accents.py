"""Text from a cheap phone, without accents and misspelt, is not taken for another language.

Vietnamese "di" and "ke" are words of Indonesian: persons with a Vietnamese phone were answered in a
language they cannot read, and asked there whether staff may know.
"""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.detect import guess_language

TYPED = {
    "vi": [
        "em 14 tuoi me ke bat di lam quan karaoke",
        "me ke bat em di lam",
        "em di lam ma ke toan lay het tien",
        "bo me ke di roi",
        "ke do danh em",
        "di dan ke ca",
        "dia chi cua em la so 5 duong cang",
        "ko co tien di ve",
        "chu ko tra luong 3 thang nay",
        "bi sa thai ma ko co tien ba oi",
        "toi di lam o xuong bi danh",
        "em so qua ko biet di dau",
        "mo cua ko dc",
        "ho ke em no 20 trieu",
        "me em bi om can tien",
        "nguoi ta dan em di ban",
        "an on cuu em do la nha may",
    ],
    "id": [
        "sy di kurung di rmh majikan",
        "majikan ga mau bayar gaji sy",
        "aku takut bgt mo pulang",
        "tolong sy mo pulang ke indo",
        "di suruh kerja dr pagi smp malem",
        "paspor ku di pegang agen",
        "ga bs keluar rmh",
        "para abk di kapal blm di gaji",
        "aku sakit tp di paksa kerja",
        "anak buah bos mukulin aku",
        "kita di ancam mo di lapor polisi",
        "sama bos ku di pukul",
        "sya mau kabur tp takut",
        "ka tolongin aku dong",
        "bayar utang ke agen trus gaji abis",
        "di mana ini aku ga tau",
    ],
    "fil": [
        "lagi nya ako sinasaktan",
        "di nya ako pinapasahod",
        "tolong po di ako makalabas",
        "ko nha ng amo ko ang pasport ko",
        "takut ako sa amo ko",
        "di ko alam san ako",
        "ang saya nya pag nasasaktan ako",
        "sinaktan nya aku",
        "anak ko may sakit di ako pinauuwi",
        "di ka makakaalis sabi nya",
        "kami dito sa barko wlang sweldo",
        "kita ko sya may baril",
        "dapat kami umuwi na",
        "sama sama kami 5 dto sa kwarto",
        "para sa anak ko to",
        "mo pa ba ako tutulungan",
    ],
    "en": [
        "boss dont give me money",
        "he dan di police come",
        "i wan go home pls",
        "me no can go out",
        "madam take my passpot",
        "im so scard",
        "do not call me",
        "he beat me on my face so bad",
        "no salary 3 mont",
        "they lock de door",
        "my agent say i mus pay",
        "i am in de ship no food",
        "so hungry no eat 2 day",
        "they not let me to go",
        "ba is my boss",
    ],
}
"""As people type on a phone in that language."""
CLEAR = {
    "vi": ["toi bi chu danh khong cho an", "em bi nhot trong phong cuu em voi",
           "chu giu giay to cua toi", "em muon ve nha"],
    "id": ["majikan saya tidak bayar gaji", "saya tidak bisa keluar dari rumah ini",
           "paspor saya masih ada di agen", "siapa yang bisa jemput saya"],
    "fil": ["kinuha ng amo ko ang passport ko", "hindi po ako makalabas dito",
            "wala pa akong sweldo", "gusto ko na pong umuwi tulungan nyo ako dito"],
    "en": ["my boss took my passport and will not pay", "please help i am locked in the house",
           "they hit me and i can not leave", "he is here with my passport"],
}  # fmt: skip
"""What can be no other language."""
WITH_MARKS = ["mẹ kế bắt em đi làm", "em đi làm mà kế toán lấy hết tiền"]
NO_SENTENCE = [
    "Ke Di",
    "di ke",
    "Ang Mo Kio",
    "ok",
    "di",
    "Hsin Chu, Chung Shan Rd",
    "Jalan Ke Di 5",
]


@pytest.mark.parametrize("tag", TYPED)
def test_words_of_a_phone_are_taken_for_no_other_language(tag: str) -> None:
    other = {
        it: found for it in TYPED[tag] if (found := guess_language(it, tag)) not in {tag, None}
    }
    assert other == {}


@pytest.mark.parametrize("tag", TYPED)
def test_most_of_them_are_known_on_a_phone_in_english(tag: str) -> None:
    known = [it for it in TYPED[tag] if guess_language(it, "en") == tag]
    wrong = [it for it in TYPED[tag] if guess_language(it, "en") not in {tag, "en", None}]
    assert wrong == []
    assert len(known) >= 7, known


@pytest.mark.parametrize("phone", LANGUAGES)
def test_clear_words_of_a_language_are_known_on_every_phone(phone: str) -> None:
    other = [it for tag in CLEAR for it in CLEAR[tag] if guess_language(it, phone) != tag]
    assert other == []


@pytest.mark.parametrize("phone", LANGUAGES)
def test_accents_tell_the_same_words_on_every_phone(phone: str) -> None:
    assert [it for it in WITH_MARKS if guess_language(it, phone) != "vi"] == []


@pytest.mark.parametrize("phone", ["vi", "fil", "id", "th", "en"])
def test_words_of_several_languages_alone_are_no_language(phone: str) -> None:
    assert [it for it in NO_SENTENCE if guess_language(it, phone) not in {phone, None}] == []
