"""What caseworkers send besides words, and what they change afterwards, as the person sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY
from bot.sandbox import FaultKind
from bot.sandbox.sample_updates import sample_png, sample_wav
from tests.desks.forum.test_case_topic import met
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.forum_desk_harness import ForumDeskHarness

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox import Phone
    from bot.sandbox.state import Message
    from tests.support.harnesses.forum_desk_harness import ForumCaseworker

TELLING = "Mei-hua_Lin_trafficking_victims.PDF"
"""What a file might be called on a caseworker's computer."""
GONE = "That can no longer be changed where it went. Please write again."
NOBODY = "This edit does not reach the person. Please write again."


async def encloses(worker: ForumCaseworker, kind: str, data: bytes, **about: object) -> Message:
    """Send a file in the group; return the message."""
    message = worker.office.group.send_file(worker.account, kind, data, **about)
    await worker.office.settle()
    return message


async def edits(worker: ForumCaseworker, message: Message, text: str) -> None:
    worker.office.group.edit(worker.account, message["message_id"], text)
    await worker.office.settle()


async def asked(office: ForumDeskHarness) -> tuple[Phone, ForumCaseworker, int, int]:
    """Return a person who wrote, a caseworker, their topic, and the message to be answered."""
    sari, mei, thread = await met(office)
    await office.writes(sari, "Where do I go?")
    return sari, mei, thread, office.found(thread, "Where do I go?")["message_id"]


