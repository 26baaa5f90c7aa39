"""What is understood of what people write, measured on sets of sentences.

`tests/languages/sentences/SET/TAG.toml` hold, for each language, urgent sentences and ordinary
sentences; the first three sets hold typed answers with the label they mean, the first two names of
languages. The lists were widened after each of the first nine sets was measured for the first time,
and these sets are among the examples that `bot.languages.urgency` learns from: they show that what
was found is still found. Nothing was ever learnt from the tenth to the thirteenth, which say
what strangers will see. `python -m tests.languages.scores` prints what is so now.
"""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.alarms.find import find_alarms
from bot.languages.alarms.index import SpacedIndex
from bot.languages.alarms.phrases import CATEGORIES, load_harmless, load_phrases
from bot.languages.names import match_language
from bot.languages.typed.answer_lists import load_answers
from bot.languages.typed.typed_answers import match_label
from bot.languages.urgency import CATEGORY_MASK, MASK, UrgencyModel
from tests.languages.scores import (
    FALSE_AT_MOST,
    FOUND,
    FOUND_ELSEWHERE,
    HELD_SETS,
    LEARNT_SETS,
    NAMED,
    SETS,
    UNDERSTOOD,
    false_alarms,
    missed,
    misunderstood,
    questions,
    sentences,
    unnamed,
)

LEAST = {
    "first": (50, 50),
    "second": (60, 50),
    "third": (30, 25),
    "fourth": (8, 0),
    "fifth": (30, 0),
    "sixth": (25, 0),
    "seventh": (25, 0),
    "eighth": (20, 0),
    "ninth": (20, 0),
    "tenth": (28, 0),
    "eleventh": (28, 0),
    "twelfth": (44, 0),
    "thirteenth": (48, 45),
}
"""By set: urgent and ordinary sentences, and typed answers, that a language has at least."""


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("name", LEARNT_SETS)
def test_urgent_sentences_are_found_and_ordinary_ones_are_not(name: str, tag: str) -> None:
    known = sentences(name, tag)
    assert len(known["urgent"]) >= LEAST[name][0]
    assert len(known["ordinary"]) >= LEAST[name][0]
    urgent, ordinary = len(known["urgent"]), len(known["ordinary"])
    found = FOUND.get(tag, FOUND_ELSEWHERE)
    assert len(missed(name, tag)) <= (1 - found) * urgent, missed(name, tag)
    assert len(false_alarms(name, tag)) <= FALSE_AT_MOST * ordinary, false_alarms(name, tag)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_urgent_sentences_that_nothing_was_learnt_from_are_found(tag: str) -> None:
    urgent = [it for name in HELD_SETS for it in sentences(name, tag)["urgent"]]
    unfound = [it for name in HELD_SETS for it in missed(name, tag)]
    assert len(unfound) <= (1 - FOUND.get(tag, FOUND_ELSEWHERE)) * len(urgent), unfound


def test_few_ordinary_sentences_that_nothing_was_learnt_from_are_alarms() -> None:
    wrong = {tag: [it for name in HELD_SETS for it in false_alarms(name, tag)] for tag in LANGUAGES}
    count = sum(len(sentences(name, tag)["ordinary"]) for name in HELD_SETS for tag in LANGUAGES)
    assert sum(map(len, wrong.values())) <= FALSE_AT_MOST * count, wrong
    assert all(len(it) <= 2 * FALSE_AT_MOST * count / len(LANGUAGES) for it in wrong.values()), (
        wrong
    )


def test_without_phrases_and_weights_they_would_be_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = UrgencyModel(bytes(MASK + 1), 1.0, 0.0, (bytes(CATEGORY_MASK + 1),))
    monkeypatch.setattr("bot.languages.alarms.find.spaced_index", SpacedIndex.empty)
    assert missed("twelfth", "en") != sentences("twelfth", "en")["urgent"]
    monkeypatch.setattr("bot.languages.alarms.find.load_model", lambda: nothing)
    assert missed("twelfth", "en") == sentences("twelfth", "en")["urgent"]


@pytest.mark.parametrize("name", SETS)
def test_hardly_a_sentence_stands_in_two_sets(name: str) -> None:
    for tag in LANGUAGES:
        for kind in ("urgent", "ordinary"):
            others = {it for other in SETS if other != name for it in sentences(other, tag)[kind]}
            both = others & set(sentences(name, tag)[kind])
            assert len(both) <= 2, both


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_lists_every_category(tag: str) -> None:
    assert {phrase.category for phrase in load_phrases(tag)} == set(CATEGORIES)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_knows_stories_and_questions(tag: str) -> None:
    harmless = load_harmless(tag)
    assert harmless.story
    assert harmless.over
    assert harmless.asked
    assert harmless.self_words


