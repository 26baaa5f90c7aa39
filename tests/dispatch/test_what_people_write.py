"""Words of any kind are kept exactly, their edits beside them, and none reaches a log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from bot.mailbox.inbox import Arrival
from tests.dispatch.peeking import (
    at,
    cases_of,
    faults,
    frames,
    kept,
    tell,
)
from tests.dispatch.sent import standing

if TYPE_CHECKING:
    import io

    from tests.houses import Home


def test_an_edit_is_kept_beside_the_first_words(home: Home) -> None:
    person = standing(home, "what")
    person.says("it was Monday")
    heard = person.does(person.edit("it was Tuesday"))
    assert heard == ["We keep your change, and your first words beside it."]
    assert frames(person)[-1].answers["what"] == "it was Monday"
    assert kept(person).position.also == ["it was Tuesday"]


def test_a_hundred_edits_lose_nothing_and_a_hundred_and_first_is_fine(home: Home) -> None:
    person = standing(home, "what")
    for number in range(101):
        person.does(person.edit(f"version {number};"))
    also = "\n".join(kept(person).position.also)
    assert all(f"version {number};" in also for number in range(101))


def test_an_edit_to_nothing_breaks_nothing(home: Home) -> None:
    person = standing(home, "what")
    for text in ("", " ", "\u200b"):
        person.does(person.edit(text))
    assert faults(home) == []
    assert at(person) == ("report", "what")


def test_an_edit_with_nothing_open_is_kept_quietly(home: Home) -> None:
    person = home.person()
    person.says("/stop")
    assert person.does(person.edit("so it was")) == []
    assert kept(person).position.also == ["so it was"]


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
    home: Home, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    words = HOSTILE[name]
    person = home.person()
    tell(person, until="safe")
    person.says(words)
    assert kept(person).position.also == [words]
    tell(person, until="what")
    person.says(words)
    assert frames(person)[-1].answers["what"] == words
    tell(person)
    person.presses("Send")
    (case,) = cases_of(home)
    assert case.sent[0].answers["what"] == words
    assert case.sent[0].answers["also"] == (words,)
    assert words not in "".join(capfd.readouterr())
    assert faults(home) == []


def test_lone_surrogates_are_replaced_and_everything_beside_them_kept(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    update = {"update_id": 1, **person.words("MARK")}
    bytes_ = json.dumps(update).replace("MARK", "ab\\ud83dcd\\udc00").encode()
    home.takes(Arrival.of(home.next_update, bytes_))
    home.next_update += 1
    assert frames(person)[-1].answers["what"] == "ab\ufffdcd\ufffd"
    assert faults(home) == []


@pytest.mark.parametrize(
    ("code", "tag"),
    [("xx", "en"), ("pt-BR", "en"), ("zh-hans", "zh_Hans"), ("zh-TW", "zh_Hant"), ("in", "id"),
     ("tl", "fil"), ("VI", "vi"), ("x" * 200, "en"), ("", "en"), ("th-TH-u-nu-thai", "th"),
     ("../../etc", "en"), ("\u0000", "en"), ("-", "en")],
)  # fmt: skip
def test_any_language_code_begins_in_a_language_we_have(home: Home, code: str, tag: str) -> None:
    person = home.person(code)
    assert person.says("hello")
    assert kept(person).language == tag
    assert tag in LANGUAGES
    assert faults(home) == []


def test_first_words_go_along_with_what_is_sent_later(home: Home) -> None:
    person = home.person()
    person.says("my boss has my passport")
    person.presses("English", "Nobody can see", "Tell what happened")
    tell(person)
    person.presses("Send")
    (case,) = cases_of(home)
    assert case.sent[0].answers["also"] == ("my boss has my passport",)


def test_no_word_of_anybody_reaches_a_log(
    home: Home, log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    person = home.person()
    person.says("needle-one")
    person.presses("English", "Nobody can see", "Tell what happened")
    tell(person, until="what")
    person.says("needle-two")
    tell(person)
    person.presses("Send")
    out = "".join((log.getvalue(), *capfd.readouterr()))
    assert "case_opened" in out
    assert "needle" not in out
    assert str(person.id) not in out
