"""Cases are linked and merged: nothing is lost, nobody sees more than is theirs, all is undone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.hotline.case_links import Links
from tests.desks.web.case.test_case_erasure_page import erased, wish

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness


def two(office: WebDeskHarness, worker: WebCaseworker) -> tuple[str, str]:
    """Return the numbers of two cases somebody holds."""
    found = []
    for words in ("One.", "Two."):
        _person, reference = office.add_person(words)
        worker.told(reference, "claim")
        found.append(reference)
    return found[0], found[1]


def links(worker: WebCaseworker, reference: str) -> str:
    text = worker.browser.get(f"/cases/{reference}/panes/file").text
    found = re.search(r'<section id="links">(.*?)</section>', text, re.DOTALL)
    return found[1] if found else ""


def stands(office: WebDeskHarness, reference: str) -> str:
    rows = office.home.ask(f"SELECT status FROM cases WHERE reference = '{reference}'")  # noqa: S608 - ours
    return str(rows[0][0])


def test_two_cases_that_are_linked_see_each_other(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    one, other = two(web_desk, mei)
    mei.told(one, "link", code=f"{other[:3]} {other[3:].lower()}")
    for here, there in ((one, other), (other, one)):
        assert f'href="/cases/{there}"' in links(mei, here)
    assert mei.does(one, "link", code=other).json()["refused"]
    mei.told(other, "unlink", code=one)
    assert other not in links(mei, one)
    assert one not in links(mei, other)
    deeds = web_desk.home.ask("SELECT deed, count(*) FROM audit WHERE deed LIKE '%link' GROUP BY 1")
    assert dict(deeds) == {"link": 2, "unlink": 2}


def test_an_earlier_case_of_the_person_shows_no_number_without_access(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    hua = web_desk.supervisor().comes()
    one, other = two(web_desk, mei)
    now = web_desk.home.loop.now()
    web_desk.home.database.writer.run_sync(
        lambda work: Links.add_same_person(
            work, web_desk.case(one), [web_desk.case(other)], "person", now
        )
    )
    shown = links(mei, one)
    assert "same person, proved by passphrase" in shown
    assert f'href="/cases/{other}"' in shown
    hua.told(other, "transfer", code=jun.id, words="Mei is ill.")
    shown = links(mei, one)
    assert "a case you may not see; a supervisor can" in shown
    assert other not in shown
    assert f'href="/cases/{other}"' in links(hua, one)


def test_removing_a_link_to_an_earlier_case_reopens_nothing(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    one, other = two(web_desk, mei)
    mei.told(other, "close", code="duplicate")
    now = web_desk.home.loop.now()
    web_desk.home.database.writer.run_sync(
        lambda work: Links.add_same_person(
            work, web_desk.case(one), [web_desk.case(other)], "person", now
        )
    )
    mei.told(one, "unlink", code=other)
    assert stands(web_desk, other) == "closed"


def test_a_linked_case_without_access_shows_only_its_reference(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    hua = web_desk.supervisor().comes()
    one, other = two(web_desk, mei)
    mei.told(one, "link", code=other)
    hua.told(other, "transfer", code=jun.id, words="Mei is ill.")
    shown = links(mei, one)
    assert f'<span class="mono">{other}</span>' in shown
    assert f"/cases/{other}" not in shown
    assert 'class="priority' not in shown
    assert f'href="/cases/{one}"' not in links(jun, other)


def test_linking_a_foreign_case_looks_like_linking_no_case(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    one, other = two(web_desk, mei)
    _person, theirs = web_desk.add_person("Three.")
    jun.told(theirs, "claim")
    answers = {
        str(mei.does(one, verb, code=code).json())
        for verb in ("link", "merge")
        for code in (theirs, "QQQQQQ", "", one)
    }
    assert len(answers) == 1
    assert "There is no other case" in answers.pop()
    assert jun.does(one, "link", code=theirs).status_code == 404
    assert other not in links(mei, one)


def test_a_duplicate_is_closed_points_to_the_other_and_keeps_its_words(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    one, other = two(web_desk, mei)
    mei.told(other, "merge", code=one)
    assert stands(web_desk, other) == "closed"
    assert stands(web_desk, one) != "closed"
    assert "merged into" in links(mei, other)
    assert "merged from" in links(mei, one)
    file = mei.browser.get(f"/cases/{other}/panes/file").text
    assert "Two." in file


def test_additions_to_a_merged_case_reach_the_holder(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    first, one = web_desk.add_person("One.")
    mei.told(one, "claim")
    second, other = web_desk.add_person("Two.")
    mei.told(other, "claim")
    mei.told(other, "merge", code=one)
    del first
    with web_desk.front.streams.subscribe(mei.id, {web_desk.case(one): one}) as stream:
        second.presses("Add something")
        second.says("It is worse now.")
        second.presses("Send")
        web_desk.settles()
        heard = []
        while not stream.events.empty():
            heard.append(stream.events.get_nowait())
    assert stands(web_desk, other) == "reopened"
    assert f"case {one}" in heard
    assert "reopened" in links(mei, one)


def test_a_merge_is_undone_and_the_duplicate_waits_again(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    one, other = two(web_desk, mei)
    mei.told(other, "merge", code=one)
    mei.told(one, "unlink", code=other)
    assert stands(web_desk, other) == "reopened"
    assert other not in links(mei, one)


def test_nothing_is_merged_into_a_case_that_is_over(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    one, other = two(web_desk, mei)
    mei.told(one, "close", code="helped")
    assert mei.does(other, "merge", code=one).json()["refused"]
    assert stands(web_desk, other) != "closed"


def test_an_erased_case_is_forgotten_where_it_was_linked(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    one, other = two(web_desk, mei)
    mei.told(one, "link", code=other)
    wish(web_desk, other)
    mei.told(other, "erase", code=other)
    assert erased(web_desk) == 1
    assert web_desk.home.ask("SELECT * FROM case_links") == []
    assert other not in links(mei, one)
