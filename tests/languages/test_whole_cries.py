"""A call for help that is all a message holds brings the numbers, in every way it is written."""

from __future__ import annotations

import pytest

from bot.languages.alarms.find import find_alarms

WHOLE = [
    "help", "tolong", "tulong", "ช่วย", "ช่วยหน่อยค่ะ", "幫忙", "請幫我", "帮忙", "ကူညီပါ", "giúp em",
    "giúp", "ជួយ", "助けてください", "SOS", "\N{SQUARED SOS}", "\N{SQUARED SOS}\N{SQUARED SOS}!",
    "\N{POLICE CARS REVOLVING LIGHT}", "jiuming", "jiu wo", "chuay duay", "tasukete", "911",
    "Fire!",
]  # fmt: skip
ORDINARY = [
    "幫我寫履歷", "警察幫我找到錢包", "幫我影印文件", "ช่วยแปลหน่อย", "giúp em dịch", "ពូប៉ូលិសជួយចរាចរណ៍",
    "bang wo kan", "my number is 911 22", "fire exit",
]  # fmt: skip


@pytest.mark.parametrize("typed", WHOLE)
def test_a_call_for_help_alone_is_heard(typed: str) -> None:
    assert find_alarms(typed) == {"danger_now"}


@pytest.mark.parametrize("typed", ORDINARY)
def test_the_same_word_in_an_ordinary_sentence_is_no_alarm(typed: str) -> None:
    assert not find_alarms(typed)


BEATEN = [
    "diantemi juragan", "Diantem bos!", "digebugi majikan", "juragan ngantemi aku",
    "aku dijotosi bos", "dikaplok majikan", "aku dithuthuk juragan",
]  # fmt: skip
NOT_BEATEN = ["dihantam ombak", "gebug drum", "juragan datang membayar gaji"]


@pytest.mark.parametrize("typed", BEATEN)
def test_javanese_words_for_beating_are_heard_in_few_words(typed: str) -> None:
    assert find_alarms(typed) == {"violence"}


@pytest.mark.parametrize("typed", NOT_BEATEN)
def test_such_words_of_other_things_are_no_alarm(typed: str) -> None:
    assert not find_alarms(typed)
