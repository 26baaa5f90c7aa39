"""What a person sees of their case, in the sitting in which it was made and in no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatch.relay.test_staff_commands import wanting
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    yield home
    home.close()


def test_progress_shows_an_unread_report_and_the_reply_time(
    hotline: HotlineHarness,
) -> None:
    person, _case = wanting(hotline)
    heard = person.presses("Has anyone read it?")
    lines = heard[0].splitlines()
    assert lines[0] == "This has happened so far:"
    assert lines[1].startswith("Received: ")
    assert lines[2:4] == ["Nobody has read it yet.", "Nobody looks after it yet."]
    assert lines[-1].startswith("We try to read it by ")
    assert heard[-1] == "What would you like to do now?"


def test_a_person_sees_that_it_was_read_and_whose_it_is_by_role(hotline: HotlineHarness) -> None:
    person, case = wanting(hotline)
    hotline.colleague("Mei", title="social_worker").claims(case)
    heard = person.presses("Has anyone read it?")[0]
    assert "A person has read it: " in heard
    assert "Who looks after it: a social worker" in heard
    assert "Mei" not in heard


def test_a_person_hears_that_we_are_late(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("/start")
    person.presses("English", "Nobody", "Danger now", "Tell them now")
    hotline.advance_time(5 * 60)
    person.says("/danger")
    person.presses("Not yet")
    person.presses("Talk to a person", "I am safe here")
    person.says("It is about my pay")
    person.presses("Any time", "Send")
    heard = person.presses("Has anyone read it?")[0]
    assert "We are late. We wanted to read it by " in heard
    assert "We try to read it by" not in heard


def test_after_a_silence_the_chat_knows_of_no_case(hotline: HotlineHarness) -> None:
    person, _case = wanting(hotline)
    hotline.advance_time(31 * 60)
    person.says("hello")
    assert not any("Has anyone read it?" in label for label in person.labels())
