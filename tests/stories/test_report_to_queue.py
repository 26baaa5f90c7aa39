"""From the first hello to a case in the queue, over real HTTP, in the languages people use."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from flows.urgent.urgent_details import UrgentDetails
from tests.support.harnesses.live_deployment import evening, reports

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = "What is needed most right now? You can choose more than one, then press “Done”."


async def test_a_report_in_indonesian_becomes_a_case_staff_can_read(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        sari = night.add_person("Sari", "id")
        await sari.arrives()
        reference = await reports(sari)
        (case,) = await night.queue()
        assert (case.reference, case.kind, case.language) == (reference, "report", "id")
        assert (case.priority, case.county) == (1, "TAO")
        for language, leaving in (("en", "Not allowed out"), ("zh_Hant", None)):
            opened = await night.opened(reference, language)
            told = {t.step: t.answer for sent in opened.reports for t in sent.answers}
            assert told["what"] == "Mereka ambil paspor saya."
            assert told["call_me"] == "Ani"
            assert told["leaving"] == leaving or not told["leaving"].isascii()
            assert len(opened.reasons) == 1


async def test_a_file_sent_with_a_report_is_fetched_and_kept(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        sari = night.add_person("Sari", "en")
        await sari.arrives()
        await sari.press(
            "Tell what happened", "About me", "I am safe here", "Skip", "You may keep them",
            "Age 18 or over", "Skip", "More questions first", *["Skip"] * 10,
        )  # fmt: skip
        before = sari.said()
        sari.phone.send_photo(b"jpeg" * 9000, caption="pay slip")
        await sari.sees_more_than(before)
        assert night.sql("SELECT count(*) FROM files") == [(0,)]
        await sari.press("Done", "Skip", "Go on", "Send")
        reference = await sari.reference()
        await night.until(
            lambda: night.sql("SELECT state, size FROM files") == [("saved", 36_000)], "saved"
        )
        (file,) = (await night.opened(reference)).files
        assert (file.kind, file.state) == ("photo", "saved")


async def test_a_person_asks_for_help_in_thai(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        nid = night.add_person("Nid", "th")
        await nid.arrives()
        await nid.press(
            "Ask for help", "I need it", "I am safe here", "A safe place to stay", "Done",
            "You may keep them", "Age 18 or over", "More questions first", "No place tonight",
            "Today", "Kaohsiung", "Working in Taiwan",
        )  # fmt: skip
        await nid.say("ขอบคุณค่ะ")
        await nid.press(
            "Go on", "Send", "Any time", "More choices", "Skip", "You may tell them", "Skip"
        )
        reference = await nid.reference()
        (case,) = await night.queue()
        assert (case.reference, case.kind, case.language) == (reference, "request", "th")
        assert (case.priority, case.county) == (1, "KHH")


async def test_tell_now_in_vietnamese_hands_over_no_word(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        lan = night.add_person("Lan", "vi")
        await lan.arrives()
        await lan.press("Tell what happened", "About me", "I am safe here")
        await lan.say("em ở gần cảng")
        await lan.press("Danger now")
        assert any("110" in text and "112" in text for text in lan.said())
        await lan.press("Tell them now")
        (case,) = await night.until(lambda: night.sql("SELECT reference, priority FROM cases"))
        assert case[1] == 0
        opened = await night.opened(case[0])
        assert [sent.kind for sent in opened.reports] == ["danger"]
        assert {told.step for told in opened.reports[0].answers} == {"tell"}
        await lan.asks(UrgentDetails.where.prompt.source)
        await lan.press("Skip", "Skip")
        await lan.asks(NEEDS)  # where we were


async def test_three_people_at_once_do_not_mix(tmp_path: Path) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        people = [night.add_person(*who) for who in (("Sari", "id"), ("Nid", "th"), ("Lan", "vi"))]

        async def tells(place: int) -> str:
            await people[place].arrives()
            return await reports(people[place], f"words of {place}", f"name of {place}")

        references = await asyncio.gather(*(tells(place) for place in range(3)))
        assert len(set(references)) == 3
        for place, reference in enumerate(references):
            opened = await night.opened(reference)
            told = {t.step: t.answer for sent in opened.reports for t in sent.answers}
            assert (told["what"], told["call_me"]) == (f"words of {place}", f"name of {place}")
            assert opened.case.language == people[place].language
            others = {r for r in references if r != reference}
            assert not any(other in text for text in people[place].said() for other in others)
