"""Answers that a caseworker fills in for a person: shown, found, exported, and in the log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.desks.web.case.test_unsent_drafts import in_danger

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = "Taoyuan Guanyin factory"


def filled_in(office: WebDeskHarness) -> tuple[WebCaseworker, str]:
    """Let a caseworker fill in words and a choice; return both, and the case's reference."""
    mei = office.worker().comes()
    _person, reference = in_danger(office)
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    mei.told(reference, "answer", code="report.what", words=WORDS)
    mei.told(reference, "answer", code="report.safe", words="not_safe")
    office.settles()
    return mei, reference


def pane(worker: WebCaseworker, reference: str, name: str) -> str:
    return worker.browser.get(f"/cases/{reference}/panes/{name}").text


def question(page: str, code: str) -> str:
    """Return the answer that stands at a question of the bot."""
    found = re.search(rf'<li id="question-{code}">(.*?)</li>', page, re.DOTALL)
    assert found is not None
    shown = re.search(r'<p class="given[^>]*>(.*?)</p>', found[1], re.DOTALL)
    assert shown is not None
    return " ".join(re.sub(r"<[^>]+>", " ", shown[1]).split())


def log(office: WebDeskHarness, reference: str) -> list[str]:
    found = office.home.ask("SELECT subject, deed FROM audit ORDER BY id")
    return [deed for subject, deed in found if subject == office.case(reference)]


def test_an_answer_stands_at_its_question_with_who_filled_it_in(web_desk: WebDeskHarness) -> None:
    mei, reference = filled_in(web_desk)
    page = pane(mei, reference, "file")
    at = question(page, "report.what")
    assert WORDS in at
    assert re.search(r"filled in by Mei", at)
    assert re.search(r"\d\d:\d\d", at)
    assert "I am not safe filled in by Mei" in question(page, "report.safe")


def test_the_conversation_shows_an_answer_that_was_filled_in(web_desk: WebDeskHarness) -> None:
    mei, reference = filled_in(web_desk)
    page = pane(mei, reference, "conversation")
    (entry,) = (it for it in re.findall(r"<article.*?</article>", page, re.DOTALL) if WORDS in it)
    assert "Filled in" in entry
    assert "Mei" in entry
    assert "What happened" in entry
    assert 'class="message person' not in entry  # it is no message of the person


def test_an_answer_that_was_filled_in_is_found_exported_and_logged(
    web_desk: WebDeskHarness,
) -> None:
    mei, reference = filled_in(web_desk)
    mei.browser.post("/find", {"words": "guanyin"})
    assert f"/cases/{reference}" in mei.browser.get("/find/words").text
    text = mei.browser.get(f"/cases/{reference}/transcript").text
    assert re.search(rf"Filled in \(Mei\)\nWhat happened:\n    \| {WORDS}\n", text)
    assert WORDS in mei.browser.get(f"/cases/{reference}/print").text
    assert log(web_desk, reference).count("fill_in") == 2
    assert "filled in an answer" in pane(mei, reference, "file")


def test_words_that_answer_nothing_are_not_logged_as_an_answer(web_desk: WebDeskHarness) -> None:
    mei, reference = filled_in(web_desk)
    assert mei.does(reference, "answer", code="report.hurt", words="blue").json()["refused"]
    assert log(web_desk, reference).count("fill_in") == 2
    mei.told(reference, "answer", code="report.hurt", words="now")  # negative control
    assert log(web_desk, reference).count("fill_in") == 3


def test_what_the_person_answered_stands_at_its_question_once_staff_read_it(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = in_danger(web_desk)
    while not any("Food" in it.label for it in person.buttons()):
        person.presses("Skip")  # what helpers need first
    person.presses("Food", "Done")
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    at = question(pane(mei, reference, "file"), "report.needs")
    assert "Food" in at
    assert "filled in" not in at


def test_an_answer_that_was_not_sent_is_not_shown(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = in_danger(web_desk)
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    at = question(pane(mei, reference, "file"), "report.safe")
    assert "not sent" in at
    assert "safe here" not in at  # no one here reads what was not sent
