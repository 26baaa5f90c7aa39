"""What people write where a passphrase is asked for, and what is none.

"Why", "no thank you" and "he can see the screen" answer in place of a word. Only texts that are
surely something else are found here: any other may be the word. Nothing in these texts is guessed
from what may stand in a passphrase, such as "not" or "where" alone: "my cat has no name" is one.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import cache

from bot.languages import FALLBACK, LANGUAGES
from bot.languages.answer_model import load_answer_model
from bot.languages.questions import (
    LEAVING,
    NO_POLICE,
    PERSON,
    SURELY_ASKED,
    find_question,
    likely_question,
)
from bot.languages.typed.answer_lists import AnswerList, PlainText, answers_in, plain_answer
from bot.languages.typed.clear_requests import find_clear_request
from bot.languages.typed.someone_near import find_someone_near
from bot.languages.typed.typed_answers import TypedAnswer


class NotAPassphrase(Enum):
    """What a text is that is no passphrase."""

    WHY = auto()
    """Why the word is asked for."""
    CLEAR = auto()
    """The chat is to be cleared."""
    DECLINE = auto()
    """No, thanks, stop, later: no word is chosen now."""
    LEAVE = auto()
    """The person has to go, or someone is near."""
    REPORT = auto()
    """Something that staff should read, or a question by its mark."""
    UNCLEAR = auto()
    """Asks as a question does, without its mark: it may be meant as the word all the same."""


WHY_LABEL, CLEAR_LABEL = "Why do you ask?", "Clear chat"
DECLINING_LABELS = (
    "Skip",
    "Back",
    "Stop here",
    "Stop for now",
    "Not now",
    "Not yet",
    "Nothing right now",
    "No",
    "Back to the question",
    "Do not tell them",
    "Do not keep them",
)
"""English labels of buttons by which a person says no, or not now."""
REPORTING_LABELS = frozenset(
    {"Someone can see", "I am not safe", "They are in danger", "Locked in", "Needs a doctor now"}
)
"""English labels that say what staff should know at once."""
TOLD_KINDS = frozenset({"checked", NO_POLICE, PERSON})
"""Known questions that staff should read at once: someone looks, or the person wants something."""
LIKELY_REPORT = 0.55
"""Probability from where on a text says one of these and is no passphrase."""
FEW_WORDS, LEAST_LISTED = 2, 0.4
"""Words of a text that a list alone takes for a question; and how likely a longer one has to be one
by the examples: "nanti" is a goodbye, and "hujan nanti malam" is none."""
LEAST_WORDS, LEAST_SIGNS = 3, 8
"""Of a question without its mark: words, or characters of a script without spaces."""
LEAST_HAN_SIGNS = 4
"""The same for Chinese and Japanese."""
SENTENCE_WORDS, SENTENCE_SIGNS, SENTENCE_HAN_SIGNS = 6, 16, 8
"""Words, or characters, from where on a text may be a sentence meant for staff."""

_HAN_OR_KANA = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_REFUSALS = re.compile(
    r"\b(?:do ?n[o']?t|do not|did not|never|not) "
    r"(?:\w+ )?(?:want|need|wanna|like|have|know|understand)\b"
    r"|\bno (?:need|idea|secret|word|password|passphrase|code)\b"
    r"|\bsaid no\b|\bnot interested\b|\bgood ?bye\b"
    r"|\b(?:tidak|tak|ng?gak|ga|gak|tdk|gk|belum|jangan) "
    r"(?:mau|ingin|perlu|butuh|usah|punya|tahu|tau|ngerti|mengerti|pakai|pake)\b"
    r"|\b(?:khong|ko|hong|chua|k) (?:muon|can|thich|biet|hieu|dat|chon|dung tu)\b"
    r"|\b(?:ayoko|ayaw ko|ayaw po|hindi ko|hindi po ako|di ko|wala po? ?akong?)\b"
    r"|\b(?:tam biet|paalam|sampai jumpa)\b"
    "|不(?:需要|想要|用|必)|(?:不|沒|没)(?:要|想|有).{0,6}(?:密語|密语|密碼|密码|暗號|暗号|口令)"
    "|我(?:不要|不想|不懂|不知道|不明白|沒有密|没有密)"
    "|ไม่(?:อยาก|ต้องการ|เอา|ใช้|รู้|เข้าใจ)"
    "|(?:មិន|អត់)(?:ចង់|ត្រូវការ|យក|ដឹង|យល់)"
    "|မလို(?:ဘူး|ပါဘူး|အပ်|ချင်)|ချင်(?:ပါ)?ဘူး|မသိ(?:ပါ)?ဘူး|နားမလည်"
    "|いりません|いらない|要らない|要りません|必要ない|必要ありません|欲しくない|ほしくない"
    "|たくない|たくありません|わからない|分からない|わかりません|分かりません|結構です"
)
"""To want, need, have or understand none, and goodbyes, without accents."""


def find_not_a_passphrase(text: str, language: str) -> NotAPassphrase | None:
    """Return what a text is if it is surely no passphrase; None if it may be one.

    Args:
        text: what was written where a passphrase is asked for; it holds no alarming words.
        language: the one that the person chose.
    """
    typed, plain = TypedAnswer(text), PlainText.of(plain_answer(text))
    if _means(typed, WHY_LABEL, language):
        return NotAPassphrase.WHY
    if _means(typed, CLEAR_LABEL, language) or find_clear_request(text) is not None:
        return NotAPassphrase.CLEAR
    is_near = find_someone_near(text) is not None
    if is_near or _declines(typed, plain, language):  # "later" is none; "I have to go" is a goodbye
        is_goodbye = is_near or likely_question(text, SURELY_ASKED) == LEAVING
        return NotAPassphrase.LEAVE if is_goodbye else NotAPassphrase.DECLINE
    kind = question_not_passphrase(text, language)
    says_something = typed.has_question_mark or (plain.is_phrase and _reports(text))
    if says_something or kind in TOLD_KINDS:
        return NotAPassphrase.REPORT
    if kind == LEAVING:
        return NotAPassphrase.LEAVE
    asks = kind is not None or _asks(plain, language)
    return NotAPassphrase.UNCLEAR if asks else None


def is_as_long_as_sentence(text: str) -> bool:
    """Tell whether what may be a passphrase is so long that it may tell something instead."""
    plain = PlainText.of(plain_answer(text))
    if not plain.is_unspaced:
        return len(plain.words) >= SENTENCE_WORDS
    is_han = _HAN_OR_KANA.search(plain.text) is not None
    return len(plain.text) >= (SENTENCE_HAN_SIGNS if is_han else SENTENCE_SIGNS)


def question_not_passphrase(text: str, language: str) -> str | None:
    """Return which of the known questions a text asks; None if it may be a passphrase."""
    kind = find_question(text, language)
    if kind is not None and (
        len(text.split()) <= FEW_WORDS or likely_question(text, LEAST_LISTED) is not None
    ):
        return kind
    return likely_question(text, SURELY_ASKED)


def _means(typed: TypedAnswer, label: str, language: str) -> bool:
    """Tell whether the whole text means this label, in any language."""
    return typed.label_of((label,), language, whole=True) is not None


def _declines(typed: TypedAnswer, plain: PlainText, language: str) -> bool:
    return (
        any(_means(typed, label, language) for label in DECLINING_LABELS)
        or _REFUSALS.search(plain.text) is not None
        or any(plain.holds_only(_words_of_refusal(tag)) for tag in LANGUAGES)
    )


@cache
def _words_of_refusal(tag: str) -> frozenset[str]:
    """Return words of thanks, of politeness and of refusal in a language, and in English."""
    lists = (answers_in(tag), answers_in(FALLBACK))
    said = {
        it
        for known in lists
        for it in (*known.open_words, *known.particles.words, *known.acknowledgments)
    }
    return frozenset(said.union(*map(_refusals_in, lists)))


def _refusals_in(known: AnswerList) -> set[str]:
    return {it for label in DECLINING_LABELS for it in known.by_label.get(label, ())}


def _reports(text: str) -> bool:
    """Tell whether the learnt examples of all buttons say that staff should know this."""
    model = load_answer_model()
    likely = model.most_likely(text, [it for it in model.biases if it])
    is_likely = likely is not None and likely.probability >= LIKELY_REPORT
    return likely is not None and is_likely and likely.label in REPORTING_LABELS


def _asks(plain: PlainText, language: str) -> bool:
    """Tell whether a text is as long as a sentence, and begins or ends as a question does."""
    words = {it for tag in (language, FALLBACK) for it in answers_in(tag).question_words}
    if not plain.is_unspaced:
        begins = any(plain.framed.startswith(f" {it} ") for it in words)
        return begins and len(plain.words) >= LEAST_WORDS
    least = LEAST_HAN_SIGNS if _HAN_OR_KANA.search(plain.text) else LEAST_SIGNS
    begins = any(len(it) > 1 and plain.text.startswith(it) for it in words)
    return len(plain.text) >= least and (begins or plain.text.endswith(tuple(words)))
