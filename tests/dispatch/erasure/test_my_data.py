"""What is held of a person: told by kind and date in a live sitting, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.consents import ConsentKind, ConsentRecords
from bot.hotline.commands.types import Verb
from tests.support.dispatch_inspection import send_report, start_report
from tests.support.harnesses.hotline_harness import ALWAYS, VAULT, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

LEDGER = ConsentRecords(VAULT)
SAID = "The boss has my passport."


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def sent(home: HotlineHarness) -> ChatPerson:
    person = home.person()
    start_report(person, until="what")
    person.says(SAID)
    send_report(person)
    person.presses("More choices", "Skip", "Skip", "You may count it")
    return person


def asks(person: ChatPerson) -> list[str]:
    """Type the command; after a silence the hello may come first."""
    heard = person.says("/mydata")
    if not any("erased after 24 hours" in text for text in heard):
        person.presses("English")
        heard = person.says("/mydata")
    return heard


def may_count(home: HotlineHarness) -> bool:
    ((case,),) = home.ask("SELECT id FROM cases")
    return home.database.writer.run_sync(
        lambda work: LEDGER.has_consent(work, case, ConsentKind.STATISTICS)
    )


def test_within_the_session_it_lists_data_by_kind_without_content(
    hotline: HotlineHarness,
) -> None:
    person = sent(hotline)
    person.says("/mydata")
    heard = person.presses("Show the list")
    told = next(text for text in heard if text.startswith("From this sitting"))
    assert "What you told: " in told
    assert "wrote down" not in told
    assert SAID not in " ".join(heard)
    ((case,),) = hotline.ask("SELECT id FROM cases")
    mei = hotline.colleague()
    mei.claims(case)
    mei.run_command(Verb.RECORD, case, code="suspect:new/name", text="Pak Budi")
    person.presses("Add something")
    person.sends(photo=[{"file_id": "f1", "file_unique_id": "u1", "file_size": 900}])
    person.presses("Send")
    person.says("/mydata")
    heard = person.presses("Show the list")
    told = next(text for text in heard if text.startswith("From this sitting"))
    assert "What you added: " in told
    assert "Facts our people wrote down: 1" in told
    assert "Photos and other files: 1" in told  # it stands in a message and in the addition


def test_after_a_silence_it_says_the_same_to_every_chat(hotline: HotlineHarness) -> None:
    with_case, without = sent(hotline), hotline.person()
    hotline.advance_time(3600)
    answers = [asks(person)[-3:] for person in (with_case, without)]
    assert answers[0] == answers[1]
    assert any("/delete" in text for text in answers[0])
    for person in (with_case, without):
        rows = [row for say in person.screen[-3:] for row in say.rows]
        assert not any("Show the list" in button.label for row in rows for button in row)


def test_a_yes_is_taken_back_as_easily_as_it_was_given(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    assert may_count(hotline)
    person.says("/mydata")
    heard = person.presses("Do not count it")
    assert any("not counted from now on" in text for text in heard)
    assert not may_count(hotline)
    rows = hotline.ask("SELECT actor, deed, detail FROM audit WHERE deed = 'consent_revoke'")
    assert rows == [("person", "consent_revoke", "statistics")]


def test_consent_cannot_be_revoked_without_a_session(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    hotline.advance_time(3600)
    heard = asks(person)
    assert not any("take back what you agreed to" in text for text in heard)
    assert may_count(hotline)
