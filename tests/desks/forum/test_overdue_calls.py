"""What is late is called out where all look, naming those whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.hotline.commands.types import Verb
from bot.messages import SendText
from tests.support.database_fixtures import DATABASE_KINDS
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

GROUP = -1_001_234


@pytest.fixture(params=DATABASE_KINDS)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(
        tmp_path, kind=request.param, desk_group=GROUP, desk_mode="content", staff_language="en"
    )
    yield home
    home.close()


def in_danger(home: HotlineHarness) -> tuple[ChatPerson, str]:
    person = home.person("en")
    person.says("/start")
    person.presses("English", "Tell what happened", "About me", "I am safe here")
    person.presses("Danger now", "Tell them now")
    return person, home.ask("SELECT id FROM cases")[0][0]


def looks(home: HotlineHarness) -> list[SendText]:
    """Look at every clock once; return what is said where all look."""
    before = len(home.post.arrived)
    now = home.loop.now()
    letters = home.database.writer.run_sync(lambda work: home.house.staff.check_due(work, now))
    home.house.courier.enqueue(letters)
    home.settle()
    return [
        body
        for chat, body in home.post.arrived[before:]
        if chat == GROUP and isinstance(body, SendText) and not body.thread
    ]


def called(say: SendText) -> list[str]:
    return [mention.label for mention in say.mentions]


def test_an_overdue_case_calls_caseworkers_then_supervisors(home: HotlineHarness) -> None:
    home.colleague("Mei", account=71)
    home.colleague("Ada", account=72, role=Role.SUPERVISOR, queues=(), languages=())
    in_danger(home)
    assert looks(home) == []
    home.advance_time(2 * 60 + 1)
    (first,) = looks(home)
    assert "the reply is due now." in first.text
    assert called(first) == ["Mei"]
    assert [button.label for row in first.rows for button in row] == ["Claim"]
    home.advance_time(2 * 60)
    (second,) = looks(home)
    assert called(second) == ["Mei", "Ada"]
    assert "the reply is overdue by 2 min." in second.text


def test_an_idle_claim_returns_to_the_queue_with_a_call(home: HotlineHarness) -> None:
    mei = home.colleague("Mei", account=71)
    _person, case = in_danger(home)
    mei.run_command(Verb.CLAIM, case)
    home.advance_time(15 * 60)
    said = [say.text for say in looks(home)]
    assert any("it waits in the queue again" in text for text in said)
    assert home.ask("SELECT holder FROM cases") == [(None,)]


def test_a_caseworker_without_an_account_is_named_without_a_mention(home: HotlineHarness) -> None:
    home.colleague("Mei")
    in_danger(home)
    (call,) = [
        body
        for chat, body in home.post.arrived
        if chat == GROUP and isinstance(body, SendText) and "is waiting" in body.text
    ]
    assert call.text.endswith("\nMei")
    assert call.mentions == ()
