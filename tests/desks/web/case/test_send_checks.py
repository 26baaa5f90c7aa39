"""Whoever may be about to make a mistake nobody can call back is asked first, and decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.desks.web.auth.sessions import IDLE_TIMEOUT
from bot.desks.web.case.send_checks import RECENTLY_READ
from tests.desks.web.case.test_unsent_drafts import begins, field

if TYPE_CHECKING:
    from httpx import Response

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

ENGLISH = "Please stay where you are and write to me."
INDONESIAN = "Tolong tetap di sana dan tulis kepada saya."
WHERE = "The factory is behind the temple in Xinzhuang, next to the canal."


def held(
    office: WebDeskHarness, mei: WebCaseworker, words: str = "He keeps my passport."
) -> tuple[ChatPerson, str]:
    person, reference = office.add_person(words)
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    return person, reference


def reads_indonesian(office: WebDeskHarness, reference: str) -> None:
    rows = f"cases SET language = 'id' WHERE reference = '{reference}'"
    assert office.home.ask(f"UPDATE {rows} RETURNING id")


def said(office: WebDeskHarness) -> int:
    """Return how many things caseworkers have said to people."""
    ((count,),) = office.home.ask("SELECT count(*) FROM exchanges WHERE side = 'caseworker'")
    return int(count)


def asks(mei: WebCaseworker, reference: str, words: str) -> dict[str, str]:
    found: dict[str, str] = mei.browser.post(
        f"/cases/{reference}/check", {"words": words}, is_fetched=True
    ).json()
    return found


# --- another language ------------------------------------------------------------------------


def test_words_in_another_language_are_asked_about_once_and_then_go(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = held(web_desk, mei)
    reads_indonesian(web_desk, reference)
    before = said(web_desk)
    assert asks(mei, reference, ENGLISH)["checks"] == "language"
    assert asks(mei, reference, INDONESIAN)["checks"] == ""  # the control
    begins(mei, reference, ENGLISH)  # its page saves what is typed
    told = mei.does(reference, "say", words=ENGLISH).json()
    assert told["refused"]
    assert "The person reads Indonesian" in told["told"]
    assert said(web_desk) == before
    assert field(mei, reference) == ENGLISH  # it is still there to be sent
    mei.told(reference, "say", words=ENGLISH, sure=told["checks"])
    assert said(web_desk) == before + 1
    assert field(mei, reference) == ""
    mei.told(reference, "say", words=ENGLISH)  # they know by now
    mei.comes()
    assert mei.does(reference, "say", words=ENGLISH).json()["refused"]  # in another session, anew


def test_a_sentence_of_the_phrasebook_is_in_the_persons_language(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = held(web_desk, mei)
    reads_indonesian(web_desk, reference)
    assert not mei.does(reference, "phrase", code="opener").json()["refused"]


# --- another case ----------------------------------------------------------------------------


def in_two_cases(office: WebDeskHarness, mei: WebCaseworker) -> tuple[str, str]:
    """Return the numbers of two cases; the person of the first wrote where they are."""
    person, one = held(office, mei)
    person.says(WHERE)
    office.settles()
    mei.browser.get(f"/cases/{one}")
    _other, two = held(office, mei, "Another story altogether.")
    return one, two


def test_words_that_stand_in_another_case_are_asked_about_each_time(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    one, two = in_two_cases(web_desk, mei)
    before = said(web_desk)
    for _again in range(2):
        told = mei.does(two, "say", words=f"Is this it? {WHERE[10:50]}").json()
        assert told["refused"]
        assert (told["checks"], one in told["told"]) == ("elsewhere", True)
        assert WHERE[10:50] not in told["told"]
    assert said(web_desk) == before
    mei.told(two, "say", words=WHERE, sure="elsewhere")
    assert said(web_desk) == before + 1
    mei.told(one, "say", words=f"You wrote: {WHERE}")  # in its own case they are nobody else's
    assert said(web_desk) == before + 2


@pytest.mark.parametrize(
    "words", ["It is case REFERENCE.", "See what 'Another story altogether.' says"]
)
def test_its_number_and_what_was_answered_to_the_bot_are_words_of_a_case(
    web_desk: WebDeskHarness, words: str
) -> None:
    mei = web_desk.worker().comes()
    one, two = in_two_cases(web_desk, mei)
    mei.browser.get(f"/cases/{two}")
    assert asks(mei, one, words.replace("REFERENCE", two))["checks"] == "elsewhere"
    assert asks(mei, two, words.replace("REFERENCE", two))["checks"] == ""


def test_a_note_of_another_case_is_asked_about_and_what_was_said_there_is_not(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    one, two = in_two_cases(web_desk, mei)
    mei.told(one, "note", words="Her sister works at the noodle shop in Banqiao.")
    mei.told(one, "say", words="Good evening, I am glad that you wrote to us again tonight.")
    assert asks(mei, two, "Her sister works at the noodle shop?")["checks"] == "elsewhere"
    assert asks(mei, two, "Good evening, I am glad that you wrote to us again.")["checks"] == ""


def test_only_cases_they_have_read_lately_and_may_still_read_are_looked_at(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    one, two = in_two_cases(web_desk, mei)
    assert asks(mei, two, WHERE)["checks"] == "elsewhere"  # the control
    _person, third = held(web_desk, jun)
    assert asks(jun, third, WHERE)["checks"] == ""  # jun has read nothing of it
    mei.told(one, "transfer", code=jun.id)
    assert asks(mei, two, WHERE)["checks"] == ""
    jun.told(one, "transfer", code=mei.id)
    assert asks(mei, two, WHERE)["checks"] == "elsewhere"
    for _quarter in range(RECENTLY_READ // (IDLE_TIMEOUT - SECOND) + 1):
        web_desk.home.advance_time(IDLE_TIMEOUT / SECOND - 1)
        mei.browser.get("/account")
    assert asks(mei, two, WHERE)["checks"] == ""


def test_a_blank_of_a_sentence_can_betray_as_well(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _one, two = in_two_cases(web_desk, mei)
    book = web_desk.front.phrasebook
    phrase = next(it for it in book if len(it.blanks) == 1 and "time" not in it.blanks)
    values = {f"value.{name}": "behind the temple in Xinzhuang" for name in phrase.blanks}
    told = mei.does(two, "phrase", code=phrase.code, **values).json()
    assert (told["refused"], told["checks"]) == (True, "elsewhere")
    mei.told(two, "phrase", code=phrase.code, sure="elsewhere", **values)


# --- a browser without scripts, and whoever may not ------------------------------------------


def sends(mei: WebCaseworker, reference: str, fields: dict[str, str]) -> Response:
    return mei.browser.post(f"/cases/{reference}/do/say", fields)


def test_without_scripts_a_page_asks_and_sends_on(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _one, two = in_two_cases(web_desk, mei)
    reads_indonesian(web_desk, two)
    before = said(web_desk)
    page = sends(mei, two, {"words": f"{ENGLISH} {WHERE}"})
    assert page.status_code == 409
    assert "another case you have opened" in page.text
    assert "another language" in page.text
    assert said(web_desk) == before
    fields = dict(
        re.findall(r'<input type="hidden" name="(sure|words)" value="([^"]*)">', page.text)
    )
    assert fields["sure"] == "elsewhere language"
    assert sends(mei, two, fields).status_code == 303
    web_desk.settles()
    assert said(web_desk) == before + 1


def test_send_checks_do_not_reveal_foreign_cases(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = held(web_desk, mei)
    nowhere = jun.browser.post("/cases/QQQQQQ/check", {"words": WHERE}).text
    said_ = jun.browser.post(f"/cases/{reference}/check", {"words": WHERE})
    assert said_.status_code == 404
    assert re.sub("nonce[^>]*", "", said_.text) == re.sub("nonce[^>]*", "", nowhere)


def test_an_unknown_confirmation_does_not_override_a_send_check(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _one, two = in_two_cases(web_desk, mei)
    for sure in ("", "language", "everything", "ELSEWHERE", "else where", "elsewhere," * 3):
        assert mei.does(two, "say", words=WHERE, sure=sure).json()["refused"], sure
