"""Whoever tells somebody else reads exactly what the person agreed to, and keeps it on paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.hotline.commands.texts import NO_MATCHING_CONSENT

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

SAFE = "I am safe here"
OFFICE = "labor_1955"
MAY, WAS = "Exactly this may be passed on", "Exactly this was passed on"
_PARTS = re.compile(r'<details id="referral-.*?</details>', re.DOTALL)
_CODE = re.compile(r'name="code" value="([0-9a-f]{16})"')


def asked(office: WebDeskHarness) -> tuple[WebCaseworker, ChatPerson, str]:
    """Return a caseworker, somebody who looks at what would be told of them, and their case."""
    mei = office.worker().comes()
    person, reference = office.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    person.presses("I can write now")
    mei.told(reference, "refer", code=OFFICE)
    person.presses("Show it to me")
    tick(person)
    return mei, person, reference


def number_of(person: ChatPerson, label: str = "Safe right now") -> str:
    """Return the number under which a part stands on the person's screen."""
    line = next(it for it in person.last.split("\n\n")[1:] if label in it)
    return line.removeprefix("✓ ").split()[0]


def tick(person: ChatPerson) -> None:
    """Add the part with the answer whether the person is safe: at first only the least is told."""
    assert SAFE not in person.last
    person.presses(number_of(person))
    assert SAFE in person.last


def file(worker: WebCaseworker, reference: str) -> str:
    return worker.browser.get(f"/cases/{reference}/panes/file").text


def may_be_told(page: str) -> str:
    """Return what stands under a referral, without its markup; empty where nothing does."""
    return " ".join(re.sub(r"<[^>]+>", " ", " ".join(_PARTS.findall(page))).split())


def test_nothing_is_to_be_told_before_the_person_says_so(web_desk: WebDeskHarness) -> None:
    mei, person, reference = asked(web_desk)
    page = file(mei, reference)
    assert not may_be_told(page)
    assert "/do/tell_others" not in page
    person.presses("You may tell them")
    page = file(mei, reference)
    assert may_be_told(page).startswith(f"{MAY} Language English ")
    assert SAFE in may_be_told(page)
    code = _CODE.search(page.partition("/do/tell_others")[2])
    assert code is not None
    person.presses("I take it back")
    assert not may_be_told(file(mei, reference))
    said = mei.does(reference, "tell_others", code=code[1]).json()
    assert (said["refused"], said["told"]) == (True, NO_MATCHING_CONSENT.source)


def test_what_the_person_struck_is_not_read_as_what_may_be_told(web_desk: WebDeskHarness) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("✓ " + number_of(person))
    person.presses("You may tell them")
    page = file(mei, reference)
    assert SAFE in page  # it was sent to us, and stands there
    assert may_be_told(page).startswith(f"{MAY} Language English")
    assert SAFE not in may_be_told(page)


def test_what_was_told_stands_on_paper_and_in_the_text(web_desk: WebDeskHarness) -> None:
    mei, person, reference = asked(web_desk)
    before = mei.browser.get(f"/cases/{reference}/transcript").text
    asked_for = before.partition("# Referrals\n")[2].partition("\n# ")[0]
    assert asked_for.strip().endswith(": consent asked")
    person.presses("You may tell them")
    code = _CODE.search(file(mei, reference).partition("/do/tell_others")[2])
    assert code is not None
    mei.told(reference, "tell_others", code=code[1])
    assert may_be_told(file(mei, reference)).startswith(WAS)
    text = mei.browser.get(f"/cases/{reference}/transcript").text
    told = text.partition("# Referrals\n")[2].partition("\n# ")[0]
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d  1955, .*: referred\nLanguage:\n", told)
    assert f"    | {SAFE}" in told
    page = mei.browser.get(f"/cases/{reference}/print").text
    paper = page.partition("<h2>Referrals</h2>")[2].partition("<h2>")[0]
    assert "referred" in paper
    assert SAFE in paper


def test_a_person_who_refused_referrals_is_asked_only_with_their_reason(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = asked(web_desk)
    assert "What the person said about it" not in file(mei, reference)
    mei.told(reference, "hand_back")
    person.says("/mydata")
    person.presses("Tell nobody else")
    mei.told(reference, "take_over")
    person.presses("I can write now")
    page = file(mei, reference)
    assert "withdrawn" in page
    assert "What the person said about it" in page
    said = mei.does(reference, "refer", code=OFFICE).json()
    assert said["refused"]
    assert said["told"].endswith("/refer labor_1955 ...")
    mei.does(reference, "refer", code=OFFICE, words="She wants the labour office to know.")
    person.presses("Show it to me", "You may tell them")
    code = _CODE.search(file(mei, reference).partition("/do/tell_others")[2])
    assert code is not None
    mei.told(reference, "tell_others", code=code[1])
    assert web_desk.home.ask("SELECT state FROM referrals ORDER BY rowid") == [
        ("withdrawn",), ("sent",)
    ]  # fmt: skip
