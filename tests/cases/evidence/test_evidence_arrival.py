"""Each file keeps when it came, in which order, and what the channel says of it."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.evidence.custody_log import CustodyAction
from bot.cases.evidence.download import FileDownloader
from bot.cases.evidence.files import EvidenceFile, EvidenceStore
from bot.cases.intake import Intake
from bot.clock import SECOND
from tests.support.database.key_store_fixtures import PASSWORD
from tests.support.harnesses.web_desk_harness import SingleFileSource, WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.cases.evidence.custody_log import CustodyEntry
    from tests.support.harnesses.web_desk_harness import WebCaseworker
    from tests.support.people.chat_person import ChatPerson

FILES = 17
JPEG = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WebDeskHarness]:
    made = WebDeskHarness(tmp_path)
    yield made
    made.close()


def photo(name: str) -> list[dict[str, Any]]:
    return [{"file_id": name, "file_unique_id": f"u-{name}", "width": 1, "height": 1}]


def sends_before(desk: WebDeskHarness, *, count: int = FILES, pause: float = 7) -> list[int]:
    """Let somebody send pictures and then everything; return when each arrived (microseconds)."""
    person, times = desk.home.person("th"), []
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    for number in range(count):
        desk.home.advance_time(pause)
        times.append(desk.home.loop.now())
        person.sends(photo=photo(f"f{number}"))
    desk.home.advance_time(60)
    person.presses("Send", "Any time")
    return times


def downloads(desk: WebDeskHarness) -> None:
    desk.make_files_folder()
    downloader = FileDownloader(
        desk.home.database.writer, desk.vault, SingleFileSource(JPEG), desk.front.blobs,
        desk.home.loop,
    )  # fmt: skip
    while desk.does(downloader.download_due()):
        pass


def listed(
    desk: WebDeskHarness, by: WebCaseworker
) -> tuple[list[EvidenceFile], list[CustodyEntry]]:
    ring, case = desk.keys.unlock(by.id, PASSWORD), desk.case(desk.newest())
    store = EvidenceStore(desk.vault, desk.front.blobs, ring)
    run = desk.home.database.writer.run_sync
    items = run(lambda work: store.list_files(work, case))
    return items, run(lambda work: store.custody.of_case(work, case))


def test_files_sent_before_send_keep_their_times_and_their_order(desk: WebDeskHarness) -> None:
    chief = desk.supervisor()
    times = sends_before(desk)
    downloads(desk)
    items, log = listed(desk, chief)
    assert [it.number for it in items] == list(range(1, FILES + 1))
    arrived = [it.arrived_at for it in items]
    assert arrived == sorted(set(arrived))
    assert all(0 <= late - at < SECOND for late, at in zip(arrived, times, strict=True))
    assert all(it.reached_case_at > times[-1] for it in items)
    assert [it.sent_at for it in items] == [at // SECOND * SECOND for at in times]
    assert [it.message for it in items] == sorted({it.message for it in items})
    received = {it.file: it for it in log if it.deed == CustodyAction.RECEIVED}
    for it in items:
        entry = received[it.id]
        assert (entry.arrived_at, entry.sent_at, entry.message) == (
            it.arrived_at, it.sent_at, it.message,
        )  # fmt: skip
        assert entry.at >= it.reached_case_at


def test_files_of_one_batch_are_ordered_by_the_channels_number(desk: WebDeskHarness) -> None:
    chief, person = desk.supervisor(), desk.home.person("th")
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    made = [person.message(photo=photo(f"f{number}")) for number in range(FILES)]
    desk.home.receives(*made)
    person.presses("Send", "Any time")
    items, _log = listed(desk, chief)
    assert len({it.arrived_at for it in items}) == 1
    assert [it.message for it in items] == [it["message"]["message_id"] for it in made]


def test_an_order_that_is_left_to_chance_is_detected(
    desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: as it was, all files of a report shared one moment."""
    store_files = Intake.store_files

    def mixed(intake: Intake, work: Any, case: str, notes: Any, at: int) -> None:
        mixed = list(notes)
        random.Random(4).shuffle(mixed)
        for note in mixed:
            store_files(intake, work, case, [note], at)

    monkeypatch.setattr(Intake, "store_files", mixed)
    chief = desk.supervisor()
    times = sends_before(desk)
    items, _log = listed(desk, chief)
    assert len(items) == len(times)
    assert [it.arrived_at for it in items] != sorted(it.arrived_at for it in items)


def test_numbers_never_change_when_earlier_files_reach_the_case_later(
    desk: WebDeskHarness,
) -> None:
    chief, person = desk.supervisor(), talking(desk)
    first, _log = listed(desk, chief)
    person.presses("Add something")
    for number in range(3):
        desk.home.advance_time(5)
        person.sends(photo=photo(f"later{number}"))
    person.presses("Send")
    items, _log = listed(desk, chief)
    assert [it.id for it in items[: len(first)]] == [it.id for it in first]
    assert [it.number for it in items] == list(range(1, len(items) + 1))
    assert len(items) >= len(first) + 3


def talking(desk: WebDeskHarness) -> ChatPerson:
    """Return somebody whose case has one picture."""
    person = desk.home.person("th")
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.sends(photo=photo("first"))
    person.presses("Send", "Any time")
    return person


def test_the_desk_and_the_archive_show_when_each_file_came(desk: WebDeskHarness) -> None:
    chief = desk.supervisor()
    sends_before(desk, count=2)
    downloads(desk)
    chief.comes()
    reference = desk.newest()
    page = chief.browser.get(f"/cases/{reference}").text
    items, _log = listed(desk, chief)
    for it in items:
        arrived, sent = moment(desk, it.arrived_at), moment(desk, it.sent_at)
        assert f"File {it.number}, arrived {arrived}" in page
        assert f"in Telegram: {sent}, message {it.message}" in page


def moment(desk: WebDeskHarness, at: int) -> str:
    return f"{datetime.fromtimestamp(at / SECOND, desk.front.zone):%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize("forwarded", [False, True])
def test_words_under_a_file_of_an_open_chat_stay_with_the_file(
    desk: WebDeskHarness, *, forwarded: bool
) -> None:
    chief, mei, person = desk.supervisor(), desk.worker().comes(), talking(desk)
    for verb in ("claim", "take_over"):
        mei.told(desk.newest(), verb)
    person.presses("I can write now")
    origin = {"type": "hidden_user", "sender_user_name": "Boss", "date": 1}
    more = {"forward_origin": origin} if forwarded else {}
    person.sends(photo=photo("gate"), caption="the gate\nat night", **more)
    person.sends(photo=photo("bare"))
    items, _log = listed(desk, chief)
    assert [it.caption for it in items] == ["", "the gate\nat night", ""]


def test_words_under_a_file_sent_before_a_yes_in_danger_stay_with_the_file(
    desk: WebDeskHarness,
) -> None:
    chief, person = desk.supervisor(), desk.home.person("en")
    person.says("/start", "help, he is here now")
    person.sends(photo=photo("door"), caption="this is the door")
    person.says("yes")
    items, _log = listed(desk, chief)
    assert [it.caption for it in items] == ["this is the door"]
    person.sends(photo=photo("car"), caption="his car")
    items, _log = listed(desk, chief)
    assert [it.caption for it in items] == ["this is the door", "his car"]
