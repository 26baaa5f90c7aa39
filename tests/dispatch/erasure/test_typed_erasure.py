"""At the question whether to erase, the word itself is a yes, and what denies it is a no."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.conversation import Choose
from tests.support.dispatch_inspection import cases_of, current_step, send_report

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

QUESTION = ("delete", "go_on")
YES = {
    "id": ("hapus", "hapus saja"),
    "vi": ("xóa", "xóa hết"),
    "en": ("delete", "Erase it", "yes delete", "delete please"),
    "zh_Hant": ("刪掉", "刪除"),
    "fil": ("burahin", "pabura"),
    "th": ("ลบ", "ลบครับ"),
    "km": ("លុប", "លុបចោល"),
    "my": ("ဖျက်", "ဖျက်ပေး"),
    "zh_Hans": ("删掉", "删除"),
    "ja": ("消して", "削除"),
}
NO = {
    "id": ("jangan dihapus", "tidak usah dihapus"),
    "vi": ("không xóa", "đừng xóa"),
    "en": ("don't delete it", "delete nothing", "no don't delete it", "no"),
    "zh_Hant": ("不要刪除", "別刪"),
    "fil": ("huwag burahin", "wag mong burahin"),
    "th": ("อย่าลบ", "ไม่ต้องลบ"),
    "km": ("កុំលុប",),
    "my": ("မဖျက်ပါနဲ့",),
    "zh_Hans": ("不要删除", "别删"),
    "ja": ("消さないで", "削除しないで"),
}


def asked_whether_to_erase(home: HotlineHarness, language: str) -> ChatPerson:
    """Return a person who sent a report and typed /delete."""
    person = home.person("en")
    send_report(person)
    person.says("/language")
    number = list(_offered(person)).index(language) + 1
    person.says(str(number), "/delete")
    assert current_step(person) == QUESTION
    return person


def _offered(person: ChatPerson) -> tuple[str, ...]:
    question = person.home.house.setting.registry.question("language", "language")
    assert isinstance(question, Choose)
    return tuple(question.choices)


def erasure_requests(home: HotlineHarness) -> int:
    return len(home.ask("SELECT * FROM wishes"))


@pytest.mark.parametrize(
    ("language", "text"), [(tag, text) for tag, texts in YES.items() for text in texts]
)
def test_the_word_that_erases_asks_for_the_erasure(
    sqlite_hotline: HotlineHarness, language: str, text: str
) -> None:
    person = asked_whether_to_erase(sqlite_hotline, language)
    person.says(text)
    assert erasure_requests(sqlite_hotline) == 1


@pytest.mark.parametrize(
    ("language", "text"), [(tag, text) for tag, texts in NO.items() for text in texts]
)
def test_a_denial_erases_nothing(sqlite_hotline: HotlineHarness, language: str, text: str) -> None:
    person = asked_whether_to_erase(sqlite_hotline, language)
    person.says(text)
    assert erasure_requests(sqlite_hotline) == 0
    assert current_step(person) not in {QUESTION, None}
    assert len(cases_of(sqlite_hotline)) == 1


@pytest.mark.parametrize("text", ["delete my name only", "what is erased?", "hello"])
def test_what_says_neither_is_asked_again(sqlite_hotline: HotlineHarness, text: str) -> None:
    person = asked_whether_to_erase(sqlite_hotline, "en")
    person.says(text)
    assert current_step(person) == QUESTION
    assert erasure_requests(sqlite_hotline) == 0


def test_clear_chat_still_clears_the_chat_there(sqlite_hotline: HotlineHarness) -> None:
    person = asked_whether_to_erase(sqlite_hotline, "en")
    person.says("clear chat")
    assert current_step(person) is None
    assert erasure_requests(sqlite_hotline) == 0


def test_a_cry_for_help_next_to_a_denial_is_not_lost(sqlite_hotline: HotlineHarness) -> None:
    person = asked_whether_to_erase(sqlite_hotline, "en")
    assert "110" in "\n".join(person.says("don't delete, he will kill me"))
