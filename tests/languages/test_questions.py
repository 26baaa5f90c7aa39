"""What people ask in place of an answer is found, and answers, stories and cries for help are not.

`tests/languages/questions/*.tsv` hold, for each language, questions with what they are about, and
what is no question (`none`). The first twelve of each kind were written before the lists, the rest
was measured once before the lists were changed for it.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.errors import QuestionListError
from bot.languages import LANGUAGES
from bot.languages.alarms.find import find_alarms
from bot.languages.questions import (
    KINDS,
    LEAVING,
    QuestionLists,
    find_question,
    likely_question,
    load_questions,
)
from bot.languages.typed.someone_near import find_someone_near

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent
NONE = "none"
LEAST_ASKED, LEAST_OTHER = 12, 40
"""Questions of each kind a language has, at least, and texts that are none."""
FOUND, MOST_FALSE = 0.85, 0.03
HABITS = {
    "fil": (
        "binabasa ng amo ko ang cellphone ko gabi gabi", "amo ko binabasa phone ko every nyt",
        "tinitingnan ng boss ko ang phone ko tuwing gabi",
        "binabasa ng amo ko phone ko araw-araw", "lagi tinitingnan ng amo ang chat ko",
        "parating binabasa ni madam cp ko",
    ),
    "en": (
        "my boss reads my phone every night", "he is reading my phone every day",
        "boss checks my phone every night", "she looks at my phone every day",
        "she always holds my phone", "he reads my messages every night",
        "my madam is always watching my phone",
    ),
    "id": (
        "majikan baca hp saya tiap malam", "majikan periksa hp saya setiap hari",
        "bos selalu pegang hp saya", "dia baca hp saya tiap malam", "dia selalu lihat hp saya",
        "bos cek hp tiap hari",
    ),
    "vi": (
        "chủ đọc điện thoại của em mỗi đêm", "nó luôn xem điện thoại em",
        "ngày nào nó cũng xem điện thoại em", "chủ kiểm tra điện thoại em mỗi ngày",
        "dem nao chu cung xem dien thoai em", "nó đọc tin nhắn em mỗi ngày",
    ),
    "th": (
        "นายจ้างอ่านมือถือหนูทุกคืน", "เขาดูมือถือหนูทุกวัน", "นายเช็คมือถือหนูตลอด",
        "นายจ้างอ่านข้อความทุกวัน",
    ),
    "km": (
        "ថៅកែមើលទូរស័ព្ទខ្ញុំរាល់យប់", "គាត់មើលទូរស័ព្ទខ្ញុំរាល់ថ្ងៃ",
        "គាត់តែងតែអានទូរស័ព្ទខ្ញុំ",
    ),
    "my": (
        "သူဌေးက ညတိုင်း ဖုန်းကို ကြည့်တယ်", "သူ နေ့တိုင်း ဖုန်းကြည့်တယ်",
        "သူ အမြဲ ဖုန်းကြည့်နေတယ်",
    ),
    "zh_Hant": (
        "老闆每天看我手機", "他每天晚上看我的手機", "她總是看我手機", "老闆天天檢查我的手機",
    ),
    "zh_Hans": (
        "老板每天看我手机", "他每天晚上看我的手机",
    ),
    "ja": (
        "社長が毎日スマホを見る", "彼が毎晩携帯を見ています", "いつも社長がスマホを見てくる",
    ),
}  # fmt: skip
"""An employer who reads along again and again, and is not said to be there now."""


def rows(tag: str) -> list[list[str]]:
    lines = (FOLDER / "questions" / f"{tag}.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


def asked(tag: str) -> dict[str, str]:
    return {text: kind for kind, text in rows(tag) if kind != NONE}


def others(tag: str) -> Iterator[str]:
    """Yield what is no question: near misses, urgent sentences, ordinary ones."""
    yield from (text for kind, text in rows(tag) if kind == NONE)
    path = FOLDER / "sentences" / "first" / f"{tag}.toml"
    known = tomllib.loads(path.read_text(encoding="utf-8"))
    yield from (it for it in known["urgent"] + known["ordinary"] if it not in asked(tag))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_kind_has_enough_examples(tag: str) -> None:
    counted = Counter(kind for kind, _text in rows(tag))
    assert counted.keys() == {*KINDS, NONE}
    assert min(counted[kind] for kind in KINDS) >= LEAST_ASKED
    assert counted[NONE] >= LEAST_OTHER


@pytest.mark.parametrize("tag", LANGUAGES)
def test_questions_are_found_in_the_language_a_person_chose(tag: str) -> None:
    known = asked(tag)
    wrong = {it: found for it, kind in known.items() if (found := find_question(it, tag)) != kind}
    assert len(wrong) <= (1 - FOUND) * len(known), wrong


@pytest.mark.parametrize("tag", LANGUAGES)
def test_answers_stories_and_cries_for_help_are_no_questions(tag: str) -> None:
    texts = list(others(tag))
    wrong = [(it, kind) for it in texts if (kind := find_question(it, tag))]
    assert len(wrong) <= MOST_FALSE * len(texts), wrong


@pytest.mark.parametrize("tag", LANGUAGES)
def test_who_reads_along_every_night_is_not_there_now(tag: str) -> None:
    asked_now = [
        it for it in HABITS[tag] if LEAVING in {find_question(it, tag), likely_question(it)}
    ]
    assert asked_now == []
    assert [it for it in HABITS[tag] if find_someone_near(it)] == []


def test_who_reads_along_now_is_there() -> None:
    assert find_question("binabasa ng amo ko ang cellphone ko ngayon", "fil") == LEAVING


def test_an_empty_list_would_find_none(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = QuestionLists({}, ())
    monkeypatch.setattr("bot.languages.questions._spaced_lists", lambda: nothing)
    monkeypatch.setattr("bot.languages.questions._unspaced_lists", lambda: nothing)
    assert not any(find_question(it, "en") for it in asked("en"))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_lists_every_kind(tag: str) -> None:
    assert {phrase.kind for phrase in load_questions(tag)} == set(KINDS)


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("is it free", "id", "cost"),
        ("ini gratis ga", "en", "cost"),
        ("免費嗎", "zh_Hans", "cost"),
        ("FREE???", "en", "cost"),
        ("Are  YOU police ?!", "en", "police"),
        ("Có tốn tiền không?", "vi", "cost"),
        ("co ton tien khong", "vi", "cost"),
        ("ฟรีมั้ยยยย", "th", "cost"),
        ("ហ្វ្រី\u200bទេ", "km", "cost"),
        ("警察ですか。", "ja", "police"),
        ("will my boss know and is it free", "en", "employer"),
    ],
)
def test_a_question_is_found_however_it_is_typed(text: str, language: str, kind: str) -> None:
    assert find_question(text, language) == kind


def test_a_story_with_a_question_in_it_is_no_question() -> None:
    question = "is it free"
    long = f"I came here two years ago to work in a factory near the sea and {question} " * 2
    several = f"I work at night. They take my pay. {question}"
    assert find_question(question, "en") == "cost"
    assert [find_question(it, "en") for it in (long, several)] == [None, None]


def test_a_question_can_hold_an_alarm_so_alarms_go_first() -> None:
    text = "they will kill me, are you police?"
    assert find_question(text, "en") == "police"
    assert find_alarms(text)


@pytest.mark.parametrize(
    "words",
    [
        '[phrases]\ncosts = ["free"]',
        '[phrases]\ncost = [""]',
        '[phrases]\ncost = ["free//gratis"]',
        '[phrases]\ncost = ["@no free"]',
        '[words]\nit = ["this one"]\n[phrases]\ncost = ["@it free"]',
        '[unless]\ncosts = ["broker"]',
        "[phrases",
    ],
)
def test_a_list_with_a_fault_is_refused(tmp_path: Path, words: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "questions.toml").write_text(words, encoding="utf-8")
    with pytest.raises(QuestionListError):
        load_questions("en", tmp_path)