@on_both_databases
async def test_an_answer_with_a_photo_a_voice_note_a_file_and_a_place_goes_to_the_person(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        sari, mei, thread, question = await asked(office)
        about = {"thread": thread, "reply_to": question}
        sent = [
            await encloses(mei, "photo", sample_png(), caption="This door.", **about),
            await encloses(mei, "voice", sample_wav(1), **about),
            await encloses(mei, "document", b"%PDF-1.7 map", name=TELLING, **about),
        ]
        place = {"location": {"latitude": 25.04, "longitude": 121.52}}
        sent.append(office.group.send(mei.account, place, **about))
        await office.settle()
        photo, voice, file, point = sari.messages()[-4:]
        assert (photo["caption"], "photo" in photo, "voice" in voice) == ("This door.", True, True)
        assert point["location"] == place["location"]
        assert all(it["has_protected_content"] for it in (photo, voice, file, point))
        await office.until(lambda: all(office.bot_reaction(it) == "\U0001f44d" for it in sent))
        kept = office.ask(
            "SELECT kind, author FROM exchanges WHERE side = 'caseworker' ORDER BY id"
        )
        assert [it[0] for it in kept[-4:]] == ["files", "files", "files", "place"]
        assert {it[1] for it in kept[-4:]} == {mei.id}


async def test_a_file_carries_nothing_of_the_caseworker_who_sent_it(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread, question = await asked(office)
        await encloses(
            mei, "document", b"%PDF-1.7 map", name=TELLING, thread=thread, reply_to=question
        )
        shown = sari.messages()[-1]
        document = shown["document"]
        assert document["file_name"] == "file.pdf"
        assert office.sandbox.world.files.get(document["file_id"]).data == b"%PDF-1.7 map"
        assert "forward_origin" not in shown
        assert not {"Mei", "Lin", str(mei.account.id)} & set(str(shown).split("'"))


async def test_a_file_that_is_no_reply_stays_a_note(tmp_path: Path) -> None:
    """The other half: a file is a note as well, unless it answers or /say stands under it."""
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread, _question = await asked(office)
        before = len(sari.messages())
        await encloses(mei, "photo", sample_png(), thread=thread)
        await encloses(mei, "photo", sample_png(), caption="for us", thread=thread)
        assert len(sari.messages()) == before
        await encloses(mei, "photo", sample_png(), caption="/say for you", thread=thread)
        assert sari.messages()[-1]["caption"] == "for you"


async def test_the_files_of_an_album_go_together(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread, question = await asked(office)
        about = {"thread": thread, "album": "77"}
        await encloses(mei, "photo", sample_png(1), reply_to=question, **about)
        await encloses(mei, "photo", sample_png(2), **about)
        assert ["photo" in it for it in sari.messages()[-2:]] == [True, True]


async def test_a_file_waits_for_the_opener_as_words_do(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        sari, _case = await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await mei.presses("Take over", office.card(thread))
        sent = await encloses(mei, "photo", sample_png(), caption="/say Here.", thread=thread)
        assert "Not sent yet" in office.last(thread)
        assert not any("photo" in it for it in sari.messages())
        await edits(mei, sent, "/say Here, at nine.")
        await office.presses(sari, "I can write now")
        await office.until(lambda: "photo" in sari.messages()[-1])
        assert sari.messages()[-1]["caption"] == "Here, at nine."
        await office.until(lambda: office.bot_reaction(sent))


async def test_a_file_that_may_have_arrived_is_uncertain_and_goes_once(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread, question = await asked(office)
        office.sandbox.faults.add(
            FaultKind.DROP_AFTER, method="sendDocument", chat=sari.id, times=1
        )
        await encloses(mei, "document", b"map", name="map.txt", thread=thread, reply_to=question)
        await office.until(lambda: "It is not known whether" in office.last(thread))
        await office.writes(sari, "hello?")
        assert sum("document" in it for it in sari.messages()) == 1


@pytest.mark.parametrize(
    ("data", "size", "said"),
    [
        (b"x", 21 << 20, "at most 20 MB"),
        (b"", 0, "cannot be sent as it is"),
    ],
    ids=["too large", "empty"],
)
async def test_a_file_that_cannot_go_is_said_not_to_have_gone(
    tmp_path: Path, data: bytes, size: int, said: str
) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread, question = await asked(office)
        before = len(sari.messages())
        await encloses(
            mei, "document", data, size=size, name="a.pdf", thread=thread, reply_to=question
        )
        await office.until(lambda: said in office.last(thread))
        assert len(sari.messages()) == before


@on_both_databases
async def test_an_edit_changes_what_the_person_has_and_both_versions_are_kept(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        sari, mei, thread, question = await asked(office)
        said = await mei.says("Come at nine.", thread, question)
        before = len(sari.messages())
        await edits(mei, said, "Come at ten.")
        assert sari.bot_texts()[-1] == "Come at ten."
        photo = await encloses(
            mei, "photo", sample_png(), caption="Left door", thread=thread, reply_to=question
        )
        await edits(mei, photo, "Right door")
        assert sari.messages()[-1]["caption"] == "Right door"
        assert len(sari.messages()) == before + 1
        kept = office.ask("SELECT kind FROM exchanges WHERE side = 'caseworker' ORDER BY id")
        assert [it[0] for it in kept[-4:]] == ["words", "edit", "files", "edit"]


async def test_what_waits_goes_as_it_was_written_last(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        sari, _case = await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await mei.presses("Take over", office.card(thread))
        said = await mei.says("/say Come at nine.", thread)
        await edits(mei, said, "/say Come at ten.")
        await office.presses(sari, "I can write now")
        await office.until(lambda: "Come at ten." in sari.bot_texts())
        assert "Come at nine." not in sari.bot_texts()
        await office.until(lambda: office.bot_reaction(said))


async def test_an_edit_of_a_note_or_into_a_command_is_not_sent(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread, question = await asked(office)
        note = await mei.says("for us", thread)
        said = await mei.says("Come at nine.", thread, question)
        await edits(mei, note, "for her")
        assert office.last(thread) == NOBODY
        await edits(mei, said, "/close helped")
        assert office.last(thread) == NOBODY
        assert sari.bot_texts()[-1] == "Come at nine."


async def test_an_edit_of_a_message_with_an_expired_number_is_refused(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread, question = await asked(office)
        said = await mei.says("Come at nine.", thread, question)
        now = office.house.clock.now() + 3 * DAY
        office.house.database.writer.run_sync(lambda work: office.house.outbox.expire(work, now))
        await edits(mei, said, "Come at ten.")
        assert office.last(thread) == GONE
        assert sari.bot_texts()[-1] == "Come at nine."


async def test_a_place_that_moves_is_sent_once(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread, question = await asked(office)
        moving = {"location": {"latitude": 25.0, "longitude": 121.5, "live_period": 900}}
        office.group.send(mei.account, moving, thread=thread, reply_to=question)
        await office.settle()
        assert sari.messages()[-1]["location"] == {"latitude": 25.0, "longitude": 121.5}
