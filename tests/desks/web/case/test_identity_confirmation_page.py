"""Being sure who writes, at the desk in a browser: after a second word it takes two, in writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.commands.texts import (
    IDENTITY_REASON_NEEDED,
    OPENER_NEEDED,
    SECOND_CONFIRMATION_NEEDED,
)

if TYPE_CHECKING:
    from bot.store.writer import Work
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

LONG = 31 * 60
HOW = "She rang us from the shelter."

IDENTITY_UNKNOWN = "It is not known who holds the phone now"
LISTS = ("/queue/mine", "/own-cases")
WAITS_FOR_PERSON = "not delivered yet, waiting for the person"
WAITS_FOR_CASEWORKER = "not delivered yet, waits until you confirm who writes"
CONFIRM_FIRST = "not sent yet: waits until you confirm who writes"
ASK_FIRST = "not sent yet: ask in neutral words first, it is not known who holds the phone now"
BOT_IS_SILENT = "the bot is silent"
CONFIRM_IDENTITY_HOW = "How you made sure that the person is writing"


def quiet(office: WebDeskHarness) -> tuple[WebCaseworker, ChatPerson, str]:
    """Return a caseworker in a chat that went quiet, whoever writes there, and the case."""
    mei = office.worker().comes()
    person, reference = office.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    person.presses("I can write now")
    office.home.advance_time(LONG)
    mei.comes()
    person.says("hello")
    return mei, person, reference


def head(worker: WebCaseworker, reference: str) -> str:
    return worker.browser.get(f"/cases/{reference}/panes/head").text


def freezes(office: WebDeskHarness, reference: str) -> None:
    """Let the second word of a case have been written."""
    case, now = office.case(reference), office.home.loop.now()

    def second(work: Work) -> None:
        Passphrases.set_passphrase(work, case, bytes(16), bytes(32))
        Passphrases.freeze(work, case, now)

    office.home.database.writer.run_sync(second)


def test_in_a_quiet_chat_the_page_says_what_comes_before_being_sure(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = quiet(web_desk)
    assert IDENTITY_UNKNOWN in head(mei, reference)
    assert BOT_IS_SILENT not in head(mei, reference)  # it answers as it answers a new person
    said = mei.does(reference, "confirm").json()
    assert (said["refused"], said["told"]) == (True, OPENER_NEEDED.source)
    mei.told(reference, "say", words="I am here for you.")
    conversation = f"/cases/{reference}/panes/conversation"
    assert ASK_FIRST in mei.browser.get(conversation).text
    assert not person.labels()[0].startswith("I can write")  # the bot does not ask by itself
    mei.told(reference, "phrase", code="opener")
    assert ASK_FIRST not in mei.browser.get(conversation).text
    assert CONFIRM_FIRST not in mei.browser.get(conversation).text
    person.presses(person.labels()[0])
    assert "Someone has answered the opening question." in head(mei, reference)
    assert CONFIRM_FIRST in mei.browser.get(conversation).text
    mei.told(reference, "confirm")
    assert IDENTITY_UNKNOWN not in head(mei, reference)
    assert BOT_IS_SILENT in head(mei, reference)


def test_the_reason_why_it_is_not_known_who_writes_is_the_true_one(
    web_desk: WebDeskHarness,
) -> None:
    mei, _person, reference = quiet(web_desk)
    assert f"{IDENTITY_UNKNOWN}, because the chat was quiet." in head(mei, reference)
    person, reference = web_desk.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    person.presses("I can write now")
    person.account["first_name"] = "Rina"
    person.says("hello")
    because = "because the name or the language of the account changed."
    assert f"{IDENTITY_UNKNOWN}, {because}" in head(mei, reference)
    person, reference = web_desk.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    person.presses("I can write now")
    person.says("/bye")
    mei.told(reference, "take_over")
    assert f"{IDENTITY_UNKNOWN}, because the person cleared the chat." in head(mei, reference)


def test_a_reply_that_waits_for_the_caseworker_says_so_in_the_case_and_in_the_list(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = quiet(web_desk)
    mei.told(reference, "phrase", code="opener")
    mei.told(reference, "say", words="I am here for you.")

    def shown() -> set[tuple[bool, bool]]:
        pages = [head(mei, reference), *(mei.browser.get(it).text for it in LISTS)]
        return {(WAITS_FOR_PERSON in it, WAITS_FOR_CASEWORKER in it) for it in pages}

    assert shown() == {(True, False)}
    person.presses(person.labels()[0])
    mei.told(reference, "say", words="Where are you?")
    assert shown() == {(False, True)}
    mei.told(reference, "confirm")
    assert {waits for _person, waits in shown()} == {False}


def test_after_a_duress_passphrase_a_supervisor_must_also_confirm(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = quiet(web_desk)
    freezes(web_desk, reference)
    hua = web_desk.supervisor().comes()
    assert CONFIRM_IDENTITY_HOW in head(mei, reference)
    assert CONFIRM_IDENTITY_HOW in head(hua, reference)
    assert mei.does(reference, "confirm").json()["told"] == IDENTITY_REASON_NEEDED.source
    assert (
        mei.does(reference, "confirm", words=HOW).json()["told"]
        == SECOND_CONFIRMATION_NEEDED.source
    )
    assert (
        mei.does(reference, "confirm", words=HOW).json()["told"]
        == SECOND_CONFIRMATION_NEEDED.source
    )
    assert web_desk.home.ask("SELECT frozen_at FROM words") != [(None,)]
    hua.browser.post(f"/cases/{reference}/break-glass", {"reason": "Two must be sure."})
    hua.told(reference, "confirm", words="I know her voice.")
    assert web_desk.home.ask("SELECT frozen_at FROM words") == [(None,)]
    assert CONFIRM_IDENTITY_HOW not in head(mei, reference)
    assert "a caseworker of Hope House" in " ".join(person.texts)