@pytest.mark.parametrize(
    "text",
    [
        "no, he hit me",
        "the movie is over and now he is coming to kill me, help me",
        "is it against the law that my boss locked me in",
        "they took all our phones and locked us in the room",
        "my old boss raped me but the new one is kind",
        "สนามบินแล้ว โดนบังคับกลับ ช่วยด้วย",
        "hợp đồng hết rồi mà họ nhốt em không cho ra ngoài được không",
        "tapos na contract ko pero nakakulong ako ayaw palabasin",
    ],
)
def test_a_harmless_word_does_not_hide_a_real_alarm(text: str) -> None:
    assert find_alarms(text)


@pytest.mark.parametrize(
    "text",
    [
        "just killing time",
        "what does trafficking mean",
        "is it against the law if someone is locked in",
        "my phone is locked",
        "my old boss hit people but the new one is kind",
        "my ex used to beat me but we divorced years ago",
        "đừng gọi cho em, bà chủ coi điện thoại",
        "ဒီလ လခ မရသေးဘူး",
    ],
)
def test_a_harmless_frame_is_no_alarm(text: str) -> None:
    assert find_alarms(text) == frozenset()


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("name", LEARNT_SETS)
def test_typed_answers_are_understood(name: str, tag: str) -> None:
    typed = sentences(name, tag).get("typed", [])
    assert len(typed) >= LEAST[name][1]
    wrong = misunderstood(name, tag)
    assert len(wrong) <= (1 - UNDERSTOOD) * len(typed), wrong


def test_no_typed_answer_means_two_choices_of_one_question() -> None:
    clashes = {
        (tag, plain, *sorted(labels & asked))
        for tag in LANGUAGES
        for plain, labels in load_answers(tag).labels.items()
        for asked in questions()
        if len(labels & asked) > 1
    }
    assert clashes == set()


@pytest.mark.parametrize(
    ("text", "tag", "label"),
    [
        ("seventeen", "en", "Under 18"),
        ("dua puluh satu", "id", "Age 18 or over"),
        ("十五歲", "zh_Hant", "Under 18"),
        ("၁၇", "my", "Under 18"),
        ("17 or 18", "en", None),
    ],
)
def test_an_age_in_words_or_digits_is_understood(text: str, tag: str, label: str | None) -> None:
    assert match_label(text, {"Under 18", "Age 18 or over"}, tag) == label


def test_a_number_of_people_is_understood() -> None:
    labels = {"One person", "Two to five", "Six to twenty", "More than twenty"}
    said = {"1": "One person", "we are 5": "Two to five", "20": "Six to twenty"}
    assert {it: match_label(it, labels, "en") for it in said} == said
    assert match_label("21 people", labels, "en") == "More than twenty"


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("name", SETS)
def test_languages_are_known_by_name(name: str, tag: str) -> None:
    names = sentences(name, tag).get("languages", {})
    wrong = unnamed(name, tag)
    assert len(wrong) <= (1 - NAMED) * len(names), wrong


def test_a_slip_in_a_name_is_forgiven_and_a_short_word_is_not_guessed() -> None:
    assert match_language("vietnames") == "vi"
    assert match_language("indonesain") == "id"
    assert match_language("that") is None


def test_a_story_names_no_language_and_is_no_typed_answer() -> None:
    story = "I came to Taiwan to work and my employer speaks Chinese and takes my passport away"
    assert match_language(story) is None
    assert match_label(story, {"Yes", "No"}, "en") is None


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("dont let anyone read it", "en"),
        ("jangan kasih mereka baca", "id"),
        ("đừng cho họ đọc", "vi"),
        ("wag nyo ipabasa", "fil"),
        ("ไม่ต้องให้ใครอ่าน", "th"),
        ("不同意給他們看", "zh_Hant"),
        ("我不想给他们看", "zh_Hans"),
        ("កុំឱ្យគេអាន", "km"),
        ("ဘယ်သူ့ကိုမှမပြနဲ့", "my"),
        ("読んでほしくないです", "ja"),
    ],
)
def test_a_refusal_is_not_taken_for_consent(text: str, tag: str) -> None:
    give, tell = "Give it to a person", "Tell them now"
    assert match_label(text, {give, "Back to the question"}, tag) != give
    assert match_label(text, {tell, "Not yet"}, tag) != tell


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("หลบอยู่", "th"),
        ("สลบไปแล้ว", "th"),
        ("xoa bóp tay", "vi"),
        ("dạ đúng", "vi"),
        ("đừng", "vi"),
        ("không muốn nói", "vi"),
        ("ayoko na", "fil"),
        ("အကြောင်းကြားပေးပါ", "my"),
    ],
)
def test_what_only_looks_like_a_way_out_is_none(text: str, tag: str) -> None:
    assert match_label(text, {"Clear chat"}, tag) is None
    assert match_label(text, {"Stop here"}, tag, whole=True) is None
