"""The directory of services at the desk: two people, the work list, a provider for a case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.clock import DAY, SECOND
from tests.support.people.chat_person import ChatPerson

if TYPE_CHECKING:
    import httpx

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

HOUSE = {
    "name": "Paper House", "contact": "02-0000-0101, the night shift", "source": "telephone call",
    "service.place": "1", "service.counsellor": "1", "county.TPE": "1", "language.id": "1",
    "guest.women": "1", "every": "24h", "places": "9",
}  # fmt: skip
CLINIC = {
    "name": "Sample Clinic", "contact": "03-000-0103", "source": "its leaflet",
    "service.doctor": "1", "guest.any": "1", "day2": "9-18", "public": "1",
}  # fmt: skip
PROPOSALS = "/services/proposals"


def propose(who: WebCaseworker, fields: dict[str, str]) -> httpx.Response:
    return who.browser.post("/services/new", fields)


def numbers(who: WebCaseworker) -> list[str]:
    return re.findall(r'id="proposal-(\d+)"', who.browser.get(PROPOSALS).text)


def decide(who: WebCaseworker, number: str, verb: str = "approve", **fields: str) -> httpx.Response:
    given = fields or ({"seen": "0"} if verb == "approve" else {"why": "no"})
    who.browser.post(f"{PROPOSALS}/{number}/{verb}", given)
    return who.browser.get(PROPOSALS)


def find(who: WebCaseworker, **asked: str) -> str:
    who.browser.post("/services", asked)
    return who.browser.get("/services").text


def service_of(who: WebCaseworker, name: str) -> str:
    found = re.search(rf'/services/one/([0-9a-f]+)"[^>]*>{name}', who.browser.get("/services").text)
    assert found is not None
    return found[1]


def add(mei: WebCaseworker, jun: WebCaseworker, fields: dict[str, str]) -> str:
    propose(mei, fields)
    (number,) = numbers(jun)
    decide(jun, number)
    return service_of(mei, fields["name"])


def test_a_service_is_shown_once_a_second_person_has_approved_it(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    assert propose(mei, HOUSE).status_code == 303
    assert "Paper House" not in mei.browser.get("/services").text
    (number,) = numbers(mei)
    assert "You proposed this yourself" in decide(mei, number).text
    assert "Paper House" not in mei.browser.get("/services").text
    assert "Approved." in decide(jun, number).text
    assert "Paper House" in mei.browser.get("/services").text
    page = mei.browser.get(f"/services/one/{service_of(mei, 'Paper House')}").text
    assert "day and night" in page
    assert "never give it to a person" in page
    deeds = web_desk.home.ask("SELECT actor, deed FROM audit WHERE deed LIKE 'service_%'")
    assert deeds == [(mei.id, "service_propose"), (jun.id, "service_approve")]


def test_a_filled_form_with_faults_comes_back_with_each_named(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    wrong = HOUSE | {"contact": "12 Zhongshan Rd., Sec. 2", "places": "many", "every": "9-8am-10"}
    answer = propose(mei, wrong | {"name": "", "guest.any": "1"})
    assert answer.status_code == 422
    for told in ("looks like an address", "This is needed.", "A number from 0 to",
                 "Choose “everyone” alone"):  # fmt: skip
        assert told in answer.text, told
    assert 'value="many"' in answer.text
    assert numbers(mei) == []
    assert propose(mei, {**CLINIC, "contact": "12 Zhongshan Rd., Sec. 2"}).status_code == 303
    assert propose(mei, {**CLINIC, "county.XYZ": "1"}).status_code == 422


def test_two_changes_at_the_same_time_both_come_about(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    hui = web_desk.supervisor().comes()
    service = add(mei, jun, CLINIC)
    path = f"/services/one/{service}/change"
    for who, change in ((mei, {"contact": "03-999"}), (jun, {"note": "Closed at New Year"})):
        who.browser.post(path, CLINIC | change | {"seen": "1", "why": "they called"})
    first, second = numbers(hui)
    decide(hui, first, seen="1")
    assert "was changed meanwhile" in decide(hui, second, seen="1").text
    decide(hui, second, seen="2")
    page = hui.browser.get(f"/services/one/{service}").text
    assert "03-999" in page
    assert "Closed at New Year" in page
    late = mei.browser.post(path, CLINIC | {"note": "late", "seen": "1"})
    assert "changed this service meanwhile" in late.text
    assert 'value="3"' in late.text  # what was typed can be proposed against what holds now


def test_what_no_one_verified_is_hidden_until_one_press(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    house, _clinic = add(mei, jun, HOUSE), add(mei, jun, CLINIC)
    mei.browser.post(f"/services/one/{house}/places", {"free": "\uff12", "back": ""})
    assert "free today: 2 of 9" in find(jun, has_place="1")
    web_desk.home.advance_time(2 * DAY / SECOND)
    jun.comes()
    assert "not known today" in jun.browser.get("/services").text
    assert "Paper House" not in find(jun, has_place="1")
    web_desk.home.advance_time(29 * DAY / SECOND)
    jun.comes()
    page = jun.browser.get("/services").text
    assert "Sample Clinic" in page
    assert "Paper House" not in page
    assert "hidden until someone checks it" in jun.browser.get("/services/to-check").text
    jun.browser.post(f"/services/one/{house}/right", {"back": "to-check"})
    assert "Paper House" in jun.browser.get("/services").text
    assert "Nothing to check" in jun.browser.get("/services/to-check").text
    answer = jun.browser.post(f"/services/one/{house}/places", {"free": "10", "back": ""})
    assert answer.status_code == 303
    assert "a number from 0 to 9" in jun.browser.get(f"/services/one/{house}").text


def test_a_list_without_a_match_says_which_part_hides_it(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    add(mei, jun, HOUSE)
    page = find(mei, service="place", county="TAO", guests="women")
    assert "No service matches all of this." in page
    assert "in any county" in page
    assert "Paper House" in find(mei, service="place", county="TPE", words="paper")
    assert "Paper House" not in find(mei, guests="men")


def test_an_end_takes_two_people_and_can_be_taken_back(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    service = add(mei, jun, CLINIC)
    mei.browser.post(f"/services/one/{service}/end", {"why": "it has closed"})
    (number,) = numbers(jun)
    assert "it has closed" in jun.browser.get(PROPOSALS).text
    decide(jun, number, "refuse", why="I was there today")
    assert "I was there today" in mei.browser.get(f"/services/one/{service}").text
    mei.browser.post(f"/services/one/{service}/end", {"why": "it has closed"})
    decide(jun, *numbers(jun), seen="1")
    assert "Sample Clinic" not in mei.browser.get("/services").text
    mei.browser.post(f"/services/one/{service}/change", CLINIC | {"seen": "2"})
    decide(jun, *numbers(jun), seen="2")
    assert "Sample Clinic" in mei.browser.get("/services").text


def test_one_press_in_the_plan_enters_a_provider(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    add(mei, jun, CLINIC)
    person, reference = web_desk.add_person()
    assert isinstance(person, ChatPerson)
    mei.does(reference, "claim")
    mei.does(reference, "service", code="ask.doctor")
    plan = mei.browser.get(f"/cases/{reference}/plan").text
    assert "Offer: Sample Clinic" in plan
    page = f"/cases/{reference}/services"
    assert mei.browser.get(f"{page}/doctor").headers["location"].endswith(page)
    assert "No service matches" in mei.browser.get(page).text  # none speaks the language
    mei.browser.post(page, {"service": "doctor"})
    page = mei.browser.get(page).text
    assert "Offer: A doctor" in page
    mei.does(reference, "service", **{"code": "offer.doctor", "value.provider": "Sample Clinic"})
    plan = mei.browser.get(f"/cases/{reference}/plan").text
    assert "Sample Clinic" in plan
    assert "Offer: Sample Clinic" not in plan
    assert mei.browser.get("/cases/K7M4Q2/services/doctor").status_code == 404
    assert jun.browser.get(f"/cases/{reference}/services").status_code in {303, 404}
