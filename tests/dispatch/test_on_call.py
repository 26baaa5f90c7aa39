"""An emergency that finds no caseworker at a desk reaches one on call, or its person is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.state_machine import Role
from bot.channels.web_push import WebPush
from bot.clock import HOUR
from bot.dispatch.on_call import CallSenders
from bot.errors import ChatBlockedError, DeliveryError, RetryLaterError
from bot.hotline.commands.types import Verb
from bot.hotline.on_call.roster import CallChannel, OnCallRoster, OnCallSettings
from bot.hotline.staff.duty_shifts import DutyShifts
from bot.hotline.staff.staff import Staff
from bot.messages import SendText
from tests.support.database_fixtures import on_both_databases
from tests.support.dispatch_inspection import leave_details
from tests.support.harnesses.hotline_harness import VAULT, HotlineHarness
from tests.support.people.chat_person import ChatPerson
from tests.support.push_server import PushBrowser, push_service
from tests.support.smtp_server import smtp_server
from tests.support.telegram.recording_channel import delivery_failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.writer import Work
    from tests.support.people.caseworker_driver import CaseworkerDriver

ACCOUNT = 6_000_000_001
WAITS = "Haven: something waits for you."
WAITS_IN_CHINESE = "Haven：有事情在等你。"  # noqa: RUF001 - Chinese punctuation
NOBODY = "Nobody can answer in this chat right now."
TELEGRAM, EMAIL, PUSH = CallChannel.TELEGRAM, CallChannel.EMAIL, CallChannel.PUSH


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    made = HotlineHarness(tmp_path, hours="20:30-21:30", staff_language="en")
    yield made
    made.close()


def puts_on_call(
    home: HotlineHarness, name: str, *channels: CallChannel, position: int = 0, account: int = 0,
    **how: Any,
) -> CaseworkerDriver:  # fmt: skip
    """Enrol a caseworker who is off duty and on call."""
    mei = home.colleague(name, account=account)
    leaves(home, mei)
    settings, now = OnCallSettings(channels, **how), home.loop.now()
    roster = OnCallRoster(home.vault, home.settings.zone)
    home.database.writer.run_sync(lambda work: roster.set(work, mei.id, position, settings, now))
    return mei


def leaves(home: HotlineHarness, who: CaseworkerDriver, *, on: bool = False) -> None:
    home.database.writer.run_sync(lambda work: Staff(home.vault).set_duty(work, who.id, on=on))


def in_danger(home: HotlineHarness) -> ChatPerson:
    person = home.person()
    person.says("/start")
    person.presses("English", "Danger now", "Tell them now")
    leave_details(person)
    return person


def passes(home: HotlineHarness, seconds: int) -> None:
    """Let time pass as a running bot does, with a check every five seconds."""
    for _ in range(0, seconds, 5):
        home.advance_time(5)
        checks(home)


def checks(home: HotlineHarness) -> None:
    now, service = home.loop.now(), home.house.on_call
    letters = home.database.writer.run_sync(lambda work: service.check(work, now))
    home.house.courier.enqueue(letters)
    home.settle()
    home.run(service.send_waiting(home.database.writer, home.loop))


def calls(home: HotlineHarness, account: int = ACCOUNT) -> list[str]:
    """Return what a private chat of a caseworker was sent."""
    return home.post.texts(account)


def audited(home: HotlineHarness, action: str) -> int:
    sql = f"SELECT count(*) FROM audit WHERE deed = '{action}'"  # noqa: S608 - ours
    return int(home.ask(sql)[0][0])


# --- Reached ---------------------------------------------------------------------------------


@on_both_databases
def test_an_emergency_at_night_reaches_the_private_chat_within_a_minute(
    kind: str, tmp_path: Path
) -> None:
    home = HotlineHarness(tmp_path, kind=kind, hours="20:30-21:30", staff_language="en")
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    in_danger(home)
    passes(home, 60)
    assert calls(home)[0] == WAITS
    home.close()


@on_both_databases
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_duty_of_a_role_that_opens_no_case_keeps_no_emergency_from_who_is_on_call(
    kind: str, tmp_path: Path, role: Role
) -> None:
    home = HotlineHarness(tmp_path, kind=kind, hours="20:30-21:30", staff_language="en")
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    home.colleague("Wen", role=role)  # on duty, as a row of an earlier release says
    assert home.ask("SELECT on_duty FROM staff WHERE id <> ''").count((1,)) == 1
    in_danger(home)
    passes(home, 60)
    assert calls(home)[0] == WAITS
    home.close()


def test_a_call_says_nothing_about_a_case(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    in_danger(home)
    passes(home, 10)
    (body,) = home.post.chats[ACCOUNT].values()
    assert isinstance(body, SendText)
    assert body.text == WAITS
    labels = [(it.label, it.token) for row in body.rows for it in row]
    assert labels == [("I will look", "!o")]  # the same for every case
    assert body.notifies


def test_it_is_in_the_language_of_the_caseworker(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT, language="zh_Hant")
    in_danger(home)
    passes(home, 10)
    assert calls(home) == [WAITS_IN_CHINESE]


def test_no_one_is_called_while_a_caseworker_is_on_duty(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    home.colleague("Lan")
    in_danger(home)
    passes(home, 60)
    assert calls(home) == []
    passes(home, 65)  # they did not take it in the two minutes it may wait
    assert calls(home) == [WAITS]


def test_a_shift_of_someone_who_is_not_there_keeps_no_one_from_being_called(
    home: HotlineHarness,
) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    lan = home.colleague("Lan")
    leaves(home, lan)
    now, run = home.loop.now(), home.database.writer.run_sync
    run(lambda work: DutyShifts.plan(work, lan.id, now, now + HOUR))
    run(lambda work: home.house.staff.check_due(work, home.loop.now()))
    assert home.ask("SELECT count(*) FROM staff WHERE on_duty = 1") == [(1,)]
    in_danger(home)
    passes(home, 10)
    assert calls(home) == [WAITS]


def test_what_is_not_an_emergency_calls_no_one(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    person = home.person()
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here", "Send")
    passes(home, 60)
    assert calls(home) == []


def test_outside_their_hours_no_one_is_called(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT, hours="03:00-04:00")
    puts_on_call(home, "Lan", TELEGRAM, account=ACCOUNT + 1, hours="10:00-18:00")
    in_danger(home)
    passes(home, 60)
    assert calls(home) == []
    assert calls(home, ACCOUNT + 1) == [WAITS]


def test_a_disabled_caseworker_is_not_called(home: HotlineHarness) -> None:
    mei = puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    mei.disable()
    in_danger(home)
    passes(home, 60)
    assert calls(home) == []
    assert home.ask("SELECT count(*) FROM on_call") == [(0,)]


def test_a_roster_row_of_another_caseworker_calls_no_one(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    lan = home.colleague("Lan", account=ACCOUNT + 1)
    leaves(home, lan)
    home.ask(f"UPDATE on_call SET staff_id = '{lan.id}' RETURNING staff_id")  # noqa: S608
    in_danger(home)
    passes(home, 30)
    assert calls(home, ACCOUNT + 1) == []


# --- Until one sees it -----------------------------------------------------------------------


def test_calls_go_from_one_to_the_next_until_one_sees_it(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT, position=1)
    puts_on_call(home, "Lan", TELEGRAM, account=ACCOUNT + 1, position=2)
    in_danger(home)
    passes(home, 25)
    assert (len(calls(home)), len(calls(home, ACCOUNT + 1))) == (1, 0)
    passes(home, 10)
    assert (len(calls(home)), len(calls(home, ACCOUNT + 1))) == (1, 1)
    passes(home, 310)
    assert (len(calls(home)), len(calls(home, ACCOUNT + 1))) == (2, 1)


SEEN = {
    "the button": lambda home, _mei: presses_seen(home),
    "signing in": lambda home, mei: home.ask(SIGN_IN.format(mei.id, home.loop.now())),
    "claiming": lambda home, mei: mei.run_command(Verb.CLAIM, any_case(home)),
}
SIGN_IN = (
    "INSERT INTO desk_sessions (token, staff_id, browser, begun_at, seen_at, proved_at) "
    "VALUES (X'00', '{}', 'Firefox', {}, 1, 1) RETURNING staff_id"
)


def any_case(home: HotlineHarness) -> str:
    return str(home.ask("SELECT id FROM cases")[0][0])


def presses_seen(home: HotlineHarness) -> None:
    mei = ChatPerson(home, ACCOUNT, "en")
    mei.send_update(mei.press("!o"))
    assert mei.toasts == ["Noted. Please sign in at the desk now."]


@pytest.mark.parametrize("sees", SEEN.values(), ids=SEEN)
def test_once_one_sees_it_calls_end_and_the_person_is_not_told_otherwise(
    home: HotlineHarness, sees: Any
) -> None:
    mei = puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT, position=1)
    puts_on_call(home, "Lan", TELEGRAM, account=ACCOUNT + 1, position=2)
    person = in_danger(home)
    passes(home, 10)
    sees(home, mei)
    passes(home, 120)
    assert calls(home, ACCOUNT + 1) == []
    assert not any(NOBODY in text for text in person.texts)
    assert audited(home, "on_call_seen") + audited(home, "on_call_end") == 1


def test_one_who_was_not_called_and_signs_in_ends_no_call(home: HotlineHarness) -> None:
    """An administrator may sign in for something else, and cannot read the case."""
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    other = home.colleague("Wen", queues=())
    in_danger(home)
    passes(home, 10)
    home.ask(SIGN_IN.format(other.id, home.loop.now()))
    passes(home, 310)
    assert len(calls(home)) == 2
    assert audited(home, "on_call_seen") == 0


def test_if_no_one_works_on_it_after_all_calls_begin_again(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    in_danger(home)
    passes(home, 10)
    presses_seen(home)
    passes(home, 15 * 60)
    assert len(calls(home)) == 2


def test_a_second_emergency_is_called_at_once(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    in_danger(home)
    passes(home, 10)
    presses_seen(home)
    in_danger(home)
    passes(home, 10)
    assert len(calls(home)) == 2


def test_the_button_of_a_stranger_is_no_acknowledgement(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    person = in_danger(home)
    passes(home, 10)
    person.send_update(person.press("!o"))
    assert audited(home, "on_call_seen") == 0


def test_every_call_is_in_the_audit_log_without_content(home: HotlineHarness) -> None:
    mei = puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    in_danger(home)
    passes(home, 10)
    presses_seen(home)
    rows = home.ask(
        "SELECT actor, deed, subject, detail FROM audit WHERE deed LIKE 'on_call%' ORDER BY id"
    )
    case = any_case(home)
    assert rows == [
        ("house", "on_call_start", case, ""),
        ("house", "on_call_call", mei.id, "telegram"),
        (mei.id, "on_call_seen", case, ""),
    ]


# --- A channel that fails --------------------------------------------------------------------


def fails_for_account(error: DeliveryError) -> Any:
    """Return a fate that fails what goes to the private chat, and nothing else."""
    return lambda chat, _body: delivery_failure(error) if chat == ACCOUNT else None


def test_a_chat_that_blocked_the_bot_is_followed_by_an_email(tmp_path: Path) -> None:
    with smtp_server() as mail:
        home = HotlineHarness(
            tmp_path, hours="20:30-21:30", staff_language="en", smtp_url=mail.url,
            smtp_from="haven@example.org",
        )  # fmt: skip
        puts_on_call(home, "Mei", TELEGRAM, EMAIL, account=ACCOUNT, email="mei@example.org")
        in_danger(home)
        home.post.fate = fails_for_account(ChatBlockedError("blocked"))
        passes(home, 30)
        (letter,) = mail.letters
        assert (letter["To"], letter["From"]) == ("mei@example.org", "haven@example.org")
        assert (letter["Subject"], str(letter.get_payload()).strip()) == (WAITS, WAITS)
        assert audited(home, "on_call_fail") == 1
        assert home.ask("SELECT state FROM on_call_calls ORDER BY id") == [("over",), ("sent",)]
        home.close()


def test_while_telegram_is_down_the_email_comes_within_a_minute(tmp_path: Path) -> None:
    with smtp_server() as mail:
        home = HotlineHarness(
            tmp_path, hours="20:30-21:30", smtp_url=mail.url, smtp_from="haven@example.org"
        )
        puts_on_call(home, "Mei", TELEGRAM, EMAIL, account=ACCOUNT, email="mei@example.org")
        in_danger(home)
        home.post.fate = fails_for_account(RetryLaterError(3600.0))
        for _ in range(12):
            home.advance_time(5)
            checks_without_waiting(home)
        assert [letter["Subject"] for letter in mail.letters] == [WAITS_IN_CHINESE]
        home.crash()


def checks_without_waiting(home: HotlineHarness) -> None:
    now, service = home.loop.now(), home.house.on_call
    letters = home.database.writer.run_sync(lambda work: service.check(work, now))
    home.house.courier.enqueue(letters)
    home.run(home.close_writer_idle(0.2))
    home.run(service.send_waiting(home.database.writer, home.loop))


def test_an_email_that_is_refused_goes_on_to_the_next_caseworker(tmp_path: Path) -> None:
    with smtp_server(refuses=True) as mail:
        home = HotlineHarness(
            tmp_path, hours="20:30-21:30", staff_language="en", smtp_url=mail.url,
            smtp_from="haven@example.org",
        )  # fmt: skip
        puts_on_call(home, "Mei", EMAIL, email="mei@example.org", position=1)
        puts_on_call(home, "Lan", TELEGRAM, account=ACCOUNT, position=2)
        in_danger(home)
        passes(home, 15)
        assert mail.letters == []
        assert calls(home) == [WAITS]
        home.close()


def test_without_a_mail_server_an_email_address_reaches_no_one(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", EMAIL, email="mei@example.org")
    person = in_danger(home)
    passes(home, 10)
    assert home.ask("SELECT count(*) FROM on_call_calls") == [(0,)]
    assert any(NOBODY in text for text in person.texts)


# --- What the person is told -----------------------------------------------------------------


def told(person: ChatPerson) -> list[str]:
    return [text for text in person.home.post.texts(person.id) if NOBODY in text]


def test_with_no_one_on_call_the_person_is_told_once_and_shown_numbers(
    home: HotlineHarness,
) -> None:
    person = in_danger(home)
    before = len(home.post.texts(person.id))
    passes(home, 5)
    first, numbers = home.post.texts(person.id)[before:]
    assert first.startswith(NOBODY)
    assert "110" in numbers
    passes(home, 300)
    assert len(told(person)) == 1
    assert audited(home, "on_call_told") == 1
    assert home.ask("SELECT detail FROM audit WHERE deed = 'on_call_start'") == [("no_one",)]


def test_with_someone_on_call_the_person_is_told_after_a_minute_without_an_answer(
    home: HotlineHarness,
) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    person = in_danger(home)
    passes(home, 60)
    assert told(person) == []
    passes(home, 10)
    assert len(told(person)) == 1


def test_while_a_caseworker_who_took_it_is_on_duty_the_person_is_not_told_otherwise(
    home: HotlineHarness,
) -> None:
    lan = home.colleague("Lan")
    person = in_danger(home)
    lan.claims(any_case(home))
    passes(home, 300)
    assert told(person) == []


@pytest.mark.parametrize("has_on_call", [False, True], ids=["no_one_on_call", "one_on_call"])
def test_if_those_on_duty_do_not_take_it_within_a_minute_the_person_is_told_once(
    home: HotlineHarness, *, has_on_call: bool
) -> None:
    home.colleague("Lan")
    if has_on_call:
        puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    person = in_danger(home)
    passes(home, 55)
    assert told(person) == []
    passes(home, 10)
    assert len(told(person)) == 1
    assert calls(home) == []  # others are called only once the reply is overdue
    passes(home, 300)
    assert len(told(person)) == 1
    assert audited(home, "on_call_told") == 1
    assert audited(home, "on_call_start") == 1


def test_one_who_claims_it_after_that_minute_ends_the_wait(home: HotlineHarness) -> None:
    lan = home.colleague("Lan")
    person = in_danger(home)
    passes(home, 65)
    assert len(told(person)) == 1
    lan.take_over(lan.claims(any_case(home)))
    passes(home, 45)
    assert audited(home, "on_call_start") == 0
    assert len(told(person)) == 1


def test_a_case_that_becomes_an_emergency_late_waits_its_own_minute(home: HotlineHarness) -> None:
    home.colleague("Lan")
    person = home.person()
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here", "Send")
    passes(home, 300)
    person.presses("Danger now")
    assert home.ask("SELECT priority FROM cases") == [(0,)]
    passes(home, 50)
    assert told(person) == []
    passes(home, 20)
    assert len(told(person)) == 1


def test_a_chat_that_was_cleared_is_told_nothing(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    person = in_danger(home)
    person.says("/bye")
    passes(home, 120)
    assert told(person) == []
    assert home.ask("SELECT told_at IS NULL FROM on_call_alarms") == [(0,)]


def test_a_new_session_is_told_nothing_of_an_earlier_case(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    person = in_danger(home)
    home.advance_time(31 * 60)
    person.says("hello")
    passes(home, 120)
    assert told(person) == []


def test_where_it_stands_says_that_another_person_was_told_once_a_call_arrived(
    home: HotlineHarness,
) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    person = in_danger(home)
    passes(home, 10)
    stands = person.presses("Has anyone read it?")[0]
    assert "If not, another person is told." in stands
    assert "Nobody reads here now. In danger, do not wait" in stands
    assert "20:30" not in stands  # who is called reads before the office opens
    passes(home, 120)
    assert "Another person has been told." in person.presses("Has anyone read it?")[0]


# --- Rows ------------------------------------------------------------------------------------


def test_calls_are_deleted_after_a_day(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, account=ACCOUNT)
    in_danger(home)
    passes(home, 10)
    presses_seen(home)
    alarms, now = home.house.on_call.alarms, home.loop.now()

    def expire(work: Work, at: int) -> int:
        return alarms.expire(work, at)

    assert home.database.writer.run_sync(lambda work: expire(work, now)) == 0
    later = now + 86_400_000_000 + 1
    assert home.database.writer.run_sync(lambda work: expire(work, later)) == 1


def test_the_roster_hides_addresses_in_the_database(home: HotlineHarness) -> None:
    puts_on_call(home, "Mei", TELEGRAM, EMAIL, account=ACCOUNT, email="mei@example.org")
    ((sealed,),) = home.ask("SELECT sealed FROM on_call")
    assert b"mei@example.org" not in bytes(sealed)
    roster = OnCallRoster(VAULT, home.settings.zone, [CallChannel.TELEGRAM, CallChannel.EMAIL])
    (person,) = home.database.writer.run_sync(roster.all)
    assert person.settings.email == "mei@example.org"


# --- In a browser ----------------------------------------------------------------------------


@pytest.fixture
def pushing_home(tmp_path: Path) -> Iterator[HotlineHarness]:
    made = HotlineHarness(
        tmp_path, hours="20:30-21:30", staff_language="en", push_contact="admin@example.org"
    )
    push = WebPush(made.vault.push_key, "admin@example.org", lambda _address: True)
    on_call = replace(made.house.on_call, senders=CallSenders(pusher=push))
    made.house = replace(made.house, on_call=on_call)
    yield made
    made.close()


def test_a_browser_shows_that_something_waits(pushing_home: HotlineHarness) -> None:
    with push_service() as service:
        browser = PushBrowser(service.url)
        puts_on_call(pushing_home, "Mei", PUSH, browsers=(browser.subscription,))
        in_danger(pushing_home)
        passes(pushing_home, 15)
        assert [browser.reads(it) for it in service.bodies] == [WAITS]
    assert ("push", "sent") in pushing_home.ask("SELECT channel, state FROM on_call_calls")


def test_a_browser_that_is_gone_gives_way_to_the_next_channel(
    pushing_home: HotlineHarness,
) -> None:
    with push_service(410) as service:
        browsers = (PushBrowser(service.url).subscription,)
        puts_on_call(pushing_home, "Mei", PUSH, TELEGRAM, account=ACCOUNT, browsers=browsers)
        in_danger(pushing_home)
        passes(pushing_home, 30)
    assert calls(pushing_home) == [WAITS]


def test_one_of_two_browsers_is_enough(pushing_home: HotlineHarness) -> None:
    with push_service(410) as gone, push_service() as service:
        browsers = [PushBrowser(it.url) for it in (gone, service)]
        puts_on_call(
            pushing_home, "Mei", PUSH, TELEGRAM, account=ACCOUNT,
            browsers=tuple(it.subscription for it in browsers),
        )  # fmt: skip
        in_danger(pushing_home)
        passes(pushing_home, 25)
        assert [browsers[1].reads(it) for it in service.bodies] == [WAITS]
    assert calls(pushing_home) == []


def test_without_a_contact_no_browser_is_called(home: HotlineHarness) -> None:
    """The negative control."""
    with push_service() as service:
        browsers = (PushBrowser(service.url).subscription,)
        puts_on_call(home, "Mei", PUSH, browsers=browsers)
        in_danger(home)
        passes(home, 30)
        assert service.bodies == []


# --- While the person is away ----------------------------------------------------------------


AWAY = {"goodbye": "sorry i have to go now", "arrival": "he is coming", "no reply": "don't reply"}


@pytest.mark.parametrize("words", AWAY.values(), ids=AWAY)
def test_who_had_to_go_is_told_only_once_they_write_again(home: HotlineHarness, words: str) -> None:
    person = in_danger(home)
    person.says(words)
    shown = person.texts
    passes(home, 300)
    assert person.texts == shown
    person.says("i am here again")
    passes(home, 10)
    assert [it for it in person.texts if it.startswith(NOBODY)]


def test_who_stays_is_told_in_that_time(home: HotlineHarness) -> None:
    person = in_danger(home)
    person.says("i am in the kitchen")
    passes(home, 300)
    assert [it for it in person.texts if it.startswith(NOBODY)]
