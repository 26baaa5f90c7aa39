"""One box finds a case by its number, or by words in what the caseworker may read, and no more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.desks.web.queue import search as search_pages
from bot.hotline.search.job import RESULT_LIFETIME
from tests.desks.web.queue.test_closed_cases import closed_by

if TYPE_CHECKING:
    import httpx

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS, OTHERS = "He keeps my passport.", "The passport of my sister."
_FOUND = re.compile(r'id="found-([A-Z0-9]+)"')


def looks_for(worker: WebCaseworker, words: str) -> httpx.Response:
    return worker.browser.post("/find", {"words": words})


def page(worker: WebCaseworker) -> str:
    return worker.browser.get("/find/words").text


def found(worker: WebCaseworker, words: str) -> set[str]:
    """Search for words; return the numbers of the cases on the page of results."""
    said = looks_for(worker, words)
    assert (said.status_code, said.headers["location"]) == (303, "/find/words")
    return set(_FOUND.findall(page(worker)))


def audit_rows(office: WebDeskHarness, deed: str) -> list[tuple[str, str, str]]:
    rows = office.home.ask(f"SELECT actor, subject, detail FROM audit WHERE deed = '{deed}'")  # noqa: S608 - ours
    return [(str(actor), str(subject), str(detail)) for actor, subject, detail in rows]


def test_a_closed_case_is_found_by_a_word_of_its_person(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = closed_by(web_desk, mei)
    assert found(mei, "  PASSPORT ") == {reference}
    text = page(mei)
    assert WORDS in text
    assert "what the person sent" in text
    assert f'action="/cases/{reference}/do/reopen"' in text
    assert found(mei, "bicycle") == set()  # the negative control
    assert "Nothing found: no case that you may open has this number" in page(mei)


def test_a_case_is_found_by_words_of_two_messages_each_shown_with_its_own(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person(WORDS)
    for later in ("My name is Chen Meiyu.", "I keep the key.", "I keep nothing.", "I keep it."):
        person.says(later)
    web_desk.settles()
    assert found(mei, "meiyu keep chen passport") == {reference}
    text = page(mei)
    assert "Chen Meiyu" in text
    assert WORDS in text  # although three newer ones have a word of it
    assert found(mei, '"meiyu chen"') == set()


def test_words_of_the_record_are_found_by_those_who_open_the_case(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person(WORDS)
    mei.told(reference, "claim")
    fields = {"code": "suspect:new/phone", "words": "0912-345-678", "source": "spoken"}
    mei.browser.post(f"/cases/{reference}/record", fields, is_fetched=True)
    web_desk.settles()
    for words in ("0912-345", "+886912345678"):
        assert found(mei, words) == {reference}
        assert "the record" in page(mei)
        assert found(jun, words) == set()


def test_the_box_opens_a_case_by_its_number_however_it_is_typed(
    web_desk: WebDeskHarness,
) -> None:
    _person, reference = web_desk.add_person(WORDS)
    mei = web_desk.worker().comes()
    typed = f" {reference[:3].lower()}-{reference[3:]} "
    assert looks_for(mei, typed).headers["location"] == f"/cases/{reference}"


def test_the_number_of_a_foreign_case_looks_like_no_number(web_desk: WebDeskHarness) -> None:
    _person, theirs = web_desk.add_person(WORDS)
    web_desk.worker("Jun").colleague.claims(web_desk.case(theirs))
    mei = web_desk.worker().comes()
    answers = []
    for number in (theirs, "QQQQQQ"):
        said = looks_for(mei, number)
        answers.append((said.status_code, said.headers["location"]))
        answers.append(
            page(mei).replace(number, "number").partition("<main")[2].partition("</main>")[0]
        )
    assert answers[:2] == answers[2:]


def test_only_what_the_caseworker_may_read_is_searched(web_desk: WebDeskHarness) -> None:
    jun, mei = web_desk.worker("Jun").comes(), web_desk.worker().comes()
    away = web_desk.worker("Lin", queues=("fishers",)).comes()
    hua = web_desk.supervisor().comes()
    _one, waiting = web_desk.add_person(WORDS)
    _two, theirs = web_desk.add_person(OTHERS)
    jun.told(theirs, "claim")
    assert found(mei, "passport") == {waiting}
    assert found(jun, "passport") == {waiting, theirs}
    assert found(away, "passport") == set()
    assert found(hua, "passport") == {waiting}  # her key opens Jun's case: her rights do not
    assert "after you opened them with a reason" in page(hua)
    hua.browser.post(f"/cases/{theirs}/break-glass", {"reason": "Jun is ill."})
    web_desk.settles()
    assert found(hua, "passport") == {waiting, theirs}


def test_an_administrator_finds_numbers_and_reads_nothing(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person(WORDS)
    wu = web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    assert found(wu, "passport") == set()
    assert looks_for(wu, reference).headers["location"] == f"/cases/{reference}"
    assert "only numbers are found" in page_after(wu, "passport")


def page_after(worker: WebCaseworker, words: str) -> str:
    looks_for(worker, words)
    return page(worker)


def test_a_search_is_audited_with_what_it_read_and_without_the_words(
    web_desk: WebDeskHarness,
) -> None:
    _person, reference = web_desk.add_person(WORDS)
    mei = web_desk.worker().comes()
    before = audit_rows(web_desk, "read")
    found(mei, "passport")
    ((actor, subject, count),) = audit_rows(web_desk, "search")
    assert (actor, subject) == (mei.id, mei.id)
    assert int(count) > 0
    case = web_desk.case(reference)
    assert [it for it in audit_rows(web_desk, "read") if it not in before] == [
        (mei.id, case, "search")
    ]
    assert "passport" not in str(web_desk.home.ask("SELECT * FROM audit"))


def test_a_result_is_not_shown_once_the_case_is_a_colleagues(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person(WORDS)
    mei = web_desk.worker().comes()
    assert found(mei, "passport") == {reference}
    web_desk.worker("Jun").colleague.claims(web_desk.case(reference))
    text = page(mei)
    assert reference not in text
    assert WORDS not in text


def test_what_was_found_is_dropped_with_the_session_and_after_minutes(
    web_desk: WebDeskHarness,
) -> None:
    _person, reference = web_desk.add_person(WORDS)
    mei = web_desk.worker().comes()
    assert found(mei, "passport") == {reference}
    (session,) = web_desk.front.sessions._sessions.values()
    job = session.search
    assert job is not None
    assert job.result is not None
    mei.browser.post("/signout")
    assert job.result is None
    mei.comes()
    assert WORDS not in page(mei)
    assert found(mei, "passport") == {reference}
    web_desk.home.advance_time(RESULT_LIFETIME + 1)
    assert "is not kept any more" in page(mei)


def test_a_search_that_takes_long_shows_how_far_it_is(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    _person, reference = web_desk.add_person(WORDS)
    mei = web_desk.worker().comes()
    monkeypatch.setattr(search_pages, "WAIT", 0.0)
    looks_for(mei, "passport")
    (session,) = web_desk.front.sessions._sessions.values()
    job = session.search
    assert job is not None
    job.progress.total = 4
    texts = [page(mei)]
    while job.is_running:
        texts.append(mei.browser.get("/find/words/pane").text)
    assert "<progress" in texts[0]
    assert _FOUND.findall(mei.browser.get("/find/words/pane").text) == [reference]


@pytest.mark.parametrize("words", ["x", " ", "\u0301", "?"])
def test_too_short_a_search_says_so_and_searches_nothing(
    web_desk: WebDeskHarness, words: str
) -> None:
    mei = web_desk.worker().comes()
    assert found(mei, words) == set()
    assert "at least two characters" in page(mei)
    assert audit_rows(web_desk, "search") == []


def test_a_search_that_fails_says_so(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    web_desk.add_person(WORDS)
    mei = web_desk.worker().comes()

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.hotline.search.search.find_matches", fails)
    assert found(mei, "passport") == set()
    assert "This search failed" in page(mei)


def test_every_page_of_the_desk_has_the_box(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person(WORDS)
    hua = web_desk.supervisor().comes()
    for path in ("/queue/mine", f"/cases/{reference}", "/team", "/account", "/audit", "/shift"):
        assert 'action="/find" role="search"' in hua.browser.get(path).text, path
    wu = web_desk.worker("Wu", Role.AUDITOR).comes()
    assert 'action="/find"' not in wu.browser.get("/audit").text
    assert looks_for(wu, "passport").status_code == 404
