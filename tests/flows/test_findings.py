"""Sentences that were found to be untrue, unclear or wrongly translated, and must not come back.

Each row says what must not stand, and what must, in the catalogue of a language. Translations are
drafts: a native speaker may change a wording here, together with the row.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from bot.languages import FALLBACK, LANGUAGES
from bot.languages.po_files import messages_by_key
from bot.languages.style_rules import FRAGMENT_FILES
from tests.support.content.catalogue_files import phrases_of, template

LONG = 60
"""Characters from which a Filipino message has to have the polite "po"."""


class Finding(NamedTuple):
    """A row: in this language no phrase has any of `never`, and some phrase has each of `says`."""

    tag: str
    about: str
    never: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


TRUTH = (
    Finding(
        "en",
        "Telegram can read a chat: only our computer locks words",
        ("so that others cannot read it",),
        ("What you write is locked on our computer.",),
    ),
    Finding(
        "en",
        "who is told by law is named",
        ("the authorities",),
        ("tell the police at once", "the city or county when someone under 18"),
    ),
    Finding(
        "en",
        "a button cannot stop a duty",
        says=("Your answer does not stop what staff must tell by law.",),
    ),
    Finding(
        "en",
        "a person may be asked, and need not tell",
        ("does not ask about your visa",),
        ("You need not tell us about your visa",),
    ),
    Finding(
        "en",
        "crew hired abroad belong to another office",
        says=("If you were hired outside Taiwan for a fishing ship far at sea",),
    ),
    Finding(
        "en",
        "a lawyer is paid in two courts, no more",
        ("for each step in court", "each instance"),
        ("in the first court, and again in the second",),
    ),
    Finding(
        "en",
        "what ends support",
        says=("badly breaks the rules of a shelter", "acts against public order or good morals"),
    ),
    Finding(
        "en",
        "a law does not look",
        ("looks at that", "looks at:", "looks at. So"),
        ("can be against the law in Taiwan",),
    ),
    Finding(
        "en",
        "a warning does not frighten people off the best line",
        ("it tells other offices",),
        ("complaints go to the labor office, so ask first", "You can ask first."),
    ),
    Finding("en", "many questions follow", ("We ask only a few", "You can finish here")),
    Finding(
        "en",
        "numbers of Taiwan work in Taiwan",
        says=("Taiwan's short numbers work only in Taiwan.",),
    ),
)
"""What the English says of the law, of numbers and of us."""
ENGLISH = (
    Finding(
        "en",
        "who answers",
        ("Behind it are",),
        ("People from {organisation} read and answer.",),
    ),
    Finding("en", "a passive nobody owns", ("It is passed on",), ("We told them",)),
    Finding(
        "en",
        "statistics",
        ("in our numbers",),
        ("May we count this in statistics? Nobody can see it is you.",),
    ),
    Finding("en", "whether it was read", ("here it stands",), ("Has anyone read it?",)),
    Finding("en", "a set time", ("Agree on an hour",), ("Ask me at a set time",)),
    Finding("en", "a proof, and no receipt of a shop", ("A receipt",), ("Proof that I wrote",)),
    Finding("en", "which decision", ("After a decision",), ("If the police say yes",)),
    Finding("en", "how they know", ("come to know",), ("How do you know about this?",)),
    Finding("en", "plain despair", ("ending it",), ("I do not want to live",)),
    Finding("en", "two meanings", ("Leave it there",), ("Do not erase it", "Do not take it back")),
    Finding("en", "messages", ("Messages that vanish",), ("Messages that erase themselves",)),
)
TRANSLATIONS = (
    Finding("th", "only when I write", ("รอให้คุณทักมาก่อน",), ("หลังทักไปก่อนเท่านั้น",)),
    Finding("th", "no decision of a court", ("คำตัดสิน",), ("ผลการพิจารณา",)),
    Finding("fil", "do not erase", says=("Huwag burahin", "Huwag bawiin")),
    Finding("th", "do not erase", says=("ไม่ต้องลบ", "ไม่ถอน ไว้ตามเดิม")),
    Finding("zh_Hant", "do not erase", says=("不要刪除", "不收回，留著")),  # noqa: RUF001
    Finding("zh_Hans", "do not erase", says=("不要删除", "不收回，留着")),  # noqa: RUF001
    Finding("ja", "do not erase", says=("消さない", "取り下げない")),
    Finding("my", "in danger, not dangerous", ("သူ အန္တရာယ် ရှိတယ်",), ("သူ အန္တရာယ် ကြုံနေတယ်",)),
    Finding("km", "in danger, not dangerous", ("គេមានគ្រោះថ្នាក់",), ("គេជួបគ្រោះថ្នាក់",)),
    Finding("vi", "what staff see", ("Họ chỉ thấy bạn dùng tiếng gì",)),
    Finding("vi", "despair", ("Tôi muốn chấm dứt",), ("Tôi không muốn sống nữa",)),
    Finding("fil", "despair", ("Parang ayoko na",), ("Ayoko nang mabuhay",)),
    Finding(
        "fil", "messages are not lost", ("mensaheng nawawala",), ("Mga mensaheng kusang nabubura",)
    ),
    Finding("fil", "family is held", ("May pamilya roon",), ("Pamilyang hawak doon",)),
    Finding("ja", "family is held", ("家族がそこにいる",), ("家族が閉じこめられた",)),
    Finding("km", "family is held", ("មានគ្រួសារនៅទីនោះ",), ("គ្រួសារគេបង្ខាំងទុក",)),
    Finding("my", "family is held", ("အဲဒီမှာ မိသားစု ရှိတယ်",), ("မိသားစု ထိန်းထားခံရ",)),
    Finding("ja", "evening and night", ("夕方18-22",), ("夜18-22", "深夜22-6")),
    Finding("ja", "nobody can see", ("だれも見ない",), ("だれにも見られない",)),
    Finding("vi", "who has the duty", ("một số người phải báo ngay",), ("làm những nghề sau",)),
    Finding(
        "id",
        "forced, and papers that ran out",
        ("terpaksa", "atau dokumennya habis"),
        ("dipaksa melanggar aturan, atau masa berlaku dokumennya habis",),
    ),
    Finding("id", "tell, not a story", ("Cerita yang terjadi",), ("Ceritakan yang terjadi",)),
    Finding("id", "under 18, and no child", ("anak di bawah 18",), ("orang di bawah 18",)),
    Finding("fil", "one word for the employer", ("employer", "Employer"), ("amo",)),
    Finding(
        "zh_Hant",
        "to message is not to write by hand",
        ("寫給您", "寫給我們", "來這裡寫", "在這裡隨便寫", "我先寫", "寫訊息", "可以寫。"),
        ("只在我先傳訊息時", "我以前傳過訊息", "現在可以傳訊息"),
    ),
    Finding(
        "zh_Hans",
        "to message is not to write by hand",
        ("写给您", "写给我们", "来这里写", "在这里随便写", "我先写", "写消息"),
        ("只在我先发消息时", "我以前发过消息", "现在可以发消息"),
    ),
    Finding("zh_Hant", "what we keep", ("我們有您的什麼",), ("我們保存了您的哪些資料",)),
    Finding("zh_Hans", "what we keep", ("我们有您的什么",), ("我们保存了您的哪些资料",)),
)
STAFF = (
    Finding("id", "one word for staff", ("orang kami", "Orang kami"), ("staf kami",)),
    Finding("vi", "one word for staff", ("gười của chúng tôi",), ("nhân viên",)),
    Finding("th", "one word for staff", ("คนในทีม",), ("ทีมงาน",)),
    Finding("fil", "one word for staff", ("tao namin",), ("staff",)),
    Finding("zh_Hant", "one word for staff", ("我們的人",), ("工作人員",)),
    Finding("zh_Hans", "one word for staff", ("我们的人",), ("工作人员",)),
    Finding("ja", "one word for staff", ("こちらの人", "ここの人", "相談員"), ("スタッフ",)),
    Finding("km", "one word for staff", ("អ្នកធ្វើការរបស់យើង",), ("បុគ្គលិក",)),
    Finding("my", "one word for staff", ("အရာရှိ",), ("ဝန်ထမ်း",)),
)
FINDINGS = (*TRUTH, *ENGLISH, *TRANSLATIONS, *STAFF)


def said_in(tag: str) -> list[str]:
    """Return every phrase people may read in a language."""
    if tag == FALLBACK:
        keys = messages_by_key(template("messages")).keys()
        return [source for _context, source in keys]
    return [phrase.words for phrase in phrases_of(tag)]


def faults(finding: Finding, said: list[str]) -> list[str]:
    """Return what stands and must not, and what must stand and does not."""
    found = [f"says {it!r}: {words}" for it in finding.never for words in said if it in words]
    return found + [
        f"does not say {it!r}" for it in finding.says if not any(it in words for words in said)
    ]


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda it: f"{it.tag}: {it.about}")
def test_what_was_found_does_not_come_back(finding: Finding) -> None:
    assert faults(finding, said_in(finding.tag)) == []


def test_a_sentence_that_comes_back_would_be_found() -> None:
    row = Finding("en", "who answers", ("Behind it are",), ("People from",))
    assert faults(row, ["Behind it are people."]) != []
    assert faults(row, ["People from here read."]) == []
    assert all(it.tag in LANGUAGES and it.never + it.says for it in FINDINGS)


def impolite(messages: list[str]) -> list[str]:
    """Return the long Filipino messages without the word that makes them polite."""
    polite = re.compile(r"\bpo(?:ng)?\b", re.IGNORECASE)
    return [it for it in messages if len(it) >= LONG and not polite.search(it)]


def test_every_long_filipino_message_is_polite() -> None:
    messages = [
        it.words
        for it in phrases_of("fil")
        if not it.is_label and not it.is_county and not it.files <= FRAGMENT_FILES
    ]
    assert len([it for it in messages if len(it) >= LONG]) > 300
    assert impolite(messages) == []


def test_a_long_message_without_the_polite_word_would_be_found() -> None:
    assert impolite(["Puwede kayong magpahinga " * 4]) != []
    assert impolite(["Puwede po kayong magpahinga " * 4, "Hindi pong ganoon " * 4]) == []


@pytest.mark.parametrize("tag", [tag for tag in LANGUAGES if tag != FALLBACK])
def test_in_every_language_the_city_or_county_and_the_police_are_told(tag: str) -> None:
    sentences = {phrase.source: phrase.words for phrase in phrases_of(tag)}
    begins = "What you write is locked on our computer. People read it"
    law = next(words for source, words in sentences.items() if source.startswith(begins))
    told = {"id": "polisi", "vi": "cảnh sát", "th": "ตำรวจ", "fil": "pulis", "zh_Hant": "警察",
            "zh_Hans": "警察", "ja": "警察", "km": "ប៉ូលីស", "my": "ရဲ"}  # fmt: skip
    assert told[tag] in law
