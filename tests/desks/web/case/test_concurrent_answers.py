"""Two who answer at once, an answer that comes too late, is too long, or arrives at nobody."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.channels.telegram.split_text import utf16_length
from bot.desks.web.form_nonces import new_nonce
from tests.support.harnesses.web_desk_harness import ORIGIN
from tests.support.response_likeness import normalised_response

if TYPE_CHECKING:
    from httpx import Response

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

WORDS = "I am here now, and I stay here."


def met(office: WebDeskHarness, mei: WebCaseworker) -> tuple[ChatPerson, str]:
    """Return somebody who writes with a caseworker, and the number of their case."""
    person, reference = office.add_person()
    for verb, fields in (("claim", {}), ("take_over", {}), ("phrase", {"code": "opener"})):
        mei.told(reference, verb, **fields)
    person.presses("I can write now")
    office.settles()
    return person, reference


def at_once(
    office: WebDeskHarness, *asked: tuple[WebCaseworker, str, dict[str, str]]
) -> list[bool]:
    """Have several do something in one moment; return for each whether it went."""

    async def does(worker: WebCaseworker, path: str, fields: dict[str, str], mark: str) -> Response:
        headers = {"origin": ORIGIN, "x-haven": "1"}
        sent = {**fields, "csrf": mark, "nonce": new_nonce()}
        return await worker.browser.client.post(path, data=sent, headers=headers)

    marks = [worker.browser.csrf() for worker, _path, _fields in asked]

    async def all_of_them() -> list[Response]:
        return await asyncio.gather(
            *(does(*each, mark) for each, mark in zip(asked, marks, strict=True))
        )

    said = office.does(all_of_them())
    office.settles()
    return [it.status_code == 200 and not it.json()["refused"] for it in said]


def test_of_many_who_claim_in_one_moment_one_answers_for_the_case(web_desk: WebDeskHarness) -> None:
    workers = [web_desk.worker(name).comes() for name in ("Mei", "Jun", "Hua", "Wei")]
    _person, reference = web_desk.add_person()
    path = f"/cases/{reference}/do/claim"
    went = at_once(web_desk, *((it, path, {}) for it in workers))
    assert went.count(True) == 1
    ((holder,),) = web_desk.home.ask(f"SELECT holder FROM cases WHERE reference = '{reference}'")  # noqa: S608 - ours
    assert holder == workers[went.index(True)].id


def test_of_two_who_answer_in_one_moment_one_is_heard_and_the_other_is_told(
    web_desk: WebDeskHarness,
) -> None:
    """Whoever holds the case when an answer is carried out is who answers: that is the version."""
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    person, reference = met(web_desk, mei)
    hua = web_desk.supervisor().comes()
    path = f"/cases/{reference}/do"
    passed, said = at_once(
        web_desk,
        (hua, f"{path}/transfer", {"code": jun.id, "words": "Mei is ill."}),
        (mei, f"{path}/say", {"words": WORDS}),
    )
    assert passed
    heard = [it for it in web_desk.home.post.texts(person.id) if WORDS in it]
    assert len(heard) == said  # sent before it was passed on, or not at all
    assert mei.does(reference, "say", words="Mine.").status_code == 404
    jun.told(reference, "say", words="Jun writes now.")
    assert "Jun writes now." in person.last
    assert "Mine." not in web_desk.home.post.texts(person.id)


def test_a_supervisor_with_break_glass_access_cannot_send(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    person, reference = met(web_desk, mei)
    hua.browser.post(f"/cases/{reference}/break-glass", {"reason": "A look."})
    refused = hua.does(reference, "say", words=WORDS).json()
    assert refused["refused"]
    assert WORDS not in web_desk.home.post.texts(person.id)
    mei.told(reference, "say", words=WORDS)  # the control
    assert WORDS in person.last


def test_an_answer_to_an_erased_case_is_not_found_and_not_sent(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    mark = mei.browser.csrf()
    web_desk.erases(reference)
    before = len(web_desk.home.post.texts(person.id))
    path = f"/cases/{reference}/do/say"
    late = mei.browser.post(path, {"words": WORDS, "csrf": mark})
    assert normalised_response(late) == normalised_response(mei.browser.get("/nowhere"))
    assert len(web_desk.home.post.texts(person.id)) == before


def test_an_undeliverable_answer_is_shown_as_failed(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    mei.told(reference, "say", words="Before.")
    web_desk.home.post.blocked.add(person.id)
    mei.told(reference, "say", words=WORDS)
    web_desk.settles()
    page = mei.browser.get(f"/cases/{reference}/panes/conversation").text
    bubbles = {it.partition('"')[0]: it for it in page.split('<article class="message ')}
    assert WORDS in bubbles["caseworker failed"]
    assert "the person has blocked the bot" in bubbles["caseworker failed"]
    assert "Before." in bubbles["caseworker"]  # the control: what arrived is not


@pytest.mark.parametrize("letter", ["w", "\N{GRINNING FACE}"])
def test_an_answer_is_one_message_or_is_refused_and_its_words_stay(
    web_desk: WebDeskHarness, letter: str
) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    before = len(web_desk.home.post.texts(person.id))
    longest = letter * (4096 // utf16_length(letter))
    mei.told(reference, "say", words=longest)
    assert web_desk.home.post.texts(person.id)[before:] == [longest]
    refused = mei.does(reference, "say", words=longest + "w").json()
    assert refused["refused"]
    assert "4096" in refused["told"]
    assert longest + "w" in mei.browser.get(f"/cases/{reference}").text  # as a draft
    assert mei.does(reference, "say", words="w" * 12_001).json()["refused"]
    assert len(web_desk.home.post.texts(person.id)) == before + 1


def test_direction_marks_are_removed_from_answers(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    mei.told(reference, "say", words="Go to \u202eexit\u202c \u2066M3\u2069\u200e now.\U000e0041")
    assert person.last.endswith("Go to exit M3 now.")
    mei.told(
        reference, "say", words="Joined\u200dletters \u0e40\u0e14\u0e47\u0e01 stay."
    )  # control
    assert "Joined\u200dletters" in person.last
