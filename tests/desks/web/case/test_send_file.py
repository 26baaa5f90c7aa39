"""Files and places from the desk to the person: cleaned, nameless, kept with the case, erased."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desks.web.case.send_file import parse_point
from bot.desks.web.form_nonces import new_nonce
from bot.desks.web.security_headers import MAX_UPLOAD_BYTES
from bot.messages import SendLocation, SendUpload
from tests.support.harnesses.web_desk_harness import ORIGIN
from tests.support.hostile_images import MARK, image_with_metadata
from tests.support.recordings import recording

if TYPE_CHECKING:
    from httpx import Response

    from bot.messages import Body
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

PDF = b"%PDF-1.7 the way to the office"
NAME = "Mei Lin, hotline.jpg"


class SentCase(NamedTuple):
    """A case whose chat a caseworker has taken over, and whose person has answered."""

    mei: WebCaseworker
    person: ChatPerson
    reference: str

    def sends(self, data: bytes, words: str = "", **other: Any) -> Response:
        """Send a file as a browser does."""
        browser, is_fetched = self.mei.browser, other.pop("is_fetched", True)
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
        if is_fetched:
            headers["x-haven"] = "1"
        fields = {"csrf": browser.csrf(), "nonce": new_nonce(), "words": words, **other}
        path = f"/cases/{self.reference}/send-file"
        files = {"file": (NAME, data)}
        response = browser.asks("POST", path, data=fields, files=files, headers=headers)
        self.mei.office.settles()
        return response

    @property
    def received(self) -> list[SendUpload]:
        """What came to the person as a file."""
        return [it for it in self.arrived if isinstance(it, SendUpload)]

    @property
    def arrived(self) -> list[Body]:
        """What came to the person."""
        post = self.mei.office.home.post
        return [body for chat, body in post.arrived if chat == self.person.id]

    def address_of_sent(self) -> str:
        """Return where the desk shows the newest file that was sent."""
        page = self.mei.browser.get(f"/cases/{self.reference}").text
        return re.findall(r"/cases/\w+/sent/[0-9a-f]{32}/\w+", page)[-1]


@pytest.fixture
def case(web_desk: WebDeskHarness) -> SentCase:
    person, reference = web_desk.add_person()
    mei = web_desk.worker().comes()
    for verb, fields in (("claim", {}), ("take_over", {}), ("phrase", {"code": "opener"})):
        mei.told(reference, verb, **fields)
    person.presses("I can write now")
    return SentCase(mei, person, reference)


def test_a_file_whose_form_arrives_again_goes_out_once(case: SentCase) -> None:
    picture, nonce = image_with_metadata("JPEG"), new_nonce()
    said = [case.sends(picture, "Look", nonce=nonce).json() for _ in range(3)]
    assert said[0] == said[1] == said[2]
    assert len(case.received) == 1
    case.sends(picture, "Look")  # another form
    assert len(case.received) == 2


def test_a_picture_reaches_the_person_without_name_and_metadata(case: SentCase) -> None:
    assert MARK.encode() in image_with_metadata("JPEG")
    said = case.sends(image_with_metadata("JPEG"), "The door looks like this").json()
    assert not said["refused"], said
    (sent,) = case.received
    assert (sent.upload.kind, sent.upload.name) == ("photo", "file.jpg")
    assert MARK.encode() not in sent.upload.data
    assert sent.caption == "The door looks like this"


def test_a_recording_goes_out_as_sound_and_a_pdf_as_it_is(case: SentCase) -> None:
    case.sends(recording(seconds=1))
    case.sends(PDF)
    assert [(it.upload.kind, it.upload.name) for it in case.received] == [
        ("voice", "file.mp3"),
        ("document", "file.pdf"),
    ]
    assert case.received[1].upload.data == PDF


def test_what_was_sent_stands_in_the_conversation_and_can_be_seen(case: SentCase) -> None:
    case.sends(image_with_metadata("JPEG"))
    shown = case.mei.browser.get(case.address_of_sent())
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.content == case.received[0].upload.data


def test_a_colleague_without_the_case_sees_no_file_that_was_sent(
    web_desk: WebDeskHarness, case: SentCase
) -> None:
    case.sends(image_with_metadata("JPEG"))
    address = case.address_of_sent()
    other = web_desk.worker("Lin").comes()
    assert other.browser.get(address).status_code == 404
    assert case.mei.browser.get(address).status_code == 200  # the control
    wrong = re.sub("sent/[0-9a-f]{32}", "sent/" + "0" * 32, address)
    assert case.mei.browser.get(wrong).status_code == 404


@pytest.mark.parametrize(
    "data",
    [b"", b"MZ a program", b"PK\x03\x04 a document", b"<html>", image_with_metadata("JPEG")[:-300]],
    ids=["empty", "program", "zip", "html", "cut off"],
)
@pytest.mark.parametrize("is_fetched", [True, False])
def test_any_other_file_is_refused_with_the_reason(
    case: SentCase, data: bytes, *, is_fetched: bool
) -> None:
    said = case.sends(data, is_fetched=is_fetched)
    assert not case.received
    if is_fetched:
        assert said.json()["refused"]
        assert "." in said.json()["told"]
    else:
        page = case.mei.browser.get(said.headers["location"]).text
        assert "toast refused" in page


def test_a_file_that_is_too_large_is_refused_before_it_is_read(case: SentCase) -> None:
    large = PDF + b"x" * MAX_UPLOAD_BYTES
    said = case.sends(large)
    assert said.status_code == 413
    assert "too large: at most 10 MB" in said.text
    fetched = case.sends(large, is_fetched=True)
    assert (fetched.status_code, fetched.json()["refused"]) == (413, True)
    assert "too large: at most 10 MB" in fetched.json()["told"]
    assert not case.received


def test_words_in_another_language_are_asked_about_before_the_file_goes(case: SentCase) -> None:
    words = "Xin chào, tôi là người giúp bạn, bạn đang ở đâu?"
    asked = case.sends(PDF, words).json()
    assert asked["checks"]
    assert not case.received
    case.sends(PDF, words, sure=asked["checks"])
    assert [it.caption for it in case.received] == [words]


def test_without_scripts_such_words_come_back_and_no_file_goes(case: SentCase) -> None:
    words = "Xin chào, tôi là người giúp bạn, bạn đang ở đâu?"
    said = case.sends(PDF, words, is_fetched=False)
    assert said.status_code == 303
    assert not case.received


def test_a_file_that_was_sent_is_erased_with_its_case(
    web_desk: WebDeskHarness, case: SentCase
) -> None:
    case.sends(PDF)
    assert web_desk.home.ask("SELECT count(*) FROM sent_files") == [(1,)]
    assert web_desk.home.ask("SELECT count(*) FROM files") == [(0,)]  # it is no evidence
    web_desk.erases(case.reference)
    assert web_desk.home.ask("SELECT count(*) FROM sent_files") == [(0,)]


def test_no_file_lies_open_in_the_database(web_desk: WebDeskHarness, case: SentCase) -> None:
    case.sends(PDF)
    for table, column in (("sent_files", "sealed"), ("outbox", "body"), ("exchanges", "sealed")):
        for (sealed,) in web_desk.home.ask(f"SELECT {column} FROM {table}"):  # noqa: S608 - ours
            assert PDF not in bytes(sealed or b""), table


def test_a_point_goes_out_as_a_place(case: SentCase) -> None:
    for place in ("25.0330, 121.5654", "https://www.google.com/maps/@25.0330,121.5654,17z"):
        said = case.mei.browser.post(
            f"/cases/{case.reference}/send-place", {"place": place}, is_fetched=True
        ).json()
        assert not said["refused"], said
    case.mei.office.settles()
    places = [it for it in case.arrived if isinstance(it, SendLocation)]
    assert [(it.latitude, it.longitude) for it in places] == [(25.033, 121.5654)] * 2


@pytest.mark.parametrize("place", ["Taipei", "25, 121", "99.000, 121.500", "25.0330", ""])
def test_what_is_no_point_is_refused(case: SentCase, place: str) -> None:
    fields = {"place": place or " "}
    said = case.mei.browser.post(
        f"/cases/{case.reference}/send-place", fields, is_fetched=True
    ).json()
    assert said["refused"]


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_any_point_on_earth_is_read_as_it_is_written(latitude: float, longitude: float) -> None:
    written = f"{latitude:.5f}, {longitude:.5f}"
    assert parse_point(written) == (float(f"{latitude:.5f}"), float(f"{longitude:.5f}"))


@given(st.text(max_size=80))
def test_any_text_is_a_point_on_earth_or_none(written: str) -> None:
    point = parse_point(written)
    assert point is None or (abs(point[0]) <= 90 and abs(point[1]) <= 180)
