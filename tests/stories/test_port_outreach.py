"""A port outreach: posters in three languages, forty people, and what a partner may learn of it.

Rosa of Harbour House hangs posters on a pier and takes referrals in her room. Mei answers at the
desk, Hua and Hui supervise. The site is built for those who do not trust a poster.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.clock import DAY, SECOND
from bot.desks.web.exports import synthetic as synthetic_page
from bot.exports import synthetic
from bot.exports.htcds.files import FileFormat
from bot.languages import LANGUAGES
from bot.partners.partners import campaign_url
from bot.site.build import SiteOptions, build_site
from bot.site.output_folder import write_files
from bot.site.posters import PosterFile
from flows.texts.hotline import REFERRAL
from tests.browser.conftest import PATIENCE, SMALLEST
from tests.browser.test_public_site import is_too_wide
from tests.desks.web.case.test_referral_page import file, tick
from tests.desks.web.exports.test_htcds_pages import SAID, asks, consents, sends
from tests.desks.web.exports.test_synthetic_page import LEAST, closed_case, decides, makes
from tests.hotline.referrals.test_recipient_replies import answered
from tests.support.content.site_files import site_source
from tests.support.harnesses.room_harness import BOT_NAME, RoomHarness
from tests.support.people.partner_referrals import (
    RECIPIENT,
    follows,
    opens_a_room,
    refers_in,
    words_of,
)
from tests.support.poster_harness import read_codes, seen_by_phone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.async_api import Browser

    from tests.support.harnesses.room_harness import RoomMember
    from tests.support.harnesses.web_desk_harness import WebCaseworker
    from tests.support.people.chat_person import ChatPerson

CROWD = {"id": 23, "vi": 13, "fil": 4}
"""Who comes by the poster in each language: forty people in all."""
NAMES = {"id": "Pier 3", "vi": "Fish market", "fil": "Chapel"}
_CODE = re.compile(r'name="code" value="([0-9a-f]{16})"')


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RoomHarness]:
    for module in (synthetic_page, synthetic):
        monkeypatch.setattr(module, "MIN_CASES", LEAST)
    monkeypatch.setattr(  # as if each case came a hundred times: the noise would drown so few
        synthetic_page, "make_release",
        lambda rows, epsilon, about: synthetic.make_release(rows * 100, epsilon, about),
    )  # fmt: skip
    made = RoomHarness(tmp_path, synthetic_budget=5.0)
    yield made
    made.close()


def test_a_port_outreach(port: RoomHarness) -> None:
    hua, hui = (port.desk.supervisor(name) for name in ("Hua", "Hui"))
    rosa = opens_a_room(port).comes()
    codes = she_makes_three_links(port, rosa)
    her_posters_can_be_read_by_a_phone(rosa, codes)
    people = forty_people_come(port, codes)
    mei = port.desk.worker().comes()
    answers = ("accepted", "accepted", "declined")
    numbers = [is_referred(port, mei, it) for it in people["id"][:3]]
    for person, number, answer in zip(people["id"], numbers, answers, strict=False):
        she_answers(port, rosa, number, answer)
        assert answered(answer) in "\n".join(person.texts)
    she_refers_someone_in(port, rosa, mei)
    one_case_leaves_in_htcds_and_comes_back_equal(port, mei)
    supervisors_release_synthetic_data(port, mei, hua, hui)
    her_figures_hide_the_few(rosa)


def she_makes_three_links(port: RoomHarness, rosa: RoomMember) -> dict[str, str]:
    """Return the code of the link in each language."""
    for tag, name in NAMES.items():
        made = rosa.browser.post("/links", {"name": name, "language": tag})
        assert made.status_code == 303, words_of(made)
    return dict(port.home.ask("SELECT language, code FROM campaigns"))


def her_posters_can_be_read_by_a_phone(rosa: RoomMember, codes: dict[str, str]) -> None:
    """The code of each poster leads to her link, and to no other."""
    for link, tag in enumerate(NAMES, 1):
        poster = rosa.browser.get(f"/posters/file?link={link}&kind=a4&language={tag}&format=png")
        assert poster.status_code == 200, words_of(poster)
        seen = read_codes(seen_by_phone(poster.content, "a4"))
        assert seen == {campaign_url(BOT_NAME, codes[tag])}


def forty_people_come(port: RoomHarness, codes: dict[str, str]) -> dict[str, list[ChatPerson]]:
    """Each opens the link of the poster they saw, some of them twice."""
    came = {tag: [port.home.person(tag) for _ in range(number)] for tag, number in CROWD.items()}
    for tag, people in came.items():
        for person in (*people, *people[:2]):
            person.says(f"/start {codes[tag]}")
    assert sum(map(len, came.values())) == 40
    return came


def is_referred(port: RoomHarness, mei: WebCaseworker, person: ChatPerson) -> str:
    """Let a person write, and agree to what is told; return the number of the referral."""
    person.presses("English", "Talk to a person", "I am safe here")
    person.says("We have had no pay since the boat came in.")
    person.presses("Send", "Any time")
    reference = port.desk.newest()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    person.presses("I can write now")
    mei.told(reference, "refer", code=RECIPIENT)
    person.presses("Show it to me")
    tick(person)
    person.presses("You may tell them")
    code = _CODE.search(file(mei, reference).partition("/do/deliver")[2])
    assert code is not None
    mei.told(reference, "deliver", code=code[1])
    mei.told(reference, "hand_back")
    assert REFERRAL["revoked_unread"].source not in person.last
    ((number,),) = port.home.ask("SELECT id FROM referral_deliveries ORDER BY sent_at DESC LIMIT 1")
    return str(number)


def she_answers(port: RoomHarness, rosa: RoomMember, number: str, answer: str) -> None:
    """Rosa reads exactly what was agreed, and answers."""
    opened = words_of(rosa.browser.post(f"/referrals/{number}/open"))
    assert "I am safe here" in opened
    assert "no pay since the boat" not in opened  # was not ticked
    sent = rosa.browser.post(f"/referrals/{number}/answer", {"answer": answer, "words": ""})
    assert sent.status_code == 303, words_of(sent)
    follows(port)


def she_refers_someone_in(port: RoomHarness, rosa: RoomMember, mei: WebCaseworker) -> None:
    """Someone at the chapel agrees to be called; Rosa reads how far it is, and no more."""
    before = len(port.home.ask("SELECT 1 FROM cases"))
    assert refers_in(rosa).status_code == 303
    follows(port)
    assert len(port.home.ask("SELECT 1 FROM cases")) == before + 1
    reference = port.desk.newest()
    mei.told(reference, "claim")
    said = words_of(rosa.browser.get("/referrals"))
    assert "a caseworker took it up" in said
    assert not any(it in said for it in (reference, "Mei"))


def one_case_leaves_in_htcds_and_comes_back_equal(port: RoomHarness, mei: WebCaseworker) -> None:
    """The file is taken back in by the hotline it came from, which notices no difference."""
    reference = port.desk.newest()
    consents(port.desk, reference)
    (row,) = json.loads(asks(mei, reference, profile="identified", words=SAID).content)["cases"]
    left = asks(mei, reference, code=FileFormat.XLSX.value, profile="identified", words=SAID)
    assert sends(mei, left.content, keep="mine").status_code == 303
    copy = port.desk.newest()
    assert copy != reference
    consents(port.desk, copy)
    (back,) = json.loads(asks(mei, copy, profile="identified", words=SAID).content)["cases"]
    assert back.pop("x_CaseReference") == copy
    assert back == {name: it for name, it in row.items() if name != "x_CaseReference"}
    assert len(row) > 5


def supervisors_release_synthetic_data(
    port: RoomHarness, mei: WebCaseworker, hua: WebCaseworker, hui: WebCaseworker
) -> None:
    """One supervisor makes a release of past cases, another releases it."""
    for _ in range(LEAST):
        closed_case(port.desk, mei)
    port.home.advance_time(32 * DAY / SECOND)
    assert synthetic_page.MADE.source in makes(hua.comes())
    ((number,),) = port.home.ask("SELECT id FROM synthetic_releases")
    assert synthetic_page.RELEASED.source in decides(hui.comes(), str(number), "release")
    saved = hui.browser.get(f"/synthetic/{number}/save").content
    with zipfile.ZipFile(io.BytesIO(saved)) as archive:
        assert json.loads(archive.read("release.json"))["release"] == number


def her_figures_hide_the_few(rosa: RoomMember) -> None:
    """The month is over: two numbers are shown, the third is said to be small."""
    page = rosa.comes().browser.get("/figures").text
    told = words_of_table(page)
    shown = {name: re.search(rf"{name} +(\d+|fewer than five)", told) for name in NAMES.values()}
    assert {name: it and it[1] for name, it in shown.items()} == {
        NAMES["id"]: "23", NAMES["vi"]: "13", NAMES["fil"]: "fewer than five",
    }  # fmt: skip
    assert not re.search(r"\b(?:4|17|27|40)\b", told)  # nor can it be worked out


def words_of_table(page: str) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", page.partition("<table")[2].partition("</table>")[0])


@pytest.mark.asyncio(loop_scope="session")
async def test_every_page_of_the_ports_site_fits_the_smallest_phone(
    browser: Browser, tmp_path: Path
) -> None:
    posters = tuple(PosterFile(f"a4-{tag}.pdf", b"%PDF-") for tag in CROWD)
    files = build_site(site_source(), SiteOptions(tuple(CROWD), posters))
    write_files(tmp_path, files, lambda *_: None)
    context = await browser.new_context(viewport=SMALLEST)  # type: ignore[arg-type]
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    seen = {(tmp_path / "index.html").as_uri()}
    for tag in CROWD:
        await page.goto((tmp_path / "index.html").as_uri())
        await page.get_by_role("link", name=LANGUAGES[tag].own_name).first.click()
        await expect(page.locator("html")).to_have_attribute("lang", tag)
        pages = page.locator("a[href$='.html']:not([lang])")
        seen |= set(await pages.evaluate_all("links => links.map(it => it.href)"))
    for place in sorted(seen):
        await page.goto(place)
        assert await is_too_wide(page) == 0, place
    assert seen == {(tmp_path / it).as_uri() for it in files if it.endswith(".html")}
    for tag in CROWD:
        written = "".join(it.decode() for name, it in files.items() if name.startswith(f"{tag}/"))
        assert [f"a4-{it}.pdf" in written for it in CROWD] == [it == tag for it in CROWD]
