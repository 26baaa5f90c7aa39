"""A text is compared with the words of a consent once, and no further than it has to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages.typed import consent_words, typed_answers
from bot.languages.typed.answer_lists import PlainText, load_answers, plain_answer
from bot.languages.typed.consent_words import holds_only
from bot.languages.typed.one_other import find_plea_about_other
from bot.languages.typed.typed_answers import TypedAnswer

if TYPE_CHECKING:
    from pathlib import Path

TELL = {"Tell them now": True, "Not yet": False}
PLEA = "not yet, dont tell my boss"


def agrees(text: str) -> bool:
    return holds_only(PlainText.of(plain_answer(text)), text, "Tell them now", "en")


def test_a_plea_is_looked_for_once_in_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def find(text: str) -> object:
        looked.append(text)
        return find_plea_about_other(text)

    monkeypatch.setattr(typed_answers, "find_plea_about_other", find)
    assert TypedAnswer("my boss hits me").consent_label(TELL, "en") is None
    assert looked == ["my boss hits me"]
    assert TypedAnswer(PLEA).consent_label(TELL, "en") == "Not yet"
    assert looked.count(PLEA) == 1


def test_an_unknown_word_is_enough_and_accents_are_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert agrees("yes tell them")
    monkeypatch.delattr(consent_words, "accented_words")
    assert not agrees("he is here, yes tell them")
    with pytest.raises(NameError):  # the negative control: where all is known, they are
        agrees("yes tell them")


@pytest.mark.parametrize("text", ["yes é tell them", "yes tell them \N{THUMBS DOWN SIGN}"])
def test_known_words_with_an_accent_or_a_sign_that_is_unknown_agree_to_nothing(text: str) -> None:
    assert not agrees(text)


def test_what_a_refusal_may_be_about_is_kept_as_it_is_compared(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    written = 'other_matters = ["go hoem"]\n[same]\nhome = ["hoem"]\n'
    (tmp_path / "en" / "answers.toml").write_text(written, encoding="utf-8")
    known = load_answers("en", tmp_path)
    assert known.other_matters == ("go home",)
    for typed in ("they wont let me go hoem", "they wont let me go home"):
        assert known.has_other_matter(known.respell(PlainText.of(typed)))
