"""The access of a caseworker who holds a chat ends: the person is told, and a colleague goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.commands.types import Command, Verb
from bot.hotline.events import EventKind
from bot.hotline.staff.enrolment import Enrolment
from bot.vault import AuditLog
from tests.dispatch.relay.test_takeover import LEFT, in_danger, met

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver


def ends_access(hotline: HotlineHarness, mei: CaseworkerDriver) -> None:
    """End a caseworker's access, and let the bot do what follows from it."""
    mei.disable()
    hotline.run(hotline.house.dispatcher.resume())
    hotline.settle()


def test_a_disabled_caseworker_has_no_access(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    ends_access(hotline, mei)
    assert mei.says(case, "hello") == []
    assert "hello" not in person.texts


def test_claiming_a_case_of_disabled_staff_takes_the_chat_over(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline)
    mei.disable()
    lan = hotline.colleague("Lan", title="counsellor")
    lan.claims(case)
    lan.take_over(case)
    person.presses("I can write now")  # asked again, as after every return to the queue
    assert "a counsellor of Hope House" in person.last
    lan.says(case, "I go on from here.")
    assert person.last == "I go on from here."


def test_a_caseworker_whose_access_ended_leaves_no_one_talking_to_silence(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline)
    assert person.says("My passport is gone") == []  # the control: she reads it
    services, now = hotline.house.staff.service.hotline, hotline.loop.now()
    enrolment = Enrolment(hotline.vault, services.claims, AuditLog(hotline.vault))
    assert hotline.database.writer.run_sync(lambda work: enrolment.disable(work, now, mei.id)) == [
        case
    ]
    hotline.run(hotline.house.dispatcher.resume())
    hotline.settle()
    assert LEFT in person.texts[-2:]
    hotline.advance_time(60)
    assert person.says("he has a knife and will kill me") != []
    assert hotline.ask("SELECT status, holder FROM cases") == [("waiting", None)]
    hua = hotline.colleague("Hua")
    assert hua.claims() == case


def test_the_end_of_access_ends_a_talk_as_a_return_to_the_queue_does(
    hotline: HotlineHarness,
) -> None:
    (returned, mei, case), (ended, bo, other) = met(hotline), met(hotline)
    before = len(returned.texts), len(ended.texts)
    mei.run_command(Verb.RELEASE, case)
    ends_access(hotline, bo)
    assert LEFT in returned.texts[before[0] :]
    assert ended.texts[before[1] :] == returned.texts[before[0] :]
    shown = [it for it in hotline.board.events if it.case == other]
    assert [it.kind for it in shown[-2:]] == [EventKind.RELEASED, EventKind.HANDED_BACK]
    assert shown[-2].values == {"other": "Mei"}


def test_the_end_of_access_says_nothing_to_a_phone_that_may_be_in_other_hands(
    hotline: HotlineHarness,
) -> None:
    silent, mei, _case = met(hotline)
    hotline.advance_time(31 * 60)
    unasked, _other = in_danger(hotline)
    jun = hotline.colleague("Jun")
    jun.take_over(jun.claims(_other))
    before = list(silent.texts), list(unasked.texts)
    ends_access(hotline, mei)
    ends_access(hotline, jun)
    assert (list(silent.texts), list(unasked.texts)) == before


def test_the_end_of_access_leaves_the_talk_of_a_colleague_alone(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    lan = hotline.colleague("Lan", title="counsellor")
    mei.disable()
    hotline.store_staff_commands(
        Command(verb=Verb.CLAIM, by=lan.id, case=case),
        Command(verb=Verb.TAKE_OVER, by=lan.id, case=case),
    )
    hotline.run(hotline.house.dispatcher.resume())
    hotline.settle()
    person.presses("I can write now")
    hotline.send_staff_command(Command(verb=Verb.ACCESS_ENDED, by=mei.id, case=case))
    assert person.says("Where are you?") == []  # she reads it
    lan.says(case, "I go on from here.")
    assert person.last == "I go on from here."


def test_no_one_who_has_access_can_give_the_command_that_ends_a_talk(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline)
    assert mei.run_command(Verb.ACCESS_ENDED, case) == []
    assert LEFT not in person.texts
