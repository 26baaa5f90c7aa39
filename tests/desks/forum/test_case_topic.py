"""A case in its topic, from the call that somebody waits to the day it is closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unittest.mock import patch

from bot.cases.state_machine import Role
from bot.clock import MINUTE, SystemClock
from bot.desks.forum.texts import SAYS_SOMEONE_NEAR
from bot.hotline.chat.phrase_edits import EditKind, PhraseEdit, PhraseEdits
from bot.sandbox import FaultKind
from bot.sandbox.sample_updates import sample_png
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.forum_desk_harness import ForumDeskHarness

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox import Phone
    from bot.store.writer import Work
    from tests.support.harnesses.forum_desk_harness import ForumCaseworker

TEN_THOUSAND = "The office is open tomorrow. " * 345


async def met(office: ForumDeskHarness) -> tuple[Phone, ForumCaseworker, int]:
    """Return a person and a caseworker who write to each other, and their topic."""
    mei = office.enrolled("Mei")
    sari, _case = await office.in_danger()
    thread = office.threads()[-1]
    await mei.presses("Claim", office.card(thread))
    await mei.presses("Take over", office.card(thread))
    await office.presses(sari, "I can write now")
    return sari, mei, thread


async def met_in_thai(office: ForumDeskHarness) -> tuple[Phone, ForumCaseworker, int]:
    """Return the same, after the person has chosen Thai."""
    sari, mei, thread = await met(office)
    await office.writes(sari, "/language")
    await office.presses(sari, "\u0e44\u0e17\u0e22")
    return sari, mei, thread


@on_both_databases
async def test_a_new_case_is_announced_and_gets_a_topic_with_a_card(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        mei, jun = office.enrolled("Mei"), office.enrolled("Jun", languages=("vi",))
        await office.in_danger()
        thread = office.thread()
        reference = office.ask("SELECT reference FROM cases")[0][0]
        assert (
            office.group.chat.topics[thread].name == f"\u203c P0 \u00b7 {reference} \u00b7 English"
        )
        card = office.card(thread)
        assert card["text"].startswith(
            f"{reference} \u00b7 \u203c P0 danger now\nEnglish (English)"
        )
        assert "No caseworker answers for this case yet." in card["text"]
        assert "for 30 minutes after the person last wrote" in card["text"]
        assert "Why: Reports danger now" in card["text"]
        assert office.labels(card) == ["Claim"]
        call = office.shown()[-1]
        assert reference in call["text"]
        called = [it["user"]["id"] for it in call["entities"] if it["type"] == "text_mention"]
        assert called == [mei.account.id]  # Jun does not speak it
        assert jun.account.id not in called


@on_both_databases
async def test_one_claims_the_other_hears_who_holds_it(kind: str, tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        mei, jun = office.enrolled("Mei"), office.enrolled("Jun")
        await office.in_danger()
        thread = office.thread()
        old = dict(office.card(thread))
        await mei.presses("Claim", old)
        await jun.presses("Claim", old)
        assert office.last(thread) == "Mei holds this case already."
        assert "Mei (a caseworker) answers for this case." in office.card(thread)["text"]
        assert office.labels(office.card(thread)) == [
            "Take over", "Return to queue", "Close case",
        ]  # fmt: skip


@on_both_databases
async def test_only_an_answer_or_say_reaches_the_person(kind: str, tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        sari, mei, thread = await met(office)
        await office.writes(sari, "They took my passport")
        words = office.found(thread, "They took my passport")
        before = len(sari.bot_texts())
        note = await mei.says("Ask the embassy tomorrow", thread)
        beside = await mei.says("Call them", thread, note["message_id"])
        said = await mei.says("Thank you for telling me.", thread, words["message_id"])
        typed = await mei.says("/say We write again tonight.", thread)
        assert sari.bot_texts()[before:] == ["Thank you for telling me.", "We write again tonight."]
        await office.until(lambda: office.bot_reaction(said) and office.bot_reaction(typed))
        assert [office.bot_reaction(it) for it in (note, beside, said, typed)] == [
            "\u270d", "\u270d", "\U0001f44d", "\U0001f44d",
        ]  # fmt: skip


@on_both_databases
async def test_the_group_reads_that_the_person_says_that_someone_is_near(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        sari, _mei, thread = await met(office)
        await office.writes(sari, "My boss is at the factory")
        before = len(sari.bot_texts())
        await office.writes(sari, "don't write, she is watching")
        marks = [it for it in office.texts(thread) if SAYS_SOMEONE_NEAR.source in it]
        assert len(marks) == 1
        assert sari.bot_texts()[before:] == []


@on_both_databases
async def test_all_a_person_sends_stands_in_the_topic_pictures_blurred(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        sari, mei, thread = await met(office)
        first = sari.say("They took my pasport")
        await office.settle()
        sari.edit(first["message_id"], "They took my passport")
        sari.send_photo(sample_png(), caption="the gate")
        sari.send_voice(b"sound")
        sari.send_location(25.03, 121.56)
        await office.settle()
        assert "\u275d They took my pasport" in office.texts(thread)
        assert "\u275d Changed to: They took my passport" in office.texts(thread)
        photo = next(it for it in office.shown(thread) if "photo" in it)
        assert (photo["caption"], photo["has_media_spoiler"]) == ("the gate", True)
        voice = next(it for it in office.shown(thread) if "voice" in it)
        place = next(it for it in office.shown(thread) if "location" in it)
        assert place["location"]["latitude"] == 25.03
        for number, shown in enumerate((photo, voice, place)):
            await mei.says(f"Seen {number}.", thread, shown["message_id"])
            assert sari.bot_texts()[-1] == f"Seen {number}."


async def test_what_waited_for_a_yes_says_in_the_topic_when_it_was_written(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari = office.sandbox.add_phone("Sari", language="en")
        sari.say("help, they lock the door")
        sari.send_photo(sample_png(), caption="the gate")
        sari.send_location(25.03, 121.56)
        await office.settle()
        later = office.house.clock.now() + 7 * MINUTE
        with patch.object(SystemClock, "now", return_value=later):
            await office.writes(sari, "yes")
        thread = office.threads()[-1]
        marked = re.compile(r"written \d\d:\d\d$", re.MULTILINE)
        shown = [it.partition("\n")[2] for it in office.texts(thread) if marked.search(it)]
        assert shown == ["\u275d help, they lock the door", "", ""]
        assert "\u275d yes" in office.texts(thread)


@on_both_databases
async def test_phrases_work_between_a_thai_speaker_and_an_english_reader(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        sari, mei, thread = await met_in_thai(office)
        await mei.says("/phrase", thread)
        await mei.presses("Safety", office.shown(thread)[-1])
        await mei.presses("Are you safe", office.shown(thread)[-1])
        preview = office.shown(thread)[-1]
        assert "The person reads: " in preview["text"]
        before = len(sari.bot_texts())
        await mei.presses("Send", preview)
        assert preview["message_id"] not in office.group.chat.messages
        assert len(sari.bot_texts()) == before + 1
        sari.press(label=sari.button_labels()[0])
        await office.settle()
        assert office.last(thread).startswith("\u275d Pressed: ")
        assert "I am safe here" in office.last(thread)


@on_both_databases
async def test_a_phrase_written_at_the_desk_is_sent_from_the_group_until_withdrawn(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        sari, mei, thread = await met_in_thai(office)
        english, thai = "Please take {place} along.", "\u0e44\u0e17\u0e22 {place}"
        written = PhraseEdit(EditKind.CREATED, english, english, "meeting")
        in_thai = PhraseEdit(EditKind.WRITTEN, thai, english)
        for language, edit in (("en", written), ("th", in_thai)):
            _edits_phrase(office, language, edit)
        await mei.says("/phrase take_along", thread)
        assert "still empty" in office.last(thread)
        await mei.presses("Phrasebook", office.card(thread))
        await mei.presses("Calling and meeting", office.shown(thread)[-1])
        await mei.presses("Please take", office.shown(thread)[-1])
        assert "No one has reviewed the person's text." in office.last(thread)
        await mei.says("/phrase take_along place=it", thread)
        assert sari.bot_texts()[-1] == "\u0e44\u0e17\u0e22 it"
        _edits_phrase(office, "", PhraseEdit(EditKind.WITHDRAWN))
        await mei.says("/phrase take_along place=that", thread)
        assert sari.bot_texts()[-1] == "\u0e44\u0e17\u0e22 it"


def _edits_phrase(office: ForumDeskHarness, language: str, edit: PhraseEdit) -> None:
    edits = PhraseEdits(office.house.setting.vault)
    office.house.database.writer.run_sync(
        lambda work: edits.add(work, "take_along", language, edit, _someone(work), 1)
    )


def _someone(work: Work) -> str:
    ((who,),) = work.execute("SELECT min(id) FROM staff")
    return str(who)


async def test_a_sentence_that_is_left_goes_without_a_trace(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread = await met(office)
        before = sari.bot_texts(), len(office.shown(thread))
        await mei.presses("Phrasebook", office.card(thread))
        await mei.presses("Safety", office.shown(thread)[-1])
        await mei.presses("All groups", office.shown(thread)[-1])
        await mei.presses("Safety", office.shown(thread)[-1])
        await mei.presses("Are you safe", office.shown(thread)[-1])
        await mei.presses("Leave it", office.shown(thread)[-1])
        assert (sari.bot_texts(), len(office.shown(thread))) == before


async def test_a_phrase_with_blanks_says_how_they_are_filled(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread = await met(office)
        book = office.house.setting.phrasebook
        phrase = next(it for it in book if len(it.blanks) > 1)
        await mei.says(f"/phrase {phrase.code}", thread)
        assert "still empty" in office.last(thread)
        filled = " ".join(f"{name}=Main gate," for name in phrase.blanks)
        await mei.says(f"/phrase {phrase.code} {filled}", thread)
        assert "Main gate" in sari.bot_texts()[-1]
        assert "Main gate" in office.found(thread, "\u2709")["text"]


@on_both_databases
async def test_handed_back_the_bot_asks_on_and_a_closed_case_closes_its_topic(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        sari, mei, thread = await met(office)
        await mei.presses("Hand back", office.card(thread))
        assert "What is needed most right now?" in sari.bot_texts()[-1]
        assert "The bot speaks with the person." in office.card(thread)["text"]
        await mei.presses("Close case", office.card(thread))
        await mei.presses("helped", office.shown(thread)[-1])
        assert "is in danger and waits for a reply" in office.last(thread)
        await mei.says("/close helped She is with the police now.", thread)
        assert "Closed: helped." in office.card(thread)["text"]
        assert office.group.chat.topics[thread].is_closed
        ada = office.enrolled("Ada", role=Role.SUPERVISOR)
        await ada.presses("Reopen", office.card(thread))
        assert office.group.chat.topics[thread].is_closed  # she says why first
        await ada.says("/reason The police asked for us.", thread)
        await ada.presses("Reopen", office.card(thread))
        assert not office.group.chat.topics[thread].is_closed
        assert office.labels(office.card(thread)) == ["Claim"]


async def test_the_receiver_of_a_transfer_gets_a_summary_card(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        _sari, mei, thread = await met(office)
        jun = office.enrolled("Jun Ho")
        await mei.says("/transfer jun ho, she waits for a call", thread)
        card = office.found(thread, "transferred the case to Jun Ho")
        for part in ("Language: English.", "P0 danger now", "30 minutes", "Reports danger"):
            assert part in card["text"]
        assert [it["user"]["id"] for it in card["entities"]] == [jun.account.id]
        assert "Still missing" in office.found(thread, "Jun Ho holds the conversation")["text"]
        assert "Jun Ho (a caseworker) answers" in office.card(thread)["text"]


async def test_words_that_may_have_arrived_are_said_to_be_uncertain_and_go_once(
    tmp_path: Path,
) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread = await met(office)
        office.sandbox.faults.add(FaultKind.DROP_AFTER, method="sendMessage", chat=sari.id, times=1)
        said = await mei.says("/say We come at nine.", thread)
        await office.until(lambda: "It is not known whether" in office.last(thread))
        answered = office.shown(thread)[-1]["reply_to_message"]
        assert answered["message_id"] == said["message_id"]
        await office.writes(sari, "hello?")
        assert sari.bot_texts().count("We come at nine.") == 1
        assert "\u275d hello?" in office.texts(thread)


async def test_a_message_to_a_person_who_blocked_the_bot_is_reported_lost(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread = await met(office)
        sari.chat.is_blocked = True  # Telegram has not told us yet
        await mei.says("/say Are you there?", thread)
        await office.until(lambda: "has blocked the bot" in office.last(thread))


async def test_of_ten_thousand_characters_none_is_lost_and_none_goes_by_accident(
    tmp_path: Path,
) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread = await met(office)
        await mei.says(f"/say {TEN_THOUSAND}", thread)
        assert TEN_THOUSAND.startswith(sari.bot_texts()[-1])
        assert not any(text in TEN_THOUSAND for text in sari.bot_texts()[:-1])
        assert [it for it in office.texts(thread) if "rest of a long message" in it]
        kept = office.ask("SELECT count(*) FROM exchanges WHERE side = 'note'")
        assert kept == [(2,)]


async def test_what_a_person_wrote_at_length_can_be_answered_at_any_part(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, thread = await met(office)
        await office.writes(sari, "x" * 4000)
        parts = [it for it in office.shown(thread) if "xxx" in it.get("text", "")]
        assert len(parts) > 1
        for part in parts:
            await mei.says("Yes", thread, part["message_id"])
        assert sari.bot_texts()[-len(parts) :] == ["Yes"] * len(parts)


async def test_signs_that_turn_or_hide_words_are_shown_instead_of_obeyed(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, _mei, thread = await met(office)
        await office.writes(sari, "pay\u202eno\x00w")
        assert office.last(thread) == "\u275d pay\\u202eno\\x00w"


async def test_until_the_opener_is_answered_the_desk_says_that_words_wait(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        sari, _case = await office.in_danger()
        thread = office.thread()
        await mei.presses("Claim", office.card(thread))
        await mei.presses("Take over", office.card(thread))
        said = await mei.says("/say We come at nine.", thread)
        assert "Not sent yet" in office.last(thread)
        assert "We come at nine." not in sari.bot_texts()
        await office.presses(sari, "I can write now")
        await office.until(lambda: "We come at nine." in sari.bot_texts())
        await office.until(lambda: office.bot_reaction(said))


async def test_two_people_have_two_topics_and_nothing_crosses(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        sari, mei, first = await met(office)
        kit, jun, second = await met(office)
        await office.writes(sari, "from Sari")
        await office.writes(kit, "from Kit")
        await mei.says("to Sari", first, office.found(first, "from Sari")["message_id"])
        await jun.says("to Kit", second, office.found(second, "from Kit")["message_id"])
        assert (sari.bot_texts()[-1], kit.bot_texts()[-1]) == ("to Sari", "to Kit")
        assert not any("from Kit" in text for text in office.texts(first))
        await jun.says("/say not yours", first)
        assert "not yours" not in sari.bot_texts()


@on_both_databases
async def test_a_letter_in_the_batch_of_the_answer_to_the_opener_is_sent(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        mei = office.enrolled("Mei")
        sari, _case = await office.in_danger()
        thread = office.threads()[-1]
        await mei.presses("Claim", office.card(thread))
        await mei.presses("Take over", office.card(thread))
        office.group.say(mei.account, "/say We can come tonight.", thread=thread)
        opener = next(it for it in reversed(sari.messages()) if sari.button_labels(it))
        label = next(it for it in sari.button_labels(opener) if "I can write now" in it)
        sari.press(opener["message_id"], label=label)
        await office.settle()  # takes both in at once
        await office.until(lambda: "We can come tonight." in sari.bot_texts())
        await mei.says("/say Tell us when you are ready.", thread)
        await office.until(lambda: sari.bot_texts()[-1] == "Tell us when you are ready.")
