"""Words taken from another text are seen, and what two people write by chance is not."""

from __future__ import annotations

import pytest

from bot.desks.web.case.send_checks import is_pasted

OTHER = "The factory is behind the temple in Xinzhuang, ask for Mr Lin. Call 0912-345-678."
SEEN = (
    "Go to the factory behind it: the factory is behind the temple in Xinzhuang.",
    "BEHIND  THE TEMPLE, IN XINZHUANG",
    "Call +886 912 345 678 tonight",
    "\uff10\uff19\uff11\uff12\uff0d\uff13\uff14\uff15\uff0d\uff16\uff17\uff18",
    OTHER,
)
BY_CHANCE = (
    "", "Where is the factory?", "Is it behind the temple?", "Call 0912-345-679.", "Mr Lin",
    "Thank you for telling me. Are you safe tonight?", "345-678",
)  # fmt: skip


@pytest.mark.parametrize("words", SEEN)
def test_half_a_sentence_or_a_number_of_another_is_seen(words: str) -> None:
    assert is_pasted(words, ["Hello.", OTHER], [])


@pytest.mark.parametrize("words", BY_CHANCE)
def test_short_common_text_is_not_flagged_as_pasted(words: str) -> None:
    assert not is_pasted(words, ["Hello.", OTHER], [])


@pytest.mark.parametrize("words", SEEN)
def test_text_from_the_own_case_is_not_flagged_as_pasted(words: str) -> None:
    assert not is_pasted(words, [OTHER], [f"I said: {OTHER}"])
    assert is_pasted(words, [OTHER], ["Hello."])  # the control


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ("雇主住在新莊的廟後面、姓林。", "請到新莊的廟後面、姓林的地方"),
        ("โรงงานอยู่หลังวัดในเมือง", "ไปที่โรงงานอยู่หลังวัดในเมืองนะ"),
        ("工廠在新莊廟後", "他說工廠在新莊廟後。"),
        ("雇主住在新莊的那個大廟後面", "Go to 新莊的那個大廟後面, then call me."),
        ("My boss is Lin Da", "She wrote: my boss is Lin Da!"),
    ],
)
def test_scripts_without_spaces_and_short_messages_are_seen_too(other: str, words: str) -> None:
    assert is_pasted(words, [other], [])
    assert not is_pasted(words[:5], [other], [])


def test_a_long_message_against_much_that_was_written_comes_back() -> None:
    """Whatever is compared, it takes the time its length takes: this does not come back else."""
    many = ["a" * 12_000, "ab" * 6_000, "0" * 12_000, "0-" * 6_000, "\u0e01" * 12_000]
    for words in many:
        assert not is_pasted(words, many, many)
