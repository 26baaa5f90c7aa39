"""A person replies to one message: in the topic it is a reply to the post that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.desks.forum.test_case_topic import met
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.forum_desk_harness import ForumDeskHarness

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox import Phone


async def replies(office: ForumDeskHarness, phone: Phone, to: str, text: str) -> None:
    """Let a person reply to the newest message of their chat with these words."""
    (number,) = [it["message_id"] for it in phone.messages() if to in it.get("text", "")][-1:]
    phone.say(text, reply_to=number)
    await office.settle()


def post(office: ForumDeskHarness, thread: int, text: str) -> dict[str, Any]:
    """Return the newest post of a topic with these words."""
    found = [it for it in office.shown(thread) if text in it.get("text", "")]
    return dict(found[-1])


def replied(office: ForumDeskHarness, thread: int, text: str) -> str:
    """Return the text of the post that a post replies to; empty for none."""
    shown = post(office, thread, text).get("reply_to_message", {})
    return "" if shown.get("message_id") == thread else str(shown.get("text", ""))


@on_both_databases
async def test_a_yes_stands_as_a_reply_to_the_question_it_answers(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        sari, mei, thread = await met(office)
        for question in ("Are you alone?", "Can you go out?", "Is the door locked?"):
            await mei.says(f"/say {question}", thread)
        await replies(office, sari, "Can you go out?", "yes, that one")
        assert replied(office, thread, "yes, that one") == "/say Can you go out?"
        await office.writes(sari, "no reply at all")
        assert replied(office, thread, "no reply at all") == ""
        await replies(office, sari, "no reply at all", "this I meant")
        assert "no reply at all" in replied(office, thread, "this I meant")


@on_both_databases
async def test_a_reply_to_words_from_before_the_person_agreed_shows_nothing_of_them(
    kind: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, kind=kind) as office:
        mei = office.enrolled("Mei")
        sari = office.sandbox.add_phone("Sari", language="en")
        await office.writes(sari, "/start")
        for label in ("English", "Tell what happened", "About me", "I am safe here"):
            await office.presses(sari, label)
        while "What happened?" not in sari.last_bot_message()["text"]:
            labels = " ".join(sari.button_labels())
            await office.presses(sari, "Skip" if "Skip" in labels else "You may keep them")
        await office.writes(sari, "my secret story of the blue box")
        await office.presses(sari, "Danger now")
        await office.presses(sari, "Tell them now")
        thread = office.threads()[-1]
        for label in ("Claim", "Take over"):
            await mei.presses(label, office.card(thread))
        await office.presses(sari, "I can write now")
        await replies(office, sari, "my secret story of the blue box", "this I meant")
        await replies(office, sari, "What happened?", "and this too")
        for words in ("this I meant", "and this too"):
            assert replied(office, thread, words) == ""
        assert not any("blue box" in it for it in office.texts(thread))
