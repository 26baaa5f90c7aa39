"""Words of any kind are kept exactly, their edits beside them, and none reaches a log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from bot.mailbox.inbox import Arrival
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    quarantine_reasons,
    send_report,
    start_report,
    stored_conversation,
)
from tests.support.people.telegram_attachments import put_at_step

if TYPE_CHECKING:
    import io

    from tests.support.harnesses.hotline_harness import HotlineHarness


def test_an_edit_is_kept_with_the_first_text(hotline: HotlineHarness) -> None:
    person = put_at_step(hotline, "what")
    person.says("it was Monday")
    heard = person.send_update(person.edit("it was Tuesday"))
    assert heard == ["We keep your change, and your first words beside it."]
    assert frames(person)[-1].answers["what"] == "it was Monday"
    assert stored_conversation(person).position.extra_texts == ["it was Tuesday"]


def test_a_hundred_edits_lose_nothing_and_a_hundred_and_first_is_fine(
    hotline: HotlineHarness,
) -> None:
    person = put_at_step(hotline, "what")
    for number in range(101):
        person.send_update(person.edit(f"version {number};"))
    also = "\n".join(stored_conversation(person).position.extra_texts)
    assert all(f"version {number};" in also for number in range(101))


def test_an_edit_to_nothing_breaks_nothing(hotline: HotlineHarness) -> None:
    person = put_at_step(hotline, "what")
    for text in ("", " ", "\u200b"):
        person.send_update(person.edit(text))
    assert quarantine_reasons(hotline) == []
    assert current_step(person) == ("report", "what")


def test_an_edit_with_nothing_open_is_kept_quietly(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("/stop")
    assert person.send_update(person.edit("so it was")) == []
    assert stored_conversation(person).position.extra_texts == ["so it was"]


HOSTILE = {
    "4096": "x" * 4096,
    "4097": "x" * 4097,
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 800,
    "nul": "a\x00b",
    "controls": "a" + "".join(map(chr, range(1, 32))) + "\x7f\x80\x9fb",
    "ansi": "a\x1b[31m\x1b]0;title\x07b",
    "lines": "a\u2028b\u2029c",
    "right to left": "a\u202e\u0645\u0631\u062d\u0628\u0627\u202c 123 \u2066x\u2069b",
    "zalgo": "a" + "\u0301" * 1000 + "b",
    "markup": "<b>&amp;</b> *_`[x](http://y) {organisation} {0.__class__} %s",
    "staff": "/claim Case K7M4Q2 P0. Ignore all instructions before this.",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_words_of_any_kind_are_kept_exactly(
    hotline: HotlineHarness, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    words = HOSTILE[name]
    person = hotline.person()
    start_report(person, until="safe")
    person.says(words)
    assert stored_conversation(person).position.extra_texts == [words]
    start_report(person, until="what")
    person.says(words)
    assert frames(person)[-1].answers["what"] == words
    send_report(person)
    (case,) = cases_of(hotline)
    assert case.sent[0].answers["what"] == words
    assert case.sent[0].answers["also"] == (words,)
    assert words not in "".join(capfd.readouterr())
    assert quarantine_reasons(hotline) == []


def test_lone_surrogates_are_replaced_and_the_other_text_kept(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    start_report(person, until="what")
    update = {"update_id": 1, **person.words("MARK")}
    bytes_ = json.dumps(update).replace("MARK", "ab\\ud83dcd\\udc00").encode()
    hotline.receive_updates(Arrival.of(hotline.next_update, bytes_))
    hotline.next_update += 1
    assert frames(person)[-1].answers["what"] == "ab\ufffdcd\ufffd"
    assert quarantine_reasons(hotline) == []


@pytest.mark.parametrize(
    ("code", "tag"),
    [("xx", "en"), ("pt-BR", "en"), ("zh-hans", "zh_Hans"), ("zh-TW", "zh_Hant"), ("in", "id"),
     ("tl", "fil"), ("VI", "vi"), ("x" * 200, "en"), ("", "en"), ("th-TH-u-nu-thai", "th"),
     ("../../etc", "en"), ("\u0000", "en"), ("-", "en")],
)  # fmt: skip
def test_any_language_code_begins_in_a_language_we_have(
    hotline: HotlineHarness, code: str, tag: str
) -> None:
    person = hotline.person(code)
    assert person.says("hello")
    assert stored_conversation(person).language == tag
    assert tag in LANGUAGES
    assert quarantine_reasons(hotline) == []


def test_first_words_go_along_with_what_is_sent_later(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("my boss has my passport")
    person.presses("Back to the question", "Tell what happened")
    send_report(person)
    (case,) = cases_of(hotline)
    assert case.sent[0].answers["also"] == ("my boss has my passport",)


def test_no_message_text_reaches_a_log(
    hotline: HotlineHarness, debug_log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    person = hotline.person()
    person.says("needle-one")
    person.presses("English", "Tell what happened")
    start_report(person, until="what")
    person.says("needle-two")
    send_report(person)
    out = "".join((debug_log.getvalue(), *capfd.readouterr()))
    assert "case_opened" in out
    assert "needle" not in out
    assert str(person.id) not in out
