"""Once staff were told, everything a person writes reaches the case in the same turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app.demo import DEMO_SETTINGS
from bot.app.texts import build_system_texts
from bot.cases.consents import ConsentKind, ConsentRecords
from bot.cases.urgency import Priority
from bot.clock import SECOND
from bot.conversation import Say
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.hotline.chat.messages import CaseMessageKind, CaseMessages, MessageSide
from bot.hotline.events import EventKind
from bot.settings import Settings
from flows.requests.ask_for_help import AskForHelp
from flows.requests.report import Report
from flows.requests.talk import Talk
from flows.start.welcome import Welcome
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    leave_details,
    quarantine_reasons,
    send_report,
    skip_on,
    start_report,
    stored_conversation,
)
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.people.telegram_attachments import photo

if TYPE_CHECKING:
    from bot.cases.consents import ConsentRecord
    from bot.hotline.chat.messages import CaseMessage
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

URGENT = "he has a knife, help me now"
ADDRESS = "5 Harbour Road, third floor, the red door"
WITH_CASE, KEPT_TOO = "They have it now.", "We kept this too. No person has read it yet."
LONG = SESSION_TIMEOUT // SECOND + 60


def case_ids(home: HotlineHarness) -> list[str]:
    return [it for (it,) in home.ask("SELECT id FROM cases ORDER BY opened_at, id")]


def messages(home: HotlineHarness, case: str = "") -> list[CaseMessage]:
    case = case or case_ids(home)[0]
    opener = home.opener(case)
    return home.database.writer.run_sync(lambda work: CaseMessages.of_case(work, case, opener))


def written(home: HotlineHarness, case: str = "") -> list[str]:
    return [it.content.text for it in messages(home, case) if it.side is MessageSide.PERSON]


def agreed(home: HotlineHarness) -> list[ConsentRecord]:
    return home.database.writer.run_sync(
        lambda work: ConsentRecords(VAULT).of_case(work, case_ids(home)[0])
    )


def told(home: HotlineHarness, *, until: str = "leaving") -> ChatPerson:
    person = home.person()
    start_report(person, until=until)
    person.says(URGENT)
    person.presses("Tell them now")
    leave_details(person)
    return person


def test_the_alarming_words_go_along_and_the_draft_does_not(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says("my secret story of the blue box")
    person.says(URGENT)
    person.presses("Tell them now")
    assert written(hotline) == [URGENT]
    assert cases_of(hotline)[0].priority == Priority.EMERGENCY
    assert [it.kind for it in hotline.board.events[-3:]].count(EventKind.PERSON_WROTE) == 1


def test_an_address_typed_next_is_on_the_desk_within_its_turn(hotline: HotlineHarness) -> None:
    hotline.colleague()
    person = told(hotline)
    before = len(hotline.board.events)
    heard = person.says(ADDRESS)
    assert written(hotline) == [URGENT, ADDRESS]
    assert EventKind.PERSON_WROTE in [it.kind for it in hotline.board.events[before:]]
    assert heard[0] == WITH_CASE
    assert current_step(person) == ("report", "leaving")
    assert stored_conversation(person).position.extra_texts == [URGENT]


def test_while_no_one_is_here_nothing_is_said_to_be_with_them(hotline: HotlineHarness) -> None:
    person = told(hotline)
    heard = person.says(ADDRESS)
    assert written(hotline) == [URGENT, ADDRESS]
    assert heard[0] == KEPT_TOO
    assert WITH_CASE not in heard


def test_it_reaches_the_case_after_a_restart(hotline: HotlineHarness) -> None:
    person = told(hotline)
    hotline.restart()
    person.says(ADDRESS)
    assert written(hotline) == [URGENT, ADDRESS]


def test_what_answers_the_question_is_its_answer_too(hotline: HotlineHarness) -> None:
    person = told(hotline, until="under_18")
    skip_on(person)
    person.says("they took my passport and my money")
    assert written(hotline)[-1] == "they took my passport and my money"
    assert frames(person)[-1].answers["what"] == "they took my passport and my money"


def test_a_number_that_answers_nothing_reaches_it(hotline: HotlineHarness) -> None:
    hotline.colleague()
    person = told(hotline)
    assert person.says("17")[0] == WITH_CASE
    assert written(hotline) == [URGENT, "17"]


def test_once_staff_read_the_welcome_says_nothing_of_sending_first() -> None:
    replaced = build_system_texts(Settings(**DEMO_SETTINGS)).once_read  # type: ignore[arg-type]
    flows = (Welcome, Report, AskForHelp, Talk)
    spoken = {it.text for flow in flows for it in flow.steps if isinstance(it, Say)}
    of_sending = {it for it in spoken if "“send”" in it.source.lower()}
    assert len(of_sending) >= 3
    assert of_sending <= replaced.keys()
    assert not any("only after you press" in it.source for it in replaced.values())


def test_files_places_and_edits_reach_it(sqlite_hotline: HotlineHarness) -> None:
    person = told(sqlite_hotline)
    voice = {"file_id": "V1", "file_unique_id": "u1", "duration": 3, "file_size": 900}
    person.sends(voice=voice)
    person.sends(location={"latitude": 25.03, "longitude": 121.56})
    person.send_update(person.edit("new words"))
    kinds = [it.kind for it in messages(sqlite_hotline)]
    assert kinds == [
        CaseMessageKind.TEXT,
        CaseMessageKind.FILES,
        CaseMessageKind.LOCATION,
        CaseMessageKind.EDIT,
    ]
    assert sqlite_hotline.ask("SELECT count(*) FROM files") == [(1,)]


@pytest.mark.parametrize("answered", [(), ("Skip", "Skip")], ids=["in_danger_questions", "after"])
def test_a_photo_once_staff_read_is_answered_like_words(
    sqlite_hotline: HotlineHarness, answered: tuple[str, ...]
) -> None:
    sqlite_hotline.colleague()
    heard = []
    for content in ({"text": ADDRESS}, {"photo": photo("door")}):
        person = sqlite_hotline.person("en")
        person.says("hello")
        person.presses("English", "Danger now", "Tell them now", *answered)
        heard.append(person.sends(**content))
    words, file = heard
    assert file == words
    assert "No person has read it yet" not in "\n".join(file)


def test_an_answer_by_button_or_number_reaches_it(sqlite_hotline: HotlineHarness) -> None:
    person = told(sqlite_hotline, until="hurt")
    person.presses("Needs a doctor now")
    person.says("4")
    assert written(sqlite_hotline)[1:] == [
        "Hurt or ill: Needs a doctor now",
        "Going out: Locked in",
    ]


def test_commands_and_agreements_do_not(sqlite_hotline: HotlineHarness) -> None:
    person = told(sqlite_hotline)
    person.says("/help", "/language", "English")
    assert written(sqlite_hotline) == [URGENT]


def test_more_alarming_words_raise_the_priority_and_interrupt_nothing(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person()
    send_report(person)
    before = cases_of(sqlite_hotline)[0].priority
    heard = person.says("he is coming now, he has a gun")
    assert "110" in "\n".join(heard)
    assert cases_of(sqlite_hotline)[0].priority == Priority.EMERGENCY < before
    person.says("he is coming now, please come quickly")
    assert current_step(person) != ("danger", "tell")
    assert written(sqlite_hotline)[-1] == "he is coming now, please come quickly"


def test_words_after_sending_reach_the_case_and_the_menu_is_shown(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    start_report(person)
    heard = person.presses("Send")
    assert "They read what you write here from now on." in "\n".join(heard)
    assert person.says("four others are locked in")[-1] != ""
    assert written(hotline) == ["four others are locked in"]


def test_a_burst_is_answered_once(sqlite_hotline: HotlineHarness) -> None:
    sqlite_hotline.colleague()
    person = told(sqlite_hotline)
    heard = person.send_update(*(person.words(f"we are {n} people here now") for n in range(2, 9)))
    assert len(written(sqlite_hotline)) == 8
    assert heard.count(WITH_CASE) == 1


def test_reading_is_agreed_to_with_the_words_shown(hotline: HotlineHarness) -> None:
    told(hotline)
    found = {it.kind: it for it in agreed(hotline)}
    assert found.keys() == {ConsentKind.ALARM, ConsentKind.READING}
    reading = found[ConsentKind.READING]
    assert (reading.answer, reading.is_active) == ("now", True)
    assert reading.wording_digest == found[ConsentKind.ALARM].wording_digest


def test_taking_it_back_ends_the_reading(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("Take it back", "Take it back")
    person.says("and this is not for you any more")
    assert written(hotline) == []


def test_an_unsent_draft_promises_nothing_that_is_not_so(sqlite_hotline: HotlineHarness) -> None:
    person = told(sqlite_hotline, until="send")
    assert current_step(person) == ("report", "send")
    heard = "\n".join([*person.presses("Why do you ask?"), *person.presses("Not now")])
    assert "None of us reads" not in heard
    assert "Nothing was sent" not in heard
    assert "They have what you wrote." in heard


def test_after_a_silence_it_reaches_the_case_as_not_confirmed(hotline: HotlineHarness) -> None:
    person = told(hotline)
    hotline.advance_time(LONG)
    heard = person.says(ADDRESS)
    assert not {WITH_CASE, KEPT_TOO} & {*heard}
    (last,) = messages(hotline)[1:]
    assert (last.content.text, last.content.unconfirmed) == (ADDRESS, True)
    assert quarantine_reasons(hotline) == []
