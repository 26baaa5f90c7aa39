"""What a person agrees to on the way is kept with what they sent, in the words they were shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.consents import ConsentKind, ConsentRecords
from bot.conversation import CONTROLS
from bot.dispatch.privacy_notice import text_digest
from bot.languages import LANGUAGES
from flows import ALL_FLOWS
from flows.requests.talk import Talk
from flows.texts import phrases
from tests.support.content.catalogue_files import read_in
from tests.support.dispatch_inspection import (
    current_step,
    send_report,
    start_report,
    stored_conversation,
)
from tests.support.harnesses.hotline_harness import ALWAYS, VAULT, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.cases.consents import ConsentRecord
    from bot.text import Text

LEDGER = ConsentRecords(VAULT)
TALK_SEND = Talk.send.prompt


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def agreed(home: HotlineHarness) -> list[ConsentRecord]:
    """Return what was agreed to in the newest case."""
    ((case,),) = home.ask("SELECT id FROM cases ORDER BY opened_at DESC, id LIMIT 1")
    return home.database.writer.run_sync(lambda work: LEDGER.of_case(work, case))


def wording(home: HotlineHarness, it: ConsentRecord) -> str | None:
    return home.database.writer.run_sync(lambda work: LEDGER.find_wording(work, it.wording_digest))


def asked_in(home: HotlineHarness, text: Text, choices: dict[str, Text], language: str) -> str:
    """Return a question as it stands on the screen, from the catalogue alone."""
    words = read_in(language)
    labels = [f"{n} {label.render(words)}" for n, label in enumerate(choices.values(), 1)]
    blanks = {"organisation": home.settings.organisation}
    return "\n".join([text.render(words, blanks), *labels])


def test_skipping_consents_only_to_the_chat_and_the_hotline(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    send_report(person)
    found = {it.kind: it for it in agreed(hotline)}
    assert found.keys() == {
        ConsentKind.CHAT,
        ConsentKind.HOTLINE,
        ConsentKind.READING,
    }
    assert all(it.is_active for it in found.values())


def test_skipping_what_is_asked_after_sending_is_no_consent(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("More choices", "Skip", "Skip", "Do not count it")
    found = {it.kind: it for it in agreed(hotline)}
    assert (found[ConsentKind.OTHERS].answer, found[ConsentKind.STATISTICS].answer) == ("", "dont")
    assert not found[ConsentKind.OTHERS].is_active
    assert not found[ConsentKind.STATISTICS].is_active


def test_putting_the_decision_off_is_no_record_and_sending_then_is_one(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    start_report(person, until="send_all")
    person.presses("Send")
    sent = [it for it in agreed(hotline) if it.kind is ConsentKind.HOTLINE]
    assert [(it.answer, it.is_active) for it in sent] == [("send", True)]
    assert wording(hotline, sent[0]) == asked_in(
        hotline, phrases.SEND_QUESTION, phrases.SEND_NOW, "en"
    )


def test_a_yes_to_being_counted_is_kept(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("More choices", "Skip", "Skip", "You may count it")
    assert ConsentKind.STATISTICS in {it.kind for it in agreed(hotline) if it.is_active}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_digest_is_of_exactly_what_was_shown_in_that_language(
    hotline: HotlineHarness, tag: str
) -> None:
    words, person = read_in(tag), hotline.person(tag)
    person.says("/start")
    person.presses(LANGUAGES[tag].own_name)
    for label in ("Talk to a person", "I am safe here"):
        person.presses(next(it for it in person.labels() if it.endswith(label_in(words, label))))
    person.presses(next(it for it in person.labels() if it.endswith(phrases.SEND.render(words))))
    (sent,) = [it for it in agreed(hotline) if it.kind is ConsentKind.HOTLINE]
    shown = wording(hotline, sent)
    assert shown is not None
    assert sent.language == tag
    assert sent.wording_digest == text_digest(shown)
    assert shown == asked_in(hotline, TALK_SEND, phrases.SEND_NOW, tag)
    assert sent.notice_version == hotline.house.setting.notice.version(tag)
    notice = hotline.database.writer.run_sync(
        lambda work: LEDGER.find_wording(work, sent.notice_version)
    )
    assert notice == hotline.house.setting.notice.text(tag)


def test_another_language_is_another_text(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person)
    english = stored_conversation(person).consent_wordings["report.send"]
    person.says("/language")
    person.presses("Bahasa Indonesia")
    assert current_step(person) == ("report", "send")
    indonesian = stored_conversation(person).consent_wordings["report.send"]
    assert (english.language, indonesian.language) == ("en", "id")
    assert english.digest != indonesian.digest


def test_a_consent_text_is_stored_once_for_all_people(hotline: HotlineHarness) -> None:
    for _ in range(3):
        start_report(hotline.person())
    ((count,),) = hotline.ask("SELECT count(*) FROM wordings WHERE language = 'en'")
    ((kinds,),) = hotline.ask("SELECT count(DISTINCT digest) FROM wordings WHERE language = 'en'")
    assert count == kinds
    hotline.restart()
    start_report(hotline.person())
    assert hotline.ask("SELECT count(*) FROM wordings WHERE language = 'en'") == [(count,)]


def test_no_consent_is_stored_for_an_unsent_report(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    start_report(person)
    person.presses("Not now")
    assert hotline.ask("SELECT count(*) FROM agreements") == [(0,)]


def test_danger_told_is_agreed_to_as_well(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("/start")
    person.presses("English")
    person.says("/danger")
    person.presses("Tell them now")
    assert [(it.kind, it.is_active) for it in agreed(hotline)] == [
        (ConsentKind.ALARM, True),
        (ConsentKind.READING, True),
    ]


def test_taking_it_back_takes_back_what_was_agreed(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("Take it back", "Take it back")
    assert not any(it.is_active for it in agreed(hotline))


def test_nothing_is_counted_without_consent(hotline: HotlineHarness) -> None:
    """Beside what was sent, only how often each kind of update came is written down, by day."""
    person = hotline.person()
    send_report(person)
    counted = {kind for (kind,) in hotline.ask("SELECT kind FROM tallies")}
    assert counted <= {"words", "press", "start", "command"}


def label_in(words: object, english: str) -> str:
    found = next(
        text
        for flow in ALL_FLOWS
        for step in flow.steps
        for text in (*step.phrases(), CONTROLS["skip"])
        if text.source == english
    )
    return str(found.render(words))  # type: ignore[arg-type]
