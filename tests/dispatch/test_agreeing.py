"""What a person agrees to on the way is kept with what they sent, in the words they were shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.consents import Agreements, Kind
from bot.conversation import CONTROLS
from bot.dispatch.privacy_notice import digest_of
from bot.languages import LANGUAGES
from flows import ALL, phrases
from flows.talk import Talk
from tests.dispatch.peeking import at, kept, skip_on, tell
from tests.house.catalogues import read_in
from tests.houses import ALWAYS, VAULT, Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.cases.consents import Agreement
    from bot.text import Text

LEDGER = Agreements(VAULT)
TALK_SEND = Talk.send.prompt


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def agreed(home: Home) -> list[Agreement]:
    """Return what was agreed to in the newest case."""
    ((case,),) = home.ask("SELECT id FROM cases ORDER BY opened_at DESC, id LIMIT 1")
    return home.database.writer.run_now(lambda work: LEDGER.of_case(work, case))


def wording(home: Home, it: Agreement) -> str | None:
    return home.database.writer.run_now(lambda work: LEDGER.wording(work, it.words))


def asked_in(home: Home, text: Text, choices: dict[str, Text], language: str) -> str:
    """Return a question as it stands on the screen, from the catalogue alone."""
    words = read_in(language)
    labels = [f"{n} {label.read_in(words)}" for n, label in enumerate(choices.values(), 1)]
    blanks = {"organisation": home.settings.organisation}
    return "\n".join([text.read_in(words, blanks), *labels])


def test_whoever_only_skips_has_agreed_to_the_hotline_and_to_nothing_else(home: Home) -> None:
    person = home.person()
    tell(person)
    person.presses("Send")
    found = {it.kind: it for it in agreed(home)}
    assert found.keys() == {Kind.CHAT, Kind.OTHERS, Kind.STATISTICS, Kind.HOTLINE}
    assert {kind for kind, it in found.items() if it.holds} == {Kind.CHAT, Kind.HOTLINE}
    assert (found[Kind.OTHERS].answer, found[Kind.STATISTICS].answer) == ("", "")


def test_a_yes_to_being_counted_is_kept(home: Home) -> None:
    person = home.person()
    tell(person, until="counting")
    person.presses("You may count it")
    skip_on(person)
    person.presses("Send")
    assert Kind.STATISTICS in {it.kind for it in agreed(home) if it.holds}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_digest_is_of_exactly_what_was_shown_in_that_language(home: Home, tag: str) -> None:
    words, person = read_in(tag), home.person(tag)
    person.says("/start")
    person.presses(LANGUAGES[tag].own_name)
    for label in ("Nobody can see", "Talk to a person", "I am safe here", "Skip", "Skip"):
        person.presses(next(it for it in person.labels() if it.endswith(label_in(words, label))))
    person.presses(next(it for it in person.labels() if it.endswith(phrases.SEND.read_in(words))))
    (sent,) = [it for it in agreed(home) if it.kind is Kind.HOTLINE]
    shown = wording(home, sent)
    assert shown is not None
    assert sent.language == tag
    assert sent.words == digest_of(shown)
    assert shown == asked_in(home, TALK_SEND, phrases.SEND_NOW, tag)
    assert sent.notice == home.house.setting.notice.version(tag)
    notice = home.database.writer.run_now(lambda work: LEDGER.wording(work, sent.notice))
    assert notice == home.house.setting.notice.words(tag)


def test_another_language_is_another_text(home: Home) -> None:
    person = home.person()
    tell(person)
    english = kept(person).shown["report.send"]
    person.says("/language")
    person.presses("Bahasa Indonesia")
    assert at(person) == ("report", "send")
    indonesian = kept(person).shown["report.send"]
    assert (english.language, indonesian.language) == ("en", "id")
    assert english.digest != indonesian.digest


def test_words_are_kept_once_whoever_is_asked(home: Home) -> None:
    for _ in range(3):
        tell(home.person())
    ((count,),) = home.ask("SELECT count(*) FROM wordings WHERE language = 'en'")
    ((kinds,),) = home.ask("SELECT count(DISTINCT digest) FROM wordings WHERE language = 'en'")
    assert count == kinds
    home.restart()
    tell(home.person())
    assert home.ask("SELECT count(*) FROM wordings WHERE language = 'en'") == [(count,)]


def test_nothing_is_kept_of_what_somebody_agreed_to_who_sent_nothing(home: Home) -> None:
    person = home.person()
    tell(person)
    person.presses("Not now")
    assert home.ask("SELECT count(*) FROM agreements") == [(0,)]


def test_danger_told_is_agreed_to_as_well(home: Home) -> None:
    person = home.person()
    person.says("/start")
    person.presses("English")
    person.says("/danger")
    person.presses("Tell them now")
    assert [(it.kind, it.holds) for it in agreed(home)] == [(Kind.ALARM, True)]


def test_taking_it_back_takes_back_what_was_agreed(home: Home) -> None:
    person = home.person()
    tell(person)
    person.presses("Send", "Take it back", "Take it back")
    assert not any(it.holds for it in agreed(home))


def test_nothing_is_counted_of_anybody_who_did_not_agree(home: Home) -> None:
    """Beside what was sent, only how often each kind of update came is written down, by day."""
    person = home.person()
    tell(person)
    person.presses("Send")
    counted = {kind for (kind,) in home.ask("SELECT kind FROM tallies")}
    assert counted <= {"words", "press", "start", "command"}


def label_in(words: object, english: str) -> str:
    found = next(
        text
        for flow in ALL
        for step in flow.steps
        for text in (*step.phrases(), CONTROLS["skip"])
        if text.source == english
    )
    return str(found.read_in(words))  # type: ignore[arg-type]
