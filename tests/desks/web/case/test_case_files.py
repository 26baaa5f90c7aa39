"""A file somebody sent is fetched by whoever may, anew each time; as it came, with proof anew."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.cases.evidence.custody_log import CustodyAction
from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.errors import FileStorageUnmarkedError
from bot.store.blobs.folder import FolderBlobs
from bot.store.findings import FILES_AWAY_SINCE
from tests.desks.web.team.test_approvals_and_reports import readers
from tests.support.blobs import AwayBlobs
from tests.support.event_loop_probe import observe_disk_io
from tests.support.harnesses.web_desk_harness import HttpBrowser
from tests.support.hostile_images import MARK, image_with_metadata
from tests.support.people.telegram_attachments import photo
from tests.support.response_likeness import normalised_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from httpx import Response

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

PHOTO = image_with_metadata("JPEG")
WAYS = ("original", "picture")


@pytest.fixture
def mei(web_desk: WebDeskHarness) -> WebCaseworker:
    """Give whoever answers for a case with a picture in it."""
    _person, reference = web_desk.add_person()
    web_desk.sends(reference, PHOTO, kind="photo", name="../../me.jpg")
    mei = web_desk.worker().comes()
    mei.told(reference, "claim")
    return mei


def path(office: WebDeskHarness, how: str = "original", number: str = "1") -> str:
    return f"/cases/{office.newest()}/files/{number}/{how}"


def proves(worker: WebCaseworker, back: str) -> Response:
    worker.office.home.advance_time(31)  # a code is good once
    return worker.browser.post("/step-up", {"code": worker.code(), "back": back})


def deeds(office: WebDeskHarness) -> list[str]:
    rows = office.home.ask("SELECT deed FROM audit WHERE deed LIKE 'evidence_%' ORDER BY id")
    return [str(deed).removeprefix("evidence_") for (deed,) in rows]


# --- as it came -------------------------------------------------------------------------------


def test_an_original_file_needs_step_up_and_returns_to_the_case(
    web_desk: WebDeskHarness, mei: WebCaseworker
) -> None:
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    before = deeds(web_desk)
    asked = mei.browser.get(path(web_desk))
    back = f"/cases/{web_desk.newest()}#item-1"
    assert asked.headers["location"] == f"/step-up?back={back.replace('#', '%23')}"
    assert f'value="{back}"' in mei.browser.get(asked.headers["location"]).text
    assert deeds(web_desk) == before  # nobody has it yet
    assert proves(mei, back).headers["location"] == back
    assert 'id="item-1"' in mei.browser.get(back.partition("#")[0]).text
    assert mei.browser.get(path(web_desk)).content == PHOTO
    assert deeds(web_desk) == [*before, CustodyAction.EXPORTED]


@pytest.mark.parametrize("how", WAYS)
def test_while_a_file_is_opened_everybody_else_is_answered(
    web_desk: WebDeskHarness, mei: WebCaseworker, how: str
) -> None:
    folder, meanwhile = observe_disk_io(web_desk.files_folder, web_desk.home.loop)
    web_desk.front.blobs = FolderBlobs(folder)
    proves(mei, "/")
    assert mei.browser.get(path(web_desk, how)).status_code == 200
    assert meanwhile
    assert all(meanwhile)


@pytest.mark.parametrize("how", WAYS)
def test_while_the_storage_of_files_is_away_the_page_says_so(
    web_desk: WebDeskHarness, mei: WebCaseworker, how: str
) -> None:
    web_desk.front.blobs = AwayBlobs(web_desk.files_folder)
    proves(mei, "/")
    answer = mei.browser.get(path(web_desk, how))
    assert answer.status_code == 503
    assert "The storage that holds the files does not answer" in answer.text
    web_desk.front.blobs = FolderBlobs(web_desk.files_folder)
    assert mei.browser.get(path(web_desk, how)).status_code == 200


def test_an_emptied_storage_is_said_on_the_page_without_a_word_of_comfort(
    web_desk: WebDeskHarness, mei: WebCaseworker
) -> None:
    web_desk.front.blobs = AwayBlobs(web_desk.files_folder, FileStorageUnmarkedError)
    answer = mei.browser.get(path(web_desk, "picture"))
    assert answer.status_code == 503
    assert "it was emptied, or Haven looks in the wrong place" in answer.text
    assert "No file is lost" not in answer.text


def test_a_banner_says_since_when_no_file_is_stored(
    web_desk: WebDeskHarness, mei: WebCaseworker
) -> None:
    says = "no file that a person sends is stored"
    assert says not in mei.browser.get("/queue/mine").text
    now = web_desk.home.loop.now()
    web_desk.home.database.writer.run_sync(lambda work: FILES_AWAY_SINCE.record(work, now, now))
    banner = mei.browser.get("/queue/mine").text.partition(says)[2].partition("</div>")[0]
    assert "Tell an administrator." in banner
    boss = web_desk.worker("Bo", role=Role.ADMINISTRATOR).comes()
    banner = boss.browser.get("/account").text.partition(says)[2].partition("</div>")[0]
    assert "Run haven doctor" in banner
    web_desk.home.database.writer.run_sync(lambda work: FILES_AWAY_SINCE.record(work, 0, now))
    assert says not in mei.browser.get("/queue/mine").text


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def changed(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (Path.unlink, "This file is missing from the storage of files."),
        (cut, "This file is not what was received"),
        (changed, "This file is not what was received"),
        (emptied, "This file is not what was received"),
    ],
)
def test_a_file_that_is_lost_or_damaged_is_said_to_be_so(
    web_desk: WebDeskHarness,
    mei: WebCaseworker,
    how: str,
    damage: Callable[[Path], None],
    says: str,
) -> None:
    proves(mei, "/")
    (stored,) = web_desk.files_folder.iterdir()
    damage(stored)
    answer = mei.browser.get(path(web_desk, how))
    assert (answer.status_code, says in answer.text) == (409, True)
    assert "Tell a supervisor" in answer.text
    assert PHOTO[:64] not in answer.content
    told = mei.browser.get(path(web_desk, how), **{"x-haven": "1"})
    assert says in told.json()["told"]  # what the page shows in place of the picture


def test_words_that_were_begun_are_still_there_after_the_way_round(
    web_desk: WebDeskHarness, mei: WebCaseworker
) -> None:
    reference = web_desk.newest()
    mei.browser.post(f"/cases/{reference}/drafts/note", {"words": "Half a note"}, is_fetched=True)
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    mei.browser.get(path(web_desk))
    proves(mei, f"/cases/{reference}")
    assert "Half a note" in mei.browser.get(f"/cases/{reference}").text


def test_a_sanitised_image_needs_no_step_up_and_no_audit_notice(
    web_desk: WebDeskHarness, mei: WebCaseworker
) -> None:
    """The control: what leaves without a second factor has no place and no name in it."""
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    drawn = mei.browser.get(path(web_desk, "picture"))
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/jpeg")
    assert MARK.encode() in PHOTO
    assert MARK.encode() not in drawn.content
    assert deeds(web_desk)[-2:] == [CustodyAction.OPENED, CustodyAction.CLEANED]


def test_who_took_an_original_out_is_told_in_the_case_and_to_supervisors(
    web_desk: WebDeskHarness, mei: WebCaseworker
) -> None:
    mei.browser.get(f"/cases/{web_desk.newest()}")
    mei.browser.get(path(web_desk))
    file = mei.browser.get(f"/cases/{web_desk.newest()}/panes/file").text
    assert "Mei: exported" in file
    page = web_desk.supervisor().comes().browser.get("/audit/reads").text
    (row,) = [row for who, row in readers(page) if who == mei.id]
    figures = re.findall(r'<td class="num"[^>]*>(\d+)</td>', row)
    assert figures == ["1", "0", "1", "0"]  # read, of others, out, found by a search


# --- each fetch is looked at anew -------------------------------------------------------------


def leaves(mei: WebCaseworker) -> None:
    mei.browser.post("/signout")


def is_disabled(mei: WebCaseworker) -> None:
    mei.colleague.disable()


@pytest.mark.parametrize("ends", [leaves, is_disabled])
def test_an_address_that_was_known_opens_nothing_without_a_session(
    web_desk: WebDeskHarness, mei: WebCaseworker, ends: Callable[[WebCaseworker], None]
) -> None:
    stranger = HttpBrowser(web_desk)
    for how in WAYS:
        assert mei.browser.get(path(web_desk, how)).status_code == 200
    ends(mei)
    before = deeds(web_desk)
    for how in WAYS:
        for browser in (mei.browser, stranger):
            said = browser.get(path(web_desk, how))
            assert said.status_code in {303, 401}
            assert PHOTO[:64] not in said.content
    assert deeds(web_desk) == before


def test_a_file_is_gone_with_the_case_it_belongs_to(
    web_desk: WebDeskHarness, mei: WebCaseworker
) -> None:
    jun = web_desk.worker("Jun").comes()
    mei.told(web_desk.newest(), "transfer", code=jun.id)
    for how in WAYS:
        said = mei.browser.get(path(web_desk, how))
        assert normalised_response(said) == normalised_response(mei.browser.get("/nowhere"))
        assert jun.browser.get(path(web_desk, how)).status_code == 200


def test_files_are_not_served_to_other_sites(web_desk: WebDeskHarness, mei: WebCaseworker) -> None:
    for site in ("cross-site", "same-site", "none"):
        for how in WAYS:
            said = mei.browser.get(path(web_desk, how), **{"sec-fetch-site": site})
            assert normalised_response(said) == normalised_response(mei.browser.get("/nowhere")), (
                site
            )


NUMBERS = ("0", "2", "-1", "01", "01x", "9" * 7, "\u0661", "1.0", "..%2f1", "1%00", "%31%2f..", "")


def test_no_number_but_its_own_is_a_file(web_desk: WebDeskHarness, mei: WebCaseworker) -> None:
    for number in NUMBERS:
        for how in WAYS:
            said = mei.browser.get(path(web_desk, how, number))
            assert normalised_response(said) == normalised_response(mei.browser.get("/nowhere")), (
                number
            )


MORE = ({}, {"download": "../../key"}, {"name": "x.html"}, {"type": "text/html"})
RANGES = ("bytes=0-3", "bytes=-1", "bytes=0-0,1-1,2-2", "bytes=9-", "bytes=0-" + "9" * 40, "x")


def test_query_parameters_do_not_change_a_file_response(
    web_desk: WebDeskHarness, mei: WebCaseworker
) -> None:
    name = f'attachment; filename="{web_desk.newest()}-1.bin"'
    for more in MORE:
        said = mei.browser.asks("GET", path(web_desk), params=more)
        assert said.content == PHOTO
        assert said.headers["content-type"] == "application/octet-stream"
        assert said.headers["content-disposition"] == name
        assert said.headers["content-security-policy"].endswith("sandbox")
        assert said.headers["cross-origin-resource-policy"] == "same-origin"
        assert said.headers["cache-control"] == "no-store"
        assert said.headers["x-content-type-options"] == "nosniff"


def test_a_file_comes_whole_or_not_at_all(web_desk: WebDeskHarness, mei: WebCaseworker) -> None:
    """A part that is asked for is an opening nobody would see in the ledger a second time."""
    for wanted in RANGES:
        said = mei.browser.get(path(web_desk), range=wanted)
        assert (said.status_code, said.content) == (200, PHOTO)
        assert said.headers["accept-ranges"] == "none"
        assert "content-range" not in said.headers


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("named", "not downloaded yet"),
        ("too_large", "could not be downloaded: larger than 20 MB"),
        ("gone", "could not be downloaded"),
    ],
)
def test_a_file_that_is_not_here_says_whether_it_will_come(
    web_desk: WebDeskHarness, mei: WebCaseworker, state: str, said: str
) -> None:
    connection = web_desk.home.database.connect()
    connection.execute("UPDATE files SET state = ?", (state,))
    connection.commit()
    connection.close()
    pane = mei.browser.get(f"/cases/{web_desk.newest()}/panes/file").text
    assert f">{said}</p>" in pane


def test_words_under_a_picture_of_a_report_stand_under_it_and_as_text(
    web_desk: WebDeskHarness,
) -> None:
    """They stood in a folded list of answers alone, far from the picture they are about."""
    words = "the man on the left <b>is</b> my boss"
    person = web_desk.home.person("en")
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.sends(photo=photo("shown"), caption=words)
    person.presses("Send", "Any time")
    mei = web_desk.worker().comes()
    page = mei.browser.get(f"/cases/{web_desk.newest()}").text
    _head, card = page.split('class="attached"', 1)
    assert "the man on the left &lt;b&gt;is&lt;/b&gt; my boss" in card.split("</section>", 1)[0]
    assert words not in page
