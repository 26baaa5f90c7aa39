"""Everything a caseworker can type or press beside the talk itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam, delete

from bot.hotline.chat.passphrases import Passphrases
from bot.store.compiled import Prepared
from bot.store.tables.main import topics
from tests.support.harnesses.forum_desk_harness import ForumDeskHarness

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.writer import Work


async def test_help_fits_in_one_message_and_names_every_command(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await mei.says("/help")
        for name in (
            "claim", "takeover", "handback", "say", "phrase", "note", "answer", "priority",
            "transfer", "release", "refer", "close", "reopen", "reason", "queue", "card", "duty",
        ):  # fmt: skip
            assert f"/{name}" in office.last()


async def test_the_queue_is_shown_with_a_button_for_each_case(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await mei.says("/queue")
        assert office.last() == "No case is waiting in your queues."
        await office.in_danger()
        await office.in_danger()
        await mei.says("/queue")
        first, second = office.ask("SELECT reference FROM cases ORDER BY waiting_since")
        listed = office.shown()[-1]
        assert listed["text"].startswith("Waiting: Trafficking 2.")
        assert listed["text"].index(first[0]) < listed["text"].index(second[0])
        await mei.presses(f"Claim {second[0]}", listed)
        assert office.last() == f"{second[0]}: The case is yours."
        claimed = "SELECT holder FROM cases ORDER BY waiting_since"
        assert office.ask(claimed) == [(None,), (mei.id,)]


async def test_the_next_case_and_a_case_by_its_number_can_be_claimed_where_all_look(
    tmp_path: Path,
) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await mei.says("/claim")
        assert "No case waits" in office.last()
        await mei.says("/claim zzzzzz")
        assert office.last() == "There is no case zzzzzz."
        await office.in_danger()
        await office.in_danger()
        references = [row[0] for row in office.ask("SELECT reference FROM cases")]
        await mei.says(f"/claim {references[1].lower()}")
        assert office.last() == f"{references[1]}: The case is yours."
        await mei.says("/claim")
        assert office.last() == f"{references[0]}: The case is yours."


async def test_a_caseworker_off_duty_is_not_mentioned(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei, jun = office.enrolled("Mei"), office.enrolled("Jun")
        await jun.says("/duty off")
        assert office.ask("SELECT on_duty FROM staff ORDER BY added_at, id").count((0,)) == 1
        await office.in_danger()
        assert [it["user"]["id"] for it in office.shown()[-1]["entities"]] == [mei.account.id]
        await jun.says("/duty on")
        await jun.says("/duty")
        assert office.last() == "Like this: /duty on"


async def test_a_priority_is_lowered_only_with_a_reason(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        await mei.says("/priority 2", thread)
        assert "Please give a reason" in office.last(thread)
        await mei.says("/priority P2 she is with us now", thread)
        assert office.ask("SELECT priority FROM cases") == [(2,)]
        assert "P2 this shift" in office.card(thread)["text"]
        assert office.group.chat.topics[thread].name.startswith("P2 ")
        await mei.says("/priority", thread)
        assert office.last(thread) == "Like this: /priority 1 ..."


async def test_a_question_says_how_it_is_answered_and_is_filled_in(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        await mei.says("/answer report.safe", thread)
        assert "/answer report.safe not_safe: I am not safe" in office.last(thread)
        await mei.says("/answer report.safe not_safe", thread)
        assert office.last(thread) == "Mei filled in an answer: Safe right now."
        await mei.says("/answer report.keep may", thread)
        assert "no one can agree for them" in office.last(thread)
        await mei.says("/answer safe", thread)
        assert office.last(thread) == "Like this: /answer report.safe safe"


async def test_a_colleague_is_asked_for_when_the_name_leaves_doubt(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei, jun = office.enrolled("Mei"), office.enrolled("Jun")
        other = office.enrolled("Jun")
        await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        await mei.says("/transfer Nobody", thread)
        assert office.last(thread).startswith("To whom? Jun (")
        await mei.says("/transfer jun", thread)
        assert jun.id in office.last(thread)
        assert other.id in office.last(thread)
        assert mei.id not in office.last(thread)
        await mei.says(f"/transfer {other.id}", thread)
        assert office.ask("SELECT holder FROM cases") == [(other.id,)]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/nonsense", "There is no such command. /help lists them."),
        ("/say", "Like this: /say ..."),
        ("/note", "Like this: /note ..."),
        ("/phrase xyzzy", "No sentence was found."),
        ("/close", "How did it end?"),
        ("/close nonsense", "Say how it ended: "),
        ("/handback", "No caseworker holds this conversation."),
    ],
)
async def test_what_does_not_go_is_answered_where_it_was_typed(
    tmp_path: Path, typed: str, answer: str
) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        asked = await mei.says(typed, thread)
        told = office.shown(thread)[-1]
        assert told["text"].startswith(answer)
        if typed != "/phrase xyzzy":
            assert told["reply_to_message"]["message_id"] == asked["message_id"]


async def test_what_belongs_to_a_case_is_not_done_where_all_look(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        sari, _case = await office.in_danger()
        await mei.says("/claim", office.thread())
        before = sari.bot_texts()
        for typed in ("/say hello", "/note x", "/close helped", "/takeover", "/transfer Jun"):
            await mei.says(typed)
            assert office.last() == "That belongs into the topic of a case."
        assert sari.bot_texts() == before


async def test_two_who_answer_at_once_are_told_who_may(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei, jun = office.enrolled("Mei"), office.enrolled("Jun")
        sari, _case = await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        await mei.says("/takeover", thread)
        await office.presses(sari, "I can write now")
        await office.writes(sari, "are you there?")
        words = office.found(thread, "are you there?")["message_id"]
        for worker, text in ((mei, "Yes, I am here."), (jun, "Yes, we are.")):
            office.group.say(worker.account, text, thread=thread, reply_to=words)
        await office.settle()
        assert sari.bot_texts()[-1] == "Yes, I am here."
        assert "Only the assigned caseworker can do that" in office.last(thread)


async def test_an_answer_to_a_case_that_is_over_or_erased_is_refused_and_said_so(
    tmp_path: Path,
) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        sari, case = await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        await mei.says("/takeover", thread)
        await office.presses(sari, "I can write now")
        await office.writes(sari, "bye")
        words = office.found(thread, "bye")["message_id"]
        await mei.says("/close helped She is safe.", thread)
        before = sari.bot_texts()
        await mei.says("One more thing", thread, words)
        assert "This case is closed" in office.last(thread)
        forgets = Prepared(
            lambda _: delete(topics).where(topics.c.case_id == bindparam("case")), "case"
        )
        office.house.database.writer.run_sync(lambda work: work.run(forgets, case))
        for text, reply_to in (("And another", words), ("/say hello", None)):
            await mei.says(text, thread, reply_to)
            assert office.last(thread).startswith("This topic shows no case any more")
        assert sari.bot_texts() == before


async def test_what_may_be_told_to_others_is_asked_of_the_person_first(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei = office.enrolled("Mei")
        sari, _case = await office.in_danger()
        thread = office.thread()
        await mei.says("/claim", thread)
        await mei.says("/takeover", thread)
        await office.presses(sari, "I can write now")
        await mei.says("/refer", thread)
        await mei.presses("1955", office.shown(thread)[-1])
        asked = office.found(thread, "The person is asked whether this may be told to 1955")
        assert "\u2022 Language: English" in asked["text"]
        assert not [it for it in office.texts(thread) if "agrees" in it]
        await office.presses(sari, "Show it to me")
        await office.presses(sari, "You may tell them")
        agreed = office.found(thread, "The person agrees that exactly this is told to 1955")
        await mei.presses("Record as referred", agreed)
        assert office.ask("SELECT status FROM cases") == [("referred",)]
        assert "was told what the person agreed to" in office.found(thread, "1955")["text"]


async def test_after_a_duress_passphrase_two_caseworkers_confirm_identity(tmp_path: Path) -> None:
    async with ForumDeskHarness.opened(tmp_path) as office:
        mei, jun = office.enrolled("Mei"), office.enrolled("Jun")
        phone, case = await office.in_danger()
        thread, now = office.thread(), office.house.clock.now()
        await mei.says("/claim", thread)

        def second(work: Work) -> None:
            Passphrases.set_passphrase(work, case, bytes(16), bytes(32))
            Passphrases.freeze(work, case, now)

        office.house.database.writer.run_sync(second)
        await mei.says("/confirmed", thread)
        assert office.last(thread).startswith(
            "This chat is frozen: the person was made to open it. Say how"
        )
        await mei.says("/confirmed She rang us.", thread)
        assert "a colleague who is sure as well has to confirm" in office.last(thread)
        phone.say("/bye")
        await office.settle()
        phone.say("hello")
        await office.settle()
        await jun.says("/confirmed I know her voice.", thread)
        assert office.ask("SELECT frozen_at FROM words") == [(None,)]
        assert office.ask("SELECT actor FROM audit WHERE deed = 'sure' ORDER BY id") == [
            (mei.id,), (jun.id,)
        ]  # fmt: skip
